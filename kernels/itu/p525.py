"""Free-space loss (Recommendation ITU-R P.525-4)."""

from __future__ import annotations

import math

from phusong.kernels._jit import scalar


@scalar
def free_space_loss(distance_km: float, frequency_ghz: float) -> float:
    """Return the free-space basic transmission loss [dB] over a distance [km, > 0] at a frequency [GHz].

    P.525 equation (4): 92.4 + 20 log10 f + 20 log10 d. The constant is rounded as the Recommendation rounds it
    (20 log10(4 pi 1e12 / c) is 92.448).
    """
    return 92.4 + 20.0 * math.log10(frequency_ghz) + 20.0 * math.log10(distance_km)
