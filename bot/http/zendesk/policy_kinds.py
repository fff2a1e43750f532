"""The two kinds of policies, which differ in their words and in how their ids look."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, create_model

from bot.services.api.numbers import Kind
from bot.services.api.policies import PolicyView
from bot.services.api.refusals import RecordNotFoundError, whole_number

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyKind:
    """A kind of policies as Zendesk names it."""

    kind: Kind
    path: str
    one: str
    many: str

    @property
    def ids(self) -> str:
        """The key of a list of ids."""
        return f"{self.one}_ids"

    @property
    def write(self) -> type[BaseModel]:
        """The body of a create or an update."""
        return _BODIES[self.kind, "write"]

    @property
    def order(self) -> type[BaseModel]:
        """The body of a reorder."""
        return _BODIES[self.kind, "order"]

    def resources(
        self, policy: type[BaseModel], paged: type[BaseModel], write: type[BaseModel]
    ) -> tuple[type[BaseModel], type[BaseModel]]:
        """The answers with one policy and with many; the bodies are made with them."""
        name = "GroupSlaPolicy" if self.kind is Kind.GROUP_POLICY else "SlaPolicy"
        one: Any = {self.one: (policy, ...)}
        many: Any = {self.many: (list[policy], ...)}  # type: ignore[valid-type]
        given: Any = {self.one: (write, ...)}
        order: Any = {self.ids: (list[int | str], ...)}
        _BODIES[self.kind, "write"] = create_model(f"{name}EnvelopeWrite", **given)
        _BODIES[self.kind, "order"] = create_model(f"{name}OrderWrite", **order)
        return create_model(f"{name}EnvelopeResource", **one), create_model(
            f"{name}ListResource", __base__=paged, **many
        )

    def shown(self, view: PolicyView) -> int | str:
        """A policy's id: a number, or for group policies a text that sorts by age (a ULID)."""
        return view.number if self.kind is Kind.POLICY else ulid(view)

    def number(self, written: object, views: Sequence[PolicyView]) -> int:
        """The number of the policy that an id names.

        Raises:
            RecordNotFoundError: It names none.
        """
        if self.kind is Kind.POLICY:
            found = whole_number(written)
        else:
            found = next((view.number for view in views if ulid(view) == written), None)
        if found is None:
            raise RecordNotFoundError
        return found


_BODIES: dict[tuple[Kind, str], type[BaseModel]] = {}


def ulid(view: PolicyView) -> str:
    """The creation in milliseconds and a hash of the number, in Crockford's letters: 10 and 16 of them."""
    digest = hashlib.sha256(f"{view.number}:{view.created_at.isoformat()}".encode()).digest()
    value = int(view.created_at.timestamp() * 1000) << 80 | int.from_bytes(digest[:10], "big")
    return "".join(_ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))


PLAIN = PolicyKind(kind=Kind.POLICY, path="slas/policies", one="sla_policy", many="sla_policies")
GROUP = PolicyKind(
    kind=Kind.GROUP_POLICY, path="group_slas/policies", one="group_sla_policy", many="group_sla_policies"
)
