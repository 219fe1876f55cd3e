"""How much of a post is kept, and that what is quoted can be found in what is kept."""

from dataclasses import astuple, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.found import FoundPost
from models.words import StorageMode
from nlp.judgement import Evidence, Slot
from service.posts.judging import Judged
from service.posts.keeping import Kept, keep, keep_hash
from tests.builders import a_post
from tests.fakes import Said, a_judged

ASKS = "does anybody have experience"


def quotes_of(judged: Judged) -> list[Evidence | Slot]:
    return [*judged.judgement.evidence, *judged.judgement.slots, *judged.match.phrases]


def quoted_wrongly(kept: Kept) -> list[str]:
    """Return the quotes that are not at their place in what is kept."""
    texts = {"title": kept.post.title, "body": kept.post.text}
    return [
        quote.text
        for judged in kept.judged
        for quote in quotes_of(judged)
        if texts[quote.span.field][quote.span.start : quote.span.end] != quote.text
    ]


def kept_of(post: FoundPost, phrases: list[str], mode: StorageMode) -> Kept:
    judged = [a_judged(post.title, post.text, phrase, Said()) for phrase in phrases]
    return keep(post, judged, mode)


def test_everything_is_kept_where_everything_may_be() -> None:
    post = a_post(text=f"Hello. {ASKS} with it?", title="A title", quoted="they said")

    kept = kept_of(post, [ASKS], StorageMode.FULL)

    assert kept.post == post
    assert quoted_wrongly(kept) == []


def test_an_excerpt_is_the_words_around_the_evidence() -> None:
    post = a_post(text="a" * 500 + ASKS + "b" * 500, title="A title", quoted="they said")

    kept = kept_of(post, [ASKS], StorageMode.EXCERPT)

    assert kept.post.text == "a" * 200 + ASKS + "b" * 200
    assert kept.post.title == "A title"
    assert kept.post.quoted == ""
    assert quoted_wrongly(kept) == []
    assert len(quotes_of(kept.judged[0])) == 3


def test_an_excerpt_shows_what_speaks_for_a_buyer_and_not_where_the_topic_is_named() -> None:
    post = a_post(text="crm " + "." * 600 + ASKS + "." * 600)
    asks, names = a_judged("", post.text, ASKS, Said()), a_judged("", post.text, "crm", Said())
    both = Judged(match=names.match, judgement=asks.judgement, is_signal=True)

    kept = keep(post, [both], StorageMode.EXCERPT)

    assert ASKS in kept.post.text
    assert kept.judged[0].judgement.evidence[0].text == ASKS
    assert kept.judged[0].match.phrases == ()
    assert quoted_wrongly(kept) == []


def test_evidence_in_the_title_leaves_the_beginning_of_the_text() -> None:
    post = a_post(text="b" * 1000, title=f"So, {ASKS}?")

    kept = kept_of(post, [ASKS], StorageMode.EXCERPT)

    assert kept.post.text == "b" * 400
    assert kept.judged[0].judgement.evidence[0].text == ASKS
    assert quoted_wrongly(kept) == []


@pytest.mark.parametrize("mode", [StorageMode.EXCERPT, StorageMode.NONE])
def test_of_a_post_that_is_no_signal_no_word_is_kept(mode: StorageMode) -> None:
    post = a_post(title="A title", quoted="they said", thread_title="A title")

    kept = kept_of(post, [], mode)

    assert not {post.title, post.text, post.quoted, post.author} & set(astuple(kept.post))
    assert (kept.post.external_id, kept.post.url) == (post.external_id, post.url)
    assert kept.judged == ()


def test_a_hash_is_kept_without_the_link() -> None:
    post = a_post(title="A title", author_url="https://talk.example/u/anna")
    kept = keep_hash(replace(post, thread_url="https://talk.example/t"))

    assert (kept.post.url, kept.post.thread_url, kept.post.author_url) == (None, None, None)
    assert kept.post.external_id == post.external_id


def test_where_nothing_may_be_kept_the_judgement_is_without_words() -> None:
    post = a_post(text=f"{ASKS} with it?", title="A title")

    kept = kept_of(post, [ASKS], StorageMode.NONE)

    assert kept.post.author == post.author
    assert (kept.post.title, kept.post.text, kept.post.quoted) == ("", "", "")
    assert quotes_of(kept.judged[0]) == []
    assert kept.judged[0].judgement.probability == 0.9


@given(
    st.text(max_size=600),
    st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=4),
    st.text(max_size=600),
    st.sampled_from(StorageMode),
)
def test_every_quote_that_is_kept_stands_where_it_says(
    before: str, phrases: list[str], after: str, mode: StorageMode
) -> None:
    post = a_post(text=before + " ".join(phrases) + after)

    kept = kept_of(post, phrases, mode)

    assert quoted_wrongly(kept) == []
    assert len(kept.post.text) <= len(post.text)
    if mode is StorageMode.EXCERPT:
        assert len(kept.post.text) <= 400 + max(map(len, phrases))
