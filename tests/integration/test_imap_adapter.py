"""Against an imitation of an IMAP server that misbehaves on request."""

import ast
import re
import time
from contextlib import aclosing
from pathlib import Path

import pytest

import crawlers.mail.imap_session
from crawlers.errors import BadUrl, MissingSecret, SourceError, TimedOut, Truncated, Unparseable
from crawlers.fetch import Gate
from crawlers.found import Batch, Cursor, SourceToPoll
from crawlers.mail.dialogue import LoginRefused, in_thread
from crawlers.mail.imap import ImapAdapter
from crawlers.mail.imap_session import folder_name
from models.words import SourceKind
from tests.crawling import NOW, a_source, batches, failure, polled, posts_of, stored, through_gate
from tests.mailbox_server import Mailbox
from tests.mails import a_mail, a_notice
from tests.talking import Talk, TalkingServer

PASSWORD = "s3cret"


def source(
    server: TalkingServer,
    cursor: Cursor | None = None,
    *,
    password: str | None = PASSWORD,
    folder: str = "INBOX",
    senders: str = "",
) -> SourceToPoll:
    return a_source(
        f"imap://127.0.0.1:{server.port}/",
        kind=SourceKind.IMAP,
        cursor=cursor,
        options={"user": "me@people.example", "folder": folder, "from": senders},
        secrets={"password": password} if password else {},
    )


def refused(at: SourceToPoll) -> SourceError:
    async def poll(gate: Gate) -> list[Batch]:
        return await batches(gate, at)

    return failure(poll)


def texts(found: list[Batch]) -> list[str]:
    return [post.text for post in posts_of(found)]


def test_notifications_become_posts_and_nothing_else_does() -> None:
    box = Mailbox(
        {1: a_notice(words="Which CRM?"), 2: a_mail("Private words"), 3: a_notice(number=3)}
    )
    with TalkingServer(box) as server:
        found = polled(source(server))
    assert texts(found) == ["Which CRM?", "Which CRM do you use for ten people?"]
    assert posts_of(found)[0].url == "https://www.linkedin.com/feed/update/urn:li:activity:712345"
    assert found[-1].cursor == {"uidvalidity": 7, "uid": 3}


def test_nothing_is_written_to_the_mailbox() -> None:
    with TalkingServer(Mailbox({1: a_notice()})) as server:
        polled(source(server))
        said = b"\n".join(server.commands)
    assert b"EXAMINE" in said
    assert b"BODY.PEEK" in said
    assert not re.search(rb"SELECT|STORE|EXPUNGE|COPY|MOVE|APPEND|BODY\[", said)


def test_the_next_poll_takes_what_came_since() -> None:
    box = Mailbox({1: a_notice(words="First.")})
    with TalkingServer(box) as server:
        first = polled(source(server))
        box.mails[2] = a_notice(words="Second.", number=2)
        second = polled(source(server, stored(first[-1])))
        third = polled(source(server, stored(second[-1])))
    assert texts(second) == ["Second."]
    assert [batch.not_modified for batch in third] == [True]


def test_a_mailbox_is_read_from_a_month_ago_at_first() -> None:
    with TalkingServer(Mailbox({1: a_notice()})) as server:
        first = polled(source(server))
        polled(source(server, stored(first[-1])))
        searches = [line for line in server.commands if b"SEARCH" in line]
    assert [b"SINCE 31-May-2026" in line for line in searches] == [True, True, False, False]


def test_a_folder_that_was_numbered_anew_is_read_again_and_said_so() -> None:
    box = Mailbox({1: a_notice(words="First.")}, validity=8)
    with TalkingServer(box) as server:
        found = polled(source(server, {"uidvalidity": 7, "uid": 900}))
    assert texts(found) == ["First."]
    assert "numbered this folder anew" in str(found[-1].problem)
    assert found[-1].cursor == {"uidvalidity": 8, "uid": 1}


def test_a_server_that_does_not_tell_the_next_number_is_read_too() -> None:
    with TalkingServer(Mailbox({4: a_notice()}, tells_next=False)) as server:
        assert polled(source(server))[-1].cursor == {"uidvalidity": 7, "uid": 4}


def test_chosen_senders_are_taken_and_those_who_look_alike_are_not() -> None:
    mine = a_mail("Words", sender="Ann <ann@list.example>")
    alike = a_mail("Other words", sender="Eve <ann@list.example.evil.example>", message_id="2@x")
    with TalkingServer(Mailbox({1: mine, 2: alike})) as server:
        found = polled(source(server, senders="list.example"))
    assert texts(found) == ["Words"]


def test_a_wrong_password_is_told_in_the_servers_words() -> None:
    with TalkingServer(Mailbox()) as server:
        error = refused(source(server, password="wr0ng"))
    assert isinstance(error, LoginRefused)
    assert "Invalid credentials" in error.reason
    assert "wr0ng" not in error.reason


def test_a_missing_password_is_named() -> None:
    with TalkingServer(Mailbox()) as server:
        assert isinstance(refused(source(server, password=None)), MissingSecret)


def test_a_missing_folder_is_named() -> None:
    with TalkingServer(Mailbox()) as server:
        assert "'Nowhere'" in refused(source(server, folder="Nowhere")).reason


def test_a_huge_mail_is_read_at_its_beginning_only() -> None:
    box = Mailbox({1: a_notice()})
    with TalkingServer(box) as server:
        polled(source(server))
        (fetch,) = [line for line in server.commands if b"FETCH" in line]
    assert b"BODY.PEEK[]<0.262144>" in fetch


def test_a_server_that_announces_far_too_much_is_hung_up_on() -> None:
    with TalkingServer(Mailbox({1: a_notice()}, announced=9_999_999_999)) as server:
        error = refused(source(server))
    assert isinstance(error, Unparseable)
    assert "more than it was asked for" in error.reason


def test_a_poll_that_is_cut_off_goes_on_where_it_was() -> None:
    box = Mailbox({uid: a_notice(number=uid) for uid in range(1, 46)}, close_at_fetch=2)
    taken: list[Batch] = []
    with TalkingServer(box) as server:

        async def poll(gate: Gate) -> None:
            at = source(server)
            async with aclosing(ImapAdapter().poll(at, gate, now=NOW)) as polling:
                taken.append(await anext(polling))
                taken.append(await anext(polling))

        assert isinstance(failure(poll), Truncated)
        rest = polled(source(server, stored(taken[-1])))
    ids = [post.external_id for post in posts_of([*taken, *rest])]
    assert len(ids) == len(set(ids)) == 45


def test_a_mail_that_cannot_be_read_is_left_out_and_counted() -> None:
    bad = b"\n\nFrom the platform linkedin.com"
    box = Mailbox({1: a_notice()})
    with TalkingServer(box) as server:
        box.mails[1] = b"linkedin.com" + bad
        (first, *_) = polled(source(server))
    assert first.problem is None or "can't be read" in first.problem


def garbage(talk: Talk) -> None:
    talk.say(b"220 mail.example ESMTP", b"\xff\xfe\x00")


def silence(talk: Talk) -> None:
    talk.hear()


def endless(talk: Talk) -> None:
    talk.say(b"* OK ready")
    talk.hear()
    while True:
        talk.say(*[b"* 1 EXISTS"] * 1_000)


def drip(talk: Talk) -> None:
    while True:
        talk.connection.sendall(b"*")
        time.sleep(0.05)


def hang_up(talk: Talk) -> None:
    talk.say(b"* OK ready")
    talk.hear()


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (garbage, SourceError),
        (silence, TimedOut),
        (endless, Unparseable),
        (hang_up, Truncated),
        (lambda _: None, Truncated),
    ],
)
def test_what_is_no_imap_is_an_error_in_words(script: object, kind: type[SourceError]) -> None:
    assert callable(script)
    with TalkingServer(script) as server:
        assert isinstance(refused(source(server)), kind)


def test_a_server_that_drips_is_hung_up_on_in_time() -> None:
    with TalkingServer(drip) as server:

        async def listen(gate: Gate) -> object:
            connection = await gate.dial("127.0.0.1", server.port, tls=False)
            with connection, connection.makefile("rb") as heard:
                return await in_thread(connection, heard.readline, host="here", seconds=0.3)

        began = time.monotonic()
        error = failure(listen)
    assert isinstance(error, TimedOut)
    assert time.monotonic() - began < 3


def test_a_password_is_not_sent_in_clear_to_another_machine() -> None:
    at = a_source(
        "imap://mail.example/",
        kind=SourceKind.IMAP,
        options={"user": "me"},
        secrets={"password": "s3cret"},
    )
    error = refused(at)
    assert isinstance(error, BadUrl)
    assert "imaps://" in error.reason


@pytest.mark.parametrize(
    ("options", "said"),
    [({"user": ""}, "user"), ({"user": "me", "from": "everybody else"}, "'everybody'")],
)
def test_options_that_make_no_sense_are_named(options: dict[str, str], said: str) -> None:
    at = a_source(
        "imaps://mail.example/", kind=SourceKind.IMAP, options=options, secrets={"password": "x"}
    )
    assert said in refused(at).reason


def test_folders_are_named_as_imap_writes_them() -> None:
    assert folder_name("INBOX/Für & über 日本") == "INBOX/F&APw-r &- &APw-ber &ZeVnLA-"


def test_the_library_opens_no_connection_of_its_own() -> None:
    tree = ast.parse(Path(str(crawlers.mail.imap_session.__file__)).read_text("utf-8"))
    made = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert not made & {"imaplib.IMAP4", "imaplib.IMAP4_SSL", "imaplib.IMAP4_stream"}
    (line,) = [n for n in ast.walk(tree) if isinstance(n, ast.ClassDef) and n.name == "_Line"]
    assert "open" in {part.name for part in line.body if isinstance(part, ast.FunctionDef)}


def test_polls_through_the_gate_leave_no_thread_behind() -> None:
    with TalkingServer(Mailbox({1: a_notice()})) as server:

        async def poll(gate: Gate) -> int:
            return len(await batches(gate, source(server)))

        assert through_gate(poll) == 2
