"""Changes of the configuration that people make in Slack: a canonical document in, another one out.

What comes out is loaded like a file before it is saved, so whatever a file may not say cannot be said here either.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.config.config import Config
from bot.config.export import document_json
from bot.config.load import load_config
from bot.config.problems import ConfigError

Json = dict[str, Any]

_DEFAULT_OPEN_BY = "message"
_ASKED = ("open_by", "schedule", "group")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSetup:
    """How a channel is to be; what is empty is left to the defaults."""

    channel: str
    customer: str = ""
    tier: str = ""
    open_by: str = _DEFAULT_OPEN_BY
    schedule: str = ""
    group: str = ""


def checked(document: Mapping[str, Any], today: date) -> Config:
    """The configuration of a changed document.

    Raises:
        ConfigError: It says something that a file may not say; with all problems.
    """
    return load_config(document_json(document), source="The configuration", today=today)


def problems_of(error: ConfigError) -> str:
    """What is wrong, without the lines of a file that nobody has seen."""
    return "; ".join(dict.fromkeys(problem.message for problem in error.problems[:3])) + "."


def with_agents(
    document: Mapping[str, Any], *, users: Sequence[str], user_groups: Sequence[str], home_workspace: bool
) -> Json:
    """Other people answer."""
    changed = _copy(document)
    changed["agents"] = {"user_groups": list(user_groups), "users": list(users), "home_workspace": home_workspace}
    return changed


def with_alert_channel(document: Mapping[str, Any], channel: str) -> Json:
    """Cards and alerts go elsewhere."""
    return _copy(document) | {"alert_channel": channel}


def with_channel(document: Mapping[str, Any], setup: ChannelSetup) -> Json:
    """A channel is a customer's, or nobody's in particular, and is treated in its own way."""
    changed = _copy(document)
    customers: Json = changed.get("customers", {})
    _hand_over(customers, setup)
    channels: Json = changed.get("channels", {})
    default = channels.get("defaults", {}).get("open_by", _DEFAULT_OPEN_BY)
    wanted = {"open_by": setup.open_by if setup.open_by != default else "", "schedule": setup.schedule}
    own: Json = {key: value for key, value in channels.pop(setup.channel, {}).items() if key not in _ASKED}
    own |= {name: value for name, value in (wanted | {"group": setup.group}).items() if value}
    if own or not setup.customer:  # a customer's channel is known by its customer
        channels[setup.channel] = own
    return changed | ({"customers": customers} if customers else {}) | ({"channels": channels} if channels else {})


def _hand_over(customers: Json, setup: ChannelSetup) -> None:
    """Let the channel belong to the customer of that name, and to no other."""
    owner = next((key for key, given in customers.items() if setup.channel in given.get("channels", [])), None)
    named = next((key for key, given in customers.items() if _name(key, given) == _folded(setup.customer)), None)
    if not setup.customer:
        _let_go(customers, owner, setup.channel)
        return
    if named is None and owner is not None and customers[owner].get("channels") == [setup.channel]:
        named = owner  # the same customer under another name
        customers[owner]["name"] = setup.customer
    if named is None:
        named = _key_for(setup.customer, customers)
        customers[named] = {"name": setup.customer}
    if named != owner:
        _let_go(customers, owner, setup.channel)
        customers[named].setdefault("channels", []).append(setup.channel)
    customers[named].pop("tier", None)
    if setup.tier:
        customers[named]["tier"] = setup.tier


def _let_go(customers: Json, owner: str | None, channel: str) -> None:
    if owner is not None:
        customers[owner]["channels"] = [one for one in customers[owner]["channels"] if one != channel]


def _name(key: str, given: Json) -> str:
    return _folded(str(given.get("name", key)))


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _key_for(name: str, taken: Mapping[str, Any]) -> str:
    """A key of letters, digits and hyphens that no other customer has."""
    words = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in name.lower()).split()
    key = "-".join(words)[:60] or "customer"
    numbered = (f"{key}-{number}" for number in range(2, len(taken) + 3))
    return next(one for one in (key, *numbered) if one not in taken)


def with_special_hours(
    document: Mapping[str, Any], schedule: str, day: str, intervals: Sequence[Mapping[str, str]] | None
) -> Json:
    """A schedule has other hours on one date; None lets the week and the holidays decide again."""
    changed = _copy(document)
    for one in changed.get("schedules", []):
        if one["name"] == schedule:
            others = [special for special in one.get("special_hours", []) if special["date"] != day]
            own = [] if intervals is None else [{"date": day, "intervals": [dict(each) for each in intervals]}]
            one["special_hours"] = sorted([*others, *own], key=lambda special: str(special["date"]))
    return changed


def special_hours_on(document: Mapping[str, Any], schedule: str, day: str) -> list[Json] | None:
    """The hours that a schedule has on one date in place of its week; None where it has none of its own."""
    for one in document.get("schedules", []):
        if one["name"] == schedule:
            found = [special["intervals"] for special in one.get("special_hours", []) if special["date"] == day]
            return found[0] if found else None
    return None


def _copy(document: Mapping[str, Any]) -> Json:
    copied: Json = json.loads(json.dumps(document))
    return copied
