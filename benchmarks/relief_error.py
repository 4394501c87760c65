"""The error of the demonstration relief against real terrain: `python -m benchmarks.relief_error --tile N21E105.hgt`.

Made and real heights are compared on one 90 m grid, over the whole tile and inside an outline; slopes are those between
neighbouring pixels (central differences).
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from phusong.terrain.elevation import load_elevation
from phusong.terrain.grid import Grid, utm_crs
from phusong.terrain.raster import open_rasters
from phusong.terrain.relief import make_relief

PHU_THO = Path(__file__).resolve().parents[1] / "scenarios" / "phu_tho"
SLOPE_PERCENTILES = (10, 50, 90, 99)
