"""Which page somebody gets: by what they may do at this moment, and by what they chose."""

from datetime import datetime

from bot.services.home.queue import queue_view
from bot.services.home.setup import Surroundings, setup_view
from bot.services.inbox.speakers import Speakers
from bot.services.requests.authorise import Action, Standing, may, standing_of
from bot.services.workspace.desk import Desk
from bot.services.workspace.first_day import missing_steps
from bot.slack.blocks import Block
from bot.slack.directory import Directory, Person
from bot.slack.home.frame import Frame, Page
from bot.slack.home.queue import queue_home
from bot.slack.home.setup import setup_home
from bot.slack.home.welcome import welcome_home
from store.engine import Database
from store.homes import Home


async def draw_home(
    home: Home, *, db: Database, desk: Desk, directory: Directory, around: Surroundings, now: datetime
) -> Block | None:
    """Somebody's home as of now; None for people of other companies, who get none.

    Raises:
        SlackUnavailableError: Slack could not be asked who that is.
    """
    person = await directory.person(home.user_id)
    if not belongs_here(person, desk):
        return None
    speakers = Speakers(desk=desk, directory=directory, db=db)
    standing = await standing_of(person, speakers=speakers, config=desk.config)
    frame = frame_for(home, standing, desk)
    if frame is None:
        return welcome_home()
    if frame.page is Page.SETUP:
        return setup_home(await setup_view(db, desk, directory, around, frame=frame, now=now))
    return queue_home(await queue_view(db, desk, directory, home, frame=frame, now=now))


def belongs_here(person: Person, desk: Desk) -> bool:
    """Whether somebody is of the workspace that installed the app, as a guest or more."""
    return person.team == desk.workspace and not (person.is_bot or person.is_stranger)


def frame_for(home: Home, standing: Standing, desk: Desk) -> Frame | None:
    """The page that somebody may see; None for those who may see nothing internal.

    An admin begins with the set-up while something is missing.
    """
    if not may(standing, Action.READ_TICKETS):
        return None
    if not may(standing, Action.CONFIGURE):
        return Frame(page=Page.QUEUE, pages=False, said=home.said)
    first = Page.SETUP if missing_steps(desk.config) else Page.QUEUE
    page = Page(home.page) if home.page in set(Page) else first
    return Frame(page=page, pages=True, said=home.said)
