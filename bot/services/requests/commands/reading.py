"""A slash command as Slack sends it."""

from bot.services.inbox.handling import Handled, Request
from bot.services.requests.commands.call import people_in
from bot.services.requests.commands.verbs import Typed, run
from bot.slack.envelopes import text_of


async def read_command(request: Request) -> Handled:
    """What to do about a slash command; who is named in it is looked up first."""
    asked = await request.asked()
    text = text_of(request.body.get("text"))
    typed = Typed(
        command=text_of(request.body.get("command")),
        text=text,
        channel=text_of(request.body.get("channel_id")),
        mentioned={user: await request.standing(user) for user in people_in(text)},
        name_of=request.names.of,
    )
    return request.answer(lambda conn, now: run(conn, request.desk, typed, asked, now))
