"""Diffraction of the irregular terrain model: a straight line of attenuation over distance, beyond the horizons."""

from __future__ import annotations

import math
from typing import NamedTuple

from phusong.kernels._jit import scalar
from phusong.kernels.itm.path import Path, Terminal, irregularity_at, smooth_horizon_m, terrain_deviation, wavenumber

STANDARD_RADIUS_M = 6370e3 * 4.0 / 3.0
KNOWN_TERRAIN_M2 = 10.0
"""C of (4.9), the share of low antennas whose terrain is known [m^2]; 0 where only its statistics are."""


class Line(NamedTuple):
    """Attenuation relative to free space that grows in a straight line: at distance 0 [dB], and per metre [dB/m]."""

    intercept_db: float
    slope_db_per_m: float


class Rounding(NamedTuple):
    """A rounded obstacle for Vogler's method: his K, and his x in km per km of distance."""

    k: float
    x_per_km: float


@scalar
def sight_angle(path: Path) -> float:
    """Return the angular distance [rad] of the part within line of sight, theta_los."""
    to_horizons_m = path.tx.horizon_m + path.rx.horizon_m
    return -max(path.tx.elevation + path.rx.elevation, -to_horizons_m * path.curvature)  # (4.12)


@scalar
def _edge_loss(v_squared: float) -> float:
    """Return the loss [dB] behind a knife edge."""
    if v_squared < 5.76:
        return 6.02 + 9.11 * math.sqrt(v_squared) - 1.27 * v_squared  # (6.1)
    return 12.953 + 10.0 * math.log10(v_squared)


@scalar
def knife_edge_loss(distance_m: float, path: Path, angle: float, frequency_mhz: float) -> float:
    """Return A_k [dB] of two knife edges at the horizons; angle: theta, by which the path bends [rad]."""
    beyond_m = distance_m - path.tx.horizon_m - path.rx.horizon_m
    scale = 0.0795775 * wavenumber(frequency_mhz) * angle * angle * beyond_m  # 1 / (4 pi)
    tx_v_squared = scale * path.tx.horizon_m / (beyond_m + path.tx.horizon_m)  # (4.13)
    rx_v_squared = scale * path.rx.horizon_m / (beyond_m + path.rx.horizon_m)
    return _edge_loss(tx_v_squared) + _edge_loss(rx_v_squared)  # (4.14)


@scalar
def _rounding(radius_m: float, root_frequency: float, impedance_size: float) -> Rounding:
    """Return the obstacle of that radius; root_frequency: the cube root of the frequency in MHz."""
    root_ratio = math.pow(STANDARD_RADIUS_M / radius_m, 1.0 / 3.0)  # (4.16)
    k = 0.017778 * root_ratio / (root_frequency * impedance_size)  # (4.17)
    return Rounding(k, (1.607 - k) * root_ratio * root_ratio * root_frequency)  # (4.18), (4.19)


@scalar
def _height_gain(x_km: float, k: float) -> float:
    """Return F(x, K) [dB], the height gain over a smooth sphere."""
    if x_km < 200.0:
        w = -math.log(k)
        if k < 1e-5 or x_km * w**3 > 5495.0:
            return (17.372 * math.log(x_km) if x_km > 1.0 else 0.0) - 117.0  # (6.5)
        return 2.5e-5 * x_km**2 / k - 8.686 * w - 15.0  # (6.6)
    far_db = 0.05751 * x_km - 4.343 * math.log(x_km)  # (6.3)
    if x_km >= 2000.0:
        return far_db
    w = 0.0134 * x_km * math.exp(-0.005 * x_km)
    return (1.0 - w) * far_db + w * (17.372 * math.log(x_km) - 117.0)  # (6.4)


@scalar
def _terminal_rounding(terminal: Terminal, root_frequency: float, impedance_size: float) -> Rounding:
    """Return the obstacle that the ground between a terminal and its horizon makes."""
    radius_m = 0.5 * terminal.horizon_m**2 / terminal.effective_m  # (4.15)
    return _rounding(radius_m, root_frequency, impedance_size)


@scalar
def diffraction_line(path: Path, impedance: complex, frequency_mhz: float, known_terrain_m2: float) -> Line:
    """Return A_d, the loss of diffraction, through two distances well beyond the horizons."""
    frequency_root = math.pow(frequency_mhz, 1.0 / 3.0)
    impedance_size = abs(impedance)
    radius_m = 1.0 / path.curvature
    to_horizons_m = path.tx.horizon_m + path.rx.horizon_m
    smooth_m = smooth_horizon_m(path.tx.effective_m, path.curvature) + smooth_horizon_m(
        path.rx.effective_m, path.curvature
    )
    within_sight = sight_angle(path)

    # What does not depend on the distance: both terminals' ends of the smooth Earth, and the clutter.
    tx_rounding = _terminal_rounding(path.tx, frequency_root, impedance_size)
    rx_rounding = _terminal_rounding(path.rx, frequency_root, impedance_size)
    tx_x_km = 1e-3 * path.tx.horizon_m * tx_rounding.x_per_km
    rx_x_km = 1e-3 * path.rx.horizon_m * rx_rounding.x_per_km
    gains_db = _height_gain(tx_x_km, tx_rounding.k) + _height_gain(rx_x_km, rx_rounding.k)
    heights_m2 = path.tx.height_m * path.rx.height_m
    deviation_m = terrain_deviation(irregularity_at(smooth_m, path.irregularity_m))
    clutter_db = min(15.0, 5.0 * math.log10(1.0 + 1e-5 * heights_m2 * frequency_mhz * deviation_m))  # (4.10)
    effective_m2 = path.tx.effective_m * path.rx.effective_m
    low = math.sqrt(1.0 + (effective_m2 - heights_m2) / (heights_m2 + known_terrain_m2))

    scale_m = math.pow(radius_m * radius_m / frequency_mhz, 1.0 / 3.0)  # (4.2)
    near_m = max(smooth_m, to_horizons_m + 5.0 * scale_m)  # (4.3), d_3
    losses_db = (0.0, 0.0)
    for distance_m in (near_m, near_m + 10.0 * scale_m):  # (4.4), d_4
        angle = distance_m / radius_m - within_sight  # (4.12)
        edges_db = knife_edge_loss(distance_m, path, angle, frequency_mhz)
        between_m = distance_m - to_horizons_m
        rounding = _rounding(between_m / angle, frequency_root, impedance_size)  # (4.15)
        x_km = 1e-3 * between_m * rounding.x_per_km + tx_x_km + rx_x_km
        smooth_db = 0.05751 * x_km - 10.0 * math.log10(x_km) - gains_db - 20.0  # (4.20), (6.2)
        roughness = min(irregularity_at(distance_m, path.irregularity_m) * wavenumber(frequency_mhz), 6283.2)
        bulk = (low + (to_horizons_m - within_sight * radius_m) / distance_m) * roughness
        weight = 25.1 / (25.1 + math.sqrt(bulk))  # (4.9)
        losses_db = (losses_db[1], weight * smooth_db + (1.0 - weight) * edges_db + clutter_db)  # (4.11)
    slope = (losses_db[1] - losses_db[0]) / (10.0 * scale_m)  # (4.7)
    return Line(losses_db[0] - slope * near_m, slope)  # (4.8)
