"""The words in exported files, Vietnamese and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from phusong.scenarios.written import Language


@dataclass(frozen=True)
class Words:
    """Every phrase of an export; braces are filled in by `str.format`.

    Attributes
    ----------
    about : names of the parts of ``metadata``, and of what a file about an answer tells besides.
    columns : names of columns; {technology} stands where a column is of one technology.
    statuses : of sites.
    """

    about: Mapping[str, str]
    columns: Mapping[str, str]
    of_technology: Mapping[str, str]
    layers: Mapping[str, str]
    zones: str
    statuses: Mapping[str, str]
    share_rule: str
    no_data_rule: str
    part_rule: str
    technologies: str
    coverage: str
    sites_of: str
    proposals_of: str
    site_text: str
    proposal_text: str
    zone_area: str
    zone_people: str
    zone_unknown: str
    zone_gap: str
    quantities: Mapping[str, str]
    no_cautions: str


_VI = Words(
    about={
        "title": "Tên",
        "technology": "Công nghệ",
        "date": "Ngày mô phỏng",
        "definition": "Định nghĩa",
        "model": "Mô hình",
        "sources": "Nguồn dữ liệu",
        "cautions": "Lưu ý",
        "program": "Chương trình",
        "digest": "Mã kiểm chứng",
        "question": "Yêu cầu",
        "certificate": "So với tối ưu",
    },
    columns={
        "layer": "Lớp",
        "code": "Mã",
        "name": "Tên",
        "type": "Loại",
        "area_km2": "Diện tích (km²)",
        "official_area_km2": "Diện tích công bố (km²)",
        "population": "Dân số",
        "site": "Trạm",
        "longitude": "Kinh độ",
        "latitude": "Vĩ độ",
        "operator": "Nhà mạng",
        "operators": "Nhà mạng",
        "technology": "Công nghệ",
        "technologies": "Công nghệ",
        "band": "Băng tần",
        "bands": "Băng tần",
        "cells": "Số cell",
        "cell": "Cell",
        "status": "Trạng thái",
        "azimuth_deg": "Phương vị (°)",
        "azimuths_deg": "Phương vị (°)",
        "mechanical_tilt_deg": "Góc nghiêng cơ (°)",
        "electrical_tilt_deg": "Góc nghiêng điện (°)",
        "antenna_height_m": "Độ cao anten (m)",
        "power_dbm": "Công suất (dBm)",
        "antenna": "Anten",
        "downlink_load_percent": "Tải đường xuống (%)",
        "simulated": "Có mô phỏng",
        "assumed": "Giá trị giả định",
        "question": "Yêu cầu",
        "rank": "Thứ tự",
        "phase": "Giai đoạn",
        "kind": "Loại vị trí",
        "cost": "Chi phí",
        "gain_km2": "Diện tích phủ thêm (km²)",
        "gain_people": "Dân được phủ thêm",
        "cost_so_far": "Chi phí cộng dồn",
        "covered_percent_after": "Tỷ lệ phủ sau khi xây (%)",
        "bound_percent": "Không phương án nào vượt (%)",
        "communes": "Xã, phường",
        "reason_vi": "Lý do",
        "reason_en": "Lý do (tiếng Anh)",
        "people": "Dân số",
    },
    of_technology={
        "known_area_km2": "Có dữ liệu {technology} (km²)",
        "covered_km2": "Được phủ {technology} (km²)",
        "covered_percent": "Tỷ lệ diện tích phủ {technology} (%)",
        "expected_percent": "Xác suất phủ {technology} trung bình (%)",
        "covered_population": "Dân được phủ {technology}",
        "covered_population_percent": "Tỷ lệ dân số phủ {technology} (%)",
        "no_data_percent": "Không có dữ liệu {technology} (% diện tích)",
        "downlink_mbps": "Tốc độ tải xuống {technology} (Mbit/s)",
        "uplink_mbps": "Tốc độ tải lên {technology} (Mbit/s)",
    },
    layers={
        "sites": "Trạm",
        "cells": "Cell",
        "holes": "Vùng chưa phủ sóng",
        "proposals": "Vị trí đề xuất",
        "proposed_cells": "Cell đề xuất",
        "candidates": "Vị trí ứng viên",
        "about": "Về dữ liệu này",
    },
    zones="{layer}: kết quả phủ sóng",
    statuses={"on": "đang phát", "off": "tắt", "planned": "dự kiến", "mixed": "phát một phần"},
    share_rule="{technology}: {share} diện tích được phủ",
    no_data_rule="{technology}: không có dữ liệu",
    part_rule="Thiếu một phần dữ liệu",
    technologies="Chọn công nghệ",
    coverage="Vùng phủ sóng {technology}",
    sites_of="Trạm {technology}",
    proposals_of="Vị trí đề xuất {technology}: {question}",
    site_text="{cells} cell · {bands} · {status}",
    proposal_text="{site} · thứ tự {rank} · {operator} · {band}. {reason}",
    zone_area="{percent} diện tích được phủ sóng {technology} ({covered} trong {area} km²)",
    zone_people="{percent} dân số được phủ sóng (trong {people} dân)",
    zone_unknown="Không có dữ liệu về phủ sóng {technology}",
    zone_gap="{percent} diện tích không có dữ liệu địa hình, không tính vào tỷ lệ",
    quantities={
        "service": "mức dịch vụ",
        "rsrp": "RSRP trung vị của cell mạnh nhất",
        "server": "cell mạnh nhất: số dòng trong tables/cells.csv, đếm từ 0",
        "second_rsrp": "RSRP trung vị của cell mạnh thứ hai",
        "second_server": "cell mạnh thứ hai: số dòng trong tables/cells.csv, đếm từ 0",
        "overlap": "số cell từ ngưỡng phủ sóng trở lên",
        "rsrq": "RSRQ của cell mạnh nhất",
        "sinr": "SINR của cell mạnh nhất",
        "downlink": "tốc độ tải xuống của một người dùng trên sóng mang tốt nhất",
        "uplink": "tốc độ tải lên của một người dùng trên sóng mang tốt nhất",
        "downlink_aggregated": "tốc độ tải xuống của một người dùng trên mọi sóng mang của một nhà mạng",
        "probability": "phần vị trí trong ô được phủ sóng",
        "covered": "được phủ sóng: 1 có, 0 không, 255 không có dữ liệu",
    },
    no_cautions="Không có",
)
_EN = Words(
    about={
        "title": "Title",
        "technology": "Technology",
        "date": "Simulated",
        "definition": "Definition",
        "model": "Model",
        "sources": "Data sources",
        "cautions": "Cautions",
        "program": "Program",
        "digest": "Digest",
        "question": "Asked",
        "certificate": "Against the best possible",
    },
    columns={
        "layer": "Layer",
        "code": "Code",
        "name": "Name",
        "type": "Type",
        "area_km2": "Area (km²)",
        "official_area_km2": "Published area (km²)",
        "population": "People",
        "site": "Site",
        "longitude": "Longitude",
        "latitude": "Latitude",
        "operator": "Operator",
        "operators": "Operators",
        "technology": "Technology",
        "technologies": "Technologies",
        "band": "Band",
        "bands": "Bands",
        "cells": "Cells",
        "cell": "Cell",
        "status": "Status",
        "azimuth_deg": "Azimuth (°)",
        "azimuths_deg": "Azimuths (°)",
        "mechanical_tilt_deg": "Mechanical tilt (°)",
        "electrical_tilt_deg": "Electrical tilt (°)",
        "antenna_height_m": "Antenna height (m)",
        "power_dbm": "Power (dBm)",
        "antenna": "Antenna",
        "downlink_load_percent": "Downlink load (%)",
        "simulated": "Simulated",
        "assumed": "Assumed values",
        "question": "Question",
        "rank": "Rank",
        "phase": "Phase",
        "kind": "Kind of place",
        "cost": "Cost",
        "gain_km2": "Area gained (km²)",
        "gain_people": "People gained",
        "cost_so_far": "Cost so far",
        "covered_percent_after": "Share covered afterwards (%)",
        "bound_percent": "No choice exceeds (%)",
        "communes": "Communes",
        "reason_vi": "Reason (Vietnamese)",
        "reason_en": "Reason",
        "people": "People",
    },
    of_technology={
        "known_area_km2": "With {technology} data (km²)",
        "covered_km2": "{technology} covered (km²)",
        "covered_percent": "{technology} share of area covered (%)",
        "expected_percent": "{technology} mean probability of coverage (%)",
        "covered_population": "People with {technology}",
        "covered_population_percent": "{technology} share of people covered (%)",
        "no_data_percent": "No {technology} data (% of area)",
        "downlink_mbps": "{technology} downlink rate (Mbit/s)",
        "uplink_mbps": "{technology} uplink rate (Mbit/s)",
    },
    layers={
        "sites": "Sites",
        "cells": "Cells",
        "holes": "Areas without coverage",
        "proposals": "Proposed sites",
        "proposed_cells": "Proposed cells",
        "candidates": "Candidate places",
        "about": "About these data",
    },
    zones="{layer}: coverage results",
    statuses={"on": "on", "off": "off", "planned": "planned", "mixed": "on in part"},
    share_rule="{technology}: {share} of the area covered",
    no_data_rule="{technology}: no data",
    part_rule="Data missing in part",
    technologies="Choose a technology",
    coverage="{technology} coverage",
    sites_of="{technology} sites",
    proposals_of="Proposed {technology} sites: {question}",
    site_text="{cells} cells · {bands} · {status}",
    proposal_text="{site} · rank {rank} · {operator} · {band}. {reason}",
    zone_area="{percent} of the area has {technology} coverage ({covered} of {area} km²)",
    zone_people="{percent} of {people} people covered",
    zone_unknown="No data on {technology} coverage",
    zone_gap="{percent} of the area has no terrain data and is left out of the share",
    quantities={
        "service": "class of service",
        "rsrp": "median RSRP of the strongest cell",
        "server": "strongest cell: row of tables/cells.csv, counted from 0",
        "second_rsrp": "median RSRP of the second strongest cell",
        "second_server": "second strongest cell: row of tables/cells.csv, counted from 0",
        "overlap": "cells at or above the threshold of coverage",
        "rsrq": "RSRQ of the strongest cell",
        "sinr": "SINR of the strongest cell",
        "downlink": "downlink rate of one user on the best carrier",
        "uplink": "uplink rate of one user on the best carrier",
        "downlink_aggregated": "downlink rate of one user on all carriers of one operator",
        "probability": "share of the places in a pixel that are covered",
        "covered": "covered: 1 yes, 0 no, 255 no data",
    },
    no_cautions="None",
)
WORDS: Mapping[Language, Words] = {"vi": _VI, "en": _EN}
