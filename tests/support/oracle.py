"""A second opinion on tickets: slow, obvious, and written from the rules without a look at the engine.

Time is whole minutes since an origin. Every minute the oracle looks at every clock and writes down whether it stood
still; a deadline is found by counting minutes from the activation on. Nothing is remembered that could be counted.
"""

from dataclasses import dataclass, field

REPLY = ("first_reply_time", "next_reply_time")
UPDATE = ("periodic_update_time", "pausable_update_time")
RESOLUTION = ("requester_wait_time", "agent_work_time", "total_resolution_time")
OWNERSHIP = "group_ownership_time"
FAR_AHEAD = 5 * 24 * 60


@dataclass
class Clock:
    metric: str
    number: int
    start: int
    end: int | None = None
    how: str = "open"  # open, fulfilled, cancelled
    without_reply: bool = False
    breached_at: int | None = None
    target: tuple[int, bool] | None = None  # minutes, business hours
    schedule: str | None = None
    standing: bool = False
    stood: set[int] = field(default_factory=set)


class Oracle:
    """Plays one ticket. `day` is the timeline: rules with minutes of the day, events with minutes for instants."""

    def __init__(self, day):
        self.rules = {**day, "policies": list(day["policies"])}
        self.next_rules = None
        self.ticket = {"priority": None, "tags": set(), "group": None, "schedule": None, **day["ticket"]}
        self.status = None
        self.requester = None
        self.policy = self.group_policy = None
        self.clocks = []
        self.counts = {}
        self.unanswered = []  # [minute, id]
        self.first_reply_over = False
        self.exempt = False
        self.dismissed = None
        self.solved = []  # resolution clocks that wait for a reopening
        self.fired = set()
        self.owner = None
        self.now = 0

    # counting -------------------------------------------------------------------------------------------------------

    def is_open(self, schedule, minute):
        if schedule is None:
            return True
        return any(start <= minute % 1440 < end for start, end in self.rules["schedules"][schedule])

    def counts_in(self, clock, minute):
        return not clock.target[1] or self.is_open(clock.schedule, minute)

    def due(self, clock):
        """The minute at which the target is used up, or None while the clock stands still before that."""
        counted, minute = 0, clock.start
        while minute < self.now + FAR_AHEAD:
            if clock.standing and minute >= self.now:
                return None
            stands = minute in clock.stood
            if counted == clock.target[0] and not stands:
                return minute
            if not stands and self.counts_in(clock, minute):
                counted += 1
            minute += 1
        return None

    def elapsed(self, clock, until):
        end = until if clock.end is None else clock.end
        ran = [minute for minute in range(clock.start, end) if minute not in clock.stood]
        return sum(self.is_open(clock.schedule, minute) for minute in ran), len(ran)

    # playing --------------------------------------------------------------------------------------------------------

    def play(self, events, until):
        for self.now in range(until + 1):
            todays = [event for event in events if event["at"] == self.now]
            comments = [place for place, event in enumerate(todays) if is_agents_comment(event)]
            if comments:
                early = [e for e in todays[: comments[-1]] if e["type"] == "status"]
                rest = [e for e in todays if not any(e is moved for moved in early)]
                cut = next(place for place, e in enumerate(rest) if e is todays[comments[-1]]) + 1
                todays = rest[:cut] + early + rest[cut:]
            for place, event in enumerate(todays):
                solves_now = is_solved_next(todays[place + 1 :])
                self.look_at_deadlines()
                self.happens(event, solves_now=solves_now)
            if self.now == until:
                self.look_at_deadlines()
            for clock in [*self.open_clocks(), *self.solved, *(self.dismissed or {}).get("clocks", [])]:
                if clock.standing:
                    clock.stood.add(self.now)

    def open_clocks(self, *metrics):
        return [clock for clock in self.clocks if clock.how == "open" and (not metrics or clock.metric in metrics)]

    def look_at_deadlines(self):
        for clock in self.open_clocks():
            if clock.target and clock.breached_at is None and not clock.standing:
                due = self.due(clock)
                if due is not None and due < self.now:
                    clock.breached_at = due

    def happens(self, event, *, solves_now):  # noqa: PLR0912 - all of it, in the order of the rules
        if self.status == "closed" and event["type"] != "exempt":
            return
        before = self.status
        replied = created = reopened = False
        text = None
        kind = event["type"]
        settings = self.settings()
        if kind == "created":
            created = True
            self.status = event["status"]
            text = event["text"]
            if event["by"] == "end_user" and event["public"]:
                self.requester = event["user"]
                self.unanswered.append([self.now, event["id"]])
            replied = event["public"] and (event["by"] == "agent" or event["user"] in self.rules["bots_that_reply"])
        elif kind == "comment":
            text = event["text"]
            customers = event["public"] and (event["by"] == "end_user" or event["user"] == self.requester)
            answers = event["public"] and not customers
            answers = answers and (event["by"] == "agent" or event["user"] in self.rules["bots_that_reply"])
            noted = event["by"] == "agent" and not event["public"] and settings.get("fulfill_on_internal_note")
            if event["public"]:
                self.dismissed = None
            if customers:
                self.requester = self.requester or event["user"]
                self.unanswered.append([self.now, event["id"]])
                if self.status in ("pending", "hold", "solved"):
                    self.status = "open"
            if answers:
                replied = True
                for clock in self.open_clocks(*REPLY, *UPDATE):
                    self.fulfil(clock)
                self.nobody_waits()
            elif noted and self.open_clocks("first_reply_time"):
                self.acknowledged()
        elif kind == "reaction":
            counts = event["name"] in settings.get("acknowledge_reactions", [])
            if not (counts and event["by"] == "agent" and event["user"] != self.requester):
                return
            if not self.open_clocks("first_reply_time"):
                return
            self.acknowledged()
        elif kind == "comment_deleted":
            self.delete(event["ref"])
        elif kind == "status":
            self.status = event["to"]
        elif kind == "priority":
            self.ticket["priority"] = event["to"]
        elif kind == "tags":
            self.ticket["tags"] = (self.ticket["tags"] - set(event["remove"])) | set(event["add"])
        elif kind == "group":
            self.ticket["group"] = event["to"]
        elif kind == "schedule":
            self.ticket["schedule"] = event["to"]
        elif kind == "policies":
            self.next_rules = {**(self.next_rules or self.rules), "policies": list(event["to"])}
            if event.get("apply") != "now":
                return
        elif kind == "no_reply_needed":
            self.bring_back() if event["undo"] else self.dismiss()
        elif kind == "exempt":
            self.exempt = not event["undo"]
        if self.status in ("solved", "closed") and before not in ("solved", "closed"):
            self.solve(settings)
        if before == "solved" and self.status not in ("solved", "closed"):
            reopened = True
            for clock in self.solved:
                clock.how, clock.end = "open", None
            self.solved = []
        if self.status == "closed":
            self.solved = []
        self.choose(text)
        if created:
            agents = event["by"] == "agent"
            if agents and self.settings().get("first_reply_on_agent_created"):
                self.unanswered.append([self.now, None])
            elif replied:
                self.first_reply_over = True
        self.after_choice(created=created, replied=replied and not solves_now, reopened=reopened)

    # what ends clocks -----------------------------------------------------------------------------------------------

    def fulfil(self, clock, *, without_reply=False):
        self.look_at_deadlines()
        clock.how, clock.end, clock.without_reply, clock.standing = "fulfilled", self.now, without_reply, False

    def cancel(self, clock):
        clock.how, clock.end, clock.standing = "cancelled", self.now, False

    def nobody_waits(self):
        self.unanswered = []
        self.first_reply_over = True
        if self.status == "new":
            self.status = "open"

    def acknowledged(self):
        for clock in self.open_clocks("first_reply_time"):
            self.fulfil(clock)
        self.nobody_waits()

    def solve(self, settings):
        self.dismissed = None
        self.unanswered = []
        for clock in self.open_clocks():
            if clock.metric in RESOLUTION:
                self.fulfil(clock)
                clock.standing = True
                self.solved.append(clock)
            elif clock.metric == OWNERSHIP:
                self.fulfil(clock)
            elif clock.metric in REPLY:
                self.first_reply_over = self.first_reply_over or clock.metric == "first_reply_time"
                if settings.get("solved_without_reply") == "cancel" and clock.breached_at is None:
                    self.cancel(clock)
                else:
                    self.fulfil(clock, without_reply=True)
            elif clock.breached_at is None:
                self.cancel(clock)
            else:
                self.fulfil(clock)

    def dismiss(self):
        for clock in self.open_clocks(*REPLY):
            self.dismissed = {
                "clocks": [],
                "clock": clock,
                "waiting": self.unanswered,
                "over": self.first_reply_over,
                "copy": Clock(**{**vars(clock), "stood": set(clock.stood)}),
            }
            self.dismissed["clocks"] = [self.dismissed["copy"]]
            if clock.breached_at is None:
                self.cancel(clock)
            else:
                self.fulfil(clock, without_reply=True)
            self.unanswered = []
            self.first_reply_over = True

    def bring_back(self):
        if self.dismissed is None:
            return
        clock, copy = self.dismissed["clock"], self.dismissed["copy"]
        self.unanswered, self.first_reply_over = self.dismissed["waiting"], self.dismissed["over"]
        self.dismissed = None
        if self.unanswered[0][0] != copy.start:
            return  # its message was deleted meanwhile
        vars(clock).update(vars(copy))
        self.stamp_at_change(clock)

    def delete(self, ref):
        was_oldest = bool(self.unanswered) and self.unanswered[0][1] == ref
        self.unanswered = [message for message in self.unanswered if message[1] != ref]
        if self.dismissed:
            self.dismissed["waiting"] = [message for message in self.dismissed["waiting"] if message[1] != ref]
            if not self.dismissed["waiting"]:
                self.dismissed = None
        if was_oldest:
            for clock in self.open_clocks(*REPLY):
                clock.breached_at = None
                self.cancel(clock)

    # policies -------------------------------------------------------------------------------------------------------

    def settings(self):
        return {**self.rules["settings"], **(self.policy["settings"] if self.policy else {})}

    def choose(self, text):
        if self.next_rules is not None:
            self.rules, self.next_rules = self.next_rules, None
        for place, trigger in enumerate(self.rules["triggers"]):
            if place not in self.fired and text is not None and trigger["text"] in text:
                self.fired.add(place)
                self.ticket["priority"] = trigger["set"].get("priority", self.ticket["priority"])
                self.ticket["tags"] = self.ticket["tags"] | set(trigger["set"].get("tags", []))
                self.ticket["group"] = trigger["set"].get("group", self.ticket["group"])
        self.ticket["priority"] = self.ticket["priority"] or self.rules["default_priority"]
        self.policy = self.first_match("policies")
        self.group_policy = self.first_match("group_policies")

    def first_match(self, kind):
        for policy in self.rules[kind]:
            wanted = policy["tag"]
            if self.ticket["priority"] and (wanted is None or wanted in self.ticket["tags"]):
                return policy
        return None

    def target_of(self, metric):
        policy = self.group_policy if metric == OWNERSHIP else self.policy
        schedule = self.ticket["schedule"] or (policy and policy["schedule"]) or self.rules["default_schedule"]
        target = policy["targets"].get((self.ticket["priority"], metric)) if policy else None
        return target, schedule

    def after_choice(self, *, created, replied, reopened):
        over = self.status in ("solved", "closed")
        if self.ticket["group"] != self.owner:
            for clock in self.open_clocks(OWNERSHIP):
                self.fulfil(clock)
            self.owner = self.ticket["group"]
            if self.owner and not over:
                self.start(OWNERSHIP, self.now)
        elif reopened and self.owner:
            self.start(OWNERSHIP, self.now)
        for clock in self.open_clocks():
            self.retarget(clock)
        if created:
            for metric in RESOLUTION:
                self.start(metric, self.now)
        if replied and not over:
            for metric in UPDATE:
                self.start(metric, self.now)
        if self.unanswered and not self.open_clocks(*REPLY) and not over:
            metric = "next_reply_time" if self.first_reply_over else "first_reply_time"
            self.start(metric, self.unanswered[0][0])
        for clock in [*self.open_clocks(), *(self.dismissed or {}).get("clocks", [])]:
            clock.standing = self.status in self.pausing(clock.metric)

    def pausing(self, metric):
        settings = self.settings()
        if metric in REPLY:
            return settings.get("pause_reply_on", [])
        own = {"pausable_update_time": ["pending"]}
        if metric in own:
            return own[metric]
        if metric == "requester_wait_time":
            return settings.get("pause_resolution_on", ["pending"])
        if metric == "agent_work_time":
            return settings.get("pause_resolution_on", ["pending", "hold"])
        return []

    def start(self, metric, minute):
        self.counts[metric] = self.counts.get(metric, 0) + 1
        clock = Clock(metric, self.counts[metric], minute)
        clock.target, clock.schedule = self.target_of(metric)
        self.clocks.append(clock)
        self.stamp_at_change(clock)

    def retarget(self, clock):
        target, schedule = self.target_of(clock.metric)
        if target is None and clock.target is not None:
            if clock.breached_at is None:
                self.cancel(clock)
                if clock.metric in REPLY:
                    self.unanswered = []
                    self.first_reply_over = True
            return
        changed = target != clock.target or schedule != clock.schedule
        clock.target, clock.schedule = target, schedule
        if changed:
            self.stamp_at_change(clock)

    def stamp_at_change(self, clock):
        """Another deadline holds from now on: one in the past is breached now, one in the future is not."""
        due = self.due(clock) if clock.target else None
        if due is None or due >= self.now:
            clock.breached_at = None
        elif clock.breached_at is None:
            clock.breached_at = self.now

    # the answer -----------------------------------------------------------------------------------------------------

    def answer(self, until):
        return [self.describe(clock, until) for clock in self.clocks]

    def describe(self, clock, until):
        stage = clock.how
        if clock.how == "open":
            stage = "paused" if clock.standing else "active"
        outcome = {"open": "open", "cancelled": "cancelled", "fulfilled": "met"}[clock.how]
        if clock.how == "fulfilled" and clock.breached_at is not None:
            outcome = "missed"
        shown_due = None
        if clock.target and stage in ("active", "fulfilled"):
            self.now = until if clock.end is None else clock.end
            standing, clock.standing = clock.standing, False
            stood, clock.stood = clock.stood, {minute for minute in clock.stood if minute < self.now}
            shown_due = self.due(clock)
            clock.standing, clock.stood = standing, stood
        remaining = None
        if clock.target and clock.how == "open":
            ran = [m for m in range(clock.start, until) if m not in clock.stood and self.counts_in(clock, m)]
            remaining = clock.target[0] - len(ran)
        return {
            "metric": clock.metric,
            "number": clock.number,
            "stage": stage,
            "outcome": "exempt" if self.exempt else outcome,
            "start": clock.start,
            "end": clock.end,
            "without_reply": clock.without_reply,
            "target": clock.target,
            "breach_at": shown_due,
            "breached_at": clock.breached_at,
            "elapsed": self.elapsed(clock, until),
            "remaining": remaining,
        }


def is_agents_comment(event):
    return event["type"] == "comment" and event["by"] == "agent"


def is_solved_next(events):
    """Whether the rest of a minute solves the ticket before anybody replies again."""
    for event in events:
        if event["type"] == "status" and event["to"] in ("solved", "closed"):
            return True
        if event["type"] == "comment" and event["by"] != "end_user" and event["public"]:
            return False
    return False
