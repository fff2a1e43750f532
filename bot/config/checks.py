"""What no single value can know: names that are declared nowhere, channels in two roles, policies never reached."""

from collections.abc import Iterator
from typing import Any

from bot.config.coverage import covers
from bot.config.problems import did_you_mean
from bot.config.reading import Cursor
from sla.ticket import Priority

Json = dict[str, Any]

_CALLED = {"customer": "customers", "group": "groups", "schedule": "schedules", "route": "routes"}


def check_references(cursor: Cursor, document: Json) -> None:
    """Every name used is declared in this file; a tier that no customer has is only a warning."""
    declared: dict[str, set[str]] = {
        "schedule": {schedule["name"] for schedule in document.get("schedules", []) if schedule["name"]},
        "route": {*document.get("routes", {}), "default"},
        "group": set(document.get("groups", {})),
        "customer": set(document.get("customers", {})),
        "webhook": set(document.get("webhooks", {})),
    }
    tiers = {customer.get("tier") for customer in document.get("customers", {}).values()} - {None}
    for used in cursor.notes.references:
        if used.kind == "customer_tier":
            if used.name not in tiers:
                used.cursor.warn(f"no customer has the tier {used.name}{did_you_mean(used.name, tiers)}")
        elif used.name not in declared[used.kind]:
            hint = did_you_mean(used.name, declared[used.kind])
            section = _CALLED.get(used.kind, f"{used.kind}s")
            used.cursor.problem(f"{used.name} is not one of the {section} of this file{hint}")


def check_channels(cursor: Cursor, document: Json) -> None:
    """A channel in which customers write is never one in which alerts are told."""
    tracked = {key for key in document.get("channels", {}) if key != "defaults"}
    for customer in document.get("customers", {}).values():
        tracked.update(customer.get("channels", []))
    for place in _alert_channels(cursor):
        if place.written in tracked:
            place.problem(f"{place.written} is a customer channel; alerts must go to a channel of your own")


def _alert_channels(cursor: Cursor) -> Iterator[Cursor]:
    top = cursor.entries()
    if "alert_channel" in top:
        yield top["alert_channel"]
    for section in ("customers", "channels"):
        owners = top[section].entries().values() if section in top else ()
        for owner in owners:
            if "alert_channel" in owner.entries():
                yield owner.entries()["alert_channel"]
    yield from _posts(top)


def _posts(top: dict[str, Cursor]) -> Iterator[Cursor]:
    """Channels that routes and digests name themselves."""
    for route in top["routes"].entries().values() if "routes" in top else ():
        given = route.entries()
        for destinations in given["thresholds"].entries().values() if "thresholds" in given else ():
            yield from destinations.items()
    for digest in top["digest"].entries().values() if "digest" in top else ():
        if "to" in digest.entries():
            yield digest.entries()["to"]


def check_reaction_that_opens(cursor: Cursor, document: Json) -> None:
    """Where reactions open tickets, one of them must do so."""
    reactions = {"ticket": "open_ticket", **document.get("intake", {}).get("reactions", {})}
    if "open_ticket" in reactions.values():
        return
    for channel in cursor.entries()["channels"].entries().values() if "channels" in cursor.entries() else ():
        open_by = channel.entries().get("open_by")
        if open_by is not None and open_by.written == "reaction":
            open_by.problem("no reaction of intake.reactions has the action open_ticket")


def warn_of_gaps(cursor: Cursor, document: Json) -> None:
    """Legal, but somebody will be surprised."""
    top = cursor.entries()
    if not document.get("admins"):
        cursor.warn("admins is empty: nobody may change the configuration in Slack")
    if not document.get("alert_channel"):
        cursor.warn("alert_channel is missing: tickets without a channel of their own have no card and no alert")
    policies = document.get("policies", [])
    if not policies:
        cursor.warn("there are no policies: no ticket has a target")
    elif not any(is_catch_all(policy) for policy in policies):
        top["policies"].warn("no policy matches every ticket: those that match none have no target")
    if not document.get("default_priority"):
        _warn_without_default_priority(cursor, policies)
    for kind in ("policies", "group_policies"):
        _warn_of_unreachable(top.get(kind), document.get(kind, []))


def is_catch_all(policy: Json) -> bool:
    """Whether a policy matches every ticket."""
    return not policy["filter"]["all"] and not policy["filter"]["any"]


def _warn_without_default_priority(cursor: Cursor, policies: list[Json]) -> None:
    if policies:
        cursor.warn(
            "default_priority is missing: tickets get no target until somebody sets a priority, "
            f"one of {', '.join(Priority)}"
        )


def _warn_of_unreachable(cursor: Cursor | None, policies: list[Json]) -> None:
    if cursor is None:
        return
    earlier: list[Json] = []
    for item, policy in sorted(zip(cursor.items(), policies, strict=True), key=_position):
        taken = next((each["title"] for each in earlier if covers(each["filter"], policy["filter"])), None)
        if taken is None:
            earlier.append(policy)
        else:
            item.warn(f"never applies: every ticket it matches is already taken by {taken}, which is earlier")


def _position(pair: tuple[Cursor, Json]) -> tuple[bool, int]:
    position = pair[1].get("position")
    return position is None, position or 0
