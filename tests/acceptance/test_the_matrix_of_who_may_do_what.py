"""Every role, by every way of asking, for everything that can be asked: what comes of it.

The tables below are literal. Each cell is carried out in Slack, by a person of that role, on a ticket of its own; what
came of it is read from the audit log (every change by a person is in it) and from what the person was told.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from bot.clock import ManualClock
from bot.sandbox import SandboxError
from bot.sandbox.kit.views import new_view
from bot.slack.views import forms
from store import audit, tickets
from store.tickets import Filter
from tests.support.desk import CONFIG, MONDAY, TRIAGE, Desk, opened

DONE, REFUSED, IGNORED, IMPOSSIBLE = "done", "refused", "ignored", "impossible"
NOT_OF_THE_TEAM = "Only the support team can do that."

PEOPLE = {
    "customer of another company": "U0RITA",
    "colleague who is a customer": "U0DORA",
    "guest": "U0MILTON",
    "app": "U0DEPLOY",
    "agent": "U0ANA",
    "admin": "U0CLEO",
}

# What comes of each way of asking, whatever is asked. "shared" is a ticket of a channel with another company in it,
# "internal" one of a channel of our own: there a colleague is a customer, and elsewhere an agent.
# fmt: off
EXPECTED = {
    #                                          command     button   modal    shortcut    mention  reaction
    ("customer of another company", "shared"): (IMPOSSIBLE, REFUSED, REFUSED, IMPOSSIBLE, IGNORED, IGNORED),
    ("customer of another company", "internal"): (IMPOSSIBLE, REFUSED, REFUSED, IMPOSSIBLE, IMPOSSIBLE, IMPOSSIBLE),
    ("colleague who is a customer", "shared"): (DONE, DONE, DONE, DONE, DONE, DONE),
    ("colleague who is a customer", "internal"): (REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, IGNORED),
    ("guest", "shared"): (REFUSED, REFUSED, REFUSED, REFUSED, IGNORED, IGNORED),
    ("guest", "internal"): (REFUSED, REFUSED, REFUSED, REFUSED, IGNORED, IGNORED),
    ("app", "shared"): (REFUSED, REFUSED, REFUSED, REFUSED, IGNORED, IGNORED),
    ("app", "internal"): (REFUSED, REFUSED, REFUSED, REFUSED, IGNORED, IGNORED),
    ("agent", "shared"): (DONE, DONE, DONE, DONE, DONE, DONE),
    ("agent", "internal"): (DONE, DONE, DONE, DONE, DONE, DONE),
    ("admin", "shared"): (DONE, DONE, DONE, DONE, DONE, DONE),
    ("admin", "internal"): (DONE, DONE, DONE, DONE, DONE, DONE),
}
# What is about no single ticket: only for the team by name, whatever channel it is typed in.
EXPECTED_OF_LISTS = {
    "customer of another company": IMPOSSIBLE,
    "colleague who is a customer": REFUSED,
    "guest": REFUSED,
    "app": REFUSED,
    "agent": DONE,
    "admin": DONE,
}
# fmt: on
WAYS = ("command", "button", "modal", "shortcut", "mention", "reaction")

TYPED = {
    "claim": "claim {n}",
    "assign": "assign <@U0BEN> {n}",
    "group": "assign engineering {n}",
    "priority": "priority high {n}",
    "status": "status pending {n}",
    "no reply": "noreply {n}",
    "exempt": "exempt {n} spam",
    "merge": "merge {n} into {other}",
    "note": "note {n} hello",
    "snooze": "snooze {n} 30m",
    "split": "split {link}",
}
BUTTONS = ("ticket_claim", "ticket_pending", "ticket_solve", "ticket_no_reply", "ticket_set_priority", "ticket_not")
FORMS = {
    "ticket_hold": {"reason": "waits"},
    "ticket_snooze": {"wait": "1h"},
    "ticket_note": {"note": "hello"},
    "ticket_priority": {"priority": "low"},
    "ticket_status": {"status": "pending"},
    "ticket_merge": {"into": "{other}"},
}
SHORTCUTS = ("ticket_claim", "ticket_no_reply", "ticket_split")
REACTIONS = ("eyes", "white_check_mark", "zzz", "no_entry", "hourglass", "hand")
LISTS = ("list", "mine", "policies", "hours")


RULES = CONFIG.replace(
    "channels:\n  C0HELP: {}",
    "channels:\n"
    "  defaults: {group_messages_within: off, unthreaded_replies: off, acknowledge: off}\n"
    "  C0HELP: {}\n"
    "groups: {engineering: {users: [U0BEN]}}\n"
    "intake: {reactions: {eyes: claim, white_check_mark: solved, zzz: no_reply_needed, no_entry: not_a_ticket,"
    " hourglass: pending, hand: hold}}",
).replace(
    'default: {thresholds: {"80%": [alert_channel, assignee], "0": [alert_channel, assignee]}}',
    "default: {thresholds: {}}",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A ticket for one cell, with the messages of its thread and its card."""

    number: int
    channel: str
    ts: str
    reply: str
    card: str


@pytest.fixture
async def open_desk(desk_database: str) -> AsyncIterator[Desk]:
    async with opened(desk_database, clock=ManualClock(MONDAY), config=RULES) as running:
        yield running


@pytest.fixture
async def socket_desk(desk_database: str) -> AsyncIterator[Desk]:
    async with opened(desk_database, clock=ManualClock(MONDAY), config=RULES, socket_mode=True) as running:
        yield running


@pytest.mark.parametrize(("role", "kind"), EXPECTED)
async def test_what_comes_of_everything_that_a_person_can_ask(open_desk: Desk, role: str, kind: str):
    user = PEOPLE[role]
    asking = await asking_for_everything(open_desk, user, kind)
    for way, expected in zip(WAYS, EXPECTED[role, kind], strict=True):
        assert await asking.outcomes(way) == dict.fromkeys(asking.cells(way), expected), way


@pytest.mark.parametrize(("role", "kind"), [("customer of another company", "shared"), ("agent", "shared")])
async def test_it_is_the_same_in_socket_mode(socket_desk: Desk, role: str, kind: str):
    user = PEOPLE[role]
    asking = await asking_for_everything(socket_desk, user, kind)
    for way, expected in zip(WAYS, EXPECTED[role, kind], strict=True):
        assert await asking.outcomes(way) == dict.fromkeys(asking.cells(way), expected), way


@pytest.mark.parametrize("role", PEOPLE)
async def test_who_may_list_and_read_what_is_about_no_single_ticket(open_desk: Desk, role: str):
    await let_everybody_in(open_desk)
    outcomes = {}
    for verb in LISTS:
        before = len(open_desk.said_to(PEOPLE[role]))
        try:
            await open_desk.sandbox.ui.command(PEOPLE[role], TRIAGE, f"/sla {verb}")
        except SandboxError:
            outcomes[verb] = IMPOSSIBLE
            continue
        await open_desk.pass_time(seconds=1)
        (said,) = open_desk.said_to(PEOPLE[role])[before:]
        outcomes[verb] = REFUSED if said == NOT_OF_THE_TEAM else DONE
    assert outcomes == dict.fromkeys(LISTS, EXPECTED_OF_LISTS[role])


@pytest.mark.parametrize("role", [role for role in PEOPLE if role not in {"agent", "admin"}])
async def test_whoever_may_not_is_not_even_shown_the_form(open_desk: Desk, role: str):
    asking = await asking_for_everything(open_desk, PEOPLE[role], "internal")
    for name in FORMS:
        action = "ticket_more" if name in {"ticket_snooze", "ticket_note"} else name
        case = asking.cases[f"modal {name}"]
        if name == "ticket_hold":
            await open_desk.sandbox.ui.click(PEOPLE[role], TRIAGE, case.card, action)
        elif action == "ticket_more":
            await open_desk.sandbox.ui.choose(PEOPLE[role], TRIAGE, case.card, action, f"{name}:{case.number}")
        else:
            continue  # these are opened by shortcuts only, which are in the matrix
        await open_desk.pass_time(seconds=1)
        assert open_desk.modal_text(PEOPLE[role]) == f"{forms.TITLES[name]}\n{NOT_OF_THE_TEAM}"
        assert open_desk.views_of(PEOPLE[role])[0].get("submit") is None


async def let_everybody_in(desk: Desk) -> None:
    """The alert channel is open to every role, as if somebody had been careless."""
    desk.sandbox.channels.join(TRIAGE, "U0MILTON")
    desk.sandbox.channels.join("C0ACME", "U0MILTON")
    desk.sandbox.channels.share(TRIAGE, "T0ACME")
    desk.sandbox.channels.join(TRIAGE, "U0RITA")
    await desk.pass_time(seconds=1)


async def asking_for_everything(desk: Desk, user: str, kind: str) -> "Asking":
    """A ticket for each cell, each with a card that everybody can reach."""
    asking = Asking(desk=desk, user=user, cases={})
    names = [f"{way} {name}" for way in WAYS for name in asking.cells(way)]
    channel, customer = ("C0ACME", "U0SAM") if kind == "shared" else ("C0HELP", "U0MILTON")
    posted = [desk.sandbox.act.post(channel, customer, f"About {name}")["ts"] for name in ("other", *names)]
    replies = [desk.sandbox.act.post(channel, customer, "And more", thread_ts=ts)["ts"] for ts in posted]
    await desk.pass_time(seconds=len(posted) + 5)
    found = await desk.bot.db.read(lambda conn: tickets.listing(conn, "T0HOME", Filter(), limit=1000))
    by_ts = {ticket.thread_ts: ticket for ticket in found}
    for name, ts, reply in zip(("other", *names), posted, replies, strict=True):
        ticket = by_ts[ts]
        assert ticket.card_ts is not None
        asking.cases[name] = Case(number=ticket.ticket_id, channel=channel, ts=ts, reply=reply, card=ticket.card_ts)
    await let_everybody_in(desk)
    return asking


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Somebody asks for everything, in every way."""

    desk: Desk
    user: str
    cases: dict[str, Case]

    def cells(self, way: str) -> list[str]:
        """What can be asked for in a way."""
        asked = {
            "command": list(TYPED),
            "button": list(BUTTONS),
            "modal": list(FORMS),
            "shortcut": list(SHORTCUTS),
            "mention": [name for name in TYPED if name != "split"],
            "reaction": list(REACTIONS),
        }
        return asked[way]

    async def outcomes(self, way: str) -> dict[str, str]:
        """What came of each cell: done, refused in words, ignored, or made impossible by Slack."""
        impossible: set[str] = set()
        refusals = 0
        before = self._refusals()
        for name in self.cells(way):
            try:
                await getattr(self, f"_{way}")(name, self.cases[f"{way} {name}"])
            except SandboxError:
                impossible.add(name)
                continue
            if way == "modal":
                await self.desk.pass_time(seconds=1)
                refusals += NOT_OF_THE_TEAM in self.desk.modal_text(self.user)
        await self.desk.pass_time(seconds=2)
        refusals += self._refusals() - before
        log = await self.desk.bot.db.read(lambda conn: audit.listing(conn, "T0HOME", limit=1000))
        mine = [entry for entry in log if entry.who == self.user]
        touched = {entry.ticket_id for entry in mine} | {entry.detail.get("of") for entry in mine}
        done = {name for name in self.cells(way) if self.cases[f"{way} {name}"].number in touched}
        left = len(self.cells(way)) - len(done) - len(impossible)
        assert refusals in {0, left}, f"{refusals} of {left} were told that they may not"
        rest = REFUSED if refusals else IGNORED
        return {name: DONE if name in done else IMPOSSIBLE if name in impossible else rest for name in self.cells(way)}

    def _refusals(self) -> int:
        return self.desk.said_to(self.user).count(NOT_OF_THE_TEAM)

    def _typed(self, name: str, case: Case) -> str:
        link = f"https://northwind.slack.com/archives/{case.channel}/p{case.reply.replace('.', '')}?thread_ts={case.ts}"
        return TYPED[name].format(n=f"#{case.number}", other=f"#{self.cases['other'].number}", link=link)

    async def _command(self, name: str, case: Case) -> None:
        await self.desk.sandbox.ui.command(self.user, TRIAGE, f"/sla {self._typed(name, case)}")

    async def _button(self, name: str, case: Case) -> None:
        ui = self.desk.sandbox.ui
        if name == "ticket_set_priority":
            await ui.choose(self.user, TRIAGE, case.card, name, f"{case.number}:urgent")
        elif name == "ticket_not":
            await ui.choose(self.user, TRIAGE, case.card, "ticket_more", f"{name}:{case.number}")
        else:
            await ui.click(self.user, TRIAGE, case.card, name)

    async def _modal(self, name: str, case: Case) -> None:
        """The form as an agent would have it: whoever submits it is judged then."""
        draw: dict[str, Callable[[], dict[str, Any]]] = {
            "ticket_hold": lambda: forms.hold(case.number, "", self.desk.now),
            "ticket_snooze": lambda: forms.snooze(case.number, "", self.desk.now, is_snoozed=False),
            "ticket_note": lambda: forms.note(case.number, "", self.desk.now),
            "ticket_priority": lambda: forms.priority(case.number, "", self.desk.now, present="normal"),
            "ticket_status": lambda: forms.status(case.number, "", self.desk.now, present="open"),
            "ticket_merge": lambda: forms.merge(case.number, "", self.desk.now),
        }
        slack = self.desk.sandbox.slack
        install = slack.world.apps[self.desk.stage.world.app].installs["T0HOME"]
        view = new_view(slack, install, self.user, draw[name]())
        slack.views.replace_stack(view)
        other = f"#{self.cases['other'].number}"
        values = {field: value.format(other=other) for field, value in FORMS[name].items()}
        await self.desk.sandbox.ui.submit(self.user, view.id, values=values)

    async def _shortcut(self, name: str, case: Case) -> None:
        await self.desk.sandbox.ui.shortcut(self.user, name, channel=case.channel, ts=case.reply)

    async def _mention(self, name: str, case: Case) -> None:
        text = f"<@U0THREAD> {self._typed(name, case)}"
        self.desk.sandbox.act.post(case.channel, self.user, text, thread_ts=case.ts)

    async def _reaction(self, name: str, case: Case) -> None:
        self.desk.sandbox.act.react(case.channel, self.user, case.ts, name)
