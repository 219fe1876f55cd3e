"""WebSockets as Harken listens to them: it subscribes by its address, and then only reads.

A stream has no end of its own. So who listens says how much time and how many bytes it may take,
and a server that says nothing is asked whether it is still there (RFC 6455, Ping). Nothing else
is ever sent. Nothing is compressed, and a redirect is a refusal: what was checked and permitted
was another address.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import aiohttp
from aiohttp import ClientHandlerType, WSMsgType
from yarl import URL

from crawlers.addresses import AllowedNetworks
from crawlers.answers import REDIRECTS, flat
from crawlers.dial import Lookup, system_lookup
from crawlers.errors import BrokenAnswer, SourceError, TimedOut, Truncated
from crawlers.limits import Limits
from crawlers.trip import Answer
from crawlers.urls import Target
from crawlers.wire import a_session, named_failure

_UPGRADED = 101
_TOO_BIG = 1009  # RFC 6455, 7.4.1
#: How long a server may take to say good-bye. It is hung up on, whatever it still sends.
_PARTING_SECONDS = 1.0
#: What a message costs besides its own bytes, so that millions of empty ones are not free.
_FRAME_BYTES = 16

Socket = aiohttp.ClientWebSocketResponse[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How much of a stream is taken at once."""

    seconds: float
    bytes: int
    message_bytes: int  # of the longest message; a longer one ends the stream


class NotUpgradedError(Exception):
    """The server answered, but not by speaking WebSocket."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        super().__init__(answer.status)


class Stream:
    """A subscription under way. ``open_stream`` makes it."""

    def __init__(self, socket: Socket, *, host: str, limits: Limits, share: Share) -> None:
        self._socket = socket
        self._host = host
        self._stall = limits.stall_seconds
        self._message_bytes = share.message_bytes
        self._bytes_left = share.bytes
        self._clock = asyncio.get_running_loop().time
        self._until = self._clock() + share.seconds

    @property
    def is_spent(self) -> bool:
        """Whether all was taken that may be: there may be more."""
        return self._bytes_left <= 0 or self._clock() >= self._until

    async def following(self) -> bytes | None:
        """Return the next message, whatever is in it.

        None when the share is spent, or when the server is there and has nothing to say.

        Raises:
            TimedOut: no whole message came, nor an answer to our asking.
            Truncated: the server ended the stream, or the connection broke.
            BrokenAnswer: it sent a message that is too long, or what is no WebSocket.
        """
        asked = False
        while not self.is_spent:
            try:
                message = await self._socket.receive(self._patience())
                if message.type is WSMsgType.PING:
                    await self._socket.pong(message.data)
            except TimeoutError:
                if asked:
                    raise self._silent() from None
                asked = await self._ask()
                continue
            except (aiohttp.ClientError, OSError) as error:
                raise self._broken() from error
            if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
                self._bytes_left -= len(message.data) + _FRAME_BYTES
                return bytes(message.data)
            if message.type is WSMsgType.PONG and asked:
                return None
            self._check(message.type, message.data)
        return None

    def _patience(self) -> float:
        return max(min(self._stall, self._until - self._clock()), 0.001)

    async def _ask(self) -> bool:
        """Ask whether the server is still there, unless our own time is over."""
        if self.is_spent:
            return False
        try:
            await self._socket.ping()
        except (aiohttp.ClientError, OSError) as error:
            raise self._broken() from error
        return True

    def _check(self, kind: WSMsgType, said: object) -> None:
        """Raise what a message means that carries nothing."""
        self._bytes_left -= _FRAME_BYTES
        if kind is WSMsgType.ERROR:
            raise self._wrong(said)
        if kind not in {WSMsgType.PING, WSMsgType.PONG}:
            raise self._broken()

    def _wrong(self, error: object) -> BrokenAnswer:
        if isinstance(error, aiohttp.WebSocketError) and error.code == _TOO_BIG:
            most = f"{self._message_bytes // 1024} KiB"
            return BrokenAnswer(self._host, problem=f"a message of it is longer than {most}")
        return BrokenAnswer(self._host, problem="what it sends is no WebSocket")

    def _broken(self) -> Truncated:
        code = self._socket.close_code
        how = f" ({code})" if code and code != aiohttp.WSCloseCode.ABNORMAL_CLOSURE else ""
        return Truncated(self._host, problem=f"the server ended the stream{how}")

    def _silent(self) -> TimedOut:
        return TimedOut(self._host, seconds=self._stall, waited_for="no whole message came")


@asynccontextmanager
async def open_stream(
    target: Target,
    *,
    user_agent: str,
    allowed: AllowedNetworks,
    limits: Limits,
    share: Share,
    lookup: Lookup = system_lookup,
) -> AsyncIterator[Stream]:
    """Give a stream of messages from ``target``, which has a web page's address.

    Args:
        target: where to listen; what it is to tell stands in the query.
        user_agent: who we are and whom to write to.
        allowed: private networks that the operator opened.
        limits: of the handshake, and how long a silence is.
        share: how much is taken at most.
        lookup: how names are resolved.

    Raises:
        NotUpgradedError: the server answers something else: a refusal, a redirect, a page.
        SourceError: it can't be reached, or may not be.
    """
    session = a_session(
        user_agent=user_agent,
        allowed=allowed,
        limits=limits,
        lookup=lookup,
        middlewares=(_refuse_redirects,),
    )
    async with session:
        socket = await _shake_hands(session, target, limits=limits, share=share)
        try:
            yield Stream(socket, host=target.authority, limits=limits, share=share)
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(_PARTING_SECONDS):
                    await socket.close()


async def _shake_hands(
    session: aiohttp.ClientSession, target: Target, *, limits: Limits, share: Share
) -> Socket:
    try:
        async with asyncio.timeout(limits.total_seconds):
            return await session.ws_connect(
                URL(target.url, encoded=True),
                autoping=False,
                compress=0,
                decode_text=False,
                max_msg_size=share.message_bytes,
                timeout=aiohttp.ClientWSTimeout(ws_close=_PARTING_SECONDS),
            )
    except aiohttp.WSServerHandshakeError as refused:
        if refused.status == _UPGRADED:
            problem = "it does not speak WebSocket as it says"
            raise BrokenAnswer(target.authority, problem=problem) from refused
        headers = flat((refused.headers or {}).items())
        raise NotUpgradedError(Answer(refused.status, headers, b"")) from refused
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise _unreachable(error, target, limits) from error


def _unreachable(error: Exception, target: Target, limits: Limits) -> SourceError:
    return named_failure(error, host=target.authority, limits=limits)


async def _refuse_redirects(
    request: aiohttp.ClientRequest, handler: ClientHandlerType
) -> aiohttp.ClientResponse:
    """Have a redirect fail, which ``ws_connect`` would follow."""
    response = await handler(request)
    if response.status in REDIRECTS:
        response.close()
        raise aiohttp.WSServerHandshakeError(
            response.request_info,
            response.history,
            status=response.status,
            headers=response.headers,
        )
    return response
