"""Random days in the life of a ticket, in minutes since midnight, and the same day for the engine."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from sla.engine import fold
from sla.events import event_from_json
from sla.instants import format_instant
from sla.policy import rules_from_json
from sla.ticket import ticket_from_json

MIDNIGHT = datetime(2026, 1, 5, tzinfo=UTC)
END = 600
METRICS = (
    "first_reply_time", "next_reply_time", "periodic_update_time", "pausable_update_time", "requester_wait_time",
    "agent_work_time", "total_resolution_time",
)  # fmt: skip
SCHEDULES = {"short": [(60, 180), (240, 300)], "long": [(30, 480)]}
PRIORITIES = ("low", "normal", "high")
STATUSES = ("open", "pending", "hold", "solved")

minutes = st.integers(0, 500)
targets = st.tuples(st.sampled_from([1, 10, 30, 60, 120, 240]), st.booleans())
pauses = st.lists(st.sampled_from(["new", "open", "pending", "hold"]), max_size=2, unique=True)
settings = st.fixed_dictionaries(
    {},
    optional={
        "pause_reply_on": pauses,
        "pause_resolution_on": pauses,
        "acknowledge_reactions": st.just(["eyes"]),
        "fulfill_on_internal_note": st.booleans(),
        "first_reply_on_agent_created": st.booleans(),
        "solved_without_reply": st.sampled_from(["fulfill", "cancel"]),
    },
)


def policy_of(metrics):
    return st.fixed_dictionaries(
        {
            "tag": st.sampled_from([None, "vip", "slow"]),
            "schedule": st.sampled_from([None, None, "short", "long"]),
            "settings": settings,
            "targets": st.dictionaries(
                st.tuples(st.sampled_from(PRIORITIES), st.sampled_from(metrics)), targets, min_size=3, max_size=12
            ),
        }
    )


policies = st.lists(policy_of(METRICS), max_size=3)
comment_ids = st.sampled_from(["c0", "c1", "c2", "c3"])
tags = st.lists(st.sampled_from(["vip", "slow"]), max_size=1)


def kind(name, /, **keys):
    return st.fixed_dictionaries({"type": st.just(name), "at": minutes, **keys})


comments = kind(
    "comment",
    by=st.sampled_from(["end_user", "end_user", "agent", "agent", "bot"]),
    public=st.sampled_from([True, True, True, False]),
    text=st.sampled_from(["", "", "all is down"]),
    id=comment_ids,
)
statuses = kind("status", to=st.sampled_from([*STATUSES, *STATUSES, "closed"]))
others = st.one_of(
    kind("comment_deleted", ref=comment_ids),
    kind("reaction", by=st.sampled_from(["agent", "end_user"]), name=st.sampled_from(["eyes", "tada"])),
    kind("priority", to=st.sampled_from(PRIORITIES)),
    kind("tags", add=tags, remove=tags),
    kind("group", to=st.sampled_from(["red", "blue", None])),
    kind("schedule", to=st.sampled_from(["short", "long", None])),
    kind("policies", to=policies, apply=st.sampled_from(["now", "next_update"])),
    kind("no_reply_needed", undo=st.booleans()),
    kind("exempt", undo=st.booleans()),
)
creations = st.fixed_dictionaries(
    {
        "type": st.just("created"),
        "at": st.just(0),
        "by": st.sampled_from(["end_user", "end_user", "end_user", "agent", "bot"]),
        "public": st.sampled_from([True, True, False]),
        "status": st.sampled_from(["new", "new", "open", "pending", "hold"]),
        "text": st.sampled_from(["", "all is down"]),
        "id": st.just("c0"),
    }
)
USERS = {"end_user": "U1", "agent": "A1", "bot": "B1"}


@st.composite
def days(draw):
    """A day: rules, a ticket, and its events in the order of time."""
    begin = draw(st.integers(0, 100))
    events = draw(st.lists(st.one_of(comments, comments, statuses, others), max_size=14))
    events = [draw(creations), *({**event, "at": begin + event["at"]} for event in events)]
    events[0]["at"] = begin
    events.sort(key=lambda event: event["at"])
    for event in events:
        if "by" in event:
            event["user"] = USERS[event["by"]]
    return {
        "schedules": SCHEDULES,
        "default_schedule": draw(st.sampled_from([None, "short", "long"])),
        "default_priority": draw(st.sampled_from([None, "normal"])),
        "settings": draw(settings),
        "bots_that_reply": draw(st.sampled_from([[], ["B1"]])),
        "triggers": draw(
            st.sampled_from([[], [{"text": "down", "set": {"priority": "high", "tags": ["vip"], "group": "red"}}]])
        ),
        "policies": draw(policies),
        "group_policies": draw(st.lists(policy_of(["group_ownership_time"]), max_size=2)),
        "ticket": draw(
            st.fixed_dictionaries(
                {
                    "priority": st.sampled_from([None, *PRIORITIES]),
                    "tags": tags.map(set),
                    "group": st.sampled_from([None, "red"]),
                    "schedule": st.sampled_from([None, None, "short"]),
                }
            )
        ),
        "events": events,
    }


def instant(minute):
    return MIDNIGHT + timedelta(minutes=minute)


def policy_json(number, policy):
    condition = {"field": "tags", "operator": "includes", "value": policy["tag"]}
    return {
        "title": f"P{number}",
        "filter": {"all": [condition] if policy["tag"] else [], "any": []},
        "schedule": policy["schedule"],
        "settings": policy["settings"],
        "policy_metrics": [
            {"priority": priority, "metric": metric, "target": target, "business_hours": business}
            for (priority, metric), (target, business) in policy["targets"].items()
        ],
    }


def rules_of(day):
    return rules_from_json(
        {
            "schedules": [
                {
                    "name": name,
                    "time_zone": "UTC",
                    "intervals": [
                        {"start_time": weekday * 1440 + start, "end_time": weekday * 1440 + end}
                        for weekday in range(7)
                        for start, end in spans
                    ],
                }
                for name, spans in day["schedules"].items()
            ],
            **{key: day[key] for key in ("default_schedule", "default_priority", "settings", "bots_that_reply")},
            "triggers": [
                {
                    "when": {"all": [{"field": "text", "operator": "includes", "value": trigger["text"]}]},
                    "set": trigger["set"],
                }
                for trigger in day["triggers"]
            ],
            "policies": [policy_json(number, each) for number, each in enumerate(day["policies"])],
            "group_policies": [policy_json(number, each) for number, each in enumerate(day["group_policies"])],
        }
    )


def ticket_of(day):
    return ticket_from_json({"id": "T1", **day["ticket"], "tags": sorted(day["ticket"]["tags"])})


def event_of(event):
    if event["type"] == "policies":
        event = {**event, "to": [policy_json(number, each) for number, each in enumerate(event["to"])]}
    return event_from_json({**event, "at": format_instant(instant(event["at"]))})


def events_of(day):
    return [event_of(event) for event in day["events"]]


def story_of(day, until=END + 60):
    return fold(ticket_of(day), rules_of(day), events_of(day), instant(until))
