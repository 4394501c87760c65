"""From a run and a question to the problem: what is missing, what candidates there are, and what each would cover."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from phusong.coverage.network import Progress
from phusong.coverage.proposals.candidate_losses import CandidateLosses
from phusong.coverage.proposals.candidates import CandidateRules, Candidates, find_candidates
from phusong.coverage.proposals.costs import Costs
from phusong.coverage.proposals.demand import AIM, Wanted, measure_of, wanted_by
from phusong.coverage.proposals.footprints import compute_footprints
from phusong.coverage.proposals.pose import Posed, Share, demand_of, pose, present_of
from phusong.coverage.proposals.rules import COST_UNITS, structure_of
from phusong.coverage.proposals.service import is_alone, plan_candidates, refusal
from phusong.coverage.selection.probability import ProbabilityLevels
from phusong.coverage.selection.problem import COVERED_OR_NOT, Problem
from phusong.coverage.what_if import LiveRun
from phusong.coverage.workers import open_workers
from phusong.errors import input_error
from phusong.scenarios.question import KIND_WORDS, Question

BoolArray = npt.NDArray[np.bool_]
LEVELS = ProbabilityLevels(step=float(np.log(2.0)) / 4)
"""Of probabilities: within 8 percentage points each, and most pixels stay alike."""


@dataclass(frozen=True, eq=False)
class Survey:
    """All that the choice of sites follows from.

    Attributes
    ----------
    question, wanted, candidates : what is asked, what is missing, where sites may be built.
    losses : path losses of the candidates' masts.
    needed : (rows, columns) the pixels of the problem, row by row.
    posed : the problem.
    """

    question: Question
    wanted: Wanted
    candidates: Candidates
    losses: CandidateLosses
    needed: BoolArray
    posed: Posed

    @property
    def measure(self) -> str:
        """Return what plans are compared by."""
        return measure_of(self.question)

    def share(self, problem: Problem) -> Share:
        """Return how much of the measure is covered, and can be, in the place of which shares are told."""
        weight, place = self.wanted.weights[AIM], self.wanted.place
        present = present_of(self.wanted, self.needed, problem, AIM, place)
        forbidden = set(problem.forbidden)
        everything = [site for site in range(len(problem)) if site not in forbidden]
        scale = int(problem.curve[-1])
        return Share(scale * int(weight.sum()), present, present + problem.gain(everything, AIM))


def survey(live: LiveRun, question: Question, *, workers: int | None, progress: Progress) -> Survey:
    """Return the problem of a question.

    Raises
    ------
    InputError : the question does not fit the run.
    """
    run, technology = live.run, question.technology
    cells = run.cells()
    if not (cells.loc[cells["simulated"] == "yes", "technology"] == technology).any():
        raise input_error(
            run.folder, f"the run has no {technology} cell to take the figures of a new one from",
            f"Simulate a network with at least one {technology} cell", field="technology",
        )  # fmt: skip
    wanted = wanted_by(run, question)
    base: npt.NDArray[np.uint8] | None = None
    needed = wanted.counted & ~wanted.covered
    curve = COVERED_OR_NOT
    if question.probability:
        curve = LEVELS.curve
        base = LEVELS.levels_of(wanted.share)
        needed = wanted.counted & (base < curve.size - 1)
    ground = live.prepared.ground
    candidates = find_candidates(
        cells, technology, ground, needed, _rules(question),
        weight=wanted.weights[AIM].astype(np.float64), land_cover=live.prepared.land_cover,
        bands=live.prepared.scenario.bands, antennas=live.prepared.scenario.antennas,
    )  # fmt: skip
    if not is_alone(live.prepared.derivation.definitions[technology]):
        raise refusal(run.folder, technology)
    groups, service = plan_candidates(candidates.cells, live.prepared, technology)
    losses = CandidateLosses(live.prepared, needed, live.store)
    with open_workers(workers=workers) as pool:
        footprints = compute_footprints(
            groups, losses, service,
            levels=LEVELS.levels_of if question.probability else None, workers=pool, progress=progress,
        )  # fmt: skip
    sites = candidates.sites
    by_number = question.maximize is None and question.minimize == "sites"
    cost = np.ones(len(sites), dtype=np.int64) if by_number else candidates.cost
    structure = structure_of(question.rules, sites, _masts_km(live), run)
    last = question.limits[-1]
    bare = Problem(
        footprints, demand_of(wanted, needed, base), cost, AIM if question.maximize is not None else None,
        budget=None if last.cost is None else round(COST_UNITS * last.cost),
        most_sites=last.sites,
        forced=structure.forced, forbidden=structure.forbidden, conflicts=structure.conflicts,
        quotas=structure.quotas, requirements=structure.requirements,
        curve=curve, positions=sites[["x_km", "y_km"]].to_numpy(dtype=np.float64, copy=True),
    )  # fmt: skip
    return Survey(question, wanted, candidates, losses, needed, pose(wanted, needed, bare))


def _rules(question: Question) -> CandidateRules:
    places = question.candidates
    return CandidateRules(
        kinds=tuple(KIND_WORDS[kind] for kind in question.kinds),
        grid_km=places.grid_km,
        road_spacing_km=places.road_spacing_km,
        roads=places.roads,
        listed=places.list,
        costs=Costs(**places.costs.model_dump()),
    )


def _masts_km(live: LiveRun) -> npt.NDArray[np.float64]:
    """Return the (masts, 2) places of the masts that stand, on the projection of the grid [km]."""
    register = live.prepared.register
    _, first = np.unique(register.site, return_index=True)
    x_m, y_m = live.prepared.ground.grid.project(register.longitude_deg[first], register.latitude_deg[first])
    return 1e-3 * np.column_stack([x_m, y_m])
