"""The work tree as the tests of the house see it."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LINKED = ("coverage", "kernels", "scenarios", "terrain")
"""The folders that are subpackages of phusong by a link."""
PACKAGES = ("phusong", *LINKED)
"""The folders that hold the program."""
_MADE = {"build", "dist", "runs", "__pycache__"}


@cache
def project_files() -> tuple[Path, ...]:
    """Return the files and links of the project, relative to its root.

    They are what git tracks or would track; without git, what lies there.
    """
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split("\0")[:-1]
        paths: Iterable[Path] = map(Path, listed)
    except (OSError, subprocess.CalledProcessError):  # an unpacked archive
        paths = (path.relative_to(ROOT) for path in _walk(ROOT))
    return tuple(sorted(path for path in paths if os.path.lexists(ROOT / path)))


def python_files(*folders: str) -> list[Path]:
    """Return the Python files below these folders, relative to the root, each once: links are not followed."""
    return [path for path in project_files() if path.suffix == ".py" and path.parts[0] in folders]


def copy_project(folder: Path) -> Path:
    """Copy the project, links as links, and return the folder."""
    for path in project_files():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, folder / path, follow_symlinks=False)
    return folder


def _walk(folder: Path) -> Iterable[Path]:
    for path in folder.iterdir():
        if path.name in _MADE or path.name.endswith(".egg-info") or (path.name[0] == "." and path.name != ".ci"):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path)
        else:
            yield path
