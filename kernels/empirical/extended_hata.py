"""Extended Hata: Hata's formula from 30 MHz to 3 GHz and from the foot of the mast to 100 km, as SEAMCAT has it.

CEPT ECC Report 68 and the SEAMCAT handbook, annex 17.3.1 (its equation numbers stand below); Report ITU-R SM.2028.
The two terminals are interchangeable: the higher one is the base. This is the deterministic median part; the spread
round it is `standard_deviation`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phusong.kernels._jit import scalar
from phusong.kernels.arguments import Arguments, FloatArray, Range
from phusong.kernels.empirical.free_space import at_least_free_space
from phusong.kernels.empirical.hata import mobile_height_gain, open_area_relief, suburban_relief
from phusong.kernels.models import Model

URBAN, SUBURBAN, OPEN = range(3)
ENVIRONMENTS = {"urban": URBAN, "suburban": SUBURBAN, "open": OPEN}
NEAR_KM = 0.04  # up to here free space
FAR_KM = 0.1  # from here Hata
HATA_END_KM = 20.0  # beyond, the loss rises faster

LIMITS: Mapping[str, Range] = {
    "distance_m": Range(1.0, 3e6, "m"),
    "frequency_mhz": Range(30.0, 3_000.0, "MHz"),
    "tx_height_m": Range(1.0, 3_000.0, "m above ground"),
    "rx_height_m": Range(1.0, 3_000.0, "m above ground"),
}

VALIDITY: Mapping[str, Range] = {
    "distance_m": Range(20.0, 100e3, "m"),
    "frequency_mhz": Range(30.0, 3_000.0, "MHz"),
    "tx_height_m": Range(30.0, 200.0, "m above ground"),
    "rx_height_m": Range(1.0, 10.0, "m above ground"),
}


@scalar
def _slant_free_space_loss(distance_km: float, frequency_mhz: float, height_difference_m: float) -> float:
    slant_squared = distance_km**2 + (1e-3 * height_difference_m) ** 2
    return 32.4 + 20.0 * math.log10(frequency_mhz) + 10.0 * math.log10(slant_squared)  # (191)


@scalar
def _frequency_loss(frequency_mhz: float) -> float:
    f = frequency_mhz
    if f <= 150.0:
        return 69.6 + 26.2 * math.log10(150.0) - 20.0 * math.log10(150.0 / f)  # (192)
    if f <= 1500.0:
        return 69.6 + 26.2 * math.log10(f)  # (193)
    if f <= 2000.0:
        return 46.3 + 33.9 * math.log10(f)  # (194)
    return 46.3 + 33.9 * math.log10(2000.0) + 10.0 * math.log10(f / 2000.0)  # (195)


@scalar
def _distance_exponent(distance_km: float, frequency_mhz: float, base_m: float) -> float:
    if distance_km <= HATA_END_KM:
        return 1.0
    rate = 0.14 + 1.87e-4 * frequency_mhz + 1.07e-3 * base_m
    return 1.0 + rate * math.pow(math.log10(distance_km / HATA_END_KM), 0.8)  # (201)


@scalar
def _hata_part(distance_km: float, frequency_mhz: float, base_m: float, mobile_m: float, environment: int) -> float:
    """Return the loss [dB] from FAR_KM on."""
    gain_db = mobile_height_gain(frequency_mhz, min(mobile_m, 10.0)) + max(
        0.0, 20.0 * math.log10(mobile_m / 10.0)
    )  # (199)
    low_base_db = min(0.0, 20.0 * math.log10(base_m / 30.0))  # (200)
    log_base = math.log10(max(base_m, 30.0))
    log_d = math.log10(distance_km)
    if distance_km > HATA_END_KM:
        log_d = math.pow(log_d, _distance_exponent(distance_km, frequency_mhz, base_m))
    loss_db = _frequency_loss(frequency_mhz) - 13.82 * log_base + (44.9 - 6.55 * log_base) * log_d  # (192) to (195)
    loss_db -= gain_db + low_base_db
    within_mhz = min(max(frequency_mhz, 150.0), 2000.0)
    if environment == SUBURBAN:
        loss_db -= suburban_relief(within_mhz)  # (196)
    if environment == OPEN:
        loss_db -= open_area_relief(within_mhz)  # (197)
    return loss_db


@scalar
def extended_hata_loss(
    distance_m: float, frequency_mhz: float, tx_height_m: float, rx_height_m: float, environment: int
) -> float:
    """Return the median loss [dB] in an environment (URBAN, SUBURBAN, OPEN); at least free space.

    distance_m: along the ground [m, > 0]; heights above ground [m, >= 1].
    """
    d = 1e-3 * distance_m
    base_m = max(tx_height_m, rx_height_m)
    mobile_m = min(tx_height_m, rx_height_m)
    if d < NEAR_KM:
        loss_db = _slant_free_space_loss(d, frequency_mhz, base_m - mobile_m)
    elif d < FAR_KM:
        near_db = _slant_free_space_loss(NEAR_KM, frequency_mhz, base_m - mobile_m)
        far_db = _hata_part(FAR_KM, frequency_mhz, base_m, mobile_m, environment)
        loss_db = near_db + math.log10(d / NEAR_KM) / math.log10(FAR_KM / NEAR_KM) * (far_db - near_db)  # (198)
    else:
        loss_db = _hata_part(d, frequency_mhz, base_m, mobile_m, environment)
    return at_least_free_space(loss_db, distance_m, frequency_mhz)


@scalar
def extended_hata_losses(
    distance_m: FloatArray,
    frequency_mhz: FloatArray,
    tx_height_m: FloatArray,
    rx_height_m: FloatArray,
    environment: NDArray[np.int8],
) -> FloatArray:
    """Return `extended_hata_loss` of many paths, (paths,) each."""
    loss_db = np.empty_like(distance_m)
    for i in range(distance_m.size):
        loss_db[i] = extended_hata_loss(distance_m[i], frequency_mhz[i], tx_height_m[i], rx_height_m[i], environment[i])
    return loss_db


@scalar
def standard_deviation(distance_km: float, above_roof: bool) -> float:
    """Return the standard deviation [dB] of the loss among places at a distance [km] (handbook, table 81).

    above_roof: the base antenna stands above the roofs around it; below them the loss varies more.
    """
    d = distance_km
    widest = 12.0 if above_roof else 17.0
    if d <= 0.04:
        return 3.5
    if d <= 0.1:
        return 3.5 + (widest - 3.5) / (0.1 - 0.04) * (d - 0.04)
    if d <= 0.2:
        return widest
    if d <= 0.6:
        return widest + (9.0 - widest) / (0.6 - 0.2) * (d - 0.2)
    return 9.0


def path_loss(
    *,
    distance_m: ArrayLike,
    frequency_mhz: ArrayLike,
    tx_height_m: ArrayLike,
    rx_height_m: ArrayLike,
    environment: ArrayLike = "urban",
) -> float | FloatArray:
    """Return the median basic transmission loss [dB] of the extended Hata model of SEAMCAT.

    Every argument is a number or word, or an array (paths,). Up to 40 m it is free space over the slant path, from
    100 m on Hata's formula, and between them a straight line over the logarithm of the distance. Where that gives less
    than free space (Recommendation ITU-R P.525 over distance_m), the result is free space. The loss is continuous but
    for 1500 MHz, where the source steps up by about 1.2 dB; between 40 and 100 m it may fall with distance, over open
    land or under a high base.

    Parameters
    ----------
    distance_m : length of the path along the ground [m], 1 m to 3000 km; meant for 20 m to 100 km.
    frequency_mhz : frequency [MHz], 30 to 3000.
    tx_height_m, rx_height_m : antenna heights [m above ground], 1 to 3000; the higher one is the base, meant to be 30
        to 200 m high, and the lower one 1 to 10.
    environment : "urban", "suburban" or "open".

    Returns
    -------
    A float for one path, an array (paths,) for several.

    Raises
    ------
    InputError : every problem of the arguments at once.
    """
    arguments = Arguments("path_loss extended_hata", LIMITS)
    distance = arguments.number("distance_m", distance_m)
    frequency = arguments.number("frequency_mhz", frequency_mhz)
    tx_height = arguments.number("tx_height_m", tx_height_m)
    rx_height = arguments.number("rx_height_m", rx_height_m)
    surroundings = arguments.choice("environment", environment, ENVIRONMENTS)
    shape = arguments.finish()
    losses_db = extended_hata_losses(
        shape.each(distance),
        shape.each(frequency),
        shape.each(tx_height),
        shape.each(rx_height),
        shape.each(surroundings),
    )
    return shape.result(losses_db)


MODEL = Model(
    name="extended_hata",
    title="Extended Hata (CEPT ECC Report 68, SEAMCAT)",
    path_loss=path_loss,
    limits=LIMITS,
    validity=VALIDITY,
    follows_terrain=False,
)
