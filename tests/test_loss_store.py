"""The path-loss store: what it has is not computed again, what is damaged is, and what is needed stays."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from phusong.coverage import network as network_module
from phusong.coverage.loss_store import LossStore, default_store_folder
from phusong.coverage.network import Network
from phusong.coverage.prepare import from_inputs
from phusong.coverage.propagate import PropagationJob, propagate
from phusong.coverage.workers import open_workers
from phusong.errors import MachineError
from phusong.scenarios.inputs import read_inputs
from phusong.scenarios.packed import pack
from phusong.scenarios.schema import Scenario


def silent(stage: str, done: int, total: int) -> None:
    """Tell nobody."""


def fill(network: Network, store: LossStore) -> int:
    with open_workers(workers=1) as pool:
        return network.fill(store, pool, silent)


def fill_elsewhere(scenario: Scenario, folder: Path, begin: object) -> int:
    network = from_inputs(read_inputs(scenario)).network
    begin.wait()  # type: ignore[attr-defined]
    return fill(network, LossStore(folder))


@pytest.fixture(scope="module")
def prepared_network(network: Scenario) -> Network:
    return from_inputs(read_inputs(network)).network


@pytest.fixture(scope="module")
def filled(prepared_network: Network, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The entries of a store, by their path within it."""
    folder = tmp_path_factory.mktemp("filled")
    assert fill(prepared_network, LossStore(folder)) == len(set(prepared_network.keys))
    return entries(folder)


def entries(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def write(folder: Path, content: dict[str, bytes]) -> None:
    for name, data in content.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def test_what_it_has_is_not_computed_again(
    prepared_network: Network, filled: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed: list[str] = []

    def noted(job: PropagationJob) -> list[tuple[str, bytes]]:
        computed.extend(job.keys)
        return propagate(job)

    monkeypatch.setattr(network_module, "propagate", noted)
    names = sorted(filled)
    write(tmp_path, {name: filled[name] for name in names[:-2]})
    assert fill(prepared_network, LossStore(tmp_path)) == 2
    assert sorted(f"{key[:2]}/{key[2:]}.losses" for key in computed) == names[-2:]
    assert entries(tmp_path) == filled
    assert fill(prepared_network, LossStore(tmp_path)) == 0
    assert len(computed) == 2


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "flipped in the head": lambda data: bytes([data[0] ^ 1]) + data[1:],
    "flipped in the index": lambda data: data[:40] + bytes([data[40] ^ 4]) + data[41:],
    "flipped at the end": lambda data: data[:-1] + bytes([data[-1] ^ 0x80]),
    "truncated": lambda data: data[: len(data) // 2],
    "truncated by a byte": lambda data: data[:-1],
    "cut in its head": lambda data: data[:9],
    "empty": lambda _: b"",
    "another file": lambda data: b"GIF89a" + data,
    "packed, but no losses": lambda _: pack({"rsrp": np.zeros(3)}),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_entry_is_computed_again(
    prepared_network: Network, filled: dict[str, bytes], tmp_path: Path, damage: str
) -> None:
    name = sorted(filled)[1]
    write(tmp_path, {**filled, name: DAMAGES[damage](filled[name])})
    store = LossStore(tmp_path)
    key = name.replace("/", "").removesuffix(".losses")
    assert store.missing(prepared_network.keys) == [key]
    assert not (tmp_path / name).exists()
    assert fill(prepared_network, store) == 1
    assert entries(tmp_path) == filled


def used_at(folder: Path, order: list[str]) -> None:
    """Make the entries last used in this order, long ago."""
    for seconds, name in enumerate(order):
        os.utime(folder / name, (1e9 + seconds, 1e9 + seconds))


def test_the_entries_last_used_longest_ago_go(filled: dict[str, bytes], tmp_path: Path) -> None:
    write(tmp_path, filled)
    order = sorted(filled, key=lambda name: filled[name])
    used_at(tmp_path, order)
    whole = sum(map(len, filled.values()))
    store = LossStore(tmp_path, most_bytes=whole)
    assert store.size_bytes() == whole
    assert store.trim() == 0
    one_less = LossStore(tmp_path, most_bytes=whole - 1)
    assert one_less.trim() == 1
    assert set(entries(tmp_path)) == set(order[1:])
    third = order[2].replace("/", "").removesuffix(".losses")
    assert not one_less.missing([third])  # now it is the one last used
    small = LossStore(tmp_path, most_bytes=len(filled[order[2]]))
    assert small.trim() == len(order) - 2
    assert set(entries(tmp_path)) == {order[2]}


def test_what_is_needed_stays_whatever_the_cap(
    prepared_network: Network, filled: dict[str, bytes], tmp_path: Path
) -> None:
    write(tmp_path, {**filled, "ab/cd.losses": b"old", "ef/gh.losses": b"older"})
    store = LossStore(tmp_path, most_bytes=0)
    assert store.trim(prepared_network.keys) == 2
    assert entries(tmp_path) == filled
    assert LossStore(tmp_path / "none", most_bytes=0).trim() == 0


def test_a_run_trims_the_store_that_it_used(network: Scenario, filled: dict[str, bytes], tmp_path: Path) -> None:
    from phusong.coverage.engine import simulate

    write(tmp_path / "losses", {"ab/cd.losses": b"old"})
    simulate(network, tmp_path / "run", workers=1, store=LossStore(tmp_path / "losses", most_bytes=1))
    assert entries(tmp_path / "losses") == filled


def test_two_processes_fill_one_store(network: Scenario, filled: dict[str, bytes], tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, context.Pool(2) as pool:
        both = manager.Barrier(2)
        counts = pool.starmap(fill_elsewhere, [(network, tmp_path, both)] * 2)
    assert entries(tmp_path) == filled
    assert max(counts) <= len(filled) <= sum(counts)


def test_a_disk_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineError, match="cannot write the path losses"):
        LossStore(tmp_path / "file").put("ab" * 32, pack({}))


def test_the_environment_names_the_folder(loss_store: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert default_store_folder() == loss_store
    monkeypatch.delenv("PHUSONG_STORE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_store_folder() == tmp_path / "phusong" / "losses"
