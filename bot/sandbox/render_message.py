"""How Slack writes messages and their files as JSON."""

from bot.sandbox.model import App, Channel, File, Json, Message, User
from bot.sandbox.world import World, replies

REPLY_USERS_SHOWN = 5


def file(entry: File, *, team_id: str, connect: bool, base: str) -> Json:
    """Return a file in a message; in Slack Connect it may be only a note to ask `files.info`."""
    if connect and entry.team != team_id:
        return {
            "id": entry.id,
            "created": 0,
            "timestamp": 0,
            "mode": "file_access",
            "file_access": "check_file_info",
            "user": entry.user,
        }
    return full_file(entry, base)


def full_file(entry: File, base: str) -> Json:
    """Return everything about a file."""
    kind = entry.name.rpartition(".")[2].lower() or "binary"
    return {
        "id": entry.id,
        "created": entry.created,
        "timestamp": entry.created,
        "name": entry.name,
        "title": entry.title,
        "mimetype": _mimetype(entry, kind),
        "filetype": kind,
        "pretty_type": kind.upper(),
        "user": entry.user,
        "user_team": entry.team,
        "editable": False,
        "size": entry.size,
        "mode": "hosted",
        "is_external": False,
        "is_public": entry.is_public,
        "file_access": "visible",
        "url_private": f"{base}/files-pri/{entry.team}-{entry.id}/{entry.name}",
        "url_private_download": f"{base}/files-pri/{entry.team}-{entry.id}/download/{entry.name}",
        "permalink": f"{base}/files/{entry.user}/{entry.id}/{entry.name}",
        **_image(entry),
    }


def _mimetype(entry: File, kind: str) -> str:
    if entry.image_type:
        return f"image/{entry.image_type}"
    return "text/plain" if kind in ("txt", "log") else f"application/{kind}"


def _image(entry: File) -> Json:
    """Return what Slack says about pictures besides; of their sizes only a PNG's is read."""
    if not entry.image_type:
        return {}
    shown: Json = {"alt_txt": entry.alt_txt} if entry.alt_txt else {}
    if entry.image_type == "png" and len(entry.content) >= 24:
        width, height = (int.from_bytes(entry.content[at : at + 4]) for at in (16, 20))
        shown |= {"original_w": width, "original_h": height}
    return shown


def bot_profile(world: World, app: App, team_id: str) -> Json:
    """Return the short description of a bot that its messages carry."""
    install = app.installs[team_id]
    return {
        "id": install.bot_id,
        "app_id": app.id,
        "user_id": install.bot_user,
        "name": world.users[install.bot_user].real_name,
        "icons": {},
        "deleted": install.uninstalled,
        "updated": 0,
        "team_id": team_id,
    }


def message(world: World, entry: Message, *, team_id: str = "", base: str = "", metadata: bool = True) -> Json:
    """Return a message as history and events show it to an app in that workspace."""
    conversation = world.channels[entry.channel]
    shown: Json = {"type": "message", "ts": entry.ts, "text": entry.text}
    if entry.subtype:
        shown["subtype"] = entry.subtype
    _author(world, shown, entry)
    if conversation.is_ext_shared and entry.team:
        shown |= {"user_team": entry.team, "source_team": entry.team}
        if entry.team != team_id and entry.user in world.users and not entry.bot_id:
            shown["user_profile"] = _short_profile(world.users[entry.user])
    for key in ("blocks", "attachments", "icons"):
        if value := getattr(entry, key):
            shown[key] = value
    if entry.files:
        shown["files"] = [
            file(world.files[key], team_id=team_id or entry.team, connect=conversation.is_ext_shared, base=base)
            for key in entry.files
        ]
        shown |= {"upload": False, "display_as_bot": False}
    if entry.metadata is not None:
        shown["metadata"] = entry.metadata if metadata else {**entry.metadata, "event_payload": {}}
    if entry.edited:
        shown["edited"] = entry.edited
    if entry.reactions:
        shown["reactions"] = [
            {"name": one.name, "users": list(one.users), "count": len(one.users)} for one in entry.reactions
        ]
    shown |= entry.extra
    _thread(world, conversation, shown, entry)
    return shown


def _author(world: World, shown: Json, entry: Message) -> None:
    for key in ("user", "team", "bot_id", "app_id", "username", "client_msg_id"):
        if value := getattr(entry, key):
            shown[key] = value
    app = world.apps.get(entry.app_id)
    if app is not None and entry.team in app.installs:
        shown["bot_profile"] = bot_profile(world, app, entry.team)


def _short_profile(person: User) -> Json:
    return {
        "name": person.name,
        "real_name": person.real_name,
        "display_name": person.name,
        "team": person.team,
        "is_restricted": person.is_restricted,
        "is_ultra_restricted": person.is_ultra_restricted,
    }


def _thread(world: World, conversation: Channel, shown: Json, entry: Message) -> None:
    if entry.is_reply:
        parent = conversation.messages.get(entry.thread_ts)
        shown["thread_ts"] = entry.thread_ts
        if parent is not None:
            shown["parent_user_id"] = parent.user
            if entry.broadcast:
                shown["root"] = message(world, parent, team_id=parent.team)
        return
    answers = replies(conversation, entry.ts)
    if not answers:
        return
    who = list(dict.fromkeys(one.user or one.bot_id for one in answers))
    shown |= {
        "thread_ts": entry.ts,
        "reply_count": len(answers),
        "reply_users_count": len(who),
        "latest_reply": answers[-1].ts,
        "reply_users": who[:REPLY_USERS_SHOWN],
        "is_locked": False,
        "subscribed": False,
    }
