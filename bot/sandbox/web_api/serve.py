"""Serving the Web API: authenticate, limit, run, answer, and go wrong on request."""

import json
from dataclasses import dataclass, field

from aiohttp import web

from bot.sandbox.errors import SlackError
from bot.sandbox.faults import CallFault
from bot.sandbox.model import App, Install, Json
from bot.sandbox.rate_limits import TIER_1
from bot.sandbox.slack import Slack
from bot.sandbox.web_api.call import Call
from bot.sandbox.web_api.going_wrong import before, limited, reset
from bot.sandbox.web_api.methods import METHODS, Method
from bot.sandbox.web_api.request import read_arguments, read_token


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One request on its way to an answer."""

    name: str
    args: Json = field(default_factory=dict)
    token: str = ""
    warnings: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    result: Json = field(default_factory=dict)


class WebApi:
    """Answers `/api/METHOD`."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one call, and log it."""
        exchange = Exchange(name=request.match_info["method"])
        try:
            exchange.args, exchange.warnings = await read_arguments(request)
            exchange.token = read_token(request, exchange.args)
        except SlackError as refusal:
            exchange.result = _refusal(refusal)
            return self._answer(exchange)
        where = exchange.args.get("channel")
        faults = self._slack.faults.for_call(exchange.name, where if isinstance(where, str) else "")
        early = await before(request, faults)
        if early is not None:
            exchange.result = {"ok": False, "fault": faults[0].kind.value}
            self._log(exchange)
            return early
        try:
            exchange.result = {"ok": True, **self._run(exchange)}
        except SlackError as refusal:
            exchange.result = _refusal(refusal)
        answer = self._answer(exchange)
        if any(fault.kind is CallFault.DROP for fault in faults):
            reset(request)
        return answer

    def _run(self, exchange: Exchange) -> Json:
        if exchange.name == "api.test":
            return _api_test(exchange.args)
        if exchange.name == "apps.connections.open":
            return self._connections_open(exchange.token)
        found = METHODS.get(exchange.name)
        if found is None:
            raise SlackError("unknown_method", req_method=exchange.name)
        install, app = self._authenticate(exchange.token)
        exchange.headers["x-oauth-scopes"] = ",".join(install.scopes)
        exchange.headers["x-accepted-oauth-scopes"] = ",".join(found.scopes)
        call = Call(slack=self._slack, method=found.name, args=exchange.args, install=install, app=app)
        call.need(*found.scopes)
        self._limit(found, call)
        return found.handler(call)

    def _authenticate(self, token: str) -> tuple[Install, App]:
        if not token:
            raise SlackError("not_authed")
        if token in self._slack.world.app_tokens:
            raise SlackError("not_allowed_token_type")
        install = self._slack.world.tokens.get(token)
        if install is None:
            raise SlackError("invalid_auth")
        if install.uninstalled:
            raise SlackError("account_inactive")
        if install.revoked:
            raise SlackError("token_revoked")
        return install, self._slack.world.apps[install.app_id]

    def _limit(self, found: Method, call: Call) -> None:
        key: tuple[str, ...] = (call.install.token, found.name)
        if found.per_channel:
            key = (*key, str(call.args.get("channel", "")))
        wait = self._slack.limits.take(key, found.limit)
        if wait:
            raise SlackError("ratelimited", retry_after=wait)

    def _connections_open(self, token: str) -> Json:
        if not token:
            raise SlackError("not_authed")
        app = self._slack.world.app_tokens.get(token)
        if app is None:
            known = token in self._slack.world.tokens
            raise SlackError("not_allowed_token_type" if known else "invalid_auth")
        if not app.socket_mode:
            raise SlackError("forbidden_team")
        wait = self._slack.limits.take((token, "apps.connections.open"), TIER_1)
        if wait:
            raise SlackError("ratelimited", retry_after=wait)
        return {"url": self._slack.sockets.open_url(app)}

    def _answer(self, exchange: Exchange) -> web.Response:
        result = exchange.result
        if exchange.warnings and result["ok"]:
            metadata = {**result.get("response_metadata", {}), "warnings": exchange.warnings}
            result |= {"warning": exchange.warnings[0], "response_metadata": metadata}
        wait = result.pop("retry_after", 0)
        self._log(exchange)
        if wait:
            return limited(wait, exchange.headers)
        text = json.dumps(result, separators=(",", ":"))
        return web.Response(text=text, content_type="application/json", charset="utf-8", headers=exchange.headers)

    def _log(self, exchange: Exchange) -> None:
        install = self._slack.world.tokens.get(exchange.token)
        self._slack.world.calls.append(
            {
                "at": self._slack.clock.now(),
                "method": exchange.name,
                "team": install.team if install else "",
                "app_id": install.app_id if install else "",
                "args": exchange.args,
                "ok": exchange.result["ok"],
                "result": exchange.result,
            }
        )


def _refusal(refusal: SlackError) -> Json:
    return {"ok": False, "error": refusal.error, **refusal.fields}


def _api_test(args: Json) -> Json:
    if args.get("error"):
        raise SlackError(str(args["error"]), args=args)
    return {"args": args}
