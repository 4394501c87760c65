"""From path losses to signals: the compiled laying of cells over a tile against plain Python, to the last unit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.coverage.antennas import antenna_figures, fill_antennas
from phusong.coverage.loss_pieces import BLOCK, Pieces, pack_losses
from phusong.coverage.plan import Transmitter
from phusong.coverage.receive import MOST_CELLS, Received, cells_of
from phusong.coverage.sectors import SECTOR_FIELDS
from phusong.coverage.signals import NO_SERVER, NO_SIGNAL_CDBM, Channel, Signals
from phusong.coverage.tile import ChannelJob, TileJob, channel_signals, fill, plan_channel
from phusong.kernels.antennas.sector import Sector, sector_gain
from phusong.kernels.radio.power import loaded_units, power_units
from phusong.kernels.raster.wedges import NO_TERRAIN_DB, OUT_OF_RANGE_DB
from phusong.scenarios.packed import Packed
from phusong.scenarios.schema import SectorAntenna
from phusong.terrain.window import Window
from tests.random_signals import is_equal

CHANNEL = Channel("4G", "Viettel", "L1800")
RESOLUTION_M, MOBILE_M, THRESHOLD_CDBM, GREATEST_LOSS_DB = 50.0, 1.5, -9200, 128.0
TILE = Window(BLOCK - 15, BLOCK + 28, BLOCK - 25, BLOCK + 44)
"""It lies on four blocks, and neither side nor place is a multiple of sixteen."""
RNG = np.random.default_rng(11)
GROUND_M = RNG.uniform(10.0, 90.0, TILE.shape).astype(np.float32)
GROUND_M[3, 4] = np.nan
LOADS = (0.35, 1.0, 0.0)


def records(*numbers: int, azimuths_deg: Sequence[float] = (20.0, 140.0, 260.0), eirp_dbm: float = 15.2) -> Transmitter:
    """Return a mast's cells of these numbers."""
    sectors = np.zeros(len(numbers), dtype=SECTOR_FIELDS)
    for name, value in antenna_figures(SectorAntenna()).items():
        sectors[name] = value
    sectors["azimuth_deg"] = azimuths_deg[: len(numbers)]
    sectors["mechanical_tilt_deg"] = np.arange(len(numbers)) % 2 * 2.0  # both ways to compute a gain
    sectors["electrical_tilt_deg"] = 4.0
    sectors["eirp_dbm"], sectors["cell"], sectors["load"] = eirp_dbm, numbers, np.resize(LOADS, len(numbers))
    patterns = fill_antennas(np.zeros(0, dtype=SECTOR_FIELDS), np.zeros(0, dtype=np.str_), {})
    return Transmitter("", CHANNEL, 1842.5, 0.0, 0.0, 55.0, 30.0, 21.3, sectors, patterns)


class Mast:
    """Cells on a mast with its path losses over a region, kept as the store keeps them."""

    def __init__(self, transmitter: Transmitter, region: Window, loss_db: npt.NDArray[np.float32]) -> None:
        self.transmitter, self.region = transmitter, region
        packed = pack_losses(
            loss_db, np.ones(region.shape, dtype=np.bool_),
            row=region.row_start, column=region.column_start, greatest_loss_db=GREATEST_LOSS_DB,
        )  # fmt: skip
        self.losses = Pieces(Packed(packed))
        self.is_unknown = loss_db == NO_TERRAIN_DB
        self.is_reached = (loss_db < NO_TERRAIN_DB) & (loss_db <= GREATEST_LOSS_DB)
        self.loss_cdb = np.floor(100.0 * loss_db.astype(np.float64) + 0.5)


def make_masts() -> list[Mast]:
    """Four masts on three sites; the cells of the last are twins of the third's."""
    made: list[Mast] = []
    loss_db = np.empty(0, dtype=np.float32)
    places = ((2, -3.8, 11.2, "A"), (0, 28.3, -2.7, "B"), (3, 44.0, 20.0, "B"), (1, 44.0, 20.0, "C"))
    for number, across, down, site in places:
        region = Window(TILE.row_start - 3, TILE.row_stop - 2, TILE.column_start + 5, TILE.column_stop + 9)
        if site != "C":
            loss_db = RNG.uniform(80.0, 130.0, region.shape).astype(np.float32)
            loss_db[RNG.random(region.shape) < 0.1] = OUT_OF_RANGE_DB
            loss_db[RNG.random(region.shape) < 0.1] = NO_TERRAIN_DB
        one = records(*(3 * number + sector for sector in range(3)))
        column, row = TILE.column_start + across, TILE.row_start + down
        made.append(Mast(replace(one, site=site, column=column, row=row), region, loss_db))
    return made


MASTS = make_masts()
SITE_NUMBERS = {"A": 4, "B": 0, "C": 7}


def job_of(masts: Sequence[Mast], window: Window = TILE) -> ChannelJob:
    return plan_channel(
        [one.transmitter for one in masts], [one.losses.within(window) for one in masts],
        [str(number) for number in range(len(masts))],
        threshold_cdbm=THRESHOLD_CDBM, is_loaded=True, site_numbers=SITE_NUMBERS,
    )  # fmt: skip


def tile_of(window: Window = TILE) -> TileJob:
    return TileJob(window, GROUND_M[window.within(TILE)], RESOLUTION_M, MOBILE_M, {})


def lay(masts: Sequence[Mast], window: Window = TILE) -> Signals:
    return channel_signals(tile_of(window), job_of(masts, window))


def split(mast: Mast) -> list[Mast]:
    """Return the mast once for each of its cells."""
    copies = []
    for cell in range(mast.transmitter.sectors.size):
        copy = object.__new__(Mast)
        copy.__dict__.update(mast.__dict__)
        copy.transmitter = replace(mast.transmitter, sectors=mast.transmitter.sectors[cell : cell + 1])
        copies.append(copy)
    return copies


CELLS = sorted((one for mast in MASTS for one in split(mast)), key=lambda one: int(one.transmitter.sectors["cell"][0]))
LEVELS = np.stack([lay([one]).rsrp_cdbm for one in CELLS])
"""(cells, rows, columns) what each cell alone gives; the cells are numbered from 0."""


def test_levels_are_what_the_definition_says() -> None:
    """Power of a resource element + gain - loss, in whole hundredths of a dB."""
    compared = 0
    for one, levels in zip(CELLS, LEVELS, strict=True):
        record, mast = one.transmitter.sectors[0], one.transmitter
        sector = Sector(*(float(record[name]) for name in Sector._fields))
        shared = one.region.shared(TILE)
        is_reached = np.zeros(TILE.shape, dtype=np.bool_)
        is_reached[shared.within(TILE)] = one.is_reached[shared.within(one.region)]
        np.testing.assert_array_equal(levels != NO_SIGNAL_CDBM, is_reached)
        for i, j in np.argwhere(is_reached)[::3].tolist():
            row, column = TILE.row_start + i, TILE.column_start + j
            ground_m = 0.0 if math.isnan(GROUND_M[i, j]) else float(GROUND_M[i, j])
            gain_dbi = sector_gain(
                sector, RESOLUTION_M * (column - mast.column), RESOLUTION_M * (mast.row - row),
                mast.ground_m + mast.height_m - ground_m - MOBILE_M,
            )  # fmt: skip
            loss_cdb = one.loss_cdb[row - one.region.row_start, column - one.region.column_start]
            expected = math.floor(100.0 * (float(record["eirp_dbm"]) + gain_dbi) + 0.5) - loss_cdb
            assert abs(levels[i, j] - expected) <= 1
            compared += 1
    assert compared > 5000


def test_everything_follows_exactly_from_the_levels() -> None:
    together = lay(MASTS)
    rows, columns = TILE.shape
    ties = 0
    for i in range(rows):
        for j in range(columns):
            heard = sorted(
                (-int(level), cell) for cell, level in enumerate(LEVELS[:, i, j].tolist()) if level != NO_SIGNAL_CDBM
            )
            first, second = [*((-level, cell) for level, cell in heard), *2 * [(int(NO_SIGNAL_CDBM), -1)]][:2]
            ties += first[0] == second[0] and second[1] >= 0
            assert (together.rsrp_cdbm[i, j], together.server[i, j]) == first
            assert (together.second_cdbm[i, j], together.second[i, j]) == second
            assert together.power[i, j] == sum(int(power_units(-level)) for level, _ in heard)
            loads = {cell: float(CELLS[cell].transmitter.sectors["load"][0]) for _, cell in heard}
            assert together.loaded is not None
            assert together.loaded[i, j] == sum(int(loaded_units(-level, loads[cell])) for level, cell in heard)
            assert together.overlap[i, j] == sum(-level >= THRESHOLD_CDBM for level, _ in heard)
    assert ties > 10
    assert {0, 1, 2, 3} <= set(np.unique(together.overlap).tolist())
    assert (together.server == NO_SERVER).any()


def test_masts_whose_path_is_unknown_are_counted() -> None:
    unknown = np.zeros(TILE.shape, dtype=np.uint16)
    for one in MASTS:
        shared = one.region.shared(TILE)
        unknown[shared.within(TILE)] += one.is_unknown[shared.within(one.region)]
    np.testing.assert_array_equal(lay(MASTS).in_doubt, unknown)
    assert {0, 1, 2} <= set(np.unique(unknown).tolist())


@settings(deadline=None, max_examples=30)
@given(st.permutations(range(len(MASTS))), st.permutations(range(3)), st.integers(0, 2**32 - 1))
def test_no_order_changes_a_bit(order: list[int], within: list[int], seed: int) -> None:
    """Not that of masts, of the cells of a mast, nor of the pieces of their path losses."""
    shuffled = []
    for number in order:
        copy = object.__new__(Mast)
        copy.__dict__.update(MASTS[number].__dict__)
        copy.transmitter = replace(copy.transmitter, sectors=copy.transmitter.sectors[within])
        shuffled.append(copy)
    job = job_of(shuffled)
    pieces = np.random.default_rng(seed).permutation(job.pieces.size)
    job = replace(job, pieces=job.pieces[pieces], data=tuple(job.data[piece] for piece in pieces.tolist()))
    assert is_equal(channel_signals(tile_of(), job), lay(MASTS))
    assert job.digest == job_of(MASTS).digest


@pytest.mark.parametrize("left", range(17))
def test_a_pixel_does_not_depend_on_where_its_tile_begins(left: int) -> None:
    window = Window(TILE.row_start + 2, TILE.row_stop - left, TILE.column_start + left, TILE.column_stop - left % 3)
    whole, alone, part = lay(MASTS), lay(MASTS, window), window.within(TILE)
    assert whole.loaded is not None
    cut = Signals(
        whole.rsrp_cdbm[part], whole.server[part], whole.second_cdbm[part], whole.second[part], whole.power[part],
        whole.loaded[part], whole.overlap[part], whole.in_doubt[part],
    )  # fmt: skip
    assert is_equal(alone, cut)


def test_what_is_asked_is_right_and_the_rest_is_spared() -> None:
    asked = np.zeros(TILE.shape, dtype=np.bool_)
    asked[[5, 20, 42], [0, 33, 68]] = True
    some, whole = channel_signals(tile_of(), job_of(MASTS), asked), lay(MASTS)
    for name in ("rsrp_cdbm", "server", "second_cdbm", "second", "power", "loaded", "overlap", "in_doubt"):
        np.testing.assert_array_equal(getattr(some, name)[asked], getattr(whole, name)[asked], err_msg=name)
    assert (some.server[0] == NO_SERVER).all()


def test_the_strongest_cell_of_any_other_site() -> None:
    received = Received.nothing(GROUND_M, TILE.row_start, TILE.column_start, by_site=True)
    job = job_of(MASTS)
    fill(received, tile_of(), replace(job, is_loaded=False))
    assert received.sites is not None
    assert received.others is not None
    part = TILE.within(received.window)
    best_cdbm, best = cells_of(received.best[part], job.cells)
    other_cdbm, _ = cells_of(received.others[part], job.cells)
    whole = lay(MASTS)
    np.testing.assert_array_equal(best, whole.server)
    np.testing.assert_array_equal(best_cdbm, whole.rsrp_cdbm)
    site_of_cell = np.array([SITE_NUMBERS[one.transmitter.site] for one in CELLS])
    site = np.where(best >= 0, site_of_cell[best], -1)
    np.testing.assert_array_equal(received.sites[part], site)
    elsewhere = np.where(site_of_cell[:, None, None] == site, NO_SIGNAL_CDBM, LEVELS).max(axis=0)
    np.testing.assert_array_equal(other_cdbm, np.where(best >= 0, elsewhere, NO_SIGNAL_CDBM))


def straight_ahead(loss_db: float, **options: float) -> Signals:
    """Return what a pixel on the boresight receives, on the level: gain 17.5 dBi."""
    one = records(0, azimuths_deg=(0.0,), **options)
    one.sectors["electrical_tilt_deg"] = 0.0
    mast = replace(one, column=100.0, row=120.0, ground_m=0.0)
    region = Window(90, 91, 100, 101)
    at = Mast(mast, region, np.full((1, 1), loss_db, dtype=np.float32))
    tile = TileJob(region, np.full((1, 1), 28.5, dtype=np.float32), RESOLUTION_M, MOBILE_M, {})
    job = plan_channel([mast], [at.losses.within(region)], ["k"], threshold_cdbm=THRESHOLD_CDBM, is_loaded=False)
    return channel_signals(tile, job)


@pytest.mark.parametrize(("loss_db", "overlap"), [(125.0, 1), (125.01, 0)])
def test_a_power_exactly_at_the_threshold_counts(loss_db: float, overlap: int) -> None:
    """15.5 + 17.5 - 125 = -92 dBm."""
    signals = straight_ahead(loss_db, eirp_dbm=15.5)
    assert signals.rsrp_cdbm[0, 0] == round(100.0 * (33.0 - loss_db))
    assert signals.overlap[0, 0] == overlap
    assert signals.loaded is None


@pytest.mark.parametrize(("eirp_dbm", "rsrp_cdbm"), [(-117.49, -19_999), (-117.5, int(NO_SIGNAL_CDBM))])
def test_what_is_weaker_than_the_weakest_is_not_heard(eirp_dbm: float, rsrp_cdbm: int) -> None:
    signals = straight_ahead(100.0, eirp_dbm=eirp_dbm)
    assert signals.rsrp_cdbm[0, 0] == rsrp_cdbm
    assert (signals.server[0, 0] >= 0) == (rsrp_cdbm != NO_SIGNAL_CDBM)


@pytest.mark.parametrize("loudest", [0, MOST_CELLS - 1])
def test_as_many_cells_as_can_be_told_apart(loudest: int) -> None:
    one = records(0, azimuths_deg=(0.0,))
    sectors = np.repeat(one.sectors, MOST_CELLS)
    sectors["cell"] = 10 + np.arange(MOST_CELLS)
    sectors["eirp_dbm"][loudest] += 0.01
    mast = replace(one, column=100.0, row=120.0, sectors=sectors)
    region = Window(90, 91, 100, 101)
    losses = Mast(mast, region, np.full((1, 1), 100.0, dtype=np.float32)).losses.within(region)
    tile = TileJob(region, np.zeros((1, 1), dtype=np.float32), RESOLUTION_M, MOBILE_M, {})
    signals = channel_signals(tile, plan_channel([mast], [losses], ["k"], threshold_cdbm=0, is_loaded=False))
    assert signals.server[0, 0] == 10 + loudest
    assert signals.second[0, 0] == (11 if loudest == 0 else 10)
    more = replace(mast, sectors=np.concatenate([sectors, sectors[:1]]))
    with pytest.raises(ValueError, match="65537 cells"):
        plan_channel([more], [losses], ["k"], threshold_cdbm=0, is_loaded=False)
