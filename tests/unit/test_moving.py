"""When a source that redirects for good is taken to have moved."""

from datetime import UTC, datetime, timedelta

import pytest

from service.rules.moving import LASTING, Move, Redirecting, decide, is_same_site, seen_again

NOW = datetime(2025, 11, 19, 12, tzinfo=UTC)
OLD = "http://blog.example.com/feed"
NEW = "https://www.example.com/feed"


def after_polls(*targets: str | None, days: float = 4) -> Redirecting | None:
    """Return what is known after polls that lie ``days`` apart, the last of them now."""
    seen = None
    for n, to in enumerate(reversed(range(len(targets)))):
        seen = seen_again(seen, targets[n], now=NOW - timedelta(days=days * to))
    return seen


def decided(*targets: str | None, days: float = 4, taken: bool = False) -> Move | None:
    seen = after_polls(*targets, days=days)
    return decide(seen, from_url=OLD, now=NOW, taken=taken) if seen else None


def test_three_times_the_same_over_a_week_on_one_site_is_a_move() -> None:
    assert decided(NEW, NEW, NEW) is Move.FOLLOW


@pytest.mark.parametrize(
    ("targets", "days"),
    [((NEW, NEW), 10), ((NEW,) * 50, 0.1), ((NEW, NEW, OLD + "2", NEW, NEW), 10)],
)
def test_too_few_too_soon_or_not_the_same_is_none(targets: tuple[str, ...], days: float) -> None:
    assert decided(*targets, days=days) is Move.WAIT


def test_one_poll_without_it_and_all_is_forgotten() -> None:
    assert after_polls(NEW, NEW, None) is None
    assert after_polls(NEW, NEW, None, NEW) == Redirecting(to=NEW, since=NOW)


def test_another_site_or_another_source_is_for_a_person_to_decide() -> None:
    assert decided(*["https://example.org/feed"] * 3) is Move.ASK
    assert decided(NEW, NEW, NEW, taken=True) is Move.ASK


def test_exactly_a_week_is_long_enough() -> None:
    lasting = Redirecting(to=NEW, since=NOW - LASTING, count=3)

    assert decide(lasting, from_url=OLD, now=NOW, taken=False) is Move.FOLLOW


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://example.com/a", "https://example.com/b", True),
        ("http://feeds.example.co.uk/a", "https://example.co.uk/b", True),
        ("http://one.co.uk/a", "https://two.co.uk/b", False),
        ("https://ann.blogspot.com/", "https://bob.blogspot.com/", False),
        ("http://127.0.0.1:80/", "http://127.0.0.1:8080/", True),
        ("http://127.0.0.1/", "http://127.0.0.2/", False),
        ("http://localhost/", "http://localhost:8080/", True),
        ("http://www.talk.example/", "http://talk.example/", True),
        ("http://[::1]/", "http://[::2]/", False),
        ("http://example.com./a", "http://example.com/b", True),
    ],
)
def test_whose_a_site_is_follows_from_the_public_suffixes(
    one: str, other: str, same: bool
) -> None:
    assert is_same_site(one, other) is same
