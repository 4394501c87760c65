"""The linter and both type checkers find nothing; and a probe shows that they look: an error planted in each folder.

A checker that is silent may have looked at nothing. So both check a copy of the project with one planted error a
folder, and must report these and no other.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.tree import PACKAGES, ROOT, copy_project, python_files

FOLDERS = sorted({path.parent.as_posix() for path in python_files(*PACKAGES, "tests", "benchmarks")})
PLANTED = "planted_error.py"
ERROR = '"""A type error."""\n\nlength_m: float = "ten"\n'


def run_tool(*arguments: str, cwd: Path) -> str:
    """Run a module of this Python and return what it prints."""
    quiet = {"PYRIGHT_PYTHON_IGNORE_WARNINGS": "1", "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=cwd, env=os.environ | quiet, capture_output=True, text=True, timeout=300
    )
    assert not done.stderr, done.stderr
    return done.stdout


def check_with_mypy(folder: Path) -> list[str]:
    """Return a line for each error, with its file as it lies in the real folders."""
    cache = str(ROOT / ".mypy_cache")
    output = run_tool("mypy", "--no-error-summary", "--no-pretty", "--cache-dir", cache, cwd=folder)
    links = re.compile(rf"^phusong/(?=(?:{'|'.join(PACKAGES[1:])})/)")
    return [links.sub("", line) for line in output.splitlines() if ": note: " not in line]


def check_with_pyright(folder: Path) -> list[str]:
    """Return a line for each error or warning."""
    output = run_tool("pyright", "--outputjson", "--pythonpath", sys.executable, cwd=folder)
    found = json.loads(output)["generalDiagnostics"]
    return [
        f"{Path(entry['file']).relative_to(folder.resolve()).as_posix()}:{entry['range']['start']['line'] + 1}: "
        f"{entry['message']}"
        for entry in found
    ]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[str]]]:
    """What each checker says of the copy with planted errors; both run at once, since they take the time."""
    folder = copy_project(tmp_path_factory.mktemp("planted"))
    for name in FOLDERS:
        (folder / name / PLANTED).write_text(ERROR, encoding="utf-8")
    with ThreadPoolExecutor() as pool:
        mypy, pyright = pool.submit(check_with_mypy, folder), pool.submit(check_with_pyright, folder)
        yield {"mypy": mypy.result(), "pyright": pyright.result()}


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_nothing_but_the_planted_errors(reports: dict[str, list[str]], checker: str) -> None:
    others = [line for line in reports[checker] if PLANTED not in line]
    assert not others, "\n".join(others)


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_an_error_in_each_folder_is_reported(reports: dict[str, list[str]], checker: str) -> None:
    seen = {line.split(":")[0] for line in reports[checker]}
    assert {f"{folder}/{PLANTED}" for folder in FOLDERS} <= seen


@pytest.mark.parametrize("arguments", [("check",), ("format", "--check")])
def test_ruff_finds_nothing(arguments: tuple[str, ...]) -> None:
    done = subprocess.run([sys.executable, "-m", "ruff", *arguments, "."], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
