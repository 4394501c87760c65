"""Masts that lack a technology: the first places to think of."""

from __future__ import annotations

import pandas as pd

from phusong.coverage.proposals.cells import usual_cell


def masts_to_upgrade(cells: pd.DataFrame, technology: str) -> pd.DataFrame:
    """Return cells of the technology for every site that lacks it, in the place and direction of the cells it has.

    Band, antenna, power and electrical tilt are those that the site's operator uses most for the technology, or where
    it has none yet, that all operators use most.
    """
    having = set(cells.loc[cells["technology"] == technology, "site"])
    present = cells[cells["technology"] == technology]
    lacking = cells[~cells["site"].isin(having)]
    first = lacking.groupby("site")[["technology", "band"]].transform("first")
    one_layer = lacking[(lacking["technology"] == first["technology"]) & (lacking["band"] == first["band"])].copy()
    parts = []
    for operator, group in one_layer.groupby("operator", sort=True):
        pattern = usual_cell(
            present[present["operator"] == operator] if operator in set(present["operator"]) else present
        )
        parts.append(
            group.assign(**{name: pattern[name] for name in ("band", "antenna", "power_dbm", "electrical_tilt_deg")})
        )
    if not parts:
        return one_layer.assign(kind="mast to upgrade")
    upgraded = pd.concat(parts).sort_index()
    number = upgraded.groupby("site").cumcount() + 1
    return upgraded.assign(
        technology=technology,
        cell=upgraded["site"] + "-" + upgraded["band"] + "-" + number.astype(str),
        kind="mast to upgrade",
    )
