"""The land cover of a scenario: its classes, and which of them each pixel of the grid has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from phusong.errors import Problem
from phusong.terrain.land_cover import NO_CODE

WORLDCOVER = Path(__file__).resolve().parent / "worldcover.csv"
"""The eleven classes of ESA WorldCover, which stand where a scenario names no classes of its own."""

NO_CLASS = 255
"""The class of a pixel without data."""


TERMINAL_CLASSES = ("open", "water", "rural", "forest", "suburban", "urban", "dense_urban")
"""What a receiver may stand in: chooses the loss at the receiver, into a building or through what surrounds it."""

DEFAULT_SIGMA_DB: Mapping[str, float] = {
    "open": 6.0,
    "water": 6.0,
    "rural": 7.0,
    "forest": 8.0,
    "suburban": 8.0,
    "urban": 9.0,
    "dense_urban": 10.0,
}
"""Standard deviation of shadowing by terminal class [dB]: usual for tuned macro-cell models, general engineering
practice, not confirmed by a published source."""


class LandCoverClass(NamedTuple):
    """A class of land cover.

    Attributes
    ----------
    code : in the raster.
    name : for people.
    clutter_height_m : representative height of what stands on it [m].
    spm_offset_db : loss of a receiver in it over the median city, f(clutter) of the Standard Propagation Model [dB].
    location_sigma_db : standard deviation of shadowing over the places of a pixel, for a receiver in it [dB].
    terminal_class : one of TERMINAL_CLASSES.
    assumed : names of the two above that the table does not give, separated by a space.
    """

    code: int
    name: str
    clutter_height_m: float
    spm_offset_db: float
    location_sigma_db: float
    terminal_class: str
    assumed: str = ""


@dataclass(frozen=True, eq=False)
class LandCover:
    """Land cover on the grid.

    Attributes
    ----------
    classes : at most 255.
    of_pixel : uint8 (rows, columns), place in ``classes``; NO_CLASS where there is no data.
    source : where the classes of the pixels come from.
    made : made by rule, not mapped.
    """

    classes: tuple[LandCoverClass, ...]
    of_pixel: npt.NDArray[np.uint8]
    source: str = ""
    made: bool = False

    @property
    def is_known(self) -> npt.NDArray[np.bool_]:
        """Where there is data, (rows, columns)."""
        known: npt.NDArray[np.bool_] = self.of_pixel != NO_CLASS
        return known

    def window(self, row_start: int, row_stop: int, column_start: int, column_stop: int) -> LandCover:
        """Return a part of the land cover; the array is a view."""
        return replace(self, of_pixel=self.of_pixel[row_start:row_stop, column_start:column_stop])

    def clutter_m(self) -> npt.NDArray[np.float32]:
        """Return the clutter height of every pixel [m], NaN where there is no data."""
        return self._by_class([one.clutter_height_m for one in self.classes])

    def spm_offset_db(self) -> npt.NDArray[np.float32]:
        """Return the f(clutter) of every pixel [dB], NaN where there is no data."""
        return self._by_class([one.spm_offset_db for one in self.classes])

    def location_sigma_db(self) -> npt.NDArray[np.float32]:
        """Return the standard deviation of shadowing at every pixel [dB], NaN where there is no data."""
        return self._by_class([one.location_sigma_db for one in self.classes])

    def terminal_class_index(self) -> npt.NDArray[np.uint8]:
        """Return the place of every pixel's class in TERMINAL_CLASSES, uint8; NO_CLASS where there is no data."""
        table = np.full(NO_CLASS + 1, NO_CLASS, dtype=np.uint8)
        table[: len(self.classes)] = [TERMINAL_CLASSES.index(one.terminal_class) for one in self.classes]
        looked_up: npt.NDArray[np.uint8] = table[self.of_pixel]
        return looked_up

    def _by_class(self, values: Sequence[float]) -> npt.NDArray[np.float32]:
        table = np.full(NO_CLASS + 1, np.nan, dtype=np.float32)
        table[: len(values)] = values
        looked_up: npt.NDArray[np.float32] = table[self.of_pixel]
        return looked_up


def classify(
    codes: npt.NDArray[np.int32], classes: tuple[LandCoverClass, ...], *, source: str = "", made: bool = False
) -> LandCover:
    """Return the land cover of codes that all have a class, or NO_CODE."""
    of_pixel = np.full(codes.shape, NO_CLASS, dtype=np.uint8)
    for place, one in enumerate(classes):
        of_pixel[codes == one.code] = place
    return LandCover(classes, of_pixel, source, made)


def unknown_codes(
    path: Path, codes: npt.NDArray[np.int32], classes: Sequence[LandCoverClass], table: Path
) -> Iterator[Problem]:
    """Yield every code on the grid that the classes lack."""
    known = {one.code for one in classes}
    for code, count in zip(*(one.tolist() for one in np.unique(codes, return_counts=True)), strict=True):
        if code != NO_CODE and code not in known:
            message = f"{count:,} pixel{'' if count == 1 else 's'} of the class {code}, which {table.name} lacks"
            listed = ", ".join(map(str, sorted(known)))
            remedy = f"Name a table that has it (classes under [land_cover]), or correct the raster. It has: {listed}."
            yield Problem(str(path), None, "value", message, remedy)
