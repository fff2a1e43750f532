"""A small workspace to develop against: two companies, a shared channel, a triage channel, one app."""

from bot.sandbox.model import Json
from bot.sandbox.sandbox import Sandbox

SHORTCUTS = [
    {"name": "Claim", "callback_id": "claim"},
    {"name": "Set priority", "callback_id": "priority"},
    {"name": "Solve", "callback_id": "solve"},
]


def furnish(sandbox: Sandbox, *, socket_mode: bool = True) -> Json:
    """Create the sample workspace and return the app's tokens, secret and bot user."""
    build = sandbox.build
    build.workspace("Helpful Ltd", id="T0HOME", domain="helpful")
    build.workspace("Acme Inc", id="T0ACME", domain="acme")
    build.user("T0HOME", "boss", id="U0BOSS", real_name="Bo Boss", email="boss@helpful.example", admin=True)
    build.user("T0HOME", "ada", id="U0ADA", real_name="Ada Agent", email="ada@helpful.example")
    build.user("T0HOME", "ben", id="U0BEN", real_name="Ben Agent", email="ben@helpful.example")
    build.user("T0ACME", "carl", id="U0CARL", real_name="Carl Customer", email="carl@acme.example")
    build.user("T0ACME", "dora", id="U0DORA", real_name="Dora Customer", email="dora@acme.example")
    build.user("T0HOME", "gus", id="U0GUS", real_name="Gus Guest", guest="single")
    build.user_group("T0HOME", "support", id="S0SUPPORT", users=["U0ADA", "U0BEN"])
    app = build.app(
        "Threadline",
        id="A0SLA",
        commands=["/sla", "/priority", "/ticket"],
        shortcuts=[*SHORTCUTS],
        socket_mode=socket_mode,
    )
    bot: Json = build.install(app["id"], "T0HOME", bot_name="threadline", bot_user="U0SLABOT")
    inside = ["U0BOSS", "U0ADA", "U0BEN", bot["bot_user"]]
    build.channel("T0HOME", "general", id="C0GENERAL", members=inside)
    build.channel("T0HOME", "triage", id="C0TRIAGE", members=inside, purpose="Alerts")
    build.channel(
        "T0HOME",
        "acme-support",
        id="C0ACME",
        shared_with=["T0ACME"],
        members=[*inside, "U0CARL", "U0DORA"],
        topic="Support for Acme",
    )
    build.channel("T0HOME", "guests", id="C0GUESTS", members=["U0ADA", "U0GUS", bot["bot_user"]])
    return bot
