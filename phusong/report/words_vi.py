"""The Vietnamese words of the report."""

from __future__ import annotations

from typing import Any

VIETNAMESE: dict[str, Any] = {
    "page": "Trang {number}/{count}",
    "contents": "Mục lục",
    "report": "Báo cáo vùng phủ sóng di động",
    "report_subject": "Kết quả mô phỏng vùng phủ sóng {technologies}, ngày {date}",
    "series": "PHỦ SÓNG · BÁO CÁO KẾT QUẢ MÔ PHỎNG",
    "about": "Mô phỏng ngày {date} · {area} km²",
    "people_count": "{count} dân",
    "zone_count": "{count} đơn vị ({layer})",
    "site_count": "{sites} vị trí trạm, {cells} cell",
    "verdicts": "Kết luận",
    "covers": "{technology} phủ {percent} diện tích ({covered} trong {known} km²), tính {place}",
    "covers_people": ", tương ứng {percent} dân số",
    "covers_nothing": "{technology}: không có dữ liệu để kết luận",
    "place_share": "{place}: {area} diện tích, {people} dân số",
    "zones_reached": "{count}/{all} đơn vị ({layer}) được phủ từ 99% diện tích trở lên",
    "lowest": "thấp nhất là {name} ({percent})",
    "targets": "Mục tiêu và kết luận",
    "target": "Mục tiêu",
    "required": "Yêu cầu",
    "reached": "Kết quả",
    "verdict": "Kết luận",
    "verdict_words": {"met": "✓ ĐẠT", "missed": "✗ CHƯA ĐẠT", "cannot tell": "? CHƯA THỂ KẾT LUẬN"},
    "no_targets": "Kịch bản không đặt mục tiêu nào.",
    "full_digest": "Mã kiểm chứng đầy đủ (SHA-256): {digest}",
    "method": "Nội dung và phương pháp",
    "computed": "Đã tính những gì",
    "computed_text": "Mức tín hiệu mà một máy điện thoại thu được tại từng ô {resolution} m của khu vực ({pixels} ô), "
    "lần lượt cho {technologies}, từ {cells} cell trên {sites} vị trí trạm của {operators}. Từ mức tín hiệu đó suy ra "
    "ô nào được phủ sóng, rồi cộng lại thành diện tích và dân số theo từng đơn vị hành chính.",
    "inputs": "Từ dữ liệu nào",
    "bands": ("Băng tần", "Công nghệ", "Tần số, MHz", "Độ rộng, MHz", "Số cell"),
    "files": "Mã SHA-256 của tệp đầu vào (12 ký tự đầu): {files}.",
    "definition": "Thế nào là “được phủ sóng”",
    "plainly": "Nói đơn giản: người dùng đứng {place}, cầm máy cao {height} m; tại ít nhất {location} vị trí trong ô, "
    "máy thu được tín hiệu không yếu hơn {threshold} dBm ({technology}).",
    "classes": "Các mức dịch vụ trên bản đồ",
    "class_head": ("Mức", "Ý nghĩa đối với người dùng"),
    "class_meaning": {
        "video": "Tín hiệu mạnh: xem video, gọi có hình ổn định",
        "calls": "Gọi điện, nhắn tin, vào mạng được; còn dư tín hiệu để vào trong nhà thông thường",
        "outdoors": "Đủ dùng ở ngoài trời; vào trong nhà hoặc trong xe dễ mất sóng",
        "none": "Dưới ngưỡng của định nghĩa: không được tính là phủ sóng",
        "unknown": "Gạch chéo trên nền xám: thiếu dữ liệu địa hình, không kết luận và không tính vào tỷ lệ",
    },
    "close": "Nơi tín hiệu chỉ cách ngưỡng dưới {limit} dB, sai số dự báo nhỏ cũng có thể làm thay đổi kết luận; phiếu "
    "của từng xã, phường đánh dấu những nơi này bằng gạch chéo mảnh.",
    "close_legend": "Gần ngưỡng (dưới {limit} dB): kết luận có thể thay đổi",
    "model": "Mô hình truyền sóng",
    "outside_unknown": "Các tỷ lệ trong báo cáo chỉ tính phần diện tích có dữ liệu địa hình.",
    "coverage_maps": "Bản đồ vùng phủ sóng",
    "commune_maps": "Bản đồ tỷ lệ phủ sóng theo xã, phường",
    "comparison": "So sánh theo nơi sử dụng và nhà mạng",
    "by_place": "Ngoài trời, trong xe, trong nhà (mọi nhà mạng)",
    "by_operator": "Từng nhà mạng",
    "where": "Nơi sử dụng",
    "operator": "Nhà mạng",
    "all_operators": "Mọi nhà mạng",
    "area_share": "{technology}: diện tích",
    "people_share": "{technology}: dân số",
    "place_note": "Trong xe và trong nhà tính thêm tổn hao xuyên qua vỏ xe hoặc tường nhà và độ phân tán của tổn hao "
    "đó; các điều kiện khác của định nghĩa giữ nguyên. Đây là tỷ lệ diện tích mà tại đó người ở trong xe hoặc "
    "trong nhà được phủ sóng, không phải tỷ lệ số nhà.",
    "operator_note": "Mỗi dòng chỉ tính trạm của một nhà mạng. “Mọi nhà mạng” là nơi có ít nhất một nhà mạng phủ sóng, "
    "nên một thuê bao cụ thể có thể không dùng được ở mọi nơi đó.",
    "close_share": "{technology}: {percent} diện tích nằm cách ngưỡng dưới {limit} dB.",
    "expected_share": "{technology}: tính trung bình mọi vị trí, {percent} diện tích đạt ngưỡng (kỳ vọng).",
    "commune_tables": "Bảng số liệu theo đơn vị",
    "table_of": "{layer}: {count} đơn vị",
    "number": "STT",
    "name": "Đơn vị",
    "area_km2": "Diện tích, km²",
    "people": "Dân số",
    "table_note": "Xếp theo bảng chữ cái tiếng Việt. Diện tích là diện tích các ô thuộc đơn vị trên lưới tính toán. "
    "Dấu “–”: không có dữ liệu.",
    "proposals": "Đề xuất vị trí trạm",
    "proposal_table": "Danh sách vị trí đề xuất",
    "asked": "Câu hỏi",
    "certificate": "So với phương án tối ưu",
    "no_sites": "Không có vị trí nào được đề xuất.",
    "rank": "TT",
    "site": "Vị trí",
    "no_cells": "chưa có trạm",
    "gain_km2": "Thêm, km²",
    "gain_people": "Thêm, dân",
    "cost": "Chi phí",
    "so_far": "Lũy kế",
    "reason": "Lý do",
    "cost_note": "“Lũy kế” là tỷ lệ được phủ sau khi có vị trí này và mọi vị trí trước nó. Chi phí tính theo đơn vị "
    "của câu hỏi, không phải báo giá. Vị trí, độ cao và ăng-ten do chương trình đề xuất, cần khảo sát thực địa trước "
    "khi quyết định.",
    "assumptions": "Giả định và phần chưa xét",
    "assumptions_text": "Những điều dữ liệu đầu vào để ngỏ, được giả định thay hoặc bỏ qua khi tính. Kết quả chỉ đúng "
    "trong phạm vi các giả định này.",
    "assumptions_english": "Nguyên văn tiếng Anh của chương trình, chưa có bản tiếng Việt:",
    "limits": "Giới hạn sử dụng và cách kiểm chứng",
    "limits_text": (
        (
            "Đây là dự báo, không phải kết quả đo",
            "Mọi bản đồ, tỷ lệ và kết luận trong báo cáo được tính từ mô hình truyền sóng và dữ liệu đầu vào đã nêu. "
            "Không có số liệu đo thực địa nào trong báo cáo này. Tín hiệu thực tế còn phụ thuộc nhà cửa, cây cối, máy "
            "điện thoại, thời tiết, tải của mạng và tình trạng trạm tại thời điểm sử dụng.",
        ),
        (
            "Báo cáo này không phải là",
            "Cam kết chất lượng dịch vụ, kết quả kiểm định hoặc đo kiểm chất lượng, căn cứ xử phạt, hồ sơ cấp phép, "
            "thiết kế kỹ thuật hay báo giá. Không dùng báo cáo để kết luận về một ngôi nhà hoặc một điểm cụ thể.",
        ),
        (
            "Độ tin cậy",
            "Tại một điểm, tín hiệu thực tế có thể lệch nhiều dB so với dự báo; định nghĩa đã trừ sẵn phần dự trữ cho "
            "độ phân tán này. Tỷ lệ trên diện rộng ổn định hơn kết luận tại từng ô; nơi gần ngưỡng cần được đo kiểm.",
        ),
        (
            "Khi nào kết luận “chưa thể kết luận”",
            "Khi phần diện tích thiếu dữ liệu đủ lớn để mục tiêu có thể đạt hoặc không đạt tùy vào phần thiếu đó.",
        ),
        (
            "Cách kiểm chứng",
            "Mã kiểm chứng ở chân trang xác định phiên bản chương trình, kịch bản, dữ liệu đầu vào, lưới và định nghĩa "
            "đã dùng. Mở thư mục kết quả bằng lệnh “phusong show” và so mã in ra với mã dưới đây: trùng nhau nghĩa là "
            "báo cáo được lập từ đúng kết quả đó. Tính lại từ cùng đầu vào cho cùng mã và cùng số liệu.",
        ),
        (
            "Nếu dữ liệu là minh họa",
            "Khi đầu trang hoặc chân trang ghi “địa hình minh họa”, “trạm tổng hợp” hoặc “ranh giới gần đúng”, báo cáo "
            "chỉ minh họa phương pháp; không được dùng số liệu để đánh giá mạng lưới thật.",
        ),
    ),
    "sheet": "Phiếu thông tin vùng phủ sóng",
    "sheet_subject": "Phiếu vùng phủ sóng {technologies} theo đơn vị, mô phỏng ngày {date}",
    "sheet_verdict": "{name}: {technology} phủ {area} diện tích {place}",
    "sheet_unknown": "{name}: chưa thể kết luận về {technology}, thiếu dữ liệu",
    "sheet_rank": "{technology}: xếp thứ {rank}/{count} đơn vị theo tỷ lệ diện tích (1 là cao nhất)",
    "sheet_rank_unknown": "{technology}: không xếp hạng, thiếu dữ liệu",
    "sheet_proposed": "Vị trí đề xuất trong địa bàn",
    "sheet_none_proposed": "Không có vị trí đề xuất nào trong địa bàn.",
    "sheet_more_proposed": "… và {count} vị trí khác, xem báo cáo chung",
    "sheet_sites": "Vị trí trạm {technology} hiện có",
    "sheet_code": "Mã {code}",
    "sheet_ranks": "Xếp hạng",
}
