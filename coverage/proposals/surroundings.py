"""Town and country: how dense the sites of a network stand, and how high its antennas hang in either."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import KDTree

from phusong.terrain.grid import Grid

FloatArray = npt.NDArray[np.float64]
TOWN_SITES, TOWN_KM = 6, 1.0
"""A place is in town where so many sites, itself counted, stand within that distance [km]: an assumption."""


class Surroundings:
    """Which places are in town, by the sites round them, and the usual antenna height of a technology there.

    Parameters
    ----------
    cells : of the network; technology : one that some of them have.

    Attributes
    ----------
    height_m : median antenna height of the technology's cells by whether they are in town; where none is, of all.
    """

    def __init__(self, cells: pd.DataFrame, technology: str, grid: Grid) -> None:
        self._grid = grid
        self._masts = KDTree(self._project(cells.drop_duplicates("site")))
        present = cells[cells["technology"] == technology]
        own_m = present["antenna_height_m"].to_numpy(np.float64)
        in_town = self._sites_near(present) >= TOWN_SITES
        self.height_m = {
            town: float(np.median(own_m[in_town == town] if (in_town == town).any() else own_m))
            for town in (True, False)
        }

    def in_town(self, places: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Return which places, (places,), would be in town with a new site on them."""
        town: npt.NDArray[np.bool_] = self._sites_near(places) + 1 >= TOWN_SITES
        return town

    def _sites_near(self, places: pd.DataFrame) -> npt.NDArray[np.int64]:
        if places.empty:
            return np.empty(0, dtype=np.int64)
        count = self._masts.query_ball_point(self._project(places), 1000.0 * TOWN_KM, return_length=True)
        return np.asarray(count, dtype=np.int64)

    def _project(self, places: pd.DataFrame) -> FloatArray:
        longitude, latitude = (places[name].to_numpy(np.float64) for name in ("longitude", "latitude"))
        return np.column_stack(self._grid.project(longitude, latitude))
