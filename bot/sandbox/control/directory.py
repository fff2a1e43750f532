"""What happens to people and user groups."""

from bot.sandbox import render
from bot.sandbox.model import Json
from bot.sandbox.slack import Slack


class Directory:
    """What happens to people and user groups."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    def update_user(
        self,
        user: str,
        *,
        real_name: str | None = None,
        email: str | None = None,
        tz: str | None = None,
        status_text: str | None = None,
        admin: bool | None = None,
        deactivated: bool | None = None,
    ) -> Json:
        """Change a person, or deactivate them: `user_change`."""
        person = self._slack.world.user(user)
        given = {
            "real_name": real_name,
            "email": email,
            "tz": tz,
            "status_text": status_text,
            "is_admin": admin,
            "deleted": deactivated,
        }
        for name, value in given.items():
            if value is not None:
                setattr(person, name, value)
        person.updated = int(self._slack.clock.now())
        shown = render.user(self._slack.world, person)
        event = {"type": "user_change", "user": shown, "cache_ts": person.updated, "event_ts": self._slack.ts()}
        self._slack.emit_team(person.team, event)
        self._slack.changes.publish("user", user=shown)
        return shown

    def set_group_users(self, group: str, users: list[str]) -> Json:
        """Change who is in a user group: `subteam_members_changed` and `subteam_updated`."""
        entry = self._slack.world.group(group)
        wanted = [self._slack.world.user(user).id for user in dict.fromkeys(users)]
        before, entry.users = entry.users, wanted
        previous_update, entry.date_update = entry.date_update, int(self._slack.clock.now())
        added = [user for user in wanted if user not in before]
        removed = [user for user in before if user not in wanted]
        changed = {
            "type": "subteam_members_changed",
            "subteam_id": group,
            "team_id": entry.team,
            "date_previous_update": previous_update,
            "date_update": entry.date_update,
            "added_users": added,
            "added_users_count": len(added),
            "removed_users": removed,
            "removed_users_count": len(removed),
            "event_ts": self._slack.ts(),
        }
        self._slack.emit_team(entry.team, changed)
        shown = render.group(entry, include_users=True)
        updated = {"type": "subteam_updated", "subteam": shown, "event_ts": self._slack.ts()}
        self._slack.emit_team(entry.team, updated)
        self._slack.changes.publish("user_group", user_group=shown)
        return shown
