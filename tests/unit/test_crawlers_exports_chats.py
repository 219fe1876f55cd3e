"""Exports of Slack, Discord and Telegram."""

import io
import json
import struct
import zipfile
from contextlib import suppress

import pytest

from crawlers.exports.export import ExportFormat, NotThisFormat, Skipped
from crawlers.exports.reading import recognise
from crawlers.exports.tree import MOST_BYTES_A_MESSAGE
from crawlers.found import FoundPost
from tests.exported import (
    STAMP,
    discord,
    discord_message,
    read,
    slack_message,
    slack_zip,
    telegram_chat,
    telegram_message,
)

DAY = "sales/2026-01-02.json"


def slack(body: bytes, name: str = "export.zip") -> tuple[list[FoundPost], list[Skipped]]:
    return read(body, ExportFormat.SLACK, name=name)


def telegram(document: object) -> tuple[list[FoundPost], list[Skipped]]:
    return read(json.dumps(document, indent=1).encode(), ExportFormat.TELEGRAM)


# Slack.


def test_a_workspace_is_read_by_channel_and_day() -> None:
    days = {
        DAY: [
            slack_message("Which CRM?"),
            slack_message("None.", seconds=60, thread_ts=f"{STAMP}.000100"),
        ]
    }
    (first, reply), skipped = slack(slack_zip(days))
    assert skipped == []
    assert (first.author, first.thread_title, first.is_opening) == ("Ann", "#sales", True)
    assert first.external_id == f"sales/{STAMP}.000100"
    assert reply.thread_key == first.thread_key == reply.parent_external_id
    assert not reply.is_opening


def test_markup_is_read_as_people_see_it() -> None:
    text = "<@U0ANN> and <@U0BOB>: see <https://x.example/a|this> in <#C1|ops> <!here> &lt;3"
    ((post,), _) = slack(slack_zip({DAY: [slack_message(text)]}))
    assert post.text == "@Ann and @somebody: see this (https://x.example/a) in #ops @here <3"


def test_joins_and_bots_say_nothing() -> None:
    joined = slack_message("has joined", subtype="channel_join")
    bot = slack_message("deployed", subtype="bot_message")
    posts, skipped = slack(slack_zip({DAY: [joined, bot, slack_message("")]}))
    assert (posts, skipped) == ([], [])


def test_bots_that_speak_as_people_do_say_nothing() -> None:
    people = [{"id": "U0ANN", "name": "ann"}, {"id": "U0BOT", "name": "deploy", "is_bot": True}]
    said = [
        slack_message("deployed", bot_id="B0DEPLOY"),
        slack_message("deployed", user="U0BOT"),
        slack_message("Which CRM?"),
    ]
    posts, skipped = slack(slack_zip({DAY: said}, people=people))
    assert ([post.text for post in posts], skipped) == (["Which CRM?"], [])


def test_private_conversations_are_left_out() -> None:
    days = {
        DAY: [slack_message("Which CRM?")],
        "D012345678/2026-01-02.json": [slack_message("secret")],
        "mpdm-ann--bob-1/2026-01-02.json": [slack_message("secret")],
        "hidden/2026-01-02.json": [slack_message("secret")],
    }
    posts, _ = slack(slack_zip(days))
    assert [post.text for post in posts] == ["Which CRM?"]
    untold, _ = slack(slack_zip(days, channels=None))
    assert sorted(post.text for post in untold) == ["Which CRM?", "secret"]  # no list of channels


def test_one_day_is_read_without_its_workspace() -> None:
    body = json.dumps([slack_message("Which CRM?")]).encode()
    ((post,), _) = slack(body, name="export/sales/2026-01-02.json")
    assert (post.thread_title, post.author) == ("#sales", "U0ANN")


def test_a_bad_message_is_told_of_with_its_place_and_skipped() -> None:
    days = {
        DAY: [slack_message("a"), slack_message("b", ts="soon"), slack_message("c")],
        "sales/2026-01-03.json": b'[{"type": "message", "text": "cut o',
        "sales/2026-01-04.json": [7, "x", None, slack_message("d", ts="99999999999")],
    }
    posts, skipped = slack(slack_zip(days))
    assert [post.text for post in posts] == ["a", "c"]
    assert [one.where for one in skipped] == [
        f"{DAY}, message 2",
        "sales/2026-01-03.json",
        "sales/2026-01-04.json, message 1",
    ]


def test_a_packed_bomb_is_left_alone() -> None:
    days = {DAY: [slack_message("x" * 3_000_000)], "sales/2026-01-03.json": [slack_message("a")]}
    posts, (skipped,) = slack(slack_zip(days))
    assert [post.text for post in posts] == ["a"]
    assert (skipped.where, skipped.why) == (DAY, "it is packed tighter than messages can be")


@pytest.mark.parametrize(
    "name", ["../../etc/cron.d/x", "/etc/passwd", "sales/../../x", "C:\\x\\y.json", "a\\b.json"]
)
def test_f07_a_name_that_leads_out_is_refused(name: str) -> None:
    with pytest.raises(NotThisFormat, match="leads out"):
        slack(slack_zip({name: b"[]"}))


def test_f07_two_files_of_one_name_are_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(DAY, "[]")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr(DAY, "[]")
    with pytest.raises(NotThisFormat, match="two files"):
        slack(packed.getvalue())


def test_f07_files_that_overlap_are_refused() -> None:
    body = bytearray(slack_zip({DAY: [slack_message("a")]}))
    entries = [n for n in range(len(body)) if body[n : n + 4] == b"PK\x01\x02"]
    first = body[entries[0] + 42 : entries[0] + 46]
    body[entries[1] + 42 : entries[1] + 46] = first  # both are said to begin at the same byte
    with pytest.raises(NotThisFormat, match="overlap"):
        slack(bytes(body))


def test_f07_a_link_in_a_zip_leads_nowhere() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        link = zipfile.ZipInfo(DAY)
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert slack(packed.getvalue()) == ([], [])


@pytest.mark.parametrize("size", [2**31, 2**32 - 2])
def test_f07_a_file_that_boasts_of_its_size_is_left_alone(size: int) -> None:
    body = bytearray(slack_zip({DAY: [slack_message("a")]}))
    entry = body.rindex(b"PK\x01\x02")
    body[entry + 24 : entry + 28] = struct.pack("<I", size)
    posts, (skipped,) = slack(bytes(body))
    assert posts == []
    assert "256 MiB" in skipped.why


def test_f07_a_damaged_zip_is_refused_or_told_of() -> None:
    body = slack_zip({DAY: [slack_message("Which CRM?")]})
    with pytest.raises(NotThisFormat):
        slack(body[: len(body) // 2])
    broken = bytearray(body)
    start = broken.index(DAY.encode()) + len(DAY) + 4
    broken[start : start + 8] = b"\xff" * 8
    posts, (skipped,) = slack(bytes(broken))
    assert (posts, skipped.where) == ([], DAY)


# Discord.


def test_a_channel_is_read_with_its_chains_of_replies() -> None:
    body = discord(
        discord_message(1, "Which CRM?"),
        discord_message(2, "None", type="Reply", reference={"messageId": "1"}),
        discord_message(3, "Why?", type="Reply", reference={"messageId": "2"}),
    )
    (first, second, third), skipped = read(body, ExportFormat.DISCORD)
    assert skipped == []
    assert first.url == "https://discord.com/channels/11/22/1"
    assert (first.author, first.thread_title) == ("Ann", "tools")
    assert first.thread_key == second.thread_key == third.thread_key
    assert (third.parent_external_id, third.is_opening) == ("22/2", False)


def test_a_thread_of_discord_is_one_thread() -> None:
    body = discord(discord_message(1, "a"), discord_message(2, "b"), kind="GuildPublicThread")
    (one, two), _ = read(body, ExportFormat.DISCORD)
    assert one.thread_key == two.thread_key


def test_bots_and_notices_of_discord_say_nothing() -> None:
    bot = discord_message(1, "beep", author={"name": "b", "isBot": True})
    body = discord(bot, discord_message(2, "joined", type="GuildMemberJoin"))
    assert read(body, ExportFormat.DISCORD) == ([], [])


def test_a_private_conversation_of_discord_is_refused() -> None:
    with pytest.raises(NotThisFormat, match="private"):
        read(discord(discord_message(1, "secret"), kind="DirectTextChat"), ExportFormat.DISCORD)


def test_a_bad_message_of_discord_is_told_of() -> None:
    body = discord(
        discord_message(1, "a", id="x"),
        discord_message(2, "b", timestamp="soon"),
        discord_message(3, "c", author=7, reference=[]),
    )
    (post,), skipped = read(body, ExportFormat.DISCORD)
    assert (post.text, post.author) == ("c", None)
    assert [one.where for one in skipped] == ["message 1", "message 2"]


# Telegram.


def test_a_group_is_read() -> None:
    chat = telegram_chat(
        telegram_message(1, ["Which ", {"type": "bold", "text": "CRM"}, "?"]),
        telegram_message(2, "None", reply_to_message_id=1),
    )
    (first, second), skipped = telegram(chat)
    assert skipped == []
    assert (first.text, first.author, first.thread_title) == ("Which CRM?", "Ann", "A group")
    assert (second.thread_key, second.parent_external_id) == ("33/1", "33/1")


def test_groups_of_an_account_are_read_and_private_chats_are_not() -> None:
    account = {
        "about": "x",
        "contacts": {"list": [{"first_name": "Bob", "phone_number": "1"}]},
        "chats": {
            "list": [
                telegram_chat(telegram_message(1, "secret"), kind="personal_chat", number=1),
                telegram_chat(telegram_message(1, "open"), kind="private_supergroup", number=2),
                {"messages": [telegram_message(1, "nameless")]},
            ]
        },
    }
    (one, nameless), _ = telegram(account)
    assert (one.text, one.external_id) == ("open", "2/1")
    assert (nameless.text, nameless.thread_title) == ("nameless", ""), "not the group's before it"


def test_what_others_said_and_services_are_left_out() -> None:
    chat = telegram_chat(
        telegram_message(1, "passed on", forwarded_from="Eve"),
        telegram_message(2, "x", via_bot="@gif"),
        {"id": 3, "type": "service", "text": ""},
    )
    assert telegram(chat) == ([], [])


# Any of them.


@pytest.mark.parametrize(
    ("body", "name", "kind"),
    [
        (slack_zip({}), "export.zip", ExportFormat.SLACK),
        (json.dumps([slack_message("a")]).encode(), "2026-01-02.json", ExportFormat.SLACK),
        (discord(), "x.json", ExportFormat.DISCORD),
        (json.dumps(telegram_chat(), indent=1).encode(), "result.json", ExportFormat.TELEGRAM),
        (b'{"text": "a"}\n{"text": "b"}\n', "posts.jsonl", ExportFormat.JSONL),
        (b'{"text": "a"}', "posts.txt", ExportFormat.JSONL),
        ('{"text": "a"}\n'.encode("utf-16"), "posts.jsonl", ExportFormat.JSONL),
        (b"text;author\na;b\n", "posts", ExportFormat.CSV),
        (b"text\na\n", "posts.csv", ExportFormat.CSV),
        (b"From ann Mon Jun 29\nSubject: x\n\n", "list", ExportFormat.MBOX),
    ],
)
def test_a_format_is_told_by_what_the_file_holds(
    body: bytes, name: str, kind: ExportFormat
) -> None:
    stream = io.BytesIO(body)
    assert recognise(stream, name=name) is kind
    assert stream.tell() == 0


@pytest.mark.parametrize("body", [b"", b"\n", b"words", b"\x7fELF\x02"])
def test_what_is_none_is_asked_for(body: bytes) -> None:
    with pytest.raises(NotThisFormat):
        recognise(io.BytesIO(body), name="x")


@pytest.mark.parametrize("kind", [ExportFormat.SLACK, ExportFormat.DISCORD, ExportFormat.TELEGRAM])
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 1_000_000,
        b'{"messages":' * 100_000,
        b'[{"a":' * 200_000,
        b'{"messages":[' + b'{"a":' * 100_000,
        b'{"messages": [{"text": "' + b"x" * (2 * MOST_BYTES_A_MESSAGE),
        b'[{"type": "message", "text": "' + b"x" * (2 * MOST_BYTES_A_MESSAGE),
        b'{"messages": [{"id": ' + b"9" * 100_000 + b"}]}",
        b'{"messages": [{"id": 1e999999, "date_unixtime": NaN}]}',
        b"\xff\xfe\xfd",
        b"{",
    ],
)
def test_x35_a_hostile_document_is_refused(kind: ExportFormat, body: bytes) -> None:
    posts: list[FoundPost] = []
    with suppress(NotThisFormat):
        posts, _ = read(body, kind)
    assert posts == []


def test_a_document_that_breaks_off_says_after_which_message() -> None:
    whole = discord(*(discord_message(number, "words") for number in range(1, 20)))
    with pytest.raises(NotThisFormat, match=r"after message 1\d"):
        read(whole[: len(whole) * 8 // 10], ExportFormat.DISCORD)
