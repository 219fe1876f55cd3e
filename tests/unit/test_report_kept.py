"""How long a report is kept that was long in the making."""

from dataclasses import dataclass, field

from service.reports.document import Report
from service.reports.kept import Kept
from tests.builders import at_once


@dataclass
class Maker:
    """Makes reports, each of which takes ``seconds``."""

    seconds: float
    now: float = 0.0
    made: int = 0
    kept: Kept = field(init=False)

    def __post_init__(self) -> None:
        self.kept = Kept(clock=lambda: self.now)

    def ask(self, question: str = "funnel", *, after: float = 0.0) -> int:
        """Return how many were made by the time that the question is answered."""
        self.now += after
        self.kept.report(question, self._make)
        return self.made

    def _make(self) -> Report:
        self.now += self.seconds
        self.made += 1
        return Report(name="funnel", period=None, tables=())


def test_what_is_made_in_no_time_is_made_anew() -> None:
    maker = Maker(seconds=0.05)

    assert [maker.ask(), maker.ask()] == [1, 2]


def test_what_takes_a_second_is_kept_for_twenty() -> None:
    maker = Maker(seconds=1.0)

    assert [maker.ask(), maker.ask(after=19.9), maker.ask(after=0.2)] == [1, 1, 2]


def test_nothing_is_kept_for_more_than_a_minute() -> None:
    maker = Maker(seconds=10.0)

    assert [maker.ask(), maker.ask(after=59.0), maker.ask(after=2.0)] == [1, 1, 2]


def test_another_question_is_another_report() -> None:
    maker = Maker(seconds=1.0)

    assert [maker.ask("funnel"), maker.ask("funnel, topic=crm")] == [1, 2]


def test_what_many_ask_at_once_is_made_once() -> None:
    maker = Maker(seconds=1.0)

    at_once(*[maker.ask] * 5)

    assert maker.made == 1


def test_questions_that_nobody_asks_any_more_make_room() -> None:
    maker = Maker(seconds=1.0)

    for number in range(300):
        maker.ask(f"{number}")
        maker.now -= 1.0  # all of them at once, so that none is too old

    assert maker.ask("299") == 300
    assert maker.ask("0") == 301
