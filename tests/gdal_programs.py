"""The programs of GDAL, which tell what others see in a file."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


def said(program: str, *arguments: str | Path) -> str:
    """Return what ogrinfo or gdalinfo says about a file; it must say nothing against it. Skips where it is absent."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} of GDAL is not on this machine")
    done = subprocess.run(
        [program, *map(str, arguments)], capture_output=True, text=True, encoding="utf-8", timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout
