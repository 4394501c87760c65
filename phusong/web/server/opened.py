"""Runs held open while they are asked about: their views, their ground, their what-ifs; bounded in memory."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from phusong.coverage.service import Service, ServiceMaps, View
from phusong.coverage.what_if import Change, LiveRun, open_live
from phusong.errors import PhusongError
from phusong.figures import notes
from phusong.scenarios.comparison import Comparison, compare_runs
from phusong.scenarios.store import Run
from phusong.scenarios.toml_table import Place
from phusong.shares import inside_area
from phusong.terrain.zones import Zones
from phusong.web.codes import Codes
from phusong.web.server.cache import BoundedCache
from phusong.web.server.failures import RefusedError
from phusong.web.server.folder import RunFolder
from phusong.web.server.rasters import (
    MarginArray,
    Raster,
    changed_raster,
    compared_codes,
    is_as_simulated,
    margins_cdb,
    view_codes,
)
from phusong.web.server.rows import rows_of_table

MOST_CHANGES = 16
_RASTER_BYTES = 256 * 2**20
_TILE_BYTES = 32 * 2**20
_TABLE_ROWS = 200_000
_BYTES_A_PIXEL = 120
"""What an open run with its signals' views and a what-if takes, by measurement, besides the tiles' own."""
_SHARE_OF_MEMORY = 0.4


class OpenedRun:
    """A run held open.

    Parameters
    ----------
    store : folder of the path losses; None: that of the user.
    rasters : where the codes of views are kept.
    """

    def __init__(self, name: str, run: Run, store: Path | None, rasters: BoundedCache[Raster]) -> None:
        self.name = name
        self.run = run
        self.digest = run.digest()
        self.changes: OrderedDict[str, Change] = OrderedDict()
        self.live_lock = threading.Lock()
        self._store = store
        self._rasters = rasters
        self._live: LiveRun | None = None
        self._lock = threading.RLock()
        self._content_lock = threading.Lock()
        self._maps: ServiceMaps | None = None
        self._content: bytes | None = None
        self._margins: dict[str, MarginArray] = {}
        self._told: dict[View, dict[str, Any]] = {}
        self._tiles = BoundedCache[bytes](_TILE_BYTES, len)

    @property
    def weight(self) -> int:
        """Bytes that it may come to hold."""
        return _BYTES_A_PIXEL * self.run.grid.rows * self.run.grid.columns

    @property
    def maps(self) -> ServiceMaps:
        with self._lock:
            if self._maps is None:
                self._maps = ServiceMaps(self.run)
            return self._maps

    @cached_property
    def inside(self) -> npt.NDArray[np.bool_]:
        """The pixels of the area, (rows, columns)."""
        with self._lock:
            return inside_area(self.run)

    @cached_property
    def cells(self) -> pd.DataFrame:
        """The cells as simulated; nobody may change the table."""
        return self.run.cells()

    @cached_property
    def zones(self) -> dict[str, Zones]:
        """The zones by layer."""
        return {name: self.run.zone_layer(name) for name in self.run.manifest["zones"]}

    @property
    def height_m(self) -> npt.NDArray[np.float32]:
        """The ground, (rows, columns), NaN where missing."""
        return self.maps.ground.height_m

    def view(self, technology: str, place: Place | None, operator: str | None) -> View:
        """Return a view of the run, at its own place where none is named; InputError where it has none such."""
        view = View(technology, place or self.maps.places[0], operator or None)
        self.maps.check(view)
        if place is None:
            view = view._replace(place=notes.own_place(self.run, technology))
        return view

    def margins_cdb(self, technology: str) -> MarginArray:
        """Return the shadow margins of a technology, (rows, columns) [0.01 dB]."""
        with self._lock:
            if technology not in self._margins:
                self._margins[technology] = margins_cdb(self.run, technology)
            return self._margins[technology]

    def told(self, view: View, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return what every figure of a view goes with, made once."""
        with self._lock:
            if view not in self._told:
                self._told[view] = make()
            return self._told[view]

    def _codes(self, view: View) -> Codes:
        return view_codes(self.maps, view, self.inside, self.margins_cdb)

    def raster(self, view: View, change: str | None = None) -> Raster:
        """Return the codes of a view, or of the network after a change."""
        base = self._rasters.get_or_make((self.name, self.digest, view), lambda: Raster(self._codes(view)))
        if change is None:
            return base
        found = self.change(change, view)
        return self._rasters.get_or_make(
            (self.name, self.digest, view, change), lambda: self._changed(found, view, base)
        )

    def _changed(self, change: Change, view: View, base: Raster) -> Raster:
        return changed_raster(change, view.technology, base.codes, self.margins_cdb(view.technology), self.inside)

    def tile(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """Return a tile, painted once while it is asked for."""
        return self._tiles.get_or_make(key, make)

    def content(self, make: Callable[[], bytes]) -> bytes:
        """Return the content of the page, made once."""
        with self._content_lock:  # one of its own: it takes long, and tiles are asked for meanwhile
            if self._content is None:
                self._content = make()
            return self._content

    def change(self, name: str, view: View | None = None) -> Change:
        """Return a change by its name; RefusedError where it is not kept, or not seen that way."""
        if view is not None and not is_as_simulated(self.run, view):
            message = "a change is shown as the run was simulated: of all operators together"
            raise RefusedError(
                422, message, "Leave out operator and place, or save the change as a run", field="change"
            )
        with self._lock:
            if name not in self.changes:
                remedy = "Send the edits again: the server keeps the latest changes only"
                raise RefusedError(404, "this change is not kept any more", remedy, field="change")
            self.changes.move_to_end(name)
            return self.changes[name]

    def keep(self, name: str, change: Change) -> None:
        """Keep a change under a name; the one used longest ago goes."""
        with self._lock:
            self.changes[name] = change
            self.changes.move_to_end(name)
            while len(self.changes) > MOST_CHANGES:
                self.changes.popitem(last=False)

    def live(self) -> LiveRun:
        """Return the run open for questions; hold ``live_lock`` while asking."""
        if self._live is None:
            self._live = open_live(self.run, store=self._store)
        return self._live

    def close(self) -> None:
        """Let threads go, once nobody asks any more."""
        with self.live_lock:
            if self._live is not None:
                self._live.close()
                self._live = None


class OpenedRuns:
    """The runs of a folder, opened when they are first asked about.

    Parameters
    ----------
    store : folder of the path losses; None: that of the user.
    """

    def __init__(self, folder: RunFolder, store: Path | None = None) -> None:
        self.folder = folder
        self._store = store
        self._rasters = BoundedCache[Raster](_RASTER_BYTES, lambda raster: raster.nbytes)
        self._tables = BoundedCache[list[dict[str, object]]](_TABLE_ROWS, len)
        self._open = BoundedCache[OpenedRun](_memory_bytes(), lambda one: one.weight, OpenedRun.close)
        self._comparisons = BoundedCache[Comparison](4, lambda _: 1)

    def __getitem__(self, name: str) -> OpenedRun:
        """Return a run by its name; RefusedError where there is none, InputError where it is damaged."""
        about = self.folder.about(name)
        return self._open.get_or_make(
            (name, about.stamp), lambda: OpenedRun(name, self.folder.open(name), self._store, self._rasters)
        )

    def if_open(self, name: str) -> OpenedRun | None:
        """Return a run that is open as it stands there now, else None; takes no time."""
        return self._open.get((name, self.folder.about(name).stamp))

    def warm(self) -> None:
        """Open the only run there is, and the views that it shows first, before anybody asks."""
        runs = self.folder.runs()
        if len(runs) != 1:
            return
        with contextlib.suppress(PhusongError, OSError):  # whoever asks is told
            opened = self[runs[0].name]
            for technology in runs[0].technologies:
                opened.raster(opened.view(technology, None, None))

    def comparison(self, before: str, after: str) -> Comparison:
        """Return two runs side by side; InputError where they cannot be compared."""
        one, other = self[before], self[after]
        return self._comparisons.get_or_make(
            (before, one.digest, after, other.digest), lambda: compare_runs(one.run, other.run)
        )

    def comparison_raster(self, before: str, after: str, technology: str) -> Raster:
        """Return the codes of what became of the coverage; RefusedError where a run lacks the technology."""
        comparison = self.comparison(before, after)
        if technology not in comparison.technologies:
            remedy = f"Both have {', '.join(comparison.technologies)}"
            raise RefusedError(422, "not both runs have this technology", remedy, field="technology")
        key = ("compare", before, comparison.before.digest(), after, comparison.after.digest(), technology)
        inside = self[after].inside
        return self._rasters.get_or_make(key, lambda: Raster(compared_codes(comparison, technology, inside)))

    def zones(self, opened: OpenedRun, view: View) -> list[dict[str, object]]:
        """Return the rows of the zones of a view."""

        def make() -> list[dict[str, object]]:
            service: Service = opened.maps.service(view)
            return rows_of_table(opened.maps.zones([(view, service)]))

        return self._tables.get_or_make((opened.name, opened.digest, view), make)

    def close(self) -> None:
        """Let all runs go."""
        self._open.clear()


def _memory_bytes() -> int:
    """Return what open runs may take of this machine's memory."""
    return int(_SHARE_OF_MEMORY * os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
