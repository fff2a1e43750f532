"""`threadline token`: made and shown once, listed without its secret, revoked for good."""

import re
from pathlib import Path

from store import tokens, workspaces
from store.engine import Database
from store.tokens import Token, digest_of
from store.workspaces import Workspace

SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


async def a_database(folder: Path, *names: str) -> None:
    async with Database(f"sqlite:///{folder / 'threadline.db'}") as db:
        for name in names:
            await db.write(lambda conn, name=name: workspaces.save(conn, Workspace(workspace=name)))


async def kept(folder: Path, workspace: str = "T0HOME") -> list[Token]:
    async with Database(f"sqlite:///{folder / 'threadline.db'}") as db:
        return await db.read(lambda conn: tokens.listing(conn, workspace))


async def test_a_token_is_shown_once_and_only_its_hash_is_kept(run, folder: Path):
    await run("migrate")
    await a_database(folder, "T0HOME")
    made = await run("token", "create", "--role", "agent", "--expires", "30d", "--name", "export", "--user", "U0ANA")
    assert made.code == 0, made.err
    (secret,) = (line for line in made.out.splitlines() if SECRET.fullmatch(line))
    (token,) = await kept(folder)
    assert (token.role, token.name, token.user_id, token.digest) == ("agent", "export", "U0ANA", digest_of(secret))
    assert token.expires_at is not None
    assert (token.expires_at - token.created_at).days == 30
    listed = await run("token", "list")
    assert "export" in listed.out
    assert "valid" in listed.out
    assert secret not in listed.out
    assert (await run("token", "revoke", "1")).code == 0
    assert "revoked" in (await run("token", "list")).out
    assert (await run("token", "revoke", "1")).complaints[0].startswith("threadline: There is no token 1")


async def test_a_token_that_makes_no_sense_is_refused_in_one_sentence(run, folder: Path):
    await run("migrate")
    ended = await run("token", "create", "--role", "viewer")
    assert (ended.code, len(ended.complaints)) == (1, 1)
    assert "no workspace yet" in ended.complaints[0]
    await a_database(folder, "T0HOME", "T0OLD")
    ended = await run("token", "create", "--role", "viewer")
    assert ended.code == 2
    assert "T0HOME, T0OLD" in ended.complaints[0]
    assert (await run("token", "create", "--role", "viewer", "--workspace", "T0NEW")).code == 1
    assert (await run("token", "create", "--role", "king")).code == 2
    assert (await run("token", "create", "--role", "viewer", "--workspace", "T0OLD", "--expires", "soon")).code == 2
    assert "no tokens" in (await run("token", "list", "--workspace", "T0OLD")).out
