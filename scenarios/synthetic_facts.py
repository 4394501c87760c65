"""What a synthetic register is made from: totals, rules and operators, one TOML file, every table with its source."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from phusong.errors import InputError, Problem, input_error
from phusong.scenarios.fields import InputPath, Text
from phusong.scenarios.toml_lines import Key, key_lines, line_of
from phusong.scenarios.wording import toml_value

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=0)]
HeightRange = Annotated[list[Annotated[int, Field(ge=3, le=300)]], Field(min_length=2, max_length=2)]


def _whole(shares: dict[Text, float]) -> dict[Text, float]:
    if not math.isclose(sum(shares.values()), 1.0, abs_tol=1e-9):
        raise ValueError(f"the shares add up to {sum(shares.values()):g}, not to 1")
    return shares


BandShares = Annotated[dict[Text, Share], AfterValidator(_whole)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class _Sourced(_Table):
    source: Text


class Network(_Sourced):
    """[network]: the totals."""

    sites: int = Field(gt=0)
    sites_with_5g: Count
    sectors: int = Field(ge=1, le=6)
    site_prefix: Text


class Spread(_Sourced):
    """[spread]: how many sites a zone gets."""

    population_weight: Share
    area_weight: Share
    usable_land_weight: Share
    least_sites: Count


class Position(_Sourced):
    """[position]: where in its zone a site stands."""

    lattice_m: float = Field(ge=20, le=5000)
    least_spacing_m: Positive
    town_density_per_km2: Positive
    town_contrast: float = Field(ge=0)
    half_slope_deg: Positive
    valley_height_m: Positive
    reach_m: Positive
    hill_density_per_km2: float = Field(ge=0)
    hill_share: Share

    @model_validator(mode="after")
    def _spacing_fits(self) -> Self:
        if self.least_spacing_m > self.lattice_m:
            raise ValueError(f"least_spacing_m {self.least_spacing_m:g} exceeds lattice_m {self.lattice_m:g}")
        return self


class Urban(_Sourced):
    """[urban]: where 5G comes first."""

    zone_type: Text
    km2_per_5g_site: Positive
    park_5g_sites_per_km2: float = Field(ge=0)
    least_5g_sites_per_park: Count
    least_5g_sites: Count


class Mast(_Sourced):
    """[mast]: heights and tilts."""

    town_sites_within_1km: int = Field(ge=1)
    town_height_m: HeightRange
    rural_height_m: HeightRange
    least_tilt_deg: int = Field(ge=0, le=20)
    most_tilt_deg: int = Field(ge=0, le=20)
    tilt_aim: Positive

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for name in ("town_height_m", "rural_height_m"):
            low, high = getattr(self, name)
            if low > high:
                raise ValueError(f"{name} runs from {low} down to {high}")
        if self.least_tilt_deg > self.most_tilt_deg:
            raise ValueError("least_tilt_deg exceeds most_tilt_deg")
        return self


class Cells(_Sourced):
    """[cells.TECHNOLOGY]: a sector's power, summed over its ports [dBm], and its antenna."""

    power_dbm: float = Field(ge=0, le=70)
    antenna: Text


class Operator(_Sourced):
    """[[operators]]: shares and bands of one operator."""

    name: Text
    share: Share
    share_5g: Share
    band_5g: Text | None = None
    town: BandShares
    rural: BandShares

    @model_validator(mode="after")
    def _has_5g_band(self) -> Self:
        if self.share_5g > 0 and self.band_5g is None:
            raise ValueError(f"{self.name} has 5G sites and no band_5g")
        return self


class RegisterFacts(_Table):
    """The whole file. `relief` has been resolved against its folder."""

    relief: InputPath
    relief_seed: int = Field(ge=0)
    network: Network
    spread: Spread
    position: Position
    urban: Urban
    mast: Mast
    cells: dict[Literal["4G", "5G"], Cells]
    operators: list[Operator] = Field(min_length=1)

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.network.sites_with_5g > self.network.sites:
            raise ValueError("network: more sites with 5G than sites")
        needed = {"4G", "5G"} if self.network.sites_with_5g else {"4G"}
        if missing := needed - self.cells.keys():
            raise ValueError(f"cells: no table for {', '.join(sorted(missing))}")
        _whole({operator.name: operator.share for operator in self.operators})
        if self.network.sites_with_5g:
            _whole({operator.name: operator.share_5g for operator in self.operators})
        for operator in self.operators:
            if operator.share_5g * self.network.sites_with_5g > operator.share * self.network.sites:
                raise ValueError(f"operators: {operator.name} has more 5G sites than sites")
        return self


def read_register_facts(path: Path) -> RegisterFacts:
    """Read the facts of a synthetic register; InputError with every problem of the file."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        tables = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise input_error(path, f"cannot be read ({error})", "Give a TOML file in UTF-8.") from error
    try:
        return RegisterFacts.model_validate(tables, context={"folder": path.parent.resolve()})
    except ValidationError as error:
        lines = key_lines(text)
        raise InputError(_problem(str(path), details, lines) for details in error.errors()) from None


def _problem(file: str, details: ErrorDetails, lines: Mapping[Key, int]) -> Problem:
    given = "" if details["type"] in ("missing", "with_remedy") else f" (given: {toml_value(details['input'])})"
    return Problem(
        file=file,
        row=line_of(lines, details["loc"]),
        field=".".join(str(part) for part in details["loc"]) or None,
        message=details["msg"].removeprefix("Value error, ") + given,
        remedy=details.get("ctx", {}).get("remedy", "The packaged register.toml shows every key with its meaning."),
    )
