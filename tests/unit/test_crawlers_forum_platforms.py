import pytest

from crawlers.forums.page import read_forum_page
from crawlers.forums.values import ForumPage
from tests.forum_pages import NOISE, POSTS, THREADS, TITLE, Said, document, us

HERE = "https://desks.example/forum/12"


def read(html: str, url: str = HERE) -> ForumPage:
    return read_forum_page(html.encode(), url=url)


@pytest.mark.parametrize("name", THREADS)
def test_a_thread_of_each_software_is_read_post_by_post(name: str) -> None:
    page = read(THREADS[name](POSTS))
    assert page.platform == name
    assert page.title == TITLE
    assert [post.author for post in page.posts] == [said.author for said in POSTS]
    assert [post.text for post in page.posts] == [said.words for said in POSTS]
    assert [post.published for post in page.posts] == [int(p.at.timestamp()) for p in POSTS]
    assert all(post.id and post.exact for post in page.posts)
    assert all(post.url and post.url.startswith("https://") for post in page.posts)


@pytest.mark.parametrize("name", THREADS)
def test_what_a_post_quotes_is_kept_apart(name: str) -> None:
    first, second, third = read(THREADS[name](POSTS)).posts
    assert POSTS[1].quotes in second.quoted
    assert (first.quoted, third.quoted) == ("", "")


@pytest.mark.parametrize("name", THREADS)
def test_signatures_buttons_and_profiles_are_no_part_of_a_post(name: str) -> None:
    said = " ".join(f"{post.text} {post.quoted}" for post in read(THREADS[name](POSTS)).posts)
    assert [noise for noise in NOISE if noise in said] == []


@pytest.mark.parametrize("name", sorted(set(THREADS) - {"Askbot"}))
def test_a_thread_without_answers_is_read(name: str) -> None:
    (post,) = read(THREADS[name](POSTS[:1])).posts
    assert post.text == POSTS[0].words


@pytest.mark.parametrize("many", [1, 2])
def test_a_thread_of_phpbb_is_known_without_the_id_of_its_page(many: int) -> None:
    page = read(THREADS["phpBB"](POSTS[:many]).replace(' id="phpbb"', ""))
    assert page.platform == "phpBB"
    assert [post.id for post in page.posts] == [f"p{p.number}" for p in POSTS[:many]]


def test_a_post_of_mybb_of_yesterday_has_its_clock() -> None:
    html = THREADS["MyBB"](POSTS).replace(
        us(POSTS[0], "%m-%d-%Y, %I:%M %p"),
        '<span title="01-05-2026">Yesterday</span>, 04:11 PM <span class="post_edit"></span>',
    )
    assert read(html).posts[0].published == int(POSTS[0].at.timestamp())


def test_comments_on_an_article_open_no_conversation() -> None:
    posts = read(THREADS["WordPress comments"](POSTS)).posts
    assert [post.opens for post in posts] == [False, False, False]


def test_pages_of_comments_of_a_block_theme_follow_each_other() -> None:
    more = (
        '<div><a class="wp-block-comments-pagination-next" href="comment-page-2/">Newer</a></div>'
    )
    html = THREADS["WordPress comments"](POSTS).replace("</body>", f"{more}</body>")
    assert read(html).following == "https://desks.example/forum/comment-page-2/"


def test_an_article_of_a_block_theme_is_not_called_as_its_blog() -> None:
    html = THREADS["WordPress comments"](POSTS).replace(
        '<h1 class="entry-title">',
        '<h1 class="wp-block-site-title">Talk</h1><h2 class="wp-block-post-title">',
    )
    assert read(html).title == TITLE


def test_an_issue_of_redmine_opens_with_its_description() -> None:
    opening, note = POSTS[0], POSTS[1]

    def said(what: str, p: Said) -> str:
        when = us(p, "%m/%d/%Y %I:%M %p")
        return (
            f'{what} by <a class="user" href="/users/5">{p.author}</a> <a title="{when}">2 d</a>'
        )

    page = read(
        document(
            f"""<body class="project-desk controller-issues action-show"><h1>Desk talk</h1><div
            id="content"><h2>Bug #12</h2><div class="issue details"><div class="subject"><h3>{
                TITLE
            }
            </h3></div><p class="author">{said("Added", opening)}. Updated <a title="03/01/2026
            09:00 AM">1 d</a></p><div class="attributes">Status: New</div><div class="description">
            <div class="wiki"><p>{opening.words}</p></div></div></div><div id="change-7"
            class="journal has-notes"><a href="#note-1" class="journal-link">#1</a><h4>{
                said("Updated", note)
            }</h4><div class="wiki"><p>{opening.author} wrote:</p><blockquote>{note.quotes}
            </blockquote><p>{note.words}</p></div></div><div id="change-8" class="journal">
            <h4>{said("Updated", note)}</h4>Status set to Closed</div></div></body>"""
        ),
        url="https://desks.example/issues/12",
    )
    assert (page.platform, page.title) == ("Redmine", TITLE)
    assert [(p.author, p.text, p.published) for p in page.posts] == [
        (p.author, p.words, int(p.at.timestamp())) for p in (opening, note)
    ]
    assert page.posts[1].quoted == note.quotes
    assert [p.opens for p in page.posts] == [True, None]
    assert (page.posts[1].id, page.posts[1].url) == (
        "change-7",
        "https://desks.example/issues/12#note-1",
    )


def test_a_deleted_post_without_words_is_left_out() -> None:
    html = THREADS["XenForo 2"](POSTS).replace(POSTS[2].words, "")
    assert len(read(html).posts) == 2


BOARDS = {
    "vBulletin 3": """<table id="threadslist"><tr><td id="td_threadtitle_12"><div><a
        id="thread_title_12" href="showthread.php?t=12">Hobs</a></div></td><td class="alt2"
        title="Replies: 4, Views: 90"><div class="smallfont">01-05-2026 <span>04:11 PM</span></div>
        </td><td class="alt1"><a href="misc.php?do=whoposted&amp;t=12">4</a></td></tr></table>""",
    "vBulletin 4": """<ol id="threads"><li class="threadbit" id="thread_12"><a class="title"
        id="thread_title_12" href="threads/12-Hobs">Hobs</a><ul class="threadstats"><li>Replies:
        <a class="understate">4</a></li></ul><dl class="threadlastpost"><dd>ann</dd><dd>01-05-2026,
        <em>04:11 PM</em></dd></dl></li></ol>""",
    "vBulletin 5": """<table><tr class="topic-item"><td><a class="topic-title" href="/t/12-hobs">
        Hobs</a></td><td class="posts-count">4 responses</td><td class="cell-lastpost"><span
        class="post-date">01-05-2026, 04:11 PM</span></td></tr></table>""",
    "XenForo 1": """<ol><li class="discussionListItem" id="thread-12"><h3 class="title"><a
        href="threads/hobs.12/" class="PreviewTooltip">Hobs</a></h3><div class="stats"><dl
        class="major"><dt>Replies:</dt><dd>4</dd></dl></div><dl class="lastPostInfo"><abbr
        class="DateTime" data-time="1767629460">x</abbr></dl></li></ol>""",
    "SMF": """<div id="messageindex"><table><tbody><tr><td class="subject"><span id="msg_99"><a
        href="/index.php?topic=12.0">Hobs</a></span></td><td class="stats">4 Replies<br>90 Views
        </td><td class="lastpost">January 05, 2026, 04:11:00 PM by ann</td></tr></tbody></table>
        </div>""",
    "MyBB": """<table><tr class="inline_row"><td><span class="subject_new" id="tid_12"><a
        href="showthread.php?tid=12">Hobs</a></span></td><td><a href="javascript:"
        onclick="MyBB.whoPosted(12)">4</a></td><td><span class="lastpost">01-05-2026, 04:11 PM<br>
        </span></td></tr></table>""",
    "Invision": """<ol><li class="ipsDataItem" data-rowid="12"><h4 class="ipsDataItem_title"><a
        href="/topic/12-hobs/">Hobs</a></h4><span class="ipsDataItem_stats_number">4</span><ul
        class="ipsDataItem_lastPoster"><time datetime="2026-01-05T16:11:00Z">x</time></ul></li>
        </ol>""",
    "FluxBB": """<div id="punviewforum"><table><tbody><tr><td class="tcl"><div class="tclcon"><a
        href="viewtopic.php?id=12">Hobs</a></div></td><td class="tc2">4</td><td class="tcr"><a
        href="viewtopic.php?pid=99#p99">2026-01-05 16:11:00</a></td></tr></tbody></table></div>""",
    "Askbot": """<div class="question-summary"><div class="question-answers-count"><div
        class="item-count">4</div></div><div class="question-summary-user-info"><abbr
        class="js-timeago" title="2026-01-05 16:11:00+00:00 +0000">x</abbr></div><h2><a
        href="/question/12/hobs/">Hobs</a></h2></div>""",
    "Redmine": """<table><tr class="message"><td class="subject">
        <a href="/boards/1/topics/12">Hobs</a></td><td class="reply-count">4</td><td
        class="last_message">Added by ann <a title="01/05/2026 04:11 PM" href="/activity">2 d</a>
        <a href="/boards/1/topics/12?r=4">RE: Hobs</a></td></tr></table>""",
    "Spirit": """<div class="spirit_wrapper"><div class="layout__topics"><div
        class="layout__topics__topic"><a class="topic__link" href="/topic/12/hobs/">Hobs</a><div
        class="topic__comments">4</div><div class="topic__date" title="Jan. 5, 2026, 4:11 p.m.">1h
        </div></div></div></div>""",
}


@pytest.mark.parametrize("name", BOARDS)
def test_a_board_of_each_software_lists_its_threads(name: str) -> None:
    page = read(f"<html><head><title>Kitchens</title></head><body>{BOARDS[name]}</body></html>")
    assert page.platform == name
    (thread,) = page.threads
    assert thread.title == "Hobs"
    assert "12" in thread.url
    assert thread.active == 1767629460
    assert thread.state


@pytest.mark.parametrize("name", sorted(set(BOARDS) - {"vBulletin 3"}))
def test_an_answer_changes_the_state_of_its_thread(name: str) -> None:
    before = read(f"<body>{BOARDS[name]}</body>").threads[0].state
    assert read(f"<body>{BOARDS[name].replace('>4', '>5')}</body>").threads[0].state != before
