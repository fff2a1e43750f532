"""What REST says about a ticket, checked and put into our words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from bot.services.api.numbers import Kind, name_of
from bot.services.api.people import Known
from bot.services.api.refusals import Problems, whole_number
from bot.services.workspace.desk import Desk
from sla.ticket import Priority, Role, Status
from store.tickets import TicketRecord

TYPES = ("question", "incident", "problem", "task")
LONGEST_BODY = 65_535
_MOST_TAGS = 500
_UNSET = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A comment that is to be made."""

    body: str
    public: bool
    author: str
    role: Role


@dataclass(slots=True, kw_only=True)
class Wanted:
    """Fields of a ticket as they are to be; only those that are set, by our names."""

    values: dict[str, Any] = field(default_factory=dict)
    comment: Said | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldReader:
    """Reads Zendesk's ticket JSON for one request.

    Attributes:
        user: Who asks: the author of a comment that names none.
        people: Everybody whom the request names by number.
    """

    conn: Connection
    desk: Desk
    user: str
    people: Mapping[int, Known]

    def read(self, given: Mapping[str, Any], ticket: TicketRecord | None, *, shared: bool) -> Wanted:
        """What is wanted.

        Raises:
            RecordInvalidError: It makes no sense; everything that does not is named.
        """
        problems = Problems()
        wanted = Wanted()
        self._choice(given, "status", [each.value for each in Status], wanted, problems)
        self._choice(given, "priority", [each.value for each in Priority], wanted, problems, nullable=True)
        self._choice(given, "type", TYPES, wanted, problems, nullable=True)
        self._named(given, "group_id", ("group", Kind.GROUP), wanted, problems)
        self._named(given, "organization_id", ("customer", Kind.ORGANIZATION), wanted, problems)
        self._person(given, "assignee_id", wanted, problems)
        self._person(given, "requester_id", wanted, problems)
        self._tags(given, ticket, wanted, problems)
        self._fields(given.get("custom_fields", given.get("fields")), wanted, problems)
        if "subject" in given and given["subject"] is not None:
            if isinstance(given["subject"], str):
                wanted.subject = given["subject"][:LONGEST_BODY]
            else:
                problems.add("subject", "has to be a text")
        wanted.comment = self._comment(given.get("comment"), ticket, problems, shared=shared)
        problems.raise_any()
        return wanted

    def _choice(
        self,
        given: Mapping[str, Any],
        name: str,
        known: Sequence[str],
        wanted: Wanted,
        problems: Problems,
        *,
        nullable: bool = False,
    ) -> None:
        value = given.get(name, _UNSET)
        if value is _UNSET or (value is None and not nullable):
            return
        if value in known or value in (None, ""):
            wanted.values[{"type": "ticket_type"}.get(name, name)] = value or None
        else:
            problems.add(name, f"has to be one of {', '.join(known)}")

    def _named(
        self, given: Mapping[str, Any], name: str, ours: tuple[str, Kind], wanted: Wanted, problems: Problems
    ) -> None:
        if name not in given:
            return
        target, kind = ours
        if given[name] is None:
            wanted.values[target] = None
            return
        number = whole_number(given[name])
        found = None if number is None else name_of(self.conn, self.desk.workspace, kind, number)
        config = self.desk.config
        if found is None or found not in (config.groups if kind is Kind.GROUP else config.customers):
            problems.add(name, "is not known here", error="InvalidValue")
            return
        wanted.values[target] = found
        if kind is Kind.ORGANIZATION:
            wanted.values["customer_tier"] = config.customers[found].tier

    def _person(self, given: Mapping[str, Any], name: str, wanted: Wanted, problems: Problems) -> None:
        if name not in given:
            return
        if given[name] is None:
            if name == "assignee_id":
                wanted.values["assignee"] = None
            return
        known = self.people.get(whole_number(given[name]) or 0)
        if known is None:
            problems.add(name, "is not known here")
        elif name == "assignee_id" and not known.of_the_team:
            problems.add(name, "is not of the support team")
        else:
            wanted.values[name.removesuffix("_id")] = known.name

    def _tags(self, given: Mapping[str, Any], ticket: TicketRecord | None, wanted: Wanted, problems: Problems) -> None:
        named = [name for name in ("tags", "additional_tags", "remove_tags") if given.get(name) is not None]
        if not named:
            return
        tags = list(ticket.tags) if ticket else []
        for name in named:
            read = tags_from(given[name], problems, name)
            if name == "tags":
                tags = read
            elif name == "additional_tags":
                tags = list(dict.fromkeys([*tags, *read]))
            else:
                tags = [tag for tag in tags if tag not in read]
        wanted.values["tags"] = tags

    def _fields(self, given: Any, wanted: Wanted, problems: Problems) -> None:
        if given is None:
            return
        if isinstance(given, Mapping):
            given = [{"id": number, "value": value} for number, value in given.items()]
        if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
            problems.add("custom_fields", "has to be a list of objects")
            return
        for one in given:
            number = whole_number(one.get("id"))
            name = None if number is None else name_of(self.conn, self.desk.workspace, Kind.FIELD, number)
            if name is None:
                problems.add("custom_fields", f"{str(one.get('id'))[:30]} is not a field")
            elif name.startswith("fields."):
                wanted.values[name] = one.get("value")
            elif name == "channel":
                wanted.values["channel"] = one.get("value")

    def _comment(self, given: Any, ticket: TicketRecord | None, problems: Problems, *, shared: bool) -> Said | None:
        if given is None:
            return None
        if isinstance(given, str):
            given = {"body": given}
        if not isinstance(given, Mapping):
            problems.add("comment", "has to be an object")
            return None
        body = next((given[key] for key in ("body", "plain_body", "html_body", "value") if given.get(key)), None)
        public = given.get("public", True)
        if not isinstance(body, str) or not body.strip():
            problems.blank("description")
            return None
        if len(body) > LONGEST_BODY:
            problems.add("description", f"is too long (the most is {LONGEST_BODY} characters)", error="TooLong")
        if public is None:
            public = True
        if not isinstance(public, bool):
            problems.add("comment", "public has to be true or false")
        author, role = self._author(given.get("author_id"), ticket, problems, shared=shared)
        return Said(body=body, public=public is not False, author=author, role=role)

    def _author(
        self, number: Any, ticket: TicketRecord | None, problems: Problems, *, shared: bool
    ) -> tuple[str, Role]:
        if number is None:
            return self.user, Role.AGENT
        known = self.people.get(whole_number(number) or 0)
        if known is None:
            problems.add("author_id", "is not known here")
            return self.user, Role.AGENT
        if ticket is not None and known.name == ticket.requester:
            return known.name, Role.END_USER
        role = known.role_in_shared if shared else known.role
        return known.name, Role.AGENT if role is Role.BOT else role


def tags_from(given: Any, problems: Problems, name: str = "tags") -> list[str]:
    """Tags as a list, or as words in one text; each once, without spaces."""
    if isinstance(given, str):
        given = given.replace(",", " ").split()
    if not isinstance(given, list) or not all(isinstance(tag, str) for tag in given) or len(given) > _MOST_TAGS:
        problems.add(name, f"has to be a list of at most {_MOST_TAGS} texts")
        return []
    return list(dict.fromkeys("_".join(tag.split())[:255] for tag in given if tag.strip()))
