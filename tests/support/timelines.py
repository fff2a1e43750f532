"""A day of tickets in a few readable lines: told through a timeline file, answered by `evaluate`.

Instants are times of Monday 15 January 2024 in UTC ("09:00", "09:00:30"), or of another day of that month ("16 09:00").
"""

import json

from sla.timeline import evaluate, parse_timeline

OFFICE_HOURS = {
    "name": "office",
    "time_zone": "UTC",
    "intervals": [{"start_time": day * 1440 + 540, "end_time": day * 1440 + 1020} for day in range(1, 6)],
}


def policy(title="P", when=None, settings=None, schedule=None, **targets):
    """A policy with targets in minutes, such as `first_reply_time=60`; a mapping gives one for each priority.

    `when` is a list of conditions such as ("tags", "includes", "vip"). `business` makes the targets business ones.
    """
    business = targets.pop("business", False)
    rows = [
        {"priority": priority, "metric": metric, "target": target, "business_hours": business}
        for metric, given in targets.items()
        for priority, target in (given if isinstance(given, dict) else {"normal": given}).items()
    ]
    return {
        "title": title,
        "filter": conditions(*(when or [])),
        "policy_metrics": rows,
        "settings": settings or {},
        "schedule": schedule,
    }


def conditions(*all_of):
    fields = ("field", "operator", "value")
    return {"all": [dict(zip(fields, condition, strict=False)) for condition in all_of], "any": []}


def instant(when):
    day, time = when.split() if " " in when else ("15", when)
    return f"2024-01-{day}T{time}{'' if time.count(':') == 2 else ':00'}Z"


def event(when, kind, **keys):
    return {"at": instant(when), "type": kind, **keys}


def created(when="09:00", by="end_user", *, user="U1", public=True, status="new", text="", **keys):
    message = {"id": "c1", **keys}
    return event(when, "created", by=by, user=user, public=public, status=status, text=text, **message)


def customer(when, *, user="U1", public=True, **keys):
    return event(when, "comment", by="end_user", user=user, public=public, **keys)


def agent(when, *, user="A1", public=True, **keys):
    return event(when, "comment", by="agent", user=user, public=public, **keys)


def note(when, *, user="A1", **keys):
    return agent(when, user=user, public=False, **keys)


def bot(when, *, user="B1", public=True, **keys):
    return event(when, "comment", by="bot", user=user, public=public, **keys)


def status(when, to):
    return event(when, "status", to=to)


def priority(when, to):
    return event(when, "priority", to=to)


def group(when, to):
    return event(when, "group", to=to)


class Told:
    """What `evaluate` says of one ticket, instants written as the builders take them."""

    def __init__(self, answer):
        self.answer = answer
        self.clocks = {
            (metric["metric"], metric["instance"]): {
                **metric,
                **{key: short(metric[key]) for key in ("activated_at", "fulfilled_at", "breach_at", "breached_at")},
                "minutes": metric["elapsed"]["calendar_seconds"] / 60,
                "business_minutes": metric["elapsed"]["business_seconds"] / 60,
            }
            for metric in answer["metrics"]
        }

    def __getitem__(self, key):
        return self.answer[key]

    def clock(self, metric, number=1):
        return self.clocks[metric, number]

    def shown(self, metric, number=1, *keys):
        """Some keys of an instance; by default where it stands."""
        clock = self.clock(metric, number)
        return {key: clock[key] for key in keys or ("stage", "outcome", "breach_at", "breached_at")}

    def numbers(self, metric):
        return [number for name, number in self.clocks if name == metric]

    def log(self, metric):
        """The log of a metric as lines: instant, type, instance, and what there is to add."""
        return [
            " ".join(
                [short(one["at"]), one["type"], str(one["instance"])]
                + (
                    [f"{one['target_seconds']}s" if one["target_seconds"] else "none"]
                    if "target_seconds" in one
                    else []
                )
                + (["superseded"] if one.get("superseded") else [])
            )
            for one in self.answer["metric_events"]
            if one["metric"] == metric
        ]


def short(instant):
    if instant is None:
        return None
    day, time = instant.removeprefix("2024-01-").removesuffix("Z").split("T")
    time = time.removesuffix(":00") if time.count(":") == 2 else time
    return time if day == "15" else f"{day} {time}"


def timeline(*events, until="20:00", ticket=None, tickets=None, **rules):
    first = {"id": "T1", "priority": "normal", **(ticket or {}), "events": list(events)}
    return {
        "schedules": [OFFICE_HOURS],
        "default_priority": "normal",
        **rules,
        "tickets": tickets or [first],
        "until": instant(until),
    }


def tell(*events, **keys):
    """The story of one ticket: its events, and the rules as keywords (`policies=[policy(...)]`)."""
    return Told(evaluate(parse_timeline(json.dumps(timeline(*events, **keys))))["tickets"][0])


def tell_all(**tickets):
    """The stories of several tickets, by id: `tell_all(T1=[...], T2=[...], policies=[...])`."""
    rules = {key: tickets.pop(key) for key in list(tickets) if not key.startswith("T")}
    listed = [{"id": id_, "priority": "normal", "events": events} for id_, events in tickets.items()]
    answer = evaluate(parse_timeline(json.dumps(timeline(tickets=listed, **rules))))
    return {each["id"]: Told(each) for each in answer["tickets"]}
