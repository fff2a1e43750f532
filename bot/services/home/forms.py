"""The buttons of the set-up, each of which opens a form for whoever may change the configuration."""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

from slack_sdk.errors import SlackApiError

from bot.services.home.closing import SHOWN, what_moves
from bot.services.home.filled_in import memory
from bot.services.home.hours import schedule_named
from bot.services.home.saving import ONLY_ADMINS
from bot.services.home.templates import template_form
from bot.services.inbox.handling import Request
from bot.services.requests.authorise import Action, may
from bot.services.requests.opening import Form
from bot.slack.blocks import Block
from bot.slack.client import ask
from bot.slack.envelopes import mapping, text_of
from bot.slack.fields import Choice
from bot.slack.home import modals
from bot.slack.home.modals import AgentsForm, ChannelForm, ClosingForm
from bot.slack.home.setup import (
    CHOOSE_CHANNEL,
    CLOSE_TODAY,
    EDIT_AGENTS,
    EDIT_ALERT_CHANNEL,
    EDIT_CHANNEL,
    USE_TEMPLATE,
)
from bot.slack.views.frame import said

_GONE = "That is not there any more."
_CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{2,20}")

Draw = Callable[[Request, datetime], Awaitable[Block | None]]


async def _fill(title: str, draw: Draw, request: Request) -> Block:
    asked = await request.asked()
    if not may(asked.standing, Action.CONFIGURE):
        return said(title, ONLY_ADMINS)
    return await draw(request, request.item.received_at) or said(title, _GONE)


def _form(callback: str, draw: Draw) -> Form:
    title = modals.TITLES[callback]
    return Form(title=title, fill=partial(_fill, title, draw))


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
    try:
        answer = await ask("usergroups.list", request.slack.client().usergroups_list())
    except SlackApiError:
        return []  # a workspace whose plan has none
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
            schedules=_first(settings.schedule, [schedule.name for schedule in request.desk.rules.schedules]),
            groups=_first(settings.group, sorted(config.groups)),
            memory=memory(channel, now),
        )
    )


def _first(chosen: str | None, names: list[str]) -> list[str]:
    """The names with the chosen one first: a menu has room for a hundred."""
    return sorted(names, key=lambda name: name != chosen)


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


FORMS: dict[str, Form] = {
    EDIT_AGENTS: _form(modals.AGENTS, _agents),
    EDIT_ALERT_CHANNEL: _form(modals.ALERT_CHANNEL, _alert_channel),
    EDIT_CHANNEL: _form(modals.CHANNEL, _channel),
    CHOOSE_CHANNEL: _form(modals.CHANNEL, _channel),
    CLOSE_TODAY: _form(modals.CLOSE_TODAY, _closing),
    USE_TEMPLATE: _form(modals.TEMPLATE, _template),
}
