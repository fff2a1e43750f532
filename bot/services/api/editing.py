"""An edit of the configuration by REST: the next version of all of it, with one part changed."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection

from bot.config.config import Config
from bot.services.api.refusals import RecordInvalidError
from bot.services.workspace.configuring import save_config
from sla.errors import SlaError
from sla.policy import rules_from_json
from store import counters
from store import rules as versions

T = TypeVar("T")
Document = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """Who edits the configuration of which workspace, and when."""

    workspace: str
    who: str
    now: datetime


def current(conn: Connection, workspace: str) -> tuple[Document, datetime]:
    """The configuration in force, which must not be changed in place, and when it was saved."""
    found = versions.current(conn, workspace)
    assert found is not None, "a desk is open under some version"
    return found.document, found.created_at


def edit(conn: Connection, editor: Editor, change: Callable[[Document], T]) -> T:
    """Save the next version, which ``change`` makes of the present one; open tickets take it up at their next update.

    Raises:
        RefusedError: It cannot be made, or the engine does not take it; nothing was changed.
    """
    counters.allocate(conn, editor.workspace, "rules", 0)  # two edits at once would lose one
    document = deepcopy(current(conn, editor.workspace)[0])
    result = change(document)
    config = Config.from_document(document)
    try:
        rules_from_json(config.rules_json(), "")
    except SlaError as error:
        found = [{"description": problem.removeprefix(": "), "error": "InvalidValue"} for problem in error.problems]
        raise RecordInvalidError({"base": found}) from None
    save_config(conn, editor.workspace, config, who=editor.who, now=editor.now)
    return result
