"""[link.TECHNOLOGY] and [[link_overrides]]: the link budget of a phone and its station, down and up.

What belongs to a carrier (its subcarriers, feeder loss, boost of the reference signals) stands in [bands.NAME].
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, Strict, create_model, model_validator
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict  # that of typing is enough from Python 3.12 on

from phusong.scenarios.fields import Text, sourced
from phusong.scenarios.toml_table import GK, Table, Technology

SHANNON = "3GPP TR 36.942 annex A"
Spacing = Literal[15, 30, 60, 120]
SinrSteps = Annotated[tuple[Annotated[float, Field(ge=-10, le=60)], ...], Strict(False)]


class LinkBudget(Table):
    """[link.TECHNOLOGY]: what both technologies have alike; each one's own defaults stand in its subclass."""

    thermal_noise_dbm_hz: float = sourced(
        -174.0, "thermal noise density [dBm/Hz]", "k T at 290 K; -174 [LB1]", ge=-180, le=-160
    )
    subcarrier_spacing_khz: Spacing = sourced(15, "subcarrier spacing [kHz]", "3GPP TS 36.211")
    ue_noise_figure_db: float = sourced(
        9.0, "noise figure of the phone [dB]", "9 dB [LB4]; 7-9 dB seen [LB1][LB2]: the cautious end", ge=0, le=20
    )
    station_noise_figure_db: float = sourced(5.0, "noise figure of the station [dB]", "5 dB, " + GK, ge=0, le=20)
    ue_power_dbm: float = sourced(
        23.0, "greatest power of the phone [dBm]", "power class 3, 23 dBm [LB1][LB2]", ge=0, le=40
    )
    ue_gain_dbi: float = sourced(0.0, "antenna gain of the phone [dBi]", "0 dBi [LB1][LB2]", ge=-20, le=20)
    body_loss_db: float = sourced(
        1.0, "loss by the user's body, in SINR and rates, not in RSRP [dB]", "data: 0-1 dB [LB1][LB2]", ge=0, le=20
    )
    vehicle_loss_db: float = sourced(
        9.0, "mean loss into a car [dB]", "3GPP TR 38.901 clause 7.4.3.2; 20 dB with metallised windows", ge=0, le=40
    )
    vehicle_sigma_db: float = sourced(
        5.0, "standard deviation of the loss into a car [dB]", "3GPP TR 38.901 clause 7.4.3.2", ge=0, le=20
    )
    building_entry: Literal["p2109", "fixed"] = sourced(
        "p2109", "loss into a building: of Rec. ITU-R P.2109 by frequency, or one fixed figure", "ITU-R P.2109-2"
    )
    efficient_buildings_percent: float = sourced(
        0.0, "p2109: buildings of the thermally efficient kind [%]", "traditional ones alone, " + GK, ge=0, le=100
    )
    building_loss_db: float = sourced(
        20.0, "fixed: median loss into a building [dB]", "20 dB in towns [LB1]; 12-15 dB in the country", ge=0, le=60
    )
    building_sigma_db: float = sourced(
        4.4, "fixed: its standard deviation [dB]", "3GPP TR 38.901 table 7.4.3-2, low-loss building", ge=0, le=20
    )
    downlink_alpha: float = sourced(0.6, "downlink share of the Shannon bound", SHANNON + " [LB4][LB5]", gt=0, le=1)
    downlink_cap_bps_hz: float = sourced(
        4.4, "greatest downlink efficiency of a layer [bit/s/Hz]", SHANNON + " [LB4][LB5]", gt=0, le=10
    )
    uplink_alpha: float = sourced(0.4, "uplink share of the Shannon bound", f"{SHANNON}, {GK}", gt=0, le=1)
    uplink_cap_bps_hz: float = sourced(2.0, "greatest uplink efficiency [bit/s/Hz]", f"{SHANNON}, {GK}", gt=0, le=10)
    sinr_floor_db: float = sourced(
        -10.0, "SINR below which nothing is decoded [dB]", SHANNON + " [LB4][LB5]", ge=-30, le=10
    )
    layers_from_sinr_db: SinrSteps = sourced(
        (), "SINR from which a second, third, ... downlink layer is used [dB], rising",
        "one layer, as 3GPP TR 36.942 has it: cautious", max_length=7,
    )  # fmt: skip
    downlink_modulation_bits: Literal[2, 4, 6, 8, 10] = sourced(
        6, "bits of the highest downlink modulation, for the peak rate", "64QAM, 3GPP TS 36.211"
    )
    uplink_modulation_bits: Literal[2, 4, 6, 8, 10] = sourced(
        4, "bits of the highest uplink modulation, for the peak rate", "16QAM, which every LTE phone has, TS 36.306"
    )
    downlink_overhead: float = sourced(
        0.25, "share of the downlink taken by control and reference signals",
        "TS 36.213: at most 75,376 of the 100,800 bits of 20 MHz in 1 ms", ge=0, lt=1,
    )  # fmt: skip
    uplink_overhead: float = sourced(
        0.14, "share of the uplink taken by control and reference signals",
        "TS 36.211: 2 of 14 symbols are reference signals", ge=0, lt=1,
    )  # fmt: skip
    tdd_downlink_share: float = sourced(
        0.74, "TDD: share of time that is downlink", "calc: slots DDDSU, the special one 10:2:2, so 52 of 70 symbols; "
        "0.70-0.75 in use, " + GK, ge=0, le=1,
    )  # fmt: skip
    tdd_guard_share: float = sourced(
        0.03, "TDD: share of time that is neither downlink nor uplink", "calc: the same slots, 2 of 70 symbols; " + GK,
        ge=0, le=0.3,
    )  # fmt: skip
    reference_share: float = sourced(
        0.33, "share of an empty cell's RSSI that it still radiates, for RSRQ",
        "TS 36.211 clause 6.10.1: two ports fill 4 of the 12 subcarriers of the symbols measured", gt=0, le=1,
    )  # fmt: skip
    downlink_load_percent: float = sourced(
        50.0, "downlink load of every cell [%]", "FCC BDC: 50 % cell loading [FC2]", ge=0, le=100
    )
    uplink_load_percent: float = sourced(
        50.0, "uplink load of every cell, from which the noise rises [%]",
        "as the downlink: 3 dB of noise rise, 3-4 dB [LB1][LB2]", ge=0, le=95,
    )  # fmt: skip

    @model_validator(mode="after")
    def _agrees(self) -> LinkBudget:
        if self.tdd_downlink_share + self.tdd_guard_share > 1.0:
            raise _wrong(
                f"tdd_downlink_share {self.tdd_downlink_share:g} and tdd_guard_share {self.tdd_guard_share:g} are more "
                "than the whole time",
                "Give shares whose sum is at most 1; what is left is uplink.",
            )
        steps = self.layers_from_sinr_db
        if any(low >= high for low, high in pairwise(steps)):
            raise _wrong("layers_from_sinr_db does not rise", "Give rising values, such as [10, 16, 22].")
        return self


class LteBudget(LinkBudget):
    """[link.4G]."""


class NrBudget(LinkBudget):
    """[link.5G]."""

    subcarrier_spacing_khz: Spacing = sourced(30, "subcarrier spacing [kHz]", "the usual choice below 6 GHz, " + GK)
    station_noise_figure_db: float = sourced(
        3.0, "noise figure of the station [dB]", "2-4 dB [LB2]: the middle", ge=0, le=20
    )
    body_loss_db: float = sourced(
        3.0, "loss by the user's body, in SINR and rates, not in RSRP [dB]", "3 dB below 6 GHz [LB1][LB2]", ge=0, le=20
    )
    downlink_cap_bps_hz: float = sourced(
        7.4, "greatest downlink efficiency of a layer [bit/s/Hz]",
        "256QAM at rate 948/1024, 3GPP TS 38.306 clause 4.1.2", gt=0, le=10,
    )  # fmt: skip
    layers_from_sinr_db: SinrSteps = sourced(
        (10.0, 16.0, 22.0), "SINR from which a second, third, ... downlink layer is used [dB], rising",
        "four antennas at the phone; the steps are " + GK, max_length=7,
    )  # fmt: skip
    downlink_modulation_bits: Literal[2, 4, 6, 8, 10] = sourced(
        8, "bits of the highest downlink modulation, for the peak rate", "256QAM, mandatory, 3GPP TS 38.306"
    )
    uplink_modulation_bits: Literal[2, 4, 6, 8, 10] = sourced(
        6, "bits of the highest uplink modulation, for the peak rate", "64QAM, mandatory, 3GPP TS 38.306"
    )
    downlink_overhead: float = sourced(
        0.14, "share of the downlink taken by control and reference signals",
        "3GPP TS 38.306 clause 4.1.2, below 6 GHz; " + GK, ge=0, lt=1,
    )  # fmt: skip
    uplink_overhead: float = sourced(
        0.08, "share of the uplink taken by control and reference signals",
        "3GPP TS 38.306 clause 4.1.2, below 6 GHz; " + GK, ge=0, lt=1,
    )  # fmt: skip
    reference_share: float = sourced(
        0.29, "share of an empty cell's RSSI that it still radiates, for RSRQ",
        "one SS/PBCH block fills 4 of the 14 symbols of a slot, TS 38.213 clause 4.1; as a measure of RSSI " + GK,
        gt=0, le=1,
    )  # fmt: skip


Links = TypedDict("Links", {"4G": LteBudget, "5G": NrBudget})
Links.__pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[attr-defined]


def default_links() -> Links:
    """Return the budgets of a scenario that says nothing about them."""
    return {"4G": LteBudget(), "5G": NrBudget()}


def _complete(tables: object) -> object:
    """Return the tables with an empty one for each technology that is not there: its defaults."""
    return {"4G": {}, "5G": {}} | dict(tables) if isinstance(tables, Mapping) else tables


AllLinks = Annotated[Links, BeforeValidator(_complete)]

BAND_FIELDS: Mapping[str, Any] = {
    "feeder_loss_db": Annotated[float, Field(ge=0, le=20, description="radio to antenna [dB]")],
    "reference_signal_boost_db": Annotated[float, Field(ge=-6, le=6, description="reference-signal boosting [dB]")],
}
"""What of a band may be overridden, as in [bands.NAME]."""
CELL_FIELDS = (*BAND_FIELDS, "station_noise_figure_db", "downlink_load_percent", "uplink_load_percent")
"""What may be overridden cell by cell: the station's side."""
SELECTORS = ("technology", "operator", "band", "cell")


class _Override(Table):
    """[[link_overrides]]: figures in place of those of [link.TECHNOLOGY] and [bands.NAME], where all selectors match.

    They are applied in the order of the file: of two that set one figure, the later wins.
    """

    technology: Technology | None = sourced(None, "only cells of this technology", "none: of any")
    operator: Text | None = sourced(None, "only cells of this operator", "none: of any")
    band: Text | None = sourced(None, "only cells of this band", "none: of any")
    cell: Text | None = sourced(None, "only the cell of this name", "none: any cell")

    @property
    def values(self) -> dict[str, Any]:
        """What it sets, by the name of the figure."""
        return {
            name: value
            for name in type(self).model_fields
            if name not in SELECTORS and (value := getattr(self, name)) is not None
        }

    @model_validator(mode="after")
    def _says_something(self) -> _Override:
        if all(getattr(self, name) is None for name in SELECTORS):
            raise _wrong("no selector is given", f"Name at least one of {', '.join(SELECTORS)}.")
        if not self.values:
            raise _wrong("nothing is overridden", f"Give one or more of {', '.join(OVERRIDABLE)}.")
        if self.cell is not None and (others := [name for name in self.values if name not in CELL_FIELDS]):
            raise _wrong(
                f"{', '.join(others)} cannot be given for a single cell",
                f"For a cell give {', '.join(CELL_FIELDS)}; select the others by technology, operator or band.",
            )
        return self


def _wrong(message: str, remedy: str) -> PydanticCustomError:
    return PydanticCustomError("with_remedy", "{message}", {"message": message, "remedy": remedy})


def _optional_fields() -> dict[str, Any]:
    """Return the figures of a budget and of a band, with their limits, as fields that need not be given."""
    kept = sourced(None, "", "none: the figure of the budget or the band")
    fields: dict[str, Any] = {name: (kind | None, kept) for name, kind in BAND_FIELDS.items()}
    for name, field in LinkBudget.model_fields.items():
        limits = Field(description=field.description)
        kind: Any = field.annotation
        limited: Any = Annotated[kind, *field.metadata, limits]
        fields[name] = (limited | None, sourced(None, field.description or "", "none: the figure of the budget"))
    return fields


OVERRIDABLE = (*BAND_FIELDS, *LinkBudget.model_fields)
if TYPE_CHECKING:
    LinkOverride = _Override
else:  # the same figures within the same limits, none of them required: written once, in LinkBudget
    LinkOverride = create_model("LinkOverride", __base__=_Override, __module__=__name__, **_optional_fields())
