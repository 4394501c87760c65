"""Random problems of choosing sites, small enough for brute force, with every constraint."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from phusong.coverage.selection.footprints import Footprints
from phusong.coverage.selection.problem import COVERED_OR_NOT, Demand, Problem, Quota, Requirement, Target

GRADED = np.array([0, 5, 8, 9, 9], dtype=np.int64)
MEASURES = ("area", "people")
LAYERS = ("communes", "parks")


@st.composite
def problems(draw: st.DrawFn, most_candidates: int = 7, most_pixels: int = 14) -> Problem:
    """Draw a problem; it may have no feasible choice."""
    candidates = draw(st.integers(1, most_candidates))
    pixels = draw(st.integers(1, most_pixels))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    is_graded = draw(st.booleans())
    plain = Problem(
        _footprints(random, candidates, pixels, 3 if is_graded else 1),
        _demand(random, pixels, 5 if is_graded else 2),
        random.integers(0, 6, candidates),
        draw(st.sampled_from([None, *MEASURES])),
        curve=GRADED if is_graded else COVERED_OR_NOT,
        positions=random.uniform(0.0, 1.0, (candidates, 2)) if draw(st.booleans()) else None,
    )
    return _limit(draw, _aim(draw, random, plain), random) if draw(st.booleans()) else _aim(draw, random, plain)


def _footprints(random: np.random.Generator, candidates: int, pixels: int, most_level: int) -> Footprints:
    # Runs of pixels rather than any: then some pixels are alike.
    lists = [np.arange(*np.sort(random.integers(0, pixels + 1, 2))) for _ in range(candidates)]
    levels = [np.full(one.size, random.integers(1, most_level + 1), dtype=np.uint8) for one in lists]
    return Footprints.from_lists(lists, pixels, levels)


def _demand(random: np.random.Generator, pixels: int, base_end: int) -> Demand:
    return Demand(
        {name: random.integers(0, 4, pixels) for name in MEASURES},
        {name: random.integers(-1, 3, pixels).astype(np.int32) for name in LAYERS},
        np.where(random.random(pixels) < 0.3, random.integers(0, base_end, pixels), 0).astype(np.uint8),
    )


def _aim(draw: st.DrawFn, random: np.random.Generator, problem: Problem) -> Problem:
    """Add targets that all candidates together reach; with a maximum, a limit on sites or money."""
    wanted = draw(st.lists(st.sampled_from([None, *LAYERS]), max_size=3))
    loose = tuple(
        Target(f"target {n}", str(random.choice(MEASURES)), layer, -1 if layer is None else int(random.integers(3)), 0)
        for n, layer in enumerate(wanted)
    )
    most = replace(problem, targets=loose).gains_of_targets(range(len(problem)))
    share = draw(st.sampled_from([0.4, 0.8, 1.0]))
    targets = tuple(target._replace(at_least=int(share * gain)) for target, gain in zip(loose, most, strict=True))
    return replace(
        problem,
        targets=targets,
        most_sites=draw(st.none() | st.integers(0, len(problem))),
        budget=draw(st.none() | st.integers(0, int(problem.cost.sum()))),
    )


def _limit(draw: st.DrawFn, problem: Problem, random: np.random.Generator) -> Problem:
    """Add forced and forbidden candidates, conflicts, a quota and a requirement."""
    count = len(problem)
    order = random.permutation(count).tolist()
    forced = order[: draw(st.integers(0, 1))]
    forbidden = order[1 : 1 + draw(st.integers(0, 2))]
    pairs = random.integers(0, count, (draw(st.integers(0, 3)), 2))
    members = tuple(sorted(set(random.integers(0, count, 3).tolist())))
    least = draw(st.integers(0, 1))
    needs = random.integers(0, count, (draw(st.integers(0, 2)), 3)).tolist()
    return replace(
        problem,
        forced=tuple(forced),
        forbidden=tuple(forbidden),
        conflicts=pairs[pairs[:, 0] != pairs[:, 1]].astype(np.int32),
        quotas=(Quota("quota", members, least, least + draw(st.integers(0, 2))),) if draw(st.booleans()) else (),
        requirements=tuple(Requirement(one, tuple({*any_of} - {one})) for one, *any_of in needs if {*any_of} - {one}),
    )
