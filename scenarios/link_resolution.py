"""From the link budgets and their overrides to plain numbers: those of a channel, and those of each cell."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from phusong.errors import Problem, input_error
from phusong.scenarios.cell_load import TrafficLoad
from phusong.scenarios.link_budget import BAND_FIELDS, CELL_FIELDS, SELECTORS, LinkBudget, LinkOverride
from phusong.scenarios.registers import Register
from phusong.scenarios.schema import Scenario
from phusong.scenarios.suggestions import nearest

SUBCARRIERS_OF_BLOCK = 12
LOADS = {"downlink_load_percent", "uplink_load_percent"}
LONGEST_LIST = 50

FloatArray = npt.NDArray[np.float64]


class ChannelBudget(NamedTuple):
    """The link budget of one channel, all overrides of its technology, operator and band applied.

    Attributes
    ----------
    frequency_mhz : downlink centre [MHz].
    resource_blocks : of 12 subcarriers each, of the whole carrier.
    downlink_share, uplink_share : share of the time, 1 each in FDD.
    downlink_load, uplink_load : of a cell that no override names, 0 to 1.

    The others are the fields of `LinkBudget` by the same names.
    """

    frequency_mhz: float
    resource_blocks: int
    subcarrier_spacing_khz: float
    thermal_noise_dbm_hz: float
    ue_noise_figure_db: float
    ue_power_dbm: float
    ue_gain_dbi: float
    body_loss_db: float
    vehicle_loss_db: float
    vehicle_sigma_db: float
    building_entry: str
    efficient_buildings_percent: float
    building_loss_db: float
    building_sigma_db: float
    downlink_alpha: float
    downlink_cap_bps_hz: float
    uplink_alpha: float
    uplink_cap_bps_hz: float
    sinr_floor_db: float
    layers_from_sinr_db: tuple[float, ...]
    downlink_modulation_bits: int
    uplink_modulation_bits: int
    downlink_overhead: float
    uplink_overhead: float
    downlink_share: float
    uplink_share: float
    reference_share: float
    downlink_load: float
    uplink_load: float


class CellBudgets(NamedTuple):
    """The station's side of each cell of a register; all float64 (cells,).

    Attributes
    ----------
    rs_power_dbm : power of a reference-signal resource element at the antenna's input [dBm]: the carrier's power shared
        evenly by its subcarriers, with the boost, less the feeder.
    feeder_loss_db, reference_signal_boost_db, station_noise_figure_db : as in the scenario.
    downlink_load, uplink_load : 0 to 1.
    """

    rs_power_dbm: FloatArray
    feeder_loss_db: FloatArray
    reference_signal_boost_db: FloatArray
    station_noise_figure_db: FloatArray
    downlink_load: FloatArray
    uplink_load: FloatArray


def resolve_channel(scenario: Scenario, channel: tuple[str, str, str]) -> ChannelBudget:
    """Return the link budget of a channel: a technology, an operator and the name of a band.

    Raises
    ------
    InputError : there is no such band.
    ValidationError : the overrides together make no budget, which `override_problems` tells beforehand.
    """
    name = channel[2]
    if name not in scenario.bands:
        raise input_error("link", f"there is no band '{name}'", nearest(name, scenario.bands, "bands"))
    band = scenario.bands[name]
    budget = _overridden(scenario, channel)
    same = {field: getattr(budget, field) for field in ChannelBudget._fields if field in LinkBudget.model_fields}
    loaded = 1.0 if scenario.load.kind == "full" else 0.01 * budget.downlink_load_percent
    return ChannelBudget(
        frequency_mhz=band.frequency_mhz,
        resource_blocks=max(1, band.subcarriers // SUBCARRIERS_OF_BLOCK),
        downlink_share=budget.tdd_downlink_share if band.is_tdd else 1.0,
        uplink_share=1.0 - budget.tdd_downlink_share - budget.tdd_guard_share if band.is_tdd else 1.0,
        downlink_load=loaded,
        uplink_load=0.01 * budget.uplink_load_percent,
        **same,
    )


def resolve_cells(scenario: Scenario, register: Register) -> CellBudgets:
    """Return the station's side of each cell, in the order of the register."""
    bands = [scenario.bands[str(name)] for name in register.band]
    budgets = [_base(scenario, str(technology)) for technology in register.technology]
    figures = {
        name: np.array([getattr(one, name) for one in (bands if name in BAND_FIELDS else budgets)], dtype=np.float64)
        for name in CELL_FIELDS
    }
    for override in scenario.link_overrides:
        where = matching_cells(override, register)
        for name in figures.keys() & override.values.keys():
            figures[name][where] = override.values[name]
    if scenario.load.kind == "full":
        figures["downlink_load_percent"][:] = 100.0
    subcarriers = np.array([band.subcarriers for band in bands], dtype=np.float64)
    feeder_loss_db, boost_db = figures["feeder_loss_db"], figures["reference_signal_boost_db"]
    return CellBudgets(
        rs_power_dbm=register.power_dbm - 10.0 * np.log10(subcarriers) + boost_db - feeder_loss_db,
        feeder_loss_db=feeder_loss_db,
        reference_signal_boost_db=boost_db,
        station_noise_figure_db=figures["station_noise_figure_db"],
        downlink_load=0.01 * figures["downlink_load_percent"],
        uplink_load=0.01 * figures["uplink_load_percent"],
    )


def matching_cells(override: LinkOverride, register: Register) -> npt.NDArray[np.bool_]:
    """Return which cells an override is for; (cells,)."""
    where = np.ones(len(register), dtype=np.bool_)
    for selector in SELECTORS:
        if (wanted := getattr(override, selector)) is not None:
            where &= getattr(register, selector) == wanted
    return where


def override_problems(place: str, scenario: Scenario, register: Register) -> Iterator[Problem]:
    """Yield what is wrong with the overrides, given the cells that they are for.

    Parameters
    ----------
    place : how to call the scenario in a problem.
    register : all cells, simulated or not.
    """
    known = {name: sorted(set(getattr(register, name).tolist())) for name in ("operator", "cell")}
    known["band"] = list(scenario.bands)
    for index, override in enumerate(scenario.link_overrides):
        field = f"link_overrides.{index}"
        unknown = False
        for selector, names in known.items():
            name = getattr(override, selector)
            if name is not None and name not in names:
                unknown = True
                remedy = _nearest(name, names, f"{selector}s")
                yield Problem(place, None, f"{field}.{selector}", f"there is no {selector} '{name}'", remedy)
        if not unknown and not matching_cells(override, register).any():
            remedy = "Take a selector out, or the override."
            yield Problem(place, None, field, "no cell of the register matches all its selectors", remedy)
        kind = scenario.load.kind
        loads = override.values.keys() & ({"downlink_load_percent"} if kind == "traffic" else LOADS)
        if override.cell is not None and loads and kind != "cell":
            message = f"the load of a single cell does not count with [load] kind = '{kind}'"
            yield Problem(place, None, f"{field}.{min(loads)}", message, 'Give [load] kind = "cell".')
    for channel in sorted(set(zip(*(getattr(register, name).tolist() for name in SELECTORS[:3]), strict=True))):
        try:
            _overridden(scenario, channel)
        except ValidationError as error:
            for details in error.errors():
                message = f"together they make no link budget of {' '.join(channel)}: {details['msg']}"
                yield Problem(place, None, "link_overrides", message, "Mend one of them.")


def load_problems(place: str, scenario: Scenario, register: Register) -> Iterator[Problem]:
    """Yield what is wrong with the loads, given the cells: shares of people for operators that have none."""
    if not isinstance(scenario.load, TrafficLoad):
        return
    known = sorted(set(register.operator.tolist()))
    for name in scenario.load.operator_percent:
        if name not in known:
            remedy = nearest(name, known, "operators")
            yield Problem(place, None, f"load.operator_percent.{name}", f"there is no operator '{name}'", remedy)


def _base(scenario: Scenario, technology: str) -> LinkBudget:
    return scenario.link["4G"] if technology == "4G" else scenario.link["5G"]


def _overridden(scenario: Scenario, channel: tuple[str, str, str]) -> LinkBudget:
    """Return a technology's budget with the overrides that are for the whole channel; raises ValidationError."""
    base = _base(scenario, channel[0])
    values: dict[str, Any] = {}
    for override in scenario.link_overrides:
        selected = (override.technology, override.operator, override.band)
        if override.cell is None and all(
            wanted in (None, name) for wanted, name in zip(selected, channel, strict=True)
        ):
            values |= {name: value for name, value in override.values.items() if name not in BAND_FIELDS}
    return type(base)(**{**dict(base), **values}) if values else base


def _nearest(name: str, names: list[str], what: str) -> str:
    """Return the nearest name as a remedy; of thousands of cells not all are listed."""
    if len(names) <= LONGEST_LIST:
        return nearest(name, names, what)
    close = difflib.get_close_matches(name, names, n=3)
    return f"Nearest: {', '.join(close)}." if close else f"Name one of the {len(names):,} {what} of the register."
