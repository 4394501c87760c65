"""Fractal detail as a function of position: the same seed and position give the same value on every grid.

White noise on square lattices, each half as wide as the one before, is smoothed by cubic B-splines and summed. The
value at a lattice node is a hash of the node's indices, so nothing depends on the area that is asked for.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.ndimage import map_coordinates

FloatArray = npt.NDArray[np.float64]

# A node spacing of 1/2.5 of the wavelength puts most of the power of B-spline noise round that wavelength.
_NODES_PER_WAVELENGTH = 2.5
# Mean over a cell of the sum of squared cubic B-spline weights in one dimension: 151/315 (autocorrelation at 0).
_WEIGHT_POWER = 151.0 / 315.0
# Mean and standard deviation of the noise's absolute value, measured on 12 million samples.
_FOLDED_MEAN, _FOLDED_DEVIATION = 0.820, 0.573


class Octave:
    """Smooth noise of one wavelength, mean 0 and standard deviation about 1.

    Parameters
    ----------
    extent_m : (west, south, east, north) that will be asked for [m].
    wavelength_m : the noise's typical wavelength [m].
    seed, channel : noise of another seed or channel is independent.
    """

    def __init__(
        self, extent_m: tuple[float, float, float, float], wavelength_m: float, seed: int, channel: int
    ) -> None:
        west_m, south_m, east_m, north_m = extent_m
        self._spacing_m = wavelength_m / _NODES_PER_WAVELENGTH
        self._first_column = int(np.floor(west_m / self._spacing_m)) - 2
        self._first_row = int(np.floor(south_m / self._spacing_m)) - 2
        columns = np.arange(self._first_column, int(np.ceil(east_m / self._spacing_m)) + 3)
        rows = np.arange(self._first_row, int(np.ceil(north_m / self._spacing_m)) + 3)
        uniform = _hash(rows[:, None], columns[None, :], seed, channel)
        deviation = _WEIGHT_POWER * np.sqrt(1.0 / 12.0)
        self._nodes = ((uniform - 0.5) / deviation).astype(np.float32)

    def __call__(self, x_m: FloatArray, y_m: FloatArray) -> FloatArray:
        """Return the noise at map positions [m], same shape."""
        rows = y_m / self._spacing_m - self._first_row
        columns = x_m / self._spacing_m - self._first_column
        return np.asarray(
            map_coordinates(self._nodes, [rows, columns], np.float64, order=3, mode="nearest", prefilter=False)
        )


class Fractal:
    """A sum of octaves, mean 0 and standard deviation about 1; the long waves are folded into hills and valleys.

    Parameters
    ----------
    extent_m : (west, south, east, north) that will be asked for [m].
    seed : seed of the noise.
    longest_m, shortest_m : wavelengths of the first and of the last octave [m].
    persistence : amplitude of an octave relative to the one before.
    folded : how many of the first octaves are folded at zero, which makes round hills between sharp valleys.
    """

    def __init__(
        self,
        extent_m: tuple[float, float, float, float],
        seed: int,
        *,
        longest_m: float,
        shortest_m: float,
        persistence: float,
        folded: int,
    ) -> None:
        count = int(np.floor(np.log2(longest_m / shortest_m) + 0.5)) + 1
        self._octaves = [Octave(extent_m, longest_m / 2.0**number, seed, number) for number in range(count)]
        amplitudes = persistence ** np.arange(count)
        self._amplitudes = amplitudes / np.sqrt(np.sum(amplitudes**2))
        self._folded = folded

    def __call__(self, x_m: FloatArray, y_m: FloatArray) -> FloatArray:
        """Return the detail at map positions [m], same shape, in units of its standard deviation."""
        detail = np.zeros(np.shape(x_m))
        for number, (octave, amplitude) in enumerate(zip(self._octaves, self._amplitudes, strict=True)):
            noise = octave(x_m, y_m)
            if number < self._folded:
                noise = (np.abs(noise) - _FOLDED_MEAN) / _FOLDED_DEVIATION
            detail += amplitude * noise
        return detail


def _hash(rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64], seed: int, channel: int) -> FloatArray:
    """Return a uniform number in [0, 1) of every lattice node (SplitMix64 finalizer: Steele, Lea, Flood 2014)."""
    salt = np.uint64((seed * 0x9E3779B97F4A7C15 + channel * 0xD1B54A32D192ED03) % 2**64)
    value = _mix(rows.astype(np.uint64) + salt)
    value = _mix(value + columns.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    return (value >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _mix(value: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))
