"""Selectors of newer forum software, of questions and answers, and of comments on articles."""

from crawlers.forums.platform import Platform

DISCOURSE = Platform(
    name="Discourse",
    mark=".crawler-post, tr.topic-list-item, body.crawler, .category-list-item",
    board=".category-list a[itemprop=url], td.category a, .category-title-link",
    row="tr.topic-list-item, .topic-list > div[itemprop=itemListElement]",
    thread="a.title, a.raw-topic-link",
    replies="span.posts, td.replies",
    last="td:last-child, span[title='last post']",
    title="#topic-title h1, h1",
    post=".crawler-post",
    author="[itemprop=author] [itemprop=name], .creator a",
    time=("time.post-time[datetime]", "time[datetime]"),
    body=(
        ".post[itemprop=text]",
        ".post",
    ),
    permalink="a[itemprop=url][href*='/t/'], .crawler-post-infos a",
    ids_are_global=False,  # post_1 is the first of its topic
)

ASKBOT = Platform(
    name="Askbot",
    mark=".question-summary h2 a, .js-question[data-post-id], .js-answers-count, .js-answer",
    row=".question-summary, .short-summary",
    thread="h2 a",
    replies=".question-answers-count .item-count",
    last=".question-summary-user-info .js-timeago, .userinfo .timeago",
    title="h1 .js-editable-content",
    post=".js-question[data-post-id], .js-answer[data-post-id], .js-comment[data-post-id]",
    post_id=("id", "data-post-id"),
    author=".post-update-info-author-name .user-name-link, .js-comment-author",
    time=(".post-update-info .js-timeago", ".comment-age .js-timeago", ".js-timeago"),
    body=(
        ".post-body .js-editable-content",
        ".js-comment-body",
    ),
    following="a.next-page[href]",
    current="a.current-page",
)

SPIRIT = Platform(
    name="Spirit",
    mark=".spirit_wrapper .layout__topics, .spirit_wrapper .comments_list, .spirit .layout",
    board=".menu_list a[href*='/category/'], .categories a[href*='/category/']",
    row=".layout__topics__topic",
    thread="a.topic__link",
    replies=".topic__comments",
    last=".topic__date[title]",
    title="h1.headline",
    post=".comments_list__comment[data-pk]",
    post_id=("data-pk",),
    author=".comment__info__username__link span, .comment__info__username",
    time=(".comment__info__date li[title]", ".comment__info__date"),
    body=(".comment__text",),
    permalink="a[href*='/find/']",
    current=".paginator__button > span",
)

MACHINA = Platform(
    name="django-machina",
    mark=".card.forumlist, .card.topiclist, .post-content-wrapper .post-content",
    board="a.forum-name-link, .sub-forums a, .forum-name-col a[href]",
    row=".topiclist .card-body > .row, .topiclist .row:has(a.topic-name-link)",
    thread="a.topic-name-link",
    replies=".topic-count",
    last=".topic-last-post a[href*='post='], .topic-last-post small",
    post="div.card.post, div.post[id]",
    author=".username a, .text-muted a[href*='profile'], .username",
    time=(".post-content-wrapper small.text-muted", "small.text-muted"),
    body=(".post-content",),
    permalink=".subject a[href*='post=']",
    current=".page-item.active",
)

FLARUM = Platform(
    name="Flarum",
    mark="#flarum-content, #flarum-loading",
    row="#flarum-content li:has(> a[href*='/d/'])",
    thread="a[href*='/d/']",
    title="#flarum-content h1, h1",
    post="#flarum-content article",
    author=".PostUser-name, h3",
    time=(".PostMeta time[datetime]", "time[datetime]"),
    body=(".Post-body",),
    permalink="a[href*='/d/']",
    following="#flarum-content a[rel=next], #flarum-content a[href*='page=']:last-of-type",
)

FLASKBB = Platform(
    name="FlaskBB",
    mark=".flaskbb-breadcrumb, .category-body .forum-name a, .post-row .post-content[id^=pid]",
    board=".forum-name a, .forum-list a",
    row=".topic-row, .hover.clickable, .forum-row:has(.topic-name)",
    thread=".topic-name a",
    replies=".topic-stats, .topic-posts",
    last=".topic-last-post a, .topic-last-post time",
    title=".topic-header, .page-header, .topic-name h1, h1",
    post=".post-row[id^=pid], .post-row",
    author=".author-name a, .author-name",
    time=(".post-meta time[datetime]", ".post-meta time", ".post-meta a", ".post-meta"),
    body=(".post-content",),
    permalink=".post-meta a",
)

REDMINE = Platform(
    name="Redmine",
    mark=(
        "body.controller-messages, body.controller-boards, body.controller-issues, "
        "tr.message > td.last_message"
    ),
    board="table.boards a.board",
    row="tr.message, tr.issue",
    thread="td.subject a",
    replies="td.reply-count",
    last="td.last_message a[title], td.updated_on",
    title=".controller-messages #content > h2, .issue .subject h3",
    post="#content > .message, #replies .message, .issue.details, .journal.has-notes",
    opening="#content > .message, .issue.details",  # a topic's on each of its pages
    author=".author a.user, h4 a.user",
    time=(".author a[title]", "h4 a[title]"),
    body=(".description .wiki", ".wiki"),
    permalink="h4 a[href*='#message-'], a.journal-link",
    current="ul.pages li.current",
)

WORDPRESS = Platform(
    name="WordPress comments",
    mark="ol.comment-list, ol.commentlist, #comments .comment-body, .wp-block-comment-template",
    title=(
        "h1.entry-title, h1.post-title, .wp-block-post-title, "
        "h1:not(.site-title):not(.wp-block-site-title)"
    ),
    post=(
        "li.comment[id^=comment-], li.comment[id^=li-comment-], div.comment[id^=comment-], "
        ".wp-block-comment-template > li"
    ),
    post_id=("id",),
    author=(
        ".comment-author .fn, .comment-author cite, .comment-author b, .fn, "
        ".wp-block-comment-author-name"
    ),
    time=(
        ".comment-metadata time[datetime]",
        "time[datetime]",
        ".comment-meta a",
        ".comment-meta",
    ),
    body=(
        ".comment-content",
        ".comment-text",
        ".wp-block-comment-content",
        ".comment-body",
    ),
    permalink=".comment-metadata a, .comment-meta a[href*='#comment'], .wp-block-comment-date a",
    following=(
        ".comment-navigation .nav-next a, .comments-pagination a.next, "
        ".wp-block-comments-pagination-next[href]"
    ),
    opens=False,
)

OTHERS = (ASKBOT, SPIRIT, MACHINA, FLARUM, FLASKBB, REDMINE, DISCOURSE, WORDPRESS)
