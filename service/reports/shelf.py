"""All reports by name."""

from collections.abc import Mapping

from service.reports import (
    adherence,
    attribution,
    campaigns,
    defects,
    early,
    effect,
    forecast,
    funnel,
    journey,
    judging,
    neglect,
    recycling,
    speed,
    value,
    wins,
)
from service.reports.asked import Reporter

REPORTS: Mapping[str, Reporter] = {
    "funnel": funnel.report,
    "journey": journey.report,
    "speed": speed.report,
    "sources": effect.of_sources,
    "topics": effect.of_topics,
    "phrases": effect.of_phrases,
    "defects": defects.report,
    "value": value.report,
    "roi": effect.of_money,
    "attribution": attribution.report,
    "recycle": recycling.report,
    "forecast": forecast.report,
    "adherence": adherence.report,
    "neglected": neglect.report,
    "early": early.report,
    "campaigns": campaigns.report,
    "wins": wins.report,
    "judging": judging.report,
}
#: Reports that say something else to somebody else; all others depend on the question alone.
ASKS_WHO = frozenset({"adherence", "wins"})
