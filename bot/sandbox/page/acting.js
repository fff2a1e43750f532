// What a person does, sent to the sandbox; what an app fails to do is told.

import { attempt } from "./api.js";
import { notice } from "./notices.js";

const REASONS = {
  operation_timeout: "The app did not answer within three seconds.",
  dispatch_failed: "The app could not be reached, or answered with an error.",
  incomplete: "Something is missing.",
};

/** Does something that an app has to answer; returns what came of it. */
export async function withApp(ctx, method, args) {
  const result = await attempt(`ui/${method}`, { user: ctx.session.user, ...args });
  if (result?.acked === false && result.error !== "incomplete") {
    notice(REASONS[result.error] ?? `The app failed: ${result.error}.`, "problem");
  }
  return result;
}

/** Does something as the acting person that needs no app. */
export function act(ctx, method, args) {
  return attempt(`act/${method}`, { user: ctx.session.user, ...args });
}

/** Adds a reaction, or takes one's own back. */
export function toggleReaction(ctx, channel, message, name) {
  const mine = message.reactions?.find((one) => one.name === name)?.users.includes(ctx.session.user);
  return act(ctx, mine ? "unreact" : "react", { channel, ts: message.ts, name });
}

/** Opens a direct conversation and goes there. */
export async function talkTo(ctx, user) {
  const channel = await attempt("channels/open_direct", { users: [ctx.session.user, user] });
  if (channel) ctx.session.go(channel.id);
}

/** How the elements of a message act. */
export function messageHost(ctx, channel, ts) {
  return {
    value: () => undefined,
    click: (element) =>
      withApp(ctx, "click", { channel, ts, action_id: element.action_id, value: element.value ?? null }),
    choose: (element, value) => withApp(ctx, "choose", { channel, ts, action_id: element.action_id, value }),
  };
}
