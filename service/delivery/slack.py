"""News for Slack: Block Kit with a text beside it, in which strangers' words mean nothing.

Slack reads `&`, `<` and `>` as its own; escaped, no mention and no disguised link can be made of
what somebody wrote. ``verbatim`` keeps it from making links of bare addresses. The same messages
do for Mattermost and Rocket.Chat, which read ``text``.

Source: Slack, "Formatting text for app surfaces" and "Block Kit: blocks" (limits).
"""

from service.delivery.news import News
from service.delivery.plain import harmless
from service.exports.told import ToldLead
from service.links import outward

_HEADER, _SECTION, _TEXT = 150, 3_000, 4_000
_TITLE, _QUOTE = 120, 280


def slack_message(news: News) -> dict[str, object]:
    """Return the message that tells ``news``."""
    blocks: list[dict[str, object]] = [
        {"type": "header", "text": {"type": "plain_text", "text": news.headline[:_HEADER]}}
    ]
    blocks += [_section(_lead(lead, news)) for lead in news.leads]
    if news.rest:
        blocks.append(_section(f"{news.rest}: <{news.base_url}/inbox|open Harken>"))
    return {
        "text": _escaped(news.headline)[:_TEXT],
        "blocks": blocks,
        "mrkdwn": False,
        "link_names": False,
        "parse": "none",
        "unfurl_links": False,
        "unfurl_media": False,
    }


def slack_trial(words: str) -> dict[str, object]:
    """Return a message by which somebody tries an endpoint."""
    return {"text": _escaped(words), "mrkdwn": False}


def _section(text: str) -> dict[str, object]:
    said = {"type": "mrkdwn", "text": text[:_SECTION], "verbatim": True}
    return {"type": "section", "text": said}


def _lead(lead: ToldLead, news: News) -> str:
    lines = [f"<{news.page_of(lead)}|{lead.score:.0f}> {_said(lead.title, _TITLE)}"]
    if news.is_short and lead.quote:
        lines.append(f"> {_said(lead.quote, _QUOTE)}")
    place = _said(lead.source, 80)
    if link := outward(lead.url):
        place = f"<{_address(link)}|open at {place}>"
    about = [place, _said(lead.topic, 64), _said(lead.kind, 32), _said(lead.attribution, 160)]
    lines.append(" · ".join(part for part in about if part))
    return "\n".join(lines)


def _said(text: str, most: int) -> str:
    return _escaped(harmless(text, most)).replace("|", "¦")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _address(url: str) -> str:
    """Return an address that can't end its own link early."""
    return _escaped(url.replace("|", "%7C").replace(">", "%3E").replace("<", "%3C"))
