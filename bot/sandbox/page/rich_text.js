// Rich text blocks: what people wrote, and quotes of it that neither ping nor link.

import { el } from "./dom.js";
import { emoji } from "./emoji.js";
import { anchor, broadcast, channelMention, groupMention, mention, moment } from "./mrkdwn.js";

const STYLES = [["code", "code"], ["bold", "strong"], ["italic", "em"], ["strike", "s"], ["underline", "u"]];

function styled(node, style) {
  let shown = node;
  for (const [name, tag] of STYLES) if (style?.[name]) shown = el(tag, {}, shown);
  return shown;
}

function element(ctx, item) {
  switch (item.type) {
    case "text": return styled(document.createTextNode(item.text), item.style);
    case "link": return styled(anchor(ctx, item.url, item.text || item.url), item.style);
    case "user": return mention(ctx, item.user_id);
    case "usergroup": return groupMention(ctx, item.usergroup_id);
    case "channel": return channelMention(ctx, item.channel_id);
    case "broadcast": return broadcast(item.range);
    case "emoji": return document.createTextNode(emoji(item.name));
    case "date": return moment(ctx, item.timestamp, item.format, item.fallback ?? "", item.url);
    case "color": return el("code", {}, item.value);
    default: return document.createTextNode("");
  }
}

const inside = (ctx, part) => (part.elements ?? []).map((item) => element(ctx, item));

function list(ctx, part) {
  const kind = part.style === "ordered" ? "ol" : "ul";
  const items = (part.elements ?? []).map((entry) => el("li", {}, inside(ctx, entry)));
  const start = kind === "ol" && part.offset ? { start: part.offset + 1 } : {};
  return el(kind, { class: `indent-${Math.min(part.indent ?? 0, 5)}`, ...start }, items);
}

/** A `rich_text` block's parts. */
export function richText(ctx, block) {
  return (block.elements ?? []).map((part) => {
    switch (part.type) {
      case "rich_text_section": return el("div", { class: "rich" }, inside(ctx, part));
      case "rich_text_quote": return el("blockquote", { class: "rich" }, inside(ctx, part));
      case "rich_text_preformatted": return el("pre", {}, inside(ctx, part));
      case "rich_text_list": return list(ctx, part);
      default: return null;
    }
  });
}
