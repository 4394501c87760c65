"""Small antenna files of every format, made from one pattern, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

CIRCLE = range(360)


def lobe(beamwidth_deg: float, floor_db: float, *, middle_deg: float = 0.0) -> list[float]:
    """Attenuation of a cut of TR 38.901 at whole degrees, to a tenth of a dB."""
    off = (np.arange(360.0) - middle_deg + 180.0) % 360.0 - 180.0
    attenuation_db: list[float] = np.minimum(12.0 * (off / beamwidth_deg) ** 2, floor_db).round(1).tolist()
    return attenuation_db


HORIZONTAL = lobe(65.0, 25.0)
VERTICAL = lobe(8.0, 28.0, middle_deg=4.0)
HEADER = "NAME panel\nMAKE none\nFREQUENCY 1800\nH_WIDTH 65\nV_WIDTH 8\nGAIN 17.5 dBi\nTILT ELECTRICAL 4\n"


def planet_text(
    horizontal: Sequence[object] = HORIZONTAL, vertical: Sequence[object] = VERTICAL, *, header: str = HEADER
) -> str:
    """An MSI or Planet file."""
    lines = [f"HORIZONTAL {len(horizontal)}", *(f"{angle} {value}" for angle, value in enumerate(horizontal))]
    lines += [f"VERTICAL {len(vertical)}", *(f"{angle}\t{value}" for angle, value in enumerate(vertical)), ""]
    return header + "\n".join(lines)


def atoll_pattern(horizontal: Sequence[object] = HORIZONTAL, vertical: Sequence[object] = VERTICAL) -> str:
    """The column Pattern of an Atoll table."""
    parts = ["2"]
    for kind, cut in enumerate((horizontal, vertical)):
        parts.append(f"{kind} 0 {len(cut)} " + " ".join(f"{angle} {value}" for angle, value in enumerate(cut)))
    return " ".join([*parts, "0"])


BEAMS = {
    f"beam_{number}": (gain_dbi, lobe(25.0, 40.0, middle_deg=azimuth), VERTICAL)
    for number, (gain_dbi, azimuth) in enumerate([(20.0, -45.0), (22.0, -15.0), (22.0, 15.0), (20.5, 45.0)])
}


def atoll_text(
    beams: dict[str, tuple[float, list[float], list[float]]] = BEAMS, *, delimiter: str = "\t", tilt: object = 4
) -> str:
    """An Atoll table with a row a beam."""
    head = ["Name", "Gain (dBi)", "Manufacturer", "Pattern", "Pattern Electrical Tilt (°)", "FMin", "FMax"]
    rows = [
        [name, str(gain_dbi), "", atoll_pattern(*cuts), str(tilt), "3400", "3600"]
        for name, (gain_dbi, *cuts) in beams.items()
    ]
    return "\n".join(delimiter.join(row) for row in [head, *rows]) + "\n"


def ant_text(horizontal: Sequence[float] = HORIZONTAL, vertical: Sequence[float] = VERTICAL) -> str:
    """An .ant file, whose vertical cut begins straight up."""
    turned = [vertical[(degree - 90) % 360] for degree in CIRCLE]
    return "\n".join(f"{-value:g}" for value in [*horizontal, *turned]) + "\n"


def splat_texts(*, rotation: object = 0, tilt: object = "0 0") -> tuple[str, str]:
    """The .az and the .el file of a pair: ratios of field strength to four places."""
    azimuths = "".join(f"{angle} {10 ** (-HORIZONTAL[angle] / 20):.4f}\n" for angle in CIRCLE)
    elevations = "".join(f"{angle}\t{10 ** (-VERTICAL[angle % 360] / 20):.4f}\n" for angle in range(-10, 91))
    return f"{rotation}\n{azimuths}", f"{tilt} ; tilt and where to\n{elevations}"


def write_splat(folder: Path, *, rotation: object = 0, tilt: object = "0 0") -> Path:
    """Write a pair and return the path of its .az file."""
    for suffix, text in zip((".az", ".el"), splat_texts(rotation=rotation, tilt=tilt), strict=True):
        (folder / f"pair{suffix}").write_text(text, encoding="utf-8")
    return folder / "pair.az"
