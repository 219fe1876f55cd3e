"""Places that are known by their address alone."""

import pytest

from crawlers.errors import BadUrl, PlatformRefused
from crawlers.named_places import named_place
from models.words import SourceKind


@pytest.mark.parametrize(
    ("url", "kind", "options"),
    [
        ("https://news.ycombinator.com/ask", SourceKind.HACKER_NEWS, {}),
        ("https://stackoverflow.com/", SourceKind.STACK_EXCHANGE, {"site": "stackoverflow"}),
        (
            "https://softwarerecs.stackexchange.com/questions/tagged/crm+web",
            SourceKind.STACK_EXCHANGE,
            {"site": "softwarerecs", "tagged": "crm;web"},
        ),
        (
            "https://pt.stackoverflow.com/questions",
            SourceKind.STACK_EXCHANGE,
            {"site": "pt.stackoverflow"},
        ),
        (
            "https://mathoverflow.net",
            SourceKind.STACK_EXCHANGE,
            {"site": "mathoverflow.net"},
        ),
        (
            "https://github.com/acme/anvil/issues?q=is%3Aopen",
            SourceKind.GITHUB,
            {"query": "repo:acme/anvil"},
        ),
        ("https://github.com/acme/anvil.git", SourceKind.GITHUB, {"query": "repo:acme/anvil"}),
        (
            "https://github.com/search?q=%22alternative+to%22&type=issues",
            SourceKind.GITHUB,
            {"query": '"alternative to"'},
        ),
        (
            "https://bsky.app/search?q=help+desk%22",
            SourceKind.BLUESKY,
            {"query": 'help desk"'},
        ),
        ("https://bsky.app/hashtag/crm", SourceKind.BLUESKY, {"query": "#crm"}),
        ("wss://jetstream2.us-east.bsky.network/subscribe", SourceKind.JETSTREAM, {}),
        ("https://jetstream1.us-west.bsky.network/subscribe", SourceKind.JETSTREAM, {}),
        ("WS://127.0.0.1:6008", SourceKind.JETSTREAM, {}),
        ("nntps://news.example.org/comp.desks", SourceKind.NNTP, {}),
        ("https://www.reddit.com/r/sales+crm/new", SourceKind.REDDIT, {}),
    ],
)
def test_a_place_is_known_by_its_address(
    url: str, kind: SourceKind, options: dict[str, str]
) -> None:
    found = named_place(url)
    assert found is not None
    assert (found.kind, dict(found.options)) == (kind, options)
    assert found.name


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/acme",
        "https://github.com/topics/crm",
        "https://github.com/acme/anvil/releases.atom",
        "https://stackoverflow.com/feeds/tag/crm.rss",
        "https://chat.stackexchange.com/",
        "https://api.stackexchange.com/2.3",
        "https://bsky.app/profile/ann.example",
        "https://bsky.app/search?q=+",
        "https://www.reddit.com/",
        "https://www.reddit.com/r/crm/new/.rss",
        "https://notfacebook.com/",
        "https://notgithub.com/acme/anvil",
        "https://example.org/",
    ],
)
def test_another_address_has_to_be_looked_at(url: str) -> None:
    assert named_place(url) is None


@pytest.mark.parametrize(
    "url", ["https://www.facebook.com/groups/1", "https://m.facebook.com/x", "https://fb.com/x"]
)
def test_facebook_is_refused_with_the_reason_and_the_way_out(url: str) -> None:
    with pytest.raises(PlatformRefused, match=r"Facebook may not.*imap.*by hand"):
        named_place(url)


def test_linkedin_is_refused() -> None:
    with pytest.raises(PlatformRefused, match="LinkedIn"):
        named_place("https://de.linkedin.com/groups/1")


def test_a_news_server_needs_a_group() -> None:
    with pytest.raises(BadUrl, match="names no newsgroup"):
        named_place("nntp://news.example.org/")
