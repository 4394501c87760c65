"""The path loss from one mast to a region of pixels, by the model, the mode and the added losses of a scenario."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from phusong.coverage.plan import Transmitter
from phusong.kernels.added_losses import find_added_loss
from phusong.kernels.models import Model, find_model
from phusong.kernels.raster.driver import sweep_by_model
from phusong.kernels.raster.itm_sweep import sweep_itm
from phusong.kernels.raster.p1812_lanes import Carrier, make_carrier
from phusong.kernels.raster.profile import SHORTEST_M, Mast
from phusong.kernels.raster.radial import sweep_radial
from phusong.kernels.raster.spm_sweep import sweep_spm
from phusong.kernels.raster.surface import Surface
from phusong.kernels.raster.sweep import sweep
from phusong.kernels.raster.wedges import NO_TERRAIN_DB, Region
from phusong.scenarios.land_cover import LandCover
from phusong.scenarios.model_arguments import call_arguments
from phusong.scenarios.schema import Propagation

FloatArray = npt.NDArray[np.float32]

RAYS_PER_PIXEL: Mapping[Literal["fast", "draft"], int] = {"fast": 4, "draft": 2}
"""Rays a pixel of the rim, by raster mode."""
SWEEPS: Mapping[str, Callable[..., FloatArray]] = {"itm": sweep_itm, "spm": sweep_spm}
"""Models with raster code of their own, besides p1812; all others run through ``sweep_by_model``."""
_OF_LOCATIONS = ("location_percent", "location_sigma_db")


def mast_losses(
    transmitters: Sequence[Transmitter],
    propagation: Propagation,
    surface: Surface,
    mast: Mast,
    *,
    region: Region,
    resolution_m: float,
    land_cover: LandCover | None = None,
    wanted: npt.NDArray[np.bool_] | None = None,
) -> FloatArray:
    """Return the loss of transmitters of one mast and antenna height.

    Parameters
    ----------
    surface, mast, region : the window of terrain, the mast in it and the pixels wanted.
    resolution_m : side of a pixel [m].
    land_cover : of the window, for a model that has a loss for what the receiver stands in.
    wanted : (rows, columns) the pixels of the region that matter; the others may be left out.

    Returns
    -------
    (transmitters, rows, columns) float32 [dB], marked as ``raster.sweep.sweep`` marks what is not known.
    """
    place: dict[str, Any] = {
        "region": region,
        "resolution_m": resolution_m,
        "radius_m": 1000.0 * propagation.radius_km,
    }
    model = find_model(propagation.model)
    if model.name == "p1812":
        carriers = [carrier_of(transmitter, propagation) for transmitter in transmitters]
        loss_db = sweep_carriers(carriers, propagation, surface, mast, wanted=wanted, **place)
    else:
        of_land_cover: dict[str, Any] = {}
        if land_cover is not None:
            of_land_cover["clutter_offset_db"] = land_cover.window(*region).spm_offset_db()
        loss_db = np.stack(
            [
                _loss_by_model(model, transmitter, propagation, surface, mast, **place, **of_land_cover)
                for transmitter in transmitters
            ]
        )
    if propagation.added_losses:
        for transmitter, one_db in zip(transmitters, loss_db, strict=True):
            _add_losses(one_db, transmitter, propagation, mast, region, resolution_m)
    return loss_db


def carrier_of(transmitter: Transmitter, propagation: Propagation) -> Carrier:
    """Return the carrier of a transmitter under the settings of the scenario."""
    settings: dict[str, Any] = {
        name: propagation.settings[name] for name in _OF_LOCATIONS if name in propagation.settings
    }
    return make_carrier(
        frequency_mhz=transmitter.frequency_mhz,
        mast_height_m=transmitter.height_m,
        mobile_height_m=propagation.receiver_height_m,
        is_vertical=propagation.polarization == "vertical",
        delta_n=propagation.delta_n,
        surface_refractivity=propagation.surface_refractivity,
        latitude_deg=transmitter.latitude_deg,
        time_percent=propagation.time_percent,
        **settings,
    )


def sweep_carriers(
    carriers: Sequence[Carrier],
    propagation: Propagation,
    surface: Surface,
    mast: Mast,
    *,
    wanted: npt.NDArray[np.bool_] | None = None,
    **place: Any,
) -> FloatArray:
    """Return the loss of P.1812 for the carriers of a mast in the raster mode of the scenario; as ``mast_losses``.

    Modes with shared rays leave out what loses more than the greatest loss that matters, and give a lower bound of its
    loss instead, which is greater than that too.
    """
    if propagation.mode == "exact":
        return sweep(surface, mast, carriers, wanted=wanted, **place)
    # What is refined follows from all carriers of a sweep: each has one of its own, to depend on no other.
    together = [[one] for one in carriers] if propagation.refine_db else [carriers]
    return np.concatenate(
        [
            sweep_radial(
                surface,
                mast,
                some,
                **place,
                rays_per_pixel=RAYS_PER_PIXEL[propagation.mode],
                most_loss_db=None if propagation.added_losses else propagation.greatest_loss_db,
                refine_db=propagation.refine_db or None,
            )
            for some in together
        ]
    )


def _loss_by_model(
    model: Model, transmitter: Transmitter, propagation: Propagation, surface: Surface, mast: Mast, **place: Any
) -> FloatArray:
    arguments = call_arguments(
        model.path_loss,
        propagation.settings,
        propagation,
        frequency_mhz=transmitter.frequency_mhz,
        latitude_deg=transmitter.latitude_deg,
    )
    fill = SWEEPS.get(model.name, partial(sweep_by_model, model))
    return fill(surface, mast, **place, **arguments)


def _add_losses(
    loss_db: FloatArray,
    transmitter: Transmitter,
    propagation: Propagation,
    mast: Mast,
    region: Region,
    resolution_m: float,
) -> None:
    """Add the scenario's further losses to the pixels whose loss is known, in place."""
    known = loss_db < NO_TERRAIN_DB
    if not known.any():
        return
    rows, columns = np.nonzero(known)
    across = (columns + (region.column_start - mast.column)) - mast.column_rest
    down = (rows + (region.row_start - mast.row)) - mast.row_rest
    distance_m = np.maximum(resolution_m * np.hypot(across, down), SHORTEST_M)
    for added in propagation.added_losses:
        call = find_added_loss(added.name).loss
        arguments = call_arguments(
            call,
            added.settings,
            propagation,
            distance_m=distance_m,
            frequency_mhz=transmitter.frequency_mhz,
            tx_height_m=transmitter.height_m,
            latitude_deg=transmitter.latitude_deg,
        )
        loss_db[known] += np.asarray(call(**arguments), dtype=np.float32)
