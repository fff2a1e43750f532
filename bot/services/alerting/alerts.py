"""An alert as the outbox keeps it: what was due, at whom it is aimed, and under which key it exists once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from sla.instants import format_instant, instant

ALERT, DIRECT, ALERT_EDIT, CORRECTION = "alert", "direct", "alert_edit", "correction"
MAIL, WEBHOOK = "mail", "webhook"
NOTICE, DIRECT_NOTICE = "notice", "direct_notice"
NOTE, HOLD_OVER = "note", "hold_over"
COMMENT = "comment"
SUBSCRIPTION = "subscription"
REGULAR, DIRECT_REGULAR = "regular", "direct_regular"
RECEIPT, REACTION = "receipt", "reaction"
DIGEST, DIGEST_PAGE = "digest", "digest_page"
DIRECT_DIGEST, DIRECT_DIGEST_PAGE = "direct_digest", "direct_digest_page"
MAIL_DIGEST, WEBHOOK_DIGEST = "mail_digest", "webhook_digest"

IN_CARD_THREAD = (ALERT, CORRECTION, NOTE, HOLD_OVER)
SINGLE = (ALERT, DIRECT, MAIL, WEBHOOK)
DIGESTS = (DIGEST, DIGEST_PAGE, DIRECT_DIGEST, DIRECT_DIGEST_PAGE, MAIL_DIGEST, WEBHOOK_DIGEST)
PAGES = (DIGEST_PAGE, DIRECT_DIGEST_PAGE)
REGULARS = (REGULAR, DIRECT_REGULAR)
SAID = (NOTE, HOLD_OVER, NOTICE, DIRECT_NOTICE, *REGULARS)
TO_PEOPLE = (DIRECT, DIRECT_NOTICE, DIRECT_DIGEST, DIRECT_DIGEST_PAGE, DIRECT_REGULAR)
TO_CUSTOMERS = (COMMENT, RECEIPT, REACTION)
OUTSIDE_SLACK = (MAIL, WEBHOOK, MAIL_DIGEST, WEBHOOK_DIGEST, SUBSCRIPTION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerted:
    """A threshold that was reached.

    Attributes:
        threshold: As the route writes it: "80%", "0".
        due_at: When the threshold was reached.
        breach_at: The deadline it is about.
        breach: Whether the deadline has passed.
        offset: Time left, or over, in the target's own hours: at ``due_at``, and when it is sent, then.
        arming: How often the threshold had been armed; once it is armed anew, the alert is void.
        paused: Whether the clock stood still when the alert was sent: then there is no deadline.
        absent: The assignee who would have been told, and is away.
        mentions: User ids, and user groups as ``subteam^ID``.
        late_because: What kept it before it was recorded, or before it became part of a digest; empty when not known.
        instead_of: The destination that could not be reached, for an alert that goes elsewhere in its place.
        unverified: Whether Slack could not be asked in time if the answer is already there.
    """

    metric: str
    threshold: str
    due_at: datetime
    breach_at: datetime
    breach: bool
    offset: timedelta
    business_hours: bool
    mentions: tuple[str, ...] = ()
    late_because: str = ""
    instead_of: str = ""
    unverified: bool = False
    arming: int = 1
    paused: bool = False
    absent: str = ""

    def payload(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "metric": self.metric,
            "threshold": self.threshold,
            "due_at": format_instant(self.due_at),
            "breach_at": format_instant(self.breach_at),
            "breach": self.breach,
            "offset_seconds": self.offset.total_seconds(),
            "business_hours": self.business_hours,
            "mentions": list(self.mentions),
            "late_because": self.late_because,
            "instead_of": self.instead_of,
            "unverified": self.unverified,
            "arming": self.arming,
            "paused": self.paused,
            "absent": self.absent,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        """From the JSON that :meth:`payload` made."""
        return cls(
            metric=payload["metric"],
            threshold=payload["threshold"],
            due_at=instant(payload["due_at"]),
            breach_at=instant(payload["breach_at"]),
            breach=payload["breach"],
            offset=timedelta(seconds=payload["offset_seconds"]),
            business_hours=payload["business_hours"],
            mentions=tuple(payload["mentions"]),
            late_because=payload.get("late_because", ""),
            instead_of=payload.get("instead_of", ""),
            unverified=payload.get("unverified", False),
            arming=payload.get("arming", 1),
            paused=payload.get("paused", False),
            absent=payload.get("absent", ""),
        )


def alert_key(ticket_id: int, metric: str, instance: int, threshold: str, arming: int, destination: str) -> str:
    """What makes an alert one alert: it is enqueued once, whoever notices it and however often."""
    return f"alert:{ticket_id}:{metric}:{instance}:{threshold}:{arming}:{destination}"
