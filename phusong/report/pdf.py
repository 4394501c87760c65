"""Sheets as the pages of one PDF: fonts embedded, the date that of the run, so that the bytes repeat."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.backends.backend_pdf import PdfPages

from phusong.errors import MachineError
from phusong.figures.sheet import DPI, STYLE, Sheet
from phusong.scenarios.run import Run
from phusong.terrain.files import write_atomically

_STYLE: Any = {
    **STYLE,
    "pdf.fonttype": 42,
    "pdf.compression": 9,
}  # 42: TrueType, so that text can be searched and copied


def pdf_of(sheets: Iterable[Sheet], run: Run, title: str, subject: str) -> bytes:
    """Return sheets as the pages of a PDF; each is let go once it is drawn."""
    version = run.manifest["versions"].get("phusong", "?")
    about = {
        "Title": title,
        "Subject": subject,
        "Keywords": f"Phủ Sóng {version}; {', '.join(run.technologies)}; digest {run.digest()}",
        "Creator": f"Phủ Sóng {version}",
        "CreationDate": datetime.fromisoformat(run.manifest["created"]),
    }
    data = BytesIO()
    with matplotlib.rc_context(_STYLE), PdfPages(data, metadata=about) as pages:
        for sheet in sheets:
            pages.savefig(sheet.figure, dpi=DPI)
    return data.getvalue()


def write_file(path: Path, data: bytes) -> None:
    """Write a file, whole or not at all, into a folder that is made if need be.

    Raises
    ------
    MachineError : the folder cannot be made, or the file not be written.
    """
    make_folder(path.parent)
    write_atomically(path, data)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it.

    Raises
    ------
    MachineError : it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MachineError(f"{folder}: cannot be made: {error.strerror or error}") from error
