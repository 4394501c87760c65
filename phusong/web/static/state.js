"use strict";
/* What is looked at, in one place; it stands in the address behind '#', so that a view can be shared by link. */
PhuSong.state = (() => {
  const listeners = [];
  const values = {
    language: "vi",
    technology: null,
    place: null,
    operator: "",
    zone: null, // "layer/code"
    point: null, // [longitude, latitude]
    camera: null, // [longitude, latitude, zoom, bearing, pitch]
    sites: false,
    proposals: true,
    names: true,
    relief: true,
    three: false,
    compare: null, // {technology, place, operator, run}
    split: 50,
  };
  const SWITCHES = ["sites", "proposals", "names", "relief", "three"];
  const DEFAULTS = { ...values };

  /** Set some values and tell who listens which have changed. */
  function set(changes) {
    const changed = Object.keys(changes).filter((key) => JSON.stringify(values[key]) !== JSON.stringify(changes[key]));
    if (!changed.length) return;
    Object.assign(values, changes);
    remember();
    const names = new Set(changed);
    for (const listener of listeners) listener(names);
  }

  function remember() {
    const address = `#${text()}`;
    if (address !== location.hash) history.replaceState(null, "", address);
  }

  /** Return the view as the part of an address behind '#'. */
  function text() {
    const part = new URLSearchParams();
    part.set("lang", values.language);
    if (values.technology) part.set("t", values.technology);
    if (values.place) part.set("p", values.place);
    if (values.operator) part.set("o", values.operator);
    if (values.zone) part.set("z", values.zone);
    if (values.point) part.set("at", values.point.map((one) => one.toFixed(5)).join(","));
    if (values.camera) part.set("c", values.camera.map((one) => String(+one.toFixed(5))).join(","));
    for (const name of SWITCHES) if (values[name] !== DEFAULTS[name]) part.set(name, values[name] ? "1" : "0");
    if (values.compare) {
      const { technology, place, operator, run } = values.compare;
      part.set("vs", JSON.stringify([technology, place, operator, run]));
      part.set("split", String(values.split));
    }
    return part.toString();
  }

  /** Read a view from the address; what it does not say, or says wrongly, keeps its value. */
  function restore(known) {
    const part = new URLSearchParams(location.hash.slice(1));
    const one = (key, allowed) => (allowed.includes(part.get(key)) ? part.get(key) : undefined);
    const numbers = (key, count) => {
      const found = (part.get(key) || "").split(",").map(Number);
      return found.length === count && found.every(Number.isFinite) ? found : undefined;
    };
    const read = {
      language: one("lang", ["vi", "en"]),
      technology: one("t", known.technologies),
      place: one("p", known.places),
      operator: one("o", ["", ...known.operators]),
      zone: part.get("z") && known.zones.includes(part.get("z")) ? part.get("z") : undefined,
      point: numbers("at", 2),
      camera: numbers("c", 5),
    };
    for (const name of SWITCHES) if (part.has(name)) read[name] = part.get(name) === "1";
    try {
      const [technology, place, operator, run] = JSON.parse(part.get("vs") || "null") || [];
      if (known.technologies.includes(technology) && known.places.includes(place))
        read.compare = { technology, place, operator: operator || "", run: run || "" };
    } catch {
      // an address cut short
    }
    const split = Number(part.get("split"));
    if (split >= 0 && split <= 100 && part.has("split")) read.split = split;
    Object.assign(values, Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined)));
  }

  return { values, set, restore, text, listen: (listener) => listeners.push(listener) };
})();
