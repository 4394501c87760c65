"""How the commands speak: tables on stdout, progress and problems on stderr."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from phusong.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd
    from rich.progress import TaskID

    from phusong.coverage.selection.answer import Step
    from phusong.scenarios.store import Run

MOST_PROBLEMS = 50
_NO_TERMINAL_WIDTH = 160
_VERDICT_STYLE = {"met": "green", "missed": "red", "cannot tell": "yellow"}


def stdout() -> Console:
    """Console for what was asked for."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _NO_TERMINAL_WIDTH)


def stderr() -> Console:
    """Console for progress, warnings and problems."""
    return Console(stderr=True, highlight=False)


class Progress:
    """A callback (stage, done, total) that shows how far the work is.

    On a terminal a bar with the time left; elsewhere a line at each full 10 % of a stage. Use it as a context manager.
    """

    def __init__(self) -> None:
        self._console = stderr()
        self._bar: Any = None
        self._tasks: dict[str, TaskID] = {}
        self._tenths: dict[str, int] = {}
        self._started: dict[str, float] = {}
        self._gap_percent = math.inf

    def __enter__(self) -> Progress:
        if self._console.is_terminal:
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self._bar = Bar(*columns, TextColumn("left"), TimeRemainingColumn(), console=self._console)
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Report that `done` of `total` steps of a stage are finished."""
        if self._bar is None:
            self._line(stage, done, total)
            return
        if stage not in self._tasks:
            self._tasks[stage] = self._bar.add_task(escape(stage), total=total)
        self._bar.update(self._tasks[stage], completed=done, total=total)

    def step(self, step: Step) -> None:
        """Report how far a search is: its best value and bound so far; told where the gap narrows."""
        value, bound = step.value, step.bound
        if not value or bound is None:
            return
        gap_percent = 100.0 * abs(bound - value) / min(abs(value), abs(bound) or abs(value))
        if gap_percent > 0.9 * self._gap_percent and (gap_percent > 0.0 or self._gap_percent == 0.0):
            return
        self._gap_percent = gap_percent
        self._console.print(
            f"{escape(step.stage)}: no more than {gap_percent:.2g} % from the best possible ({step.seconds:.0f} s)",
            soft_wrap=True,
        )

    def _line(self, stage: str, done: int, total: int) -> None:
        started = self._started.setdefault(stage, time.monotonic())
        tenth = 10 * done // total if total else 10
        if tenth > self._tenths.get(stage, -1):
            self._tenths[stage] = tenth
            self._console.print(f"{escape(stage)}: {10 * tenth} % ({time.monotonic() - started:.0f} s)", soft_wrap=True)


def print_problems(error: InputError) -> None:
    """Print the problems of an input by file, at most 50 of them, then how many there are beyond."""
    console = stderr()
    count, files = len(error.problems), len({problem.file for problem in error.problems})
    where = f" in {files} files" if files > 1 else ""
    console.print(f"[bold red]{count} problem{'s' if count > 1 else ''}{where}[/]", soft_wrap=True)
    for file, problems in groupby(_by_file(error.problems)[:MOST_PROBLEMS], key=lambda problem: problem.file):
        console.print(f"\n[bold]{escape(file)}[/]", soft_wrap=True)
        for problem in problems:
            place = ", ".join(
                part for part in (f"row {problem.row}" if problem.row is not None else "", problem.field or "") if part
            )
            console.print(f"  {escape(place + ': ' if place else '')}{escape(problem.message)}", soft_wrap=True)
            console.print(f"    [dim]{escape(problem.remedy)}[/]", soft_wrap=True)
    if count > MOST_PROBLEMS:
        console.print(
            f"\n... and {count - MOST_PROBLEMS} more. 'phusong check --json' lists all of them.", soft_wrap=True
        )


def say(message: str) -> None:
    """Print one line of what was asked for."""
    stdout().print(escape(message), soft_wrap=True)


def counted(count: int, thing: str) -> str:
    """Return a number of things in words: "1 cell", "2,000 cells"."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def note(message: str) -> None:
    """Print one line beside it, on stderr."""
    stderr().print(escape(message), soft_wrap=True)


def print_error(message: str) -> None:
    """Print one line about what went wrong."""
    stderr().print(f"[bold red]{escape(message)}[/]", soft_wrap=True)


def print_json(content: Mapping[str, Any] | list[dict[str, Any]]) -> None:
    """Print for programs; unknown figures are null."""
    print(json.dumps(_plain(content), ensure_ascii=False, indent=2))


def problems_json(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Return problems as plain data."""
    return [
        {
            "file": problem.file,
            "row": problem.row,
            "field": problem.field,
            "message": problem.message,
            "remedy": problem.remedy,
        }
        for problem in problems
    ]


def print_table(title: str, frame: pd.DataFrame, columns: Mapping[str, str]) -> None:
    """Print columns of a table under their headings: figures to the right, unknown ones as a dash."""
    table = Table(title=title, title_justify="left", title_style="bold")
    shown = [name for name in columns if name in frame]
    for name in shown:
        is_number = frame[name].dtype.kind in "if"
        table.add_column(columns[name], justify="right" if is_number else "left", overflow="fold")
    for row in frame[shown].to_dict("records"):
        table.add_row(*(_cell(str(name), value) for name, value in row.items()))
    stdout().print(table)


def print_list(title: str, sentences: Sequence[str]) -> None:
    """Print sentences as a list, nothing where there are none."""
    if sentences:
        console = stdout()
        console.print(f"[bold]{escape(title)}[/]", soft_wrap=True)
        for sentence in sentences:
            console.print(f"  - {escape(sentence)}", soft_wrap=True)


def print_summary(run: Run) -> None:
    """Print what was simulated, under which definition, and how much of the area is covered."""
    console, manifest, grid = stdout(), run.manifest, run.grid
    counts = manifest.get("counts", {})
    console.print(f"[bold]{escape(str(manifest['title']))}[/]  {escape(str(run.folder))}", soft_wrap=True)
    console.print(
        f"simulated {manifest['created']}, {grid.columns} x {grid.rows} pixels of {grid.resolution_m:g} m, "
        f"digest {run.digest()[:12]}",
        soft_wrap=True,
    )
    console.print(", ".join(f"{name.replace('_', ' ')}: {value:,}" for name, value in counts.items()), soft_wrap=True)
    if manifest.get("demonstration"):
        console.print("[yellow]Demonstration data: made relief, sites or zones; not survey data.[/]", soft_wrap=True)
    print_table("Coverage of the area", summary_rows(run), _SUMMARY_COLUMNS)


def summary_rows(run: Run) -> pd.DataFrame:
    """Return a row a technology: definition, shares of area and people covered, mean rates, share without terrain."""
    import pandas as pd

    from phusong.shares import covered_share

    rows = []
    for technology in run.technologies:
        share, definition = covered_share(run, technology), run.manifest["definitions"][technology]
        rows.append(
            {
                "technology": technology,
                "threshold_dbm": definition["threshold_dbm"],
                "location_percent": definition["location_percent"],
                "median_threshold_dbm": definition["median_threshold_dbm"],
                "area_percent": share.area_percent,
                "expected_percent": share.expected_percent,
                "population_percent": share.population_percent,
                "downlink_mbps": share.downlink_mbps,
                "uplink_mbps": share.uplink_mbps,
                "no_data_percent": share.no_data_percent,
            }
        )
    return pd.DataFrame(rows)


def print_targets(run: Run) -> None:
    """Print a row a target with its verdict."""
    targets = run.targets()
    if len(targets):
        print_table("Targets", targets, _TARGET_COLUMNS)


def print_zones(run: Run) -> None:
    """Print a row a zone and technology."""
    print_table("Zones", run.zones(), _ZONE_COLUMNS)


def _by_file(problems: Sequence[Problem]) -> list[Problem]:
    """Return the problems with those of one file together, files in order of their first problem."""
    order = {file: index for index, file in enumerate(dict.fromkeys(problem.file for problem in problems))}
    return sorted(problems, key=lambda problem: order[problem.file])


def _cell(name: str, value: object) -> str:
    if isinstance(value, float):
        if math.isnan(value):
            return "-"
        decimals = 0 if "population" in name and "percent" not in name else _DECIMALS.get(name, 2)
        if not name.endswith("_change") or value == 0.0:
            return f"{value:,.{decimals}f}"
        return f"{value:+,.{decimals}f}" if round(value, decimals) else _HARDLY
    text = escape(str(value))
    return f"[{_VERDICT_STYLE[text]}]{text}[/]" if name.startswith("verdict") and text in _VERDICT_STYLE else text


def _plain(value: Any) -> Any:
    """Return what JSON can hold: unknown figures as null, numpy scalars as their own."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


_HARDLY = "about 0"
_DECIMALS = {
    "longitude": 5,
    "latitude": 5,
    "threshold_dbm": 1,
    "median_threshold_dbm": 1,
    "location_percent": 1,
    "required_percent": 1,
}
_SUMMARY_COLUMNS = {
    "technology": "",
    "threshold_dbm": "threshold dBm",
    "location_percent": "at % of places",
    "median_threshold_dbm": "median needed dBm",
    "area_percent": "area covered %",
    "expected_percent": "area expected %",
    "population_percent": "people covered %",
    "downlink_mbps": "down Mbit/s",
    "uplink_mbps": "up Mbit/s",
    "no_data_percent": "no terrain data %",
}
_TARGET_COLUMNS = {
    "name": "target",
    "technology": "",
    "zones": "zones",
    "zone_type": "type",
    "measure": "measure",
    "required_percent": "required %",
    "measured_percent": "measured %",
    "low_percent": "at least %",
    "high_percent": "at most %",
    "verdict": "verdict",
}
_ZONE_COLUMNS = {
    "layer": "layer",
    "code": "code",
    "name": "name",
    "type": "type",
    "technology": "",
    "area_km2": "area km2",
    "covered_km2": "covered km2",
    "covered_percent": "covered %",
    "population": "people",
    "covered_population": "people covered",
    "no_data_percent": "no data %",
}
