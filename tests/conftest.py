"""What all tests share: a path-loss store that is not the user's, and one simulated network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from phusong.coverage.engine import simulate
from phusong.scenarios.load import load
from phusong.scenarios.schema import Scenario
from phusong.scenarios.store import Run
from tests.sample_network import write_network


@pytest.fixture(scope="session", autouse=True)
def loss_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The path-loss store of the suite, which child processes find as well; the user's stays untouched."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("losses")
        patch.setenv("PHUSONG_STORE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    """A network of three channels on hills with a hole."""
    return load(write_network(tmp_path_factory.mktemp("network")))


@pytest.fixture(scope="session")
def network_run(network: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The run of ``network``; nobody may change it."""
    return simulate(network, tmp_path_factory.mktemp("runs") / "network", workers=1, tile_pixels=24)
