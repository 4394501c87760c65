"use strict";
/* Rasters that the page itself holds: read once, looked up by position, painted as map tiles. */
PhuSong.raster = (() => {
  const RADIUS_M = 6378137;
  const HALF_WORLD_M = Math.PI * RADIUS_M;
  const OUTSIDE = 0; // codes: this, class + 1, 4 more where the verdict is near its limit, and no data
  const NO_DATA = 9;
  const NEAR_SHADE = 0.62;
  const rad = Math.PI / 180;

  const mercator = (longitude, latitude) => [
    RADIUS_M * longitude * rad,
    RADIUS_M * Math.asinh(Math.tan(latitude * rad)),
  ];

  /** A raster of whole numbers in Web Mercator. */
  class Raster {
    constructor(packed) {
      this.about = packed;
      this.grid = packed.grid;
      this.values = null;
    }

    /** Read the strips; call it before anything else. */
    async read() {
      const { rows, columns } = this.grid;
      const wide = this.about.bytes === 2;
      const values = wide ? new Uint16Array(rows * columns) : new Uint8Array(rows * columns);
      for (const [number, strip] of this.about.strips.entries()) {
        const bytes = Uint8Array.from(atob(strip), (letter) => letter.charCodeAt(0));
        const options = { premultiplyAlpha: "none", colorSpaceConversion: "none" };
        const image = await createImageBitmap(new Blob([bytes], { type: "image/webp" }), options);
        const canvas = surface(image.width, image.height);
        const brush = canvas.getContext("2d", { willReadFrequently: true });
        brush.drawImage(image, 0, 0);
        const pixels = brush.getImageData(0, 0, image.width, image.height).data;
        const start = number * this.about.strip_rows * columns;
        for (let index = 0, from = 0; from < pixels.length; index += 1, from += 4)
          values[start + index] = wide ? pixels[from] + 256 * pixels[from + 1] : pixels[from];
        image.close();
      }
      this.about.strips = null; // the text of it is not needed twice
      this.values = values;
      return this;
    }

    /** Return the value at a position in degrees; undefined outside. */
    at(longitude, latitude) {
      const [x, y] = mercator(longitude, latitude);
      const column = Math.floor((x - this.grid.west_m) / this.grid.step_m);
      const row = Math.floor((this.grid.north_m - y) / this.grid.step_m);
      if (row < 0 || row >= this.grid.rows || column < 0 || column >= this.grid.columns) return undefined;
      return this.values[row * this.grid.columns + column];
    }

    /** Return for the pixels of a tile their columns and row starts in the raster, -1 outside. */
    places(zoom, x, y, size) {
      const side = (2 * HALF_WORLD_M) / 2 ** zoom;
      const step = side / size;
      const { west_m: west, north_m: north, step_m: own, rows, columns } = this.grid;
      const across = new Int32Array(size);
      const down = new Int32Array(size);
      for (let index = 0; index < size; index += 1) {
        const column = Math.floor((x * side - HALF_WORLD_M + (index + 0.5) * step - west) / own);
        const row = Math.floor((north - (HALF_WORLD_M - y * side - (index + 0.5) * step)) / own);
        across[index] = column >= 0 && column < columns ? column : -1;
        down[index] = row >= 0 && row < rows ? row * columns : -1;
      }
      return [across, down];
    }
  }

  function surface(width, height) {
    if (typeof OffscreenCanvas !== "undefined") return new OffscreenCanvas(width, height);
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    return canvas;
  }

  const classOf = (code) => (code - 1) & 3;
  const isNear = (code) => code > 4 && code < NO_DATA;
  const rgb = (colour) => [1, 3, 5].map((start) => parseInt(colour.slice(start, start + 2), 16));

  /** Return a function that paints a code at a pixel of the world, as [red, green, blue, alpha]. */
  function painter(palette) {
    const plain = palette.service.map(rgb);
    const hatched = plain.map((colour) => colour.map((part) => Math.round(NEAR_SHADE * part)));
    const grey = rgb(palette.no_data);
    const stripe = rgb(palette.stripe);
    return (code, x, y) => {
      if (code === OUTSIDE) return null;
      if (code === NO_DATA) return (x - y + 1048576) % 8 < 3 ? stripe : grey;
      return (isNear(code) && (x + y) % 6 === 0 ? hatched : plain)[classOf(code)];
    };
  }

  /** Return the picture of a tile of a class layer at a place. */
  function classTile(layer, place, paint, zoom, x, y, size = 256) {
    const picture = new ImageData(size, size);
    const [across, down] = layer.places(zoom, x, y, size);
    const codes = layer.about.table.map((row) => row[place]);
    for (let row = 0, to = 0; row < size; row += 1) {
      for (let column = 0; column < size; column += 1, to += 4) {
        if (down[row] < 0 || across[column] < 0) continue;
        const code = codes[layer.values[down[row] + across[column]]];
        const colour = paint(code, x * size + column, y * size + row);
        if (colour === null) continue;
        picture.data[to] = colour[0];
        picture.data[to + 1] = colour[1];
        picture.data[to + 2] = colour[2];
        picture.data[to + 3] = 255;
      }
    }
    return picture;
  }

  /** Return the picture of a tile of heights, as map programs read them: (red * 256 + green + blue / 256) - 32768. */
  function heightTile(terrain, zoom, x, y, size = 256) {
    const picture = new ImageData(size, size);
    const [across, down] = terrain.places(zoom, x, y, size);
    for (let row = 0, to = 0; row < size; row += 1) {
      for (let column = 0; column < size; column += 1, to += 4) {
        const inside = down[row] >= 0 && across[column] >= 0;
        const value = inside ? terrain.values[down[row] + across[column]] : 0;
        const raised = (value === 0 ? 0 : value - terrain.about.sea_m) + 32768;
        picture.data[to] = raised >> 8;
        picture.data[to + 1] = raised & 255;
        picture.data[to + 3] = 255;
      }
    }
    return picture;
  }

  return { Raster, painter, classTile, heightTile, mercator, surface, classOf, isNear, NO_DATA, OUTSIDE };
})();
