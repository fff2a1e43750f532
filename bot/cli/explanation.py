"""``threadline explain``: every stretch of time behind a deadline, as a table or as JSON."""

import asyncio
import json
import re
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

import typer

from bot.cli.engine import Format
from bot.cli.explained import print_reasons
from bot.cli.output import tell
from bot.clock import SystemClock
from bot.errors import BotError
from bot.services.tickets.explaining import Reasons, chosen, metric_named, reasons
from bot.services.tickets.stories import Story, stored_story, timeline_story
from bot.settings import Settings
from sla.errors import SlaError
from sla.explain import explanation_to_json
from sla.instants import format_instant
from sla.spelling import nearest
from sla.timeline import parse_timeline
from store.engine import Database

_NUMBER = re.compile(r"#?([0-9]{1,9})")


def explain(
    ticket: Annotated[str, typer.Argument(help="A ticket's number, such as 42 or '#42'; or a timeline file.")],
    metric: Annotated[str | None, typer.Option(help="Such as first_reply_time; by default each.")] = None,
    instance: Annotated[
        int | None, typer.Option(help="Which of the metric's instances; by default the newest.", min=1)
    ] = None,
    zone: Annotated[str | None, typer.Option(help="The time zone to show; by default the schedule's.")] = None,
    format: Annotated[Format, typer.Option(help="For a person, or for a program.")] = Format.TABLE,  # noqa: A002
    of_file: Annotated[str | None, typer.Option("--ticket", help="Which ticket of a timeline file.")] = None,
    workspace: Annotated[str | None, typer.Option(help="Slack's id of the workspace, if there are several.")] = None,
) -> None:
    """Explain a deadline: what was counted, closed, a holiday or paused, with sums."""
    wanted = metric_named(metric) if metric is not None else None
    if instance is not None and wanted is None:
        raise BotError("--instance numbers the instances of one metric: add --metric.", exit_code=2)
    shown_in = _zone(zone) if zone is not None else None
    if number := _NUMBER.fullmatch(ticket):
        story = asyncio.run(_stored(int(number[1]), workspace))
    else:
        story = _in_file(ticket, of_file)
    found = [reasons(story, each) for each in chosen(story, wanted, instance)]
    if format is Format.JSON:
        tell(json.dumps({"ticket": story.name, "explanations": [to_json(each, shown_in) for each in found]}))
        return
    for each in found:
        print_reasons(each, shown_in)


def to_json(of: Reasons, zone: ZoneInfo | None = None) -> dict[str, Any]:
    """What is known of a deadline; the stretches of time in ``zone``, by default the schedule's."""
    instance, shown_in = of.instance, zone or of.zone
    assert instance.target is not None
    return {
        "metric": instance.metric.value,
        "instance": instance.number,
        "stage": instance.stage.value,
        "outcome": instance.outcome.value,
        "breached": instance.breached,
        "policy": instance.policy,
        "schedule": instance.schedule,
        "time_zone": str(shown_in),
        "target_seconds": instance.target.seconds,
        "business_hours": instance.target.business_hours,
        "activated_at": format_instant(instance.activated_at),
        "breach_at": of.due_at and format_instant(of.due_at),
        "breached_at": instance.breached_at and format_instant(instance.breached_at),
        "fulfilled_at": instance.fulfilled_at and format_instant(instance.fulfilled_at),
        "looked_at": format_instant(of.story.until),
        "used_seconds": of.used.total_seconds(),
        "left_seconds": None if of.left is None else of.left.total_seconds(),
        "explanation": explanation_to_json(of.explanation, shown_in),
        "overdue": of.overdue and explanation_to_json(of.overdue, shown_in),
        "log": [
            {
                "at": format_instant(entry.logged.at),
                "type": entry.logged.type.value,
                "target_seconds": entry.logged.target_seconds,
                "superseded": entry.logged.superseded,
                "because": list(entry.because),
            }
            for entry in of.log
        ],
    }


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; not a relative path; a folder such as "Europe"
        near = nearest(name, available_timezones())
        hint = f"did you mean {near}?" if near else "it looks like Europe/Berlin."
        raise BotError(f"{name!r} is not an IANA time zone; {hint}", exit_code=2) from None


async def _stored(number: int, workspace: str | None) -> Story:
    db = Database(Settings.load().database_url.get_secret_value())
    try:
        await db.open()
        now = SystemClock().now()
        return await db.read(lambda conn: stored_story(conn, number, now, workspace))
    finally:
        await db.close()


def _in_file(name: str, ticket: str | None) -> Story:
    try:
        text = Path(name).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise BotError(f"{name!r} is neither a ticket's number, such as 42, nor a file.", exit_code=2) from None
    except (OSError, UnicodeDecodeError) as error:
        raise BotError(f"{name} cannot be read as text: {error}.", exit_code=2) from None
    try:
        timeline = parse_timeline(text)
    except SlaError as error:
        raise BotError(f"{name} is not a timeline. {error}") from None
    return timeline_story(timeline, ticket)
