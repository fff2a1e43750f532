"""All commands of ``threadline``, in the order in which ``--help`` lists them."""

import typer

from bot.cli.backups import backup, restore
from bot.cli.configuration import apply, check, diff, export, init
from bot.cli.database import migrate
from bot.cli.demonstration import demo
from bot.cli.engine import evaluate
from bot.cli.explanation import explain
from bot.cli.importing import import_commands
from bot.cli.operation import doctor, run
from bot.cli.queues import inbox_commands, outbox_commands
from bot.cli.reports import report
from bot.cli.sandboxed import sandbox
from bot.cli.signing_in import login_link
from bot.cli.simulation import simulation
from bot.cli.tokens import token_commands

app = typer.Typer(
    name="threadline",
    help="Service-level agreements for support that happens in Slack.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("demo", short_help="Show the whole bot on this machine; no Slack account needed.")(demo)
app.command("run", short_help="Run the bot, over Socket Mode or signed HTTP.")(run)
app.command("doctor", short_help="Check tokens, channels, database and configuration.")(doctor)
app.command("init", short_help="Write a configuration from a template, to be filled in.")(init)
app.command("check")(check)
app.command("diff", short_help="Show what a configuration would change, ticket by ticket.")(diff)
app.command("apply", short_help="Make a configuration file the version in force.")(apply)
app.command("export")(export)
app.command("evaluate", short_help="Evaluate a timeline file: what became of every promise.")(evaluate)
app.command("explain", short_help="Explain a deadline: what was counted, closed or paused.")(explain)
app.command("simulate", short_help="Try a configuration on history, beside another one.")(simulation)
app.add_typer(import_commands, name="import")
app.command("report", short_help="Report what became of promises, and how long things took.")(report)
app.command("migrate", short_help="Bring the database to the schema of this program.")(migrate)
app.command("backup", short_help="Copy the database, while `run` works, and verify the copy.")(backup)
app.command("restore", short_help="Put a copy in the place of the database.")(restore)
app.add_typer(token_commands, name="token")
app.add_typer(inbox_commands, name="inbox")
app.add_typer(outbox_commands, name="outbox")
app.command("login-link", short_help="Print a link that signs in to the dashboard, once.")(login_link)
app.command("sandbox", short_help="Run a sandbox Slack workspace alone, to develop against.")(sandbox)
