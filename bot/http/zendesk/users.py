"""Users (Zendesk: Users): everybody in Slack who has to do with tickets, and the tokens."""

from typing import Any

from pydantic import BaseModel

from bot.http.zendesk.access import Reader
from bot.http.zendesk.identifiers import Identifier
from bot.http.zendesk.paging import PagedResource, Pages
from bot.http.zendesk.people_json import UserResource, people_json
from bot.http.zendesk.ports import Api, ApiPorts
from bot.http.zendesk.routes import resource_router
from bot.services.api.numbers import Kind, name_of
from bot.services.api.refusals import RecordNotFoundError
from bot.slack.client import SlackUnavailableError
from store import exports


class UserEnvelopeResource(BaseModel):
    """One user."""

    user: UserResource


class UserListResource(PagedResource):
    """Users."""

    users: list[UserResource]


router = resource_router("/users", "users")


async def everybody(api: ApiPorts) -> list[str]:
    """Everybody known, by Slack id."""
    desk = api.desk()
    config = desk.config
    named = config.admins | config.agents.users | {user for group in config.groups.values() for user in group.users}
    return sorted(named | await api.db.read(lambda conn: exports.people(conn, desk.workspace)))


async def meet(api: ApiPorts, name: str) -> None:
    """Ask Slack who somebody is, if it can say."""
    try:
        await api.directory.person(name)
    except SlackUnavailableError:
        return


@router.get("", response_model=UserListResource)
async def list_users(api: Api, caller: Reader, pages: Pages) -> Any:
    """Everybody who has to do with tickets."""
    names = await everybody(api)
    shown = await people_json(api, caller, list(pages.cut(names)))
    return pages.of("users", shown, len(names), caller.links)


@router.get("/me", response_model=UserEnvelopeResource)
async def show_me(api: Api, caller: Reader) -> Any:
    """Who the token is."""
    if caller.token.user_id:
        await meet(api, caller.token.user_id)
    (me,) = await people_json(api, caller, [caller.user])
    return {"user": me}


@router.get("/{user_id}", response_model=UserEnvelopeResource)
async def show_user(api: Api, caller: Reader, user_id: Identifier) -> Any:
    """One user."""
    workspace = api.desk().workspace
    name = await api.db.read(lambda conn: name_of(conn, workspace, Kind.USER, user_id))
    if name is None:
        raise RecordNotFoundError
    await meet(api, name)
    (user,) = await people_json(api, caller, [name])
    return {"user": user}
