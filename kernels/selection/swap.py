"""Tabu search by swaps, where a given number of candidates is to gain as much as possible of one measure.

What every chosen candidate's absence would add to the gain of every other is kept for all pairs, so that the best swap
is found without a look at the pixels.

Source: F. Glover, Tabu Search, Part I, ORSA Journal on Computing 1 (1989), 190-206.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from phusong.kernels._jit import scalar
from phusong.kernels.selection.choice import Choice, Limits, Terms, turn, uniform
from phusong.kernels.selection.ledger import Int32Array, Int64Array, Reach
from phusong.kernels.selection.recreate import BEST, CURRENT, Trail, note

STAYS_OUT, STAYS_IN = 10, 5  # swaps for which one that left stays out, and one that entered stays in, at least;
SPREAD = 10  # and up to so many more


class Swaps(NamedTuple):
    """The pairs of a chosen candidate and any other.

    Attributes
    ----------
    chosen : (slots,) candidates; the order means nothing.
    regained : (slots, candidates) how much more each candidate would add if the chosen one of the slot were not there.
    free_at : (candidates,) the swap from which a candidate may be swapped again.
    made : (1,) swaps made.
    """

    chosen: Int64Array
    regained: Int64Array
    free_at: Int64Array
    made: Int64Array


@scalar
def regain(curve: Int64Array, level: int, own: int, other: int) -> int:
    """Return by how much what one of levels ``other`` adds to a pixel grows if one of levels ``own`` leaves."""
    top = curve.size - 1
    without = curve[min(level - own + other, top)] - curve[min(level - own, top)]
    return int(without - (curve[min(level + other, top)] - curve[min(level, top)]))


@scalar
def first_pairs(reach: Reach, choice: Choice, swaps: Swaps) -> None:
    """Fill in what is regained, for the candidates chosen."""
    for slot in range(swaps.chosen.size):
        _add_row(reach, choice.level, swaps, slot)


@scalar
def _add_row(reach: Reach, level: Int32Array, swaps: Swaps, slot: int) -> None:
    """Fill in what is regained if the candidate of a slot leaves."""
    candidate = swaps.chosen[slot]
    row = swaps.regained[slot]
    row[:] = 0
    for pair in range(reach.start[candidate], reach.start[candidate + 1]):
        pixel = reach.pixels[pair]
        here, own = int(level[pixel]), int(reach.levels[pair])
        if here - own >= reach.curve.size - 1:
            continue
        for place in range(reach.cover_start[pixel], reach.cover_start[pixel + 1]):
            more = regain(reach.curve, here, own, int(reach.cover_levels[place]))
            row[reach.owner[reach.covers[place]]] += more * reach.weights[pixel, 0]


@scalar
def _turn_pairs(reach: Reach, choice: Choice, swaps: Swaps, slot_of: Int64Array, candidate: int) -> None:
    """Bring what is regained up to date for all slots but that of a candidate about to enter or leave."""
    top = reach.curve.size - 1
    sign = -1 if choice.is_chosen[candidate] else 1
    for pair in range(reach.start[candidate], reach.start[candidate + 1]):
        pixel = reach.pixels[pair]
        old = int(choice.level[pixel])
        new = old + sign * int(reach.levels[pair])
        lower = min(old, new)
        if lower - reach.most_level >= top:
            continue
        for place in range(reach.cover_start[pixel], reach.cover_start[pixel + 1]):
            owner = reach.owner[reach.covers[place]]
            own = int(reach.cover_levels[place])
            if owner == candidate or not choice.is_chosen[owner] or lower - own >= top:
                continue
            row = swaps.regained[slot_of[owner]]
            for entry in range(reach.cover_start[pixel], reach.cover_start[pixel + 1]):
                other = int(reach.cover_levels[entry])
                more = regain(reach.curve, new, own, other) - regain(reach.curve, old, own, other)
                row[reach.owner[reach.covers[entry]]] += more * reach.weights[pixel, 0]


@scalar
def swap(
    reach: Reach, terms: Terms, limits: Limits, choice: Choice, trail: Trail, swaps: Swaps, steps: int, patience: int
) -> int:
    """Make the best swap that is allowed, some times, fewer if the best stands for too long; return how many.

    A candidate swapped must wait for its next turn, unless it leads to a choice better than all before.
    """
    candidates = limits.cost.size
    slot_of = np.empty(candidates, dtype=np.int64)
    for slot in range(swaps.chosen.size):
        slot_of[swaps.chosen[slot]] = slot
    change = np.empty(candidates, dtype=np.int64)
    for step in range(steps):
        if trail.idle[0] >= patience:
            return step
        trail.idle[0] += 1
        swaps.made[0] += 1
        for candidate in range(candidates):
            change[candidate] = 0
            for segment in range(reach.first[candidate], reach.first[candidate + 1]):
                change[candidate] += choice.change[segment, 0]
        slot, entering = _best_swap(limits, choice, swaps, change, trail.value[CURRENT] - trail.value[BEST])
        if slot < 0:
            continue
        leaving = swaps.chosen[slot]
        _turn_pairs(reach, choice, swaps, slot_of, leaving)
        turn(reach, terms, limits, choice, leaving)
        _turn_pairs(reach, choice, swaps, slot_of, entering)
        turn(reach, terms, limits, choice, entering)
        swaps.chosen[slot] = entering
        slot_of[entering] = slot
        _add_row(reach, choice.level, swaps, slot)
        out_for = STAYS_OUT + int(SPREAD * uniform(choice.random))
        in_for = STAYS_IN + int(SPREAD * uniform(choice.random))
        swaps.free_at[leaving] = swaps.made[0] + min(out_for, (candidates - swaps.chosen.size) // 2)
        swaps.free_at[entering] = swaps.made[0] + min(in_for, swaps.chosen.size // 2)
        note(terms, limits, choice, trail)
    return steps


@scalar
def _best_swap(limits: Limits, choice: Choice, swaps: Swaps, change: Int64Array, behind: int) -> tuple[int, int]:
    """Return the slot to leave and the candidate to enter that gain most together; -1 if none may.

    Parameters
    ----------
    change : (candidates,) what each would add, or of the chosen what would be lost without it.
    behind : how far the current choice is behind the best; a swap that gains more is always allowed.
    """
    best_slot, best_entering, most = -1, -1, np.int64(-(2**62))
    for slot in range(swaps.chosen.size):
        leaving = swaps.chosen[slot]
        if limits.is_forced[leaving]:
            continue
        is_free = swaps.free_at[leaving] < swaps.made[0]
        row = swaps.regained[slot]
        for entering in range(change.size):
            more = change[entering] + row[entering] - change[leaving]
            if more <= most or choice.is_chosen[entering] or not limits.is_open[entering]:
                continue
            if more > behind or (is_free and swaps.free_at[entering] < swaps.made[0]):
                best_slot, best_entering, most = slot, entering, more
    return best_slot, best_entering
