"""The payloads of interactions and commands, and what becomes of the app's answer."""

from bot.sandbox import messages
from bot.sandbox.deliveries import Answer, Delivery
from bot.sandbox.errors import SandboxError, SlackError
from bot.sandbox.kit.content import read_content
from bot.sandbox.model import Channel, Install, Json, Kind, Message, User
from bot.sandbox.response_urls import ResponseUrl
from bot.sandbox.slack import Slack
from bot.sandbox.web_api.call import Call


def actor(slack: Slack, person: User, install: Install, *, in_view: bool = False) -> Json:
    """Return the fields about who acts; `team` is the app's workspace, in views the person's own."""
    team = slack.world.teams[person.team if in_view else install.team]
    app = slack.world.apps[install.app_id]
    return {
        "api_app_id": app.id,
        "token": app.verification_token,
        "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": person.team},
        "team": {"id": team.id, "domain": team.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def channel_name(channel: Channel) -> str:
    """Return the name that payloads give a channel."""
    if channel.kind is Kind.IM:
        return "directmessage"
    return channel.name if channel.kind is Kind.PUBLIC else "privategroup"


async def ask(slack: Slack, install: Install, kind: str, payload: Json) -> Answer:
    """Send an interaction or command to the app and wait for its answer."""
    where = payload.get("channel_id") or payload.get("channel")
    delivery = Delivery(
        id=slack.world.ids.new("Ix"),
        app=slack.world.apps[install.app_id],
        team=install.team,
        kind=kind,
        label=str(payload.get("type") or payload.get("command")),
        payload=payload,
        channel=str(where.get("id", "")) if isinstance(where, dict) else str(where or ""),
        at=slack.clock.now(),
    )
    return await slack.deliveries.ask(delivery)


def outcome(answer: Answer, **fields: object) -> Json:
    """Return what the person sees: `acked`, or Slack's word for the failure."""
    error = ""
    if not answer.ok:
        late = answer.reason in ("http_timeout", "timeout")
        error = "operation_timeout" if late else "dispatch_failed"
    return {"acked": answer.ok, "error": error, "answer": answer.body, **fields}


def respond(slack: Slack, url: ResponseUrl, body: Json) -> None:
    """Do what an app says through a response URL, or as the direct answer to a command.

    Raises:
        SlackError: the content is not acceptable.
    """
    if not url.install.is_live:
        raise SlackError("token_revoked")
    channel = slack.world.channels.get(url.channel)
    if channel is None:
        raise SlackError("channel_not_found")
    original = channel.messages.get(url.message_ts)
    if body.get("delete_original"):
        _delete_original(slack, url, original)
        return
    app = slack.world.apps[url.install.app_id]
    call = Call(slack=slack, method="response_url", args=body, install=url.install, app=app)
    if body.get("replace_original") and original is not None:
        content = read_content(call, existing=original)
        messages.edit(slack, original, by="", text=content.text, blocks=content.blocks, attachments=content.attachments)
        return
    content = read_content(call)
    if body.get("replace_original") and url.ephemeral_ts:
        _replace_ephemeral(slack, url, {"text": content.text, "blocks": content.blocks})
    elif body.get("response_type") == "in_channel":
        messages.post(slack, _message(slack, url, call, content.text, content.blocks))
    else:
        messages.ephemeral(slack, _ephemeral(slack, url, content.text, content.blocks))


def _message(slack: Slack, url: ResponseUrl, call: Call, text: str, blocks: list[Json]) -> Message:
    return Message(
        ts=slack.ts(),
        channel=url.channel,
        user=url.install.bot_user,
        team=url.install.team,
        bot_id=url.install.bot_id,
        app_id=url.install.app_id,
        text=text,
        blocks=blocks,
        thread_ts=call.text("thread_ts"),
    )


def _ephemeral(slack: Slack, url: ResponseUrl, text: str, blocks: list[Json]) -> Json:
    return {
        "ts": slack.ts(),
        "channel": url.channel,
        "user": url.user,
        "team": url.install.team,
        "app_id": url.install.app_id,
        "bot_id": url.install.bot_id,
        "text": text,
        "blocks": blocks,
        "thread_ts": url.thread_ts,
        "deleted": False,
    }


def _replace_ephemeral(slack: Slack, url: ResponseUrl, fields: Json) -> None:
    entry = messages.find_ephemeral(slack, url.ephemeral_ts)
    if entry is None:
        raise SlackError("message_not_found")
    entry.update(fields)
    slack.changes.publish("ephemeral", ephemeral=entry)


def _delete_original(slack: Slack, url: ResponseUrl, original: Message | None) -> None:
    if original is not None:
        messages.delete(slack, original)
    elif url.ephemeral_ts:
        entry = messages.find_ephemeral(slack, url.ephemeral_ts)
        if entry is not None:
            entry["deleted"] = True
            slack.changes.publish("ephemeral_removed", ts=entry["ts"])


def installed_for(slack: Slack, person: User, app_id: str) -> Install:
    """Return the installation that a person may use beyond clicking: their own workspace's.

    Raises:
        SandboxError: their workspace has not installed the app; people from outside can only click.
    """
    install = slack.world.app(app_id).installs.get(person.team)
    if install is None or not install.is_live:
        raise SandboxError(
            f"{person.id}'s workspace has not installed {app_id}: people from outside can click, no more.",
            code="not_allowed_for_external_users",
        )
    return install
