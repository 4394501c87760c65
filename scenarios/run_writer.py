"""Writing a run: into a temporary folder, whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from phusong.errors import InputError, MachineError, input_error
from phusong.scenarios.land_cover import NO_CLASS, LandCover, LandCoverClass
from phusong.scenarios.registers import Register, register_text
from phusong.scenarios.run import Run
from phusong.scenarios.run_folder import (
    CLUTTER,
    FOLDERS,
    LAND_COVER,
    MANIFEST,
    NEEDED,
    POPULATION,
    REGISTER,
    SCENARIO,
    SIGNALS,
    antenna_file,
    digest_of,
    json_text,
    layer_file,
    read_manifest,
)
from phusong.scenarios.schema import Antenna, TabulatedAntenna
from phusong.scenarios.tables import table_text
from phusong.scenarios.tiled import SUFFIX as TILE_SUFFIX
from phusong.terrain.elevation import Elevation
from phusong.terrain.files import move_into_place, write_atomically
from phusong.terrain.grid import Grid
from phusong.terrain.raster import write_cog
from phusong.terrain.zones import Zones


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
            for name in FOLDERS:
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
        path = self._folder / layer_file(quantity, technology)
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
                write_atomically(self._folder / antenna_file(number), tabulated_text(antenna).encode())

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
        missing = [key for key in NEEDED if key not in manifest]
        if missing:
            raise ValueError(f"the manifest of a run lacks {', '.join(missing)}")
        self._manifest = dict(manifest)

    def finish(self) -> Run:
        """Move the run into place and return it."""
        if self._manifest is None:
            raise ValueError("a run without a manifest cannot be finished")
        paths = [path for path in sorted(self._folder.rglob("*")) if path.is_file() and path.name != MANIFEST]
        with ThreadPoolExecutor() as threads:
            names = [path.relative_to(self._folder).as_posix() for path in paths]
            files = dict(zip(names, threads.map(digest_of, paths), strict=True))
        manifest = {**self._manifest, "state": "finished", "zones": self._zones, "ground": self._ground, "files": files}
        write_atomically(self._folder / MANIFEST, json_text(manifest).encode())
        self._check_free()
        with _disk(self.out):
            move_into_place(self._folder, self.out)
        return Run(self.out, read_manifest(self.out))

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
            read_manifest(self.out)
        except InputError:
            raise input_error(
                self.out,
                "the folder is not empty and is not a run",
                "Name another folder: it is never overwritten, not even with --force",
            ) from None
        foreign = sorted(path.name for path in self.out.iterdir() if path.name not in (MANIFEST, SCENARIO, *FOLDERS))
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


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    """Turn a failure of the disk into a MachineError that names the path."""
    try:
        yield
    except OSError as error:
        raise MachineError(f"{path}: cannot write: {error.strerror or error}") from error
