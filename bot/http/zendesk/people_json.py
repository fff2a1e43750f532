"""People as Zendesk's users: agents, customers, and tokens that act as nobody in particular."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.http.zendesk.access import Caller
from bot.http.zendesk.naming import numbers
from bot.http.zendesk.ports import ApiPorts
from bot.http.zendesk.times import stamp
from bot.services.api.numbers import Kind
from bot.services.inbox.speakers import agent_users
from bot.slack.client import SlackUnavailableError
from store import resources, tokens

_TOKEN = "api:"  # noqa: S105 - what the users of tokens are called


class UserResource(BaseModel):
    """A user with Zendesk's usual keys."""

    model_config = ConfigDict(extra="allow")

    id: int
    url: str
    name: str
    email: str | None
    role: str
    created_at: str
    updated_at: str
    time_zone: str
    iana_time_zone: str
    organization_id: int | None
    active: bool


async def people_json(api: ApiPorts, caller: Caller, names: Sequence[str]) -> list[dict[str, Any]]:
    """The users that these names (Slack ids, or tokens) are."""
    desk = api.desk()
    try:
        agents = await agent_users(desk.config, api.directory)
    except SlackUnavailableError:
        agents = desk.config.admins | desk.config.agents.users
    found = await numbers(api, {Kind.USER: names, Kind.ORGANIZATION: desk.config.customers})
    records = await api.db.read(lambda conn: resources.named(conn, desk.workspace, Kind.USER, names))
    of_tokens = {
        f"{_TOKEN}{one.token_id}": one for one in await api.db.read(lambda c: tokens.listing(c, desk.workspace))
    }
    people = []
    for name in names:
        person, token, record = api.directory.known(name), of_tokens.get(name), records[name]
        at_home = person is not None and person.team == desk.workspace and not person.is_guest
        imported = record.document.get("role", "end-user")
        role = "agent" if name in agents or name.startswith(_TOKEN) or at_home else imported
        if name in desk.config.admins or (token is not None and token.role == "admin"):
            role = "admin"
        customer = desk.config.customer_by_team.get(person.team) if person is not None else None
        called = (
            (person.name if person else None) or (token.name if token else None) or record.document.get("name") or name
        )
        shown = {"name": called, "role": role, "organization_id": found.of(Kind.ORGANIZATION, customer)}
        dates = {"created_at": stamp(record.created_at), "updated_at": stamp(record.updated_at)}
        people.append(_user(record.number, caller, _zone(api), shown | dates | {"external_id": name}))
    return people


def _zone(api: ApiPorts) -> str:
    desk = api.desk()
    schedules = {each.name: each for each in desk.rules.schedules}
    own = schedules.get(desk.rules.default_schedule or "")
    return own.time_zone if own else "Etc/UTC"


def _user(number: int, caller: Caller, zone: str, shown: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": number,
        "url": caller.links.to("users", number),
        "email": None,
        "time_zone": zone,
        "iana_time_zone": zone,
        "phone": None,
        "shared_phone_number": None,
        "photo": None,
        "locale_id": 1,
        "locale": "en-US",
        "role_type": None,
        "custom_role_id": None,
        "default_group_id": None,
        "alias": None,
        "details": None,
        "notes": None,
        "signature": None,
        "tags": [],
        "user_fields": {},
        "active": True,
        "verified": True,
        "suspended": False,
        "shared": False,
        "shared_agent": False,
        "moderator": shown["role"] != "end-user",
        "ticket_restriction": None if shown["role"] != "end-user" else "requested",
        "only_private_comments": False,
        "restricted_agent": False,
        "two_factor_auth_enabled": None,
        "last_login_at": None,
        "report_csv": False,
        **shown,
    }
