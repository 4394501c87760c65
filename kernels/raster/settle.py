"""The disputed pixels of shared rays, where ducting may undercut diffraction: settled by the scalar definition."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from phusong.kernels._jit import scalar
from phusong.kernels.itu import p1812 as definition
from phusong.kernels.itu.p1812_ducting import ducting_loss
from phusong.kernels.itu.p1812_path import INLAND, Horizons, beta0_percent, horizons, smooth_earth, terrain_roughness_m
from phusong.kernels.raster.p1812_lanes import Carrier
from phusong.kernels.raster.profile import Mast, Profile, sample_profile
from phusong.kernels.raster.wedges import Region

FloatArray = npt.NDArray[np.float32]

CLEAR_OF_DUCTING_DB = 0.1  # ducting so much above diffraction leaves it as it is, (61), whatever was rounded


class Duct(NamedTuple):
    """What ducting over a path depends on besides the frequency: lengths [km] and heights [m]."""

    distance_km: float
    seen: Horizons
    tx_m: float
    rx_m: float
    tx_effective_m: float
    rx_effective_m: float
    roughness_m: float


@scalar
def settle(
    ground: FloatArray,
    top: FloatArray,
    mast: Mast,
    region: Region,
    resolution_m: float,
    carriers: tuple[Carrier, ...],
    rays_per_pixel: int,
    disputed_db: FloatArray,
    loss_db: FloatArray,
) -> None:
    """Replace the loss of the disputed pixels by the whole of the Recommendation where ducting does undercut it.

    The profiles are those of ``sample_profile`` for so many rays a pixel.
    """
    bands, rows, columns = disputed_db.shape
    for row in range(rows):
        for column in range(columns):
            highest_db = np.float32(0.0)
            for band in range(bands):
                highest_db = max(highest_db, disputed_db[band, row, column])
            if highest_db == 0.0:
                continue
            path = sample_profile(
                ground, top, mast, region.row_start + row, region.column_start + column, resolution_m, rays_per_pixel
            )
            duct = _duct(path, carriers[0])
            for band in range(bands):
                diffraction_db = disputed_db[band, row, column]
                carrier = carriers[band]
                if diffraction_db == 0.0 or _ducting_loss(duct, carrier) > diffraction_db + CLEAR_OF_DUCTING_DB:
                    continue
                inland = np.full(path.distance_km.size, INLAND, dtype=np.int8)
                loss_db[band, row, column] = definition.transmission_loss(
                    path.distance_km, path.ground_m, path.top_m, inland,
                    carrier.frequency_ghz, carrier.mast_height_m, carrier.mobile_height_m, carrier.is_vertical,
                    50.0, 50.0, 0.0, carrier.latitude_deg, carrier.delta_n, carrier.surface_refractivity, 500.0, 500.0,
                )  # fmt: skip


@scalar
def _duct(path: Profile, carrier: Carrier) -> Duct:
    """Find what ducting depends on besides the frequency."""
    tx_m = path.ground_m[0] + carrier.mast_height_m
    rx_m = path.ground_m[-1] + carrier.mobile_height_m
    seen = horizons(path.distance_km, path.ground_m, tx_m, rx_m, carrier.effective_radius_km)
    smooth = smooth_earth(path.distance_km, path.ground_m, tx_m, rx_m)
    return Duct(
        path.distance_km[-1],
        seen,
        tx_m,
        rx_m,
        tx_m - smooth.tx_ducting_m,
        rx_m - smooth.rx_ducting_m,
        terrain_roughness_m(path.distance_km, path.ground_m, smooth, seen),
    )


@scalar
def _ducting_loss(duct: Duct, carrier: Carrier) -> float:
    """Return L_ba, (47), of an inland path at p = 50 % [dB]: the part of the definition that settles most disputes."""
    d, seen = duct.distance_km, duct.seen
    return ducting_loss(
        d, seen.tx_horizon_km, seen.rx_horizon_km, seen.tx_elevation_mrad, seen.rx_elevation_mrad,
        duct.tx_m, duct.rx_m, duct.tx_effective_m, duct.rx_effective_m, duct.roughness_m,
        carrier.frequency_ghz, 50.0, beta0_percent(carrier.latitude_deg, d, d), carrier.effective_radius_km,
        0.0, d, 500.0, 500.0,
    )  # fmt: skip
