"""From path loss to received power: the compiled laying of cells over a tile against plain numpy."""

from __future__ import annotations

from itertools import permutations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pytest

from phusong.coverage.antennas import antenna_figures
from phusong.coverage.link import (
    NO_SERVER,
    NO_SIGNAL_DBM,
    SECTOR_FIELDS,
    Layers,
    Patterns,
    resource_element_power_dbm,
    serve,
)
from phusong.kernels.antennas.array import POINTS
from phusong.kernels.antennas.sector import Sector, sector_gain
from phusong.kernels.raster.profile import Mast
from phusong.kernels.raster.surface import Surface
from phusong.kernels.raster.wedges import NO_TERRAIN_DB, OUT_OF_RANGE_DB, Region
from phusong.scenarios.schema import Band, SectorAntenna

ROWS, COLUMNS, RESOLUTION_M, MOBILE_M, THRESHOLD_DBM = 43, 51, 50.0, 1.5, -92.0
NO_PATTERNS = Patterns(np.empty((0, 2, POINTS), dtype=np.float32), np.empty((0, 0), dtype=np.float32))
RNG = np.random.default_rng(11)
GROUND_M = RNG.uniform(10.0, 90.0, (ROWS, COLUMNS)).astype(np.float32)
SURFACE = Surface.lay_out(GROUND_M)
REGION = Region(3, 40, 5, 48)  # neither side a multiple of sixteen
SHAPE = REGION.row_stop - REGION.row_start, REGION.column_stop - REGION.column_start

Records = npt.NDArray[np.void]
LossArray = npt.NDArray[np.float32]


class Site(NamedTuple):
    """A mast, its path loss over the region and its cells."""

    mast: Mast
    loss_db: LossArray
    sectors: Records


def cells(*numbers: int, azimuth_deg: tuple[float, ...] = (20.0, 140.0, 260.0), eirp_dbm: float = 15.2) -> Records:
    sectors = np.zeros(len(numbers), dtype=SECTOR_FIELDS)
    for name, value in antenna_figures(SectorAntenna()).items():
        sectors[name] = value
    sectors["azimuth_deg"] = azimuth_deg[: len(numbers)]
    sectors["mechanical_tilt_deg"], sectors["electrical_tilt_deg"] = 2.0, 4.0
    sectors["eirp_dbm"], sectors["cell"] = eirp_dbm, numbers
    return sectors


def sites() -> list[Site]:
    made = []
    for number, (column, row) in enumerate([(20.3, 11.8), (44.9, 30.2), (8.0, 25.0)]):
        loss_db = RNG.uniform(80.0, 130.0, SHAPE).astype(np.float32)
        loss_db[RNG.random(SHAPE) < 0.1] = OUT_OF_RANGE_DB
        loss_db[RNG.random(SHAPE) < 0.1] = NO_TERRAIN_DB
        mast = Mast(int(column), int(row), column % 1, row % 1, 55.0, 30.0 + number)
        made.append(Site(mast, loss_db, cells(*(3 * number + sector for sector in range(3)))))
    return made


SITES = sites()


def lay(some: list[Site], offset: tuple[int, int] = (0, 0), shape: tuple[int, int] = SHAPE) -> Layers:
    layers = Layers.empty(shape)
    for site in some:
        serve(
            layers, site.loss_db, surface=SURFACE, mast=site.mast, region=REGION, offset=offset,
            resolution_m=RESOLUTION_M, mobile_height_m=MOBILE_M, threshold_dbm=THRESHOLD_DBM, sectors=site.sectors,
            patterns=NO_PATTERNS,
        )  # fmt: skip
    return layers


def each_cell_dbm(some: list[Site]) -> npt.NDArray[np.float64]:
    """RSRP = power of a resource element + gain - loss of every cell, shape (cells, rows, columns); -inf unknown."""
    power_dbm = np.full((9, *SHAPE), -np.inf)
    for mast, loss_db, sectors in some:
        for record in sectors:
            sector = Sector(*(float(record[name]) for name in Sector._fields))
            for i, j in np.argwhere(loss_db < NO_TERRAIN_DB):
                row, column = int(i) + REGION.row_start, int(j) + REGION.column_start
                gain_dbi = sector_gain(
                    sector,
                    RESOLUTION_M * (column - mast.column - mast.column_rest),
                    RESOLUTION_M * (mast.row + mast.row_rest - row),
                    mast.ground_m + mast.height_m - float(GROUND_M[row, column]) - MOBILE_M,
                )
                power_dbm[record["cell"], i, j] = record["eirp_dbm"] + gain_dbi - loss_db[i, j]
    return power_dbm


def test_the_strongest_cell_its_power_and_the_overlap() -> None:
    layers, power_dbm = lay(SITES), each_cell_dbm(SITES)
    reached = np.isfinite(power_dbm).any(axis=0)
    strongest_dbm = power_dbm.max(axis=0)
    np.testing.assert_allclose(layers.rsrp_dbm[reached], strongest_dbm[reached], rtol=0, atol=0.003)
    runner_up_dbm = np.maximum(np.sort(power_dbm, axis=0)[-2], -1e9)
    clear = reached & (strongest_dbm > runner_up_dbm + 0.01)
    assert clear.sum() > 1000
    np.testing.assert_array_equal(layers.server[clear], power_dbm.argmax(axis=0)[clear])
    decided = (np.abs(power_dbm - THRESHOLD_DBM) > 0.01).all(axis=0)
    np.testing.assert_array_equal(layers.overlap[decided], (power_dbm >= THRESHOLD_DBM).sum(axis=0)[decided])
    assert {0, 1, 2, 3} <= set(np.unique(layers.overlap).tolist())
    assert (layers.rsrp_dbm[~reached] == NO_SIGNAL_DBM).all()
    assert (layers.server[~reached] == NO_SERVER).all()


def test_an_unknown_path_leaves_doubt_and_one_out_of_range_none() -> None:
    unknown = np.any([site.loss_db == NO_TERRAIN_DB for site in SITES], axis=0)
    np.testing.assert_array_equal(lay(SITES).in_doubt, unknown)
    assert 0 < unknown.sum() < unknown.size


def test_the_order_of_masts_changes_no_bit() -> None:
    first = lay(SITES)
    for some in permutations(SITES):
        for name, layer in vars(lay(list(some))).items():
            np.testing.assert_array_equal(layer, getattr(first, name), err_msg=name)


@pytest.mark.parametrize("numbers", [(4, 9), (9, 4)])
def test_equal_powers_go_to_the_lower_number_in_any_order(numbers: tuple[int, int]) -> None:
    twins = SITES[0]._replace(sectors=cells(*numbers, azimuth_deg=(70.0, 70.0)))
    layers = lay([twins])
    reached = twins.loss_db < NO_TERRAIN_DB
    assert (layers.server[reached] == 4).all()
    assert set(np.unique(layers.overlap[reached]).tolist()) == {0, 2}


def test_a_region_lies_where_it_is_told_and_nothing_else_is_touched() -> None:
    layers, alone = lay(SITES, (7, 2), (60, 70)), lay(SITES)
    inside = slice(7, 7 + SHAPE[0]), slice(2, 2 + SHAPE[1])
    np.testing.assert_array_equal(layers.rsrp_dbm[inside], alone.rsrp_dbm)
    np.testing.assert_array_equal(layers.server[inside], alone.server)
    outside = np.ones((60, 70), dtype=np.bool_)
    outside[inside] = False
    assert (layers.rsrp_dbm[outside] == NO_SIGNAL_DBM).all()
    assert not layers.overlap[outside].any()


def test_a_power_exactly_at_the_threshold_counts() -> None:
    """Straight ahead on the boresight, on the level: gain 17.5 dBi; 15.5 + 17.5 - 125 = -92 dBm."""
    sectors = cells(0, azimuth_deg=(0.0,), eirp_dbm=15.5)
    sectors["mechanical_tilt_deg"] = sectors["electrical_tilt_deg"] = 0.0
    level = Surface.lay_out(np.full((ROWS, COLUMNS), 28.5, dtype=np.float32))
    for loss_db, overlap in ((125.0, 1), (np.nextafter(np.float32(125.0), np.float32(126.0)), 0)):
        layers = Layers.empty((1, 1))
        serve(
            layers, np.full((1, 1), loss_db, dtype=np.float32), surface=level, mast=Mast(25, 30, 0.0, 0.0, 0.0, 30.0),
            region=Region(10, 11, 25, 26), offset=(0, 0), resolution_m=RESOLUTION_M, mobile_height_m=MOBILE_M,
            threshold_dbm=THRESHOLD_DBM, sectors=sectors, patterns=NO_PATTERNS,
        )  # fmt: skip
        assert layers.overlap[0, 0] == overlap
        assert layers.rsrp_dbm[0, 0] == pytest.approx(THRESHOLD_DBM, abs=1e-4)


@pytest.mark.parametrize(
    ("power_dbm", "subcarriers", "element_dbm"),
    [(46.0, 1200, 15.2), (43.0, 1200, 12.2), (46.0, 3276, 10.8), (53.0, 3276, 17.8)],
)
def test_power_of_a_resource_element(power_dbm: float, subcarriers: int, element_dbm: float) -> None:
    band = Band(technology="4G", frequency_mhz=1840.0, bandwidth_mhz=20.0, subcarriers=subcarriers, feeder_loss_db=0.0)
    assert resource_element_power_dbm(power_dbm, band) == pytest.approx(element_dbm, abs=0.05)
    assert 10 ** (resource_element_power_dbm(power_dbm, band) / 10) * subcarriers == pytest.approx(
        10 ** (power_dbm / 10)
    )
    boosted = band.model_copy(update={"reference_signal_boost_db": 3.0, "feeder_loss_db": 0.5})
    assert resource_element_power_dbm(power_dbm, boosted) == pytest.approx(
        resource_element_power_dbm(power_dbm, band) + 2.5
    )
