"""Other processors: a program run with code compiled for one that has no wide vector instructions."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


def printed_by_a_plain_processor(program: str, cache: Path) -> Any:
    """Run a Python program whose kernels are compiled without AVX-512; return the JSON that it prints."""
    environment = {
        **os.environ,
        "NUMBA_CPU_NAME": "generic",
        "NUMBA_CPU_FEATURES": "",
        "NUMBA_CACHE_DIR": str(cache),
    }
    finished = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(finished.stdout)
