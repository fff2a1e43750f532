"""E-mails about alerts: what they say, as plain text and as simple HTML, and under which Message-ID."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from bot.slack.alert_posts import AlertView
from bot.slack.text import clip
from bot.slack.wording import metric_label, plural

_SUBJECT_LIMIT, _QUOTE_LIMIT = 150, 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """An e-mail as it will be read.

    Attributes:
        to: The address.
        subject: One line; anything that is not printable is dropped when it is written.
        headline: The first line of the body.
        alerts: What it tells, worst first.
    """

    to: str
    subject: str
    headline: str
    alerts: tuple[AlertView, ...]


def letter(to: str, alerts: Sequence[AlertView]) -> Letter:
    """The e-mail that tells one alert, or names all those of a storm."""
    if len(alerts) == 1:
        said = f"{_what(alerts[0])}: {_who(alerts[0])}"
        return Letter(to=to, subject=said, headline=said, alerts=tuple(alerts))
    missed = sum(alert.breach for alert in alerts)
    counted = ", ".join(
        part
        for part, count in ((f"{missed} missed", missed), (f"{len(alerts) - missed} due soon", len(alerts) - missed))
        if count
    )
    tickets = plural(len({alert.number for alert in alerts}), "ticket")
    said = f"{plural(len(alerts), 'alert')} about {tickets}: {counted}"
    return Letter(to=to, subject=said, headline=said, alerts=tuple(alerts))


def compose(written: Letter, *, sender: str, message_id: str, now: datetime) -> EmailMessage:
    """The message to hand over; the same ``message_id`` every time it is tried.

    Raises:
        ValueError: The address cannot be one.
    """
    try:
        to, author = Address(addr_spec=written.to), Address(display_name="Threadline", addr_spec=sender)
    except (HeaderParseError, ValueError, IndexError) as error:
        raise ValueError("it is not an e-mail address") from error
    message = EmailMessage(policy=SMTP)
    message["From"] = author
    message["To"] = to
    message["Subject"] = one_line(written.subject, _SUBJECT_LIMIT)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{message_id}@{author.domain}>"
    # RFC 3834: nobody's absence note should answer this.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_text(written))
    message.add_alternative(_html(written), subtype="html")
    return message


def one_line(text: str, limit: int) -> str:
    """``text`` without line breaks or anything else that does not print: nothing in it can begin another header."""
    return clip(" ".join("".join(one if one.isprintable() else " " for one in text).split()), limit)


def _what(alert: AlertView) -> str:
    label = metric_label(alert.metric)
    return f"{label} missed" if alert.breach else f"{label} {alert.reached}"


def _who(alert: AlertView) -> str:
    return f"#{alert.number} {alert.customer}" + (f" ({alert.tier})" if alert.tier else "")


def _facts(alert: AlertView) -> str:
    hours = "business hours" if alert.business_hours else "24x7"
    due = f"{'was due' if alert.breach else 'due'} {alert.breach_at:%Y-%m-%d %H:%M} UTC ({hours})"
    if alert.paused and not alert.breach:
        due = f"no deadline while paused ({hours})"
    facts = [due, alert.priority or "no priority", alert.status, *alert.remarks]
    return " · ".join(fact for fact in facts if fact)


def _text(written: Letter) -> str:
    parts = [written.headline]
    for alert in written.alerts:
        lines = (f"{_what(alert)}: {_who(alert)}", _facts(alert), f"> {_quoted(alert)}", alert.permalink)
        parts.append("\n".join(line for line in lines if line))
    return "\n\n".join(parts) + "\n"


def _quoted(alert: AlertView) -> str:
    return one_line(alert.text, _QUOTE_LIMIT) or "(no text)"


def _html(written: Letter) -> str:
    return (
        '<!doctype html><html><head><meta charset="utf-8"></head><body>'
        f"<h2>{escape(written.headline)}</h2>{''.join(map(_paragraph, written.alerts))}</body></html>\n"
    )


def _paragraph(alert: AlertView) -> str:
    ticket = f'<a href="{escape(alert.permalink)}">Open the thread</a>' if alert.permalink else ""
    return (
        f"<p><strong>{escape(_what(alert))}: {escape(_who(alert))}</strong><br>{escape(_facts(alert))}</p>"
        f"<blockquote>{escape(_quoted(alert))}</blockquote><p>{ticket}</p>\n"
    )
