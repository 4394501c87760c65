"""Coverage with a probability, as levels that add up: the expected area or people under shadowing.

A pixel that sites cover with probabilities p is left out by all of them with probability prod(1 - p) = exp(-sum a),
a = -ln(1 - p). Levels are a in whole steps, and the worth of a level is the probability 1 - exp(-step * level). That is
concave, so that every bound of plain coverage holds for it too.

This takes the sites to be independent. Shadowing is not: what stands round the phone shades it from everywhere, and the
correlation between sites is commonly put at 0.5 (3GPP TR 36.814, table A.2.1.1-2). So a further site adds less than is
counted here: two that cover a pixel with probability 0.5 each do so with 2/3 together, not 3/4.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from phusong.coverage.selection.footprints import Int64Array, LevelArray

MOST_PROBABILITY = 0.999
"""What is more probable counts as this: nothing of a radio link is certain."""

_MOST_LEVEL = int(np.iinfo(np.uint8).max)


@dataclass(frozen=True)
class ProbabilityLevels:
    """How finely probabilities are told apart.

    Attributes
    ----------
    step : of -ln(1 - p). By default each level halves the probability of no coverage: 50, 75, 87.5 % and so on. Fewer
        levels leave more pixels alike, which is what keeps the problem small. A probability is off by at most half a
        step, most where it is small: by 29 percentage points at the default, by 8 at a quarter of it.
    certain : worth of a pixel that is covered for certain.
    """

    step: float = math.log(2.0)
    certain: int = 10_000

    def __post_init__(self) -> None:
        """Refuse steps of which a byte does not hold enough, and worths that rounding would make nothing of."""
        if not self.step * _MOST_LEVEL >= -math.log1p(-MOST_PROBABILITY):
            raise ValueError(f"a step of {self.step} needs levels above {_MOST_LEVEL}")
        if self.curve.size == 1:
            raise ValueError(f"a level of {self.step} is worth nothing where certainty is worth {self.certain}")

    def levels_of(self, probability: npt.NDArray[np.floating]) -> LevelArray:
        """Return the nearest level of each probability (0 to 1); pairs of level 0 do not belong into footprints."""
        capped = np.minimum(probability, MOST_PROBABILITY)
        level: LevelArray = np.rint(-np.log1p(-capped) / self.step).astype(np.uint8)
        return level

    @property
    def curve(self) -> Int64Array:
        """The worth of every level, as ``Problem`` takes it, to where a further level adds less than a half.

        Its rises are rounded, not its values: so it stays concave. It is off by at most a half a level.
        """
        fall = -math.expm1(-self.step)  # of the probability of no coverage, by one level
        count = 1 + max(0, math.ceil(math.log(max(1.0, 2.0 * self.certain * fall)) / self.step))
        rises = np.rint(self.certain * fall * np.exp(-self.step * np.arange(count))).astype(np.int64)
        return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(rises[rises > 0])])
