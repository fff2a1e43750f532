// Moments as a person reads them, in the browser's time zone.

const format = (options) => new Intl.DateTimeFormat(undefined, options);

const CLOCK = format({ hour: "2-digit", minute: "2-digit" });
const SECONDS = format({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DAY = format({ weekday: "long", day: "numeric", month: "long" });
const SHORT = format({ day: "numeric", month: "short", year: "numeric" });
const LONG = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const MEDIUM = format({ day: "numeric", month: "long", year: "numeric" });
const NUMERIC = format({ day: "2-digit", month: "2-digit", year: "numeric" });
const FULL = format({ dateStyle: "full", timeStyle: "medium" });
const STAMP = format({ weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });
const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

const at = (seconds) => new Date(seconds * 1000);
export const clock = (seconds) => CLOCK.format(at(seconds));
export const full = (seconds) => FULL.format(at(seconds));
export const stamp = (seconds) => STAMP.format(at(seconds));
export const iso = (seconds) => at(seconds).toISOString();

/** Local days between two moments: 0 is the same day, 1 the day after. */
function daysBetween(earlier, later) {
  const midnight = (seconds) => {
    const day = at(seconds);
    return Date.UTC(day.getFullYear(), day.getMonth(), day.getDate());
  };
  return Math.round((midnight(later) - midnight(earlier)) / 86_400_000);
}

function pretty(seconds, now, otherwise) {
  const word = { "-1": "yesterday", 0: "today", 1: "tomorrow" }[daysBetween(now, seconds)];
  return word ?? otherwise.format(at(seconds));
}

/** The heading above a day's messages. */
export function dayHeading(seconds, now) {
  const word = pretty(seconds, now, DAY);
  return word[0].toUpperCase() + word.slice(1);
}

export function sameDay(one, other) {
  return daysBetween(one, other) === 0;
}

/** "5 minutes ago", for the line under a thread's parent. */
export function ago(seconds, now) {
  const passed = Math.round(seconds - now);
  for (const [unit, size] of [["day", 86_400], ["hour", 3600], ["minute", 60]]) {
    if (Math.abs(passed) >= size) return RELATIVE.format(Math.trunc(passed / size), unit);
  }
  return "just now";
}

const TOKENS = {
  date_num: (seconds) => NUMERIC.format(at(seconds)),
  date: (seconds) => MEDIUM.format(at(seconds)),
  date_short: (seconds) => SHORT.format(at(seconds)),
  date_long: (seconds) => LONG.format(at(seconds)),
  date_pretty: (seconds, now) => pretty(seconds, now, MEDIUM),
  date_short_pretty: (seconds, now) => pretty(seconds, now, SHORT),
  date_long_pretty: (seconds, now) => pretty(seconds, now, LONG),
  time: (seconds) => CLOCK.format(at(seconds)),
  time_secs: (seconds) => SECONDS.format(at(seconds)),
  ago: (seconds, now) => ago(seconds, now),
};

/** A `<!date^...>` token's text, null when the pattern is not one. */
export function dateToken(seconds, pattern, now) {
  if (!/\{\w+\}/.test(pattern) || !(Math.abs(seconds) < 8.64e12)) return null;
  return pattern.replace(/\{(\w+)\}/g, (whole, name) => TOKENS[name]?.(seconds, now) ?? whole);
}
