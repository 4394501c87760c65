"use strict";
/* The cells of a chosen site, with fields to try out other values, and a marker to move the site. */
PhuSong.cells = (() => {
  const { texts, format, dom, change } = PhuSong;
  const { make } = dom;
  const { t } = texts;
  const STEPS = { power_dbm: 1, electrical_tilt_deg: 1, mechanical_tilt_deg: 1, azimuth_deg: 5, antenna_height_m: 1 };
  const UNITS = { power_dbm: "dBm", antenna_height_m: "m" }; // all others are degrees
  const POSITION = { longitude: 0.001, latitude: 0.001 };
  const DECIMALS = 6; // of a degree: about 10 cm
  let source = null;
  let map = null;
  let cells = []; // of the chosen site, as simulated
  let fields = []; // functions that put the values of the list of changes into the fields
  let marker = null;

  texts.add({
    vi: {
      cell_fields: {
        power_dbm: "Công suất",
        electrical_tilt_deg: "Góc cụp điện",
        mechanical_tilt_deg: "Góc cụp cơ",
        azimuth_deg: "Hướng",
        antenna_height_m: "Độ cao ăng ten",
        longitude: "Kinh độ",
        latitude: "Vĩ độ",
      },
      cell_on: "Đang phát",
      cell_less: "Giảm {label}, {name}",
      cell_more: "Tăng {label}, {name}",
      cell_of: "{label}, {name}",
      cell_title: "{cell} · {technology} · {azimuth}°",
      cell_range: "{label}: nhập số từ {low} đến {high}.",
      site_title: "Trạm {site} ({operator}), {count} cell",
      site_off: "Tắt cả trạm",
      site_on: "Bật cả trạm",
      site_move: "Vị trí: kéo dấu tròn trên bản đồ, hoặc nhập số",
      site_marker: "Kéo để dời trạm {site}",
      edit_number: "{name}: {label} {before} → {after} {unit}",
      edit_status: "{name}: {status}",
      edit_statuses: { on: "bật", off: "tắt" },
      edit_move: "Trạm {site}: dời {km} km",
    },
    en: {
      cell_fields: {
        power_dbm: "Power",
        electrical_tilt_deg: "Electrical tilt",
        mechanical_tilt_deg: "Mechanical tilt",
        azimuth_deg: "Azimuth",
        antenna_height_m: "Antenna height",
        longitude: "Longitude",
        latitude: "Latitude",
      },
      cell_on: "On air",
      cell_less: "Less {label}, {name}",
      cell_more: "More {label}, {name}",
      cell_of: "{label}, {name}",
      cell_title: "{cell} · {technology} · {azimuth}°",
      cell_range: "{label}: enter a number from {low} to {high}.",
      site_title: "Site {site} ({operator}), {count} cells",
      site_off: "Switch the whole site off",
      site_on: "Switch the whole site on",
      site_move: "Position: drag the marker on the map, or enter it",
      site_marker: "Drag to move site {site}",
      edit_number: "{name}: {label} {before} → {after} {unit}",
      edit_status: "{name}: {status}",
      edit_statuses: { on: "on", off: "off" },
      edit_move: "Site {site}: moved by {km} km",
    },
  });

  const pending = (key) => change.entries.get(key);
  const rounded = (value) => Number(value.toFixed(DECIMALS));
  const shown = (value) => format.number(value, Number.isInteger(value) ? 0 : 1);

  /** Return a number with buttons to step it; enter(value) is told what is asked for, current() what stands. */
  function stepper(field, name, step, current, enter) {
    const label = t("cell_fields")[field];
    const [low, high] = source.server.limits[field];
    const note = make("small", { class: "range", role: "alert" });
    const input = make("input", {
      type: "number", step: "any", min: low, max: high, value: current(), "data-field": field,
      "aria-label": t("cell_of", { label: `${label}, ${UNITS[field] || "°"}`, name }), onchange: () => take(input.value === "" ? NaN : Number(input.value)),
    });
    const take = (value) => {
      const isRight = value >= low && value <= high;
      note.textContent = isRight ? "" : t("cell_range", { label, low: format.number(low), high: format.number(high) });
      input.setAttribute("aria-invalid", String(!isRight));
      if (isRight) enter(rounded(value));
    };
    const move = (by) => {
      let value = rounded(current() + by);
      if (field === "azimuth_deg") value = (value + 360) % 360;
      take(Math.min(high, Math.max(low, value)));
    };
    const button = (key, sign, by) =>
      make("button", { type: "button", "aria-label": t(key, { label, name }), onclick: () => move(by) }, sign);
    fields.push(() => {
      if (input.getAttribute("aria-invalid") === "true" && document.activeElement === input) return;
      input.value = current();
      input.removeAttribute("aria-invalid");
      note.textContent = "";
      input.closest(".stepper").classList.toggle("changed", Boolean(pending(`${name}.${field}`) || (field in POSITION && pending(`${name}.position`))));
    });
    return make(
      "div",
      { class: "stepper" },
      make("span", { "aria-hidden": "true" }, `${label}, ${UNITS[field] || "°"}`),
      make("div", { class: "step-row" }, button("cell_less", "−", -step), input, button("cell_more", "+", step)),
      note,
    );
  }

  function number(cell, field) {
    const key = `${cell.cell}.${field}`;
    const current = () => (pending(key) ? pending(key).value : cell[field]);
    return stepper(field, cell.cell, STEPS[field], current, (value) => {
      const [before, after] = [cell[field], value].map(shown);
      const label = () => t("edit_number", { name: cell.cell, label: t("cell_fields")[field].toLowerCase(), before, after, unit: UNITS[field] || "°" });
      change.put({ [key]: value === cell[field] ? null : { texts: [`${key}=${value}`], value, label } });
    });
  }

  const status = (cell) => (pending(`${cell.cell}.status`) || pending(`${cell.site}.status`) || { value: cell.status }).value;

  /** Return the entry that switches a cell or a whole site; none where it is so already. */
  const switched = (name, value) => ({
    texts: [`${name}.status=${value}`],
    value,
    label: () => t("edit_status", { name, status: t("edit_statuses")[value] }),
  });

  function toggle(cell) {
    const box = make("input", {
      type: "checkbox", checked: status(cell) === "on", "aria-label": t("cell_of", { label: t("cell_on"), name: cell.cell }),
      onchange: () => {
        const value = box.checked ? "on" : "off";
        const whole = pending(`${cell.site}.status`);
        change.put({ [`${cell.cell}.status`]: value === (whole ? whole.value : cell.status) ? null : switched(cell.cell, value) });
      },
    });
    fields.push(() => (box.checked = status(cell) === "on"));
    return make("label", { class: "switch" }, box, make("span", { "aria-hidden": "true" }, t("cell_on")));
  }

  function siteToggle(site) {
    const isOn = () => cells.some((cell) => status(cell) === "on");
    const button = make("button", {
      type: "button", id: "site-toggle",
      onclick: () => {
        const value = isOn() ? "off" : "on";
        const single = cells.map((cell) => [`${cell.cell}.status`, null]);
        const isAsBefore = cells.every((cell) => cell.status === value);
        change.put({ ...Object.fromEntries(single), [`${site}.status`]: isAsBefore ? null : switched(site, value) });
      },
    });
    fields.push(() => (button.textContent = t(isOn() ? "site_off" : "site_on")));
    return button;
  }

  const home = () => [cells[0].longitude, cells[0].latitude];
  const position = () => (pending(`${cells[0].site}.position`) || { value: home() }).value;

  function moveTo([longitude, latitude]) {
    const { site } = cells[0];
    const value = [rounded(longitude), rounded(latitude)];
    const isHome = value.every((one, place) => one === rounded(home()[place]));
    const km = PhuSong.distanceKm(home(), value);
    const entry = {
      texts: [`${site}.longitude=${value[0]}`, `${site}.latitude=${value[1]}`],
      value,
      label: () => t("edit_move", { site, km: format.number(km, km < 10 ? 2 : 1) }),
    };
    change.put({ [`${site}.position`]: isHome ? null : entry });
  }

  function mark() {
    if (marker) marker.remove();
    marker = null;
    if (!map || !cells.length) return;
    const element = make("div", { class: "site-marker", role: "img", "aria-label": t("site_marker", { site: cells[0].site }) });
    marker = new maplibregl.Marker({ element, draggable: true }).setLngLat(position()).addTo(map);
    element.addEventListener("click", (event) => event.stopPropagation());
    marker.on("dragend", () => moveTo(marker.getLngLat().toArray()));
  }

  /** Draw the chosen site into a box. */
  function draw(box) {
    fields = [];
    if (!cells.length) {
      box.replaceChildren();
      mark();
      return;
    }
    const { site, operator } = cells[0];
    const place = (field, index) =>
      stepper(field, site, POSITION[field], () => position()[index], (value) => moveTo(position().map((one, at) => (at === index ? value : one))));
    box.replaceChildren(
      make("h3", { tabindex: "-1" }, t("site_title", { site, operator, count: cells.length })),
      siteToggle(site),
      make("p", { class: "fine" }, t("site_move")),
      make("div", { class: "steppers wide" }, place("longitude", 0), place("latitude", 1)),
      ...cells.map((cell) =>
        make(
          "details",
          { class: "cell" },
          make("summary", {}, t("cell_title", { cell: cell.cell, technology: cell.technology, azimuth: shown(cell.azimuth_deg) })),
          toggle(cell),
          make("div", { class: "steppers" }, ...Object.keys(STEPS).map((field) => number(cell, field))),
        ),
      ),
    );
    mark();
    sync();
  }

  /** Put the values of the list of changes into the fields. */
  function sync() {
    for (const field of fields) field();
    if (marker) marker.setLngLat(position());
  }

  /** Choose a site by name; its error says why there is none. */
  async function choose(site) {
    cells = site ? await PhuSong.ask(`${source.base}/cells?site=${encodeURIComponent(site)}`) : [];
    return cells[0] ? [cells[0].longitude, cells[0].latitude] : null;
  }

  return { start: (with_) => ({ source, map } = with_), choose, draw, sync, switched };
})();
