// The middle column: a channel, or an app; and the right one: a thread.

import { attempt } from "./api.js";
import { withApp } from "./acting.js";
import { blocks } from "./blocks.js";
import { composer } from "./composer.js";
import { el, reconcile } from "./dom.js";
import { icon } from "./icons.js";
import { openPanel } from "./menus.js";
import { mrkdwn } from "./mrkdwn.js";
import { appAvatar, avatar, badgesFor, channelTitle, companyOf, nameOf } from "./people.js";
import { appChannel } from "./sidebar.js";
import { drawTimeline, messagesOf } from "./timeline.js";

const isDirect = (channel) => channel.kind === "im" || channel.kind === "mpim";

function back(ctx, label, run) {
  return el("button", { type: "button", class: "icon-button back", "aria-label": label, onclick: run }, icon("back"));
}

const toSidebar = (ctx) => () => {
  ctx.session.pane = "sidebar";
  ctx.render();
};

function members(ctx, channel) {
  const button = el("button", {
    type: "button", class: "button members", "aria-haspopup": "dialog", "aria-label": `${channel.members.length} members`,
    onclick: () => openPanel(button, channel.members.map((id) => {
      const person = ctx.world.users.get(id);
      return el("div", { class: "person" }, avatar(id, nameOf(ctx.world, id), { bot: person?.is_bot }),
        el("span", { class: "person-text" },
          el("span", { class: "person-name" }, nameOf(ctx.world, id), badgesFor(ctx.world, person, ctx.session.person(ctx.world))),
          el("span", { class: "muted" }, companyOf(ctx.world, person))));
    }), "dialog", "Members"),
  }, el("span", { class: "faces" }, channel.members.slice(0, 3).map((id) =>
    avatar(id, nameOf(ctx.world, id), { small: true, bot: ctx.world.users.get(id)?.is_bot }))), channel.members.length);
  return button;
}

function channelHead(ctx, channel) {
  const title = channelTitle(ctx.world, channel, ctx.session.user);
  const others = channel.team_ids.filter((team) => team !== ctx.session.person(ctx.world).team_id).map((team) => ctx.world.teams.get(team)?.name);
  return el("header", { class: "pane-head" }, back(ctx, "Back to the channels", toSidebar(ctx)),
    el("div", { class: "pane-title" },
      el("h2", {}, isDirect(channel) ? null : icon(channel.is_private ? "lock" : "hash"), title),
      channel.is_ext_shared && !isDirect(channel) ? el("span", { class: "badge shared-badge" }, `shared with ${others.join(", ")}`) : null,
      channel.topic?.value ? el("span", { class: "topic muted" }, mrkdwn(ctx, channel.topic.value)) : null),
    isDirect(channel) ? null : members(ctx, channel));
}

function cannotWrite(ctx, channel) {
  if (channel.is_archived) return el("div", { class: "no-composer" }, "This channel is archived.");
  if (channel.members.includes(ctx.session.user)) return null;
  const person = ctx.session.person(ctx.world);
  const name = nameOf(ctx.world, ctx.session.user);
  const may = channel.kind === "channel" && channel.team_ids.includes(person.team_id);
  return el("div", { class: "no-composer" }, `${name} is not in this channel.`,
    may ? el("button", { type: "button", class: "button primary",
      onclick: () => attempt("channels/join", { channel: channel.id, user: ctx.session.user }) }, "Join") : null);
}

function writing(ctx, channel, thread = "") {
  const key = `composer ${ctx.session.user} ${channel.id} ${thread}`;
  const refused = channel.is_archived || !channel.members.includes(ctx.session.user);
  return { key, signature: String(refused), build: () => cannotWrite(ctx, channel) ?? composer(ctx, channel.id, thread) };
}

function mayRead(ctx, channel) {
  return channel.members.includes(ctx.session.user)
    || (channel.kind === "channel" && channel.team_ids.includes(ctx.session.person(ctx.world).team_id));
}

function log(label) {
  return () => el("div", { class: "messages", role: "log", "aria-label": label, tabindex: 0 });
}

function intro(ctx, channel) {
  const text = isDirect(channel) ? `This is the beginning of your conversation with ${channelTitle(ctx.world, channel, ctx.session.user)}.`
    : `This is the beginning of #${channel.name}.`;
  return { key: "intro", signature: `${ctx.version}`, build: () => el("div", { class: "intro" }, el("strong", {}, text),
    channel.purpose?.value ? el("span", { class: "muted" }, channel.purpose.value) : null) };
}

function conversation(ctx, container, channel, head) {
  const key = `messages ${ctx.session.user} ${channel.id}`;
  reconcile(container, [head, { key, signature: "", build: log(`Messages in ${channelTitle(ctx.world, channel, ctx.session.user)}`) }, writing(ctx, channel)]);
  const list = messagesOf(ctx, channel.id);
  drawTimeline(ctx, container.children[1], channel.id, list, { newAfter: ctx.newAfter, intro: intro(ctx, channel) });
  const last = ctx.world.inOrder(channel.id).at(-1);
  if (last && document.visibilityState === "visible") ctx.session.markRead(channel.id, last.ts);
}

function appHead(ctx, app, tab) {
  const tabs = [["home", "Home"], ["messages", "Messages"]].map(([name, label]) => el("button", {
    type: "button", role: "tab", class: "tab", "aria-selected": String(name === tab), onclick: () => ctx.session.go(app.id, name),
  }, label));
  return el("header", { class: "pane-head app-head" }, back(ctx, "Back to the channels", toSidebar(ctx)),
    appAvatar(app), el("h2", {}, app.name), el("span", { class: "badge app-badge" }, "APP"),
    el("div", { class: "tabs", role: "tablist" }, tabs));
}

function home(ctx, app) {
  const view = ctx.world.homes.get(`${ctx.session.user} ${app.id}`);
  if (!view) {
    return el("div", { class: "home empty" }, el("p", {}, `${app.name} has published nothing here for ${nameOf(ctx.world, ctx.session.user)} yet.`));
  }
  const host = {
    value: () => undefined,
    click: (element) => withApp(ctx, "click_view", { view_id: view.id, action_id: element.action_id, value: element.value ?? null }),
    choose: (element, value) => withApp(ctx, "choose_view", { view_id: view.id, action_id: element.action_id, value }),
  };
  return el("div", { class: "home", tabindex: 0 }, el("div", { class: "kit" }, blocks(ctx, view.blocks, host)));
}

let opened = "";

function drawApp(ctx, container, app) {
  const tab = ctx.session.detail === "messages" ? "messages" : "home";
  const visit = `${ctx.session.user} ${app.id} ${tab}`;
  if (opened !== visit) {
    opened = visit;
    withApp(ctx, "open_home", { app: app.id, tab });
  }
  const head = { key: `head ${visit}`, signature: String(ctx.version), build: () => appHead(ctx, app, tab) };
  const channel = appChannel(ctx, app);
  if (tab === "messages" && channel) conversation(ctx, container, channel, head);
  else {
    const view = ctx.world.homes.get(`${ctx.session.user} ${app.id}`);
    reconcile(container, [head, { key: `home ${visit}`, signature: JSON.stringify([ctx.version, view]), build: () => home(ctx, app) }]);
  }
}

/** Says in the middle column why there is nothing in it. */
export function drawNothing(container, text) {
  reconcile(container, [{ key: "nothing", signature: text, build: () => el("div", { class: "nothing" }, el("p", {}, text)) }]);
}

/** Draws what the person looks at. */
export function drawMain(ctx, container) {
  const { world, session } = ctx;
  const app = world.apps.get(session.place);
  if (app) {
    drawApp(ctx, container, app);
    return;
  }
  opened = "";
  const channel = world.channels.get(session.place);
  if (!channel) drawNothing(container, "Nothing is open. Choose a channel on the left.");
  else if (!mayRead(ctx, channel)) drawNothing(container, `${nameOf(world, session.user)} cannot see this conversation.`);
  else {
    const head = { key: `head ${channel.id}`, signature: JSON.stringify([channel, ctx.version]), build: () => channelHead(ctx, channel) };
    conversation(ctx, container, channel, head);
  }
}

function threadHead(ctx, channel) {
  const title = channelTitle(ctx.world, channel, ctx.session.user);
  const leave = () => ctx.session.go(channel.id);
  return el("header", { class: "pane-head" }, back(ctx, "Back to the channel", leave),
    el("div", { class: "pane-title" }, el("h2", {}, "Thread"), el("span", { class: "topic muted" }, isDirect(channel) ? title : `#${title}`)),
    el("button", { type: "button", class: "icon-button close-thread", "aria-label": "Close thread", onclick: leave }, icon("close")));
}

/** Draws the open thread, if there is one; tells whether there is. */
export function drawThread(ctx, container) {
  const { world, session } = ctx;
  const channel = world.channels.get(session.place);
  const open = Boolean(channel && session.detail && world.message(channel.id, session.detail) && mayRead(ctx, channel));
  container.hidden = !open;
  if (!open) {
    container.replaceChildren();
    return false;
  }
  const thread = world.message(channel.id, session.detail).thread_ts ?? session.detail;
  const key = `${session.user} ${channel.id} ${thread}`;
  reconcile(container, [
    { key: `head ${key}`, signature: String(ctx.version), build: () => threadHead(ctx, channel) },
    { key: `thread ${key}`, signature: "", build: log("Thread") },
    writing(ctx, channel, thread),
  ]);
  drawTimeline(ctx, container.children[1], channel.id, messagesOf(ctx, channel.id, thread), { inThread: true });
  return true;
}
