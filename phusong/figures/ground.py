"""What every map is drawn on: the frame, shaded relief under a class image, borders, labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_rgb
from matplotlib.path import Path as DrawnPath

from phusong.figures.labels import Box, place
from phusong.figures.sheet import FONT, Sheet, line_height, text_width
from phusong.terrain.grid import Grid
from phusong.terrain.zones import Zones

NO_DATA_COLOUR, NO_DATA_STRIPE = "#b9bdc4", "#8d939c"
_OUTSIDE_WHITE = 0.72
_EXAGGERATION = 2.0
_BRIGHTEST = 1.25
_SHADES = 20.0  # from black to flat land
_STRIPE_IN = 0.035
_HATCH_SHADE = 0.4
_MOST_PIXELS = 1700
_FINE_ENOUGH_IN = 0.006
_SIMPLIFY_M = 40.0

Geometries = npt.NDArray[np.object_]


@dataclass(frozen=True)
class MapFrame:
    """A map on a sheet: its axes in metres of the grid's CRS, its place on the page in inches."""

    sheet: Sheet
    axes: Axes
    grid: Grid
    left: float
    bottom: float
    width: float
    height: float
    metres_per_inch: float

    @classmethod
    def fitted(
        cls,
        sheet: Sheet,
        grid: Grid,
        bounds_m: Sequence[float],
        left: float,
        bottom: float,
        width: float,
        height: float,
    ) -> MapFrame:
        """Return a frame of that size [in] whose map holds (west, south, east, north) and a small margin."""
        west, south, east, north = bounds_m
        scale = 1.05 * max((east - west) / width, (north - south) / height)
        axes = sheet.map_axes(left, bottom, width, height)
        middle_x, middle_y = (west + east) / 2, (south + north) / 2
        axes.set_xlim(middle_x - scale * width / 2, middle_x + scale * width / 2)
        axes.set_ylim(middle_y - scale * height / 2, middle_y + scale * height / 2)
        axes.set_facecolor("#f9f9fa")
        return cls(sheet, axes, grid, left, bottom, width, height, scale)

    def inches(self, x_m: float, y_m: float) -> tuple[float, float]:
        """Return the place on the page of a map position."""
        return (
            self.left + (x_m - self.axes.get_xlim()[0]) / self.metres_per_inch,
            self.bottom + (y_m - self.axes.get_ylim()[0]) / self.metres_per_inch,
        )

    @property
    def box(self) -> Box:
        return Box(self.left + self.width / 2, self.bottom + self.height / 2, self.width - 0.08, self.height - 0.08)

    def paint(
        self,
        classes: npt.NDArray[np.integer[Any]],
        colours: Sequence[str],
        height_m: npt.NDArray[np.float32],
        inside: npt.NDArray[np.bool_],
        doubtful: npt.NDArray[np.bool_] | None = None,
    ) -> None:
        """Draw classes (rows, columns), indices of colours and -1 for no terrain data, over shaded relief.

        Parameters
        ----------
        doubtful : pixels hatched in their own colour.
        """
        stride = max(1, -(-max(classes.shape) // _MOST_PIXELS))
        step_m = self.grid.resolution_m * stride
        finer = max(1, int(step_m / (_FINE_ENOUGH_IN * self.metres_per_inch)))  # for stripes thinner than a pixel

        def finely(layer: npt.NDArray[Any]) -> npt.NDArray[Any]:
            return layer if finer == 1 else layer.repeat(finer, axis=0).repeat(finer, axis=1)

        image = coloured(
            finely(classes[::stride, ::stride]),
            colours,
            finely(hillshade(height_m[::stride, ::stride], step_m)),
            finely(inside[::stride, ::stride]),
            max(1, round(_STRIPE_IN * self.metres_per_inch * finer / step_m)),
            None if doubtful is None else finely(doubtful[::stride, ::stride]),
        )
        west, _, _, north = self.grid.bounds_m
        extent = (west, west + image.shape[1] * step_m / finer, north - image.shape[0] * step_m / finer, north)
        self.axes.imshow(image, extent=extent, interpolation="nearest", aspect="auto", zorder=1)

    def outlines(self, geometries: Geometries, **style: Any) -> None:
        """Draw the borders of polygons."""
        lines = [shapely.get_coordinates(ring) for ring in _rings(geometries)]
        self.axes.add_collection(LineCollection(lines, **style), autolim=False)

    def fill(self, geometries: Geometries, **style: Any) -> None:
        """Fill polygons, one style value each."""
        self.axes.add_collection(
            PathCollection([drawn_path(geometry) for geometry in geometries], **style), autolim=False
        )

    def label_places(
        self,
        names: Sequence[str],
        x_m: npt.NDArray[np.float64],
        y_m: npt.NDArray[np.float64],
        size: float = 7.0,
        weight: str = "bold",
    ) -> None:
        """Write names beside their points, the most important first; one with no free place is left out."""
        points = [self.inches(x, y) for x, y in zip(x_m, y_m, strict=True)]
        sizes = [(text_width(name, size, weight) + 0.08, line_height(size)) for name in names]
        halo = [patheffects.withStroke(linewidth=2.0, foreground="white")]
        for name, box in zip(names, place(points, sizes, self.box, reach_in=0.25), strict=True):
            if box is not None:
                self.sheet.text(box.x, box.y, name, size, ha="center", va="center", weight=weight, path_effects=halo)

    def number_points(
        self, x_m: npt.NDArray[np.float64], y_m: npt.NDArray[np.float64], *, colour: str, labels: Sequence[str]
    ) -> None:
        """Mark points with a dot each, and the first of them with a numbered disc tied to its dot by a line.

        Points beyond the frame are left out.
        """
        everywhere = [self.inches(x, y) for x, y in zip(x_m, y_m, strict=True)]
        inside = [Box(x, y, 0.06, 0.06).inside(self.box) for x, y in everywhere]
        points = list(compress(everywhere, inside))
        labels = list(compress(labels, inside))
        page = self.sheet.page
        for x, y in points:
            page.plot(
                [x],
                [y],
                marker="o",
                markersize=3.2,
                color=colour,
                markeredgecolor="white",
                markeredgewidth=0.4,
                zorder=5,
            )
        size = 0.19
        dots = [Box(x, y, 0.06, 0.06) for x, y in points]
        boxes = place(
            points[: len(labels)], [(size, size)] * len(labels), self.box, taken=dots, start_in=0.14, reach_in=1.6
        )
        for (x, y), box, label in zip(points, boxes, labels, strict=False):
            if box is None:
                continue
            page.plot([x, box.x], [y, box.y], color=colour, linewidth=0.7, zorder=4)
            page.plot(
                [box.x],
                [box.y],
                marker="o",
                markersize=size * 72 * 0.92,
                color=colour,
                markeredgecolor="white",
                markeredgewidth=0.7,
                zorder=6,
            )
            page.text(
                box.x,
                box.y,
                label,
                fontsize=6,
                fontfamily=FONT,
                color="white",
                weight="bold",
                ha="center",
                va="center_baseline",
                zorder=7,
            )


def hillshade(height_m: npt.NDArray[np.float32], step_m: float) -> npt.NDArray[np.float64]:
    """Return how much brighter than flat land the relief is, lit from the north-west at 45 deg; 1 on flat land.

    Flat land keeps the colours of the legend; so does a pixel whose height is missing.
    """
    if min(height_m.shape) < 2:
        return np.ones(height_m.shape)
    south, east = np.gradient(height_m.astype(np.float64) * _EXAGGERATION, step_m)
    light = 1.0 / np.sqrt(2.0)  # the lit direction's east part is -1/2, its north part 1/2, its upward part 1/sqrt(2)
    facing = (0.5 * east + 0.5 * south + light) / np.sqrt(1.0 + east**2 + south**2)
    brightness: npt.NDArray[np.float64] = np.nan_to_num(np.clip(facing / light, 0.0, _BRIGHTEST), nan=1.0)
    return brightness


def coloured(
    classes: npt.NDArray[np.integer[Any]],
    colours: Sequence[str],
    shade: npt.NDArray[np.float64],
    inside: npt.NDArray[np.bool_],
    stripe: int,
    doubtful: npt.NDArray[np.bool_] | None = None,
) -> npt.NDArray[np.uint8]:
    """Return the RGB image of classes under shaded relief; -1 is striped grey, what lies outside the area fades.

    What is doubtful is hatched darker, across the stripes of what is missing. The relief has as few shades as the eye
    allows: an image of at most 256 colours takes a third of the room.
    """
    shade = np.round(shade * _SHADES) / _SHADES
    palette = np.array([to_rgb(colour) for colour in (*colours, NO_DATA_COLOUR)])
    image = palette[classes] * (0.5 + 0.5 * shade[..., None])
    rows, columns = np.indices(classes.shape)
    if doubtful is not None:
        thin = max(1, stripe // 3)
        image[doubtful & ((rows - columns) // thin % 3 == 0)] *= _HATCH_SHADE
    missing = classes < 0
    image[missing] = palette[-1]
    image[missing & ((rows + columns) // stripe % 3 == 0)] = to_rgb(NO_DATA_STRIPE)
    plain = np.array(to_rgb("#e9ebee")) * (0.7 + 0.3 * shade[..., None])
    image = np.where(inside[..., None], image, plain * (1 - _OUTSIDE_WHITE) + _OUTSIDE_WHITE)
    return np.round(np.clip(image, 0.0, 1.0) * 255).astype(np.uint8)


def on_grid(zones: Zones, grid: Grid) -> Geometries:
    """Return the zones' polygons in the grid's CRS [m], simplified below what print can show."""
    projected = shapely.transform(
        zones.geometry, lambda lonlat: np.column_stack(grid.project(lonlat[:, 0], lonlat[:, 1]))
    )
    simplified: Geometries = shapely.simplify(projected, _SIMPLIFY_M)
    return simplified


def union_outline(geometries: Geometries) -> Geometries:
    """Return the outline of all polygons together; gaps narrower than print can show are closed."""
    together = shapely.union_all(shapely.buffer(geometries, 2 * _SIMPLIFY_M))
    return np.array([shapely.buffer(together, -2 * _SIMPLIFY_M)], dtype=np.object_)


def drawn_path(geometry: Any) -> DrawnPath:
    """Return a polygon, holes included, as one path."""
    rings = [
        DrawnPath(shapely.get_coordinates(ring), closed=True) for ring in _rings(np.array([geometry], dtype=np.object_))
    ]
    return DrawnPath.make_compound_path(*rings)


def north_tilt_deg(grid: Grid) -> float:
    """Return how far true north lies clockwise of the grid's top, at the grid's middle [deg]."""
    west, south, east, north = grid.bounds_m
    longitude, latitude = grid.unproject((west + east) / 2, (south + north) / 2)
    x_m, y_m = grid.project(np.array([longitude, longitude]), np.array([latitude, latitude + 0.01]))
    return float(np.degrees(np.arctan2(x_m[1] - x_m[0], y_m[1] - y_m[0])))


def _rings(geometries: Geometries) -> list[Any]:
    polygons = shapely.get_parts(geometries)
    return list(shapely.get_rings(polygons[~shapely.is_empty(polygons)]))
