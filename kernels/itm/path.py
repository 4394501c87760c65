"""What the irregular terrain model knows of a path: the ground, the two terminals and the terrain between them.

Sources, for all of ``kernels/itm``: G. A. Hufford, "The ITS Irregular Terrain Model, version 1.2.2: the algorithm"
(NTIA), whose equation numbers stand beside the formulas as (4.9); "TN101" is NBS Technical Note 101 (1967) and "ERL 79"
is ESSA Technical Report ERL 79-ITS 67 (1968). Where they leave a choice or differ, NTIA's
reference program decides (github.com/NTIA/itm, commit 183ad95).
"""

from __future__ import annotations

import cmath
import math
from enum import IntFlag
from typing import NamedTuple

from phusong.kernels._jit import scalar

EARTH_CURVATURE = 157e-9
"""Curvature of the Earth without its atmosphere [1/m]."""
MHZ_M = 47.7
"""Frequency [MHz] over wavenumber [1/m]; 2 pi / c rounded, as the model's authors did."""


class Warnings(IntFlag):
    """Doubts about a result; the bits are those of NTIA's reference program."""

    TX_HEIGHT = 0x0001
    """The transmitter's height is not within 1 to 1000 m."""
    RX_HEIGHT = 0x0002
    """The receiver's height is not within 1 to 1000 m."""
    FREQUENCY = 0x0004
    """The frequency is not within 40 to 10,000 MHz."""
    DISTANCE_ABOVE_1000_KM = 0x0008
    DISTANCE_ABOVE_2000_KM = 0x0010
    DISTANCE_SHORT_FOR_HEIGHTS = 0x0020
    """The path would rise by more than 200 mrad between the effective heights."""
    DISTANCE_BELOW_1_KM = 0x0040
    TX_HORIZON_ANGLE = 0x0080
    """The transmitter's horizon lies more than 200 mrad above or below the horizontal."""
    RX_HORIZON_ANGLE = 0x0100
    TX_HORIZON_NEAR = 0x0200
    """The transmitter's horizon is nearer than a tenth of that of the smooth Earth."""
    RX_HORIZON_NEAR = 0x0400
    TX_HORIZON_FAR = 0x0800
    """The transmitter's horizon is farther than three times that of the smooth Earth."""
    RX_HORIZON_FAR = 0x1000
    EXTREME_VARIABILITY = 0x2000
    """A percentage lies more than 3.1 standard deviations from the median."""
    SURFACE_REFRACTIVITY = 0x4000
    """The refractivity at the ground of the path is below 250 N-units."""


class Terminal(NamedTuple):
    """One end of a path: height above ground, effective height, distance [m] and elevation [rad] of its horizon.

    In the sources: h_g, h_e, d_L, theta_e.
    """

    height_m: float
    effective_m: float
    horizon_m: float
    elevation: float


class Path(NamedTuple):
    """A path as the model sees it.

    Attributes
    ----------
    distance_m : its length.
    tx, rx : its ends.
    irregularity_m : the interdecile range of the terrain on a long path, delta h.
    curvature : of the effective Earth, gamma_e [1/m].
    refractivity : at the ground, N_s [N-units].
    """

    distance_m: float
    tx: Terminal
    rx: Terminal
    irregularity_m: float
    curvature: float
    refractivity: float


@scalar
def ground_refractivity(sea_level_refractivity: float, mean_height_m: float) -> float:
    """Return N_s [N-units] for ground at that mean height above sea level."""
    return sea_level_refractivity * math.exp(-mean_height_m / 9460.0)  # (1.2), TN101 (4.3)


@scalar
def effective_curvature(refractivity: float) -> float:
    """Return gamma_e [1/m], the curvature of the Earth over which rays are straight."""
    return EARTH_CURVATURE * (1.0 - 0.04665 * math.exp(refractivity / 179.3))  # (1.3), TN101 (4.4)


@scalar
def ground_impedance(frequency_mhz: float, is_vertical: bool, permittivity: float, conductivity: float) -> complex:
    """Return Z_g, the transfer impedance of the ground; conductivity [S/m]."""
    relative = complex(permittivity, 18000.0 * conductivity / frequency_mhz)
    impedance = cmath.sqrt(relative - 1.0)  # (1.4), for horizontal polarization
    return impedance / relative if is_vertical else impedance


@scalar
def wavenumber(frequency_mhz: float) -> float:
    """Return k [1/m]."""
    return frequency_mhz / MHZ_M  # (1.1)


@scalar
def smooth_horizon_m(effective_m: float, curvature: float) -> float:
    """Return the distance [m] of the horizon over the smooth Earth, d_Ls."""
    return math.sqrt(2.0 * effective_m / curvature)  # (3.5)


@scalar
def rough_horizon_m(effective_m: float, curvature: float, irregularity_m: float) -> float:
    """Return the usual distance [m] of the horizon over irregular terrain, d_L."""
    shortening = math.exp(-0.07 * math.sqrt(irregularity_m / max(effective_m, 5.0)))
    return smooth_horizon_m(effective_m, curvature) * shortening  # (3.3)


@scalar
def rough_horizon_elevation(effective_m: float, curvature: float, irregularity_m: float, horizon_m: float) -> float:
    """Return the usual elevation [rad] of the horizon over irregular terrain, theta_e."""
    smooth_m = smooth_horizon_m(effective_m, curvature)
    return (0.65 * irregularity_m * (smooth_m / horizon_m - 1.0) - 2.0 * effective_m) / smooth_m  # (3.4)


@scalar
def irregularity_at(distance_m: float, irregularity_m: float) -> float:
    """Return delta h(d) [m], the interdecile range of the terrain over a path of that length."""
    return irregularity_m * (1.0 - 0.8 * math.exp(-distance_m / 50e3))  # (3.9)


@scalar
def terrain_deviation(irregularity_m: float) -> float:
    """Return sigma_h [m], the deviation of the terrain within the first Fresnel zone of the reflecting plane."""
    return 0.78 * irregularity_m * math.exp(-0.5 * math.pow(irregularity_m, 0.25))  # (3.10), ERL 79 (3.6a)
