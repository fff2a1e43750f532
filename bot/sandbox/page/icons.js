// The page's own signs, drawn so that they look the same with any font.

import { svg } from "./dom.js";

const PATHS = {
  hash: "M8 3 6.5 17M13.5 3 12 17M3.5 7.5h13.5M3 12.5h13.5",
  lock: "M5.5 9h9v7.5h-9zM7.5 9V6.5a2.5 2.5 0 0 1 5 0V9",
  shared: "M7 13 3.5 10 7 7M13 7l3.5 3-3.5 3M4 10h12",
  plus: "M10 4v12M4 10h12",
  back: "M12.5 4 6.5 10l6 6",
  close: "M5 5l10 10M15 5 5 15",
  down: "M5 7.5l5 5 5-5",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  reply: "M8 5 3.5 9.5 8 14M3.5 9.5H12a4.5 4.5 0 0 1 4.5 4.5v1.5",
  smile: "M10 2.8a7.2 7.2 0 1 0 0 14.4 7.2 7.2 0 0 0 0-14.4zM7.4 8h.01M12.6 8h.01M6.8 11.8c.8 1.3 1.9 2 3.2 2s2.4-.7 3.2-2",
  bell: "M5 13.5V9a5 5 0 0 1 10 0v4.5l1.2 1H3.8zM8.3 16.6a1.8 1.8 0 0 0 3.4 0",
  eye: "M2.5 10S5 5 10 5s7.5 5 7.5 5-2.5 5-7.5 5-7.5-5-7.5-5zM10 8a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
  file: "M5 3h6.5L15.5 7v10H5zM11.5 3v4h4",
  picture: "M3 4.5h14v11H3zM3 13l4-4 4 4 2.5-2.5L17 14M12.5 8h.01",
};

/** A sign; the control it stands in has the words. */
export function icon(name) {
  return svg("svg", { viewBox: "0 0 20 20", class: `icon icon-${name}`, "aria-hidden": "true" }, svg("path", { d: PATHS[name] }));
}
