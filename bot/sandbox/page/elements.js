// Block Kit's interactive elements: buttons, menus, pickers, fields.
//
// `host` says what an act does: `click(element)`, `choose(element, value)` for elements that tell the app at once, and
// `keep(element, value)` for a modal's fields, which wait for submission. `host.value(element)` is what was entered.

import { confirmed } from "./dialog.js";
import { el } from "./dom.js";
import { emojify } from "./emoji.js";
import { icon } from "./icons.js";
import { openMenu } from "./menus.js";
import { channelTitle, nameOf } from "./people.js";
import { textObject } from "./mrkdwn.js";
import { visit } from "./permalinks.js";

const plain = (object) => emojify(object?.text ?? "");

async function agreed(ctx, question) {
  return !question || confirmed(ctx, question);
}

/** Runs an act with its control disabled, so that one click is one act. */
async function busy(control, act) {
  control.disabled = true;
  control.classList.add("busy");
  try {
    await act();
  } finally {
    control.disabled = false;
    control.classList.remove("busy");
  }
}

function follow(ctx, address) {
  const here = visit(ctx, address);
  if (here) here();
  else if (/^https?:/i.test(address)) window.open(address, "_blank", "noopener");
}

function button(ctx, element, host) {
  const kind = ["primary", "danger"].includes(element.style) ? ` ${element.style}` : "";
  const node = el("button", {
    type: "button",
    class: `button${kind}`,
    "aria-label": element.accessibility_label,
    "data-action-id": element.action_id,
    onclick: async () => {
      follow(ctx, element.url ?? "");
      if (await agreed(ctx, element.confirm)) await busy(node, () => host.click(element));
    },
  }, textObject(ctx, element.text));
  return node;
}

function overflow(ctx, element, host) {
  const node = el("button", {
    type: "button", class: "button overflow", "aria-label": "More actions", "data-action-id": element.action_id,
    onclick: () => openMenu(node, element.options.map((option) => ({
      label: plain(option.text),
      run: async () => (await agreed(ctx, element.confirm)) && host.choose(element, option.value),
    }))),
  }, icon("more"));
  return node;
}

/** Slack: a conversations_select offers what its filter lets through. */
function passes(filter, channel) {
  const isRoom = channel.kind === "channel" || channel.kind === "group";
  const kind = isRoom ? (channel.is_private ? "private" : "public") : channel.kind;
  if (filter?.include && !filter.include.includes(kind)) return false;
  return !(filter?.exclude_external_shared_channels && channel.is_ext_shared);
}

function optionsOf(ctx, element) {
  const { users, channels } = ctx.world;
  switch (element.type.replace("multi_", "")) {
    case "users_select":
      return [...users.values()].filter((user) => !user.deleted).map((user) => [user.id, nameOf(ctx.world, user.id)]);
    case "channels_select":
    case "conversations_select":
      return [...channels.values()]
        .filter((channel) => channel.kind === "channel" || channel.members.includes(ctx.session.user))
        .filter((channel) => passes(element.filter, channel))
        .map((channel) => [channel.id, `${channel.name ? "#" : ""}${channelTitle(ctx.world, channel, ctx.session.user)}`]);
    default:
      return (element.options ?? []).map((option) => [option.value, plain(option.text)]);
  }
}

function chosenAtFirst(element, kept) {
  if (kept !== undefined && kept !== null) return [].concat(kept);
  const first = element.initial_option ?? element.initial_options ?? element.initial_user ?? element.initial_users
    ?? element.initial_channel ?? element.initial_channels ?? element.initial_conversation
    ?? element.initial_conversations ?? [];
  return [].concat(first).map((one) => one.value ?? one);
}

function select(ctx, element, host) {
  const many = element.type.startsWith("multi_");
  const chosen = chosenAtFirst(element, host.value(element));
  const option = ([value, label]) => {
    const node = el("option", { value }, label);
    node.selected = chosen.includes(value);
    return node;
  };
  const groups = (element.option_groups ?? []).map((group) => el("optgroup", { label: plain(group.label) },
    group.options.map((one) => option([one.value, plain(one.text)]))));
  const hint = plain(element.placeholder) || "Choose…";
  const node = el("select", {
    class: "control", multiple: many, "aria-label": host.label ?? hint, "data-action-id": element.action_id,
    onchange: async () => {
      const values = [...node.selectedOptions].map((one) => one.value).filter(Boolean);
      const value = many ? values : values[0];
      if (value === undefined) return;
      if (host.keep) host.keep(element, value);
      else if (await agreed(ctx, element.confirm)) await busy(node, () => host.choose(element, value));
    },
  }, many ? null : el("option", { value: "" }, hint), groups, optionsOf(ctx, element).map(option));
  if (!many && !chosen.length) node.value = "";
  return node;
}

function choices(ctx, element, host) {
  const many = element.type === "checkboxes";
  const chosen = chosenAtFirst(element, host.value(element));
  const name = `${host.name}-${element.action_id}`;
  const node = el("div", { class: "choices", role: many ? "group" : "radiogroup", "aria-label": host.label });
  const changed = () => {
    const values = [...node.querySelectorAll("input:checked")].map((input) => input.value);
    const value = many ? values : values[0];
    if (host.keep) host.keep(element, value);
    else host.choose(element, value);
  };
  for (const option of element.options ?? []) {
    const input = el("input", { type: many ? "checkbox" : "radio", name, value: option.value, onchange: changed });
    input.checked = chosen.includes(option.value);
    const detail = option.description ? el("span", { class: "muted" }, textObject(ctx, option.description)) : null;
    node.append(el("label", { class: "choice" }, input, el("span", {}, textObject(ctx, option.text), detail)));
  }
  return node;
}

const FIELDS = {
  plain_text_input: ["text", "initial_value"],
  number_input: ["number", "initial_value"],
  email_text_input: ["email", "initial_value"],
  url_text_input: ["url", "initial_value"],
  datepicker: ["date", "initial_date"],
  timepicker: ["time", "initial_time"],
  datetimepicker: ["datetime-local", "initial_date_time"],
};

// The browser's local date and time, as its own field writes them.
function localMoment(seconds) {
  const at = new Date(seconds * 1000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function field(ctx, element, host) {
  const [type, initial] = FIELDS[element.type];
  const moment = type === "datetime-local";
  const first = host.value(element) ?? element[initial] ?? "";
  const read = () => (moment ? Math.floor(new Date(node.value).getTime() / 1000) : node.value);
  const told = () => {
    if (host.keep) host.keep(element, read());
    else if (node.value) host.choose(element, read());
  };
  const node = el(element.multiline ? "textarea" : "input", {
    class: "control", placeholder: plain(element.placeholder) || null, "aria-label": host.label,
    "data-action-id": element.action_id, maxlength: element.max_length,
    ...(element.multiline ? { rows: 4 } : { type }),
    ...(type === "number" ? { step: element.is_decimal_allowed ? "any" : 1, min: element.min_value, max: element.max_value } : {}),
    ...(host.keep ? { oninput: told } : { onchange: told }),
  });
  node.value = moment && first ? localMoment(Number(first)) : first;
  return node;
}

/** The control for an element, null when this page has none for it. */
export function interactive(ctx, element, host) {
  if (element.type === "button" || element.type === "workflow_button") return button(ctx, element, host);
  if (element.type === "overflow") return overflow(ctx, element, host);
  if (element.type === "radio_buttons" || element.type === "checkboxes") return choices(ctx, element, host);
  if (/^(multi_)?(static|users|channels|conversations)_select$/.test(element.type)) return select(ctx, element, host);
  if (element.type in FIELDS) return field(ctx, element, host);
  return null;
}
