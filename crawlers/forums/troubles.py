"""What went wrong in a crawl of a forum, in a sentence. Pure."""

from dataclasses import dataclass, field

from crawlers.errors import SourceError

#: So many pages without posts are a sign that none has any.
_MANY = 3


@dataclass(slots=True)
class Troubles:
    """Pages that could not be read, and whether any thread could."""

    has_read: bool = False  # a thread's page, with posts on it
    _failed: list[SourceError] = field(default_factory=list)
    _unread: list[SourceError] = field(default_factory=list)  # why threads couldn't be read
    _unsure: int = 0  # of them, how many came without posts from unknown software

    def failed(self, because: SourceError, *, is_thread: bool) -> None:
        """Note a page that could not be had."""
        self._failed.append(because)
        if is_thread:
            self._unread.append(because)

    def empty(self, because: SourceError, *, is_thread: bool, sure: bool) -> None:
        """Note a page that came and holds nothing; ``sure``: it should hold something."""
        if sure:
            self.failed(because, is_thread=is_thread)
        elif is_thread:
            self._unread.append(because)
            self._unsure += 1

    def sentence(self, *, knows_threads: bool) -> str | None:
        """Return what went wrong; ``knows_threads``: earlier, some could be read.

        Of unknown software there are pages that can't be read ever: that one or two of them hold
        nothing is no sign of trouble; it is told beside threads that this crawl could read.
        """
        few = self._unsure == len(self._unread) < _MANY
        if self._unread and not self.has_read and not (few and knows_threads):
            tried = f"{len(self._unread)} were tried" if len(self._unread) > 1 else "one was tried"
            return f"no thread could be read ({tried}), such as: {self._unread[0]}"
        if self._failed:
            return f"{len(self._failed)} pages could not be read, such as: {self._failed[0]}"
        if self._unsure and self.has_read:
            many = "1 thread's page" if self._unsure == 1 else f"{self._unsure} threads' pages"
            return f"{many} showed no posts, such as: {self._unread[0]}"
        return None
