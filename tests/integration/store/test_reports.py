"""What reports, imports and the dashboard keep and ask for, on both databases."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from sla.engine import Outcome
from sla.report import Tally
from sla.spread import Spread
from store import imports, instances, metric_events, reports, rollups, sessions, ticket_events, tickets
from store.engine import Database
from store.reports import Span
from store.sessions import Session, SessionKind
from tests.support.stored import NOON, a_metric_event, a_ticket, an_event, an_instance

HOUR = timedelta(hours=1)


async def test_instances_with_a_target_are_read_with_what_their_ticket_is(db: Database):
    def fill(conn):
        tickets.create(conn, a_ticket(customer="acme", priority="urgent", assignee="U2", group_name="engineering"))
        took = {"business_seconds": 60.0, "calendar_seconds": 120.5}
        done = {"stage": "fulfilled", "outcome": "met", "fulfilled_at": NOON + HOUR, "elapsed": took}
        rows = [
            an_instance(**done, policy="Everybody", rules_version=3, relaxed=True),
            an_instance(metric="next_reply_time", breach_at=NOON + HOUR),
            an_instance(metric="requester_wait_time", target_seconds=None),
            an_instance(metric="agent_work_time", activated_at=NOON + 9 * HOUR),
        ]
        instances.upsert_many(conn, rows)

    await db.write(fill)
    span = Span(since=NOON, until=NOON + HOUR)
    first, late = await db.read(lambda conn: reports.measured(conn, "T1", span, NOON + 2 * HOUR))
    assert (first.metric, first.outcome, first.relaxed, first.version) == ("first_reply_time", Outcome.MET, True, 3)
    assert (first.business, first.calendar) == (timedelta(seconds=60), timedelta(seconds=120.5))
    assert (first.customer, first.priority, first.agent, first.group) == ("acme", "urgent", "U2", "engineering")
    assert (late.outcome, late.is_open, late.ended_at) == (Outcome.MISSED, True, None)
    assert await db.read(lambda conn: len(reports.measured(conn, "T1", Span(), NOON))) == 3
    assert await db.read(lambda conn: reports.measured(conn, "T2", Span(), NOON)) == []


async def test_pauses_comments_and_reasons_are_found_by_ticket(db: Database):
    def fill(conn):
        tickets.create(conn, a_ticket())
        paused = [
            a_metric_event(type=kind, at=NOON + n * HOUR) for n, kind in enumerate(("activate", "pause", "resume"))
        ]
        metric_events.append(conn, [*paused, a_metric_event(type="pause", at=NOON, deleted=True)])
        ticket_events.append(conn, an_event("C1:1"))
        ticket_events.append(conn, an_event("x", type="exempt", body={"type": "exempt", "reason": "spam"}))

    await db.write(fill)
    stops = await db.read(lambda conn: list(reports.stops(conn, "T1", [1])))
    assert [(stop.type, stop.at) for stop in stops] == [("pause", NOON + HOUR), ("resume", NOON + 2 * HOUR)]
    assert await db.read(lambda conn: list(reports.comments(conn, "T1", [1, 2]))) == [
        (1, {"type": "comment", "text": "hi"})
    ]
    assert await db.read(lambda conn: reports.exemptions(conn, "T1", [1])) == {1: "spam"}
    assert await db.read(lambda conn: list(reports.stops(conn, "T1", []))) == []


async def test_the_figures_of_a_day_are_replaced_as_a_whole(db: Database):
    day = date(2026, 1, 5)
    tally = Tally(counts=Counter(met=2, fulfilled=2), business=Spread(Counter({60: 2}), buckets=1 << 70))

    def fill(conn):
        rollups.replace_day(conn, "T1", day, {("agent", "U1"): tally, ("agent", None): Tally()})
        rollups.replace_day(conn, "T1", day, {("agent", "U2"): tally, ("agent", None): Tally()})
        rollups.finish(conn, "T1", "UTC", NOON)
        rollups.finish(conn, "T1", "Europe/Berlin", NOON + HOUR)

    await db.write(fill)
    kept = await db.read(lambda conn: list(rollups.of_days(conn, "T1", "agent", day, day)))
    assert {value: (found.counts["met"], found.business) for _, value, found in kept} == {
        "U2": (2, tally.business),
        None: (0, Spread()),
    }
    known = await db.read(lambda conn: rollups.rolled_up(conn, "T1"))
    assert known is not None
    assert (known.time_zone, known.through) == ("Europe/Berlin", NOON + HOUR)
    assert await db.read(lambda conn: list(rollups.of_days(conn, "T1", "agent", date(2026, 1, 6), None))) == []
    await db.write(lambda conn: (rollups.forget(conn, "T1"), rollups.clear(conn, "T1")))
    assert await db.read(lambda conn: rollups.rolled_up(conn, "T1")) is None


async def test_changed_tickets_say_which_instants_may_have_other_figures(db: Database):
    def fill(conn):
        for number, updated_at in enumerate((NOON, NOON + 5 * HOUR), start=1):
            tickets.create(conn, a_ticket(updated_at=updated_at))
            instances.upsert_many(conn, [an_instance(ticket_id=number, activated_at=NOON + number * HOUR)])
            ticket_events.append(conn, an_event(f"C1:{number}", ticket_id=number, at=NOON - number * HOUR))

    await db.write(fill)
    touched = await db.read(lambda conn: set(rollups.instants_touched(conn, "T1", NOON + HOUR)))
    assert touched == {NOON + 2 * HOUR, NOON - 2 * HOUR}
    assert await db.read(lambda conn: set(rollups.instants_touched(conn, "T1", None))) == {NOON + HOUR, NOON + 2 * HOUR}


async def test_open_clocks_whose_deadline_has_passed_are_found_whether_noted_or_not(db: Database):
    def fill(conn):
        tickets.create(conn, a_ticket())
        due = {1: NOON, 2: NOON + HOUR, 3: NOON + 2 * HOUR, 4: None}
        rows = [
            an_instance(instance=number, activated_at=NOON - number * HOUR, breach_at=at) for number, at in due.items()
        ]
        done = an_instance(instance=5, activated_at=NOON - 5 * HOUR, breach_at=NOON + HOUR, outcome="met")
        instances.upsert_many(conn, [*rows, done])

    await db.write(fill)
    found = await db.read(lambda conn: list(rollups.deadlines_passed(conn, "T1", NOON + HOUR, NOON + 2 * HOUR)))
    assert found == [NOON - 2 * HOUR]
    assert await db.read(lambda conn: list(rollups.deadlines_passed(conn, "T2", NOON, NOON + 2 * HOUR))) == []


async def test_a_link_is_used_up_by_the_first_and_expires(db: Database):
    def a_link(digest: str, **changed) -> Session:
        values = {"workspace": "T1", "digest": digest, "kind": SessionKind.LINK, "user_id": "U1", "created_at": NOON}
        return Session(**values | {"expires_at": NOON + HOUR} | changed)

    await db.write(lambda conn: sessions.begin(conn, a_link("a")))
    await db.write(lambda conn: sessions.begin(conn, a_link("b", kind=SessionKind.SESSION)))
    assert await db.write(lambda conn: sessions.take(conn, "T1", "b", NOON)) is None
    assert await db.write(lambda conn: sessions.take(conn, "T1", "a", NOON + HOUR)) is None
    taken = await db.write(lambda conn: sessions.take(conn, "T1", "a", NOON))
    assert taken is not None
    assert taken.user_id == "U1"
    assert await db.write(lambda conn: sessions.take(conn, "T1", "a", NOON)) is None
    later = a_link("c", created_at=NOON + 2 * HOUR, expires_at=NOON + 3 * HOUR)
    await db.write(lambda conn: sessions.begin(conn, later))
    assert await db.read(lambda conn: sessions.find(conn, "T1", "b", SessionKind.SESSION, NOON)) is None


async def test_what_came_from_slack_itself_is_told_from_what_was_imported(db: Database):
    def fill(conn):
        tickets.create(conn, a_ticket())
        ticket_events.append(conn, an_event("C1:1", type="created", source="import"))
        ticket_events.append(conn, an_event("C1:2", type="created", at=NOON + HOUR))

    assert await db.read(lambda conn: imports.first_live_at(conn, "T1")) is None
    await db.write(fill)
    assert await db.read(lambda conn: imports.first_live_at(conn, "T1")) == datetime(2026, 1, 5, 13, tzinfo=UTC)
