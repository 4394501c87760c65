"use strict";
/* The map itself: layers over shaded relief, drawn by MapLibre. */
PhuSong.map = (() => {
  const { texts, state } = PhuSong;
  const BACKGROUND = "#e9ecef";
  const INK = "#1c2430";
  const empty = { type: "FeatureCollection", features: [] };

  const features = (list) => ({ type: "FeatureCollection", features: list });
  const point = (coordinates, properties = {}) => ({ type: "Feature", properties, geometry: { type: "Point", coordinates } });

  function zoneFeatures(content) {
    return features(
      Object.entries(content.zones).flatMap(([layer, zones]) =>
        zones.geometries.map((geometry, index) => ({
          type: "Feature",
          properties: { zone: `${layer}/${zones.codes[index]}`, layer },
          geometry,
        })),
      ),
    );
  }

  const siteFeatures = ({ sites }) =>
    features(sites.site.map((site, index) => point([sites.longitude[index], sites.latitude[index]], { site })));

  const proposalFeatures = ({ proposals }, technology) =>
    features(
      proposals
        .filter((answer) => answer.technology === technology)
        .flatMap((answer) => answer.sites.map((one) => point([one.longitude, one.latitude], { question: answer.name, site: one.site }))),
    );

  function style(source, view) {
    const { content } = source;
    const { bounds } = content;
    const tiled = (tiles, more) => ({ tileSize: 256, bounds, tiles: [tiles], ...more });
    const heights = tiled(source.terrainTiles(), { type: "raster-dem", encoding: "terrarium", maxzoom: source.terrainZoom() });
    return {
      version: 8,
      sources: {
        service: tiled(source.tiles(view), { type: "raster", maxzoom: 16 }),
        relief: heights,
        heights,
        water: { type: "geojson", data: features(content.water.map((geometry) => ({ type: "Feature", properties: {}, geometry }))) },
        zones: { type: "geojson", data: zoneFeatures(content) },
        sites: { type: "geojson", data: siteFeatures(content) },
        proposals: { type: "geojson", data: proposalFeatures(content, view.technology) },
        drawn: { type: "geojson", data: empty },
      },
      layers: [
        { id: "background", type: "background", paint: { "background-color": BACKGROUND } },
        { id: "service", type: "raster", source: "service", paint: { "raster-resampling": "nearest", "raster-fade-duration": 0 } },
        {
          id: "relief",
          type: "hillshade",
          source: "relief",
          paint: { "hillshade-exaggeration": 0.35, "hillshade-shadow-color": "#39424e", "hillshade-accent-color": "#39424e" },
        },
        { id: "water", type: "fill", source: "water", paint: { "fill-color": "#3f6f9e", "fill-opacity": 0.55 } },
        { id: "zone-pick", type: "fill", source: "zones", paint: { "fill-opacity": 0 } },
        {
          id: "zone-lines",
          type: "line",
          source: "zones",
          paint: { "line-color": INK, "line-opacity": 0.55, "line-width": ["interpolate", ["linear"], ["zoom"], 7, 0.4, 11, 1.2] },
        },
        {
          id: "zone-chosen",
          type: "line",
          source: "zones",
          filter: ["==", ["get", "zone"], ""],
          paint: { "line-color": "#b3005e", "line-width": 3 },
        },
        {
          id: "sites",
          type: "circle",
          source: "sites",
          paint: {
            "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 1.2, 12, 4],
            "circle-color": INK,
            "circle-stroke-color": "#ffffff",
            "circle-stroke-width": ["interpolate", ["linear"], ["zoom"], 8, 0.3, 12, 1],
          },
        },
        {
          id: "proposals",
          type: "circle",
          source: "proposals",
          paint: { "circle-radius": 6, "circle-color": content.palette.proposed, "circle-stroke-color": "#ffffff", "circle-stroke-width": 1.5 },
        },
        { id: "drawn-lines", type: "line", source: "drawn", paint: { "line-color": "#b3005e", "line-width": 2.5, "line-dasharray": [2, 1] } },
        {
          id: "drawn-points",
          type: "circle",
          source: "drawn",
          filter: ["==", ["geometry-type"], "Point"],
          paint: { "circle-radius": 6, "circle-color": "#b3005e", "circle-stroke-color": "#ffffff", "circle-stroke-width": 2 },
        },
      ],
    };
  }

  function locale() {
    const { t } = texts;
    return {
      "NavigationControl.ZoomIn": t("zoom_in"),
      "NavigationControl.ZoomOut": t("zoom_out"),
      "NavigationControl.ResetBearing": t("compass"),
      "FullscreenControl.Enter": t("fullscreen"),
      "FullscreenControl.Exit": t("fullscreen_exit"),
      "Map.Title": t("map_help"),
    };
  }

  /** Return the map, which begins to draw itself; an error where the browser has no WebGL. */
  function create(source, view, box, { still = false } = {}) {
    const { camera } = state.values;
    const map = new maplibregl.Map({
      container: box,
      style: style(source, view),
      bounds: source.content.bounds,
      fitBoundsOptions: { padding: 16 },
      maxBounds: grown(source.content.bounds, 0.6),
      minZoom: 6,
      maxZoom: 17,
      maxPitch: 75,
      attributionControl: false,
      interactive: !still,
      fadeDuration: 0,
      canvasContextAttributes: { preserveDrawingBuffer: true },
      locale: locale(),
    });
    map.on("error", ({ error }) => {
      if (error && error.message !== "AbortError") console.error(error); // a tile that is not wanted any more is no fault
    });
    if (camera) map.jumpTo({ center: camera.slice(0, 2), zoom: camera[2], bearing: camera[3], pitch: camera[4] });
    return map;
  }

  const grown = ([west, south, east, north], by) => [west - by, south - by, east + by, north + by];

  /** Put the controls in place, in the words of the language. */
  function controls(map, old = []) {
    for (const control of old) map.removeControl(control);
    Object.assign(map._locale, locale());
    const added = [
      new maplibregl.NavigationControl({ visualizePitch: true }),
      new maplibregl.FullscreenControl({ container: document.getElementById("map-panel") }),
      new maplibregl.ScaleControl({ maxWidth: 120 }),
    ];
    map.addControl(added[0], "top-right");
    map.addControl(added[1], "top-right");
    map.addControl(added[2], "bottom-left");
    map.getCanvas().setAttribute("aria-label", texts.t("map_help"));
    return added;
  }

  function show(map, source, view) {
    map.getSource("service").setTiles([source.tiles(view)]);
    const proposals = map.getSource("proposals");
    if (proposals) proposals.setData(proposalFeatures(source.content, view.technology));
  }

  function dress(map, values) {
    // Only what changes is set: MapLibre would read the tiles of a touched layer again.
    const seen = (layer, is) => {
      const wanted = is ? "visible" : "none";
      if ((map.getLayoutProperty(layer, "visibility") ?? "visible") !== wanted) map.setLayoutProperty(layer, "visibility", wanted);
    };
    seen("sites", values.sites);
    seen("proposals", values.proposals);
    seen("relief", values.relief);
    map.setFilter("zone-chosen", ["==", ["get", "zone"], values.zone || ""]);
    const is = Boolean(map.getTerrain());
    if (values.three && !is) {
      map.setTerrain({ source: "heights", exaggeration: 1.5 });
      if (map.getPitch() < 30) map.easeTo({ pitch: 60, duration: calm() ? 0 : 800 });
    } else if (!values.three && is) {
      map.setTerrain(null);
      map.easeTo({ pitch: 0, bearing: 0, duration: calm() ? 0 : 500 });
    }
  }

  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  return { create, controls, show, dress, calm, features, point, INK };
})();
