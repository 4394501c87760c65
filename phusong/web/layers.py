"""The rasters of a page: classes of service at every place, and what a click tells, from the views of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from phusong.coverage.service import NO_LEVEL_CDB, Service, ServiceMaps, View
from phusong.coverage.statistics import NO_SHARE
from phusong.shares import inside_area
from phusong.terrain.grid import Grid
from phusong.web.codes import classes_of, codes_of
from phusong.web.content import figures, view_key
from phusong.web.mercator import MercatorGrid
from phusong.web.raster_pack import packed_raster

NO_PROBABILITY = 255
LOWEST_DBM = 170
"""Added to levels in a raster, where 0 is none."""
SEA_M = 1000
"""Added to heights in a raster, where 0 is missing."""


@dataclass(frozen=True, eq=False)
class ClassLayer:
    """The classes of one technology and operator on the run's grid, all places in one raster.

    Attributes
    ----------
    key : TECHNOLOGY/OPERATOR.
    of_pixel : uint8 or uint16 (rows, columns), a row of ``table``; the last row stands for OUTSIDE.
    table : codes at each place, in the order of ``ServiceMaps.places``.
    """

    key: str
    of_pixel: npt.NDArray[np.unsignedinteger[Any]]
    table: list[list[int]]

    def packed(self, grid: Grid, onto: MercatorGrid) -> dict[str, Any]:
        """Return the layer as a page holds it."""
        return packed_raster(sampled(self.of_pixel, grid, onto, len(self.table) - 1), onto, table=self.table)


@dataclass(frozen=True, eq=False)
class ClickLayer:
    """What a click tells of a technology beside the classes, on the run's grid.

    Attributes
    ----------
    level : uint16, median RSRP outdoors [dBm] and LOWEST_DBM, 0 none; server : its cell, a row of ``cells`` from 1.
    cells : site, operator, band and azimuth of the cells that serve anywhere.
    probability : by place, uint16, share of the places that are covered [%], NO_PROBABILITY none.
    """

    technology: str
    level: npt.NDArray[np.uint16]
    server: npt.NDArray[np.uint16]
    cells: list[list[Any]]
    probability: Mapping[str, npt.NDArray[np.uint16]]

    def packed(self, grid: Grid, onto: MercatorGrid) -> dict[str, Any]:
        """Return the layer as a page holds it."""
        rows_columns = onto.nearest(grid)
        return {
            "level": packed_raster(taken(self.level, rows_columns, 0), onto, lowest_dbm=LOWEST_DBM),
            "server": packed_raster(taken(self.server, rows_columns, 0), onto),
            "probability": {
                place: packed_raster(taken(values, rows_columns, NO_PROBABILITY), onto)
                for place, values in self.probability.items()
            },
        }


def class_layers(
    maps: ServiceMaps, tell: Callable[[int, int], None], *, operators: bool
) -> Iterator[tuple[ClassLayer, dict[str, Any], dict[View, Service] | None]]:
    """Yield the classes of each technology and operator, the figures of its views, and for all operators the views."""
    run = maps.run
    inside = inside_area(run)
    views = [view for view in maps.views(operators=operators) if maps.has_cells(view)]
    pairs = dict.fromkeys((view.technology, view.operator) for view in views)
    for done, (technology, operator) in enumerate(pairs):
        tell(done, len(pairs))
        services = maps.services([View(technology, place, operator) for place in maps.places])
        told = {view_key(view): figures(maps.zones([(view, service)])) for view, service in services.items()}
        yield _class_layer(maps, services, inside), told, services if operator is None else None
    tell(len(pairs), len(pairs))


def _class_layer(maps: ServiceMaps, services: Mapping[View, Service], inside: npt.NDArray[np.bool_]) -> ClassLayer:
    joint = np.zeros(inside.shape, dtype=np.uint16)  # of codes, four bits each
    for place, (view, service) in enumerate(services.items()):
        codes = codes_of(classes_of(maps, view, services), service.reserve_cdb, inside)
        joint |= codes.astype(np.uint16) << np.uint16(4 * place)
    present = np.bincount(joint.ravel(), minlength=1)
    numbers = [int(number) for number in np.flatnonzero(present) if number] + [0]  # the last: outside everywhere
    lookup: npt.NDArray[np.unsignedinteger[Any]]
    lookup = np.zeros(present.size, dtype=np.uint8 if len(numbers) <= 256 else np.uint16)
    lookup[numbers] = np.arange(len(numbers))
    view = next(iter(services))
    return ClassLayer(
        f"{view.technology}/{view.operator or ''}",
        lookup[joint],
        [[number >> 4 * place & 15 for place in range(len(services))] for number in numbers],
    )


def click_layer(maps: ServiceMaps, technology: str, services: Mapping[View, Service]) -> ClickLayer:
    """Return what a click tells of a technology, all operators together."""
    run = maps.run
    rsrp_dbm, server = run.layer("rsrp", technology), run.layer("server", technology)
    heard = np.isfinite(rsrp_dbm) & (server >= 0)
    level = np.where(heard, np.clip(np.rint(np.nan_to_num(rsrp_dbm)) + LOWEST_DBM, 1, 65535), 0).astype(np.uint16)
    rows = np.unique(server[heard])
    number = np.zeros(max(1, int(server.max(initial=0)) + 1), dtype=np.uint16)
    fits = rows.size < 65535
    if fits:
        number[rows] = np.arange(1, rows.size + 1)
    return ClickLayer(
        technology,
        level,
        np.where(heard, number[np.maximum(server, 0)], 0).astype(np.uint16),
        _cell_rows(run.cells().iloc[rows]) if fits else [],
        {
            view.place: np.where(
                (one.probability == NO_SHARE) | (one.level_cdbm == NO_LEVEL_CDB),
                NO_PROBABILITY,
                np.rint(0.01 * one.probability),
            ).astype(np.uint16)
            for view, one in services.items()
        },
    )


def _cell_rows(cells: pd.DataFrame) -> list[list[Any]]:
    return [
        [str(cell), str(site), str(operator), str(band), round(float(azimuth), 1)]
        for cell, site, operator, band, azimuth in zip(
            cells["cell"], cells["site"], cells["operator"], cells["band"], cells["azimuth_deg"], strict=True
        )
    ]


def terrain_raster(height_m: npt.NDArray[np.float32], grid: Grid, onto: MercatorGrid) -> dict[str, Any]:
    """Return the ground height as a page holds it: whole metres above SEA_M below sea level, 0 where missing."""
    raised = np.where(np.isfinite(height_m), np.clip(np.rint(np.nan_to_num(height_m)) + SEA_M, 1, 65535), 0)
    return packed_raster(sampled(raised.astype(np.uint16), grid, onto, 0), onto, sea_m=SEA_M)


def sampled(
    values: npt.NDArray[np.unsignedinteger[Any]], grid: Grid, onto: MercatorGrid, outside: int
) -> npt.NDArray[np.unsignedinteger[Any]]:
    """Return the values of the nearest pixels of a run's grid on another raster."""
    return taken(values, onto.nearest(grid), outside)


def taken(
    values: npt.NDArray[np.unsignedinteger[Any]],
    rows_columns: tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]],
    outside: int,
) -> npt.NDArray[np.unsignedinteger[Any]]:
    """Return the values at rows and columns, ``outside`` where these are negative."""
    rows, columns = rows_columns
    found = values[np.maximum(rows, 0), np.maximum(columns, 0)]
    found[rows < 0] = outside
    return found
