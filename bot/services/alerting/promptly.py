"""In a storm, the alerts of missed deadlines are recorded before the tickets are looked at one by one.

To look at a ticket takes a millisecond: it is evaluated, its rows are written, its card is edited. Of ten thousand
whose deadlines pass at one moment the last would be told of many seconds late. But all that the plainest alert needs,
that of a deadline just passed, stands in the instance's row, which is written whenever the ticket's state is. So these
alerts are recorded for hundreds of tickets at a time, each under the key that it would have had; nothing else changes,
and every ticket is looked at afterwards as if nobody had. What is less plain (quiet hours, snoozes, an alert that comes
late or repeats an earlier threshold) waits for that.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from bot.services.alerting.alerts import Alerted
from bot.services.alerting.audience import messages
from bot.services.alerting.lateness import LATE
from bot.services.tickets.watching import engine_route
from bot.services.workspace.desk import Desk
from sla.alert_log import AlertKey, AlertLog, alert_log_from_json, alert_log_to_json
from sla.alerts import Alert, Route
from sla.metrics import GROUP_METRICS, REPLY_METRICS, Metric
from sla.thresholds import Threshold
from store import absences, breaching, outbox
from store.breaching import Passed, Place
from store.outbox import NewMessage
from store.tickets import TicketRecord

BATCH = 500
_DEADLINE = Threshold()

log = structlog.get_logger()


def record_promptly(desk: Desk, now: datetime, after: Place, leaving: Container[int], conn: Connection) -> Place | None:
    """Record what one batch of passed deadlines tells, the oldest first; where the next batch begins, if there is one.

    Nobody has asked Slack about them: alerts of replies are recorded as unverified.

    Args:
        desk: The desk.
        now: The moment of the decision.
        after: Where the last batch ended.
        leaving: Numbers of tickets to leave alone: Slack is being asked about them.
        conn: The transaction.
    """
    passed = breaching.passed_deadlines(conn, desk.workspace, now, after, BATCH)
    telling = _Telling(desk=desk, now=now, away=absences.away(conn, desk.workspace, now))
    recorded: list[NewMessage] = []
    settled: list[tuple[Passed, Mapping[str, object]]] = []
    for row in passed:
        if row.ticket_id not in leaving and (told := telling.of(row)):
            recorded += told[0]
            settled.append((row, alert_log_to_json(told[1])))
    if settled:
        new = outbox.enqueue_many(conn, recorded)
        breaching.settle(conn, desk.workspace, settled)
        log.info("alerts.recorded", tickets=len(settled), messages=new)
    return passed[-1].place if len(passed) == BATCH else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Telling:
    """Decides what passed deadlines tell.

    Attributes:
        away: Who is away.
        routes: Those met so far, by what they are found by.
    """

    desk: Desk
    now: datetime
    away: Mapping[str, datetime]
    routes: dict[tuple[str | None, ...], Route] = field(default_factory=dict)

    def of(self, row: Passed) -> tuple[list[NewMessage], AlertLog] | None:
        """The messages about a deadline, and the log once they are recorded; None where there is nothing plain."""
        begun = self.desk.enforce_from
        if row.breach_at <= self.now - LATE or (begun is not None and row.created_at < begun):
            return None
        route = self._route(row)
        known = alert_log_from_json(row.sent)
        destinations = route.thresholds.get(_DEADLINE, ())
        named = str(row.ticket_id), row.metric, row.instance, str(_DEADLINE), known.arming(_DEADLINE)
        keys = [AlertKey(*named, destination) for destination in dict.fromkeys(destinations)]
        if not keys or route.quiet or any(map(known.settles, keys)) or self._another_has_passed(row, route):
            return None
        together = [Alert(key, key.destination) for key in keys]
        return list(self._messages(row, together)), known.with_settled(keys)

    def _messages(self, row: Passed, together: list[Alert]) -> Iterator[NewMessage]:
        alerted = Alerted(
            metric=row.metric,
            threshold=str(_DEADLINE),
            due_at=row.breach_at,
            breach_at=row.breach_at,
            breach=True,
            offset=timedelta(),
            business_hours=row.business_hours,
            unverified=row.metric in REPLY_METRICS,
        )
        ticket = TicketRecord(
            workspace=self.desk.workspace,
            ticket_id=row.ticket_id,
            channel_id=row.channel_id,
            thread_ts=row.thread_ts,
            customer=row.customer,
            assignee=row.assignee,
            group_name=row.group_name,
            last_event_at=row.created_at,
            created_at=row.created_at,
            updated_at=row.created_at,
        )
        return messages(self.desk, ticket, together, alerted, self.now, away=self.away)

    def _another_has_passed(self, row: Passed, route: Route) -> bool:
        """Whether a threshold beyond the deadline may have been reached: its hours pass no faster than the clock."""
        target = timedelta(seconds=row.target_seconds)
        over = self.now - row.breach_at
        return any(over >= used - target for each in route.thresholds if (used := each.of(target)) > target)

    def _route(self, row: Passed) -> Route:
        policy = row.group_policy if Metric(row.metric) in GROUP_METRICS else row.policy
        key = policy, row.group_name, row.customer
        if key not in self.routes:
            configured = self.desk.config.route_for(policy, group=row.group_name, customer=row.customer)
            self.routes[key] = engine_route(configured, self.desk.rules)
        return self.routes[key]
