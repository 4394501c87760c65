"""What the project says of itself is true: the commands, the figures of the definition, the versions, the links."""

import ast
import math
import re
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest
from packaging.requirements import Requirement
from PIL import Image

import phusong
from phusong.cli import app
from phusong.scenarios.load import load
from tests.tree import ROOT, project_files

README = (ROOT / "README.md").read_text(encoding="utf-8")
METHOD = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RUN = "python3 -m venv .venv && .venv/bin/pip install -c constraints.txt -e . && .venv/bin/phusong demo"
TEST = "python3 -m venv .venv && .venv/bin/pip install -c constraints.txt -e '.[test]' && .venv/bin/pytest"
PAGES = [path for path in project_files() if path.suffix == ".md"]


def blocks(language: str) -> list[str]:
    """Return the code blocks of the README in a language."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("command", [RUN, TEST])
def test_readme_states_the_two_commands(command: str) -> None:
    assert f"{command}\n" in blocks("sh")


def test_ci_runs_the_test_command_of_the_readme() -> None:
    """One part a line: under `set -e` a failure left of `&&` would not stop the script."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert script.startswith("#!/usr/bin/env bash\n")
    assert "\nset -euo pipefail\n" in script
    assert "\n".join(TEST.split(" && ")) in script
    assert "&&" not in script
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_commands_in_the_readme_exist() -> None:
    commands = {str(info.name) for info in app.registered_commands}
    named = set(re.findall(r"(?:^|/|`)phusong ([a-z]+)", "".join(blocks("sh")) + README, re.MULTILINE))
    assert {"demo", "new", "check", "run", "show", "propose", "whatif", "compare", "outage", "layers"} <= named
    assert {"map", "serve", "report", "export"} <= named
    assert named <= commands


def test_python_in_the_readme_names_what_there_is() -> None:
    (code,) = blocks("python")
    tree = ast.parse(code)
    named = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "phusong"
    }
    of_runs = {"compare", "n_minus_1", "open_live", "open_run"}
    assert named == {"load", "simulate", "propose", "path_loss", *of_runs}
    assert all(callable(getattr(phusong, name)) for name in named)
    link, *losses = code.splitlines()[-3:]
    names: dict[str, Any] = {"phusong": phusong}
    exec(link, names)
    for losses_db in (np.asarray(eval(loss, names)) for loss in losses):
        assert np.all((losses_db > 90.0) & (losses_db < 170.0))


def test_toml_in_the_readme_loads(tmp_path: Path) -> None:
    """The tables replace those of the packaged scenario; the files that they name must exist."""
    (tables,) = blocks("toml")
    packaged = (ROOT / "scenarios" / "phu_tho" / "scenario.toml").read_text(encoding="utf-8")
    for name in ["industrial_parks.csv", *re.findall(r'"([\w.]+\.[a-z]+)"', tables)]:
        (tmp_path / name).touch()
    for header in re.findall(r"^\[[a-z_.]+\]", tables, re.MULTILINE):
        packaged = re.sub(rf"{re.escape(header)}\n(?:[^\[\n].*\n|\n)*", "", packaged)
    (tmp_path / "scenario.toml").write_text(packaged + tables, encoding="utf-8")
    scenario = load(tmp_path)
    assert (scenario.terrain.kind, scenario.zones["communes"].kind, scenario.sites.kind) == ("files", "file", "file")


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_somewhere(page: Path) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"", text)
    local = [target for pair in targets for target in pair if target and not re.match(r"[a-z]+:|#", target)]
    missing = [target for target in local if not (ROOT / page.parent / unquote(target.split("#")[0])).exists()]
    assert not missing


def test_folder_map_is_whole() -> None:
    folders = {path.parts[0] for path in project_files() if len(path.parts) > 1 and not path.parts[0].startswith(".")}
    assert {folder for folder in folders if f"`{folder}/`" not in README} == set()


def test_the_picture_is_light() -> None:
    picture = ROOT / "docs" / "images" / "coverage.png"
    assert picture.stat().st_size < 300_000
    with Image.open(picture) as image:
        assert image.format == "PNG"
        assert image.width >= 800


def test_constraints_pin_everything_and_hold_no_address() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.+!]*", line)]
    pins = {_plain(name): version for name, version in (line.split("==") for line in lines)}
    asked = [Requirement(text) for text in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]]]
    asked.append(Requirement("setuptools>=80"))
    assert not [f"{need}" for need in asked if not need.specifier.contains(pins.get(_plain(need.name), "0"))]
    assert not {"phusong", "pip"} & set(pins)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_one_version_everywhere() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.search(rf"^## \[{re.escape(PROJECT['version'])}\] - (\d{{4}}-\d\d-\d\d)$", changes, re.MULTILINE)
    assert released
    assert f"\nversion: {PROJECT['version']}\n" in citation
    assert f"\ndate-released: {released[1]}\n" in citation
    assert f"\nlicense: {PROJECT['license']}\n" in citation
    assert phusong.__version__ == PROJECT["version"]


def test_the_default_definition_is_the_one_described() -> None:
    stated = dict(re.findall(r"^\| `?([a-z_ ]+?)`?(?:, outdoors)? \| (-?[\d.]+)", METHOD, re.MULTILINE))
    scenario = load("phu-tho")
    for definition in scenario.coverage.values():
        for name in ("threshold_dbm", "location_percent", "shadow_sigma_db"):
            assert float(stated[name]) == getattr(definition, name)
        assert math.isclose(float(stated["margin"]), definition.shadow_margin_db, abs_tol=0.005)
        assert math.isclose(float(stated["median needed"]), definition.median_threshold_dbm, abs_tol=0.005)
    assert float(stated["receiver height"]) == scenario.propagation.receiver_height_m
    assert "−115 dBm at 90 %" in README
