"""Greedy filling of a choice, and the removal of what is of no use in it."""

from __future__ import annotations

from typing import NamedTuple

from phusong.kernels._jit import scalar
from phusong.kernels.selection.choice import (
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
    wanted_by_quotas,
)
from phusong.kernels.selection.ledger import Int64Array, Reach

MAXIMIZED_SHARE = 0.1  # of the measure maximised in the merit while targets are missing: it decides between equals
LEAST_COST = 1e-3  # that merit is divided by: some candidates are free


class Scratch(NamedTuple):
    """What filling needs besides.

    Attributes
    ----------
    prefer : (candidates,) factors of the merits, positive.
    merit : (candidates,) at least what each has.
    group : (candidates + 1,) candidates that enter or leave together.
    """

    prefer: Float64Array
    merit: Float64Array
    group: Int64Array


@scalar
def merit_of(
    reach: Reach,
    terms: Terms,
    limits: Limits,
    choice: Choice,
    scratch: Scratch,
    candidate: int,
    is_missing: bool,
    per_cost: bool,
) -> float:
    """Return the merit of a candidate with all others that it then needs; 0 if it may not enter."""
    if not may_enter(limits, choice, candidate):
        return 0.0
    size = closure(limits, choice, candidate, scratch.prefer, scratch.group)
    of_targets, of_maximized, cost = 0.0, 0.0, 0.0
    for place in range(size):
        member = scratch.group[place]
        more_of_targets, more = change_of_terms(reach, terms, choice, member)
        of_targets += more_of_targets + wanted_by_quotas(limits, choice, member)
        of_maximized += more
        cost += limits.cost[member]
    merit = scratch.prefer[candidate] * of_maximized
    if is_missing:
        merit = scratch.prefer[candidate] * of_targets + MAXIMIZED_SHARE * merit if of_targets > 0.0 else 0.0
    return float(merit / max(cost, LEAST_COST) if per_cost else merit)


@scalar
def _greatest(merit: Float64Array) -> int:
    """Return the first of the candidates of greatest merit."""
    best = merit.size - 1
    for candidate in range(merit.size - 2, -1, -1):
        if merit[candidate] >= merit[best]:
            best = candidate
    return best


@scalar
def fill(reach: Reach, terms: Terms, limits: Limits, choice: Choice, scratch: Scratch, per_cost: bool) -> None:
    """Take in the candidates of greatest merit, one after the other, until nothing is missing and none adds anything.

    While something is missing only candidates that lessen it count. One that lacks another enters with the cheapest.
    Merits fall as others enter, but for candidates that lacked one. So only those that may be greatest are found anew.

    Source: M. Minoux, Accelerated greedy algorithms for maximizing submodular set functions, Optimization Techniques
    (1978), 234-243.

    Parameters
    ----------
    per_cost : whether merit is divided by cost.
    """
    prefer, merit, group = scratch.prefer, scratch.merit, scratch.group
    for need in range(limits.needer.size):
        if choice.is_chosen[limits.needer[need]] and choice.help_count[need] == 0:
            size = closure(limits, choice, limits.needer[need], prefer, group)
            for place in range(1, size):
                turn(reach, terms, limits, choice, group[place])
    if merit.size == 0:
        return
    was_missing, is_first = False, True
    while True:
        is_missing = shortage(terms, limits, choice) > 0.0
        if terms.maximized < 0 and not is_missing:
            return
        is_new = is_first or is_missing != was_missing
        for candidate in range(merit.size):
            if is_new or limits.need_start[candidate + 1] > limits.need_start[candidate]:
                merit[candidate] = merit_of(reach, terms, limits, choice, scratch, candidate, is_missing, per_cost)
        was_missing, is_first = is_missing, False
        best = _greatest(merit)
        while merit[best] > 0.0:
            found = merit_of(reach, terms, limits, choice, scratch, best, is_missing, per_cost)
            if found >= merit[best]:
                break
            merit[best] = found
            best = _greatest(merit)
        if merit[best] <= 0.0:
            return
        size = closure(limits, choice, best, prefer, group)
        for place in range(size):
            turn(reach, terms, limits, choice, group[place])


@scalar
def drop(reach: Reach, terms: Terms, limits: Limits, choice: Choice, scratch: Scratch) -> int:
    """Take out what nothing would be lost without, the dearest first by cost times prefer; return how many."""
    prefer = scratch.prefer
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
def fill_and_drop(reach: Reach, terms: Terms, limits: Limits, choice: Choice, scratch: Scratch, per_cost: bool) -> None:
    """Fill, take out what is of no use any more, and fill what has become free."""
    while True:
        fill(reach, terms, limits, choice, scratch, per_cost)
        if drop(reach, terms, limits, choice, scratch) == 0 or terms.maximized < 0:
            return


@scalar
def enter_allowed(
    reach: Reach,
    terms: Terms,
    limits: Limits,
    choice: Choice,
    scratch: Scratch,
    candidates: Int64Array,
    is_picky: bool,
) -> None:
    """Let candidates enter in the order given, those that break a rule left out.

    Parameters
    ----------
    is_picky : whether one must add something, and enters with those that it requires.
    """
    for candidate in candidates:
        if not may_enter(limits, choice, candidate):
            continue
        size = 1
        scratch.group[0] = candidate
        if is_picky:
            of_targets, of_maximized = change_of_terms(reach, terms, choice, candidate)
            size = 0
            if of_targets > 0.0 or of_maximized > 0.0:
                size = closure(limits, choice, candidate, scratch.prefer, scratch.group)
        for place in range(size):
            turn(reach, terms, limits, choice, scratch.group[place])
