"""The words on maps, Vietnamese and English."""

from __future__ import annotations

from dataclasses import dataclass

from phusong.scenarios.written import Language


@dataclass(frozen=True)
class Words:
    """Every phrase a map prints; braces are filled in by `str.format`."""

    coverage_title: str
    commune_title: str
    proposal_title: str
    change_title: str
    area_covered: str
    people_covered: str
    no_data_share: str
    legend: str
    service: tuple[str, str, str]
    no_service: str
    near_limit: str
    no_terrain: str
    part_terrain: str
    class_note: str
    count_note: str
    commune_legend: str
    zone_borders: str
    area_outline: str
    approximate: str
    sites: str
    covered: str
    not_covered: str
    proposed: str
    lowest: str
    proposed_list: str
    more_sites: str
    nothing_proposed: str
    targets: str
    target: str
    verdicts: dict[str, str]
    definition: str
    shadowing: str
    shadowing_besides: str
    shadowing_inside: str
    conditions_join: str
    quantities: dict[str, str]
    way_in: dict[str, str]
    places: dict[str, str]
    model: str
    recommendation: str
    model_paths: dict[str, str]
    terrain_made: str
    terrain_files: str
    sites_made: str
    sites_file: str
    zones_made: str
    zones_file: str
    sources: str
    change_unit: str
    change_shares: str
    change_people: str
    change_legend: str
    gained: str
    lost: str
    still_covered: str
    never_covered: str
    no_data: str
    change_note: str
    changed_sites: str
    changed_zones: str
    nothing_changed: str
    caution_definition: str
    caution_settings: str
    comparison: str
    caution_terrain: str
    caution_sites: str
    caution_zones: str
    caution_discs: str
    footer: str
    curve_title: str
    proposal_shares: str
    measures: dict[str, str]
    resimulated: str
    certificate: str
    phase: str
    asked: str
    proposal_share: str
    roll_out: str
    best_of_size: str
    number_of_sites: str
    share_axis: str
    this_plan: str
    best_found: str
    no_choice_above: str
    target_line: str
    reachable_line: str
    north: str


_VI = Words(
    coverage_title="Vùng phủ sóng {technology}",
    commune_title="Tỷ lệ phủ sóng {technology} theo xã, phường",
    proposal_title="Đề xuất vị trí trạm {technology}",
    change_title="Thay đổi vùng phủ sóng {technology}",
    area_covered="diện tích được phủ sóng {technology}",
    people_covered="{percent} dân số",
    no_data_share="{percent} diện tích không có dữ liệu địa hình, không tính vào tỷ lệ",
    legend="Mức tín hiệu {quantity}",
    service=("Xem video tốt", "Gọi được", "Chỉ ngoài trời"),
    no_service="Không có sóng",
    near_limit="Sát ngưỡng (±{limit} dB)",
    no_terrain="Không có dữ liệu địa hình",
    part_terrain="Thiếu một phần dữ liệu",
    class_note="Mức đạt được ở {location} vị trí trong mỗi ô (trung vị trừ dự trữ {margin} dB). "
    "Bên phải: phần diện tích.",
    count_note="Bên phải: số xã, phường.",
    commune_legend="Diện tích được phủ",
    zone_borders="Ranh giới xã, phường",
    area_outline="Ranh giới khu vực",
    approximate="vị trí gần đúng",
    sites="Trạm {technology} hiện có",
    covered="Đã phủ sóng",
    not_covered="Chưa phủ sóng",
    proposed="Vị trí đề xuất",
    lowest="Tỷ lệ thấp nhất",
    proposed_list="Vị trí đề xuất",
    more_sites="… và {count} vị trí khác, xem tables/proposals.csv",
    nothing_proposed="Chưa có đề xuất nào",
    targets="Mục tiêu",
    target="{value} (cần ≥ {required}%): {verdict}",
    verdicts={"met": "đạt", "missed": "chưa đạt", "cannot tell": "chưa thể kết luận"},
    definition="Định nghĩa: một ô {resolution} m được phủ khi {conditions} ở ít nhất {location} vị trí trong ô, "
    "{place}, máy thu cao {height} m ({shadowing}).",
    shadowing="che khuất σ = {sigma} dB, dự trữ {margin} dB, nên trung vị phải ≥ {median} dBm",
    shadowing_besides="che khuất σ = {sigma} dB, dự trữ {margin} dB trừ vào tín hiệu của trạm phục vụ, "
    "nhiễu ở mức trung vị",
    shadowing_inside="tính cả che khuất bên ngoài, {way_in}",
    conditions_join=" và ",
    quantities={
        "sinr": "SINR ≥ {threshold} dB",
        "rsrq": "RSRQ ≥ {threshold} dB",
        "downlink": "tốc độ tải xuống ≥ {threshold} Mbit/s",
        "uplink": "tốc độ tải lên ≥ {threshold} Mbit/s",
    },
    way_in={
        "outdoors": "không có suy hao xuyên tường",
        "indoors": "đã trừ suy hao xuyên tường (mặc định theo ITU-R P.2109)",
        "in a car": "đã trừ suy hao của thân xe",
    },
    places={"outdoors": "ngoài trời", "indoors": "trong nhà", "in a car": "trong xe"},
    model="Mô hình: {model}, {paths}, {time} thời gian, bán kính {radius} km quanh mỗi cột.",
    recommendation="Khuyến nghị",
    model_paths={
        "exact": "mặt cắt địa hình tới từng ô",
        "fast": "chế độ nhanh: các ô dùng chung tia, kém chính xác hơn",
        "draft": "chế độ nháp: các ô dùng chung tia, chỉ để xem sơ bộ",
        "none": "chỉ theo khoảng cách, không xét địa hình",
    },
    terrain_made="địa hình minh họa",
    terrain_files="địa hình từ {files}",
    sites_made="danh sách trạm tổng hợp",
    sites_file="danh sách trạm {files}",
    zones_made="ranh giới gần đúng dựng từ diện tích công bố",
    zones_file="ranh giới từ {files}",
    sources="Dữ liệu: {sources}.",
    change_unit="{change} điểm %",
    change_shares="diện tích được phủ sóng {technology}: trước {before}, sau {after}",
    change_people="dân số: trước {before}, sau {after}",
    change_legend="Trước và sau",
    gained="Được phủ thêm",
    lost="Mất sóng",
    still_covered="Vẫn phủ sóng",
    never_covered="Chưa phủ sóng",
    no_data="Không có dữ liệu",
    change_note="Bên phải: diện tích.",
    changed_sites="Trạm thay đổi ({count})",
    changed_zones="Thay đổi nhiều nhất",
    nothing_changed="Vùng phủ sóng không thay đổi",
    caution_definition="Trước và sau dùng định nghĩa vùng phủ khác nhau",
    caution_settings="Trước và sau khác nhau cả về đầu vào hoặc thiết lập: xem compare.json",
    comparison="Trước: {before_date}, mã {before_digest}; sau: {after_date}, mã {after_digest} · Phủ Sóng {version}",
    caution_terrain="Địa hình minh họa, không phải số liệu khảo sát",
    caution_sites="Trạm tổng hợp, không phải vị trí thật",
    caution_zones="Ranh giới xã, phường gần đúng",
    caution_discs="{layer}: vị trí gần đúng",
    footer="Mô phỏng ngày {date} · Phủ Sóng {version} · mã kiểm chứng {digest}",
    curve_title="Phủ sóng {technology} theo số trạm đề xuất",
    proposal_shares="{measure} được phủ sóng {technology}, trước và sau khi có {count} trạm đề xuất",
    measures={
        "area": "diện tích",
        "people": "dân số",
        "villages": "thôn, bản",
        "roads": "chiều dài đường",
        "both": "diện tích và dân số (trung bình)",
    },
    resimulated="Vùng phủ sau khi có trạm đề xuất: mô phỏng lại toàn mạng.",
    certificate="So với tối ưu",
    phase="Giai đoạn {name}: tới {count} trạm, {percent}",
    asked="Yêu cầu: {question}.",
    proposal_share="{measure} được phủ sóng {technology} hiện nay; không có trạm nào được đề xuất",
    roll_out="Xây lần lượt theo thứ tự đề xuất",
    best_of_size="Phương án tốt nhất cho từng số trạm",
    number_of_sites="Số trạm",
    share_axis="Tỷ lệ {measure} được phủ, %",
    this_plan="Phương án đề xuất",
    best_found="Phương án tốt nhất tìm được",
    no_choice_above="Không phương án nào vượt trên",
    target_line="Mục tiêu {percent}%",
    reachable_line="Mọi vị trí ứng viên: {percent}",
    north="B",
)

_EN = Words(
    coverage_title="{technology} coverage",
    commune_title="{technology} coverage by commune",
    proposal_title="Proposed {technology} sites",
    change_title="Change of {technology} coverage",
    area_covered="of the area has {technology} coverage",
    people_covered="{percent} of the people",
    no_data_share="{percent} of the area has no terrain data and is left out of the share",
    legend="Signal level, {quantity}",
    service=("Good video", "Calls", "Outdoors only"),
    no_service="No signal",
    near_limit="Near the limit (±{limit} dB)",
    no_terrain="No terrain data",
    part_terrain="Terrain data in part",
    class_note="Level reached at {location} of the places in a pixel (median less a margin of {margin} dB). "
    "On the right: share of the area.",
    count_note="On the right: number of communes.",
    commune_legend="Area covered",
    zone_borders="Commune borders",
    area_outline="Border of the area",
    approximate="position approximate",
    sites="Existing {technology} sites",
    covered="Covered today",
    not_covered="Not covered",
    proposed="Proposed site",
    lowest="Lowest shares",
    proposed_list="Proposed sites",
    more_sites="… and {count} more, see tables/proposals.csv",
    nothing_proposed="Nothing proposed yet",
    targets="Targets",
    target="{value} (needs ≥ {required}%): {verdict}",
    verdicts={"met": "met", "missed": "missed", "cannot tell": "cannot tell"},
    definition="Definition: a {resolution} m pixel is covered where {conditions} at no less than {location} of its "
    "places, {place}, receiver {height} m above ground ({shadowing}).",
    shadowing="shadowing σ = {sigma} dB, margin {margin} dB, so the median must be ≥ {median} dBm",
    shadowing_besides="shadowing σ = {sigma} dB, a margin of {margin} dB off the serving cell, "
    "interference at its median",
    shadowing_inside="shadowing outdoors counts too, {way_in}",
    conditions_join=" and ",
    quantities={
        "sinr": "SINR ≥ {threshold} dB",
        "rsrq": "RSRQ ≥ {threshold} dB",
        "downlink": "download rate ≥ {threshold} Mbit/s",
        "uplink": "upload rate ≥ {threshold} Mbit/s",
    },
    way_in={
        "outdoors": "no loss of walls",
        "indoors": "less the loss of walls (by default ITU-R P.2109)",
        "in a car": "less the loss of the car's body",
    },
    places={"outdoors": "outdoors", "indoors": "indoors", "in a car": "in a car"},
    model="Model: {model}, {paths}, {time} of time, radius {radius} km round each mast.",
    recommendation="Recommendation",
    model_paths={
        "exact": "a terrain profile to every pixel",
        "fast": "fast mode: pixels share rays, less accurate",
        "draft": "draft mode: pixels share rays, for a first look only",
        "none": "by distance alone, terrain not considered",
    },
    terrain_made="demonstration relief",
    terrain_files="terrain from {files}",
    sites_made="synthetic site register",
    sites_file="site register {files}",
    zones_made="approximate borders made from published areas",
    zones_file="borders from {files}",
    sources="Data: {sources}.",
    change_unit="{change} points",
    change_shares="of the area has {technology} coverage: {before} before, {after} after",
    change_people="people: {before} before, {after} after",
    change_legend="Before and after",
    gained="Gained",
    lost="Lost",
    still_covered="Still covered",
    never_covered="Not covered",
    no_data="No data",
    change_note="On the right: area.",
    changed_sites="Changed sites ({count})",
    changed_zones="Greatest changes",
    nothing_changed="Coverage does not change",
    caution_definition="Before and after use different definitions of coverage",
    caution_settings="Inputs or settings differ, too, between before and after: see compare.json",
    comparison="Before: {before_date}, digest {before_digest}; after: {after_date}, digest {after_digest} · "
    "Phủ Sóng {version}",
    caution_terrain="Demonstration relief, not survey data",
    caution_sites="Synthetic sites, not real positions",
    caution_zones="Commune borders approximate",
    caution_discs="{layer}: position approximate",
    footer="Simulated {date} · Phủ Sóng {version} · digest {digest}",
    curve_title="{technology} coverage by number of proposed sites",
    proposal_shares="{measure} with {technology} coverage, before and after {count} proposed sites",
    measures={
        "area": "area",
        "people": "people",
        "villages": "villages",
        "roads": "length of roads",
        "both": "area and people (mean)",
    },
    resimulated="Coverage with the proposed sites: the whole network simulated again.",
    certificate="Against the best possible",
    phase="Phase {name}: {count} sites in all, {percent}",
    asked="Asked: {question}.",
    proposal_share="{measure} with {technology} coverage today; no site is proposed",
    roll_out="Built in the order proposed",
    best_of_size="The best choice of each size",
    number_of_sites="Number of sites",
    share_axis="Share of {measure} covered, %",
    this_plan="The proposal",
    best_found="Best choice found",
    no_choice_above="No choice lies above",
    target_line="Target {percent}%",
    reachable_line="All candidates: {percent}",
    north="N",
)

WORDS: dict[Language, Words] = {"vi": _VI, "en": _EN}
