"""What an admin's set-up page shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from bot.config.config import Config
from bot.config.ready_made import list_templates
from bot.services.home.hindsight import Hindsight
from bot.services.home.hours import hours_lines
from bot.services.workspace.desk import Desk
from bot.services.workspace.first_day import missing_secrets, missing_steps
from bot.slack.directory import Directory
from bot.slack.home.frame import Frame
from bot.slack.home.setup import ChannelLine, HoursLine, Saved, SetupView, Step, TemplateLine
from store import rules as versions
from store.engine import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What this machine knows and the database does not, and what was worked out lately.

    Attributes:
        environ: Holds the secrets of webhooks.
        has_mail: Whether there is a mail server.
    """

    environ: Mapping[str, str] = field(repr=False)
    has_mail: bool
    hindsight: Hindsight = field(default_factory=Hindsight)


async def setup_view(
    db: Database, desk: Desk, directory: Directory, around: Surroundings, *, frame: Frame, now: datetime
) -> SetupView:
    """The page of somebody who may change the configuration."""
    config = desk.config
    hours, saved = await db.read(partial(_gather, desk, now))
    return SetupView(
        frame=frame,
        steps=[*_steps(config, around), *await _channel_steps(config, directory)],
        user_groups=sorted(config.agents.user_groups),
        users=sorted(config.agents.users),
        home_workspace=config.agents.home_workspace,
        admins=sorted(config.admins),
        alert_channel=config.alert_channel or "",
        other_alert_channels=sorted(config.alert_channels - {config.alert_channel or ""}),
        channels=[_channel(config, channel) for channel in config.channels],
        hours=hours,
        policies=await around.hindsight.look(db, desk, now),
        templates=[] if config.document.get("policies") else _templates(),
        saved=saved,
    )


def _gather(desk: Desk, now: datetime, conn: Connection) -> tuple[list[HoursLine], Saved]:
    stored = versions.load(conn, desk.workspace, desk.rules_version)
    at, who = (stored.created_at, stored.created_by or "") if stored else (now, "")
    return hours_lines(conn, desk, now), Saved(version=desk.rules_version, at=at, who=who)


def _steps(config: Config, around: Surroundings) -> list[Step]:
    found = [*missing_steps(config), *missing_secrets(config, around.environ, has_mail=around.has_mail)]
    return [Step(what=step.what, todo=step.todo) for step in found]


async def _channel_steps(config: Config, directory: Directory) -> list[Step]:
    """Channels that the bot is to use and cannot."""
    steps = []
    wanted = [(channel, "alert channel") for channel in sorted(config.alert_channels)]
    wanted += [(channel, "customer channel") for channel in config.channels]
    for channel, what in wanted[:_MOST_ASKED]:
        found = await directory.channel(channel)
        if found is None or not found.is_member:
            name = f"#{found.name}" if found else channel
            steps.append(Step(what=f"{what} {name}", todo="invite Threadline into it: /invite @Threadline"))
        elif found.is_archived:
            steps.append(Step(what=f"{what} #{found.name}", todo="it is archived: choose another one"))
        elif what == "alert channel" and found.is_external:
            steps.append(Step(what=f"{what} #{found.name}", todo="another company reads it: choose an internal one"))
    return steps


# Slack is asked about each of them when it has not been for a minute.
_MOST_ASKED = 50


def _channel(config: Config, channel: str) -> ChannelLine:
    settings = config.channel(channel)
    customer = config.customers.get(settings.customer or "")
    schedule = settings.schedule or (customer.schedule if customer else None)
    details = [
        "" if settings.open_by == config.default_channel.open_by else f"opened by {settings.open_by}",
        f"hours {schedule}" if schedule else "",
        f"group {settings.group}" if settings.group else "",
    ]
    return ChannelLine(
        channel=channel,
        customer=customer.name if customer else "",
        tier=(customer.tier or "") if customer else "",
        details=[one for one in details if one],
    )


def _templates() -> list[TemplateLine]:
    return [TemplateLine(name=one.name, title=one.title, summary=one.summary) for one in list_templates()]
