from crawlers.forums.page import read_forum_page
from crawlers.forums.values import ForumPage

HERE = "https://forum.example/viewforum.php?f=2"

PHPBB_INDEX = """<!DOCTYPE html><html><head><title>Board</title></head><body id="phpbb">
<ul class="topiclist forums"><li class="row"><a href="./viewforum.php?f=2&amp;sid=ab12"
class="forumtitle">Kitchens</a><a class="subforum" href="./viewforum.php?f=3">Tiles</a></li></ul>
</body></html>"""

PHPBB_BOARD = """<!DOCTYPE html><html><head><title>Kitchens - Board</title></head>
<body id="phpbb"><ul class="topiclist topics">
<li class="row"><a href="./viewtopic.php?f=2&amp;t=12&amp;sid=ab12" class="topictitle">Which
hob?</a><dd class="posts">1,204 <dfn>Replies</dfn></dd><dd class="lastpost"><a
href="./viewtopic.php?p=99&amp;sid=ab12#p99" title="Go to last post"></a></dd></li>
<li class="row"><a href="./viewtopic.php?t=13" class="topictitle">Oven</a></li>
<li class="row">no thread</li></ul>
<div class="pagination"><ul><li class="active"><span>2</span></li>
<li class="arrow next"><a rel="next" href="./viewforum.php?f=2&amp;start=50">Next</a></li></ul>
</div></body></html>"""

PHPBB_THREAD = """<!DOCTYPE html><html><head><title>Which hob? - Board</title>
<link rel="canonical" href="https://forum.example/viewtopic.php?t=12"></head>
<body id="phpbb"><h2 class="topic-title"><a href="./viewtopic.php?t=12">Which hob?</a></h2>
<div id="p98" class="post bg2"><dl class="postprofile"><dt><a class="username">ann</a></dt></dl>
<div class="postbody"><p class="author"><a href="./viewtopic.php?p=98#p98">Post</a> by
<strong>ann</strong> &raquo; <time datetime="2026-01-05T16:11:00+00:00">Mon</time></p>
<div class="content">Gas or <b>induction</b>?<br>Budget 600.</div>
<div class="signature">Ann, Leeds</div></div></div>
<div id="p99" class="post bg1"><dl class="postprofile"><dt><span class="username-coloured">bob
</span></dt></dl><div class="postbody"><p class="author">by <strong>bob</strong> &raquo; Mon Jan
05, 2026 5:11 pm</p><div class="content"><blockquote><div><cite>ann wrote:</cite>Gas or
induction?</div></blockquote>Induction.</div></div></div>
<a class="topictitle" href="./viewtopic.php?t=77">A similar topic</a>
</body></html>"""

XENFORO_BOARD = """<!DOCTYPE html><html id="XF"><head><title>Help desks</title></head><body>
<h3 class="node-title"><a href="/forums/sub.4/">Sub</a></h3>
<div class="structItem structItem--thread"><div class="structItem-title">
<a href="/forums/x.2/?prefix_id=1" class="labelLink">Ask</a>
<a href="/threads/which-help-desk.123/" data-tp-primary="on">Which help desk?</a></div>
<div class="structItem-cell structItem-cell--meta"><dl><dt>Replies:</dt><dd>14</dd></dl></div>
<time class="structItem-latestDate" datetime="2026-01-05T16:11:00+0000">x</time></div>
<a class="pageNav-jump pageNav-jump--next" href="/forums/x.2/page-3">Next</a>
<ul><li class="pageNav-page pageNav-page--current"><a>2</a></li></ul></body></html>"""

XENFORO_THREAD = """<!DOCTYPE html><html id="XF"><head><title>Which help desk? | F</title></head>
<body><h1 class="p-title-value">Which help desk?</h1>
<article class="message message--post" data-author="ann" data-content="post-345" id="js-post-345">
<div class="message-attribution"><a href="/threads/which-help-desk.123/post-345"><time
class="u-dt" datetime="2026-01-05T16:11:00+0000">x</time></a></div><div class="message-body">
<div class="bbWrapper">Twelve agents.<br>Any tips?</div></div></article>
<article class="message message--post" data-author="bob" data-content="post-346">
<div class="message-body"><div class="bbWrapper"><blockquote class="bbCodeBlock
bbCodeBlock--quote">Twelve agents.</blockquote>Freshdesk did it for us.</div></div></article>
</body></html>"""

STATED = """<!DOCTYPE html><html><head><title>Any tips?</title>
<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [{"@type":
"DiscussionForumPosting", "headline": "Any tips?", "author": {"@type": "Person", "name": "ann"},
"datePublished": "2026-01-05T16:11:00Z", "text": "For twelve &lt;agents&gt;?", "url": "/t/1",
"comment": [{"@type": "Comment", "author": [{"name": "bob"}], "text": "None.", "url": "/t/1#2",
"datePublished": "2026-01-05T17:11:00Z"}, "rubbish"]}]}</script>
<script type="application/ld+json">{not json</script></head><body></body></html>"""


def read(html: str) -> ForumPage:
    return read_forum_page(html.encode(), url=HERE)


def test_a_phpbb_index_lists_boards() -> None:
    page = read(PHPBB_INDEX)
    assert page.platform == "phpBB"
    assert page.boards == (
        "https://forum.example/viewforum.php?f=2&sid=ab12",
        "https://forum.example/viewforum.php?f=3",
    )


def test_a_phpbb_board_lists_threads_and_its_next_page() -> None:
    page = read(PHPBB_BOARD)
    assert [thread.title for thread in page.threads] == ["Which hob?", "Oven"]
    assert page.threads[0].url == "https://forum.example/viewforum.php?f=2".replace(
        "viewforum.php?f=2", "viewtopic.php?f=2&t=12&sid=ab12"
    )
    assert page.threads[1].state is None
    assert page.following == "https://forum.example/viewforum.php?f=2&start=50"
    assert page.number == 2


def test_the_state_of_a_thread_changes_with_every_answer_and_not_with_the_session() -> None:
    state = read(PHPBB_BOARD).threads[0].state
    assert state
    assert read(PHPBB_BOARD.replace("ab12", "cd34")).threads[0].state == state
    assert read(PHPBB_BOARD.replace("1,204", "1,205")).threads[0].state != state
    assert read(PHPBB_BOARD.replace("p=99", "p=100")).threads[0].state != state


def test_a_phpbb_thread_is_read_post_by_post() -> None:
    page = read(PHPBB_THREAD)
    first, second = page.posts
    assert (page.title, page.url) == ("Which hob?", "https://forum.example/viewtopic.php?t=12")
    assert (first.id, first.author, first.published) == ("p98", "ann", 1767629460)
    assert first.text == "Gas or induction?\nBudget 600."
    assert first.url == "https://forum.example/viewtopic.php?p=98#p98"
    assert (second.author, second.published) == ("bob", 1767633060)
    assert second.text == "Induction."
    assert second.quoted == "Gas or induction?"
    assert page.threads == ()


def test_a_xenforo_board_and_thread_are_read() -> None:
    board, page = read(XENFORO_BOARD), read(XENFORO_THREAD)
    (thread,) = board.threads
    assert thread.url == "https://forum.example/threads/which-help-desk.123/"
    assert thread.title == "Which help desk?"
    assert thread.state
    assert board.boards == ("https://forum.example/forums/sub.4/",)
    assert (board.following, board.number) == ("https://forum.example/forums/x.2/page-3", 2)
    first, second = page.posts
    assert (first.id, first.author, first.published) == ("post-345", "ann", 1767629460)
    assert first.text == "Twelve agents.\nAny tips?"
    assert (second.text, second.quoted) == ("Freshdesk did it for us.", "Twelve agents.")


def test_posts_that_a_page_states_as_data_are_read() -> None:
    page = read(STATED)
    first, second = page.posts
    assert (page.platform, page.title) == ("JSON-LD", "Any tips?")
    assert (first.author, first.text, first.published) == (
        "ann",
        "For twelve <agents>?",
        1767629460,
    )
    assert (second.author, second.url) == ("bob", "https://forum.example/t/1#2")


def test_a_page_of_something_else_holds_nothing() -> None:
    page = read("<html><head><title>Shop</title></head><body><a href='/'>Buy</a></body></html>")
    assert page == ForumPage(platform=None, title="Shop", url=HERE)
    assert read("").posts == ()
