"""What the answers hold, for the description of the API."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

MOST_EDITS = 200

Number = float | None
Row = dict[str, Any]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ProblemItem(_Model):
    """One thing that is wrong with a request."""

    place: str = Field(description="what holds it: a part of the request, or a file by its name")
    field: str
    message: str
    remedy: str


class Problems(_Model):
    """Everything that is wrong with a request."""

    problems: list[ProblemItem]


class RunItem(_Model):
    """A run of the folder."""

    name: str
    title: str
    title_en: str
    created: str
    digest: str = Field(description="SHA-256 of what the figures follow from")
    technologies: list[str]
    resolution_m: float
    demonstration: bool = Field(description="whether it stands on made terrain")


class ServerAnswer(_Model):
    """What a server allows."""

    editable: bool = Field(description="whether runs may be written and simulated")
    reports: bool = Field(description="whether errors may be reported")
    scenarios: list[str] = Field(description="that may be simulated")
    limits: dict[str, tuple[float, float]] = Field(description="least and greatest value of a number of the register")


class ZoneItem(_Model):
    """A zone, or the whole area (layer "area"), as a view covers it."""

    place: str
    operator: str = Field(description="empty: the best of all operators")
    layer: str
    code: str
    name: str
    type: str
    technology: str
    area_km2: float
    official_area_km2: Number
    known_area_km2: float
    covered_km2: float
    covered_percent: Number
    expected_percent: Number
    population: Number
    covered_population: Number
    covered_population_percent: Number
    no_data_percent: Number


class TargetItem(_Model):
    """A target and what was computed."""

    name: str
    technology: str
    zones: str
    zone_type: str
    measure: str
    required_percent: float
    measured_percent: Number
    low_percent: Number
    high_percent: Number
    verdict: str


class CellItem(_Model):
    """A cell of a site, as simulated."""

    site: str
    cell: str
    longitude: float
    latitude: float
    operator: str
    technology: str
    band: str
    azimuth_deg: float
    mechanical_tilt_deg: float
    electrical_tilt_deg: float
    antenna_height_m: float
    power_dbm: float
    antenna: str
    status: str
    simulated: str


class ProposedSite(_Model):
    """A site of an answer, in the order of the roll-out."""

    rank: int
    phase: str
    site: str
    kind: str
    longitude: float
    latitude: float
    operator: str
    band: str
    antenna_height_m: float
    azimuths_deg: str
    cost: float
    gain_km2: float
    gain_people: Number
    cost_so_far: float
    covered_percent_after: float
    bound_percent: Number
    communes: str
    reason_vi: str
    reason_en: str


class AnswerItem(_Model):
    """An answer to a question: the sites that it proposes, and what is proved of them."""

    question: str
    technology: str
    asked_vi: str
    asked_en: str
    certificate_vi: str
    certificate_en: str
    status: str
    unit: str
    value: Number
    bound: Number
    gap_percent: Number
    measure: str
    before_percent: float
    after_percent: float
    reachable_percent: float
    cost: float
    targets: list[Row]
    sites: list[ProposedSite]


class ServingCell(_Model):
    """A cell that reaches the point."""

    site: str
    cell: str
    operator: str
    band: str
    azimuth_deg: float
    antenna_height_m: float
    longitude: float
    latitude: float
    distance_km: float
    rsrp_dbm: float


class PointAnswer(_Model):
    """What is known of a point; figures are null where the state is "no_data" or "outside"."""

    state: Literal["known", "no_data", "outside"]
    service: Literal["video", "calls", "outdoors_only", "no_service"] | None
    message_vi: str
    message_en: str
    level_dbm: Number = Field(description="received at the definition's share of the places")
    rsrp_dbm: Number = Field(description="median, outdoors")
    probability_percent: Number = Field(description="share of the places of the pixel that are covered")
    near_limit: bool | None = Field(description="whether an error of 3 dB would turn the verdict")
    serving: ServingCell | None
    second: ServingCell | None
    sinr_db: Number = Field(description="of the strongest cell, outdoors")
    downlink_mbps: Number = Field(description="of one user on the best carrier, outdoors")
    elevation_m: Number
    zones: dict[str, str] = Field(description="name of the zone by layer")
    technology: str
    place: str
    operator: str
    definition_vi: str
    definition_en: str
    cautions_vi: list[str]
    cautions_en: list[str]
    created: str
    digest: str


class ProfileAnswer(_Model):
    """The terrain between a point and a mast, the point first."""

    cell: str
    site: str
    frequency_mhz: float
    distance_m: list[float]
    ground_m: list[float | None]
    clutter_m: list[float | None] | None
    bulge_m: list[float] = Field(description="by which the curved Earth rises above the chord")
    ray_m: list[float] = Field(description="straight line from the phone to the antenna")
    fresnel_m: list[float] = Field(description="radius of the first Fresnel zone")
    effective_radius_km: float
    least_clearance_ratio: Number = Field(description="least clearance over the radius of the first Fresnel zone")
    least_clearance_at_m: Number
    blocked: bool | None = Field(description="null where missing terrain leaves it open")
    missing: int = Field(description="points without terrain")
    created: str
    digest: str


_Question = Annotated[str, Field(max_length=200)]
_Sites = Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=MOST_EDITS)]


class ChangeRequest(_Model):
    """A change of the network that is tried out; nothing is written."""

    edits: list[Annotated[str, Field(max_length=200)]] = Field(
        default=[],
        max_length=MOST_EDITS,
        description='such as "PT-0001.power_dbm=43", "PT-0001.electrical_tilt_deg+=2"',
    )
    remove: list[Annotated[str, Field(max_length=100)]] = Field(
        default=[], max_length=MOST_EDITS, description="sites or cells that are switched off"
    )
    accept: dict[_Question, _Sites] = Field(
        default={}, max_length=20, description="proposed sites that are built, by the question"
    )

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        count = len(self.edits) + len(self.remove) + sum(map(len, self.accept.values()))
        if not 0 < count <= MOST_EDITS:
            raise ValueError(f"1 to {MOST_EDITS} edits, sites to remove and sites to accept together")
        return self


class ZoneDelta(_Model):
    """A zone whose figures changed."""

    layer: str
    code: str
    name: str
    type: str
    technology: str
    covered_km2_before: Number
    covered_km2_after: Number
    covered_km2_change: Number
    covered_percent_before: Number
    covered_percent_after: Number
    covered_percent_change: Number
    expected_percent_before: Number
    expected_percent_after: Number
    expected_percent_change: Number
    covered_population_before: Number
    covered_population_after: Number
    covered_population_change: Number
    downlink_mbps_before: Number
    downlink_mbps_after: Number
    downlink_mbps_change: Number
    uplink_mbps_before: Number
    uplink_mbps_after: Number
    uplink_mbps_change: Number


class TargetDelta(_Model):
    """A target before and after."""

    name: str
    technology: str
    zones: str
    zone_type: str
    measure: str
    required_percent: float
    measured_percent_before: Number
    measured_percent_after: Number
    measured_percent_change: Number
    verdict_before: str
    verdict_after: str


class ChangeAnswer(_Model):
    """What a change would do."""

    change: str = Field(description="its name, for tiles and points; the latest 16 of a run are kept")
    cells: list[str] = Field(description="that changed, at most 1000")
    zones: list[ZoneDelta]
    targets: list[TargetDelta]
    bounds: list[float] | None = Field(description="west, south, east, north of what changed [deg]; null: nothing did")
    seconds: float
    digest: str = Field(description="of the run that was changed")


class NewRun(_Model):
    """Where a run is written."""

    name: str = Field(max_length=64)


class Written(_Model):
    """A run that was written."""

    name: str
    digest: str


class ComparisonAnswer(_Model):
    """Two runs side by side."""

    before: str
    after: str
    technologies: list[str]
    warnings: list[str] = Field(description="what differs besides the cells, so that a difference may come from it")
    zones: list[ZoneDelta]
    targets: list[TargetDelta]
    digest_before: str
    digest_after: str


class ErrorReport(_Model):
    """What a user found to be otherwise."""

    longitude: float = Field(ge=-180.0, le=180.0, allow_inf_nan=False)
    latitude: float = Field(ge=-90.0, le=90.0, allow_inf_nan=False)
    accuracy_m: float | None = Field(default=None, ge=0.0, le=1e6, allow_inf_nan=False)
    technology: str = Field(max_length=20)
    what: Literal["no_signal", "weak", "better_than_shown", "wrong_site", "other"]
    note: str = Field(default="", max_length=500)
    language: Literal["vi", "en"] = "vi"


class ReportItem(ErrorReport):
    """A report that was taken."""

    received: str
    run: str
    digest: str


class SimulationRequest(_Model):
    """A scenario to simulate."""

    scenario: str = Field(max_length=255, description='"phu-tho", or the name of a folder that holds a scenario.toml')
    name: str = Field(max_length=64, description="of the run to be")
    resolution_m: float | None = Field(default=None, ge=10.0, le=2000.0, allow_inf_nan=False)
    radius_km: float | None = Field(default=None, gt=0.0, le=200.0, allow_inf_nan=False)
    mode: Literal["exact", "fast", "draft"] | None = None


class SimulationItem(_Model):
    """A simulation: waiting, running or over."""

    id: str
    scenario: str
    name: str
    state: Literal["waiting", "running", "finished", "failed", "cancelled"]
    stage: str
    done: int
    total: int
    seconds: float
    problems: list[ProblemItem]
