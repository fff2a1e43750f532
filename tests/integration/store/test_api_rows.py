"""What the REST API keeps and reads, on SQLite and on PostgreSQL alike."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from store import exports, metric_events, resources, subscriptions, ticket_events, tickets, tokens, workspaces
from store.engine import Database
from store.exports import Page, Since, Term
from store.subscriptions import Subscription
from store.tokens import Token, digest_of
from store.workspaces import Workspace
from tests.support.stored import NOON, a_metric_event, a_ticket, an_event


def stored(conn: Connection) -> None:
    for name in ("T1", "T2"):
        workspaces.save(conn, Workspace(workspace=name))
    for number in range(5):
        changed: dict[str, Any] = {
            "subject": f"Ticket {number} with 100% \x00",
            "updated_at": NOON + timedelta(seconds=number // 2),
            "priority": "high" if number % 2 else None,
            "tags": ["vip", "é"] if number == 3 else [],
        }
        tickets.create(conn, a_ticket(**changed))
    tickets.create(conn, a_ticket(workspace="T2", subject="theirs"))


async def test_numbers_are_given_once_and_never_again(db: Database):
    def unit(conn: Connection) -> list[int]:
        first = resources.give_numbers(conn, "T1", "user", ["U1", "U2", "U1"], NOON)
        again = resources.give_numbers(conn, "T1", "user", ["U2", "U3"], NOON)
        other = resources.give_numbers(conn, "T2", "user", ["U3"], NOON)
        resources.forget(conn, "T1", "user", 3)
        last = resources.add(conn, "T1", "user", "U4", NOON)
        found = [first["U1"], first["U2"], again["U2"], again["U3"], other["U3"], last]
        return [each.number for each in found]

    assert await db.write(unit) == [1, 2, 2, 3, 1, 4]


async def test_a_number_from_elsewhere_is_kept_and_not_given_to_another(db: Database):
    def unit(conn: Connection) -> tuple[bool, bool, bool, list[int]]:
        record = resources.ResourceRecord(
            workspace="T1", kind="policy", number=2, name="id:2", created_at=NOON, updated_at=NOON
        )
        kept = resources.keep(conn, record)
        again = resources.keep(conn, record)
        resources.change(conn, "T1", "policy", 2, document={"a": 1})
        changed = resources.numbered(conn, "T1", "policy", 2)
        numbers = [resources.add(conn, "T1", "policy", name, NOON).number for name in ("a", "b")]
        return kept, again, changed is not None and changed.document == {"a": 1}, numbers

    assert await db.write(unit) == (True, False, True, [1, 3])


async def test_a_token_is_found_by_its_hash_in_its_own_workspace_only(db: Database):
    token = Token(
        workspace="T1", digest=digest_of("secret"), name="x", role="agent", created_at=NOON, created_by="somebody"
    )

    def unit(conn: Connection) -> list[bool]:
        number = tokens.create(conn, token)
        tokens.used(conn, "T1", number, NOON)
        found = tokens.find(conn, "T1", digest_of("secret"))
        assert found is not None
        before = found.holds(NOON)
        revoked = [tokens.revoke(conn, "T1", number, NOON), tokens.revoke(conn, "T1", number, NOON)]
        after = tokens.listing(conn, "T1")[0]
        theirs = tokens.find(conn, "T2", digest_of("secret"))
        return [found.last_used_at == NOON, before, *revoked, after.holds(NOON), theirs is None]

    assert await db.write(unit) == [True, True, True, False, False, True]


async def test_tickets_are_found_by_what_is_asked_for(db: Database):
    await db.write(stored)

    async def found(*terms: Term, **page: Any) -> list[int]:
        listed = await db.read(lambda conn: exports.tickets_listed(conn, "T1", terms, Page(**page)))
        assert len(listed) == await db.read(lambda conn: exports.tickets_counted(conn, "T1", terms)) or page
        return [ticket.ticket_id for ticket in listed]

    assert await found() == [1, 2, 3, 4, 5]
    assert await found(order="updated_at", descending=True, limit=2) == [5, 4]
    assert await found(Term(field="priority", values=("high", None))) == [1, 2, 3, 4, 5]
    assert await found(Term(field="priority", values=("high",), negated=True)) == [1, 3, 5]
    assert await found(Term(field="priority", values=(None,))) == [1, 3, 5]
    assert await found(Term(field="text", values=("TICKET 2",))) == [3]
    assert await found(Term(field="text", values=("100%",))) == [1, 2, 3, 4, 5]
    assert await found(Term(field="tags", values=("é",))) == [4]
    assert await found(Term(field="tags", values=("vip",), negated=True)) == [1, 2, 3, 5]
    for comparison, numbers in (("<", [1, 2]), ("<=", [1, 2, 3, 4]), (">", [5]), (">=", [3, 4, 5])):
        since = Term(field="updated_at", comparison=comparison, values=(NOON + timedelta(seconds=1),))
        assert await found(since) == numbers


async def test_an_export_ends_with_a_whole_second_and_says_whether_there_is_more(db: Database):
    await db.write(stored)

    async def changed(since: int, size: int) -> tuple[list[int], bool]:
        wanted = Since(workspace="T1", at=NOON + timedelta(seconds=since), size=size)
        found, more = await db.read(lambda conn: exports.tickets_changed(conn, wanted))
        return [ticket.ticket_id for ticket in found], more

    assert await changed(0, 10) == ([1, 2, 3, 4, 5], False)
    assert await changed(0, 1) == ([1, 2], True)
    assert await changed(1, 1) == ([3, 4], True)
    assert await changed(2, 1) == ([5], False)
    behind = await db.read(lambda conn: exports.tickets_after(conn, "T1", (NOON, 1), 2))
    assert [ticket.ticket_id for ticket in behind] == [2, 3]


async def test_the_metric_log_is_read_in_the_order_of_commits_whatever_the_clocks_said(db: Database):
    def unit(conn: Connection) -> list[tuple[int, bool]]:
        stored(conn)
        later, earlier = NOON + timedelta(minutes=1), NOON
        metric_events.append(conn, [a_metric_event(recorded_at=later)])
        metric_events.append(conn, [a_metric_event(recorded_at=earlier, type="breach")])
        metric_events.supersede(conn, a_metric_event(type="breach"), earlier)
        found, _ = exports.metrics_recorded(conn, Since(workspace="T1", at=later, size=10), lambda _: 1)
        behind = exports.metrics_after(conn, "T1", (later, 1), 10)
        assert [one.event_id for one in behind] == [2]
        assert [one.event_id for one in exports.metrics_of(conn, "T1", [1])] == [1, 2]
        return [(one.event_id, one.deleted) for one in found]

    assert await db.write(unit) == [(1, False), (2, True)]


async def test_events_and_people_are_read_for_exports(db: Database):
    def unit(conn: Connection) -> tuple[list[str], list[str], set[str]]:
        stored(conn)
        ticket_events.append(conn, an_event("C1:1", type="created", actor="U7"))
        ticket_events.append(conn, an_event("C1:2", recorded_at=NOON + timedelta(seconds=5)))
        found, _ = exports.events_recorded(conn, Since(workspace="T1", at=NOON, size=10))
        opening = exports.openings(conn, "T1", [1, 2])
        assert [one.key for one in exports.events_of(conn, "T1", [1])] == ["C1:1", "C1:2"]
        return [one.key for one in found], [one.key for one in opening.values()], exports.people(conn, "T1")

    assert await db.write(unit) == (["C1:1", "C1:2"], ["C1:1"], {"U1", "U7"})


async def test_a_webhook_begins_with_what_comes_next(db: Database):
    def unit(conn: Connection) -> list[Any]:
        stored(conn)
        metric_events.append(conn, [a_metric_event()])
        made = Subscription(
            workspace="T1",
            subscription_id="01X",
            document={"name": "x"},
            ticket_cursor=NOON,
            created_at=NOON,
            updated_at=NOON,
        )
        subscriptions.create(conn, made)
        subscriptions.change(conn, "T1", "01X", document={"name": "y"})
        found = subscriptions.find(conn, "T1", "01X")
        assert found is not None
        listed = subscriptions.listing(conn, "T2")
        gone = [subscriptions.remove(conn, "T1", "01X"), subscriptions.remove(conn, "T1", "01X")]
        return [found.metric_cursor, found.document, listed, *gone]

    assert await db.write(unit) == [1, {"name": "y"}, [], True, False]
