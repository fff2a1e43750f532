"""users.* and usergroups.*: who is who."""

from bot.sandbox import render
from bot.sandbox.errors import SlackError
from bot.sandbox.model import Json, User
from bot.sandbox.rate_limits import TIER_2, TIER_3, TIER_4
from bot.sandbox.web_api.call import Call, invalid_arguments
from bot.sandbox.web_api.paging import page
from bot.sandbox.web_api.registry import method

SLACKBOT = "USLACKBOT"


def _shown(call: Call, person: User) -> Json:
    return render.user(call.slack.world, person, viewer=call.bot, email=call.has("users:read.email"))


@method("users.info", "users:read", limit=TIER_4)
def info(call: Call) -> Json:
    """Describe a person; those of other workspaces only as far as a shared channel allows."""
    user = call.text("user")
    if not user:
        raise invalid_arguments("missing required field: user")
    if user == SLACKBOT:
        return {"user": _shown(call, User(id=SLACKBOT, team=call.team, name="slackbot", real_name="Slackbot"))}
    return {"user": _shown(call, call.find_user(user))}


@method("users.list", "users:read", limit=TIER_2)
def list_users(call: Call) -> Json:
    """List the workspace's people and bots, a page at a time."""
    found = [person for person in call.slack.world.users.values() if person.team == call.team]
    shown, cursor = page(call, found, default=1000)
    return {
        "members": [_shown(call, person) for person in shown],
        "cache_ts": int(call.slack.clock.now()),
        "response_metadata": {"next_cursor": cursor},
    }


@method("users.lookupByEmail", "users:read.email", limit=TIER_3)
def by_email(call: Call) -> Json:
    """Find a person of the workspace by address."""
    email = call.text("email").lower()
    for person in call.slack.world.users.values():
        if email and person.email.lower() == email and person.team == call.team and not person.deleted:
            return {"user": _shown(call, person)}
    raise SlackError("users_not_found")


@method("usergroups.list", "usergroups:read", limit=TIER_2)
def list_groups(call: Call) -> Json:
    """List the workspace's user groups."""
    found = [
        render.group(group, include_users=call.flag("include_users"))
        for group in call.slack.world.groups.values()
        if group.team == call.team and (call.flag("include_disabled") or not group.disabled)
    ]
    return {"usergroups": found}


@method("usergroups.users.list", "usergroups:read", limit=TIER_2)
def group_users(call: Call) -> Json:
    """List who is in a user group."""
    group = call.slack.world.groups.get(call.text("usergroup"))
    if group is None or group.team != call.team:
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}
