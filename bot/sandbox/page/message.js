// One message: who, when, what, and what can be done with it.

import { act, messageHost, toggleReaction, withApp } from "./acting.js";
import { blocks } from "./blocks.js";
import { confirmed } from "./dialog.js";
import { el } from "./dom.js";
import { emoji } from "./emoji.js";
import { icon } from "./icons.js";
import { openMenu } from "./menus.js";
import { anchor, mrkdwn } from "./mrkdwn.js";
import { avatar, badgesFor, nameOf } from "./people.js";
import { chooseReaction, reactionPills } from "./reactions.js";
import { ago, clock, full } from "./time.js";

const NOTIFIED_SHOWN = 4;
const NOTICES = /_(join|leave|topic|purpose|name|archive|unarchive)$/;
const REASONS = {
  mention: "mentioned", user_group: "user group", direct_message: "direct message",
  channel: "@channel", here: "@here", everyone: "@everyone",
};

/** The user id behind a message, also where only its bot is named; an ephemeral's `user` is who sees it. */
export function authorOf(ctx, message) {
  if (message.user && !ctx.world.ephemerals.has(message.ts)) return message.user;
  for (const user of ctx.world.users.values()) {
    if (message.bot_id && user.profile?.bot_id === message.bot_id) return user.id;
  }
  return message.bot_id ?? "";
}

const authorName = (ctx, message) => message.username || nameOf(ctx.world, authorOf(ctx, message));

function heading(ctx, message) {
  const person = ctx.world.users.get(authorOf(ctx, message));
  const at = Number(message.ts);
  return el("div", { class: "message-head" },
    el("span", { class: "author" }, authorName(ctx, message)),
    person ? badgesFor(ctx.world, person, ctx.session.person(ctx.world)) : el("span", { class: "badge app-badge" }, "APP"),
    el("time", { datetime: new Date(at * 1000).toISOString(), title: full(at) }, clock(at)));
}

function attachment(ctx, one, host) {
  return el("div", { class: "attachment" },
    one.pretext ? mrkdwn(ctx, one.pretext) : null,
    one.title ? el("div", { class: "attachment-title" }, anchor(ctx, one.title_link ?? one.from_url ?? "", one.title)) : null,
    one.text ? mrkdwn(ctx, one.text) : null,
    one.blocks ? blocks(ctx, one.blocks, host) : null,
    !one.title && !one.text && !one.blocks ? one.fallback : null);
}

function size(bytes) {
  return bytes < 1024 ? `${bytes} bytes` : `${Math.round(bytes / 1024)} kB`;
}

function file(one) {
  const name = one.title || one.name || "A file of another workspace";
  if (one.mimetype?.startsWith("image/")) {
    return el("figure", { class: "file-picture" }, el("figcaption", { class: "muted" }, name),
      el("img", { class: "picture", src: `/sandbox/picture/${one.id}`, alt: one.alt_txt || name, width: one.original_w, height: one.original_h }));
  }
  return el("div", { class: "file" }, icon("file"),
    el("div", {}, el("div", { class: "file-name" }, name),
      el("div", { class: "muted" }, one.size === undefined ? "shared from outside" : `${one.pretty_type ?? ""} · ${size(one.size)}`)));
}

/** What a message says. People's own text is read as markup; apps' blocks are drawn. */
function content(ctx, channel, message) {
  const host = messageHost(ctx, channel, message.ts);
  const fromApp = Boolean(message.bot_id || message.app_id);
  const drawn = fromApp && message.blocks?.length
    ? el("div", { class: "kit" }, blocks(ctx, message.blocks, host))
    : el("div", { class: `text${message.subtype === "me_message" ? " me" : ""}` }, mrkdwn(ctx, message.text ?? ""));
  const end = !fromApp && drawn.lastElementChild?.tagName === "DIV" ? drawn.lastElementChild : drawn;
  if (message.edited) end.append(el("span", { class: "edited", title: full(Number(message.edited.ts)) }, "(edited)"));
  return [drawn, message.attachments?.map((one) => attachment(ctx, one, host)), message.files?.map(file)];
}

function editor(ctx, channel, message) {
  const field = el("textarea", { class: "control", rows: 3, "aria-label": "Edit message" });
  field.value = message.text.replace(/<(https?:[^<>|]+)>/g, "$1")
    .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
  const done = () => {
    ctx.session.editing = "";
    ctx.render();
  };
  const save = async () => {
    if (field.value.trim() && (await act(ctx, "edit", { channel, ts: message.ts, text: field.value }))) done();
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") done();
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      save();
    }
  });
  setTimeout(() => field.focus());
  return el("div", { class: "editor" }, field, el("div", { class: "editor-foot" },
    el("button", { type: "button", class: "button", onclick: done }, "Cancel"),
    el("button", { type: "button", class: "button primary", onclick: save }, "Save")));
}

function replyLine(ctx, channel, message) {
  if (!message.reply_count) return null;
  const faces = (message.reply_users ?? []).slice(0, 4)
    .map((id) => avatar(id, nameOf(ctx.world, id), { small: true, bot: ctx.world.users.get(id)?.is_bot }));
  const replies = message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`;
  return el("button", { type: "button", class: "reply-line", onclick: () => ctx.session.go(channel, message.ts) },
    el("span", { class: "faces" }, faces), el("span", { class: "replies" }, replies),
    el("span", { class: "muted" },
      el("span", { class: "wide-only" }, "Last reply "), ago(Number(message.latest_reply), ctx.world.now)));
}

function notifiedLine(ctx, channel, message) {
  const list = ctx.world.notifiedOf(channel, message.ts);
  if (!list.length) return null;
  const named = list.map((one) => nameOf(ctx.world, one.user));
  const more = named.length - NOTIFIED_SHOWN;
  const text = named.slice(0, NOTIFIED_SHOWN).join(", ") + (more > 0 ? ` and ${more} more` : "");
  const why = list.map((one) => `${nameOf(ctx.world, one.user)}: ${REASONS[one.reason] ?? one.reason}`).join("\n");
  return el("div", { class: "notified", title: why }, icon("bell"), `notified: ${text}`);
}

function menuEntries(ctx, channel, message, more, { inThread }) {
  const { world, session } = ctx;
  const entries = [];
  if (!inThread) {
    entries.push({ label: "Reply in thread", run: () => session.go(channel, message.thread_ts ?? message.ts) });
  }
  entries.push({ label: "Add reaction…", run: () => chooseReaction(ctx, more, channel, message) });
  for (const app of world.appsFor(session.person(world))) {
    const shortcuts = app.shortcuts.filter((one) => one.type === "message");
    if (shortcuts.length) entries.push({ label: app.name });
    for (const one of shortcuts) {
      const run = () => withApp(ctx, "shortcut", { callback_id: one.callback_id, channel, ts: message.ts });
      entries.push({ label: one.name, hint: "shortcut", run });
    }
  }
  const mine = message.user === session.user;
  if (mine || session.person(world)?.is_admin) entries.push({ label: mine ? "Yours" : "As an admin" });
  if (mine) {
    entries.push({ label: "Edit message", run: () => {
      session.editing = `${channel} ${message.ts}`;
      ctx.render();
    } });
  }
  if (mine || session.person(world)?.is_admin) {
    entries.push({ label: "Delete message…", danger: true, run: async () => {
      const question = { title: "Delete this message?", text: "It goes for everybody.", confirm: { text: "Delete" }, style: "danger" };
      if (await confirmed(ctx, question)) act(ctx, "delete", { channel, ts: message.ts });
    } });
  }
  return entries;
}

function toolbar(ctx, channel, message, options) {
  const quick = (name, label) => el("button", {
    type: "button", class: "icon-button quick", title: `:${name}:`, "aria-label": label,
    onclick: () => toggleReaction(ctx, channel, message, name),
  }, emoji(name));
  const tool = (label, sign, run, kind = "") => el("button", {
    type: "button", class: `icon-button ${kind}`, title: label, "aria-label": label, onclick: (event) => run(event.currentTarget),
  }, icon(sign));
  const more = tool("More actions", "more", (anchor) => openMenu(anchor, menuEntries(ctx, channel, message, anchor, options)));
  return el("div", { class: "toolbar" },
    quick("eyes", "React with eyes"), quick("white_check_mark", "React with a check mark"),
    tool("Add reaction", "smile", (anchor) => chooseReaction(ctx, anchor, channel, message), "quick"),
    options.inThread ? null : tool("Reply in thread", "reply", () => ctx.session.go(channel, message.thread_ts ?? message.ts), "quick"),
    more);
}

function broadcastLine(ctx, channel, message, inThread) {
  if (message.subtype !== "thread_broadcast") return null;
  if (inThread) return el("div", { class: "broadcast muted" }, "also sent to the channel");
  const parent = ctx.world.message(channel, message.thread_ts);
  const about = parent ? `${authorName(ctx, parent)}: ${(parent.text ?? "").replace(/<[^<>]*\|?([^<>|]*)>/g, "$1").slice(0, 60)}` : "a thread";
  return el("div", { class: "broadcast muted" }, "replied to ",
    el("button", { type: "button", class: "linkish one-line", onclick: () => ctx.session.go(channel, message.thread_ts) }, about));
}

function systemLine(ctx, message) {
  return el("div", { class: "system-line", "data-ts": message.ts }, mrkdwn(ctx, message.text ?? ""), " ",
    el("time", { title: full(Number(message.ts)) }, clock(Number(message.ts))));
}

/** A message as an element; `continued` leaves out the name of somebody who speaks on. */
export function messageElement(ctx, channel, message, { continued = false, inThread = false } = {}) {
  if (NOTICES.test(message.subtype ?? "")) return systemLine(ctx, message);
  const gone = message.subtype === "tombstone";
  const author = authorOf(ctx, message);
  const name = gone ? "Deleted" : authorName(ctx, message);
  const person = ctx.world.users.get(author);
  const forMe = ctx.world.notifiedOf(channel, message.ts).some((one) => one.user === ctx.session.user && one.reason !== "direct_message");
  const at = Number(message.ts);
  return el("article", {
    class: `message${continued ? " continued" : ""}${forMe ? " for-me" : ""}${gone ? " gone" : ""}`,
    "data-ts": message.ts, "aria-label": `${name}, ${clock(at)}`,
  },
  el("div", { class: "gutter" }, continued ? el("time", { title: full(at) }, clock(at))
    : avatar(author, name, { bot: person?.is_bot ?? Boolean(message.bot_id) })),
  el("div", { class: "message-body" },
    broadcastLine(ctx, channel, message, inThread),
    continued || gone ? null : heading(ctx, message),
    gone ? el("div", { class: "text" }, "This message was deleted.")
      : ctx.session.editing === `${channel} ${message.ts}` ? editor(ctx, channel, message) : content(ctx, channel, message),
    reactionPills(ctx, channel, message),
    notifiedLine(ctx, channel, message),
    inThread ? null : replyLine(ctx, channel, message)),
  gone ? null : toolbar(ctx, channel, message, { inThread }));
}

/** A message for one person only, which is in no history. */
export function ephemeralElement(ctx, entry) {
  const name = authorName(ctx, entry);
  return el("article", { class: "message ephemeral", "data-ts": entry.ts, "aria-label": `${name}, only visible to you` },
    el("div", { class: "gutter" }, avatar(authorOf(ctx, entry), name, { bot: true })),
    el("div", { class: "message-body" },
      el("div", { class: "only-you" }, el("span", {}, icon("eye"), "Only visible to you"),
        el("button", { type: "button", class: "linkish", onclick: () => withApp(ctx, "dismiss", { ts: entry.ts }) }, "Dismiss")),
      heading(ctx, entry),
      content(ctx, entry.channel, entry)));
}
