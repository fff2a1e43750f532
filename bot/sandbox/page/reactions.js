// Reactions under a message, and the panel to choose one from.

import { toggleReaction } from "./acting.js";
import { el } from "./dom.js";
import { emoji, FAVOURITES, NAMES } from "./emoji.js";
import { openPanel } from "./menus.js";
import { nameOf } from "./people.js";

/** The pills below a message. */
export function reactionPills(ctx, channel, message) {
  if (!message.reactions?.length) return null;
  return el("div", { class: "reactions" }, message.reactions.map((one) => {
    const mine = one.users.includes(ctx.session.user);
    const who = one.users.map((user) => nameOf(ctx.world, user)).join(", ");
    return el("button", {
      type: "button", class: `pill${mine ? " mine" : ""}`, "aria-pressed": String(mine), title: `${who} (:${one.name}:)`,
      "aria-label": `${one.name}, ${one.users.length}: ${who}`,
      onclick: () => toggleReaction(ctx, channel, message, one.name),
    }, el("span", {}, emoji(one.name)), el("span", { class: "count" }, one.users.length));
  }));
}

/** Lets the person choose a reaction, also by a name that is not in the panel. */
export function chooseReaction(ctx, anchor, channel, message) {
  const choose = (name) => {
    panel.hidePopover();
    toggleReaction(ctx, channel, message, name);
  };
  const known = el("datalist", { id: "emoji-names" }, NAMES.map((name) => el("option", { value: name })));
  const typed = el("input", { class: "control", list: "emoji-names", placeholder: "or a name: ticket", "aria-label": "Emoji name" });
  const form = el("form", {
    class: "emoji-form",
    onsubmit: (event) => {
      event.preventDefault();
      const name = typed.value.trim().replaceAll(":", "");
      if (name) choose(name);
    },
  }, typed, known, el("button", { class: "button primary" }, "Add"));
  const grid = el("div", { class: "emoji-grid" }, FAVOURITES.map((name) =>
    el("button", { type: "button", class: "emoji-choice", "aria-label": name, title: `:${name}:`, onclick: () => choose(name) },
      emoji(name))));
  const panel = openPanel(anchor, [grid, form], "dialog", "Choose a reaction");
}
