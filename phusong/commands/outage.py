"""`phusong outage`: who loses service where sites go dark."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from phusong.commands.deltas import deltas_json, print_targets, print_zones
from phusong.commands.options import JsonOption, RunArgument, StoreOption, TechnologyOption, WorkersOption
from phusong.commands.parts import check_csv, progress, technology_of, write_csv
from phusong.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

    from phusong.coverage.what_if import LiveRun
    from phusong.scenarios.store import Run

_COLUMNS = {
    "rank": "",
    "site": "site",
    "operator": "operator",
    "longitude": "longitude",
    "latitude": "latitude",
    "lost_km2": "lost km2",
    "lost_population": "lost people",
    "zone": "most in",
    "zone_lost_km2": "there km2",
}


def outage(
    run: RunArgument,
    technology: TechnologyOption = None,
    top: Annotated[int, typer.Option("--top", min=1, metavar="N", help="How many sites to print.")] = 20,
    site: Annotated[
        list[str] | None,
        typer.Option("--site", metavar="NAME", help="Only this site or cell goes dark. May be given again."),
    ] = None,
    zone: Annotated[
        list[str] | None,
        typer.Option("--zone", metavar="NAME", help="All sites inside a zone go dark. May be given again."),
    ] = None,
    polygon: Annotated[
        Path | None,
        typer.Option("--polygon", metavar="FILE", help="All sites inside the polygons of a GeoJSON file go dark."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Write the whole table as CSV, too.")
    ] = None,
    workers: WorkersOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Who loses service if a site goes dark: every site by itself, the worst first; or a whole area at once.

    With --site, --zone and --polygon all that they name goes dark at once, and the zones that lose are listed.

    Example: phusong outage runs/phu-tho --technology 4G --top 10 -o outage.csv

    Example: phusong outage runs/phu-tho --zone "Xã Hy Cương"
    """
    from phusong.scenarios.store import open_run

    if out is not None:
        check_csv(out)
    opened = open_run(run)
    technologies = opened.technologies if technology is None else (technology_of(opened, technology),)
    if site or zone or polygon:
        _area(opened, technologies, _dark_cells(opened, site or [], zone or [], polygon), out, store, as_json)
    else:
        _every_site(opened, technologies, top, out, workers, store, as_json)


def _open(run: Run, store: Path | None) -> LiveRun:
    from phusong.coverage.what_if import open_live

    with progress() as tell:
        return open_live(run, store=store, progress=tell)


def _every_site(
    run: Run,
    technologies: tuple[str, ...],
    top: int,
    out: Path | None,
    workers: int | None,
    store: Path | None,
    as_json: bool,
) -> None:
    import pandas as pd

    from phusong import console
    from phusong.coverage.outage import n_minus_1
    from phusong.coverage.workers import open_workers

    with _open(run, store) as live, open_workers(workers=workers) as pool, progress() as tell:
        tables = {}
        for name in technologies:
            tables[name] = n_minus_1(live, name, pool, progress=partial(_tell_of, tell, name))
    if out is not None:
        write_csv(out, pd.concat([table.assign(technology=name) for name, table in tables.items()], ignore_index=True))
    if as_json:
        console.print_json(
            {"digest": run.digest(), "technologies": {name: _json(tables[name], top) for name in tables}}
        )
        return
    for name, table in tables.items():
        losing = table[table["lost_km2"] > 0.0]
        console.say(
            f"{name}: of {len(table):,} sites, {len(table) - len(losing):,} can fail without any place losing coverage"
        )
        if len(losing):
            shown = losing.head(top).rename(columns={"lost_people": "lost_population"})
            shown.insert(0, "rank", range(1, len(shown) + 1))
            title = f"{name}: what is lost if a site goes dark, the worst {len(shown)} of {len(losing):,}"
            console.print_table(title, shown, _COLUMNS)


def _tell_of(tell: Callable[[str, int, int], None], technology: str, stage: str, done: int, total: int) -> None:
    tell(f"{stage} {technology}", done, total)


def _json(table: pd.DataFrame, top: int) -> dict[str, Any]:
    return {
        "sites": len(table),
        "sites_without_loss": int((table["lost_km2"] <= 0.0).sum()),
        "worst": table.head(top).to_dict("records"),
    }


def _dark_cells(run: Run, sites: list[str], zones: list[str], polygon: Path | None) -> list[str]:
    """Return the names of the cells and sites that go dark; every wrong name at once."""
    from phusong.scenarios.edits import edit_register, switched_off
    from phusong.scenarios.places import cells_of_polygons, cells_of_zone

    register, names, problems = run.register(), list(sites), list[Problem]()
    layers = {name: run.zone_layer(name) for name in run.manifest["zones"]} if zones else {}

    def add(cells_of: Callable[[], list[str]]) -> None:
        try:
            names.extend(cells_of())
        except InputError as error:
            problems.extend(error.problems)

    for zone in zones:
        add(partial(cells_of_zone, register, layers, zone))
    if polygon is not None:
        add(partial(cells_of_polygons, register, polygon))
    try:
        edit_register(register, switched_off(sites), run.scenario)
    except InputError as error:
        problems += error.problems
    if problems:
        raise InputError(problems)
    return names


def _area(
    run: Run,
    technologies: tuple[str, ...],
    names: list[str],
    out: Path | None,
    store: Path | None,
    as_json: bool,
) -> None:
    from phusong import console
    from phusong.scenarios.deltas import WHOLE_AREA
    from phusong.scenarios.edits import switched_off

    with _open(run, store) as live:
        change = live.change(switched_off(names))
        tables = (change.deltas(), change.target_deltas())
        zones, targets = (table[table["technology"].isin(technologies)] for table in tables)
    dark = change.register.select(change.cells)
    sites = sorted(set(dark.site.tolist()))
    if out is not None:
        write_csv(out, zones)
    if as_json:
        about = {"digest": run.digest(), "sites": sites, "cells": dark.cell.tolist()}
        console.print_json({**about, **deltas_json(zones, targets)})
        return
    console.say(f"Go dark: {console.counted(len(dark), 'cell')} at {console.counted(len(sites), 'site')}")
    for name in technologies:
        losing = zones[(zones["technology"] == name) & (zones["covered_km2_change"] < 0.0)]
        area = losing[losing["layer"] == WHOLE_AREA]
        if not len(area):
            console.say(f"{name}: no place loses coverage, other sites serve it")
            continue
        row = area.iloc[0]
        lost_km2, people = -float(row["covered_km2_change"]), -float(row["covered_population_change"])
        of_people = "" if math.isnan(people) else f" with {people:,.0f} people"
        console.say(f"{name}: {lost_km2:,.2f} km2{of_people} lose coverage")
        for layer, rows in losing[losing["layer"] != WHOLE_AREA].groupby("layer", sort=False):
            print_zones(rows, f"{name}: zones of '{layer}' that lose coverage")
    print_targets(targets)
