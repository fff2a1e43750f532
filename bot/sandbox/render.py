"""How Slack writes what exists as JSON: users, channels, messages, files, user groups."""

from bot.sandbox.model import App, Channel, File, Json, Kind, Message, Team, User, UserGroup
from bot.sandbox.world import World, replies

REPLY_USERS_SHOWN = 5


def user(world: World, person: User, *, viewer: User | None = None, email: bool = True) -> Json:
    """Return a user as `users.info` shows it to a viewer; strangers keep their address to themselves."""
    foreign = viewer is not None and viewer.team != person.team
    shown: Json = {
        "id": person.id,
        "team_id": person.team,
        "name": person.name,
        "deleted": person.deleted,
        "real_name": person.real_name,
        "tz": person.tz,
        "tz_label": person.tz,
        "tz_offset": 0,
        "profile": _profile(person, email=email and not foreign),
        "is_admin": person.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": person.is_restricted,
        "is_ultra_restricted": person.is_ultra_restricted,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "updated": person.updated,
        "is_email_confirmed": True,
        "who_can_share_contact_card": "EVERYONE",
    }
    if viewer is not None and foreign:
        shown["is_stranger"] = not world.shares_channel(viewer, person)
    return shown


def _profile(person: User, *, email: bool) -> Json:
    profile: Json = {
        "real_name": person.real_name,
        "real_name_normalized": person.real_name,
        "display_name": person.name,
        "display_name_normalized": person.name,
        "status_text": person.status_text,
        "status_emoji": "",
        "team": person.team,
    }
    if email and person.email:
        profile["email"] = person.email
    if person.is_bot:
        profile |= {"bot_id": person.bot_id, "api_app_id": person.app_id, "always_active": True}
    return profile


def group(entry: UserGroup, *, include_users: bool) -> Json:
    """Return a user group as `usergroups.list` shows it."""
    shown: Json = {
        "id": entry.id,
        "team_id": entry.team,
        "is_usergroup": True,
        "is_subteam": True,
        "name": entry.name,
        "description": "",
        "handle": entry.handle,
        "is_external": False,
        "date_create": entry.date_update,
        "date_update": entry.date_update,
        "date_delete": entry.date_update if entry.disabled else 0,
        "auto_type": None,
        "prefs": {"channels": [], "groups": []},
        "user_count": len(entry.users),
    }
    return {**shown, "users": list(entry.users)} if include_users else shown


def team(entry: Team) -> Json:
    """Return a workspace as `team.info` shows it."""
    return {
        "id": entry.id,
        "name": entry.name,
        "domain": entry.domain,
        "url": f"https://{entry.domain}.slack.com/",
        "email_domain": "",
        "icon": {"image_default": True},
    }


def channel(entry: Channel, *, team_id: str, viewer: str = "") -> Json:
    """Return a conversation as `conversations.info` shows it to a user of that workspace."""
    if entry.kind is Kind.IM:
        return {
            "id": entry.id,
            "created": entry.created,
            "is_im": True,
            "is_org_shared": False,
            "is_archived": entry.is_archived,
            "user": next((member for member in entry.members if member != viewer), viewer),
            "is_user_deleted": False,
            "priority": 0,
        }
    home = entry.teams[0]
    return {
        "id": entry.id,
        "name": entry.name,
        "name_normalized": entry.name,
        "is_channel": entry.kind is Kind.PUBLIC,
        "is_group": entry.kind is Kind.PRIVATE,
        "is_im": False,
        "is_mpim": entry.kind is Kind.MPIM,
        "is_private": entry.is_private,
        "created": entry.created,
        "updated": entry.created * 1000,
        "is_archived": entry.is_archived,
        "is_general": entry.is_general,
        "unlinked": 0,
        "is_shared": entry.is_ext_shared or entry.is_org_shared,
        "is_org_shared": entry.is_org_shared,
        "is_ext_shared": entry.is_ext_shared,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "pending_connected_team_ids": [],
        "context_team_id": team_id,
        "conversation_host_id": home,
        "shared_team_ids": list(entry.teams),
        "internal_team_ids": [],
        "connected_team_ids": [other for other in entry.teams if other != team_id],
        "creator": entry.creator,
        "is_member": viewer in entry.members,
        "topic": {"value": entry.topic, "creator": "", "last_set": 0},
        "purpose": {"value": entry.purpose, "creator": "", "last_set": 0},
        "previous_names": [],
        "num_members": len(entry.members),
    }


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
        "mimetype": "text/plain" if kind in ("txt", "log") else f"application/{kind}",
        "filetype": kind,
        "pretty_type": kind.upper(),
        "user": entry.user,
        "user_team": entry.team,
        "editable": False,
        "size": entry.size,
        "mode": "hosted",
        "is_external": False,
        "is_public": True,
        "file_access": "visible",
        "url_private": f"{base}/files-pri/{entry.team}-{entry.id}/{entry.name}",
        "url_private_download": f"{base}/files-pri/{entry.team}-{entry.id}/download/{entry.name}",
        "permalink": f"{base}/files/{entry.user}/{entry.id}/{entry.name}",
    }


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
