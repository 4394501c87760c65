"""A finished run, read back without the engine."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from phusong.errors import InputError, Problem, input_error
from phusong.scenarios.channel import Channel
from phusong.scenarios.land_cover import LandCover, LandCoverClass
from phusong.scenarios.layers import ARRAYS_OF_CHANNEL, BY_QUANTITY
from phusong.scenarios.register_table import COLUMNS
from phusong.scenarios.registers import Register
from phusong.scenarios.run_folder import (
    CLUTTER,
    LAND_COVER,
    MANIFEST,
    POPULATION,
    RUN_AGAIN,
    SCENARIO,
    SIGNALS,
    antenna_file,
    digest_of,
    json_text,
    layer_file,
    read_manifest,
    sha256_of,
)
from phusong.scenarios.schema import Antenna, Scenario, TabulatedAntenna
from phusong.scenarios.suggestions import nearest
from phusong.scenarios.tables import read_table, table_text
from phusong.scenarios.tiled import TiledArrays
from phusong.terrain.elevation import Elevation
from phusong.terrain.files import write_atomically
from phusong.terrain.grid import Grid
from phusong.terrain.raster import read_cog, write_cog
from phusong.terrain.zones import Zones


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
            raise input_error(path, "another version of the program wrote this scenario", RUN_AGAIN) from error

    def antennas(self) -> dict[str, Antenna]:
        """The antennas of the scenario; those with patterns from a file read the run's own copy of these."""
        return {
            name: antenna.model_copy(update={"path": self._part(antenna_file(number))})
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
        return self._raster(layer_file(quantity, technology))

    @cached_property
    def _tiles(self) -> TiledArrays:
        return TiledArrays(self.signals_folder)

    def channels(self) -> list[Channel]:
        """Return the channels that any cell serves: technology, operator and band of each."""
        names = (name.split("/") for place in self._tiles.places for name in self._tiles[place].members)
        return sorted({Channel(*parts[:3]) for parts in names if len(parts) == 4})

    def channel_layer(self, quantity: str, technology: str, operator: str, band: str) -> npt.NDArray[Any]:
        """Return a layer of one channel, shape (rows, columns), in the form of ``layer``.

        Parameters
        ----------
        quantity : rsrp, server, second_rsrp, second_server, overlap, rsrq, sinr, downlink or uplink.

        Raises
        ------
        InputError : there is no such quantity, or no cell of the run serves that channel.
        """
        channel, known = Channel(technology, operator, band), self.channels()
        if quantity not in ARRAYS_OF_CHANNEL:
            remedy = nearest(quantity, ARRAYS_OF_CHANNEL, "quantities")
            raise input_error(self.folder, f"no channel has a layer '{quantity}'", remedy, field="quantity")
        if channel not in known:
            remedy = nearest("/".join(channel), ["/".join(one) for one in known], "channels")
            raise input_error(self.folder, f"the run has no channel {'/'.join(channel)}", remedy, field="channel")
        layer, whole = BY_QUANTITY[quantity], self.grid.whole
        name = "/".join((*channel, ARRAYS_OF_CHANNEL[quantity]))
        values = self._tiles.read(name, whole, layer.blank, layer.dtype)
        covered = BY_QUANTITY["covered"]
        state = self._tiles.read(f"{technology}/covered", whole, covered.blank, covered.dtype)
        return layer.from_tiles(values, state == covered.nodata)

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
            raise input_error(self.folder / "tables" / "land_cover.csv", message, RUN_AGAIN)
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
        self._add(f"tables/{name}.json", json_text(content))

    def add_layer(self, name: str, values: npt.NDArray[Any], *, nodata: float | int, units: str, about: str) -> None:
        """Write or replace layers/<name>.tif, values (rows, columns), in this finished run."""
        part = f"layers/{name}.tif"
        write_cog(self.folder / part, values, self.grid, nodata=nodata, units=units, description=about, tags={})
        self._note(part)

    def added_layer(self, name: str) -> npt.NDArray[Any]:
        """Return layers/<name>.tif, (rows, columns), that ``add_layer`` wrote."""
        return self._raster(f"layers/{name}.tif")

    def update_manifest(self, **entries: Any) -> None:
        """Set entries of the manifest."""
        self.manifest = {**self.manifest, **entries}
        write_atomically(self.folder / MANIFEST, json_text(self.manifest).encode())

    def _add(self, part: str, text: str) -> None:
        write_atomically(self.folder / part, text.encode())
        self._note(part)

    def _note(self, part: str) -> None:
        """Enter a file just written into the manifest."""
        digest = sha256_of(self.folder / part)
        self.update_manifest(files=dict(sorted({**self.manifest["files"], part: digest}.items())))

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
    manifest = read_manifest(folder)
    problems = []
    for part, digest in manifest["files"].items():
        path = folder / part
        if not path.is_file():
            problems.append(Problem(str(path), None, None, "the file is missing from the run", RUN_AGAIN))
        elif digest_of(path) != digest:
            problems.append(Problem(str(path), None, None, "the file is not what the run wrote", RUN_AGAIN))
    if problems:
        raise InputError(problems)
    return Run(folder, manifest)
