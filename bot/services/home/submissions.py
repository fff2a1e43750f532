"""The set-up's modals as they come back, and the one button that saves at once: each becomes a change, or a refusal."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from bot.services.alerting.alert_views import display_name
from bot.services.home import changes, hours
from bot.services.home.changes import ChannelSetup
from bot.services.home.filled_in import FilledIn, read_form
from bot.services.home.pages import belongs_here
from bot.services.home.saving import ONLY_ADMINS, Change, Document, handled, refused
from bot.services.home.templates import template_form, with_template
from bot.services.inbox.handling import Handled, Read, Request
from bot.services.requests.actions import Answer, Asked
from bot.services.requests.authorise import Action, may
from bot.services.workspace import notices
from bot.services.workspace.desk import Desk
from bot.slack.envelopes import text_of
from bot.slack.home import modals
from bot.slack.home.setup import REOPEN_TODAY
from bot.slack.text import authored
from bot.slack.wording import customer_label
from sla.events import Apply
from sla.schedule_json import schedule_from_json

_TOO_OLD = "the form was open for too long; open it again."
_UNKNOWN_CHANNEL = "Threadline cannot see that channel: invite it with /invite @Threadline, and try again."

Understand = Callable[[Request, Asked, FilledIn], Awaitable[Change | str]]


def _form(callback: str, understand: Understand) -> Read:
    """A submitted modal of somebody who may change the configuration now, whatever was so when it was opened."""

    async def read(request: Request) -> Handled:
        asked, title = await request.asked(), TITLES[callback]
        if not may(asked.standing, Action.CONFIGURE):
            return refused(request, asked, ONLY_ADMINS, title=title)
        filled = read_form(request.body, request.item.received_at)
        change = _TOO_OLD if filled.is_old else await understand(request, asked, filled)
        if isinstance(change, str):
            return refused(request, asked, change, title=title)
        return handled(request, asked, change, title=title)

    return read


async def _agents(request: Request, _asked: Asked, filled: FilledIn) -> Change | str:
    for user in set(filled.several("users")) - request.desk.config.agents.users:
        if not belongs_here(await request.directory.person(user), request.desk):
            return f"<@{user}> is not of this workspace. Name people of other companies, and apps, in the file."
    users, groups = filled.several("users"), filled.several("user_groups")
    is_home = "home_workspace" in filled.several("home_workspace")
    make = partial(changes.with_agents, users=users, user_groups=groups, home_workspace=is_home)
    who = ", ".join([*(f"<!subteam^{group}>" for group in groups), *(f"<@{user}>" for user in users)][:10])
    return Change(what=f"Agents are now {who or 'nobody by name'}.", make=lambda document, _now: make(document))


async def _alert_channel(request: Request, _asked: Asked, filled: FilledIn) -> Change | str:
    channel = filled.words("channel")
    found = await request.directory.channel(channel) if channel else None
    if found is None:
        return _UNKNOWN_CHANNEL
    if found.is_external or found.kind is None:
        return "alerts must not go where another company reads them; choose a channel of your own."
    return Change(
        what=f"Cards and alerts go to <#{channel}> from now on.",
        make=lambda document, _now: changes.with_alert_channel(document, channel),
    )


async def _channel(request: Request, asked: Asked, filled: FilledIn) -> Change | str:
    setup = ChannelSetup(
        channel=filled.about,
        customer=filled.words("customer"),
        tier=filled.words("tier"),
        open_by=filled.words("open_by") or "message",
        schedule=filled.words("schedule"),
        group=filled.words("group"),
    )
    found = await request.directory.channel(setup.channel) if setup.channel else None
    if found is None or found.kind is None:
        return _UNKNOWN_CHANNEL
    whose = authored(customer_label(setup.customer, setup.tier), 170) if setup.customer else "no customer in particular"
    what = f"<#{setup.channel}> is set up: {whose}."
    who = authored(await display_name(request.directory, asked.user), 80)
    if not found.is_member:
        what += " Invite Threadline into it, /invite @Threadline: it does not hear what is written there yet."
    return Change(
        what=what,
        make=lambda document, _now: changes.with_channel(document, setup),
        told=partial(_tell_the_team, setup.channel, f"{what} Saved by {who}."),
    )


def _tell_the_team(channel: str, text: str, conn: Connection, desk: Desk, now: datetime) -> None:
    key = f"setup:{channel}:{desk.rules_version}"
    notices.say(conn, desk, key, text, now, channel=channel)


async def _close_today(request: Request, _asked: Asked, filled: FilledIn) -> Change | str:
    schedule = hours.schedule_named(request.desk, filled.about)
    if schedule is None:
        return "that schedule is not there any more."
    now, workspace = request.item.received_at, request.desk.workspace
    if await request.db.read(lambda conn: hours.closing_of(conn, workspace, schedule, now)) is not None:
        return "today is closed already."
    day = hours.today_of(schedule, now).isoformat()
    before = changes.special_hours_on(request.desk.config.document, schedule.name, day)
    return Change(
        what=f"{authored(schedule.name, 80)} is closed for the rest of today; the open deadlines have moved.",
        make=partial(_closed, schedule.name, day),
        action=hours.CLOSED,
        detail={"schedule": schedule.name, "date": day, "before": before},
        to_open=Apply.NOW,
    )


def _closed(schedule: str, day: str, document: Document, now: datetime) -> Document:
    """Today's hours end now, in the version that is in force when it is saved."""
    for one in document.get("schedules", []):
        if one["name"] == schedule:
            counted = hours.hours_until_now(schedule_from_json(one, ""), now)
            return changes.with_special_hours(document, schedule, day, counted)
    return document


async def _template(request: Request, _asked: Asked, filled: FilledIn) -> Change | str:
    form = template_form(filled.about, request.desk.config.document, "")
    if form is None:
        return "there is no such template."
    answers = {blank.name: filled.words(blank.name) for blank in form.blanks}
    return Change(
        what=f"The policies of *{authored(form.title, 60)}* are in force for every new ticket.",
        make=lambda document, now: _from_template(document, filled.about, answers, now),
    )


def _from_template(document: Document, name: str, answers: dict[str, str], now: datetime) -> Document:
    """What the template makes of it; where somebody was quicker, nothing, so that no policy is lost."""
    return document if document.get("policies") else with_template(document, name, answers, now.date())


async def _reopen_today(request: Request) -> Handled:
    asked = await request.asked()
    if not may(asked.standing, Action.CONFIGURE):
        return request.answer(lambda _conn, _now: Answer(text=ONLY_ADMINS))
    schedule = hours.schedule_named(request.desk, text_of(request.action.get("value")))
    if schedule is None:
        return refused(request, asked, "that schedule is not there any more.")
    now, workspace = request.item.received_at, request.desk.workspace
    closing = await request.db.read(lambda conn: hours.closing_of(conn, workspace, schedule, now))
    if closing is None:
        return refused(request, asked, "nobody has closed today from here.")
    day = hours.today_of(schedule, now).isoformat()
    before = closing.before
    change = Change(
        what=f"{authored(schedule.name, 80)} is open again as planned; the open deadlines have moved back.",
        make=lambda document, _now: changes.with_special_hours(document, schedule.name, day, before),
        action=hours.REOPENED,
        detail={"schedule": schedule.name, "date": day},
        to_open=Apply.NOW,
    )
    return handled(request, asked, change)


BUTTONS: dict[str, Read] = {REOPEN_TODAY: _reopen_today}
TITLES = modals.TITLES
SUBMISSIONS: dict[str, Read] = {
    callback: _form(callback, understand)
    for callback, understand in {
        modals.AGENTS: _agents,
        modals.ALERT_CHANNEL: _alert_channel,
        modals.CHANNEL: _channel,
        modals.CLOSE_TODAY: _close_today,
        modals.TEMPLATE: _template,
    }.items()
}
