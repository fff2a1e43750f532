// Names, companies, badges and avatars.

import { el } from "./dom.js";

const HUES = 10;

/** What a person is called, also when nothing is known about them. */
export function nameOf(world, id) {
  const person = world.users.get(id);
  return person?.real_name || person?.name || id || "Unknown";
}

export function companyOf(world, person) {
  return world.teams.get(person?.team_id)?.name ?? "";
}

/** What kind of person it is, as a word or two for the user picker. */
export function roleOf(person) {
  if (person.is_bot) return "app";
  if (person.is_ultra_restricted) return "single-channel guest";
  if (person.is_restricted) return "guest";
  return person.is_admin ? "admin" : "member";
}

/** The badges beside a name, as somebody of another or the same company sees them. */
export function badgesFor(world, person, viewer) {
  if (!person) return [];
  const found = [];
  if (person.is_bot) found.push(el("span", { class: "badge app-badge" }, "APP"));
  if (viewer && person.team_id !== viewer.team_id && !person.is_bot) {
    const company = companyOf(world, person);
    found.push(el("span", { class: "badge ext-badge", title: `${company}, outside your company` }, "EXT"));
  }
  if (person.is_restricted) found.push(el("span", { class: "badge guest-badge" }, "GUEST"));
  if (person.deleted) found.push(el("span", { class: "badge guest-badge" }, "LEFT"));
  return found;
}

/** A coloured square with initials; the colour depends on the id alone. */
export function avatar(id, name, { small = false, bot = false } = {}) {
  let sum = 0;
  for (const char of id) sum = (sum * 31 + char.codePointAt(0)) >>> 0;
  const words = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const letters = words.slice(0, 2).map((word) => [...word][0]).join("");
  const kind = `avatar hue-${sum % HUES}${small ? " small" : ""}${bot ? " bot" : ""}`;
  return el("span", { class: kind, "aria-hidden": "true" }, letters.toUpperCase() || "?");
}

/** An app's avatar is its bot's, so that it is recognised in messages. */
export function appAvatar(app, options = {}) {
  return avatar(app.installs[0]?.bot_user ?? app.id, app.name, { ...options, bot: true });
}

/** What a conversation is called by the person who looks at it. */
export function channelTitle(world, channel, viewer) {
  if (channel.kind !== "im" && channel.kind !== "mpim") return channel.name;
  const others = channel.members.filter((member) => member !== viewer);
  return (others.length ? others : channel.members).map((member) => nameOf(world, member)).join(", ");
}
