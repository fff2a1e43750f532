// The left column: whose workspace, who is acting, where there is something to read.

import { attempt } from "./api.js";
import { talkTo } from "./acting.js";
import { el, reconcile } from "./dom.js";
import { icon } from "./icons.js";
import { openPanel } from "./menus.js";
import { appAvatar, avatar, badgesFor, channelTitle, companyOf, nameOf, roleOf } from "./people.js";
import { stamp } from "./time.js";
import { inChannel } from "./world.js";

const COUNTED = 99;

/** People one can act as: everybody who is not a bot. */
export function actors(world) {
  return [...world.users.values()].filter((user) => !user.is_bot && !user.deleted);
}

function byCompany(world, people) {
  const found = new Map();
  for (const person of people) {
    if (!found.has(person.team_id)) found.set(person.team_id, []);
    found.get(person.team_id).push(person);
  }
  return [...found].map(([team, list]) => [world.teams.get(team)?.name ?? team, list]);
}

function personRow(ctx, person, run, current = false) {
  const name = nameOf(ctx.world, person.id);
  return el("button", { type: "button", class: "person", "aria-current": current ? "true" : null, onclick: run },
    avatar(person.id, name, { bot: person.is_bot }),
    el("span", { class: "person-text" },
      el("span", { class: "person-name" }, name, badgesFor(ctx.world, person, ctx.session.person(ctx.world))),
      el("span", { class: "muted" }, `${companyOf(ctx.world, person)} · ${roleOf(person)}`)));
}

function choosePerson(ctx, anchor, label, people, chosen) {
  const groups = byCompany(ctx.world, people).map(([company, list]) => el("section", { class: "people" },
    el("div", { class: "menu-heading" }, company),
    list.map((person) => personRow(ctx, person, () => {
      panel.hidePopover();
      chosen(person);
    }, person.id === ctx.session.user))));
  const panel = openPanel(anchor, groups, "dialog", label);
}

/** The conversation with which somebody starts: the first channel they are in. */
export function firstPlace(world, user) {
  const mine = [...world.channels.values()].filter((one) => one.members.includes(user) && !one.is_archived);
  return (mine.find((one) => one.kind === "channel" || one.kind === "group") ?? mine[0])?.id ?? "";
}

function actingAs(ctx) {
  const person = ctx.session.person(ctx.world);
  const name = nameOf(ctx.world, person.id);
  const change = (next) => {
    const stays = ctx.world.channels.get(ctx.session.place)?.members.includes(next.id);
    ctx.session.become(next.id, stays ? ctx.session.place : firstPlace(ctx.world, next.id));
  };
  const button = el("button", {
    type: "button", class: "acting", "aria-haspopup": "dialog", "aria-label": `Acting as ${name}. Change person`,
    onclick: () => choosePerson(ctx, button, "Act as", actors(ctx.world), change),
  }, avatar(person.id, name),
  el("span", { class: "person-text" },
    el("span", { class: "acting-label" }, "Acting as"),
    el("span", { class: "person-name" }, name),
    el("span", { class: "acting-role" }, `${companyOf(ctx.world, person)} · ${roleOf(person)}`)),
  icon("down"));
  return button;
}

function unread(ctx, channel) {
  const after = ctx.session.readTo(channel.id);
  let messages = 0;
  let mentions = 0;
  const all = ctx.world.inOrder(channel.id);
  for (let place = all.length - 1; place >= 0 && all[place].ts > after && messages < COUNTED; place -= 1) {
    const message = all[place];
    if (message.user === ctx.session.user) continue;
    if (inChannel(message)) messages += 1;
    if (ctx.world.notifiedOf(channel.id, message.ts).some((one) => one.user === ctx.session.user)) mentions += 1;
  }
  return { messages, mentions };
}

function row({ current, label, icon, counts = { messages: 0, mentions: 0 }, extra = null, run, quiet = false }) {
  const bold = counts.messages || counts.mentions ? " unread" : "";
  const words = counts.mentions ? `, ${counts.mentions} notified` : counts.messages ? `, ${counts.messages} unread` : "";
  return el("li", {}, el("button", {
    type: "button", class: `place${bold}${quiet ? " quiet" : ""}`, "aria-current": current ? "page" : null,
    "aria-label": `${label}${words}`, onclick: run,
  }, icon, el("span", { class: "place-name" }, label), extra,
  counts.mentions ? el("span", { class: "mentions" }, counts.mentions) : counts.messages ? el("span", { class: "dot" }) : null));
}

const hash = (channel) => el("span", { class: "place-icon" }, icon(channel.is_private ? "lock" : "hash"));

function channelRow(ctx, channel) {
  const others = channel.team_ids.filter((team) => team !== ctx.session.person(ctx.world).team_id)
    .map((team) => ctx.world.teams.get(team)?.name ?? team);
  const shared = channel.is_ext_shared
    ? el("span", { class: "shared-mark", title: `Shared with ${others.join(", ")}` }, icon("shared"), el("span", { class: "hidden-text" }, "shared")) : null;
  return row({
    current: ctx.session.place === channel.id, label: channel.name, icon: hash(channel), extra: shared,
    counts: unread(ctx, channel), run: () => ctx.session.go(channel.id), quiet: channel.is_archived,
  });
}

function directRow(ctx, channel) {
  const title = channelTitle(ctx.world, channel, ctx.session.user);
  const other = channel.members.find((member) => member !== ctx.session.user) ?? ctx.session.user;
  return row({
    current: ctx.session.place === channel.id, label: title,
    icon: avatar(other, title, { small: true, bot: ctx.world.users.get(other)?.is_bot }),
    counts: unread(ctx, channel), run: () => ctx.session.go(channel.id),
  });
}

/** The direct conversation of a person and an app's bot, if there is one yet. */
export function appChannel(ctx, app) {
  const bots = app.installs.map((install) => install.bot_user);
  return [...ctx.world.channels.values()].find((channel) =>
    channel.kind === "im" && channel.members.includes(ctx.session.user) && channel.members.some((member) => bots.includes(member)));
}

function appRow(ctx, app) {
  const channel = appChannel(ctx, app);
  const counts = channel ? unread(ctx, channel) : undefined;
  const tab = counts?.messages ? "messages" : "home";
  return row({
    current: ctx.session.place === app.id, label: app.name, icon: appAvatar(app, { small: true }),
    counts, run: () => ctx.session.go(app.id, tab),
  });
}

function section(title, rows, action = null) {
  return el("section", { class: "places" }, el("h2", {}, title, action), el("ul", {}, rows));
}

function joinRow(ctx, channel) {
  const join = async () => {
    if (await attempt("channels/join", { channel: channel.id, user: ctx.session.user })) ctx.session.go(channel.id);
  };
  return row({ label: channel.name, icon: hash(channel), run: join, quiet: true, extra: el("span", { class: "join" }, "Join") });
}

function sections(ctx) {
  const { world, session } = ctx;
  const person = session.person(world);
  const apps = world.appsFor(person);
  const ofApps = new Set(apps.map((app) => appChannel(ctx, app)?.id));
  const all = [...world.channels.values()];
  const mine = all.filter((one) => one.members.includes(session.user));
  const byName = (one, other) => (one.name < other.name ? -1 : 1);
  const joinable = person.is_restricted ? [] : all.filter((one) =>
    one.kind === "channel" && !one.members.includes(session.user) && one.team_ids.includes(person.team_id) && !one.is_archived);
  const plus = el("button", { type: "button", class: "icon-button", "aria-label": "New direct message", title: "New direct message",
    onclick: () => choosePerson(ctx, plus, "New direct message", [...world.users.values()].filter((user) => !user.deleted && user.id !== session.user),
      (other) => talkTo(ctx, other.id)) }, icon("plus"));
  return [
    section("Channels", mine.filter((one) => one.kind === "channel" || one.kind === "group").sort(byName).map((one) => channelRow(ctx, one))),
    section("Direct messages", mine.filter((one) => (one.kind === "im" || one.kind === "mpim") && !ofApps.has(one.id)).map((one) => directRow(ctx, one)), plus),
    apps.length ? section("Apps", apps.map((app) => appRow(ctx, app))) : null,
    joinable.length ? section("More channels", joinable.sort(byName).map((one) => joinRow(ctx, one))) : null,
  ];
}

/** Draws the column; `ctx.connected` says whether the page is up to date. */
export function drawSidebar(ctx, container) {
  const { world, session } = ctx;
  const company = companyOf(world, session.person(world));
  const parts = [
    ["top", [company, session.user, ctx.version, ctx.connected], () => el("header", { class: "workspace" },
      el("h1", {}, company), el("span", { class: "sandbox-word" }, ctx.connected ? "sandbox" : "reconnecting…"), actingAs(ctx))],
    ["places", null, () => el("div", { class: "place-list" }, sections(ctx))],
    ["foot", [], () => el("footer", { class: "sandbox-time" },
      el("span", {}, "Sandbox time"), el("time", { id: "sandbox-time" }))],
  ];
  const old = container.querySelector(".place-list");
  const scroll = old?.scrollTop ?? 0;
  const label = container.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
  reconcile(container, parts.map(([key, facts, build]) => ({ key, signature: facts ? JSON.stringify(facts) : placesSignature(ctx), build })));
  container.querySelector(".place-list").scrollTop = scroll;
  if (label && !container.contains(document.activeElement)) {
    [...container.querySelectorAll("button")].find((one) => one.getAttribute("aria-label")?.split(",")[0] === label.split(",")[0])?.focus();
  }
  drawTime(ctx);
}

function placesSignature(ctx) {
  const counts = [...ctx.world.channels.values()].filter((one) => one.members.includes(ctx.session.user))
    .map((one) => [one.id, Object.values(unread(ctx, one))]);
  return JSON.stringify([ctx.version, ctx.session.user, ctx.session.place, counts]);
}

/** Shows the sandbox's own time. */
export function drawTime(ctx) {
  const shown = document.getElementById("sandbox-time");
  if (shown) shown.textContent = stamp(ctx.world.now);
}
