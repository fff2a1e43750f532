"""api.test, auth.test, apps.connections.open, team.info, bots.info."""

from bot.sandbox import render
from bot.sandbox.errors import SlackError
from bot.sandbox.model import Json
from bot.sandbox.rate_limits import SPECIAL, TIER_3
from bot.sandbox.web_api.call import Call
from bot.sandbox.web_api.registry import method


@method("auth.test", limit=SPECIAL)
def auth_test(call: Call) -> Json:
    """Say who the token is."""
    team = call.slack.world.teams[call.team]
    return {
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "user": call.bot.name,
        "team_id": team.id,
        "user_id": call.install.bot_user,
        "bot_id": call.install.bot_id,
        "is_enterprise_install": False,
    }


@method("team.info", "team:read", limit=TIER_3)
def team_info(call: Call) -> Json:
    """Describe a workspace that the bot has to do with."""
    wanted = call.text("team") or call.team
    world = call.slack.world
    met = {call.team, *(team for one in world.channels.values() if call.is_member(one) for team in one.teams)}
    if wanted not in met:
        raise SlackError("team_not_found")
    return {"team": render.team(world.teams[wanted])}


@method("bots.info", "users:read", limit=TIER_3)
def bots_info(call: Call) -> Json:
    """Describe a bot by its `B...` id."""
    wanted = call.text("bot") or call.install.bot_id
    for install in call.slack.world.installs():
        if install.bot_id == wanted:
            bot = call.slack.world.users[install.bot_user]
            return {
                "bot": {
                    "id": install.bot_id,
                    "deleted": False,
                    "name": bot.real_name,
                    "updated": bot.updated,
                    "app_id": install.app_id,
                    "user_id": install.bot_user,
                    "icons": {},
                }
            }
    raise SlackError("bot_not_found")
