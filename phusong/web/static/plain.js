"use strict";
/* The map without WebGL: one flat picture that still can be clicked, with borders and the chosen zone. */
PhuSong.plain = (() => {
  const { raster, state } = PhuSong;
  const TILE = 256;

  function create(source, box) {
    const canvas = document.createElement("canvas");
    canvas.tabIndex = 0;
    box.append(canvas);
    const [west, south, east, north] = source.content.bounds;
    const [left, bottom] = raster.mercator(west, south);
    const [right, top] = raster.mercator(east, north);
    let scale = 1; // metres of the projection a pixel
    let turn = 0;

    const pixel = ([longitude, latitude]) => {
      const [x, y] = raster.mercator(longitude, latitude);
      return [(x - left) / scale, (top - y) / scale];
    };

    function zoomLevel() {
      return Math.round(Math.log2((2 * Math.PI * 6378137) / TILE / scale));
    }

    /** Draw the picture of a view. */
    async function draw(view) {
      turn += 1;
      const mine = turn;
      const width = box.clientWidth;
      scale = Math.max((right - left) / width, (top - bottom) / Math.max(box.clientHeight, 320));
      canvas.width = Math.round((right - left) / scale);
      canvas.height = Math.round((top - bottom) / scale);
      const brush = canvas.getContext("2d");
      brush.fillStyle = "#e9ecef";
      brush.fillRect(0, 0, canvas.width, canvas.height);
      const zoom = Math.max(zoomLevel(), 0);
      const side = (2 * Math.PI * 6378137) / 2 ** zoom;
      const half = Math.PI * 6378137;
      for (let y = Math.floor((half - top) / side); y <= Math.floor((half - bottom) / side); y += 1) {
        for (let x = Math.floor((left + half) / side); x <= Math.floor((right + half) / side); x += 1) {
          const picture = await tile(source, view, zoom, x, y);
          if (mine !== turn) return;
          const size = side / scale;
          brush.imageSmoothingEnabled = false;
          brush.drawImage(picture, (x * side - half - left) / scale, (top - half + y * side) / scale, size, size);
        }
      }
      lines(brush);
    }

    function lines(brush) {
      for (const [layer, zones] of Object.entries(source.content.zones)) {
        zones.geometries.forEach((shape, index) => {
          const is = state.values.zone === `${layer}/${zones.codes[index]}`;
          brush.strokeStyle = is ? "#b3005e" : "rgba(28, 36, 48, 0.5)";
          brush.lineWidth = is ? 3 : 0.7;
          for (const polygon of shape.coordinates) {
            for (const ring of polygon) {
              brush.beginPath();
              ring.forEach((position, place) => brush[place ? "lineTo" : "moveTo"](...pixel(position)));
              brush.stroke();
            }
          }
        });
      }
    }

    canvas.addEventListener("click", (event) => {
      const [x, y] = [left + event.offsetX * scale, top - event.offsetY * scale];
      const longitude = (x / 6378137) * (180 / Math.PI);
      const latitude = Math.atan(Math.sinh(y / 6378137)) * (180 / Math.PI);
      PhuSong.app.pick([longitude, latitude]);
    });
    return { draw, canvas };
  }

  async function tile(source, view, zoom, x, y) {
    const address = source.tiles(view).replace("{z}", zoom).replace("{x}", x).replace("{y}", y);
    if (!source.served) return (await source.tile(address)).data;
    return createImageBitmap(await (await fetch(address)).blob());
  }

  return { create };
})();
