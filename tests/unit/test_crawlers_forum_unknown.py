"""Pages of software that nobody wrote selectors for, and pages that are no forum at all."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawlers.errors import PoisonDocument
from crawlers.forums.page import UNKNOWN, read_forum_page
from crawlers.forums.values import ForumPage
from tests.forum_pages import POSTS, Said, document, us

HERE = "https://desks.example/talk/help-desk"
NOW = 1767800000  # two days after the posts


def read(body: str, *, url: str = HERE, in_thread: bool = False) -> ForumPage:
    html = document(f"<body>{body}</body>").encode()
    return read_forum_page(html, url=url, now=NOW, in_thread=in_thread)


def cards(posts: Sequence[Said]) -> str:
    """Cards with a head, a body and a foot."""
    return "".join(
        f'<div class="card reply" id="r-{p.number}"><div class="card-header"><a href="/people/'
        f'{p.author}">{p.author}</a> <time datetime="{p.at.isoformat()}">x</time></div><div'
        f' class="card-body"><p>{p.words}</p></div><div class="card-footer"><a href="#">Reply</a>'
        f' <span class="likes">4</span></div></div>'
        for p in posts
    )


def tables(posts: Sequence[Said]) -> str:
    """A table, a row for each post, the author's panel on the left."""
    rows = "".join(
        f'<tr class="{"odd" if p.number % 2 else "even"}"><td class="who"><a'
        f' name="m{p.number}"></a><a href="user.asp?id=9">{p.author}</a><br>Posts: 12<br>Joined:'
        " Jan 2, 2012</td><td>"
        f"<small>{us(p, '%d %b %Y, %H:%M')}</small><br>{p.words}</td></tr>"
        for p in posts
    )
    return f"<table>{rows}</table>"


def nested(posts: Sequence[Said]) -> str:
    """Answers within what they answer."""
    inner = ""
    for p in reversed(posts):
        inner = (
            f'<ul><li class="c-item"><span class="c-author">{p.author}</span> <a'
            f' href="#c{p.number}" title="{p.at.isoformat()}">a while ago</a><div class="c-text">'
            f"{p.words}</div><a>Reply</a>{inner}</li></ul>"
        )
    return inner


def plain(posts: Sequence[Said]) -> str:
    """Hardly any markup: no classes, words beside author and date."""
    return "".join(
        f'<div><b><a href="/~{p.author}">{p.author}</a></b> <i>{us(p, "%Y-%m-%d %H:%M")}</i><p>'
        f"{p.words}</p></div>"
        for p in posts
    )


def definitions(posts: Sequence[Said]) -> str:
    """The head of a post beside its body, in no element of their own."""
    rows = "".join(
        f'<dt class="msghead" id="msg{p.number}"><a href="/member/{p.author}">{p.author}</a> wrote'
        f' on {us(p, "%B %d, %Y at %I:%M %p")}</dt><dd class="msgtext">{p.words}</dd>'
        for p in posts
    )
    return f"<dl>{rows}</dl>"


def utility_classes(posts: Sequence[Said]) -> str:
    """Classes that say how it looks and not what it is."""
    return "".join(
        f'<section class="flex gap-4 p-2 border-b"><img src="/a.png" alt=""><div class="grow"><div'
        f' class="text-sm"><a class="font-bold" href="/u/{p.author}">{p.author}</a><span'
        f' class="text-gray-500" title="{us(p, "%b %d, %Y %I:%M %p")}">2 days ago</span></div><div'
        f' class="prose"><p>{p.words}</p></div><div class="flex"><button>Like</button></div></div>'
        f"</section>"
        for p in posts
    )


def question(posts: Sequence[Said]) -> str:
    """The opening looks different from its answers."""
    asked, *answers = posts
    return f"""<div class="question-box"><div class="q-body">{asked.words}</div><div>asked by <a
        href="/users/1">{asked.author}</a> <time datetime="{asked.at.isoformat()}">x</time></div>
        </div>{
        "".join(
            f'<div class="answer" id="a{p.number}"><div class="a-body">{p.words}</div><div>by <a'
            f' href="/users/2">{p.author}</a> <time datetime="{p.at.isoformat()}">x</time></div>'
            "</div>"
            for p in answers
        )
    }"""


THEMES: tuple[Callable[[Sequence[Said]], str], ...] = (
    cards,
    tables,
    nested,
    plain,
    definitions,
    utility_classes,
    question,
)


@pytest.mark.parametrize("theme", THEMES)
def test_what_repeats_as_posts_do_is_read(theme: Callable[[Sequence[Said]], str]) -> None:
    menu = "<nav><ul><li><a href='/'>Home</a></li><li><a href='/rules'>Rules</a></li></ul></nav>"
    page = read(f"{menu}<main><h1>Which help desk?</h1>{theme(POSTS)}</main><footer>x</footer>")
    assert (page.platform, page.title) == (UNKNOWN, "Which help desk?")
    assert [post.author for post in page.posts] == [said.author for said in POSTS]
    assert [post.text for post in page.posts] == [said.words for said in POSTS]
    assert [post.published for post in page.posts] == [int(said.at.timestamp()) for said in POSTS]


@pytest.mark.parametrize("theme", [cards, question])
def test_a_post_alone_is_one_where_a_list_of_threads_led_to_it(
    theme: Callable[[Sequence[Said]], str],
) -> None:
    (post,) = read(theme(POSTS[:1]), in_thread=True).posts
    assert (post.author, post.text) == (POSTS[0].author, POSTS[0].words)
    assert read(theme(POSTS[:1])).posts == ()


def test_two_posts_of_no_name_are_posts_where_a_list_of_threads_led_to_them() -> None:
    two = plain(POSTS[:2])
    assert [post.text for post in read(two, in_thread=True).posts] == [p.words for p in POSTS[:2]]
    assert read(two).posts == ()


def test_a_quote_with_its_own_names_stays_a_quote_within_its_post() -> None:
    quote = (
        '<blockquote class="Quote UserQuote"><div class="QuoteAuthor"><a href="/profile/ann">ann'
        '</a> said:</div><div class="QuoteText"><p>Which desk?</p></div></blockquote>'
    )
    asked, first, second = POSTS
    body = cards([asked, replace(first, words=f"{quote}{first.words}"), second])
    assert [(post.text, post.quoted) for post in read(body).posts] == [
        (asked.words, ""),
        (first.words, "Which desk?"),
        (second.words, ""),
    ]


@pytest.mark.parametrize("many", [1, 2, 3])
def test_a_count_beside_the_author_is_not_what_an_answer_says(many: int) -> None:
    kinds = ["q-view", *["a-list"] * 2]
    body = "".join(
        f'<div class="qa-{kind}-item" id="{kind[0]}{p.number}"><div class="qa-{kind}-item-content"'
        f'><p>{p.words}</p></div><div class="meta">by <a class="qa-user-link" href="/user/x">'
        f'{p.author}</a> <span>(120 points)</span> <time datetime="{p.at.isoformat()}">x</time>'
        "</div></div>"
        for kind, p in zip(kinds, POSTS, strict=True)
        if p in POSTS[:many]
    )
    posts = read(f"<h1>Which?</h1>{body}", in_thread=True).posts
    assert [(p.author, p.text) for p in posts] == [(p.author, p.words) for p in POSTS[:many]]


@pytest.mark.parametrize("wrote", ["aus Köln schrieb am", "from Berlin wrote on"])
def test_where_somebody_is_from_is_not_who_it_is(wrote: str) -> None:
    body = "".join(
        f'<div class="line" id="e{p.number}"><p>#{n} <b>{p.author}</b> {wrote} '
        f"{us(p, '%d %b %Y, %H:%M')}:</p><p>{p.words}</p></div>"
        for n, p in enumerate(POSTS, start=1)
    )
    assert [post.author for post in read(body).posts] == [p.author for p in POSTS]


def test_a_post_that_is_no_more_is_none_and_what_follows_it_opens_nothing() -> None:
    gone, *kept = POSTS
    body = cards([replace(gone, words="<i>Dieser Beitrag wurde gelöscht.</i>"), *kept])
    posts = read(body).posts
    assert [(post.text, post.opens) for post in posts] == [(p.words, False) for p in kept]


@pytest.mark.parametrize(("clock", "hour"), [("01:43 AM", 1), ("11:05 PM", 23)])
def test_a_day_in_a_title_has_the_clock_of_the_words_behind_it(clock: str, hour: int) -> None:
    body = cards(POSTS)
    for p in POSTS:
        mark = f'<time datetime="{p.at.isoformat()}">x</time>'
        body = body.replace(mark, f'<span title="01-14-2026">Yesterday</span>, {clock}')
    found = [datetime.fromtimestamp(post.published or 0, UTC) for post in read(body).posts]
    assert {(when.month, when.day, when.hour) for when in found} == {(1, 14, hour)}


def test_relative_times_are_told_apart_from_exact_ones() -> None:
    ago = cards(POSTS)
    for said in POSTS:
        ago = ago.replace(f'<time datetime="{said.at.isoformat()}">x', "<time>2 hours ago")
    posts = read(ago).posts
    assert [(post.published, post.exact) for post in posts] == [(NOW - 7_200, False)] * 3


def test_numbers_that_only_count_places_are_no_ids() -> None:
    counted = cards(POSTS)
    for place, said in enumerate(POSTS, start=1):
        counted = counted.replace(f"r-{said.number}", f"r-{place}")
    assert [post.id for post in read(counted).posts] == [None, None, None]
    assert [post.id for post in read(cards(POSTS)).posts] == ["r-345", "r-346", "r-351"]


def inner_posts(posts: Sequence[Said]) -> str:
    """Posts with an element around the words that has a name and an id of its own."""
    return "".join(
        f'<div class="post" id="p{p.number}"><div class="face"></div><div id="post_content'
        f'{p.number}"><p class="by"><a href="./show?p={p.number}#p{p.number}">Post</a> by <a'
        f' class="username" href="/u/{p.author}">{p.author}</a> <time datetime="'
        f'{p.at.isoformat()}">x</time></p><div class="content">{p.words}</div></div></div>'
        for p in posts
    )


@pytest.mark.parametrize("many", [1, 2, 3])
def test_a_post_has_the_id_that_its_own_link_aims_at_however_many_there_are(many: int) -> None:
    posts = read(inner_posts(POSTS[:many]), in_thread=True).posts
    assert [post.id for post in posts] == [f"p{p.number}" for p in POSTS[:many]]


ARTICLE = "<article><h1>On desks</h1><p class='by'>By <a href='/author/ann'>Ann</a>, <time " + (
    "datetime='2026-01-05T16:11:00Z'>today</time></p>" + "<p>Desks are flat. " * 40 + "</article>"
)
SHOP = "<ul>" + "".join(
    f"<li class='product'><a href='/product/desk-{n}'><h3>Desk {n}</h3></a><span class='price'>"
    f"{n}99.00 EUR</span><span>4 reviews</span></li>"
    for n in range(1, 9)
)
RESULTS = "".join(
    f"<div class='result'><h3><a href='https://other{n}.example/x'>Result {n}</a></h3><span"
    f" class='date'>Jan {n}, 2026</span><p>Words that were found, some of them in bold.</p></div>"
    for n in range(1, 9)
)
NAVIGATION = "<ul>" + "".join(f"<li><a href='/help/{n}'>Help {n}</a></li>" for n in range(30))
BLOG = "".join(
    f"<article class='post'><h2><a href='/2026/01/{n}/desk/'>Desk no {n}</a></h2><p>By <a"
    f" href='/author/ann'>Ann</a> on <time datetime='2026-01-0{n}'>x</time></p><p>An excerpt of"
    f" some length about desks and chairs.</p></article>"
    for n in range(1, 8)
)
PRICES = "<table>" + "".join(
    f"<tr><td>Plan {n}</td><td>{n}0 EUR</td><td>Jan {n}, 2026</td></tr>" for n in range(1, 9)
)


@pytest.mark.parametrize("body", [ARTICLE, SHOP, RESULTS, NAVIGATION, BLOG, PRICES, "", "<p>Hi"])
def test_what_is_no_forum_has_no_posts(body: str) -> None:
    page = read(f"<main>{body}</main>", url="https://desks.example/")
    assert (page.posts, page.threads, page.boards) == ((), (), ())


LIST = "".join(
    f"<div class='row'><a href='/discussion/{n}/hob-{n}'>Which hob, no {n}?</a> by <a"
    f" href='/profile/ann'>ann</a> <span class='count'>{n} replies</span> <span>{n}00 views</span>"
    f" <time datetime='2026-01-0{n}T10:00:00Z'>x</time></div>"
    for n in range(1, 6)
)


def test_an_unknown_board_lists_its_threads() -> None:
    page = read(LIST, url="https://desks.example/")
    assert [thread.title for thread in page.threads] == [
        f"Which hob, no {n}?" for n in range(1, 6)
    ]
    assert page.threads[0].url == "https://desks.example/discussion/1/hob-1"
    assert page.threads[0].active == 1767261600
    assert page.posts == ()


def test_answers_change_the_state_of_a_thread_and_readers_do_not() -> None:
    def states(html: str) -> list[str | None]:
        return [thread.state for thread in read(html, url="https://desks.example/").threads]

    before = states(LIST)
    assert None not in before
    assert states(LIST.replace("300 views", "317 views")) == before
    assert states(LIST.replace("3 replies", "4 replies"))[2] != before[2]


def test_an_unknown_index_lists_its_boards() -> None:
    index = "".join(
        f"<div><h3><a href='/forum/{name}/'>{name}</a></h3><p>{n} topics</p></div>"
        for n, name in enumerate(["kitchens", "baths", "tools"])
    )
    page = read(index, url="https://desks.example/")
    assert page.boards == tuple(
        f"https://desks.example/forum/{name}/" for name in ("kitchens", "baths", "tools")
    )


POST = "<div class=post><a href='/user/1'>ann</a><time datetime='2026-01-05'>x</time><p>Words"


@pytest.mark.parametrize(
    "html",
    [
        "<div class=post>" * 10_000,
        "<div>" * 10_000 + "</div>" * 10_000,
        POST * 3_000,
        "<p " + " ".join(f"a{n}=1" for n in range(20_000)) + ">",
        "<p " + "a='' " * 20_000 + ">",
    ],
    ids=["X12 open", "X12 closed", "X12 posts in posts", "X13", "X13 quoted"],
)
def test_pages_that_keep_a_parser_busy_are_refused(html: str) -> None:
    with pytest.raises(PoisonDocument):
        read(html)


@pytest.mark.parametrize(
    "html",
    [
        "<time datetime='2026-01-05T16:11:00Z'>x</time>" * 5_000,
        "<a href='/user/1'>x</a>" * 5_000,
        f"{POST}</div>" * 2_000,
        "<li><a href='/topic/1/x'>x</a> 3 replies</li>" * 3_000,
        "<p>" + "1" * 1_000_000,
        "<p data-page='" + "x=1 " * 100_000 + "'>",
    ],
    ids=["times", "authors", "posts", "rows", "digits", "a long attribute"],
)
def test_pages_with_much_of_the_same_are_read_in_time(html: str) -> None:
    began = time.process_time()
    with suppress(PoisonDocument):
        read(html, in_thread=True)
    assert time.process_time() - began < 5  # what a task of a parsing child may cost
