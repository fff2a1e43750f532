"""Verbs that change one ticket: claim, assign, priority, status, noreply, exempt."""

from bot.services.requests import actions
from bot.services.requests.actions import Answer
from bot.services.requests.authorise import is_of_the_team
from bot.services.requests.commands.call import USER, Call, Verb, act, choice
from bot.services.requests.naming import did_you_mean
from sla.ticket import Priority, Status


def _claim(call: Call) -> Answer:
    return act(call, lambda number: actions.claim(call.conn, call.desk, number, call.asked, call.now))


def _assign(call: Call) -> Answer:
    found = call.named
    who = " ".join(found.rest)
    if person := USER.fullmatch(who):
        user = person["user"]
        if user not in call.mentioned or not is_of_the_team(call.mentioned[user]):
            return Answer(text=f"<@{user}> is not of the support team: tickets can only be given to the team.")
        return act(call, lambda number: actions.assign(call.conn, call.desk, number, user, call.asked, call.now))
    if who in call.desk.config.groups:
        return act(call, lambda number: actions.assign_group(call.conn, call.desk, number, who, call.asked, call.now))
    groups = sorted(call.desk.config.groups)
    hint = f"a group ({', '.join(groups)})" if groups else "a group of the configuration"
    return Answer(text=f"To whom? {did_you_mean(who, groups)}Name a person such as @ana, or {hint}.")


def _priority(call: Call) -> Answer:
    wanted = choice(call.named.rest, list(Priority))
    if isinstance(wanted, Answer):
        return wanted
    level = Priority(wanted)
    return act(call, lambda number: actions.set_priority(call.conn, call.desk, number, level, call.asked, call.now))


def _status(call: Call) -> Answer:
    wanted = choice(call.named.rest, [Status.OPEN, Status.PENDING, Status.HOLD, Status.SOLVED])
    if isinstance(wanted, Answer):
        return wanted
    status = Status(wanted)
    return act(call, lambda number: actions.set_status(call.conn, call.desk, number, status, call.asked, call.now))


def _no_reply(call: Call) -> Answer:
    undo = "undo" in call.named.rest
    return act(
        call, lambda number: actions.no_reply_needed(call.conn, call.desk, number, call.asked, call.now, undo=undo)
    )


def _exempt(call: Call) -> Answer:
    found = call.take(call.words, prose=True)
    undo = found.rest[:1] == ["undo"]
    reason = " ".join(found.rest)
    if found.refusal:
        return Answer(text=found.refusal)
    if not reason:
        return Answer(text="Why? Write `/sla exempt #42 spam`, say: the reason is part of the report.")
    number = found.ticket.ticket_id
    return actions.exempt(call.conn, call.desk, number, reason, call.asked, call.now, undo=undo)


VERBS = (
    Verb(
        name="claim",
        run=_claim,
        of_one_ticket=True,
        help="`/sla claim #42`, `/sla assign @ana #42`, `/sla assign engineering #42` who works on it",
    ),
    Verb(name="assign", run=_assign, of_one_ticket=True),
    Verb(
        name="priority",
        run=_priority,
        of_one_ticket=True,
        help="`/sla priority urgent #42` or `/priority urgent #42` low, normal, high or urgent",
    ),
    Verb(
        name="status", run=_status, of_one_ticket=True, help="`/sla status pending #42` open, pending, hold or solved"
    ),
    Verb(
        name="noreply",
        run=_no_reply,
        of_one_ticket=True,
        help="`/sla noreply #42` no reply is needed; `/sla noreply undo #42`",
    ),
    Verb(
        name="exempt",
        run=_exempt,
        of_one_ticket=True,
        help="`/sla exempt #42 spam` out of all figures, with a reason; `/sla exempt undo #42`",
    ),
)
