"""pycraf's fast map of P.452 in a process of its own, for `pycraf_map`: prints its CPU time and pixels as JSON.

Not imported by anything: pycraf and what it brings are optional, and their import is not ours to pay.
"""

from __future__ import annotations

import json
import math
import sys
import time
import warnings
from pathlib import Path
from typing import Any


def main(tile: str, longitude_deg: float, latitude_deg: float, radius_m: float, link: dict[str, float]) -> None:
    """Compute the map of a square of twice the radius round the mast, on pixels of one arc second."""
    warnings.simplefilter("ignore")  # of its libraries, about each other
    from astropy import units  # type: ignore[import-not-found,unused-ignore]
    from pycraf import pathprof  # type: ignore[import-not-found,unused-ignore]

    side_deg = 2.0 * radius_m / 111_195.0
    started = time.process_time()
    with pathprof.SrtmConf.set(srtm_dir=str(Path(tile).parent), download="never", interp="linear"):
        profiles: Any = pathprof.height_map_data(
            longitude_deg * units.deg,
            latitude_deg * units.deg,
            side_deg / math.cos(math.radians(latitude_deg)) * units.deg,
            side_deg * units.deg,
            map_resolution=1.0 * units.arcsec,
        )
    sampled = time.process_time()
    losses = pathprof.atten_map_fast(
        link["frequency_mhz"] * units.MHz,
        288.0 * units.K,
        1013.0 * units.hPa,
        link["tx_height_m"] * units.m,
        link["rx_height_m"] * units.m,
        50.0 * units.percent,
        profiles,
    )
    ended = time.process_time()
    print("\n" + json.dumps({"pixels": losses["L_b"].size, "profiles_s": sampled - started, "map_s": ended - sampled}))


if __name__ == "__main__":
    _, _tile, _longitude_deg, _latitude_deg, _radius_m, _link = sys.argv
    main(_tile, float(_longitude_deg), float(_latitude_deg), float(_radius_m), json.loads(_link))
