"""Is a pixel covered, under any definition: from the signals of its channels."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from phusong.coverage.channel_layers import NO_QUALITY_CDB, channel_layers
from phusong.coverage.places import combined_sigma_db, entry
from phusong.coverage.signals import NO_SERVER, Channel, Signals
from phusong.coverage.statistics import COVERED, NO_DATA, NOT_COVERED, CoveredArray
from phusong.coverage.technology_layers import choose_channels
from phusong.errors import input_error
from phusong.scenarios.coverage_definition import CoverageDefinition, Definition
from phusong.scenarios.link_resolution import CellBudgets, ChannelBudget
from phusong.scenarios.suggestions import nearest
from phusong.scenarios.toml_table import Place

LOADS: Mapping[str, float | None] = {"run": None, "full": 1.0}
"""The load of the interfering cells by its word in a definition; None: as simulated."""

ROUNDING = 1e-6
"""What 100 times a threshold in dB may be off: a pixel at the threshold reaches it."""

BoolArray = npt.NDArray[np.bool_]


def refusal(
    definition: Definition, *, receiver_height_m: float, resolution_m: float, place: Place = "outdoors"
) -> str | None:
    """Return why a run cannot answer a definition, as a sentence; None where it can.

    Parameters
    ----------
    receiver_height_m, resolution_m : of the run.
    place : where the run's added losses took the receiver.
    """
    height_m, coarsest_m = definition.receiver_height_m, definition.greatest_resolution_m
    if height_m is not None and height_m != receiver_height_m:
        return (
            f"'{definition.name}' needs a run at {height_m:g} m above ground; this one is at {receiver_height_m:g} m."
        )
    if coarsest_m is not None and resolution_m > coarsest_m:
        return f"'{definition.name}' needs a run at {coarsest_m:g} m or finer; this one is at {resolution_m:g} m."
    if place != "outdoors":
        return f"'{definition.name}' needs a run outdoors; the added losses of this one take the receiver {place}."
    return None


def evaluate(
    definition: CoverageDefinition,
    signals: Mapping[Channel, Signals],
    budgets: Mapping[Channel, ChannelBudget],
    cells: CellBudgets,
    *,
    unknown: BoolArray,
    sigma_db: float | npt.NDArray[np.float32] | None = None,
    operator: str | None = None,
) -> CoveredArray:
    """Return where the definition is fulfilled: COVERED, NOT_COVERED or NO_DATA, uint8 (rows, columns).

    A pixel is covered where at least one channel fulfils every condition by itself, of any operator or of one.

    Parameters
    ----------
    definition : a `Definition` takes the channels of its technologies; another one all that are given.
    signals, budgets : of each channel, over one region.
    cells : of all cells that the signals count.
    unknown : (rows, columns) pixels without terrain or outside the area: no data.
    sigma_db : standard deviation of shadowing [dB], a number or (rows, columns); None: the definition's.
    operator : only its channels; None: any.

    The margin for shadowing lowers the wanted signal; interference stays at its median. Where a path of a channel meets
    missing terrain, one that covers by RSRP covers all the same, but SINR, RSRQ and rates would be better than they are
    if a cell that interferes were missing: they count as unknown there.

    Raises
    ------
    InputError : no channel is of that operator or of the definition's technologies.
    """
    technologies = definition.technologies if isinstance(definition, Definition) else None
    eligible = {one: s for one, s in signals.items() if technologies is None or one.technology in technologies}
    if not eligible:
        known = sorted({channel.technology for channel in signals})
        raise input_error(
            "channels",
            f"no cell of the technology {' or '.join(technologies or ())}",
            nearest("", known, "technologies here"),
        )
    chosen = choose_channels(eligible, technology=None, operator=operator, band=None)
    covered = np.zeros(unknown.shape, dtype=np.bool_)
    in_doubt = np.zeros(unknown.shape, dtype=np.bool_)
    by_level_alone = all(limit.quantity == "rsrp" for limit in definition.limits)
    for channel in chosen:
        fulfilled = _fulfilled(definition, signals[channel], budgets[channel], cells, sigma_db)
        if not by_level_alone:
            fulfilled &= ~signals[channel].in_doubt
        covered |= fulfilled
        in_doubt |= signals[channel].in_doubt
    no_data = unknown | (in_doubt & ~covered)
    return np.where(no_data, NO_DATA, np.where(covered, COVERED, NOT_COVERED)).astype(np.uint8)


def _fulfilled(
    definition: CoverageDefinition,
    signals: Signals,
    budget: ChannelBudget,
    cells: CellBudgets,
    sigma_db: float | npt.NDArray[np.float32] | None,
) -> BoolArray:
    """Return where a channel fulfils all conditions of a definition."""
    way_in = entry(budget, definition.place)
    together_db = combined_sigma_db(definition.shadow_sigma_db if sigma_db is None else sigma_db, way_in.sigma_db)
    quantile = NormalDist().inv_cdf(definition.location_percent / 100.0)
    margin_db: float | npt.NDArray[np.float32]
    if isinstance(together_db, np.ndarray):
        margin_db = np.multiply(together_db, quantile, dtype=np.float32)
    else:
        margin_db = together_db * quantile
    load = LOADS[definition.load] if isinstance(definition.load, str) else 0.01 * definition.load
    fulfilled: BoolArray = signals.server != NO_SERVER
    derived = None
    for quantity, threshold in definition.limits:
        if quantity == "rsrp":
            fulfilled &= signals.rsrp_cdbm >= (margin_db + (threshold + way_in.loss_db)) * 100.0 - ROUNDING
            continue
        if derived is None:
            derived = channel_layers(
                signals, budget, cells, entry_loss_db=way_in.loss_db, load=load, wanted_margin_db=margin_db
            )
        match quantity:
            case "sinr":
                fulfilled &= _at_least(derived.sinr_cdb, threshold)
            case "rsrq":
                fulfilled &= _at_least(derived.rsrq_cdb, threshold)
            case "downlink":
                fulfilled &= derived.downlink_kbps >= 1000.0 * threshold - ROUNDING
            case "uplink":
                fulfilled &= derived.uplink_kbps >= 1000.0 * threshold - ROUNDING
    return fulfilled


def _at_least(quality_cdb: npt.NDArray[np.int16], threshold_db: float) -> BoolArray:
    reached: BoolArray = quality_cdb >= 100.0 * threshold_db - ROUNDING
    reached &= quality_cdb != NO_QUALITY_CDB
    return reached
