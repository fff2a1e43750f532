// Keeps the world current: server-sent events, and a fresh snapshot whenever something may have been missed.

import { call } from "./api.js";

const RETRY_MS = 1500;
const CLOCK_MS = 1000;

/**
 * Follows the sandbox until the page is closed.
 *
 * `changed(changes)` is called after every batch, with null when everything was loaded anew;
 * `connected(bool)` when the connection comes and goes.
 */
export function follow(world, changed, connected) {
  let waiting = null; // changes that arrive while a snapshot is on its way
  let loaded = false;
  const asked = new Set(); // "channel ts" of messages of which it is known who was notified

  async function load() {
    if (waiting) return;
    waiting = [];
    try {
      const snapshot = await call("read/snapshot");
      world.load(snapshot, await call("read/notifications"));
      asked.clear();
      for (const [channel, list] of world.messages) for (const ts of list.keys()) asked.add(`${channel} ${ts}`);
      loaded = true;
      const late = waiting;
      waiting = null;
      changed(null);
      take(late);
    } catch {
      waiting = null;
      setTimeout(load, RETRY_MS);
    }
  }

  function take(received) {
    const changes = received.filter((change) => change.seq > world.seq);
    if (!changes.length) return;
    for (const change of changes) world.apply(change);
    changed(changes);
    supplement(changes);
  }

  // The stream does not say who was notified, nor which messages moved along with a changed channel id.
  async function supplement(changes) {
    const asking = new Map(); // "channel ts" -> channel
    const moved = new Set();
    for (const change of changes) {
      // An edit notifies nobody, so each message is asked about once.
      if (change.kind === "message") asking.set(`${change.channel} ${change.message.ts}`, change.channel);
      if (change.kind === "channel" && !world.messages.has(change.channel.id)) moved.add(change.channel.id);
    }
    for (const key of asking.keys()) {
      if (asked.has(key)) asking.delete(key);
      else asked.add(key);
    }
    try {
      for (const channel of moved) {
        for (const message of await call("read/messages", { channel })) world.putMessage(channel, message);
      }
      for (const channel of new Set(asking.values())) world.noteNotified(await call("read/notifications", { channel }));
      if (moved.size || asking.size) changed([]);
    } catch {
      for (const key of asking.keys()) asked.delete(key); // the next change of the message asks again
    }
  }

  let batch = [];
  function receive(change) {
    if (change.kind === "hello") {
      connected(true);
      if (!loaded || change.seq !== world.seq) load();
      return;
    }
    if (change.kind === "reset") {
      load();
      return;
    }
    if (waiting) {
      waiting.push(change);
      return;
    }
    if (!batch.length) setTimeout(() => take(batch.splice(0)), 30);
    batch.push(change);
  }

  function connect() {
    const source = new EventSource("/sandbox/stream");
    source.addEventListener("change", (event) => receive(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      connected(false);
      source.close();
      setTimeout(connect, RETRY_MS);
    });
  }

  connect();
}

/** Asks every second what time it is in the sandbox, while somebody looks. */
export function tellTime(world, told) {
  setInterval(async () => {
    if (document.hidden) return;
    try {
      world.now = (await call("read/now")).now;
      told();
    } catch {
      // The stream says when the sandbox is gone.
    }
  }, CLOCK_MS);
}
