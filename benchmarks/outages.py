"""N-1 over all sites, and against brute force: `python -m benchmarks.outages RUN [--technology 4G] [--brute 200]`.

Brute force switches a site off, computes the changed network, and counts what its zones lose.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from phusong.coverage.outage import n_minus_1
from phusong.coverage.statistics import AREA_UNITS_KM2, OF, PEOPLE_UNITS
from phusong.coverage.what_if import LiveRun
from phusong.coverage.workers import open_workers
from phusong.laboratory import report
from phusong.scenarios.edits import switched_off
from phusong.scenarios.store import open_run

MOST_MIN, AIM_MIN = 10.0, 3.0


def brute_force(live: LiveRun, technology: str, site: str) -> tuple[float, float]:
    """Return area [km2] and people that a technology loses if its cells of a site go dark."""
    register = live.prepared.register
    cells = register.cell[(register.site == site) & (register.technology == technology)]
    layer = live.prepared.scenario.area.zones
    lost = live.sums[layer][technology] - live.change(switched_off(cells.tolist())).sums[layer][technology]
    of_all = lost.sum(axis=0)
    return float(of_all[OF.covered]) / AREA_UNITS_KM2, float(of_all[OF.covered_people]) / PEOPLE_UNITS


def worst_difference(live: LiveRun, technology: str, table: pd.DataFrame, count: int, seed: int) -> tuple[float, float]:
    """Return the greatest difference in area [km2] and people over sites: the worst ones, and others at random."""
    worst = table["site"].head(count // 4).tolist()
    others = np.random.default_rng(seed).choice(
        table["site"].to_numpy()[count // 4 :], count - len(worst), replace=False
    )
    by_site = table.set_index("site")
    differences = []
    for site in [*worst, *others.tolist()]:
        area_km2, people = brute_force(live, technology, site)
        row = by_site.loc[site]
        differences.append((abs(area_km2 - row["lost_km2"]), abs(people - row["lost_people"])))
    return max(area for area, _ in differences), max(people for _, people in differences)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = report.parser(__doc__)
    parser.add_argument("run", type=Path, metavar="RUN")
    parser.add_argument("--technology", nargs="*", metavar="T", help="default: all of the run")
    parser.add_argument("--brute", type=int, default=200, metavar="N", help="sites held against brute force")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", type=Path, metavar="DIR", help="path-loss store (default: the user's)")
    given = parser.parse_args(arguments)
    live = LiveRun(open_run(given.run), store=given.store)
    rows: list[report.Row] = []
    limits: list[report.Must] = []
    for technology in given.technology or live.run.technologies:
        started = time.perf_counter()
        with open_workers() as workers:
            table = n_minus_1(live, technology, workers)
        minutes = (time.perf_counter() - started) / 60.0
        brute = min(given.brute, len(table))
        started = time.perf_counter()
        area_km2, people = worst_difference(live, technology, table, brute, given.seed)
        rows.append(
            {
                "technology": technology,
                "sites": len(table),
                "something hangs on": int((table["lost_km2"] > 0.0).sum()),
                "N-1 [min]": minutes,
                "brute force, sites": brute,
                "a site by brute force [ms]": 1e3 * (time.perf_counter() - started) / max(brute, 1),
            }
        )
        limits += [
            report.Must(f"{technology}: N-1 over all sites [min]", minutes, MOST_MIN),
            report.Must(f"{technology}: greatest difference to brute force [km2]", area_km2, 1e-7),
            report.Must(f"{technology}: greatest difference to brute force [people]", people, 1e-3),
        ]
    report.show(f"N-1, {given.run}", rows, limits, [f"the aim is {AIM_MIN:g} minutes"], as_json=given.json)


if __name__ == "__main__":
    main()
