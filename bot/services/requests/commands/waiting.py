"""Verbs that let something wait, and the one for notes: snooze, away, note."""

from datetime import time

from bot.services.requests import notes, waiting
from bot.services.requests.actions import Answer
from bot.services.requests.commands.call import Call, Verb
from bot.services.requests.times import read_until, zone_of


def _snooze(call: Call) -> Answer:
    found = call.named
    if found.refusal:
        return Answer(text=found.refusal)
    number = found.ticket.ticket_id
    if [word.lower() for word in found.rest] == ["off"]:
        return waiting.snooze(call.conn, call.desk, number, None, call.asked, call.now)
    until = read_until(found.rest, call.now, zone_of(call.desk, call.asked), morning=waiting.MORNING)
    if until is None:
        example = f"`/sla snooze #{number} 30m`, `/sla snooze #{number} until 14:00` or `/sla snooze #{number} off`"
        return Answer(text=f"For how long? Write {example}.")
    return waiting.snooze(call.conn, call.desk, number, until, call.asked, call.now)


def _away(call: Call) -> Answer:
    if [word.lower() for word in call.words] == ["off"]:
        return waiting.away(call.conn, call.desk, None, call.asked)
    until = read_until(call.words, call.now, zone_of(call.desk, call.asked), morning=time())
    if until is None:
        return Answer(text="Until when? Write `/sla away until monday`, `/sla away 2d` or `/sla away off`.")
    return waiting.away(call.conn, call.desk, until, call.asked)


def _note(call: Call) -> Answer:
    found = call.take(call.words, prose=True)
    if found.refusal:
        return Answer(text=found.refusal)
    number = found.ticket.ticket_id
    if not found.rest:
        return Answer(text=f"What is the note? Write `/sla note #{number} they are on the old plan`, say.")
    return notes.note(call.conn, call.desk, number, " ".join(found.rest), call.asked, call.now)


VERBS = (
    Verb(
        name="note",
        run=_note,
        of_one_ticket=True,
        help="`/sla note #42 they are on the old plan` an internal note, which no customer sees",
    ),
    Verb(
        name="snooze",
        run=_snooze,
        of_one_ticket=True,
        help="`/sla snooze #42 30m`, `/sla snooze #42 until 14:00`, `/sla snooze #42 off` when its alerts are told",
    ),
    Verb(
        name="away",
        run=_away,
        help="`/sla away until monday`, `/sla away 2d`, `/sla away off` who gets your alerts meanwhile",
    ),
)
