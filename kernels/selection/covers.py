"""Search for the set of candidates beyond which the rest of a target makes the tightest row."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from phusong.kernels._jit import scalar

Float64Array = npt.NDArray[np.float64]
Int64Array = npt.NDArray[np.int64]
Int32Array = npt.NDArray[np.int32]
LevelArray = npt.NDArray[np.uint8]

MOST_MULTIPLE = 6.0  # of the rest, to which rows are scaled before rounding
NEAR_WHOLE = 1e-4  # multiples so near above a whole number make steep rows: left out
SPARE = 1e-9  # added to coefficients for the rounding of their computation


@scalar
def gains_beyond(
    start: Int64Array,
    pixels: Int32Array,
    levels: LevelArray,
    weight: Float64Array,
    level: Int64Array,
    curve: Int64Array,
    inside: npt.NDArray[np.bool_],
    gain: Float64Array,
) -> None:
    """Write what each candidate adds beyond the (pixels,) level; nothing for those inside the set."""
    top = curve.size - 1
    for candidate in range(gain.size):
        total = 0.0
        if not inside[candidate]:
            for pair in range(start[candidate], start[candidate + 1]):
                pixel = pixels[pair]
                before = level[pixel]
                if before < top:
                    total += weight[pixel] * (curve[min(before + levels[pair], top)] - curve[before])
        gain[candidate] = total


@scalar
def rounded(share: float, multiple: float) -> float:
    """Return the coefficient of a candidate that adds a share of the rest, for a right side of 1.

    With a multiple of 1 it is the share, cut off at 1; else that of mixed-integer rounding of the multiple of the row.
    Source: H. Marchand and L. Wolsey, Operations Research 49 (2001), 363-371.
    """
    cut_off = min(share, 1.0)
    if multiple == 1.0:
        return cut_off
    scaled = cut_off * multiple
    whole = math.floor(scaled)
    return (whole + min((scaled - whole) / (multiple - math.floor(multiple)), 1.0) + SPARE) / math.ceil(multiple)


@scalar
def coefficients(gain: Float64Array, rest: float, multiple: float) -> Float64Array:
    """Return the (candidates,) coefficients of the row of a set, for a right side of 1."""
    found = np.empty(gain.size, dtype=np.float64)
    for candidate in range(gain.size):
        found[candidate] = rounded(gain[candidate] / rest, multiple)
    return found


@scalar
def best_multiple(gain: Float64Array, rest: float, part: Float64Array) -> tuple[float, float]:
    """Return by how much the tightest row of a set is violated, and its multiple."""
    best, multiple = 0.0, 1.0
    for candidate in range(gain.size):
        best += min(gain[candidate] / rest, 1.0) * part[candidate]
    best = 1.0 - best
    for pivot in range(gain.size):
        if gain[pivot] <= 0.0 or gain[pivot] >= rest:
            continue
        tried = rest / gain[pivot]
        if tried >= MOST_MULTIPLE or tried - math.floor(tried) < NEAR_WHOLE:
            continue
        held = 0.0
        for candidate in range(gain.size):
            held += rounded(gain[candidate] / rest, tried) * part[candidate]
        if 1.0 - held > best:
            best, multiple = 1.0 - held, tried
    return best, multiple


@scalar
def improve_set(
    start: Int64Array,
    pixels: Int32Array,
    levels: LevelArray,
    weight: Float64Array,
    base: LevelArray,
    curve: Int64Array,
    at_least: float,
    part: Float64Array,
    inside: npt.NDArray[np.bool_],
    most_rounds: int,
) -> tuple[float, float]:
    """Move candidates into and out of a set while the row beyond it gets more violated.

    Returns by how much it is, and the multiple at which.

    Parameters
    ----------
    start, pixels, levels : (candidates + 1,), (pairs,) twice: of the candidates that are chosen in part.
    weight, base : (pixels,) of the target.
    at_least : gain that the target asks for.
    part : (candidates,)
    inside : (candidates,) the set; changed.
    """
    top = curve.size - 1
    level = np.empty(base.size, dtype=np.int64)
    gain = np.empty(part.size, dtype=np.float64)
    best, multiple = -np.inf, 1.0
    moved = -1
    for _ in range(most_rounds):
        choice = -1
        for tried in range(-1 if moved == -1 else 0, part.size):
            if tried >= 0:
                inside[tried] = not inside[tried]
            for pixel in range(base.size):
                level[pixel] = min(int(base[pixel]), top)
            reached = 0.0
            for candidate in range(part.size):
                if inside[candidate]:
                    for pair in range(start[candidate], start[candidate + 1]):
                        pixel = pixels[pair]
                        before = level[pixel]
                        level[pixel] = min(before + levels[pair], top)
                        reached += weight[pixel] * (curve[level[pixel]] - curve[before])
            rest = float(at_least - reached)
            if rest > 1e-6 * at_least:
                gains_beyond(start, pixels, levels, weight, level, curve, inside, gain)
                violation, scale = best_multiple(gain, rest, part)
                if violation > best + 1e-6:
                    best, multiple, choice = violation, scale, tried
            if tried >= 0:
                inside[tried] = not inside[tried]
        moved = choice
        if choice >= 0:
            inside[choice] = not inside[choice]
        elif best > -np.inf:
            break
        else:  # the set reaches the target by itself: take out the least chosen
            least = -1
            for candidate in range(part.size):
                if inside[candidate] and (least < 0 or part[candidate] < part[least]):
                    least = candidate
            if least < 0:
                break
            inside[least] = False
    return best, multiple
