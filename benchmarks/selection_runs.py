"""One timed choice of sites after another, in this process: made provinces, library files, and spopt beside ours."""

from __future__ import annotations

import re
import resource
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from benchmarks.made_province import make_province
from benchmarks.plain_greedy import PlainGreedy
from benchmarks.selection_cases import CASES
from phusong.coverage.selection.aggregate import aggregate
from phusong.coverage.selection.answer import Answer, Effort
from phusong.coverage.selection.problem import Problem
from phusong.coverage.selection.solve import solve
from phusong.coverage.selection.verify import verify
from phusong.laboratory.report import Row
from phusong.laboratory.timing import MIB, cpu_s, measure_cpu
from tests.orlib import covers, maximal

LIMIT_SHARE = 0.95  # of the time allowed is given to the solver: ending takes time too
MCLP_S, COVER_S, STRESS_S = 30.0, 30.0, 60.0
DEMANDED_COVERS = re.compile(r"scp([456]|[acde]\d)")  # and the rest is stress
SPOPT_PIXELS, SPOPT_CANDIDATES, SPOPT_SITES, SPOPT_GAP = 12_900, 500, 25, 1e-6
"""About 8,100 of these pixels have people and can be covered; the objectives are compared, so the gap may be small."""

_SPOPT_RUNS = 5
_UNSEEN_SEED = 1_000


def run_case(name: str, seed: int) -> Row:
    """Solve a case in the made province of a seed."""
    case = CASES[name]
    solve(case.small_problem(), effort=case.effort, time_limit_s=5.0)
    problem = case.problem(seed)
    allowed_s = case.must.wall_s or 60.0
    gap = case.aim.gap or 0.0
    row = _timed(problem, name, f"seed {seed}", effort=case.effort, gap=gap, allowed_s=allowed_s)
    if case.must.against_greedy is not None:
        small = aggregate(problem).problem
        row["yardstick"] = small.value(PlainGreedy(small).choose())
    return row


def run_maximal() -> Iterator[Row]:
    """Solve the maximal-covering files."""
    files = maximal()
    solve(files[0].problem(), gap=0.0, time_limit_s=5.0)
    for one in files:
        about = f"{one.file} {one.radius:g} {one.most_sites}"
        row = _timed(one.problem(), "mclp", about, effort="certified", gap=0.0, allowed_s=MCLP_S)
        yield row | {"yardstick": one.best}


def run_covers(*, is_stress: bool) -> Iterator[Row]:
    """Solve the set-cover files that a demand names, or the others."""
    files = covers()
    easiest = next(one for one in files if one.file == "scpe1")
    solve(easiest.problem(), effort="exact", time_limit_s=5.0)
    for one in files:
        if (DEMANDED_COVERS.match(one.file) is None) != is_stress:
            continue
        allowed_s = STRESS_S if is_stress else COVER_S
        name = "stress" if is_stress else "set-cover"
        row = _timed(one.problem(), name, one.file, effort="exact", gap=0.0, allowed_s=allowed_s)
        yield row | {"yardstick": one.best}


def run_spopt() -> Iterator[Row]:
    """Solve one small province with ours and with spopt, whose programme it builds itself."""
    province = make_province(SPOPT_PIXELS, SPOPT_CANDIDATES, seed=_UNSEEN_SEED)
    problem = province.problem("people", most_sites=SPOPT_SITES)
    ours = _timed(problem, "spopt", "ours", effort="certified", gap=SPOPT_GAP, allowed_s=60.0)
    ours["CPU [s]"] = measure_cpu(lambda: solve(problem, gap=SPOPT_GAP), _SPOPT_RUNS).median_s
    found: list[int] = []
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start_s = time.perf_counter()
    own_cpu_s = cpu_s(lambda: found.append(_spopt_value(problem)))
    wall_s = time.perf_counter() - start_s
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    children_s = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    ours["yardstick"] = found[0]
    yield ours
    yield dict.fromkeys(ours, None) | {
        "test": "spopt", "of": "spopt", "value": found[0], "wall [s]": wall_s, "CPU [s]": own_cpu_s + children_s,
        "peak [MiB]": _peak_mib(),
    }  # fmt: skip


def _spopt_value(problem: Problem) -> int:
    """Return the optimum by spopt and CBC, over the pixels that count."""
    import pulp
    from spopt.locate import MCLP

    weight = problem.demand.weights["people"]
    is_covered = np.zeros((problem.footprints.pixel_count, len(problem)), dtype=np.bool_)
    for candidate in range(len(problem)):
        is_covered[problem.footprints.of(candidate), candidate] = True
    counts = is_covered.any(axis=1) & (weight > 0)
    distance = np.where(is_covered[counts], 0.0, 1.0)
    model: Any = MCLP.from_cost_matrix(distance, weight[counts], service_radius=0.5, p_facilities=SPOPT_SITES)
    model.solve(pulp.PULP_CBC_CMD(msg=False))
    chosen = [site for site, variable in enumerate(model.fac_vars) if variable.value() > 0.5]
    return problem.value(chosen)


def _timed(problem: Problem, test: str, of: str, *, effort: Effort, gap: float, allowed_s: float) -> Row:
    answers: list[Answer] = []

    def work() -> None:
        limit_s = LIMIT_SHARE * allowed_s
        answers.append(solve(problem, effort=effort, gap=gap, time_limit_s=limit_s))

    start_s = time.perf_counter()
    spent_s = cpu_s(work)
    wall_s = time.perf_counter() - start_s
    peak_mib = _peak_mib()  # before the answer is checked over all pixels
    answer = answers[0]
    checked = verify(problem, answer)
    return {
        "test": test,
        "of": of,
        "sites": len(answer.sites),
        "value": answer.value,
        "bound": answer.bound,
        "gap [%]": None if answer.gap is None else 100.0 * answer.gap,
        "status": f"{answer.status}, {answer.proof}" if answer.proof else answer.status,
        "yardstick": None,
        "wall [s]": wall_s,
        "CPU [s]": spent_s,
        "peak [MiB]": peak_mib,
        "faults": len(checked.faults) + len(checked.wrong),
        "first fault": next(iter((*checked.faults, *checked.wrong)), ""),
        "trace": "; ".join(f"{step.seconds:.1f} s {step.stage} {step.value} {step.bound}" for step in answer.trace),
    }


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1.0 if sys.platform == "darwin" else 1024.0) / MIB


LIBRARIES: dict[str, Callable[[], Iterator[Row]]] = {
    "mclp": run_maximal,
    "set-cover": lambda: run_covers(is_stress=False),
    "stress": lambda: run_covers(is_stress=True),
    "spopt": run_spopt,
}
