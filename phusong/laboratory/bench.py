"""One harness for all kernels: the same paths, the same link, one table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from phusong.kernels.added_losses import ADDED_LOSSES
from phusong.kernels.models import MODELS
from phusong.laboratory import measures
from phusong.laboratory.conformance.sets import ReferenceSet, reference_sets
from phusong.laboratory.paths import SPACING_M, Rays
from phusong.laboratory.peers import itmlogic_paths, pycraf_map, splat
from phusong.laboratory.rasters import pixel_ns, rasters, rms_db
from phusong.laboratory.report import Must, Row, machine
from phusong.laboratory.subjects import FREQUENCY_MHZ, RX_HEIGHT_M, TX_HEIGHT_M, Subject, find
from phusong.laboratory.terrain import MADE, Window, cut, make, positions

PEERS = (splat, pycraf_map, itmlogic_paths)
PEER_RADIUS_M = 10_000.0
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Bench:
    """What the laboratory found.

    Attributes
    ----------
    tables : rows by the title of the table.
    tolerances : what the rows of the table of conformance had to keep.
    musts : what the other programs' rows had to keep.
    notes : what to know about all of it.
    """

    tables: dict[str, list[Row]]
    tolerances: list[Must]
    musts: list[Must]
    notes: list[str]

    @property
    def keeps_every_limit(self) -> bool:
        """Whether every tolerance and must is kept."""
        return all(must.is_met for must in [*self.tolerances, *self.musts])

    def record(self) -> dict[str, Any]:
        """Return the bench and the machine as data."""
        verdicts = [{**asdict(must), "is_met": must.is_met} for must in [*self.tolerances, *self.musts]]
        return {
            "program": version("phusong"),
            "machine": machine(),
            "tables": self.tables,
            "musts": verdicts,
            "notes": self.notes,
        }


@dataclass(frozen=True)
class Effort:
    """How much is measured.

    Attributes
    ----------
    paths : of one call that is timed.
    length_m : of each [m].
    runs : whose median counts.
    radius_m : of the rasters [m].
    steps : distances at which the mobile moves.
    """

    paths: int
    length_m: float
    runs: int
    radius_m: float
    steps: int


FULL = Effort(paths=256, length_m=9_000.0, runs=5, radius_m=6_000.0, steps=300)
QUICK = Effort(paths=32, length_m=3_000.0, runs=3, radius_m=1_500.0, steps=30)
RESOLUTION_M = 30.0
NEAREST_M = 1_000.0  # where continuity begins to be asked: nearer, some models are not meant to hold


def model_rows(names: Sequence[str], windows: Sequence[Window], effort: Effort, tell: Tell) -> list[Row]:
    """Return a row for every model: speed of paths and pixels, memory, continuity, reciprocity and range."""
    rays = [Rays(window, effort.paths) for window in windows]
    return [_model_row(subject, windows, rays, effort, tell) for subject in map(find, names)]


def _model_row(subject: Subject, windows: Sequence[Window], rays: Sequence[Rays], effort: Effort, tell: Tell) -> Row:
    model = subject.model
    tell(model.name)
    distances_m = [
        NEAREST_M + (effort.length_m - 1.0 - NEAREST_M) * step / max(effort.steps - 1, 1)
        for step in range(effort.steps)
    ]
    speed = measures.speed(subject, rays[-1], effort.length_m, effort.runs)
    paths = rays[-1].paths(effort.length_m)
    jumps = [measures.largest_jump(subject, ray, distances_m) for ray in rays]
    jump = max(jumps, key=lambda one: one.jump_db)
    swaps = [measures.reciprocity_db(subject, ray, effort.length_m) for ray in rays]
    frequency, distance = model.validity["frequency_mhz"], model.validity.get("distance_m")
    return {
        "model": model.name,
        "path [ns]": speed.path_ns,
        "point [ns]": speed.point_ns if model.follows_terrain else None,
        "pixel [ns]": pixel_ns(rasters(subject, windows[-1], effort.radius_m)[0], effort.runs),
        "memory [MiB]": measures.peak_memory_mib(lambda: subject.losses_db(paths)),
        "jump in 1 m [dB]": jump.jump_db,
        "jump at [m]": jump.distance_m,
        "jump in 1 mm [dB]": max(one.step_db for one in jumps),
        "ends swapped [dB]": None if None in swaps else max(swap for swap in swaps if swap is not None),
        "range [MHz]": f"{frequency.low:g}-{frequency.high:g}",
        "range [km]": "-" if distance is None else f"{distance.low / 1000.0:g}-{distance.high / 1000.0:g}",
        "run at [MHz]": subject.frequency_mhz,
    }


def mode_rows(names: Sequence[str], windows: Sequence[Window], effort: Effort, tell: Tell) -> list[Row]:
    """Return a row for every raster mode beside the exact one: its cost, and its distance from exact."""
    rows: list[Row] = []
    for subject in map(find, names):
        for window in windows:
            exact, *others = rasters(subject, window, effort.radius_m)
            for other in others:
                tell(f"{subject.model.name} {other.mode}, {window.name}")
                rows.append(
                    {
                        "model": subject.model.name,
                        "mode": other.mode,
                        "terrain": window.name,
                        "pixel [ns]": pixel_ns(other, effort.runs),
                        "exact [ns]": pixel_ns(exact, effort.runs),
                        "RMS to exact [dB]": rms_db(other.fill(), exact.fill()),
                    }
                )
    return rows


def conformance_rows(names: Sequence[str], reference: Path, tell: Tell) -> tuple[list[Row], list[Must]]:
    """Return a row for every set of reference vectors that is there, and the tolerance that it has to keep."""
    rows: list[Row] = []
    tolerances: list[Must] = []
    for one in reference_sets():
        if one.model not in names or not (reference / one.folder).is_dir():
            continue
        tell(f"{one.model}: {one.title}")
        row = _conformance_row(one, reference)
        rows.append(row)
        what = f"{one.model}, {one.title}: worst difference [{'relative' if one.is_relative else one.unit}]"
        tolerances.append(Must(what, float(row["worst difference"] or 0.0), one.tolerance))
    return rows, tolerances


def _conformance_row(one: ReferenceSet, reference: Path) -> Row:
    cases = list(one.cases(reference / one.folder))
    worst = max(cases, key=one.difference)
    return {
        "model": one.model,
        "reference": one.title,
        "cases": len(cases),
        "worst difference": one.difference(worst),
        "tolerance": one.tolerance,
        "unit": "relative" if one.is_relative else one.unit,
        "kept": "yes" if one.difference(worst) <= one.tolerance else "NO",
        "worst case": worst.name,
    }


def run_bench(
    names: Sequence[str],
    *,
    effort: Effort = FULL,
    reference: Path | None = None,
    tiles: Sequence[Path] = (),
    peers: bool = False,
    tell: Tell = lambda _: None,
) -> Bench:
    """Run the laboratory.

    Parameters
    ----------
    names : models and added losses; none: all. Of an added loss, conformance is all that is asked.
    reference : folder of the reference vectors; none: conformance is left out, and said to be.
    tiles : elevation tiles to run on, the first mast place of each; none: made terrain, plain to mountains.
    peers : run the other programs that this machine has, too.
    tell : told what is being measured.
    """
    names = names or [*MODELS, *ADDED_LOSSES]
    models = [name for name in names if name in MODELS]
    notes: list[str] = []
    tables: dict[str, list[Row]] = {}
    tolerances: list[Must] = []
    musts: list[Must] = []
    if reference is not None and reference.is_dir():
        tables["conformance"], tolerances = conformance_rows(names, reference, tell)
    else:
        notes.append("No reference vectors are here: conformance was not checked (see --reference).")
    windows = _windows(tiles, effort.radius_m, effort.length_m)
    tables["models"] = model_rows(models, windows, effort, tell)
    tables["raster modes"] = mode_rows(models, windows, effort, tell)
    if peers:
        for peer in PEERS:
            if not peer.is_here():
                notes.append(f"{peer.NAME} is not here: {peer.HOW_TO_INSTALL}.")
            elif not tiles:
                notes.append(f"{peer.NAME} needs a real tile: see --terrain.")
            else:
                tell(peer.NAME)
                tables[peer.NAME], kept = peer.compare(tiles[0], PEER_RADIUS_M, effort.runs)
                musts += kept
    terrain = ", ".join(window.name for window in windows)
    notes.append(
        f"Link: {FREQUENCY_MHZ:g} MHz or the nearest in range, {TX_HEIGHT_M:g} m and {RX_HEIGHT_M:g} m above ground; "
        f"paths of {effort.length_m / 1000.0:g} km, a point every {SPACING_M:g} m; pixels of {RESOLUTION_M:g} m within "
        f"{effort.radius_m / 1000.0:g} km; terrain: {terrain}. CPU time of one core, median of {effort.runs}."
    )
    return Bench({name: rows for name, rows in tables.items() if rows}, tolerances, musts, notes)


def _windows(tiles: Sequence[Path], radius_m: float, length_m: float) -> list[Window]:
    reach_m = max(radius_m, length_m) + 10.0 * RESOLUTION_M
    if not tiles:
        return [make(name, resolution_m=RESOLUTION_M, radius_m=reach_m) for name in MADE]
    return [cut([tile], *positions(tile, reach_m)[0], resolution_m=RESOLUTION_M, radius_m=reach_m) for tile in tiles]
