// Puts the page together: one world, one session, drawn again after every change.

import { drawModal } from "./modals.js";
import { drawMain, drawNothing, drawThread } from "./panes.js";
import { Session } from "./session.js";
import { actors, drawSidebar, drawTime, firstPlace } from "./sidebar.js";
import { follow, tellTime } from "./stream.js";
import { World, inChannel } from "./world.js";
import { channelTitle } from "./people.js";

const part = (id) => document.getElementById(id);
// A change of one of these can change how any message looks.
const EVERYWHERE = new Set(["user", "user_group", "channel", "channel_removed", "team", "app"]);

const world = new World();
const session = new Session(schedule);
const ctx = { world, session, version: 0, connected: false, newAfter: "", render: schedule };

let due = false;
let here = "";
let today = "";
let drawnMinute = 0;

function schedule() {
  if (due) return;
  due = true;
  setTimeout(render);
}

/** Somebody to act as and somewhere to be, when the address names neither. */
function settle() {
  if (!world.users.has(session.user)) session.user = actors(world)[0]?.id ?? "";
  if (!session.place && session.user) session.place = firstPlace(world, session.user);
}

/** What was unread when the place was opened stays marked while one is there. */
function arrive() {
  const place = `${session.user} ${session.place}`;
  if (place === here) return;
  here = place;
  const after = session.readTo(session.place);
  const last = world.inOrder(session.place).findLast((one) => inChannel(one) && one.user !== session.user);
  ctx.newAfter = last && last.ts > after ? after : "";
}

function titleOf() {
  const channel = world.channels.get(session.place);
  const app = world.apps.get(session.place);
  return app?.name ?? (channel ? `${channel.name ? "#" : ""}${channelTitle(world, channel, session.user)}` : "Sandbox");
}

function render() {
  due = false;
  settle();
  if (!session.user) {
    drawNothing(part("main"), "The sandbox is empty: there is nobody to act as yet.");
    for (const id of ["sidebar", "side", "modals"]) part(id).replaceChildren();
    return;
  }
  const day = new Date(world.now * 1000).toDateString();
  if (day !== today) ctx.version += 1;
  today = day;
  arrive();
  drawMain(ctx, part("main"));
  const threaded = drawThread(ctx, part("side"));
  part("app").dataset.side = threaded ? "thread" : "none";
  part("app").dataset.pane = session.pane === "side" && !threaded ? "main" : session.pane;
  drawSidebar(ctx, part("sidebar"));
  drawModal(ctx);
  document.title = `${titleOf()} – ${world.teams.get(session.person(world).team_id)?.name ?? "Sandbox"}`;
}

function changed(changes) {
  if (changes === null) {
    ctx.version += 1;
    session.since ||= world.lastTs();
  } else if (changes.some((change) => EVERYWHERE.has(change.kind))) ctx.version += 1;
  schedule();
}

addEventListener("hashchange", () => {
  session.fromAddress(location.hash);
  schedule();
});
document.addEventListener("visibilitychange", schedule);

session.fromAddress(location.hash);
follow(world, changed, (connected) => {
  ctx.connected = connected;
  if (world.seq) schedule();
});
tellTime(world, () => {
  drawTime(ctx);
  const minute = Math.floor(world.now / 60);
  if (minute !== drawnMinute) schedule(); // "5 minutes ago", "today"
  drawnMinute = minute;
});
