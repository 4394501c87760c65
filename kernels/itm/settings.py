"""The settings of the irregular terrain model that all its calls share: their limits, and how they are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numpy.typing import ArrayLike

from phusong.kernels.arguments import POLARIZATIONS, Arguments, FloatArray, Range, Shape
from phusong.kernels.itm.variability import CLIMATES

IntArray = npt.NDArray[np.int64]

MODES = tuple(kind + more for more in (0, 10, 20, 30) for kind in range(4))
_SHARE = Range(1e-6, 100.0 - 1e-6, "%")  # 0 and 100 % have no finite deviate

# The model's own (NTIA Report 82-100; its reference program), else what can be meant.
LIMITS: Mapping[str, Range] = {
    "distance_m": Range(0.0, 3e6, "m"),
    "terrain_m": Range(-11_000.0, 9_000.0, "m above sea level"),
    "frequency_mhz": Range(20.0, 20_000.0, "MHz"),
    "tx_height_m": Range(0.5, 3_000.0, "m above ground"),
    "rx_height_m": Range(0.5, 3_000.0, "m above ground"),
    "climate": Range(1.0, 7.0, "(whole numbers)"),
    "surface_refractivity": Range(250.0, 400.0, "N-units"),
    "ground_permittivity": Range(1.001, 100.0, "times that of vacuum"),
    "ground_conductivity": Range(1e-6, 100.0, "S/m"),
    "variability_mode": Range(0.0, 33.0, "(0 to 3, 10 to 13, 20 to 23, 30 to 33)"),
    "time_percent": _SHARE,
    "location_percent": _SHARE,
    "situation_percent": _SHARE,
    "confidence_percent": _SHARE,
    "reliability_percent": _SHARE,
}

VALIDITY: Mapping[str, Range] = {
    "distance_m": Range(1_000.0, 2e6, "m"),  # NTIA Report 82-100, table 1
    "frequency_mhz": LIMITS["frequency_mhz"],
    "tx_height_m": LIMITS["tx_height_m"],
    "rx_height_m": LIMITS["rx_height_m"],
    "surface_refractivity": LIMITS["surface_refractivity"],
}


class Settings(NamedTuple):
    """The settings of every path, (paths,) each; the percentages as time, location and situation."""

    frequency_mhz: FloatArray
    tx_height_m: FloatArray
    rx_height_m: FloatArray
    climate: IntArray
    surface_refractivity: FloatArray
    is_vertical: npt.NDArray[np.bool_]
    ground_permittivity: FloatArray
    ground_conductivity: FloatArray
    variability_mode: IntArray
    time_percent: FloatArray
    location_percent: FloatArray
    situation_percent: FloatArray

    def each(self, shape: Shape) -> Settings:
        """Return one value a path of everything."""
        return Settings(
            shape.each(self.frequency_mhz),
            shape.each(self.tx_height_m),
            shape.each(self.rx_height_m),
            shape.each(self.climate),
            shape.each(self.surface_refractivity),
            shape.each(self.is_vertical),
            shape.each(self.ground_permittivity),
            shape.each(self.ground_conductivity),
            shape.each(self.variability_mode),
            shape.each(self.time_percent),
            shape.each(self.location_percent),
            shape.each(self.situation_percent),
        )


def _code(arguments: Arguments, field: str, value: ArrayLike, allowed: tuple[int, ...]) -> IntArray:
    """Return whole numbers that must be among those allowed."""
    before = len(arguments.problems)
    values = arguments.number(field, value)
    if len(arguments.problems) == before and not np.all(np.isin(values, allowed)):
        wrong = values[~np.isin(values, allowed)].flat[0]
        arguments.complain(field, f"{wrong:g} is not known", f"Allowed: {arguments.validity[field].unit.strip('()')}")
    return np.where(np.isin(values, allowed), values, allowed[0]).astype(np.int64)


def read_settings(
    arguments: Arguments,
    *,
    frequency_mhz: ArrayLike,
    tx_height_m: ArrayLike,
    rx_height_m: ArrayLike,
    climate: ArrayLike,
    surface_refractivity: ArrayLike,
    polarization: ArrayLike,
    ground_permittivity: ArrayLike,
    ground_conductivity: ArrayLike,
    variability_mode: ArrayLike,
    time_percent: ArrayLike,
    location_percent: ArrayLike,
    situation_percent: ArrayLike,
    confidence_percent: ArrayLike | None,
    reliability_percent: ArrayLike | None,
) -> Settings:
    """Read the settings of a call; what is wrong with them is noted in the arguments."""
    shares = (time_percent, location_percent, situation_percent)
    if confidence_percent is None and reliability_percent is None:
        time = arguments.number("time_percent", time_percent)
        location = arguments.number("location_percent", location_percent)
        situation = arguments.number("situation_percent", situation_percent)
    elif confidence_percent is None or reliability_percent is None:
        missing = "confidence_percent" if confidence_percent is None else "reliability_percent"
        arguments.complain(missing, "confidence and reliability go together", "Give both, or neither")
        time = location = situation = np.array(50.0)
    else:
        if any(np.any(np.asarray(share) != 50.0) for share in shares):
            arguments.complain(
                "confidence_percent",
                "it is given beside a percentage of time, locations or situations",
                "Give either those three, or confidence and reliability",
            )
        time = arguments.number("reliability_percent", reliability_percent)
        location = np.array(50.0)
        situation = arguments.number("confidence_percent", confidence_percent)
    return Settings(
        frequency_mhz=arguments.number("frequency_mhz", frequency_mhz),
        tx_height_m=arguments.number("tx_height_m", tx_height_m),
        rx_height_m=arguments.number("rx_height_m", rx_height_m),
        climate=_code(arguments, "climate", climate, tuple(range(1, len(CLIMATES) + 1))),
        surface_refractivity=arguments.number("surface_refractivity", surface_refractivity),
        is_vertical=arguments.choice("polarization", polarization, POLARIZATIONS).astype(np.bool_),
        ground_permittivity=arguments.number("ground_permittivity", ground_permittivity),
        ground_conductivity=arguments.number("ground_conductivity", ground_conductivity),
        variability_mode=_code(arguments, "variability_mode", variability_mode, MODES),
        time_percent=time,
        location_percent=location,
        situation_percent=situation,
    )
