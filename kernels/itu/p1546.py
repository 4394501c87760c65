"""Recommendation ITU-R P.1546-6: field strength over a terrain profile, step by step (Annex 6), in readable float64.

Where the Recommendation leaves a choice, it is that of the software which Study Group 3 publishes with it: the terrain
clearance angle counts on paths over sea too; a transmitting height below zero follows section 4.3 b, without a step at
zero; the clutter height at the receiver is taken as given.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from phusong.kernels._jit import scalar
from phusong.kernels.itu import p1546_corrections as corrections
from phusong.kernels.itu import p1546_curves as curve
from phusong.kernels.itu import p1546_path as path
from phusong.kernels.itu.p1812 import standard_deviations
from phusong.kernels.itu.p1812_path import Floats, Zones


class Prediction(NamedTuple):
    """All intermediate values of a field strength [dB(uV/m)] and the result; corrections in dB."""

    sea_fraction: float
    tx_clearance_deg: float  # theta_eff1
    rx_clearance_deg: float  # theta_tca
    h1_m: float
    maximum: float  # E_max
    curve_field: float  # step 11
    clearance_db: float  # step 12
    scatter_angle_deg: float  # theta_s
    scatter_field: float  # E_ts, step 13
    ray_clutter_m: float  # R2'
    rx_height_db: float  # step 14
    tx_clutter_db: float  # step 15
    slope_db: float  # step 16
    median_field: float  # step 17: exceeded at half of the locations
    field: float


@scalar
def predict(
    curves: Floats,
    distance_km: Floats,
    terrain_m: Floats,
    zone: Zones,
    frequency_mhz: float,
    tx_height_m: float,
    rx_height_m: float,
    environment: int,
    tx_clutter_m: float,
    rx_clutter_m: float,
    time_percent: float,
    location_percent: float,
    location_sigma_db: float,
) -> Prediction:
    """Return the field strength of 1 kW e.r.p. exceeded for a time and at locations, with all that leads to it.

    curves: of `p1546_curves.load_curves`. zone: LAND, COLD_SEA (coastal land too) or WARM_SEA at each point; one of
    warm sea makes all sea warm. environment: of `p1546_corrections`; AT_SEA for a receiver on the sea or beside it.
    """
    n = distance_km.size - 1
    difference_m = terrain_m[0] + tx_height_m - terrain_m[n] - rx_height_m
    d = max(distance_km[n], 1.0)  # steps 6 to 16 of a path below 1 km are those of 1 km
    wet = path.sea_fraction(distance_km, zone)
    h1 = min(path.effective_height_m(distance_km, terrain_m, tx_height_m), 3000.0)
    sea_h1 = max(h1, 3.0)  # section 3.3
    if wet == 1.0:
        h1 = sea_h1
    maximum = curve.maximum_field(corrections.slope_km(distance_km[n], difference_m), distance_km[n], time_percent, wet)

    field = 0.0
    if wet < 1.0:
        field = curve.curve_field(curves, curve.LAND, frequency_mhz, h1, d, time_percent, maximum)
    if wet > 0.0:
        over_sea = curve.curve_field(curves, int(zone.max()), frequency_mhz, sea_h1, d, time_percent, maximum)
        field = curve.mixed_path_field(field, over_sea, wet) if wet < 1.0 else over_sea
    curve_field = field

    rx_clearance_deg = path.rx_clearance_deg(distance_km, terrain_m, rx_height_m)
    clearance_db = corrections.clearance_correction(frequency_mhz, rx_clearance_deg)
    tx_clearance_deg = path.tx_clearance_deg(distance_km, terrain_m, tx_height_m)
    scatter_angle_deg = corrections.scatter_angle_deg(d, tx_clearance_deg, rx_clearance_deg)
    scatter_field = corrections.scatter_field(d, frequency_mhz, time_percent, scatter_angle_deg)
    field = max(field + clearance_db, scatter_field)

    ray_clutter_m = corrections.ray_clutter_m(environment, rx_clutter_m, h1, d)
    rx_height_db = corrections.rx_height_correction(environment, ray_clutter_m, rx_height_m, h1, d, frequency_mhz)
    tx_clutter_db = corrections.tx_clutter_correction(frequency_mhz, tx_height_m, tx_clutter_m)
    slope_db = 20.0 * math.log10(d / corrections.slope_km(d, difference_m))  # (37)
    field += rx_height_db + tx_clutter_db + slope_db
    if distance_km[n] < 1.0:
        field = corrections.short_path_field(distance_km[n], difference_m, field)
    median_field = field
    if environment != corrections.AT_SEA:
        field += standard_deviations(location_percent / 100.0) * location_sigma_db  # (33)

    return Prediction(
        sea_fraction=wet,
        tx_clearance_deg=tx_clearance_deg,
        rx_clearance_deg=rx_clearance_deg,
        h1_m=h1,
        maximum=maximum,
        curve_field=curve_field,
        clearance_db=clearance_db,
        scatter_angle_deg=scatter_angle_deg,
        scatter_field=scatter_field,
        ray_clutter_m=ray_clutter_m,
        rx_height_db=rx_height_db,
        tx_clutter_db=tx_clutter_db,
        slope_db=slope_db,
        median_field=median_field,
        field=min(field, maximum),  # step 19
    )


@scalar
def transmission_losses(
    curves: Floats,
    distance_km: Floats,
    terrain_m: Floats,
    zone: Zones,
    frequency_mhz: Floats,
    tx_height_m: Floats,
    rx_height_m: Floats,
    environment: Zones,
    tx_clutter_m: Floats,
    rx_clutter_m: Floats,
    time_percent: Floats,
    location_percent: Floats,
    location_sigma_db: Floats,
) -> Floats:
    """Return L_b [dB] of many paths: profiles (paths, points), everything else (paths,); arguments as in `predict`."""
    losses_db = np.empty(distance_km.shape[0])
    for i in range(losses_db.size):
        field = predict(
            curves,
            distance_km[i],
            terrain_m[i],
            zone[i],
            frequency_mhz[i],
            tx_height_m[i],
            rx_height_m[i],
            int(environment[i]),
            tx_clutter_m[i],
            rx_clutter_m[i],
            time_percent[i],
            location_percent[i],
            location_sigma_db[i],
        ).field
        losses_db[i] = 139.3 - field + 20.0 * math.log10(frequency_mhz[i])  # (40)
    return losses_db
