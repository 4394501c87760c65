"""A choice of candidates under way: what it may take in and give up, and what that is worth."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from phusong.kernels._jit import scalar
from phusong.kernels.selection.ledger import BoolArray, Int32Array, Int64Array, Reach, turn_levels

Float64Array = npt.NDArray[np.float64]

SPENT, COUNT = 0, 1  # in the totals of a choice
STATE_STEP, MIX_1, MIX_2 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


class Terms(NamedTuple):
    """What is asked for: a sum of gains, each counted up to a limit.

    Attributes
    ----------
    start : (blocks + 1,) where the terms that count each block begin in the next.
    numbers : (entries,) terms.
    measure : (terms,) of the weights.
    at_least : (terms,) the gain up to which a target counts, at least 1.
    price : (terms,) of a unit of gain: 1 / at_least of targets.
    maximized : the term of the measure that is maximised, which has no limit; -1 if there is none.
    """

    start: Int64Array
    numbers: Int64Array
    measure: Int32Array
    at_least: Int64Array
    price: Float64Array
    maximized: int


class Limits(NamedTuple):
    """What a choice must obey, each list of lists as begins and members.

    Attributes
    ----------
    cost : (candidates,).
    budget, most_sites : greatest sums.
    is_open, is_forced : (candidates,) may be, must be chosen.
    conflict_start, conflicts : of each candidate those that it excludes.
    quota_start, quotas : of each candidate the quotas that it counts for.
    quota_least, quota_most : (quotas,).
    need_start, needs : of each candidate its requirements.
    help_start, helps : of each candidate the requirements that it meets.
    any_start, any_of : of each requirement the candidates that meet it.
    """

    cost: Int64Array
    budget: int
    most_sites: int
    is_open: BoolArray
    is_forced: BoolArray
    conflict_start: Int64Array
    conflicts: Int64Array
    quota_start: Int64Array
    quotas: Int64Array
    quota_least: Int64Array
    quota_most: Int64Array
    need_start: Int64Array
    needs: Int64Array
    help_start: Int64Array
    helps: Int64Array
    any_start: Int64Array
    any_of: Int64Array
    needer: Int64Array


class Choice(NamedTuple):
    """What is chosen, and all that follows from it.

    Attributes
    ----------
    is_chosen : (candidates,).
    level : (pixels,).
    change : (segments, measures) as of ``turn_levels``.
    gain : (terms,).
    totals : (2,) cost and number of the chosen.
    excluded_by : (candidates,) how many of the chosen exclude it.
    quota_count : (quotas,) how many of the chosen count.
    help_count : (requirements,) how many of the chosen meet it.
    added, touched : (terms,) scratch; ``added`` is zero between uses.
    random : (1,) state of the random numbers.
    """

    is_chosen: BoolArray
    level: Int32Array
    change: Int64Array
    gain: Int64Array
    totals: Int64Array
    excluded_by: Int32Array
    quota_count: Int64Array
    help_count: Int32Array
    added: Int64Array
    touched: Int32Array
    random: npt.NDArray[np.uint64]


@scalar
def uniform(state: npt.NDArray[np.uint64]) -> float:
    """Return a random number of 0 to 1. Source: SplitMix64, G. Steele et al., OOPSLA 2014, figure 17."""
    state[0] += STATE_STEP
    word = state[0]
    word = (word ^ (word >> np.uint64(30))) * MIX_1
    word = (word ^ (word >> np.uint64(27))) * MIX_2
    word ^= word >> np.uint64(31)
    return np.float64(word >> np.uint64(11)) * 2.0**-53


@scalar
def turn(reach: Reach, terms: Terms, limits: Limits, choice: Choice, candidate: int) -> None:
    """Let a candidate enter, or leave if it is chosen."""
    sign = -1 if choice.is_chosen[candidate] else 1
    for segment in range(reach.first[candidate], reach.first[candidate + 1]):
        block = reach.block[segment]
        for entry in range(terms.start[block], terms.start[block + 1]):
            term = terms.numbers[entry]
            choice.gain[term] += sign * choice.change[segment, terms.measure[term]]
    turn_levels(reach, candidate, choice.is_chosen, choice.level, choice.change)
    choice.is_chosen[candidate] = sign > 0
    choice.totals[SPENT] += sign * limits.cost[candidate]
    choice.totals[COUNT] += sign
    for place in range(limits.conflict_start[candidate], limits.conflict_start[candidate + 1]):
        choice.excluded_by[limits.conflicts[place]] += sign
    for place in range(limits.quota_start[candidate], limits.quota_start[candidate + 1]):
        choice.quota_count[limits.quotas[place]] += sign
    for place in range(limits.help_start[candidate], limits.help_start[candidate + 1]):
        choice.help_count[limits.helps[place]] += sign


@scalar
def change_of_terms(reach: Reach, terms: Terms, choice: Choice, candidate: int) -> tuple[float, float]:
    """Return by how much a candidate changes the targets, as shares of them, and what is maximised, at its price.

    What a chosen one would take away is returned as positive too.
    """
    count = 0
    for segment in range(reach.first[candidate], reach.first[candidate + 1]):
        block = reach.block[segment]
        for entry in range(terms.start[block], terms.start[block + 1]):
            term = terms.numbers[entry]
            more = choice.change[segment, terms.measure[term]]
            if more > 0:
                if choice.added[term] == 0:
                    choice.touched[count] = term
                    count += 1
                choice.added[term] += more
    sign = -1 if choice.is_chosen[candidate] else 1
    of_targets, of_maximized = 0.0, 0.0
    for place in range(count):
        term = choice.touched[place]
        if term == terms.maximized:
            of_maximized += choice.added[term] * terms.price[term]
        else:
            limit, gain = terms.at_least[term], choice.gain[term]
            more = abs(min(gain + sign * choice.added[term], limit) - min(gain, limit))
            of_targets += more * terms.price[term]
        choice.added[term] = 0
    return float(of_targets), float(of_maximized)


@scalar
def shortage(terms: Terms, limits: Limits, choice: Choice) -> float:
    """Return how much is missing, in targets, members of quotas and requirements; exactly 0 if nothing is."""
    missing = 0.0
    for term in range(terms.at_least.size):
        if term != terms.maximized and choice.gain[term] < terms.at_least[term]:
            missing += (terms.at_least[term] - choice.gain[term]) * terms.price[term]
    for quota in range(limits.quota_least.size):
        if choice.quota_count[quota] < limits.quota_least[quota]:
            missing += limits.quota_least[quota] - choice.quota_count[quota]
    for need in range(limits.needer.size):
        if choice.is_chosen[limits.needer[need]] and choice.help_count[need] == 0:
            missing += 1.0
    return missing


@scalar
def wanted_by_quotas(limits: Limits, choice: Choice, candidate: int) -> int:
    """Return how many quotas lack members of which the candidate is one."""
    wanted = 0
    for place in range(limits.quota_start[candidate], limits.quota_start[candidate + 1]):
        quota = limits.quotas[place]
        if choice.quota_count[quota] < limits.quota_least[quota]:
            wanted += 1
    return wanted


@scalar
def may_enter(limits: Limits, choice: Choice, candidate: int) -> bool:
    """Return whether a candidate breaks nothing if it enters; its requirements aside."""
    if choice.is_chosen[candidate] or not limits.is_open[candidate] or choice.excluded_by[candidate] > 0:
        return False
    if choice.totals[COUNT] >= limits.most_sites:
        return False
    if limits.cost[candidate] > limits.budget - choice.totals[SPENT]:
        return False
    for place in range(limits.quota_start[candidate], limits.quota_start[candidate + 1]):
        quota = limits.quotas[place]
        if choice.quota_count[quota] >= limits.quota_most[quota]:
            return False
    return True


@scalar
def may_leave(limits: Limits, choice: Choice, candidate: int) -> bool:
    """Return whether a chosen candidate breaks no rule if it leaves; targets aside."""
    if limits.is_forced[candidate]:
        return False
    for place in range(limits.quota_start[candidate], limits.quota_start[candidate + 1]):
        quota = limits.quotas[place]
        if choice.quota_count[quota] <= limits.quota_least[quota]:
            return False
    for place in range(limits.help_start[candidate], limits.help_start[candidate + 1]):
        need = limits.helps[place]
        if choice.help_count[need] == 1 and choice.is_chosen[limits.needer[need]]:
            return False
    return True


@scalar
def closure(limits: Limits, choice: Choice, candidate: int, prefer: Float64Array, group: Int64Array) -> int:
    """List a candidate and the cheapest others that its requirements need and that may enter with it.

    Returns how many; 0 if they break a rule. Already chosen ones are not listed, but for the candidate itself.

    Parameters
    ----------
    prefer : (candidates,) cost of the others is divided by this.
    """
    group[0] = candidate
    size, done = 1, 0
    while done < size:
        member = group[done]
        done += 1
        for place in range(limits.need_start[member], limits.need_start[member + 1]):
            need = limits.needs[place]
            if choice.help_count[need] > 0:
                continue
            helper = _cheapest_helper(limits, choice, need, prefer, group[:size])
            if helper == limits.cost.size:
                return 0
            if not _is_in(group[:size], helper):
                group[size] = helper
                size += 1
    return size if size == 1 or _may_enter_together(limits, choice, group[:size]) else 0


@scalar
def _cheapest_helper(limits: Limits, choice: Choice, need: int, prefer: Float64Array, group: Int64Array) -> int:
    """Return who meets a requirement: one of a group if it can, else the cheapest; the number of candidates if none."""
    cheapest, least = limits.cost.size, np.inf
    for entry in range(limits.any_start[need], limits.any_start[need + 1]):
        other = limits.any_of[entry]
        if _is_in(group, other):
            return int(other)
        cost = (1.0 + limits.cost[other]) / prefer[other]
        if cost < least and may_enter(limits, choice, other) and not _excludes_one(limits, other, group):
            cheapest, least = other, cost
    return int(cheapest)


@scalar
def _is_in(group: Int64Array, candidate: int) -> bool:
    is_in = False
    for member in group:
        is_in |= member == candidate
    return is_in


@scalar
def _excludes_one(limits: Limits, candidate: int, group: Int64Array) -> bool:
    for place in range(limits.conflict_start[candidate], limits.conflict_start[candidate + 1]):
        if _is_in(group, limits.conflicts[place]):
            return True
    return False


@scalar
def _may_enter_together(limits: Limits, choice: Choice, group: Int64Array) -> bool:
    """Return whether sums and quotas allow all of a group, each of which may enter alone."""
    cost, count, is_allowed = 0, 0, True
    for member in group:
        if not choice.is_chosen[member]:
            cost += limits.cost[member]
            count += 1
            for place in range(limits.quota_start[member], limits.quota_start[member + 1]):
                quota = limits.quotas[place]
                choice.quota_count[quota] += 1
                is_allowed &= choice.quota_count[quota] <= limits.quota_most[quota]
    for member in group:
        if not choice.is_chosen[member]:
            for place in range(limits.quota_start[member], limits.quota_start[member + 1]):
                choice.quota_count[limits.quotas[place]] -= 1
    is_allowed &= count <= limits.most_sites - choice.totals[COUNT]
    return bool(is_allowed and cost <= limits.budget - choice.totals[SPENT])
