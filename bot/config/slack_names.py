"""Readers of what Slack names: people, user groups, workspaces, channels, bots and emoji."""

import re

from bot.config.reading import Cursor, Reader

_SLACK_IDS = {
    "user": (re.compile(r"[UW][A-Z0-9]+"), "a Slack user id such as U0AGENT1"),
    "user group": (re.compile(r"S[A-Z0-9]+"), "a Slack user group id such as S0SUPPORT"),
    "team": (re.compile(r"[TE][A-Z0-9]+"), "a Slack workspace id such as T0ACME"),
    "channel": (re.compile(r"[CG][A-Z0-9]+"), "a Slack channel id such as C0ACME"),
    "place": (re.compile(r"[CGUW][A-Z0-9]+"), "a Slack channel or user id such as C0TRIAGE"),
    "bot": (re.compile(r"[ABUW][A-Z0-9]+"), "a bot, app or user id such as B0FORM"),
}
_HOW_TO_FIND_IDS = "; in Slack it is under the name's details, not the name itself"

_EMOJI = re.compile(r"[^\s:,\"A-Z]{1,100}(::skin-tone-[2-6])?")


def slack_id(kind: str) -> Reader:
    """A reader of Slack ids of one kind."""
    pattern, example = _SLACK_IDS[kind]

    def read(cursor: Cursor) -> str | None:
        if pattern.fullmatch(cursor.written):
            return cursor.written
        cursor.problem(f"must be {example}{_HOW_TO_FIND_IDS}")
        return None

    return read


def is_emoji(cursor: Cursor) -> bool:
    """Whether the value is an emoji's name, with or without its colons; notes a problem when not."""
    if _EMOJI.fullmatch(bare(cursor.written)):
        return True
    cursor.problem("is not the name of an emoji; write it like white_check_mark")
    return False


def emoji(cursor: Cursor) -> str | None:
    """An emoji's name without its colons."""
    return bare(cursor.written) if is_emoji(cursor) else None


def bare(written: str) -> str:
    """`eyes` for `:eyes:`; colons inside, as before a skin tone, stay."""
    return written.removeprefix(":").removesuffix(":")
