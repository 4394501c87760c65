"""HiGHS as everything here uses it: silent, on one thread, for a given time."""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np
import numpy.typing as npt


class Highs(highspy.Highs):
    """A solver that prints nothing, not even who it is, which it otherwise says before it can be told to be silent."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.setOptionValue("threads", 1)

    def enableCallbacks(self) -> None:  # noqa: N802 (the library's name; the first thing that its constructor calls)
        """Be silent, then as there."""
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()  # type: ignore[no-untyped-call]

    def run_for(self, seconds: float) -> highspy.HighsModelStatus:
        """Run for a time at most [s], and return how it ended; the solver's own limit counts from its making."""
        self.setOptionValue("time_limit", self.getRunTime() + max(seconds, 0.0))
        self.run()
        return self.getModelStatus()

    def dual_ray(self) -> npt.NDArray[np.float64]:
        """Return the (rows,) prices that show that nothing is feasible; all 0 where it knows none."""
        untyped: Any = self
        _, exists, ray = untyped.getDualRay()
        return np.array(ray) if exists else np.zeros(self.getNumRow())
