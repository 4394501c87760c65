"use strict";
/* Links, print, distances, and reports of what the map has wrong. */
PhuSong.share = (() => {
  const { texts, state, format, dom } = PhuSong;
  const { make, byId } = dom;
  const { t } = texts;
  let source = null;
  let measured = null; // positions of a measurement that is going on

  async function link() {
    const address = `${location.href.split("#")[0]}#${state.text()}`;
    try {
      await navigator.clipboard.writeText(address);
      dom.say(t("share_done"));
    } catch {
      byId("link-text").value = address;
      byId("link-dialog").showModal();
      byId("link-text").select();
    }
  }

  function report() {
    const { point } = state.values;
    if (!point) {
      dom.say(t("error_pick"));
      return;
    }
    byId("error-title").textContent = t("error_title", { latitude: format.degrees(point[1]), longitude: format.degrees(point[0]) });
    byId("error-what").replaceChildren(...Object.entries(t("error_kinds")).map(([value, label]) => make("option", { value }, label)));
    byId("error-accuracy").value = Math.round(PhuSong.app.accuracy_m || 50);
    byId("error-dialog").showModal();
  }

  async function send(event) {
    event.preventDefault();
    const { technology, point } = state.values;
    const body = {
      longitude: point[0],
      latitude: point[1],
      accuracy_m: Number(byId("error-accuracy").value),
      technology,
      what: byId("error-what").value,
      note: byId("error-note").value.slice(0, 500),
      language: texts.language,
    };
    try {
      if (source.served && source.server.reports) {
        const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
        await PhuSong.ask(`${source.base}/reports`, options);
        dom.say(t("error_sent"));
      } else {
        const about = { run: source.content.name, digest: source.content.digest, simulated: source.content.created };
        dom.save(t("error_file"), `${JSON.stringify({ ...body, ...about }, null, 2)}\n`, "application/json");
        dom.say(t("error_saved"));
      }
      byId("error-note").value = "";
    } catch (error) {
      dom.say(t("failed", { message: error.message }));
    }
    byId("error-dialog").close();
  }

  /** Start or stop to measure. */
  function measure(map) {
    measured = measured ? null : [];
    const is = Boolean(measured);
    byId("measure").setAttribute("aria-pressed", String(is));
    byId("measure").textContent = t(is ? "measure_stop" : "measure");
    dom.say(is ? t("measure_help") : "");
    if (map && !is) PhuSong.app.mark();
  }

  /** Take a click while measuring; say whether it was taken. */
  function step(map, position) {
    if (!measured) return false;
    measured.push(position);
    const line = { type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: measured } };
    const points = measured.map((one) => PhuSong.map.point(one));
    map.getSource("drawn").setData(PhuSong.map.features(measured.length > 1 ? [line, ...points] : points));
    const km = measured.slice(1).reduce((sum, one, index) => sum + PhuSong.distanceKm(measured[index], one), 0);
    dom.say(t("measured", { km: format.number(km, 2) }));
    return true;
  }

  /** Fill in what the printed page has and the screen has not. */
  function sheet(shown) {
    const { content } = source;
    const own = content.views.find((one) => one.technology === shown.technology && one.place === shown.place && one.operator === shown.operator);
    byId("print-title").textContent = t("print_title", {
      technology: shown.technology,
      place: t("in_places")[shown.place],
      operator: shown.operator || t("any_operator"),
    });
    byId("print-notes").replaceChildren(
      ...[texts.of(own.definition), `${texts.of(content.model)} ${texts.of(content.sources)}`, t("about_disclaimer"), stamp(content)].map((text) => make("p", {}, text)),
    );
  }

  /** Return date, version and digest of a run in words. */
  const stamp = (content) =>
    [t("simulated", { date: format.date(content.created) }), `Phủ Sóng ${content.version}`, t("digest", { digest: content.digest.slice(0, 12) })].join(" · ");

  function start(from, map) {
    source = from;
    byId("share").addEventListener("click", link);
    byId("print").addEventListener("click", () => window.print());
    byId("report-error").addEventListener("click", report);
    byId("error-form").addEventListener("submit", send);
    byId("measure").addEventListener("click", () => measure(map));
    for (const dialog of document.querySelectorAll("dialog"))
      dialog.querySelector(".close").addEventListener("click", () => dialog.close());
  }

  return { start, step, sheet, stamp };
})();
