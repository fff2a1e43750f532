"""Break the rules of the engine one at a time, and see whether a test notices.

Each mutant replaces one piece of source in a copy of the project; the engine's tests then have to fail. Run with
`python bench/mutants.py [NUMBER...]`; exits with 1 when a mutant survives.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
TESTS = [
    "tests/scenarios",
    *(f"tests/unit/sla/test_{name}.py" for name in ("conditions", "policy", "events", "deadlines", "engine_state")),
]


class Mutant(NamedTuple):
    rule: str
    file: str
    old: str
    new: str


MUTANTS = [
    Mutant("pending pauses requester wait", "metrics.py", "_resolution(Status.PENDING, pause", "_resolution(pause"),
    Mutant("hold pauses agent work", "metrics.py", "Status.PENDING, Status.HOLD, pause", "Status.PENDING, pause"),
    Mutant("pending pauses pausable updates", "metrics.py", "_update(Status.PENDING)", "_update()"),
    Mutant("total resolution takes no pause setting", "metrics.py", "_resolution(pause_setting=None)",
           "_resolution(pause_setting=PauseSetting.PAUSE_RESOLUTION_ON)"),
    Mutant("only the first reply is acknowledged", "engine/updates.py",
           "    if owed:\n        answer", "    if True:\n        answer"),
    Mutant("reopening starts a new ownership", "metrics.py", "{Moment.ASSIGNMENT, Moment.REOPENING}",
           "{Moment.ASSIGNMENT}"),
    Mutant("reopening resumes resolution", "metrics.py", "at_reopening=AtReopening.RESUME,", ""),
    Mutant("updates are cancelled at solve", "metrics.py", "at_solve=AtSolve.CANCEL", "at_solve=AtSolve.FULFIL"),
    Mutant("exactly on the deadline is in time", "engine/updates.py", "        if due < at:", "        if due <= at:"),
    Mutant("a deadline exactly at the end is not breached", "engine/steps.py", "due < now", "due <= now"),
    Mutant("the oldest message starts the clock", "engine/updates.py", "draft.waiting[0].at)", "draft.waiting[-1].at)"),
    Mutant("a change stamps at the change", "engine/draft.py", "self.breach(instance, self.now)",
           "self.breach(instance, due)"),
    Mutant("exactly on a new deadline is in time", "engine/draft.py", "due is not None and due < self.now",
           "due is not None and due <= self.now"),
    Mutant("relaxed breaches are superseded", "engine/draft.py", "elif instance.breached and not late:", "elif False:"),
    Mutant("a lost target cancels", "engine/draft.py", "            self._lose_target(instance)", "            pass"),
    Mutant("a breached instance keeps its lost target", "engine/draft.py",
           "        if instance.breached:\n            return\n", ""),
    Mutant("a lost first reply is over", "engine/draft.py", "self.first_reply_ended, self.waiting = True, ()", "pass"),
    Mutant("nothing cancels a breach away", "engine/draft.py", "        if instance.breached:\n            self.fulfil",
           "        if False:\n            self.fulfil"),
    Mutant("a deleted message voids its breach", "engine/draft.py",
           "        if instance.breached:\n            self.unbreach(instance)\n", ""),
    Mutant("reply and solve start no update clock", "engine/updates.py",
           "case AtSolve.CANCEL if instance.activated_at == draft.now:", "case AtSolve.CANCEL if False:"),
    Mutant("a withdrawn number is given back", "engine/draft.py", "self.numbers[instance.metric] -= 1", "pass"),
    Mutant("solving answers everything", "engine/updates.py", "    draft.waiting, draft.dismissed = (), None",
           "    draft.dismissed = None"),
    Mutant("solving ends the first reply", "engine/updates.py",
           "        draft.first_reply_ended |= instance.metric is Metric.FIRST_REPLY_TIME\n", ""),
    Mutant("solved_without_reply cancels where set", "engine/updates.py",
           " if draft.settings.solved_without_reply is SolvedWithoutReply.FULFILL", ""),
    Mutant("without_reply is about replies", "engine/updates.py", "without_reply=instance.metric in REPLY_METRICS",
           "without_reply=True"),
    Mutant("closed is never left", "engine/updates.py",
           "    if status is Status.CLOSED:\n        draft.resumable = {}\n", ""),
    Mutant("no update clock starts on a solved ticket", "engine/updates.py",
           "if not draft.status.ended and not draft.void:\n        for moment",
           "if not draft.void:\n        for moment"),
    Mutant("what is put away follows the status", "engine/updates.py",
           "        _change_shelved(draft, partial(_let_follow, draft))", "        pass"),
    Mutant("a reply opens a new ticket", "engine/updates.py",
           "        draft.status = Status.OPEN", "        pass"),
    Mutant("a solved gap is a pause", "engine/updates.py", "instance.stand_still_since_end()",
           "instance.stage, instance.ended_at = Stage.ACTIVE, None"),
    Mutant("the first matching policy applies", "engine/choice.py",
           "for each in policies if", "for each in policies[::-1] if"),
    Mutant("no priority, no policy", "engine/choice.py", "    if ticket.priority is None:\n        return None\n", ""),
    Mutant("a trigger fires once", "engine/choice.py", "            draft.fired |= {trigger.key}\n", ""),
    Mutant("the default priority fills an empty one only", "engine/choice.py",
           "draft.ticket.priority is None and draft", "draft"),
    Mutant("the default priority comes after the triggers", "engine/choice.py",
           "    _fire_triggers(draft, text)\n    if draft.ticket.priority is None and draft.rules.default_priority:\n"
           "        draft.ticket = draft.ticket._replace(priority=draft.rules.default_priority)\n",
           "    if draft.ticket.priority is None and draft.rules.default_priority:\n"
           "        draft.ticket = draft.ticket._replace(priority=draft.rules.default_priority)\n"
           "    _fire_triggers(draft, text)\n"),
    Mutant("an edit waits for the next update", "engine/happenings.py", "if event.apply is Apply.NOW:", "if True:"),
    Mutant("the requester is a customer whatever their role", "engine/happenings.py", "(by_requester or ", "("),
    Mutant("an end user's internal message is none", "engine/happenings.py",
           "return event.public and (by_req", "return (by_req"),
    Mutant("a note is no reply", "engine/happenings.py", "return event.public and may_reply", "return may_reply"),
    Mutant("only listed bots reply", "engine/happenings.py", " and event.user in draft.rules.bots_that_reply", ""),
    Mutant("an agents' opening counts as the first reply", "engine/happenings.py",
           "    elif _replies(draft, event):\n        draft.first_reply_ended = True\n", ""),
    Mutant("a public comment is too late for an undo", "engine/happenings.py",
           "    if event.public:\n        draft.dismissed = None\n", ""),
    Mutant("a customer's message leaves new tickets new", "engine/happenings.py",
           "if draft.status is not Status.NEW:", "if True:"),
    Mutant("the requester does not acknowledge", "engine/happenings.py",
           " and (event.user is None or event.user != draft.ticket.requester)", ""),
    Mutant("an assignee opens a new ticket", "engine/happenings.py",
           "        draft.status = Status.OPEN", "        pass"),
    Mutant("an undo restores the first reply", "engine/shelves.py",
           "    draft.waiting, draft.first_reply_ended = shelf.waiting, shelf.first_reply_ended\n    if",
           "    draft.waiting = shelf.waiting\n    if"),
    Mutant("an undo stamps what passed meanwhile", "engine/shelves.py", "        draft.judge(instance)\n", ""),
    Mutant("what changed while solved holds at the reopening", "engine/draft.py", "        self.chosen_for = None  #",
           "        #"),
    Mutant("a merge moves the clock to the oldest", "engine/shelves.py",
           "        draft.move(owed, since)", "        pass"),
    Mutant("a merge reopens a solved ticket", "engine/shelves.py",
           "return set_status(draft, Status.OPEN) if draft.status is Status.SOLVED else ()", "return ()"),
    Mutant("a merge is no cancellation", "engine/shelves.py", "merged=reason is ShelfReason.MERGED", "merged=False"),
    Mutant("the ticket's schedule comes first", "policy/rules.py",
           "            ticket.schedule\n            or (applied",
           "            (applied"),
    Mutant("business targets have their schedule", "engine/instance.py",
           "if target and target.business_hours else", "if False else"),
    Mutant("a schedule moves business targets", "engine/draft.py",
           "return schedule != instance.schedule or schedule in", "return schedule in"),
    Mutant("a calendar target does not move", "engine/draft.py",
           "(target and target.business_hours and self._moved", "(target and self._moved"),
    Mutant("pauses are deducted", "deadlines.py", "run.left - hours.elapsed(run.since, at)", "run.left"),
    Mutant("a pause on the deadline is in time", "deadlines.py", "run.due < at", "run.due <= at"),
    Mutant("a passed deadline stays", "deadlines.py",
           "run.due or _due(hours, at, run.left)", "_due(hours, at, run.left)"),
    Mutant("a status moves behind the comment", "engine/history.py",
           "(max(place, last_comment.get(event.at, place)) if status else place)", "place"),
    Mutant("exempt takes in ended instances", "engine/history.py",
           "            instance.exempt = self.draft.exempt is not None", "            pass"),
    Mutant("events at the end count", "engine/history.py", "if event.at <= until", "if event.at < until"),
]  # fmt: skip


def survives(mutant: Mutant) -> bool:
    """Whether all tests pass with one rule broken."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("sla", "tests"):
            shutil.copytree(ROOT / name, Path(folder, name), ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", folder)
        path = Path(folder, "sla", mutant.file)
        source = path.read_text()
        if source.count(mutant.old) != 1:
            raise SystemExit(f"{mutant.rule}: {mutant.old!r} occurs {source.count(mutant.old)} times in {mutant.file}.")
        path.write_text(source.replace(mutant.old, mutant.new))
        command = [sys.executable, "-m", "pytest", "-qx", "-p", "no:cacheprovider", *TESTS]
        return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


def main() -> int:
    chosen = [MUTANTS[int(number)] for number in sys.argv[1:]] or MUTANTS
    survivors = []
    for number, mutant in enumerate(chosen):
        alive = survives(mutant)
        print(f"{number:3} {'SURVIVES' if alive else 'caught  '} {mutant.rule}", flush=True)
        survivors += [mutant] if alive else []
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} caught")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
