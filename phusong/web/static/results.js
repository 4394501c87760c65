"use strict";
/* What becomes of zones and targets: before, after and the difference, the greatest loss first. */
PhuSong.results = (() => {
  const { texts, state, format, dom } = PhuSong;
  const { make } = dom;
  const { t } = texts;
  const MOST_ROWS = 300;
  const UNITS = {
    km2: { figure: "covered_km2", decimals: 2 },
    percent: { figure: "covered_percent", decimals: 2 },
    people: { figure: "covered_population", decimals: 0 },
  };
  let unit = "km2";

  texts.add({
    vi: {
      results_units: "Đơn vị của bảng",
      results_unit: { km2: "km²", percent: "% diện tích", people: "người" },
      results_title: "Các vùng thay đổi, mất nhiều nhất trước ({technology}, {place}, tất cả nhà mạng)",
      results_name: "Vùng",
      results_before: "Trước",
      results_after: "Sau",
      results_change: "Thay đổi",
      results_whole: "Toàn vùng {technology}: {before} → {after} diện tích ({km2} km², {people} người)",
      results_whole_area: "Toàn vùng {technology}: {before} → {after} diện tích ({km2} km²)",
      results_same: "{technology}: không vùng nào thay đổi.",
      results_more: "Còn {count} vùng khác thay đổi ít hơn, không ghi ở đây.",
      results_targets: "Mục tiêu",
      not_done: "Không thực hiện được: {message}",
      results_target: "{name}: {before} → {after} (cần ≥ {required})",
    },
    en: {
      results_units: "Unit of the table",
      results_unit: { km2: "km²", percent: "% of area", people: "people" },
      results_title: "Zones that change, the greatest loss first ({technology}, {place}, all operators)",
      results_name: "Zone",
      results_before: "Before",
      results_after: "After",
      results_change: "Change",
      results_whole: "Whole area {technology}: {before} → {after} of the area ({km2} km², {people} people)",
      results_whole_area: "Whole area {technology}: {before} → {after} of the area ({km2} km²)",
      results_same: "{technology}: no zone changes.",
      results_more: "{count} more zones change less and are not listed.",
      results_targets: "Targets",
      not_done: "Not done: {message}",
      results_target: "{name}: {before} → {after} (needs ≥ {required})",
    },
  });

  /** Return a difference with its sign. */
  function signed(value, decimals) {
    if (value === null || value === undefined) return "–";
    const text = format.number(Math.abs(value), decimals);
    if (!/[1-9]/.test(text)) return value ? `≈ ${format.number(0)}` : text;
    return `${value > 0 ? "+" : "−"}${text}`;
  }

  const plain = (value, decimals) => (value === null ? "–" : format.number(value, decimals));

  /** Return what becomes of the whole area, one line for every technology. */
  function whole(zones, technologies) {
    return technologies.map((technology) => {
      const row = zones.find((one) => one.layer === "area" && one.technology === technology);
      if (!row) return make("p", { "data-whole": technology }, t("results_same", { technology }));
      const values = {
        technology,
        before: format.percent(row.covered_percent_before, 2),
        after: format.percent(row.covered_percent_after, 2),
        km2: signed(row.covered_km2_change, 2),
        people: signed(row.covered_population_change, 0),
      };
      const key = row.covered_population_change === null ? "results_whole_area" : "results_whole";
      return make("p", { class: "whole", "data-whole": technology }, t(key, values));
    });
  }

  function targets(rows) {
    if (!rows.length) return [];
    const verdict = (name) => make("b", { class: `verdict ${name.replace(" ", "-")}` }, t("verdicts")[name] || name);
    const percent = (value) => (value === null ? "–" : format.percent(value, 2));
    const lines = rows.map((one) =>
      make(
        "li",
        {},
        t("results_target", {
          name: one.name,
          before: percent(one.measured_percent_before),
          after: percent(one.measured_percent_after),
          required: format.percent(one.required_percent),
        }),
        " ",
        verdict(one.verdict_before),
        ...(one.verdict_before === one.verdict_after ? [] : [" → ", verdict(one.verdict_after)]),
      ),
    );
    return [make("h4", {}, t("results_targets")), make("ul", { class: "targets" }, ...lines)];
  }

  /** Return the table of the zones of a technology. */
  function table(zones, technology, place) {
    const { figure, decimals } = UNITS[unit];
    const of = (row, when) => row[`${figure}_${when}`];
    const rows = zones.filter((row) => row.layer !== "area" && row.technology === technology && of(row, "change") !== 0);
    rows.sort((one, other) => of(one, "change") - of(other, "change"));
    if (!rows.length) return [make("p", { class: "fine" }, t("results_same", { technology }))];
    const far = rows.length - MOST_ROWS;
    const steps = [...rows].sort((one, other) => Math.abs(of(other, "change")) - Math.abs(of(one, "change")));
    const kept = new Set(steps.slice(0, MOST_ROWS));
    const title = t("results_title", { technology, place: t("in_places")[place] });
    const head = ["results_name", "results_before", "results_after", "results_change"].map((name) => make("th", { scope: "col" }, t(name)));
    const lines = rows.filter((row) => kept.has(row)).map((row) => {
      const name = [row.type, row.name].filter(Boolean).join(" ");
      const show = () => {
        state.set({ zone: `${row.layer}/${row.code}`, point: null });
        PhuSong.app.go({ kind: "zone", zone: `${row.layer}/${row.code}` });
      };
      return make(
        "tr",
        { "data-zone": `${row.layer}/${row.code}` },
        make("th", { scope: "row" }, make("button", { type: "button", class: "name", onclick: show }, name)),
        ...["before", "after"].map((when) => make("td", {}, plain(of(row, when), decimals))),
        make("td", { class: of(row, "change") < 0 ? "loss" : "gain" }, signed(of(row, "change"), decimals)),
      );
    });
    return [
      make(
        "div",
        { class: "delta-box", tabindex: "0", role: "region", "aria-label": title },
        make("table", {}, make("caption", {}, title), make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...lines)),
      ),
      ...(far > 0 ? [make("p", { class: "fine" }, t("results_more", { count: format.number(far) }))] : []),
    ];
  }

  /**
   * Show what becomes of zones and targets.
   *
   * box : holds it. told : {zones, targets} of the server. technologies, place : what the figures are of.
   */
  function draw(box, told, { technologies, place }) {
    const technology = technologies.includes(state.values.technology) ? state.values.technology : technologies[0];
    const name = `${box.id}-unit`;
    const radio = (value) =>
      make(
        "label",
        { class: "choice" },
        make("input", { type: "radio", name, value, checked: value === unit, onchange: () => choose(value) }),
        make("span", {}, t("results_unit")[value]),
      );
    const choose = (value) => {
      unit = value;
      draw(box, told, { technologies, place });
      box.querySelector(`input[value="${value}"]`).focus();
    };
    const units = make("fieldset", {}, make("legend", {}, t("results_units")), make("div", { class: "choices" }, ...Object.keys(UNITS).map(radio)));
    box.replaceChildren(...whole(told.zones, technologies), ...targets(told.targets), units, ...table(told.zones, technology, place));
  }

  return { draw, whole, signed };
})();
