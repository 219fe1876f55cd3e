"""Looks a feed over before feedparser sees it: the same XML parser, with nothing behind it.

feedparser 6.0.14 takes more than linear time for many attributes on one element (676 KB: over
12 s) and for deep nesting (1.4 MB: 11 s); expat alone reads both in no time. Documents that no
publisher makes are refused here, what slips through is stopped by the child's limits.
"""

import codecs
import re
from xml.parsers import expat

from crawlers.errors import PoisonDocument

MAX_ATTRIBUTES = 256
MAX_DEPTH = 256
MAX_ENTITIES = 300  # the HTML sets that old RSS declares have about 250
MAX_ENTITY_LENGTH = 255

#: What may be declared as a document's encoding. Left out: codecs that are slow (idna, punycode
#: are quadratic), that hide markup (utf-7, unicode_escape) or that are none (rot13, zlib).
_CODECS = re.compile(
    r"utf-8(-sig)?|utf-16(-[bl]e)?|utf-32(-[bl]e)?|ascii|iso8859-\d+|cp\d+|koi8-[ru]|mac-\w+"
    r"|gb(2312|k|18030)|big5(hkscs)?|hz|euc[_-](jp|kr|jis_2004)|iso2022_(jp|kr)\w*"
    r"|shift_jis\w*|johab|tis-620|ptcp154|kz1048|hp-roman8"
)
_WIDE = re.compile(r"utf-?(?:16|32)|ucs-?[24]|iso-10646-ucs", re.IGNORECASE)
_PROLOG = re.compile(rb"""(<\?xml[^>]{0,200}?encoding\s*=\s*["'])([^"'>]{1,80})(["'])""")
_REFERENCE = re.compile(r"&(?!(?:lt|gt|amp|quot|apos);)\w+;")


def is_well_formed(body: bytes) -> bool:
    """Say whether the document is XML from end to end; many a feed is not.

    Raises:
        PoisonDocument: it is built to be expensive.
    """
    depth = 0
    entities = 0

    def start(name: str, attributes: list[str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise PoisonDocument(f"its elements are nested more than {MAX_DEPTH} deep")
        if len(attributes) > 2 * MAX_ATTRIBUTES:
            raise PoisonDocument(f"an element has more than {MAX_ATTRIBUTES} attributes")

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1

    def entity(name: str, is_parameter: bool, value: str | None, *where: str | None) -> None:
        nonlocal entities
        entities += 1
        if entities > MAX_ENTITIES or (value and len(value) > MAX_ENTITY_LENGTH):
            raise PoisonDocument("it declares more entities than a feed can need")
        if value and _REFERENCE.search(value):
            raise PoisonDocument("it declares entities that are made of entities")

    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.EntityDeclHandler = entity
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, LookupError, ValueError):  # also an encoding that isn't one
        return False
    return True


def safe_encoding(body: bytes, content_type: str) -> tuple[bytes, str]:
    """Return both with declared encodings that are dangerous, or plainly wrong, taken out."""
    prolog = _PROLOG.match(body.lstrip()[:400])
    declared = prolog[2].decode("latin-1") if prolog else ""
    # who can read that it is UTF-16 reads something else
    if prolog and (not _is_safe(declared) or _WIDE.match(declared)):
        body = body.replace(prolog[0], prolog[1] + b"utf-8" + prolog[3], 1)
    media_type, *parameters = content_type.split(";")
    kept = [
        parameter
        for parameter in parameters
        if not parameter.strip().lower().startswith("charset")
        or _is_safe(parameter.partition("=")[2].strip(" \"'"))
    ]
    return body, ";".join([media_type, *kept])


def _is_safe(encoding: str) -> bool:
    try:
        return _CODECS.fullmatch(codecs.lookup(encoding).name) is not None
    except (LookupError, ValueError):
        return True  # nobody can decode with it
