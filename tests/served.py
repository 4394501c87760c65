"""A server for tests, asked without a socket."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from phusong.scenarios.store import Run
from phusong.web.server.app import make_app
from phusong.web.server.limits import Buckets
from phusong.web.server.settings import Settings

with warnings.catch_warnings():  # it prefers another client, which tests do not need
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

LOCAL = "http://127.0.0.1:8765"
NAME = "mang"


@contextmanager
def served(folder: Path, *, buckets: Buckets | None = None, base: str = LOCAL, **options: Any) -> Iterator[TestClient]:
    """Serve a folder of runs."""
    app = make_app(Settings(folder, **options), buckets=buckets)
    with TestClient(app, base_url=base, follow_redirects=False) as client:
        yield client


def copy_run(run: Run, folder: Path, name: str = NAME) -> Path:
    """Copy a run into a folder of runs."""
    shutil.copytree(run.folder, folder / name)
    return folder / name


def problem(answer: Any) -> dict[str, str]:
    """Return the only problem of a refusal."""
    (found,) = answer.json()["problems"]
    assert set(found) == {"place", "field", "message", "remedy"}
    assert "/" not in found["message"].replace("/login", "")
    return dict(found)
