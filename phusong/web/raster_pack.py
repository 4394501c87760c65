"""Rasters as a page holds them: whole numbers in strips of lossless WebP, which every browser reads by itself."""

from __future__ import annotations

import base64
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from phusong.web.mercator import MercatorGrid

STRIP_ROWS = 1024
"""A phone's canvas holds some 16 million pixels, and a strip far fewer."""


def packed_raster(values: npt.NDArray[np.integer[Any]], grid: MercatorGrid, **about: Any) -> dict[str, Any]:
    """Return a raster for a page: its grid, what it is about, and its strips in base64.

    Parameters
    ----------
    values : (rows, columns) of the grid, 0 to 65535: red holds the low byte, green the high one.
    """
    if values.shape != (grid.rows, grid.columns):
        raise ValueError(f"values of shape {values.shape} do not fit a raster of {grid.rows} x {grid.columns}")
    if values.size and (values.min() < 0 or values.max() > 65535):
        raise ValueError("a raster of a page holds whole numbers from 0 to 65535")
    is_wide = bool(values.size) and int(values.max()) > 255
    strips = [values[row : row + STRIP_ROWS] for row in range(0, grid.rows, STRIP_ROWS)]
    with ThreadPoolExecutor() as threads:
        encoded = list(threads.map(lambda strip: _webp(strip, is_wide), strips))
    return {
        "grid": asdict(grid),
        "bytes": 2 if is_wide else 1,
        "strip_rows": STRIP_ROWS,
        "strips": [base64.b64encode(strip).decode("ascii") for strip in encoded],
        **about,
    }


def _webp(values: npt.NDArray[np.integer[Any]], is_wide: bool) -> bytes:
    low = (values & 255).astype(np.uint8)
    # Equal planes pack tighter than one beside zeros; the reader takes red, and green where there are two bytes.
    high = (values >> 8).astype(np.uint8) if is_wide else low
    image = Image.fromarray(np.stack([low, high, low], axis=-1))
    content = io.BytesIO()
    image.save(content, "WEBP", lossless=True, quality=75, method=4, exact=True)
    return content.getvalue()
