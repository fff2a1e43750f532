"""How long a post of which nobody knows whether it arrived waits before Slack is asked is a setting."""

from datetime import timedelta

import pytest

from bot.clock import ManualClock
from tests.support.desk import MONDAY, TRIAGE, opened


@pytest.mark.parametrize(("seconds", "at_least", "at_most"), [(3, 3, 10), (120, 120, 130)])
async def test_slack_is_asked_about_a_lost_answer_after_the_settle_time(
    desk_database: str, seconds: int, at_least: int, at_most: int
):
    waits = {"settle": timedelta(seconds=seconds)}
    async with opened(desk_database, clock=ManualClock(MONDAY), outside=waits) as desk:
        desk.sandbox.faults.calls("drop", method="chat.postMessage", count=1)
        await desk.post("U0RITA", "The export is empty")
        await desk.pass_time(minutes=5)
        (lost,) = [call["at"] for call in desk.calls("chat.postMessage") if call["args"]["channel"] == TRIAGE]
        asked = [call["at"] for call in desk.calls("conversations.history") if "include_all_metadata" in call["args"]]
        assert at_least <= asked[0] - lost <= at_most
        assert len(desk.cards()) == 1
