"""What a simulation assumes of link budgets and loads, as sentences: which load counts, which figures are defaults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from phusong.scenarios.cell_load import TrafficLoad
from phusong.scenarios.ground_assumptions import counted
from phusong.scenarios.link_budget import LinkBudget
from phusong.scenarios.registers import Register
from phusong.scenarios.schema import Band, Scenario
from phusong.scenarios.toml_table import GK

_LOADS = ("downlink_load_percent", "uplink_load_percent")
_OF_BAND: Mapping[str, str] = {"feeder_loss_db": "{:g} dB", "reference_signal_boost_db": "{:g} dB", "duplex": "{}"}


def link_assumptions(scenario: Scenario, register: Register) -> Iterator[str]:
    """Yield which loads a run counts with, and which figures of its link budgets nobody gave."""
    budgets: dict[str, LinkBudget] = {
        technology: scenario.link["4G"] if technology == "4G" else scenario.link["5G"]
        for technology in sorted({band.technology for band in scenario.bands.values()})
    }
    yield from _load(scenario, register, budgets)
    for technology, budget in budgets.items():
        fields = [name for name in type(budget).model_fields if name not in _LOADS]
        given = [name for name in fields if name in budget.model_fields_set]
        yield (
            f"Link budget of {technology}: {len(fields) - len(given)} of {len(fields)} figures are defaults, "
            f"each with its source in the run's scenario.toml; given: {', '.join(given) or 'none'}."
        )
        yield from _guessed(technology, budget)
    yield from _bands(scenario.bands)
    if scenario.link_overrides:
        yield f"{counted(len(scenario.link_overrides), 'link override')} in place of these, in the order of the file."
    yield (
        "SINR and rates are medians without fading, for one user alone in the cell; the uplink takes the path of the "
        "downlink."
    )


def _guessed(technology: str, budget: LinkBudget) -> Iterator[str]:
    """Name every figure of a link budget that nobody published and the user did not give."""
    guessed = [
        f"{name} {getattr(budget, name)}"
        for name, field in type(budget).model_fields.items()
        if name not in budget.model_fields_set
        and isinstance(field.json_schema_extra, dict)
        and GK in f"{field.json_schema_extra['source']}"
    ]
    if guessed:
        yield f"Link budget of {technology}, by {GK}: {', '.join(guessed)}."


def _load(scenario: Scenario, register: Register, budgets: Mapping[str, LinkBudget]) -> Iterator[str]:
    downlink, uplink = (
        ", ".join(f"{technology} {_figure(budget, name, '{:g} %')}" for technology, budget in budgets.items())
        for name in _LOADS
    )
    match scenario.load:
        case TrafficLoad() as load:
            yield (
                "Downlink load: from the traffic of the people that each cell serves, "
                f"{_figure(load, 'busy_hour_mbps_per_person', '{:g} Mbit/s')} an inhabitant in the busy hour, "
                f"{_figure(load, 'share_5g_percent', '{:g} %')} of it by 5G where that covers, "
                f"{'operators as given' if load.operator_percent else 'all operators alike (default)'}."
            )
            without = sorted(set(register.operator.tolist()) - load.operator_percent.keys())
            if load.operator_percent and without:
                yield f"No people are given to {', '.join(without)}: their cells stay at the least load."
        case load if load.kind == "full":
            yield "Downlink load: every cell sends all the time, the worst case."
        case load:
            which = "every cell alike" if load.kind == "uniform" else "but for the cells that link_overrides name"
            yield f"Downlink load: {downlink}; {which}."
    yield f"Uplink load, from which the station's noise rises: {uplink}."


def _bands(bands: Mapping[str, Band]) -> Iterator[str]:
    for name, form in _OF_BAND.items():
        assumed: dict[str, list[str]] = {}
        for band_name, band in bands.items():
            if name not in band.model_fields_set:
                value = ("tdd" if band.is_tdd else "fdd") if name == "duplex" else getattr(band, name)
                assumed.setdefault(form.format(value), []).append(band_name)
        if assumed:
            values = "; ".join(f"{value} for {', '.join(names)}" for value, names in assumed.items())
            yield f"{name} of bands is a default: {values}."


def _figure(table: BaseModel, name: str, form: str) -> str:
    """Return a figure with its unit, and whether it is a default."""
    text = form.format(getattr(table, name))
    return text if name in table.model_fields_set else f"{text} (default)"
