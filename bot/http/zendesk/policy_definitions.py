"""What the conditions of a policy may test, with which operators and values (Zendesk: filter definition items)."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from bot.http.zendesk.access import Caller
from bot.http.zendesk.ports import ApiPorts
from bot.services.api.numbers import Kind, numbers_of
from sla.conditions import Operator

_TITLES = {
    Operator.IS: "Is",
    Operator.IS_NOT: "Is not",
    Operator.INCLUDES: "Includes any of",
    Operator.NOT_INCLUDES: "Includes none of",
    Operator.PRESENT: "Present",
    Operator.NOT_PRESENT: "Not present",
    Operator.LESS_THAN: "Less than",
    Operator.GREATER_THAN: "Greater than",
}
_ONE_OF = (
    Operator.IS,
    Operator.IS_NOT,
    Operator.INCLUDES,
    Operator.NOT_INCLUDES,
    Operator.PRESENT,
    Operator.NOT_PRESENT,
)
_TYPES = ("question", "incident", "problem", "task")


class ChoiceResource(BaseModel):
    """A value, or an operator, with its title."""

    value: str
    title: str


class EnabledChoiceResource(ChoiceResource):
    """A value that can be chosen."""

    enabled: bool


class ValuesResource(BaseModel):
    """What a field is compared with."""

    type: str
    list: Sequence[EnabledChoiceResource] | None = None


class DefinitionResource(BaseModel):
    """A field that a condition may test."""

    title: str
    value: str
    group: str
    operators: list[ChoiceResource]
    values: ValuesResource


class DefinitionListsResource(BaseModel):
    """The fields of the two lists of a filter."""

    all: list[DefinitionResource]
    any: list[DefinitionResource]


class DefinitionsResource(BaseModel):
    """Everything that conditions may test."""

    definitions: DefinitionListsResource


async def definitions(api: ApiPorts, _caller: Caller) -> dict[str, Any]:
    """The definitions of this desk: its organizations, groups and fields."""
    desk, now = api.desk(), api.clock.now()
    customers, groups = desk.config.customers, desk.config.groups
    organizations, teams = await api.db.write(
        lambda conn: (
            numbers_of(conn, desk.workspace, Kind.ORGANIZATION, customers, now),
            numbers_of(conn, desk.workspace, Kind.GROUP, groups, now),
        )
    )
    found = [
        _definition("Type", "type", "ticket", [(kind, kind.capitalize()) for kind in _TYPES]),
        _definition("Group", "group_id", "ticket", [(str(teams[name]), name) for name in groups]),
        _definition("Assignee", "assignee_id", "ticket"),
        _definition("Tags", "current_tags", "ticket"),
        _definition("Channel", "via_id", "ticket", [("slack", "Slack"), ("4", "Email"), ("5", "Web service (API)")]),
        _definition("Slack channel", "channel", "ticket"),
        _definition("Kind of Slack channel", "channel_kind", "ticket"),
        _definition("Requester", "requester_id", "requester"),
        _definition(
            "Organization",
            "organization_id",
            "organization",
            [(str(organizations[key]), customer.name) for key, customer in customers.items()],
        ),
        _definition("Tier", "customer_tier", "organization"),
    ]
    return {"definitions": {"all": found, "any": found}}


def _definition(title: str, value: str, group: str, choices: list[tuple[str, str]] | None = None) -> dict[str, Any]:
    listed = [{"value": one, "title": name, "enabled": True} for one, name in choices or []]
    return {
        "title": title,
        "value": value,
        "group": group,
        "operators": [{"value": operator.value, "title": _TITLES[operator]} for operator in _ONE_OF],
        "values": {"type": "list", "list": listed} if choices is not None else {"type": "text", "list": None},
    }
