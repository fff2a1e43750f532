// The modal on top of the acting person's stack: filled here, submitted to the app.

import { withApp } from "./acting.js";
import { blocks } from "./blocks.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { textObject } from "./mrkdwn.js";

/** The view that nothing was pushed on top of. */
function top(ctx) {
  const mine = [...ctx.world.views.values()].filter((view) => view.user === ctx.session.user);
  const below = new Set(mine.map((view) => view.previous_view_id));
  return mine.filter((view) => !below.has(view.id)).at(-1);
}

/** What the sandbox has as an element's value: an option's value, a list of them, or text. */
function stored(view, block, element) {
  const state = view.state?.values?.[block.block_id]?.[element.action_id] ?? {};
  const [found] = Object.entries(state).filter(([key]) => key !== "type").map(([, value]) => value);
  if (Array.isArray(found)) return found.length ? found.map((one) => one.value ?? one) : undefined;
  return found?.value ?? found ?? undefined;
}

class OpenModal {
  constructor(ctx, id) {
    this.ctx = ctx;
    this.id = id;
    this.typed = new Map(); // "block action type" -> value
    this.errors = {};
    this.problem = "";
    this.drawn = "";
    this.hash = "";
    this.node = el("dialog", { class: "modal", "aria-labelledby": `title-${id}` });
    this.node.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.leave();
    });
    document.getElementById("modals").append(this.node);
    this.node.showModal();
  }

  get view() {
    return this.ctx.world.views.get(this.id);
  }

  key(block, element) {
    return `${block.block_id} ${element.action_id} ${element.type}`;
  }

  host(block) {
    const field = block.type === "input" && !block.dispatch_action;
    const host = {
      value: (element) => this.typed.get(this.key(block, element)) ?? stored(this.view, block, element),
      problem: (one) => this.errors[one.block_id],
      click: async (element) => {
        await this.hand();
        await withApp(this.ctx, "click_view", { view_id: this.id, action_id: element.action_id, value: element.value ?? null });
      },
      choose: async (element, value) => {
        await this.hand();
        if (block.type !== "input") await withApp(this.ctx, "choose_view", { view_id: this.id, action_id: element.action_id, value });
        else await withApp(this.ctx, "fill", { view_id: this.id, block_id: block.block_id, action_id: element.action_id, value });
      },
    };
    if (field) host.keep = (element, value) => this.typed.set(this.key(block, element), value);
    return host;
  }

  /** The fields as typed so far, by block and action; only what the view still has. */
  values() {
    const found = {};
    for (const block of this.view.blocks) {
      const element = block.element;
      if (block.type !== "input" || !element || block.dispatch_action) continue;
      const value = this.typed.get(this.key(block, element));
      if (value === undefined || Number.isNaN(value)) continue;
      if (value === "" && /picker$/.test(element.type)) continue;
      found[block.block_id] = { [element.action_id]: value };
    }
    return found;
  }

  // An app that is told of a click also sees what has been typed until then.
  async hand() {
    for (const [block_id, given] of Object.entries(this.values())) {
      for (const [action_id, value] of Object.entries(given)) {
        await withApp(this.ctx, "fill", { view_id: this.id, block_id, action_id, value });
      }
    }
  }

  async leave() {
    await withApp(this.ctx, "close", { view_id: this.id });
  }

  async submit(event) {
    event.preventDefault();
    const button = this.node.querySelector(".submit");
    button.disabled = true;
    const result = await withApp(this.ctx, "submit", { view_id: this.id, values: this.values() });
    button.disabled = false;
    if (!this.view) return;
    this.errors = result?.errors ?? {};
    const failed = result && result.error && result.error !== "incomplete";
    this.problem = failed ? "We had trouble connecting to the app. Try again?" : "";
    this.drawn = "";
    this.draw();
    this.node.querySelector("[aria-invalid]")?.focus();
  }

  draw() {
    const { view, ctx } = this;
    const signature = `${view.hash} ${ctx.version}`;
    if (signature === this.drawn) return;
    if (view.hash !== this.hash) this.errors = {}; // complaints were about what the form was before
    this.hash = view.hash;
    this.drawn = signature;
    const focused = document.activeElement?.closest?.("[data-block-id]")?.dataset.blockId;
    const host = { for: (block) => this.host(block) };
    this.node.replaceChildren(el("form", { class: "modal-form", novalidate: true, onsubmit: (event) => this.submit(event) },
      el("header", { class: "modal-head" },
        el("h2", { class: "modal-title", id: `title-${this.id}` }, textObject(ctx, view.title)),
        el("button", { type: "button", class: "icon-button", "aria-label": "Close", onclick: () => this.leave() }, icon("close"))),
      el("div", { class: "modal-body kit" },
        this.problem ? el("p", { class: "problem", role: "alert" }, this.problem) : null,
        blocks(ctx, view.blocks, host)),
      el("footer", { class: "modal-foot" },
        el("span", { class: "muted grow" }, ctx.world.apps.get(view.app_id)?.name ?? ""),
        el("button", { type: "button", class: "button", onclick: () => this.leave() }, view.close ? textObject(ctx, view.close) : "Cancel"),
        view.submit ? el("button", { class: "button primary submit" }, textObject(ctx, view.submit)) : null)));
    const again = focused && this.node.querySelector(`[data-block-id="${CSS.escape(focused)}"] .control`);
    (again || this.node.querySelector(".modal-body .control"))?.focus();
  }

  remove() {
    this.node.close();
    this.node.remove();
    // Closing gives the focus back, but in Chromium not the caret with it: typing would go nowhere.
    const back = document.activeElement;
    back?.blur();
    back?.focus();
  }
}

let open = null;

/** Shows the acting person's top view, or nothing. */
export function drawModal(ctx) {
  const view = top(ctx);
  if (open && open.id !== view?.id) {
    open.remove();
    open = null;
  }
  if (!view) return;
  open ??= new OpenModal(ctx, view.id);
  open.draw();
}
