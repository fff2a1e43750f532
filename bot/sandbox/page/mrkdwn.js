// Slack's markup as elements. Tokens are live, everything else is text.

import { el, link } from "./dom.js";
import { emojify } from "./emoji.js";
import { nameOf } from "./people.js";
import { visit } from "./permalinks.js";
import { dateToken, full, iso } from "./time.js";

const unescape = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

// In order of precedence: code, tokens, then the three styles, which hold further markup.
const INLINE = /`([^`\n]+)`|<([^<>\n]+)>|(?<![\w*])\*(\S|\S[^\n]{0,1500}?\S)\*(?![\w*])|(?<![\w_])_(\S|\S[^\n]{0,1500}?\S)_(?![\w_])|(?<![\w~])~(\S|\S[^\n]{0,1500}?\S)~(?![\w~])/gu;

/** A person, as mentioned; one's own mention stands out. */
export function mention(ctx, id) {
  const own = id === ctx.session.user ? " own" : "";
  return el("span", { class: `mention${own}`, title: id }, `@${nameOf(ctx.world, id)}`);
}

/** A user group, as mentioned. */
export function groupMention(ctx, id) {
  const group = ctx.world.groups.get(id);
  const own = group?.users?.includes(ctx.session.user) ? " own" : "";
  return el("span", { class: `mention${own}`, title: id }, `@${group?.handle ?? id}`);
}

/** A channel, as a link to it. */
export function channelMention(ctx, id, label = "") {
  const channel = ctx.world.channels.get(id);
  const name = `#${channel?.name || label || "private-channel"}`;
  if (!channel?.members.includes(ctx.session.user)) return el("span", { class: "mention plain" }, name);
  return el("button", { type: "button", class: "mention link", onclick: () => ctx.session.go(id) }, name);
}

export function broadcast(range) {
  return el("span", { class: "mention own" }, `@${range}`);
}

/** A moment in the reader's own time zone. */
export function moment(ctx, seconds, pattern, fallback, address = "") {
  const text = dateToken(seconds, pattern, ctx.world.now);
  if (text === null) return document.createTextNode(fallback);
  const shown = el("time", { datetime: iso(seconds), title: full(seconds) }, text);
  return address ? link(address, shown) : shown;
}

function token(ctx, inside) {
  const bar = inside.indexOf("|");
  const body = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? "" : unescape(inside.slice(bar + 1));
  if (body.startsWith("@")) return mention(ctx, body.slice(1));
  if (body.startsWith("#")) return channelMention(ctx, body.slice(1), label);
  if (body.startsWith("!subteam^")) return groupMention(ctx, body.slice(9));
  if (body.startsWith("!date^")) {
    const [seconds, pattern = "", address = ""] = body.slice(6).split("^");
    return moment(ctx, Number(seconds), pattern, label, unescape(address));
  }
  if (/^!(channel|here|everyone)$/.test(body)) return broadcast(body.slice(1));
  const address = unescape(body);
  if (address.startsWith("mailto:")) return link(address, label || address.slice(7));
  if (/^https?:/i.test(address)) return anchor(ctx, address, label ? emojify(label) : address);
  return document.createTextNode(label || `<${unescape(inside)}>`);
}

/** A link, or a way to the message here when it is a permalink. */
export function anchor(ctx, address, label) {
  const follow = visit(ctx, address);
  if (!follow) return link(address, label);
  return el("button", { type: "button", class: "linkish", title: address, onclick: follow }, label);
}

const plain = (text) => document.createTextNode(emojify(unescape(text)));

function inline(ctx, text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > end) nodes.push(plain(text.slice(end, match.index)));
    const [whole, code, inside, bold, italic, struck] = match;
    if (code !== undefined) nodes.push(el("code", {}, codeText(code)));
    else if (inside !== undefined) nodes.push(token(ctx, inside));
    else if (bold !== undefined) nodes.push(el("strong", {}, inline(ctx, bold)));
    else if (italic !== undefined) nodes.push(el("em", {}, inline(ctx, italic)));
    else nodes.push(el("s", {}, inline(ctx, struck)));
    end = match.index + whole.length;
  }
  if (end < text.length) nodes.push(plain(text.slice(end)));
  return nodes;
}

// In code a link is its address.
function codeText(text) {
  return unescape(text.replace(/<(https?:[^<>|]+)(?:\|[^<>]*)?>/g, "$1"));
}

function paragraphs(ctx, text) {
  const nodes = [];
  let quoted = [];
  let lines = [];
  const flush = () => {
    if (quoted.length) nodes.push(el("blockquote", {}, broken(ctx, quoted)));
    if (lines.length) nodes.push(el("div", {}, broken(ctx, lines)));
    quoted = [];
    lines = [];
  };
  for (const line of text.split("\n")) {
    const isQuote = /^&gt; ?/.test(line);
    if (isQuote !== quoted.length > 0) flush();
    if (isQuote) quoted.push(line.replace(/^&gt; ?/, ""));
    else lines.push(line);
  }
  flush();
  return nodes;
}

function broken(ctx, lines) {
  return lines.flatMap((line, place) => (place ? [el("br"), ...inline(ctx, line)] : inline(ctx, line)));
}

/** Markup as a list of block elements. */
export function mrkdwn(ctx, text) {
  return text.split(/```\n?/).flatMap((part, place) => {
    if (place % 2) return [el("pre", {}, codeText(part.replace(/\n$/, "")))];
    const trimmed = place ? part.replace(/^\n/, "") : part;
    return trimmed ? paragraphs(ctx, trimmed) : [];
  });
}

/** A text object of Block Kit: `mrkdwn` or `plain_text`. */
export function textObject(ctx, object) {
  if (!object) return [];
  if (typeof object === "string") return [document.createTextNode(object)];
  if (object.type === "mrkdwn") return mrkdwn(ctx, object.text ?? "");
  return [document.createTextNode(emojify(object.text ?? ""))];
}
