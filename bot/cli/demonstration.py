"""``threadline demo``: the whole product on loopback, no account needed."""

import asyncio
import logging
import signal
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.configuration import read_config_text
from bot.cli.errors import NO, say
from bot.cli.output import progress, progress_done, tell
from bot.clock import ManualClock, ScaledClock
from bot.config.ready_made import template_text
from bot.demo import world
from bot.demo.account import Account, take_account
from bot.demo.live import play_live
from bot.demo.once import play_to_the_end
from bot.demo.replay import replay_lines
from bot.demo.stage import stage
from bot.demo.story import MORNING, sample_story
from bot.errors import BotError
from bot.importers.slack_export import choose_agents, read_slack_export
from bot.observability import set_up_logging
from bot.sandbox import Sandbox, SandboxError
from bot.slack.wording import metric_label

_MOST_REASONS = 20


def demo(
    speed: Annotated[float, typer.Option(help="Simulated seconds in a second.", min=1, max=3600)] = 60,
    once: Annotated[bool, typer.Option("--once", help="Play to the end in virtual time, report, and exit.")] = False,
    port: Annotated[
        int, typer.Option(help="The sandbox's port; the dashboard has the next one.", min=0, max=65534)
    ] = 8000,
    replay: Annotated[Path | None, typer.Option(help="Play this Slack export instead of the sample.")] = None,
    agents: Annotated[str, typer.Option(help="Who answers in the export: U1,U2 or top:10.")] = "top:10",
    config: Annotated[Path | None, typer.Option(help="The policies of the replay; by default `standard`.")] = None,
) -> None:
    """Show the bot with a sandbox Slack workspace: customers talk, clocks run, alerts arrive."""
    set_up_logging("console", level=logging.WARNING)
    if replay is not None and not once:
        raise BotError("A replay is played in virtual time: add --once.", exit_code=2)
    if replay is not None:
        policy = template_text("standard") if config is None else read_config_text(config)
        account = asyncio.run(_replay(replay, agents, policy))
    elif once:
        account = asyncio.run(_once())
    else:
        asyncio.run(_live(speed, port))
        return
    report(account)
    if account.lost:
        raise typer.Exit(NO)


def report(account: Account) -> None:
    """Print what happened."""
    tell(f"{account.messages} messages by people, {account.events} events delivered over signed HTTP")
    tell(f"{account.tickets} tickets")
    met, missed = account.count("met"), account.count("missed")
    tell(f"{met} met, {missed} missed, {account.count('open')} still open: attainment {account.attainment}")
    for metric in sorted({metric for metric, _ in account.promises}):
        outcomes = {outcome: count for (of, outcome), count in account.promises.items() if of == metric}
        tell(
            f"  {metric_label(metric)}: "
            + ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
        )
    for name, (recorded, found) in account.posts.items():
        tell(f"{recorded} {name} sent, {found} found in the sandbox")
    _tell_counts("What became of the messages:", account.fates)
    _tell_counts("What became of those that start a thread:", account.threads)
    for sentence in account.lost[:20]:
        tell(f"LOST  {sentence}")
    tell("Nothing was lost and nothing was doubled." if not account.lost else f"{len(account.lost)} things went wrong.")


def _tell_counts(title: str, counts: Mapping[str, int]) -> None:
    tell(title)
    for name, count in counts.items():
        tell(f"  {count:6} {name}")
    tell(f"  {sum(counts.values()):6} in all")


async def _once() -> Account:
    clock = ManualClock(MORNING)
    lines = sample_story()
    async with stage(clock, partial(world.build_sample, socket_mode=False), workers=False, today=MORNING.date()) as on:
        await play_to_the_end(on, lines, until=MORNING + timedelta(days=14), progress=_progress(len(lines)))
        progress_done()
        return await take_account(on)


async def _replay(path: Path, agents: str, policy: str) -> Account:
    export = read_slack_export(path)
    chosen = choose_agents(agents, export)
    lines = replay_lines(export)
    clock = ManualClock(lines[0].at - timedelta(seconds=1))

    def build(sandbox: Sandbox) -> world.World:
        try:
            return world.build_replay(sandbox, export, chosen, policy=policy)
        except SandboxError as error:
            raise BotError(f"{path} is not like any export of Slack's: {error}") from None

    async with stage(clock, build, workers=False, today=lines[0].at.date()) as on:
        await play_to_the_end(on, lines, until=None, progress=_progress(len(lines)))
        progress_done()
        _tell_what_was_left_out([*export.problems, *on.refused])
        return await take_account(on)


def _tell_what_was_left_out(reasons: Sequence[str]) -> None:
    for reason in reasons[:_MOST_REASONS]:
        say(f"Left out: {reason}")
    if len(reasons) > _MOST_REASONS:
        say(f"Left out: {len(reasons) - _MOST_REASONS} more.")


def _progress(total: int) -> Callable[[int], None]:
    def tell_progress(played: int) -> None:
        progress(f"{played} of {total} messages")

    return tell_progress


async def _live(speed: float, port: int) -> None:
    clock = ScaledClock(MORNING, speed)
    ports = (port, port + 1 if port else 0)
    async with stage(
        clock, partial(world.build_sample, socket_mode=False), workers=True, ports=ports, today=MORNING.date()
    ) as on:
        tell(f"Slack sandbox   {on.base}/    read, write and click as any person")
        tell(f"Dashboard       {on.bot.address}/    open without signing in, here only")
        tell(f"One second here is {speed:g} seconds there; Ctrl-C ends the demonstration.")
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopped.set)
        playing = asyncio.create_task(play_live(on, sample_story(), tell=tell))
        await stopped.wait()
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
