// A menu beside a button: arrows move, Escape and a click elsewhere close.

import { el } from "./dom.js";

const MARGIN = 8;

function place(menu, anchor) {
  const from = anchor.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const below = from.bottom + 4 + height + MARGIN <= innerHeight;
  // Menus hang from the side of their button that leaves them on the page.
  const wanted = from.left + width + MARGIN <= innerWidth / 2 ? from.left : from.right - width;
  const left = Math.min(Math.max(MARGIN, wanted), innerWidth - width - MARGIN);
  const top = below ? from.bottom + 4 : Math.max(MARGIN, from.top - height - 4);
  menu.style.setProperty("left", `${Math.max(MARGIN, left)}px`);
  menu.style.setProperty("top", `${top}px`);
}

/** Shows any content beside its anchor until it is dismissed. */
export function openPanel(anchor, content, role = "dialog", label = "") {
  const panel = el("div", { class: "panel", popover: "auto", role, "aria-label": label || null }, content);
  panel.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    anchor.setAttribute("aria-expanded", "false");
    if (panel.contains(document.activeElement) || document.activeElement === document.body) anchor.focus();
    panel.remove();
  });
  // Inside a modal dialog only the dialog's own descendants can be used.
  (anchor.closest("dialog") ?? document.body).append(panel);
  panel.showPopover();
  place(panel, anchor);
  anchor.setAttribute("aria-expanded", "true");
  panel.querySelector("button, input")?.focus();
  return panel;
}

/** Shows a menu of `{label, run, danger, hint}`; an entry without `run` is a heading. */
export function openMenu(anchor, entries) {
  const items = entries.map((entry) => {
    if (!entry.run) return el("div", { class: "menu-heading" }, entry.label);
    const chosen = () => {
      panel.hidePopover();
      entry.run();
    };
    return el("button", { type: "button", role: "menuitem", class: `menu-item${entry.danger ? " danger" : ""}`, onclick: chosen },
      el("span", {}, entry.label), entry.hint ? el("span", { class: "muted" }, entry.hint) : null);
  });
  const panel = openPanel(anchor, items, "menu");
  panel.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...panel.querySelectorAll("[role=menuitem]")];
    const next = (buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length;
    buttons[next].focus();
  });
  return panel;
}
