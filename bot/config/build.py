"""The bot's values out of a canonical document; every default of the file is decided here."""

from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any

from bot.config.hours import DAYS
from bot.config.model import (
    PROMISE,
    RECEIPT,
    Acknowledge,
    Agents,
    ChannelSettings,
    Customer,
    Destination,
    DestinationKind,
    Digest,
    DigestEntry,
    Group,
    Intake,
    Lifecycle,
    OpenBy,
    Quiet,
    ReactionAction,
    Route,
    Webhook,
)
from sla.durations import parse_duration

Json = dict[str, Any]

_REACTIONS = {
    "eyes": "claim",
    "white_check_mark": "solved",
    "zzz": "no_reply_needed",
    "ticket": "open_ticket",
}
_CHANNEL_DEFAULTS: Json = {
    "open_by": "message",
    "acknowledge": "reaction",
    "acknowledge_emoji": "eyes",
    "acknowledge_text": RECEIPT,
    "promise": False,
    "group_messages_within": "2m",
    "unthreaded_replies": "10m",
    "pleasantries": True,
}
_DEFAULT_ROUTE: Json = {"thresholds": {"80%": ["alert_channel", "assignee"], "0": ["alert_channel", "assignee"]}}


def agents_of(document: Json) -> Agents:
    """Who answers; the home workspace counts unless it is switched off (Slack Connect)."""
    given = document.get("agents", {})
    return Agents(
        user_groups=frozenset(given.get("user_groups", [])),
        users=frozenset(given.get("users", [])),
        home_workspace=given.get("home_workspace", True),
    )


def groups_of(document: Json) -> dict[str, Group]:
    """Groups by name."""
    return {
        name: Group(
            name=name,
            users=tuple(given.get("users", [])),
            user_group=given.get("user_group"),
            route=given.get("route"),
        )
        for name, given in document.get("groups", {}).items()
    }


def customers_of(document: Json) -> dict[str, Customer]:
    """Customers by key; one without a name is called by its key."""
    return {
        key: Customer(
            key=key,
            name=given.get("name", key),
            tier=given.get("tier"),
            slack_teams=tuple(given.get("slack_teams", [])),
            channels=tuple(given.get("channels", [])),
            schedule=given.get("schedule"),
            owner=given.get("owner"),
            alert_channel=given.get("alert_channel"),
            tags=tuple(given.get("tags", [])),
            route=given.get("route"),
        )
        for key, given in document.get("customers", {}).items()
    }


def default_channel_of(document: Json) -> ChannelSettings:
    """The settings of a channel that the file does not name."""
    return _channel("", document.get("channels", {}).get("defaults", {}), None)


def channels_of(document: Json) -> dict[str, ChannelSettings]:
    """The channels that the file names, under `channels:` or under a customer."""
    given = dict(document.get("channels", {}))
    defaults = given.pop("defaults", {})
    owners = {
        channel: key
        for key, customer in document.get("customers", {}).items()
        for channel in customer.get("channels", [])
    }
    return {
        channel: _channel(channel, {**defaults, **given.get(channel, {})}, owners.get(channel))
        for channel in (*given, *(each for each in owners if each not in given))
    }


def _channel(channel: str, given: Json, customer: str | None) -> ChannelSettings:
    merged = {**_CHANNEL_DEFAULTS, **given}
    promise = merged["promise"]
    return ChannelSettings(
        channel=channel,
        open_by=OpenBy(merged["open_by"]),
        acknowledge=Acknowledge(merged["acknowledge"]),
        acknowledge_emoji=merged["acknowledge_emoji"],
        acknowledge_text=merged["acknowledge_text"],
        promise=(PROMISE if promise is True else promise) or None,
        group_messages_within=parse_duration(merged["group_messages_within"]),
        unthreaded_replies=_duration_or_off(merged["unthreaded_replies"]),
        pleasantries=merged["pleasantries"],
        schedule=merged.get("schedule"),
        group=merged.get("group"),
        alert_channel=merged.get("alert_channel"),
        customer=customer,
    )


def alert_channels_of(document: Json) -> frozenset[str]:
    """Every channel that is somebody's alert channel."""
    owners = (document, *document.get("customers", {}).values(), *document.get("channels", {}).values())
    return frozenset(owner["alert_channel"] for owner in owners if owner.get("alert_channel"))


def customer_by_team_of(document: Json) -> dict[str, str]:
    """Keys of customers by their Slack workspaces (Slack Connect)."""
    return {team: key for key, given in document.get("customers", {}).items() for team in given.get("slack_teams", [])}


def intake_of(document: Json) -> Intake:
    """What becomes a ticket; reactions of the file are added to the usual ones, `off` takes one away."""
    given = document.get("intake", {})
    reactions = {**_REACTIONS, **given.get("reactions", {})}
    return Intake(
        bots_that_ask=frozenset(given.get("bots_that_ask", [])),
        bots_that_reply=frozenset(given.get("bots_that_reply", [])),
        ignore=tuple(given.get("ignore", [])),
        reactions={emoji: ReactionAction(action) for emoji, action in reactions.items() if action != "off"},
    )


def lifecycle_of(document: Json) -> Lifecycle:
    """What happens by itself; only closing is on unless the file says otherwise."""
    given = document.get("lifecycle", {})
    return Lifecycle(
        auto_solve_after=_duration_or_off(given.get("auto_solve_after", "off")),
        auto_close_after=_duration_or_off(given.get("auto_close_after", "4d")),
        retention=_duration_or_off(given.get("retention", "off")),
    )


def routes_of(document: Json) -> dict[str, Route]:
    """Routes by name; there is always a default one."""
    given = {"default": _DEFAULT_ROUTE, **document.get("routes", {})}
    return {name: _route(name, route) for name, route in given.items()}


def _route(name: str, given: Json) -> Route:
    return Route(
        name=name,
        thresholds={
            threshold: tuple(destination_from(written) for written in destinations)
            for threshold, destinations in given["thresholds"].items()
        },
        quiet=_quiet(given["quiet"]) if "quiet" in given else None,
    )


def _quiet(given: Json) -> Quiet:
    on_call = given.get("on_call")
    return Quiet(
        schedule=given["schedule"],
        on_call=destination_from(on_call) if on_call else None,
        urgent_overrides=given.get("urgent_overrides", False),
    )


def destination_from(written: str) -> Destination:
    """The destination that a checked word of the file names."""
    prefix, colon, name = written.partition(":")
    if colon:
        return Destination(kind=DestinationKind(prefix), name=name)
    if written[0] in "UW":
        return Destination(kind=DestinationKind.USER, name=written)
    if written[0] in "CG":
        return Destination(kind=DestinationKind.CHANNEL, name=written)
    return Destination(kind=DestinationKind(written))


def route_by_policy_of(document: Json) -> dict[str, str]:
    """Names of routes by the title of their policy; the first policy with that title and a route decides."""
    policies = (*document.get("policies", []), *document.get("group_policies", []))
    return {policy["title"]: policy["route"] for policy in reversed(policies) if policy.get("route")}


def webhooks_of(document: Json) -> dict[str, Webhook]:
    """Webhooks by name."""
    return {
        name: Webhook(name=name, url=given["url"], secret_env=given["secret_env"])
        for name, given in document.get("webhooks", {}).items()
    }


def digest_of(document: Json) -> Digest:
    """The regular messages; their time is the default schedule's unless they name a zone."""
    entries = dict(_digest_entries(document))
    return Digest(weekly=entries.get("weekly"), forgotten=entries.get("forgotten"))


def _digest_entries(document: Json) -> Iterator[tuple[str, DigestEntry]]:
    for kind, given in document.get("digest", {}).items():
        day, _, at = given["at"].partition(" ")
        yield (
            kind,
            DigestEntry(
                weekday=None if day == "daily" else (DAYS.index(day) - 1) % 7,
                at=time.fromisoformat(at),
                time_zone=given.get("time_zone", default_time_zone(document)),
                to=given["to"],
            ),
        )


def default_time_zone(document: Json) -> str:
    """The zone of the default schedule, UTC without one."""
    for schedule in document.get("schedules", []):
        if schedule["name"] == document.get("default_schedule"):
            return str(schedule["time_zone"])
    return "UTC"


def _duration_or_off(written: str) -> timedelta | None:
    return None if written == "off" else parse_duration(written)
