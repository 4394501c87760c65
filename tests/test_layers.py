"""The rules that keep the house whole: its folders and links, who may import whom, what a wheel holds."""

import ast
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import phusong
from tests.tree import LINKED, PACKAGES, ROOT, copy_project, project_files, python_files

# A layer may import itself and the layers named here; everything else in phusong/ is a face and may import any of them.
LAYERS = {
    "errors": set[str](),
    "kernels": {"errors"},
    "terrain": {"errors"},
    "scenarios": {"errors", "kernels", "terrain"},
    "coverage": {"errors", "kernels", "terrain", "scenarios"},
}
ENGINE = {"kernels", "coverage"}
LONGEST = 400
LONG_MODULES = {
    "kernels/lanes.py": "the vector type and all its operators",
    "kernels/raster/sweep.py": "one loop and the law it follows",
    "tests/test_p1812.py": "one Recommendation",
}
TABLES = {".csv", ".toml"}
WITH_TABLES = {"kernels", "scenarios"}
MODULES = python_files(*PACKAGES)
ALL_PYTHON = python_files(*PACKAGES, "tests", "benchmarks")


def imports(path: Path) -> Iterator[tuple[ast.Import | ast.ImportFrom, str]]:
    """Yield each import statement of a file, wherever it stands, with every module that it may name."""
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield node, f"{node.module}.{alias.name}"


def layer_of(path: Path) -> str:
    """Return the layer that a file belongs to; a face goes by the name of its module or folder."""
    return path.parts[0] if path.parts[0] != "phusong" else Path(path.parts[1]).stem


def imported_layers(path: Path) -> set[str]:
    """Return the layers, or faces, of phusong that a file imports from."""
    names = (name.split(".") for _, name in imports(path))
    return {parts[1] if len(parts) > 1 else "__init__" for parts in names if parts[0] == "phusong"}


def run_python(code: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-c", code], cwd=cwd, capture_output=True, text=True, timeout=60)


def test_coverage_has_no_init() -> None:
    assert not (ROOT / "coverage" / "__init__.py").exists()


@pytest.mark.parametrize("name", LINKED)
def test_link_leads_to_the_real_folder(name: str) -> None:
    link = ROOT / "phusong" / name
    assert link.is_symlink()
    assert link.readlink() == Path("..") / name
    assert link.resolve() == ROOT / name


def test_package_list_equals_the_tree() -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    folders = {path.parent.parts for path in MODULES}
    names = {".".join(parts if parts[0] == "phusong" else ("phusong", *parts)) for parts in folders}
    assert set(tools["packages"]) == names
    assert tools["package-dir"] == {f"phusong.{name}": name for name in LINKED}


def test_the_tests_run_the_tree() -> None:
    assert Path(phusong.__file__).resolve().parent == ROOT / "phusong"
    from phusong.kernels import models

    assert Path(models.__file__).resolve().parent == ROOT / "kernels"


def test_import_direction() -> None:
    wrong = [
        f"{path} imports {sorted(beyond)}"
        for path in MODULES
        if (layer := layer_of(path)) in LAYERS and (beyond := imported_layers(path) - LAYERS[layer] - {layer})
    ]
    assert not wrong


def test_figures_know_no_engine() -> None:
    wrong = [
        f"{path}" for path in python_files("phusong") if layer_of(path) == "figures" and imported_layers(path) & ENGINE
    ]
    assert not wrong


def test_reading_a_run_needs_no_numba() -> None:
    code = "import sys, phusong.scenarios.store, phusong.figures; print([m for m in sys.modules if m == 'numba'])"
    done = run_python(code, ROOT)
    assert done.stdout.strip() == "[]", done.stderr


def test_imports_are_absolute() -> None:
    relative = [
        f"{path}" for path in ALL_PYTHON for node, _ in imports(path) if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert not relative


def test_nobody_imports_a_bare_folder() -> None:
    bare = [f"{path}: {name}" for path in ALL_PYTHON for _, name in imports(path) if name.split(".")[0] in LINKED]
    assert not bare


@pytest.mark.parametrize(("library", "only"), [("rasterio", "terrain/raster.py"), ("click", None)])
def test_only_one_module_imports(library: str, only: str | None) -> None:
    users = {path.as_posix() for path in MODULES for _, name in imports(path) if name.split(".")[0] == library}
    assert users == ({only} if only else set())


def test_only_jit_says_njit() -> None:
    users = [path.as_posix() for path in MODULES if re.search(r"\bnjit\b", (ROOT / path).read_text(encoding="utf-8"))]
    assert users == ["kernels/_jit.py"]


def test_modules_are_short() -> None:
    lines = {path.as_posix(): len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in ALL_PYTHON}
    assert not {name: count for name, count in lines.items() if count > LONGEST and name not in LONG_MODULES}
    assert set(LONG_MODULES) <= set(lines)


def test_no_path_of_a_machine_and_no_package_index() -> None:
    """Files of the project hold neither: they would be wrong on every machine but one."""
    private = re.compile(
        r"(?<![\w.~])/(?:home|root|tmp|work|mnt|Users)/\w|index[-_]url|find[-_]links|https?://[^\s/]*/simple\b"
    )
    found = []
    for path in project_files():
        file = ROOT / path
        if file.is_symlink() or path == Path(__file__).relative_to(ROOT):
            continue
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:  # a picture
            continue
        found += [f"{path}: {match[0]}" for match in private.finditer(text)]
    assert not found


def test_a_checkout_without_links_says_what_to_do(tmp_path: Path) -> None:
    package = tmp_path / "phusong"
    package.mkdir()
    shutil.copy(ROOT / "phusong" / "__init__.py", package)
    (package / "coverage").write_text("../coverage", encoding="utf-8")
    done = run_python("import phusong", tmp_path)
    assert done.returncode != 0
    for words in ("ImportError", "text file where a link should be", "pip install .", "core.symlinks true"):
        assert words in done.stderr


def test_our_coverage_folder_is_not_taken_for_coverage_py() -> None:
    """Without coverage.py and with the root on the path, our folder answers to its name, and numba alone would fail."""
    code = """
import sys
from importlib.machinery import PathFinder
find = PathFinder.find_spec
def find_ours(name, path=None, target=None):
    return find(name, ["."] if name == "coverage" else path, target)
PathFinder.find_spec = find_ours
import {first}
import numba
"""
    done = run_python(code.format(first="phusong"), ROOT)
    assert done.returncode == 0, done.stderr
    assert run_python(code.format(first="sys"), ROOT).returncode != 0


def test_wheel_and_sdist_hold_the_real_files(tmp_path: Path) -> None:
    """The wheel holds every module and table and nothing else; so does one built from the sdist, which has no links."""
    expected = {_installed(path) for path in MODULES} | {"phusong/py.typed"}
    tables = [path for path in project_files() if path.parts[0] in WITH_TABLES and path.suffix in TABLES]
    expected |= {_installed(path) for path in tables}
    expected |= {path.as_posix() for path in project_files() if path.parts[:3] == ("phusong", "web", "static")}
    assert "phusong/web/static/docs.js" in expected
    assert "phusong/scenarios/phu_tho/scenario.toml" in expected
    assert "phusong/scenarios/phu_tho/communes.csv" in expected
    assert "phusong/kernels/itu/p1546_curves.csv" in expected

    tree = copy_project(tmp_path / "tree")
    assert _build_wheel(tree) == expected
    done = run_python("from setuptools import build_meta; build_meta.build_sdist('dist')", tree)
    assert done.returncode == 0, done.stderr
    (archive,) = (tree / "dist").glob("*.tar.gz")
    with tarfile.open(archive) as sdist:
        assert all(member.isfile() or member.isdir() for member in sdist)
        sdist.extractall(tmp_path, filter="data")
    assert _build_wheel(tmp_path / archive.name.removesuffix(".tar.gz")) == expected


def _build_wheel(folder: Path) -> set[str]:
    done = run_python("from setuptools import build_meta; build_meta.build_wheel('dist')", folder)
    assert done.returncode == 0, done.stderr
    (path,) = (folder / "dist").glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        return {name for name in wheel.namelist() if ".dist-info/" not in name}


def _installed(path: Path) -> str:
    return path.as_posix() if path.parts[0] == "phusong" else f"phusong/{path.as_posix()}"
