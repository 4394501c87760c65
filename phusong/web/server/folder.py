"""The folder of runs: which runs there are, and opening one. Names come from the listing, never from a request."""

from __future__ import annotations

import os
import re
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from phusong.errors import InputError
from phusong.scenarios.load import FILE_NAME
from phusong.scenarios.run_folder import read_manifest
from phusong.scenarios.store import MANIFEST, Run, open_run
from phusong.web.server.failures import RefusedError

MOST_ENTRIES = 2000
MOST_RUNS = 200
_NEW_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True)
class RunAbout:
    """What a list of runs says of one.

    Attributes
    ----------
    stamp : changes whenever the run is written anew.
    """

    name: str
    title: str
    title_en: str
    created: str
    digest: str
    technologies: tuple[str, ...]
    resolution_m: float
    demonstration: bool
    stamp: tuple[int, int]


class RunFolder:
    """A folder that holds runs, or is itself one.

    Parameters
    ----------
    folder : where they lie. Folders in it whose names begin with a dot, and links that lead out of it, do not count.
    """

    def __init__(self, folder: Path) -> None:
        self.root = folder.resolve()
        self.is_run = (self.root / MANIFEST).is_file()
        self._about: OrderedDict[Path, RunAbout] = OrderedDict()
        self._lock = threading.Lock()

    def folders(self) -> dict[str, Path]:
        """Return the folders of the runs that lie there now, by name."""
        if self.is_run:
            return {self.root.name: self.root}
        return self._holding(MANIFEST)

    def scenarios(self) -> dict[str, Path]:
        """Return the folders of scenarios that lie there now, by name; runs are none."""
        if self.is_run:
            return {}
        return {name: path for name, path in self._holding(FILE_NAME).items() if not (path / MANIFEST).exists()}

    def _holding(self, file: str) -> dict[str, Path]:
        found: dict[str, Path] = {}
        with os.scandir(self.root) as entries:
            for count, entry in enumerate(entries):
                if count >= MOST_ENTRIES or len(found) >= MOST_RUNS:
                    break
                path = self.root / entry.name
                if entry.name.startswith(".") or not entry.is_dir() or not (path / file).is_file():
                    continue
                if self._is_inside(path / file):
                    found[entry.name] = path
        return dict(sorted(found.items()))

    def _is_inside(self, path: Path) -> bool:
        """Say whether what a path leads to lies in the folder, links followed."""
        return path.resolve().is_relative_to(self.root)

    def runs(self) -> list[RunAbout]:
        """Return the runs that lie there now and can be read, by name."""
        found = []
        for name, folder in self.folders().items():
            try:
                found.append(self._told(name, folder))
            except (InputError, OSError, KeyError, TypeError):  # half copied, or another version's
                continue
        return found

    def about(self, name: str) -> RunAbout:
        """Return a run by its name.

        Raises
        ------
        RefusedError : there is no such run.
        InputError : it cannot be read.
        """
        return self._told(name, self.find(name))

    def find(self, name: str) -> Path:
        """Return the folder of a run by its name; RefusedError where there is no such run."""
        folder = self.folders().get(name)
        if folder is None:
            raise RefusedError(404, "there is no such run", "GET /api/runs lists the runs", field="run")
        return folder

    def _told(self, name: str, folder: Path) -> RunAbout:
        state = (folder / MANIFEST).stat()
        stamp = state.st_mtime_ns, state.st_size
        with self._lock:
            known = self._about.get(folder)
        if known is not None and known.stamp == stamp:
            return known
        run = Run(folder, read_manifest(folder))
        try:
            titles = run.scenario.scenario.title, run.scenario.scenario.title_en or run.scenario.scenario.title
        except InputError:
            titles = str(run.manifest["title"]), str(run.manifest["title"])
        about = RunAbout(
            name, *titles, str(run.manifest["created"]), run.digest(), run.technologies, run.grid.resolution_m,
            bool(run.manifest.get("demonstration")), stamp,
        )  # fmt: skip
        with self._lock:
            self._about[folder] = about
            self._about.move_to_end(folder)
            while len(self._about) > MOST_RUNS:
                self._about.popitem(last=False)
        return about

    def open(self, name: str) -> Run:
        """Return a run by its name, checked; RefusedError where there is none, or where a part of it leads outside."""
        folder = self.find(name)
        manifest = read_manifest(folder)
        for part in manifest["files"]:
            inner = PurePosixPath(part)
            if inner.is_absolute() or ".." in inner.parts or not self._is_inside(folder / part):
                raise RefusedError(
                    404, "a part of this run lies outside the folder of runs", "Copy the run whole", place=name
                )
        return open_run(folder)

    def free(self, name: str) -> Path:
        """Return where a new run of that name goes; RefusedError where the name is bad or taken."""
        if self.is_run:
            raise RefusedError(
                409, "a single run is served: there is no place for another", "Serve the folder that holds it"
            )
        if not _NEW_NAME.fullmatch(name):
            message = "the name of a run is made of up to 64 letters, digits, - and _"
            raise RefusedError(422, message, "Choose another name, such as thay-doi-1", field="name")
        path = self.root / name
        if os.path.lexists(path) or name.lower() in {entry.lower() for entry in os.listdir(self.root)}:
            raise RefusedError(409, f"there is something called '{name}' already", "Choose another name", field="name")
        return path
