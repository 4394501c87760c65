"""The least loss of the empirical models: free space over the length of the path."""

from __future__ import annotations

from phusong.kernels._jit import scalar
from phusong.kernels.itu.p525 import free_space_loss


@scalar
def at_least_free_space(loss_db: float, distance_m: float, frequency_mhz: float) -> float:
    """Return a loss [dB], or that of free space (P.525) over a distance [m, > 0] at a frequency [MHz] if it is more.

    A regression does not know it: nearer than its measurements it may promise less than free space.
    """
    return max(loss_db, free_space_loss(1e-3 * distance_m, 1e-3 * frequency_mhz))
