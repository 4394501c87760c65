"""A GeoPackage as QGIS likes it: layers with titles, styles and column names, and a table about the data."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import pyogrio.raw
import shapely

from phusong.exports.about import metadata, summary
from phusong.exports.styles import Rule, qml
from phusong.exports.words import WORDS
from phusong.scenarios.store import Run
from phusong.scenarios.written import Language
from phusong.terrain.files import write_file

WGS84 = "EPSG:4326"
ABOUT, STYLES = "about", "layer_styles"
_FORMAT = "1.3"  # what programs of 2022 read without a warning
_UTC = 100  # as GDAL counts offsets of time zones
_CLOCK = "OGR_CURRENT_DATE"
_one_clock = threading.Lock()

Geometries = npt.NDArray[np.object_]


class Package:
    """A GeoPackage in the making; a context, at whose end the file is written, whole or not at all.

    Parameters
    ----------
    run : whose data it holds; the times in the file are that of the run, so that the bytes repeat.
    path : the file.
    language : of titles, styles and the table about the data.
    technology : what it is about; None: all.
    more : further parts of that table, beside ``metadata``.
    """

    def __init__(
        self,
        run: Run,
        path: Path,
        language: Language,
        *,
        technology: str | None = None,
        more: Mapping[str, str] | None = None,
    ) -> None:
        self.run = run
        self.path = path
        self.language: Language = language
        self._about = metadata(run, technology, language)
        self._more = dict(more or {})
        self._fields: dict[str, list[str]] = {}
        self._styles: list[dict[str, Any]] = []
        self._folder = tempfile.TemporaryDirectory()
        self._made = Path(self._folder.name) / "made.gpkg"

    def __enter__(self) -> Package:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._folder:
            if kind is None:
                self._finish()
                write_file(self.path, self._made.read_bytes())

    def add_points(self, layer: str, title: str, rows: pd.DataFrame) -> None:
        """Add rows with longitude and latitude [deg]."""
        points = shapely.points(rows["longitude"].to_numpy(float), rows["latitude"].to_numpy(float))
        self._add(layer, title, rows, np.asarray(points, dtype=np.object_), "Point", WGS84)

    def add_areas(self, layer: str, title: str, rows: pd.DataFrame, shapes: Geometries, crs: str) -> None:
        """Add rows with a polygon, or several, each."""
        kind = "MultiPolygon"
        whole = [shape if shape.geom_type == kind else shapely.MultiPolygon([shape]) for shape in shapes]
        parts = np.empty(len(whole), dtype=np.object_)
        parts[:] = whole
        self._add(layer, title, rows, parts, kind, crs)

    def add_style(
        self,
        layer: str,
        name: str,
        rules: Sequence[Rule],
        *,
        headings: Mapping[str, str] | None = None,
        label: str = "",
    ) -> None:
        """Add a style of a layer that is there; the first that a layer gets is the one it opens with.

        Parameters
        ----------
        headings : names for people of columns, over those of ``words``.
        label : column written beside each feature.
        """
        aliases = {**WORDS[self.language].columns, **(headings or {})}
        content = qml(rules, aliases=aliases, fields=self._fields[layer], label=label)
        is_first = all(style["f_table_name"] != layer for style in self._styles)
        self._styles.append({"f_table_name": layer, "styleName": name, "styleQML": content, "useAsDefault": is_first})

    def _add(self, layer: str, title: str, rows: pd.DataFrame, shapes: Geometries, kind: str, crs: str) -> None:
        self._fields[layer] = [str(name) for name in rows]
        self._write(
            layer,
            rows,
            geometry=shapely.to_wkb(shapes),
            geometry_type=kind,
            crs=crs,
            layer_options={"IDENTIFIER": f"{layer}: {title}", "DESCRIPTION": summary(self._about, self.language)},
        )

    def _finish(self) -> None:
        """Write the table about the data, and that in which QGIS looks for styles."""
        names = WORDS[self.language].about
        parts = [(key, names[key], text) for key, text in {**self._about, **self._more}.items()]
        rows = pd.DataFrame(parts, columns=["key", "name", "text"])
        self._write(ABOUT, rows, layer_options={"DESCRIPTION": WORDS[self.language].layers[ABOUT]})
        styles = pd.DataFrame(self._styles)
        table = pd.DataFrame(
            {
                "f_table_catalog": "",
                "f_table_schema": "",
                "f_table_name": styles["f_table_name"],
                "f_geometry_column": "geom",
                "styleName": styles["styleName"],
                "styleQML": styles["styleQML"],
                "styleSLD": "",
                "useAsDefault": styles["useAsDefault"],
                "description": f"Phủ Sóng, {self._about['digest'][:12]}",
                "owner": "",
                "ui": "",
                "update_time": np.datetime64(str(self.run.manifest["created"]).rstrip("Z"), "ms"),
            }
        )
        offsets = {"update_time": np.full(len(table), _UTC, dtype=np.int8)}
        self._write(STYLES, table, layer_options={"FID": "id"}, gdal_tz_offsets=offsets)

    def _write(self, layer: str, rows: pd.DataFrame, *, geometry: Any = None, **settings: Any) -> None:
        is_new = not self._made.exists()
        with _clock_at(str(self.run.manifest["created"])):
            pyogrio.raw.write(
                self._made,
                geometry=geometry,
                field_data=[_values(rows[name]) for name in rows],
                fields=[str(name) for name in rows],
                layer=layer,
                driver="GPKG",
                append=not is_new,
                dataset_options={"VERSION": _FORMAT} if is_new else None,
                **settings,
            )


@contextmanager
def _clock_at(created: str) -> Iterator[None]:
    """Let GDAL take the time of the run for now, in this process; by one thread at a time."""
    with _one_clock:
        pyogrio.set_gdal_config_options({_CLOCK: created.replace("Z", ".000Z")})
        try:
            yield
        finally:
            pyogrio.set_gdal_config_options({_CLOCK: None})


def _values(column: pd.Series[Any]) -> npt.NDArray[Any]:
    """Return a column as GDAL takes it: numbers and times as they are, all else as text."""
    is_number = column.dtype.kind in "iufbM"
    return column.to_numpy() if is_number else column.fillna("").astype(str).to_numpy(dtype=np.object_)
