"use strict";
/* Two maps, one over the other, with a divider to swipe: another technology, place or operator, or another run. */
PhuSong.compare = (() => {
  const { texts, state, dom, controls } = PhuSong;
  const { make, byId } = dom;
  const { t } = texts;
  let other = null; // the map on the right
  let source = null;
  let main = null;

  const right = () => ({ ...state.values.compare, run: state.values.compare.run || "" });

  function start(from, map) {
    source = from;
    main = map;
    byId("compare-toggle").addEventListener("click", () => {
      if (state.values.compare) state.set({ compare: null });
      else state.set({ compare: first() });
    });
    byId("split").addEventListener("input", (event) => state.set({ split: Number(event.target.value) }));
    const handle = byId("split-handle");
    handle.addEventListener("pointerdown", (event) => handle.setPointerCapture(event.pointerId));
    handle.addEventListener("pointermove", (event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return;
      const box = byId("map").getBoundingClientRect();
      state.set({ split: Math.round(Math.min(100, Math.max(0, (100 * (event.clientX - box.left)) / box.width))) });
    });
  }

  /** Return what to compare with at first: another run if there is one, else another technology, else another place. */
  function first() {
    const { technology, place, operator } = state.values;
    const { technologies, places } = source.content;
    const runs = source.runs().filter((run) => run.name);
    if (runs.length) return { technology, place, operator: "", run: runs[0].name };
    const otherTechnology = technologies.find((one) => one !== technology);
    if (otherTechnology) return { technology: otherTechnology, place, operator, run: "" };
    return { technology, place: places.find((one) => one !== place) || place, operator, run: "" };
  }

  function draw() {
    const is = Boolean(state.values.compare);
    byId("compare-toggle").textContent = t(is ? "compare_stop" : "compare");
    byId("compare-toggle").setAttribute("aria-pressed", String(is));
    for (const id of ["compare-box", "split-box", "split-handle", "map-right", "compare-names"]) byId(id).hidden = !is;
    if (!is) {
      if (other) other.remove();
      other = null;
      return;
    }
    choices();
    place();
    const view = right();
    const title = (run) => source.runs().find((one) => one.name === run);
    const of = (run) => (source.runs().length > 1 && title(run) ? `${texts.of(title(run).title)} (${[title(run).label, title(run).created.slice(0, 10)].filter(Boolean).join(", ")}), ` : "");
    byId("compare-names").replaceChildren(
      make("span", {}, t("compare_left", { view: of("") + controls.words(controls.view()) })),
      make("span", {}, t("compare_right", { view: of(view.run) + controls.words(view) })),
    );
    if (!main) return;
    if (other) {
      PhuSong.map.show(other, source, view);
    } else {
      other = PhuSong.map.create(source, view, byId("map-right"), { still: true });
      const mine = other;
      mine.once("style.load", () => mine === other && PhuSong.map.dress(mine, { ...state.values, three: false }));
      follow();
      other.getCanvas().setAttribute("tabindex", "-1");
      byId("map-right").setAttribute("aria-hidden", "true");
    }
  }

  /** Move the right map as the left one moves. */
  function follow() {
    if (!other || !main) return;
    other.jumpTo({ center: main.getCenter(), zoom: main.getZoom(), bearing: main.getBearing(), pitch: main.getPitch() });
  }

  function place() {
    const { split } = state.values;
    byId("split").value = split;
    byId("split-handle").style.left = `${split}%`;
    byId("map-right").style.clipPath = `inset(0 0 0 ${split}%)`;
  }

  function choices() {
    const now = state.values.compare;
    const { technologies, places, operators } = source.content;
    const choose = (label, name, values, words) =>
      make(
        "label",
        { class: "field" },
        make("span", {}, label),
        make(
          "select",
          { onchange: (event) => state.set({ compare: { ...state.values.compare, [name]: event.target.value } }) },
          ...values.map((value) => make("option", { value, selected: value === (now[name] || "") }, words(value))),
        ),
      );
    const able = operators.filter((operator) => source.has({ ...now, operator }));
    const runs = source.runs();
    byId("compare-box").replaceChildren(
      make("h3", {}, t("compare_with")),
      ...(runs.length > 1
        ? [choose(t("compare_run"), "run", runs.map((run) => run.name), (name) => {
            const run = runs.find((one) => one.name === name);
            return `${texts.of(run.title)} ${run.created.slice(0, 10)}${run.label ? ` (${run.label})` : ""}`;
          })]
        : []),
      choose(t("technology"), "technology", technologies, (one) => one),
      choose(t("place"), "place", places, (one) => t("places")[one]),
      ...(operators.length > 1 ? [choose(t("operator"), "operator", ["", ...able], (one) => one || t("any_operator"))] : []),
    );
  }

  /** Return the view at a place on the map: the right one beyond the divider. */
  function viewAt(x, width) {
    return state.values.compare && (100 * x) / width > state.values.split ? right() : controls.view();
  }

  /** Copy what lies beyond the divider into the picture that is printed. */
  function print(brush, { width, height }) {
    if (!other) return;
    other.resize();
    follow();
    other.redraw();
    const left = Math.round((state.values.split / 100) * width);
    brush.drawImage(other.getCanvas(), left, 0, width - left, height, left, 0, width - left, height);
    brush.fillRect(left - 2, 0, 4, height);
  }

  return { start, draw, place, follow, print, viewAt };
})();
