"""The workspaces of the demonstration: a support team and its customers, in a sandbox Slack."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.errors import BotError
from bot.importers.slack_export import SlackExport
from bot.sandbox import Sandbox

ALERT_CHANNEL = "C0TRIAGE"
HOME = "T0HOME"
_TEMPLATE = Path(__file__).with_name("demo.yml")
_MANIFEST = Path(__file__).parents[2] / "manifest.yml"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What the bot is given to start with: the app's secrets, and a configuration."""

    app: str
    bot_token: str
    app_token: str
    signing_secret: str
    config: str
    customer_channels: tuple[str, ...]


def build_sample(sandbox: Sandbox, *, socket_mode: bool) -> World:
    """A support team of three with three customers: two companies of their own, and one guest of the workspace."""
    build = sandbox.build
    build.workspace("Northwind Support", id=HOME, domain="northwind")
    build.workspace("Acme Inc", id="T0ACME", domain="acme")
    build.workspace("Globex", id="T0GLOBEX", domain="globex")
    for user, name in (("U0ANA", "Ana Sousa"), ("U0BEN", "Ben Okafor"), ("U0CLEO", "Cleo Martin")):
        build.user(HOME, name.split()[0].lower(), id=user, real_name=name, admin=user == "U0CLEO")
    build.user("T0ACME", "rita", id="U0RITA", real_name="Rita Gomez")
    build.user("T0ACME", "sam", id="U0SAM", real_name="Sam Lee")
    build.user("T0GLOBEX", "hank", id="U0HANK", real_name="Hank Scorpio")
    build.user(HOME, "milton", id="U0MILTON", real_name="Milton Waddams", guest="multi")
    build.user_group(HOME, "support", id="S0SUPPORT", users=["U0ANA", "U0BEN", "U0CLEO"])
    app, installed = _install(sandbox, socket_mode=socket_mode)
    team = ["U0ANA", "U0BEN", "U0CLEO", installed["bot_user"]]
    build.channel(HOME, "acme-support", id="C0ACME", shared_with=["T0ACME"], members=[*team, "U0RITA", "U0SAM"])
    build.channel(HOME, "globex-support", id="C0GLOBEX", shared_with=["T0GLOBEX"], members=[*team, "U0HANK"])
    build.channel(HOME, "help-initech", id="C0INITECH", members=[*team, "U0MILTON"])
    build.channel(HOME, "triage", id=ALERT_CHANNEL, private=True, members=team)
    return _world(app, installed, _TEMPLATE.read_text(encoding="utf-8"), ("C0ACME", "C0GLOBEX", "C0INITECH"))


def build_replay(sandbox: Sandbox, export: SlackExport, agents: tuple[str, ...], *, policy: str) -> World:
    """The channels and people of an export; ``policy`` is the text of a configuration whose rules apply to them."""
    build = sandbox.build
    build.workspace("Replay", id=HOME, domain="replay")
    people = sorted({message.user for message in export.messages})
    for user in people:
        name = export.users.get(user, user)
        build.user(HOME, f"user-{user.lower()}", id=user, real_name=name)
    app, installed = _install(sandbox, socket_mode=False)
    for channel in export.channels:
        build.channel(HOME, channel.name, id=channel.channel, members=[*people, installed["bot_user"]])
    build.channel(HOME, "threadline-triage", id=ALERT_CHANNEL, members=[*agents, installed["bot_user"]])
    customers = tuple(channel.channel for channel in export.channels)
    return _world(app, installed, replay_config(policy, agents=agents, channels=customers), customers)


def replay_config(policy: str, *, agents: tuple[str, ...], channels: tuple[str, ...]) -> str:
    """A configuration with its own people and channels replaced by those of an export."""
    document: dict[str, Any] = yaml.safe_load(policy)
    if not isinstance(document, dict):
        raise BotError("The configuration for the replay is not a YAML mapping.")
    document |= {
        "admins": list(agents[:1]),
        "agents": {"users": list(agents), "home_workspace": False},
        "alert_channel": ALERT_CHANNEL,
        "channels": {"defaults": {"acknowledge": "off"}} | {channel: {} for channel in channels},
    }
    document.pop("digest", None)
    document.pop("customers", None)
    return yaml.safe_dump(document, sort_keys=False)


def _install(sandbox: Sandbox, *, socket_mode: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """The app as the manifest describes it, so that a missing scope or event shows here first."""
    manifest = yaml.safe_load(_MANIFEST.read_text(encoding="utf-8"))
    app = sandbox.build.app(
        manifest["display_information"]["name"],
        scopes=manifest["oauth_config"]["scopes"]["bot"],
        events=manifest["settings"]["event_subscriptions"]["bot_events"],
        commands=[command["command"] for command in manifest["features"]["slash_commands"]],
        shortcuts=[
            {key: one[key] for key in ("name", "callback_id", "type")} for one in manifest["features"]["shortcuts"]
        ],
        socket_mode=socket_mode,
    )
    return app, sandbox.build.install(app["id"], HOME)


def _world(app: dict[str, Any], installed: dict[str, Any], config: str, channels: tuple[str, ...]) -> World:
    return World(
        app=app["id"],
        bot_token=installed["bot_token"],
        app_token=installed["app_token"],
        signing_secret=installed["signing_secret"],
        config=config,
        customer_channels=channels,
    )
