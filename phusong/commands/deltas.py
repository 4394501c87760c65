"""How the commands say what changed from one network to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

MOST_ZONES = 20
_AREA_COLUMNS = {
    "technology": "",
    "covered_percent_before": "area covered % before",
    "covered_percent_after": "after",
    "covered_percent_change": "change",
    "covered_km2_change": "km2 change",
    "covered_population_change": "people change",
    "expected_percent_change": "expected % change",
    "downlink_mbps_before": "down Mbit/s before",
    "downlink_mbps_after": "after",
}
_ZONE_COLUMNS = {
    "name": "name",
    "type": "type",
    "technology": "",
    "covered_percent_before": "covered % before",
    "covered_percent_after": "after",
    "covered_percent_change": "change",
    "covered_km2_change": "km2 change",
    "covered_population_change": "people change",
    "downlink_mbps_before": "down Mbit/s before",
    "downlink_mbps_after": "after",
}
_TARGET_COLUMNS = {
    "name": "target",
    "technology": "",
    "required_percent": "required %",
    "measured_percent_before": "measured % before",
    "measured_percent_after": "after",
    "verdict_before": "verdict before",
    "verdict_after": "after",
}


def print_deltas(zones: pd.DataFrame, targets: pd.DataFrame) -> None:
    """Print the whole area, the zones that changed most, and the targets; one line where no figure changes."""
    from phusong import console
    from phusong.scenarios.deltas import WHOLE_AREA

    if not len(zones):
        console.say("No figure of any zone changes.")
        return
    whole = zones["layer"] == WHOLE_AREA
    if whole.any():
        console.print_table("Whole area", zones[whole].sort_values("technology"), _AREA_COLUMNS)
    for layer, rows in zones[~whole].groupby("layer", sort=False):
        print_zones(rows, f"Changed zones of '{layer}'")
    print_targets(targets)


def print_targets(targets: pd.DataFrame) -> None:
    """Print the targets before and after, nothing where there are none."""
    from phusong import console

    if len(targets):
        console.print_table("Targets", targets, _TARGET_COLUMNS)


def print_zones(rows: pd.DataFrame, title: str) -> None:
    """Print the zones whose coverage, or else whose rates, change most, the greatest change first."""
    from phusong import console

    order = rows[["covered_km2_change", "downlink_mbps_change"]].abs()
    first = order.sort_values(list(order.columns), ascending=False, kind="stable").index[:MOST_ZONES]
    console.print_table(title, rows.loc[first], _ZONE_COLUMNS)
    if len(rows) > MOST_ZONES:
        console.note(f"... and {len(rows) - MOST_ZONES} more with smaller changes. --json lists all of them.")


def deltas_json(zones: pd.DataFrame, targets: pd.DataFrame) -> dict[str, Any]:
    """Return the same for programs, every zone that changed."""
    return {"zones": zones.to_dict("records"), "targets": targets.to_dict("records")}
