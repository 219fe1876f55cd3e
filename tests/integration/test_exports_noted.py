"""Whatever way leads leave the house, the audit log says who took how many of them (D23)."""

from pathlib import Path

from sqlmodel import Session, select

from models.ledger import AuditEvent
from models.words import LeadStatus, TokenScope, UserRole
from service.store.engine import open_engine, reading, sqlite_url
from tests.command import harken_here
from tests.programs import ROOT, a_program
from tests.web_house import a_house


def exports(db: Session) -> list[tuple[str, dict[str, object]]]:
    rows = select(AuditEvent).where(AuditEvent.action == "leads.exported").order_by("seq")
    return [(event.actor, dict(event.detail)) for event in db.exec(rows)]


def test_a_sheet_and_a_program_s_download_are_noted() -> None:
    house = a_house()
    boss = house.user("kim", role=UserRole.MANAGER, team=None)
    source, topic = house.source("Talk"), house.topic("crm", "CRM")
    for status in (LeadStatus.MQL, LeadStatus.NURTURING):
        house.lead(source=source, topic=topic, status=status)

    sheet = house.browser(boss).get("/inbox.csv?view=all")
    download = a_program(house, boss, TokenScope.READ).get(
        f"{ROOT}/exports/leads?format=hubspot&status=mql"
    )

    assert (sheet.status_code, download.status_code) == (200, 200)
    with reading(house.engine) as db:
        assert exports(db) == [
            (boss.id, {"format": "csv", "rows": 2, "view": "all"}),
            (boss.id, {"format": "hubspot", "rows": 1}),
        ]


def test_an_export_by_command_is_noted(fresh_house: Path) -> None:
    assert harken_here("leads", "export", "--format", "csv", data=fresh_house).code == 0

    engine = open_engine(sqlite_url(fresh_house / "harken.db"))
    with reading(engine) as db:
        assert exports(db) == [("harken", {"format": "csv", "rows": 0})]
    engine.dispose()
