// What the sandbox told us: the snapshot, kept up to date by changes. Knows nothing of the page.

export class World {
  constructor() {
    this.seq = 0;
    this.now = 0;
    this.teams = new Map();
    this.users = new Map();
    this.groups = new Map();
    this.channels = new Map();
    this.apps = new Map();
    this.messages = new Map(); // channel id -> Map of ts -> message
    this.ephemerals = new Map();
    this.views = new Map();
    this.homes = new Map(); // "user app" -> view
    this.notified = new Map(); // "channel ts" -> [{user, reason, via}]
    this.sorted = new Map(); // channel id -> messages in order, until one changes
  }

  /** Takes over a snapshot, and who was notified of what so far. */
  load(snapshot, notifications) {
    const byId = (items) => new Map(items.map((item) => [item.id, item]));
    this.seq = snapshot.seq;
    this.now = snapshot.now;
    this.teams = byId(snapshot.teams);
    this.users = byId(snapshot.users);
    this.groups = byId(snapshot.user_groups);
    this.channels = byId(snapshot.channels);
    this.apps = byId(snapshot.apps);
    this.messages = new Map(
      Object.entries(snapshot.messages).map(([id, list]) => [id, new Map(list.map((one) => [one.ts, one]))]),
    );
    this.ephemerals = new Map(snapshot.ephemerals.map((one) => [one.ts, one]));
    this.views = byId(snapshot.views);
    this.homes = new Map(snapshot.homes.map((one) => [`${one.user} ${one.app}`, one.view]));
    this.sorted.clear();
    this.notified.clear();
    this.noteNotified(notifications);
  }

  /** Applies one change of the stream. */
  apply(change) {
    this.seq = change.seq;
    switch (change.kind) {
      case "team": this.teams.set(change.team.id, change.team); break;
      case "user": this.users.set(change.user.id, change.user); break;
      case "user_group": this.groups.set(change.user_group.id, change.user_group); break;
      case "app": this.apps.set(change.app.id, change.app); break;
      case "channel": this.channels.set(change.channel.id, change.channel); break;
      case "channel_removed": this.forget(change.channel); break;
      case "message": this.putMessage(change.channel, change.message); break;
      case "message_removed": this.dropMessage(change.channel, change.ts); break;
      case "ephemeral": this.ephemerals.set(change.ephemeral.ts, change.ephemeral); break;
      case "ephemeral_removed": this.ephemerals.delete(change.ts); break;
      case "view": this.views.set(change.view.id, change.view); break;
      case "view_closed": this.views.delete(change.view_id); break;
      case "home": this.homes.set(`${change.user} ${change.app}`, change.view); break;
    }
  }

  putMessage(channel, message) {
    if (!this.messages.has(channel)) this.messages.set(channel, new Map());
    this.messages.get(channel).set(message.ts, message);
    this.sorted.delete(channel);
    this.now = Math.max(this.now, Number(message.ts));
  }

  dropMessage(channel, ts) {
    this.messages.get(channel)?.delete(ts);
    this.sorted.delete(channel);
  }

  forget(channel) {
    this.channels.delete(channel);
    this.messages.delete(channel);
    this.sorted.delete(channel);
  }

  noteNotified(list) {
    for (const one of list) {
      const key = `${one.channel} ${one.ts}`;
      const known = this.notified.get(key) ?? [];
      if (!known.some((other) => other.user === one.user)) this.notified.set(key, [...known, one]);
    }
  }

  /** Every message of a channel in order, replies among them. */
  inOrder(channel) {
    if (!this.sorted.has(channel)) {
      const list = [...(this.messages.get(channel)?.values() ?? [])];
      this.sorted.set(channel, list.sort((one, other) => (one.ts < other.ts ? -1 : 1)));
    }
    return this.sorted.get(channel);
  }

  /** The latest message's ts, or the present when there is none. */
  lastTs() {
    const all = [...this.messages.values()].flatMap((list) => [...list.keys()]);
    return all.reduce((last, ts) => (ts > last ? ts : last), this.now.toFixed(6));
  }

  message(channel, ts) {
    return this.messages.get(channel)?.get(ts);
  }

  notifiedOf(channel, ts) {
    return this.notified.get(`${channel} ${ts}`) ?? [];
  }

  /** The app of a bot user, if it is one of the sandbox's own. */
  appOf(userId) {
    for (const app of this.apps.values()) {
      if (app.installs.some((install) => install.bot_user === userId)) return app;
    }
    return null;
  }

  /** Apps that a person may use: those installed in the person's own workspace. */
  appsFor(user) {
    return [...this.apps.values()].filter((app) => app.installs.some((one) => one.team === user?.team_id));
  }
}

/** Tells whether a message is shown in the channel itself, not only in a thread. */
export function inChannel(message) {
  return !message.thread_ts || message.thread_ts === message.ts || message.subtype === "thread_broadcast";
}
