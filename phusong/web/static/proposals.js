"use strict";
/* The sites that the run proposes, accepted one by one or the first so many; what they bring is computed, not taken from the plan. */
PhuSong.planner = (() => {
  const { texts, state, format, dom, change, results } = PhuSong;
  const { make, byId } = dom;
  const { t } = texts;
  let source = null;
  let answers = null; // of the server, once the block has been opened
  let open = null; // question whose sites are listed

  texts.add({
    vi: {
      planner: "Trạm đề xuất",
      planner_help: "Chọn trạm để xây thử: bản đồ và các con số được tính lại cùng với những thay đổi khác. Chi phí theo đơn vị trong dữ liệu của kịch bản.",
      planner_none: "Lần mô phỏng này chưa có đề xuất. Chạy phusong propose để có.",
      planner_question: "{technology}: {asked}",
      planner_plan: "Phương án: {count} trạm, chi phí {cost}; {before} → {after} (theo phương án).",
      planner_site: "{rank}. {site}",
      planner_gain: "+{gain} km², chi phí {cost}",
      planner_accept: "Xây trạm {site}, thứ {rank}",
      planner_see: "Xem",
      planner_see_site: "Xem trạm {site} trên bản đồ",
      planner_first: "Số trạm đầu danh sách",
      planner_take: "Chọn",
      planner_chosen: "Đã chọn {count} trạm, chi phí {cost}.",
      planner_with_others: "Các con số dưới đây gồm cả {count} thay đổi khác.",
      planner_entry: "Xây trạm đề xuất {site} (thứ {rank})",
      planner_details: "Xem danh sách thay đổi và bảng kết quả",
      planner_phase: "giai đoạn {phase}",
    },
    en: {
      planner: "Proposed sites",
      planner_help: "Choose sites to build on trial: map and figures are computed again, together with the other changes. Costs are in the unit of the scenario's data.",
      planner_none: "This run has no proposals yet. Run phusong propose to have some.",
      planner_question: "{technology}: {asked}",
      planner_plan: "The plan: {count} sites, cost {cost}; {before} → {after} (by the plan).",
      planner_site: "{rank}. {site}",
      planner_gain: "+{gain} km², cost {cost}",
      planner_accept: "Build site {site}, number {rank}",
      planner_see: "See",
      planner_see_site: "See site {site} on the map",
      planner_first: "Sites from the top of the list",
      planner_take: "Choose",
      planner_chosen: "{count} sites chosen, cost {cost}.",
      planner_with_others: "The figures below include {count} other changes.",
      planner_entry: "Build proposed site {site} (number {rank})",
      planner_details: "See the list of changes and the table of results",
      planner_phase: "phase {phase}",
    },
  });

  const keyOf = (answer, site) => `accept ${answer.question} ${site.site}`;
  const of = (both, name) => both[`${name}_${texts.language}`];

  const entry = (answer, site) => ({
    accept: [answer.question, site.site],
    cost: site.cost,
    label: () => t("planner_entry", { site: site.site, rank: site.rank }),
  });

  function see(answer, site) {
    state.set({ technology: answer.technology, proposals: true });
    PhuSong.app.go({ kind: "site", at: [site.longitude, site.latitude] });
    if (matchMedia("(max-width: 720px)").matches) byId("map-panel").scrollIntoView();
  }

  function takeFirst(answer, count) {
    change.put(Object.fromEntries(answer.sites.map((site, index) => [keyOf(answer, site), index < count ? entry(answer, site) : null])));
  }

  function siteLine(answer, site) {
    const key = keyOf(answer, site);
    const box = make("input", {
      type: "checkbox", "data-key": key, checked: change.entries.has(key), "aria-label": t("planner_accept", site),
      onchange: () => change.put({ [key]: box.checked ? entry(answer, site) : null }),
    });
    const gain = t("planner_gain", { gain: format.number(site.gain_km2, site.gain_km2 < 1 ? 3 : 1), cost: format.number(site.cost, 2) });
    const more = [site.phase ? t("planner_phase", site) : "", site.operator, site.band].filter(Boolean).join(" · ");
    return make(
      "li",
      { class: "proposed" },
      make("label", { class: "switch" }, box, make("span", {}, make("b", {}, t("planner_site", site)), " ", gain)),
      make("button", { type: "button", "aria-label": t("planner_see_site", site), onclick: () => see(answer, site) }, t("planner_see")),
      make("p", { class: "fine" }, of(site, "reason"), " ", more),
    );
  }

  function question(answer) {
    const count = make("input", { type: "number", min: 0, max: answer.sites.length, step: 1, value: answer.sites.length, "aria-label": t("planner_first") });
    const take = (event) => {
      event.preventDefault();
      takeFirst(answer, Number(count.value));
    };
    const values = {
      count: format.number(answer.sites.length),
      cost: format.number(answer.cost, 1),
      before: format.percent(answer.before_percent, 2),
      after: format.percent(answer.after_percent, 2),
    };
    const block = make(
      "details",
      { class: "cell question-block", open: open === answer.question || answers.length === 1, "data-question": answer.question },
      make("summary", {}, t("planner_question", { technology: answer.technology, asked: of(answer, "asked") })),
      make("p", { class: "certificate" }, of(answer, "certificate")),
      make("p", { class: "fine" }, t("planner_plan", values)),
      make("form", { class: "search-row first", onsubmit: take }, make("span", { "aria-hidden": "true" }, t("planner_first")), count, make("button", { type: "submit" }, t("planner_take"))),
      make("ol", {}, ...answer.sites.map((site) => siteLine(answer, site))),
    );
    block.addEventListener("toggle", () => block.open && (open = answer.question));
    return block;
  }

  /** Tell what the chosen sites cost, and what they bring as it was computed. */
  function totals() {
    const box = byId("planner-totals");
    const chosen = [...change.entries.values()].filter((one) => one.accept);
    box.hidden = !chosen.length;
    if (!chosen.length) return;
    const others = change.entries.size - chosen.length;
    const cost = format.number(chosen.reduce((sum, one) => sum + one.cost, 0), 2);
    const link = make("button", { type: "button", onclick: showChanges }, t("planner_details"));
    const hadFocus = box.contains(document.activeElement);
    box.replaceChildren(
      make("p", { class: "whole", id: "planner-cost" }, t("planner_chosen", { count: format.number(chosen.length), cost })),
      ...(others ? [make("p", { class: "fine" }, t("planner_with_others", { count: format.number(others) }))] : []),
      make("p", { class: change.hasFailed ? "failed" : "fine" }, change.status()),
      ...(change.answer ? results.whole(change.answer.zones, source.content.technologies) : []),
      link,
    );
    if (hadFocus) link.focus();
  }

  function showChanges() {
    byId("whatif").open = true;
    byId("whatif-edits-title").scrollIntoView();
    byId("whatif-edits-title").focus({ preventScroll: true });
  }

  function sync() {
    totals();
    for (const box of byId("planner").querySelectorAll("input[data-key]")) box.checked = change.entries.has(box.dataset.key);
  }

  async function load() {
    if (!byId("planner").open || answers) return;
    const box = byId("planner-questions");
    try {
      answers = await PhuSong.ask(`${source.base}/proposals`);
      list();
    } catch (error) {
      box.textContent = t("not_done", { message: error.message });
    }
  }

  function list() {
    const none = [make("p", {}, t("planner_none"))];
    byId("planner-questions").replaceChildren(...(answers.length ? answers.map(question) : none));
  }

  function speak() {
    byId("planner").replaceChildren(
      make("summary", {}, t("planner")),
      make("p", { class: "fine" }, t("planner_help")),
      make("div", { id: "planner-totals", "aria-live": "polite", hidden: true }),
      make("div", { id: "planner-questions" }),
    );
    if (answers) list();
    totals();
  }

  function start(with_) {
    ({ source } = with_);
    byId("extras").append(make("details", { id: "planner" }));
    byId("planner").addEventListener("toggle", load);
    change.listen(sync);
  }

  PhuSong.extras.push({ start, speak });
  return { takeFirst };
})();
