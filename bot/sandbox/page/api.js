// The control interface: POST /sandbox/NAMESPACE/METHOD, answered {"ok", "result"} or {"ok", "error", "message"}.

import { notice } from "./notices.js";

export class Refused extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** Calls a method and returns its result; throws `Refused` with a sentence for people. */
export async function call(method, args = {}) {
  const response = await fetch(`/sandbox/${method}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(args),
  });
  const answer = await response.json().catch(() => ({ ok: false, error: "no_json" }));
  if (!answer.ok) throw new Refused(answer.error, answer.message ?? `The sandbox refused: ${answer.error}.`);
  return answer.result;
}

/** Like `call`, but tells the person what went wrong; returns undefined then. */
export async function attempt(method, args) {
  try {
    return await call(method, args);
  } catch (problem) {
    notice(problem instanceof Refused ? problem.message : "The sandbox cannot be reached.", "problem");
    return undefined;
  }
}
