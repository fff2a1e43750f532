// Who is acting and what they look at; kept in the address, so that it can be linked to and gone back from.

export class Session {
  constructor(moved) {
    this.moved = moved; // called when the person goes somewhere
    this.user = "";
    this.place = ""; // a channel's or an app's id
    this.detail = ""; // a thread's ts, or an app's tab
    this.editing = ""; // "channel ts" of the message being edited
    this.pane = "main"; // which column a phone shows
    this.limit = new Map(); // channel id -> how many messages are shown
    this.read = new Map(); // "user channel" -> ts up to which it has been read
    this.since = ""; // messages before this one count as read
  }

  /** Takes over the address. */
  fromAddress(hash) {
    [this.user = "", this.place = "", this.detail = ""] = hash.replace(/^#/, "").split("/");
    this.pane = this.detail && !this.place.startsWith("A") ? "side" : "main";
  }

  go(place, detail = "") {
    this.editing = "";
    location.hash = [this.user, place, detail].filter(Boolean).join("/");
    this.fromAddress(location.hash);
    this.moved();
  }

  become(user, place) {
    this.user = user;
    this.go(place);
  }

  /** The person, undefined before the world is loaded. */
  person(world) {
    return world.users.get(this.user);
  }

  isApp(world) {
    return world.apps.has(this.place);
  }

  readTo(channel) {
    return this.read.get(`${this.user} ${channel}`) ?? this.since;
  }

  markRead(channel, ts) {
    if (ts > this.readTo(channel)) this.read.set(`${this.user} ${channel}`, ts);
  }
}
