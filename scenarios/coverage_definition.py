"""When a pixel counts as covered: [coverage.TECHNOLOGY] of a scenario, and definitions in files of their own."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import NormalDist
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, Strict, model_validator
from pydantic_core import PydanticCustomError

from phusong.scenarios.fields import Text, sourced
from phusong.scenarios.toml_table import Place, Table, Technology

Quantity = Literal["rsrp", "sinr", "rsrq", "downlink", "uplink"]
THRESHOLDS: Mapping[Quantity, str] = {
    "rsrp": "threshold_dbm",
    "sinr": "threshold_db",
    "rsrq": "threshold_db",
    "downlink": "threshold_mbps",
    "uplink": "threshold_mbps",
}
"""The key of each quantity's threshold: it has the unit."""
QUANTITY = "RSRP (4G) and SS-RSRP (5G), 3GPP TS 36.214 / 38.215"
Load = Literal["run", "full"] | Annotated[float, Field(ge=0, le=100)]


class Limit(NamedTuple):
    """A quantity and the least value that it must have, in dBm, dB or Mbit/s."""

    quantity: Quantity
    threshold: float


class Condition(Table):
    """A further condition: a quantity and its threshold, in the key that has its unit."""

    quantity: Quantity = Field(description="what is compared with the threshold")
    threshold_dbm: float | None = sourced(None, "for rsrp [dBm]", "not set", ge=-150, le=-40)
    threshold_db: float | None = sourced(None, "for sinr and rsrq [dB]", "not set", ge=-40, le=60)
    threshold_mbps: float | None = sourced(None, "for downlink and uplink [Mbit/s]", "not set", gt=0, le=100_000)

    @property
    def limit(self) -> Limit:
        """The quantity with its threshold."""
        return Limit(self.quantity, getattr(self, THRESHOLDS[self.quantity]))

    @model_validator(mode="after")
    def _has_its_threshold(self) -> Condition:
        given = [key for key in dict.fromkeys(THRESHOLDS.values()) if getattr(self, key) is not None]
        _check_thresholds(self.quantity, given)
        return self


class CoverageDefinition(Table):
    """[coverage.TECHNOLOGY]: when a pixel counts as covered.

    It is covered where one channel fulfils all conditions at the stated share of the places. For `sinr`, `rsrq` and
    rates the margin for shadowing lowers the wanted signal alone; interference stays at its median.
    """

    quantity: Quantity = sourced("rsrp", "quantity compared with the threshold", QUANTITY)
    threshold_dbm: float = sourced(
        -115.0,
        "least power a served phone receives [dBm]",
        "ACMA 2026 standard: no coverage below -115 dBm [AC4]",
        ge=-150,
        le=-40,
    )
    threshold_db: float | None = sourced(
        None, "least sinr or rsrq [dB], where that is the quantity", "not set: the quantity is another", ge=-40, le=60
    )
    threshold_mbps: float | None = sourced(
        None, "least rate [Mbit/s], where downlink or uplink is the quantity", "not set: the quantity is another",
        gt=0, le=100_000,
    )  # fmt: skip
    also: Annotated[tuple[Condition, ...], Strict(False)] = sourced(
        (), "further conditions that must hold as well", "none: the quantity alone"
    )
    location_percent: float = sourced(
        90.0,
        "share of the places in a pixel that reach the threshold [%]",
        "FCC BDC: 90 % at the cell edge [FC2]",
        ge=50,
        le=99.9,
    )
    shadow_sigma_db: float = sourced(
        8.0, "standard deviation of shadowing [dB]", "3GPP TR 38.901 table 7.4.1-1: RMa NLOS 8 dB", ge=0, le=20
    )
    sigma_by_land_cover: bool = sourced(
        True,
        "take the deviation of the land cover of a pixel, where there is land cover, in place of shadow_sigma_db",
        "on, unless shadow_sigma_db is given",
    )
    load: Load = sourced(
        "run", 'load of the interfering cells: "run" (as simulated), "full", or one for all [%]', "as simulated"
    )
    place: Place = sourced("outdoors", "where the phone is", "outdoors: every definition found says so [OF1][FC1][BN1]")

    @property
    def limits(self) -> tuple[Limit, ...]:
        """Every condition: the quantity with its threshold, and the further ones."""
        own = Limit(self.quantity, getattr(self, THRESHOLDS[self.quantity]))
        return (own, *(condition.limit for condition in self.also))

    @property
    def is_by_level(self) -> bool:
        """Whether received power is all that counts: then layers alone tell how near a verdict is to its limit."""
        return all(limit.quantity == "rsrp" for limit in self.limits)

    @property
    def shadow_margin_db(self) -> float:
        """Margin that the median needs above the threshold [dB]: sigma times the normal quantile. By land cover it is
        another from pixel to pixel.
        """
        return self.shadow_sigma_db * NormalDist().inv_cdf(self.location_percent / 100.0)

    @property
    def median_threshold_dbm(self) -> float:
        """The median RSRP from which a pixel is covered outdoors, or counts for overlap [dBm]."""
        return self.threshold_dbm + self.shadow_margin_db

    @model_validator(mode="before")
    @classmethod
    def _own_sigma_counts(cls, given: object) -> object:
        """A definition that gives a deviation means it, whatever the land cover is."""
        if isinstance(given, dict) and "shadow_sigma_db" in given and "sigma_by_land_cover" not in given:
            return {**given, "sigma_by_land_cover": False}
        return given

    @model_validator(mode="after")
    def _has_its_threshold(self) -> CoverageDefinition:
        given = [key for key in ("threshold_db", "threshold_mbps") if getattr(self, key) is not None]
        if self.quantity == "rsrp":  # threshold_dbm always stands: else it still says which cells overlap
            given.append("threshold_dbm")
        _check_thresholds(self.quantity, given)
        return self


class Definition(CoverageDefinition):
    """A definition in a file of its own: a published one, or a user's. It must say its threshold itself."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", description="short name: small letters, digits, '-' and '_'")
    title: Text = Field(description="title printed on maps and reports")
    title_en: Text = sourced("", "the title in English", "free text")
    technologies: Annotated[tuple[Technology, ...], Strict(False)] = Field(
        min_length=1, description="the technologies that it is for"
    )
    receiver_height_m: float | None = sourced(
        None, "height of the phone [m]", "none: any height will do", ge=1, le=3000
    )
    greatest_resolution_m: float | None = sourced(
        None, "the coarsest grid on which it may be answered [m]", "none: any grid will do", gt=0, le=1000
    )
    source: Text = Field(description="who says so, and where")
    note: Text = sourced("", "what a reader should know", "free text")

    @model_validator(mode="after")
    def _says_its_threshold(self) -> Definition:
        key = THRESHOLDS[self.quantity]
        if key not in self.model_fields_set:
            raise _wrong(f"'{key}' is missing", f"Add it: the threshold of {self.quantity}.")
        return self


def _check_thresholds(quantity: Quantity, given: list[str]) -> None:
    wanted = THRESHOLDS[quantity]
    if wanted not in given:
        raise _wrong(f"'{wanted}' is missing, the threshold of {quantity}", f"Add {wanted} = a number.")
    if len(given) > 1:
        others = " and ".join(key for key in given if key != wanted)
        raise _wrong(f"{quantity} has no {others}", f"Give {wanted} alone.")


def _wrong(message: str, remedy: str) -> PydanticCustomError:
    return PydanticCustomError("with_remedy", "{message}", {"message": message, "remedy": remedy})
