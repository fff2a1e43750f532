"""Acting as a person: posting, editing, deleting, reacting."""

from bot.sandbox import conversations, messages
from bot.sandbox.errors import SandboxError
from bot.sandbox.ids import format_ts, ts_micros
from bot.sandbox.kit.content import checked_blocks
from bot.sandbox.model import Channel, File, Json, Kind, Message, User
from bot.sandbox.slack import Slack
from bot.sandbox.text import rich_text, typed


class Act:
    """What people do; every method returns what Slack's client would then show."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    def post(  # noqa: PLR0913
        self,
        channel: str,
        user: str,
        text: str = "",
        *,
        thread_ts: str = "",
        broadcast: bool = False,
        ts: str = "",
        files: list[Json] | None = None,
        me: bool = False,
        verbatim: bool = False,
    ) -> Json:
        """Post as a person.

        Args:
            channel: where.
            user: who; joins a public channel first, as Slack's client offers.
            text: what they typed; it is escaped, but for tokens such as `<@U1>` and `<!channel>`.
            thread_ts: the parent, for a reply.
            broadcast: also send the reply to the channel.
            ts: an explicit timestamp, for replays; otherwise the clock gives it.
            files: `{"name", "content"}` of each.
            me: a `/me` message.
            verbatim: the text is Slack's own already (an export's) and is stored as it is.
        """
        place, person = self._writable(channel, user)
        entry = Message(
            ts=self._stamp(place, ts),
            channel=place.id,
            user=person.id,
            team=person.team,
            text=text if verbatim else self._typed(person, text),
            client_msg_id=messages.client_msg_id(),
            files=[self._file(place, person, spec) for spec in files or []],
        )
        if not entry.text and not entry.files:
            raise SandboxError("There is nothing to post.", code="no_text")
        entry.subtype = "me_message" if me else "file_share" if entry.files else ""
        entry.blocks = rich_text(entry.text, self._slack.world.ids.new("b"))
        if thread_ts:
            parent = self._slack.world.message(channel, thread_ts)
            entry.thread_ts = parent.thread_ts or parent.ts
            entry.broadcast = broadcast
            entry.subtype = "thread_broadcast" if broadcast else entry.subtype
        return self._shown(messages.post(self._slack, entry))

    def post_as_bot(
        self,
        channel: str,
        user: str,
        text: str,
        *,
        thread_ts: str = "",
        ts: str = "",
        subtype: str = "",
        blocks: list[Json] | None = None,
    ) -> Json:
        """Post as some other app's bot (a workflow form, say): `bot_id`, with or without a subtype."""
        place, person = self._writable(channel, user)
        if not person.is_bot:
            raise SandboxError(f"{user} is not a bot.")
        entry = Message(
            ts=self._stamp(place, ts),
            channel=place.id,
            user="" if subtype == "bot_message" else person.id,
            team=person.team,
            bot_id=person.bot_id,
            app_id=person.app_id,
            username=person.name if subtype == "bot_message" else "",
            text=text,
            subtype=subtype,
            blocks=checked_blocks(blocks, self._slack.world.ids.new),
            thread_ts=thread_ts,
        )
        return self._shown(messages.post(self._slack, entry))

    def edit(self, channel: str, user: str, ts: str, text: str) -> Json:
        """Edit one's own message."""
        entry, person = self._own(channel, user, ts)
        stored = self._typed(person, text)
        blocks = rich_text(stored, self._slack.world.ids.new("b"))
        return self._shown(messages.edit(self._slack, entry, by=user, text=stored, blocks=blocks))

    def delete(self, channel: str, user: str, ts: str) -> Json:
        """Delete one's own message; an admin may delete anybody's."""
        entry = self._slack.world.message(channel, ts)
        person = self._slack.world.user(user)
        if entry.user != user and not person.is_admin:
            raise SandboxError("People delete only their own messages.", code="cant_delete_message")
        messages.delete(self._slack, entry)
        return {"channel": channel, "ts": ts}

    def react(self, channel: str, user: str, ts: str, name: str) -> Json:
        """Add a reaction."""
        entry = self._reachable(channel, user, ts)
        if not name.strip(":"):
            raise SandboxError("A reaction has a name.", code="invalid_name")
        if not messages.react(self._slack, entry, user, name.strip(":")):
            raise SandboxError(f"{user} reacted with that already.", code="already_reacted")
        return self._shown(entry)

    def unreact(self, channel: str, user: str, ts: str, name: str) -> Json:
        """Take a reaction back."""
        entry = self._reachable(channel, user, ts)
        if not messages.unreact(self._slack, entry, user, name.strip(":")):
            raise SandboxError(f"{user} has not reacted with that.", code="no_reaction")
        return self._shown(entry)

    def unfurl(self, channel: str, ts: str, *, title: str = "Preview") -> Json:
        """Let Slack add a link preview: `message_changed` with the same text."""
        entry = self._slack.world.message(channel, ts)
        preview = {"id": 1, "title": title, "fallback": title, "from_url": "https://example.com/"}
        return self._shown(messages.unfurl(self._slack, entry, [preview]))

    def _typed(self, person: User, text: str) -> str:
        world = self._slack.world

        def mention(name: str) -> str | None:
            for user in world.users.values():
                if user.name == name and world.shares_channel(person, user):
                    return f"<@{user.id}>"
            for group in world.groups.values():
                if group.handle == name and group.team == person.team:
                    return f"<!subteam^{group.id}>"
            return None

        return typed(text, mention)

    def _stamp(self, channel: Channel, ts: str) -> str:
        if not ts:
            return self._slack.ts()
        try:
            stamp = format_ts(ts_micros(ts))
        except ValueError as error:
            raise SandboxError(str(error)) from None
        if stamp in channel.messages:
            raise SandboxError(f"{channel.id} has a message {stamp} already.", code="duplicate_ts")
        self._slack.world.stamps.reserve(stamp)
        return stamp

    def _file(self, place: Channel, person: User, spec: Json) -> str:
        name, content = spec.get("name"), spec.get("content", "")
        if not isinstance(name, str) or not name or not isinstance(content, str):
            raise SandboxError("A file has a name and, as text, content.")
        entry = File(
            id=self._slack.world.ids.new("F"),
            user=person.id,
            team=person.team,
            name=name,
            title=name,
            size=len(content.encode()),
            created=int(self._slack.clock.now()),
            content=content.encode(),
            completed=True,
            is_public=place.kind is Kind.PUBLIC,
        )
        self._slack.world.files[entry.id] = entry
        return entry.id

    def _writable(self, channel: str, user: str) -> tuple[Channel, User]:
        place, person = self._slack.world.channel(channel), self._slack.world.user(user)
        if place.is_archived:
            raise SandboxError(f"{channel} is archived.", code="is_archived")
        if person.deleted:
            raise SandboxError(f"{user} is deactivated.", code="user_disabled")
        if user not in place.members:
            if place.is_private or person.team not in place.teams:
                raise SandboxError(f"{user} is not in {channel}.", code="not_in_channel")
            conversations.join(self._slack, place, user)
        return place, person

    def _own(self, channel: str, user: str, ts: str) -> tuple[Message, User]:
        entry = self._slack.world.message(channel, ts)
        if entry.user != user or entry.subtype == "tombstone":
            raise SandboxError("People edit only their own messages.", code="cant_update_message")
        return entry, self._slack.world.user(user)

    def _reachable(self, channel: str, user: str, ts: str) -> Message:
        entry = self._slack.world.message(channel, ts)
        if self._slack.world.user(user).id not in self._slack.world.channel(channel).members:
            raise SandboxError(f"{user} is not in {channel}.", code="not_in_channel")
        return entry

    def _shown(self, entry: Message) -> Json:
        return {**messages.shown(self._slack, entry, team=entry.team), "channel": entry.channel}
