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
app.command("demo")(demo)
app.command("run")(run)
app.command("doctor")(doctor)
app.command("init")(init)
app.command("check")(check)
app.command("diff")(diff)
app.command("apply")(apply)
app.command("export")(export)
app.command("evaluate")(evaluate)
app.command("explain")(explain)
app.command("simulate")(simulation)
app.add_typer(import_commands, name="import")
app.command("report")(report)
app.command("migrate")(migrate)
app.command("backup")(backup)
app.command("restore")(restore)
app.add_typer(token_commands, name="token")
app.add_typer(inbox_commands, name="inbox")
app.add_typer(outbox_commands, name="outbox")
app.command("login-link")(login_link)
app.command("sandbox")(sandbox)
