"""What the attack rows' tests share: names resolved as a test likes, and a count of the rows."""

import re
import socket
from collections.abc import Iterable, Mapping, Sequence
from types import FunctionType

from crawlers.dial import Family
from crawlers.fetch import AllowedNetworks, Gate, HostBudget
from tests.crawling import AGENT, LOOPBACK, QUICK, SHARED

_ROW = re.compile(r"(?<![a-z0-9])([xu])(\d\d)(?![0-9])", re.IGNORECASE)


class Names:
    """Resolves names as it is told: each asking gets the next answer, the last one for ever."""

    def __init__(self, known: Mapping[str, Sequence[Sequence[str]]]) -> None:
        self._left = {name: list(answers) for name, answers in known.items()}
        self.asked: list[str] = []

    async def __call__(
        self, host: str, port: int, *, family: Family
    ) -> Sequence[tuple[Family, str]]:
        self.asked.append(host)
        if host.replace(".", "").isdigit():
            return [(socket.AF_INET, host)]
        if host not in self._left:
            raise OSError(f"no such name: {host}")
        answers = self._left[host]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            (socket.AF_INET6 if ":" in address else socket.AF_INET, address)
            for address in addresses
        ]


def a_gate_that_knows(
    names: Names,
    *,
    allowed: AllowedNetworks = LOOPBACK,
    budget: HostBudget | None = None,
    ourselves: Sequence[str] = (),
    endpoints: Sequence[str] = (),
) -> Gate:
    """Return a gate that resolves names with ``names``."""
    return Gate(
        user_agent=AGENT,
        allowed=allowed,
        limits=QUICK,
        budget=budget,
        policy_interval=0,
        parsing=SHARED.parsing,
        ourselves=ourselves,
        endpoints=endpoints,
        lookup=names,
    )


def rows_of(module: Mapping[str, object], letter: str) -> set[str]:
    """Return the attack rows that the tests of a module name: in their names or their ids."""
    tests = [
        thing
        for name, thing in module.items()
        if name.startswith("test_") and isinstance(thing, FunctionType)
    ]
    texts = [text for test in tests for text in (test.__name__.replace("_", " "), *_ids(test))]
    found = {f"{kind.upper()}{number}" for text in texts for kind, number in _ROW.findall(text)}
    return {row for row in found if row.startswith(letter)}


def _ids(test: FunctionType) -> Iterable[str]:
    for mark in getattr(test, "pytestmark", []):
        if mark.name == "parametrize":
            ids = mark.kwargs.get("ids") or ()
            yield from map(ids, mark.args[1]) if callable(ids) else map(str, ids)
            yield from (str(getattr(value, "id", "") or "") for value in mark.args[1])
