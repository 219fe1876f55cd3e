"""Pages of forum software, as each writes them, around the same few posts in our own words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Said:
    """A post to put on a page."""

    number: int
    author: str
    at: datetime
    words: str
    quotes: str = ""


POSTS = (
    Said(
        345,
        "ann",
        datetime(2026, 1, 5, 16, 11, tzinfo=UTC),
        "Twelve agents and one shared mailbox. Which help desk would you take?",
    ),
    Said(
        346,
        "bob.b",
        datetime(2026, 1, 5, 17, 2, tzinfo=UTC),
        "We took the small plan and never looked back.",
        quotes="Which help desk would you take?",
    ),
    Said(351, "Guest_Cem", datetime(2026, 1, 6, 8, 40, tzinfo=UTC), "Ask for the export first."),
)

TITLE = "Which help desk for twelve agents?"

#: Nothing of this may end up in a post.
NOISE = ("Fond of tea", "people like this", "Reply with quote", "Buy our desks", "Joined")


def document(body: str, *, html: str = "", head: str = "") -> str:
    """Return a whole page."""
    return (
        f"<!DOCTYPE html><html {html}><head><title>{TITLE} - Desk talk</title>{head}</head>{body}"
        "</html>"
    )


def us(said: Said, form: str = "%b %d, %Y at %I:%M %p") -> str:
    """Return when it was said, in words."""
    return said.at.strftime(form)


def phpbb(posts: Sequence[Said]) -> str:
    """Return a thread of phpBB 3.3, prosilver."""
    rows = "".join(
        f"""<div id="p{p.number}" class="post has-profile bg2"><div class="inner">
        <dl class="postprofile" id="profile{p.number}"><dt class="has-profile-rank no-avatar">
        <div class="avatar-container"></div><a href="./memberlist.php?mode=viewprofile&amp;u=9"
        class="username">{p.author}</a></dt><dd class="profile-joined"><strong>Joined:</strong> Mon
        Jan 02, 2012 1:00 pm</dd></dl><div class="postbody"><div id="post_content{p.number}">
        <h3><a href="./viewtopic.php?p={p.number}#p{p.number}">Re: {TITLE}</a></h3><ul
        class="post-buttons"><li><a href="./posting.php?mode=quote">Reply with quote</a></li></ul>
        <p class="author"><a class="unread" href="./viewtopic.php?p={p.number}&amp;sid=0a1b2c3d4e5f
        #p{p.number}" title="Post"></a><span class="responsive-hide">by <strong><a
        class="username">{p.author}</a></strong> &raquo; </span><time
        datetime="{p.at.isoformat()}">{us(p)}</time></p><div class="content">{
            _quoted(p, "<blockquote><div><cite>ann wrote:</cite>", "</div></blockquote>")
        }{p.words}</div>
        <div id="sig{p.number}" class="signature">Fond of tea</div></div></div></div></div>
        <hr class="divider">"""
        for p in posts
    )
    return document(
        f'<body id="phpbb" class="nojs"><h2 class="topic-title"><a href="./viewtopic.php?t=12">'
        f"{TITLE}</a></h2>{rows}</body>"
    )


def xenforo_2(posts: Sequence[Said]) -> str:
    """Return a thread of XenForo 2.2."""
    rows = "".join(
        f"""<article class="message message--post js-post" data-author="{p.author}"
        data-content="post-{p.number}" id="js-post-{p.number}"><div class="message-cell
        message-cell--user"><h4 class="message-name"><a class="username">{p.author}</a></h4><dl
        class="pairs"><dt>Joined</dt><dd>Jan 2, 2012</dd></dl></div><div
        class="message-cell message-cell--main"><header class="message-attribution"><ul><li><a
        href="/threads/help-desk.12/post-{p.number}"><time class="u-dt"
        datetime="{p.at.strftime("%Y-%m-%dT%H:%M:%S+0000")}">{us(p)}</time></a></li></ul></header>
        <div class="message-content"><div class="message-body"><div class="bbWrapper">{
            _quoted(
                p,
                '<blockquote class="bbCodeBlock bbCodeBlock--expandable bbCodeBlock--quote">',
                "</blockquote>",
            )
        }{p.words}</div></div><aside class="message-signature"><div
        class="bbWrapper">Fond of tea</div></aside></div><footer><div class="reactionsBar">3 people
        like this</div></footer></div></article>"""
        for p in posts
    )
    return document(
        f'<body><h1 class="p-title-value">{TITLE}</h1><div class="ad">Buy our desks</div>{rows}'
        "</body>",
        html='id="XF" data-app="public"',
    )


def xenforo_1(posts: Sequence[Said]) -> str:
    """Return a thread of XenForo 1.5."""
    rows = "".join(
        f"""<li id="post-{p.number}" class="sectionMain message" data-author="{p.author}"><div
        class="messageUserInfo"><h3 class="userText"><a class="username">{p.author}</a></h3><dl
        class="pairsJustified"><dt>Joined:</dt><dd>Jan 2, 2012</dd></dl></div><div
        class="messageInfo primaryContent"><div class="messageContent"><article><blockquote
        class="messageText SelectQuoteContainer ugc baseHtml">{
            _quoted(
                p,
                '<div class="bbCodeBlock bbCodeQuote"><aside><div class="attribution">ann:</div>',
                "</aside></div>",
            )
        }{p.words}<div class="messageTextEndMarker">&nbsp;</div></blockquote>
        </article></div><div class="messageMeta"><a class="datePermalink"
        href="threads/help-desk.12/#post-{p.number}"><span class="DateTime" title="{us(p)}">Jan 5
        </span></a></div></div><div class="baseHtml signature">Fond of tea</div></li>"""
        for p in posts
    )
    body = f'<body><div class="titleBar"><h1>{TITLE}</h1></div><ol>{rows}</ol></body>'
    return document(body, html='class="Public XenForo"')


def vbulletin_3(posts: Sequence[Said]) -> str:
    """Return a thread of vBulletin 3.8, with its tables."""
    rows = "".join(
        f"""<div id="edit{p.number}"><table id="post{p.number}" class="tborder"><tr><td
        class="thead"><div class="normal" style="float:right">#<a href="showpost.php?p={p.number}"
        id="postcount{p.number}">1</a></div><div class="normal"><a name="post{p.number}"></a>
        {us(p, "%m-%d-%Y, %I:%M %p")}</div></td></tr><tr><td class="alt2"><div
        id="postmenu_{p.number}"><a class="bigusername" href="member.php?u=9">{p.author}</a></div>
        <div class="smallfont">Joined: Jan 2012</div></td></tr><tr><td class="alt1"
        id="td_post_{p.number}"><div id="post_message_{p.number}">{
            _quoted(
                p,
                '<div><div class="smallfont">Quote:</div><table><tr><td class="alt2">',
                "</td></tr></table></div>",
            )
        }{p.words}</div><div>__________________<br>Fond of tea</div>
        </td></tr></table></div>"""
        for p in posts
    )
    return document(f'<body><td class="navbar"><h1>{TITLE}</h1></td><div id="posts">{rows}</div>')


def vbulletin_4(posts: Sequence[Said]) -> str:
    """Return a thread of vBulletin 4.2."""
    rows = "".join(
        f"""<li class="postbitlegacy postbitim postcontainer old" id="post_{p.number}"><div
        class="posthead"><span class="postdate old"><span class="date">{us(p, "%d.%m.%Y,")}&nbsp;
        <span class="time">{us(p, "%H:%M")}</span></span></span><span class="nodecontrols"><a
        class="postcounter" href="showthread.php?12-help-desk&amp;p={p.number}#post{p.number}">#1
        </a></span></div><div class="postdetails"><div class="userinfo"><a class="username
        offline popupctrl"><strong>{p.author}</strong></a><dl><dt>Joined</dt><dd>Jan 2012</dd></dl>
        </div><div class="postbody"><div class="content"><div id="post_message_{p.number}">
        <blockquote class="postcontent restore">{
            _quoted(p, '<div class="bbcode_container"><div class="bbcode_quote">', "</div></div>")
        }{p.words}</blockquote></div></div></div></div>
        <div class="signature">Fond of tea</div></li>"""
        for p in posts
    )
    return document(
        f'<body><h1><span class="threadtitle"><a>{TITLE}</a></span></h1><div id="postlist"><ol'
        f' id="posts" class="posts">{rows}</ol></div></body>'
    )


def vbulletin_5(posts: Sequence[Said]) -> str:
    """Return a thread of vBulletin 5."""
    rows = "".join(
        f"""<li data-node-id="{p.number}" class="b-post h-clearfix js-post"><div
        class="b-userinfo"><div class="b-userinfo__details"><div class="author h-text"><strong><a
        href="/member/9-ann" data-vbnamecard="9">{p.author}</a></strong></div></div></div><div
        class="b-post__content"><div class="b-post__timestamp"><time itemprop="dateCreated"
        datetime="{p.at.strftime("%Y-%m-%dT%H:%M:%S")}">{us(p)}</time></div><a
        class="b-post__count js-show-post-link" href="/forum/12-help-desk?p={p.number}#post{
            p.number
        }
        ">#1</a><div class="js-post__content-text restore h-wordwrap" itemprop="text">{
            _quoted(p, '<div class="bbcode_container"><div class="bbcode_quote">', "</div></div>")
        }{p.words}</div>
        <div class="post-signature">Fond of tea</div></div></li>"""
        for p in posts
    )
    return document(f'<body><h1 class="main-title">{TITLE}</h1><ul>{rows}</ul></body>')


def smf(posts: Sequence[Said]) -> str:
    """Return a thread of SMF 2.0."""
    rows = "".join(
        f"""<div class="windowbg"><div class="post_wrapper" id="msg{p.number}"><div
        class="poster"><h4><a href="/index.php?action=profile;u=9">{p.author}</a></h4><ul><li>
        Joined</li></ul></div><div class="postarea"><div class="keyinfo"><h5 id="subject_{
            p.number
        }">
        <a href="/index.php?topic=12.msg{p.number}#msg{p.number}">Re: {TITLE}</a></h5><div
        class="smalltext">&#171; <strong>Reply #1 on:</strong> {us(p, "%B %d, %Y, %I:%M:%S %p")}
        &#187;</div></div><ul class="quickbuttons"><li>Reply with quote</li></ul><div class="post">
        <div class="inner" id="msg_{p.number}">{
            _quoted(
                p,
                '<div class="quoteheader"><a>Quote from'
                ': ann on January 05, 2026</a></div><blockquote class="bbc_standard_quote">',
                "</blockquote>",
            )
        }{p.words}</div></div></div><div class="moderatorbar"><div
        class="signature">Fond of tea</div></div></div></div>"""
        for p in posts
    )
    return document(
        f'<body><div id="forumposts"><h3><span id="top_subject">{TITLE}</span></h3>{rows}</div>'
        "</body>"
    )


def mybb(posts: Sequence[Said]) -> str:
    """Return a thread of MyBB 1.8."""
    rows = "".join(
        f"""<div class="post" id="post_{p.number}"><div class="post_author scaleimages"><div
        class="author_information"><strong><span class="largetext"><a href="member.php?uid=9">
        {p.author}</a></span></strong></div><div class="author_statistics">Joined: Jan 2012</div>
        </div><div class="post_content"><div class="post_head"><div class="float_right"><strong><a
        href="showthread.php?tid=12&amp;pid={p.number}#pid{p.number}" id="post_url_{
            p.number
        }">#1</a>
        </strong></div><span class="post_date">{us(p, "%m-%d-%Y, %I:%M %p")}</span></div><div
        class="post_body scaleimages" id="pid_{p.number}">{
            _quoted(p, '<blockquote class="mycode_quote"><cite>ann Wrote:</cite>', "</blockquote>")
        }{p.words}</div><div
        class="signature scaleimages">Fond of tea</div></div><div class="post_controls">Reply with
        quote</div></div>"""
        for p in posts
    )
    return document(
        f'<body><table class="tborder"><tr><td class="thead"><div><strong>{TITLE}</strong></div>'
        f'</td></tr><tr><td id="posts_container"><div id="posts">{rows}</div></td></tr></table>'
        "</body>"
    )


def invision(posts: Sequence[Said]) -> str:
    """Return a topic of Invision Community 4.7."""
    rows = "".join(
        f"""<article id="elComment_{p.number}" class="cPost ipsBox ipsComment"><aside
        class="ipsComment_author cAuthorPane"><h3 class="cAuthorPane_author"><strong><a
        href="/profile/9-ann/">{p.author}</a></strong></h3><ul><li>Joined</li></ul></aside><div
        class="ipsColumn ipsColumn_fluid"><div id="comment-{p.number}_wrap"
        data-controller="core.front.core.comment"><div class="ipsComment_meta"><div><p
        class="ipsType_reset"><a href="/topic/12-help-desk/?do=findComment&amp;comment={p.number}">
        Posted <time datetime="{p.at.strftime("%Y-%m-%dT%H:%M:%SZ")}">{us(p)}</time></a></p></div>
        </div><div class="cPost_contentWrap"><div data-role="commentContent" class="ipsType_rich">{
            _quoted(
                p,
                '<blockquote class="ipsQuote"><div class="ipsQuote_citation">ann said:</div>',
                "</blockquote>",
            )
        }<p>{p.words}</p></div><div data-role="memberSignature">Fond of tea</div>
        </div></div></div></article>"""
        for p in posts
    )
    return document(f'<body><h1 class="ipsType_pageTitle"><span>{TITLE}</span></h1>{rows}</body>')


def fluxbb(posts: Sequence[Said]) -> str:
    """Return a topic of FluxBB 1.5."""
    rows = "".join(
        f"""<div id="p{
            p.number
        }" class="blockpost rowodd"><h2><span><span class="conr">#1</span> <a
        href="viewtopic.php?pid={p.number}#p{p.number}">{
            us(p, "%Y-%m-%d %H:%M:%S")
        }</a></span></h2>
        <div class="box"><div class="inbox"><div class="postbody"><div class="postleft"><dl><dt>
        <strong><a href="profile.php?id=9">{p.author}</a></strong></dt><dd>Joined: 2012-01-02</dd>
        </dl></div><div class="postright"><div class="postmsg">{
            _quoted(
                p,
                '<div class="quotebox"><cite>ann wrote:</cite><blockquote><div>',
                "</div></blockquote></div>",
            )
        }<p>{p.words}</p>
        </div><div class="postsignature"><hr>Fond of tea</div></div></div></div></div></div>"""
        for p in posts
    )
    return document(
        f'<body><div id="punviewtopic" class="pun"><ul class="crumbs"><li><a>Index</a></li><li>'
        f"<a>{TITLE}</a></li></ul>{rows}</div></body>"
    )


def discourse(posts: Sequence[Said]) -> str:
    """Return a topic as Discourse shows it to crawlers."""
    rows = "".join(
        f"""<div id="post_{place}" class="topic-body crawler-post"><div class="crawler-post-meta">
        <span class="creator" itemprop="author"><a itemprop="url" href="/u/ann"><span
        itemprop="name">{p.author}</span></a></span><span class="crawler-post-infos"><time
        class="post-time" datetime="{p.at.strftime("%Y-%m-%dT%H:%M:%SZ")}">{us(p)}</time></span>
        </div><div class="post" itemprop="text">{
            _quoted(
                p,
                '<aside class="quote"><div class="title">ann:</div><blockquote>',
                "</blockquote></aside>",
            )
        }<p>{p.words}</p></div>
        <div class="post-likes">3 people like this</div></div>"""
        for place, p in enumerate(posts, start=1)
    )
    return document(
        f'<body class="crawler"><div id="topic-title"><h1><a href="/t/help-desk/12">{TITLE}</a>'
        f"</h1></div>{rows}</body>"
    )


def askbot(posts: Sequence[Said]) -> str:
    """Return a question of Askbot with an answer and a comment on it."""

    def body(p: Said) -> str:
        return (
            f'<div class="post-body"><div class="js-editable"><div class="js-editable-content">'
            f"{_quoted(p, '<blockquote><p>', '</p></blockquote>')}<p>{p.words}</p></div></div>"
            f"</div>"
            f'<div class="post-update-info"><div class="post-update-info-author-name"><a'
            f' class="user-name-link" href="/users/9/ann/">{p.author}</a></div>asked <abbr'
            f' class="js-timeago" title="{p.at} +0000">{p.at}</abbr></div>'
        )

    question, answer, comment = posts
    return document(
        f"""<body><div id="js-post-{question.number}" class="js-post js-question"
        data-post-id="{question.number}"><h1 class="js-editable"><div class="js-editable-content">
        {TITLE}</div><button>edit</button></h1>{body(question)}</div><h2 class="js-answers-count">1
        Answer</h2><div id="js-post-{answer.number}" class="js-post js-answer"
        data-post-id="{answer.number}">{body(answer)}<div class="js-comment"
        id="js-post-{comment.number}" data-post-id="{comment.number}"><div class="js-comment-body">
        <p>{comment.words}</p></div><a class="js-comment-author" href="/users/8/">{comment.author}
        </a><span class="comment-age">(<abbr class="js-timeago" title="{comment.at} +0000"></abbr>)
        </span></div></div></body>"""
    )


def spirit(posts: Sequence[Said]) -> str:
    """Return a topic of Spirit."""
    rows = "".join(
        f"""<div class="comments_list__comment js-comment" id="c{place}" data-pk="{p.number}"><div
        class="comment__info"><div class="comment__info__username"><a
        class="comment__info__username__link" href="/user/9/"><span>{p.author}</span></a></div><ul
        class="comment__info__date"><li title="{us(p, "%b. %d, %Y, %I:%M %p")}">5 Jan</li></ul>
        </div><div class="comment__text js-comment-text">{
            _quoted(p, "<blockquote><p>", "</p></blockquote>")
        }<p>{p.words}</p></div><div class="comment__footer"><a>Reply with quote
        </a></div></div>"""
        for place, p in enumerate(posts, start=1)
    )
    return document(
        f'<body><div class="spirit_wrapper"><h1 class="headline">{TITLE}</h1><div'
        f' class="comments_list">{rows}</div></div></body>'
    )


def machina(posts: Sequence[Said]) -> str:
    """Return a topic of django-machina."""
    rows = "".join(
        f"""<div id="{p.number}" class="my-3 card post"><div class="card-body"><div
        class="row"><div class="col-md-10 post-content-wrapper"><h4 class="subject">Re: {TITLE} <a
        href="?post={p.number}#{p.number}">&#182;</a></h4><p><small class="text-muted">By: <a
        href="/forum/member/profile/9/">{p.author}</a> on {us(p, "%b. %d, %Y, %I:%M %p")}</small>
        </p><div class="post-content">{_quoted(p, "<blockquote><p>", "</p></blockquote>")}<p>
        {p.words}</p></div><div class="post-signature">Fond of tea</div></div><div class="col-md-2
        post-sidebar"><div class="username"><a href="/member/profile/9/"><b>{p.author}</b></a>
        </div></div></div></div></div>"""
        for p in posts
    )
    return document(f"<body><h1>{TITLE}</h1>{rows}</body>")


def wordpress(posts: Sequence[Said]) -> str:
    """Return an article of WordPress with comments, the later ones below the first."""
    inner = ""
    for p in reversed(posts):
        inner = f"""<ol class="children"><li id="comment-{p.number}" class="comment even depth-1">
        <article id="div-comment-{p.number}" class="comment-body"><footer class="comment-meta"><div
        class="comment-author vcard"><b class="fn"><a rel="ugc">{p.author}</a></b><span
        class="says">says:</span></div><div class="comment-metadata"><a
        href="https://blog.example/help-desks/#comment-{p.number}"><time
        datetime="{p.at.isoformat()}">{us(p)}</time></a></div></footer><div
        class="comment-content">{_quoted(p, "<blockquote><p>", "</p></blockquote>")}<p>{p.words}
        </p></div><div class="reply"><a>Reply with quote</a></div></article>{inner}</li></ol>"""
    return document(
        f'<body><article><h1 class="entry-title">{TITLE}</h1><p>An article.</p></article><div'
        f' id="comments">{inner.replace("children", "comment-list", 1)}</div></body>'
    )


def _quoted(said: Said, begin: str, end: str) -> str:
    return f"{begin}{said.quotes}{end}" if said.quotes else ""


THREADS: dict[str, Callable[[Sequence[Said]], str]] = {
    "phpBB": phpbb,
    "XenForo 2": xenforo_2,
    "XenForo 1": xenforo_1,
    "vBulletin 3": vbulletin_3,
    "vBulletin 4": vbulletin_4,
    "vBulletin 5": vbulletin_5,
    "SMF": smf,
    "MyBB": mybb,
    "Invision": invision,
    "FluxBB": fluxbb,
    "Discourse": discourse,
    "Askbot": askbot,
    "Spirit": spirit,
    "django-machina": machina,
    "WordPress comments": wordpress,
}
