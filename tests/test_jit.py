"""Compilation: the cache on disk, and the maximum that vectorises."""

import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from phusong.errors import MachineError
from phusong.kernels import _jit
from phusong.kernels._jit import fmax, simd


@simd
def highest(values: NDArray[np.float32]) -> np.float32:
    best = np.float32(-1e18)
    for value in values:
        best = fmax(best, value)
    return best


@simd
def greater(a: float, b: float) -> float:
    return fmax(a, b)


@settings(deadline=None)
@given(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300))
def test_fmax_is_the_maximum_in_python_and_compiled(a: float, b: float) -> None:
    assert fmax(a, b) == greater(a, b) == max(a, b)


@pytest.mark.parametrize("points", [0, 1, 7, 333])
def test_fmax_reduces_an_array(points: int) -> None:
    values = np.random.default_rng(points).normal(size=points).astype(np.float32)
    assert highest(values) == max(values, default=np.float32(-1e18))


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="reads x86 instructions")
def test_fmax_vectorises() -> None:
    highest(np.ones(4, dtype=np.float32))
    compiled: Any = highest
    compiled.recompile()  # code read back from the cache cannot be inspected
    (assembly,) = compiled.inspect_asm().values()
    assert "maxps" in assembly  # packed single precision


def test_digest_follows_every_source(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / "b.py").write_text("y = 1\n")
    before = _jit.sources_digest(tmp_path)
    assert _jit.sources_digest(tmp_path) == before
    (tmp_path / "b.py").write_text("y = 2\n")
    edited = _jit.sources_digest(tmp_path)
    (tmp_path / "b.py").rename(tmp_path / "c.py")
    assert len({before, edited, _jit.sources_digest(tmp_path)}) == 3


@pytest.fixture
def homes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Return a user cache folder and a temporary folder of this test's own."""
    user, temporary = tmp_path / "user", tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME", str(user))
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    return user, temporary


def test_compiled_code_lies_in_the_user_cache(homes: tuple[Path, Path]) -> None:
    assert _jit.compiled_code_folder("d1") == homes[0] / "phusong" / "compiled" / "d1"


def test_a_home_that_cannot_be_written_falls_back_to_the_temporary_folder(homes: tuple[Path, Path]) -> None:
    homes[0].write_text("a file where the folder should be")
    folder = _jit.compiled_code_folder("d1")
    assert folder.is_dir()
    assert homes[1] in folder.parents
    if os.name != "nt":
        assert folder.parents[1].stat().st_mode & 0o077 == 0  # nobody else may plant compiled code there


def test_no_folder_at_all_is_the_machines_fault(homes: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    homes[0].write_text("a file")
    not_a_folder = homes[1] / "file"
    not_a_folder.write_text("a file")

    def refuse() -> Path:
        return not_a_folder

    monkeypatch.setattr(_jit, "temporary_cache_folder", refuse)
    with pytest.raises(MachineError, match="compiled kernels"):
        _jit.compiled_code_folder("d1")


def test_only_the_last_used_versions_stay(homes: tuple[Path, Path]) -> None:
    for day in range(_jit.KEPT_FOLDERS + 2):
        folder = _jit.compiled_code_folder(f"d{day}")
        os.utime(folder, (86_400.0 * day, 86_400.0 * day))
    _jit.compiled_code_folder("d2")  # in use again: it outlives younger ones
    _jit.compiled_code_folder("new")
    left = {folder.name for folder in (homes[0] / "phusong" / "compiled").iterdir()}
    assert len(left) == _jit.KEPT_FOLDERS
    assert {"new", "d2"} <= left


@pytest.mark.parametrize("given_folder", [True, False])
def test_the_users_own_cache_folder_wins(tmp_path: Path, given_folder: bool) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    environment |= {"XDG_CACHE_HOME": str(tmp_path / "cache"), "LOCALAPPDATA": str(tmp_path / "cache")}
    if given_folder:
        environment["NUMBA_CACHE_DIR"] = str(tmp_path / "own")
    program = "from phusong.kernels.itu.p525 import free_space_loss; free_space_loss(1.0, 1.0)"
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)
    assert any((tmp_path / ("own" if given_folder else "cache")).rglob("*.nbi"))
    assert (tmp_path / "cache").exists() != given_folder
    assert not any(Path(_jit.__file__).parent.rglob("*.nbi"))
