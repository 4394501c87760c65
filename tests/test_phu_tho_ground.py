"""The made land cover and people of the packaged scenario look like the province and add up to its people."""

from __future__ import annotations

import numpy as np
import pytest

from phusong.scenarios.inputs import Inputs, read_inputs
from phusong.scenarios.load import load
from phusong.scenarios.made_land_cover import BUILT_UP, CROPS, TREES, WATER
from phusong.terrain.population import people_fixed


@pytest.fixture(scope="module")
def province() -> Inputs:
    return read_inputs(load("phu-tho", resolution_m=180))


def code_at(inputs: Inputs, longitude_deg: float, latitude_deg: float) -> int:
    assert inputs.land_cover is not None
    column, row = inputs.grid.column_row(*inputs.grid.project(longitude_deg, latitude_deg))
    place = int(inputs.land_cover.of_pixel[round(float(row)), round(float(column))])
    return inputs.land_cover.classes[place].code


def test_every_commune_keeps_its_people(province: Inputs) -> None:
    assert province.people is not None
    zone = province.zones["communes"].rasterize(province.grid)
    fixed = people_fixed(province.people)
    for index, population in enumerate(province.zones["communes"].population.tolist()):
        assert int(fixed[zone == index].sum()) == round(population) * 1_000_000
    assert int(fixed[zone >= 0].sum()) == 4_022_493 * 1_000_000


def test_places_have_the_cover_that_they_have(province: Inputs) -> None:
    """Tam Đảo's crest, the Hòa Bình reservoir, the Hồng below Việt Trì."""
    assert code_at(province, 105.63, 21.47) == TREES
    assert code_at(province, 105.099, 20.802) == WATER
    assert code_at(province, 105.428, 21.293) == WATER


def test_the_province_is_wooded_tilled_and_settled(province: Inputs) -> None:
    assert province.land_cover is not None
    codes = np.array([one.code for one in province.land_cover.classes])[province.land_cover.of_pixel]
    zone = province.zones["communes"].rasterize(province.grid)
    share = {code: float((codes[zone >= 0] == code).mean()) for code in (TREES, CROPS, BUILT_UP, WATER)}
    assert sum(share.values()) == pytest.approx(1.0)
    assert 0.6 < share[TREES] < 0.75
    assert 0.15 < share[CROPS] < 0.3
    assert 0.06 < share[BUILT_UP] < 0.09
    assert 0.01 < share[WATER] < 0.03


def test_made_classes_decide_no_path_loss(province: Inputs) -> None:
    assert province.clutter_m is None
    assert set(province.made) == {"terrain", "land_cover", "population", "zones", "sites"}
    said = "\n".join(province.assumptions)
    assert "The land cover is made by rule" in said
    assert "relief.csv" in said
    assert "People are made" in said
