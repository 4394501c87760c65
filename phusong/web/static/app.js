"use strict";
/* The page comes to life: content is read, the map is drawn, and every change of the view is followed. */
PhuSong.app = (() => {
  const { texts, state, format, dom, controls, sources } = PhuSong;
  const { make, byId } = dom;
  const { t } = texts;
  let source = null;
  let map = null;
  let flat = null;
  let shownControls = [];
  let placeNames = null;
  let wordsTurn = 0;
  let seen = null; // centre and zoom while a page is printed
  let styled = null; // when the map's layers can be changed

  /** Return the text of an element that holds gzip in base64. */
  async function unpacked(id) {
    const bytes = Uint8Array.from(atob(byId(id).textContent), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  }

  async function open() {
    const { api } = document.body.dataset;
    if (api) return sources.ServedSource.open(api);
    const contents = await unpacked("content");
    const rasters = JSON.parse(byId("rasters").textContent);
    byId("rasters").remove();
    return new sources.PageSource(contents.map((content, index) => ({ content, rasters: rasters[index] })));
  }

  async function start() {
    texts.apply();
    source = await open();
    const { content } = source;
    const zones = Object.entries(content.zones).flatMap(([layer, of]) => of.codes.map((code) => `${layer}/${code}`));
    Object.assign(state.values, { technology: content.technologies[0], place: content.own_place });
    state.restore({ ...content, zones });
    if (!source.has(controls.view())) state.values.operator = "";
    texts.language = state.values.language;
    await source.listRuns();
    try {
      startMap(); // to ask beforehand whether it can be done takes as long as doing it
    } catch (error) {
      console.warn(error);
      map = null;
      byId("map").replaceChildren();
      startFlat();
    }
    PhuSong.search.start(content);
    PhuSong.table.start();
    PhuSong.share.start(source, map);
    PhuSong.compare.start(source, map);
    byId("operator").addEventListener("change", (event) => state.set({ operator: event.target.value }));
    for (const button of document.querySelectorAll("[data-language]"))
      button.addEventListener("click", () => state.set({ language: button.dataset.language }));
    byId("table-toggle").addEventListener("click", () => {
      document.body.classList.toggle("no-table");
      tableButton();
      if (map) map.resize();
    });
    for (const extra of PhuSong.extras || []) extra.start({ source, map });
    state.listen(follow);
    speak();
    await follow(new Set(["technology", "place", "operator", "zone", "point"]), { first: true });
    document.body.dataset.state = "ready";
    byId("loading").hidden = true;
  }

  function startMap() {
    map = PhuSong.map.create(source, controls.view(), byId("map"));
    placeNames = PhuSong.labels.start(map, source.content, byId("names"));
    map.on("click", (event) => {
      const position = event.lngLat.toArray();
      if (PhuSong.share.step(map, position)) return;
      if ((PhuSong.extras || []).some((extra) => extra.click && extra.click(event))) return;
      pick(symbolAt(event.point) || position, event.point.x);
    });
    map.on("moveend", () => {
      const { lng, lat } = map.getCenter();
      state.set({ camera: [lng, lat, map.getZoom(), map.getBearing(), map.getPitch()] });
    });
    map.on("move", PhuSong.compare.follow);
    addEventListener("beforeprint", () => fitPaper(true));
    addEventListener("afterprint", () => fitPaper(false));
    styled = new Promise((done) => map.once("style.load", done));
    map.once("idle", () => {
      document.body.dataset.map = "drawn";
      setTimeout(() => source.prepare(controls.view()), 1000);
    });
    map.getCanvas().addEventListener("keydown", (event) => {
      if (event.key === "Enter") pick(map.getCenter().toArray(), map.getCanvas().clientWidth / 2);
    });
  }

  /** Give the map the size of the paper and copy its picture, which printers do not take from a WebGL canvas. */
  function fitPaper(is) {
    const whole = map.getBounds();
    document.body.classList.toggle("printing", is);
    map.resize();
    if (is) {
      seen = [map.getCenter(), map.getZoom()];
      if (!map.getPitch()) map.fitBounds(whole, { animate: false, bearing: map.getBearing() });
    } else if (seen) map.jumpTo({ center: seen[0], zoom: seen[1] });
    map.redraw();
    placeNames(); // a page that is printed does not wait for a frame
    if (!is) return;
    const paper = byId("print-map");
    const drawn = map.getCanvas();
    [paper.width, paper.height] = [drawn.width, drawn.height];
    const brush = paper.getContext("2d");
    brush.drawImage(drawn, 0, 0);
    PhuSong.compare.print(brush, paper);
  }

  function startFlat() {
    byId("no-webgl").hidden = false;
    flat = PhuSong.plain.create(source, byId("map"));
    addEventListener("resize", () => flat.draw(controls.view()));
  }

  /** Return the position of a site's symbol where a finger meant it; null where there is none. */
  function symbolAt({ x, y }) {
    const reach = 10;
    const box = [[x - reach, y - reach], [x + reach, y + reach]];
    const [found] = map.queryRenderedFeatures(box, { layers: ["proposals", "sites"] });
    if (!found) return null;
    // The drawn position is rounded to the tile; the content has the true one.
    const { sites, proposals } = source.content;
    const { site, question } = found.properties;
    if (question === undefined) {
      const index = sites.site.indexOf(site);
      return [sites.longitude[index], sites.latitude[index]];
    }
    const one = proposals.find((answer) => answer.name === question).sites.find((proposed) => proposed.site === site);
    return [one.longitude, one.latitude];
  }

  /** Choose a point of the map; a divider decides which of two maps is meant. */
  function pick(position, x = 0) {
    const shown = map ? PhuSong.compare.viewAt(x, map.getCanvas().clientWidth) : controls.view();
    PhuSong.app.picked = shown;
    state.set({ point: position, zone: null });
  }

  /** Return the zones that hold a position, as "layer/code". */
  function zonesAt([longitude, latitude]) {
    const inside = (ring) =>
      ring.reduce((is, [x, y], index) => {
        const [before, above] = ring[(index || ring.length) - 1];
        return y > latitude !== above > latitude && longitude < ((before - x) * (latitude - y)) / (above - y) + x ? !is : is;
      }, false);
    const holds = (shape) => shape.coordinates.some((polygon) => polygon.reduce((is, ring) => is !== inside(ring), false));
    return Object.entries(source.content.zones).flatMap(([layer, zones]) =>
      zones.geometries.flatMap((shape, index) => (holds(shape) ? [`${layer}/${zones.codes[index]}`] : [])),
    );
  }

  /** Move the map to a found place. */
  function go(hit) {
    if (!map) return;
    const duration = PhuSong.map.calm() ? 0 : 800;
    if (hit.kind === "zone") {
      const { of, index } = PhuSong.details.zoneOf(source.content, hit.zone);
      map.fitBounds(boundsOf(of.geometries[index]), { padding: 60, maxZoom: 13, duration });
    } else map.easeTo({ center: hit.at, zoom: Math.max(map.getZoom(), 12), duration });
  }

  function boundsOf(shape) {
    const all = shape.coordinates.flat(2);
    const [across, down] = [all.map(([x]) => x), all.map(([, y]) => y)];
    return [Math.min(...across), Math.min(...down), Math.max(...across), Math.max(...down)];
  }

  /** Mark the chosen point on the map. */
  function mark() {
    if (!map || !map.getSource("drawn")) return;
    const { point } = state.values;
    map.getSource("drawn").setData(PhuSong.map.features(point ? [PhuSong.map.point(point)] : []));
  }

  /** Follow a change of the view. */
  async function follow(changed, { first = false } = {}) {
    const any = (...names) => names.some((name) => changed.has(name));
    if (any("language")) {
      texts.language = state.values.language;
      speak();
    }
    if (any("technology", "place", "operator", "compare") && !source.has(controls.view())) {
      state.set({ operator: "" });
      return;
    }
    const view = controls.view();
    if (map && !first && any("technology", "place", "operator", "compare")) whenReady(() => PhuSong.map.show(map, source, view));
    if (map && any("sites", "proposals", "relief", "zone", "three")) whenReady(() => PhuSong.map.dress(map, state.values));
    if (flat && any("technology", "place", "operator", "zone")) flat.draw(view);
    if (any("point")) whenReady(mark);
    if (any("compare", "technology", "place", "operator", "language")) PhuSong.compare.draw();
    if (any("split")) PhuSong.compare.place();
    if (any("zone")) PhuSong.table.mark();
    if (any("technology", "place", "operator", "language", "sites", "proposals")) await words(view);
    if (any("technology", "place", "operator", "language", "zone", "point")) {
      const asked = state.values.point && PhuSong.app.picked ? PhuSong.app.picked : view;
      await PhuSong.details.draw(source, any("point", "zone") ? asked : view, { focus: !first && any("zone") });
    }
  }

  /** Draw the view again, whose figures are others now. */
  async function refresh() {
    const view = controls.view();
    whenReady(() => PhuSong.map.show(map, source, view));
    if (flat) flat.draw(view);
    await words(view);
    await PhuSong.details.draw(source, view);
  }

  /** Do something with the map as soon as it can be changed. */
  function whenReady(act) {
    if (map) styled.then(act);
  }

  /** Draw all that says what is shown. */
  async function words(view) {
    controls.drawOperators(source);
    controls.legend(source, view, byId("legend"));
    PhuSong.share.sheet(view);
    about(view);
    wordsTurn += 1;
    const mine = wordsTurn;
    const figures = await source.figures(view);
    if (mine !== wordsTurn) return; // what came later was answered sooner
    controls.summary(source, view, figures);
    await PhuSong.table.load(source, view);
  }

  /** Put the page into the words of the language. */
  function speak() {
    const { content } = source;
    texts.apply();
    document.title = t("page_title", { title: texts.of(content.title) });
    byId("title").textContent = texts.of(content.title);
    byId("stamp").textContent = PhuSong.share.stamp(content);
    byId("cautions").hidden = !content.cautions[texts.language].length;
    byId("cautions").replaceChildren(
      make("b", {}, t("demonstration")),
      ...content.cautions[texts.language].map((text) => make("span", {}, ` · ${text}`)),
    );
    for (const button of document.querySelectorAll("[data-language]"))
      button.setAttribute("aria-pressed", String(button.dataset.language === texts.language));
    controls.draw(source, Boolean(map));
    tableButton();
    if (map) shownControls = PhuSong.map.controls(map, shownControls);
    for (const extra of PhuSong.extras || []) if (extra.speak) extra.speak();
  }

  function tableButton() {
    const isHidden = document.body.classList.contains("no-table");
    byId("table-toggle").textContent = t(isHidden ? "table_show" : "table_hide");
    byId("table-toggle").setAttribute("aria-expanded", String(!isHidden));
  }

  function about(view) {
    const { content } = source;
    const own = content.views.find((one) => one.technology === view.technology && one.place === view.place && one.operator === view.operator);
    const part = (name, ...texts_) => [make("h3", {}, t(name)), ...texts_.map((text) => make("p", {}, text))];
    const metres = (value) => (value ? `${format.number(value)} m` : t("about_left_out"));
    const { detail } = content;
    byId("about").replaceChildren(
      make("p", {}, t("about_disclaimer")),
      ...part("about_definition", texts.of(own.definition)),
      ...part("about_model", texts.of(content.model)),
      ...part("about_sources", texts.of(content.sources)),
      ...(content.cautions[texts.language].length ? part("about_cautions", content.cautions[texts.language].join(" · ")) : []),
      ...(detail ? [make("p", {}, t("about_page", { classes: format.number(detail.classes), operators: metres(detail.operators), click: metres(detail.click) }))] : []),
      make("h3", {}, t("about_assumptions")),
      make("ul", { lang: "en" }, ...content.assumptions.map((text) => make("li", {}, text))),
      make("p", {}, t("about_software", { version: content.version })),
      make("p", { class: "digest" }, t("digest", { digest: content.digest })),
    );
  }

  document.addEventListener("DOMContentLoaded", () => {
    start().catch((error) => {
      byId("loading").textContent = t("failed", { message: error.message });
      byId("loading").hidden = false;
      document.body.dataset.state = "failed";
      throw error;
    });
  });

  return { go, pick, mark, refresh, zonesAt, picked: null, accuracy_m: null };
})();
