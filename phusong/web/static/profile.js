"use strict";
/* The terrain between a point and the mast that serves it: drawn, said in words, and as a table. */
PhuSong.profile = (() => {
  const { texts, format, dom } = PhuSong;
  const { make } = dom;
  const { t } = texts;
  const HIGH = 230;
  const EDGE = { left: 46, right: 12, top: 12, bottom: 36 };
  const ENOUGH = 0.6; // of the first Fresnel zone: with so much free, a path counts as free
  const MOST_ROWS = 40;

  texts.add({
    vi: {
      profile: "Mặt cắt địa hình tới trạm phục vụ",
      profile_loading: "Đang lấy mặt cắt…",
      profile_saved: "Mặt cắt theo mạng đã lưu, không theo thay đổi thử.",
      profile_label: "Mặt cắt dài {km} km từ điểm này tới trạm {site}, {mhz} MHz. {verdict}",
      profile_clear: "Đường truyền thẳng thông thoáng.",
      profile_partly: "Đường truyền thẳng thông, nhưng vùng Fresnel thứ nhất bị lấn.",
      profile_blocked: "Đường truyền thẳng bị che.",
      profile_unknown: "Chưa rõ có bị che không: thiếu dữ liệu địa hình ở {missing} điểm.",
      profile_least: "Khoảng hở nhỏ nhất {clearance} m ({ratio} bán kính vùng Fresnel thứ nhất), cách điểm này {km} km.",
      profile_axis_x: "Khoảng cách từ điểm này, km",
      profile_axis_y: "Độ cao, m",
      profile_legend: { ground: "Mặt đất, gồm độ cong Trái Đất", clutter: "Nhà cửa, cây cối", fresnel: "Vùng Fresnel thứ nhất", ray: "Tia thẳng", blocked: "Đoạn bị che", missing: "Thiếu địa hình" },
      profile_table: "Bảng số liệu của mặt cắt",
      profile_columns: ["Cách, km", "Mặt đất, m", "Vật che, m", "Tia, m", "Khoảng hở, m"],
      profile_note: "Hình để xem; mức sóng do mô hình truyền sóng tính. Độ cong Trái Đất với bán kính hiệu dụng {radius} km.",
    },
    en: {
      profile: "Terrain profile to the serving site",
      profile_loading: "Fetching the profile…",
      profile_saved: "The profile is of the saved network, not of the trial change.",
      profile_label: "Profile of {km} km from this point to site {site}, {mhz} MHz. {verdict}",
      profile_clear: "The direct path is clear.",
      profile_partly: "The direct path is clear, but something stands in the first Fresnel zone.",
      profile_blocked: "The direct path is blocked.",
      profile_unknown: "Whether it is blocked is not known: terrain is missing at {missing} points.",
      profile_least: "Least clearance {clearance} m ({ratio} radii of the first Fresnel zone), {km} km from this point.",
      profile_axis_x: "Distance from this point, km",
      profile_axis_y: "Height, m",
      profile_legend: { ground: "Ground, with the bulge of the Earth", clutter: "Buildings and trees", fresnel: "First Fresnel zone", ray: "Direct ray", blocked: "Blocked stretch", missing: "Terrain missing" },
      profile_table: "Figures of the profile",
      profile_columns: ["Distance, km", "Ground, m", "Clutter, m", "Ray, m", "Clearance, m"],
      profile_note: "A picture to look at; levels come from the propagation model. The Earth bulges by an effective radius of {radius} km.",
    },
  });

  const svg = (name, attributes = {}, ...children) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };

  /** Return ground and tops with the bulge of the Earth, and the clearance under the ray; null where not known [m]. */
  function heights(told) {
    const ground = told.ground_m.map((value, index) => (value === null ? null : value + told.bulge_m[index]));
    const last = ground.length - 1;
    const over = (index) => (told.clutter_m && index && index < last ? told.clutter_m[index] || 0 : 0);
    const top = ground.map((value, index) => (value === null ? null : value + over(index)));
    return { ground, top, clearance: top.map((value, index) => (value === null ? null : told.ray_m[index] - value)) };
  }

  /** Return round numbers that divide a span into some four parts. */
  function ticks(low, high) {
    const rough = (high - low) / 4;
    const unit = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((one) => one * unit).find((one) => one >= rough);
    const count = Math.floor(high / step) - Math.ceil(low / step) + 1;
    const decimals = Math.max(0, -Math.floor(Math.log10(step)));
    return Array.from({ length: count }, (_, index) => (Math.ceil(low / step) + index) * step).map((value) => [value, format.number(value, decimals)]);
  }

  /** Return the stretches of points for which something holds, as [first, last], with the points before and behind. */
  function stretches(count, holds) {
    const found = [];
    for (let index = 0; index < count; index += 1) {
      if (!holds(index)) continue;
      const last = found[found.length - 1];
      if (last && last[1] >= index - 1) last[1] = index;
      else found.push([index, index]);
    }
    return found.map(([first, last]) => [Math.max(0, first - 1), Math.min(count - 1, last + 1)]);
  }

  function picture(told, wide, label) {
    const { ground, top, clearance } = heights(told);
    const { distance_m: along, ray_m: ray, fresnel_m: fresnel } = told;
    const length = along[along.length - 1];
    const known = [...ground, ...top, ...ray.map((value, index) => value + fresnel[index])].filter((value) => value !== null);
    const low = Math.min(...known) - 5;
    const high = Math.max(...known) + 5;
    const x = (metres) => EDGE.left + ((wide - EDGE.left - EDGE.right) * metres) / length;
    const y = (metres) => EDGE.top + ((HIGH - EDGE.top - EDGE.bottom) * (high - metres)) / (high - low);
    const at = (index, value) => `${x(along[index]).toFixed(1)},${y(value).toFixed(1)}`;
    const all = along.map((_, index) => index);
    const under = (line) => all.map((index) => at(index, line[index] ?? low)).join(" ");
    const floor = `${x(length)},${y(low)} ${x(0)},${y(low)}`;
    const zone = [...all.map((index) => at(index, ray[index] + fresnel[index])), ...[...all].reverse().map((index) => at(index, ray[index] - fresnel[index]))];
    const gaps = stretches(along.length, (index) => ground[index] === null);
    const blocked = stretches(along.length, (index) => clearance[index] !== null && clearance[index] < 0 && index > 0 && index < along.length - 1);
    return svg(
      "svg",
      { class: "profile", role: "img", "aria-label": label, viewBox: `0 0 ${wide} ${HIGH}`, width: wide, height: HIGH },
      ...ticks(low, high).flatMap(([value, text]) => [
        svg("line", { class: "grid", x1: EDGE.left, x2: wide - EDGE.right, y1: y(value), y2: y(value) }),
        svg("text", { x: EDGE.left - 5, y: y(value) + 4, "text-anchor": "end" }, text),
      ]),
      svg("polygon", { class: "fresnel", points: zone.join(" ") }),
      svg("polygon", { class: "clutter", points: `${under(top)} ${floor}` }),
      svg("polygon", { class: "ground", points: `${under(ground)} ${floor}` }),
      ...gaps.map(([first, last]) => svg("rect", { class: "missing", x: x(along[first]), width: x(along[last]) - x(along[first]), y: EDGE.top, height: HIGH - EDGE.top - EDGE.bottom })),
      svg("polyline", { class: "ray", points: all.map((index) => at(index, ray[index])).join(" ") }),
      ...blocked.map(([first, last]) => svg("polyline", { class: "blocked", points: `${at(first, ray[first])} ${at(last, ray[last])}` })),
      ...[0, along.length - 1].map((end) => svg("line", { class: "mast", x1: x(along[end]), x2: x(along[end]), y1: y(ground[end]), y2: y(ray[end]) })),
      svg("line", { class: "axis", x1: EDGE.left, x2: wide - EDGE.right, y1: y(low), y2: y(low) }),
      ...ticks(0, length / 1000).map(([value, text]) => svg("text", { x: x(value * 1000), y: HIGH - EDGE.bottom + 15, "text-anchor": "middle" }, text)),
      svg("text", { x: (EDGE.left + wide - EDGE.right) / 2, y: HIGH - 5, "text-anchor": "middle" }, t("profile_axis_x")),
      svg("text", { x: 12, y: (EDGE.top + HIGH - EDGE.bottom) / 2, "text-anchor": "middle", transform: `rotate(-90 12 ${(EDGE.top + HIGH - EDGE.bottom) / 2})` }, t("profile_axis_y")),
    );
  }

  /** Return the index of the value next to another; -1 to none. */
  const nearest = (values, value) =>
    value === null ? -1 : values.reduce((best, one, index) => (Math.abs(one - value) < Math.abs(values[best] - value) ? index : best), 0);

  /** Return what the profile says, in words. */
  function words(told) {
    const { least_clearance_ratio: ratio, least_clearance_at_m: where } = told;
    const state = told.blocked === null ? "unknown" : told.blocked ? "blocked" : ratio !== null && ratio < ENOUGH ? "partly" : "clear";
    const verdict = t(`profile_${state}`, { missing: format.number(told.missing) });
    if (ratio === null) return verdict;
    const clearance = ratio * told.fresnel_m[nearest(told.distance_m, where)];
    const values = { clearance: format.number(clearance, 1), ratio: format.number(ratio, 2), km: format.number(where / 1000, 2) };
    return `${verdict} ${t("profile_least", values)}`;
  }

  function table(told) {
    const { clearance } = heights(told);
    const step = Math.ceil(told.distance_m.length / MOST_ROWS);
    const last = told.distance_m.length - 1;
    const worst = nearest(told.distance_m, told.least_clearance_at_m);
    const rows = told.distance_m.map((_, index) => index).filter((index) => index % step === 0 || index === last || index === worst);
    const cell = (value) => (value === null || value === undefined ? "–" : format.number(value, 1));
    return make(
      "details",
      {},
      make("summary", {}, t("profile_table")),
      make(
        "div",
        { class: "delta-box", tabindex: "0", role: "region", "aria-label": t("profile_table") },
        make(
          "table",
          {},
          make("thead", {}, make("tr", {}, ...t("profile_columns").map((name) => make("th", { scope: "col" }, name)))),
          make("tbody", {}, ...rows.map((index) =>
            make(
              "tr",
              {},
              make("th", { scope: "row" }, format.number(told.distance_m[index] / 1000, 2)),
              ...[told.ground_m[index], told.clutter_m && told.clutter_m[index], told.ray_m[index], clearance[index]].map((value) => make("td", {}, cell(value))),
            ),
          )),
        ),
      ),
    );
  }

  async function draw(box, { source, view, point, found }) {
    box.replaceChildren(make("p", {}, t("profile_loading")));
    const asked = new URLSearchParams({ longitude: point[0].toFixed(6), latitude: point[1].toFixed(6), cell: found.cell.cell });
    try {
      const told = await PhuSong.ask(`${source.api(view.run)}/profile?${asked}`);
      const km = format.number(told.distance_m[told.distance_m.length - 1] / 1000, 2);
      const verdict = words(told);
      const label = t("profile_label", { km, site: told.site, mhz: format.number(told.frequency_mhz, 1), verdict });
      const parts = ["ground", ...(told.clutter_m ? ["clutter"] : []), "fresnel", "ray", "blocked", ...(told.missing ? ["missing"] : [])];
      box.replaceChildren(
        ...(source.showsChange(view) ? [make("p", { class: "caution" }, t("profile_saved"))] : []),
        make("p", { class: "profile-words" }, verdict),
        picture(told, Math.max(260, box.clientWidth), label),
        make("ul", { class: "profile-legend" }, ...parts.map((part) => make("li", {}, make("span", { class: `swatch line-${part}`, "aria-hidden": "true" }), t("profile_legend")[part]))),
        table(told),
        make("p", { class: "fine" }, t("profile_note", { radius: format.number(told.effective_radius_km) })),
      );
    } catch (error) {
      box.replaceChildren(make("p", {}, t("not_done", { message: error.message })));
    }
  }

  function card(box, with_) {
    if (!with_.point || !with_.found || !with_.found.cell) return;
    const inside = make("div");
    const block = make("details", { id: "profile", "aria-live": "off" }, make("summary", {}, t("profile")), inside);
    block.addEventListener("toggle", () => block.open && !inside.children.length && draw(inside, with_));
    box.append(block);
  }

  PhuSong.extras.push({ start() {}, card });
  return { ticks, stretches, words };
})();
