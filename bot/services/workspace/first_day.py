"""What is missing before the first alert can arrive, one step each: for ``doctor`` and for App Home."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.config.config import Config
from bot.config.model import DestinationKind


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingStep:
    """Something that is not there yet, and what to do about it."""

    what: str
    todo: str


def missing_steps(config: Config) -> list[MissingStep]:
    """What the configuration lacks, the most important first; nothing of it keeps the bot from running."""
    return list(_steps(config))


def _steps(config: Config) -> Iterator[MissingStep]:
    if not config.admins:
        yield MissingStep(what="admins", todo="write your Slack user id into admins: nobody may set this up in Slack")
    if not (config.agents.users or config.agents.user_groups):
        yield MissingStep(
            what="agents", todo="say who answers: nobody is named, so in your own channels nobody answers as an agent"
        )
    if not config.alert_channels:
        yield MissingStep(what="alert channel", todo="choose one: without it there are no cards and no alerts")
    if not config.channels:
        yield MissingStep(
            what="customer channel", todo="invite Threadline into one, /invite @Threadline, and set it up"
        )
    if not config.document.get("policies"):
        yield MissingStep(
            what="policies", todo="pick a template: without policies nothing is promised and nothing is late"
        )
    elif not config.default_priority:
        yield MissingStep(what="default_priority", todo="set it in the file: tickets without a priority have no target")
    for name, group in config.groups.items():
        if not group.users and not group.user_group:
            yield MissingStep(what=f"group {name}", todo="name its people in the file: nobody is in it")


def missing_secrets(config: Config, environ: Mapping[str, str], *, has_mail: bool) -> list[MissingStep]:
    """What routes use and the environment lacks: the secrets of webhooks, and a mail server."""
    used = {
        (destination.kind, destination.name)
        for route in config.routes.values()
        for destinations in route.thresholds.values()
        for destination in destinations
    }
    found = [
        MissingStep(
            what=f"webhook {name}",
            todo=f"set the environment variable {webhook.secret_env}: without it a route's calls cannot be signed",
        )
        for name, webhook in config.webhooks.items()
        if (DestinationKind.WEBHOOK, name) in used and not environ.get(webhook.secret_env)
    ]
    if not has_mail and any(kind is DestinationKind.MAIL for kind, _ in used):
        todo = "set THREADLINE_SMTP_URL, such as smtps://user:password@mail.example.com: a route writes to a mailbox"
        found.append(MissingStep(what="mail", todo=todo))
    return found
