"""Lists of threads of software that has no selectors, each of three threads, and what leads on."""

from crawlers.forums.values import ListedThread

#: Of each list, the addresses that its threads must have, in part.
THREADS = ("12", "13", "14")


def _rows(row: str) -> str:
    """Return three rows; ``@N`` stands for a thread's number, ``@R`` for its answers."""
    return "".join(
        row.replace("@N", number).replace("@R", str(answers)).replace("@D", f"0{answers}")
        for number, answers in zip(THREADS, (3, 4, 5), strict=True)
    )


LISTS: dict[str, str] = {
    "vanilla": "<ul class='DataList Discussions'>"
    + _rows(
        """<li id="Discussion_@N" class="Item ItemDiscussion"><div class="ItemContent"><div
        class="Title"><a href="https://desks.example/discussion/@N/which-hob-@N">Which hob, @N?</a>
        </div><div class="Meta"><span class="MItem MCount ViewCount">@R00 views</span><span
        class="MItem MCount CommentCount"><span class="Number">@R</span> comments</span><span
        class="MItem LastCommentBy">Most recent by <a href="/profile/bob">bob</a></span><span
        class="MItem LastCommentDate"><time title="January @R, 2026 10:00AM"
        datetime="2026-01-@DT10:00:00+00:00">January @R</time></span><span
        class="MItem Category"><a
        href="/categories/kitchens">Kitchens</a></span></div></div></li>"""
    )
    + "</ul><a class='Next' rel='next' href='/discussions/p2'>»</a>",
    "question2answer": _rows(
        """<div class="qa-q-list-item" id="q@N"><div class="qa-q-item-stats"><div
        class="qa-voting"><span class="qa-netvote-count-data">0</span> votes</div><span
        class="qa-a-count"><span class="qa-a-count-data">@R</span> answers</span></div><div
        class="qa-q-item-main"><div class="qa-q-item-title"><a href="./@N/which-hob-is-the-best">
        Which hob, @N?</a></div><span class="qa-q-item-meta"><span
        class="qa-q-item-what">asked</span>
        <span class="qa-q-item-when"><time datetime="2026-01-@DT10:00:00+0000">Jan @R</time></span>
        in <a href="./kitchens" class="qa-category-link">Kitchens</a> by <a href="./user/ann"
        class="qa-user-link">ann</a></span></div></div>"""
    ),
    "drupal": "<table><tr><th>Topic</th><th>Replies</th><th>Last reply</th></tr>"
    + _rows(
        """<tr><td class="forum__title"><div><a href="/node/@N">Which hob, @N?</a></div><div>By <a
        href="/user/3" class="username">ann</a> on Mon, 01/05/2026 - 16:11</div></td><td
        class="forum__replies">@R</td><td class="forum__last-reply">By <a href="/user/9"
        class="username">bob</a> <time>@R hours ago</time></td></tr>"""
    )
    + "</table>",
    "redmine": "<table class='list messages'><thead><tr><th>Subject</th><th>Author</th><th>Created"
    "</th><th>Replies</th><th>Last message</th></tr></thead>"
    + _rows(
        """<tr class="message"><td class="subject"><a href="/boards/1/topics/@N">Which hob, @N?</a>
        </td><td class="author"><a class="user active" href="/users/5">ann</a></td><td
        class="created_on">01/0@R/2026 10:00 AM</td><td class="reply-count">@R</td><td
        class="last_message">Added by <a class="user" href="/users/6">bob</a> <a
        title="01/0@R/2026 11:00 AM" href="/projects/desk/activity?from=2026-01-05">2 days</a> ago
        <br><a href="/boards/1/topics/@N?r=9@N#message-9@N">RE: Which hob, @N?</a></td></tr>"""
    )
    + "</table>",
    "discuz": "<table id='threadlisttableid'>"
    + _rows(
        """<tbody id="normalthread_@N"><tr><td class="icn"><a
        href="forum.php?mod=viewthread&amp;tid=
        @N&amp;extra=page%3D1"><img src="f.gif"></a></td><th class="common"><a
        href="forum.php?mod=viewthread&amp;tid=@N&amp;extra=page%3D1" class="s xst">Which hob, @N?
        </a></th><td class="by"><cite><a href="home.php?mod=space&amp;uid=9">ann</a></cite><em>
        <span>2026-1-@R</span></em></td><td class="num"><a
        href="forum.php?mod=viewthread&amp;tid=@N"
        class="xi2">@R</a><em>90@R</em></td><td class="by"><cite><a href="home.php?mod=space&amp;
        username=bob">bob</a></cite><em><a
        href="forum.php?mod=redirect&amp;tid=@N&amp;goto=lastpost"
        >2026-1-@R 16:11</a></em></td></tr></tbody>"""
    )
    + "</table>",
    "old_table": "<table class='forumline'>"
    + _rows(
        """<tr><td class="row1"><img src="folder.gif"></td><td class="row1"><span
        class="topictitle"><a href="viewtopic.php?t=@N&amp;sid=0a1b2c" class="topictitle">Which
        hob,
        @N?</a></span></td><td class="row2"><span class="postdetails">@R</span></td><td
        class="row3"><span class="name"><a
        href="profile.php?mode=viewprofile&amp;u=3">ann</a></span>
        </td><td class="row2"><span class="postdetails">90@R</span></td><td class="row3Right"><span
        class="postdetails">Mon Jan 0@R, 2026 4:11 pm<br><a
        href="profile.php?mode=viewprofile&amp;u=4">bob</a> <a href="viewtopic.php?p=9@N#9@N"><img
        src="latest.gif"></a></span></td></tr>"""
    )
    + "</table>",
    "woltlab": "<div class='tabularBox messageGroupList'>"
    + _rows(
        """<ol class="tabularListRow wbbThread"><li class="columnSubject"><h3><a
        href="https://desks.example/forum/thread/@N-hob/" class="messageGroupLink wbbTopicLink"
        data-thread-id="@N">Which hob, @N?</a></h3><aside class="messageGroupInfo"><a
        href="https://desks.example/forum/user/3-ann/" class="username userLink">ann</a> <time
        datetime="2026-01-@DT10:00:00+01:00">@R. Januar</time></aside></li><li
        class="columnStats"><dl>
        <dt>Antworten</dt><dd>@R</dd><dt>Zugriffe</dt><dd>@R00</dd></dl></li><li
        class="columnLastPost"><a
        href="https://desks.example/forum/thread/@N-hob/?action=lastPost">
        <time datetime="2026-01-@DT12:00:00+01:00">@R. Januar</time></a></li></ol>"""
    )
    + "</div>",
    "bbpress": "<ul class='bbp-topics'><li class='bbp-body'>"
    + _rows(
        """<ul id="bbp-topic-@N" class="post-@N topic"><li class="bbp-topic-title"><a
        class="bbp-topic-permalink" href="https://desks.example/forums/topic/which-hob-@N/">Which
        hob,
        @N?</a><p>Started by: <a href="https://desks.example/users/ann/"
        class="bbp-author-link">ann</a></p></li><li class="bbp-topic-voice-count">2</li><li
        class="bbp-topic-reply-count">@R</li><li class="bbp-topic-freshness"><a
        href="https://desks.example/forums/topic/which-hob-@N/#post-9@N" title="Reply To: Which
        hob">
        @R days, 2 hours ago</a><p><a
        href="https://desks.example/users/bob/">bob</a></p></li></ul>"""
    )
    + "</li></ul>",
    "link_site": "<div class='sitetable linklisting'>"
    + _rows(
        """<div class="thing id-t3_@N link self" id="thing_t3_@N"><span class="rank">@R</span><div
        class="score unvoted">9@R</div><div class="entry"><p class="title"><a class="title"
        href="/r/desks/comments/@N/which_hob/">Which hob, @N?</a></p><p class="tagline">submitted
        <time datetime="2026-01-@DT10:00:00+00:00">2 days ago</time> by <a
        href="https://desks.example/user/ann" class="author">ann</a></p><ul
        class="flat-list"><li><a
        href="/r/desks/comments/@N/which_hob/" class="comments">@R comments</a></li></ul></div>
        </div>"""
    )
    + "</div><span class='next-button'><a href='?count=25&amp;after=t3_14' rel='next'>next"
    "</a></span>",
    "issue_tracker": "<div id='issue-list'>"
    + _rows(
        """<div class="flex-item"><div class="flex-item-main"><a class="issue-title"
        href="/ann/desk/issues/@N">Which hob, @N?</a><div class="flex-item-body"><a class="index"
        href="/ann/desk/issues/@N">#@N</a> opened <relative-time
        datetime="2026-01-@DT10:00:00Z">2 days ago</relative-time> by <a href="/ann">ann</a></div>
        </div><a class="flex-text-inline" href="/ann/desk/issues/@N"><span>@R</span></a></div>"""
    )
    + "</div>",
    "plain": "<table border=1><tr><th>Thread</th><th>Replies</th><th>Last</th></tr>"
    + _rows(
        """<tr><td><a href="show.cgi?board=2&msg=@N">Which hob, @N?</a><br><small>by ann
        </small></td><td align=center>@R</td><td>0@R/01/2026 16:11<br>by bob</td></tr>"""
    )
    + "</table>",
}


def numbers(threads: tuple[ListedThread, ...]) -> list[str]:
    """Return the number of each thread, as its address holds it."""
    return [next((one for one in THREADS if one in thread.url), "") for thread in threads]
