"""Greedy filling of a choice, and ruin and recreate: take a few neighbours out, fill again, keep what is no worse.

Source: G. Schrimpf, J. Schneider, H. Stamm-Wilbrandt and G. Dueck, Record breaking optimization results using the ruin
and recreate principle, Journal of Computational Physics 159 (2000), 139-171; what is kept is as in G. Dueck, New
optimization heuristics, Journal of Computational Physics 104 (1993), 86-92 (record-to-record travel).
"""

from __future__ import annotations

from typing import NamedTuple

from phusong.kernels._jit import scalar
from phusong.kernels.selection.choice import (
    COUNT,
    SPENT,
    Choice,
    Float64Array,
    Limits,
    Terms,
    change_of_terms,
    closure,
    may_enter,
    may_leave,
    shortage,
    turn,
    uniform,
    wanted_by_quotas,
)
from phusong.kernels.selection.ledger import BoolArray, Int64Array, Reach

BY_MERIT, BY_MERIT_PER_COST, BY_EITHER = 0, 1, 2  # what is filled in first
CURRENT, BEST = 0, 1  # in a trail

MAXIMIZED_SHARE = 0.1  # of the measure maximised in the merit while targets are missing: it decides between equals
LEAST_COST = 1e-3  # that merit is divided by: some candidates are free
LEAST_NOISE, NOISE_RANGE = 0.1, 100.0  # merits are multiplied by 1 to 1 + noise, drawn evenly by logarithm
SKIP = 0.2  # chance that a neighbour stays in a ruin
SCATTERED = 0.1  # chance that a ruin is anywhere
MOST_RUINED = 12


class Trail(NamedTuple):
    """Where a search is.

    Attributes
    ----------
    best, before : (candidates,) the best choice, and that before the step under way.
    value : (2,) of the current and the best, to be made small.
    missing : (2,) their shortages.
    idle : (1,) steps since the best.
    prefer : (candidates,) scratch.
    group : (candidates + 1,) scratch.
    """

    best: BoolArray
    before: BoolArray
    value: Int64Array
    missing: Float64Array
    idle: Int64Array
    prefer: Float64Array
    group: Int64Array


@scalar
def fill(
    reach: Reach, terms: Terms, limits: Limits, choice: Choice, prefer: Float64Array, per_cost: bool, group: Int64Array
) -> None:
    """Take in the candidates of greatest merit, one after the other, until nothing is missing and none adds anything.

    While something is missing only candidates that lessen it count. One that lacks another enters with the cheapest.

    Parameters
    ----------
    prefer : (candidates,) factors of the merits.
    per_cost : whether merit is divided by cost.
    group : (candidates + 1,) scratch.
    """
    for need in range(limits.needer.size):
        if choice.is_chosen[limits.needer[need]] and choice.help_count[need] == 0:
            size = closure(limits, choice, limits.needer[need], group)
            for place in range(1, size):
                turn(reach, terms, limits, choice, group[place])
    while True:
        is_missing = shortage(terms, limits, choice) > 0.0
        if terms.maximized < 0 and not is_missing:
            return
        best, best_merit = prefer.size, 0.0
        for candidate in range(prefer.size):
            if not may_enter(limits, choice, candidate):
                continue
            size = closure(limits, choice, candidate, group)
            of_targets, of_maximized, cost = 0.0, 0.0, 0
            for place in range(size):
                more_of_targets, more = change_of_terms(reach, terms, choice, group[place])
                of_targets += more_of_targets + wanted_by_quotas(limits, choice, group[place])
                of_maximized += more
                cost += limits.cost[group[place]]
            if is_missing:
                merit = of_targets + MAXIMIZED_SHARE * of_maximized if of_targets > 0.0 else 0.0
            else:
                merit = of_maximized
            merit *= prefer[candidate]
            if per_cost:
                merit /= max(float(cost), LEAST_COST)
            if merit > best_merit:
                best, best_merit = candidate, merit
        if best == prefer.size:
            return
        size = closure(limits, choice, best, group)
        for place in range(size):
            turn(reach, terms, limits, choice, group[place])


@scalar
def drop(reach: Reach, terms: Terms, limits: Limits, choice: Choice, prefer: Float64Array) -> int:
    """Take out what nothing would be lost without, the dearest first by cost times prefer; return how many."""
    count = 0
    while True:
        dearest, most = prefer.size, -1.0
        for candidate in range(prefer.size):
            if not choice.is_chosen[candidate] or limits.cost[candidate] * prefer[candidate] <= most:
                continue
            if not may_leave(limits, choice, candidate):
                continue
            of_targets, of_maximized = change_of_terms(reach, terms, choice, candidate)
            if of_targets == 0.0 and of_maximized == 0.0:
                dearest, most = candidate, limits.cost[candidate] * prefer[candidate]
        if dearest == prefer.size:
            return count
        turn(reach, terms, limits, choice, dearest)
        count += 1


@scalar
def fill_and_drop(
    reach: Reach, terms: Terms, limits: Limits, choice: Choice, prefer: Float64Array, per_cost: bool, group: Int64Array
) -> None:
    """Fill, take out what is of no use any more, and fill what has become free."""
    while True:
        fill(reach, terms, limits, choice, prefer, per_cost, group)
        if drop(reach, terms, limits, choice, prefer) == 0 or terms.maximized < 0:
            return


@scalar
def enter_allowed(
    reach: Reach,
    terms: Terms,
    limits: Limits,
    choice: Choice,
    candidates: Int64Array,
    is_picky: bool,
    group: Int64Array,
) -> None:
    """Let candidates enter in the order given, those that break a rule left out.

    Parameters
    ----------
    is_picky : whether one must add something, and enters with those that it requires.
    group : (candidates + 1,) scratch.
    """
    for candidate in candidates:
        if not may_enter(limits, choice, candidate):
            continue
        size = 1
        group[0] = candidate
        if is_picky:
            of_targets, of_maximized = change_of_terms(reach, terms, choice, candidate)
            size = closure(limits, choice, candidate, group) if of_targets + of_maximized > 0.0 else 0
        for place in range(size):
            turn(reach, terms, limits, choice, group[place])


@scalar
def value_of(terms: Terms, choice: Choice) -> int:
    """Return what is to be made small: the cost, or minus the gain."""
    return int(choice.totals[SPENT] if terms.maximized < 0 else -choice.gain[terms.maximized])


@scalar
def note(terms: Terms, limits: Limits, choice: Choice, trail: Trail) -> None:
    """Make the choice the current one of a trail, and its best if it is better."""
    trail.value[CURRENT] = value_of(terms, choice)
    trail.missing[CURRENT] = shortage(terms, limits, choice)
    if trail.missing[CURRENT] < trail.missing[BEST] or (
        trail.missing[CURRENT] == trail.missing[BEST] and trail.value[CURRENT] < trail.value[BEST]
    ):
        trail.value[BEST], trail.missing[BEST] = trail.value[CURRENT], trail.missing[CURRENT]
        for candidate in range(trail.best.size):
            trail.best[candidate] = choice.is_chosen[candidate]
        trail.idle[0] = 0


@scalar
def _take_out(reach: Reach, terms: Terms, limits: Limits, choice: Choice, candidate: int, group: Int64Array) -> int:
    """Take a candidate out, and all others that then lack one; return how many."""
    group[0] = candidate
    size, done = 1, 0
    turn(reach, terms, limits, choice, candidate)
    while done < size:
        gone = group[done]
        done += 1
        for place in range(limits.help_start[gone], limits.help_start[gone + 1]):
            need = limits.helps[place]
            needer = limits.needer[need]
            if choice.help_count[need] == 0 and choice.is_chosen[needer] and not limits.is_forced[needer]:
                turn(reach, terms, limits, choice, needer)
                group[size] = needer
                size += 1
    return size


@scalar
def _ruin(reach: Reach, terms: Terms, limits: Limits, choice: Choice, near: Int64Array, group: Int64Array) -> None:
    """Take out a chosen candidate and some that are near it."""
    candidates = choice.is_chosen.size
    wanted = 1 + int(uniform(choice.random) * min(MOST_RUINED, 1 + choice.totals[COUNT] // 2))
    is_scattered = uniform(choice.random) < SCATTERED
    first = int(uniform(choice.random) * candidates)
    for _ in range(candidates):  # the next that may go
        if choice.is_chosen[first] and not limits.is_forced[first]:
            break
        first = (first + 1) % candidates
    for place in range(near.shape[1] + 1):
        other = first
        if place > 0:
            other = int(uniform(choice.random) * candidates) if is_scattered else near[first, place - 1]
        if wanted <= 0 or other < 0:
            return
        if choice.is_chosen[other] and not limits.is_forced[other] and (place == 0 or uniform(choice.random) >= SKIP):
            wanted -= _take_out(reach, terms, limits, choice, other, group)


@scalar
def ruin_and_recreate(
    reach: Reach,
    terms: Terms,
    limits: Limits,
    choice: Choice,
    trail: Trail,
    near: Int64Array,
    order: int,
    slack: float,
    steps: int,
    patience: int,
) -> int:
    """Go on from the current choice for some steps, fewer if the best stands for too long; return how many.

    Parameters
    ----------
    near : (candidates, any) those near each, nearest first; -1 where there are no more.
    order : BY_MERIT, BY_MERIT_PER_COST or BY_EITHER, by turns of chance.
    slack : by how much the current choice may be worse than the best, as a share of its value.
    """
    for step in range(steps):
        if trail.idle[0] >= patience:
            return step
        trail.idle[0] += 1
        for candidate in range(trail.before.size):
            trail.before[candidate] = choice.is_chosen[candidate]
        value, missing = trail.value[CURRENT], trail.missing[CURRENT]
        _ruin(reach, terms, limits, choice, near, trail.group)
        noise = LEAST_NOISE * NOISE_RANGE ** uniform(choice.random)
        for candidate in range(trail.prefer.size):
            trail.prefer[candidate] = 1.0 + noise * uniform(choice.random)
        per_cost = order == BY_MERIT_PER_COST or (order == BY_EITHER and uniform(choice.random) < 0.5)
        fill_and_drop(reach, terms, limits, choice, trail.prefer, per_cost, trail.group)
        note(terms, limits, choice, trail)
        best = trail.value[BEST]
        is_good = trail.missing[CURRENT] < missing or (
            trail.missing[CURRENT] == missing and trail.value[CURRENT] <= value
        )
        is_near = trail.missing[CURRENT] <= trail.missing[BEST] and trail.value[CURRENT] <= best + slack * abs(best)
        if not (is_good or is_near):
            for candidate in range(trail.prefer.size):
                if choice.is_chosen[candidate] != trail.before[candidate]:
                    turn(reach, terms, limits, choice, candidate)
            trail.value[CURRENT], trail.missing[CURRENT] = value, missing
    return steps
