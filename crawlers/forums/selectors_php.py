"""Selectors of the classic boards, most of them in PHP, of which most forums are made."""

from crawlers.forums.platform import Platform

PHPBB = Platform(
    name="phpBB",
    mark=(
        "body#phpbb, a.topictitle, a.forumtitle, .postbody .postauthor, span.postbody, "
        "dl.postprofile, h2.topic-title a[href*='viewtopic']"
    ),
    board="a.forumtitle, a.subforum, a.forumlink, a.subforum.read",
    row="ul.topiclist.topics > li.row, table.forumbg tr, tr:has(> td a.topictitle)",
    thread="a.topictitle",
    replies="dd.posts, td.posts, td.row2 .postdetails",
    last=(
        "dd.lastpost time[datetime], dd.lastpost a[href*='p='], td.lastpost a[href*='p='], "
        "td.row3Right .postdetails"
    ),
    title="h2.topic-title, h2 a[href*='viewtopic'], h3 a[href*='viewtopic'], a.maintitle",
    post="div.post[id^=p], div.post.has-profile",
    author=(
        ".postprofile .username, .postprofile .username-coloured, "
        "p.author .username, p.author .username-coloured, p.author strong"
    ),
    time=("p.author time[datetime]", "p.author"),
    body=(".content",),
    permalink="p.author a[href*='p='], h3 a[href*='#p']",
    following=".pagination a[rel=next], .pagination li.next a, a.right-box[href*='start=']",
    current=".pagination li.active, .pagination strong",
)

XENFORO_2 = Platform(
    name="XenForo 2",
    mark="html#XF, .structItem--thread, article.message--post",
    board="h3.node-title a, .node-subNodeFlatList a",
    row=".structItem--thread",
    thread=".structItem-title a[href*='/threads/'], .structItem-title a[data-tp-primary]",
    replies=".structItem-cell--meta dd",
    last=".structItem-latestDate[datetime], time.structItem-latestDate",
    title="h1.p-title-value",
    post="article.message--post, article.message--article",
    post_id=("data-content", "id"),
    author=".message-name .username, .message-userDetails .username",
    author_attribute="data-author",
    time=(".message-attribution time[datetime]", "time.u-dt[datetime]"),
    body=(
        ".message-body .bbWrapper",
        ".message-body",
    ),
    permalink=".message-attribution a[href*='post-'], .message-attribution a[href*='/posts/']",
    following="a.pageNav-jump--next",
    current=".pageNav-page--current",
)

XENFORO_1 = Platform(
    name="XenForo 1",
    mark="html.XenForo, li.discussionListItem, li.message[data-author]",
    board=".nodeTitle a, .subForumList a",
    row="li.discussionListItem",
    thread="h3.title a.PreviewTooltip, h3.title a[href*='threads/']",
    replies=".stats .major dd",
    last=".lastPostInfo .DateTime, .lastPost .DateTime",
    title=".titleBar h1",
    post="li.message[id^=post-]",
    author=".messageUserInfo a.username, a.username",
    author_attribute="data-author",
    time=(".messageMeta .DateTime", ".privateControls .DateTime", ".DateTime"),
    body=("blockquote.messageText",),
    permalink="a.datePermalink, a.hashPermalink",
    current=".PageNav a.currentPage",
)

VBULLETIN_5 = Platform(
    name="vBulletin 5",
    mark="li.b-post[data-node-id], tr.topic-item, .forum-list-container",
    board="a.forum-title",
    row="tr.topic-item",
    thread="a.topic-title",
    replies=".posts-count",
    last=".lastpost-date, .cell-lastpost .post-date",
    title="h1.main-title, h1",
    post="li.b-post[data-node-id]",
    post_id=("data-node-id",),
    author=".b-userinfo__details .author a, .b-userinfo__details [itemprop=name], .author a",
    time=(".b-post__timestamp time[datetime]", "time[datetime]"),
    body=(".js-post__content-text",),
    permalink="a.b-post__count",
    following="a.js-pagenav-next-button[href], a.right-arrow[href]",
    current=".js-pagenav-button.h-active, a.b-button--primary.js-pagenav-button",
)

VBULLETIN_4 = Platform(
    name="vBulletin 4",
    mark="#postlist, li.threadbit, .forumbit_post, ol#threads",
    board=".forumtitle a, .forumbit_post h2 a, .subforum a",
    row="li.threadbit",
    thread="a.title[id^=thread_title_], a.title",
    replies=".threadstats a.understate, .threadstats li",
    last=".threadlastpost dd:last-child, .threadlastpost a.lastpostdate",
    title=".threadtitle a, .threadtitle",
    post="li.postbitlegacy[id^=post_], li.postbit[id^=post_], li.postcontainer[id^=post_]",
    author=".userinfo a.username strong, .userinfo .username, a.username, span.username",
    time=(".postdate .date", ".posthead .date"),
    body=(
        "blockquote.postcontent",
        ".postcontent",
        "div[id^=post_message_]",
    ),
    permalink="a.postcounter",
    following=".pagination a[rel=next], span.prev_next a[rel=next]",
    current=".pagination span.selected",
)

VBULLETIN_3 = Platform(
    name="vBulletin 3",
    mark="div[id^=post_message_], td[id^=td_threadtitle_], #threadslist, a[id^=thread_title_]",
    board="td[id^=f] a[href*='forumdisplay'], .alt1Active a[href*='forumdisplay']",
    row="#threadslist tr:has(td[id^=td_threadtitle_]), tr:has(> td[id^=td_threadtitle_])",
    thread="a[id^=thread_title_]",
    replies="a[href*='whoposted']",
    last="td.alt2[title*='Replies'] .smallfont, td.alt2 .smallfont",
    title="td.navbar strong, h1",
    post="table[id^=post]:has(div[id^=post_message_])",
    author="a.bigusername, .bigusername, div[id^=postmenu_]",
    time=("td.thead", "td.tcat .normal"),
    body=("div[id^=post_message_]",),
    permalink="a[id^=postcount], a[href*='showpost.php']",
    following=".pagenav a[rel=next]",
    current=".pagenav td.alt2 strong, .pagenav .alt2",
)

SMF = Platform(
    name="SMF",
    mark=(
        "#forumposts, #messageindex, #boardindex_table, #topic_container, .boardindex_table, "
        "#quickModForm .post_wrapper, td.windowbg2 a.subject"
    ),
    board="a.subject[href*='board'], .board_name a.subject, a.mobile_subject[href*='board']",
    row=(
        "#messageindex tbody tr, #topic_container > div, #messageindex .windowbg, "
        "tr:has(span[id^=msg_])"
    ),
    thread="span[id^=msg_] a, .subject a[href*='topic'], .message_index_title a",
    replies="td.stats, .board_stats, .stats",
    last="td.lastpost, .lastpost",
    title="#top_subject, #forumposts h3 span, h2.display_title, #forumposts .catbg",
    post="#forumposts .post_wrapper, .post_wrapper",
    post_id=("id",),
    author=".poster h4 a, .poster h4",
    time=(".postinfo .smalltext", ".keyinfo .smalltext", ".keyinfo .postinfo", ".keyinfo"),
    body=(
        ".post .inner",
        ".inner",
    ),
    permalink=".keyinfo h5 a, .postinfo a.smalltext, .keyinfo a[href*='msg']",
    following=".pagelinks a.nav_page:last-of-type:not([href*='prev']), a.next_page",
    current=".pagelinks .current_page, .pagelinks strong",
)

MYBB = Platform(
    name="MyBB",
    mark=(
        ".post_body.scaleimages, tr.inline_row, .post .author_information, td.trow1 a.subject_new"
    ),
    board="td.trow1 strong > a[href*='forum'], td.trow2 strong > a[href*='forum']",
    row="tr.inline_row",
    thread="span[id^=tid_] a, span.subject_new a, span.subject_old a, .subject_old",
    replies="a[href*='whoPosted'], a[onclick*='whoPosted'], td.mobile-remove",
    last="span.lastpost",
    title="td.thead strong, .thead strong, h1",
    post="div.post[id^=post_], table[id^=post_]",
    author=".author_information .largetext a, .author_information .largetext, .largetext",
    time=(".post_date span[title]", ".post_date"),
    body=(".post_body",),
    permalink=".post_head a[href*='pid'], a[id^=post_url_], a[href*='#pid']",
    following="a.pagination_next",
    current="span.pagination_current",
)

INVISION = Platform(
    name="Invision",
    mark=(
        "article[id^=elComment_], li.ipsDataItem[data-rowid], .cForumRow, .cTopicTitle, "
        "[data-controller*='forums.front'], .ipsForumGrid, .post_block"
    ),
    board=(
        ".cForumRow .ipsDataItem_title a, .cForumGrid__title a, .ipsDataItem_subList a, "
        "h4.forum_name a, .cForumMiniList a"
    ),
    row="li.ipsDataItem[data-rowid], li.ipsData__item[data-rowid], tr[id^=trow_]",
    thread=".ipsDataItem_title a[href*='topic'], .ipsData__title a, a.topic_title",
    replies=".ipsDataItem_stats_number, .ipsData__stats li, .desc a[href*='who']",
    last=".ipsDataItem_lastPoster time[datetime], time[datetime], .last_post a",
    title="h1.ipsType_pageTitle, h1.ipsPageHeader__title, h1.ipsType_pagetitle, h1",
    post="article[id^=elComment_], .post_block[id^=post_id_]",
    author=(
        ".cAuthorPane_author a, .ipsComment_author a[href*='profile'], h3 a[href*='profile'], "
        ".cAuthorPane_author, .author .name, .vcard .fn"
    ),
    time=(".ipsType_reset time[datetime]", "time[datetime]", "abbr.published"),
    body=(
        "[data-role=commentContent]",
        ".post.entry-content",
    ),
    permalink="a[href*='findComment'], a[href*='#comment-'], a[rel=bookmark]",
    following="li.ipsPagination_next:not(.ipsPagination_inactive) a, a.ipsPagination__next",
    current="li.ipsPagination_active",
)

FLUXBB = Platform(
    name="FluxBB",
    mark=(
        "div.blockpost, #punviewforum, #punindex, #punviewtopic, .punbb, "
        "#brd-viewforum, #brd-viewtopic, #brd-index"
    ),
    board="h3 > a[href*='viewforum'], .hn a[href*='viewforum'], h3 > a[href*='forum']",
    row="#vf tbody tr, #punviewforum tbody tr, .main-item[id^=topic]",
    thread=".tclcon a[href*='topic'], .hn a[href*='topic']",
    replies="td.tc2, .info-replies strong",
    last="td.tcr a, .info-lastpost a",
    title=".crumbs li:last-child a, h1.main-title a, .main-title a",
    post="div.blockpost, div.post[id^=p]",
    author=".postleft dt a, .postleft dt strong, .post-byline a, .author .username",
    time=("h2 a[href*='#p']", ".post-link a", ".posthead a.permalink"),
    body=(
        ".postmsg",
        ".entry-content",
    ),
    permalink="h2 a[href*='#p'], a.permalink",
    current=".pagelink strong, .paging strong",
)

CLASSIC = (
    XENFORO_2,
    XENFORO_1,
    VBULLETIN_5,
    VBULLETIN_4,
    MYBB,
    VBULLETIN_3,
    SMF,
    INVISION,
    FLUXBB,
    PHPBB,  # its marks are the least distinct
)
