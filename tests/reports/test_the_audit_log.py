"""What the dashboard's audit log says of what people did."""

from store import audit
from store.audit import AuditEntry
from tests.reports.test_the_pages import table
from tests.support.desk import Desk


async def test_people_and_times_are_told_as_people_say_them(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.command("U0ANA", "/sla assign <@U0BEN> #1")
    await desk.command("U0ANA", "/sla snooze #1 30m")
    _, page = await desk.get("/audit")
    assert [row[1:] for row in table(page)] == [
        ["ana", "snooze", "#1", "until: 12 Jan 2026 09:30"],
        ["ana", "assign", "#1", "It is given to ben."],
    ]


async def test_what_only_looks_like_a_time_is_told_as_it_is(desk: Desk):
    detail = {"to": "2026-99-99T09:00:00Z"}
    entry = AuditEntry(workspace="T0HOME", at=desk.now, who="U0RITA", action="set_field", detail=detail)
    await desk.bot.db.write(lambda conn: audit.record(conn, entry))
    _, page = await desk.get("/audit")
    assert table(page)[0][-1] == "to: 2026-99-99T09:00:00Z"
