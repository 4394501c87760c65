"use strict";
/* Names of places over the map: the most people first, none over another. */
PhuSong.labels = (() => {
  const { state } = PhuSong;
  const LEAST_GAP = 3;

  /** Keep the names over a map in place; return what places them at once. */
  function start(map, content, box) {
    const names = Object.entries(content.zones)
      .flatMap(([layer, zones]) =>
        zones.names.map((name, index) => ({
          name,
          at: zones.points[index],
          weight: (zones.population[index] || 0) + (layer === content.area ? 1e-3 : 0),
          from: layer === content.area ? 0 : 10,
        })),
      )
      .sort((one, other) => other.weight - one.weight);
    for (const one of names) {
      one.element = document.createElement("span");
      one.element.className = "place-name";
      one.element.textContent = one.name;
      one.element.hidden = true;
      box.append(one.element);
    }
    for (const one of names) {
      one.element.hidden = false;
      one.size = [one.element.offsetWidth, one.element.offsetHeight];
      one.element.hidden = true;
    }
    let waiting = false;
    const place = () => {
      waiting = false;
      const taken = [];
      const { clientWidth: width, clientHeight: height } = box;
      for (const one of names) {
        const { x, y } = map.project(one.at);
        const [wide, high] = one.size;
        const left = x - wide / 2;
        const top = y - high / 2;
        const isFree =
          state.values.names &&
          map.getZoom() >= one.from &&
          left > 0 && top > 0 && left + wide < width && top + high < height &&
          !taken.some(([l, t, w, h]) => left < l + w + LEAST_GAP && l < left + wide + LEAST_GAP && top < t + h && t < top + high);
        one.element.hidden = !isFree;
        if (!isFree) continue;
        one.element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
        taken.push([left, top, wide, high]);
      }
    };
    const soon = () => {
      if (!waiting) requestAnimationFrame(place);
      waiting = true;
    };
    map.on("move", soon);
    map.on("resize", soon);
    state.listen((changed) => changed.has("names") && soon());
    place();
    return place;
  }

  return { start };
})();
