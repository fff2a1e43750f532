"""What is missing before the first alert can arrive, one step each: for ``doctor`` and for App Home."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.config.config import Config
from bot.config.model import DestinationKind


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingStep:
    """Something that is not there yet, and what to do about it.

    Attributes:
        needed: Whether no alert can arrive, or no deadline be set, before it is there.
    """

    what: str
    todo: str
    needed: bool = True


def missing_steps(config: Config) -> list[MissingStep]:
    """What the configuration lacks; nothing of it keeps the bot from running."""
    return list(_steps(config))


def _steps(config: Config) -> Iterator[MissingStep]:
    policies, agents = config.document.get("policies"), config.agents
    if not config.admins:
        todo = "nobody may change the set-up in Slack: write your Slack user id into admins of the file"
        yield MissingStep(what="admins", todo=todo, needed=False)
    if not (agents.users or agents.user_groups):
        todo = "say who answers: nobody is named"
        if agents.home_workspace:
            todo += ", so only in shared channels somebody counts as an agent"
        yield MissingStep(what="agents", todo=todo, needed=not agents.home_workspace)
    if not config.alert_channels:
        yield MissingStep(what="alert channel", todo="choose one (alert_channel): without it nobody is alerted")
    if not config.channels and not config.customers:
        todo = "only channels shared with other companies are followed: set up the others"
        yield MissingStep(what="customer channels", todo=todo, needed=False)
    if not policies:
        yield MissingStep(what="policies", todo="begin with a template: without policies nothing has a deadline")
    elif not config.default_priority:
        todo = "set default_priority in the file: a ticket without a priority has no deadline"
        yield MissingStep(what="default priority", todo=todo, needed=False)
    for name, group in config.groups.items():
        if not group.users and not group.user_group:
            todo = "name its people in the file: alerts for it reach nobody"
            yield MissingStep(what=f"group {name}", todo=todo, needed=False)


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
