"""Errors as answers: problems in JSON, never a traceback, never a path of the machine."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

from phusong.errors import InputError, PhusongError, Problem

MOST_PROBLEMS = 50
_FIELDS = {"--set": "edits"}  # what an option of the command is called here
_PATH = re.compile(r"(?<![\w.:/])(?:/[^\s/'\",;:]+)+/?|(?<!\w)[A-Za-z]:\\[^\s'\",;]+")


class RefusedError(PhusongError):
    """A request that is not done, with its status and what is wrong.

    Parameters
    ----------
    status : of HTTP, 4xx or 503.
    seconds : after which to ask again; None: not told.
    """

    def __init__(
        self, status: int, message: str, remedy: str, *, place: str = "request", field: str = "",
        seconds: int | None = None,
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.status = status
        self.problems = [{"place": place, "field": field, "message": message, "remedy": remedy}]
        self.seconds = seconds


def problems_of(error: InputError) -> list[dict[str, Any]]:
    """Return what is wrong, places by name alone."""
    return [_told(problem) for problem in error.problems[:MOST_PROBLEMS]]


def without_paths(text: str) -> str:
    """Return a text in which every path is its last name."""
    return _PATH.sub(lambda match: PurePath(match[0].replace("\\", "/").rstrip("/")).name, text)


def _told(problem: Problem) -> dict[str, Any]:
    place = PurePath(problem.file).name
    return {
        "place": place if problem.row is None else f"{place}, row {problem.row}",
        "field": _FIELDS.get(problem.field or "", problem.field or ""),
        "message": without_paths(problem.message),
        "remedy": without_paths(problem.remedy),
    }


def problems_of_validation(errors: Iterable[Any]) -> list[dict[str, Any]]:
    """Return what pydantic found wrong with a request."""
    found = []
    for error in list(errors)[:MOST_PROBLEMS]:
        where = [str(part) for part in error["loc"]]
        allowed = ", ".join(f"{name}: {value}" for name, value in error.get("ctx", {}).items() if name != "error")
        found.append(
            {
                "place": where[0] if where else "request",
                "field": ".".join(where[1:])[:100],
                "message": without_paths(str(error["msg"]))[:300],
                "remedy": f"Allowed: {allowed}"[:300] if allowed else "See /api/docs for what is allowed",
            }
        )
    return found
