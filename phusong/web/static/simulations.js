"use strict";
/* The runs of the server: all of them with links, two compared, and simulations that are under way or asked for. */
(() => {
  const { texts, state, format, dom, results } = PhuSong;
  const { make, byId } = dom;
  const { t } = texts;
  const POLL_MS = 1000;
  const UNDER_WAY = ["waiting", "running"];
  let source = null;
  let runs = [];
  let jobs = [];
  let compared = null; // answer of the server
  let timer = 0;

  texts.add({
    vi: {
      runs: "Lần mô phỏng",
      runs_list: "Các lần mô phỏng trên máy chủ",
      runs_this: "đang xem",
      runs_open: "Mở {name}",
      runs_line: "{title}, {date}, ô lưới {metres} m, {technologies}",
      runs_compare: "So sánh",
      runs_compare_with: "So sánh với {name}",
      runs_compared: "So với {name}: trước là lần đang xem, sau là {name}",
      runs_stop: "Thôi so sánh",
      runs_warnings: "Ngoài các trạm, hai lần mô phỏng còn khác (tiếng Anh, theo hồ sơ):",
      jobs: "Mô phỏng đang chạy và đã xong",
      jobs_none: "Chưa có lần nào được yêu cầu từ khi máy chủ khởi động.",
      jobs_states: { waiting: "đang chờ", running: "đang chạy", finished: "đã xong", failed: "bị lỗi", cancelled: "đã hủy" },
      jobs_stages: { "read the inputs": "đọc dữ liệu", "read the path-loss store": "đọc kho suy hao", "compute path losses": "tính suy hao", "compute tiles": "tính vùng phủ", "write the run": "ghi kết quả" },
      jobs_line: "{name} ({scenario}): {state}",
      jobs_progress: "Tiến độ của {name}",
      jobs_done: "{stage}: {done}/{total}",
      jobs_cancel: "Hủy",
      jobs_cancel_one: "Hủy mô phỏng {name}",
      jobs_new: "Mô phỏng mới",
      jobs_scenario: "Kịch bản",
      jobs_name: "Tên (chữ không dấu, số, - và _)",
      jobs_resolution: "Ô lưới, m (để trống: theo kịch bản)",
      jobs_start: "Bắt đầu",
      jobs_started: "Đã nhận yêu cầu mô phỏng {name}.",
      jobs_no_edit: "Máy chủ này chỉ cho xem, không nhận yêu cầu mô phỏng.",
    },
    en: {
      runs: "Simulations",
      runs_list: "Runs on this server",
      runs_this: "shown now",
      runs_open: "Open {name}",
      runs_line: "{title}, {date}, pixels of {metres} m, {technologies}",
      runs_compare: "Compare",
      runs_compare_with: "Compare with {name}",
      runs_compared: "Compared with {name}: before is the run shown, after is {name}",
      runs_stop: "Stop comparing",
      runs_warnings: "Besides the sites, the two runs differ in:",
      jobs: "Simulations under way and over",
      jobs_none: "None was asked for since the server started.",
      jobs_states: { waiting: "waiting", running: "running", finished: "finished", failed: "failed", cancelled: "cancelled" },
      jobs_stages: { "read the inputs": "reading the inputs", "read the path-loss store": "reading path losses", "compute path losses": "computing path losses", "compute tiles": "computing coverage", "write the run": "writing the run" },
      jobs_line: "{name} ({scenario}): {state}",
      jobs_progress: "Progress of {name}",
      jobs_done: "{stage}: {done}/{total}",
      jobs_cancel: "Cancel",
      jobs_cancel_one: "Cancel the simulation {name}",
      jobs_new: "New simulation",
      jobs_scenario: "Scenario",
      jobs_name: "Name (letters without marks, digits, - and _)",
      jobs_resolution: "Pixels, m (empty: as the scenario says)",
      jobs_start: "Start",
      jobs_started: "The simulation {name} is entered.",
      jobs_no_edit: "This server only shows runs and takes no simulations.",
    },
  });

  const own = () => decodeURIComponent(source.base.split("/").pop());
  const link = (name, text) => make("a", { href: `/runs/${encodeURIComponent(name)}` }, text);
  const problem = (error) => make("p", { class: "failed", role: "alert" }, t("not_done", { message: error.message }));

  function runLine(run) {
    const is = run.name === own();
    const title = texts.language === "en" ? run.title_en : run.title;
    const values = { title, date: format.date(run.created), metres: format.number(run.resolution_m), technologies: run.technologies.join(", ") };
    return make(
      "li",
      { class: "run", "data-run": run.name },
      make("div", {}, is ? make("b", {}, `${run.name} (${t("runs_this")})`) : link(run.name, t("runs_open", run)), make("p", { class: "fine" }, t("runs_line", values))),
      is ? null : make("button", { type: "button", "aria-label": t("runs_compare_with", run), onclick: () => compare(run.name) }, t("runs_compare")),
    );
  }

  /** Compare the run shown with another: on the map with a divider, and in a table. */
  async function compare(name) {
    const { technology, place } = state.values;
    const box = byId("runs-compared");
    box.setAttribute("aria-busy", "true");
    try {
      const asked = new URLSearchParams({ before: own(), after: name });
      compared = await PhuSong.ask(`/api/compare?${asked}`);
      PhuSong.change.toggle(false); // the table is of the saved run: so is the map
      state.set({ compare: { technology, place, operator: "", run: name } });
      drawCompared();
      byId("runs-compared-title").focus();
    } catch (error) {
      compared = null;
      box.replaceChildren(problem(error));
    }
    box.removeAttribute("aria-busy");
  }

  function drawCompared() {
    const box = byId("runs-compared");
    if (!compared) {
      box.replaceChildren();
      return;
    }
    const { after: name, warnings, technologies } = compared;
    const stop = () => {
      compared = null;
      state.set({ compare: null });
      drawCompared();
    };
    const inner = make("div", { id: "runs-deltas" });
    box.replaceChildren(
      make("h3", { id: "runs-compared-title", tabindex: "-1" }, t("runs_compared", { name })),
      make("button", { type: "button", onclick: stop }, t("runs_stop")),
      ...(warnings.length ? [make("p", { class: "caution" }, t("runs_warnings")), make("ul", { lang: "en", class: "warnings" }, ...warnings.map((text) => make("li", {}, text)))] : []),
      inner,
    );
    results.draw(inner, compared, { technologies, place: source.content.own_place });
  }

  function jobLine(job) {
    const isUnderWay = UNDER_WAY.includes(job.state);
    const stage = t("jobs_stages")[job.stage] || job.stage;
    const words = t("jobs_line", { ...job, state: t("jobs_states")[job.state] });
    return make(
      "li",
      { "data-job": job.id, "data-state": job.state },
      make("p", {}, words, " ", job.state === "finished" ? link(job.name, t("runs_open", job)) : null),
      ...(isUnderWay
        ? [
            make("progress", { max: job.total || 1, value: job.total ? job.done : 0, "aria-label": t("jobs_progress", job) }),
            make("p", { class: "fine" }, job.stage ? t("jobs_done", { stage, done: format.number(job.done), total: format.number(job.total) }) : ""),
          ]
        : []),
      ...(isUnderWay && source.server.editable
        ? [make("button", { type: "button", "aria-label": t("jobs_cancel_one", job), onclick: () => cancel(job.id) }, t("jobs_cancel"))]
        : []),
      ...job.problems.map((one) => make("p", { class: "failed" }, [one.field, one.message, one.remedy].filter(Boolean).join(". "))),
    );
  }

  async function cancel(id) {
    await PhuSong.ask(`/api/simulations/${id}`, { method: "DELETE" }).catch((error) => dom.say(error.message));
    await poll();
  }

  /** Learn how far simulations are; ask again while one is under way and the block is open. */
  async function poll() {
    clearTimeout(timer);
    if (!byId("runs").open) return;
    const before = jobs.filter((job) => job.state === "finished").length;
    try {
      jobs = await PhuSong.ask("/api/simulations");
      drawJobs();
    } catch (error) {
      byId("jobs-list").replaceChildren(problem(error));
    }
    if (jobs.filter((job) => job.state === "finished").length !== before) await listRuns();
    if (jobs.some((job) => UNDER_WAY.includes(job.state))) timer = setTimeout(poll, POLL_MS);
  }

  function drawJobs() {
    const list = byId("jobs-list");
    const focused = list.contains(document.activeElement) ? document.activeElement.closest("li").dataset.job : null;
    list.replaceChildren(...(jobs.length ? [...jobs].reverse().map(jobLine) : [make("li", { class: "fine" }, t("jobs_none"))]));
    const again = focused && list.querySelector(`[data-job="${focused}"] button`);
    if (again) again.focus();
  }

  async function listRuns() {
    try {
      runs = await PhuSong.ask("/api/runs");
      await source.listRuns();
      byId("runs-list").replaceChildren(...runs.map(runLine));
    } catch (error) {
      byId("runs-list").replaceChildren(problem(error));
    }
  }

  function form() {
    if (!source.server.editable) return make("p", { class: "fine" }, t("jobs_no_edit"));
    const field = (label, input) => make("label", { class: "field" }, make("span", {}, t(label)), input);
    const scenario = make("select", {}, ...source.server.scenarios.map((value) => make("option", { value }, value)));
    const name = make("input", { id: "jobs-name", required: true, maxlength: 64, pattern: "[A-Za-z0-9][A-Za-z0-9_\\-]*", autocomplete: "off" });
    const resolution = make("input", { type: "number", min: 10, max: 2000, step: "any" });
    const said = make("p", { role: "status" });
    const send = async (event) => {
      event.preventDefault();
      const body = { scenario: scenario.value, name: name.value, resolution_m: resolution.value === "" ? null : Number(resolution.value) };
      try {
        await PhuSong.ask("/api/simulations", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
        said.textContent = t("jobs_started", { name: name.value });
        name.value = "";
        await poll();
      } catch (error) {
        said.textContent = t("not_done", { message: error.message });
      }
    };
    return make(
      "form",
      { id: "jobs-form", onsubmit: send },
      make("h3", {}, t("jobs_new")),
      field("jobs_scenario", scenario),
      field("jobs_name", name),
      field("jobs_resolution", resolution),
      make("button", { type: "submit" }, t("jobs_start")),
      said,
    );
  }

  function speak() {
    byId("runs").replaceChildren(
      make("summary", {}, t("runs")),
      make("h3", {}, t("runs_list")),
      make("ul", { id: "runs-list" }, ...runs.map(runLine)),
      make("div", { id: "runs-compared" }),
      make("h3", {}, t("jobs")),
      make("ul", { id: "jobs-list" }),
      form(),
    );
    drawJobs();
    drawCompared();
  }

  function start(with_) {
    ({ source } = with_);
    byId("extras").append(make("details", { id: "runs" }));
    byId("runs").addEventListener("toggle", () => {
      if (byId("runs").open) listRuns().then(poll);
    });
    document.addEventListener("phusong-runs", () => byId("runs").open && listRuns());
    state.listen((names) => {
      if (names.has("compare") && !state.values.compare) compared = null;
      if (names.has("compare") || names.has("technology")) drawCompared();
    });
  }

  PhuSong.extras.push({ start, speak });
})();
