"""Small random problems of choosing sites, with every constraint that there is, and their best choice by trying all."""

from __future__ import annotations

from itertools import product

import numpy as np

from phusong.coverage.selection.footprints import Footprints
from phusong.coverage.selection.problem import COVERED_OR_NOT, Demand, Problem, Quota, Requirement, Target

CURVES = (COVERED_OR_NOT, np.array([0, 5, 8, 9, 9], dtype=np.int64))


def random_problem(seed: int, most_candidates: int = 9) -> Problem:
    """Return the problem of a seed; about every tenth has no feasible choice."""
    random = np.random.default_rng(seed)
    candidates = int(random.integers(1, most_candidates + 1))
    pixels = int(random.integers(1, 31))
    curve = CURVES[int(random.integers(2))]
    density = random.uniform(0.1, 0.6)
    lists = [np.flatnonzero(random.random(pixels) < density).astype(np.int32) for _ in range(candidates)]
    levels = [random.integers(1, min(curve.size, 4), one.size).astype(np.uint8) for one in lists]
    unit = int(random.choice([1, 1, 1000]))
    demand = Demand(
        {measure: unit * random.integers(0, 20, pixels) for measure in ("people", "area")},
        {layer: random.integers(-1, 3, pixels).astype(np.int32) for layer in ("commune", "park")},
        random.integers(0, 2, pixels).astype(np.uint8) * (random.random() < 0.5),
    )
    footprints = Footprints.from_lists(lists, pixels, levels)
    cost = int(random.choice([1, 7])) * random.integers(0, 6, candidates)
    maximize = "people" if random.random() < 0.5 else None
    bare = Problem(footprints, demand, cost, maximize, curve=curve)

    def some(most: int) -> tuple[int, ...]:
        return tuple(
            random.choice(candidates, min(candidates, int(random.integers(0, most + 1))), replace=False).tolist()
        )

    def asks(share: float) -> bool:
        return bool(random.random() < share)

    targets = []
    everything = range(candidates)
    for number in range(int(random.integers(0 if maximize else 1, 4))):
        layer = (None, "commune", "park")[int(random.integers(3))]
        target = Target(f"t{number}", ("people", "area")[int(random.integers(2))], layer, int(random.integers(3)), 0)
        one = Problem(footprints, demand, cost, maximize, (target,), curve=curve)
        attainable = int(one.gains_of_targets(everything)[0])
        targets.append(target._replace(at_least=int(attainable * random.uniform(0.3, 1.02))))
    forced = some(2) if asks(0.3) else ()
    forbidden = tuple(site for site in some(2) if site not in forced) if asks(0.3) else ()
    quotas = tuple(
        Quota(f"q{number}", some(5), int(random.integers(0, 2)), int(random.integers(1, 4)))
        for number in range(int(random.integers(0, 3)))
    )
    return Problem(
        footprints,
        demand,
        cost,
        maximize,
        tuple(targets),
        budget=int(bare.cost.sum() * random.uniform(0.2, 0.9)) if asks(0.5) else None,
        most_sites=int(random.integers(1, candidates + 1)) if asks(0.5) else None,
        forced=forced,
        forbidden=forbidden,
        conflicts=random.integers(0, candidates, (int(random.integers(0, 6)), 2)).astype(np.int32)
        if asks(0.4)
        else np.empty((0, 2), dtype=np.int32),
        quotas=tuple(quota for quota in quotas if quota.members or not quota.least) if asks(0.5) else (),
        requirements=(Requirement(int(random.integers(candidates)), some(3)),) if asks(0.3) else (),
        curve=curve,
        positions=random.random((candidates, 2)) if asks(0.5) else None,
    )


def best_choice(problem: Problem) -> tuple[tuple[int, ...], int] | None:
    """Return the best choice and its value; None where no choice is feasible."""
    best = None
    for chosen in product((False, True), repeat=len(problem)):
        sites = tuple(np.flatnonzero(chosen).tolist())
        if problem.faults(sites):
            continue
        value = problem.value(sites)
        if best is None or (value > best[1] if problem.maximize is not None else value < best[1]):
            best = sites, value
    return best
