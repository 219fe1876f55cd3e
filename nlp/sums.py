"""Sums of money and sizes of teams, as authors write them, in one form.

A sum becomes ``AMOUNT[-AMOUNT][ CURRENCY][/UNIT][/PERIOD]``: "80-120 USD/month",
"12 EUR/user/month", "700" where no currency is said. Currencies are ISO 4217; a dollar sign alone
is read as the US dollar, and a pound as the British one. Amounts are decimal numbers without
separators.
"""

import re
from collections.abc import Mapping

from nlp.text import fold

_CURRENCIES: Mapping[str, str] = {
    "USD": "us$ $ usd dollar dollars buck bucks",
    "EUR": "\u20ac eur euro euros",
    "GBP": "\u00a3 gbp pound pounds quid",
    "CAD": "cad cdn c$ ca$",
    "AUD": "aud a$ au$",
    "NZD": "nzd nz$",
    "CHF": "chf francs",
    "INR": "inr \u20b9 rupees rs",
    "JPY": "jpy \u00a5 yen",
    "SEK": "sek",
    "NOK": "nok",
    "DKK": "dkk",
    "PLN": "pln zloty",
}
_CURRENCY_OF = {word: code for code, words in _CURRENCIES.items() for word in words.split()}
_PERIODS: Mapping[str, str] = {
    "year": "yr year years yearly annum annually pa",
    "month": "mo mth month months monthly",
    "week": "wk week weeks weekly",
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

_TIMES: Mapping[str, int] = {
    "k": 1_000,
    "m": 1_000_000,
    "hundred": 100,
    "thousand": 1_000,
    "grand": 1_000,
}

_SIGN = r"(?:us|c|ca|a|au|nz)?\$|[\u20ac\u00a3\u20b9\u00a5]"
# One amount: 1,500.00 and 1.500,00 and 10 000; then what it is multiplied by.
_AMOUNT = re.compile(
    rf"(?P<sign>{_SIGN})?\s?"
    r"(?<![\d.,])(?P<whole>\d{1,3}(?:[ .,]\d{3})+(?!\d)|\d{1,12})"
    r"(?:[.,](?P<part>\d{1,2}))?(?!\d)\s?(?P<times>k|m|hundred|thousand|grand)?(?![a-z]{0,2}\d)"
    rf"(?:[-\s]?ish)?\s?(?P<after>{_SIGN}|[a-z]+)?"
)
_FREE = re.compile(r"\b(?:for free|free|for nothing|no money|\$0)\b")
_PER = re.compile(r"(?:/|\bper\b|\ban?\b|\bevery\b|\beach\b)?\s*([a-z]+)")


def normalised_sum(text: str) -> str | None:
    """Return a sum or a range of sums in the one form of this module, None where there is none.

    Args:
        text: the words that state a budget, as written.
    """
    folded = fold(text)
    amounts: list[str] = []
    currency = ""
    last = 0
    for found in _AMOUNT.finditer(folded):
        amounts.append(_amount(found))
        said = found["sign"] or found["after"] or ""
        currency = currency or _CURRENCY_OF.get(said, "")
        last = found.end("after") if found["after"] in _CURRENCY_OF else found.end("whole")
        if len(amounts) == 2:
            break
    if not amounts:
        return "0" if _FREE.search(folded) else None
    return _range(amounts, folded) + (f" {currency}" if currency else "") + _per(folded[last:])


def _amount(found: re.Match[str]) -> str:
    whole = int(re.sub(r"\D", "", found["whole"]))
    cents = (found["part"] or "").ljust(2, "0") if found["part"] else "00"
    in_cents = (100 * whole + int(cents)) * _TIMES.get(found["times"] or "", 1)
    plain, rest = divmod(in_cents, 100)
    return f"{plain}.{rest:02}" if rest else str(plain)


def _range(amounts: list[str], folded: str) -> str:
    if len(amounts) == 1:
        return amounts[0]
    first, second = amounts
    # "3-6 hundred", "2-3k": what the second is multiplied by is meant for the first as well.
    times = re.search(r"\d\s?-\s?\d+\s?(k|hundred|thousand|grand)\b", folded)
    if times and float(first) * 10 < float(second):
        first = str(int(float(first) * _TIMES[times[1]]))
    return (
        f"{first}-{second}"
        if float(first) < float(second)
        else second
        if first == second
        else first
    )


def _per(rest: str) -> str:
    """Return "/user/month" of what is said behind the sum."""
    unit = period = ""
    for word in (found[1] for found in _PER.finditer(rest)):
        unit = unit or _UNIT_OF.get(word, "")
        period = period or _PERIOD_OF.get(word, "")
    return "".join(f"/{one}" for one in (unit, period) if one)


_NUMBER_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
)
_NUMBERS: Mapping[str, int] = {
    word: number for number, word in enumerate(_NUMBER_WORDS.split(), 1)
} | {"dozen": 12, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "hundred": 100}
_SIZE = re.compile(r"\d[\d.,]*|\b(?:" + "|".join(_NUMBERS) + r")\b")
_WHOLE = re.compile(r"\d{1,3}(?:[,.]\d{3})+|\d{1,7}")


def normalised_size(text: str) -> str | None:
    """Return the number of people that words state: "12", "10-15"; None where they don't."""
    sizes: set[int] = set()
    for word in _SIZE.findall(fold(text))[:2]:
        if word in _NUMBERS:
            sizes.add(_NUMBERS[word])
        elif _WHOLE.fullmatch(plain := word.rstrip(".,")):
            sizes.add(int(re.sub(r"\D", "", plain)))
        else:
            return None
    return "-".join(str(size) for size in sorted(sizes)) or None
