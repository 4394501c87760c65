"""What a candidate would serve by itself: the definition of coverage, asked of its signals alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from phusong.coverage.evaluation import Answer, evaluate
from phusong.coverage.plan import Transmitter, plan_transmitters
from phusong.coverage.prepare import Prepared
from phusong.coverage.proposals.cells import register_from
from phusong.coverage.signals import Channel, Signals
from phusong.errors import InputError, input_error
from phusong.scenarios.coverage_definition import CoverageDefinition
from phusong.scenarios.link_resolution import CellBudgets, ChannelBudget, resolve_cells, resolve_channel

ALONE = ("rsrp", "uplink")
"""Quantities that no other cell's power takes part in."""


@dataclass(frozen=True, eq=False)
class Service:
    """How the coverage of a candidate is told.

    Attributes
    ----------
    definition : of coverage, by quantities that no other cell takes part in.
    budgets : of the candidates' channels; cells : of their register.
    location_sigma_db : (rows, columns) of the grid, shadowing by land cover; None: not known.
    """

    definition: CoverageDefinition
    budgets: Mapping[Channel, ChannelBudget]
    cells: CellBudgets
    location_sigma_db: npt.NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        """Refuse a definition by interference."""
        if not is_alone(self.definition):
            raise ValueError("coverage by interference does not follow from a candidate alone")

    def ask(
        self, signals: Mapping[Channel, Signals], rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]
    ) -> Answer:
        """Return what a run of the candidate alone would say of some pixels.

        Parameters
        ----------
        signals : of the candidate, by channel, (1, pixels).
        rows, columns : (pixels,) of the grid.
        """
        nowhere = np.zeros((1, rows.size), dtype=np.bool_)
        sigma_db = None if self.location_sigma_db is None else self.location_sigma_db[rows, columns][np.newaxis]
        return evaluate(
            self.definition, signals, self.budgets, self.cells,
            unknown=nowhere, in_doubt=nowhere, location_sigma_db=sigma_db,
        )  # fmt: skip


def is_alone(definition: CoverageDefinition) -> bool:
    """Say whether a definition is by quantities that no other cell takes part in."""
    return all(limit.quantity in ALONE for limit in definition.limits)


def refusal(source: object, technology: str) -> InputError:
    """Return the error for a run whose coverage of a technology is by interference."""
    return input_error(
        source, f"coverage of {technology} is by interference, and sites are proposed by what each covers alone",
        "Define coverage by rsrp or uplink", field="coverage",
    )  # fmt: skip


def plan_candidates(
    cells: pd.DataFrame, prepared: Prepared, technology: str
) -> tuple[list[tuple[Transmitter, ...]], Service]:
    """Return the transmitters of each candidate, in the order in which their sites first come, and how their coverage
    is told.

    Parameters
    ----------
    cells : of the candidates, with the columns of a register; the numbers of the transmitters' cells are their rows.
    prepared : the network that they would join.

    Raises
    ------
    InputError : the file of an antenna table is wrong.
    """
    scenario = prepared.scenario
    register = register_from(cells, "candidates")
    budgets = resolve_cells(scenario, register)
    groups: dict[str, list[Transmitter]] = {}
    for transmitter in plan_transmitters(
        register, prepared.ground,
        bands=scenario.bands, antennas=scenario.antennas, budgets=budgets, which=np.arange(len(register)),
    ):  # fmt: skip
        groups.setdefault(transmitter.site, []).append(transmitter)
    channels = {one.channel for group in groups.values() for one in group}
    service = Service(
        prepared.derivation.definitions[technology],
        {channel: resolve_channel(scenario, channel) for channel in channels},
        budgets,
        prepared.derivation.location_sigma_db,
    )
    return [tuple(group) for group in groups.values()], service
