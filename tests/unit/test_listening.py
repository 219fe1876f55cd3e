"""Which topics a post is judged under, and when that makes a signal."""

from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest

from config.topic import Topic
from crawlers.found import FoundPost
from nlp.judgement import Judgement
from service.posts.judging import TopicListener
from tests.builders import a_topic
from tests.fakes import Said, a_judged


@dataclass
class Judge:
    """A judge that gives every post the same judgement, and notes what it was shown."""

    said: Said = field(default_factory=Said)
    shown: list[tuple[str, str]] = field(default_factory=list)

    def judge(self, title: str, body: str, *, said_at: datetime | None = None) -> Judgement:
        self.shown.append((title, body))
        return a_judged(title, body or title, body or title, self.said).judgement


def found(title: str, text: str, thread: str) -> FoundPost:
    return FoundPost(external_id="1", url=None, title=title, text=text, thread_title=thread)


def about(
    *topics: Topic, judge: Judge, title: str = "", text: str = "", thread: str = ""
) -> dict[str, bool]:
    """Return the topics of a post at the source "talk", and whether it is a signal there."""
    listener = TopicListener(topics, judge)
    judged = listener.judge(found(title, text, thread), "talk")
    return {one.match.topic_id: one.is_signal for one in judged}


CRM, DESK = a_topic("crm"), a_topic("desk")


def test_a_post_is_judged_once_for_all_of_its_topics() -> None:
    judge = Judge()

    assert about(CRM, DESK, judge=judge, text="a crm with a desk") == {"crm": True, "desk": True}
    assert judge.shown == [("", "a crm with a desk")]


def test_a_post_about_nothing_is_not_even_judged() -> None:
    judge = Judge()

    assert about(CRM, judge=judge, text="a garden") == {}
    assert judge.shown == []


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("a crm", "talk"),
        ("A\nCRM!", "talk"),
        ("a garden", "talk"),
        ("a crm", "board"),
        ("", "talk"),
    ],
)
def test_what_is_let_through_is_what_would_be_judged(text: str, source: str) -> None:
    listener = TopicListener([CRM.model_copy(update={"sources": ("talk",)})], Judge())
    judged = listener.judge(found("", text, ""), source)

    assert listener.hears(text=text, url="https://talk.example/", source=source) is bool(judged)


def test_a_topic_that_is_switched_off_hears_nothing() -> None:
    assert about(a_topic("crm", active=False), judge=Judge(), text="a crm") == {}


def test_a_topic_listens_where_it_says() -> None:
    elsewhere = CRM.model_copy(update={"sources": ("board",)})
    here = CRM.model_copy(update={"sources": ("board", "talk")})

    assert about(elsewhere, judge=Judge(), text="a crm") == {}
    assert about(here, judge=Judge(), text="a crm") == {"crm": True}


def test_a_reply_s_title_that_repeats_its_thread_s_is_not_its_author_s_words() -> None:
    judge = Judge()
    listener = TopicListener([CRM], judge)

    comment = found("Comment on Which crm? by Ann", "Same here.", "Which crm?")

    (judged,) = listener.judge(replace(comment, is_opening=False), "talk")

    assert judge.shown == [("", "Same here.")]
    assert judged.match.phrases == ()


def test_a_reply_is_about_its_thread_s_topic_but_only_its_own_words_are_judged() -> None:
    judge = Judge()
    listener = TopicListener([CRM], judge)

    (judged,) = listener.judge(found("", "Same here, any advice?", "Which crm?"), "talk")

    assert judge.shown == [("", "Same here, any advice?")]
    assert judged.match.topic_id == "crm"
    assert judged.match.phrases == ()  # none of the post's own words names the topic


def test_a_titled_post_is_about_what_it_says_and_not_about_its_thread() -> None:
    assert about(CRM, judge=Judge(), title="Gardens", text="any?", thread="Which crm?") == {}


@pytest.mark.parametrize(
    ("said", "is_signal"),
    [
        (Said(p=0.6), True),
        (Said(p=0.59), False),
        (Said(p=0.9, is_signal=False), False),
    ],
)
def test_a_signal_is_as_sure_as_its_topic_wants(said: Said, is_signal: bool) -> None:
    topic = CRM.model_copy(update={"threshold": 0.6})

    assert about(topic, judge=Judge(said), text="a crm") == {"crm": is_signal}
