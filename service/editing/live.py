"""The configuration as its files say now: read again when they change, kept while wrong."""

import threading
import time
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from config import Config, ConfigError, load_config
from config.problem import Problem
from service.editing.files import stamp_of

#: How long a page may go on with the files as they were.
_LOOK_EVERY_SECONDS = 1.0


@dataclass(slots=True)
class LiveConfig:
    """What the files of ``folder`` say; without a folder, what was given at the start."""

    folder: Path | None
    _config: Config
    problems: tuple[Problem, ...] = ()  # of the files as they are, while those of before are used
    _stamp: tuple[tuple[str, int, int], ...] = field(init=False)
    _looked_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Remember the state of the files that were read."""
        self._stamp = stamp_of(self.folder) if self.folder is not None else ()

    @property
    def state(self) -> str:
        """The state of the files that were read last: the same in every process that read them."""
        return blake2b(repr(self._stamp).encode(), digest_size=8).hexdigest()

    def current(self, *, at_once: bool = False) -> Config:
        """Return the configuration; one that can't be used leaves the last one that could.

        Args:
            at_once: look at the files even if they were looked at within the last second, as
                after a change of one's own.
        """
        if self.folder is None:
            return self._config
        ticks = time.monotonic()
        if not at_once and ticks - self._looked_at < _LOOK_EVERY_SECONDS:
            return self._config
        with self._lock:
            self._looked_at = ticks
            stamp = stamp_of(self.folder)
            if stamp != self._stamp:
                self._stamp = stamp
                try:
                    self._config, self.problems = load_config(self.folder), ()
                except ConfigError as error:
                    self.problems = tuple(error.problems)
        return self._config


def live_config(folder: Path) -> LiveConfig:
    """Return the configuration of a folder, read now.

    Raises:
        ConfigError: it can't be used.
    """
    return LiveConfig(folder, load_config(folder))
