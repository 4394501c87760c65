"""Sites chosen with proof: `python -m benchmarks.selection [--only NAME ...] [--seeds 3]`.

Time, memory and gap on made provinces, on the library files of `shared/reference/orlib`, and against spopt. Every test
runs in a process of its own, after a small problem of its kind has loaded all code.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence

from benchmarks.selection_cases import CASES, Limits
from benchmarks.selection_runs import LIBRARIES, run_case
from phusong.laboratory import report
from phusong.laboratory.timing import run_child

MOST_BELOW, LEAST_AT_BEST, MOST_ABOVE, MOST_ABOVE_IN_STRESS = 0.2, 90.0, 2.0, 10.0  # [%]
AIM_ABOVE, AIM_ABOVE_IN_STRESS = 1.0, 5.0  # [%]
LEAST_TIMES_OF_SPOPT, AIM_TIMES_OF_SPOPT = 100.0, 300.0
PROVEN_COVERS = ("scp4", "scp5")

_CHILD_MARK = "rows: "

Rows = Sequence[report.Row]


def in_child(name: str, seed: int | None) -> list[report.Row]:
    """Run one test in a fresh process and return its rows."""
    seeded = [] if seed is None else ["--seed", str(seed)]
    child = run_child([sys.executable, "-m", "benchmarks.selection", "--child", name, *seeded])
    line = next(line for line in child.output.splitlines() if line.startswith(_CHILD_MARK))
    rows: list[report.Row] = json.loads(line.removeprefix(_CHILD_MARK))
    return rows


def worst(rows: Rows, figure: Callable[[report.Row], float | None]) -> float:
    """Return the greatest figure of the rows; one that is not known counts as infinite."""
    return max(float("inf") if (one := figure(row)) is None else one for row in rows)


def number(row: report.Row, name: str) -> float | None:
    """Return a figure of a row."""
    value = row[name]
    return None if value is None else float(value)


def limits(name: str, rows: Rows, kept: Limits) -> list[report.Must]:
    """Return the limits of a case against the worst of its seeds."""
    found = []
    if kept.gap is not None:
        found.append(report.Must(f"{name}: gap [%]", worst(rows, lambda row: number(row, "gap [%]")), 100.0 * kept.gap))
    if kept.wall_s is not None:
        found.append(
            report.Must(f"{name}: wall time [s]", worst(rows, lambda row: number(row, "wall [s]")), kept.wall_s)
        )
    if kept.peak_mib is not None:
        peak = worst(rows, lambda row: number(row, "peak [MiB]"))
        found.append(report.Must(f"{name}: peak memory [MiB]", peak, kept.peak_mib))
    if kept.against_greedy is not None:
        ratio = worst(rows, lambda row: None if (over := _over(row)) is None else 1.0 + over / 100.0)
        found.append(report.Must(f"{name}: cost over that of greedy with reverse delete", ratio, kept.against_greedy))
    return found


def _over(row: report.Row) -> float | None:
    """Return by how much a value lies over its yardstick [%]."""
    value, yardstick = number(row, "value"), number(row, "yardstick")
    return None if value is None or yardstick is None else 100.0 * (value / yardstick - 1.0)


def _under(row: report.Row) -> float | None:
    over = _over(row)
    return None if over is None else max(0.0, -over)


def of_maximal(rows: Rows) -> list[report.Must]:
    """Return the limits of the maximal-covering files; those whose optimum is not proven count by the best known."""
    at_best = [row for row in rows if (over := _over(row)) is not None and over >= 0.0]
    broken = [row for row in rows if row["bound"] is None or float(row["bound"]) < float(row["yardstick"] or 0)]
    return [
        report.Must("mclp: furthest under the best known [%]", worst(rows, _under), MOST_BELOW),
        report.Must(
            "mclp: files at the best known [%]", 100.0 * len(at_best) / len(rows), LEAST_AT_BEST, at_least=True
        ),
        report.Must("mclp: bounds that are none", len(broken), 0),
    ]


def of_covers(rows: Rows, name: str, most_above: float) -> list[report.Must]:
    """Return the limits of set-cover files."""
    broken = [row for row in rows if row["bound"] is not None and float(row["bound"]) > float(row["yardstick"] or 0)]
    unproven = [row for row in rows if str(row["of"]).startswith(PROVEN_COVERS) and row["gap [%]"] != 0.0]
    return [
        report.Must(f"{name}: furthest above the best known [%]", worst(rows, _over), most_above),
        report.Must(f"{name}: bounds that are none", len(broken), 0),
        report.Must(f"{name}: not proven among {' and '.join(PROVEN_COVERS)}", len(unproven), 0),
    ]


def of_spopt(rows: Rows, least_times: float) -> list[report.Must]:
    """Return the limits of the comparison with spopt."""
    ours, theirs = rows
    times = float(theirs["CPU [s]"] or 0.0) / float(ours["CPU [s]"] or 1.0)
    return [
        report.Must("spopt: objective under spopt's [%]", worst([ours], _under), 0.0),
        report.Must("spopt: its CPU time over ours", times, least_times, at_least=True),
    ]


def judge(name: str, rows: Rows) -> tuple[list[report.Must], list[report.Must]]:
    """Return what a test must keep, and what it aims to."""
    if name == "mclp":
        return of_maximal(rows), []
    if name == "set-cover":
        return of_covers(rows, name, MOST_ABOVE), of_covers(rows, name, AIM_ABOVE)[:1]
    if name == "stress":
        return of_covers(rows, name, MOST_ABOVE_IN_STRESS)[:2], of_covers(rows, name, AIM_ABOVE_IN_STRESS)[:1]
    if name == "spopt":
        return of_spopt(rows, LEAST_TIMES_OF_SPOPT), of_spopt(rows, AIM_TIMES_OF_SPOPT)[1:]
    return limits(name, rows, CASES[name].must), limits(name, rows, CASES[name].aim)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    names = [*CASES, *LIBRARIES]
    parser = report.parser(__doc__)
    parser.add_argument("--only", nargs="+", choices=names, metavar="NAME", default=names, help=", ".join(names))
    parser.add_argument("--seeds", type=int, default=3, metavar="N", help="made provinces of each size")
    parser.add_argument("--trace", action="store_true", help="print how value and bound went, too")
    parser.add_argument("--child", choices=names, help="run this test in this process, for another to read")
    parser.add_argument("--seed", type=int, default=0, help="made province of a child")
    given = parser.parse_args(arguments)
    if given.child:
        made = [run_case(given.child, given.seed)] if given.child in CASES else list(LIBRARIES[given.child]())
        print(_CHILD_MARK + json.dumps(made))
        return
    rows: list[report.Row] = []
    musts: list[report.Must] = []
    aims: list[report.Must] = []
    for name in given.only:
        of_test: list[report.Row] = []
        for seed in range(given.seeds) if name in CASES else [None]:
            print(f"{name} {'' if seed is None else seed}, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
            of_test += in_child(name, seed)
        must, aim = judge(name, of_test)
        rows, musts, aims = rows + of_test, musts + must, aims + aim
    faulty = sum(bool(row["faults"]) for row in rows)
    musts.append(report.Must("answers that the verification finds fault with", faulty, 0))
    if not given.json:
        left_out = {name for name, is_shown in (("trace", given.trace), ("first fault", faulty)) if not is_shown}
        rows = [{heading: value for heading, value in row.items() if heading not in left_out} for row in rows]
    notes = [
        f"aim: {aim.what}: {report.readable(aim.measured)} for {report.readable(aim.limit)}: {_verdict(aim)}"
        for aim in aims
    ]
    report.show("Sites chosen with proof", rows, musts, notes, as_json=given.json)


def _verdict(aim: report.Must) -> str:
    return "reached" if aim.is_met else "not reached"


if __name__ == "__main__":
    main()
