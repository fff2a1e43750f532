"""The buttons of the set-up, each of which opens a modal: at once, and filled when it is known what to fill in.

A trigger lives three seconds and works once (Slack: views.open), so nothing is worked out before the modal stands.
"""

import re
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError

from bot.services.home.closing import SHOWN, what_moves
from bot.services.home.filled_in import memory
from bot.services.home.hours import schedule_named
from bot.services.home.templates import template_form
from bot.services.inbox.handling import Handled, Read, Request, Result
from bot.services.requests.actions import Answer
from bot.services.requests.authorise import Action, may
from bot.slack.blocks import Block
from bot.slack.client import SlackUnavailableError, ask
from bot.slack.envelopes import mapping, text_of
from bot.slack.home import modals
from bot.slack.home.fields import Choice
from bot.slack.home.modals import AgentsForm, ChannelForm, ClosingForm
from bot.slack.home.setup import (
    CHOOSE_CHANNEL,
    CLOSE_TODAY,
    EDIT_AGENTS,
    EDIT_ALERT_CHANNEL,
    EDIT_CHANNEL,
    USE_TEMPLATE,
)

ONLY_ADMINS = "Only an admin of Threadline can do that."
_OPENED, _GONE = "opened", "That is not there any more."

_CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{2,20}")

Fill = Callable[[Request, datetime], Awaitable[Block | None]]

log = structlog.get_logger()


def _form(title: str, fill: Fill) -> Read:
    """A button that opens a modal for whoever may change the configuration."""

    async def read(request: Request) -> Handled:
        asked = await request.asked()
        if not may(asked.standing, Action.CONFIGURE):
            return request.answer(lambda _conn, _now: Answer(text=ONLY_ADMINS))
        return Handled(apply=lambda _conn, _now: _OPENED, afterwards=partial(_opened, request, title, fill))

    return read


def _opened(request: Request, title: str, fill: Fill, _result: Result) -> Coroutine[Any, Any, None]:
    return _open(request, title, fill)


async def _open(request: Request, title: str, fill: Fill) -> None:
    client, now = request.slack.client(), request.item.received_at
    trigger = text_of(request.body.get("trigger_id"))
    try:
        opened = await ask("views.open", client.views_open(trigger_id=trigger, view=modals.loading(title)))
        view = mapping(opened.get("view"))
        filled = await fill(request, now) or modals.notice(title, _GONE)
        update = client.views_update(view_id=text_of(view.get("id")), hash=text_of(view.get("hash")), view=filled)
        await ask("views.update", update)
    except (SlackUnavailableError, SlackApiError) as error:
        # Three seconds have passed, or the person has closed it: they can press the button again.
        log.warning("modal.failed", title=title, reason=str(error))


async def _agents(request: Request, now: datetime) -> Block:
    agents = request.desk.config.agents
    return modals.agents_modal(
        AgentsForm(
            users=sorted(agents.users),
            user_groups=sorted(agents.user_groups),
            known_groups=await _user_groups(request),
            home_workspace=agents.home_workspace,
            memory=memory("agents", now),
        )
    )


async def _user_groups(request: Request) -> list[Choice]:
    """The user groups of the workspace, as (label, id); those that are agents already come first."""
    answer = await ask("usergroups.list", request.slack.client().usergroups_list())
    listed = answer.get("usergroups")
    found = [mapping(one) for one in listed] if isinstance(listed, list) else []
    named = [(f"@{text_of(one.get('handle')) or text_of(one.get('id'))}", text_of(one.get("id"))) for one in found]
    chosen = request.desk.config.agents.user_groups
    return sorted((one for one in named if one[1]), key=lambda one: (one[1] not in chosen, one[0]))


async def _alert_channel(request: Request, now: datetime) -> Block:
    return modals.alert_channel_modal(request.desk.config.alert_channel or "", memory("alert_channel", now))


async def _channel(request: Request, now: datetime) -> Block | None:
    channel, config = chosen_channel(request), request.desk.config
    if channel is None:
        return None
    settings = config.channel(channel)
    customer = config.customers.get(settings.customer or "")
    return modals.channel_modal(
        ChannelForm(
            channel=channel,
            customer=customer.name if customer else "",
            tier=(customer.tier or "") if customer else "",
            open_by=str(settings.open_by),
            schedule=settings.schedule or "",
            group=settings.group or "",
            schedules=[schedule.name for schedule in request.desk.rules.schedules],
            groups=sorted(config.groups),
            memory=memory(channel, now),
        )
    )


def chosen_channel(request: Request) -> str | None:
    """The channel of a button or a menu; None for what is none."""
    channel = text_of(request.action.get("selected_conversation")) or text_of(request.action.get("value"))
    return channel if _CHANNEL_ID.fullmatch(channel) else None


async def _closing(request: Request, now: datetime) -> Block | None:
    schedule = schedule_named(request.desk, text_of(request.action.get("value")))
    if schedule is None:
        return None
    moved = await what_moves(request.db, request.desk, schedule, now)
    return modals.closing_modal(
        ClosingForm(
            schedule=schedule.name,
            time_zone=schedule.time_zone,
            moved=moved[:SHOWN],
            total=len(moved),
            memory=memory(schedule.name, now),
        )
    )


async def _template(request: Request, now: datetime) -> Block | None:
    name = text_of(request.action.get("value"))
    form = template_form(name, request.desk.config.document, memory(name, now))
    return None if form is None else modals.template_modal(form)


BUTTONS: dict[str, Read] = {
    EDIT_AGENTS: _form("Agents", _agents),
    EDIT_ALERT_CHANNEL: _form("Alert channel", _alert_channel),
    EDIT_CHANNEL: _form("Set up a channel", _channel),
    CHOOSE_CHANNEL: _form("Set up a channel", _channel),
    CLOSE_TODAY: _form("Close today", _closing),
    USE_TEMPLATE: _form("Use a template", _template),
}
