"""Lists of candidates that a user gives: what they may say, and every bad row at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from phusong.coverage.proposals.candidates import (
    LISTED,
    SEARCH_GRID,
)
from phusong.errors import InputError
from tests.candidate_ground import GRID, at, find


def test_a_list_names_bands_antennas_and_technologies(tmp_path: Path) -> None:
    path = write_list(
        tmp_path / "list.csv",
        "site,longitude,latitude,technology,band,antenna\n"
        f"H1,{place(20, 20)},4G,L700,slim\n"
        f"H1,{place(20, 21)},5G,,\n"
        f"H2,{place(25, 40)},,,\n",
    )
    found = find("4G", kinds=(LISTED,), listed=path)
    assert found.cells.drop_duplicates("site")[["site", "band", "antenna", "power_dbm"]].to_numpy().tolist() == [
        ["H1", "L700", "slim", 46.0], ["H2", "L1800", "panel", 46.0],
    ]  # fmt: skip
    assert found.sites["column"].tolist() == [20, 40]
    assert find("5G", kinds=(LISTED,), listed=path).sites["column"].tolist() == [21, 40]


def write_list(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def place(row: float, column: float) -> str:
    longitude, latitude = GRID.unproject(*at(row, column))
    return f"{float(longitude):.7f},{float(latitude):.7f}"


def test_a_list_says_as_much_as_it_likes(tmp_path: Path) -> None:
    path = write_list(
        tmp_path / "list.csv",
        "site,longitude,latitude,antenna_height_m,kind,operator,azimuths_deg,requires,cost_land,cost_power\n"
        f"H1,{place(20, 20)},40,school roof,MobiFone,10 190,H2|A,2.5,0.25\n"
        f"H2,{place(25, 40)},,,,,,,\n"
        f"H3,{place(25, 45)},,,,,H1|H2,0,\n",
    )
    found = find(listed=path)
    assert found.sites["site"].tolist()[:5] == ["B", "C", "H1", "H2", "H3"]
    rows = {str(row["site"]): row for row in found.sites.to_dict("records")}
    first, second, third = rows["H1"], rows["H2"], rows["H3"]
    assert (first["kind"], first["operator"], first["requires"]) == ("school roof", "MobiFone", "")  # A stands already
    assert (first["cost"], first["cost_land"], first["cost_power"], first["cost_new_site"]) == (2750, 2500, 250, 0)
    assert (second["kind"], second["operator"], second["requires"]) == ("listed", "Viettel", "")
    assert second["cost"] == second["cost_new_site"] + second["cost_tower"] + second["cost_access"] > 3000
    assert (third["cost"], third["requires"]) == (0, "H1|H2")
    cells = found.cells[found.cells["site"] == "H1"]
    assert cells["azimuth_deg"].tolist() == [10.0, 190.0]
    assert (cells["antenna_height_m"] == 40.0).all()
    assert (found.cells.loc[found.cells["site"] == "H2", "antenna_height_m"] == 30.0).all()
    assert len(found.cells[found.cells["site"] == "H2"]) == 3
    others = found.sites[found.sites["kind"] == SEARCH_GRID]
    assert np.hypot(others["x_km"] - second["x_km"], others["y_km"] - second["y_km"]).min() > 0.3
    assert find(kinds=(LISTED,), listed=path).sites["site"].tolist() == ["H1", "H2", "H3"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("site,latitude,cost\nH1,21,3\n", {(1, "longitude"), (1, "cost")}),
        (
            "site,longitude,latitude,antenna_height_m,cost_a,operator,azimuths_deg,requires\n"
            "A,105.2,21.3,30,1,,,\n"
            "H1,,95,0,-1,Mobi,0 400,H9\n"
            "H1,x,21.3,,1,,north,H1\n"
            ",105.2,21.3,,nan,,,\n",
            {
                (2, "site"), (3, "longitude"), (3, "latitude"), (3, "antenna_height_m"), (3, "cost_a"), (3, "operator"),
                (3, "azimuths_deg"), (3, "requires"), (4, "site"), (4, "longitude"), (4, "azimuths_deg"),
                (4, "requires"), (5, "site"), (5, "cost_a"),
            },
        ),
        ("site,longitude,latitude\nH1,108.5,21.3\nH2,105.2,9\n", {(2, None), (3, None)}),
        (
            "site,longitude,latitude,technology,band,antenna,requires\n"
            "H1,105.2,21.3,6G,N3700,panel,\n"
            "H2,105.2,21.3,4G,N3700,dish,\n"
            "H3,105.2,21.3,,L1800,,H2\n"
            "H2,105.2,21.3,,N3700,,\n"
            "H2,105.2,21.3,5G,,,\n",
            {(2, "technology"), (2, "band"), (3, "band"), (3, "antenna"), (4, "band"), (6, "site")},
        ),
        ("site,longitude,latitude\nH1,105.2,21.3,30\nH2,105.2,21.3,30\n", {(1, None)}),
        ("site,longitude,latitude\nH1,105.2\n", {(2, "latitude")}),
    ],
)  # fmt: skip
def test_every_bad_row_of_a_list_is_told_at_once(
    tmp_path: Path, text: str, expected: set[tuple[int, str | None]]
) -> None:
    with pytest.raises(InputError) as caught:
        find(listed=write_list(tmp_path / "list.csv", text))
    assert {(problem.row, problem.field) for problem in caught.value.problems} == expected


def test_a_list_that_is_not_there_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        find(listed=tmp_path / "none.csv")
