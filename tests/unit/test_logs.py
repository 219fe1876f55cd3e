"""What the log is told of, and what it is spared."""

import logging
from collections.abc import Iterator

import pytest

from service.logs import set_up_logging


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    root, jobs = logging.getLogger(), logging.getLogger("apscheduler")
    before = (root.level, list(root.handlers), jobs.level)
    yield
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    jobs.setLevel(before[2])


def test_a_wake_up_that_is_skipped_is_no_news_and_a_job_that_fails_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up_logging()

    skipped = "Execution of job skipped: maximum number of running instances reached (1)"
    logging.getLogger("apscheduler.scheduler").warning(skipped)
    logging.getLogger("apscheduler.executors.default").error("Job raised an exception")

    told = capsys.readouterr().err
    assert "maximum number" not in told
    assert "Job raised an exception" in told
