"""Ruin and recreate: take a few neighbours out, fill again, keep what is no worse.

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
    shortage,
    turn,
    uniform,
)
from phusong.kernels.selection.fill import Scratch, fill_and_drop
from phusong.kernels.selection.ledger import BoolArray, Int64Array, Reach

BY_MERIT, BY_MERIT_PER_COST, BY_EITHER = 0, 1, 2  # what is filled in first
CURRENT, BEST = 0, 1  # in a trail

NOISE = 0.5  # merits are multiplied by 1 to 1 + this
WILD, WILD_NOISE = 0.05, 10.0  # chance of a step with another noise
KEEPS_OUT, KEPT_OUT = 0.1, 0.5  # chance of a step, and there of one taken out, not to enter again whatever its merit
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
    """

    best: BoolArray
    before: BoolArray
    value: Int64Array
    missing: Float64Array
    idle: Int64Array


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
            needer = int(limits.needer[need])
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
def return_to_best(reach: Reach, terms: Terms, limits: Limits, choice: Choice, trail: Trail) -> None:
    """Go on from the best choice, with all patience."""
    for candidate in range(trail.best.size):
        if choice.is_chosen[candidate] != trail.best[candidate]:
            turn(reach, terms, limits, choice, candidate)
    note(terms, limits, choice, trail)
    trail.idle[0] = 0


@scalar
def ruin_and_recreate(
    reach: Reach,
    terms: Terms,
    limits: Limits,
    choice: Choice,
    scratch: Scratch,
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
    slack : by how much the current choice may be worse than the best at most, as a share of its value. Every step draws
        its own, mostly far smaller, so that the search neither strays for long nor sticks.
    """
    for step in range(steps):
        if trail.idle[0] >= patience:
            return step
        trail.idle[0] += 1
        for candidate in range(trail.before.size):
            trail.before[candidate] = choice.is_chosen[candidate]
        value, missing = trail.value[CURRENT], trail.missing[CURRENT]
        _ruin(reach, terms, limits, choice, near, scratch.group)
        noise = WILD_NOISE if uniform(choice.random) < WILD else NOISE
        kept_out = KEPT_OUT if uniform(choice.random) < KEEPS_OUT else 0.0
        for candidate in range(scratch.prefer.size):
            scratch.prefer[candidate] = 1.0 + noise * uniform(choice.random)
            if trail.before[candidate] and not choice.is_chosen[candidate] and uniform(choice.random) < kept_out:
                scratch.prefer[candidate] = 0.0
        per_cost = order == BY_MERIT_PER_COST or (order == BY_EITHER and uniform(choice.random) < 0.5)
        fill_and_drop(reach, terms, limits, choice, scratch, per_cost)
        note(terms, limits, choice, trail)
        most = trail.value[BEST] + slack * uniform(choice.random) ** 4 * abs(trail.value[BEST])
        is_good = trail.missing[CURRENT] < missing or (
            trail.missing[CURRENT] == missing and trail.value[CURRENT] <= value
        )
        is_near = trail.missing[CURRENT] <= trail.missing[BEST] and trail.value[CURRENT] <= most
        if not (is_good or is_near):
            for candidate in range(scratch.prefer.size):
                if choice.is_chosen[candidate] != trail.before[candidate]:
                    turn(reach, terms, limits, choice, candidate)
            trail.value[CURRENT], trail.missing[CURRENT] = value, missing
    return steps
