"""P.526: diffraction as the logs of the validation set of P.1812 give it, on the way to their losses."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from phusong.kernels.itu.p525 import free_space_loss
from phusong.kernels.itu.p526_delta_bullington import delta_bullington_loss
from phusong.kernels.models import path_loss
from phusong.laboratory.conformance.p1812 import link_of
from phusong.laboratory.conformance.sets import Case, ReferenceSet
from phusong.laboratory.conformance.study_group_3 import FloatArray, Log, read_logs

RADIUS_BETA0_KM = 3.0 * 6371.0


def cases(folder: Path) -> Iterator[Case]:
    """Yield L_d50 of each log, and L_d and its parts for the Earth of the time beta_0 [dB]."""
    for log in read_logs(folder):
        yield Case(f"{log.name} Ld50", log.value("Ld50", "Eq (39)"), _median_db(log))
        parts = delta_bullington_loss(
            1e-3 * log.profile.distance_m,
            _surface_m(log),
            log.value("hts"),
            log.value("hrs"),
            log.value("hstd", "Eq (89)"),
            log.value("hsrd", "Eq (89)"),
            RADIUS_BETA0_KM,
            log.value("f"),
            log.value("w", "Table 5"),
            log.value("pol") == 2,
        )
        logged = (("Ldb", "Eq (39)"), ("Lbulla", "Eq (21)"), ("Lbulls", "Eq (21)"), ("Ldsph", "Eq (27)"))
        for (name, reference), computed_db in zip(logged, parts, strict=True):
            yield Case(f"{log.name} {name}", log.value(name, reference), computed_db)


def _median_db(log: Log) -> float:
    """Return what the model adds to free space along the ray between the antennas [dB]."""
    profile, link = log.profile, link_of(log)
    known = ("frequency_mhz", "tx_height_m", "rx_height_m", "polarization", "delta_n")
    total_db = path_loss(
        "p526",
        distance_m=profile.distance_m,
        terrain_m=profile.terrain_m,
        clutter_m=profile.clutter_m,
        sea_fraction=log.value("w", "Table 5"),
        **{name: link[name] for name in known},
    )
    ray_km = 1e-3 * math.hypot(profile.distance_m[-1], log.value("hts") - log.value("hrs"))
    return float(total_db) - free_space_loss(ray_km, log.value("f"))


def _surface_m(log: Log) -> FloatArray:
    """Return ground and clutter together [m], without that at the ends."""
    surface_m = log.profile.terrain_m + log.profile.clutter_m
    surface_m[[0, -1]] = log.profile.terrain_m[[0, -1]]
    return surface_m


SETS = (ReferenceSet("itu_p1812", "p526", "diffraction in the validation set of P.1812", 1e-6, cases),)
