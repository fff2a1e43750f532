"""Whatever somebody types, clicks or sends is answered once, changes nothing by accident, and breaks nothing."""

import itertools

import pytest

from bot.services.requests.commands.verbs import NAMES
from bot.slack.envelopes import read_envelope
from store import inbox
from tests.support.desk import TRIAGE, Desk

WORDS = (
    *("#0", "#1", "#99999999999999999999", "#²", "²", "-1", "<@U0NOBODY>", "<@U0RITA|rita>", "<#C0NOPE>", "<!channel>"),
    *("undo", "off", "until", "until 99:99", "9999999999d", "monday monday", "\u202e", "``` *x* _y_ ~z~", "x" * 3000),
    *(
        "https://northwind.slack.com/archives/C0ACME/p1",
        "https://northwind.slack.com/archives/C0ACME/p1768208400000000",
    ),
    *(
        "<https://evil.example/archives/C0ACME/p1768208400000000?thread_ts=1|x>",
        "into",
        "urgent urgent",
        "%s {0} \\x00",
    ),
)


@pytest.mark.parametrize("verb", [*NAMES, "nothing", ""])
async def test_every_verb_answers_whatever_follows_it(desk: Desk, verb: str):
    await desk.post("U0RITA", "The export is empty")
    for word in WORDS:
        await desk.sandbox.ui.command("U0ANA", TRIAGE, f"/sla {verb} {word}")
    await desk.pass_time(seconds=30)
    assert len(desk.said_to("U0ANA")) == len(WORDS)
    assert all(said.strip() for said in desk.said_to("U0ANA"))
    assert (await desk.bot.db.read(inbox.counts))["quarantined"] == 0


async def test_requests_of_any_shape_are_answered_or_ignored(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    shapes = (None, [], {}, "x", 7, [None], [[]], [{}], [{"action_id": 7, "value": {}, "selected_option": "x"}])
    kinds = ("block_actions", "message_action", "view_submission", "view_closed")
    names = ("ticket_hold", "ticket_note", "ticket_set_priority", "ticket_more", "ticket_merge", "setup_agents")
    for sent, (kind, shape, name) in enumerate(itertools.product(kinds, shapes, names)):
        body = {"type": kind, "team": {"id": "T0HOME"}, "user": {"id": "U0ANA"}, "trigger_id": f"1.{sent}"}
        body |= {"actions": shape, "message": shape, "channel": shape, "callback_id": name}
        view = {"callback_id": name, "state": shape, "private_metadata": shape, "id": "V1"}
        await desk.bot.keep(read_envelope(body | {"view": view if sent % 2 else shape}))
    await desk.pass_time(minutes=1)
    counts = await desk.bot.db.read(inbox.counts)
    assert counts["quarantined"] == 0
    assert counts["pending"] == 0
    assert desk.facts()["Status"] == "new"
    assert desk.facts()["Assignee"] == "nobody yet"
