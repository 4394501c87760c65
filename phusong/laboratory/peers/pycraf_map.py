"""pycraf: the map of P.452 by its fast method (profiles to the rim, shared by the pixels under them)."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

from phusong.laboratory.rasters import pixel_ns, rasters
from phusong.laboratory.report import Must, Row
from phusong.laboratory.subjects import RX_HEIGHT_M, TX_HEIGHT_M, Subject, find
from phusong.laboratory.terrain import cut, positions
from phusong.laboratory.timing import run_child

NAME = "pycraf"
HOW_TO_INSTALL = "pip install pycraf"
LEAST_RATIO = 60.0
RESOLUTION_M = 30.0


def is_here() -> bool:
    """Say whether the program is on this machine."""
    return importlib.util.find_spec(NAME) is not None


def compare(tile: Path, radius_m: float, runs: int) -> tuple[list[Row], list[Must]]:
    """Return what a pixel costs pycraf's map and our exact P.1812, on the same tile round the same mast."""
    subject: Subject = find("p1812")
    longitude_deg, latitude_deg = positions(tile, radius_m)[0]
    link = {"frequency_mhz": subject.frequency_mhz, "tx_height_m": TX_HEIGHT_M, "rx_height_m": RX_HEIGHT_M}
    child = run_child(
        [sys.executable, "-m", f"{__package__}.pycraf_child", str(tile.resolve()), str(longitude_deg),
         str(latitude_deg), str(radius_m), json.dumps(link)]
    )  # fmt: skip
    theirs = json.loads(child.output.strip().splitlines()[-1])
    window = cut([tile], longitude_deg, latitude_deg, resolution_m=RESOLUTION_M, radius_m=radius_m)
    ours_ns = pixel_ns(rasters(subject, window, radius_m)[0], runs)
    profiles_ns, map_ns = (theirs[part] / theirs["pixels"] * 1e9 for part in ("profiles_s", "map_s"))
    rows: list[Row] = [
        {"program": "this project, exact P.1812: a profile to every pixel", "pixel [ns]": ours_ns, "ratio": 1.0},
        {"program": "pycraf, fast P.452 map: loss alone", "pixel [ns]": map_ns, "ratio": map_ns / ours_ns},
        {
            "program": "pycraf, fast P.452 map: profiles and loss",
            "pixel [ns]": profiles_ns + map_ns,
            "ratio": (profiles_ns + map_ns) / ours_ns,
        },
    ]
    must = Must("CPU time of a pixel, pycraf's map (loss alone) over ours", map_ns / ours_ns, LEAST_RATIO, True)
    return rows, [must]
