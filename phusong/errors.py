"""Every error Phủ Sóng raises on purpose: one base class, and the problems of an input as data.

A command ends with the exit code of the error it met: 2 where the input is wrong, 3 where the machine failed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong with an input, said so that its reader can mend it.

    Attributes
    ----------
    file : the file (or other source) that holds the problem.
    row : line of the file, counted from 1 as editors do; None where no single row is at fault.
    field : column or key; None where the whole row or file is at fault.
    message : what is wrong, with the offending value.
    remedy : what is allowed, and how to mend it.
    """

    file: str
    row: int | None
    field: str | None
    message: str
    remedy: str

    def __str__(self) -> str:
        where = self.file
        if self.row is not None:
            where += f", row {self.row}"
        if self.field is not None:
            where += f", {self.field}"
        return f"{where}: {self.message}. {self.remedy}"


class PhusongError(Exception):
    """Base of every error raised on purpose."""

    exit_code = 3


class InputError(PhusongError):
    """The input is wrong: all its problems at once, in the order of file and row."""

    exit_code = 2

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        if not self.problems:
            raise ValueError("an InputError needs at least one problem")
        super().__init__("\n".join(str(problem) for problem in self.problems))


class MachineError(PhusongError):
    """The machine failed us: no room on the disk, no memory, no right to write."""


def input_error(
    file: object, message: str, remedy: str, *, row: int | None = None, field: str | None = None
) -> InputError:
    """Return an InputError of a single problem."""
    return InputError([Problem(str(file), row, field, message, remedy)])
