"""How the benchmarks speak: one table of rows, the musts under it, or all of it as JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import numba
import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from phusong.laboratory.timing import calibration_ns

_NO_TERMINAL_WIDTH = 160

Value = str | int | float | None
Row = dict[str, Value]
"""One measurement: column heading, with the unit, to value."""


@dataclass(frozen=True)
class Must:
    """A limit that a figure has to keep.

    Attributes
    ----------
    what : the figure, with its unit.
    measured, limit : its value and the limit.
    at_least : the limit is a lower one.
    """

    what: str
    measured: float
    limit: float
    at_least: bool = False

    @property
    def is_met(self) -> bool:
        """Whether the figure keeps the limit."""
        return bool(self.measured >= self.limit if self.at_least else self.measured <= self.limit)


@lru_cache(maxsize=1)
def machine() -> Row:
    """Return what the figures depend on: processor, cores, versions and the calibration loop."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "numba": numba.__version__,
        "calibration [ns]": calibration_ns(),
    }


def parser(description: str | None) -> argparse.ArgumentParser:
    """Return the argument parser every benchmark starts from."""
    new = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    new.add_argument("--json", action="store_true", help="print JSON for programs instead of tables")
    return new


def show(
    title: str, rows: Sequence[Row], musts: Sequence[Must] = (), notes: Sequence[str] = (), *, as_json: bool
) -> None:
    """Print the rows, the musts and the machine."""
    if as_json:
        verdicts = [{**asdict(must), "is_met": must.is_met} for must in musts]
        print(
            json.dumps(
                {"title": title, "machine": machine(), "rows": rows, "musts": verdicts, "notes": notes}, indent=1
            )
        )
        return
    console = _console()
    print_table(title, rows, console)
    print_musts(musts, notes, console)


def print_table(title: str, rows: Sequence[Row], console: Console | None = None) -> None:
    """Print rows under their column headings, units below; only prose is broken into lines."""
    table = Table(title=title, title_justify="left")
    for name in rows[0]:
        is_text = all(isinstance(row[name], str) for row in rows)
        is_prose = any(" " in readable(row[name]) for row in rows)  # the rest is never broken
        heading = Text(name.replace(" [", "\n["))  # the unit under the name
        table.add_column(heading, justify="left" if is_text else "right", no_wrap=not is_prose)
    for row in rows:
        table.add_row(*(readable(value) for value in row.values()))
    (console or _console()).print(table)


def print_musts(musts: Sequence[Must], notes: Sequence[str], console: Console | None = None) -> None:
    """Print what has to hold and whether it does, the notes, and the machine."""
    console = console or _console()
    for must in musts:
        bound = "at least" if must.at_least else "at most"
        verdict = "met" if must.is_met else "MISSED"
        console.print(f"{must.what}: {readable(must.measured)}, must be {bound} {readable(must.limit)}: {verdict}")
    for note in notes:
        console.print(note)
    console.print("; ".join(f"{name} {readable(value)}" for name, value in machine().items()), style="dim")


def _console() -> Console:
    return Console(highlight=False, markup=False, width=None if Console().is_terminal else _NO_TERMINAL_WIDTH)


def readable(value: Value) -> str:
    """Return a value with as many digits as help."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else value


def _processor() -> str:
    """Return the processor's name, as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
