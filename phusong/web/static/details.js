"use strict";
/* The answer card: what is known of the chosen zone, or of the chosen point. */
PhuSong.details = (() => {
  const { texts, state, format, dom, controls } = PhuSong;
  const { make, byId } = dom;
  const { t } = texts;
  const NEAR_DEG = 0.00002; // the symbol itself was chosen
  let turn = 0;
  let found = null; // what was told of the chosen point

  const zoneOf = (content, zone) => {
    const [layer, ...code] = zone.split("/");
    const of = content.zones[layer];
    const index = of ? of.codes.indexOf(code.join("/")) : -1;
    return index < 0 ? null : { layer, of, index, name: [of.kinds[index], of.names[index]].filter(Boolean).join(" ") };
  };

  function answer(covered) {
    if (covered === null || covered === undefined) return t("answer_unknown");
    if (covered >= 99) return t("answer_yes");
    if (covered >= 80) return t("answer_mostly");
    return covered >= 5 ? t("answer_partly") : t("answer_no");
  }

  const row = (name, value) => (value === null || value === undefined || value === "" ? [] : [make("dt", {}, name), make("dd", {}, value)]);

  function heading(text) {
    return make(
      "div",
      { class: "card-head" },
      make("h2", { tabindex: "-1", id: "answer-title" }, text),
      make("button", { type: "button", class: "close", "aria-label": t("close"), onclick: () => state.set({ zone: null, point: null }) }, "×"),
    );
  }

  /** Show the chosen zone: a plain answer for every technology, then the figures. */
  async function zoneCard(source, view) {
    const { content } = source;
    const chosen = zoneOf(content, state.values.zone);
    if (!chosen) return [];
    const { of, index, name } = chosen;
    const place = t("in_places")[view.place];
    const blocks = await Promise.all(
      content.technologies.map(async (technology) => {
        const figures = (await source.figures({ ...view, technology })).get(state.values.zone) || {};
        const lines = [
          make("p", { class: "question" }, t("answer_question", { name: of.names[index], technology })),
          make(
            "p",
            { class: "verdict-line" },
            make("b", {}, answer(figures.covered)),
            ": ",
            t("answer_zone", { name: of.names[index], technology, percent: format.percent(figures.covered), place }),
            figures.people === null || figures.people === undefined ? "" : `; ${t("answer_people", { percent: format.percent(figures.people) })}`,
          ),
        ];
        if (figures.noData > 0.05) lines.push(make("p", { class: "fine" }, t("zone_no_data", { percent: format.percent(figures.noData) })));
        return make("div", { class: "answer-block", "data-technology": technology }, ...lines);
      }),
    );
    const facts = [t("zone_area", { area: format.number(of.area_km2[index], 1) })];
    if (of.population[index] !== null) facts.unshift(t("zone_population", { count: format.number(of.population[index]) }));
    if (of.approximate) facts.push(t("approximate"));
    return [heading(name), ...blocks, make("p", { class: "fine" }, facts.join(" · ")), made(content)];
  }

  const made = (content) => make("p", { class: "fine" }, [t("predicted"), t("simulated", { date: format.date(content.created) })].join(" · "));

  /** Return what stands at the chosen point: sites on air, and proposed ones with their reason. */
  function standing({ sites, proposals }, [longitude, latitude]) {
    const near = (one, other) => Math.abs(one - longitude) < NEAR_DEG && Math.abs(other - latitude) < NEAR_DEG;
    const on = sites.site.flatMap((site, index) =>
      near(sites.longitude[index], sites.latitude[index])
        ? [make("p", {}, t("site", { site, operator: sites.operator[index], technologies: sites.technologies[index], height: format.number(sites.height_m[index]) }))]
        : [],
    );
    const proposed = proposals.flatMap((answer) =>
      answer.sites
        .filter((one) => near(one.longitude, one.latitude))
        .flatMap((one) => [
          make("p", {}, make("b", {}, t("proposal", { rank: one.rank, site: one.site, operator: one.operator, gain: format.number(one.gain_km2, 1) }))),
          make("p", { class: "fine" }, texts.of(one.reason)),
        ]),
    );
    return [...on, ...proposed];
  }

  /** Show what is known at the chosen point. */
  async function pointCard(source, view) {
    const { content } = source;
    const [longitude, latitude] = state.values.point;
    const title = heading(t("point_title", { latitude: format.degrees(latitude), longitude: format.degrees(longitude) }));
    found = await source.at(longitude, latitude, view);
    if (found.state === "outside") return [title, make("p", {}, t("outside"))];
    const zones = PhuSong.app.zonesAt([longitude, latitude]).map((zone) => zoneOf(content, zone).name);
    const inside = zones.length ? make("p", { class: "fine" }, t("point_in", { name: zones.join(", ") })) : null;
    if (found.state === "no_data") return [title, inside, make("p", {}, t("point_no_data"))];
    const place = t("in_places")[view.place];
    const own = content.views.find((one) => one.technology === view.technology && one.place === view.place && one.operator === view.operator);
    const dbm = (value) => (value === undefined || value === null ? null : `${format.number(value, source.served ? 1 : 0)} dBm`);
    const quantity = view.technology === "5G" ? "SS-RSRP" : "RSRP";
    const cell = found.cell;
    const list = make(
      "dl",
      {},
      ...row(t("point_rsrp", { quantity }), dbm(found.rsrp_dbm)),
      ...row(t("point_level", { location: format.percent(own.location_percent, 0) }), dbm(found.level_dbm)),
      ...row(t("point_probability"), found.probability_percent === undefined ? null : format.percent(found.probability_percent, 0)),
      ...row(
        t("point_cell"),
        cell
          ? t("point_cell_value", { site: cell.site, operator: cell.operator, cell: cell.cell, km: cell.distance_km === null ? "–" : format.number(cell.distance_km, 1) })
          : null,
      ),
      ...row(t("point_sinr"), found.sinr_db === undefined || found.sinr_db === null ? null : `${format.number(found.sinr_db, 1)} dB`),
      ...row(t("point_downlink"), found.downlink_mbps === undefined || found.downlink_mbps === null ? null : `${format.number(found.downlink_mbps, 1)} Mbit/s`),
      ...row(t("point_height"), found.elevation_m === undefined || found.elevation_m === null ? null : `${format.number(found.elevation_m)} m`),
      ...row(t("point_date"), format.date(content.created)),
    );
    const finer = content.resolution_m;
    const coarse = [];
    if (found.class_m > finer * 1.1) coarse.push(t("point_class_coarse", { metres: format.number(found.class_m) }));
    if (found.values_m > finer * 1.1) coarse.push(t("point_values_coarse", { metres: format.number(found.values_m) }));
    if (view.operator && !source.served) coarse.push(t("point_not_in_view"));
    return [
      title,
      inside,
      ...standing(content, state.values.point),
      make("p", { class: "question" }, t("point_class", { technology: view.technology, place })),
      make(
        "p",
        { class: "verdict-line" },
        controls.swatch("class", content.palette.service[found.class]),
        make("b", {}, t("classes")[found.class]),
        found.near ? make("small", {}, ` ${t("point_near")}`) : null,
      ),
      list,
      ...coarse.map((text) => make("p", { class: "fine" }, text)),
      make("p", { class: "fine" }, `${t("point_definition")}: `, texts.of(own.definition).replace(/^[^:]*: /, "")),
      made(content),
    ].filter(Boolean);
  }

  /** Draw the card of what is chosen; an answer that comes late is dropped. */
  async function draw(source, view, { focus = false } = {}) {
    turn += 1;
    const mine = turn;
    const box = byId("answer");
    const { zone, point } = state.values;
    if (!zone && !point) {
      box.hidden = true;
      box.replaceChildren();
      return;
    }
    box.hidden = false;
    if (source.served) box.setAttribute("aria-busy", "true");
    let parts;
    found = null;
    try {
      parts = await (zone ? zoneCard(source, view) : pointCard(source, view));
    } catch (error) {
      parts = [heading(t("failed", { message: error.message }))];
    }
    if (mine !== turn) return;
    box.removeAttribute("aria-busy");
    box.replaceChildren(...parts);
    for (const extra of PhuSong.extras || []) if (extra.card) extra.card(box, { source, view, zone, point, found });
    if (focus) byId("answer-title").focus({ preventScroll: true });
  }

  return { draw, zoneOf };
})();
