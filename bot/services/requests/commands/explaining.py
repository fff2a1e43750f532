"""Verbs that explain: why, policies, hours."""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta

from bot.services.requests.actions import Answer
from bot.services.requests.commands.call import Call, Verb
from bot.services.requests.why import why
from bot.services.workspace.week_words import week_of
from bot.slack.text import authored, date_token
from bot.slack.wording import exactly, metric_label
from sla.business_time import BusinessTime, NoOpenTime
from sla.policy import Policy
from sla.ticket import Priority

_CHANNEL = re.compile(r"<#(?P<channel>[A-Z0-9]+)(?:\|[^>]*)?>")
_MOST_POLICIES = 20
_MOST_SCHEDULES = 10
_INSTANT = timedelta(microseconds=1)


def _why(call: Call) -> Answer:
    found = call.named
    if found.refusal:
        return Answer(text=found.refusal)
    return why(call.conn, call.desk, found.ticket.ticket_id, " ".join(found.rest), call.asked, call.now)


def _policies(call: Call) -> Answer:
    rules = call.desk.rules
    if not rules.policies and not rules.group_policies:
        return Answer(text="There are no policies, so no ticket has a deadline: `threadline init` writes a first set.")
    lines = ["*Policies*, of which the first that matches applies", *_in_order(rules.policies)]
    if rules.group_policies:
        lines += ["*Group policies*", *_in_order(rules.group_policies)]
    return Answer(text="\n".join(lines))


def _in_order(policies: Sequence[Policy]) -> Iterator[str]:
    for position, policy in enumerate(policies[:_MOST_POLICIES], start=1):
        conditions = len(policy.filter.all) + len(policy.filter.any)
        matches = f"{conditions} condition{'s' if conditions > 1 else ''}" if conditions else "every ticket"
        yield f"{position}. *{authored(policy.title, 80)}* ({matches})"
        yield from _targets(policy)
    if len(policies) > _MOST_POLICIES:
        yield f"… and {len(policies) - _MOST_POLICIES} more"


def _targets(policy: Policy) -> Iterator[str]:
    """Yield a line for each priority that has targets, the most urgent first."""
    for priority in reversed(list(Priority)):
        targets = policy.targets[priority]
        said = ", ".join(
            f"{metric_label(metric).lower()} {exactly(target.seconds)}{'' if target.business_hours else ' (24x7)'}"
            for metric, target in targets.items()
        )
        if said:
            yield f"    ◦ {priority}: {said}"


def _hours(call: Call) -> Answer:
    """The support hours of a channel, of the one typed in if it is a customer's, else of all schedules."""
    named = _CHANNEL.fullmatch(" ".join(call.words))
    if call.words and named is None:
        return Answer(text="Of which channel? Write `/sla hours #acme`, or `/sla hours` for all of them.")
    channel = named["channel"] if named else call.channel
    config = call.desk.config
    if named or config.lists(channel):
        customer = config.customer_of(channel, None)
        own = config.channel(channel).schedule or (customer.schedule if customer else None)
        name = own or config.default_schedule
        place = f"<#{channel}>"
        if name is None:
            return Answer(text=f"{place} has no schedule: its deadlines count around the clock.")
        return Answer(text=f"{place}: {_one(call, name)}\nA policy or a trigger may give a ticket another schedule.")
    names = [schedule.name for schedule in call.desk.rules.schedules][:_MOST_SCHEDULES]
    if not names:
        return Answer(text="There are no schedules: deadlines count around the clock.")
    return Answer(text="\n".join(_one(call, name) for name in names))


def _one(call: Call, name: str) -> str:
    hours = call.desk.rules.hours(name)
    assert isinstance(hours, BusinessTime), "a schedule that is named exists"
    schedule = hours.schedule
    week = ", ".join(f"{days} {times}" for days, times in week_of(schedule))
    return f"*{authored(name, 80)}* ({authored(schedule.time_zone, 60)}): {week}. {_now(call, hours)}"


def _now(call: Call, hours: BusinessTime) -> str:
    """Open until when, or closed until when and why."""
    now = call.now
    try:
        opens_at = hours.after(now, _INSTANT) - _INSTANT
    except NoOpenTime:
        return "Closed, and it does not open within a year."
    if opens_at > now:
        holiday = hours.schedule.holiday_on(now.astimezone(hours.schedule.zone).date())
        why_closed = f" ({authored(holiday.name, 60)})" if holiday else ""
        return f"Closed now{why_closed}, opens {date_token(opens_at)} your time."
    spans = hours.spans(now, now + timedelta(days=8))
    closes_at = spans[0][1]
    return f"Open now, until {date_token(closes_at)} your time." if closes_at < now + timedelta(days=8) else "Open now."


VERBS = (
    Verb(
        name="why",
        run=_why,
        of_one_ticket=True,
        help="`/sla why #42`, `/sla why #42 first-reply` what a deadline is made of: counted, closed, paused",
    ),
    Verb(name="policies", run=_policies, help="`/sla policies` the promises, in the order in which they are tried"),
    Verb(name="hours", run=_hours, help="`/sla hours`, `/sla hours #acme` support hours: open now, or when next"),
)
