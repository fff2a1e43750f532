// Short messages at the bottom of the page, read out by screen readers.

import { el } from "./dom.js";
import { icon } from "./icons.js";

const SHOWN_MS = 6000;

/** Shows a sentence for a while; `kind` is "info" or "problem". */
export function notice(text, kind = "info") {
  const close = el("button", { type: "button", class: "icon-button", "aria-label": "Dismiss" }, icon("close"));
  const node = el("div", { class: `notice ${kind}` }, el("span", {}, text), close);
  close.addEventListener("click", () => node.remove());
  document.getElementById("notices").append(node);
  setTimeout(() => node.remove(), SHOWN_MS);
}
