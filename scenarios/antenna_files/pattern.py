"""What an antenna file holds, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from phusong.kernels.antennas.cuts import Cut, lay_cuts
from phusong.kernels.antennas.table import Table, lay_table

DBD_DB = 2.15
"""Gain of a half-wave dipole over isotropic [dB]: dBi = dBd + 2.15."""


@dataclass(frozen=True)
class Pattern:
    """One pattern of a file.

    Attributes
    ----------
    name : as the file calls it.
    shape : horizontal and vertical cut, or a table of the sphere: attenuation below the gain [dB].
    gain_dbi : gain where the shape says 0 dB [dBi]; None where the file states none.
    gain_text : the gain as written, with what was assumed; "" where the file states none.
    electrical_tilt_deg : tilt that the shape already holds, downwards [deg]; None where the file states none.
    frequency_mhz, polarization, horizontal_beamwidth_deg, vertical_beamwidth_deg : as stated; None where not.
    notes : what was mended or assumed, one clause each.
    """

    name: str
    shape: tuple[Cut, Cut] | Table
    gain_dbi: float | None = None
    gain_text: str = ""
    electrical_tilt_deg: float | None = None
    frequency_mhz: float | None = None
    polarization: str | None = None
    horizontal_beamwidth_deg: float | None = None
    vertical_beamwidth_deg: float | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class AntennaFile:
    """All patterns of a file, or of a pair of files.

    Attributes
    ----------
    sources : every file that was read.
    layout : the format, by the name of its program.
    patterns : at least one, no two of one name.
    notes : what was mended or assumed in the file as a whole, one clause each.
    """

    sources: tuple[Path, ...]
    layout: str
    patterns: tuple[Pattern, ...]
    notes: tuple[str, ...] = ()


def lay_shape(shape: tuple[Cut, Cut] | Table) -> npt.NDArray[np.float32]:
    """Return the attenuation of a shape on the posts that a raster looks up, shape (ROWS * COLUMNS,) [dB]."""
    return lay_table(shape) if isinstance(shape, Table) else lay_cuts(*shape)
