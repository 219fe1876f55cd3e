"""What boards put around words and in their place: notices, labels of quotes, counts."""

import time

import pytest

from crawlers.forums.furniture import is_furniture
from crawlers.forums.words import is_placeholder, said


@pytest.mark.parametrize(
    "text",
    [
        "[deleted]",
        "Removed.",
        "This post was deleted by Moderator.",
        "This message has been deleted by Ann Bee. Reason: spam",
        "Dieser Beitrag wurde gelöscht.",
        "Beitrag gelöscht",
        "Ce message a été supprimé.",
        "Este mensaje ha sido eliminado por un moderador",
        "Questo messaggio è stato cancellato",
        "Dit bericht is verwijderd.",
        "Ten post został usunięty",
    ],
)
def test_a_notice_in_place_of_a_post_is_none(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "this one",
        "I deleted my account there.",
        "Removed the desk, bought a new one.",
        "Is there a tool that finds deleted rows?",
        "Gelöscht habe ich nichts, suche aber eine Alternative.",
    ],
)
def test_words_about_deleting_are_a_post(text: str) -> None:
    assert not is_placeholder(text)


@pytest.mark.parametrize(
    "label",
    [
        "<cite>(01-05-2026, 03:14 AM)ann Wrote: </cite>",
        "<div>3 hours ago, ann said:</div>",
        "<cite>ann wrote: <a href='#p9'>↑</a></cite>",
        "<cite><a href='#m9'>Quote from: ann on January 05, 2026, 03:14:05 AM</a></cite>",
        "<div>Originally Posted by <b>ann</b></div>",
        "<div>ann schrieb:</div>",
    ],
)
def test_a_quote_is_kept_without_what_says_whose_it_is(label: str) -> None:
    read = said(f"<blockquote>{label}<div>Oak or beech?</div></blockquote>Oak.")
    assert (read.text, read.quoted) == ("Oak.", "Oak or beech?")


@pytest.mark.parametrize("button", ["Zum Vergrößern anklicken....", "Click to expand..."])
def test_a_quote_is_kept_without_the_button_that_unfolds_it(button: str) -> None:
    read = said(f"<blockquote><p>Oak or beech?</p><a>{button}</a></blockquote>Oak.")
    assert read.quoted == "Oak or beech?"


@pytest.mark.parametrize(
    "name", ["zitat", "zitat-box", "citation", "cita", "citazione", "citaat", "cytat"]
)
def test_quotes_are_known_by_their_names_in_other_languages(name: str) -> None:
    read = said(f'<div class="{name}">Oak or beech?</div>Oak.')
    assert (read.text, read.quoted) == ("Oak.", "Oak or beech?")


def test_a_word_that_begins_like_a_quote_is_none() -> None:
    assert said('<div class="cities">Oak.</div>').text == "Oak."


@pytest.mark.parametrize(
    "count", ["(120 points)", "1,204 posts", "· 3.2k reputation", "45 Punkte"]
)
def test_what_is_counted_beside_a_name_is_furniture(count: str) -> None:
    assert is_furniture(count)
    assert not is_furniture(f"{count} are too many")


def test_long_hostile_words_are_read_in_time() -> None:
    began = time.process_time()
    for words in ("1" * 60_000, "ann " * 15_000, "1, " * 20_000, "quote from " * 5_000):
        is_placeholder(words)
        is_furniture(words[:60])
        said(f"<blockquote>{words}</blockquote>{words}")
    assert time.process_time() - began < 3
