"""The faults that a delivery must not have, sown into a copy of the code one at a time: each has to be noticed.

`python -m tests.faults.seeded [WORD...]` sows those whose names hold one of the words, or all; it says what noticed
each, and exits with 1 when one went unnoticed. Those that only show under a crash are left to rounds of kills, the
others to the scenario that injects what they get wrong.
"""

import argparse
import asyncio
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.faults.rounds import ROOT
from tests.faults.verdict import verdict

PACKAGES = ("bot", "sla", "store", "tests", "pyproject.toml", "manifest.yml")
# A round may be lucky.
MOST_ROUNDS = 4


@dataclass(frozen=True, kw_only=True)
class Edit:
    """A piece of source and what stands there instead."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A mistake, and who is to notice it.

    Attributes:
        tests: What has to fail, as pytest takes it; empty for rounds of kills on `database`.
    """

    name: str
    edits: tuple[Edit, ...]
    tests: tuple[str, ...] = ()
    database: str = "sqlite"


CLAIMS, OUTCOMES = "store/outbox/claims.py", "store/outbox/outcomes.py"
_EXPIRED = "changed = expired.values(state=OutboxState.UNCERTAIN,"

FAULTS = (
    Fault(
        name="mark before send: whatever was on its way counts as sent",
        edits=(Edit(file=CLAIMS, old=_EXPIRED, new="changed = expired.values(state=OutboxState.SENT,"),),
    ),
    Fault(
        name="no fence: an answer counts whoever holds the claim by now",
        edits=(
            Edit(
                file=OUTCOMES,
                old='table.c.fence == bindparam("with_fence"),',
                new='table.c.fence >= 0 * bindparam("with_fence"),',
            ),
        ),
        tests=("tests/integration/store/test_outbox.py",),
    ),
    Fault(
        name="no settle: what is in doubt is looked for at once",
        edits=(Edit(file=CLAIMS, old="table.c.not_before <= now - settle,", new="table.c.not_before <= now,"),),
        tests=("tests/integration/store/test_outbox.py", "tests/acceptance/test_delivery.py"),
    ),
    Fault(
        name="the SDK retries: a second post after a dropped connection",
        edits=(Edit(file="bot/slack/client.py", old="retry_handlers=[],", new="retry_handlers=None,"),),
    ),
    Fault(
        name="deduplication by event_id instead of by what happened",
        edits=(
            Edit(
                file="bot/slack/envelopes.py",
                old='key=f"{kind}:{detail or _digest(body)}",',
                new="key=f\"{kind}:{body.get('event_id') or detail or _digest(body)}\",",
            ),
        ),
        tests=("tests/acceptance/test_receiving.py",),
    ),
    Fault(
        name="deferred BEGIN: a reading transaction turns to writing",
        edits=(Edit(file="store/sqlite.py", old='execute("BEGIN IMMEDIATE")', new='execute("BEGIN")'),),
        tests=("tests/integration/store/test_faults.py", "tests/integration/store/test_engine.py"),
    ),
    Fault(
        name="acknowledge first, commit later",
        edits=(
            Edit(
                file="bot/slack/receiver.py",
                old="        await keep(read_envelope(body))\n",
                new="        import asyncio\n\n        later = asyncio.ensure_future(keep(read_envelope(body)))\n"
                "        later.add_done_callback(lambda done: done.exception())\n",
            ),
        ),
        tests=("tests/acceptance/test_receiving.py",),
    ),
    Fault(
        name="no unique key: the same message is recorded again",
        edits=(
            Edit(
                file="store/outbox/messages.py",
                old='        "key": message.key,\n',
                new='        "key": f"{message.key}:{__import__(\'uuid\').uuid4()}",\n',
            ),
        ),
        tests=("tests/integration/store/test_outbox.py",),
    ),
    Fault(
        name="blind retry of ambiguous outcomes",
        edits=(
            Edit(file=CLAIMS, old=_EXPIRED, new="changed = expired.values(state=OutboxState.PENDING,"),
            Edit(
                file="bot/services/outbox/settling.py",
                old="        return outbox.uncertain(conn, message, now, outcome.reason)\n    times",
                new="        return outbox.release(conn, message, now, outbox.Refusal(error=outcome.reason))\n"
                "    times",
            ),
        ),
    ),
    Fault(
        name="a digest takes in rows that may have been sent",
        edits=(
            Edit(
                file="store/outbox/queries.py",
                old="            IS_PENDING,\n            table.c.workspace == workspace,\n"
                "            table.c.destination == destination,",
                new="            table.c.state.in_(['pending', 'uncertain']),\n"
                "            table.c.workspace == workspace,\n            table.c.destination == destination,",
            ),
            Edit(
                file="store/outbox/messages.py",
                old="table.c.key.in_(keys), IS_PENDING)",
                new="table.c.key.in_(keys), table.c.state.in_(['pending', 'uncertain']))",
            ),
        ),
        tests=("tests/acceptance/test_storms.py::test_an_alert_that_may_have_arrived_is_never_folded_into_a_digest",),
    ),
    Fault(
        name="no recover mode: a restored database believes what it says",
        edits=(
            Edit(
                file="bot/services/workspace/desk.py",
                old="return self.doubted_until is not None and at <= self.doubted_until",
                new="return self.doubted_until is not None and at < at",
            ),
        ),
        tests=("tests/integration/operations/test_recovery.py",),
    ),
    Fault(
        name="leases on the clock of each machine",
        edits=(
            Edit(
                file="store/leases.py",
                old='if conn.dialect.name == "postgresql" and not conn',
                new='if conn.dialect.name == "another" and not conn',
            ),
        ),
        tests=("tests/integration/store/test_engine.py",),
    ),
)


def sow(fault: Fault, folder: Path) -> None:
    """Copy the code into a folder, with one mistake in it.

    Raises:
        LookupError: The code has changed, and the mistake no longer fits.
    """
    for name in PACKAGES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    for edit in fault.edits:
        file = folder / edit.file
        source = file.read_text(encoding="utf-8")
        if edit.old not in source:
            msg = f"{edit.file} no longer says {edit.old!r}."
            raise LookupError(msg)
        file.write_text(source.replace(edit.old, edit.new), encoding="utf-8")


async def noticed_by(fault: Fault) -> str:
    """What noticed the mistake; empty when nothing did."""
    with tempfile.TemporaryDirectory(prefix="threadline-seeded-") as name:
        folder = Path(name)
        await asyncio.to_thread(sow, fault, folder)
        if fault.tests:
            return await asyncio.to_thread(_failing_test, fault, folder)
        for seed in range(1, MOST_ROUNDS + 1):
            broken = await verdict(folder, database=fault.database, seed=seed)
            if broken:
                return f"round {seed} of kills: {broken[0]}"
        return ""


def _failing_test(fault: Fault, folder: Path) -> str:
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", *fault.tests],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    failures = [line for line in run.stdout.splitlines() if line.startswith("FAILED")]
    if run.returncode not in {0, 1} or (run.returncode == 1) != bool(failures):
        raise RuntimeError(run.stdout[-4000:] + run.stderr[-2000:])
    return failures[0].removeprefix("FAILED ").partition(" - ")[0] if failures else ""


async def main(words: list[str]) -> int:
    """Sow one mistake after another; 1 when one went unnoticed."""
    unnoticed = 0
    for fault in FAULTS:
        if words and not any(word in fault.name for word in words):
            continue
        found = await noticed_by(fault)
        unnoticed += not found
        sys.stdout.write(f"{'noticed' if found else 'UNNOTICED'}: {fault.name}\n    {found}\n")
        sys.stdout.flush()
    return 1 if unnoticed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.faults.seeded", description="Sow mistakes; who notices?")
    parser.add_argument("words", nargs="*", help="parts of the names of faults")
    sys.exit(asyncio.run(main(parser.parse_args().words)))
