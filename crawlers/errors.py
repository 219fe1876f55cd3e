# ruff: noqa: N818 - these are sentences about a source; "Error" would say nothing more
r"""What can go wrong with a source. Every error explains itself to a person in ``reason``.

::

    SourceError
    ├── NotAllowed              we will not ask
    │   ├── BadUrl
    │   ├── PlatformRefused
    │   ├── AddressRefused
    │   └── RobotsDisallowed
    ├── NoAnswer                we asked and got nothing usable back
    │   ├── Unreachable
    │   ├── TimedOut
    │   ├── HostResting
    │   └── BrokenAnswer
    │       └── Truncated
    ├── AnswerRefused           the server answered, but not with the document
    │   ├── NotFound
    │   ├── Gone
    │   ├── Forbidden
    │   │   ├── Challenged
    │   │   └── CredentialsRefused
    │   ├── RateLimited
    │   ├── ServerFailed
    │   ├── UnexpectedStatus
    │   └── TooManyRedirects
    └── BadDocument             the document came, but cannot be used
        ├── TooLarge
        ├── EmptyDocument
        ├── NotAFeed
        │   └── NoLongerAFeed
        ├── NothingToRead
        ├── Unparseable
        └── PoisonDocument

A class's docstring is the message: what happened, and below it what to do. ``{name}`` stands for
an attribute.
"""

from typing_extensions import override


class SourceError(Exception):
    """The source could not be read this time.

    This may pass by itself.
    """

    #: How long its host wants to be left alone, when it said so.
    retry_after_seconds: int | None = None

    @property
    def reason(self) -> str:
        """One or two sentences for a person: what happened and what to do."""
        return " ".join((type(self).__doc__ or "").split()).format_map(vars(self))

    @override
    def __str__(self) -> str:
        return self.reason


# We will not ask.


class NotAllowed(SourceError):
    """Harken does not fetch this address."""


class BadUrl(NotAllowed):
    """This is not an address that can be fetched: {problem}.

    Correct it.
    """

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(problem)


class PlatformRefused(NotAllowed):
    """{platform} may not be crawled: {because}."""

    def __init__(self, platform: str, *, because: str) -> None:
        self.platform = platform
        self.because = because
        super().__init__(platform, because)


class AddressRefused(NotAllowed):
    """{named} is refused: {because}."""

    def __init__(self, host: str, *, address: str, because: str) -> None:
        self.named = host if host == address else f"{host} leads to {address}, which"
        self.host = host
        self.address = address
        self.because = because
        super().__init__(host, address, because)


class MissingSecret(NotAllowed):
    """This source needs a secret that is not there: {name}.

    Put it into a variable of the environment, and the variable's name into the source's options
    as {name}_env.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


class RobotsDisallowed(NotAllowed):
    """{host} does not want this page to be crawled: {because}.

    Ask its operator, or record their permission in the source's policy.
    """

    def __init__(self, host: str, *, because: str) -> None:
        self.host = host
        self.because = because
        super().__init__(host, because)


# We asked and got nothing usable back.


class NoAnswer(SourceError):
    """The server gave no usable answer.

    This may pass by itself.
    """


class Unreachable(NoAnswer):
    """{host} cannot be reached: {problem}.

    Check the address; if it is right, this may pass by itself.
    """

    def __init__(self, host: str, *, problem: str) -> None:
        self.host = host
        self.problem = problem
        super().__init__(host, problem)


class TimedOut(NoAnswer):
    """{host} took too long: {waited_for} within {seconds:g} seconds.

    This may pass by itself.
    """

    def __init__(self, host: str, *, seconds: float, waited_for: str) -> None:
        self.host = host
        self.seconds = seconds
        self.waited_for = waited_for
        super().__init__(host, seconds, waited_for)


class HostResting(NoAnswer):
    """{host} wants to be left alone for another {retry_after_seconds} seconds.

    It may be asked again after that.
    """

    def __init__(self, host: str, *, retry_after_seconds: int) -> None:
        self.host = host
        self.retry_after_seconds = retry_after_seconds
        super().__init__(host, retry_after_seconds)


class BrokenAnswer(NoAnswer):
    """{host} answered in broken HTTP: {problem}.

    This may pass by itself.
    """

    def __init__(self, host: str, *, problem: str) -> None:
        self.host = host
        self.problem = problem
        super().__init__(host, problem)


class Truncated(BrokenAnswer):
    """What the server sent breaks off: {problem}.

    This may pass by itself.
    """

    def __init__(self, host: str = "", *, problem: str) -> None:
        super().__init__(host, problem=problem)


# The server answered, but not with the document.


class AnswerRefused(SourceError):
    """The server answered {status} instead of the document.

    This may pass by itself.
    """

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(status)


class NotFound(AnswerRefused):
    """There is nothing at this address (404).

    Look whether the source has moved.
    """

    def __init__(self, status: int = 404) -> None:
        super().__init__(status)


class Gone(AnswerRefused):
    """The source was taken down for good (410).

    Remove it, or look where it has moved.
    """

    def __init__(self, status: int = 410) -> None:
        super().__init__(status)


class Forbidden(AnswerRefused):
    """The server does not let us in ({status}).

    It may want a login, or bar crawlers.
    """


class Challenged(Forbidden):
    """The server wants proof that a person is asking ({status}), which Harken never feigns.

    Ask its operator to let Harken in, or look for an API or a feed.
    """


class CredentialsRefused(Forbidden):
    """The server does not accept the credentials ({status}).

    Check the client's id and secret, and that they were not revoked.
    """


class RateLimited(AnswerRefused):
    """The server says that we ask too often (429).

    Its host is left alone for {retry_after_seconds} seconds.
    """

    def __init__(self, retry_after_seconds: int) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(429)


class ServerFailed(AnswerRefused):
    """The server has a fault of its own ({status}).

    This may pass by itself.
    """

    def __init__(self, status: int, *, retry_after_seconds: int | None = None) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(status)


class UnexpectedStatus(AnswerRefused):
    """The server answered {status}, which is no document.

    Open the address in a browser to see why.
    """


class TooManyRedirects(AnswerRefused):
    """The server sends us from address to address without end ({count} times).

    Look for the final address.
    """

    def __init__(self, count: int, *, status: int = 302) -> None:
        self.count = count
        super().__init__(status)


# The document came, but cannot be used.


class BadDocument(SourceError):
    """The document cannot be used: {detail}."""

    def __init__(self, detail: str = "") -> None:
        self.detail = detail
        super().__init__(detail)


class TooLarge(BadDocument):
    """The document is larger than {limit_mib:g} MiB, which is all that Harken reads.

    Find a smaller feed of this source.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.limit_mib = limit_bytes / 2**20
        super().__init__(str(limit_bytes))


class EmptyDocument(BadDocument):
    """The server sent an empty document.

    Check that the address still holds what it held.
    """


class NotAFeed(BadDocument):
    """This is no feed but {detail}.

    Look for the feed's own address, or add the page's address and let Harken find it.
    """


class NoLongerAFeed(NotAFeed):
    """There was a feed here when it was last read, and now it is {detail}.

    The site may ask for a login now, or its feed has moved: look at the address in a browser.
    """


class NothingToRead(BadDocument):
    """Nothing to listen to was found here: {detail}.

    Give the address of a feed, of a forum, or of a Hacker News search API.
    """


class Unparseable(BadDocument):
    """The document makes no sense: {detail}.

    If it stays so, tell the source's operator.
    """


class PoisonDocument(BadDocument):
    """The document had to be stopped while it was read: {detail}.

    It is set aside and tried less often.
    """
