"""Notification mails of platforms that may not be crawled."""

import pytest

from crawlers.mail.notice import is_platform, post_link, read_notice


@pytest.mark.parametrize(
    ("url", "link"),
    [
        (
            "https://www.linkedin.com/comm/feed/update/urn:li:activity:7/?midToken=x&trk=y",
            "https://www.linkedin.com/feed/update/urn:li:activity:7",
        ),
        (
            "https://www.linkedin.com/comm/groups/99/posts/a-1-2?trk=eml",
            "https://www.linkedin.com/groups/99/posts/a-1-2",
        ),
        (
            "https://de.linkedin.com/groups/99/?midSig=x",
            "https://www.linkedin.com/groups/99",
        ),
        (
            "https://www.facebook.com/n/?groups%2F12%2Fpermalink%2F34%2F&aref=1&medium=email&mid=z",
            "https://www.facebook.com/groups/12/permalink/34",
        ),
        (
            "https://www.facebook.com/groups/sales.ops/posts/34/?comment_id=5&notif_id=6",
            "https://www.facebook.com/groups/sales.ops/posts/34",
        ),
        ("https://www.linkedin.com/in/ann-lee", None),
        ("https://www.linkedin.com/help", None),
        ("https://linkedin.com.evil.example/groups/99", None),
        ("https://evil.example/?https://www.linkedin.com/groups/99", None),
        ("https://[broken", None),
    ],
)
def test_a_link_leads_to_the_post_and_tells_nothing_of_the_reader(
    url: str, link: str | None
) -> None:
    assert post_link(url) == link


@pytest.mark.parametrize(
    ("subject", "author", "group"),
    [
        ("Ann Lee posted in Sales Ops", "Ann Lee", "Sales Ops"),
        ("Ann Lee commented on a post in the group “Sales Ops”.", "Ann Lee", "Sales Ops"),
        ("[Sales Ops] Which CRM?", None, "Sales Ops"),
        ("Ann Lee replied to your comment", "Ann Lee", ""),
        ("Your week in review", None, ""),
    ],
)
def test_who_wrote_where_is_told_by_the_subject(
    subject: str, author: str | None, group: str
) -> None:
    notice = read_notice(sender_name="LinkedIn", subject=subject, text="Words.", markup="")
    assert (notice.author, notice.group) == (author, group)


def test_else_by_the_sender() -> None:
    named = read_notice(sender_name="Sales Ops", subject="New post", text="Words.", markup="")
    assert named.group == "Sales Ops"
    via = read_notice(sender_name="Ann Lee via LinkedIn", subject="New", text="Words.", markup="")
    assert via.author == "Ann Lee"


def test_buttons_links_and_the_foot_are_no_words() -> None:
    text = (
        "Ann Lee posted in Sales Ops\nWhich CRM do you use?\n"
        "See more: https://www.facebook.com/x\nView post\n----\n"
        "This message was sent to me@people.example. To stop receiving these…\nMeta Platforms\n"
    )
    notice = read_notice(
        sender_name="Facebook", subject="Ann Lee posted in Sales Ops", text=text, markup=""
    )
    assert notice.words == "Which CRM do you use?"


def test_no_more_than_a_snippet_is_kept() -> None:
    notice = read_notice(sender_name="LinkedIn", subject="x", text="word " * 5_000, markup="")
    assert len(notice.words) <= 1_000


def test_only_the_platforms_own_mails_are_notifications() -> None:
    assert is_platform("linkedin.com")
    assert is_platform("e.linkedin.com")
    assert not is_platform("notlinkedin.com")
