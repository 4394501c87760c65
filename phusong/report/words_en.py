"""The English words of the report."""

from __future__ import annotations

from typing import Any

ENGLISH: dict[str, Any] = {
    "page": "Page {number}/{count}",
    "contents": "Contents",
    "report": "Mobile coverage report",
    "report_subject": "Simulated {technologies} coverage, {date}",
    "series": "PHỦ SÓNG · SIMULATION REPORT",
    "about": "Simulated {date} · {area} km²",
    "people_count": "{count} people",
    "zone_count": "{count} zones ({layer})",
    "site_count": "{sites} sites, {cells} cells",
    "verdicts": "Verdicts",
    "covers": "{technology} covers {percent} of the area ({covered} of {known} km²), {place}",
    "covers_people": ", and {percent} of the people",
    "covers_nothing": "{technology}: no data to tell by",
    "place_share": "{place}: {area} of the area, {people} of the people",
    "zones_reached": "{count} of {all} zones ({layer}) have 99% of their area covered or more",
    "lowest": "lowest is {name} ({percent})",
    "targets": "Targets and verdicts",
    "target": "Target",
    "required": "Required",
    "reached": "Reached",
    "verdict": "Verdict",
    "verdict_words": {"met": "✓ MET", "missed": "✗ MISSED", "cannot tell": "? CANNOT TELL"},
    "no_targets": "The scenario sets no targets.",
    "full_digest": "Full digest (SHA-256): {digest}",
    "method": "Contents and method",
    "computed": "What was computed",
    "computed_text": "The signal that a phone receives in every {resolution} m pixel of the area ({pixels} pixels), "
    "for {technologies} in turn, from {cells} cells on {sites} sites of {operators}. From it follows which pixels are "
    "covered, and these add up to area and people by administrative unit.",
    "inputs": "From which data",
    "bands": ("Band", "Technology", "Frequency, MHz", "Width, MHz", "Cells"),
    "files": "SHA-256 of the input files (first 12 digits): {files}.",
    "definition": "What “covered” means",
    "plainly": "In plain words: someone {place} holds a phone {height} m above ground; at no less than {location} of "
    "the places in a pixel the phone receives {threshold} dBm or more ({technology}).",
    "classes": "Classes of service on the maps",
    "class_head": ("Class", "What it means to a user"),
    "class_meaning": {
        "video": "A strong signal: video and video calls are steady",
        "calls": "Calls, messages and browsing, with enough to spare for an ordinary house",
        "outdoors": "Enough outdoors; easily lost inside a house or a car",
        "none": "Below the threshold of the definition: not counted as covered",
        "unknown": "Hatched on grey: terrain data is missing; no verdict, and left out of every share",
    },
    "close": "Where the signal lies less than {limit} dB from the threshold, a small error of the prediction may turn "
    "the verdict; the sheets of the communes mark such places by thin hatching.",
    "close_legend": "Near the limit (less than {limit} dB): the verdict may turn",
    "model": "Propagation model",
    "outside_unknown": "Shares in this report count the part of the area that has terrain data.",
    "coverage_maps": "Coverage maps",
    "commune_maps": "Coverage by commune",
    "comparison": "Comparison by place and operator",
    "by_place": "Outdoors, in a car, indoors (all operators)",
    "by_operator": "Each operator",
    "where": "Place",
    "operator": "Operator",
    "all_operators": "All operators",
    "area_share": "{technology}: area",
    "people_share": "{technology}: people",
    "place_note": "In a car and indoors add the loss of the car's body or of the walls and its spread; all else in the "
    "definition stays. It is the share of the area where someone in a car or indoors would be covered, not a share of "
    "houses.",
    "operator_note": "Each row counts the sites of one operator alone. “All operators” is where at least one of them "
    "covers, so a given subscriber may not be served in all of it.",
    "close_share": "{technology}: {percent} of the area lies less than {limit} dB from the threshold.",
    "expected_share": "{technology}: over all places, {percent} of the area reaches the threshold (expected).",
    "commune_tables": "Tables by zone",
    "table_of": "{layer}: {count} zones",
    "number": "No.",
    "name": "Zone",
    "area_km2": "Area, km²",
    "people": "People",
    "table_note": "In Vietnamese alphabetical order. Areas are those of the zone's pixels on the grid of the "
    "simulation. A dash: no data.",
    "proposals": "Proposed sites",
    "proposal_table": "List of proposed sites",
    "asked": "Question",
    "certificate": "Against the best possible",
    "no_sites": "No site is proposed.",
    "rank": "No.",
    "site": "Site",
    "no_cells": "no sites",
    "gain_km2": "Gain, km²",
    "gain_people": "Gain, people",
    "cost": "Cost",
    "so_far": "So far",
    "reason": "Reason",
    "cost_note": "“So far” is the share covered with this site and all before it. Costs are in the unit of the "
    "question and no quotation. Places, heights and antennas are proposed by the program and need a survey before "
    "anything is decided.",
    "assumptions": "Assumptions and what is left out",
    "assumptions_text": "What the inputs leave open, what was assumed in its place, and what was left out. The results "
    "hold within these assumptions only.",
    "assumptions_english": "",
    "limits": "Limits of use, and how to check",
    "limits_text": (
        (
            "A prediction, not a measurement",
            "Every map, share and verdict in this report is computed from a propagation model and the data named. No "
            "field measurement is part of it. The real signal also depends on buildings, trees, the phone, the "
            "weather, the load of the network and the state of its stations at the time of use.",
        ),
        (
            "What this report is not",
            "A promise of service, a certified or measured quality result, a ground for penalties, an application for "
            "a licence, an engineering design or a quotation. It says nothing certain about a single house or point.",
        ),
        (
            "Reliability",
            "At a single point the real signal may differ from the prediction by many dB; the definition keeps a "
            "margin for this spread. Shares over wide areas are steadier than the verdict on one pixel; places near "
            "the limit need to be measured.",
        ),
        (
            "When a verdict is “cannot tell”",
            "When so much of the area lacks data that the target may be met or missed, depending on that part.",
        ),
        (
            "How to check",
            "The digest in the footer stands for the program version, the scenario, its inputs, the grid and the "
            "definitions used. Open the results folder with “phusong show” and compare the digest it prints with the "
            "one below: if they agree, the report was made from those very results. Computing again from the same "
            "inputs gives the same digest and the same figures.",
        ),
        (
            "Where data is for demonstration",
            "Where a page says “demonstration relief”, “synthetic sites” or “borders approximate”, the report shows a "
            "method; its figures must not be used to judge a real network.",
        ),
    ),
    "sheet": "Coverage sheet",
    "sheet_subject": "Sheets of {technologies} coverage by zone, simulated {date}",
    "sheet_verdict": "{name}: {technology} covers {area} of the area {place}",
    "sheet_unknown": "{name}: {technology} cannot be judged, data is missing",
    "sheet_rank": "{technology}: rank {rank} of {count} zones by share of area (1 is the highest)",
    "sheet_rank_unknown": "{technology}: not ranked, data is missing",
    "sheet_proposed": "Proposed sites inside",
    "sheet_none_proposed": "No proposed site lies inside.",
    "sheet_more_proposed": "… and {count} more, see the report",
    "sheet_sites": "Existing {technology} sites",
    "sheet_code": "Code {code}",
    "sheet_ranks": "Rank",
}
