"""A client of the REST API: tokens of every role, and answers as they came over the wire."""

import base64
import io
import json
import secrets
from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL

from store import tokens
from store.engine import Database
from store.tokens import Token, digest_of
from tests.support.desk import MONDAY, Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    headers: Any
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw)


async def make_token(db: Database, *, role: str = "admin", workspace: str = "T0HOME", **changed: Any) -> str:
    """Keep a token as `threadline token create` does; its secret."""
    secret = secrets.token_urlsafe(32)
    kept = {"name": role, "created_at": MONDAY, "created_by": "a test"} | changed
    token = Token(workspace=workspace, digest=digest_of(secret), role=role, **kept)
    await db.write(lambda conn: tokens.create(conn, token))
    return secret


def basic(secret: str, user: str = "ana@northwind.example/token") -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()}


class Client:
    """Asks one desk's API, with one token."""

    def __init__(self, desk: Desk, secret: str) -> None:
        self.desk, self.secret = desk, secret
        self.base = f"{desk.bot.address}/api/v2"

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        raw: bytes | None = None,
    ) -> Answer:
        """One request; `path` may be a whole address, as links are."""
        url = path if path.startswith("http") else f"{self.base}/{path}"
        data = raw if raw is not None else (None if body is None else json.dumps(body).encode())
        sent = basic(self.secret) if headers is None else headers
        if data is not None:
            sent = {"Content-Type": "application/json"} | sent
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                method, URL(url, encoded=True), data=None if data is None else io.BytesIO(data), headers=sent
            ) as answer,
        ):
            return Answer(status=answer.status, headers=answer.headers, raw=await answer.read())

    async def get(self, path: str, **how: Any) -> Any:
        """What a GET answers; it has to succeed."""
        answer = await self.ask("GET", path, **how)
        assert answer.status == 200, answer.raw
        return answer.json

    async def post(self, path: str, body: Any, status: int = 201) -> Any:
        answer = await self.ask("POST", path, body)
        assert answer.status == status, answer.raw
        return answer.json

    async def put(self, path: str, body: Any, status: int = 200) -> Any:
        answer = await self.ask("PUT", path, body)
        assert answer.status == status, answer.raw
        return answer.json

    async def delete(self, path: str, body: Any = None) -> Answer:
        return await self.ask("DELETE", path, body)
