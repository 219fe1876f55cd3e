"""What is suggested to whom, and where there is nothing."""

from config.content import Content, ContentCell, ContentItem
from models.words import PersonRole
from service.rules.content import Gap, gaps, suggest

BOSS = PersonRole.DECISION_MAKER
MAP = Content(
    item=tuple(
        ContentItem(id=name, title=name) for name in ("any", "boss", "crm", "crm-boss", "late")
    ),
    cell=(
        ContentCell(step=3, item="any"),
        ContentCell(step=3, persona=BOSS, item="boss"),
        ContentCell(step=3, topic="crm", item="crm"),
        ContentCell(step=3, topic="crm", persona=BOSS, item="crm-boss"),
        ContentCell(step=4, topic="crm", persona=BOSS, item="late"),
    ),
)


def suggested(step: int, topic: str, persona: PersonRole | None = None) -> str | None:
    item = suggest(MAP, step=step, topic=topic, persona=persona)
    return item.id if item else None


def test_the_cell_that_says_most_is_suggested() -> None:
    assert suggested(3, "crm", BOSS) == "crm-boss"
    assert suggested(3, "crm") == "crm"
    assert suggested(3, "phones", BOSS) == "boss"
    assert suggested(3, "phones", PersonRole.USER) == "any"


def test_nothing_is_suggested_from_a_cell_of_somebody_else() -> None:
    assert suggested(4, "crm") is None
    assert suggested(4, "phones", BOSS) is None


def test_gaps_are_what_would_not_be_suggested() -> None:
    found = gaps(MAP, ["crm"])

    assert Gap(step=3, topic="crm", persona=None) not in found
    assert [gap.step for gap in found] == [1, 2, 4, 5, 6]


def test_gaps_are_listed_for_each_persona_that_is_asked_for() -> None:
    asked = MAP.model_copy(update={"personas": (BOSS, PersonRole.USER)})
    found = [(gap.step, gap.persona) for gap in gaps(asked, ["crm"])]

    assert (4, BOSS) not in found
    assert (4, PersonRole.USER) in found
    assert len(found) == 12 - 3
