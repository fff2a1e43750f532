"""The dashboard's pages: which address shows what, and who may see it."""

import hmac
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from bot.errors import BotError
from bot.http.dashboard.access import Dashboard, Reader, cookie_name, csrf_of, is_secure, reader_of
from bot.http.dashboard.pages import audit, customers, health, policies, queue, reports, ticket, tried, waiting
from bot.http.dashboard.templating import HEADERS, page
from bot.http.dashboard.visit import Shown, Visit
from bot.services.reporting.asking import zone_of
from bot.services.reporting.spreadsheet import as_csv
from bot.services.requests.authorise import Action, may
from bot.services.workspace import signing_in
from bot.slack.client import SlackUnavailableError
from bot.slack.names import Names

_MOST_FORM_BYTES = 10_000
_MOST_TICKETS = 1_000_000_000

Draw = Callable[[Connection, Visit], Shown]
Look = Callable[[Callable[[Connection], Shown]], Awaitable[Shown]]
Answer = Callable[[Request], Awaitable[Response]]

_PAGES: dict[str, Draw] = {
    "/tickets/{number:int}": ticket.draw,
    "/policies": policies.draw,
    "/deliveries": waiting.draw,
    "/audit": audit.draw,
    "/health": health.draw,
}
# What may compute for seconds, such as the figures of a month, is drawn in a thread of its own; so are reports.
_LONG_PAGES: dict[str, Draw] = {
    "/": queue.draw,
    "/customers": customers.draw,
    "/policies/{number:int}/tried": tried.draw,
}


def dashboard_routes(board: Dashboard) -> APIRouter:
    """The routes of every page, and of signing in and out."""
    routes = APIRouter(include_in_schema=False)
    for path, draw in _PAGES.items():
        routes.add_route(path, _read(board, _draw(draw, board.db.read)), methods=["GET"])
    for path, draw in _LONG_PAGES.items():
        routes.add_route(path, _read(board, _draw(draw, board.db.read_in_thread)), methods=["GET"])
    routes.add_route("/reports", _read(board, _report), methods=["GET"])
    routes.add_route("/reports.csv", _read(board, _spreadsheet), methods=["GET"])
    routes.add_route("/login/{secret}", _offer(board), methods=["GET"])
    routes.add_route("/login/{secret}", _sign_in(board), methods=["POST"])
    routes.add_route("/logout", _change(board, _sign_out), methods=["POST"])
    routes.add_route("/deliveries/retry", _change(board, _retry), methods=["POST"])
    return routes


Read = Callable[[Dashboard, Visit], Awaitable[Response]]
Change = Callable[[Dashboard, Visit, Request, dict[str, str]], Awaitable[Response]]


def _read(board: Dashboard, show: Read) -> Answer:
    async def answer(request: Request) -> Response:
        visit = await _admitted(request, board)
        return visit if isinstance(visit, Response) else await show(board, visit)

    return answer


async def _admitted(request: Request, board: Dashboard) -> Visit | Response:
    """The visit of somebody who may read; for everybody else the page that says why not, and how to sign in."""
    try:
        reader = await reader_of(request, board)
    except SlackUnavailableError:
        return _message(503, "Slack does not answer", "Who you are cannot be checked now. Try again in a minute.")
    return page("sign_in.html", status=401) if reader is None else _visit(request, board, reader)


def _draw(draw: Draw, look: Look) -> Read:
    async def show(_board: Dashboard, visit: Visit) -> Response:
        return _shown(await _named(draw, look, visit), visit)

    return show


async def _report(board: Dashboard, visit: Visit) -> Response:
    shown = await _named(reports.draw, board.db.read_in_thread, visit)
    return _shown(await reports.drawn(shown, board.drawings), visit)


async def _named(draw: Draw, look: Look, visit: Visit) -> Shown:
    """What a page shows, drawn anew where Slack has told names that were not known."""
    shown = await look(lambda conn: draw(conn, visit))
    return await look(lambda conn: draw(conn, visit)) if await visit.names.learn() else shown


def _shown(shown: Shown, visit: Visit) -> Response:
    response = page(shown.template, status=shown.status, visit=visit, zone=visit.zone, **shown.values)
    if shown.refresh:
        response.headers["refresh"] = str(shown.refresh)
    return response


async def _spreadsheet(board: Dashboard, visit: Visit) -> Response:
    try:
        table = await board.db.read_in_thread(lambda conn: reports.table_for(conn, visit))
    except BotError as error:
        return _message(400, "Report", str(error))
    disposition = {"content-disposition": 'attachment; filename="report.csv"'}
    return Response(as_csv(table), media_type="text/csv; charset=utf-8", headers=HEADERS | disposition)


def _visit(request: Request, board: Dashboard, reader: Reader) -> Visit:
    desk, number = board.desk(), int(request.path_params.get("number", 0))
    return Visit(
        desk=desk,
        now=board.clock.now(),
        zone=zone_of(desk.config),
        reader=reader,
        number=number if number < _MOST_TICKETS else 0,
        query=parse_qs(request.url.query, max_num_fields=50) if request.url.query.count("&") < 50 else {},
        names=Names(directory=board.directory, nameless=board.nameless),
        tick_age=board.tick_age(),
    )


def _offer(board: Dashboard) -> Answer:
    """A link is used up by a click on the page behind it: what only looks at links, as Slack does, uses up none."""

    async def answer(request: Request) -> Response:
        return page("login.html", secret=request.path_params["secret"], workspace=board.desk().installation.name)

    return answer


def _sign_in(board: Dashboard) -> Answer:
    async def answer(request: Request) -> Response:
        workspace, now = board.desk().workspace, board.clock.now()
        secret = request.path_params["secret"]
        session = await board.db.write(lambda conn: signing_in.sign_in(conn, workspace, secret, now))
        if session is None:
            return _message(403, "This link is used or too old", "Type /sla dashboard in Slack for a new one.")
        secure = is_secure(request, board)
        response = RedirectResponse("/", status_code=303, headers=HEADERS)
        response.set_cookie(
            cookie_name(secure=secure),
            session,
            max_age=int(signing_in.SESSION_FOR.total_seconds()),
            path="/",
            secure=secure,
            httponly=True,
            samesite="lax",
        )
        return response

    return answer


def _change(board: Dashboard, change: Change) -> Answer:
    """A form of ours, sent by somebody with a session: it carries what only our own pages know."""

    async def answer(request: Request) -> Response:
        secret = request.cookies.get(cookie_name(secure=is_secure(request, board)), "")
        form = await _form(request)
        given = form.get("csrf", "").encode()
        if not secret or not hmac.compare_digest(given, csrf_of(secret).encode()):
            return _message(403, "Not done", "Open the page again and press its button.")
        visit = await _admitted(request, board)
        return visit if isinstance(visit, Response) else await change(board, visit, request, form)

    return answer


async def _sign_out(board: Dashboard, visit: Visit, request: Request, _form: dict[str, str]) -> Response:
    name = cookie_name(secure=is_secure(request, board))
    secret, workspace = request.cookies[name], visit.desk.workspace
    await board.db.write(lambda conn: signing_in.sign_out(conn, workspace, secret))
    response = RedirectResponse("/", status_code=303, headers=HEADERS)
    response.delete_cookie(name, path="/", secure=is_secure(request, board), httponly=True, samesite="lax")
    return response


async def _retry(board: Dashboard, visit: Visit, _request: Request, form: dict[str, str]) -> Response:
    if not may(visit.reader.standing, Action.CONFIGURE):
        return _message(403, "Not done", "Only admins can do that.")
    queue_name, key = form.get("queue", ""), form.get("key", "")
    if queue_name not in {"inbox", "outbox"}:
        return _message(400, "Not done", "There is no such queue.")
    await board.db.write(lambda conn: waiting.retry(conn, visit, queue_name, key))
    return RedirectResponse("/deliveries", status_code=303, headers=HEADERS)


async def _form(request: Request) -> dict[str, str]:
    """What a form says; nothing when it is larger than any of ours."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_FORM_BYTES:
            return {}
    fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=20) if body.count(b"&") < 20 else {}
    return {name: values[-1] for name, values in fields.items()}


def _message(status: int, title: str, text: str) -> Response:
    return page("notice.html", status=status, title=title, text=text)
