"""What-ifs: a change tried out on a run that is held open, and written only where that is asked for."""

from __future__ import annotations

import secrets
import time
from typing import Any

import numpy as np
import pandas as pd

from phusong.coverage.what_if import Change
from phusong.scenarios.edits import Edit, parse_edits, switched_off
from phusong.scenarios.proposal_tables import CELLS, answer_of, rows_of
from phusong.scenarios.register_table import COLUMNS
from phusong.scenarios.registers import Register, joined
from phusong.scenarios.store import Run
from phusong.terrain.grid import Grid
from phusong.terrain.window import Window
from phusong.web.server.failures import RefusedError
from phusong.web.server.models import ChangeRequest
from phusong.web.server.opened import OpenedRun
from phusong.web.server.rows import rows_of_table

_MOST_CELLS = 1000
_WAIT_SECONDS = 60.0


def try_change(opened: OpenedRun, request: ChangeRequest) -> dict[str, Any]:
    """Return what a change would do, and keep it for its tiles.

    Raises
    ------
    InputError : an edit cannot be done, or there is no such question.
    RefusedError : there is no such proposed site, or the run is busy for too long.
    """
    edits: list[Edit] = [*parse_edits(request.edits), *switched_off(request.remove)]
    added = accepted(opened.run, request.accept)
    if not opened.live_lock.acquire(timeout=_WAIT_SECONDS):
        raise RefusedError(503, "other changes of this run are being computed", "Ask again", seconds=5)
    try:
        live = opened.live()
        started = time.monotonic()
        change = live.change(edits, added=added)
        zones, targets = rows_of_table(change.deltas()), _targets(change.target_deltas())
        seconds = time.monotonic() - started
    finally:
        opened.live_lock.release()
    name = secrets.token_hex(8)
    opened.keep(name, change)
    return {
        "change": name,
        "cells": change.register.cell[change.cells][:_MOST_CELLS].tolist(),
        "zones": zones,
        "targets": targets,
        "bounds": bounds_deg(opened.run.grid, change.window),
        "seconds": round(seconds, 3),
        "digest": opened.digest,
    }


def save_change(opened: OpenedRun, change: Change, out: Any) -> Run:
    """Write a change as a run; RefusedError where the run is busy for too long."""
    if not opened.live_lock.acquire(timeout=_WAIT_SECONDS):
        raise RefusedError(503, "other changes of this run are being computed", "Ask again", seconds=5)
    try:
        return change.save(out)
    finally:
        opened.live_lock.release()


def accepted(run: Run, sites: dict[str, list[str]]) -> Register | None:
    """Return the cells of proposed sites, by the question that they answer; None where none are accepted.

    Raises
    ------
    InputError : the run holds no answer to a question.
    RefusedError : the answer has no such site.
    """
    found: list[Register] = []
    for question, names in sites.items():
        answer_of(run, question)
        table = rows_of(run, CELLS, question)
        known = set(table["site"].astype(str))
        if missing := [name for name in names if name not in known]:
            message = f"the answer to '{question}' has no site '{missing[0]}'"
            raise RefusedError(422, message, "GET .../proposals lists the sites", field=f"accept.{question}")
        if names:
            found.append(_register(run, table[table["site"].astype(str).isin(names)]))
    if not found:
        return None
    whole = found[0]
    for more in found[1:]:
        whole = joined(whole, more)
    return whole


def _register(run: Run, rows: pd.DataFrame) -> Register:
    columns: dict[str, Any] = {
        name: rows[column].to_numpy(np.float64)
        if name.endswith(("_deg", "_m", "_dbm"))
        else rows[column].astype(str).to_numpy(np.str_)
        for column, name in COLUMNS.items()
    }
    source = f"tables/{CELLS}.csv"
    return Register(**columns, source=source, synthetic=bool(run.manifest["synthetic_register"]))


def bounds_deg(grid: Grid, window: Window) -> list[float] | None:
    """Return west, south, east and north of a window of the grid [deg]; None where it is empty."""
    if window.is_empty:
        return None
    west, south, east, north = grid.window(*window).bounds_m
    longitude, latitude = grid.unproject([west, east, west, east], [south, south, north, north])
    corners = longitude.min(), latitude.min(), longitude.max(), latitude.max()
    return [round(float(value), 6) for value in corners]


def _targets(table: pd.DataFrame) -> list[dict[str, Any]]:
    return rows_of_table(table.assign(zone_type=table["zone_type"].fillna("")))
