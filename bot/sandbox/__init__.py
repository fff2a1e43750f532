"""A Slack of one's own: real sockets, real signatures, nobody's account.

    sandbox = Sandbox(clock=RealClock())                  # or ManualClock(), or any Clock
    base = await sandbox.start()                          # "http://127.0.0.1:PORT"; the Web API is at base + "/api/"
    team = sandbox.build.workspace("Acme", id="T0ACME")
    anna = sandbox.build.user("T0ACME", "anna", id="U0ANNA")
    app = sandbox.build.app("Threadline", commands=["/sla"], socket_mode=True)
    bot = sandbox.build.install(app["id"], "T0ACME")      # bot_token, app_token, signing_secret, bot_user, bot_id
    general = sandbox.build.channel("T0ACME", "general", id="C0GENERAL", members=["U0ANNA", bot["bot_user"]])
    await sandbox.build.request_url(app["id"], "http://127.0.0.1:3000/slack/events")   # HTTP instead of Socket Mode
    message = sandbox.act.post("C0GENERAL", "U0ANNA", "It is broken & burning")        # message["ts"]
    await sandbox.drained()                               # every event acknowledged, or waiting for a later retry
    sandbox.read.messages("C0GENERAL")
    await sandbox.stop()

Everything is plain JSON (dicts). What only changes the sandbox's state is an ordinary method; what waits for the app's
answer (`ui`, `build.request_url`, the socket methods of `apps`) is a coroutine. Mistakes of the driver raise
`SandboxError`, whose `code` and message are for people.

The namespaces, each also over HTTP as `POST /sandbox/NAMESPACE/METHOD` with a JSON object of arguments (or `GET` with a
query), answered by `{"ok": true, "result": ...}` or `{"ok": false, "error": CODE, "message": SENTENCE}`;
`GET /sandbox/` lists them all with their arguments:

- `build`: workspace, user, user_group, channel, app, install, request_url, configure
- `act` (as a person): post, post_as_bot, edit, delete, react, unreact, unfurl
- `ui` (as a person, answered by the app): command, click, choose, shortcut, open_home, dismiss; in
  views: fill, click_view, choose_view, submit, close
- `channels`: join, invite, leave, archive, unarchive, rename, delete_channel, change_id, share, unshare, open_direct
- `directory`: update_user, set_group_users
- `apps`: uninstall, revoke_token, rate_limited, raw_event, connections, disconnect, cut, silence
- `faults`: calls, events, outage, clear, list, settings
- `read`: messages, message, thread, ephemerals, notifications, file, calls, deliveries, views, home, channels, users,
  user_groups, apps, now, snapshot
- `world`: reset, drained

A page starts from `GET /sandbox/read/snapshot` and follows `GET /sandbox/stream` (server-sent events named `change`,
each `{"seq", "kind", ...}` with the whole object as it is now): `message` {channel, message}, `message_removed`
{channel, ts}, `channel` {channel}, `channel_removed` {channel}, `user` {user}, `user_group` {user_group}, `team`
{team}, `app` {app}, `ephemeral` {ephemeral}, `ephemeral_removed` {ts}, `view` {view} (`view.user` is whose),
`view_closed` {view_id, user}, `home` {user, app, view}, `reset` (load the snapshot again). Changes with a `seq` at or
below the snapshot's are in it already. Files in `bot/sandbox/page/` are served at `/` (index.html) and `/page/`;
pictures that were shared at `/sandbox/picture/FILE`.
"""

from bot.sandbox.clock import Clock, ManualClock, RealClock
from bot.sandbox.command import main
from bot.sandbox.errors import SandboxError
from bot.sandbox.sandbox import Sandbox

__all__ = ["Clock", "ManualClock", "RealClock", "Sandbox", "SandboxError", "main"]
