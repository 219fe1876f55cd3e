"""Mail on this machine's disk: mbox files and Maildirs."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.errors import BadUrl, NothingToRead, SourceError, Unreachable
from crawlers.fetch import Gate
from crawlers.found import Batch, Cursor
from crawlers.mail.mailbox_file import in_mbox
from crawlers.mail.mailbox_path import mailbox_path
from models.words import SourceKind
from tests.crawling import a_source, batches, failure, polled, posts_of, stored
from tests.mails import a_mail


def an_mbox(*mails: bytes) -> bytes:
    return b"".join(b"From ann Mon Jun 29 10:00:00 2026\n" + mail + b"\n" for mail in mails)


def numbered(number: int, text: str = "Which CRM?\n") -> bytes:
    return a_mail(text, message_id=f"{number}@people.example")


def poll(path: Path | str, cursor: Cursor | None = None, **options: str) -> list[Batch]:
    at = a_source(str(path), kind=SourceKind.MAILBOX, cursor=cursor, options=options)
    return polled(at)


def refused(path: Path | str) -> SourceError:
    async def read(gate: Gate) -> list[Batch]:
        return await batches(gate, a_source(str(path), kind=SourceKind.MAILBOX))

    return failure(read)


def texts(found: list[Batch]) -> list[str]:
    return [post.text for post in posts_of(found)]


@pytest.fixture
def mbox(tmp_path: Path) -> Path:
    path = tmp_path / "list.mbox"
    path.write_bytes(an_mbox(numbered(1), numbered(2, "Which one?\n\n>From here on\nFrom me.\n")))
    return path


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for folder in ("new", "cur", "tmp"):
        (tmp_path / "Maildir" / folder).mkdir(parents=True)
    return tmp_path / "Maildir"


def test_an_mbox_is_read_mail_by_mail(mbox: Path) -> None:
    assert texts(poll(mbox)) == ["Which CRM?", "Which one?\n\nFrom here on\nFrom me."]
    assert texts(poll(f"file://{mbox}")) == texts(poll(mbox))


def test_a_file_that_did_not_change_is_not_read(mbox: Path) -> None:
    first = poll(mbox)
    (second,) = poll(mbox, stored(first[-1]))
    assert second.not_modified
    assert second.cursor == first[-1].cursor


def test_what_was_delivered_since_is_read_and_the_last_mail_again(mbox: Path) -> None:
    first = poll(mbox)
    with mbox.open("ab") as file:
        file.write(an_mbox(numbered(3, "None.\n")))
    second = poll(mbox, stored(first[-1]))
    assert posts_of(second)[0].external_id == posts_of(first)[-1].external_id
    assert texts(second)[1:] == ["None."]
    assert second[-1].problem is None


def test_a_mail_that_was_half_written_is_whole_at_the_next_poll(mbox: Path) -> None:
    whole = an_mbox(numbered(3, "We are ten people.\n"))
    before = mbox.read_bytes()
    mbox.write_bytes(before + whole[:-8])
    first = poll(mbox)
    mbox.write_bytes(before + whole)
    os.utime(mbox, ns=(1, 1))
    second = poll(mbox, stored(first[-1]))
    assert texts(first)[-1] == "We are ten p"
    assert texts(second) == ["We are ten people."]


@pytest.mark.parametrize("keep", [0, 40])
def test_a_file_that_was_replaced_or_cut_is_noticed(mbox: Path, keep: int) -> None:
    first = poll(mbox)
    mbox.write_bytes(mbox.read_bytes()[:keep] + b"\n" + an_mbox(numbered(9, "New words.\n")) * 3)
    if not keep:
        mbox.write_bytes(an_mbox(numbered(9, "New words.\n")))
    second = poll(mbox, stored(first[-1]))
    assert "New words." in texts(second)
    assert "not the one that it was" in str(second[0].problem)


def test_an_emptied_file_is_noticed_once(mbox: Path) -> None:
    first = poll(mbox)
    mbox.write_bytes(b"")
    (second,) = poll(mbox, stored(first[-1]))
    assert second.problem is not None
    assert second.posts == ()


def test_many_mails_come_in_batches_that_can_be_taken_up_again(mbox: Path) -> None:
    mbox.write_bytes(an_mbox(*(numbered(number, f"Words {number}.\n") for number in range(250))))
    found = poll(mbox)
    assert len(found) == 3
    rest = poll(mbox, stored(found[0]))  # killed after the first
    both = {post.external_id for post in posts_of([found[0], *rest])}
    assert both == {post.external_id for post in posts_of(found)}
    assert len(both) == 250


@given(st.lists(st.integers(0, 9), max_size=6), st.integers(0, 6))
def test_however_it_grows_each_mail_is_read(
    tmp_path_factory: pytest.TempPathFactory, mails: list[int], split: int
) -> None:
    path = tmp_path_factory.mktemp("mail") / "m"
    bodies = [numbered(n, f"Words {n}.\n" * n + ">From x\n") for n in mails]
    cursor: Cursor = {}
    taken: list[bytes] = []
    for until in (split, len(bodies)):
        path.write_bytes(an_mbox(*bodies[:until]))
        os.utime(path, ns=(until, until))
        for chunk in in_mbox(path, cursor):
            cursor = chunk.cursor
            taken += chunk.bodies
            assert chunk.problem is None
    assert {body.partition(b"\n")[2].strip() for body in taken} >= {
        body.replace(b">From", b"From").strip() for body in bodies
    }


def test_a_maildir_is_read_wherever_its_mails_lie(maildir: Path) -> None:
    (maildir / "new" / "1.a.host").write_bytes(numbered(1))
    (maildir / "cur" / "2.b.host:2,S").write_bytes(numbered(2, "Which one?\n"))
    (maildir / "tmp" / "3.c.host").write_bytes(numbered(3, "Half a m"))
    (maildir / "cur" / ".hidden").write_bytes(b"x")
    assert set(texts(poll(maildir))) == {"Which CRM?", "Which one?"}


def test_a_maildir_brings_what_came_since(maildir: Path) -> None:
    (maildir / "new" / "1.a.host").write_bytes(numbered(1))
    first = poll(maildir)
    (quiet,) = poll(maildir, stored(first[-1]))
    (maildir / "new" / "2.b.host").write_bytes(numbered(2, "Which one?\n"))
    second = poll(maildir, stored(first[-1]))
    assert quiet.not_modified
    assert "Which one?" in texts(second)


def test_links_and_devices_in_a_maildir_are_left_alone(maildir: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(numbered(1, "Secret words\n"))
    (maildir / "new" / "1.a.host").symlink_to(tmp_path / "secret")
    (maildir / "new" / "2.b.host").symlink_to("/dev/zero")
    os.mkfifo(maildir / "new" / "3.c.host")
    (maildir / "cur" / "4.d.host").mkdir()
    assert posts_of(poll(maildir)) == []


def test_a_fifo_or_a_device_is_no_mailbox(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path / "fifo", Path("/dev/zero"), tmp_path):
        assert isinstance(refused(path), NothingToRead)


def test_a_file_that_is_no_mbox_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Which CRM?\n")
    assert isinstance(refused(tmp_path / "notes.txt"), NothingToRead)


def test_a_missing_file_is_told_of(tmp_path: Path) -> None:
    error = refused(tmp_path / "nowhere")
    assert isinstance(error, Unreachable)
    assert "No such file" in error.reason


@pytest.mark.parametrize(
    "url", ["mail/list.mbox", "file://elsewhere/mail", "~/mail", "https://x.example/", "/a\0b", ""]
)
def test_what_is_no_path_from_the_root_is_refused(url: str) -> None:
    with pytest.raises(BadUrl):
        mailbox_path(url)


def test_a_mail_that_cannot_be_read_is_counted(mbox: Path) -> None:
    mbox.write_bytes(an_mbox(b"\nno head\n", numbered(1)))
    (batch,) = poll(mbox)
    assert len(batch.posts) == 1
    assert "1 of 2 mails can't be read" in str(batch.problem)


def test_mails_lead_to_where_the_operator_says_they_are(mbox: Path) -> None:
    first, _ = posts_of(poll(mbox, link="https://lists.example/m/{message_id}"))
    assert first.url == "https://lists.example/m/1@people.example"


def test_a_mail_that_follows_without_an_empty_line_is_one_of_its_own(mbox: Path) -> None:
    one, two = numbered(1, "Which CRM?\n"), numbered(2, "Which one?\n")
    mbox.write_bytes(b"From a@b\n" + one + b"From a@b Thu Nov  5 11:00:00 2020\n" + two)
    assert texts(poll(mbox)) == ["Which CRM?", "Which one?"]


@pytest.mark.parametrize(
    "words",
    [
        "From where I sit: fine.\nNote: it is\n",
        "From ann Thu Nov  5 11:00:00 2020\nI took this line.\n",
        "From Monday to Friday 2020\nSubject: to change\n",
        "From ann Thu Nov  5 11:00:00 2020\n",
    ],
)
def test_words_that_begin_with_from_stay_within_their_mail(mbox: Path, words: str) -> None:
    mbox.write_bytes(an_mbox(numbered(1, f"Which CRM?\n{words}")))
    (text,) = texts(poll(mbox))
    assert " ".join(words.splitlines()[0].split()) in text


def test_a_mail_without_a_date_is_of_its_envelopes(mbox: Path) -> None:
    mbox.write_bytes(b"From a@b Thu Nov  5 11:00:00 2020\nSubject: Which CRM?\n\nWhich one?\n")
    (post,) = posts_of(poll(mbox))
    assert post.published == datetime(2020, 11, 5, 11, tzinfo=UTC)
