"""The antenna's own frame: where a point lies as seen from an antenna that is turned and tilted on its mast.

All patterns are functions of two angles in that frame: ``horizontal_deg`` from the boresight, clockwise seen from above
(-180 .. 180), and ``vertical_deg`` below the antenna's own horizontal plane (-90 .. 90). In the symbols of
TR 38.901 and M.2101 these are -phi and theta - 90.
"""

from __future__ import annotations

import math

from phusong.kernels._jit import scalar, simd
from phusong.kernels.lanes import Lanes, Number


@scalar
def turn(
    azimuth_deg: float, tilt_deg: float, east_m: float, north_m: float, down_m: float
) -> tuple[float, float, float]:
    """Return how far along the boresight, to its right and below it a point lies [m]; TR 38.901 section 7.1.3.

    azimuth_deg: boresight, clockwise from grid north. tilt_deg: mechanical, downwards positive.
    """
    azimuth = math.radians(azimuth_deg)
    tilt = math.radians(tilt_deg)
    ahead_m = east_m * math.sin(azimuth) + north_m * math.cos(azimuth)
    right_m = east_m * math.cos(azimuth) - north_m * math.sin(azimuth)
    along_m = ahead_m * math.cos(tilt) + down_m * math.sin(tilt)
    below_m = down_m * math.cos(tilt) - ahead_m * math.sin(tilt)
    return along_m, right_m, below_m


@scalar
def angles(along_m: float, right_m: float, below_m: float) -> tuple[float, float]:
    """Return (horizontal_deg, vertical_deg) of a point; (0, 0) where the point is the antenna itself."""
    horizontal_deg = math.degrees(math.atan2(right_m, along_m))
    vertical_deg = math.degrees(math.atan2(below_m, math.hypot(along_m, right_m)))
    return horizontal_deg, vertical_deg


@simd
def turn_lanes(
    azimuth_deg: Number, tilt_deg: Number, east_m: Lanes, north_m: Number, down_m: Lanes
) -> tuple[Lanes, Lanes, Lanes]:
    """Return what ``turn`` does for sixteen points of one row of pixels."""
    azimuth = math.radians(azimuth_deg)
    tilt = math.radians(tilt_deg)
    ahead_m = east_m * math.sin(azimuth) + north_m * math.cos(azimuth)
    right_m = east_m * math.cos(azimuth) - north_m * math.sin(azimuth)
    along_m = ahead_m * math.cos(tilt) + down_m * math.sin(tilt)
    below_m = down_m * math.cos(tilt) - ahead_m * math.sin(tilt)
    return along_m, right_m, below_m
