// A list of messages: days, who speaks on, what is new, what only this person sees.

import { el, reconcile } from "./dom.js";
import { authorOf, ephemeralElement, messageElement } from "./message.js";
import { ago, dayHeading, sameDay } from "./time.js";
import { inChannel } from "./world.js";

const PAGE = 150;
const CONTINUED_SECONDS = 300;
const NEAR_END = 80;

function continues(ctx, before, message) {
  if (!before || before.ephemeral || message.subtype || before.subtype) return false;
  const near = Number(message.ts) - Number(before.ts) < CONTINUED_SECONDS;
  return near && authorOf(ctx, before) === authorOf(ctx, message) && !before.reply_count && !message.blocks?.some((one) => one.type === "header");
}

function mixIn(ctx, messages, channel, thread) {
  const mine = [...ctx.world.ephemerals.values()].filter((one) =>
    one.user === ctx.session.user && one.channel === channel && !one.deleted && (one.thread_ts || "") === thread);
  if (!mine.length) return messages;
  return [...messages, ...mine.map((one) => ({ ...one, ephemeral: true }))].sort((one, other) => (one.ts < other.ts ? -1 : 1));
}

/** The messages of a channel's main column, or of one thread. */
export function messagesOf(ctx, channel, thread = "") {
  const all = ctx.world.inOrder(channel);
  const chosen = thread ? all.filter((one) => one.ts === thread || one.thread_ts === thread) : all.filter(inChannel);
  return mixIn(ctx, chosen, channel, thread);
}

function entry(ctx, channel, message, options) {
  const { world, session } = ctx;
  const signature = JSON.stringify([
    message, world.notifiedOf(channel, message.ts), options, ctx.version, session.user,
    session.editing === `${channel} ${message.ts}`,
    message.reply_count ? ago(Number(message.latest_reply), world.now) : "",
  ]);
  const build = () => (message.ephemeral ? ephemeralElement(ctx, message) : messageElement(ctx, channel, message, options));
  return { key: message.ts, signature, build };
}

function line(key, kind, text) {
  return { key, signature: `${kind} ${text}`, build: () => el("div", { class: kind, role: "separator" }, el("span", {}, text)) };
}

function items(ctx, channel, messages, { inThread, newAfter }) {
  const found = [];
  let before = null;
  let marked = !newAfter;
  for (const message of messages) {
    const at = Number(message.ts);
    const newDay = !before || !sameDay(Number(before.ts), at);
    if (newDay && !inThread) found.push(line(`day ${message.ts}`, "day", dayHeading(at, ctx.world.now)));
    const isNew = !marked && message.ts > newAfter && message.user !== ctx.session.user;
    if (isNew) found.push(line("new", "new-line", "New"));
    marked ||= isNew;
    const continued = !newDay && !isNew && !message.ephemeral && continues(ctx, before, message);
    found.push(entry(ctx, channel, message, { continued, inThread }));
    if (inThread && !before && messages.length > 1) {
      const replies = messages.filter((one) => !one.ephemeral).length - 1;
      found.push(line("replies", "day", replies === 1 ? "1 reply" : `${replies} replies`));
      before = { ...message, subtype: "parent" };
    } else before = message;
  }
  return found;
}

/** Draws messages into a scrolling container, and stays at its end when it was there. */
export function drawTimeline(ctx, container, channel, messages, { inThread = false, newAfter = "", intro = null } = {}) {
  const atEnd = container.scrollHeight - container.scrollTop - container.clientHeight < NEAR_END;
  const limit = ctx.session.limit.get(channel) ?? PAGE;
  const shown = inThread ? messages : messages.slice(-limit);
  const drawn = items(ctx, channel, shown, { inThread, newAfter });
  if (shown.length < messages.length) {
    const more = () => {
      const fromEnd = container.scrollHeight - container.scrollTop;
      ctx.session.limit.set(channel, limit + PAGE);
      ctx.render();
      setTimeout(() => container.scrollTo(0, container.scrollHeight - fromEnd));
    };
    drawn.unshift({ key: "earlier", signature: String(shown.length), build: () =>
      el("button", { type: "button", class: "button earlier", onclick: more }, `Show earlier messages (${messages.length - shown.length})`) });
  } else if (intro) drawn.unshift(intro);
  reconcile(container, drawn);
  if (atEnd || !container.dataset.drawn) container.scrollTo(0, container.scrollHeight);
  container.dataset.drawn = "yes";
}
