"""Reading several inputs one after the other: the problems of one do not hide those of the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from phusong.errors import InputError, Problem

P = ParamSpec("P")
T = TypeVar("T")


class Gathering:
    """Calls readers one after the other and keeps the problems of those that fail."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def attempt(self, reader: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Return what the reader returns; None, its problems kept, where it raises an InputError."""
        try:
            return reader(*args, **kwargs)
        except InputError as error:
            self.problems += error.problems
            return None

    def check(self) -> None:
        """Raise one InputError with all problems kept."""
        if self.problems:
            raise InputError(self.problems)
