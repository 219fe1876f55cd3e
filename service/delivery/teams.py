"""News for a Teams workflow: an Adaptive Card with a text beside it.

Strangers' words stand in text runs, which know no Markdown, so that no link and no emphasis can
be made of them. Nobody is ever mentioned: a mention needs an entity, and there is none.

Source: Microsoft, "Create incoming webhooks with Workflows" (the message is at most 28 KB) and the
Adaptive Cards schema 1.4.
"""

import json

from service.delivery.news import News
from service.delivery.plain import harmless
from service.exports.told import ToldLead
from service.links import outward

MOST_BYTES = 28_000
_TITLE, _QUOTE = 120, 280


def teams_message(news: News) -> dict[str, object]:
    """Return the message that tells ``news``."""
    body: list[dict[str, object]] = [_runs(_run(news.headline, weight="Bolder"), size="Large")]
    for lead in news.leads:
        body += _lead(lead, news)
    if news.rest:
        body.append(_runs(_run(news.rest)))
    opened = {"type": "Action.OpenUrl", "title": "Open Harken", "url": f"{news.base_url}/inbox"}
    message = _message(news.headline, [*body, {"type": "ActionSet", "actions": [opened]}])
    if len(json.dumps(message).encode()) <= MOST_BYTES:
        return message
    return _message(news.headline, [body[0], {"type": "ActionSet", "actions": [opened]}])


def teams_trial(words: str) -> dict[str, object]:
    """Return a message by which somebody tries an endpoint."""
    return _message(words, [_runs(_run(words))])


def _message(summary: str, body: list[dict[str, object]]) -> dict[str, object]:
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": summary,
        "body": body,
    }
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return {"type": "message", "summary": summary, "attachments": [attachment]}


def _lead(lead: ToldLead, news: News) -> list[dict[str, object]]:
    opens = {"type": "Action.OpenUrl", "url": news.page_of(lead)}
    title = _run(harmless(lead.title, _TITLE), weight="Bolder", selectAction=opens)
    parts = [_runs(_run(f"{lead.score:.0f}  "), title, separator=True)]
    if news.is_short and lead.quote:
        parts.append(_runs(_run(f"“{harmless(lead.quote, _QUOTE)}”", italic=True)))
    place = harmless(lead.source, 80)
    link = outward(lead.url)
    there = {"selectAction": {"type": "Action.OpenUrl", "url": link}} if link else {}
    about = [harmless(lead.topic, 64), harmless(lead.kind, 32), harmless(lead.attribution, 160)]
    rest = "".join(f" · {part}" for part in about if part)
    parts.append(_runs(_run(place, isSubtle=True, **there), _run(rest, isSubtle=True)))
    return parts


def _run(text: str, **more: object) -> dict[str, object]:
    return {"type": "TextRun", "text": text, **more}


def _runs(*runs: dict[str, object], size: str = "Default", **more: object) -> dict[str, object]:
    inlines = [run | {"size": size} for run in runs]
    return {"type": "RichTextBlock", "inlines": inlines, **more}
