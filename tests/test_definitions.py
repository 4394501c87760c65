"""Definitions of coverage as files: those that ship, a user's own, and everything that can be wrong with one."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

import pytest

from phusong.errors import InputError, Problem
from phusong.scenarios.coverage_definition import THRESHOLDS, Condition, CoverageDefinition, Definition, Limit
from phusong.scenarios.definition_files import SHIPPED, find_definition, known_definitions, read_definition
from phusong.scenarios.freeze import freeze
from phusong.scenarios.load import load
from phusong.scenarios.schema import Scenario
from tests.small_scenario import SCENARIO, write_small_scenario
from tests.tree import ROOT

NAMES = sorted(path.stem for path in SHIPPED.glob("*.toml"))
PLAIN = """\
name = "mine"
title = "Của tôi"
technologies = ["4G"]
quantity = "rsrp"
threshold_dbm = -108.5
source = "a test"
"""


def write(folder: Path, text: str = PLAIN, name: str = "mine") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problem_of(path: Path) -> Problem:
    with pytest.raises(InputError) as caught:
        read_definition(path)
    (problem,) = caught.value.problems
    return problem


def test_there_are_some() -> None:
    assert len(NAMES) == 13
    assert sorted(known_definitions()) == NAMES
    titles = [find_definition(name).title for name in NAMES]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_definition_is_whole(name: str) -> None:
    path = known_definitions()[name]
    text, definition = path.read_text(encoding="utf-8"), find_definition(name)
    assert definition == read_definition(path)
    assert definition.name == name == path.stem
    assert definition.title
    assert definition.title_en
    assert len(definition.source) > 20
    assert text == unicodedata.normalize("NFC", text)
    assert (definition.receiver_height_m, definition.greatest_resolution_m) in ((1.5, 50.0), (1.5, 100.0))
    assert definition.sigma_by_land_cover
    assert text.startswith(f'name = "{name}"\n')
    if not name.startswith(("fcc", "acma-2026-basic", "acma-2026-good")):  # what nobody has confirmed says so
        assert any(word in definition.source + definition.note for word in ("assumption", "not confirmed"))


def test_figures_of_the_shipped_ones() -> None:
    limits = {name: find_definition(name).limits for name in NAMES}
    assert limits["fcc-bdc-4g"] == limits["fcc-bdc-4g-vehicle"] == (Limit("downlink", 5.0), Limit("uplink", 1.0))
    assert limits["fcc-bdc-5g-35"] == (Limit("downlink", 35.0), Limit("uplink", 3.0))
    assert limits["acma-2026-basic"] == (Limit("rsrp", -115.0),)
    assert limits["qcvn-126-5g"] == (Limit("downlink", 30.0),)
    for name in NAMES:
        definition = find_definition(name)
        assert definition.load == (50.0 if name.startswith("fcc") else "run")
        assert definition.place == {"fcc-bdc-4g-vehicle": "in a car", "video-indoors": "indoors"}.get(name, "outdoors")


def test_the_shipped_ones_are_listed_in_the_documentation() -> None:
    method = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
    assert not [name for name in NAMES if f"`{name}`" not in method]


def test_every_source_that_is_named_is_listed() -> None:
    """The tags of definitions and of the defaults of a scenario, such as [FC2]."""
    method = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
    sources = method[method.index("## 9. Sources") :]
    shipped = "".join(path.read_text(encoding="utf-8") for path in SHIPPED.glob("*.toml"))
    schema = json.dumps(Scenario.model_json_schema())
    tags = set(re.findall(r"\[([A-Z]{2}\d+)\]", schema + shipped + method))
    assert len(tags) > 10
    assert not {tag for tag in tags if not re.search(rf"^\| (?:\w+, )*{tag}[, ]", sources, re.MULTILINE)}


def test_a_folder_of_the_user_goes_first(tmp_path: Path) -> None:
    write(tmp_path / "definitions")
    own = PLAIN.replace('"mine"', '"ofcom-4g"')
    write(tmp_path / "definitions", own, "ofcom-4g")
    assert find_definition("mine", tmp_path).threshold_dbm == -108.5
    assert find_definition("ofcom-4g", tmp_path).title == "Của tôi"
    assert find_definition("ofcom-4g").title != "Của tôi"
    assert set(known_definitions(tmp_path)) == {*NAMES, "mine"}
    assert find_definition("acma-2026-good", tmp_path) == find_definition("acma-2026-good")


def test_a_file_by_its_path(tmp_path: Path) -> None:
    path = write(tmp_path)
    assert find_definition(path) == find_definition(str(path)) == read_definition(path)
    decomposed = write(tmp_path / "more", unicodedata.normalize("NFD", PLAIN))
    assert read_definition(decomposed).title == "Của tôi"


def test_there_is_none_of_that_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such definition") as caught:
        find_definition("ofcom4g", tmp_path)
    assert "ofcom-4g" in caught.value.problems[0].remedy
    with pytest.raises(InputError, match="it cannot be read"):
        find_definition(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("change", "row", "field", "message"),
    [
        (("threshold_dbm = -108.5\n", ""), None, "", "'threshold_dbm' is missing"),
        (("threshold_dbm = -108.5", "threshold_db = -3.0"), None, "", "rsrp has no threshold_db"),
        (('"rsrp"', '"downlink"'), None, "", "'threshold_mbps' is missing"),
        (('"rsrp"\n', '"sinr"\nthreshold_db = 1.0\nthreshold_mbps = 2.0\n'), None, "", "sinr has no threshold_mbps"),
        (("-108.5", "-20.0"), 5, "threshold_dbm", "less than or equal to -40"),
        (('"rsrp"', '"rssi"'), 4, "quantity", "'rsrp', 'sinr', 'rsrq', 'downlink' or 'uplink'"),
        (('["4G"]', '["6G"]'), 3, "technologies.0", "'4G' or '5G'"),
        (('["4G"]', "[]"), 3, "technologies", "at least 1 item"),
        (('source = "a test"', 'sources = "a test"'), None, "", ""),
        (('"mine"', '"other"'), None, "name", "its name is 'other', the file's 'mine'"),
        (('"mine"', '"Mine"'), 1, "name", "should match pattern"),
        (("threshold_dbm = -108.5", "threshold_dbm = -108.5\nalso = [{ quantity = \"uplink\" }]"), 6, "also.0",
         "'threshold_mbps' is missing, the threshold of uplink"),
        (("name = ", "name "), None, None, "it cannot be read"),
    ],
)  # fmt: skip
def test_everything_that_can_be_wrong(
    tmp_path: Path, change: tuple[str, str], row: int | None, field: str | None, message: str
) -> None:
    assert change[0] in PLAIN
    path = write(tmp_path, PLAIN.replace(*change))
    with pytest.raises(InputError) as caught:
        read_definition(path)
    problems = caught.value.problems
    if not message:  # a wrong key is also a missing one
        assert {one.field for one in problems} == {"source", "sources"}
        return
    (problem,) = problems
    assert message in problem.message
    assert (problem.row, problem.field or None) == (row, field or None)
    assert problem.file == str(path)
    assert problem.remedy


def test_not_in_utf8(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(PLAIN.encode("utf-16"))
    assert "it cannot be read" in problem_of(path).message


def test_a_deviation_that_is_given_is_meant() -> None:
    assert CoverageDefinition().sigma_by_land_cover
    assert not CoverageDefinition(shadow_sigma_db=8.0).sigma_by_land_cover
    assert CoverageDefinition(shadow_sigma_db=8.0, sigma_by_land_cover=True).sigma_by_land_cover


def test_thresholds_carry_their_unit() -> None:
    units = {"rsrp": "dbm", "sinr": "db", "rsrq": "db", "downlink": "mbps", "uplink": "mbps"}
    assert {quantity: key.removeprefix("threshold_") for quantity, key in THRESHOLDS.items()} == units
    condition = Condition(quantity="rsrq", threshold_db=-12.0)
    assert condition.limit == Limit("rsrq", -12.0)
    own = Definition.model_validate(
        {"name": "a", "title": "b", "technologies": ["5G"], "quantity": "sinr", "threshold_db": 0.0, "source": "c",
         "also": [{"quantity": "rsrp", "threshold_dbm": -110.0}]}
    )  # fmt: skip
    assert own.limits == (Limit("sinr", 0.0), Limit("rsrp", -110.0))


def test_a_definition_of_a_scenario_freezes_and_loads_back(tmp_path: Path) -> None:
    text = SCENARIO.replace(
        "threshold_dbm = -110.0",
        'quantity = "downlink"\nthreshold_mbps = 5.0\nplace = "indoors"\nload = 50\n'
        'also = [{ quantity = "uplink", threshold_mbps = 1.0 }, { quantity = "sinr", threshold_db = -3.0 }]',
    )
    scenario = load(write_small_scenario(tmp_path, scenario=text))
    (tmp_path / "frozen.toml").write_text(freeze(scenario), encoding="utf-8")
    assert load(tmp_path / "frozen.toml") == scenario
    asked = scenario.coverage["4G"]
    assert asked.limits == (Limit("downlink", 5.0), Limit("uplink", 1.0), Limit("sinr", -3.0))
    assert (asked.load, asked.sigma_by_land_cover) == (50.0, True)


def test_the_way_inside_counts_once(tmp_path: Path) -> None:
    text = SCENARIO.replace("threshold_dbm = -110.0", 'threshold_dbm = -110.0\nplace = "indoors"')
    text += '\n[[propagation.added_losses]]\nname = "p2109"\n'
    with pytest.raises(InputError, match="the added loss 'p2109' already takes the receiver inside") as caught:
        load(write_small_scenario(tmp_path, scenario=text))
    assert caught.value.problems[0].field == "coverage.4G.place"
