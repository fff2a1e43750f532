"""Open modals: their stacks, their hashes and what people typed into them."""

from dataclasses import dataclass, field

from bot.sandbox.errors import SandboxError, SlackError
from bot.sandbox.model import Json

STACK_LIMIT = 3


@dataclass(slots=True, kw_only=True)
class View:
    """One open view of one person: the app's JSON and the person's input."""

    id: str
    app_id: str
    team: str
    user: str
    shown: Json
    values: Json = field(default_factory=dict)

    def to_json(self) -> Json:
        """Return it as payloads and answers show it."""
        return {**self.shown, "state": {"values": self.values}}


@dataclass(slots=True)
class Views:
    """Every open modal, in each person's stack."""

    by_id: dict[str, View] = field(default_factory=dict)
    stacks: dict[str, list[str]] = field(default_factory=dict)

    def push(self, view: View) -> None:
        """Put a view on top of its person's stack."""
        stack = self.stacks.setdefault(view.user, [])
        if len(stack) >= STACK_LIMIT:
            raise SlackError("push_limit_reached")
        view.shown["previous_view_id"] = stack[-1] if stack else None
        view.shown["root_view_id"] = stack[0] if stack else view.id
        self.by_id[view.id] = view
        stack.append(view.id)

    def replace_stack(self, view: View) -> list[View]:
        """Close what the person has open and show this view; returns what was closed."""
        closed = self.close_all(view.user)
        self.push(view)
        return closed

    def close_all(self, user: str) -> list[View]:
        """Close a person's whole stack; returns it, top first."""
        return [self.by_id.pop(view_id) for view_id in reversed(self.stacks.pop(user, []))]

    def close_top(self, view: View) -> None:
        """Close one view; those pushed on top of it go with it."""
        stack = self.stacks.get(view.user, [])
        while view.id in stack:
            self.by_id.pop(stack.pop(), None)

    def find(self, *, view_id: str = "", external_id: str = "", app_id: str = "") -> View:
        """Return an open view of that app by either id.

        Raises:
            SlackError: there is none.
        """
        for view in self.by_id.values():
            if app_id in ("", view.app_id) and (
                (view_id and view.id == view_id)
                or (not view_id and external_id and view.shown.get("external_id") == external_id)
            ):
                return view
        raise SlackError("not_found")

    def of(self, user: str, view_id: str) -> View:
        """Return a person's own open view, or complain to whoever drives the sandbox."""
        view = self.by_id.get(view_id)
        if view is None or view.user != user:
            raise SandboxError(f"{user} has no open view {view_id}.", code="view_not_found")
        return view
