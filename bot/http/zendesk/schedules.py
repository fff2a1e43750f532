"""Schedules, their week and their holidays (Zendesk: Schedules)."""

from collections.abc import Callable
from functools import partial
from typing import Any

from fastapi import Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection

from bot.http.zendesk.access import Admin, Caller, Reader
from bot.http.zendesk.bodies import Body, takes, wrapped
from bot.http.zendesk.identifiers import Identifier
from bot.http.zendesk.paging import PagedResource, Pages
from bot.http.zendesk.ports import Api, ApiPorts
from bot.http.zendesk.routes import resource_router
from bot.http.zendesk.times import stamp
from bot.services.api import holidays, schedules
from bot.services.api.editing import Editor
from bot.services.api.schedules import ScheduleView


class IntervalResource(BaseModel):
    """Open time in every week, in minutes since Sunday midnight."""

    start_time: int
    end_time: int


class ScheduleResource(BaseModel):
    """A schedule."""

    id: int
    name: str
    time_zone: str
    intervals: list[IntervalResource]
    created_at: str
    updated_at: str


class ScheduleEnvelopeResource(BaseModel):
    """One schedule."""

    schedule: ScheduleResource


class ScheduleListResource(PagedResource):
    """Schedules."""

    schedules: list[ScheduleResource]


class WorkweekResource(BaseModel):
    """The hours of a week."""

    intervals: list[IntervalResource]


class WorkweekEnvelopeResource(BaseModel):
    """The hours of a week."""

    workweek: WorkweekResource


class HolidayResource(BaseModel):
    """Closed local dates, both included."""

    id: int
    name: str
    start_date: str
    end_date: str


class HolidayEnvelopeResource(BaseModel):
    """One holiday."""

    holiday: HolidayResource


class HolidayListResource(PagedResource):
    """Holidays."""

    holidays: list[HolidayResource]


class ScheduleWrite(BaseModel):
    """What may be written of a schedule."""

    model_config = ConfigDict(extra="allow")

    name: str | None = None
    time_zone: str | None = None


class ScheduleEnvelopeWrite(BaseModel):
    """A schedule to be written."""

    schedule: ScheduleWrite


class WorkweekEnvelopeWrite(BaseModel):
    """A week to be written."""

    workweek: WorkweekResource


class HolidayWrite(BaseModel):
    """What may be written of a holiday."""

    model_config = ConfigDict(extra="allow")

    name: str | None = None
    start_date: str | None = None
    end_date: str | None = None


class HolidayEnvelopeWrite(BaseModel):
    """A holiday to be written."""

    holiday: HolidayWrite


router = resource_router("/business_hours/schedules", "schedules")


def _schedule_json(view: ScheduleView) -> dict[str, Any]:
    return {
        "id": view.number,
        "name": view.document["name"],
        "time_zone": view.zone,
        "intervals": view.document["intervals"],
        "created_at": stamp(view.created_at),
        "updated_at": stamp(view.updated_at),
    }


def _holiday_json(numbered: holidays.Numbered) -> dict[str, Any]:
    number, holiday = numbered
    return {"id": number, **{key: holiday[key] for key in ("name", "start_date", "end_date")}}


def _editor(api: ApiPorts, caller: Caller) -> Editor:
    return Editor(workspace=api.desk().workspace, who=caller.name, now=api.clock.now())


async def _saved(api: ApiPorts, change: Callable[[Connection], Any]) -> Any:
    result = await api.db.write(change)
    await api.take_up_rules()
    return result


@router.get("", response_model=ScheduleListResource)
async def list_schedules(api: Api, caller: Reader, pages: Pages) -> Any:
    """All schedules."""
    workspace = api.desk().workspace
    views = await api.db.write(lambda conn: schedules.listing(conn, workspace))
    return pages.list_of("schedules", views, caller.links, _schedule_json)


@router.post("", response_model=ScheduleEnvelopeResource, status_code=201, openapi_extra=takes(ScheduleEnvelopeWrite))
async def create_schedule(api: Api, caller: Admin, body: Body, response: Response) -> Any:
    """Add a schedule with a name and a time zone."""
    given = wrapped(body, "schedule")
    view = await _saved(api, partial(schedules.create, editor=_editor(api, caller), given=given))
    response.headers["location"] = caller.links.to("business_hours/schedules", view.number)
    return {"schedule": _schedule_json(view)}


@router.get("/{schedule_id}", response_model=ScheduleEnvelopeResource)
async def show_schedule(api: Api, _caller: Reader, schedule_id: Identifier) -> Any:
    """One schedule."""
    workspace = api.desk().workspace
    view = await api.db.write(lambda conn: schedules.find(conn, workspace, schedule_id))
    return {"schedule": _schedule_json(view)}


@router.put("/{schedule_id}", response_model=ScheduleEnvelopeResource, openapi_extra=takes(ScheduleEnvelopeWrite))
async def update_schedule(api: Api, caller: Admin, schedule_id: Identifier, body: Body) -> Any:
    """Change the name or the time zone."""
    editor, given = _editor(api, caller), wrapped(body, "schedule")
    view = await _saved(api, partial(schedules.update, editor=editor, number=schedule_id, given=given))
    return {"schedule": _schedule_json(view)}


@router.delete("/{schedule_id}", status_code=204)
async def delete_schedule(api: Api, caller: Admin, schedule_id: Identifier) -> Response:
    """Take a schedule out that nothing uses."""
    await _saved(api, partial(schedules.delete, editor=_editor(api, caller), number=schedule_id))
    return Response(status_code=204)


@router.put(
    "/{schedule_id}/workweek", response_model=WorkweekEnvelopeResource, openapi_extra=takes(WorkweekEnvelopeWrite)
)
async def write_week(api: Api, caller: Admin, schedule_id: Identifier, body: Body) -> Any:
    """Write the hours of a week."""
    editor, given = _editor(api, caller), wrapped(body, "workweek")
    view = await _saved(api, partial(schedules.write_week, editor=editor, number=schedule_id, given=given))
    return {"workweek": {"intervals": view.document["intervals"]}}


@router.get("/{schedule_id}/holidays", response_model=HolidayListResource)
async def list_holidays(api: Api, caller: Reader, schedule_id: Identifier, pages: Pages) -> Any:
    """The holidays of a schedule."""
    editor = _editor(api, caller)
    found = await api.db.write(lambda conn: holidays.listing(conn, editor, schedule_id))
    return pages.list_of("holidays", found, caller.links, _holiday_json)


@router.post(
    "/{schedule_id}/holidays",
    response_model=HolidayEnvelopeResource,
    status_code=201,
    openapi_extra=takes(HolidayEnvelopeWrite),
)
async def create_holiday(api: Api, caller: Admin, schedule_id: Identifier, body: Body) -> Any:
    """Add a holiday."""
    editor, given = _editor(api, caller), wrapped(body, "holiday")
    made = await _saved(api, partial(holidays.create, editor=editor, schedule=schedule_id, given=given))
    return {"holiday": _holiday_json(made)}


@router.get("/{schedule_id}/holidays/{holiday_id}", response_model=HolidayEnvelopeResource)
async def show_holiday(api: Api, caller: Reader, schedule_id: Identifier, holiday_id: Identifier) -> Any:
    """One holiday."""
    editor = _editor(api, caller)
    return {"holiday": _holiday_json(await api.db.write(lambda c: holidays.find(c, editor, schedule_id, holiday_id)))}


@router.put(
    "/{schedule_id}/holidays/{holiday_id}",
    response_model=HolidayEnvelopeResource,
    openapi_extra=takes(HolidayEnvelopeWrite),
)
async def update_holiday(api: Api, caller: Admin, schedule_id: Identifier, holiday_id: Identifier, body: Body) -> Any:
    """Change a holiday."""
    editor, given = _editor(api, caller), wrapped(body, "holiday")
    change = partial(holidays.update, editor=editor, schedule=schedule_id, number=holiday_id, given=given)
    return {"holiday": _holiday_json(await _saved(api, change))}


@router.delete("/{schedule_id}/holidays/{holiday_id}", status_code=204)
async def delete_holiday(api: Api, caller: Admin, schedule_id: Identifier, holiday_id: Identifier) -> Response:
    """Take a holiday out."""
    change = partial(holidays.delete, editor=_editor(api, caller), schedule=schedule_id, number=holiday_id)
    await _saved(api, change)
    return Response(status_code=204)
