"""What a pixel gets from one channel: SINR, RSRQ and rates, from the signals of its cells and the link budget.

Everything is taken at one place, outdoors or behind a loss: the loss weakens wanted signal and interference alike, and
noise not at all, which is the same as more noise. Body loss and antenna gain of the phone count the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
import numpy.typing as npt

from phusong.coverage.rate_tables import HIGHEST_CDB, LOWEST_CDB, Rates, block_hz, downlink_rates, uplink_rates
from phusong.coverage.signals import Signals
from phusong.kernels._jit import scalar
from phusong.kernels.arguments import FloatArray
from phusong.kernels.radio.noise import noise_dbm, noise_rises_db
from phusong.kernels.radio.power import LOWEST_CDBM, POWER_UNIT_DBM, POWER_UNITS, loaded_units, power_units
from phusong.kernels.radio.quality import rsrq_db, sinr_db
from phusong.scenarios.link_resolution import CellBudgets, ChannelBudget

NO_QUALITY_CDB = np.int16(-32768)
"""Stands in SINR and RSRQ where no cell reaches."""
NO_RATE_KBPS = np.int32(-1)
"""Stands in rates where no cell reaches; 0 is a cell too weak to carry anything."""
LARGEST_CDB = 32767

Kind = TypeVar("Kind", bound=np.generic)
RateOf = Literal["cell", "free share"]


@dataclass(frozen=True, eq=False)
class ChannelLayers:
    """What the pixels of a region get from one channel; all arrays (rows, columns).

    Attributes
    ----------
    sinr_cdb, rsrq_cdb : int16 [0.01 dB]; NO_QUALITY_CDB where no cell reaches.
    downlink_kbps, uplink_kbps : int32, rate of one user [kbit/s]; NO_RATE_KBPS where no cell reaches.
    """

    sinr_cdb: npt.NDArray[np.int16]
    rsrq_cdb: npt.NDArray[np.int16]
    downlink_kbps: npt.NDArray[np.int32]
    uplink_kbps: npt.NDArray[np.int32]


@scalar
def _whole_cdb(ratio_db: float) -> int:
    """Return hundredths of a dB as an int16 that is not the mark; -inf and too much are cut off."""
    return int(min(max(np.rint(100.0 * ratio_db), -LARGEST_CDB), LARGEST_CDB))


@scalar
def _look_up(rates_kbps: Rates, ratio_cdb: int) -> int:
    return int(rates_kbps[min(max(ratio_cdb, LOWEST_CDB), HIGHEST_CDB) - LOWEST_CDB])


@scalar
def _derive(
    rsrp_cdbm: npt.NDArray[np.int16],
    server: npt.NDArray[np.int32],
    power: npt.NDArray[np.int64],
    loaded: npt.NDArray[np.int64],
    load_of_cell: FloatArray,
    share_of_cell: FloatArray,
    uplink_offset_cdb: npt.NDArray[np.int64],
    margin_cdb: npt.NDArray[np.int64],
    is_loaded: bool,
    reference_share: float,
    noise: float,
    downlink_rates_kbps: Rates,
    uplink_rates_kbps: Rates,
    sinr_cdb: npt.NDArray[np.int16],
    rsrq_cdb: npt.NDArray[np.int16],
    downlink_kbps: npt.NDArray[np.int32],
    uplink_kbps: npt.NDArray[np.int32],
) -> None:
    """Fill the layers, all (pixels,) but the per-cell arrays; ``margin_cdb`` has one value, or one a pixel."""
    step = 1 if margin_cdb.size > 1 else 0
    for i in range(server.size):
        cell = server[i]
        if cell < 0:
            continue
        load = float(load_of_cell[cell])
        own_cdbm = int(rsrp_cdbm[i])
        wanted_cdbm = own_cdbm - int(margin_cdb[step * i])
        wanted = float(power_units(max(wanted_cdbm, LOWEST_CDBM)))
        if is_loaded:
            interference = float(max(loaded[i] - loaded_units(own_cdbm, load), 0))
        else:
            interference = load * float(power[i] - power_units(own_cdbm))
        ratio_cdb = _whole_cdb(sinr_db(wanted, interference, noise))
        # References of every cell always, the rest of every cell by its load; the server's as strong as it is wanted.
        others = float(power[i] - power_units(own_cdbm))
        received = reference_share * others + (1.0 - reference_share) * interference
        received += (reference_share + (1.0 - reference_share) * load) * wanted
        sinr_cdb[i] = ratio_cdb
        rsrq_cdb[i] = _whole_cdb(rsrq_db(wanted, received, noise))
        downlink_kbps[i] = np.int32(np.rint(share_of_cell[cell] * _look_up(downlink_rates_kbps, ratio_cdb)))
        uplink_kbps[i] = _look_up(uplink_rates_kbps, wanted_cdbm + int(uplink_offset_cdb[cell]))


def channel_layers(
    signals: Signals,
    budget: ChannelBudget,
    cells: CellBudgets,
    *,
    entry_loss_db: float = 0.0,
    load: float | None = None,
    wanted_margin_db: float | npt.NDArray[np.float32] = 0.0,
    rate_of: RateOf = "cell",
) -> ChannelLayers:
    """Derive SINR, RSRQ and rates of every pixel.

    Parameters
    ----------
    signals : of the channel's cells, outdoors, at the median.
    budget : of the channel.
    cells : of all cells that ``signals.server`` counts.
    entry_loss_db : loss from outdoors to where the phone is [dB].
    load : of all cells of the channel, 0 to 1, in place of the cells' own.
    wanted_margin_db : by how much the wanted signal lies below its median [dB], a number or (rows, columns); the other
        cells stay at theirs.
    rate_of : "cell" is the downlink rate of a user alone in the cell, under the interference of the others; "free
        share" is what of it the cell's load leaves.

    SINR is S / (I + N) of a resource element, with I the sum over the other cells of power times load. Rates are of
    ``rate_tables``. The uplink takes the path of the downlink, RSRP less the power of the reference signal at the
    antenna: it may lie hundreds of MHz apart, and the antenna's beams may be others.
    """
    loads, loaded = _loads(signals, budget, cells, load)
    lost_db = entry_loss_db + budget.body_loss_db - budget.ue_gain_dbi
    shape = signals.server.shape
    layers = ChannelLayers(
        np.full(shape, NO_QUALITY_CDB),
        np.full(shape, NO_QUALITY_CDB),
        np.full(shape, NO_RATE_KBPS),
        np.full(shape, NO_RATE_KBPS),
    )
    margin_cdb = np.rint(100.0 * np.asarray(wanted_margin_db, dtype=np.float64)).astype(np.int64).reshape(-1)
    _derive(
        flat(signals.rsrp_cdbm), flat(signals.server), flat(signals.power),
        flat(signals.power if loaded is None else loaded),
        loads, 1.0 - loads if rate_of == "free share" else np.ones_like(loads),
        uplink_offset_cdb(budget, cells, lost_db), margin_cdb, loaded is not None,
        budget.reference_share, _noise(budget, lost_db),
        downlink_rates(budget), uplink_rates(budget), layers.sinr_cdb.reshape(-1), layers.rsrq_cdb.reshape(-1),
        layers.downlink_kbps.reshape(-1), layers.uplink_kbps.reshape(-1),
    )  # fmt: skip
    return layers


def wanted_and_besides(
    signals: Signals, budget: ChannelBudget, cells: CellBudgets, *, entry_loss_db: float, load: float | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return what RSRQ is made of, (rows, columns) each: wanted power, what comes besides it, and the server's share.

    The first two of a resource element [units of ``kernels.radio.power``], outdoors: RSRP of the strongest cell; the
    others' power as far as they fill their elements, and the noise. The share of its elements that the strongest cell
    fills counts its own part of the RSSI. Parameters as of ``channel_layers``.
    """
    loads, loaded = _loads(signals, budget, cells, load)
    own = POWER_UNITS[signals.rsrp_cdbm.astype(np.int64) - LOWEST_CDBM]
    load_of_server = loads[np.maximum(signals.server, 0)]
    others = (signals.power - own).astype(np.float64)
    if loaded is None:
        interference = load_of_server * others
    else:
        interference = np.maximum(loaded - np.rint(load_of_server * own), 0.0)
    share = budget.reference_share
    noise = _noise(budget, entry_loss_db + budget.body_loss_db - budget.ue_gain_dbi)
    besides = share * others + (1.0 - share) * interference + noise
    return own.astype(np.float64), besides, share + (1.0 - share) * load_of_server


def _loads(
    signals: Signals, budget: ChannelBudget, cells: CellBudgets, load: float | None
) -> tuple[FloatArray, npt.NDArray[np.int64] | None]:
    """Return the load of each cell, and the sum of loaded powers; None where one load counts for all."""
    if load is None and signals.loaded is not None:
        return cells.downlink_load, signals.loaded
    return np.full_like(cells.downlink_load, budget.downlink_load if load is None else load), None


def _noise(budget: ChannelBudget, lost_db: float) -> float:
    """Return the noise of a resource element as it would be before the losses [units of ``kernels.radio.power``]."""
    spacing_hz = 1000.0 * budget.subcarrier_spacing_khz
    noise_at_phone_dbm = noise_dbm(spacing_hz, budget.ue_noise_figure_db, budget.thermal_noise_dbm_hz)
    return float(10.0 ** ((noise_at_phone_dbm + lost_db - POWER_UNIT_DBM) / 10.0))


def uplink_offset_cdb(budget: ChannelBudget, cells: CellBudgets, loss_db: float) -> npt.NDArray[np.int64]:
    """Return what to add to RSRP for the uplink's SNR with all power in one resource block [0.01 dB]; (cells,).

    The phone's power less ``loss_db`` (entry, body, antenna), the path to the antenna (RSRP less the reference
    signal's power there), the feeder, and the noise of a block at the station with its rise by load.
    """
    quiet_dbm = noise_dbm(block_hz(budget), 0.0, budget.thermal_noise_dbm_hz)
    rise_db = noise_rises_db(cells.uplink_load)
    offset_db = (
        budget.ue_power_dbm - loss_db - cells.rs_power_dbm - cells.feeder_loss_db
        - (quiet_dbm + cells.station_noise_figure_db + rise_db)
    )  # fmt: skip
    offset_cdb: npt.NDArray[np.int64] = np.rint(100.0 * offset_db).astype(np.int64)
    return offset_cdb


def flat(array: npt.NDArray[Kind]) -> npt.NDArray[Kind]:
    """Return (rows, columns) as (pixels,), without a copy where the array is contiguous."""
    return np.ascontiguousarray(array).reshape(-1)
