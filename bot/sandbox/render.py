"""How Slack writes users, user groups, workspaces and channels as JSON."""

from bot.sandbox.model import Channel, Json, Kind, Team, User, UserGroup
from bot.sandbox.world import World


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
