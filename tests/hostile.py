"""Texts of every kind that anybody might put into a post, by a seed."""

import random
from collections.abc import Callable, Sequence
from functools import cache

from nlp.cues import finder
from nlp.primer import made_up_posts

#: The longest, in code points, that are made.
LONGEST = 1_000_000

_ZALGO = "".join(map(chr, range(0x300, 0x370)))
_MARKS = (
    "\u202a\u202b\u202d\u202e\u202c\u2066\u2067\u2068\u2069\u200e\u200f\u200b\u200c\u200d\ufeff"
)
_EMOJI = "🙂👩\u200d👩\u200d👧\u200d👦🏳️\u200d🌈🇩🇪👍🏽❤️"
_HTML = ("<b>", "</p>", "<script>", "&amp;", "&#0;", "<!--", "<![CDATA[", "<a href='", "\n\n", "<")
#: What the parts of the judge look at: runs of it are where quadratic time would show.
_BAIT = (
    "> ", "[quote]", "[/quote]", "[quote=", "-- \n", "http://", "www.", "$", "$1", "1,", "1.", "'",
    "a'", "vs", " vs ", "?", "?!", ".", ". ", "\n", "\r\n", "\t", "\0", "\ud800", "e\u0301", "€ 5",
    "10k", "by March ", "not looking for ", "anyone recommend ", "2-3", "/", "C++", "(", ")", "\\",
    "#" * 3, "A", "Aa ", "looking for a ", "budget ", "we are 5 people ", "or ", " and ", "\u0130",
    "ß", "ﬁ", "\u1e9e", "\U0001d400", "字", "漢字かな", "مرحبا ", "שלום", "Ж", "ñ", "\u2028",
)  # fmt: skip


@cache
def _posts() -> Sequence[str]:
    return [f"{post.title}\n{post.body}" for post in made_up_posts(seed=5)]


@cache
def _anchors() -> Sequence[str]:
    return sorted({anchor for cue in finder().cues for anchor in cue.anchors})


def hostile_text(dice: random.Random, *, most: int = LONGEST) -> str:
    """Return a text: short, long, of one kind or mixed; at most ``most`` code points."""
    make = dice.choice(_WAYS)
    text = make(dice, _length(dice, most))
    if dice.random() < 0.3:
        other = dice.choice(_WAYS)(dice, _length(dice, most))
        at = dice.randint(0, len(text))
        text = text[:at] + other + text[at:]
    return text[:most]


def _length(dice: random.Random, most: int) -> int:
    """Return a length of which every order of magnitude is as likely."""
    return int(10 ** dice.uniform(0, len(str(most)) - 1))


def _filled(dice: random.Random, length: int, pieces: Sequence[str]) -> str:
    made, size = [], 0
    while size < length:
        made.append(dice.choice(pieces))
        size += len(made[-1])
    return "".join(made)[:length]


def _repeated(dice: random.Random, length: int) -> str:
    part = "".join(dice.choices(_BAIT, k=dice.randint(1, 3)))
    return (part * (1 + length // len(part)))[:length]


def _anchored(dice: random.Random, length: int) -> str:
    anchor = dice.choice(_anchors())
    gap = "".join(dice.choices(" \nx?.,'a1", k=dice.randint(0, 4)))
    return ((anchor + gap) * (1 + length // len(anchor + gap)))[:length]


def _mutated(dice: random.Random, length: int) -> str:
    letters = list(dice.choice(_posts()))
    for _ in range(dice.randint(1, 30)):
        at = dice.randrange(len(letters) + 1)
        match dice.randrange(4):
            case 0:
                letters[at:at] = dice.choice(_BAIT)
            case 1:
                del letters[at : at + dice.randint(1, 8)]
            case 2:
                letters[at:at] = letters[: dice.randint(1, 200)]
            case _:
                letters[at : at + 1] = chr(_code_point(dice))
    text = "".join(letters)
    return text * max(1, length // max(1, len(text))) if dice.random() < 0.2 else text


def _code_point(dice: random.Random) -> int:
    return dice.choice(
        (dice.randrange(0x80), dice.randrange(0x3000), dice.randrange(0xD800, 0xE000),
         dice.randrange(0x110000))
    )  # fmt: skip


_WAYS: Sequence[Callable[[random.Random, int], str]] = (
    lambda dice, length: "",
    lambda dice, length: dice.choice("aZ9ß字\u0301") * length,  # one word
    lambda dice, length: "a" + "".join(dice.choices(_ZALGO, k=min(length, 50_000))),
    lambda dice, length: _filled(dice, length, ("a", " ", *_MARKS)),
    lambda dice, length: _filled(dice, length, _HTML),
    lambda dice, length: _filled(dice, length, [*_EMOJI, " which one? "]),
    lambda dice, length: _filled(dice, length, _BAIT),
    lambda dice, length: dice.randbytes(min(length, 200_000)).decode("utf-8", "replace"),
    lambda dice, length: dice.randbytes(min(length, 200_000)).decode("latin-1"),
    lambda dice, length: dice.randbytes(min(length, 200_000)).decode("utf-8", "surrogateescape"),
    lambda dice, length: "".join(chr(_code_point(dice)) for _ in range(min(length, 50_000))),
    lambda dice, length: _filled(dice, length, _posts()),
    _repeated,
    _repeated,
    _anchored,
    _mutated,
    _mutated,
    _mutated,
)
