"use strict";
/* Try a change: choose a site, change it, see what it does, undo it or save it as a run. */
PhuSong.whatif = (() => {
  const { texts, state, format, dom, change, cells, results } = PhuSong;
  const { make, byId } = dom;
  const { t } = texts;
  const REACH_PX = { fine: 10, coarse: 22 };
  const LEAST_ZOOM = 9.5; // below, sites stand too close to be meant
  const MOST_NAMES = 12;
  let source = null;
  let map = null;
  let saved = null; // {name, change} of the run that was saved last

  texts.add({
    vi: {
      whatif: "Thử thay đổi (what-if)",
      whatif_help: "Chọn một trạm: phóng to rồi bấm vào chấm trạm trên bản đồ, nhập mã trạm, hoặc bấm nút trong thẻ kết quả của một điểm. Không có gì được ghi lại cho tới khi lưu.",
      whatif_site: "Mã trạm",
      whatif_choose: "Chọn",
      whatif_release: "Bỏ chọn trạm",
      whatif_chosen: "Đã chọn trạm {site} để thử thay đổi.",
      whatif_try: "Thử thay đổi trạm {site}",
      whatif_edits: "Các thay đổi",
      whatif_none: "Chưa có thay đổi nào.",
      whatif_undo: "Bỏ",
      whatif_undo_one: "Bỏ thay đổi: {label}",
      whatif_undo_all: "Bỏ tất cả",
      whatif_compute: "Tính",
      whatif_result: "Kết quả",
      whatif_view: "Bản đồ chỉ vẽ thay đổi ở lớp {place}, tất cả nhà mạng; lớp khác vẫn là mạng đã lưu.",
      whatif_save: "Lưu thành lần mô phỏng mới",
      whatif_name: "Tên (chữ không dấu, số, - và _)",
      whatif_save_button: "Lưu",
      whatif_saving: "Đang lưu…",
      whatif_saved: "Đã lưu. Mở lần mô phỏng {name}",
      whatif_no_save: "Máy chủ này chỉ cho xem, không cho lưu.",
    },
    en: {
      whatif: "Try a change (what-if)",
      whatif_help: "Choose a site: zoom in and click its dot on the map, enter its name, or use the button in the answer card of a point. Nothing is written until you save.",
      whatif_site: "Name of the site",
      whatif_choose: "Choose",
      whatif_release: "Let the site go",
      whatif_chosen: "Site {site} is chosen for changes.",
      whatif_try: "Try a change of site {site}",
      whatif_edits: "Changes",
      whatif_none: "There are no changes yet.",
      whatif_undo: "Undo",
      whatif_undo_one: "Undo the change: {label}",
      whatif_undo_all: "Undo all",
      whatif_compute: "Compute",
      whatif_result: "Result",
      whatif_view: "The map draws the change in the layer {place}, all operators alone; other layers stay the saved network.",
      whatif_save: "Save as a new simulation",
      whatif_name: "Name (letters without marks, digits, - and _)",
      whatif_save_button: "Save",
      whatif_saving: "Saving…",
      whatif_saved: "Saved. Open the simulation {name}",
      whatif_no_save: "This server only shows runs; nothing can be saved.",
    },
  });

  /** Choose a site for changes and open the block. */
  async function choose(site, { stays = false } = {}) {
    byId("whatif").open = true;
    if (!state.values.sites) state.set({ sites: true });
    const note = byId("whatif-note");
    note.textContent = "";
    try {
      const at = await cells.choose(site);
      cells.draw(byId("whatif-site"));
      byId("whatif-release").hidden = !at;
      if (!at) return;
      byId("whatif-name-of-site").value = site;
      dom.say(t("whatif_chosen", { site }));
      byId("whatif-site").querySelector("h3").focus({ preventScroll: stays });
      if (map && !map.getBounds().contains(at)) PhuSong.app.go({ kind: "site", at });
    } catch (error) {
      note.textContent = error.message;
    }
  }

  /** Take a click on the map if the block is open and a site is meant; a finger may miss by more than a mouse. */
  function click({ point, originalEvent }) {
    if (!byId("whatif").open || !state.values.sites || map.getZoom() < LEAST_ZOOM) return false;
    const reach = REACH_PX[originalEvent.pointerType === "touch" || matchMedia("(pointer: coarse)").matches ? "coarse" : "fine"];
    const box = [[point.x - reach, point.y - reach], [point.x + reach, point.y + reach]];
    const far = (feature) => {
      const at = map.project(feature.geometry.coordinates);
      return Math.hypot(at.x - point.x, at.y - point.y);
    };
    const [hit] = map.queryRenderedFeatures(box, { layers: ["sites"] }).sort((one, other) => far(one) - far(other));
    if (hit) choose(hit.properties.site, { stays: matchMedia("(max-width: 720px)").matches }); // the map stays in sight
    return Boolean(hit);
  }

  /** Offer the site of a card for changes: that which was searched for, and that which serves the point. */
  function card(box, { point, found }) {
    if (!point) return;
    const { sites } = source.content;
    const here = sites.site.filter((_, index) => Math.hypot(sites.longitude[index] - point[0], sites.latitude[index] - point[1]) < 1e-5);
    const serving = found && found.cell ? [found.cell.site] : [];
    const names = [...new Set([...here, ...serving])].slice(0, 3);
    box.append(...names.map((site) => make("button", { type: "button", class: "try", onclick: () => choose(site) }, t("whatif_try", { site }))));
  }

  function chooser() {
    const list = make("datalist", { id: "whatif-names" });
    const input = make("input", {
      id: "whatif-name-of-site", list: "whatif-names", autocomplete: "off",
      oninput: () => {
        const asked = format.folded(input.value);
        const names = asked ? source.content.sites.site.filter((site) => format.folded(site).includes(asked)) : [];
        list.replaceChildren(...names.slice(0, MOST_NAMES).map((value) => make("option", { value })));
      },
    });
    const send = (event) => {
      event.preventDefault();
      if (input.value.trim()) choose(input.value.trim());
    };
    return make(
      "form",
      { id: "whatif-chooser", onsubmit: send },
      make("label", { for: "whatif-name-of-site" }, t("whatif_site")),
      make("div", { class: "search-row" }, input, make("button", { type: "submit" }, t("whatif_choose"))),
      list,
      make("p", { id: "whatif-note", role: "alert" }),
    );
  }

  /** Draw the list of changes and what they do. */
  function draw() {
    const { entries, answer } = change;
    byId("whatif-status").textContent = change.status();
    byId("whatif-status").classList.toggle("failed", change.hasFailed);
    const list = byId("whatif-edits");
    const focused = [...list.querySelectorAll("button")].indexOf(document.activeElement);
    list.replaceChildren(
      ...[...entries].map(([key, entry]) =>
        make(
          "li",
          { "data-key": key },
          make("span", {}, entry.label()),
          make("button", { type: "button", "aria-label": t("whatif_undo_one", { label: entry.label() }), onclick: () => change.put({ [key]: null }) }, t("whatif_undo")),
        ),
      ),
    );
    if (focused >= 0) (list.querySelectorAll("button")[Math.min(focused, entries.size - 1)] || byId("whatif-edits-title")).focus();
    byId("whatif-none").hidden = entries.size > 0;
    for (const id of ["whatif-compute", "whatif-undo-all"]) byId(id).disabled = !entries.size;
    byId("whatif-result").hidden = !answer;
    if (answer) {
      const box = byId("whatif-deltas");
      const hadFocus = box.contains(document.activeElement);
      if (saved && saved.change !== answer.change) {
        saved = null;
        byId("whatif-saved").replaceChildren();
      }
      if (box.dataset.change !== answer.change + texts.language + state.values.technology) {
        results.draw(box, answer, { technologies: source.content.technologies, place: source.content.own_place });
        box.dataset.change = answer.change + texts.language + state.values.technology;
        if (hadFocus) box.querySelector("input:checked").focus();
      }
    }
    cells.sync();
  }

  function saver() {
    if (!source.server.editable) return make("p", { class: "fine" }, t("whatif_no_save"));
    const name = make("input", { id: "whatif-run-name", required: true, maxlength: 64, pattern: "[A-Za-z0-9][A-Za-z0-9_\\-]*", autocomplete: "off" });
    const said = make("p", { id: "whatif-saved", role: "status" });
    const link = () => make("a", { href: `/runs/${encodeURIComponent(saved.name)}` }, t("whatif_saved", { name: saved.name }));
    if (saved) said.append(link());
    const save = async (event) => {
      event.preventDefault();
      said.textContent = t("whatif_saving");
      const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ name: name.value }) };
      try {
        const { change: id } = change.answer;
        const { name: written } = await PhuSong.ask(`${source.base}/change/${id}/save`, options);
        saved = { name: written, change: id };
        said.replaceChildren(link());
        await source.listRuns();
        document.dispatchEvent(new Event("phusong-runs"));
      } catch (error) {
        said.textContent = t("not_done", { message: error.message });
      }
    };
    return make(
      "form",
      { id: "whatif-saver", onsubmit: save },
      make("h4", {}, t("whatif_save")),
      make("label", { class: "field" }, make("span", {}, t("whatif_name")), name),
      make("button", { type: "submit" }, t("whatif_save_button")),
      said,
    );
  }

  /** Draw the block in the words of the language. */
  function speak() {
    const button = (id, text, act) => make("button", { type: "button", id, onclick: act }, t(text));
    byId("whatif").replaceChildren(
      make("summary", {}, t("whatif")),
      make("p", { class: "fine" }, t("whatif_help")),
      chooser(),
      make("div", { id: "whatif-site" }),
      button("whatif-release", "whatif_release", () => choose("")),
      make("h3", { id: "whatif-edits-title", tabindex: "-1" }, t("whatif_edits")),
      make("p", { id: "whatif-none" }, t("whatif_none")),
      make("ul", { id: "whatif-edits" }),
      make("div", { class: "buttons" }, button("whatif-compute", "whatif_compute", change.compute), button("whatif-undo-all", "whatif_undo_all", change.clear)),
      make("p", { id: "whatif-status", role: "status" }),
      make("section", { id: "whatif-result", "aria-label": t("whatif_result") }, make("h3", {}, t("whatif_result")), make("p", { class: "fine" }, t("whatif_view", { place: t("in_places")[source.content.own_place] })), make("div", { id: "whatif-deltas" }), saver()),
    );
    byId("whatif-release").hidden = true;
    cells.draw(byId("whatif-site"));
    byId("whatif-release").hidden = !byId("whatif-site").children.length;
    draw();
  }

  function start(with_) {
    ({ source, map } = with_);
    cells.start(with_);
    byId("extras").append(make("details", { id: "whatif" }));
    byId("whatif").addEventListener("toggle", () => byId("whatif").open && !state.values.sites && state.set({ sites: true }));
    change.listen(draw);
    state.listen((names) => names.has("technology") && draw());
  }

  PhuSong.extras.push({ start, speak, card, click });
  return { choose };
})();
