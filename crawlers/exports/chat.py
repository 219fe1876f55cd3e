"""Exports of chats: Discord's as DiscordChatExporter writes them, and Telegram Desktop's.

What two people wrote to each other alone is left out, and so is what bots say.
"""

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import IO

from crawlers.exports.export import Entry, NotThisFormat, Skipped, moment, plain, short
from crawlers.exports.tree import Object, messages, part_of, text_of
from crawlers.found import FoundPost
from crawlers.plaintext import one_line
from crawlers.times import epoch, stated
from crawlers.urls import safe_link

#: How many messages are remembered to find the first one of a chain of replies.
_REMEMBERED = 50_000

_NUMBER = re.compile(r"\d{1,25}")
_DISCORD_SAID = frozenset({"Default", "Reply", "0", "19", ""})
_DISCORD_PRIVATE = frozenset({"DirectTextChat", "DirectGroupTextChat"})
_DISCORD_THREADS = frozenset({"GuildPublicThread", "GuildPrivateThread", "GuildNewsThread"})
_TELEGRAM_PRIVATE = frozenset({"personal_chat", "bot_chat", "saved_messages", "replies"})


class _Roots:
    """Which message began the chain of replies that a message stands in."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, str] = OrderedDict()

    def of(self, message: str, parent: str | None) -> str:
        """Return the first message of the chain, as far as it was seen, and remember it."""
        root = self._known.get(parent, parent) if parent else message
        self._known[message] = root
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return root


def read_discord(stream: IO[bytes], *, now: datetime) -> Iterator[Entry]:
    """Yield the messages of a channel.

    Raises:
        NotThisFormat: it is no such export, or one of a private conversation.
    """
    roots = _Roots()
    for told in messages(stream, at="messages.item"):
        if told.about.get("channel.type") in _DISCORD_PRIVATE:
            raise NotThisFormat("it is a private conversation, which is not for Harken")
        try:
            post = _discord_post(told.message, told.about, roots, now)
        except NotThisFormat as error:
            yield Skipped(where=f"message {told.number}", why=error.detail)
            continue
        if post is not None:
            yield post


def read_telegram(stream: IO[bytes], *, now: datetime) -> Iterator[Entry]:
    """Yield the messages of a group or of all groups of an account.

    Raises:
        NotThisFormat: it is no such export.
    """
    roots = _Roots()
    for told in messages(stream, at="messages.item"):
        if told.about.get("type") in _TELEGRAM_PRIVATE:
            continue
        try:
            post = _telegram_post(told.message, told.about, roots, now)
        except NotThisFormat as error:
            where = one_line(told.about.get("name", ""), most=60)
            place = f"{where}, message {told.number}" if where else f"message {told.number}"
            yield Skipped(where=place, why=error.detail)
            continue
        if post is not None:
            yield post


def _discord_post(
    message: Object, about: Mapping[str, str], roots: _Roots, now: datetime
) -> FoundPost | None:
    author = part_of(message, "author")
    if text_of(message, "type") not in _DISCORD_SAID or author.get("isBot") is True:
        return None
    number = text_of(message, "id")
    if not _NUMBER.fullmatch(number):
        raise NotThisFormat("it has no id")
    words = plain(text_of(message, "content"))
    if not words.text:
        return None
    channel = short(about.get("channel.id", ""))
    answered = text_of(part_of(message, "reference"), "messageId")
    parent = answered if _NUMBER.fullmatch(answered) else None
    is_thread = about.get("channel.type") in _DISCORD_THREADS
    root = "thread" if is_thread else roots.of(number, parent)
    published = moment(text_of(message, "timestamp"), now=now)
    if published is None:
        raise NotThisFormat("it has no time")
    shown = text_of(author, "nickname") or text_of(author, "name")
    return FoundPost(
        external_id=f"{channel}/{number}",
        url=_discord_link(about, channel, number),
        text=words.text,
        quoted=words.quoted,
        author=one_line(shown, most=100) or None,
        published=published,
        edited=stated(epoch(text_of(message, "timestampEdited")), now=now),
        thread_key=f"{channel}/{root}",
        thread_title=one_line(about.get("channel.name", ""), most=300),
        parent_external_id=f"{channel}/{parent}" if parent else None,
        is_opening=parent is None,
    )


def _discord_link(about: Mapping[str, str], channel: str, number: str) -> str | None:
    guild = about.get("guild.id", "")
    if not (_NUMBER.fullmatch(guild) and _NUMBER.fullmatch(channel)):
        return None
    return safe_link(f"https://discord.com/channels/{guild}/{channel}/{number}")


def _telegram_post(
    message: Object, about: Mapping[str, str], roots: _Roots, now: datetime
) -> FoundPost | None:
    if text_of(message, "type") != "message":
        return None
    number = text_of(message, "id")
    if not _NUMBER.fullmatch(number):
        raise NotThisFormat("it has no id")
    words = plain(_telegram_text(message.get("text")))
    if not words.text or text_of(message, "via_bot") or text_of(message, "forwarded_from"):
        return None  # whoever passes another's words on says nothing
    chat = short(about.get("id", "")) or "chat"
    answered = text_of(message, "reply_to_message_id")
    parent = f"{chat}/{answered}" if _NUMBER.fullmatch(answered) else None
    stamp = text_of(message, "date_unixtime") or text_of(message, "date")
    published = moment(stamp, now=now)
    if published is None:
        raise NotThisFormat("it has no time")
    return FoundPost(
        external_id=f"{chat}/{number}",
        url=None,
        text=words.text,
        quoted=words.quoted,
        author=one_line(text_of(message, "from"), most=100) or None,
        published=published,
        edited=stated(epoch(text_of(message, "edited_unixtime")), now=now),
        thread_key=roots.of(f"{chat}/{number}", parent),
        thread_title=one_line(about.get("name", ""), most=300),
        parent_external_id=parent,
        is_opening=parent is None,
    )


def _telegram_text(text: object) -> str:
    """Return a text, which is one or a list of texts and marked-up pieces."""
    if isinstance(text, str):
        return text
    if not isinstance(text, list):
        return ""
    pieces = []
    for piece in text[:2_000]:
        said = piece.get("text") if isinstance(piece, dict) else piece
        pieces.append(said if isinstance(said, str) else "")
    return "".join(pieces)
