"""What a scenario says of the ground: clutter heights, land cover and people, each a table of the TOML file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Strict, Tag, model_validator

from phusong.scenarios.fields import InputPath, sourced


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, strict=True)


class ClutterFiles(_Table):
    """[clutter]: representative heights along the path, such as a raster of canopies and one of buildings.

    ``path = "one.tif"`` is read as ``paths = ["one.tif"]``.
    """

    paths: Annotated[tuple[InputPath, ...], Strict(False)] = Field(
        min_length=1, description="rasters of heights above ground [m]; the greatest counts where they overlap"
    )
    nodata_is_bare: bool = sourced(False, "read pixels without data as bare ground", "off: they stay without data")

    @model_validator(mode="before")
    @classmethod
    def _single_path(cls, table: Any) -> Any:
        if isinstance(table, Mapping) and "path" in table and "paths" not in table:
            return {"paths": [table["path"]], **{name: value for name, value in table.items() if name != "path"}}
        return table


class LandCoverFile(_Table):
    """[land_cover] kind = "file", or no kind: what covers each pixel, by the classes of a raster."""

    kind: Literal["file"] = sourced("file", "where the land cover comes from", "the raster that 'path' names")
    path: InputPath = Field(description="raster of land cover classes, in any projection")
    classes: InputPath | None = sourced(
        None,
        "CSV: code, name, clutter_height_m, spm_class or spm_offset_db; terminal_class, location_sigma_db if wished",
        "the eleven classes of ESA WorldCover",
    )
    heights_in_path: bool = sourced(
        True, "the heights of the classes are clutter along the path", "on: P.1812-8 takes clutter along the path"
    )


class LandCoverMade(_Table):
    """[land_cover] kind = "made": classes by rule from zones, their people, the relief and the waters. No survey."""

    kind: Literal["made"]
    seed: int = sourced(1, "seed of the irregular edges", "any number", ge=0)
    waters: InputPath | None = sourced(
        None, "table of facts with rivers and lakes", "the facts of a made [terrain]; without one no water is made"
    )
    heights_in_path: bool = sourced(
        True, "the heights of the classes are clutter along the path", "on: P.1812-8 takes clutter along the path"
    )


class PopulationFile(_Table):
    """[population] kind = "file": people by pixel from a raster."""

    kind: Literal["file"]
    path: InputPath = Field(description="raster of people per cell of the raster (not per km2), in any projection")
    nodata_is_zero: bool = sourced(
        False, "read cells without data as nobody living there", "off: they stay without data"
    )


class PopulationMade(_Table):
    """[population] kind = "made": the people of each zone of the area, spread by its land cover and slopes."""

    kind: Literal["made"]


def _land_cover_kind(table: object) -> object:
    return table.get("kind", "file") if isinstance(table, Mapping) else getattr(table, "kind", "file")


# A land cover that does not say its kind is a file, which a discriminator by name alone does not allow; the JSON schema
# then has to be told which kinds there are.
AnyLandCover = Annotated[
    Annotated[LandCoverFile, Tag("file")] | Annotated[LandCoverMade, Tag("made")],
    Discriminator(_land_cover_kind),
    Field(
        json_schema_extra={
            "discriminator": {"mapping": {"file": "#/$defs/LandCoverFile", "made": "#/$defs/LandCoverMade"}}
        }
    ),
]
AnyPopulation = Annotated[PopulationFile | PopulationMade, Field(discriminator="kind")]
