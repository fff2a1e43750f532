// A list of suggestions above a text field, worked with the arrow keys, Enter, Tab and Escape.

import { el } from "./dom.js";

let serial = 0;

export class Suggestions {
  /** `find(textBeforeCaret)` returns `{from, list: [{insert, label, hint}]}` or null. */
  constructor(field, find) {
    this.field = field;
    this.find = find;
    this.found = null;
    this.active = 0;
    this.list = el("ul", { class: "suggestions", role: "listbox", id: `suggestions-${++serial}`, "aria-label": "Suggestions", hidden: true });
    field.setAttribute("aria-controls", this.list.id);
    field.setAttribute("aria-autocomplete", "list");
    field.addEventListener("input", () => this.update());
    field.addEventListener("blur", () => this.close());
  }

  update() {
    this.found = this.find(this.field.value.slice(0, this.field.selectionStart));
    this.active = 0;
    this.draw();
  }

  draw() {
    const list = this.found?.list ?? [];
    this.list.hidden = !list.length;
    this.list.replaceChildren(...list.map((one, place) => el("li", {
      role: "option", id: `${this.list.id}-${place}`, "aria-selected": String(place === this.active),
      onmousedown: (event) => {
        event.preventDefault();
        this.take(one);
      },
    }, el("span", {}, one.label), el("span", { class: "muted" }, one.hint))));
    if (list.length) this.field.setAttribute("aria-activedescendant", `${this.list.id}-${this.active}`);
    else this.field.removeAttribute("aria-activedescendant");
  }

  close() {
    this.found = null;
    this.draw();
  }

  take(one) {
    const { field, found } = this;
    const after = field.value.slice(field.selectionStart);
    field.value = field.value.slice(0, found.from) + one.insert + after;
    field.selectionStart = field.selectionEnd = found.from + one.insert.length;
    this.close();
    field.dispatchEvent(new Event("input"));
  }

  /** Handles a key when suggestions are shown; tells whether it did. */
  handle(event) {
    const list = this.found?.list ?? [];
    if (!list.length) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.active = (this.active + step + list.length) % list.length;
    else if (event.key === "Enter" || event.key === "Tab") {
      const one = list[this.active];
      if (one.insert.trim() === this.field.value.trim() && event.key === "Enter") return false;
      this.take(one);
    } else if (event.key === "Escape") this.close();
    else return false;
    event.preventDefault();
    this.draw();
    return true;
  }
}
