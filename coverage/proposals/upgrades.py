"""Masts on which a technology is not on air: the first places to think of."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from phusong.coverage.proposals.cells import usual_cell


def masts_to_upgrade(cells: pd.DataFrame, technology: str, on_air: npt.NDArray[np.bool_] | None = None) -> pd.DataFrame:
    """Return cells of the technology for every site on which it is not on air.

    Where the register has cells of it there that are off or planned, they are those as they stand. Elsewhere they come
    in the place, height and direction of the cells of the site's first technology and band; band, antenna, power and
    electrical tilt are those that the site's operator uses most for the technology, or where it has none yet, that all
    operators use most.

    Parameters
    ----------
    cells : of the network, standing on known terrain; at least one of the technology on air.
    on_air : (cells,) which of them are; None: all.
    """
    cells = cells.reset_index(drop=True)
    is_on = np.ones(len(cells), dtype=np.bool_) if on_air is None else on_air
    of_technology = (cells["technology"] == technology).to_numpy()
    present = cells[of_technology & is_on]
    lacking = ~cells["site"].isin(present["site"]).to_numpy()
    waiting = cells[lacking & of_technology]
    bare = cells[lacking & ~cells["site"].isin(waiting["site"]).to_numpy()]
    # What is on air on a mast comes before what is off.
    ordered = pd.concat([bare[is_on[bare.index]], bare[~is_on[bare.index]]])
    first = ordered.groupby("site")[["technology", "band"]].transform("first").loc[bare.index]
    one_layer = bare[(bare["technology"] == first["technology"]) & (bare["band"] == first["band"])]
    parts = [waiting] if len(waiting) else []
    for operator, group in one_layer.groupby("operator", sort=True):
        own = present[present["operator"] == operator]
        pattern = usual_cell(present if own.empty else own)
        figures = {name: pattern[name] for name in ("band", "antenna", "power_dbm", "electrical_tilt_deg")}
        number = group.groupby("site").cumcount() + 1
        names = group["site"] + "-" + pattern["band"] + "-" + number.astype(str)
        parts.append(group.assign(**figures, technology=technology, cell=names))
    masts = pd.concat(parts).sort_index() if parts else cells.iloc[:0]
    return masts.assign(kind="mast to upgrade", status="on")
