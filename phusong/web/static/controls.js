"use strict";
/* The switches beside the map and the legend under them. */
PhuSong.controls = (() => {
  const { texts, state, format, dom } = PhuSong;
  const { make, byId } = dom;
  const { t } = texts;
  const SWITCHES = ["sites", "proposals", "names", "relief"];
  const LABELS = { sites: "show_sites", proposals: "show_proposals", names: "show_names", relief: "show_relief", three: "show_3d" };

  /** Return the view that is looked at. */
  const view = () => ({ technology: state.values.technology, place: state.values.place, operator: state.values.operator, run: "" });

  /** Return a view in words. */
  function words({ technology, place, operator }) {
    return [technology, t("in_places")[place], operator || t("any_operator")].join(", ");
  }

  function radios(name, values, label, chosen) {
    return values.map((value) =>
      make(
        "label",
        { class: "choice" },
        make("input", { type: "radio", name, value, checked: value === chosen, onchange: () => state.set({ [name]: value }) }),
        make("span", {}, label(value)),
      ),
    );
  }

  /** Draw all switches anew, in the words of the language. */
  function draw(source, canMap) {
    const { content } = source;
    const { values } = state;
    byId("technologies").replaceChildren(...radios("technology", content.technologies, (one) => one, values.technology));
    byId("places").replaceChildren(...radios("place", content.places, (one) => t("places")[one], values.place));
    drawOperators(source);
    const switches = [...SWITCHES, ...(canMap ? ["three"] : [])].filter((name) => name !== "proposals" || content.proposals.length);
    byId("switches").replaceChildren(
      ...switches.map((name) =>
        make(
          "label",
          { class: "switch" },
          make("input", { type: "checkbox", id: `switch-${name}`, checked: values[name], onchange: (event) => state.set({ [name]: event.target.checked }) }),
          make("span", {}, t(LABELS[name])),
        ),
      ),
    );
  }

  function drawOperators(source) {
    const { values } = state;
    const { operators } = source.content;
    byId("operator-box").hidden = operators.length < 2;
    byId("operator").replaceChildren(
      make("option", { value: "" }, t("any_operator")),
      ...operators.map((operator) => {
        const has = source.has({ ...view(), operator });
        const label = has ? operator : t("no_cells", { operator, technology: values.technology });
        return make("option", { value: operator, disabled: !has, selected: operator === values.operator }, label);
      }),
    );
  }

  /** Return the rows of the legend: class, words, levels. */
  function classRows(content, { technology, place }) {
    const own = content.views.find((one) => one.technology === technology && one.place === place && !one.operator);
    const limits = own.limits_dbm;
    const dbm = (value) => format.number(value, Number.isInteger(value) ? 0 : 1);
    const rows = limits.map((limit, index) => ({
      class: index,
      level: index ? t("between", { low: dbm(limit), high: dbm(limits[index - 1]) }) : t("at_least", { limit: dbm(limit) }),
      note: place === "outdoors" && index === 2 ? t("class_notes").weak : "",
    }));
    if (place !== "outdoors" && content.places.includes("outdoors"))
      rows.push({ class: 2, level: "", note: texts.fill(t("class_notes").other, { place: t("in_places")[place] }) });
    rows.push({ class: 3, level: t("below", { limit: dbm(limits[limits.length - 1]) }), note: "" });
    return rows;
  }

  const swatch = (kind, colour) => {
    const box = make("span", { class: `swatch ${kind}`, "aria-hidden": "true" });
    if (colour) box.style.setProperty("--colour", colour);
    return box;
  };

  /** Draw the legend of a view. */
  function legend(source, shown, into) {
    const { content } = source;
    const { palette } = content;
    const rows = classRows(content, shown).map((row) =>
      make(
        "li",
        {},
        swatch("class", palette.service[row.class]),
        make("span", {}, make("b", {}, t("classes")[row.class]), " ", make("small", {}, [row.level, row.note].filter(Boolean).join("; "))),
      ),
    );
    rows.push(make("li", {}, swatch("near"), make("small", {}, t("near_limit", { limit: format.number(content.near_limit_db) }))));
    rows.push(make("li", {}, swatch("no-data"), make("small", {}, t("no_data"))));
    if (content.water.length) rows.push(make("li", {}, swatch("water"), make("small", {}, t("water"))));
    if (state.values.sites) rows.push(make("li", {}, swatch("site"), make("small", {}, t("sites_legend"))));
    if (state.values.proposals && content.proposals.some((one) => one.technology === shown.technology))
      rows.push(make("li", {}, swatch("proposal", palette.proposed), make("small", {}, t("proposals_legend"))));
    into.replaceChildren(
      make("h2", {}, t("legend_title", { technology: shown.technology, place: t("in_places")[shown.place] })),
      make("ul", { class: "legend" }, ...rows),
      make("p", { class: "predicted" }, t("predicted")),
    );
  }

  /** Draw the figures of the whole area and the verdicts on the run's targets. */
  function summary(source, shown, figures) {
    const { content } = source;
    const whole = figures.get("area");
    const parts = [];
    if (whole) {
      parts.push(
        make(
          "p",
          { class: "whole" },
          t("whole_area", { percent: format.percent(whole.covered), technology: shown.technology, place: t("in_places")[shown.place] }),
          whole.people === null ? "" : `; ${t("whole_area_people", { percent: format.percent(whole.people) })}`,
        ),
      );
    }
    const targets = source.targets(shown).map((target) =>
      make(
        "li",
        {},
        t("target_line", {
          name: target.name,
          value: target.measured_percent === null ? "–" : format.percent(target.measured_percent),
          required: format.percent(target.required_percent),
        }),
        " ",
        make("b", { class: `verdict ${target.verdict.replace(" ", "-")}` }, t("verdicts")[target.verdict] || target.verdict),
      ),
    );
    if (targets.length) parts.push(make("h3", {}, t("targets")), make("ul", { class: "targets" }, ...targets));
    byId("summary").replaceChildren(...parts);
  }

  return { draw, drawOperators, legend, summary, view, words, swatch, classRows };
})();
