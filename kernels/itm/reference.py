"""The reference attenuation of the irregular terrain model, and the loss and warnings that follow from it."""

from __future__ import annotations

import math
from typing import NamedTuple

from phusong.kernels._jit import scalar
from phusong.kernels.itm.diffraction import diffraction_line
from phusong.kernels.itm.line_of_sight import line_of_sight_loss
from phusong.kernels.itm.path import Path, Terminal, Warnings, ground_impedance, smooth_horizon_m
from phusong.kernels.itm.settings import Settings
from phusong.kernels.itm.troposcatter import beyond_horizon_loss
from phusong.kernels.itm.variability import (
    Statistics,
    attenuation_not_exceeded,
    make_statistics,
    variability_warnings,
)

LEAST_REFRACTIVITY, DOUBTFUL_REFRACTIVITY, MOST_REFRACTIVITY = 150.0, 250.0, 400.0
"""Bounds of the refractivity at the ground of the path [N-units]."""

_TX_HEIGHT, _RX_HEIGHT, _FREQUENCY = int(Warnings.TX_HEIGHT), int(Warnings.RX_HEIGHT), int(Warnings.FREQUENCY)
_LONG, _VERY_LONG = int(Warnings.DISTANCE_ABOVE_1000_KM), int(Warnings.DISTANCE_ABOVE_2000_KM)
_STEEP, _SHORT = int(Warnings.DISTANCE_SHORT_FOR_HEIGHTS), int(Warnings.DISTANCE_BELOW_1_KM)
_REFRACTIVITY = int(Warnings.SURFACE_REFRACTIVITY)
_ANGLE, _NEAR, _FAR = int(Warnings.TX_HORIZON_ANGLE), int(Warnings.TX_HORIZON_NEAR), int(Warnings.TX_HORIZON_FAR)


class Link(NamedTuple):
    """What the two ends of a path share: frequency, the ground's impedance, and how much is known of the terrain.

    ``known_terrain_m2`` is C of (4.9): ``diffraction.KNOWN_TERRAIN_M2``, or 0 where only the terrain's statistics are.
    """

    frequency_mhz: float
    impedance: complex
    known_terrain_m2: float


@scalar
def link_and_statistics(settings: Settings, i: int, known_terrain_m2: float) -> tuple[Link, Statistics]:
    """Return what the settings say of the path of that number."""
    impedance = ground_impedance(
        settings.frequency_mhz[i],
        settings.is_vertical[i],
        settings.ground_permittivity[i],
        settings.ground_conductivity[i],
    )
    statistics = make_statistics(
        settings.climate[i],
        settings.variability_mode[i],
        settings.time_percent[i],
        settings.location_percent[i],
        settings.situation_percent[i],
    )
    return Link(settings.frequency_mhz[i], impedance, known_terrain_m2), statistics


@scalar
def free_space_loss(distance_m: float, frequency_mhz: float) -> float:
    """Return the loss of free space [dB]."""
    return 32.45 + 20.0 * math.log10(frequency_mhz) + 20.0 * math.log10(0.001 * distance_m)


@scalar
def reference_attenuation(path: Path, link: Link) -> float:
    """Return A_ref [dB, >= 0], the median attenuation relative to free space in a standard atmosphere.

    Vogler's method has no value for a conductive ground at the lowest frequencies with a horizon some metres away; the
    reference program then says 0 dB, and so does this. The warnings of a near horizon always go with it.
    """
    line = diffraction_line(path, link.impedance, link.frequency_mhz, link.known_terrain_m2)
    smooth_m = smooth_horizon_m(path.tx.effective_m, path.curvature) + smooth_horizon_m(
        path.rx.effective_m, path.curvature
    )
    if path.distance_m < smooth_m:
        attenuation_db = line_of_sight_loss(path, link.impedance, line, link.frequency_mhz)
    else:
        attenuation_db = beyond_horizon_loss(path, line, link.frequency_mhz)
    return attenuation_db if attenuation_db > 0.0 else 0.0  # so written, nan is 0, as in the reference program


@scalar
def transmission_loss(path: Path, link: Link, statistics: Statistics) -> float:
    """Return the basic transmission loss [dB]; nan where the refractivity at the ground is out of bounds."""
    if not LEAST_REFRACTIVITY <= path.refractivity <= MOST_REFRACTIVITY:
        return math.nan
    attenuation_db = attenuation_not_exceeded(path, reference_attenuation(path, link), statistics, link.frequency_mhz)
    return free_space_loss(path.distance_m, link.frequency_mhz) + attenuation_db


@scalar
def _horizon_warnings(terminal: Terminal, curvature: float) -> int:
    """Return the warnings on a terminal's horizon, as bits of the transmitter's."""
    smooth_m = smooth_horizon_m(terminal.effective_m, curvature)
    warnings = 0
    if abs(terminal.elevation) > 0.2:
        warnings |= _ANGLE
    if terminal.horizon_m < 0.1 * smooth_m:
        warnings |= _NEAR
    if terminal.horizon_m > 3.0 * smooth_m:
        warnings |= _FAR
    return warnings


@scalar
def path_warnings(path: Path, link: Link, statistics: Statistics) -> int:
    """Return the bits of ``Warnings`` that a path earns."""
    warnings = variability_warnings(statistics)
    if not 1.0 <= path.tx.height_m <= 1000.0:
        warnings |= _TX_HEIGHT
    if not 1.0 <= path.rx.height_m <= 1000.0:
        warnings |= _RX_HEIGHT
    if not 40.0 <= link.frequency_mhz <= 10_000.0:
        warnings |= _FREQUENCY
    if path.distance_m > 1000e3:
        warnings |= _LONG
    if path.distance_m > 2000e3:
        warnings |= _VERY_LONG
    if path.distance_m < abs(path.tx.effective_m - path.rx.effective_m) / 0.2:
        warnings |= _STEEP
    if path.distance_m < 1e3:
        warnings |= _SHORT
    if path.refractivity < DOUBTFUL_REFRACTIVITY:
        warnings |= _REFRACTIVITY
    warnings |= _horizon_warnings(path.tx, path.curvature)
    warnings |= _horizon_warnings(path.rx, path.curvature) << 1
    return warnings
