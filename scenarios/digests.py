"""Which files a scenario reads, and their digests: the same digests, the same inputs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel

from phusong.scenarios.antenna_files.splat import mate_of
from phusong.scenarios.ground_tables import LandCoverFile
from phusong.scenarios.land_cover import WORLDCOVER
from phusong.scenarios.schema import Scenario, SitesMade, TabulatedAntenna
from phusong.scenarios.synthetic_facts import read_register_facts


def input_digests(scenario: Scenario) -> dict[str, str]:
    """Return the SHA-256 of every input file, by the shortest end of its path that tells it from the others."""
    paths = list(dict.fromkeys([*_paths(scenario), *_antenna_mates(scenario)]))
    if isinstance(scenario.sites, SitesMade):
        relief = read_register_facts(scenario.sites.facts).relief
        paths = list(dict.fromkeys([*paths, relief]))
    own_classes = scenario.land_cover.classes if isinstance(scenario.land_cover, LandCoverFile) else None
    if scenario.land_cover is not None and own_classes is None:
        paths.append(WORLDCOVER)
    digests = {}
    for path in paths:
        with path.open("rb") as file:
            digests[_short_name(path, paths)] = hashlib.file_digest(file, "sha256").hexdigest()
    return digests


def _antenna_mates(scenario: Scenario) -> Iterator[Path]:
    """Yield the second file of every antenna pattern that is a pair of files."""
    for antenna in scenario.antennas.values():
        mate = mate_of(antenna.path) if isinstance(antenna, TabulatedAntenna) else None
        if mate is not None and mate.is_file():
            yield mate


def _paths(part: object) -> Iterator[Path]:
    """Yield every path in a part of the scenario."""
    match part:
        case Path():
            yield part
        case BaseModel():
            for name in type(part).model_fields:
                yield from _paths(getattr(part, name))
        case Mapping():
            for value in part.values():
                yield from _paths(value)
        case tuple():
            for value in part:
                yield from _paths(value)


def _short_name(path: Path, paths: Iterable[Path]) -> str:
    """Return the end of the path that tells it from the others: mostly its file name."""
    others = [other.parts for other in paths if other != path]
    for length in range(1, len(path.parts)):
        if all(other[-length:] != path.parts[-length:] for other in others):
            return "/".join(path.parts[-length:])
    return path.as_posix()
