"use strict";
/* Where the figures come from: from the page itself, or from the program that serves it. Both answer alike. */
PhuSong.sources = (() => {
  const { raster } = PhuSong;
  const SCHEME = "phusong";
  const OVERVIEW_ZOOM = 10;
  const SERVICES = ["video", "calls", "outdoors_only", "no_service"];

  const keyOf = (view) => `${view.technology}/${view.place}/${view.operator}`;

  /** Return figures by zone: "layer/code" -> {covered, expected, people, no_data}, "area" the whole. */
  function byZone(content, figures) {
    const found = new Map();
    for (const [layer, rows] of Object.entries(figures)) {
      const codes = layer === "area" ? null : content.zones[layer].codes;
      rows.forEach(([covered, expected, people, noData], index) => {
        found.set(codes ? `${layer}/${codes[index]}` : "area", { covered, expected, people, noData });
      });
    }
    return found;
  }

  /** A page that holds everything: it asks nobody. */
  class PageSource {
    constructor(pages) {
      this.pages = pages; // [{content, rasters}]; the first is the page's own, others are there to compare with
      this.content = pages[0].content;
      this.layers = new Map();
      this.served = false;
      maplibregl.addProtocol(SCHEME, (request) => this.tile(request.url));
      this.paint = raster.painter(this.content.palette);
    }

    async listRuns() {}

    targets() {
      return this.content.targets;
    }

    runs() {
      return this.pages.map(({ content }, index) => ({ name: index ? String(index) : "", title: content.title, created: content.created }));
    }

    page(run) {
      return this.pages[Number(run || 0)] || this.pages[0];
    }

    async contentOf(run) {
      return this.page(run).content;
    }

    /** Return a raster of a page, read the first time that it is asked for. */
    layer(run, kind, name, part = "") {
      const place = `${run || 0}|${kind}|${name}|${part}`;
      if (!this.layers.has(place)) {
        const { rasters } = this.page(run);
        const packed = {
          classes: () => rasters.classes[name],
          overviews: () => rasters.overviews[name],
          terrain: () => rasters.terrain,
          click: () => (part.startsWith("p:") ? rasters.click[name].probability[part.slice(2)] : rasters.click[name][part]),
        }[kind]();
        this.layers.set(place, new raster.Raster(packed).read());
      }
      return this.layers.get(place);
    }

    has(view) {
      return `${view.technology}/${view.operator}` in this.page(view.run).rasters.classes;
    }

    tiles(view) {
      const parts = ["classes", view.run || 0, `${view.technology}/${view.operator}`, this.content.places.indexOf(view.place)];
      return `${SCHEME}://${parts.map(encodeURIComponent).join("/")}/{z}/{x}/{y}`;
    }

    terrainTiles() {
      return `${SCHEME}://terrain/0/-/0/{z}/{x}/{y}`;
    }

    terrainZoom() {
      return 11;
    }

    async tile(url) {
      const [kind, run, name, place, z, x, y] = url.slice(SCHEME.length + 3).split("/").map(decodeURIComponent);
      const picture =
        kind === "terrain"
          ? raster.heightTile(await this.layer(0, "terrain", ""), +z, +x, +y)
          : raster.classTile(await this.layer(run, this.fits(run, name, +z), name), +place, this.paint, +z, +x, +y);
      const options = { premultiplyAlpha: "none", colorSpaceConversion: "none" };
      return { data: await createImageBitmap(picture, options) };
    }

    /** Return which raster of a layer is fine enough at a zoom. */
    fits(run, name, zoom) {
      return zoom <= OVERVIEW_ZOOM && name in this.page(run).rasters.overviews ? "overviews" : "classes";
    }

    /** Read what a closer look will ask for, while nothing else is to be done. */
    async prepare(view) {
      await this.layer(view.run, "classes", `${view.technology}/${view.operator}`);
    }

    async figures(view) {
      const { content } = this.page(view.run);
      return byZone(content, content.figures[keyOf(view)] || {});
    }

    /** Return what is known at a position. */
    async at(longitude, latitude, view) {
      const { rasters } = this.page(view.run);
      if (!this.has(view)) return { state: "outside" };
      const layer = await this.layer(view.run, "classes", `${view.technology}/${view.operator}`);
      const row = layer.at(longitude, latitude);
      const code = row === undefined ? raster.OUTSIDE : layer.about.table[row][this.content.places.indexOf(view.place)];
      if (code === raster.OUTSIDE) return { state: "outside" };
      if (code === raster.NO_DATA) return { state: "no_data" };
      const found = { state: "known", class: raster.classOf(code), near: raster.isNear(code) };
      found.class_m = this.metres(layer);
      const terrain = await this.layer(view.run, "terrain", "");
      const height = terrain.at(longitude, latitude);
      if (height) found.elevation_m = height - terrain.about.sea_m;
      const told = rasters.click[view.technology];
      if (!told || view.operator) return found;
      const level = await this.layer(view.run, "click", view.technology, "level");
      const server = await this.layer(view.run, "click", view.technology, "server");
      const probability = await this.layer(view.run, "click", view.technology, `p:${view.place}`);
      found.values_m = this.metres(level);
      const value = level.at(longitude, latitude);
      if (value) found.rsrp_dbm = value - level.about.lowest_dbm;
      const share = probability.at(longitude, latitude);
      if (share !== undefined && share <= 100) found.probability_percent = share;
      const cell = this.page(view.run).content.cells[view.technology][(server.at(longitude, latitude) || 0) - 1];
      if (cell) found.cell = this.cell(cell, longitude, latitude, view.run);
      return found;
    }

    metres(layer) {
      const { grid } = layer.about;
      const latitude = (this.content.bounds[1] + this.content.bounds[3]) / 2;
      return Math.round(grid.step_m * Math.cos((latitude * Math.PI) / 180));
    }

    cell([cell, site, operator, band, azimuth], longitude, latitude, run) {
      const { sites } = this.page(run).content;
      const index = sites.site.indexOf(site);
      const distance = index < 0 ? null : PhuSong.distanceKm([longitude, latitude], [sites.longitude[index], sites.latitude[index]]);
      return { cell, site, operator, band, azimuth_deg: azimuth, distance_km: distance };
    }
  }

  /** A page that a program serves: it asks that program alone. */
  class ServedSource {
    constructor(base, content) {
      this.base = base; // such as "/api/runs/NAME"
      this.content = content;
      this.contents = new Map([["", content]]);
      this.served = true;
      this.tables = new Map();
      this.others = [];
      this.change = ""; // of a what-if, whose tiles stand for those of the run
      this.changed = null; // its answer: what its zones and targets become
      this.server = null; // what the program may do
    }

    static async open(base) {
      return new ServedSource(base, await PhuSong.ask(base));
    }

    api(run) {
      return run ? `${this.base.replace(/[^/]+$/, "")}${encodeURIComponent(run)}` : this.base;
    }

    async contentOf(run) {
      if (!this.contents.has(run || "")) this.contents.set(run, await PhuSong.ask(this.api(run)));
      return this.contents.get(run || "");
    }

    async prepare() {}

    /** Learn which runs there are to compare with. */
    async listRuns() {
      this.server = this.server || (await PhuSong.ask("/api/server"));
      const own = decodeURIComponent(this.base.split("/").pop());
      const listed = (await PhuSong.ask("/api/runs")).filter((run) => run.name !== own);
      this.others = listed.map(({ name, title, title_en: english, created }) => ({ name, title: { vi: title, en: english || title }, created, label: name }));
    }

    runs() {
      const own = { name: "", title: this.content.title, created: this.content.created, label: decodeURIComponent(this.base.split("/").pop()) };
      return [own, ...this.others];
    }

    has(view) {
      const own = this.content.views.find((one) => keyOf(one) === keyOf(view));
      return Boolean(view.run || (own && own.has_cells));
    }

    /** Say whether a view is that of a change which is tried out. */
    showsChange(view) {
      return Boolean(this.change && !view.run && !view.operator && view.place === this.content.own_place);
    }

    query(view) {
      const part = new URLSearchParams({ technology: view.technology, place: view.place });
      if (view.operator) part.set("operator", view.operator);
      if (this.showsChange(view)) part.set("change", this.change);
      return part.toString();
    }

    tiles(view) {
      return `${new URL(this.api(view.run), location.href).href}/tiles/{z}/{x}/{y}.png?${this.query(view)}`;
    }

    terrainTiles() {
      return `${new URL(this.base, location.href).href}/terrain/{z}/{x}/{y}.png`;
    }

    terrainZoom() {
      return 12;
    }

    async figures(view) {
      const asked = new URLSearchParams(this.query(view));
      asked.delete("change");
      const address = `${this.api(view.run)}/zones?${asked}`;
      if (!this.tables.has(address)) this.tables.set(address, PhuSong.ask(address));
      const rows = await this.tables.get(address);
      const place = (row) => (row.layer === "area" ? "area" : `${row.layer}/${row.code}`);
      const told = (row) => ({ covered: row.covered_percent, expected: row.expected_percent, people: row.covered_population_percent, noData: row.no_data_percent });
      const found = new Map(rows.map((row) => [place(row), told(row)]));
      if (!this.showsChange(view)) return found;
      const people = new Map(rows.map((row) => [place(row), row.population]));
      for (const row of this.changed.zones.filter((one) => one.technology === view.technology)) {
        const all = people.get(place(row));
        Object.assign(found.get(place(row)), {
          covered: row.covered_percent_after,
          expected: row.expected_percent_after,
          people: all && row.covered_population_after !== null ? (100 * row.covered_population_after) / all : null,
        });
      }
      return found;
    }

    /** Return the targets of the run, as they are in a view. */
    targets(view) {
      const after = new Map(this.showsChange(view) ? this.changed.targets.map((one) => [one.name, one]) : []);
      return this.content.targets.map((one) => {
        const now = after.get(one.name);
        return now ? { ...one, measured_percent: now.measured_percent_after, verdict: now.verdict_after } : one;
      });
    }

    async at(longitude, latitude, view) {
      const part = `longitude=${longitude.toFixed(6)}&latitude=${latitude.toFixed(6)}`;
      const told = await PhuSong.ask(`${this.api(view.run)}/at?${part}&${this.query(view)}`);
      return { ...told, class: SERVICES.indexOf(told.service), near: told.near_limit, cell: told.serving };
    }
  }

  /** Ask the program that serves the page; its refusals become errors that say why. */
  PhuSong.ask = async (address, options = {}) => {
    const answer = await fetch(address, { credentials: "same-origin", ...options });
    const body = await answer.json().catch(() => ({}));
    if (answer.ok) return body;
    const told = (body.problems || []).map(({ message, remedy }) => [message, remedy].filter(Boolean).join(". "));
    throw new Error(told.join(" ") || `${answer.status}`);
  };

  /** Return the distance between two positions over the sphere [km]. */
  PhuSong.distanceKm = ([longitude, latitude], [other, northern]) => {
    const rad = Math.PI / 180;
    const half = (angle) => Math.sin((angle * rad) / 2) ** 2;
    const chord = half(northern - latitude) + Math.cos(latitude * rad) * Math.cos(northern * rad) * half(other - longitude);
    return 2 * 6371.009 * Math.asin(Math.sqrt(chord));
  };

  return { PageSource, ServedSource, keyOf };
})();
