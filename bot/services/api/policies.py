"""Policies over REST: the ordered list of the configuration, of which every change is a new version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.services.api import editing
from bot.services.api.conditions import Translator
from bot.services.api.editing import Document, Editor
from bot.services.api.numbers import Kind
from bot.services.api.policy_fields import kept, place_of, policy_from, settings_shown
from bot.services.api.refusals import Problems, RecordNotFoundError
from store import resources
from store.resources import ResourceRecord

MOST = 500
_LISTS = {Kind.POLICY: "policies", Kind.GROUP_POLICY: "group_policies"}

Policy = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyView:
    """A policy with its number.

    Attributes:
        document: As the configuration has it.
        given: What REST says of it in its own words: `filter`, `metric_settings`.
    """

    number: int
    position: int
    document: Policy
    given: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime


def known(conn: Connection, workspace: str, kind: Kind) -> list[PolicyView] | None:
    """The policies in their order; None where one has no number yet, or was changed elsewhere: then :func:`listing`."""
    document, _ = editing.current(conn, workspace)
    records = {record.name: record for record in resources.of_kind(conn, workspace, kind)}
    policies = in_order(document.get(_LISTS[kind]) or [])
    found = [(policy, records.get(name)) for policy, name in zip(policies, _names(policies), strict=True)]
    if any(record is None or record.document.get("canonical") != kept(policy) for policy, record in found):
        return None
    return [
        _view(record, policy, position)
        for position, (policy, record) in enumerate(found, start=1)
        if record is not None
    ]


def listing(conn: Connection, workspace: str, kind: Kind, now: datetime) -> list[PolicyView]:
    """The policies in their order, each with a number, whoever wrote them."""
    document, saved_at = editing.current(conn, workspace)
    policies = in_order(document.get(_LISTS[kind]) or [])
    translator = Translator(conn=conn, workspace=workspace, now=now)
    views = []
    for position, (policy, name) in enumerate(zip(policies, _names(policies), strict=True), start=1):
        record = resources.named(conn, workspace, kind, [name]).get(name) or _numbered(
            conn, workspace, kind, (name, policy.get("id")), saved_at
        )
        if record.document.get("canonical") != kept(policy):
            given = {"filter": translator.filter_for(policy["filter"]), "metric_settings": settings_shown(policy)}
            said = {"canonical": kept(policy), "given": given}
            updated = max(saved_at, record.created_at)
            resources.change(conn, workspace, kind, record.number, document=said, updated_at=updated)
            record = resources.numbered(conn, workspace, kind, record.number) or record
        views.append(_view(record, policy, position))
    return views


def create(
    conn: Connection, editor: Editor, kind: Kind, given: Mapping[str, Any], *, number: int | None = None
) -> PolicyView:
    """Add a policy, last or at its position, under the number that it has elsewhere; the others keep their order.

    Raises:
        RecordInvalidError: It cannot be kept.
    """
    listing(conn, editor.workspace, kind, editor.now)  # whoever has no number yet is numbered before the new one
    record = _new(conn, editor, kind, number)

    def add(document: Document) -> None:
        policies = in_order(document.get(_LISTS[kind]) or [])
        problems = Problems()
        if len(policies) >= MOST:
            problems.add("base", f"there are {MOST} policies, which is the most")
        policy = policy_from(conn, editor, given, {}, problems, kind=kind)
        place = place_of(given.get("position"), len(policies), problems)
        problems.raise_any()
        policies.insert(place, policy | {"id": record.number})
        _put(document, kind, policies)

    editing.edit(conn, editor, add)
    return _saved(conn, editor, kind, record.number, given)


def _new(conn: Connection, editor: Editor, kind: Kind, number: int | None) -> ResourceRecord:
    if number is None:
        record = resources.add(conn, editor.workspace, kind, f"new:{editor.now.timestamp()}", editor.now)
        resources.change(conn, editor.workspace, kind, record.number, name=f"id:{record.number}")
        return record
    return _numbered(conn, editor.workspace, kind, (f"id:{number}", number), editor.now)


def update(
    conn: Connection, editor: Editor, kind: Kind, number: int, given: Mapping[str, Any], *, whole: bool = False
) -> PolicyView:
    """Change what is given of a policy; all of it when ``whole``.

    Raises:
        RecordNotFoundError: There is no such policy.
        RecordInvalidError: It cannot be kept; nothing was changed.
    """
    before = find(listing(conn, editor.workspace, kind, editor.now), number)
    base = {} if whole else before.document

    def change(document: Document) -> None:
        policies = in_order(document.get(_LISTS[kind]) or [])
        problems = Problems()
        policy = policy_from(conn, editor, given, base, problems, kind=kind, before=before.document)
        here = before.position - 1
        del policies[here]
        position = given.get("position")
        place = here if position is None else place_of(position, len(policies), problems)
        problems.raise_any()
        policies.insert(place, policy | {"id": number})
        _put(document, kind, policies)

    editing.edit(conn, editor, change)
    resources.change(conn, editor.workspace, kind, number, name=f"id:{number}")
    said = dict(given) if whole else {**before.given, **given}
    return _saved(conn, editor, kind, number, said)


def delete(conn: Connection, editor: Editor, kind: Kind, number: int) -> None:
    """Take a policy out.

    Raises:
        RecordNotFoundError: There is no such policy.
    """
    gone = find(listing(conn, editor.workspace, kind, editor.now), number)

    def remove(document: Document) -> None:
        policies = in_order(document.get(_LISTS[kind]) or [])
        del policies[gone.position - 1]
        _put(document, kind, policies)

    editing.edit(conn, editor, remove)
    resources.forget(conn, editor.workspace, kind, number)


def reorder(conn: Connection, editor: Editor, kind: Kind, numbers: Sequence[int]) -> list[PolicyView]:
    """Put these first, in this order; the others stay as they were, behind them.

    Raises:
        RecordNotFoundError: One of them does not exist; nothing was moved.
    """
    views = listing(conn, editor.workspace, kind, editor.now)
    first = [find(views, number) for number in dict.fromkeys(numbers)]

    def move(document: Document) -> None:
        _put(document, kind, [view.document for view in (*first, *(view for view in views if view not in first))])

    editing.edit(conn, editor, move)
    return listing(conn, editor.workspace, kind, editor.now)


def find(views: Sequence[PolicyView], number: int) -> PolicyView:
    """The policy with a number.

    Raises:
        RecordNotFoundError: There is none.
    """
    found = next((view for view in views if view.number == number), None)
    if found is None:
        raise RecordNotFoundError
    return found


def in_order(policies: Sequence[Policy]) -> list[Policy]:
    """The policies as they are tried: by position, those without one last."""
    return sorted(policies, key=lambda each: (each.get("position") is None, each.get("position") or 0))


def _put(document: Document, kind: Kind, policies: Sequence[Policy]) -> None:
    """The list is the order: positions would only repeat it."""
    document[_LISTS[kind]] = [_without_position(policy) for policy in policies]


def _without_position(policy: Policy) -> Policy:
    return {name: value for name, value in policy.items() if name != "position"}


def _names(policies: Sequence[Policy]) -> list[str]:
    """By what each policy is known: its own id, else its title, of which there may be several."""
    seen: dict[str, int] = {}
    names = []
    for policy in policies:
        name = f"id:{policy['id']}" if policy.get("id") is not None else f"title:{policy['title']}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return names


def _numbered(
    conn: Connection, workspace: str, kind: Kind, named: tuple[str, object], saved_at: datetime
) -> ResourceRecord:
    """Give a policy its number: the one that it has, if nobody else has that."""
    name, own = named
    if isinstance(own, int) and 0 < own < 2**53:
        record = ResourceRecord(
            workspace=workspace, kind=kind, number=own, name=name, created_at=saved_at, updated_at=saved_at
        )
        if resources.keep(conn, record):
            return record
    return resources.give_numbers(conn, workspace, kind, [name], saved_at)[name]


def _view(record: ResourceRecord, policy: Policy, position: int) -> PolicyView:
    return PolicyView(
        number=record.number,
        position=position,
        document=policy,
        given=record.document.get("given", {}),
        created_at=record.created_at,
        updated_at=record.updated_at,
    )


def _saved(conn: Connection, editor: Editor, kind: Kind, number: int, given: Mapping[str, Any]) -> PolicyView:
    """Keep what was given in Zendesk's words beside what it came to, and show the policy."""
    document, _ = editing.current(conn, editor.workspace)
    policies = in_order(document.get(_LISTS[kind]) or [])
    policy = next(each for each in policies if each.get("id") == number)
    conditions = given.get("filter")
    said = {
        "filter": {side: list((conditions or {}).get(side) or []) for side in ("all", "any")},
        "metric_settings": {**settings_shown(policy), **(given.get("metric_settings") or {})},
    }
    both = {"canonical": kept(policy), "given": said}
    resources.change(conn, editor.workspace, kind, number, document=both, updated_at=editor.now)
    return find(listing(conn, editor.workspace, kind, editor.now), number)
