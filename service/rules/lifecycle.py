"""Where the score alone takes a lead."""

from config.scoring import Thresholds
from models.words import LeadStatus

S = LeadStatus


def status_by_score(status: LeadStatus, score: float, thresholds: Thresholds) -> LeadStatus:
    """Return the status that ``score`` asks for; from sales_ready on it never moves a lead.

    Between detected and mql a demotion needs the hysteresis, so that a lead at the bar does not
    flicker (lead-management.md, G4).
    """
    if status not in {S.DETECTED, S.MQL, S.NURTURING}:
        return status
    if score >= thresholds.sql:
        return S.SALES_READY
    if score >= thresholds.mql:
        return S.MQL
    if status is S.MQL and score < thresholds.mql - thresholds.hysteresis:
        return S.DETECTED
    return status
