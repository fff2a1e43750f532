"""Who hears of what when: owners, groups, people on call in quiet hours; routes of policies, groups and customers."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from bot.clock import ManualClock
from tests.support.desk import CONFIG, MONDAY, TRIAGE, Desk, opened

DEFAULT = 'routes:\n  default: {thresholds: {"80%": [alert_channel, assignee], "0": [alert_channel, assignee]}}\n'
GROUPS = "groups: {engineering: {users: [U0BEN, U0DORA]}, support: {user_group: S0SUPPORT}}\n"
Open = Callable[..., AbstractAsyncContextManager[Desk]]


@pytest.fixture
def routed(desk_database: str) -> Open:
    """Opens a desk with these routes, and with words of its file replaced, on Monday at nine."""

    @asynccontextmanager
    async def open_with(routes: str, *replaced: tuple[str, str], at=MONDAY) -> AsyncIterator[Desk]:
        config = CONFIG.replace(DEFAULT, f"{GROUPS}routes:\n{routes}")
        for old, new in replaced:
            assert old in config
            config = config.replace(old, new)
        async with opened(desk_database, clock=ManualClock(at), config=config) as desk:
            yield desk

    return open_with


def told(desk: Desk, user: str) -> list[str]:
    """What somebody was told alone: "10:00 First reply missed"."""
    return [f"{one.at:%H:%M} {one.text.partition(':')[0]}" for one in desk.direct_messages(user)]


def posts(desk: Desk) -> list[str]:
    return [f"{one.at:%H:%M} {one.text.partition(':')[0]}" for one in desk.alerts()]


def mentions(desk: Desk) -> list[str]:
    """Whom the alert channel's posts mention, as Slack has them."""
    written = [one for one in desk.sandbox.read.messages(TRIAGE) if one.get("thread_ts") not in (None, one["ts"])]
    return [one["text"] for one in written]


async def test_the_owner_of_the_customer_is_told_alone(routed: Open):
    owner = ("name: Acme Inc,", "name: Acme Inc, owner: U0DORA,")
    async with routed('  default: {thresholds: {"+30m": [owner]}}\n', owner) as desk:
        await desk.post("U0RITA", "The export is empty")
        await desk.at("10:29")
        assert told(desk, "U0DORA") == []
        await desk.at("10:31")
        assert told(desk, "U0DORA") == ["10:30 First reply missed 30 min ago"]
        assert posts(desk) == []


async def test_a_person_and_a_channel_can_be_named_themselves(routed: Open):
    async with routed('  default: {thresholds: {"-30m": [U0CLEO], "0": [C0RANDOM]}}\n') as desk:
        await desk.post("U0RITA", "The export is empty")
        await desk.at("10:01")
        assert told(desk, "U0CLEO") == ["09:30 First reply due in 30 min"]
        assert [text.partition(":")[0] for text in desk.written_by_the_bot("C0RANDOM")] == ["First reply missed"]


async def test_a_group_of_people_and_a_user_group_are_mentioned_in_the_alert_channel(routed: Open):
    async with routed('  default: {thresholds: {"80%": ["group:engineering"], "0": ["group:support"]}}\n') as desk:
        await desk.post("U0RITA", "The export is empty")
        await desk.at("10:01")
        warning, breach = mentions(desk)
        assert ("<@U0BEN>" in warning, "<@U0DORA>" in warning) == (True, True)
        assert "<!subteam^S0SUPPORT>" in breach
        assert told(desk, "U0BEN") == []


async def test_an_earlier_warning_goes_to_the_assignee_and_a_later_breach_to_all(routed: Open):
    route = '  default: {thresholds: {"-30m": [assignee], "80%": [alert_channel], "0": [alert_channel, assignee]}}\n'
    async with routed(route) as desk:
        await desk.post("U0RITA", "The export is empty")
        await desk.click("U0ANA", "Claim")
        await desk.at("10:01")
        assert told(desk, "U0ANA") == ["09:30 First reply due in 30 min", "10:00 First reply missed"]
        assert posts(desk) == ["09:48 First reply due in 12 min", "10:00 First reply missed"]


QUIET_DEFAULT = """  default:
    thresholds: {"0": [alert_channel]}
    quiet: {schedule: office%s}
"""


async def test_outside_quiet_hours_an_alert_waits_for_the_next_opening_and_says_why(routed: Open):
    calendar = ("normal: {hours: business,", "normal: {hours: calendar,")
    async with routed(QUIET_DEFAULT % "", calendar) as desk:
        await desk.at("16:30")
        await desk.post("U0RITA", "The export is empty")
        await desk.at("tue 08:59")
        assert posts(desk) == []
        await desk.at("09:01")
        assert posts(desk)[0].startswith("09:00 First reply missed")
        assert "quiet" in desk.alerts()[0].shown.lower()


async def test_outside_quiet_hours_who_is_on_call_hears_at_once(routed: Open):
    calendar = ("normal: {hours: business,", "normal: {hours: calendar,")
    async with routed(QUIET_DEFAULT % ', on_call: "group:engineering"', calendar) as desk:
        await desk.at("16:30")
        await desk.post("U0RITA", "The export is empty")
        await desk.at("17:31")
        assert posts(desk) == ["17:30 First reply missed"]
        assert "<@U0BEN>" in mentions(desk)[0]


async def test_a_person_on_call_is_told_alone(routed: Open):
    calendar = ("normal: {hours: business,", "normal: {hours: calendar,")
    async with routed(QUIET_DEFAULT % ", on_call: U0DORA", calendar) as desk:
        await desk.at("16:30")
        await desk.post("U0RITA", "The export is empty")
        await desk.at("17:31")
        assert told(desk, "U0DORA") == ["17:30 First reply missed"]
        assert posts(desk) == []


async def test_urgent_tickets_override_quiet_hours_where_the_file_says_so(routed: Open):
    async with routed(QUIET_DEFAULT % ", urgent_overrides: true") as desk:
        await desk.at("22:00")
        await desk.post("U0RITA", "production down!")
        await desk.at("22:21")
        assert posts(desk) == ["22:20 First reply missed"]


async def test_they_do_not_where_it_does_not(routed: Open):
    async with routed(QUIET_DEFAULT % "") as desk:
        await desk.at("22:00")
        await desk.post("U0RITA", "production down!")
        await desk.at("tue 08:59")
        assert posts(desk) == []


TWO = '  default: {thresholds: {"0": [alert_channel]}}\n  vip: {thresholds: {"0": [U0CLEO]}}\n'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: Acme Inc,", "name: Acme Inc, route: vip,"),
        ("  - title: Everybody\n", "  - title: Everybody\n    route: vip\n"),
    ],
)
async def test_a_customer_and_a_policy_may_have_a_route_of_their_own(routed: Open, old, new):
    async with routed(TWO, (old, new)) as desk:
        await desk.post("U0RITA", "The export is empty")
        await desk.at("10:01")
        assert (told(desk, "U0CLEO"), posts(desk)) == (["10:00 First reply missed"], [])


async def test_the_route_of_a_customer_is_for_its_tickets_only(routed: Open):
    async with routed(TWO, ("name: Acme Inc,", "name: Acme Inc, route: vip,")) as desk:
        await desk.post("U0HANK", "I cannot log in", channel="C0GLOBEX")
        await desk.at("10:01")
        assert (told(desk, "U0CLEO"), posts(desk)) == ([], ["10:00 First reply missed"])


async def test_the_route_of_a_group_holds_for_what_is_assigned_to_it(routed: Open):
    route = ("{engineering: {users: [U0BEN, U0DORA]}", "{engineering: {users: [U0BEN, U0DORA], route: vip}")
    async with routed(TWO, route) as desk:
        await desk.post("U0RITA", "The export is empty")
        await desk.command("U0ANA", "/sla assign #1 engineering")
        await desk.post("U0HANK", "I cannot log in", channel="C0GLOBEX")
        await desk.at("10:01")
        assert told(desk, "U0CLEO") == ["10:00 First reply missed"]
        (breach,) = desk.alerts()
        assert "Globex" in breach.text


async def test_the_policys_route_beats_the_groups_and_the_groups_the_customers(routed: Open):
    routes = f'{TWO}  mine: {{thresholds: {{"0": [U0DORA]}}}}\n'
    async with routed(
        routes,
        ("name: Acme Inc,", "name: Acme Inc, route: vip,"),
        ("  - title: Everybody\n", "  - title: Everybody\n    route: mine\n"),
    ) as desk:
        await desk.post("U0RITA", "The export is empty")
        await desk.at("10:01")
        assert (told(desk, "U0DORA"), told(desk, "U0CLEO")) == (["10:00 First reply missed"], [])


async def test_a_customers_and_a_channels_own_alert_channel_have_the_cards_and_alerts(routed: Open):
    own = ("  C0HELP: {}\n", "  C0HELP: {alert_channel: C0RANDOM}\n")
    async with routed('  default: {thresholds: {"0": [alert_channel]}}\n', own) as desk:
        await desk.post("U0MILTON", "My stapler is gone", channel="C0HELP")
        await desk.at("10:01")
        assert len(desk.written_by_the_bot("C0RANDOM")) == 2
        assert desk.cards() == []
