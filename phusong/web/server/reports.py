"""Errors that users report: rows appended to a CSV file, harmless in any spreadsheet."""

from __future__ import annotations

import csv
import io
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from phusong.errors import MachineError
from phusong.web.server.failures import RefusedError
from phusong.web.server.models import ErrorReport, ReportItem

_COLUMNS = tuple(ReportItem.model_fields)
_MOST_BYTES = 20 * 2**20
_MOST_ROWS = 5000
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "|", "%")
_WORDS = ("technology", "note", "run")
_lock = threading.Lock()


def append_report(file: Path, report: ErrorReport, run: str, digest: str) -> dict[str, Any]:
    """Append a report to the file, which is made if need be; return it.

    Raises
    ------
    RefusedError : the file is full.
    MachineError : it cannot be written.
    """
    received = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    row: dict[str, Any] = {**report.model_dump(), "received": received, "run": run, "digest": digest}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    with _lock:
        try:
            size = file.stat().st_size if file.exists() else 0
            if size > _MOST_BYTES:
                raise RefusedError(503, "no more reports are taken: the file is full", "Tell who runs the server")
            if size == 0:
                writer.writerow(_COLUMNS)
            writer.writerow([harmless(row[name]) if name in _WORDS else _text(row[name]) for name in _COLUMNS])
            with file.open("a", encoding="utf-8", newline="") as out:
                out.write(text.getvalue())
        except OSError as error:
            raise MachineError(f"{file}: cannot be written: {error.strerror or error}") from error
    return row


def read_reports(file: Path) -> list[dict[str, Any]]:
    """Return the latest reports, the newest last; none where there is no file."""
    if not file.is_file():
        return []
    with _lock, file.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))[-_MOST_ROWS:]
    return [_read(row) for row in rows]


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: on one line, behind an apostrophe where it begins so."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return f"'{line}" if line.startswith(_FORMULA) else line


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _read(row: dict[str, str]) -> dict[str, Any]:
    numbers = {name: float(row[name]) if row[name] else None for name in ("longitude", "latitude", "accuracy_m")}
    return {**row, **numbers}
