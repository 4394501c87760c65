"""N-1: who loses service if a site goes dark, for every site in one pass.

A pixel can lose coverage by one site alone: that of its strongest cell. For every pixel the pass finds that site and
the strongest cell of any other; where the latter falls short, the pixel hangs on the site.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from phusong.coverage.assemble import ZoneMap
from phusong.coverage.evaluation import thresholds_of
from phusong.coverage.network import Progress
from phusong.coverage.receive import Received, cells_of
from phusong.coverage.signals import NO_SIGNAL_CDBM
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
    """A tile with its cells told apart by site, what each pixel needs, and which pixels are served now."""

    tile: TileJob
    threshold_cdbm: npt.NDArray[np.int32]
    served: npt.NDArray[np.bool_]


@scalar
def _take_strongest(
    best_cdbm: npt.NDArray[np.int16],
    best: npt.NDArray[np.int32],
    site: npt.NDArray[np.int32],
    other_cdbm: npt.NDArray[np.int16],
    of_channel_cdbm: npt.NDArray[np.int16],
    of_channel: npt.NDArray[np.int32],
    site_of_channel: npt.NDArray[np.int32],
    other_of_channel_cdbm: npt.NDArray[np.int16],
) -> None:
    """Put what one channel gives among the strongest of all channels so far, in place."""
    for i in range(best.shape[0]):
        for j in range(best.shape[1]):
            level, cell, here = of_channel_cdbm[i, j], of_channel[i, j], site_of_channel[i, j]
            if cell < 0:
                continue
            stronger = level > best_cdbm[i, j] or (level == best_cdbm[i, j] and cell < best[i, j])
            if stronger:
                if site[i, j] != here:
                    other_cdbm[i, j] = max(other_of_channel_cdbm[i, j], best_cdbm[i, j])
                    site[i, j] = here
                else:
                    other_cdbm[i, j] = max(other_of_channel_cdbm[i, j], other_cdbm[i, j])
                best_cdbm[i, j], best[i, j] = level, cell
            elif here != site[i, j]:
                other_cdbm[i, j] = max(other_cdbm[i, j], level)
            else:
                other_cdbm[i, j] = max(other_cdbm[i, j], other_of_channel_cdbm[i, j])


def hanging_pixels(job: _SiteJob) -> npt.NDArray[np.int32]:
    """Return the site that each pixel hangs on; (rows, columns), NO_SITE where it hangs on none."""
    window, shape = job.tile.window, job.tile.window.shape
    best_cdbm, other_cdbm = np.full(shape, NO_SIGNAL_CDBM), np.full(shape, NO_SIGNAL_CDBM)
    best, site = np.full(shape, -1, dtype=np.int32), np.full(shape, NO_SITE)
    for channel in job.tile.channels.values():
        received = Received.nothing(job.tile.ground_m, window.row_start, window.column_start, by_site=True)
        if received.sites is None or received.others is None:
            raise AssertionError("asked for by site")
        fill(received, job.tile, channel)
        part = window.within(received.window)
        _take_strongest(
            best_cdbm, best, site, other_cdbm, *cells_of(received.best[part], channel.cells),
            received.sites[part], cells_of(received.others[part], channel.cells)[0],
        )  # fmt: skip
    hangs = job.served & (other_cdbm < job.threshold_cdbm)
    return np.where(hangs, site, NO_SITE)


def n_minus_1(
    live: LiveRun, technology: str, workers: Workers | None = None, *, progress: Progress | None = None
) -> pd.DataFrame:
    """Return what is lost if each site goes dark, greatest loss of area first.

    Covered means what the run's definition says, by any operator; it must be one of RSRP, outdoors.

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
            thresholds = thresholds_of(definition, prepared.derivation.window(window))
            yield _SiteJob(prepared.network.tile_of(window, channels), thresholds, covered == COVERED)

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
