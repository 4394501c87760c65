"""Sectors, arrays and tables laid together: what each gives alone, however their patterns are joined."""

from __future__ import annotations

import numpy as np
import pytest

from phusong.coverage.antennas import fill_antennas
from phusong.coverage.loss_pieces import Pieces, pack_losses
from phusong.coverage.plan import Transmitter
from phusong.coverage.sectors import ARRAY, SECTOR, SECTOR_FIELDS, TABLE, Patterns, digest, joined
from phusong.coverage.signals import Channel, Signals
from phusong.coverage.tile import TileJob, channel_signals, plan_channel
from phusong.scenarios.packed import Packed
from phusong.scenarios.schema import Antenna, ArrayAntenna, SectorAntenna, TableAntenna
from phusong.terrain.window import Window
from tests.random_signals import is_equal
from tests.test_antenna_tables import CUTS_CSV

TILE = Window(100, 140, 250, 310)
GROUND_M = np.random.default_rng(4).uniform(0.0, 60.0, TILE.shape).astype(np.float32)
LOSS_DB = np.random.default_rng(5).uniform(80.0, 120.0, TILE.shape).astype(np.float32)
LOSSES = Pieces(
    Packed(pack_losses(LOSS_DB, np.ones(TILE.shape, dtype=np.bool_), row=100, column=250, greatest_loss_db=170.0))
).within(TILE)
NAMES = ("panel", "aas", "cuts", "narrow", "aas", "panel", "cuts")
AZIMUTHS_DEG = (10.0, 80.0, 150.0, 200.0, 250.0, 300.0, 350.0)
TILTS_DEG = (4.0, 2.0, 5.0, 0.0, 6.0, 0.0, 2.0)


@pytest.fixture(scope="module")
def antennas(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Antenna]:
    path = tmp_path_factory.mktemp("antennas") / "cuts.csv"
    path.write_text(CUTS_CSV, encoding="utf-8")
    array = ArrayAntenna(kind="array", rows=4, columns=4, beam_azimuths_deg=(-30.0, 30.0))
    return {
        "panel": SectorAntenna(),
        "aas": array,
        "narrow": array.model_copy(update={"columns": 8}),
        "cuts": TableAntenna(kind="table", path=path, gain_dbi=16.0, electrical_tilt_deg=2.0),
    }


def transmitter(antennas: dict[str, Antenna], *cells: int, site: str = "A") -> Transmitter:
    """Return a mast with these cells, whose patterns are its own."""
    sectors = np.zeros(len(cells), dtype=SECTOR_FIELDS)
    for field, values in (("azimuth_deg", AZIMUTHS_DEG), ("electrical_tilt_deg", TILTS_DEG)):
        sectors[field] = [values[cell] for cell in cells]
    sectors["mechanical_tilt_deg"] = [cell % 2 for cell in cells]
    sectors["cell"], sectors["eirp_dbm"], sectors["load"] = cells, 15.0, 0.5
    patterns = fill_antennas(sectors, np.array([NAMES[cell] for cell in cells]), antennas)
    channel = Channel("4G", "Viettel", "L1800")
    return Transmitter(site, channel, 1842.5, 280.3, 121.6, 40.0, 30.0, 21.3, sectors, patterns)


def lay(*transmitters: Transmitter) -> Signals:
    job = plan_channel(
        transmitters, [LOSSES] * len(transmitters), [one.site for one in transmitters],
        threshold_cdbm=-9000, is_loaded=True,
    )  # fmt: skip
    return channel_signals(TileJob(TILE, GROUND_M, 50.0, 1.5, {}), job)


def test_all_kinds_are_there(antennas: dict[str, Antenna]) -> None:
    one = transmitter(antennas, *range(7))
    assert one.sectors["kind"].tolist() == [SECTOR, ARRAY, TABLE, ARRAY, ARRAY, SECTOR, TABLE]
    served = np.unique(lay(one).server, return_counts=True)
    assert served[0].tolist() == list(range(7))
    assert served[1].min() > 20


@pytest.mark.parametrize(
    "parts", [[(0, 1, 2), (3, 4, 5, 6)], [(6, 3), (0, 5), (4, 1, 2)], [(n,) for n in range(6, -1, -1)]]
)
def test_cells_are_the_same_beside_any_others(antennas: dict[str, Antenna], parts: list[tuple[int, ...]]) -> None:
    """On one mast, or apart with patterns of their own that are joined: arrays keep factors, tables their table."""
    together = lay(transmitter(antennas, *range(7)))
    apart = [transmitter(antennas, *cells, site=str(number)) for number, cells in enumerate(parts)]
    assert is_equal(lay(*apart), together)
    assert is_equal(lay(*apart[::-1]), together)


def test_what_every_cell_gives_alone_is_what_it_gives_with_others(antennas: dict[str, Antenna]) -> None:
    """Sectors alone have code of their own: their gain may round the other way, by a hundredth of a dB."""
    alone = np.stack([lay(transmitter(antennas, cell)).rsrp_cdbm for cell in range(7)]).astype(int)
    together = lay(transmitter(antennas, *range(7)))
    np.testing.assert_allclose(together.rsrp_cdbm, alone.max(axis=0), rtol=0, atol=1)
    second = np.sort(alone, axis=0)[-2]
    np.testing.assert_allclose(together.second_cdbm, second, rtol=0, atol=1)
    clear = alone.max(axis=0) > second + 2
    np.testing.assert_array_equal(together.server[clear], alone.argmax(axis=0)[clear])


def test_patterns_that_all_share_are_joined_to_themselves(antennas: dict[str, Antenna]) -> None:
    whole = transmitter(antennas, *range(7))
    halves = [whole.sectors[:3], whole.sectors[3:]]
    sectors, patterns = joined(halves, [whole.patterns] * 2)
    assert patterns is whole.patterns
    np.testing.assert_array_equal(sectors, whole.sectors)


def test_a_digest_tells_cells_and_patterns_and_not_where_these_lie(antennas: dict[str, Antenna]) -> None:
    whole = transmitter(antennas, *range(7))
    ours = digest(whole.sectors, whole.patterns)
    apart = [transmitter(antennas, *cells) for cells in ((0, 1), (2, 3, 4), (5, 6))]
    assert digest(*joined([one.sectors for one in apart], [one.patterns for one in apart])) == ours
    for field in SECTOR_FIELDS.names or ():
        changed = whole.sectors.copy()
        if field.startswith("pattern"):
            continue
        changed[field][0] += 1
        is_named = field not in ("rank", "kind")  # a rank follows from the others; another kind has other patterns
        if field != "kind":
            assert (digest(changed, whole.patterns) != ours) == is_named, field
    for name in Patterns._fields:
        values = getattr(whole.patterns, name).copy()
        values[0] += 0.01
        assert digest(whole.sectors, whole.patterns._replace(**{name: values})) != ours


def test_a_change_of_one_pattern_moves_no_other_cell(antennas: dict[str, Antenna]) -> None:
    louder = {**antennas, "cuts": antennas["cuts"].model_copy(update={"gain_dbi": 10.0})}
    before, after = (lay(transmitter(some, *range(7))) for some in (antennas, louder))
    others = ~np.isin(before.server, [2, 6]) & ~np.isin(after.server, [2, 6])
    assert others.sum() > 500
    np.testing.assert_array_equal(before.rsrp_cdbm[others], after.rsrp_cdbm[others])
    assert (before.power != after.power).all()
