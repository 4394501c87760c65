"""What is written of a proposal for programs and reports: the question, the answer, and what stands behind it."""

from __future__ import annotations

from collections.abc import Sequence

from phusong.coverage.proposals.built import Built
from phusong.coverage.proposals.demand import BOTH_UNITS, UNIT_NAMES, UNITS
from phusong.coverage.proposals.plan import Plan, Round
from phusong.coverage.proposals.pose import Share, Standing
from phusong.coverage.proposals.rules import COST_UNITS
from phusong.coverage.proposals.stages import Stage
from phusong.coverage.proposals.survey import Survey
from phusong.coverage.selection.answer import Answer
from phusong.coverage.selection.problem import Problem
from phusong.coverage.selection.verify import Verification
from phusong.scenarios.proposal_tables import AnswerRecord, PhaseRecord, RoundRecord, TargetRecord
from phusong.scenarios.question_text import target_text


def record_of(
    survey: Survey,
    plan: Plan,
    built: Built,
    verified: Verification,
    phases: Sequence[PhaseRecord],
    *,
    percent: tuple[float, float, float],
    seconds: float,
) -> AnswerRecord:
    """Return the entry of a question in tables/proposals.json.

    Parameters
    ----------
    percent : of the measure that is covered before, after, and with all candidates [%].
    """
    question, answer = survey.question, plan.certified
    unit, units = unit_of(survey)
    chosen, area = plan.chosen, survey.wanted.weights["area"]
    sites = list(chosen.answer.sites)
    kinds = survey.candidates.sites["kind"].value_counts()
    return AnswerRecord(
        name=question.name,
        technology=question.technology,
        digest=question.digest(),
        question=question.canonical(),
        status=answer.status,
        unit=unit,
        value=None if answer.value is None else answer.value / units,
        bound=None if answer.bound is None else answer.bound / units,
        gap_percent=None if answer.gap is None else 100.0 * answer.gap,
        proof=answer.proof,
        certifies=_certifies(survey, answer, unit, units),
        verified={
            "holds": verified.holds,
            "value": None if verified.value is None else verified.value / units,
            "bound": None if verified.bound is None else verified.bound / units,
            "faults": list(verified.faults),
            "wrong": list(verified.wrong),
        },
        measure=survey.measure,
        before_percent=percent[0],
        after_percent=percent[1],
        reachable_percent=percent[2],
        claimed_gain_km2=chosen.claimed_km2,
        confirmed_gain_km2=built.truth.gain(area) / UNITS["area"],
        confirmed_sinr_gain_km2=built.truth.gain(area, served=True) / UNITS["area"],
        cells_turned=built.turned,
        least_sinr_db=question.solving.least_sinr_db,
        round=plan.best,
        rounds=[_round(one) for one in plan.rounds],
        candidates=len(survey.candidates.sites),
        candidate_kinds={str(kind): int(count) for kind, count in kinds.items()},
        sites=len(sites),
        cost=int(survey.candidates.cost[sites].sum()) / COST_UNITS,
        targets=_targets(survey, chosen),
        phases=list(phases),
        trace=[list(step) for step in answer.trace],
        seconds=round(seconds, 1),
        assumptions=[*survey.wanted.notes, *survey.candidates.notes, *_assumptions(survey)],
    )


def unit_of(survey: Survey) -> tuple[str, float]:
    """Return the unit of what is asked most or least of, and how many whole ones it has."""
    scale = int(survey.posed.problem.curve[-1])
    aim = survey.question.maximize
    if aim is not None:
        return UNIT_NAMES[aim], scale * UNITS.get(aim, BOTH_UNITS)
    return ("sites", 1) if survey.question.minimize == "sites" else ("cost", COST_UNITS)


def phase_records(stages: Sequence[Stage], share: Share, problem: Problem) -> list[PhaseRecord]:
    """Return what stands at the end of each phase; the problem has the true costs."""
    return [
        PhaseRecord(
            name=stage.name,
            sites=len(stage.sites),
            cost=problem.spent(stage.sites) / COST_UNITS,
            covered_percent=share.percent(stage.gain),
        )
        for stage in stages
    ]


def _certifies(survey: Survey, answer: Answer, unit: str, units: float) -> str:
    """Say in a sentence what the gap is a proof of, and what it is not."""
    among = f"among the {len(survey.candidates.sites):,} candidates, under the same rules and by their footprints"
    if answer.status == "infeasible":
        return f"No choice {among} keeps to all that is asked."
    if answer.bound is None:
        return "Nothing is proved: there is no bound."
    bound = f"{answer.bound / units:,.6g} {unit}"
    most = f"No choice {among} adds more than {bound}"
    if survey.question.maximize is None:
        most = f"No choice {among} reaches the shares asked for with less than {bound}"
    beside = "Interference, other places, heights and antennas are outside this proof."
    if survey.question.probability:
        beside = f"Sites count as independent. {beside}"
    return f"{most}. {beside}"


def _round(one: Round) -> RoundRecord:
    return RoundRecord(
        sites=len(one.answer.sites),
        claimed_gain_km2=one.claimed_km2,
        confirmed_gain_km2=one.confirmed_km2,
        confirmed_sinr_gain_km2=one.served_km2,
        serves_all_asked=one.meets,
    )


def _targets(survey: Survey, chosen: Round) -> list[TargetRecord]:
    """Return how far each target of the question is reached; of one for each of several zones that of the lowest."""
    problem = survey.posed.problem
    worth = problem.worth(chosen.answer.sites)
    found: dict[int, list[tuple[float, bool, Standing]]] = {}
    for one in survey.posed.standings:
        place = survey.wanted.pixels_of(one.ask.layer, one.ask.zone)[survey.needed]
        after = one.present + int((problem.demand.weights[one.ask.measure] * worth)[place].sum())
        found.setdefault(one.ask.target, []).append((one.percent(after) or 100.0, after >= one.goal, one))
    records = []
    for number, zones in found.items():
        after_percent, _, lowest = min(zones, key=lambda zone: zone[0])
        records.append(
            TargetRecord(
                target=target_text(survey.question.targets[number]),
                asked_percent=lowest.ask.percent,
                before_percent=lowest.percent(lowest.present) or 0.0,
                after_percent=after_percent,
                reachable_percent=lowest.percent(lowest.reachable) or 0.0,
                met=all(is_met for _, is_met, _ in zones),
                zones=len(zones),
                zones_met=sum(is_met for _, is_met, _ in zones),
                lowest_zone=survey.wanted.place_name(lowest.ask.layer, lowest.ask.zone),
            )
        )
    return records


def _assumptions(survey: Survey) -> list[str]:
    notes = ["A footprint is what a candidate covers by RSRP alone, as the run's definition of coverage has it."]
    if survey.question.probability:
        notes.append(
            "Expected coverage takes the shadowing of sites as independent; where it is correlated, commonly 0.5, "
            "further sites add less than is counted. Probabilities are told apart in steps, within 8 points."
        )
    return notes
