"""What the answers hold, for the description of the API."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

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
