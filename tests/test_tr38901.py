"""3GPP TR 38.901: loss with and without line of sight, its probability, the terrain's say, penetration."""

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tr3gpp import tr38901

from phusong.errors import InputError
from phusong.kernels.added_losses import added_loss
from phusong.kernels.empirical import tr38901_inh, tr38901_penetration, tr38901_rma, tr38901_uma, tr38901_umi
from phusong.kernels.empirical.tr38901 import urban_breakpoint_m
from phusong.kernels.models import find_model, path_loss
from phusong.kernels.raster.driver import sweep_by_model
from phusong.laboratory.conformance.tr38901 import NAMES
from tests.test_driver import RADIUS_M, RESOLUTION_M, WHOLE, scene

REPORTS: dict[str, Any] = {
    "RMa": tr38901_rma,
    "UMa": tr38901_uma,
    "UMi-StreetCanyon": tr38901_umi,
    "InH-Office": tr38901_inh,
}
LINK: dict[str, Any] = {"frequency_mhz": 1800.0, "tx_height_m": 25.0, "rx_height_m": 1.5}
MODELS = [*NAMES.values(), "tr38901_rma_terrain", "tr38901_uma_terrain"]


def formula(latex: str) -> Callable[..., float]:
    """Return a formula of the report, as tr3gpp writes it down, as a function."""
    text = latex.replace(r"\pi", "*pi*").replace(r"\left", "").replace(r"\right", "").replace(r"\cdot", "*")
    for symbol, name in {
        r"\log_{10}": "log10", r"\min": "min", r"\,": " ", "d_{3D}": "d", "d'_{BP}": "b", "h_{BS}": "B",
        "h_{UT}": "U", "f_c": "f", "{": "(", "}": ")", "^": "**",
    }.items():  # fmt: skip
        text = text.replace(symbol, name)
    text = re.sub(r"(?<=[\d)])\s*(?=[a-zA-Z(])", "*", text)
    text = re.sub(r"log10\*", "log10", text)
    text = re.sub(r"(?<=[dfh]) (?=[fh])", "*", text)
    code = compile(text.strip(), latex, "eval")
    space = {"log10": math.log10, "min": min, "max": max, "pi": math.pi}
    return lambda **values: float(eval(code, space, values))


def after(entry: Any, symbol: str) -> Callable[..., float]:
    """Return the formula that follows a symbol and an equals sign."""
    part = next(part for part in entry.formula.split(r"\quad") if part.strip().startswith(symbol))
    return formula(part.split("=", 1)[1].rstrip("; "))


@pytest.mark.parametrize("scenario", ["UMa", "UMi-StreetCanyon", "InH-Office"])
def test_formulas_and_sigmas_of_another_transcription(scenario: str) -> None:
    """tr3gpp 0.2.0 holds the table's formulas as text (V19.4.0, the same in these): equal to rounding."""
    los = tr38901.section("7.4").pathloss(scenario=scenario, condition="LOS")
    nlos = tr38901.section("7.4").pathloss(scenario=scenario, condition="NLOS")
    sigma_db = REPORTS[scenario].SHADOW_SIGMA_DB
    assert [float(item.value_db) for item in los.shadow_fading_std_db] == [sigma_db["los"]]
    assert [float(item.value_db) for item in nlos.shadow_fading_std_db] == [sigma_db["nlos"]]
    for frequency_ghz, distance_m, mobile_m in [(0.7, 60.0, 1.5), (3.5, 900.0, 4.0), (28.0, 90.0, 9.0)]:
        mast_m = 25.0
        link = {
            "distance_m": distance_m,
            "frequency_mhz": 1e3 * frequency_ghz,
            "tx_height_m": mast_m,
            "rx_height_m": mobile_m,
        }
        turn_m = urban_breakpoint_m(mast_m, mobile_m, frequency_ghz)
        values = {
            "d": math.hypot(distance_m, mast_m - mobile_m), "f": frequency_ghz, "B": mast_m, "U": mobile_m, "b": turn_m,
        }  # fmt: skip
        symbol = "PL_{InH" if scenario == "InH-Office" else "PL_1" if distance_m <= turn_m else "PL_2"
        los_db = after(los, symbol)(**values)
        assert path_loss(NAMES[scenario], line_of_sight="los", **link) == pytest.approx(los_db, abs=1e-9)
        nlos_db = max(los_db, after(nlos, "PL'")(**values))
        assert path_loss(NAMES[scenario], line_of_sight="nlos", **link) == pytest.approx(nlos_db, abs=1e-9)


@pytest.mark.parametrize("frequency_ghz", [0.7, 3.5])
def test_rural_formulas_of_another_transcription(frequency_ghz: float) -> None:
    los = tr38901.section("7.4").pathloss(scenario="RMa", condition="LOS")
    nlos = tr38901.section("7.4").pathloss(scenario="RMa", condition="NLOS")
    sigmas_db = [float(item.value_db) for item in [*los.shadow_fading_std_db, *nlos.shadow_fading_std_db]]
    assert sigmas_db == list(tr38901_rma.SHADOW_SIGMA_DB.values())
    values = {"d": math.hypot(400.0, 33.5), "f": frequency_ghz, "B": 35.0, "U": 1.5, "h": 8.0, "W": 15.0}
    link = {
        "distance_m": 400.0, "frequency_mhz": 1e3 * frequency_ghz, "tx_height_m": 35.0, "rx_height_m": 1.5,
        "building_height_m": 8.0, "street_width_m": 15.0,
    }  # fmt: skip
    near_db = 20.0 * math.log10(40.0 * math.pi * values["d"] * frequency_ghz / 3.0)
    near_db += min(0.03 * 8.0**1.72, 10.0) * math.log10(values["d"]) - min(0.044 * 8.0**1.72, 14.77)
    near_db += 0.002 * math.log10(8.0) * values["d"]
    assert path_loss("tr38901_rma", line_of_sight="los", **link) == pytest.approx(near_db, abs=1e-9)
    nlos_db = after(nlos, "PL'")(**values)
    assert path_loss("tr38901_rma", line_of_sight="nlos", **link) == pytest.approx(nlos_db, abs=1e-9)


@pytest.mark.parametrize("model", NAMES.values())
@settings(max_examples=30, deadline=None)
@given(distance_m=st.floats(1.0, 20_000.0), frequency_mhz=st.floats(500.0, 30_000.0), mobile_m=st.floats(1.5, 22.5))
def test_expected_lies_between(model: str, distance_m: float, frequency_mhz: float, mobile_m: float) -> None:
    link = {
        "distance_m": distance_m, "frequency_mhz": frequency_mhz, "tx_height_m": 25.0, "rx_height_m": mobile_m,
    }  # fmt: skip
    los_db, mean_db, nlos_db = (
        path_loss(model, line_of_sight=word, **link) for word in ("los", "expected", "nlos")
    )  # fmt: skip
    assert los_db - 1e-9 <= mean_db <= nlos_db + 1e-9
    assert np.isfinite(nlos_db)


@given(st.floats(1.0, 10_000.0), st.floats(1.5, 100.0))
@example(18.125, 18.0)
@settings(max_examples=50, deadline=None)
def test_probabilities_are_probabilities(distance_m: float, mobile_m: float) -> None:
    for share in (
        tr38901_rma.los_probability(distance_m),
        tr38901_umi.los_probability(distance_m),
        tr38901_uma.los_probability(distance_m, mobile_m),
        tr38901_inh.los_probability(distance_m, 0),
        tr38901_inh.los_probability(distance_m, 1),
    ):
        assert 0.0 <= share <= 1.0


def test_probabilities_at_the_seams() -> None:
    assert tr38901_rma.los_probability(10.0) == 1.0
    assert tr38901_rma.los_probability(1010.0) == pytest.approx(math.exp(-1.0))
    assert tr38901_umi.los_probability(18.0) == 1.0
    assert tr38901_umi.los_probability(36.0) == pytest.approx(0.5 + 0.5 * math.exp(-1.0))
    assert tr38901_uma.los_probability(63.0, 13.0) == pytest.approx(18 / 63 + math.exp(-1.0) * (1 - 18 / 63))
    assert tr38901_uma.los_probability(150.0, 23.0) > tr38901_uma.los_probability(150.0, 13.0)
    assert tr38901_uma.los_probability(150.0, 60.0) == tr38901_uma.los_probability(150.0, 23.0)
    assert tr38901_inh.los_probability(1.2, 0) == 1.0
    assert tr38901_inh.los_probability(6.5, 0) == 0.32
    assert tr38901_inh.los_probability(5.9, 0) == pytest.approx(math.exp(-1.0))
    assert tr38901_inh.los_probability(49.0, 1) == pytest.approx(math.exp(-44.0 / 70.8))
    assert tr38901_inh.los_probability(260.7, 1) == pytest.approx(0.54 * math.exp(-1.0))


@pytest.mark.parametrize("model", ["tr38901_uma", "tr38901_umi"])
def test_the_breakpoint_has_no_step(model: str) -> None:
    turn_m = urban_breakpoint_m(25.0, 1.5, 1.8)
    assert turn_m == pytest.approx(4.0 * 24.0 * 0.5 * 1.8e9 / 3e8)
    around_db = path_loss(model, distance_m=[turn_m - 1e-6, turn_m + 1e-6], line_of_sight="los", **LINK)
    assert np.ptp(around_db) < 1e-6
    tenfold_db = path_loss(model, distance_m=[2000.0, 20_000.0], line_of_sight="los", **LINK)
    assert np.diff(tenfold_db) == pytest.approx(40.0, abs=0.01)


@pytest.mark.parametrize("model", NAMES.values())
def test_many_paths_are_each_alone(model: str) -> None:
    words = ["los", "nlos", "expected"]
    distances_m = [20.0, 200.0, 2000.0]
    together = path_loss(model, distance_m=distances_m, line_of_sight=words, **LINK)
    alone = [
        path_loss(model, distance_m=d, line_of_sight=w, **LINK) for d, w in zip(distances_m, words, strict=True)
    ]  # fmt: skip
    assert np.array_equal(together, np.asarray(alone))
    assert isinstance(alone[0], float)


@pytest.mark.parametrize("model", MODELS)
def test_every_limit_has_two_sides(model: str) -> None:
    entry = find_model(model)
    profile = {"distance_m": [0.0, 400.0, 800.0], "terrain_m": [5.0, 5.0, 5.0]} if entry.follows_terrain else {}
    link = {"distance_m": 800.0, **LINK, **profile}
    assert set(entry.validity) <= set(entry.limits)
    for field, allowed in entry.limits.items():
        if field in ("distance_m", "terrain_m", "clutter_m") and entry.follows_terrain:
            continue
        for edge in (allowed.low, allowed.high):
            assert np.isfinite(path_loss(model, **{**link, field: edge}))
        for wrong in (math.nextafter(allowed.low, -math.inf), math.nextafter(allowed.high, math.inf), math.nan):
            with pytest.raises(InputError, match=field):
                path_loss(model, **{**link, field: wrong})


def test_all_problems_at_once() -> None:
    with pytest.raises(InputError) as caught:
        path_loss("tr38901_uma", distance_m=0.0, frequency_mhz=math.nan, tx_height_m=-1.0, rx_height_m=1.5,
                  line_of_sight="maybe")  # fmt: skip
    fields = {problem.field for problem in caught.value.problems}
    assert fields == {"distance_m", "frequency_mhz", "tx_height_m", "line_of_sight"}


@pytest.mark.parametrize("scenario", ["tr38901_uma", "tr38901_rma"])
def test_terrain_decides(scenario: str) -> None:
    distance_m = np.linspace(0.0, 2000.0, 21)
    flat_m = np.full(21, 40.0)
    hill_m = flat_m.copy()
    hill_m[10] = 100.0
    over: dict[str, Any] = {"distance_m": distance_m, **LINK}
    flat: dict[str, Any] = {"distance_m": 2000.0, **LINK}
    terrain = f"{scenario}_terrain"
    clear_db = path_loss(terrain, terrain_m=flat_m, **over)
    assert clear_db == path_loss(scenario, **flat)
    assert path_loss(terrain, terrain_m=flat_m, where_clear="los", **over) == path_loss(
        scenario, line_of_sight="los", **flat
    )
    cut_db = path_loss(scenario, line_of_sight="nlos", **flat)
    assert path_loss(terrain, terrain_m=hill_m, where_clear="los", **over) == cut_db
    assert path_loss(terrain, terrain_m=flat_m, clutter_m=hill_m - 40.0, **over) == cut_db
    at_the_ends = np.zeros(21)
    at_the_ends[[0, -1]] = 90.0
    assert path_loss(terrain, terrain_m=flat_m, clutter_m=at_the_ends, **over) == clear_db
    both_db = path_loss(terrain, terrain_m=np.array([flat_m, hill_m]), **over)
    assert np.array_equal(both_db, np.asarray([clear_db, cut_db]))
    shortest_db = path_loss(terrain, distance_m=[0.0, 0.4], terrain_m=[0.0, 0.0], **LINK)
    assert shortest_db == path_loss(scenario, distance_m=1.0, **LINK)


def test_the_earth_bulges() -> None:
    """Flat ground 40 km wide: the bulge, 23.5 m in the middle, cuts a ray that the sphere's chord would keep clear."""
    distance_m = np.linspace(0.0, 40_000.0, 401)
    link: dict[str, Any] = {"distance_m": distance_m, "terrain_m": np.zeros(401), "frequency_mhz": 900.0}
    for height_m, word in [(23.0, "nlos"), (24.0, "los")]:
        loss_db = path_loss(
            "tr38901_rma_terrain", tx_height_m=height_m, rx_height_m=height_m, where_clear="los", **link
        )
        assert loss_db == path_loss(
            "tr38901_rma", distance_m=40_000.0, frequency_mhz=900.0, tx_height_m=height_m, rx_height_m=height_m,
            line_of_sight=word,
        )  # fmt: skip


@pytest.mark.parametrize("model", ["tr38901_uma", "tr38901_rma_terrain"])
def test_over_a_raster(model: str) -> None:
    surface, mast = scene(with_clutter=True)
    loss_db = sweep_by_model(
        find_model(model), surface, mast, region=WHOLE, resolution_m=RESOLUTION_M, radius_m=RADIUS_M,
        frequency_mhz=1800.0, rx_height_m=1.5,
    )  # fmt: skip
    inside = loss_db < 1e4
    assert inside.sum() > 1500
    assert (loss_db[inside] > 40.0).all()
    assert (loss_db[inside] < 200.0).all()


def test_penetration_by_hand() -> None:
    assert added_loss("tr38901_building", frequency_mhz=3500.0, building="below 6 GHz", indoor_distance_m=10.0) == 25.0
    low = 5.0 - 10.0 * math.log10(0.3 * 10 ** (-0.1 * 2.7) + 0.7 * 10 ** (-0.1 * 19.0))
    assert added_loss("tr38901_building", frequency_mhz=3500.0, building="low-loss") == pytest.approx(low, abs=1e-12)
    high = 5.0 - 10.0 * math.log10(0.7 * 10 ** (-0.1 * 24.05) + 0.3 * 10 ** (-0.1 * 19.0)) + 3.0
    assert added_loss(
        "tr38901_building", frequency_mhz=3500.0, building="high-loss", indoor_distance_m=6.0
    ) == pytest.approx(high, abs=1e-12)
    assert np.array_equal(
        added_loss("tr38901_car", frequency_mhz=900.0, windows=["plain", "metallised"]), [9.0, 20.0]
    )  # fmt: skip
    assert added_loss("tr38901_building", frequency_mhz=6000.0, building="below 6 GHz") == 20.0
    with pytest.raises(InputError, match="above 6000 MHz"):
        added_loss("tr38901_building", frequency_mhz=6000.1, building="below 6 GHz")


def test_penetration_of_another_transcription() -> None:
    """Coated glass is not compared: V19 changed it to 25.4 + 0.11 f."""
    o2i = tr38901.section("7.4").o2i_penetration_loss
    low = next(model for model in o2i.building_models if model.model == "Low-loss model")
    assert low.std_p_db == tr38901_penetration.BUILDING_SIGMA_DB["low-loss"]
    high = next(model for model in o2i.building_models if model.model == "High-loss model")
    assert high.std_p_db == tr38901_penetration.BUILDING_SIGMA_DB["high-loss"]
    older = o2i.building_single_frequency_below_6ghz
    assert older.pl_tw_db == added_loss("tr38901_building", frequency_mhz=900.0, building="below 6 GHz")
    assert older.sigma_sf_db == tr38901_penetration.BELOW_6_GHZ_SHADOW_SIGMA_DB
    assert older.sigma_p_db == tr38901_penetration.BUILDING_SIGMA_DB["below 6 GHz"]
    car = o2i.car_penetration_loss
    assert [car.mu_db, car.mu_metallized_windows_db, car.sigma_p_db] == [9.0, 20.0, tr38901_penetration.CAR_SIGMA_DB]
    materials = {item.material: item.formula.split("=")[1].strip() for item in o2i.materials}
    assert materials["Standard multi-pane glass"] == "2 + 0.2f"
    assert materials["Concrete"] == "5 + 4f"
