from __future__ import annotations

from statistics import NormalDist

import numpy as np
from scipy.special import ndtr

from phusong.coverage.signals import NO_SIGNAL_CDBM
from phusong.coverage.statistics import COVERED, NO_DATA, NO_SHARE, NOT_COVERED


def thresholds_of(definition, derivation):
    q = NormalDist().inv_cdf(definition.location_percent / 100.0)
    sigma = definition.shadow_sigma_db if derivation.location_sigma_db is None else np.nan_to_num(derivation.location_sigma_db.astype(np.float64), nan=definition.shadow_sigma_db)
    return np.broadcast_to(np.ceil(100.0 * (definition.threshold_dbm + q * sigma) - 1e-6), derivation.wanted.shape).astype(np.int32)


def covered_pixels(definition, signals, layers, budgets, cells, *, is_known, in_doubt, wanted, location_sigma_db):
    class D: pass
    d = D(); d.wanted = wanted; d.location_sigma_db = location_sigma_db
    thr = thresholds_of(definition, d)
    covered = np.zeros(wanted.shape, bool)
    for s in signals.values():
        covered |= s.rsrp_cdbm >= thr
    unknown = ~wanted | ~is_known | (in_doubt & ~covered)
    return np.where(unknown, NO_DATA, np.where(covered, COVERED, NOT_COVERED)).astype(np.uint8)


def location_probability(combined, definition, derivation, in_doubt):
    sigma = definition.shadow_sigma_db if derivation.location_sigma_db is None else np.nan_to_num(derivation.location_sigma_db.astype(np.float64), nan=definition.shadow_sigma_db)
    z = (combined.rsrp_cdbm / 100.0 - definition.threshold_dbm) / np.maximum(sigma, 1e-6)
    p = np.rint(1e4 * ndtr(z)).astype(np.uint16)
    p[combined.rsrp_cdbm == NO_SIGNAL_CDBM] = 0
    unknown = ~derivation.wanted | ~derivation.is_known
    return np.where(unknown, NO_SHARE, p)
