"""`phusong audit`: one run under many definitions of coverage."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from phusong.commands.options import JsonOption, RunArgument
from phusong.errors import input_error

_COLUMNS = {
    "definition": "definition",
    "technology": "",
    "covered_percent": "area covered %",
    "expected_percent": "expected %",
    "covered_population_percent": "people covered %",
    "no_data_percent": "no data %",
}
_CLAIM = r"\s*(?:(4G|5G)\s+)?(area|population)\s*>=\s*(\d+(?:\.\d+)?)\s*%\s*"


def audit(
    run: RunArgument,
    definition: Annotated[
        list[str] | None,
        typer.Option(
            "--definition",
            metavar="NAME",
            help="Name of a definition, or its TOML file; may be given again. None: all.",
        ),
    ] = None,
    claim: Annotated[
        str | None,
        typer.Option("--claim", metavar="TEXT", help="Say under which it holds, such as '4G area >= 98%'."),
    ] = None,
    operator: Annotated[str | None, typer.Option("--operator", metavar="O", help="Only the cells of this one.")] = None,
    folder: Annotated[
        Path | None, typer.Option("--scenario", metavar="DIR", help="Folder with a folder 'definitions' of your own.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="CSV of all zones under each definition.")
    ] = None,
    list_only: Annotated[bool, typer.Option("--list", help="Only list the definitions.")] = False,
    as_json: JsonOption = False,
) -> None:
    """One run under many definitions of coverage, without a new simulation. With --claim, exit code 1 unless it holds
    under each.

    Example: phusong audit runs/phu-tho --claim "4G area >= 98%"

    Example: phusong audit runs/phu-tho --definition fcc-4g-5-1 --operator Viettel -o zones.csv
    """
    from phusong import console
    from phusong.coverage.audit import Audit
    from phusong.scenarios.definition_files import list_definitions, load_definition
    from phusong.scenarios.store import open_run
    from phusong.scenarios.tables import table_text
    from phusong.terrain.files import write_atomically

    known = list_definitions(folder)
    definitions = [load_definition(name, scenario_folder=folder) for name in definition or known]
    if list_only:
        rows = [
            {"name": one.name, "title": one.title, "title_en": one.title_en, "source": one.source}
            for one in definitions
        ]
        if as_json:
            console.print_json({"definitions": rows})
        else:
            console.print_list("Definitions", [f"{row['name']}: {row['title']} · {row['title_en']}" for row in rows])
        return
    asked = _parse_claim(claim) if claim is not None else None
    opened = Audit(open_run(run), operator=operator)
    table, refused = opened.ask(definitions)
    if out is not None:
        write_atomically(out, table_text(table).encode())
    whole = table[table["layer"] == "area"] if len(table) else table
    verdicts = _judge(whole, asked) if asked is not None else []
    if as_json:
        console.print_json(
            {
                "definitions": whole.drop(columns=["code", "type", "layer"]).to_dict("records") if len(whole) else [],
                "refused": [one._asdict() for one in refused],
                "claim": verdicts,
            }
        )
    else:
        if len(whole):
            console.print_table("Whole area under each definition", whole, _COLUMNS)
        console.print_list("Not answered by this run", [one.reason for one in refused])
        console.print_list(f"Claim: {claim}", [f"{one['definition']}: {one['verdict']}" for one in verdicts])
    if asked is not None and not (verdicts and all(one["holds"] for one in verdicts)):
        raise typer.Exit(1)


def _parse_claim(text: str) -> tuple[str | None, str, float]:
    """Return technology, measure and percent of a claim such as "4G area >= 98%"."""
    import re

    match = re.fullmatch(_CLAIM, text, re.IGNORECASE)
    if match is None or not 0.0 < float(match[3]) <= 100.0:
        raise input_error(
            "audit", f"'{text}' is not a claim", "Write '4G area >= 98%' or '5G population >= 99%'", field="--claim"
        )
    return match[1].upper() if match[1] else None, match[2].lower(), float(match[3])


def _judge(whole: Any, asked: tuple[str | None, str, float]) -> list[dict[str, Any]]:
    """Return for each definition of the technology whether the claim holds, and what was found."""
    technology, measure, percent = asked
    column = "covered_percent" if measure == "area" else "covered_population_percent"
    verdicts = []
    for row in whole.to_dict("records"):
        if technology not in (None, row["technology"]):
            continue
        found = float(row[column])
        holds = found >= percent - 1e-9
        verdicts.append(
            {
                "definition": row["definition"],
                "technology": row["technology"],
                "found_percent": found,
                "holds": holds,
                "verdict": f"{row['technology']} {'holds' if holds else 'does not hold'}, {found:.2f} %",
            }
        )
    return verdicts
