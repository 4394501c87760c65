"""The terrain between two antennas, drawn: the straight ray, the bulge of the Earth, the first Fresnel zone.

For people to look at. Path losses come from the models alone.

References
----------
P.1812 : Recommendation ITU-R P.1812-8, equation (6): the median effective Earth radius.
P.526 : Recommendation ITU-R P.526-16, section 2, equation (1): radii of Fresnel ellipsoids.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from phusong.terrain.grid import Grid

FloatArray = npt.NDArray[np.float64]

EARTH_RADIUS_KM = 6371.0
_LIGHT_M_PER_US = 299.792458


@dataclass(frozen=True, eq=False)
class PathProfile:
    """A path from one antenna to another; arrays have shape (points,), the first and the last are the antennas.

    Attributes
    ----------
    distance_m : from the first antenna [m].
    ground_m : above sea level, NaN where the terrain is missing [m].
    clutter_m : on the ground, NaN where unknown [m]; None: bare ground.
    bulge_m : by which the curved Earth rises above the chord, at the median effective radius [m].
    ray_m : the straight line between the antennas, above sea level [m].
    fresnel_m : radius of the first Fresnel zone [m].
    effective_radius_km : of the Earth.
    least_clearance_ratio : least clearance of the ray over the radius of the first Fresnel zone, negative where
        something stands in it; NaN where no point between the antennas is known.
    least_clearance_at_m : where that is [m].
    missing : points without terrain.
    """

    distance_m: FloatArray
    ground_m: FloatArray
    clutter_m: FloatArray | None
    bulge_m: FloatArray
    ray_m: FloatArray
    fresnel_m: FloatArray
    effective_radius_km: float
    least_clearance_ratio: float
    least_clearance_at_m: float
    missing: int

    @property
    def is_blocked(self) -> bool | None:
        """Whether the ground cuts the ray; None where missing terrain leaves it open."""
        if self.least_clearance_ratio < 0.0:
            return True
        return None if self.missing else False


def effective_radius_km(delta_n: float) -> float:
    """Return the median effective Earth radius [km] for a lapse rate of refractivity [N-units/km, below 157]."""
    if not delta_n < 157.0:
        raise ValueError("the lapse rate must lie below 157 N-units/km")
    return EARTH_RADIUS_KM * 157.0 / (157.0 - delta_n)  # P.1812 (6)


def fresnel_radius_m(distance_m: npt.ArrayLike, length_m: float, frequency_mhz: float) -> FloatArray:
    """Return the radius of the first Fresnel zone at distances along a path of that length [m]."""
    near_m = np.asarray(distance_m, dtype=np.float64)
    wavelength_m = _LIGHT_M_PER_US / frequency_mhz
    radius_m: FloatArray = np.sqrt(wavelength_m * near_m * (length_m - near_m) / length_m)  # P.526 (1), n = 1
    return radius_m


def path_profile(
    distance_m: npt.ArrayLike,
    ground_m: npt.ArrayLike,
    clutter_m: npt.ArrayLike | None,
    *,
    first_height_m: float,
    last_height_m: float,
    frequency_mhz: float,
    delta_n: float,
) -> PathProfile:
    """Return the profile of a path.

    Parameters
    ----------
    distance_m, ground_m, clutter_m : as of ``PathProfile``; distances rise from 0, at least two points. Clutter counts
        between the antennas.
    first_height_m, last_height_m : of the antennas above their ground [m].
    frequency_mhz : for the Fresnel zone [MHz].
    delta_n : lapse rate of refractivity [N-units/km].

    Raises
    ------
    ValueError : the distances do not rise from 0, or the ground under an antenna is missing.
    """
    along, ground = np.asarray(distance_m, dtype=np.float64), np.asarray(ground_m, dtype=np.float64)
    clutter = None if clutter_m is None else np.asarray(clutter_m, dtype=np.float64)
    if along.ndim != 1 or len(along) < 2 or along[0] != 0.0 or not (np.diff(along) > 0.0).all():
        raise ValueError("the distances of a profile rise from 0")
    if not np.isfinite(ground[[0, -1]]).all():
        raise ValueError("the ground under the antennas is not known")
    length_m = float(along[-1])
    radius_km = effective_radius_km(delta_n)
    bulge_m = along * (length_m - along) / (2000.0 * radius_km)
    ends_m = ground[0] + first_height_m, ground[-1] + last_height_m
    ray_m = ends_m[0] + (ends_m[1] - ends_m[0]) * along / length_m
    fresnel_m = fresnel_radius_m(along, length_m, frequency_mhz)
    top_m = ground + bulge_m + (0.0 if clutter is None else np.nan_to_num(clutter))
    ratio = np.full(len(along), np.nan)
    ratio[1:-1] = (ray_m - top_m)[1:-1] / fresnel_m[1:-1]
    known = np.flatnonzero(~np.isnan(ratio))
    least = int(known[np.argmin(ratio[known])]) if known.size else 0
    return PathProfile(
        along, ground, clutter, bulge_m, ray_m, fresnel_m, radius_km,
        float(ratio[least]), float(along[least]) if known.size else np.nan, int(np.isnan(ground).sum()),
    )  # fmt: skip


def line_on_grid(
    grid: Grid, start_deg: tuple[float, float], stop_deg: tuple[float, float], *, most_points: int = 500
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return distances [m], and the fractional rows and columns, of points along a straight line on a grid.

    Parameters
    ----------
    start_deg, stop_deg : longitude and latitude [deg].
    most_points : half a pixel lies between two points, or as much more as it takes to stay below that.
    """
    x_m, y_m = grid.project(*(np.array(pair) for pair in zip(start_deg, stop_deg, strict=True)))
    length_m = float(np.hypot(x_m[1] - x_m[0], y_m[1] - y_m[0]))
    points = int(np.clip(np.ceil(length_m / (0.5 * grid.resolution_m)) + 1, 2, most_points))
    share = np.linspace(0.0, 1.0, points)
    column, row = grid.column_row(x_m[0] + share * (x_m[1] - x_m[0]), y_m[0] + share * (y_m[1] - y_m[0]))
    return share * length_m, row, column
