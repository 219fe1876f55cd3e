"""Posts that pages state as data: microdata, and comments of articles in JSON-LD."""

from crawlers.forums.page import read_forum_page

QUESTIONS = """<div itemscope itemtype="https://schema.org/QAPage"><div
itemprop="mainEntity" itemscope itemtype="https://schema.org/Question" id="question"><h1
itemprop="name">Which hob?</h1><span
itemprop="upvoteCount">3</span><div itemprop="text"><p>Gas or induction?</p></div><time
itemprop="dateCreated" datetime="2026-01-05T16:11:00Z">x</time><div itemprop="author" itemscope
itemtype="https://schema.org/Person"><a href="/u/1"><span itemprop="name">ann</span></a></div>
<div itemprop="suggestedAnswer" itemscope itemtype="https://schema.org/Answer" id="answer-9"><div
itemprop="text"><blockquote>Gas?</blockquote><p>Induction.</p></div><time itemprop="dateCreated"
datetime="2026-01-05T17:11:00">x</time><a itemprop="url" href="/a/9">link</a><span
itemprop="author" itemscope itemtype="http://schema.org/Person"><meta itemprop="name"
content="bob"></span></div></div></div>"""

ARTICLE = """<script type="application/ld+json">{"@type": "BlogPosting", "headline": "On hobs",
"articleBody": "Hobs are hot.", "author": {"name": "Ed"}, "comment": [{"@type": "Comment", "text":
"Mine is not.", "author": {"name": "ann"}, "dateCreated": "2026-01-05T16:11:00Z"}]}</script>"""


def test_questions_and_answers_in_microdata_are_read() -> None:
    page = read_forum_page(QUESTIONS.encode(), url="https://q.example/q/1")
    first, second = page.posts
    assert (page.platform, page.title) == ("microdata", "Which hob?")
    assert (first.author, first.text, first.published) == ("ann", "Gas or induction?", 1767629460)
    assert (second.author, second.text, second.quoted) == ("bob", "Induction.", "Gas?")
    assert (second.id, second.url) == ("answer-9", "https://q.example/a/9")
    assert (first.opens, second.opens) == (None, False)


def test_comments_of_an_article_are_read_and_the_article_is_not() -> None:
    page = read_forum_page(ARTICLE.encode(), url="https://blog.example/hobs")
    (comment,) = page.posts
    assert (comment.author, comment.text, comment.opens) == ("ann", "Mine is not.", False)
