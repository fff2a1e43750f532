"""Workspaces, versions of the rules, the audit log and scheduled posts."""

from datetime import timedelta

from store import audit, occurrences, rules, workspaces
from store.audit import AuditEntry
from store.engine import Database
from store.workspaces import Workspace, WorkspaceState
from tests.support.stored import NOON

CONFIGURATION = {
    "schedules": [{"name": "eu", "time_zone": "Europe/Berlin"}, {"name": "asia", "time_zone": "Asia/Tokyo"}],
    "policies": [{"title": "Enterprise"}, {"title": "Everybody"}],
    "group_policies": [{"title": "Engineering owns"}],
    "default_priority": None,
}


async def test_a_workspace_is_saved_and_replaced_whole(db: Database) -> None:
    await db.write(lambda conn: workspaces.save(conn, Workspace(workspace="T1", name="Old", bot_id="B1")))
    saved = Workspace(workspace="T1", name="New", enforce_from=NOON, cursor={"C1": "1.0"})
    await db.write(lambda conn: workspaces.save(conn, saved))
    await db.write(lambda conn: workspaces.save(conn, Workspace(workspace="T0")))

    assert await db.read(lambda conn: workspaces.get(conn, "T1")) == saved
    assert await db.read(lambda conn: workspaces.get(conn, "T9")) is None
    assert [one.workspace for one in await db.read(workspaces.every)] == ["T0", "T1"]


async def test_a_dead_workspace_keeps_its_place_in_the_history(db: Database) -> None:
    await db.write(lambda conn: workspaces.save(conn, Workspace(workspace="T1", cursor={"C1": "2.0"})))
    await db.write(lambda conn: workspaces.set_state(conn, "T1", WorkspaceState.DEAD))

    found = await db.read(lambda conn: workspaces.get(conn, "T1"))

    assert found is not None
    assert (found.state, found.cursor) == ("dead", {"C1": "2.0"})


async def test_every_version_of_the_rules_is_kept(db: Database) -> None:
    first = await db.write(lambda conn: rules.save_version(conn, "T1", {}, NOON))
    second = await db.write(lambda conn: rules.save_version(conn, "T1", CONFIGURATION, NOON, "U0BOSS"))
    other = await db.write(lambda conn: rules.save_version(conn, "T2", {"policies": None}, NOON))

    assert (first, second, other) == (1, 2, 1)
    current = await db.read(lambda conn: rules.current(conn, "T1"))
    assert current is not None
    assert (current.version, current.document, current.created_by) == (2, CONFIGURATION, "U0BOSS")
    assert await db.read(lambda conn: rules.current_version(conn, "T1")) == 2
    old = await db.read(lambda conn: rules.load(conn, "T1", 1))
    assert old is not None
    assert old.document == {}
    assert [one.version for one in await db.read(lambda conn: rules.listing(conn, "T1"))] == [2, 1]


async def test_there_are_no_rules_before_the_first_version(db: Database) -> None:
    assert await db.read(lambda conn: rules.current(conn, "T1")) is None
    assert await db.read(lambda conn: rules.current_version(conn, "T1")) is None
    assert await db.read(lambda conn: rules.load(conn, "T1", 1)) is None


async def test_a_figure_can_be_traced_to_its_policy_and_schedule(db: Database) -> None:
    await db.write(lambda conn: rules.save_version(conn, "T1", CONFIGURATION, NOON))

    policies = await db.read(lambda conn: rules.policies_of(conn, "T1", 1))
    schedules = await db.read(lambda conn: rules.schedules_of(conn, "T1", 1))

    assert [(one.kind, one.position, one.title) for one in policies] == [
        ("policy", 1, "Enterprise"),
        ("policy", 2, "Everybody"),
        ("group_policy", 1, "Engineering owns"),
    ]
    assert [(one.name, one.document["time_zone"]) for one in schedules] == [
        ("asia", "Asia/Tokyo"),
        ("eu", "Europe/Berlin"),
    ]


async def test_changes_by_people_are_listed_newest_first(db: Database) -> None:
    for number, ticket_id in ((1, 7), (2, 8), (3, 7)):
        entry = AuditEntry(workspace="T1", at=NOON, who="U1", action=f"change {number}", ticket_id=ticket_id)
        assert await db.write(lambda conn, entry=entry: audit.record(conn, entry)) == number

    every = await db.read(lambda conn: audit.listing(conn, "T1"))
    of_ticket = await db.read(lambda conn: audit.listing(conn, "T1", ticket_id=7, limit=1))

    assert [entry.action for entry in every] == ["change 3", "change 2", "change 1"]
    assert [entry.audit_id for entry in of_ticket] == [3]


async def test_a_scheduled_post_is_taken_on_once(db: Database) -> None:
    monday = NOON
    assert await db.read(lambda conn: occurrences.latest(conn, "T1", "digest")) is None

    assert await db.write(lambda conn: occurrences.take(conn, "T1", "digest", monday))
    assert not await db.write(lambda conn: occurrences.take(conn, "T1", "digest", monday))
    assert await db.write(lambda conn: occurrences.take(conn, "T1", "digest", monday + timedelta(days=7)))
    assert await db.read(lambda conn: occurrences.latest(conn, "T1", "digest")) == monday + timedelta(days=7)
