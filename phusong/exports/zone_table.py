"""The zones of a run with the results of every technology side by side, and their CSV."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from phusong.exports.about import metadata
from phusong.exports.words import WORDS
from phusong.scenarios.deltas import WHOLE_AREA
from phusong.scenarios.store import Run
from phusong.scenarios.tables import table_text
from phusong.scenarios.written import Language
from phusong.terrain.files import write_file

KEYS = ["layer", "code", "name", "type"]
_OF_ZONE = ["area_km2", "official_area_km2", "population"]
_OF_TECHNOLOGY = [
    "known_area_km2", "covered_km2", "covered_percent", "expected_percent", "covered_population",
    "covered_population_percent", "no_data_percent", "downlink_mbps", "uplink_mbps",
]  # fmt: skip
_BYTE_ORDER_MARK = "\ufeff"


def column_of(name: str, technology: str) -> str:
    """Return the name of a technology's column, such as "covered_percent_4g"."""
    return f"{name}_{technology.lower()}"


def zone_rows(run: Run) -> pd.DataFrame:
    """Return a row a zone, in the order of the run's table: layer, code, name, type, its own figures, then the results.

    The results are columns NAME_TECHNOLOGY such as covered_percent_4g, no_data_percent_5g.
    """
    table = run.zones()
    rows = table[table["layer"] != WHOLE_AREA]
    wide = rows[rows["technology"] == run.technologies[0]][[*KEYS, *_OF_ZONE]].reset_index(drop=True)
    for technology in run.technologies:
        results = rows[rows["technology"] == technology]
        named = results[["layer", "code", *_OF_TECHNOLOGY]].rename(
            columns={name: column_of(name, technology) for name in _OF_TECHNOLOGY}
        )
        wide = wide.merge(named, on=["layer", "code"], how="left", validate="one_to_one")
    figures = [name for name in wide if name not in KEYS]
    return wide.astype(dict.fromkeys(figures, "float64"))


def zone_headings(run: Run, language: Language) -> dict[str, str]:
    """Return the names for people of the columns of ``zone_rows``."""
    words = WORDS[language]
    headings = {name: words.columns[name] for name in (*KEYS, *_OF_ZONE)}
    for technology in run.technologies:
        for name in _OF_TECHNOLOGY:
            headings[column_of(name, technology)] = words.of_technology[name].format(technology=technology)
    return headings


def write_zone_csv(
    run: Run, path: Path, bom: bool = False, language: Language | None = None, excel: bool = False
) -> None:
    """Write the zones with their results as CSV in UTF-8, a row a zone; the last columns say what the figures are.

    Parameters
    ----------
    bom : begin with a byte order mark, without which Excel takes the letters for others.
    language : of the header and of the last columns; None: names for programs, and Vietnamese.
    excel : semicolons between the fields and commas in the numbers, as Excel wants them where numbers are written
        so; with the mark, and with codes of digits as texts, so that they keep their zeros.

    Raises MachineError where the file cannot be written.
    """
    rows = zone_rows(run)
    about = metadata(run, None, language or "vi")
    for key in ("date", "definition", "model", "sources", "cautions", "digest"):
        rows[key] = about[key].replace("\n", " ")
    if excel:
        rows["code"] = [f'="{code}"' if code.isdigit() else code for code in rows["code"]]
    if language is not None:
        rows = rows.rename(columns={**zone_headings(run, language), **WORDS[language].about})
    text = table_text(rows, separator=";", decimal=",") if excel else table_text(rows)
    write_file(path, ((_BYTE_ORDER_MARK if bom or excel else "") + text).encode())
