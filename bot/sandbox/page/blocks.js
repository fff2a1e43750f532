// Block Kit: one function per block. Interactive elements are in elements.js.

import { chart } from "./chart.js";
import { el, link } from "./dom.js";
import { interactive } from "./elements.js";
import { icon } from "./icons.js";
import { mrkdwn, textObject } from "./mrkdwn.js";
import { richText } from "./rich_text.js";

// Only the sandbox's own pictures are shown: the page asks nobody else for anything.
function image(element) {
  const address = element.image_url ?? element.slack_file?.url ?? "";
  const own = address.startsWith(`${location.origin}/`);
  if (own) return el("img", { class: "picture", src: address, alt: element.alt_text ?? "" });
  return el("span", { class: "picture-missing" }, icon("picture"), link(address, element.alt_text || "Image"));
}

function inert(ctx, element) {
  if (element.type === "image") return image(element);
  if (element.type === "mrkdwn" || element.type === "plain_text") return el("span", {}, textObject(ctx, element));
  return el("span", { class: "muted" }, `[${element.type}]`);
}

const control = (ctx, element, host) => interactive(ctx, element, host) ?? inert(ctx, element);

function section(ctx, block, host) {
  return el("div", { class: "block section" },
    el("div", { class: "section-text" },
      block.text ? el("div", { class: "text" }, textObject(ctx, block.text)) : null,
      block.fields ? el("div", { class: "fields" },
        block.fields.map((one) => el("div", { class: "text" }, textObject(ctx, one)))) : null),
    block.accessory ? el("div", { class: "accessory" }, control(ctx, block.accessory, host)) : null);
}

function input(ctx, block, host) {
  const label = block.label?.text ?? "";
  const id = `about-${host.name}`;
  const problem = host.problem?.(block);
  const node = control(ctx, block.element, { ...host, label });
  if (problem) node.setAttribute("aria-invalid", "true");
  node.setAttribute("aria-describedby", id);
  return el("div", { class: `block input${problem ? " wrong" : ""}`, "data-block-id": block.block_id },
    el("div", { class: "field-label" }, label, block.optional ? el("span", { class: "muted" }, " (optional)") : null),
    node,
    el("div", { id },
      problem ? el("p", { class: "problem", role: "alert" }, problem) : null,
      block.hint ? el("p", { class: "hint" }, textObject(ctx, block.hint)) : null));
}

function cell(ctx, value, tag) {
  const number = value?.type === "raw_number";
  const inside = value?.type === "rich_text" ? richText(ctx, value) : String(value?.text ?? value?.value ?? "");
  return el(tag, { class: number ? "number" : null, scope: tag === "th" ? "col" : null }, inside);
}

function table(ctx, block) {
  const [head = [], ...rows] = block.rows ?? [];
  return el("div", { class: "block table-wrap", tabindex: 0, role: "region", "aria-label": block.caption || "Table" },
    el("table", {},
      block.caption ? el("caption", {}, block.caption) : null,
      el("thead", {}, el("tr", {}, head.map((one) => cell(ctx, one, "th")))),
      el("tbody", {}, rows.map((row) => el("tr", {}, row.map((one) => cell(ctx, one, "td")))))));
}

// Markdown proper differs from Slack's markup in little that bots write: headings, bold and links.
function markdown(ctx, block) {
  const text = (block.text ?? "").replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replace(/^#{1,6} (.*)$/gm, "*$1*").replace(/\*\*([^*\n]+)\*\*/g, "*$1*")
    .replace(/\[([^\]\n]{1,300})\]\((https?:[^)\s]{1,2000})\)/g, "<$2|$1>").replace(/^[-*] /gm, "• ");
  return el("div", { class: "block text" }, mrkdwn(ctx, text));
}

function render(ctx, block, host) {
  switch (block.type) {
    case "header": return el("h3", { class: "block header-block" }, textObject(ctx, block.text));
    case "section": return section(ctx, block, host);
    case "context":
      return el("div", { class: "block context" }, block.elements.map((one) => inert(ctx, one)));
    case "actions":
      return el("div", { class: "block actions", role: "group", "aria-label": "Actions" },
        block.elements.map((one) => control(ctx, one, host)));
    case "divider": return el("hr", { class: "block" });
    case "rich_text": return el("div", { class: "block text" }, richText(ctx, block));
    case "image":
      return el("figure", { class: "block" },
        block.title ? el("figcaption", {}, textObject(ctx, block.title)) : null, image(block));
    case "input": return input(ctx, block, host);
    case "markdown": return markdown(ctx, block);
    case "table":
    case "data_table": return table(ctx, block);
    case "data_visualization": return chart(block);
    case "alert":
      return el("div", { class: `block alert ${block.level ?? "default"}`, role: "note" }, textObject(ctx, block.text));
    default: return el("p", { class: "block muted" }, `[This page does not draw ${block.type} blocks.]`);
  }
}

let serial = 0;

/** Blocks as elements. `host.for(block)`, where there is one, says how the elements of that block act. */
export function blocks(ctx, list, host) {
  return (list ?? []).map((block) => {
    serial += 1; // the same message may be drawn twice, and radio buttons must not share a group then
    return render(ctx, block, { ...(host.for ? host.for(block) : host), name: `kit-${serial}` });
  });
}
