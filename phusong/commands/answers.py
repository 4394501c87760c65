"""How the commands say what an answer to a question is, and whether it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from phusong.scenarios.proposal_tables import AnswerRecord
    from phusong.scenarios.store import Run

MOST_SITES, MOST_UNREACHABLE = 40, 20
_SITE_COLUMNS = {
    "rank": "",
    "phase": "phase",
    "site": "site",
    "kind": "kind",
    "operator": "operator",
    "band": "band",
    "longitude": "longitude",
    "latitude": "latitude",
    "cost": "cost",
    "gain_km2": "gain km2",
    "gain_population": "gain people",
    "cost_so_far": "cost so far",
    "covered_percent_after": "covered % after",
    "communes": "communes",
}
_TARGET_COLUMNS = {
    "target": "target",
    "before_percent": "before %",
    "after_percent": "after %",
    "reachable_percent": "reachable %",
    "zones": "zones",
    "lowest_zone": "lowest",
    "verdict": "verdict",
}
_UNREACHABLE_COLUMNS = {
    "layer": "layer",
    "zone": "zone",
    "measure": "measure",
    "present_percent": "present %",
    "reachable_percent": "reachable %",
    "asked_percent": "asked %",
    "missing_km2": "missing km2",
    "missing_population": "missing people",
}
_PHASE_COLUMNS = {"name": "phase", "sites": "sites in all", "cost": "cost in all", "covered_percent": "covered %"}


def print_answer(run: Run, question: str) -> None:
    """Print the ranked sites of the answer to a question, what is proved and confirmed, and what is out of reach."""
    from phusong import console
    from phusong.scenarios.proposal_tables import PROPOSALS, UNREACHABLE, answer_of, rows_of

    answer = answer_of(run, question)
    sites = rows_of(run, PROPOSALS, question).rename(columns={"gain_people": "gain_population"})
    if not answer["phases"]:
        sites = sites.drop(columns=["phase"], errors="ignore")
    if len(sites):
        title = f"{console.counted(len(sites), 'proposed site')}: {question}"
        console.print_table(title, sites.head(MOST_SITES), _SITE_COLUMNS)
        if len(sites) > MOST_SITES:
            console.note(f"... and {len(sites) - MOST_SITES} more, see {run.folder / 'tables' / 'proposals.csv'}")
    else:
        console.say(f"No site is proposed: {question}")
    console.print_list("What is known of this choice", answer_lines(answer))
    _print_targets(answer)
    _print_unreachable(run, rows_of(run, UNREACHABLE, question))
    if answer["phases"]:
        console.print_table("Phases", _frame(answer["phases"]), _PHASE_COLUMNS)
    console.print_list("What was assumed", answer["assumptions"])


def answer_lines(answer: AnswerRecord) -> list[str]:
    """Return sentences: the shares, how good the choice is at best, what that certifies, and what simulation found."""
    from phusong.scenarios.answer_words import certificate_words

    kinds = ", ".join(f"{count:,} {kind}" for kind, count in answer["candidate_kinds"].items())
    before, after, reachable = (answer[name] for name in ("before_percent", "after_percent", "reachable_percent"))
    lines = [
        f"{answer['measure']} covered: {before:.2f} % before, {after:.2f} % after; {reachable:.2f} % with all "
        f"{answer['candidates']:,} candidates" + (f" ({kinds})" if kinds else ""),
        f"{certificate_words(answer, 'en')}",
    ]
    lines += [answer["certifies"]] if answer["certifies"] else []
    lines.append(_verified(answer))
    if answer["sites"]:
        claimed, confirmed = answer["claimed_gain_km2"], answer["confirmed_gain_km2"]
        lines.append(
            f"gain claimed {claimed:,.2f} km2; simulated anew with the whole network {confirmed:,.2f} km2 by RSRP, "
            f"{answer['confirmed_sinr_gain_km2']:,.2f} km2 with interference "
            f"(SINR of {answer['least_sinr_db']:g} dB or more)"
        )
        if (again := len(answer["rounds"]) - 1) > 0:
            times = "once" if again == 1 else f"{again} times"
            lines.append(f"chosen anew {times} because interference took coverage away; round {answer['round']} stands")
        lines.append(f"cost {answer['cost']:,.2f} in all")
    return lines


def asks_more(answer: AnswerRecord) -> bool:
    """Return whether something asked for is not reached."""
    return answer["value"] is None or not all(target["met"] for target in answer["targets"])


def _verified(answer: AnswerRecord) -> str:
    verified = answer["verified"]
    if verified["holds"]:
        what = "value and bound" if answer["bound"] is not None else "value"
        return f"{what} recomputed from the footprints: they hold" if "and" in what else f"{what} recomputed: it holds"
    faults = "; ".join([*verified["faults"], *verified["wrong"]])
    return f"recomputed from the footprints, this answer does NOT hold: {faults}"


def _print_targets(answer: AnswerRecord) -> None:
    from phusong import console

    rows = [
        {
            **target,
            "zones": f"{target['zones_met']} of {target['zones']}" if target["zones"] > 1 else "",
            "verdict": "met" if target["met"] else "missed",
        }
        for target in answer["targets"]
    ]
    if rows:
        console.print_table("Targets", _frame(rows), _TARGET_COLUMNS)


def _print_unreachable(run: Run, rows: pd.DataFrame) -> None:
    """Print where candidates do not reach all: what was asked for first, then where most is missing."""
    from phusong import console

    if not len(rows):
        return
    rows = rows.assign(zone=rows["zone"].replace("", "whole area"), unasked=rows["asked_percent"].isna())
    rows = rows.sort_values(["unasked", "missing_km2"], ascending=[True, False], kind="stable")
    shown = rows.head(MOST_UNREACHABLE).rename(columns={"missing_people": "missing_population"})
    console.print_table("Out of reach of all candidates together", shown, _UNREACHABLE_COLUMNS)
    if len(rows) > len(shown):
        rest = len(rows) - len(shown)
        console.note(f"... and {rest} more, see {run.folder / 'tables' / 'proposal_unreachable.csv'}")


def _frame(rows: Any) -> Any:
    import pandas as pd

    return pd.DataFrame(list(rows))
