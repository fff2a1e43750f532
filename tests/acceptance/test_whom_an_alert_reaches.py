"""Whoever a route names, somebody hears of a promise that is broken."""

from datetime import timedelta

import pytest

from bot.clock import ManualClock
from tests.support.desk import CONFIG, MONDAY, opened

ROUTE = '"80%": [alert_channel, assignee], "0": [alert_channel, assignee]'


@pytest.mark.parametrize(("whom", "called"), [("assignee", "an assignee"), ("owner", "an owner")])
async def test_an_alert_for_somebody_who_is_nobody_goes_to_the_alert_channel(
    desk_database: str, whom: str, called: str
):
    config = CONFIG.replace(ROUTE, f'"80%": [{whom}], "0": [{whom}]')
    async with opened(desk_database, clock=ManualClock(MONDAY), config=config) as desk:
        await desk.pass_time(minutes=1)
        await desk.post("U0RITA", "The export is empty")
        await desk.pass_time(minutes=70)
        assert [alert.text.split(":")[0] for alert in desk.alerts()] == [
            "First reply due in 12 min",
            "First reply missed",
        ]
        assert f"could not be sent to {called}" in desk.alerts()[0].shown


async def test_without_an_assignee_and_an_alert_channel_an_admin_is_told(desk_database: str):
    config = CONFIG.replace("alert_channel: C0TRIAGE\n", "").replace(ROUTE, '"0": [alert_channel, assignee]')
    async with opened(desk_database, clock=ManualClock(MONDAY), config=config) as desk:
        await desk.pass_time(minutes=1)
        await desk.post("U0RITA", "The export is empty")
        await desk.pass_time(minutes=70)
        told = [one.text for one in desk.direct_messages("U0CLEO") if one.text.startswith("First reply missed")]
        assert len(told) == 1
        assert "could not be sent to an alert channel or an assignee" in told[0]


async def test_an_assignee_who_is_told_is_enough(desk_database: str):
    config = CONFIG.replace(ROUTE, '"0": [assignee]')
    async with opened(desk_database, clock=ManualClock(MONDAY), config=config) as desk:
        await desk.pass_time(minutes=1)
        await desk.post("U0RITA", "The export is empty")
        await desk.click("U0ANA", "Claim")
        await desk.pass_time(minutes=70)
        assert [one.text.split(":")[0] for one in desk.direct_messages("U0ANA")] == ["First reply missed"]
        assert desk.alerts() == []


async def test_a_customer_known_by_its_slack_team_has_its_own_alert_channel(desk_database: str):
    known_by_channel = "{name: Acme Inc, tier: enterprise, slack_teams: [T0ACME], channels: [C0ACME]}"
    known_by_team = "{name: Acme Inc, slack_teams: [T0ACME], alert_channel: C0RANDOM}"
    config = CONFIG.replace(known_by_channel, known_by_team)
    async with opened(desk_database, clock=ManualClock(MONDAY - timedelta(minutes=1)), config=config) as desk:
        await desk.pass_time(minutes=1)
        await desk.post("U0RITA", "The export is empty")
        await desk.at("10:01")
        written = desk.written_by_the_bot("C0RANDOM")
        assert [text.split(":")[0] for text in written[1:]] == ["First reply due in 12 min", "First reply missed"]
        assert "Acme Inc" in written[0]
        assert desk.cards() == []
        assert desk.alerts() == []
