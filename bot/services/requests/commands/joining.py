"""Verbs that make one ticket of two, or two of one: merge, split."""

from bot.services.requests import merging
from bot.services.requests.actions import Answer
from bot.services.requests.commands.call import Call, Verb, act
from bot.services.requests.naming import message_key


def _merge(call: Call) -> Answer:
    words = [word for word in call.words if word.lower() not in {"into", "undo"}]
    undo = "undo" in call.words
    if call.here is not None and len(words) == 1 and not undo:
        words = [f"#{call.here.ticket_id}", *words]
    if not undo and len(words) < 2:
        return Answer(text="Into which ticket? Write `/sla merge #42 into #40`, say.")
    source, target = call.take(words[:1]), call.take(words[1:2])
    if source.refusal or (target.refusal and not undo):
        return Answer(text=source.refusal or target.refusal)
    if undo:
        return merging.undo_merge(call.conn, call.desk, source.ticket.ticket_id, call.asked, call.now)
    return merging.merge(call.conn, call.desk, source.ticket.ticket_id, target.ticket.ticket_id, call.asked, call.now)


def _split(call: Call) -> Answer:
    if "undo" in call.words:
        return act(call, lambda number: merging.undo_split(call.conn, call.desk, number, call.asked, call.now))
    key = message_key(" ".join(call.words))
    if key is None:
        return Answer(text="Which message? Copy the link to it and write `/sla split LINK`.")
    return merging.split(call.conn, call.desk, key, call.asked, call.now)


VERBS = (
    Verb(name="merge", run=_merge, of_one_ticket=True, help="`/sla merge #42 into #40`; `/sla merge undo #42`"),
    Verb(
        name="split",
        run=_split,
        of_one_ticket=True,
        help="`/sla split LINK` a message, and what follows it, is a ticket of its own; `/sla split undo #43`",
    ),
)
