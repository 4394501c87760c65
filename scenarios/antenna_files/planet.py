"""Patterns in MSI or Planet files (.msi, .pln, .txt): a header of keywords, then both cuts, a line a point.

    NAME panel
    FREQUENCY 1800
    GAIN 17.5 dBi
    TILT ELECTRICAL
    HORIZONTAL 360
    0 0.0
    ...
    VERTICAL 360
    0 0.0
    ...

Attenuation is below the gain, without a sign; horizontal angles count clockwise from the boresight, vertical ones
downwards from the horizon. A gain without a unit is in dBd (Radio Mobile, "MSI"; RF::Antenna::Planet::MSI::Format).
"""

from __future__ import annotations

import numpy as np

from phusong.kernels.antennas.cuts import Cut, cut_attenuation
from phusong.scenarios.antenna_files.pattern import AntennaFile, Pattern
from phusong.scenarios.antenna_files.text import Source, check_tilt, read_cut, read_frequency, read_gain, read_stated

CUTS = ("HORIZONTAL", "VERTICAL")
KEYWORDS = frozenset(
    {"NAME", "MAKE", "FREQUENCY", "H_WIDTH", "V_WIDTH", "FRONT_TO_BACK", "GAIN", "TILT", "ELECTRICAL_TILT"}
    | {"POLARIZATION", "COMMENT", *CUTS}
)
_STEEPEST_DEG = 20.0  # of an electrical tilt that is told from the pattern
_DISAGREES_DB = 0.3  # below the strongest point: a sixth of the beamwidth beside it

Points = list[tuple[int, str, str]]


def is_planet(source: Source) -> bool:
    """Tell whether a text is laid out so: it has a cut by its keyword, or opens with two keywords."""
    words = [line.split(None, 1)[0].upper() for line in source.text.splitlines() if line.strip()]
    return any(word in CUTS for word in words) or sum(word in KEYWORDS for word in words[:12]) >= 2


def read_planet(source: Source) -> AntennaFile:
    """Return the pattern of a file.

    Raises
    ------
    InputError : every problem of the file at once.
    """
    header, cuts = _split(source)
    shape = [_cut(source, keyword, *cuts.get(keyword, (None, "", []))) for keyword in CUTS]
    row, text = header.get("GAIN", (None, ""))
    gain_dbi, gain_text = read_gain(source, text, "dBd?", row=row, field="GAIN")
    frequency_mhz = read_frequency(source, header.get("FREQUENCY", (None, ""))[1])
    widths = [read_stated(source, header.get(name, (None, ""))[1]) for name in ("H_WIDTH", "V_WIDTH")]
    source.raise_problems()
    horizontal, vertical = shape
    assert horizontal is not None
    assert vertical is not None
    notes: list[str] = []
    tilt_deg = _tilt(header, source, vertical, notes)
    source.raise_problems()
    notes += level_notes(horizontal, vertical)
    pattern = Pattern(
        name=header.get("NAME", (None, ""))[1] or source.path.stem,
        shape=(horizontal, vertical),
        gain_dbi=gain_dbi,
        gain_text=gain_text,
        electrical_tilt_deg=tilt_deg,
        frequency_mhz=frequency_mhz,
        polarization=header.get("POLARIZATION", (None, ""))[1] or None,
        horizontal_beamwidth_deg=widths[0],
        vertical_beamwidth_deg=widths[1],
        notes=tuple(notes),
    )
    return AntennaFile((source.path,), "MSI/Planet", (pattern,), tuple(source.notes))


def strongest_deg(vertical: Cut) -> float:
    """Return where ahead a vertical cut is strongest, downwards [deg]; the middle where several points are."""
    ahead = np.abs(vertical.angle_deg) <= _STEEPEST_DEG
    least = vertical.attenuation_db[ahead].min()
    return float(np.median(vertical.angle_deg[ahead & (vertical.attenuation_db == least)]))


def level_notes(horizontal: Cut, vertical: Cut) -> list[str]:
    """Return a clause where neither cut reaches the gain that it counts from."""
    least_db = min(float(horizontal.attenuation_db.min()), float(vertical.attenuation_db.min()))
    return [f"neither cut comes nearer to that gain than {least_db:g} dB"] if least_db > 0.5 else []


def tilt_notes(tilt_deg: float, vertical: Cut) -> list[str]:
    """Return a clause where the vertical cut is clearly weaker at a stated tilt than elsewhere ahead."""
    peak_deg = strongest_deg(vertical)
    if cut_attenuation(vertical, tilt_deg) - cut_attenuation(vertical, peak_deg) <= _DISAGREES_DB:
        return []
    return [f"an electrical tilt of {tilt_deg:g} degrees is stated, the vertical cut is strongest at {peak_deg:g}"]


def _split(source: Source) -> tuple[dict[str, tuple[int, str]], dict[str, tuple[int, str, Points]]]:
    """Return the header, row and text by keyword, and row, stated count and points of each cut."""
    header: dict[str, tuple[int, str]] = {}
    cuts: dict[str, tuple[int, str, Points]] = {}
    points: Points | None = None
    first = True
    for row, line in enumerate(source.text.splitlines(), start=1):
        parts = line.split()
        if not parts:
            continue
        keyword = parts[0].upper()
        if keyword in CUTS:
            if keyword in cuts:
                source.wrong(f"there is a second {keyword} cut", "Give each cut once.", row=row, field=keyword)
            points = []
            cuts[keyword] = (row, " ".join(parts[1:]), points)
        elif points is not None:
            if len(parts) == 2:
                points.append((row, parts[0], parts[1]))
            else:
                remedy = "Give an angle and an attenuation a line, with a blank or a tab between."
                source.wrong(f"'{line.strip()}' is not a point", remedy, row=row)
        elif first and keyword not in KEYWORDS:
            header["NAME"] = (row, line.strip())
            source.note("the first line lacks its keyword: read as NAME")
        elif keyword not in header:
            header[keyword] = (row, line.strip()[len(parts[0]) :].strip())
        first = False
    return header, cuts


def _cut(source: Source, keyword: str, row: int | None, stated: str, points: Points) -> Cut | None:
    name = keyword.lower()
    if row is None:
        source.wrong(f"there is no {name} cut", f"Give a line {keyword} 360 and its points.", field=keyword)
        return None
    if not stated:
        source.note(f"{keyword} does not say how many points follow")
    elif (count := read_stated(source, stated)) != len(points):
        remedy = f"Mend the count or the points; a point is a line such as {'0 0.0'!r}."
        what = f"'{stated}'" if count is None else f"{count:g} points"
        source.wrong(f"the {name} cut states {what}, {len(points)} follow", remedy, row=row, field=keyword)
    return read_cut(source, name, points, field=keyword)


def _tilt(header: dict[str, tuple[int, str]], source: Source, vertical: Cut, notes: list[str]) -> float | None:
    """Return the electrical tilt as stated; where a file only says that there is one, where its beam points."""
    said = [header[name] for name in ("ELECTRICAL_TILT", "TILT") if name in header]
    for row, text in said:
        stated = read_stated(source, text.upper().removeprefix("ELECTRICAL").lstrip(" \t:=_"))
        if stated is not None:
            check_tilt(source, stated, row=row, field="TILT")
            notes += tilt_notes(stated, vertical)
            return stated
    if "ELECTRICAL_TILT" in header or any(text.upper().startswith("ELECTRICAL") for _, text in said):
        peak_deg = strongest_deg(vertical)
        notes.append(
            f"the file says that its tilt is electrical, not how much: {peak_deg:g} degrees, where its vertical cut "
            "is strongest"
        )
        return peak_deg
    return None
