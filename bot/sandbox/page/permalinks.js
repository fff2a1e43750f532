// Permalinks lead to the message on this page, not to slack.com.

const PERMALINK = /^https:\/\/[\w-]+\.slack\.com\/archives\/(\w+)\/p(\d{10})(\d{6})(?:\?(?:[^#]*&)?thread_ts=([\d.]+))?/;

/** What following an address does when it is a permalink to something here, otherwise null. */
export function visit(ctx, address) {
  const found = PERMALINK.exec(address);
  if (!found || !ctx.world.channels.has(found[1])) return null;
  const [, channel, seconds, micros, thread] = found;
  return () => ctx.session.go(channel, thread ?? `${seconds}.${micros}`);
}
