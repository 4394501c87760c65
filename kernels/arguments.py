"""The arguments of a model's public call: as arrays of one shape, and everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phusong.errors import InputError, Problem

FloatArray = NDArray[np.float64]
Kind = TypeVar("Kind", bound=np.generic)

POLARIZATIONS = {"horizontal": False, "vertical": True}


@dataclass(frozen=True)
class Range:
    """The closed range of an argument, with its unit."""

    low: float
    high: float
    unit: str

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g} {self.unit}"


@dataclass(frozen=True)
class Shape:
    """How many paths (None: one, without an axis of its own) a call is for, and of how many points (0: no profile)."""

    paths: int | None
    points: int

    def each(self, values: NDArray[Kind]) -> NDArray[Kind]:
        """Return one value a path: a contiguous copy (paths,), for a broadcast view is another type to numba."""
        return np.array(np.broadcast_to(values, (self.paths or 1,)), order="C")

    def along(self, values: NDArray[Kind]) -> NDArray[Kind]:
        """Return one value a point of every path: a contiguous copy (paths, points)."""
        return np.array(np.broadcast_to(values, (self.paths or 1, self.points)), order="C")

    def result(self, values: NDArray[Any]) -> float | FloatArray:
        """Return the values (paths,) as the caller asked: a float for one path without an axis of its own."""
        return float(values[0]) if self.paths is None else values


def covered(terrain_m: FloatArray, clutter_m: FloatArray) -> FloatArray:
    """Return the surface that diffracts [m]: terrain and the clutter on it, bare ground at both ends of each path."""
    surface_m = terrain_m + clutter_m
    surface_m[..., 0] = terrain_m[..., 0]
    surface_m[..., -1] = terrain_m[..., -1]
    return surface_m


class Arguments:
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
            self.complain(
                field, "a profile does not begin at 0 m", "Give distances from the transmitter, itself included"
            )
        if np.any(np.diff(values, axis=-1) <= 0.0):
            self.complain(field, "distances do not rise strictly", "Order the points from the transmitter, each once")
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
            self.complain(field, f"{', '.join(map(repr, unknown))} is not known", f"Use one of: {', '.join(choices)}")
        return np.array([choices.get(word, 0) for word in words.flat], dtype=np.int8).reshape(words.shape)

    def finish(self) -> Shape:
        """Return how many paths and points the arguments are for; raise all that is wrong with them."""
        self._agree(self.points, "points")
        self._agree(self.paths, "paths")
        if self.problems:
            raise InputError(self.problems)
        return Shape(next(iter(self.paths.values()), None), next(iter(self.points.values()), 0))

    def complain(self, field: str, message: str, remedy: str) -> None:
        self.problems.append(Problem(self.source, None, field, message, remedy))

    def _numbers(self, field: str, value: ArrayLike, *, along_profile: bool) -> FloatArray:
        try:
            values = np.asarray(value, dtype=np.float64)
        except (TypeError, ValueError):
            self.complain(field, f"{value!r} is not numeric", "Give a number or an array of numbers")
            return np.empty(0)
        return values if self._shaped(field, values.shape, along_profile) else np.empty(0)

    def _shaped(self, field: str, shape: tuple[int, ...], along_profile: bool) -> bool:
        """Note how many points and paths an argument has; say so if its shape is wrong."""
        wanted = "(points,) or (paths, points), two points or more" if along_profile else "a number or (paths,)"
        axes = (1, 2) if along_profile else (0, 1)
        if len(shape) not in axes or 0 in shape or (along_profile and shape[-1] < 2):
            self.complain(field, f"its shape is {shape}", f"Give {wanted}")
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
            self.complain(field, f"{values[first]:g}{where} is out of range", f"Allowed: {allowed}")
        return values

    def _agree(self, sizes: Mapping[str, int], axis: str) -> None:
        if len(set(sizes.values())) > 1:
            counts = ", ".join(f"{field} {size}" for field, size in sizes.items())
            self.complain(
                next(iter(sizes)), f"the numbers of {axis} differ: {counts}", f"Give the same number of {axis}"
            )
