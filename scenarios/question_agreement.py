"""Do the tables of a question agree with each other, and ask for something?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from phusong.scenarios.wording import Finding

_FILE_OF_MEASURE = {"villages": "villages", "roads": "roads"}


def question_disagreements(tables: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what does not fit together in a question, as read from TOML or made from words.

    Works on tables that are wrong in themselves too: whatever is missing or malformed is passed over here.
    """
    yield from _aim(tables)
    yield from _targets(tables)
    yield from _candidates(tables)
    yield from _rules(tables)
    yield from _phases(tables)


def _aim(tables: Mapping[str, Any]) -> Iterator[Finding]:
    if tables.get("zone_type") is not None and tables.get("zones") is None:
        yield Finding(("zone_type",), "a type of zone is given without a zone layer", 'Add zones = "communes".')
    limited = any(tables.get(name) is not None for name in ("sites", "budget", "phases"))
    if tables.get("maximize") is not None and not limited:
        yield Finding(
            ("maximize",),
            "as much as possible is asked for, and nothing limits it",
            "Give a number of sites, a budget or phases; or a target instead, which is reached at the least cost.",
        )
    if tables.get("maximize") is None and not tables.get("targets"):
        remedy = "Give a target, such as 'area >= 98%', or what to maximize with a number of sites or a budget."
        yield Finding(("maximize",), "nothing is asked for", remedy)
    elif tables.get("maximize") is None and tables.get("phases"):
        yield Finding(
            ("phases",),
            "phases say how much may be built, but not what is to be gained first",
            "Say what to maximize: area, people or both.",
        )


def _targets(tables: Mapping[str, Any]) -> Iterator[Finding]:
    for index, target in _list(tables, "targets"):
        key = ("targets", index)
        yield from _zone_words(key, target, "zones", target.get("zones"))
        measure = target.get("measure")
        if measure in _FILE_OF_MEASURE and not _table(tables, "demand").get(measure):
            remedy = f'Name their file: {measure} = "FILE" in [demand], or on the command line --question.'
            yield Finding((*key, "measure"), f"no file says where the {measure} are", remedy)


def _zone_words(key: tuple[str | int, ...], table: Mapping[str, Any], of: str, layer: object) -> Iterator[Finding]:
    """Words about zones need a layer, and one zone is not each of them."""
    one = "zone" if of == "zones" else "name"
    if layer is None:
        for name in ("zone_type", one, "each"):
            if table.get(name):
                yield Finding((*key, name), f"'{name}' is given without a zone layer", f'Add {of} = "communes".')
    if table.get(one) and table.get("each"):
        yield Finding((*key, "each"), f"'{table[one]}' is named, and each is asked for", "Leave one of them out.")


def _candidates(tables: Mapping[str, Any]) -> Iterator[Finding]:
    candidates = _table(tables, "candidates")
    kinds = candidates.get("kinds")
    if not isinstance(kinds, list | tuple):
        return
    if not kinds:
        yield Finding(("candidates", "kinds"), "no kind of candidate is left", "Name one, or leave the key out.")
    for kind, name in (("listed", "list"), ("roads", "roads")):
        if kind in kinds and not candidates.get(name):
            yield Finding(
                ("candidates", "kinds"), f"kind '{kind}' needs a file", f'Add {name} = "FILE" to the candidates.'
            )
        if candidates.get(name) and kind not in kinds:
            yield Finding(
                ("candidates", name),
                f"the file is given, but not kind '{kind}'",
                f"Add '{kind}' to the kinds.",
            )


def _rules(tables: Mapping[str, Any]) -> Iterator[Finding]:
    rules = _table(tables, "rules")
    force, forbid = (_names(rules, name) for name in ("force", "forbid"))
    for site in sorted(force & forbid):
        yield Finding(("rules", "forbid"), f"'{site}' must be chosen and must not be", "Take it out of one list.")
    most = tables.get("sites")
    if isinstance(most, int) and len(force) > most > 0:
        message = f"more sites must be chosen ({len(force)}) than are asked for ({most})"
        yield Finding(("rules", "force"), message, "Ask for more sites, or force fewer.")
    for index, quota in _list(rules, "quotas"):
        key = ("rules", "quotas", index)
        least, most = quota.get("least"), quota.get("most")
        if least is None and most is None:
            yield Finding(key, "the quota sets no limit", "Give least, most or both.")
        elif isinstance(least, int) and isinstance(most, int) and least > most:
            yield Finding((*key, "least"), f"at least {least} and at most {most} cannot be", "Swap them.")
        yield from _zone_words(key, quota, "of", quota.get("of"))
        if quota.get("of") == "operator":
            if quota.get("zone_type"):
                yield Finding((*key, "zone_type"), "operators have no type of zone", "Leave it out.")
            if not quota.get("name") and not quota.get("each"):
                yield Finding(key, "the quota names no operator", 'Give name = "OPERATOR", or each = true.')


def _phases(tables: Mapping[str, Any]) -> Iterator[Finding]:
    phases = _list(tables, "phases")
    names = Counter(str(phase.get("name")) for _, phase in phases)
    reached: dict[str, float] = {}
    for index, phase in phases:
        key = ("phases", index)
        if (phase.get("sites") is None) == (phase.get("budget") is None):
            yield Finding(key, "a phase has either a number of sites or a budget", "Give one of the two.")
            continue
        unit = "sites" if phase.get("sites") is not None else "budget"
        amount, before = phase[unit], reached.get(unit, 0)
        if not isinstance(amount, int | float):
            continue
        if phase.get("cumulative") and amount < before:
            message = f"{unit} {amount:g} in all is less than the {before:g} of the phases before"
            yield Finding((*key, unit), message, "Raise it, or leave cumulative out.")
        reached[unit] = amount if phase.get("cumulative") else before + amount
    for name, count in names.items():
        if count > 1:
            yield Finding(("phases",), f"{count} phases are called '{name}'", "Give each phase its own name.")
    if len(reached) > 1:
        yield Finding(("phases",), "some phases count sites and some cost", "Give all of them sites, or all a budget.")
    for unit in reached:
        if tables.get(unit) is not None:
            yield Finding((unit,), f"the phases say already how many {unit}" if unit == "sites" else
                          "the phases have budgets already", f"Leave {unit} out, or the phases.")  # fmt: skip


def _table(tables: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = tables.get(name)
    return table if isinstance(table, Mapping) else {}


def _names(tables: Mapping[str, Any], name: str) -> set[str]:
    names = tables.get(name)
    return {str(one) for one in names} if isinstance(names, list | tuple) else set()


def _list(tables: Mapping[str, Any], name: str) -> list[tuple[int, Mapping[str, Any]]]:
    """Return the numbered tables of a list, what is none left out."""
    rows = tables.get(name)
    if not isinstance(rows, list | tuple):
        return []
    return [(index, row) for index, row in enumerate(rows) if isinstance(row, Mapping)]
