"""Sums of money and sizes of teams, as authors write them, in one form.

A sum becomes ``AMOUNT[-AMOUNT][ CURRENCY][/UNIT][/PERIOD]``: "80-120 USD/month",
"12 EUR/user/month", "700" where no currency is said. Currencies are ISO 4217; a dollar sign alone
is read as the US dollar, and a pound as the British one. Amounts are decimal numbers without
separators.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from nlp.text import fold

_CURRENCIES: Mapping[str, str] = {
    "USD": "us$ $ usd us_dollar us_dollars dollar dollars buck bucks",
    "EUR": "\u20ac eur euro euros",
    "GBP": "\u00a3 gbp pound pounds quid",
    "CAD": "c$ ca$ cad cdn canadian_dollar canadian_dollars",
    "AUD": "a$ au$ aud australian_dollar australian_dollars",
    "NZD": "nz$ nzd",
    "CHF": "chf francs",
    "INR": "\u20b9 inr rs rupees",
    "JPY": "\u00a5 jpy yen",
    "SEK": "sek",
    "NOK": "nok",
    "DKK": "dkk",
    "PLN": "pln zloty",
}
_CURRENCY_OF = {
    word.replace("_", " "): code for code, words in _CURRENCIES.items() for word in words.split()
}
_PERIODS: Mapping[str, str] = {
    "year": "yr year years yearly annum annually pa p/a p.a p.a.",
    "quarter": "quarter quarters quarterly",
    "month": "mo mth month months monthly pm pcm p/m p.m p.m.",
    "week": "wk week weeks weekly pw p/w",
    "day": "day days daily",
    "hour": "hr hrs hour hours hourly h",
}
_PERIOD_OF = {word: period for period, words in _PERIODS.items() for word in words.split()}
_UNITS: Mapping[str, str] = {
    "user": "user users seat seats licence license person people head employee employees",
    "agent": "agent agents",
    "unit": "piece unit item each apiece pop",
}
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words.split()}

_MILLION = ("m", "million", "millions", "mio", "mio.", "mn", "mln")
_TIMES: Mapping[str, int] = {
    "hundred": 100,
    **dict.fromkeys(("k", "thousand", "grand", "tsd", "tsd."), 1_000),
    **dict.fromkeys(("lakh", "lakhs"), 100_000),
    **dict.fromkeys(_MILLION, 1_000_000),
    **dict.fromkeys(("crore", "crores"), 10_000_000),
}


def _any_of(words: Iterable[str]) -> str:
    """Return a pattern of words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda one: (-len(one), one)))


#: A sign of money, a word for money, and what stands before a sum instead of a sign: "EUR 50".
SIGN = rf"(?:{_any_of(word for word in _CURRENCY_OF if not word[-1].isalpha())})"
MONEY = rf"(?:{_any_of(word for word in _CURRENCY_OF if word[-1].isalpha())})(?![^\W_])"
CODE = rf"(?:{_any_of(code.lower() for code in _CURRENCIES)}|cdn|rs\.?)"
#: A number: 1,500.00 and 1.500,00 and 1'500 and 10 000 and 50,-; not 1,2345 and not 1e3.
NUMBER = r"(?:\d{1,3}(?:[ .,']\d{3})+|\d{1,12})(?:[.,]\d{1,2}|[.,]-{1,2}(?!\d))?(?![.,']?\d|e\d)"
#: What a number is multiplied by, and all of it but the one letter that may be metres.
TIMES = rf"(?:{_any_of(_TIMES)})(?![^\W_])"
LONG_TIMES = rf"(?:{_any_of(word for word in _TIMES if word != 'm')})(?![^\W_])"
#: "One" to "twenty" where a multiplier follows: "two grand".
COUNT = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty)"

_AMOUNT = re.compile(
    rf"(?:\b(?P<code>{CODE})\s?)?(?P<sign>{SIGN})?\s?"
    rf"(?:(?<![\d.,'])(?<!\de)(?P<number>{NUMBER})|\b(?P<count>{COUNT})(?=\s{LONG_TIMES}))"
    rf"(?:\s?(?P<times>{TIMES}))?(?:[-\s]?ish)?(?:\s?(?P<after>{SIGN}|\b{MONEY}|(?<=\d){MONEY}))?"
)
_FREE = re.compile(r"\b(?:for free|free|for nothing|no money|\$0)\b")
#: What stands between the two ends of a range: "$50-80", "300 or 400", "between 100 and 200".
_BETWEEN = re.compile(r"\s*(?:-|to|or|and)?\s*")
_PER = re.compile(r"p[./][a-z]\b\.?|[a-z]+")


@dataclass(frozen=True, slots=True)
class _Amount:
    """An amount of money as it is written, in hundredths."""

    hundredths: int
    times: int  # what it is to be multiplied by; 1 where nothing is said

    @property
    def in_full(self) -> int:
        return self.hundredths * self.times


def normalised_sum(text: str) -> str | None:
    """Return a sum or a range of sums in the one form of this module, None where there is none.

    Args:
        text: the words that state a budget, as written.
    """
    folded = fold(text)
    amounts: list[_Amount] = []
    currency = ""
    last = 0
    for found in _AMOUNT.finditer(folded):
        if amounts and not _BETWEEN.fullmatch(folded, last, found.start()):
            break
        amounts.append(_amount(found))
        currency = currency or _currency(found)
        last = found.end()
        if len(amounts) == 2:
            break
    if not amounts:
        return "0" if _FREE.search(folded) else None
    return _range(amounts) + (f" {currency}" if currency else "") + _per(folded[last:])


def _currency(found: re.Match[str]) -> str:
    """Return the currency of an amount: "$90 CAD" is no US dollars."""
    said = [found["code"], found["after"], found["sign"]]
    codes = [_CURRENCY_OF[one.rstrip(".")] for one in said if one]
    return next((code for code in codes if code != "USD"), "USD" if codes else "")


def _amount(found: re.Match[str]) -> _Amount:
    times = _TIMES.get(found["times"] or "", 1)
    if found["count"]:
        return _Amount(100 * NUMBERS[found["count"]], times)
    number = found["number"].rstrip("-").rstrip(".,")
    if found["times"] in _MILLION and re.fullmatch(r"\d{1,3}[.,]\d{3}", number):
        return _Amount(int(re.sub(r"\D", "", number)), times // 10)  # 1.125 million
    cents = re.search(r"[.,](\d{1,2})$", number)
    whole = number[: cents.start()] if cents else number
    part = cents[1].ljust(2, "0") if cents else "00"
    return _Amount(int(re.sub(r"\D", "", whole) + part), times)


def _range(amounts: Sequence[_Amount]) -> str:
    first, second = amounts[0], amounts[-1]
    # "3-6 hundred", "2-3k": what the second is multiplied by is meant for the first as well.
    if first.times == 1 and first.hundredths < second.hundredths:
        first = _Amount(first.hundredths, second.times)
    if first.in_full < second.in_full:
        return f"{_plain(first.in_full)}-{_plain(second.in_full)}"
    return _plain(first.in_full)


def _plain(hundredths: int) -> str:
    whole, rest = divmod(hundredths, 100)
    return f"{whole}.{rest:02}" if rest else str(whole)


def _per(rest: str) -> str:
    """Return "/user/month" of what is said behind the sum, up to the next number."""
    unit = period = ""
    for word, follows in pairwise([*_PER.findall(re.split(r"\d", rest, maxsplit=1)[0]), ""]):
        if word == "each" and (follows in _PERIOD_OF or follows in _UNIT_OF):
            continue  # "each month"
        unit = unit or _UNIT_OF.get(word, "")
        period = period or _PERIOD_OF.get(word, "")
    return "".join(f"/{one}" for one in (unit, period) if one)


_NUMBER_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_TEN_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_BELOW_TWENTY: Mapping[str, int] = {
    word: number for number, word in enumerate(_NUMBER_WORDS.split(), 1)
}
_TENS: Mapping[str, int] = dict(zip(_TEN_WORDS.split(), range(20, 100, 10), strict=True))
#: Words for so many, of which there may be several: "two dozen", "a hundred".
MANY: Mapping[str, int] = {"dozen": 12, "dozens": 12, "hundred": 100}
#: Numbers in words, as sizes of teams are written.
NUMBERS: Mapping[str, int] = {**_BELOW_TWENTY, **_TENS, **MANY}
#: Words of numbers that sizes of teams are not read from.
_TOO_MANY = "hundreds|thousands?|millions?"
_BELOW_HUNDRED = (
    rf"(?:(?:{_any_of(_TENS)})(?:[- ](?:{_any_of(_NUMBER_WORDS.split()[:9])})\b)?"
    rf"|(?:{_any_of(_BELOW_TWENTY)}))\b"
)
_SIZE = re.compile(
    rf"(?P<half>\bhalf (?:an? )?dozen\b)"
    rf"|(?:(?:(?P<of>(?<![\d.,])\d{{1,4}}|\b{_BELOW_HUNDRED})[- ]|\ban? )?"
    rf"\b(?P<many>{_any_of(MANY)})\b(?:[- ](?:and[- ])?(?P<rest>{_BELOW_HUNDRED})(?! dozen))?)"
    rf"|\b(?P<words>{_BELOW_HUNDRED})|\b(?P<unread>{_TOO_MANY})\b|(?P<figures>\d[\d.,]*)"
)
_WHOLE = re.compile(r"\d{1,3}(?:[,.]\d{3})+|\d{1,7}")


def normalised_size(text: str) -> str | None:
    """Return the number of people that words state: "12", "10-15"; None where they don't.

    It is none as well where numbers follow each other that make no number: "twenty ten people".
    """
    folded = fold(text)
    sizes: set[int] = set()
    last = 0
    for found in list(_SIZE.finditer(folded))[:2]:
        size = _size(found)
        if size is None or (sizes and not folded[last : found.start()].strip()):
            return None
        sizes.add(size)
        last = found.end()
    return "-".join(str(size) for size in sorted(sizes)) or None


def _size(found: re.Match[str]) -> int | None:
    """Return the number that is found, None where it is not whole or not understood."""
    if found["half"]:
        return 6
    if found["many"]:
        of = found["of"] or "one"
        count = int(of) if of.isdecimal() else _in_words(of)
        return count * MANY[found["many"]] + _in_words(found["rest"] or "")
    if found["words"]:
        return _in_words(found["words"])
    if found["figures"] and _WHOLE.fullmatch(plain := found["figures"].rstrip(".,")):
        return int(re.sub(r"\D", "", plain))
    return None


def _in_words(words: str) -> int:
    """Return a number below a hundred: "twenty-five", nothing at all is 0."""
    return sum(NUMBERS[word] for word in re.findall(r"[a-z]+", words))
