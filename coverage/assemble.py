"""From finished tiles to the layers of the whole grid, and to what zones and targets count."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from phusong.coverage.statistics import Verdicts, Weights, whole_area, zone_rows, zone_sums
from phusong.scenarios.coverage_definition import CoverageDefinition
from phusong.scenarios.layers import BY_QUANTITY, LAYERS
from phusong.scenarios.schema import Scenario
from phusong.scenarios.store import RunWriter
from phusong.scenarios.tiled import TiledArrays
from phusong.terrain.grid import Grid
from phusong.terrain.window import Window
from phusong.terrain.zones import Zones

IntArray = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class ZoneMap:
    """A layer of zones on the grid.

    Attributes
    ----------
    zones : the zones; of_pixel : (rows, columns) index of each pixel's zone, -1 for none.
    """

    zones: Zones
    of_pixel: IntArray

    @classmethod
    def of(cls, zones: Zones, grid: Grid) -> ZoneMap:
        return cls(zones, zones.rasterize(grid))


def read_verdicts(tiles: TiledArrays, technology: str, window: Window) -> Verdicts:
    """Return what is counted of a technology over a window of the grid."""
    return Verdicts(
        *(
            tiles.read(f"{technology}/{name}", window, BY_QUANTITY[name].blank, BY_QUANTITY[name].dtype)
            for name in ("covered", "probability", "downlink", "uplink")
        )
    )


def sum_zones(
    maps: Mapping[str, ZoneMap], weights: Weights, verdicts: Mapping[str, Verdicts]
) -> dict[str, dict[str, npt.NDArray[np.int64]]]:
    """Return the sums of every zone: layer -> technology -> (zones, fields of ``Sums``)."""
    return {
        layer: {
            technology: zone_sums(zone_map.of_pixel, len(zone_map.zones), weights, one)
            for technology, one in verdicts.items()
        }
        for layer, zone_map in maps.items()
    }


def zone_table(
    scenario: Scenario,
    zones: Mapping[str, Zones],
    sums: Mapping[str, Mapping[str, npt.NDArray[np.int64]]],
    *,
    people_by_pixel: bool,
) -> pd.DataFrame:
    """Return the rows of the whole area and of every zone layer, one table."""
    tables = {
        layer: zone_rows(layer, zones[layer], of_layer, people_by_pixel=people_by_pixel)
        for layer, of_layer in sums.items()
    }
    area = whole_area(tables[scenario.area.zones], scenario.scenario.title)
    return pd.concat([area, *tables.values()], ignore_index=True)


def write_layers(
    writer: RunWriter,
    tiles: TiledArrays,
    scenario: Scenario,
    grid: Grid,
    terrain_source: str,
    *,
    besides: Sequence[Callable[[], None]] = (),
) -> None:
    """Write every layer of every technology as a GeoTIFF, two at a time.

    Parameters
    ----------
    besides : further files to write, in the same threads.
    """

    def write(technology: str, quantity: str) -> None:
        layer = BY_QUANTITY[quantity]
        definition = scenario.coverage[technology]  # type: ignore[index]
        values = tiles.read(f"{technology}/{quantity}", grid.whole, layer.blank, layer.dtype)
        unknown = np.empty(0, dtype=np.bool_)
        if not layer.scale and layer.nodata != layer.blank:
            covered = BY_QUANTITY["covered"]
            unknown = tiles.read(f"{technology}/covered", grid.whole, covered.blank, covered.dtype) == covered.nodata
        writer.write_layer(
            quantity,
            technology,
            layer.from_tiles(values, unknown),
            grid,
            nodata=float("nan") if layer.scale else layer.nodata,
            units=layer.units,
            description=layer.description.format(place=scenario.propagation.place, meaning=_meaning(definition)),
            tags={"terrain": terrain_source, "scenario": scenario.scenario.name},
        )

    asked = [partial(write, technology, layer.quantity) for technology in scenario.coverage for layer in LAYERS]
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda one: one(), [*besides, *asked]))


def _meaning(definition: CoverageDefinition) -> str:
    """Return what the numbers of a covered layer mean."""
    units = {"rsrp": "dBm", "sinr": "dB", "rsrq": "dB", "downlink": "Mbit/s", "uplink": "Mbit/s"}
    limits = " and ".join(f"{quantity} >= {threshold:g} {units[quantity]}" for quantity, threshold in definition.limits)
    share = f"at {definition.location_percent:g} % of the places, {definition.place}"
    return f"1: {limits} {share}; 0: less; 255: no data"
