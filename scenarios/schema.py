"""What a scenario says: frozen models, one a table of the TOML file, every default with its unit and source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Strict, Tag

from phusong.scenarios.cell_load import AnyLoad, UniformLoad
from phusong.scenarios.coverage_definition import CoverageDefinition as CoverageDefinition
from phusong.scenarios.fields import AntennaPath, InputPath, LossName, MetricCrs, ModelName, Setting, Text, sourced
from phusong.scenarios.ground_tables import AnyLandCover, AnyPopulation, ClutterFiles
from phusong.scenarios.link_budget import AllLinks, LinkOverride, default_links
from phusong.scenarios.toml_table import GK as _GK
from phusong.scenarios.toml_table import Place as Place
from phusong.scenarios.toml_table import Table as _Table
from phusong.scenarios.toml_table import Technology as Technology

ENTERED: Mapping[str, Place] = {"p2109": "indoors", "tr38901_building": "indoors", "tr38901_car": "in a car"}
"""The added losses that take the receiver inside something, and what."""


class Header(_Table):
    """[scenario]: what this scenario is."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", description="short name: small letters, digits, '-' and '_'")
    title: Text = Field(description="title printed on maps and reports")
    title_en: Text = sourced("", "the title in English", "free text")
    note: Text = sourced("", "printed under every output", "free text")


class Area(_Table):
    """[area]: which zones make up the area, and the map projection."""

    zones: Text = Field(description="zone layer whose union is the area, a key of [zones]")
    crs: MetricCrs | None = sourced(
        None, "projected CRS in metres; none: the UTM zone of the area's middle", "UTM, WGS 84"
    )
    margin_km: float = sourced(
        0.0, "how far the grid reaches beyond the area [km]", "none: the area alone", ge=0, le=200
    )


class GridSettings(_Table):
    """[grid]."""

    resolution_m: float = sourced(
        90.0, "side of a pixel [m]", "SRTM3 posting, about 90 m; FCC BDC asks for 100 m or finer", ge=1, le=1000
    )


class TerrainFiles(_Table):
    """[terrain] kind = "files": measured elevation."""

    kind: Literal["files"]
    paths: Annotated[tuple[InputPath, ...], Strict(False)] = Field(
        min_length=1, description="HGT and GeoTIFF files, the first has priority where they overlap"
    )
    fill_voids: bool = sourced(False, "interpolate voids inside the tiles", "off: a void stays without data")


class TerrainMade(_Table):
    """[terrain] kind = "made": demonstration relief from a table of facts."""

    kind: Literal["made"]
    facts: InputPath = Field(description="CSV of points with known heights")
    seed: int = sourced(1, "seed of the fractal detail", "any number", ge=0)


class ZonesFile(_Table):
    """[zones.NAME] kind = "file": real polygons."""

    kind: Literal["file"]
    path: InputPath = Field(description="GeoJSON, GeoPackage or any vector file GDAL reads")
    layer: Text | None = sourced(None, "layer of the file; none: its only layer", "free text")
    code_field: Text = sourced("code", "field with the zone's code", "name used in the packaged tables")
    name_field: Text = sourced("name", "field with the zone's name", "name used in the packaged tables")
    type_field: Text | None = sourced(None, "field with the zone's type", "none: no type")
    population_field: Text | None = sourced(None, "field with the population", "none: population unknown")
    area_field: Text | None = sourced(None, "field with the official area [km2]", "none: the polygon's own area")


class ZonesMade(_Table):
    """[zones.NAME] kind = "made": approximate zones from a table of facts inside a coarse outline."""

    kind: Literal["made"]
    facts: InputPath = Field(description="CSV: code, name, type, area_km2, population, longitude, latitude, ...")
    outline: InputPath = Field(description="CSV of the outline's vertices: longitude, latitude")


class ZonesDiscs(_Table):
    """[zones.NAME] kind = "discs": small discs round approximate positions."""

    kind: Literal["discs"]
    path: InputPath = Field(description="CSV: code, name, longitude, latitude, radius_m")


class SitesFile(_Table):
    """[sites] kind = "file": a register of cells."""

    kind: Literal["file"]
    path: InputPath = Field(description="CSV, one row a cell")
    synthetic: bool = sourced(False, "its cells are made by rule: every output says so", "off: real stations")


class SitesMade(_Table):
    """[sites] kind = "made": a synthetic register; 5G comes first in the zones of a layer named "parks"."""

    kind: Literal["made"]
    facts: InputPath = Field(description="TOML: how many sites, operators, bands, heights and powers, with sources")
    seed: int = sourced(1, "seed of the register", "any number", ge=0)


class SectorAntenna(_Table):
    """[antennas.NAME] kind = "sector": a sector antenna by its main figures, 3GPP TR 36.942 / 38.901 pattern."""

    kind: Literal["sector"] = sourced("sector", "kind of antenna", "main figures of the panel")
    gain_dbi: float = sourced(
        17.5, "boresight gain [dBi]", "17-18 dBi for a 4G panel, 24-25 dBi for 64T64R [LB1][LB2]", ge=0, le=40
    )
    horizontal_beamwidth_deg: float = sourced(
        65.0, "3 dB width, horizontal [deg]", "3GPP TR 38.901 table 7.3-1", gt=0, le=360
    )
    vertical_beamwidth_deg: float = sourced(7.0, "3 dB width, vertical [deg]", "typical panel, " + _GK, gt=0, le=180)
    front_to_back_db: float = sourced(
        30.0, "greatest attenuation, horizontal and total [dB]", "3GPP TR 38.901 table 7.3-1", ge=0, le=60
    )
    side_lobe_db: float = sourced(
        30.0, "greatest attenuation, vertical [dB]", "3GPP TR 38.901 table 7.3-1", ge=0, le=60
    )


Angles = Annotated[tuple[Annotated[float, Field(ge=-90, le=90)], ...], Strict(False)]


class ArrayAntenna(_Table):
    """[antennas.NAME] kind = "array": elements in rows and columns, and the beams they form, Rec. ITU-R M.2101-0.

    The map shows the envelope: in each direction the strongest beam, every azimuth with every tilt. The electrical
    tilt of the register lowers all beams further.
    """

    kind: Literal["array"] = Field(description="kind of antenna")
    rows: int = Field(ge=1, le=64, description="elements, or sub-arrays, above each other")
    columns: int = Field(ge=1, le=64, description="elements beside each other")
    vertical_spacing: float = sourced(
        0.5, "from row to row [wavelengths]", "half a wavelength, 3GPP TS 38.151 table C.2-1", gt=0, le=10
    )
    horizontal_spacing: float = sourced(
        0.5, "from column to column [wavelengths]", "half a wavelength, 3GPP TS 38.151 table C.2-1", gt=0, le=10
    )
    element_gain_dbi: float = sourced(
        8.0, "greatest gain of an element [dBi]", "3GPP TR 38.901 table 7.3-1", ge=-10, le=20
    )
    horizontal_beamwidth_deg: float = sourced(
        65.0, "3 dB width of an element, horizontal [deg]", "3GPP TR 38.901 table 7.3-1", gt=0, le=360
    )
    vertical_beamwidth_deg: float = sourced(
        65.0, "3 dB width of an element, vertical [deg]", "3GPP TR 38.901 table 7.3-1", gt=0, le=180
    )
    front_to_back_db: float = sourced(
        30.0, "greatest attenuation of an element, horizontal and total [dB]", "3GPP TR 38.901 table 7.3-1", ge=0, le=60
    )
    side_lobe_db: float = sourced(
        30.0, "greatest attenuation of an element, vertical [dB]", "3GPP TR 38.901 table 7.3-1", ge=0, le=60
    )
    subarray_rows: int = sourced(
        1, "elements of a sub-array, above each other", "none: each element is fed", ge=1, le=16
    )
    subarray_spacing: float = sourced(
        0.7, "between the elements of a sub-array [wavelengths]", "ITU-R document 5D/716 (2021), annex 4.4", gt=0, le=10
    )
    subarray_tilt_deg: float = sourced(
        3.0, "fixed tilt of the sub-arrays, downwards [deg]", "ITU-R document 5D/716 (2021), annex 4.4", ge=-90, le=90
    )
    normalized: bool = sourced(
        False, "each beam radiates what it is fed, integrated over the sphere", "off: M.2101-0 as it stands"
    )
    beam_azimuths_deg: Angles = sourced(
        (0.0,), "where the beams point, clockwise from the boresight [deg]", "one beam, straight ahead", min_length=1,
        max_length=64,
    )  # fmt: skip
    beam_tilts_deg: Angles = sourced(
        (0.0,), "where the beams point, downwards [deg]", "one row of beams, on the level", min_length=1, max_length=64
    )


class TableAntenna(_Table):
    """[antennas.NAME] kind = "table": a pattern in a file, two cuts or the whole sphere."""

    kind: Literal["table"] = Field(description="kind of antenna")
    path: AntennaPath = Field(description="CSV, MSI or Planet, Atoll table, SPLAT! .az and .el, or .ant")
    pattern: Text | None = sourced(None, "which pattern of the file", "its only one")
    gain_dbi: float | None = sourced(
        None, "gain where the pattern says 0 dB [dBi]", "as the file states it", ge=-10, le=40
    )
    electrical_tilt_deg: float | None = sourced(
        None, "electrical tilt that the pattern already holds, downwards [deg]", "as the file states it, else 0",
        ge=-10, le=20,
    )  # fmt: skip


class BeamsAntenna(_Table):
    """[antennas.NAME] kind = "beams": patterns of one file; the map shows the strongest beam in each direction."""

    kind: Literal["beams"] = Field(description="kind of antenna")
    path: AntennaPath = Field(description="Atoll table, or CSV with a column pattern")
    patterns: Annotated[tuple[Text, ...], Strict(False)] = Field(min_length=1, description="names, or such as beam_*")
    gain_dbi: float | None = sourced(
        None, "gain of the strongest beam, which shifts all alike [dBi]", "as the file states it", ge=-10, le=40
    )
    electrical_tilt_deg: float | None = sourced(
        None, "electrical tilt that the beams already hold, downwards [deg]",
        "as the file states it where it is the same for all, else 0", ge=-10, le=20,
    )  # fmt: skip


TabulatedAntenna = TableAntenna | BeamsAntenna
Antenna = SectorAntenna | ArrayAntenna | TableAntenna | BeamsAntenna


def _antenna_kind(antenna: object) -> object:
    return antenna.get("kind", "sector") if isinstance(antenna, dict) else getattr(antenna, "kind", "sector")


# An antenna that does not say its kind is a sector, which a discriminator by name alone does not allow; the JSON schema
# then has to be told which kinds there are.
AnyAntenna = Annotated[
    Annotated[SectorAntenna, Tag("sector")]
    | Annotated[ArrayAntenna, Tag("array")]
    | Annotated[TableAntenna, Tag("table")]
    | Annotated[BeamsAntenna, Tag("beams")],
    Discriminator(_antenna_kind),
    Field(json_schema_extra={"discriminator": {"mapping": {
        kind: f"#/$defs/{kind.title()}Antenna" for kind in ("sector", "array", "table", "beams")
    }}}),
]  # fmt: skip


class Band(_Table):
    """[bands.NAME]: a carrier."""

    technology: Technology = Field(description="technology of the carrier")
    frequency_mhz: float = Field(ge=30, le=100_000, description="downlink centre [MHz], in the range of the model")
    bandwidth_mhz: float = Field(gt=0, le=400, description="carrier bandwidth [MHz]")
    subcarriers: int = Field(
        gt=0, le=4000, description="subcarriers that share the power: 1200 for LTE 20 MHz, 3276 for NR 100 MHz"
    )
    feeder_loss_db: float = sourced(
        0.5, "radio to antenna [dB]", "0.5 dB with the radio at the top, 2-3 dB with a feeder [LB1][LB2]", ge=0, le=20
    )
    reference_signal_boost_db: float = sourced(
        0.0, "reference-signal boosting [dB]", "0 dB: boosting makes a map look better [BI1]", ge=-6, le=6
    )
    duplex: Literal["fdd", "tdd"] | None = sourced(
        None, "whether down and up have a frequency or a time each", "none: fdd for 4G, tdd for 5G, " + _GK
    )

    @property
    def is_tdd(self) -> bool:
        """Whether downlink and uplink share the time; where the band does not say, 5G does."""
        return self.technology == "5G" if self.duplex is None else self.duplex == "tdd"


class AddedLoss(_Table):
    """[[propagation.added_losses]]: a loss on top of the model's, such as rain, at every pixel."""

    name: LossName = Field(description="name of an added loss")
    settings: dict[Text, Setting] = sourced({}, "arguments of its call, by name", "its own defaults")


class Propagation(_Table):
    """[propagation]: the path-loss model and its settings."""

    model: ModelName = sourced(
        "p1812", "path-loss model by name", "Recommendation ITU-R P.1812-8 (09/2025): follows the terrain"
    )
    settings: dict[Text, Setting] = sourced({}, "further arguments of the model's call, by name", "the model's own")
    added_losses: Annotated[tuple[AddedLoss, ...], Strict(False)] = sourced(
        (), "losses on top of the model's", "none: the model alone"
    )
    mode: Literal["exact", "fast", "draft"] = sourced(
        "exact", "raster mode of p1812: a terrain profile to every pixel, or shared rays", "exact: fit for any claim"
    )
    refine_db: float = sourced(
        0.0, "mode fast: compute anew what may be wrong by more than this [dB]; 0: never", "rays alone", ge=0, le=20
    )
    radius_km: float = sourced(
        10.0, "greatest distance computed round a mast [km]", "where 4G RSRP ends in open land, " + _GK, gt=0, le=100
    )
    greatest_loss_db: float = sourced(
        170.0, "greatest path loss at which a cell is heard [dB]", "its power is below the noise then, " + _GK,
        ge=100, le=320,
    )  # fmt: skip
    time_percent: float = sourced(
        50.0, "time percentage [%]", "median in time, the usual choice for coverage", ge=0.001, le=99.999
    )
    polarization: Literal["vertical", "horizontal"] = sourced(
        "vertical", "polarisation; a slant pair is taken as vertical", _GK
    )
    delta_n: float = sourced(
        50.0,
        "mean refractive-index lapse rate over the lowest km [N-units/km]",
        "near 50 in the tropics, " + _GK,
        gt=0,
        lt=157,
    )
    surface_refractivity: float = sourced(
        370.0, "sea-level surface refractivity [N-units]", "humid tropics, " + _GK, ge=200, le=450
    )
    receiver_height_m: float = sourced(
        1.5, "height of the mobile above ground [m]", "BNetzA, 1.5 m [BN1]", ge=1, le=3000
    )

    @property
    def place(self) -> Place:
        """Where the receiver is: outdoors, unless an added loss takes it inside."""
        for loss in self.added_losses:
            if loss.name in ENTERED:
                return ENTERED[loss.name]
        return "outdoors"


class Target(_Table):
    """[[targets]]: a share of area or people that must be covered."""

    name: Text = Field(description="name printed beside the verdict")
    technology: Technology = Field(description="technology that must cover")
    zones: Text = Field(description="a zone layer, a key of [zones]")
    zone_type: Text | None = sourced(None, "only the zones of this type", "none: all zones of the layer")
    measure: Literal["area", "population"] = sourced("area", "what is counted", "the province states shares of area")
    at_least_percent: float = Field(gt=0, le=100, description="share that must be covered [%]")


class Budget(_Table):
    """[budget]: how much a proposal may spend."""

    sites: int = sourced(
        20, "greatest number of sites proposed for a missed target", "a round number for a first look", ge=0, le=100_000
    )


class Scenario(_Table):
    """A whole scenario. Relative paths have been resolved against the folder of its file."""

    scenario: Header
    area: Area
    grid: GridSettings = GridSettings()
    terrain: Annotated[TerrainFiles | TerrainMade, Field(discriminator="kind")]
    clutter: ClutterFiles | None = None
    land_cover: AnyLandCover | None = None
    population: AnyPopulation | None = None
    zones: dict[Text, Annotated[ZonesFile | ZonesMade | ZonesDiscs, Field(discriminator="kind")]] = Field(min_length=1)
    sites: Annotated[SitesFile | SitesMade, Field(discriminator="kind")]
    antennas: dict[Text, AnyAntenna] = Field(min_length=1)
    bands: dict[Text, Band] = Field(min_length=1)
    propagation: Propagation = Propagation()
    link: AllLinks = Field(default_factory=default_links)
    link_overrides: Annotated[tuple[LinkOverride, ...], Strict(False)] = ()
    load: AnyLoad = UniformLoad()
    coverage: dict[Technology, CoverageDefinition] = Field(min_length=1)
    targets: Annotated[tuple[Target, ...], Strict(False)] = ()
    budget: Budget = Budget()
