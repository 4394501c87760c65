"""Propagation models by name: what each needs, the range it is valid in, and the checked way to call it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phusong.errors import InputError, Problem, input_error
from phusong.kernels import p1812

FloatArray = NDArray[np.float64]

ZONES = {"sea": p1812.SEA, "coast": p1812.COASTAL, "inland": p1812.INLAND}
POLARIZATIONS = {"horizontal": False, "vertical": True}


@dataclass(frozen=True)
class Range:
    """The closed range of an argument, with its unit."""

    low: float
    high: float
    unit: str

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g} {self.unit}"


# The Recommendation's ranges where it states them (sections 1 and 3.1), else what can be meant; a lapse rate of 157
# makes the Earth flat.
P1812_VALIDITY: Mapping[str, Range] = {
    "distance_m": Range(0.0, 3e6, "m"),
    "terrain_m": Range(-11_000.0, 9_000.0, "m above sea level"),
    "clutter_m": Range(0.0, 1_000.0, "m above ground"),
    "frequency_mhz": Range(30.0, 6_000.0, "MHz"),
    "tx_height_m": Range(1.0, 3_000.0, "m above ground"),
    "rx_height_m": Range(1.0, 3_000.0, "m above ground"),
    "time_percent": Range(1.0, 50.0, "%"),
    "location_percent": Range(1.0, 99.0, "%"),
    "location_sigma_db": Range(0.0, 50.0, "dB"),
    "resolution_m": Range(1.0, 1_000.0, "m"),
    "coast_distance_tx_km": Range(0.0, 20_000.0, "km"),
    "coast_distance_rx_km": Range(0.0, 20_000.0, "km"),
    "latitude_deg": Range(-90.0, 90.0, "degrees"),
    "delta_n": Range(0.0, 150.0, "N-units/km"),
    "surface_refractivity": Range(100.0, 500.0, "N-units"),
}


def path_loss(model: str, **arguments: object) -> float | FloatArray:
    """Return the basic transmission loss [dB] along a path, or along many, by a model of this name.

    The arguments are those of the model's own function: `path_loss_p1812` for "p1812". Raises InputError with every
    problem of the arguments at once, or naming the models there are.
    """
    if model not in MODELS:
        raise input_error(
            "path_loss", f"there is no model {model!r}", f"Use one of: {', '.join(MODELS)}", field="model"
        )
    return MODELS[model](**arguments)


def path_loss_p1812(
    *,
    distance_m: ArrayLike,
    terrain_m: ArrayLike,
    frequency_mhz: ArrayLike,
    tx_height_m: ArrayLike,
    rx_height_m: ArrayLike,
    clutter_m: ArrayLike | None = None,
    time_percent: ArrayLike = 50.0,
    location_percent: ArrayLike = 50.0,
    location_sigma_db: ArrayLike | None = None,
    resolution_m: ArrayLike = 100.0,
    polarization: ArrayLike = "vertical",
    zone: ArrayLike | None = None,
    coast_distance_tx_km: ArrayLike = 500.0,
    coast_distance_rx_km: ArrayLike = 500.0,
    latitude_deg: ArrayLike = 21.0,
    delta_n: ArrayLike = 45.0,
    surface_refractivity: ArrayLike = 325.0,
) -> float | FloatArray:
    """Return the basic transmission loss L_b [dB] of Recommendation ITU-R P.1812-8, for outdoor terminals.

    Profiles are arrays (points,), or (paths, points) for many paths; everything else is a number or an array (paths,),
    and one value serves all paths.

    Parameters
    ----------
    distance_m : distance of each profile point from the transmitter [m]; rises strictly from 0, at most 3000 km.
    terrain_m : ground height [m above sea level].
    frequency_mhz : frequency [MHz], 30 to 6000.
    tx_height_m, rx_height_m : antenna heights above ground [m], 1 to 3000.
    clutter_m : clutter height above ground [m, >= 0]; None is bare ground. At the two ends it does not obstruct.
    time_percent : share of the time for which the loss is not exceeded [%], 1 to 50.
    location_percent : share of the locations for which the loss is not exceeded [%], 1 to 99.
    location_sigma_db : spread of the loss among locations [dB]; None takes the Recommendation's own (section 4.7) from
        frequency, resolution_m and the receiver's height above the clutter around it. No effect at 50 % of locations.
    resolution_m : width of the square whose locations are meant [m].
    polarization : "vertical" or "horizontal".
    zone : radio-climatic zone of each profile point: "sea", "coast" or "inland"; None is inland.
    coast_distance_tx_km, coast_distance_rx_km : distance over land from the terminal to the coast along the path [km].
    latitude_deg : latitude of the middle of the path [degrees].
    delta_n : fall of refractivity through the lowest kilometre [N-units/km].
    surface_refractivity : refractivity at sea level [N-units].

    Returns
    -------
    A float for one path, an array (paths,) for several.

    Raises
    ------
    InputError : every problem of the arguments at once.
    """
    arguments = _Arguments("path_loss p1812", P1812_VALIDITY)
    distance = arguments.distances("distance_m", distance_m)
    terrain = arguments.profile("terrain_m", terrain_m)
    clutter = arguments.profile("clutter_m", clutter_m) if clutter_m is not None else np.zeros(1)
    zones = arguments.choice("zone", zone, ZONES, along_profile=True) if zone is not None else np.array([p1812.INLAND])
    vertical = arguments.choice("polarization", polarization, POLARIZATIONS)
    frequency = arguments.number("frequency_mhz", frequency_mhz)
    tx_height = arguments.number("tx_height_m", tx_height_m)
    rx_height = arguments.number("rx_height_m", rx_height_m)
    time = arguments.number("time_percent", time_percent)
    locations = arguments.number("location_percent", location_percent)
    sigma = arguments.number("location_sigma_db", location_sigma_db) if location_sigma_db is not None else None
    resolution = arguments.number("resolution_m", resolution_m)
    coast_tx = arguments.number("coast_distance_tx_km", coast_distance_tx_km)
    coast_rx = arguments.number("coast_distance_rx_km", coast_distance_rx_km)
    latitude = arguments.number("latitude_deg", latitude_deg)
    lapse_rate = arguments.number("delta_n", delta_n)
    refractivity = arguments.number("surface_refractivity", surface_refractivity)
    paths, points = arguments.finish()

    if sigma is None:
        sigma = p1812.outdoor_location_sigma_db(1e-3 * frequency, resolution, rx_height, clutter[..., -1])
    surface = terrain + clutter
    surface[..., 0] = terrain[..., 0]
    surface[..., -1] = terrain[..., -1]

    each_shape = (paths or 1,)
    along_shape = (paths or 1, points)

    # Copies: a broadcast view cannot be written to, which is another type to numba, and everything would compile again.
    def each(values: FloatArray) -> FloatArray:
        return np.array(np.broadcast_to(values, each_shape), order="C")

    def along(values: FloatArray) -> FloatArray:
        return np.array(np.broadcast_to(values, along_shape), order="C")

    losses_db = p1812.transmission_losses(
        along(1e-3 * distance),
        along(terrain),
        along(surface),
        np.array(np.broadcast_to(zones, along_shape), dtype=np.int8, order="C"),
        each(1e-3 * frequency),
        each(tx_height),
        each(rx_height),
        np.array(np.broadcast_to(vertical, each_shape), dtype=np.bool_),
        each(time),
        each(locations),
        each(sigma),
        each(latitude),
        each(lapse_rate),
        each(refractivity),
        each(coast_tx),
        each(coast_rx),
    )
    return float(losses_db[0]) if paths is None else losses_db


class _Arguments:
    """The arguments of one call as arrays, and everything that is wrong with them."""

    def __init__(self, source: str, validity: Mapping[str, Range]) -> None:
        self.source = source
        self.validity = validity
        self.problems: list[Problem] = []
        self.points: dict[str, int] = {}
        self.paths: dict[str, int] = {}

    def number(self, field: str, value: ArrayLike) -> FloatArray:
        """Return a number, or one for each path, within its range."""
        return self._within(field, self._numbers(field, value, along_profile=False))

    def profile(self, field: str, value: ArrayLike) -> FloatArray:
        """Return one number for each point of the profile, or of each path's profile, within their range."""
        return self._within(field, self._numbers(field, value, along_profile=True))

    def distances(self, field: str, value: ArrayLike) -> FloatArray:
        """Return a profile of distances that rise strictly from zero."""
        values = self.profile(field, value)
        if np.any(values[..., :1] != 0.0):
            self._complain(
                field, "a profile does not begin at 0 m", "Give distances from the transmitter, itself included"
            )
        if np.any(np.diff(values, axis=-1) <= 0.0):
            self._complain(field, "distances do not rise strictly", "Order the points from the transmitter, each once")
        return values

    def choice(
        self, field: str, value: ArrayLike, choices: Mapping[str, int], *, along_profile: bool = False
    ) -> NDArray[np.int8]:
        """Return the code of each word."""
        words = np.asarray(value, dtype=np.str_)
        if not self._shaped(field, words.shape, along_profile):
            return np.zeros(1, dtype=np.int8)
        unknown = sorted(set(words.flat) - set(choices))
        if unknown:
            self._complain(field, f"{', '.join(map(repr, unknown))} is not known", f"Use one of: {', '.join(choices)}")
        return np.array([choices.get(word, 0) for word in words.flat], dtype=np.int8).reshape(words.shape)

    def finish(self) -> tuple[int | None, int]:
        """Return the number of paths (None: one, without an axis of its own) and of points; raise all that is wrong."""
        self._agree(self.points, "points")
        self._agree(self.paths, "paths")
        if self.problems:
            raise InputError(self.problems)
        return next(iter(self.paths.values()), None), next(iter(self.points.values()))

    def _complain(self, field: str, message: str, remedy: str) -> None:
        self.problems.append(Problem(self.source, None, field, message, remedy))

    def _numbers(self, field: str, value: ArrayLike, *, along_profile: bool) -> FloatArray:
        try:
            values = np.asarray(value, dtype=np.float64)
        except (TypeError, ValueError):
            self._complain(field, f"{value!r} is not numeric", "Give a number or an array of numbers")
            return np.empty(0)
        return values if self._shaped(field, values.shape, along_profile) else np.empty(0)

    def _shaped(self, field: str, shape: tuple[int, ...], along_profile: bool) -> bool:
        """Note how many points and paths an argument has; say so if its shape is wrong."""
        wanted = "(points,) or (paths, points), two points or more" if along_profile else "a number or (paths,)"
        axes = (1, 2) if along_profile else (0, 1)
        if len(shape) not in axes or 0 in shape or (along_profile and shape[-1] < 2):
            self._complain(field, f"its shape is {shape}", f"Give {wanted}")
            return False
        if along_profile:
            self.points[field] = shape[-1]
        if len(shape) == axes[1]:
            self.paths[field] = shape[0]
        return True

    def _within(self, field: str, values: FloatArray) -> FloatArray:
        allowed = self.validity[field]
        outside = ~((values >= allowed.low) & (values <= allowed.high))  # so written, nan is outside
        if np.any(outside):
            first = np.unravel_index(int(np.argmax(outside)), values.shape)
            where = f" at index {tuple(map(int, first))}" if first else ""
            self._complain(field, f"{values[first]:g}{where} is out of range", f"Allowed: {allowed}")
        return values

    def _agree(self, sizes: Mapping[str, int], axis: str) -> None:
        if len(set(sizes.values())) > 1:
            counts = ", ".join(f"{field} {size}" for field, size in sizes.items())
            self._complain(
                next(iter(sizes)), f"the numbers of {axis} differ: {counts}", f"Give the same number of {axis}"
            )


MODELS: Mapping[str, Callable[..., float | FloatArray]] = {"p1812": path_loss_p1812}
