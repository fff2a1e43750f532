// `data_visualization` blocks, drawn simply: bars for bars, lines for lines and areas, shares for pies.

import { el, svg } from "./dom.js";

const WIDTH = 480;
const HEIGHT = 160;
const BASE = HEIGHT - 22;

const label = (x, text) => svg("text", { x, y: HEIGHT - 6, "text-anchor": "middle", class: "axis" }, text);

function drawing(title, ...children) {
  return svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": title, class: "chart" },
    svg("line", { x1: 0, x2: WIDTH, y1: BASE, y2: BASE, class: "axis-line" }), ...children);
}

function bars(title, series, categories, most) {
  const slot = WIDTH / categories.length;
  const width = Math.min(36, (slot * 0.7) / series.length);
  return drawing(title, series.flatMap((one, index) => categories.map((name, place) => {
    const value = one.values.get(name) ?? 0;
    const height = (value / most) * (BASE - 10);
    const x = slot * (place + 0.5) + (index - series.length / 2) * width;
    return svg("rect", { x, y: BASE - height, width: Math.max(1, width - 2), height, rx: 2, class: `series-${index}` },
      svg("title", {}, `${one.name}, ${name}: ${value}`));
  })), categories.map((name, place) => label(slot * (place + 0.5), name)));
}

function lines(title, series, categories, most) {
  const slot = WIDTH / categories.length;
  return drawing(title, series.map((one, index) => {
    const points = categories.map((name, place) => {
      const y = BASE - ((one.values.get(name) ?? 0) / most) * (BASE - 10);
      return `${slot * (place + 0.5)},${y}`;
    });
    return svg("polyline", { points: points.join(" "), class: `line series-${index}` });
  }), categories.map((name, place) => label(slot * (place + 0.5), name)));
}

function shares(segments) {
  const total = segments.reduce((sum, one) => sum + one.value, 0) || 1;
  return el("ul", { class: "shares" }, segments.map((one) => el("li", {},
    el("span", {}, one.label),
    el("progress", { max: total, value: one.value, "aria-label": one.label }),
    el("span", { class: "muted" }, `${Math.round((one.value / total) * 100)}%`))));
}

/** A chart with its title and legend. */
export function chart(block) {
  const { type, segments, series: given = [], axis_config: axis = {} } = block.chart ?? {};
  const title = block.title ?? "Chart";
  const frame = (...inside) => el("figure", { class: "block chart-block" }, el("figcaption", {}, title), ...inside);
  if (type === "pie") return frame(shares(segments ?? []));
  const series = given.map((one) => ({ name: one.name, values: new Map((one.data ?? []).map((at) => [at.label, at.value])) }));
  const categories = axis.categories ?? [...new Set(series.flatMap((one) => [...one.values.keys()]))];
  if (!categories.length) return frame();
  const most = Math.max(1e-9, ...series.flatMap((one) => [...one.values.values()]));
  const draw = type === "bar" ? bars : lines;
  const legend = el("ul", { class: "legend" }, series.map((one, index) => el("li", { class: `legend-${index}` }, one.name)));
  return frame(draw(title, series, categories, most), legend);
}
