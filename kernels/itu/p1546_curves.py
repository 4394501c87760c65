"""Field-strength curves of Recommendation ITU-R P.1546-6: Annexes 2 to 4, and Annex 5, sections 2, 4 to 8 and 18.

All field strengths are in dB(uV/m) for 1 kW of effective radiated power, at 50 % of locations, for a receiving antenna
at the height of the clutter around it. The tabulated figures, and where they come from, are in p1546_curves.csv.
"""

from __future__ import annotations

import csv
import math
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from phusong.kernels._jit import scalar
from phusong.kernels.itu.p1812 import standard_deviations
from phusong.kernels.itu.p1812_diffraction import knife_edge_loss
from phusong.kernels.itu.p1812_path import Floats

LAND, COLD_SEA, WARM_SEA = 0, 1, 2
TIMES_PERCENT = np.array([1.0, 10.0, 50.0])
FREQUENCIES_MHZ = np.array([100.0, 600.0, 2000.0])
HEIGHTS_M = np.array([10.0, 20.0, 37.5, 75.0, 150.0, 300.0, 600.0, 1200.0])
DISTANCES_KM = np.concatenate(
    (np.arange(1.0, 20.0), np.arange(20.0, 100.0, 5.0), np.arange(100.0, 200.0, 10.0), np.arange(200.0, 1001.0, 25.0))
)  # Table 1

_SURFACES = {"land": (LAND,), "cold sea": (COLD_SEA,), "warm sea": (WARM_SEA,), "sea": (COLD_SEA, WARM_SEA)}


class Between(NamedTuple):
    """A place between two nominal values, on a logarithmic scale: the lower's index and the higher's weight."""

    lower: int
    weight: float


@cache
def load_curves() -> Floats:
    """Return the tabulated curves: axes surface (LAND ...), time, frequency, distance, and height.

    The last axis has one value more than there are heights: the greatest field strength that the Recommendation allows.
    """
    curves = np.full((3, TIMES_PERCENT.size, FREQUENCIES_MHZ.size, DISTANCES_KM.size, HEIGHTS_M.size + 1), np.nan)
    with (Path(__file__).parent / "p1546_curves.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(line for line in file if not line.startswith("#"))
        next(rows)
        for surface, *numbers in rows:
            time, frequency, distance, *fields = map(float, numbers)
            place = (np.searchsorted(TIMES_PERCENT, time), np.searchsorted(FREQUENCIES_MHZ, frequency))
            for sheet in _SURFACES[surface]:
                curves[(sheet, *place, np.searchsorted(DISTANCES_KM, distance))] = fields
    return curves


@scalar
def between(nominal: Floats, value: float) -> Between:
    """Return where a value lies among nominal ones; outside them the two at that end are extrapolated."""
    i = min(max(int(np.searchsorted(nominal, value, side="right")) - 1, 0), nominal.size - 2)
    return Between(i, math.log(value / nominal[i]) / math.log(nominal[i + 1] / nominal[i]))


@scalar
def maximum_field(slope_km: float, distance_km: float, time_percent: float, sea_fraction: float) -> float:
    """Return E_max, which no field strength exceeds: free space, and over sea an enhancement.

    slope_km: the distance between the antennas themselves.
    """
    free_space = 106.9 - 20.0 * math.log10(slope_km)  # (2), with (37)
    enhancement = 2.38 * (1.0 - math.exp(-distance_km / 8.94)) * math.log10(50.0 / time_percent)  # (3)
    return free_space + sea_fraction * enhancement  # (1), (42)


@scalar
def clear_distance_km(frequency_mhz: float, tx_height_m: float, rx_height_m: float) -> float:
    """Return D_06 [km, >= 0.001], at which 0.6 of the first Fresnel zone just clears a smooth Earth (section 18)."""
    h1 = max(tx_height_m, 0.0)
    by_frequency_km = 3.89e-5 * frequency_mhz * h1 * rx_height_m  # (41a)
    horizon_km = 4.1 * (math.sqrt(h1) + math.sqrt(rx_height_m))  # (41b)
    return max(by_frequency_km * horizon_km / (by_frequency_km + horizon_km), 0.001)  # (41)


@scalar
def shadow_correction(frequency: int, h1_m: float) -> float:
    """Return C_h1 [dB, < 0] for a transmitting height below zero, by the method without a step at zero (section 4.3 b).

    frequency: index of the nominal frequency.
    """
    factor = (1.35, 3.31, 6.00)[frequency]  # K_nu
    return 6.03 - knife_edge_loss(factor * math.degrees(math.atan(-h1_m / 9000.0)))  # (12) to (12c)


@scalar
def _tabulated(sheet: Floats, place: Between, column: int) -> float:
    low, high = sheet[place.lower, column], sheet[place.lower + 1, column]
    return float(low + (high - low) * place.weight)  # (13)


@scalar
def field_at_nominal(
    sheet: Floats, frequency: int, at_sea: bool, h1_m: float, distance_km: float, time_percent: float, maximum: float
) -> float:
    """Return the field strength by one figure of the Recommendation, at any distance and transmitting height.

    sheet: the figure (distances, heights). frequency: index of its nominal frequency. maximum: E_max of the path.
    """
    d = distance_km
    place = between(DISTANCES_KM, d)
    if h1_m >= 10.0:
        height = between(HEIGHTS_M, h1_m)
        low, high = _tabulated(sheet, place, height.lower), _tabulated(sheet, place, height.lower + 1)
        return min(low + (high - low) * height.weight, maximum)  # (8)

    at10, at20 = _tabulated(sheet, place, 0), _tabulated(sheet, place, 1)
    at_zero = at10 + 0.5 * (at10 - at20 + shadow_correction(frequency, -10.0))  # (9a), (9b)
    low_mast = at_zero + 0.1 * h1_m * (at10 - at_zero)  # (9)
    if not at_sea:
        return low_mast if h1_m >= 0.0 else at_zero + shadow_correction(frequency, h1_m)

    clear_km = clear_distance_km(FREQUENCIES_MHZ[frequency], h1_m, 10.0)  # (10a), D_h1
    if d <= clear_km:
        return maximum  # (11a)
    clear20_km = clear_distance_km(FREQUENCIES_MHZ[frequency], 20.0, 10.0)  # (10b), D_20
    octaves = math.log2(h1_m / 10.0)
    if d < clear20_km:
        place20 = between(DISTANCES_KM, clear20_km)
        at10, at20 = _tabulated(sheet, place20, 0), _tabulated(sheet, place20, 1)
        far = at10 + (at20 - at10) * octaves
        near = maximum_field(clear_km, clear_km, time_percent, 1.0)
        return near + (far - near) * math.log(d / clear_km) / math.log(clear20_km / clear_km)  # (11b)
    beyond = (d - clear20_km) / d  # F_s
    return (at10 + (at20 - at10) * octaves) * (1.0 - beyond) + low_mast * beyond  # (11c)


@scalar
def field_at_time(
    curves: Floats,
    surface: int,
    time: int,
    frequency_mhz: float,
    h1_m: float,
    distance_km: float,
    time_percent: float,
    maximum: float,
) -> float:
    """Return the field strength at a nominal time percentage (by its index) and any frequency (section 6)."""
    at_sea = surface != LAND
    d = distance_km
    near_km = 0.0
    if at_sea and frequency_mhz < 100.0:
        clear600_km = clear_distance_km(600.0, h1_m, 10.0)
        if d < clear600_km:
            near_km = clear_distance_km(frequency_mhz, h1_m, 10.0)  # d_f
            if d <= near_km:
                return maximum  # (15a)
            d = clear600_km
    place = between(FREQUENCIES_MHZ, frequency_mhz)
    i = place.lower
    low = field_at_nominal(curves[surface, time, i], i, at_sea, h1_m, d, time_percent, maximum)
    if place.weight != 0.0:
        i += 1
        high = field_at_nominal(curves[surface, time, i], i, at_sea, h1_m, d, time_percent, maximum)
        low += (high - low) * place.weight  # (14)
    if near_km > 0.0:
        near = maximum_field(near_km, near_km, time_percent, 1.0)
        return near + (low - near) * math.log(distance_km / near_km) / math.log(d / near_km)  # (15b)
    return min(low, maximum) if frequency_mhz > 2000.0 else low


@scalar
def curve_field(
    curves: Floats,
    surface: int,
    frequency_mhz: float,
    h1_m: float,
    distance_km: float,
    time_percent: float,
    maximum: float,
) -> float:
    """Return the field strength over one kind of surface.

    curves: as `load_curves` gives them. surface: LAND, COLD_SEA or WARM_SEA. h1_m: transmitting height h1 [m, <= 3000],
    over sea 1 m at least. distance_km: 1 to 1000. time_percent: 1 to 50. maximum: E_max of the path.
    """
    f, h1, d, t = frequency_mhz, h1_m, distance_km, time_percent
    time = 0 if t < 10.0 else 1 if t < 50.0 else 2
    low = field_at_time(curves, surface, time, f, h1, d, t, maximum)
    if t == TIMES_PERCENT[time]:
        return low
    high = field_at_time(curves, surface, time + 1, f, h1, d, t, maximum)
    q = standard_deviations(t / 100.0)
    q_low = standard_deviations(TIMES_PERCENT[time] / 100.0)
    q_high = standard_deviations(TIMES_PERCENT[time + 1] / 100.0)
    return (high * (q_low - q) + low * (q - q_high)) / (q_low - q_high)  # (16)


@scalar
def mixed_path_field(land: float, sea: float, sea_fraction: float) -> float:
    """Return the field strength of a path of both kinds from those of its whole length over each (section 8)."""
    v = max(1.0, 1.0 + (sea - land) / 40.0)  # (24) to (26)
    weight = math.pow(1.0 - math.pow(1.0 - sea_fraction, 2.0 / 3.0), v)
    return (1.0 - weight) * land + weight * sea  # (23)
