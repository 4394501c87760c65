"""The assumptions of a run in Vietnamese: sentences that a manifest holds in English, known by their fixed parts."""

from __future__ import annotations

import re
from functools import cache

from phusong.scenarios.written import layer_name

_NUMBER = r"-?[\d,]*\d(?:\.\d+)?"
_COUNTED = {
    "pixel": "ô", "zone": "đơn vị", "cell": "cell", "mast": "cột", "link override": "mục link_overrides",
    "void sample": "mẫu trống",
}  # fmt: skip
_WHOLE = {
    "none here": "không có ở đây",
    "none": "không có",
    "every cell alike": "mọi cell như nhau",
    "but for the cells that link_overrides name": "trừ các cell nêu trong link_overrides",
    "clutter heights are given": "đã cho độ cao vật cản",
    "the shipped table of ESA WorldCover's classes": "bảng lớp ESA WorldCover kèm chương trình",
    "demonstration relief, not survey data": "địa hình minh họa, không phải số liệu khảo sát",
}  # what a field may hold
_INSIDE = {
    "(default)": "(mặc định)",
    " for ": " cho ",
    " to ": " đến ",
    " above ground": " trên mặt đất",
    "Recommendation ": "Khuyến nghị ",
}  # what may stand within a field
_WITH_DECIMALS = ("loads", "values", "classes", "share", "change")
# English with {fields} -> Vietnamese with the same. Fields that begin with n hold numbers, with c "12 pixels", others
# words, of which those of _WHOLE and _INSIDE are translated. A sentence that matches nothing stays as it is.
_SENTENCES = {
    "Map projection: {crs}, the UTM zone of the area's middle.":
        "Phép chiếu bản đồ: {crs}, múi UTM chứa điểm giữa của khu vực.",
    "Terrain: {source}.": "Địa hình: {source}.",
    "The relief is made from {n1} stated heights and fractal detail: on the SRTM tile {tile} it errs by RMSE {n2} m, "
    "bias {n3} m, correlation {n4} inside the province.":
        "Địa hình được dựng từ {n1} độ cao đã nêu và chi tiết fractal: so với mảnh SRTM {tile}, sai số trung phương là "
        "{n2} m, độ lệch {n3} m, tương quan {n4} trong phạm vi tỉnh.",
    "Outside that tile the heights were read off a coarse elevation model and rounded: the relief is less certain "
    "there.":
        "Ngoài mảnh đó, độ cao được đọc từ mô hình độ cao thô và làm tròn: địa hình ở đó kém chắc chắn hơn.",
    "{n} % of the area has no terrain data: no data there, and no claim of coverage.":
        "{n} % diện tích không có dữ liệu địa hình: ở đó không có kết quả và không kết luận về vùng phủ.",
    "{share} of the grid has no terrain ({c}).": "{share} lưới tính không có địa hình ({c}).",
    "{file} has a sample every {n1} m, finer than the grid of {n2} m: heights are sampled at the pixel centres, not "
    "averaged over the pixels.":
        "{file} có mẫu cách nhau {n1} m, mịn hơn lưới {n2} m: độ cao lấy tại tâm ô, không lấy trung bình cả ô.",
    "heights of {files} are taken as stated, in {datum}, not converted.":
        "Độ cao trong {files} dùng nguyên theo hệ {datum}, không chuyển đổi.",
    "no vertical datum is stated in {files}: heights are taken as above mean sea level (EGM96), not converted.":
        "{files} không nêu hệ độ cao: coi là độ cao trên mực nước biển trung bình (EGM96), không chuyển đổi.",
    "{c} in {file}, interpolated from the samples round them.":
        "{c} trong {file}, nội suy từ các mẫu xung quanh.",
    "{c} in {file}, interpolated from the samples round them, unless another file has data there.":
        "{c} trong {file}, nội suy từ các mẫu xung quanh, trừ khi tệp khác có dữ liệu ở đó.",
    "{c} in {file}, left without data.": "{c} trong {file}, để nguyên là không có dữ liệu.",
    "{c} in {file}, left without data, unless another file has data there.":
        "{c} trong {file}, để nguyên là không có dữ liệu, trừ khi tệp khác có dữ liệu ở đó.",
    "{c} in {file}, left without data (not enclosed by samples of the file).":
        "{c} trong {file}, để nguyên là không có dữ liệu (không nằm giữa các mẫu của tệp).",
    "{c} in {file}, left without data (not enclosed by samples of the file), unless another file has data there.":
        "{c} trong {file}, để nguyên là không có dữ liệu (không nằm giữa các mẫu của tệp), trừ khi tệp khác có dữ "
        "liệu.",
    "{c} of the grid rest on interpolated voids.": "{c} của lưới dựa trên mẫu trống đã nội suy.",
    "{c} of the grid have no terrain because of voids.": "{c} của lưới không có địa hình do mẫu trống.",
    "The land cover is made by rule from the zones '{layer}', their people, the terrain and the waters in {file}, "
    "seed {seed}; no survey. Settlements are made inside the zones only.":
        "Lớp phủ mặt đất được dựng theo quy tắc từ các đơn vị “{layer}”, dân số của chúng, địa hình và sông hồ trong "
        "{file} (số ngẫu nhiên {seed}); không phải khảo sát. Khu dân cư chỉ được dựng bên trong các đơn vị.",
    "The land cover does not change the path loss: {why}.": "Lớp phủ mặt đất không làm thay đổi tổn hao: {why}.",
    "The receiver's surroundings are the land cover of its pixel, over the median city, by {source}: {classes}.":
        "Môi trường quanh máy thu là lớp phủ của ô đó, so với đô thị trung vị, theo {source}: {classes}.",
    "Clutter heights are those of the land cover classes, by {source}: {classes}.":
        "Độ cao vật cản lấy theo lớp phủ mặt đất, theo {source}: {classes}.",
    "Clutter heights are the greatest of {files}; where one has no data, the others count.":
        "Độ cao vật cản là giá trị lớn nhất trong {files}; nơi một tệp thiếu dữ liệu thì dùng các tệp còn lại.",
    "Clutter rasters without data inside their extent are read as bare ground.":
        "Ô thiếu dữ liệu bên trong tệp vật cản được coi là đất trống.",
    "No clutter is modelled: neither buildings nor trees, the signal is that over bare ground.":
        "Không xét vật cản: không có nhà cửa, cây cối; tín hiệu tính trên mặt đất trống.",
    "The clutter heights are not used: {model} does not know clutter along the path.":
        "Độ cao vật cản không được dùng: {model} không xét vật cản dọc đường truyền.",
    "{c} of the grid without clutter data: no data there.": "{c} của lưới thiếu dữ liệu vật cản: không có kết quả.",
    "{c} of the grid without land cover: no data there.": "{c} của lưới thiếu lớp phủ mặt đất: không có kết quả.",
    "{c} of the grid without land cover.": "{c} của lưới thiếu lớp phủ mặt đất.",
    "terminal_class is assumed where {source} gives none, by the class of the Standard Propagation Model, else rural: "
    "{classes}.":
        "terminal_class được giả định nơi {source} không nêu, theo lớp của mô hình truyền sóng chuẩn (SPM), nếu không "
        "thì là nông thôn: {classes}.",
    "location_sigma_db is assumed where {source} gives none, by terminal class, general engineering practice: "
    "{classes}.":
        "location_sigma_db được giả định nơi {source} không nêu, theo terminal_class và thông lệ kỹ thuật: {classes}.",
    "People are made: those of each zone of '{layer}' are spread over its pixels by land cover and slope, by assumed "
    "weights. No census says where in its zone anybody lives.":
        "Phân bố dân cư được dựng: dân số của mỗi đơn vị “{layer}” được rải lên các ô theo lớp phủ và độ dốc với trọng "
        "số giả định. Không có điều tra nào cho biết người dân ở chỗ nào trong đơn vị.",
    "People are spread evenly over the area of their zone: the share of its people covered is that of its area "
    "covered.":
        "Dân số được rải đều trên diện tích đơn vị: tỷ lệ dân số được phủ bằng tỷ lệ diện tích được phủ.",
    "People: {file} holds {n1} people in the area, the zones '{layer}' state {n2} ({change} %).":
        "Dân số: {file} có {n1} người trong khu vực, các đơn vị “{layer}” nêu {n2} ({change} %).",
    "People: {file} holds {n1} people in the area; the zones '{layer}' state no population to compare.":
        "Dân số: {file} có {n1} người trong khu vực; các đơn vị “{layer}” không nêu dân số để so sánh.",
    "Cells of {file} without data are read as nobody living there.":
        "Ô thiếu dữ liệu trong {file} được coi là không có người ở.",
    "{c} of the area without population data: people there are not known.":
        "{c} của khu vực thiếu dữ liệu dân số: không rõ số dân ở đó.",
    "{c} without a pixel: their {n} people are in none.": "{c} không chứa ô nào: {n} dân của chúng không nằm ở ô nào.",
    "The terrain does not count: {model} knows the distance alone.":
        "Địa hình không được xét: {model} chỉ tính theo khoảng cách.",
    "Raster mode '{mode}': pixels share rays. It is for drafts; its error against the mode 'exact' stands in the "
    "manifest. Where the signal is far too weak to serve, it is an upper bound.":
        "Chế độ tính “{mode}”: các ô dùng chung tia, chỉ để xem sơ bộ; sai số so với chế độ “exact” ghi trong "
        "run.json. Nơi tín hiệu quá yếu, giá trị là cận trên.",
    "Every path counts as inland: maps know no sea.": "Mọi đường truyền coi như trên đất liền: bản đồ không xét biển.",
    "The zones '{layer}' are approximate, their borders are not the real ones: approximate zones from the inner points "
    "and areas in {file}, inside {outline}.":
        "Các đơn vị “{layer}” chỉ gần đúng, ranh giới không phải ranh giới thật: dựng từ điểm bên trong và diện tích "
        "nêu trong {file}, nằm trong {outline}.",
    "The zones '{layer}' are approximate, their borders are not the real ones: {source}.":
        "Các đơn vị “{layer}” chỉ gần đúng, ranh giới không phải ranh giới thật: {source}.",
    "{c} of '{layer}' without a population: people there are not counted.":
        "{c} của “{layer}” không nêu dân số: dân ở đó không được tính.",
    "Downlink load: every cell sends all the time, the worst case.":
        "Tải đường xuống: mọi cell phát liên tục, trường hợp xấu nhất.",
    "Downlink load: {loads}; {which}.": "Tải đường xuống: {loads}; {which}.",
    "Uplink load, from which the station's noise rises: {loads}.":
        "Tải đường lên, làm tăng nhiễu tại trạm: {loads}.",
    "Link budget of {technology}: {n1} of {n2} figures are defaults, each with its source in the run's scenario.toml; "
    "given: {given}.":
        "Quỹ đường truyền {technology}: {n1} trong {n2} thông số là mặc định, nguồn của từng thông số ghi trong "
        "scenario.toml của kết quả; người dùng cho: {given}.",
    "Link budget of {technology}, by general engineering practice, not confirmed by a published source: {figures}.":
        "Quỹ đường truyền {technology}, theo thông lệ kỹ thuật, chưa có nguồn công bố xác nhận: {figures}.",
    "{c} in place of these, in the order of the file.": "{c} thay cho các giá trị trên, theo thứ tự trong tệp.",
    "{field} of bands is a default: {values}.": "{field} của các băng tần là mặc định: {values}.",
    "SINR and rates are medians without fading, for one user alone in the cell; the uplink takes the path of the "
    "downlink.":
        "SINR và tốc độ là giá trị trung vị không có pha-đinh, cho một người dùng duy nhất trong cell; đường lên dùng "
        "chung tổn hao với đường xuống.",
    "The site register is synthetic: real positions of masts are not public, these are made by rule.":
        "Danh sách trạm là tổng hợp: vị trí trạm thật không được công bố, các vị trí này được dựng theo quy tắc.",
    "{field} is assumed to be {values} for {c} where the register says nothing.":
        "{field} được giả định là {values} cho {c} mà danh sách trạm không nêu.",
    "{c} of status '{status}': not simulated.": "{c} có trạng thái “{status}”: không mô phỏng.",
    "{c} outside the grid: not simulated.": "{c} nằm ngoài lưới: không mô phỏng.",
    "{c1} ({c2}) where the terrain has no data: not simulated.":
        "{c1} ({c2}) ở nơi không có dữ liệu địa hình: không mô phỏng.",
    "{technology}: {n1} pixels hear no cell (farther than {n2} km from all, or behind more than {n3} dB) and count as "
    "not covered":
        "{technology}: {n1} ô không thu được cell nào (cách mọi trạm quá {n2} km, hoặc tổn hao quá {n3} dB), tính là "
        "không được phủ.",
    "{technology}: {n} pixels are served over a path outside the range of the model or an added loss ({ranges}); the "
    "formulas are used as they stand":
        "{technology}: {n} ô được phục vụ qua đường truyền nằm ngoài phạm vi áp dụng của mô hình hoặc tổn hao thêm "
        "({ranges}); công thức vẫn được dùng nguyên như vậy.",
}  # fmt: skip


def in_vietnamese(sentence: str) -> str | None:
    """Return an assumption in Vietnamese; None where its wording is not known."""
    for pattern, vietnamese in _patterns():
        if found := pattern.fullmatch(sentence):
            return vietnamese.format(**{name: _translated(name, text) for name, text in found.groupdict().items()})
    return None


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(_pattern(english)), vietnamese) for english, vietnamese in _SENTENCES.items()]


def _pattern(english: str) -> str:
    """Return the expression that a sentence with fields stands for; its full stop may be missing."""
    parts = re.split(r"\{(\w+)\}", english.removesuffix("."))
    fields = (f"(?P<{name}>{_field(name)})" for name in parts[1::2])
    texts = (re.escape(text) for text in parts[0::2])
    return "".join(text + field for text, field in zip(texts, [*fields, ""], strict=True)) + r"\.?"


def _field(name: str) -> str:
    if _is(name, "n"):
        return _NUMBER
    return rf"{_NUMBER} (?:{'|'.join(_COUNTED)})s?" if _is(name, "c") else ".+?"


def _is(name: str, kind: str) -> bool:
    return re.fullmatch(rf"{kind}\d?", name) is not None


def _translated(name: str, text: str) -> str:
    if _is(name, "n"):
        return _number(text)
    if _is(name, "c"):
        figure, noun = text.split(" ", 1)
        singular = noun if noun in _COUNTED else noun.removesuffix("s")
        return f"{_number(figure)} {_COUNTED[singular]}"
    if name == "layer":
        return layer_name(text, "vi")
    text = _WHOLE.get(text, text)
    for english, vietnamese in _INSIDE.items():
        text = text.replace(english, vietnamese)
    return re.sub(r"(?<=\d)\.(?=\d)", ",", text) if name in _WITH_DECIMALS else text


def _number(text: str) -> str:
    return text.translate(str.maketrans(",.", ".,")).replace("-", "−")
