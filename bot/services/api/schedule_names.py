"""Where the configuration names a schedule."""

from collections.abc import Iterator, MutableMapping
from typing import Any

Document = MutableMapping[str, Any]


def users_of(document: Document, name: str) -> list[str]:
    """What uses a schedule, in a few words each."""
    return [what for what, holder, key in _places(document) if holder.get(key) == name]


def rename(document: Document, old: str, new: str) -> None:
    """Call a schedule something else, wherever it is named."""
    for each in document.get("schedules", []):
        if each["name"] == old:
            each["name"] = new
    for _, holder, key in _places(document):
        if holder.get(key) == old:
            holder[key] = new


def _places(document: Document) -> Iterator[tuple[str, Document, str]]:
    """What may name a schedule, the mapping in which it does, and under which key."""
    yield "the workspace", document, "default_schedule"
    for kind in ("policies", "group_policies"):
        for policy in document.get(kind) or []:
            yield f"the policy {policy['title']}", policy, "schedule"
    for trigger in document.get("triggers") or []:
        yield "a trigger", trigger["set"], "schedule"
    for kind in ("channels", "customers"):
        for name, each in (document.get(kind) or {}).items():
            yield f"{kind[:-1]} {name}", each, "schedule"
    for name, route in (document.get("routes") or {}).items():
        if route.get("quiet"):
            yield f"the route {name}", route["quiet"], "schedule"
