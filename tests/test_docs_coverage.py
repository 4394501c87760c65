"""What the documentation says of link budgets, definitions and traffic is what the code has; sources are listed."""

from __future__ import annotations

import json
import re

import pytest

from phusong.scenarios.cell_load import TrafficLoad
from phusong.scenarios.definition_files import SHIPPED, list_definitions, load_definition
from phusong.scenarios.link_budget import LinkBudget, LteBudget, NrBudget
from phusong.scenarios.schema import Scenario
from tests.tree import ROOT

METHOD = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
ROWS = {name: cells.split(" | ") for name, cells in re.findall(r"^\| `([\w-]+)` \| (.+) \|$", METHOD, re.MULTILINE)}
UNITS = {"rsrp": "dBm", "sinr": "dB", "rsrq": "dB", "downlink": "Mbit/s down", "uplink": "Mbit/s up"}


@pytest.mark.parametrize("name", LinkBudget.model_fields)
def test_defaults_of_the_link_budgets(name: str) -> None:
    meaning, of_4g, of_5g, source = ROWS[name]
    assert meaning == LinkBudget.model_fields[name].description
    assert source
    for stated, budget in ((of_4g, LteBudget()), (of_5g, NrBudget())):
        value = getattr(budget, name)
        if isinstance(value, tuple):
            value = ", ".join(f"{one:g}" for one in value) or "none"
        assert stated == (value if isinstance(value, str) else f"{value:g}")


def test_defaults_of_traffic() -> None:
    figures = {name: field.default for name, field in TrafficLoad.model_fields.items() if name != "kind"}
    assert figures.pop("operator_percent") == {}
    for name, value in figures.items():
        assert ROWS[name][0].split()[0] == f"{value:g}", name


def test_the_shipped_definitions() -> None:
    assert [name for name in ROWS if name in list_definitions()]
    for name in list_definitions():
        one = load_definition(name)
        limits = ", ".join(f"{limit.threshold:g} {UNITS[limit.quantity]}" for limit in one.limits)
        load = one.load if isinstance(one.load, str) else f"{one.load:g} %"
        expected = [", ".join(one.technologies), limits, f"{one.location_percent:g} %", load, one.place]
        assert ROWS[name][:5] == expected, name


def test_every_source_that_is_named_is_listed() -> None:
    """The tags of definitions and of the defaults of a scenario, such as [FC2]."""
    sources = METHOD[METHOD.index("## 9. Sources") :]
    shipped = "".join(path.read_text(encoding="utf-8") for path in SHIPPED.glob("*.toml"))
    tags = set(re.findall(r"\[([A-Z]{2}\d+)\]", json.dumps(Scenario.model_json_schema()) + shipped + METHOD))
    assert len(tags) > 10
    assert not {tag for tag in tags if not re.search(rf"^\| (?:\w+, )*{tag}[, ]", sources, re.MULTILINE)}
