// Where a person types: messages, replies, slash commands, with suggestions for names and commands.

import { act, withApp } from "./acting.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { openMenu } from "./menus.js";
import { channelTitle, companyOf, nameOf } from "./people.js";
import { notice } from "./notices.js";
import { Suggestions } from "./suggestions.js";

const FILE_BYTES = 1_000_000;
const drafts = new Map();

async function send(ctx, channel, thread, text, broadcast) {
  if (/^\/me\s/.test(text)) return act(ctx, "post", { channel, text: text.slice(4), me: true, ...(thread && { thread_ts: thread }) });
  if (/^\/\w/.test(text)) {
    const result = await withApp(ctx, "command", { channel, text, ...(thread && { thread_ts: thread }) });
    return result?.acked ? result : undefined;
  }
  return act(ctx, "post", { channel, text, ...(thread && { thread_ts: thread, broadcast }) });
}

function peopleHere(ctx, channel) {
  const { world } = ctx;
  const place = world.channels.get(channel);
  const found = place.members.map((id) => world.users.get(id)).filter((one) => one && one.id !== ctx.session.user)
    .map((one) => ({ insert: `@${one.name} `, label: nameOf(world, one.id), hint: `@${one.name} · ${companyOf(world, one)}` }));
  const team = ctx.session.person(world)?.team_id;
  for (const group of world.groups.values()) {
    if (group.team_id === team) found.push({ insert: `@${group.handle} `, label: `@${group.handle}`, hint: `${group.users.length} people` });
  }
  found.push({ insert: "@channel ", label: "@channel", hint: "everybody here" }, { insert: "@here ", label: "@here", hint: "everybody active" });
  return found;
}

function commandsHere(ctx) {
  return ctx.world.appsFor(ctx.session.person(ctx.world)).flatMap((app) =>
    app.commands.map((command) => ({ insert: `${command} `, label: command, hint: app.name })));
}

/** What fits what has been typed so far: names after @, commands after a leading slash. */
function suggestionsFor(ctx, channel, thread, before) {
  const typed = /(?:^|[\s(])@([\w.-]*)$/.exec(before) ?? (thread ? null : /^(\/\w*)$/.exec(before));
  if (!typed) return null;
  const word = typed[1].toLowerCase();
  const source = typed[0].startsWith("/") ? commandsHere(ctx) : peopleHere(ctx, channel);
  const fits = (one) => one.label.toLowerCase().includes(word) || one.insert.toLowerCase().includes(word);
  const from = before.length - typed[1].length - (typed[0].startsWith("/") ? 0 : 1);
  return { from, list: source.filter(fits).slice(0, 8) };
}

async function attach(ctx, channel, thread, input) {
  const [chosen] = input.files;
  input.value = "";
  if (!chosen) return;
  if (chosen.size > FILE_BYTES) {
    notice("The sandbox takes files of at most 1 MB.", "problem");
    return;
  }
  const files = [{ name: chosen.name, content: await chosen.text() }];
  await act(ctx, "post", { channel, files, ...(thread && { thread_ts: thread }) });
}

function useMenu(ctx, anchor, field, file) {
  const entries = [{ label: "Attach a text file…", run: () => file.click() }];
  for (const app of ctx.world.appsFor(ctx.session.person(ctx.world))) {
    const shortcuts = app.shortcuts.filter((one) => one.type === "global");
    if (shortcuts.length || app.commands.length) entries.push({ label: app.name });
    for (const one of shortcuts) entries.push({ label: one.name, run: () => withApp(ctx, "shortcut", { callback_id: one.callback_id }) });
    for (const command of app.commands) {
      const run = () => {
        field.value = `${command} `;
        field.dispatchEvent(new Event("input"));
        field.focus();
      };
      entries.push({ label: command, hint: "command", run });
    }
  }
  openMenu(anchor, entries);
}

function grow(field) {
  field.style.setProperty("height", "auto");
  field.style.setProperty("height", `${Math.min(field.scrollHeight, 200)}px`);
}

/** The form below a channel's messages or a thread's replies. */
export function composer(ctx, channelId, thread = "") {
  const { world, session } = ctx;
  const channel = world.channels.get(channelId);
  const key = `${session.user} ${channelId} ${thread}`;
  const where = channel.kind === "im" || channel.kind === "mpim" ? channelTitle(world, channel, session.user) : `#${channel.name}`;
  const label = thread ? `Reply in ${where} as ${nameOf(world, session.user)}` : `Message ${where} as ${nameOf(world, session.user)}`;
  const field = el("textarea", { rows: 1, placeholder: label, "aria-label": label, autocomplete: "off" });
  field.value = drafts.get(key) ?? "";
  const also = el("input", { type: "checkbox" });
  const file = el("input", { type: "file", hidden: true, onchange: () => attach(ctx, channelId, thread, file) });
  const plus = el("button", { type: "button", class: "icon-button", "aria-label": "Files and shortcuts", title: "Files and shortcuts",
    onclick: () => useMenu(ctx, plus, field, file) }, icon("plus"));
  const submit = el("button", { class: "send", "aria-label": "Send" }, "Send");
  const suggestions = new Suggestions(field, (before) => suggestionsFor(ctx, channelId, thread, before));

  const changed = () => {
    drafts.set(key, field.value);
    submit.disabled = !field.value.trim();
    grow(field);
  };
  const sent = async (event) => {
    event?.preventDefault();
    const text = field.value;
    if (!text.trim()) return;
    field.value = "";
    changed();
    if ((await send(ctx, channelId, thread, text, also.checked)) === undefined && !field.value) {
      field.value = text;
      changed();
    } else also.checked = false;
  };
  field.addEventListener("input", changed);
  field.addEventListener("keydown", (event) => {
    if (suggestions.handle(event) || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    sent();
  });
  submit.disabled = !field.value.trim();
  return el("form", { class: "composer", onsubmit: sent, "aria-label": label },
    suggestions.list,
    el("div", { class: "composer-box" }, field,
      el("div", { class: "composer-foot" }, plus, file,
        thread ? el("label", { class: "also" }, also, `Also send to ${where}`) : null, el("span", { class: "grow" }), submit)));
}
