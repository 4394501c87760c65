"""A run that was broken off goes on from its finished tiles, and from nothing that is not what it needs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.kill_and_resume import Job, attempts
from phusong.coverage import engine, tile_layers
from phusong.coverage.engine import simulate
from phusong.coverage.tile_layers import LayerJob, compute_tile
from phusong.coverage.tile_store import TileStore
from phusong.scenarios.load import load
from phusong.scenarios.packed import pack
from phusong.scenarios.schema import Scenario
from phusong.scenarios.store import Run
from phusong.terrain.window import Window
from tests.sample_network import TEXT, differing_parts, rows, write_network

EVERYTHING = ("layers", "tables", "signals")


class StoppedError(Exception):
    """Ends a run from within."""


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[Window]:
    """The tiles that were computed."""
    windows: list[Window] = []

    def noted(job: LayerJob) -> bytes:
        windows.append(job.tile.window)
        return compute_tile(job)

    monkeypatch.setattr(engine, "compute_tile", noted)
    return windows


def break_off(scenario: Scenario, out: Path, *, tiles: int = 3, resume: bool = True, tile_pixels: int = 24) -> None:
    """Simulate until so many tiles are done."""

    def stop(stage: str, done: int, _total: int) -> None:
        if (stage, done) == ("compute tiles", tiles):
            raise StoppedError

    with pytest.raises(StoppedError):
        simulate(scenario, out, workers=1, resume=resume, tile_pixels=tile_pixels, progress=stop)
    assert not out.exists()


def tiles_beside(out: Path) -> list[Path]:
    return sorted(out.with_name(f".{out.name}.tiles").glob("*"))


def test_what_is_finished_is_not_computed_again(
    network: Scenario, network_run: Run, tmp_path: Path, computed: list[Window]
) -> None:
    break_off(network, tmp_path / "run")
    assert len(tiles_beside(tmp_path / "run")) == 3
    computed.clear()
    run = simulate(network, tmp_path / "run", workers=1, resume=True, tile_pixels=24)
    assert len(computed) == 3
    assert not differing_parts(run, network_run, *EVERYTHING)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_without_resume_nothing_is_kept(
    network: Scenario, network_run: Run, tmp_path: Path, computed: list[Window]
) -> None:
    break_off(network, tmp_path / "run", resume=False)
    assert not list(tmp_path.iterdir())
    break_off(network, tmp_path / "run")
    computed.clear()
    run = simulate(network, tmp_path / "run", workers=1, tile_pixels=24)
    assert len(computed) == 6
    assert not differing_parts(run, network_run, *EVERYTHING)


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "flipped": lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:],
    "truncated": lambda data: data[:-1],
    "empty": lambda _: b"",
    "not a tile": lambda _: pack({}, {}),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_tile_is_computed_again(
    network: Scenario, network_run: Run, tmp_path: Path, computed: list[Window], damage: str
) -> None:
    break_off(network, tmp_path / "run")
    first = tiles_beside(tmp_path / "run")[0]
    first.write_bytes(DAMAGES[damage](first.read_bytes()))
    (first.parent / ".24_0.tile.1.part").write_bytes(b"PHUS")  # what a killed process was writing
    computed.clear()
    run = simulate(network, tmp_path / "run", workers=1, resume=True, tile_pixels=24)
    assert len(computed) == 4
    assert not differing_parts(run, network_run, *EVERYTHING)


def test_tiles_cut_otherwise_do_not_stay(network: Scenario, network_run: Run, tmp_path: Path) -> None:
    break_off(network, tmp_path / "run", tile_pixels=7, tiles=30)
    run = simulate(network, tmp_path / "run", workers=1, resume=True, tile_pixels=24)
    assert not differing_parts(run, network_run, *EVERYTHING)


@pytest.mark.parametrize("change", ["power", "load", "threshold", "radius", "area"])
def test_tiles_of_another_scenario_are_not_taken(tmp_path: Path, change: str) -> None:
    lines, text = rows(), TEXT
    match change:
        case "power":
            lines = [line.replace(",44,panel", ",43,panel") for line in lines]
        case "load":
            text = TEXT.replace("downlink_load_percent = 85.0", "downlink_load_percent = 80.0")
        case "threshold":
            text = TEXT.replace("threshold_dbm = -84.0", "threshold_dbm = -85.0")
        case "radius":
            text = TEXT.replace("radius_km = 2.5", "radius_km = 2.0")
        case _:
            text = TEXT.replace('zones = "communes"\n\n[grid]', 'zones = "communes"\nmargin_km = 0.3\n\n[grid]')
    assert (text, lines) != (TEXT, rows())
    break_off(load(write_network(tmp_path / "before")), tmp_path / "run", tiles=5)
    scenario = load(write_network(tmp_path / "after", lines=lines, text=text))
    resumed = simulate(scenario, tmp_path / "run", workers=1, resume=True, tile_pixels=24)
    fresh = simulate(scenario, tmp_path / "fresh", workers=1, tile_pixels=24)
    assert not differing_parts(resumed, fresh, *EVERYTHING)


def test_the_store_of_tiles_knows_its_own(tmp_path: Path) -> None:
    window, data = Window(16, 20, 0, 16), pack({}, {"key": "k", "place": [16, 20, 0, 16]})
    with TileStore(tmp_path / "run", resume=True) as tiles:
        assert not tiles.has(window, "k")
        tiles.put(window, data)
        assert tiles.has(window, "k")
        assert not tiles.has(window, "other")
        tiles.keep_only([window._replace(row_stop=21)])  # its name is its first pixel
        assert tiles.has(window, "k")
        tiles.keep_only([window._replace(column_start=1)])
        assert not tiles.has(window, "k")
    assert not list(tmp_path.iterdir())


def test_tiles_of_another_program_are_not_taken(
    network: Scenario, tmp_path: Path, computed: list[Window], monkeypatch: pytest.MonkeyPatch
) -> None:
    break_off(network, tmp_path / "run")
    computed.clear()
    monkeypatch.setattr(tile_layers, "_engine_digest", lambda: "another")
    simulate(network, tmp_path / "run", workers=1, resume=True, tile_pixels=24)
    assert len(computed) == 6


def test_killed_at_random_moments(tmp_path: Path) -> None:
    """SIGKILL at five moments: the outcome is that of an undisturbed run, and nothing half-written passes for done."""
    path = write_network(tmp_path / "scenario")
    done = list(attempts(Job(str(path), 60.0, 6), tmp_path / "runs", moments=5, seed=3))
    assert all(one.is_sound and one.is_identical for one in done)
    assert sum(one.was_killed for one in done) >= 3
