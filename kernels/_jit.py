"""Compilation: the only module that says ``njit``, and the owner of the compiled code kept on disk.

numba keeps compiled functions beside their source and does not notice an edit in another file. So they are kept in a
user cache folder named by a digest of all kernel sources instead: an edit anywhere starts a new folder, and the least
recently used folders go. A user's own ``NUMBA_CACHE_DIR`` is left alone.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
import numpy as np
from llvmlite import ir
from numba.core import config, types
from numba.extending import intrinsic, overload

from phusong.errors import MachineError

Function = TypeVar("Function", bound=Callable[..., object])
Real = TypeVar("Real", np.float32, float)

KEPT_FOLDERS = 4  # compiled code of this many source versions stays on disk


def sources_digest(folder: Path) -> str:
    """Return a short digest of the names and contents of the Python files below a folder."""
    digest = hashlib.sha256()
    for source in sorted(folder.rglob("*.py")):
        name = source.relative_to(folder).as_posix()
        digest.update(name.encode() + b"\0" + source.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def user_cache_folder() -> Path:
    """Return where programs keep what they can make again, by the custom of the system."""
    given = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME")
    return (Path(given) if given else Path.home() / ".cache") / "phusong"


def temporary_cache_folder() -> Path:
    """Return this user's own folder for temporary files; one that another user made is refused (OSError)."""
    owner = getattr(os, "getuid", lambda: 0)()
    folder = Path(tempfile.gettempdir()) / f"phusong-{owner}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if os.name != "nt" and folder.lstat().st_uid != owner:
        raise PermissionError(f"{folder} belongs to another user")
    return folder


def compiled_code_folder(digest: str) -> Path:
    """Make the folder for the code compiled from the sources of this digest, and drop the least recently used ones.

    Where the user cache cannot be written (a read-only home), the folder lies among the temporary files.
    """
    reasons = []
    for base in (user_cache_folder, temporary_cache_folder):
        try:
            folder = base() / "compiled" / digest
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                os.utime(folder)
        except (OSError, RuntimeError) as reason:  # RuntimeError: no home folder is known
            reasons.append(str(reason))
        else:
            by_last_use = sorted(folder.parent.iterdir(), key=_last_use, reverse=True)
            for old in by_last_use[KEPT_FOLDERS:]:
                shutil.rmtree(old, ignore_errors=True)
            return folder
    raise MachineError("no folder can be written for the compiled kernels: " + "; ".join(reasons))


def _last_use(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:  # another process dropped it meanwhile
        return 0.0


if "NUMBA_CACHE_DIR" not in os.environ:
    _config: Any = config  # setting the environment variable after the import of numba would do nothing
    _config.CACHE_DIR = str(compiled_code_folder(sources_digest(Path(__file__).parent)))


def scalar(function: Function) -> Function:
    """Compile a function of the readable float64 definition: IEEE arithmetic as written, 1 / 0 is inf."""
    compiled: Any = numba.njit(error_model="numpy", cache=True, nogil=True)(function)
    return compiled  # type: ignore[no-any-return]


def simd(function: Function) -> Function:
    """Compile a function for vector units: the compiler may reorder sums and must meet neither nan nor inf.

    It becomes part of each function that calls it. Left apart, it would be compiled twice, with sums in another order,
    and which one runs would depend on whether this process compiled it or found it compiled: the last bit would differ.
    """
    compiled: Any = numba.njit(
        error_model="numpy", cache=True, nogil=True, fastmath=True, boundscheck=False, forceinline=True
    )(function)
    return compiled  # type: ignore[no-any-return]


def fmax(a: Real, b: Real) -> Real:
    """Return the greater of two numbers of one type; neither may be nan.

    Compiled, it is a single instruction that loops vectorise, which the built-in ``max`` is not.
    """
    return a if a > b else b


def _maxnum(_typing_context: Any, a: Any, b: Any) -> Any:
    if a != b or a not in (types.float32, types.float64):
        return None

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        kind = arguments[0].type
        function = builder.module.declare_intrinsic("llvm.maxnum", [kind], ir.FunctionType(kind, [kind, kind]))
        return builder.call(function, arguments, fastmath=("fast",))

    return a(a, b), generate


_maximum: Any = intrinsic(_maxnum)


@overload(fmax, strict=False)
def _fmax_compiled(a: Any, b: Any) -> Any:  # noqa: ARG001 (numba calls it with the types)
    return lambda a, b: _maximum(a, b)
