"""Schedules and holidays over REST."""

from typing import Any

import pytest

from tests.support.api import Client
from tests.support.desk import Desk


async def created(client: Client, name: str = "London office", zone: str = "London") -> dict[str, Any]:
    body = {"schedule": {"name": name, "time_zone": zone, "intervals": [{"start_time": 0, "end_time": 1}]}}
    made: dict[str, Any] = (await client.post("business_hours/schedules.json", body))["schedule"]
    return made


async def test_the_schedules_of_the_file_are_there_with_numbers(admin: Client):
    (office,) = (await admin.get("business_hours/schedules.json"))["schedules"]
    assert (office["id"], office["name"], office["time_zone"]) == (1, "office", "UTC")
    assert office["intervals"][0] == {"start_time": 1980, "end_time": 2160}


async def test_rule_18_a_schedule_is_made_of_name_and_zone_and_the_workweek_writes_its_hours(admin: Client):
    made = await created(admin)
    assert (made["name"], made["time_zone"]) == ("London office", "London")
    assert made["intervals"][0] == {"start_time": 1980, "end_time": 2460}
    week = {"workweek": {"intervals": [{"start_time": 3420, "end_time": 3900}, {"start_time": 1980, "end_time": 2460}]}}
    path = f"business_hours/schedules/{made['id']}"
    assert (await admin.put(f"{path}/workweek.json", week))["workweek"]["intervals"] == [
        {"start_time": 1980, "end_time": 2460},
        {"start_time": 3420, "end_time": 3900},
    ]
    assert len((await admin.get(f"{path}.json"))["schedule"]["intervals"]) == 2


@pytest.mark.parametrize(
    "intervals",
    [
        [{"start_time": 60, "end_time": 120}, {"start_time": 90, "end_time": 180}],
        [{"start_time": 120, "end_time": 60}],
        [{"start_time": 60, "end_time": 60}],
        [{"start_time": 10000, "end_time": 10081}],
        [{"start_time": 1400, "end_time": 1500}],
        [{"start_time": -1, "end_time": 60}],
        [{"start_time": "60", "end_time": 120}],
        [{"start_time": True, "end_time": 120}],
        [{}],
        [None],
        [],
        None,
        {"start_time": 60},
    ],
)
async def test_rule_18_an_interval_may_not_overlap_end_before_it_starts_or_cross_midnight(
    admin: Client, intervals: Any
):
    answer = await admin.ask("PUT", "business_hours/schedules/1/workweek", {"workweek": {"intervals": intervals}})
    assert (answer.status, answer.json["error"]) == (422, "RecordInvalid")
    (office,) = (await admin.get("business_hours/schedules"))["schedules"]
    assert len(office["intervals"]) == 10


async def test_rule_18_intervals_may_touch_at_midnight_and_fill_the_week(admin: Client):
    days = [{"start_time": day * 1440, "end_time": day * 1440 + 1440} for day in range(7)]
    answer = await admin.put("business_hours/schedules/1/workweek", {"workweek": {"intervals": days}})
    assert answer["workweek"]["intervals"] == days


@pytest.mark.parametrize(
    "zone", ["Pacific Time (US & Canada)", "Europe/Berlin", "Eastern Time (US & Canada)", "Kyiv", "Tokyo", "UTC"]
)
async def test_rule_18_zones_have_rails_names_and_iana_names(admin: Client, zone: str):
    assert (await created(admin, zone=zone))["time_zone"] == zone


@pytest.mark.parametrize("zone", ["Atlantis", "", None, 5, "../etc/passwd", "Europe"])
async def test_rule_18_an_unknown_zone_is_refused(admin: Client, zone: Any):
    answer = await admin.ask("POST", "business_hours/schedules", {"schedule": {"name": "x", "time_zone": zone}})
    assert answer.status == 422
    assert list(answer.json["details"]) == ["time_zone"]


async def test_a_rails_zone_is_what_the_clock_counts_in(desk: Desk, admin: Client):
    body = {"schedule": {"time_zone": "Eastern Time (US & Canada)"}}
    await admin.put("business_hours/schedules/1", body)
    await desk.post("U0RITA", "The export is empty")
    assert desk.promises()["First reply"] == "due 2026-01-12 15:00 UTC"


async def test_a_schedule_is_renamed_wherever_it_is_used(admin: Client):
    renamed = (await admin.put("business_hours/schedules/1", {"schedule": {"name": "HQ"}}))["schedule"]
    assert (renamed["id"], renamed["name"]) == (1, "HQ")
    assert admin.desk.bot.desk().config.default_schedule == "HQ"


async def test_a_schedule_in_use_stays_and_another_one_goes(admin: Client):
    answer = await admin.delete("business_hours/schedules/1")
    assert (answer.status, list(answer.json["details"])) == (422, ["base"])
    made = await created(admin)
    assert (await admin.delete(f"business_hours/schedules/{made['id']}")).status == 204
    assert (await admin.delete(f"business_hours/schedules/{made['id']}")).status == 404


async def test_a_name_is_given_to_one_schedule_only(admin: Client):
    answer = await admin.ask("POST", "business_hours/schedules", {"schedule": {"name": "office", "time_zone": "UTC"}})
    assert list(answer.json["details"]) == ["name"]


async def test_holidays_are_listed_made_changed_and_deleted(admin: Client):
    path = "business_hours/schedules/1/holidays"
    founders, *rest = (await admin.get(f"{path}.json"))["holidays"]
    assert (founders, rest) == (
        {"id": 1, "name": "Founders' Day", "start_date": "2026-01-14", "end_date": "2026-01-14"},
        [],
    )
    christmas = {"name": "Christmas", "start_date": "2026-12-25", "end_date": "2026-12-26"}
    made = (await admin.post(path, {"holiday": christmas}))["holiday"]
    assert made == {"id": 2, **christmas}
    changed = (await admin.put(f"{path}/2", {"holiday": {"end_date": "2026-12-27"}}))["holiday"]
    assert changed == {"id": 2, **christmas, "end_date": "2026-12-27"}
    assert (await admin.get(f"{path}/2.json"))["holiday"] == changed
    assert (await admin.delete(f"{path}/2")).status == 204
    assert (await admin.ask("GET", f"{path}/2")).status == 404
    assert (await admin.get(path))["holidays"] == [founders]


@pytest.mark.parametrize(
    "changed",
    [{"name": ""}, {"end_date": "2026-12-24"}, {"start_date": "25.12.2026"}, {"start_date": None}, {"end_date": 7}],
)
async def test_a_holiday_that_makes_no_sense_is_refused(admin: Client, changed: dict[str, Any]):
    holiday = {"name": "Christmas", "start_date": "2026-12-25", "end_date": "2026-12-26"} | changed
    answer = await admin.ask("POST", "business_hours/schedules/1/holidays", {"holiday": holiday})
    assert answer.status == 422


async def test_rule_20_only_an_admins_token_writes_schedules(agent: Client):
    assert (await agent.ask("POST", "business_hours/schedules", {"schedule": {}})).status == 403
    assert (await agent.ask("PUT", "business_hours/schedules/1/workweek", {})).status == 403
    assert (await agent.ask("DELETE", "business_hours/schedules/1/holidays/1")).status == 403
