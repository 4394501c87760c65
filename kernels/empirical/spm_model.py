"""The Standard Propagation Model as a propagation model of the registry: its limits, its range and its checked call."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from phusong.kernels.arguments import POLARIZATIONS, Arguments, FloatArray, Range
from phusong.kernels.empirical import spm
from phusong.kernels.models import Model

EFFECTIVE_HEIGHTS = {
    "ground": spm.GROUND,
    "spot": spm.SPOT,
    "absolute_spot": spm.ABSOLUTE_SPOT,
    "average_terrain": spm.AVERAGE_TERRAIN,
}
CLUTTER_CLASSES = {name: code for code, name in enumerate(spm.CLUTTER_OFFSETS_DB)}

_COEFFICIENT = Range(-1_000.0, 1_000.0, "dB")
_FACTOR = Range(-100.0, 100.0, "times")
_HEIGHT = Range(1.0, 10_000.0, "m")

# The frequencies of the tools' tables of K1; the rest is what can be meant.
LIMITS: Mapping[str, Range] = {
    "distance_m": Range(0.0, 3e6, "m"),
    "terrain_m": Range(-11_000.0, 9_000.0, "m above sea level"),
    "frequency_mhz": Range(150.0, 3_500.0, "MHz"),
    "tx_height_m": Range(1.0, 3_000.0, "m above ground"),
    "rx_height_m": Range(1.0, 3_000.0, "m above ground"),
    "delta_n": Range(0.0, 150.0, "N-units/km"),
    "clutter_offset_db": _COEFFICIENT,
    "k_clutter": _FACTOR,
    "near_m": Range(0.0, 3e6, "m"),
    **dict.fromkeys(("k1", "k2", "k1_nlos", "k2_nlos"), _COEFFICIENT),
    **dict.fromkeys(("k1_near", "k2_near", "k1_near_nlos", "k2_near_nlos"), _COEFFICIENT),
    **dict.fromkeys(("k3", "k5", "k6", "k7"), _COEFFICIENT),
    "k4": _FACTOR,
    "average_from_m": Range(0.0, 1e6, "m"),
    "average_to_m": Range(1.0, 1e6, "m"),
    "least_effective_height_m": _HEIGHT,
    "most_effective_height_m": _HEIGHT,
}

VALIDITY: Mapping[str, Range] = {
    "distance_m": Range(1e3, 20e3, "m"),
    "frequency_mhz": Range(150.0, 3_500.0, "MHz"),
    "tx_height_m": Range(20.0, 200.0, "m above ground"),
    "rx_height_m": Range(1.0, 10.0, "m above ground"),
}


def path_loss(
    *,
    distance_m: ArrayLike,
    terrain_m: ArrayLike,
    frequency_mhz: ArrayLike,
    tx_height_m: ArrayLike,
    rx_height_m: ArrayLike,
    clutter_class: ArrayLike = "urban",
    clutter_offset_db: ArrayLike | None = None,
    k_clutter: ArrayLike = 1.0,
    k1: ArrayLike | None = None,
    k2: ArrayLike = spm.K2,
    k3: ArrayLike = spm.K3,
    k4: ArrayLike = 1.0,
    k5: ArrayLike = spm.K5,
    k6: ArrayLike = 0.0,
    k7: ArrayLike = 0.0,
    k1_nlos: ArrayLike | None = None,
    k2_nlos: ArrayLike | None = None,
    near_m: ArrayLike = 0.0,
    k1_near: ArrayLike | None = None,
    k2_near: ArrayLike | None = None,
    k1_near_nlos: ArrayLike | None = None,
    k2_near_nlos: ArrayLike | None = None,
    effective_height: ArrayLike = "ground",
    average_from_m: ArrayLike = 3_000.0,
    average_to_m: ArrayLike = 15_000.0,
    least_effective_height_m: ArrayLike = 20.0,
    most_effective_height_m: ArrayLike = 200.0,
    delta_n: ArrayLike = 45.0,
    polarization: ArrayLike = "vertical",
) -> float | FloatArray:
    """Return the median basic transmission loss [dB] of the Standard Propagation Model over a profile.

    L = K1 + K2 log d + K3 log h_T + K4 Diff + K5 log d log h_T + K6 h_R + K7 log h_R + K_clutter f(clutter), d in m and
    logarithms to base 10. Profiles are arrays (points,), or (paths, points) for many paths; everything else is a
    number or word, or an array (paths,), and one value serves all paths. Where the formula gives less than free space
    (Recommendation ITU-R P.525 over distance_m), the result is free space, as the tools do. Uncalibrated, it is Hata's
    medium city with a mobile near 1.5 m, plus diffraction: calibrate K1, K2, K4 and the clutter before relying on it.

    Parameters
    ----------
    distance_m : distance of each profile point from the transmitter [m]; rises strictly from 0, at most 3000 km. Meant
        for paths of 1 to 20 km.
    terrain_m : ground height [m above sea level].
    frequency_mhz : frequency [MHz], 150 to 3500.
    tx_height_m, rx_height_m : antenna heights above ground [m], 1 to 3000; h_R is rx_height_m.
    clutter_class : the receiver's surroundings: "dense_urban", "woodland", "urban", "suburban", "industrial",
        "open_in_urban", "open" or "water"; each has an offset f [dB] from `spm.CLUTTER_OFFSETS_DB`.
    clutter_offset_db : f(clutter) itself [dB]; None takes that of the class.
    k_clutter : factor of f(clutter), -100 to 100.
    k1, k2 : constant [dB] and slope [dB per decade of distance]; k1 None follows the frequency (`spm.default_k1`).
    k3, k5, k6, k7 : dB per decade of h_T, of d and h_T together, dB per m of h_R, dB per decade of h_R.
    k4 : factor of the diffraction loss, -100 to 100.
    k1_nlos, k2_nlos : the pair where the terrain blocks the line of sight; None takes k1, k2.
    near_m : a receiver up to here is near the transmitter [m], 0 to 3e6.
    k1_near, k2_near, k1_near_nlos, k2_near_nlos : the pairs of near receivers; None takes those of far ones with the
        same line of sight.
    effective_height : how h_T is found. "ground": tx_height_m itself. "spot": above the receiver's ground where that is
        lower. "absolute_spot": plus the difference of the two grounds, whichever is higher. "average_terrain": above
        the mean terrain from average_from_m to average_to_m, as in Recommendation ITU-R P.1546; on a path shorter than
        average_to_m both shrink with it.
    average_from_m, average_to_m : the distances of "average_terrain" [m]; the first is the smaller.
    least_effective_height_m, most_effective_height_m : bounds of h_T [m], 1 to 10000, but for "ground".
    delta_n : fall of refractivity through the lowest kilometre [N-units/km], 0 to 150.
    polarization : "vertical" or "horizontal"; matters to diffraction over a smooth Earth alone.

    Returns
    -------
    A float for one path, an array (paths,) for several.

    Raises
    ------
    InputError : every problem of the arguments at once.
    """
    arguments = Arguments("path_loss spm", LIMITS)
    distance = arguments.distances("distance_m", distance_m)
    terrain = arguments.profile("terrain_m", terrain_m)
    frequency = arguments.number("frequency_mhz", frequency_mhz)
    tx_height = arguments.number("tx_height_m", tx_height_m)
    rx_height = arguments.number("rx_height_m", rx_height_m)
    classes = arguments.choice("clutter_class", clutter_class, CLUTTER_CLASSES)
    offset_db = np.array(list(spm.CLUTTER_OFFSETS_DB.values()))[classes]
    if clutter_offset_db is not None:
        offset_db = arguments.number("clutter_offset_db", clutter_offset_db)
    clutter_factor = arguments.number("k_clutter", k_clutter)
    method = arguments.choice("effective_height", effective_height, EFFECTIVE_HEIGHTS)
    average_from = arguments.number("average_from_m", average_from_m)
    average_to = arguments.number("average_to_m", average_to_m)
    least = arguments.number("least_effective_height_m", least_effective_height_m)
    most = arguments.number("most_effective_height_m", most_effective_height_m)
    lapse_rate = arguments.number("delta_n", delta_n)
    vertical = arguments.choice("polarization", polarization, POLARIZATIONS)
    given: dict[str, ArrayLike | None] = {"near_m": near_m, "k1": k1, "k2": k2, "k1_nlos": k1_nlos, "k2_nlos": k2_nlos}
    given |= {"k1_near": k1_near, "k2_near": k2_near, "k1_near_nlos": k1_near_nlos, "k2_near_nlos": k2_near_nlos}
    given |= {"k3": k3, "k4": k4, "k5": k5, "k6": k6, "k7": k7}
    k = {field: arguments.number(field, value) for field, value in given.items() if value is not None}
    if average_from.size and average_to.size and average_from.max() >= average_to.min():
        arguments.complain("average_from_m", "it is not less than average_to_m", "Give the nearer distance first")
    if least.size and most.size and least.max() > most.min():
        arguments.complain("least_effective_height_m", "it is above most_effective_height_m", "Give the lower one")
    shape = arguments.finish()

    k = all_coefficients(frequency, k)
    losses_db = spm.profile_losses(
        shape.along(distance),
        shape.along(terrain),
        shape.each(frequency),
        shape.each(tx_height),
        shape.each(rx_height),
        shape.each(method),
        np.stack([shape.each(average_from), shape.each(average_to)], axis=1),
        np.stack([shape.each(least), shape.each(most)], axis=1),
        shape.each(clutter_factor) * shape.each(offset_db),
        shape.each(lapse_rate),
        shape.each(vertical.astype(np.bool_)),
        np.stack([shape.each(k[field]) for field in spm.SpmCoefficients._fields], axis=1),
    )
    return shape.result(losses_db)


def all_coefficients(frequency_mhz: FloatArray, given: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Return every coefficient, by field of `spm.SpmCoefficients`, from those given: k1 and the pairs may be absent."""
    k = dict(given)
    if "k1" not in k:
        k["k1"] = np.array([spm.default_k1(mhz) for mhz in frequency_mhz.flat]).reshape(frequency_mhz.shape)
    for field in ("k1", "k2"):
        k.setdefault(f"{field}_nlos", k[field])
        k.setdefault(f"{field}_near", k[field])
        k.setdefault(f"{field}_near_nlos", k[f"{field}_nlos"])
    return k


MODEL = Model(
    name="spm",
    title="Standard Propagation Model (Forsk 2004)",
    path_loss=path_loss,
    limits=LIMITS,
    validity=VALIDITY,
    follows_terrain=True,
)
