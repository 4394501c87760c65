"""The words of the printed report and of the sheets, Vietnamese and English."""

from __future__ import annotations

from dataclasses import dataclass

from phusong.report.words_en import ENGLISH
from phusong.report.words_vi import VIETNAMESE
from phusong.scenarios.written import Language


@dataclass(frozen=True)
class ReportWords:
    """Every phrase that a report prints beside those of the maps; braces are filled in by `str.format`."""

    page: str
    contents: str
    report: str
    report_subject: str
    series: str
    about: str
    people_count: str
    zone_count: str
    site_count: str
    verdicts: str
    covers: str
    covers_people: str
    covers_nothing: str
    place_share: str
    zones_reached: str
    lowest: str
    targets: str
    target: str
    required: str
    reached: str
    verdict: str
    verdict_words: dict[str, str]
    no_targets: str
    full_digest: str
    method: str
    computed: str
    computed_text: str
    inputs: str
    bands: tuple[str, str, str, str, str]
    files: str
    definition: str
    plainly: str
    classes: str
    class_head: tuple[str, str]
    class_meaning: dict[str, str]
    close: str
    close_legend: str
    model: str
    outside_unknown: str
    coverage_maps: str
    commune_maps: str
    comparison: str
    by_place: str
    by_operator: str
    where: str
    operator: str
    all_operators: str
    area_share: str
    people_share: str
    place_note: str
    operator_note: str
    close_share: str
    expected_share: str
    commune_tables: str
    table_of: str
    number: str
    name: str
    area_km2: str
    people: str
    table_note: str
    proposals: str
    proposal_table: str
    asked: str
    certificate: str
    no_sites: str
    rank: str
    site: str
    no_cells: str
    gain_km2: str
    gain_people: str
    cost: str
    so_far: str
    reason: str
    cost_note: str
    assumptions: str
    assumptions_text: str
    assumptions_english: str
    limits: str
    limits_text: tuple[tuple[str, str], ...]
    sheet: str
    sheet_subject: str
    sheet_verdict: str
    sheet_unknown: str
    sheet_rank: str
    sheet_rank_unknown: str
    sheet_proposed: str
    sheet_none_proposed: str
    sheet_more_proposed: str
    sheet_sites: str
    sheet_code: str
    sheet_ranks: str


REPORT_WORDS: dict[Language, ReportWords] = {"vi": ReportWords(**VIETNAMESE), "en": ReportWords(**ENGLISH)}
