"""Posts that a page states as schema.org microdata, as question sites and some boards do.

One walk over the page: each property belongs to the nearest scope around it, which the walk knows
of its parent, so that nesting costs nothing.
"""

from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawlers.forums.nodes import attribute, inner_html

_KINDS = frozenset(
    {"discussionforumposting", "socialmediaposting", "question", "comment", "answer"}
)
_OPENINGS = frozenset({"discussionforumposting", "socialmediaposting", "question"})
# fmt: off
_WANTED = frozenset({
    "text", "articlebody", "commenttext", "author", "creator", "name", "datepublished",
    "datecreated", "commenttime", "url", "headline",
})
# fmt: on
_MAX_ELEMENTS = 100_000
_MAX_SCOPES = 2_000


@dataclass(slots=True)
class MicroPost:
    """A post as the page marks it up; every field may be empty."""

    opens: bool
    node: LexborNode
    said: dict[str, str] = field(default_factory=dict)
    markup: str = ""


@dataclass(slots=True)
class _Scope:
    post: MicroPost | None = None
    author_of: MicroPost | None = None  # a Person within a post


def micro_posts(tree: LexborHTMLParser) -> list[MicroPost]:
    """Return the posts that the page marks up, in their order."""
    if tree.body is None or tree.css_first("[itemscope][itemtype]") is None:
        return []
    found: list[MicroPost] = []
    scopes: dict[int, _Scope] = {}
    nothing = _Scope()
    for count, node in enumerate(tree.body.traverse()):
        if count > _MAX_ELEMENTS or len(found) > _MAX_SCOPES:
            break
        around = scopes.get(node.parent.mem_id, nothing) if node.parent else nothing
        attributes = node.attributes
        properties = (attributes.get("itemprop") or "").lower().split()
        inside = around
        if "itemscope" in attributes:
            inside = _entered(node, around, properties, found)
        if inside is not nothing:
            scopes[node.mem_id] = inside
        _note(node, around, properties)
    return [post for post in found if post.markup]


def _entered(
    node: LexborNode, around: _Scope, properties: list[str], found: list[MicroPost]
) -> _Scope:
    kind = attribute(node, "itemtype").rstrip("/").rpartition("/")[2].lower()
    if kind in _KINDS:
        post = MicroPost(opens=kind in _OPENINGS, node=node)
        found.append(post)
        return _Scope(post=post)
    if around.post is not None and {"author", "creator"} & set(properties):
        return _Scope(author_of=around.post)
    # a page or a rating between a post and its properties hides them
    return _Scope() if kind not in {"webpage", "qapage", ""} else around


def _note(node: LexborNode, around: _Scope, properties: list[str]) -> None:
    for name in _WANTED.intersection(properties):
        if around.author_of is not None and name == "name":
            around.author_of.said.setdefault("author", _value(node))
        elif around.post is not None and name in {"text", "articlebody", "commenttext"}:
            around.post.markup = around.post.markup or inner_html(node)
        elif around.post is not None and "itemscope" not in node.attributes:
            value = _time(node) if name[:4] in {"date", "comm"} else _value(node)
            around.post.said.setdefault("author" if name == "creator" else name, value)


def _time(node: LexborNode) -> str:
    return attribute(node, "datetime") or attribute(node, "content") or _value(node)


def _value(node: LexborNode) -> str:
    href = attribute(node, "href")
    if href and "url" in attribute(node, "itemprop").lower().split():
        return href
    return attribute(node, "content") or node.text()[:400].strip()
