"""Speed and conformity of the scalar P.1812: `python -m benchmarks.scalar`.

CPU time of one call and of one path among many through `path_loss`, and the worst difference to reference vectors where
the folder `shared` lies beside the checkout.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks import report
from benchmarks.timing import measure_cpu
from phusong.kernels.models import path_loss

FloatArray = npt.NDArray[np.float64]

REFERENCE = Path(__file__).resolve().parents[2] / "shared" / "reference"
ZONES = {1: "sea", 3: "coast", 4: "inland"}
ROUNDING_KM = 5e-7
SPACING_M = 30.0
POINTS = (32, 334, 3334)
MOST_ITU_DB, MOST_GENERATED_DB = 1e-6, 1e-4


def rolling_profile(points: int) -> tuple[FloatArray, FloatArray]:
    """Return distance [m] and ground [m] of a path over rolling hills, a point every 30 m."""
    distance_m = SPACING_M * np.arange(points, dtype=np.float64)
    return distance_m, 120.0 + 60.0 * np.sin(distance_m / 900.0) + 15.0 * np.sin(distance_m / 170.0)


def speed(points: int, *, paths: int, runs: int) -> report.Row:
    """Return the CPU time of one path of that many points: alone, and among `paths` in one call."""
    distance_m, terrain_m = rolling_profile(points)
    link = {"frequency_mhz": 1800.0, "tx_height_m": 30.0, "rx_height_m": 1.5}
    many_distance_m, many_terrain_m = np.tile(distance_m, (paths, 1)), np.tile(terrain_m, (paths, 1))

    def one_by_one() -> None:
        for _ in range(paths):
            path_loss("p1812", distance_m=distance_m, terrain_m=terrain_m, **link)

    def all_at_once() -> None:
        path_loss("p1812", distance_m=many_distance_m, terrain_m=many_terrain_m, **link)

    alone_s, among_many_s = (measure_cpu(work, runs).median_s / paths for work in (one_by_one, all_at_once))
    return {
        "points": points,
        "length [km]": distance_m[-1] / 1000.0,
        "one call [ns]": alone_s * 1e9,
        "one of many [ns]": among_many_s * 1e9,
        "one of many [ns/point]": among_many_s / points * 1e9,
    }


def itu_differences_db(folder: Path) -> Iterator[float]:
    """Yield our loss less that of each log of the ITU's validation set [dB]."""
    for log_path in sorted((folder / "results").glob("*_log.csv")):
        with log_path.open(encoding="utf-8", newline="") as file:
            log = {row[0]: row[3] for row in csv.reader(file) if len(row) > 3 and row[3] and row[0][:1] != "#"}
        value = {name.split(" (")[0].strip(): text for name, text in log.items()}
        profile = _read_itu_profile(folder / "profiles" / f"{log_path.stem.rsplit('_', 2)[0]}.csv")
        yield loss_db(
            *profile,
            frequency_mhz=1000.0 * float(value["f"]),
            tx_height_m=float(value["htg"]),
            rx_height_m=float(value["hrg"]),
            polarization="vertical" if float(value["pol"]) == 2 else "horizontal",
            time_percent=float(value["p"]),
            latitude_deg=float(value["phi"]),
            delta_n=float(value["DN"]),
            surface_refractivity=float(value["N0"]),
            coast_distance_tx_km=float(value["dct"]),
            coast_distance_rx_km=float(value["dcr"]),
        ) - float(value["Lb"])


def _read_itu_profile(path: Path) -> tuple[FloatArray, FloatArray, FloatArray, list[str]]:
    """Return distance [m], ground and clutter [m] and zone of a profile of the validation set."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    begin = next(i for i, line in enumerate(lines) if line.startswith("{Begin of Profile}"))
    end = next(i for i, line in enumerate(lines) if line.startswith("{End of Profile}"))
    rows = [line.split(",") for line in lines[begin + 1 : end] if line[0].isdigit()]
    distance_km, terrain_m, clutter_m = np.array([[float(row[i] or 0.0) for i in (0, 1, 3)] for row in rows]).T
    return 1000.0 * distance_km, terrain_m, clutter_m, [ZONES[int(float(row[4]))] for row in rows]


def generated_differences_db(table: Path) -> Iterator[float]:
    """Yield our loss less that of each path that an independent implementation made [dB].

    The table gives a length to 1e-6 km, but its profile comes from the unrounded one: of the lengths that round to the
    stated one, the nearest result counts.
    """
    for line in table.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        lengths_km = case["d_km"] + np.linspace(-ROUNDING_KM, ROUNDING_KM, 11)
        yield min((_generated_loss_db(case, length_km) - case["Lb_db"] for length_km in lengths_km), key=abs)


def _generated_loss_db(case: dict[str, Any], length_km: float) -> float:
    distance_km = np.linspace(0.0, length_km, case["n"]).round(6)
    northwards = math.copysign(1.0, case["phi_r"] - case["phi_t"])  # every path runs along a meridian
    return loss_db(
        1000.0 * distance_km,
        np.array(case["elev_m"], dtype=float),
        np.array(case["clutter_m"], dtype=float),
        [ZONES[zone] for zone in np.broadcast_to(case["zone"], distance_km.shape).tolist()],
        frequency_mhz=1000.0 * case["f_ghz"],
        tx_height_m=case["htg"],
        rx_height_m=case["hrg"],
        polarization="vertical" if case["pol"] == 2 else "horizontal",
        time_percent=case["p_time"],
        location_percent=case["pL"],
        location_sigma_db=case["sigmaL"],
        latitude_deg=case["phi_t"] + northwards * math.degrees(0.5 * distance_km[-1] / 6371.0),
        delta_n=case["DN"],
        surface_refractivity=case["N0"],
        coast_distance_tx_km=case["dct"],
        coast_distance_rx_km=case["dcr"],
    )


def loss_db(
    distance_m: FloatArray, terrain_m: FloatArray, clutter_m: FloatArray, zone: Sequence[str], **link: Any
) -> float:
    """Return the loss of one path through the public call [dB]."""
    return float(path_loss("p1812", distance_m=distance_m, terrain_m=terrain_m, clutter_m=clutter_m, zone=zone, **link))


def conformity(reference: Path) -> list[tuple[str, npt.NDArray[np.float64], float]]:
    """Return name, differences [dB] and limit [dB] of every reference set that is there."""
    sets = []
    if (reference / "itu_p1812").is_dir():
        differences = np.array(list(itu_differences_db(reference / "itu_p1812")))
        sets.append(("validation set of the ITU", differences, MOST_ITU_DB))
    if (reference / "generated_p1812" / "p1812.jsonl").is_file():
        differences = np.array(list(generated_differences_db(reference / "generated_p1812" / "p1812.jsonl")))
        sets.append(("generated paths", differences, MOST_GENERATED_DB))
    return sets


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = report.parser(__doc__)
    parser.add_argument("--paths", type=int, default=200, help="paths in one call")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--reference", type=Path, default=REFERENCE, help="folder of the reference vectors")
    given = parser.parse_args(arguments)
    rows = [speed(points, paths=given.paths, runs=given.runs) for points in POINTS]
    sets = conformity(given.reference)
    musts = [
        report.Must(f"{name}, {differences.size} paths, worst difference [dB]", float(np.abs(differences).max()), limit)
        for name, differences, limit in sets
    ]
    notes = [] if sets else ["no reference vectors are here: see --reference"]
    report.show("Scalar P.1812 through path_loss", rows, musts, notes, as_json=given.json)


if __name__ == "__main__":
    main()
