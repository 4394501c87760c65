"""A run on disk: one folder, written whole or not at all, and read back without the engine.

    run.json  scenario.toml  layers/*.tif  tables/*.csv  zones/*.geojson  antennas/*.csv  maps/*.png

Every file but the maps, which can be drawn again at any time, stands in the manifest with its SHA-256.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from phusong.errors import InputError, MachineError, Problem, input_error
from phusong.scenarios.land_cover import NO_CLASS, LandCover, LandCoverClass
from phusong.scenarios.register_table import COLUMNS
from phusong.scenarios.registers import Register, register_text
from phusong.scenarios.schema import Antenna, Scenario, TabulatedAntenna
from phusong.scenarios.tables import read_table, table_text
from phusong.scenarios.tiled import SUFFIX as TILE_SUFFIX
from phusong.scenarios.tiled import index_digest
from phusong.terrain.elevation import Elevation
from phusong.terrain.files import write_atomically
from phusong.terrain.grid import Grid
from phusong.terrain.raster import read_cog, write_cog
from phusong.terrain.zones import Zones

MANIFEST = "run.json"
SCENARIO = "scenario.toml"
CLUTTER = "layers/clutter.tif"
LAND_COVER = "layers/land_cover.tif"
SIGNALS = "signals"
REGISTER = "tables/register.csv"
POPULATION = "layers/population.tif"
_FOLDERS = ("layers", "tables", "zones", "antennas", "maps", "signals")
_NEEDED = ("name", "title", "created", "versions", "scenario_digest", "input_digests", "grid", "definitions")
_RUN_AGAIN = "Simulate again with 'phusong run', or restore the folder from a copy"


class RunWriter:
    """Writes a run into a temporary folder beside `out` and moves it into place at `finish`.

    Use it as a context manager: whatever ends the block before `finish` leaves nothing behind.

    Parameters
    ----------
    out : the run folder to be; absent or empty, or with `force` a finished run that is replaced.
    force : replace a finished run. A folder that holds anything no run writes is never deleted.
    """

    def __init__(self, out: Path, *, force: bool = False) -> None:
        self.out = Path(os.path.abspath(out))
        self._force = force
        self._manifest: dict[str, Any] | None = None
        self._zones: dict[str, dict[str, Any]] = {}
        self._ground: dict[str, dict[str, Any]] = {}
        self._check_free()
        with _disk(self.out):
            self.out.parent.mkdir(parents=True, exist_ok=True)
            self._folder = Path(tempfile.mkdtemp(prefix=f".{self.out.name}.", suffix=".writing", dir=self.out.parent))
            self._folder.chmod(0o755)
            for name in _FOLDERS:
                (self._folder / name).mkdir()

    def __enter__(self) -> RunWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()

    def write_layer(
        self,
        quantity: str,
        technology: str,
        values: npt.NDArray[Any],
        grid: Grid,
        *,
        nodata: float | int | None,
        units: str,
        description: str,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Write values, shape (rows, columns), as layers/<quantity>_<technology>.tif."""
        path = self._folder / _layer_file(quantity, technology)
        all_tags = {"quantity": quantity, "technology": technology, **(tags or {})}
        write_cog(path, values, grid, nodata=nodata, units=units, description=description, tags=all_tags)

    def write_elevation(self, elevation: Elevation) -> None:
        """Write layers/elevation.tif [m], NaN where the terrain is missing."""
        path = self._folder / "layers" / "elevation.tif"
        tags = {"source": elevation.source, "is_survey": "yes" if elevation.is_survey else "no"}
        write_cog(
            path,
            elevation.height_m,
            elevation.grid,
            nodata=float("nan"),
            units="m",
            description="ground height above mean sea level",
            tags=tags,
        )

    def write_clutter(self, clutter_m: npt.NDArray[np.float32], grid: Grid) -> None:
        """Write layers/clutter.tif [m], NaN where it is unknown."""
        path = self._folder / CLUTTER
        description = "representative clutter height above ground"
        write_cog(path, clutter_m, grid, nodata=float("nan"), units="m", description=description, tags={})

    def write_land_cover(self, land_cover: LandCover, grid: Grid) -> None:
        """Write layers/land_cover.tif and the classes that it counts, tables/land_cover.csv."""
        description = "row of the class of land cover in tables/land_cover.csv, counted from 0"
        path = self._folder / LAND_COVER
        tags = {"source": land_cover.source, "made": "yes" if land_cover.made else "no"}
        write_cog(path, land_cover.of_pixel, grid, nodata=NO_CLASS, units="index", description=description, tags=tags)
        self.write_table("land_cover", pd.DataFrame(land_cover.classes, columns=LandCoverClass._fields))
        self._ground["land_cover"] = {"made": land_cover.made, "source": land_cover.source}

    def write_population(
        self, people: npt.NDArray[np.float64], grid: Grid, *, source: str = "", made: bool = False
    ) -> None:
        """Write layers/population.tif, people in each pixel, NaN where they are not known; source and whether made."""
        tags = {"source": source, "made": "yes" if made else "no"}
        write_cog(
            self._folder / POPULATION,
            people,
            grid,
            nodata=float("nan"),
            units="people",
            description="people in each pixel",
            tags=tags,
        )
        self._ground["population"] = {"made": made, "source": source}

    def write_zones(self, zones: Mapping[str, Zones]) -> None:
        """Write every zone layer as zones/<layer>.geojson, as simulated."""
        for layer, zone_layer in zones.items():
            zone_layer.to_geojson(self._folder / "zones" / f"{layer}.geojson")
            self._zones[layer] = {"approximate": zone_layer.approximate, "source": zone_layer.source}

    def write_antennas(self, antennas: Mapping[str, Antenna]) -> None:
        """Write the patterns used, of whatever format, as antennas/<number in the scenario>.csv."""
        from phusong.scenarios.antenna_tables import tabulated_text  # compiles; to read a run must not need that

        for number, antenna in enumerate(antennas.values()):
            if isinstance(antenna, TabulatedAntenna):
                write_atomically(self._folder / _antenna_file(number), tabulated_text(antenna).encode())

    def take_tiles(self, folder: Path) -> Path:
        """Move the finished tiles of a folder into signals/ and return that."""
        target = self._folder / SIGNALS
        with _disk(target):
            for path in sorted(folder.glob(f"*{TILE_SUFFIX}")):
                os.replace(path, target / path.name)
        return target

    def write_table(self, name: str, frame: pd.DataFrame) -> None:
        """Write tables/<name>.csv."""
        write_atomically(self._folder / "tables" / f"{name}.csv", table_text(frame).encode())

    def write_register(self, register: Register) -> Path:
        """Write tables/register.csv, for a run whose cells no file of the user has; return where it will lie."""
        write_atomically(self._folder / REGISTER, register_text(register).encode())
        return self.out / REGISTER

    def write_scenario(self, text: str) -> None:
        """Write the frozen scenario."""
        write_atomically(self._folder / SCENARIO, text.encode())

    def write_manifest(self, manifest: Mapping[str, Any]) -> None:
        """Take the manifest; `finish` completes it with the zone layers, the ground, the files and the state."""
        missing = [key for key in _NEEDED if key not in manifest]
        if missing:
            raise ValueError(f"the manifest of a run lacks {', '.join(missing)}")
        self._manifest = dict(manifest)

    def finish(self) -> Run:
        """Move the run into place and return it."""
        if self._manifest is None:
            raise ValueError("a run without a manifest cannot be finished")
        files = {
            path.relative_to(self._folder).as_posix(): _digest(path)
            for path in sorted(self._folder.rglob("*"))
            if path.is_file() and path.name != MANIFEST
        }
        manifest = {**self._manifest, "state": "finished", "zones": self._zones, "ground": self._ground, "files": files}
        write_atomically(self._folder / MANIFEST, _json_text(manifest).encode())
        self._check_free()
        with _disk(self.out):
            _move_into_place(self._folder, self.out)
        return open_run(self.out)

    def discard(self) -> None:
        """Remove what has been written so far; a finished run stays."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _check_free(self) -> None:
        """Raise InputError unless `out` is absent, an empty folder, or (with force) a finished run and nothing else."""
        if self.out.is_symlink() or (self.out.exists() and not self.out.is_dir()):
            raise input_error(
                self.out, "this is a file or a link, not a folder", "Name a folder that does not exist yet"
            )
        if not self.out.is_dir() or not any(self.out.iterdir()):
            return
        try:
            _read_manifest(self.out)
        except InputError:
            raise input_error(
                self.out,
                "the folder is not empty and is not a run",
                "Name another folder: it is never overwritten, not even with --force",
            ) from None
        foreign = sorted(path.name for path in self.out.iterdir() if path.name not in (MANIFEST, SCENARIO, *_FOLDERS))
        if foreign:
            raise input_error(
                self.out,
                f"the run folder also holds {', '.join(foreign)}, which no run writes",
                "Move that away first, or name another folder",
            )
        if not self._force:
            raise input_error(
                self.out, "a finished run is here already", "Name another folder, or replace it with --force"
            )


class Run:
    """A finished run: its manifest, layers, tables and zones. Get one from `open_run`.

    Attributes
    ----------
    folder : where it lies.
    manifest : the content of run.json.
    """

    def __init__(self, folder: Path, manifest: dict[str, Any]) -> None:
        self.folder = folder
        self.manifest = manifest

    def __repr__(self) -> str:
        return f"Run({str(self.folder)!r})"

    @cached_property
    def scenario(self) -> Scenario:
        """The frozen scenario; its input files need not exist any more."""
        path = self._part(SCENARIO)
        try:
            return Scenario.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except ValueError as error:
            raise input_error(path, "another version of the program wrote this scenario", _RUN_AGAIN) from error

    def antennas(self) -> dict[str, Antenna]:
        """The antennas of the scenario; those with patterns from a file read the run's own copy of these."""
        return {
            name: antenna.model_copy(update={"path": self._part(_antenna_file(number))})
            if isinstance(antenna, TabulatedAntenna)
            else antenna
            for number, (name, antenna) in enumerate(self.scenario.antennas.items())
        }

    @property
    def grid(self) -> Grid:
        return Grid(**self.manifest["grid"])

    @property
    def technologies(self) -> tuple[str, ...]:
        """Technologies simulated, such as ("4G", "5G")."""
        return tuple(self.manifest["definitions"])

    def layer(self, quantity: str, technology: str) -> npt.NDArray[Any]:
        """Return a layer, shape (rows, columns).

        Float layers (rsrp [dBm]) have NaN where there is no data. Whole-number layers keep their own mark: server
        (index into the cells, -1 none), overlap (count), covered (1 yes, 0 no, 255 no data).
        """
        return self._raster(_layer_file(quantity, technology))

    def elevation(self) -> npt.NDArray[np.float32]:
        """Return the ground height [m], shape (rows, columns), NaN where the terrain is missing."""
        height_m: npt.NDArray[np.float32] = self._raster("layers/elevation.tif")
        return height_m

    def elevation_model(self) -> Elevation:
        """Return the terrain as simulated, with its source."""
        height_m, grid, tags = read_cog(self._part("layers/elevation.tif"))
        missing = int(np.isnan(height_m).sum())
        return Elevation(grid, height_m, tags["source"], tags["is_survey"] == "yes", 0, missing, ())

    def clutter(self) -> npt.NDArray[np.float32] | None:
        """Return the clutter height [m], shape (rows, columns), NaN where unknown; None: bare ground was simulated."""
        if CLUTTER not in self.manifest["files"]:
            return None
        clutter_m: npt.NDArray[np.float32] = self._raster(CLUTTER)
        return clutter_m

    def land_cover(self) -> LandCover | None:
        """Return the land cover of every pixel; None: the run has none."""
        if LAND_COVER not in self.manifest["files"]:
            return None
        table = self.table("land_cover")
        if missing := [name for name in LandCoverClass._fields if name not in table.columns]:
            message = f"another version of the program wrote this table: it lacks {', '.join(missing)}"
            raise input_error(self.folder / "tables" / "land_cover.csv", message, _RUN_AGAIN)
        columns = [table[name].tolist() for name in LandCoverClass._fields]
        classes = tuple(
            LandCoverClass(int(code), str(name), float(height_m), float(offset_db), float(sigma_db), str(kind), assumed)
            for code, name, height_m, offset_db, sigma_db, kind, assumed in zip(*columns, strict=True)
        )
        about = self.manifest["ground"]["land_cover"]
        return LandCover(classes, self._raster(LAND_COVER), about["source"], about["made"])

    def population(self) -> npt.NDArray[np.float64] | None:
        """Return the people in each pixel, (rows, columns), NaN where unknown; None: spread evenly over their zone."""
        if POPULATION not in self.manifest["files"]:
            return None
        people: npt.NDArray[np.float64] = self._raster(POPULATION)
        return people

    def shadow_sigma_db(self, technology: str) -> npt.NDArray[np.float32]:
        """Return the deviation of shadowing that coverage counted with [dB], () or (rows, columns)."""
        definition = next(one for name, one in self.scenario.coverage.items() if name == technology)
        land_cover = self.land_cover() if definition.sigma_by_land_cover else None
        own_db = np.float32(definition.shadow_sigma_db)
        if land_cover is None:
            return np.asarray(own_db)
        sigma_db = land_cover.location_sigma_db()
        return np.where(np.isnan(sigma_db), own_db, sigma_db)

    def zones(self) -> pd.DataFrame:
        """A row a zone and technology: areas [km2], people, shares [%]."""
        return self.table("zones")

    def targets(self) -> pd.DataFrame:
        """A row a target: required, measured and the interval [%], verdict."""
        return self.table("targets")

    def cells(self) -> pd.DataFrame:
        """The cells as simulated; the server layer holds row numbers of this table."""
        return self.table("cells")

    def register(self) -> Register:
        """Return the cells of the run, simulated or not, as the register they were."""
        table = self.table("cells")
        assumed = table["assumed"].fillna("").astype(str).str.split()
        names = {name for row in assumed for name in row}
        columns: dict[str, Any] = {}
        for column, name in COLUMNS.items():
            values = table[column]
            is_number = name.endswith(("_deg", "_m", "_dbm"))
            columns[name] = values.to_numpy(np.float64) if is_number else values.astype(str).to_numpy(np.str_)
        return Register(
            **columns,
            assumed={name: np.array([name in row for row in assumed]) for name in sorted(names)},
            source=str(self.folder / "tables" / "cells.csv"),
            synthetic=bool(self.manifest["synthetic_register"]),
        )

    @property
    def signals_folder(self) -> Path:
        """Where the tiles lie from which the layers came."""
        return self.folder / SIGNALS

    def proposals(self) -> pd.DataFrame:
        """Proposed sites; empty before `propose`."""
        return self.table("proposals") if "tables/proposals.csv" in self.manifest["files"] else pd.DataFrame()

    def table(self, name: str) -> pd.DataFrame:
        """Return tables/<name>.csv."""
        return read_table(self._part(f"tables/{name}.csv"))

    def json(self, name: str) -> dict[str, Any]:
        """Return tables/<name>.json."""
        content: dict[str, Any] = json.loads(self._part(f"tables/{name}.json").read_text(encoding="utf-8"))
        return content

    def zone_layer(self, name: str) -> Zones:
        """Return a zone layer as simulated."""
        about = self.manifest["zones"].get(name)
        if about is None:
            raise input_error(
                self.folder,
                f"the run has no zone layer '{name}'",
                f"It has: {', '.join(self.manifest['zones'])}",
                field="zones",
            )
        collection = json.loads(self._part(f"zones/{name}.geojson").read_text(encoding="utf-8"))
        rows = [feature["properties"] for feature in collection["features"]]
        return Zones(
            layer=name,
            code=tuple(row["code"] for row in rows),
            name=tuple(row["name"] for row in rows),
            kind=tuple(row["kind"] for row in rows),
            population=np.array([row["population"] for row in rows], dtype=np.float64),
            official_area_km2=np.array([row["official_area_km2"] for row in rows], dtype=np.float64),
            geometry=np.array(
                [shapely.geometry.shape(feature["geometry"]) for feature in collection["features"]], dtype=np.object_
            ),
            approximate=about["approximate"],
            source=about["source"],
        )

    def digest(self) -> str:
        """Return the SHA-256 of what the figures follow from: program version, scenario, inputs, grid, definitions."""
        identity = {key: self.manifest[key] for key in ("scenario_digest", "input_digests", "grid", "definitions")}
        identity["version"] = self.manifest["versions"].get("phusong")
        return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()

    def add_table(self, name: str, frame: pd.DataFrame) -> None:
        """Write or replace tables/<name>.csv in this finished run."""
        self._add(f"tables/{name}.csv", table_text(frame))

    def add_json(self, name: str, content: Mapping[str, Any]) -> None:
        """Write or replace tables/<name>.json in this finished run."""
        self._add(f"tables/{name}.json", _json_text(content))

    def update_manifest(self, **entries: Any) -> None:
        """Set entries of the manifest."""
        self.manifest = {**self.manifest, **entries}
        write_atomically(self.folder / MANIFEST, _json_text(self.manifest).encode())

    def _add(self, part: str, text: str) -> None:
        path = self.folder / part
        write_atomically(path, text.encode())
        self.update_manifest(files=dict(sorted({**self.manifest["files"], part: _sha256(path)}.items())))

    def _part(self, part: str) -> Path:
        if part not in self.manifest["files"]:
            there = ", ".join(sorted(self.manifest["files"]))
            raise input_error(self.folder, f"the run has no {part}", f"It has: {there}")
        return self.folder / part

    def _raster(self, part: str) -> npt.NDArray[Any]:
        values, _, tags = read_cog(self._part(part))
        nodata = tags.get("nodata")
        if values.dtype.kind == "f" and nodata not in (None, "", "None", "nan"):
            values = np.where(values == np.float32(nodata), np.float32("nan"), values)
        return values


def open_run(folder: str | Path) -> Run:
    """Return the finished run in a folder, every part of it checked against the manifest.

    Raises
    ------
    InputError : the folder is not a finished run, or parts of it are missing or changed (all of them at once).
    """
    folder = Path(folder)
    manifest = _read_manifest(folder)
    problems = []
    for part, digest in manifest["files"].items():
        path = folder / part
        if not path.is_file():
            problems.append(Problem(str(path), None, None, "the file is missing from the run", _RUN_AGAIN))
        elif _digest(path) != digest:
            problems.append(Problem(str(path), None, None, "the file is not what the run wrote", _RUN_AGAIN))
    if problems:
        raise InputError(problems)
    return Run(folder, manifest)


def _read_manifest(folder: Path) -> dict[str, Any]:
    """Return run.json of a finished run."""
    path = folder / MANIFEST
    if not folder.is_dir():
        raise input_error(folder, "there is no such run folder", "Name the folder that 'phusong run' wrote with -o")
    if not path.is_file():
        raise input_error(
            folder, f"this is not a run: it has no {MANIFEST}", "Name the folder that 'phusong run' wrote with -o"
        )
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise input_error(path, f"the manifest cannot be read: {error}", _RUN_AGAIN) from error
    if not isinstance(manifest, dict) or manifest.get("state") != "finished":
        raise input_error(path, "the manifest does not describe a finished run", _RUN_AGAIN)
    missing = [key for key in (*_NEEDED, "zones", "files") if key not in manifest]
    if missing:
        raise input_error(path, f"the manifest lacks {', '.join(missing)}", _RUN_AGAIN)
    return manifest


def _layer_file(quantity: str, technology: str) -> str:
    return f"layers/{quantity}_{technology.lower()}.tif"


def _antenna_file(number: int) -> str:
    return f"antennas/{number}.csv"


def _move_into_place(source: Path, target: Path) -> None:
    """Rename source to target; what stood there is removed only after the new folder has taken its place."""
    if not target.exists():
        source.rename(target)
        return
    aside = target.with_name(f".{target.name}.{os.getpid()}.replaced")
    target.rename(aside)
    try:
        source.rename(target)
    except OSError:
        aside.rename(target)
        raise
    shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    """Turn a failure of the disk into a MachineError that names the path."""
    try:
        yield
    except OSError as error:
        raise MachineError(f"{path}: cannot write: {error.strerror or error}") from error


def _json_text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False, default=_plain) + "\n"


def _plain(value: object) -> object:
    """Return what JSON can hold for the values it does not know."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Grid):
        return asdict(value)
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} does not belong in a manifest")


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file; of a tile, whose arrays are checked when they are read, that of its index."""
    return index_digest(path) if path.suffix == TILE_SUFFIX else _sha256(path)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
