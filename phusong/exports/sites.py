"""The sites of a network, gathered from its cells."""

from __future__ import annotations

import pandas as pd

MIXED = "mixed"
"""Status of a site whose cells have different ones."""


def site_rows(cells: pd.DataFrame) -> pd.DataFrame:
    """Return a row a site, in the order of the cells: site, longitude, latitude, operators, technologies, bands, cells,
    status.

    Several operators, technologies or bands have ", " between them; cells is their number. The position is that of the
    first cell.
    """
    if not len(cells):
        columns = ["site", "longitude", "latitude", "operators", "technologies", "bands", "cells", "status"]
        return pd.DataFrame(columns=columns)
    by_site = cells.groupby("site", sort=False)
    rows = by_site[["longitude", "latitude"]].first()
    for column, name in (("operator", "operators"), ("technology", "technologies"), ("band", "bands")):
        rows[name] = by_site[column].agg(_together)
    rows["cells"] = by_site.size()
    rows["status"] = by_site["status"].agg(_status)
    return rows.reset_index()


def _together(texts: pd.Series[str]) -> str:
    return ", ".join(sorted(set(texts)))


def _status(statuses: pd.Series[str]) -> str:
    found = set(statuses)
    return str(found.pop()) if len(found) == 1 else MIXED
