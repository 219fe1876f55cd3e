# ruff: noqa: RUF001  markup in Chinese and Japanese is meant
"""Pages of software that has no selectors: its markup as it writes it, around our own words."""

from collections.abc import Callable, Sequence

from tests.forum_pages import TITLE, Said, document, us

Theme = Callable[[Sequence[Said]], str]


def misago(posts: Sequence[Said]) -> str:
    """Misago 0.39: each post stated as microdata, its place in the page its only address."""
    rows = "".join(
        f"""<li id="post-{p.number}" class="post" itemscope
        itemtype="http://schema.org/DiscussionForumPosting"><div class="panel-body"><div
        class="post-side"><a href="/u/{p.author}/3/"><img alt=""></a><a class="item-title"
        href="/u/{p.author}/3/"><span itemprop="author">{p.author}</span></a><span
        class="user-postcount">12 posts</span></div><div class="post-heading"><a
        href="/t/help-desk/12/post/{p.number}/" class="posted-on"><time itemprop="datePublished"
        datetime="{p.at.isoformat()}">{us(p)}</time></a></div><div class="post-body"
        itemprop="articleBody"><article class="misago-markup">{
            quoted(p, "<aside class='quote-block'><blockquote>", "</blockquote></aside>")
        }<p>{
            p.words
        }</p></article></div><div class="post-footer">3 people like this</div></div></li>"""
        for p in posts
    )
    return document(f"<body><h1>{TITLE}</h1><ul class='posts-list'>{rows}</ul></body>")


def nodebb(posts: Sequence[Said]) -> str:
    """NodeBB 3, Harmony: an opening as one scope around all, answers as scopes within it."""
    rows = "".join(
        f"""<li component="post" data-index="{n}" data-pid="{p.number}" data-timestamp="{
            int(p.at.timestamp() * 1000)
        }" data-username="{p.author}" data-userslug="{p.author}" {
            'itemprop="comment" itemtype="http://schema.org/Comment" itemscope' if n else ""
        }><a component="post/anchor" data-index="{n}" id="{n + 1}"></a><meta
        itemprop="datePublished" content="{p.at.isoformat()}"><div itemprop="author" itemscope
        itemtype="https://schema.org/Person"><meta itemprop="name" content="{p.author}"><a
        class="fw-bold" href="/user/{p.author}">{p.author}</a> wrote <a class="permalink"
        href="/post/{p.number}"><span class="timeago" title="{p.at.isoformat()}"></span></a><a
        href="/post/{p.number}" class="post-index">#{n + 1}</a></div><div class="content"
        component="post/content" itemprop="text">{
            quoted(p, "<blockquote><p>", "</p></blockquote>")
        }<p>{p.words}</p></div><div component="post/footer"><div component="post/signature">Fond of
        tea</div><a href="#">3 people like this</a></div></li>"""
        for n, p in enumerate(posts)
    )
    return document(
        f"""<body><div itemid="/topic/12/help-desk" itemscope
        itemtype="https://schema.org/DiscussionForumPosting"><meta itemprop="headline"
        content="{TITLE}"><meta itemprop="text" content="{TITLE}"><meta itemprop="url"
        content="/topic/12/help-desk"><meta itemprop="datePublished"
        content="{posts[0].at.isoformat()}"><h1>{TITLE}</h1><ul component="topic">{rows}</ul></div>
        </body>"""
    )


def vanilla(posts: Sequence[Said]) -> str:
    """Vanilla 3: the opening in a box of its own, answers as a list."""

    def head(p: Said, kind: str) -> str:
        return f"""<div class="Item-Header {kind}Header"><div class="AuthorWrap"><span
        class="Author"><a title="{p.author}" href="/profile/{p.author}" class="PhotoWrap"><img
        alt=""></a><a href="/profile/{p.author}" class="Username">{p.author}</a></span><span
        class="AuthorInfo"><span class="MItem PostCount">Posts: 12</span></span></div><div
        class="Meta {kind}Meta"><span class="MItem DateCreated"><a href="/discussion/comment/{
            p.number
        }#Comment_{p.number}" class="Permalink"><time title="{us(p)}" datetime="{p.at.isoformat()}"
        >January 2026</time></a></span></div></div>"""

    def body(p: Said) -> str:
        return f"""<div class="Item-BodyWrap"><div class="Item-Body"><div class="Message
        userContent">{quoted(p, "<blockquote class='Quote UserQuote'>", "</blockquote>")}{
            p.words
        }</div><div class="Signature UserSignature userContent">Fond of tea</div><div
        class="Reactions">3 people like this</div></div></div>"""

    opening, *answers = posts
    rows = "".join(
        f'<li class="Item ItemComment" id="Comment_{p.number}"><div class="Comment">'
        f"{head(p, 'Comment')}{body(p)}</div></li>"
        for p in answers
    )
    return document(
        f"""<body><div class="MessageList Discussion"><div class="PageTitle"><h1>{TITLE}</h1></div>
        <div id="Discussion_12" class="Item ItemDiscussion"><div class="Discussion">{
            head(opening, "Discussion")
        }{body(opening)}</div></div></div><div class="CommentsWrap"><h2
        class="CommentHeading">Comments</h2><ul class="MessageList DataList Comments">{rows}</ul>
        </div><aside class="Panel"><h4>Who's online</h4><ul><li><a href="/profile/dora">dora</a>
        <time datetime="2026-01-07T08:00:00Z">2m</time></li></ul></aside></body>"""
    )


def question2answer(posts: Sequence[Said]) -> str:
    """Question2Answer, Snow: words before the author, points and votes around."""

    def meta(p: Said, what: str) -> str:
        return f"""<span class="qa-{what}-meta"><a class="qa-{what}-what" href="#{p.number}">{
            "asked" if what == "q-view" else "answered"
        }</a> <span class="qa-{what}-when"><span class="qa-{what}-when-data"><time
        itemprop="dateCreated" datetime="{p.at.isoformat()}">{us(p, "%b %d, %Y")}</time></span>
        </span> <span class="qa-{what}-who"><span class="qa-{what}-who-pad">by </span><span
        class="qa-{what}-who-data"><a href="../user/{p.author}" class="qa-user-link">{p.author}</a>
        </span> <span class="qa-{
            what
        }-who-points">(<span>120</span> points)</span></span></span>"""

    def content(p: Said, what: str) -> str:
        return f"""<div class="qa-{what}-content"><a name="{p.number}"></a><div
        class="entry-content">{quoted(p, "<blockquote>", "</blockquote>")}<p>{p.words}</p></div>
        </div>"""

    def votes() -> str:
        return '<div class="qa-voting"><span class="qa-netvote-count">3</span> votes</div>'

    opening, *answers = posts
    rows = "".join(
        f"""<div class="qa-a-list-item" id="a{p.number}">{votes()}<div
        class="qa-a-item-main">{content(p, "a-item")}{meta(p, "a-item")}<div
        class="qa-a-item-c-list"></div></div></div>"""
        for p in answers
    )
    return document(
        f"""<body><div class="qa-main-heading"><h1><a
        href="../12/help-desk"><span>{TITLE}</span></a>
        </h1></div><div class="qa-q-view" id="q{opening.number}">{votes()}<div
        class="qa-q-view-main">{content(opening, "q-view")}<div class="qa-q-view-tags"><a
        href="../tag/desk">desk</a></div>{meta(opening, "q-view")}</div></div><div
        class="qa-part-a-list"><h2>2 Answers</h2>{rows}</div></body>"""
    )


def link_site(posts: Sequence[Said]) -> str:
    """A link site: comments within comments, points before times."""

    def comment(p: Said, inner: str) -> str:
        return f"""<div class="thing id-t1_{p.number} comment" id="thing_t1_{p.number}"><div
        class="midcol"><div class="arrow up"></div></div><div class="entry"><p class="tagline"><a
        href="/user/{p.author}" class="author">{p.author}</a> <span class="score"
        title="4">4 points</span> <time title="{us(p)}" datetime="{p.at.isoformat()}"
        class="live-timestamp">2 days ago</time> <a class="numchildren">(1 child)</a></p><div
        class="usertext-body"><div class="md">{quoted(p, "<blockquote>", "</blockquote>")}<p>{
            p.words
        }</p></div></div><ul class="flat-list buttons"><li><a
        href="/r/desks/comments/12/help/{p.number}/">permalink</a></li><li><a>reply</a></li></ul>
        </div><div class="child"><div class="sitetable listing">{inner}</div></div></div>"""

    opening, *answers = posts
    inner = ""
    for p in reversed(answers):
        inner = comment(p, inner)
    return document(
        f"""<body><div class="sitetable linklisting"><div class="thing link id-t3_12 self"
        id="thing_t3_12"><div class="score">12</div><div class="entry"><p class="title"><a
        class="title" href="/r/desks/comments/12/help/">{TITLE}</a></p><p class="tagline">submitted
        <time title="{us(opening)}" datetime="{opening.at.isoformat()}">2 days ago</time> by <a
        href="/user/{opening.author}" class="author">{opening.author}</a></p><div
        class="expando"><div class="usertext-body"><div
        class="md"><p>{opening.words}</p></div></div>
        </div><ul class="flat-list buttons"><li><a href="/r/desks/comments/12/help/">2 comments</a>
        </li></ul></div></div></div><div class="commentarea"><div
        class="sitetable nestedlisting">{inner}</div></div></body>"""
    )


def news_table(posts: Sequence[Said]) -> str:
    """Comments as rows of a table, indented by a picture."""
    rows = "".join(
        f"""<tr class="athing comtr" id="{p.number}"><td><table border="0"><tr><td class="ind"
        indent="{n}"><img src="s.gif" width="{40 * n}"></td><td class="votelinks"><a
        id="up_{p.number}" href="vote?id={p.number}"><div class="votearrow"></div></a></td><td
        class="default"><div><span class="comhead"><a href="user?id={p.author}"
        class="hnuser">{p.author}</a> <span class="age" title="{
            p.at.strftime("%Y-%m-%dT%H:%M:%S")
        } {int(p.at.timestamp())}"><a href="item?id={
            p.number
        }">2 days ago</a></span> <span class="navs">| <a
        href="#{p.number - 1}">prev</a></span></span></div><br><div class="comment"><div
        class="commtext c00">{p.words}</div><div class="reply"><p><font size="1"><u><a
        href="reply?id={p.number}">reply</a></u></font></div></div></td></tr></table></td></tr>"""
        for n, p in enumerate(posts)
    )
    return document(f"<body><table class='comment-tree'>{rows}</table></body>")


def lithium(posts: Sequence[Said]) -> str:
    """Khoros: dates behind marks that order text from left to right."""
    rows = "".join(
        f"""<div class="lia-panel-message message-uid-{p.number}" data-lia-message-uid="{
            p.number
        }">
        <div class="lia-message-view-wrapper"><div class="lia-message-author-with-avatar"><span
        class="UserName lia-user-name"><a class="lia-link-navigation lia-page-link"
        href="/t5/user/viewprofilepage/user-id/9"><span>{p.author}</span></a></span><div
        class="lia-message-author-rank">Contributor</div></div><p class="lia-message-dates"><span
        class="DateTime lia-message-posted-on"><span class="local-date">\u200e{
            p.at.strftime("%m-%d-%Y")
        }</span> <span class="local-time">{p.at.strftime("%I:%M %p")}</span></span></p><div
        class="lia-message-body"><div class="lia-message-body-content">{
            quoted(p, "<blockquote><hr>", "<hr></blockquote>")
        }<p>{p.words}</p></div></div><div class="lia-message-footer">3 people like this <a
        href="/t5/Desks/Help/m-p/{p.number}#M{p.number}">Reply</a></div></div></div>"""
        for p in posts
    )
    return document(f"<body><h1>{TITLE}</h1><div class='linear-message-list'>{rows}</div></body>")


def bbpress(posts: Sequence[Said]) -> str:
    """bbPress: the head of each post is an element beside it."""
    rows = "".join(
        f"""<div id="post-{p.number}" class="bbp-reply-header"><div class="bbp-meta"><span
        class="bbp-reply-post-date">{
            us(p, "%B %d, %Y at %I:%M %p").lower().replace("january", "January")
        }
        </span><a href="https://desks.example/forums/topic/help/#post-{p.number}"
        class="bbp-reply-permalink">#{p.number}</a></div></div><div
        class="loop-item-{n} post-{p.number} reply type-reply"><div class="bbp-reply-author"><a
        href="https://desks.example/users/{p.author}/" class="bbp-author-link"><span
        class="bbp-author-name">{p.author}</span></a><div class="bbp-author-role">Participant</div>
        </div><div class="bbp-reply-content">{quoted(p, "<blockquote>", "</blockquote>")}<p>{
            p.words
        }</p></div></div>"""
        for n, p in enumerate(posts)
    )
    return document(
        f"""<body><h1 class="entry-title">{TITLE}</h1><ul id="topic-12-replies" class="forums
        bbp-replies"><li class="bbp-header">Author Posts</li><li class="bbp-body">{rows}</li></ul>
        </body>"""
    )


def drupal(posts: Sequence[Said]) -> str:
    """Drupal 10, forum: an article and its comments, US dates with a weekday and no am."""
    opening, *answers = posts
    rows = "".join(
        f"""<article id="comment-{p.number}" data-comment-user-id="9" class="comment
        js-comment by-viewer"><mark class="hidden" data-comment-timestamp="{
            int(p.at.timestamp())
        }"></mark><footer class="comment__meta"><article class="profile"></article><p
        class="comment__author"><a href="/user/9" class="username">{p.author}</a></p><p
        class="comment__time">{p.at.strftime("%a, %m/%d/%Y - %H:%M")}</p><p
        class="comment__permalink"><a href="/comment/{p.number}#comment-{p.number}"
        rel="bookmark">Permalink</a></p></footer><div class="comment__content"><h3><a
        href="/comment/{p.number}#comment-{p.number}" class="permalink" rel="bookmark">{
            p.words[:12]
        }</a></h3><div class="clearfix text-formatted field field--name-comment-body field__item">{
            quoted(p, "<blockquote>", "</blockquote>")
        }<p>{p.words}</p></div><ul class="links inline"><li class="comment-reply"><a
        href="/comment/reply/node/12/comment_forum/{
            p.number
        }">Reply</a></li></ul></div></article>"""
        for p in answers
    )
    return document(
        f"""<body><h1 class="page-title"><span>{TITLE}</span></h1><article class="node
        node--type-forum"><footer class="node__meta"><div class="node__submitted">Submitted by <a
        href="/user/3" class="username">{opening.author}</a> on {
            opening.at.strftime("%a, %m/%d/%Y - %H:%M")
        }</div></footer><div class="node__content"><div class="text-formatted field
        field--name-body"><p>{opening.words}</p></div></div></article><section
        class="comment-wrapper"><h2>Comments</h2>{rows}</section></body>"""
    )


def redmine(posts: Sequence[Said]) -> str:
    """Redmine's boards: the time only in a title, headings that repeat the subject."""
    opening, *answers = posts

    def said_by(p: Said, what: str) -> str:
        return (
            f'{what} by <a class="user active" href="/users/5">{p.author}</a> <a title="'
            f'{us(p, "%m/%d/%Y %I:%M %p")}" href="/projects/desk/activity?from=2026-01-05">2 days'
            "</a> ago"
        )

    rows = "".join(
        f"""<div class="message reply" id="message-{p.number}"><div class="contextual"><a
        title="Quote" href="/boards/1/topics/quote/{p.number}">Quote</a></div><h4
        class="reply-header"><a href="/forum/topic/12/help-desk?r={p.number}#message-{
            p.number
        }">RE: {TITLE}</a> - {said_by(p, "Added")}</h4><div class="wiki">{
            quoted(p, "<p>ann wrote:</p><blockquote>", "</blockquote>")
        }<p>{p.words}</p></div></div>"""
        for p in answers
    )
    return document(
        f"""<body><div id="content"><p class="breadcrumb"><a
        href="/projects/desk/boards">Forums</a>
        » </p><h2>{TITLE}</h2><div class="message"><p><span class="author">{
            said_by(opening, "Added")
        }</span></p><div class="wiki"><p>{opening.words}</p></div></div><h3
        class="comments">Replies (2)</h3>{rows}</div></body>"""
    )


def discuz(posts: Sequence[Said]) -> str:
    """Discuz! X3.4, in Chinese."""
    rows = "".join(
        f"""<div id="post_{p.number}"><table id="pid{p.number}" class="plhin"><tr><td class="pls"
        rowspan="2"><div id="favatar{p.number}" class="pls favatar"><div class="pi"><div
        class="authi"><a href="home.php?mod=space&amp;uid=9" class="xw1">{p.author}</a></div></div>
        <dl class="pil"><dt>积分</dt><dd>12</dd></dl></div></td><td class="plc"><div
        class="pi"><strong>
        <a href="forum.php?mod=redirect&amp;goto=findpost&amp;ptid=12&amp;pid={p.number}"
        id="postnum{p.number}">楼主</a></strong><div class="pti"><div class="authi"><em
        id="authorposton{p.number}">发表于 {p.at.year}-{p.at.month}-{p.at.day} {
            p.at.strftime("%H:%M:%S")
        }</em><span class="pipe">|</span><a
        href="forum.php?mod=viewthread&amp;tid=12&amp;authorid=9"
        >只看该作者</a></div>
        </div></div><div class="pct"><div class="pcb"><div class="t_fsz"><table>
        <tr><td class="t_f" id="postmessage_{p.number}">{
            quoted(p, "<div class='quote'><blockquote>", "</blockquote></div>")
        }{p.words}</td></tr></table></div></div></div></td></tr><tr><td class="plc plm"><div
        class="sign">Fond of tea</div></td></tr></table></div>"""
        for p in posts
    )
    return document(
        f"""<body><div id="postlist" class="pl bm"><h1 class="ts"><span
        id="thread_subject">{TITLE}</span></h1>{rows}</div></body>"""
    )


def old_table(posts: Sequence[Said]) -> str:
    """phpBB 2: a row for a post's head and words, a second one for its buttons."""
    rows = "".join(
        f"""<tr><td width="150" class="row1"><span class="name"><a name="{p.number}"></a><b>{
            p.author
        }</b></span><br><span class="postdetails">Regular<br><br>Joined: 02 Jan 2012<br>Posts: 12
        </span></td><td class="row1"><table><tr><td width="100%"><a
        href="viewtopic.php?p={p.number}#{p.number}"><img src="icon.gif"></a><span
        class="postdetails">Posted: {us(p, "%a %b %d, %Y %I:%M %p").lower().title()}<span
        class="gen">&nbsp;</span>&nbsp; &nbsp;Post subject: {TITLE}</span></td><td><a
        href="posting.php?mode=quote&amp;p={p.number}"><img src="q.gif" alt="Reply with quote"></a>
        </td></tr><tr><td colspan="2"><hr></td></tr><tr><td colspan="2"><span class="postbody">{
            quoted(
                p,
                "</span><table><tr><td><span class='genmed'><b>ann wrote:</b></span></td></tr><tr>"
                "<td class='quote'>",
                "</td></tr></table><span class='postbody'>",
            )
        }{p.words}<br>_________________<br>Fond of tea</span></td></tr></table></td></tr><tr><td
        class="row1"><span class="nav"><a href="#top">Back to top</a></span></td><td
        class="row1"><a href="profile.php?mode=viewprofile&amp;u=9"><img alt="View
        profile"></a></td>
        </tr><tr><td class="spaceRow" colspan="2"></td></tr>"""
        for p in posts
    )
    return document(
        f"""<body><a class="maintitle" href="viewtopic.php?t=12">{TITLE}</a><table
        class="forumline">{rows}</table></body>"""
    )


def proboards(posts: Sequence[Said]) -> str:
    """ProBoards: a time in milliseconds, a time of the last edit beside it."""
    rows = "".join(
        f"""<tr class="item post" id="post-{p.number}"><td><table class="show-user"><tr><td
        class="left-panel"><div class="mini-profile"><a href="/user/9"
        class="user-link user-9 o-user-link" title="@{p.author}"><span itemprop="name">{p.author}
        </span></a><div class="info">Posts: 12</div></div></td><td class="content"><div
        class="content-head"><div class="float-left"><span class="date"><abbr
        class="o-timestamp time" data-timestamp="{int(p.at.timestamp() * 1000)}"
        title="{us(p, "%b %d, %Y %H:%M:%S")}">{us(p)}</abbr></span></div><div
        class="controls"><a href="/post/{p.number}/quote/12">Quote</a></div></div><article><div
        class="message">{quoted(p, "<div class='quote'><div class='quote_body'>", "</div></div>")}{
            p.words
        }</div></article><div class="edited_by">Last Edit: <abbr class="o-timestamp time"
        data-timestamp="1767900000000">Jan 8, 2026</abbr> by dora</div><div
        class="signature">Fond of tea</div></td></tr></table></td></tr>"""
        for p in posts
    )
    return document(f"<body><h1>{TITLE}</h1><table class='list'>{rows}</table></body>")


def issue_tracker(posts: Sequence[Said]) -> str:
    """Gitea's issues: an opening and comments, their times relative in words."""
    rows = "".join(
        f"""<div class="timeline-item comment {"first" if not n else ""}" id="issuecomment-{
            p.number
        }"><a class="timeline-avatar" href="/{p.author}"><img></a><div class="content
        comment-container"><div class="comment-header"><div class="comment-header-left"><span
        class="text grey muted-links"><a class="author" href="/{p.author}">{p.author}</a> commented
        <a href="#issuecomment-{p.number}" id="issuecomment-{p.number}-a"><relative-time
        datetime="{p.at.isoformat()}" threshold="P30D">2 days ago</relative-time></a></span></div>
        </div><div class="ui attached segment comment-body"><div id="issuecomment-{
            p.number
        }-content"
        class="render-content markup">{quoted(p, "<blockquote>", "</blockquote>")}<p>{p.words}</p>
        </div></div></div></div>"""
        for n, p in enumerate(posts)
    )
    event = """<div class="timeline-item event" id="event-9"><span class="text grey"><a
        class="author" href="/dora">dora</a> closed this <relative-time
        datetime="2026-01-07T10:00:00Z">today</relative-time></span></div>"""
    return document(f"<body><h1>{TITLE} <span>#12</span></h1>{rows}{event}</body>")


def woltlab(posts: Sequence[Said]) -> str:
    """WoltLab Suite, in German."""
    rows = "".join(
        f"""<li id="post{p.number}" class="anchorFixedHeader"><article class="wbbPost message
        jsMessage userOnlineGroupMarking3" data-post-id="{p.number}" data-user-id="9"><aside
        class="messageSidebar member"><div class="messageAuthor"><div
        class="messageAuthorContainer"><a href="https://desks.example/user/9-{p.author}/"
        class="username userLink" data-object-id="9"><span>{p.author}</span></a></div></div><div
        class="userCredits"><dl><dt>Beiträge</dt><dd>12</dd></dl></div></aside><div
        class="messageContent"><header class="messageHeader"><ul class="messageHeaderMetaData"><li>
        <a href="https://desks.example/thread/12-help/?postID={p.number}#post{p.number}"
        class="permalink messagePublicationTime"><time datetime="{p.at.isoformat()}"
        class="datetime">5. Januar 2026</time></a></li></ul></header><div class="messageBody"><div
        class="messageText">{
            quoted(
                p,
                "<blockquote class='quoteBox'><div class='quoteBoxContent'>",
                "</div></blockquote>",
            )
        }<p>{p.words}</p></div></div><footer class="messageFooter"><div
        class="messageSignature"><div>Fond of tea</div></div><ul
        class="messageFooterButtons"><li>Zitieren</li></ul></footer></div></article></li>"""
        for p in posts
    )
    return document(
        f"<body><h1 class='contentTitle'>{TITLE}</h1><ul class='wbbThreadPostList'>{rows}"
        "</ul></body>"
    )


def static_comments(posts: Sequence[Said]) -> str:
    """A static blog with its comments in the page."""
    rows = "".join(
        f"""<article class="static-comment" id="comment{n}"><img class="static-comment-avatar"><h3
        class="static-comment-name">{p.author}</h3><div class="static-comment-datetime">{
            us(p, "%A, %B %d, %Y at %H:%M")
        } UTC</div><div class="static-comment-content"><p>{p.words}</p></div></article>"""
        for n, p in enumerate(posts, start=1)
    )
    return document(
        f"""<body><article class="entry"><h1>{TITLE}</h1><div class="post-meta">In
        <a href="/tag/desk">desks</a>, four minutes</div><p>{
            "Desks are flat, and most of them are brown. " * 20
        }</p></article><section class="comments"><h2>3 comments</h2>{rows}</section></body>"""
    )


def without_classes(posts: Sequence[Said]) -> str:
    """A board by hand: fonts and rules, no class anywhere."""
    rows = "".join(
        f"""<tr bgcolor="#eeeeee"><td valign="top"><b>{p.author}</b><br><font size="1">Posts:
        12</font></td><td><font size="1">Posted {us(p, "%m/%d/%Y %I:%M:%S %p")}</font><hr>{p.words}
        </td></tr>"""
        for p in posts
    )
    return document(f"<body><h2>{TITLE}</h2><table border=1>{rows}</table></body>")


def anonymous_board(posts: Sequence[Said]) -> str:
    """A board of the Japanese kind: definitions, a weekday within the date."""
    rows = "".join(
        f"""<dt>{n} ：<a href="mailto:sage"><b>{p.author}</b></a>：{p.at.strftime("%Y/%m/%d")}({
            "月火水木金土日"[p.at.weekday()]
        }) {p.at.strftime("%H:%M:%S")}.12 ID:a{p.number}xyz</dt><dd>{p.words}<br><br></dd>"""
        for n, p in enumerate(posts, start=1)
    )
    return document(f"<body><h1>{TITLE}</h1><dl class='thread'>{rows}</dl></body>")


def trac(posts: Sequence[Said]) -> str:
    """Trac's tickets: who said it stands in a heading, the time in a link's title."""
    opening, *answers = posts

    def when(p: Said) -> str:
        return (
            f'<a class="timeline" href="/timeline?from={p.at.isoformat()}&amp;precision=second"'
            f' title="See timeline at {us(p, "%b %d, %Y, %I:%M:%S %p")}">2 days ago</a>'
        )

    rows = "".join(
        f"""<div class="change" id="trac-change-{n}-{p.number}"><h3 class="change"
        id="comment:{n}"><span class="threading"><span class="cnum"><a href="#comment:{
            n
        }">comment:{n}</a></span></span><span class="changes">by <span class="avatar"></span><span
        class="trac-author">{p.author}</span>, {
            when(p)
        }</span></h3><div class="trac-ticket-buttons">
        <form><input type="submit" value="Reply"></form></div><div class="comment searchable">{
            quoted(p, "<blockquote class='citation'>", "</blockquote>")
        }<p>{p.words}</p></div></div>"""
        for n, p in enumerate(answers, start=1)
    )
    return document(
        f"""<body><div id="ticket"><div class="date"><p>Opened {when(opening)}</p><p>Last
        modified <a
        class="timeline" href="/timeline" title="See timeline at Jan 8, 2026, 10:00:00
        AM">today</a>
        </p></div><h1 class="searchable"><span class="summary">{TITLE}</span></h1><table
        class="properties"><tr><th id="h_reporter">Reported by:</th><td headers="h_reporter"><a
        class="trac-author" href="/query?reporter={opening.author}">{opening.author}</a></td><th
        id="h_owner">Owned by:</th><td headers="h_owner"></td></tr></table><div
        class="description"><div class="searchable"><p>{opening.words}</p></div>
        </div></div><div id="changelog">{rows}</div></body>"""
    )


def quoted(said: Said, begin: str, end: str) -> str:
    """Return what a post quotes, between the tags of its software."""
    return f"{begin}{said.quotes}{end}" if said.quotes else ""


THEMES: dict[str, Theme] = {
    theme.__name__: theme
    for theme in (
        misago,
        nodebb,
        vanilla,
        question2answer,
        link_site,
        news_table,
        lithium,
        bbpress,
        drupal,
        redmine,
        discuz,
        old_table,
        proboards,
        issue_tracker,
        woltlab,
        static_comments,
        without_classes,
        anonymous_board,
        trac,
    )
}
