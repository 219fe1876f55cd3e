"""What the log learns: one line an event on standard error, no post text, no names, no tokens."""

import logging

from typing_extensions import override

#: Our five packages; everything else speaks up only when something is wrong.
OURS = ("config", "crawlers", "models", "nlp", "service")


class OneLine(logging.Formatter):
    """One line a record, with its extras, line breaks escaped so that none can be forged."""

    _usual = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

    @override
    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line; a traceback follows on its own lines."""
        extras = {k: v for k, v in vars(record).items() if k not in self._usual}
        told = " ".join(f"{key}={value!r}" for key, value in sorted(extras.items()))
        line = f"{self.formatTime(record)} {record.levelname} {record.name}: {record.getMessage()}"
        escaped = f"{line} {told}".rstrip().encode("unicode_escape").decode("ascii")
        if record.exc_info and record.levelno >= logging.ERROR:
            return f"{escaped}\n{self.formatException(record.exc_info)}"
        return escaped


def set_up_logging(level: int = logging.INFO) -> None:
    """Log our own packages from ``level`` on and others from warnings on, to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    # It warns of each wake-up that finds the one before still at work, which is how ours are meant
    # to be; a job that fails it logs as an error.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
