"""A report's chart as a picture, for the one person who asked for it."""

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.charts import Chart
from bot.errors import BotError
from bot.pictures import Drawings, Kind
from bot.slack.client import ask
from bot.slack.envelopes import mapping, text_of
from bot.slack.sending import Accepted, attempt, describe

log = structlog.get_logger()


async def show(chart: Chart, user: str, *, drawings: Drawings, client: AsyncWebClient) -> None:
    """Draw the chart and put it into our conversation with somebody; it may be missed, and is kept nowhere.

    Never into the channel that they asked in, which customers may read. An image block in the answer itself would need
    a file that the person may see already, and Slack takes a while to make one of an upload; a file that is shared with
    them shows itself once it is ready.
    """
    try:
        picture = await drawings.draw(chart.description, Kind.PNG)
        opened = await ask("conversations.open", client.conversations_open(users=user))
    except (BotError, SlackApiError) as error:
        log.warning("picture.not_shown", reason=_reason(error))
        return
    upload = client.files_upload_v2(
        channel=text_of(mapping(opened.get("channel")).get("id")),
        filename="report.png",
        content=picture,
        title=chart.title,
        alt_txt=chart.told,
        initial_comment=chart.told,
    )
    outcome = await attempt(upload)
    if not isinstance(outcome, Accepted):
        log.warning("picture.not_shown", reason=describe(outcome))


def _reason(error: BotError | SlackApiError) -> str:
    return str(error.response.get("error")) if isinstance(error, SlackApiError) else str(error)
