"""N-1: who loses service if a site goes dark, for every site in one pass.

A pixel can lose coverage by one site alone: that of the cell with the greatest margin. For every pixel the pass finds
that site and the greatest margin of any other; where the latter falls short, the pixel hangs on the site.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from phusong.coverage.assemble import ZoneMap
from phusong.coverage.evaluation import NEVER_CDB, MarginArray, least_rsrp_cdbm
from phusong.coverage.network import Progress
from phusong.coverage.receive import Received, cells_of
from phusong.coverage.signals import Channel
from phusong.coverage.statistics import AREA_UNITS_KM2, COVERED, PEOPLE_UNITS
from phusong.coverage.tile import TileJob, fill
from phusong.coverage.what_if import LiveRun
from phusong.coverage.workers import Workers
from phusong.errors import input_error
from phusong.kernels._jit import scalar
from phusong.scenarios.registers import Register

NO_SITE = np.int32(-1)


@dataclass(frozen=True, eq=False)
class _SiteJob:
    """A tile with its cells told apart by site.

    Attributes
    ----------
    least_cdbm : by channel, the RSRP that covers, () or (rows, columns).
    served : (rows, columns) which pixels are covered now.
    """

    tile: TileJob
    least_cdbm: Mapping[Channel, npt.NDArray[np.int64]]
    served: npt.NDArray[np.bool_]


@scalar
def _take_strongest(
    best_cdb: MarginArray,
    site: npt.NDArray[np.int32],
    other_cdb: MarginArray,
    of_channel_cdb: MarginArray,
    site_of_channel: npt.NDArray[np.int32],
    other_of_channel_cdb: MarginArray,
) -> None:
    """Put the margins that one channel gives among the greatest of all channels so far, in place."""
    for i in range(site.shape[0]):
        for j in range(site.shape[1]):
            margin, here = of_channel_cdb[i, j], site_of_channel[i, j]
            if here < 0:
                continue
            others = other_of_channel_cdb[i, j]
            if here == site[i, j]:
                other_cdb[i, j] = max(other_cdb[i, j], others)
                best_cdb[i, j] = max(best_cdb[i, j], margin)
            elif margin > best_cdb[i, j]:
                other_cdb[i, j] = max(others, best_cdb[i, j])
                best_cdb[i, j], site[i, j] = margin, here
            else:
                other_cdb[i, j] = max(other_cdb[i, j], margin)


def hanging_pixels(job: _SiteJob) -> npt.NDArray[np.int32]:
    """Return the site that each pixel hangs on; (rows, columns), NO_SITE where it hangs on none."""
    window, shape = job.tile.window, job.tile.window.shape
    best_cdb, other_cdb = np.full(shape, NEVER_CDB), np.full(shape, NEVER_CDB)
    site = np.full(shape, NO_SITE)
    for channel, cells in job.tile.channels.items():
        received = Received.nothing(job.tile.ground_m, window.row_start, window.column_start, by_site=True)
        if received.sites is None or received.others is None:
            raise AssertionError("asked for by site")
        fill(received, job.tile, cells)
        part = window.within(received.window)
        margins_cdb = []
        for keys in (received.best[part], received.others[part]):
            rsrp_cdbm, server = cells_of(keys, cells.cells)
            margin_cdb = rsrp_cdbm - job.least_cdbm[channel]
            margins_cdb.append(np.where(server < 0, NEVER_CDB, margin_cdb).astype(np.int32))
        _take_strongest(best_cdb, site, other_cdb, margins_cdb[0], received.sites[part], margins_cdb[1])
    return np.where(job.served & (other_cdb < 0), site, NO_SITE)


def n_minus_1(
    live: LiveRun, technology: str, workers: Workers | None = None, *, progress: Progress | None = None
) -> pd.DataFrame:
    """Return what is lost if each site goes dark, greatest loss of area first.

    Covered means what the run's definition says, by any operator; it must be one of RSRP alone.

    Returns
    -------
    Columns: site, longitude, latitude, operator, lost_km2, lost_people, zone (of the area's layer, that loses most),
    zone_lost_km2. Sites that nothing hangs on stand at the end.

    Raises
    ------
    InputError : the definition is not one of RSRP.
    """
    prepared = live.prepared
    definition = prepared.scenario.coverage[technology]  # type: ignore[index]
    if definition.quantity != "rsrp" or definition.also:
        raise input_error(
            live.run.folder, f"coverage of {technology} is not by RSRP alone",
            "Ask for single sites with 'phusong whatif --remove SITE', or define coverage by rsrp", field="coverage",
        )  # fmt: skip
    tell = progress or (lambda _stage, _done, _total: None)
    register = prepared.register.select(prepared.is_simulated & (prepared.register.technology == technology))
    names, first = np.unique(register.site, return_index=True)
    numbers = {str(name): number for number, name in enumerate(names)}
    zone_map = live.zone_maps[prepared.scenario.area.zones]
    sums = np.zeros((len(names), len(zone_map.zones) + 1, 2), dtype=np.int64)

    def jobs() -> Iterator[_SiteJob]:
        for window in live.tiles.places:
            channels = {
                channel: job
                for channel in prepared.network.channels
                if channel.technology == technology
                for job in prepared.network.channel_jobs(
                    window, live.store, only=channel, site_numbers=numbers
                ).values()
            }
            covered = live.tiles[window][f"{technology}/covered"]
            sigma_db = prepared.derivation.window(window).location_sigma_db
            least_cdbm = {
                channel: least_rsrp_cdbm(definition, prepared.derivation.budgets[channel], sigma_db)
                for channel in channels
            }
            yield _SiteJob(prepared.network.tile_of(window, channels), least_cdbm, covered == COVERED)

    total = len(live.tiles.places)
    for done, (job, hanging) in enumerate((workers or live.workers).run(hanging_pixels, jobs()), start=1):
        part = job.tile.window.slices
        people = None if live.weights.people is None else live.weights.people[part]
        _add_up(hanging, zone_map.of_pixel[part], live.weights.area[part], _NOBODY if people is None else people, sums)
        tell("N-1", done, total)
    return _loss_table(register.select(first), zone_map, sums, live)


_NOBODY = np.empty((0, 0), dtype=np.int64)


@scalar
def _add_up(
    hanging: npt.NDArray[np.int32],
    zone_of_pixel: npt.NDArray[np.int32],
    area: npt.NDArray[np.int32],
    people: npt.NDArray[np.int64],
    sums: npt.NDArray[np.int64],
) -> None:
    """Add area and people of the hanging pixels to sums of (sites, zones and none of them, 2)."""
    for i in range(hanging.shape[0]):
        for j in range(hanging.shape[1]):
            if hanging[i, j] >= 0:
                of = sums[hanging[i, j], zone_of_pixel[i, j]]  # -1, no zone, is the last
                of[0] += area[i, j]
                if people.size > 0:
                    of[1] += people[i, j]


def _loss_table(sites: Register, zone_map: ZoneMap, sums: npt.NDArray[np.int64], live: LiveRun) -> pd.DataFrame:
    """Return the table of ``n_minus_1``; sites has the first cell of each."""
    in_zones = sums[:, :-1].astype(np.float64)
    lost_km2 = in_zones[:, :, 0] / AREA_UNITS_KM2
    if live.weights.people is None:
        everywhere = np.bincount(
            zone_map.of_pixel[zone_map.of_pixel >= 0],
            weights=live.weights.area[zone_map.of_pixel >= 0],
            minlength=len(zone_map.zones),
        )
        density = np.nan_to_num(zone_map.zones.population) / np.maximum(everywhere / AREA_UNITS_KM2, 1e-9)
        people = lost_km2 @ density
    else:
        people = in_zones[:, :, 1].sum(axis=1) / PEOPLE_UNITS
    worst = lost_km2.argmax(axis=1)
    worst_km2 = lost_km2[np.arange(len(worst)), worst]
    table = pd.DataFrame(
        {
            "site": sites.site,
            "longitude": sites.longitude_deg,
            "latitude": sites.latitude_deg,
            "operator": sites.operator,
            "lost_km2": lost_km2.sum(axis=1),
            "lost_people": people,
            "zone": np.where(worst_km2 > 0.0, np.array(zone_map.zones.name)[worst], ""),
            "zone_lost_km2": worst_km2,
        }
    )
    return table.sort_values(["lost_km2", "site"], ascending=[False, True], kind="stable").reset_index(drop=True)
