"use strict";
/* Find a zone, a site or a coordinate; or where the reader is. */
PhuSong.search = (() => {
  const { texts, state, format, dom } = PhuSong;
  const { make, byId } = dom;
  const { t } = texts;
  const MOST = 8;
  let entries = [];
  let found = [];
  let marked = -1;

  function index({ zones, sites }) {
    entries = Object.entries(zones).flatMap(([layer, of]) =>
      of.names.map((name, place) => ({
        kind: "zone",
        zone: `${layer}/${of.codes[place]}`,
        name,
        label: `${[of.kinds[place], name].filter(Boolean).join(" ")}`,
        folded: format.folded(`${of.kinds[place]} ${name}`),
        at: of.points[place],
      })),
    );
    entries.push(
      ...sites.site.map((site, place) => ({
        kind: "site",
        name: site,
        operator: sites.operator[place],
        folded: format.folded(site),
        at: [sites.longitude[place], sites.latitude[place]],
      })),
    );
  }

  /** Return the position that a text says, as [longitude, latitude]: latitude comes first unless it cannot be one. */
  function coordinate(text) {
    const normal = text.trim().replace(/(\d),(\d)/g, "$1.$2").replace(/[−–]/g, "-");
    const numbers = normal.match(/-?\d+(?:\.\d+)?/g) || [];
    if (numbers.length !== 2 || /[a-z]{2}/i.test(normal)) return null;
    let [latitude, longitude] = numbers.map(Number);
    if (Math.abs(latitude) > 90) [latitude, longitude] = [longitude, latitude];
    return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? [longitude, latitude] : null;
  }

  function find(text) {
    const asked = format.folded(text);
    if (!asked) return [];
    const at = coordinate(text);
    const hits = at ? [{ kind: "point", at }] : [];
    const rank = (entry) => {
      const own = format.folded(entry.name);
      if (own === asked) return 0;
      if (own.startsWith(asked)) return 1;
      if (entry.folded.startsWith(asked)) return 2;
      return entry.kind === "zone" && entry.folded.includes(asked) ? 3 : 9;
    };
    const ranked = entries.map((entry) => [rank(entry) + (entry.kind === "site" ? 0.5 : 0), entry]).filter(([one]) => one < 9);
    return [...hits, ...ranked.sort(([one], [other]) => one - other).map(([, entry]) => entry)].slice(0, MOST);
  }

  function label(hit) {
    if (hit.kind === "point") return t("search_coordinate", { latitude: format.degrees(hit.at[1]), longitude: format.degrees(hit.at[0]) });
    if (hit.kind === "site") return t("search_site", { name: hit.name, operator: hit.operator });
    return hit.label;
  }

  function show(text) {
    found = find(text);
    marked = -1;
    const box = byId("search-results");
    const input = byId("search-text");
    box.replaceChildren(
      ...found.map((hit, place) =>
        make("li", { role: "option", id: `hit-${place}`, "aria-selected": "false", onclick: () => choose(hit) }, label(hit)),
      ),
    );
    box.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
    input.removeAttribute("aria-activedescendant");
    byId("search-status").textContent = text.trim() ? (found.length ? t("search_found", { count: found.length }) : t("search_nothing")) : "";
  }

  function mark(step) {
    if (!found.length) return;
    marked = (marked + step + found.length) % found.length;
    [...byId("search-results").children].forEach((option, place) => option.setAttribute("aria-selected", String(place === marked)));
    byId("search-text").setAttribute("aria-activedescendant", `hit-${marked}`);
    byId(`hit-${marked}`).scrollIntoView({ block: "nearest" });
  }

  function close() {
    byId("search-results").hidden = true;
    byId("search-text").setAttribute("aria-expanded", "false");
  }

  function choose(hit) {
    close();
    PhuSong.app.picked = null; // what is found is asked of the view itself, not of the map beyond a divider
    byId("search-status").textContent = "";
    if (hit.kind === "zone") {
      byId("search-text").value = hit.label;
      state.set({ zone: hit.zone, point: null });
    } else {
      state.set({ point: hit.at, zone: null, ...(hit.kind === "site" ? { sites: true } : {}) });
    }
    PhuSong.app.go(hit);
  }

  function locate() {
    if (!navigator.geolocation) {
      dom.say(t("position_refused"));
      return;
    }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        dom.say(t("position_accuracy", { metres: format.number(coords.accuracy) }));
        PhuSong.app.accuracy_m = coords.accuracy;
        choose({ kind: "point", at: [coords.longitude, coords.latitude] });
      },
      () => dom.say(t("position_refused")),
      { enableHighAccuracy: true, timeout: 15000 },
    );
  }

  function start(content) {
    index(content);
    const input = byId("search-text");
    input.addEventListener("input", () => show(input.value));
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        mark(event.key === "ArrowDown" ? 1 : -1);
      } else if (event.key === "Escape") close();
    });
    byId("search").addEventListener("submit", (event) => {
      event.preventDefault();
      if (byId("search-results").hidden) show(input.value);
      const hit = found[Math.max(marked, 0)];
      if (hit) choose(hit);
    });
    input.addEventListener("blur", () => setTimeout(close, 200));
    byId("locate").addEventListener("click", locate);
  }

  return { start, find, coordinate, label };
})();
