"""The site register: the cells of a network, one row each, read from CSV and checked whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from phusong.errors import InputError
from phusong.scenarios.register_checks import LIMITS, check_register
from phusong.scenarios.register_table import COLUMNS, DEFAULTS, read_register_table
from phusong.scenarios.schema import Antenna, Band
from phusong.terrain.files import write_atomically

FloatArray = npt.NDArray[np.float64]
TextArray = npt.NDArray[np.str_]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Register:
    """The cells of a network; all arrays have shape (cells,).

    Attributes
    ----------
    cell, site, operator, technology, band, antenna : names.
    status : "on", "off" or "planned".
    longitude_deg, latitude_deg : position of the mast, WGS 84 [deg].
    azimuth_deg : clockwise from north [deg].
    mechanical_tilt_deg, electrical_tilt_deg : downwards positive [deg].
    antenna_height_m : above ground [m].
    power_dbm : the whole carrier, at the radio [dBm].
    assumed : field -> where its value is a default and not the register's own.
    source : the file, or how the register was made.
    synthetic : made by rule, not surveyed.
    """

    cell: TextArray
    site: TextArray
    operator: TextArray
    technology: TextArray
    band: TextArray
    antenna: TextArray
    status: TextArray
    longitude_deg: FloatArray
    latitude_deg: FloatArray
    azimuth_deg: FloatArray
    mechanical_tilt_deg: FloatArray
    electrical_tilt_deg: FloatArray
    antenna_height_m: FloatArray
    power_dbm: FloatArray
    assumed: dict[str, BoolArray] = field(default_factory=dict)
    source: str = ""
    synthetic: bool = False

    def __len__(self) -> int:
        return len(self.cell)

    def to_frame(self) -> pd.DataFrame:
        """Return the cells as a table with the columns of the CSV file."""
        return pd.DataFrame({column: getattr(self, name) for column, name in COLUMNS.items()})

    def select(self, mask: npt.NDArray[Any]) -> Register:
        """Return the cells where a boolean mask holds, or those that an array of indices lists."""
        arrays = {part.name: getattr(self, part.name) for part in fields(self) if part.name in COLUMNS.values()}
        return Register(
            **{name: values[mask] for name, values in arrays.items()},
            assumed={name: where[mask] for name, where in self.assumed.items()},
            source=self.source,
            synthetic=self.synthetic,
        )


def joined(first: Register, second: Register) -> Register:
    """Return the cells of two registers, those of the second after those of the first."""
    columns = {name: np.concatenate([getattr(first, name), getattr(second, name)]) for name in COLUMNS.values()}
    assumed = {
        name: np.concatenate([one.assumed.get(name, np.zeros(len(one), dtype=np.bool_)) for one in (first, second)])
        for name in {**first.assumed, **second.assumed}
    }
    return Register(
        **columns, assumed=assumed, source=f"{first.source}, {second.source}",
        synthetic=first.synthetic or second.synthetic,
    )  # fmt: skip


def read_register(path: Path, *, bands: Mapping[str, Band], antennas: Mapping[str, Antenna]) -> Register:
    """Read a register from CSV in UTF-8, separated by commas, semicolons or tabs.

    Where a tilt or the status is empty, or its whole column absent, it is 0 or "on" and marked in `assumed`. A cell
    without a name is called site-band-number, numbered within its site and band in the order of the file.

    Parameters
    ----------
    path : CSV with the columns of `register_table.COLUMNS`, in any order.
    bands, antennas : those of the scenario; a cell must name one of each.

    Raises
    ------
    InputError
        With every problem of every row.
    """
    table = read_register_table(path)
    numbers = {name: table.columns[name].numbers() for name in LIMITS if name in table.columns}
    problems = [*table.problems, *check_register(table, numbers, bands, antennas)]
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.row or 0))
    columns: dict[str, Any] = {
        name: numbers[column] if column in numbers else table.columns[column].text() for column, name in COLUMNS.items()
    }
    assumed = {COLUMNS[column]: table.defaulted[column] for column in DEFAULTS}
    return Register(**columns, assumed=assumed, source=path.name)


def write_register(register: Register, path: Path) -> None:
    """Write a register as CSV, whole or not at all."""
    write_atomically(path, register_text(register).encode())


def register_text(register: Register) -> str:
    """Return a register as the text of its CSV file.

    What was assumed is left empty, so that reading the file assumes it again and marks it again.
    """
    frame = register.to_frame()
    for column, name in COLUMNS.items():
        if name in register.assumed:
            frame[column] = frame[column].astype(object).mask(register.assumed[name], "")
    text: str = frame.to_csv(index=False, lineterminator="\n")
    return text
