"""What no file can tell alone: that ids are unique and that names lead somewhere."""

from collections.abc import Iterator, Mapping, Sequence

from config.document import Document
from config.places import KeyPath
from config.problem import Problem, did_you_mean, quoted

#: Stands in a pattern for every element of a list.
EACH = "*"

#: A file's name, "topics" for every file in that folder, and a path with EACH in it.
Place = tuple[str, tuple[str, ...]]

#: Where the names of each sort are given; each may be given once.
NAMES: Mapping[str, Place] = {
    "topic": ("topics", ("id",)),
    "source": ("sources.toml", ("source", EACH, "id")),
    "policy": ("policies.toml", ("policy", EACH, "name")),
    "host": ("policies.toml", ("policy", EACH, "hosts", EACH)),
    "team": ("teams.toml", ("team", EACH, "id")),
    "user": ("teams.toml", ("user", EACH, "handle")),
    "calendar": ("teams.toml", ("calendar", EACH, "name")),
    "campaign": ("costs.toml", ("campaign", EACH, "id")),
    "endpoint": ("channels.toml", ("endpoint", EACH, "id")),
    "content": ("content.toml", ("item", EACH, "id")),
    "track": ("nurture.toml", ("track", EACH, "id")),
    "offering": ("offerings.toml", ("offering", EACH, "id")),
    "position": ("routing.toml", ("rule", EACH, "position")),
}

#: Where names are used, and of what sort they must be.
USES: tuple[tuple[Place, str], ...] = (
    (("topics", ("sources", EACH)), "source"),
    (("topics", ("owner",)), "user"),
    (("topics", ("offering",)), "offering"),
    (("sources.toml", ("source", EACH, "policy")), "policy"),
    (("teams.toml", ("user", EACH, "team")), "team"),
    (("teams.toml", ("user", EACH, "calendar")), "calendar"),
    (("teams.toml", ("user", EACH, "reports_to")), "user"),
    (("teams.toml", ("team", EACH, "manager")), "user"),
    (("routing.toml", ("fallback_team",)), "team"),
    (("routing.toml", ("rule", EACH, "team")), "team"),
    (("routing.toml", ("rule", EACH, "when", "topics", EACH)), "topic"),
    (("routing.toml", ("rule", EACH, "when", "sources", EACH)), "source"),
    (("process.toml", ("owner",)), "user"),
    (("costs.toml", ("cost", EACH, "source")), "source"),
    (("costs.toml", ("cost", EACH, "campaign")), "campaign"),
    (("costs.toml", ("campaign", EACH, "topics", EACH)), "topic"),
    (("costs.toml", ("campaign", EACH, "sources", EACH)), "source"),
    (("channels.toml", ("endpoint", EACH, "topics", EACH)), "topic"),
    (("content.toml", ("cell", EACH, "item")), "content"),
    (("content.toml", ("cell", EACH, "topic")), "topic"),
    (("nurture.toml", ("track", EACH, "step", EACH, "content")), "content"),
    (("nurture.toml", ("rule", EACH, "track")), "track"),
    (("nurture.toml", ("rule", EACH, "topics", EACH)), "topic"),
)

#: The documents that could be read, by the name of their file; "topics" for all of that folder.
Documents = Mapping[str, Sequence[Document]]


def find_disagreements(documents: Documents, unread: frozenset[str]) -> Iterator[Problem]:
    """Yield a problem for every name that is given twice or leads nowhere.

    It looks at the plain values, so that a file with another problem is checked all the same.

    Args:
        documents: what could be read.
        unread: names of files that could not be; nothing is said about names they may give.
    """
    given = {sort: list(_uses(documents, place)) for sort, place in NAMES.items()}
    for sort, uses in given.items():
        yield from _duplicates(sort, uses)
    for place, sort in USES:
        if NAMES[sort][0] not in unread:
            yield from _strays(sort, _uses(documents, place), given[sort])


Use = tuple[Document, KeyPath, object]


def _uses(documents: Documents, place: Place) -> Iterator[Use]:
    file, pattern = place
    for document in documents.get(file, ()):
        for path, value in values_at(document.values, pattern):
            yield document, path, value


def values_at(
    value: object, pattern: tuple[str, ...], path: KeyPath = ()
) -> Iterator[tuple[KeyPath, object]]:
    """Yield each value that a pattern leads to, after its path; none where it leads nowhere."""
    if not pattern:
        yield path, value
    elif pattern[0] == EACH and isinstance(value, tuple):
        for number, element in enumerate(value):
            yield from values_at(element, pattern[1:], (*path, number))
    elif pattern[0] != EACH and isinstance(value, Mapping) and pattern[0] in value:
        yield from values_at(value[pattern[0]], pattern[1:], (*path, pattern[0]))


def _duplicates(sort: str, uses: Sequence[Use]) -> Iterator[Problem]:
    first: dict[object, Use] = {}
    for use in uses:
        document, path, value = use
        if not isinstance(value, str | int):
            continue  # its own file's check says so
        earlier = first.setdefault(value, use)
        if earlier is not use:
            place = f"{earlier[0].label}:{earlier[0].line(earlier[1])}"
            yield document.problem(path, f"{sort} {quoted(value)} is already at {place}")


def _strays(sort: str, uses: Iterator[Use], given: Sequence[Use]) -> Iterator[Problem]:
    known = [value for _, _, value in given if isinstance(value, str)]
    for document, path, value in uses:
        if isinstance(value, str) and value not in known:
            hint = (
                did_you_mean(value, known) or f"; known: {', '.join(sorted(known)[:10]) or 'none'}"
            )
            where = NAMES[sort][0]
            yield document.problem(path, f"no {sort} {quoted(value)} in {where}{hint}")
