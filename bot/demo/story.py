"""What the sample customers and agents say and do in one working day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

# A Monday; support opens at 09:00 in Lisbon, which is UTC in winter.
MORNING = datetime(2026, 1, 12, 8, 58, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Somebody writes; ``name`` is what later lines call the message by, ``reply_to`` the thread it answers in.

    With a ``ts`` it was written in a Slack before, and its text is Slack's own already.
    """

    at: datetime
    channel: str
    user: str
    text: str
    name: str = ""
    reply_to: str = ""
    ts: str = ""
    file_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """An agent clicks a button on the card of the ticket that a message opened."""

    at: datetime
    user: str
    action: str
    ticket_of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Somebody types a slash command."""

    at: datetime
    user: str
    channel: str
    text: str


Line = Post | Click | Command


def _at(clock: str) -> datetime:
    hours, minutes = clock.split(":")
    day = MORNING.replace(hour=0, minute=0)
    return day + timedelta(hours=int(hours), minutes=int(minutes))


def sample_story() -> Sequence[Line]:
    """A day with everything in it: answers in time, a warning, a breach, a burst, an escalation, a reopened ticket."""
    return (
        Post(
            at=_at("9:01"),
            channel="C0ACME",
            user="U0RITA",
            name="down",
            text="Hi team, our checkout is failing for every customer since 08:50. Looks like production down :fire:",
        ),
        Post(
            at=_at("9:03"),
            channel="C0GLOBEX",
            user="U0HANK",
            name="export",
            text="Morning! The CSV export of last week's orders has only 500 rows, we expected about 2,300.",
        ),
        Post(at=_at("9:04"), channel="C0GLOBEX", user="U0HANK", text="(same with the XLSX export, by the way)"),
        Post(
            at=_at("9:06"),
            channel="C0INITECH",
            user="U0MILTON",
            name="stapler",
            text="Could somebody tell me how I add a second approver to an invoice?",
        ),
        Post(
            at=_at("9:11"),
            channel="C0GLOBEX",
            user="U0BEN",
            reply_to="export",
            text="Thanks Hank, I see the cut at 500 rows. Looking at the job that writes it.",
        ),
        Post(
            at=_at("9:19"),
            channel="C0ACME",
            user="U0ANA",
            reply_to="down",
            text="Rita, we are on it. A bad deploy of the payment gateway at 08:48, we are rolling it back now.",
        ),
        Click(at=_at("9:20"), user="U0ANA", action="ticket_claim", ticket_of="down"),
        Post(
            at=_at("9:24"),
            channel="C0ACME",
            user="U0RITA",
            reply_to="down",
            text="Payments go through again, thank you!",
        ),
        Post(
            at=_at("9:31"),
            channel="C0ACME",
            user="U0ANA",
            reply_to="down",
            text="Great. We keep watching it for the next hour, and you get a write-up tomorrow.",
        ),
        Click(at=_at("9:32"), user="U0ANA", action="ticket_solve", ticket_of="down"),
        Post(
            at=_at("9:40"),
            channel="C0ACME",
            user="U0SAM",
            name="sso",
            text="Two of our new colleagues cannot sign in with SSO: *invalid_grant*. <!channel> can anybody look?",
        ),
        Post(
            at=_at("10:05"),
            channel="C0GLOBEX",
            user="U0BEN",
            reply_to="export",
            text="Found it: the export stops at a time-out. For now, could you export day by day?",
        ),
        Click(at=_at("10:06"), user="U0BEN", action="ticket_pending", ticket_of="export"),
        Post(
            at=_at("10:33"),
            channel="C0ACME",
            user="U0ANA",
            reply_to="sso",
            text="Hi Sam, their accounts miss the role that SSO asks for, I have added it.",
        ),
        Command(at=_at("11:00"), user="U0CLEO", channel="C0INITECH", text="/priority high"),
        Post(
            at=_at("11:20"),
            channel="C0INITECH",
            user="U0BEN",
            reply_to="stapler",
            text="Hello Milton! Settings, then Invoices, then Approvers: there is a plus sign next to the first one.",
        ),
        Post(
            at=_at("11:42"),
            channel="C0INITECH",
            user="U0MILTON",
            reply_to="stapler",
            text="Thank you so much! :tada:",
        ),
        Click(at=_at("11:45"), user="U0BEN", action="ticket_solve", ticket_of="stapler"),
        Post(
            at=_at("14:10"),
            channel="C0GLOBEX",
            user="U0HANK",
            reply_to="export",
            text="Day by day works, all 2,311 rows are there.",
        ),
        Post(
            at=_at("14:25"), channel="C0GLOBEX", user="U0BEN", reply_to="export", text="Good. The fix is out now, too."
        ),
        Click(at=_at("14:26"), user="U0BEN", action="ticket_solve", ticket_of="export"),
        Post(
            at=_at("15:00"), channel="C0ACME", user="U0SAM", reply_to="sso", text="One of the two still gets the error."
        ),
        Post(
            at=_at("16:45"),
            channel="C0ACME",
            user="U0ANA",
            reply_to="sso",
            text="Her session was cached. Please try once more.",
        ),
        Post(at=_at("16:52"), channel="C0ACME", user="U0SAM", reply_to="sso", text="Works now :tada:"),
        Click(at=_at("16:55"), user="U0ANA", action="ticket_solve", ticket_of="sso"),
        Post(
            at=_at("17:15"),
            channel="C0GLOBEX",
            user="U0HANK",
            name="webhook",
            text="Our webhook gets every event twice since noon.",
        ),
    )
