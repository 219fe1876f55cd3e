"""Who posts for the house itself: their posts belong to a thread and are never a buyer's. Pure."""

from functools import lru_cache

from service.posts.suppression import normalise_handle


def is_own(handle: str | None, own: frozenset[str]) -> bool:
    """Return whether ``handle`` is one of ``own``, however either is spelt."""
    return bool(handle and own) and normalise_handle(handle or "") in _normalised(own)


@lru_cache(maxsize=8)
def _normalised(own: frozenset[str]) -> frozenset[str]:
    return frozenset(normalise_handle(name) for name in own) - {""}
