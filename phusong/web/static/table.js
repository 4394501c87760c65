"use strict";
/* The table of zones: sorted by any column, tied to the map, saved as CSV. */
PhuSong.table = (() => {
  const { texts, state, format, dom } = PhuSong;
  const { make, byId } = dom;
  const { t } = texts;
  const order = { column: "name", falls: false };
  let layer = null;
  let rows = [];
  let shown = null;
  let turn = 0;
  const collator = new Intl.Collator("vi");

  /** Read the figures of a view for every technology and draw. */
  async function load(source, view) {
    const { content } = source;
    layer = layer || content.area;
    const zones = content.zones[layer];
    turn += 1;
    const mine = turn;
    const figures = await Promise.all(content.technologies.map((technology) => source.figures({ ...view, technology })));
    if (mine !== turn) return; // what came later was answered sooner
    rows = zones.codes.map((code, index) => ({
      zone: `${layer}/${code}`,
      code,
      name: zones.names[index],
      kind: zones.kinds[index],
      people: zones.population[index],
      area: zones.area_km2[index],
      shares: figures.map((of) => of.get(`${layer}/${code}`) || {}),
    }));
    shown = { source, view };
    draw();
  }

  const columns = ({ technologies }) => [
    { key: "name", label: t("table_name"), value: (row) => row.name, text: (row) => row.name },
    { key: "people", label: t("table_people"), value: (row) => row.people, text: (row) => (row.people === null ? "–" : format.number(row.people)) },
    ...technologies.map((technology, index) => ({
      key: technology,
      label: t("table_share", { technology }),
      value: (row) => row.shares[index].covered ?? null,
      text: (row) => (row.shares[index].covered === null || row.shares[index].covered === undefined ? "–" : format.percent(row.shares[index].covered).slice(0, -1)),
    })),
  ];

  function sorted(columns_) {
    const { value } = columns_.find((one) => one.key === order.column) || columns_[0];
    const turn = order.falls ? -1 : 1;
    return [...rows].sort((one, other) => {
      const [first, second] = [value(one), value(other)];
      if (first === null || second === null) return (first === null) - (second === null);
      return turn * (typeof first === "string" ? collator.compare(first, second) : first - second);
    });
  }

  function draw() {
    const { source, view } = shown;
    const { content } = source;
    const all = columns(content);
    const filter = format.folded(byId("table-filter").value);
    const listed = sorted(all).filter((row) => !filter || format.folded(`${row.kind} ${row.name}`).includes(filter));
    byId("table-title").textContent = t("table_title", { place: t("in_places")[view.place] });
    byId("table-layer").replaceChildren(
      ...Object.entries(content.zones).map(([name, zones]) => make("option", { value: name, selected: name === layer }, texts.of(zones.name))),
    );
    byId("table-head").replaceChildren(
      ...all.map((column) => {
        const is = column.key === order.column;
        const sign = is ? (order.falls ? " ▼" : " ▲") : "";
        return make(
          "th",
          { scope: "col", "aria-sort": is ? (order.falls ? "descending" : "ascending") : "none" },
          make("button", { type: "button", onclick: () => sort(column.key) }, column.label, make("span", { "aria-hidden": "true" }, sign)),
        );
      }),
    );
    byId("table-body").replaceChildren(
      ...listed.map((row) =>
        make(
          "tr",
          { class: row.zone === state.values.zone ? "chosen" : "", "data-zone": row.zone },
          ...all.map((column, place) =>
            place
              ? make("td", {}, column.text(row))
              : make("th", { scope: "row" }, make("button", { type: "button", class: "name", onclick: () => choose(row.zone) }, row.name)),
          ),
        ),
      ),
    );
    byId("table-count").textContent = t("table_count", { count: format.number(listed.length) });
  }

  function sort(key) {
    order.falls = order.column === key ? !order.falls : false;
    order.column = key;
    draw();
  }

  function choose(zone) {
    state.set({ zone, point: null });
    PhuSong.app.go({ kind: "zone", zone });
  }

  /** Mark the chosen zone's row. */
  function mark() {
    for (const row of byId("table-body").children) row.classList.toggle("chosen", row.dataset.zone === state.values.zone);
  }

  /** Save the table as CSV that a spreadsheet opens with all its marks, and that says what it is. */
  function download() {
    const { source, view } = shown;
    const { content } = source;
    const quote = (value) => {
      const text = value === null || value === undefined ? "" : String(value);
      return /[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
    };
    const [code, name, kind, people, area, share, shareOfPeople] = t("csv_columns");
    const head = [code, name, kind, people, area, ...content.technologies.flatMap((technology) => [share, shareOfPeople].map((text) => texts.fill(text, { technology })))];
    const lines = rows.map((row) => [row.code, row.name, row.kind, row.people, row.area, ...row.shares.flatMap((one) => [one.covered, one.people])]);
    const trial = source.served && source.showsChange(view) ? [t("trial_shown")] : [];
    const own = content.views.filter((one) => one.place === view.place && one.operator === view.operator);
    const about = [
      texts.of(content.title),
      ...trial,
      ...own.map((one) => `${one.technology}: ${texts.of(one.definition)}`),
      texts.of(content.model),
      texts.of(content.sources),
      ...content.cautions[texts.language],
      t("simulated", { date: format.date(content.created) }),
      t("digest", { digest: content.digest }),
    ].map((text) => [text]);
    const body = [head, ...lines, [], ...about].map((line) => line.map(quote).join(",")).join("\r\n");
    dom.save(`${content.name}-${layer}.csv`, `\ufeff${body}\r\n`, "text/csv;charset=utf-8");
  }

  function start() {
    byId("table-filter").addEventListener("input", draw);
    byId("table-layer").addEventListener("change", (event) => {
      layer = event.target.value;
      load(shown.source, shown.view);
    });
    byId("download-csv").addEventListener("click", download);
  }

  return { start, load, draw: () => shown && draw(), mark };
})();
