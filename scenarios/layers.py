"""The layers of a run: what each is called, its unit, and how it stands in tiles and in GeoTIFFs."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt


class Layer(NamedTuple):
    """A layer of a technology.

    Attributes
    ----------
    quantity : name of the layer.
    dtype : of its numbers in a tile; blank : stands there where there is nothing.
    scale : tile numbers to the unit; 0: whole numbers, which stay as they are in the GeoTIFF.
    nodata : stands in the GeoTIFF where there is no data, for whole numbers; else nan does.
    units, description : of the GeoTIFF; {place} and {meaning} are filled in.
    """

    quantity: str
    dtype: str
    blank: int
    scale: float
    nodata: int
    units: str
    description: str

    def from_tiles(self, values: npt.NDArray[Any], is_unknown: npt.NDArray[np.bool_]) -> npt.NDArray[Any]:
        """Return the numbers of tiles as they stand in a GeoTIFF, float32 or whole.

        Parameters
        ----------
        is_unknown : (rows, columns) where there is no data; for counts and shares, whose blank is a number.
        """
        if self.scale:
            in_units = values.astype(np.float32) * np.float32(self.scale)
            return np.where(values == self.blank, np.float32("nan"), in_units)
        if self.nodata == self.blank:
            return values
        return np.where(is_unknown, values.dtype.type(self.nodata), values)


NO_LEVEL = -32768
NO_RATE = -1
LAYERS = (
    Layer("rsrp", "int16", NO_LEVEL, 0.01, 0, "dBm", "median RSRP of the strongest cell, {place}"),
    Layer("server", "int32", -1, 0, -1, "index", "row of the strongest cell in tables/cells.csv, counted from 0"),
    Layer("second_rsrp", "int16", NO_LEVEL, 0.01, 0, "dBm", "median RSRP of the second strongest cell, {place}"),
    Layer("second_server", "int32", -1, 0, -1, "index", "row of the second strongest cell in tables/cells.csv"),
    Layer("overlap", "uint16", 0, 0, 65535, "count", "cells at or above the threshold of coverage"),
    Layer("rsrq", "int16", NO_LEVEL, 0.01, 0, "dB", "RSRQ of the strongest cell, {place}"),
    Layer("sinr", "int16", NO_LEVEL, 0.01, 0, "dB", "SINR of the strongest cell, {place}"),
    Layer("downlink", "int32", NO_RATE, 0.001, 0, "Mbit/s", "downlink rate of one user on the best carrier, {place}"),
    Layer("uplink", "int32", NO_RATE, 0.001, 0, "Mbit/s", "uplink rate of one user on the best carrier, {place}"),
    Layer(
        "downlink_aggregated", "int32", NO_RATE, 0.001, 0, "Mbit/s",
        "downlink rate of one user on all carriers of one operator, {place}",
    ),
    Layer("probability", "uint16", 65535, 0.01, 0, "%", "share of the places in a pixel that are covered"),
    Layer("covered", "uint8", 255, 0, 255, "1", "{meaning}"),
)  # fmt: skip
BY_QUANTITY = {layer.quantity: layer for layer in LAYERS}
ARRAYS_OF_CHANNEL = {
    "rsrp": "rsrp_cdbm",
    "server": "server",
    "second_rsrp": "second_cdbm",
    "second_server": "second",
    "overlap": "overlap",
    "rsrq": "rsrq_cdb",
    "sinr": "sinr_cdb",
    "downlink": "downlink_kbps",
    "uplink": "uplink_kbps",
}
"""Layers that a tile keeps of every channel too, and the ends of their names there: TECHNOLOGY/OPERATOR/BAND/end."""
