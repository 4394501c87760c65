"use strict";
/* Files to take away: each a plain link, with a sentence that says what it is. */
(() => {
  const { texts, state, dom, details } = PhuSong;
  const { make, byId } = dom;
  const { t } = texts;
  let source = null;
  let quantity = "service";
  let technology = null;

  texts.add({
    vi: {
      downloads: "Tải về",
      downloads_help: "Mọi tệp đều ghi ngày mô phỏng, định nghĩa, mô hình, nguồn dữ liệu và mã kiểm chứng. Tệp là của mạng đã lưu, không gồm thay đổi thử. Báo cáo có thể mất một lúc.",
      downloads_quantity: "Lớp của GeoTIFF",
      downloads_quantities: {
        service: "Mức sóng (bốn lớp)", rsrp: "Cường độ RSRP", sinr: "SINR", rsrq: "RSRQ", downlink: "Tốc độ tải xuống", uplink: "Tốc độ tải lên",
        probability: "Xác suất có sóng", covered: "Có phủ sóng", server: "Cell phục vụ", overlap: "Số cell chồng lấn",
      },
      downloads_geotiff: ["GeoTIFF: {quantity}, {technology}", "Ảnh số có tọa độ, mở bằng QGIS, ArcGIS và các phần mềm GIS khác."],
      downloads_geopackage: ["GeoPackage: vùng và trạm", "Một tệp dữ liệu vectơ cho GIS: xã, phường với tỷ lệ phủ sóng, các trạm và cell."],
      downloads_csv: ["CSV: bảng số liệu các vùng", "Bảng cho Excel và phần mềm khác, tiếng Việt có dấu hiện đúng."],
      downloads_kmz: ["KMZ: cho Google Earth", "Bản đồ phủ sóng và trạm để xem trên Google Earth."],
      downloads_report: ["Báo cáo PDF", "Báo cáo đầy đủ để in: bản đồ, bảng, mục tiêu, phương pháp và giả định."],
      downloads_sheet: ["Phiếu một trang: {zone}", "Một trang A4 về xã, phường đang chọn."],
      downloads_no_zone: "Chọn một xã, phường trên bản đồ hoặc trong bảng để tải phiếu một trang của nơi đó.",
    },
    en: {
      downloads: "Downloads",
      downloads_help: "Every file tells the date of the simulation, the definition, the model, the data and the digest. Files are of the saved network, without trial changes. The report may take a while.",
      downloads_quantity: "Layer of the GeoTIFF",
      downloads_quantities: {
        service: "Service (four classes)", rsrp: "RSRP", sinr: "SINR", rsrq: "RSRQ", downlink: "Download rate", uplink: "Upload rate",
        probability: "Chance of signal", covered: "Covered or not", server: "Serving cell", overlap: "Number of cells that overlap",
      },
      downloads_geotiff: ["GeoTIFF: {quantity}, {technology}", "A raster with coordinates for QGIS, ArcGIS and other GIS programs."],
      downloads_geopackage: ["GeoPackage: zones and sites", "One file of vector data for GIS: communes with their coverage, sites and cells."],
      downloads_csv: ["CSV: figures of the zones", "A table for Excel and other programs, with all Vietnamese marks."],
      downloads_kmz: ["KMZ: for Google Earth", "Coverage and sites to look at in Google Earth."],
      downloads_report: ["Report as PDF", "The whole report to print: maps, tables, targets, method and assumptions."],
      downloads_sheet: ["One-page sheet: {zone}", "One A4 page about the chosen commune."],
      downloads_no_zone: "Choose a commune on the map or in the table to take its one-page sheet.",
    },
  });

  /** Return the line of a file: its link and what it is. */
  function line(kind, query, values = {}) {
    const [name, about] = t(`downloads_${kind}`);
    const address = `${source.base}/download/${kind}?${new URLSearchParams(query)}`;
    return make("li", {}, make("a", { href: address, download: "", id: `download-${kind}` }, texts.fill(name, values)), make("p", { class: "fine" }, about));
  }

  function choice(label, values, words, chosen, act) {
    return make(
      "label",
      { class: "field" },
      make("span", {}, label),
      make("select", { onchange: (event) => act(event.target.value) }, ...values.map((value) => make("option", { value, selected: value === chosen }, words(value)))),
    );
  }

  /** Draw the links for what is chosen. */
  function list() {
    const { content } = source;
    const { language } = texts;
    const zone = state.values.zone && state.values.zone.startsWith(`${content.area}/`) ? details.zoneOf(content, state.values.zone) : null;
    byId("downloads-list").replaceChildren(
      line("geotiff", { quantity, technology, language }, { quantity: t("downloads_quantities")[quantity], technology }),
      line("geopackage", { language }),
      line("csv", { bom: "true" }),
      line("kmz", { language }),
      line("report", { language }),
      zone ? line("sheet", { zone: zone.of.codes[zone.index], language }, { zone: zone.name }) : make("li", { class: "fine" }, t("downloads_no_zone")),
    );
  }

  function speak() {
    const { technologies } = source.content;
    technology = technology || technologies[0];
    byId("downloads").replaceChildren(
      make("summary", {}, t("downloads")),
      make("p", { class: "fine" }, t("downloads_help")),
      choice(t("downloads_quantity"), Object.keys(t("downloads_quantities")), (one) => t("downloads_quantities")[one], quantity, (value) => {
        quantity = value;
        list();
      }),
      choice(t("technology"), technologies, (one) => one, technology, (value) => {
        technology = value;
        list();
      }),
      make("ul", { id: "downloads-list" }),
    );
    list();
  }

  function start(with_) {
    ({ source } = with_);
    byId("extras").append(make("details", { id: "downloads" }));
    state.listen((names) => names.has("zone") && list());
  }

  PhuSong.extras.push({ start, speak });
})();
