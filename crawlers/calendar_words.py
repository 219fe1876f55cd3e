# ruff: noqa: RUF001  months and days in Greek and Cyrillic are meant
"""What people call months, days and spans of time, in the languages that forums are kept in.

Names are told by how they begin, so that inflections and abbreviations are covered: "January",
"Jan.", "янв", "января". Where two languages disagree about a beginning, a longer one decides.
"""

from datetime import timedelta

#: Months by beginnings of their names: English, German, French, Spanish, Italian, Portuguese,
#: Dutch, Swedish, Danish, Norwegian, Finnish, Polish, Czech, Romanian, Turkish, Indonesian,
#: Hungarian, Russian, Ukrainian, Greek.
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan ene gen tam sty led ian oca янв січ ιαν",
            "feb fév fev hel lut úno şub фев лют φεβ",
            "mar mär mrt maa bře мар бер μαρ μάρ",
            "apr avr abr huh kwi dub nis ápr апр кві απρ",
            "may mai mei mag maj tou kvě máj май мая тра μαι μάι",
            "jun juin giu kes cze červn červen iun haz jún июн чер ιουν",
            "jul juil lug hei lip července červenec iul tem júl июл лип ιουλ",
            "aug aoû aou ago elo sie srp ağu agu авг сер αυγ",
            "sep set syy wrz zář eyl sze сен вер σεπ",
            "oct okt ott out lok paź říj eki окт жов οκτ",
            "nov marr lis noi kas ноя лис νοε νοέ",
            "dec dez déc dic jou gru pro ara des дек гру δεκ",
        ),
        start=1,
    )
    for name in names.split()
}
_LONGEST = max(map(len, MONTHS))

#: Days of the week by beginnings of their names, Monday is 0: English, French, Spanish, German.
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "mon lun",
            "tue mar die",
            "wed mer mié mit",
            "thu jeu jue don",
            "fri ven vie fre",
            "sat sam sáb",
            "sun dim dom son",
        )
    )
    for name in names.split()
}

#: Words for days and moments, as alternatives of a regular expression.
TODAY = (
    r"today|heute|aujourd.hui|hoy|oggi|hoje|vandaag|idag|i\sdag|tänään|dzisiaj|dziś|dnes|astăzi|"
    r"azi|bugün|сегодня|сьогодні|σήμερα|今天|今日|오늘"
)
YESTERDAY = (
    r"yesterday|gestern|hier|ayer|ieri|ontem|gisteren|igår|i\sgår|eilen|wczoraj|včera|dün|tegnap|"
    r"вчера|вчора|χθες|昨天|昨日|어제"
)
NOW = (
    r"just\snow|moments?\sago|right\snow|a\sfew\sseconds\sago|gerade\seben|à\sl.instant|"
    r"только\sчто|刚刚|たった今|방금"
)
AGO = (
    r"\bago\b|\bvor\s|\bil y a\b|\bhace\b|\bfa\b|\bhá\s|\batrás\b|\bgeleden\b|\bsedan\b|"
    r"\bsiden\b|\btemu\b|\bpřed\b|\bönce\b|\bsitten\b|\bназад\b|\bтому\b|\bπριν\b|前|전\b"
)

#: Spans by beginnings of their names; a single letter is one only as such: "5m ago".
SPANS = {
    name: span
    for span, names in (
        (timedelta(seconds=1), "s sec seg sek san сек 秒 초"),
        (timedelta(minutes=1), "m min dak мин хв 分 분"),
        (timedelta(hours=1), "h hr hour saa stu heur hor or uur tim god час 小时 時間 时 시간"),
        (timedelta(days=1), "d day tag jour día dia dag dni dzie giorn gün дн ден 天 日 일"),
        (timedelta(weeks=1), "w wk week haf woch sem sett veck tyg нед 周 週 주"),
        (timedelta(days=30), "mo mon moi mes maand mån mies ay мес 月 个月 개월"),
        (timedelta(days=365), "y yr year yıl jahr an añ ano ann jaar år rok lat год лет 年 년"),
    )
    for name in names.split()
}


def month(name: str) -> int:
    """Return the number of a month.

    Raises:
        ValueError: there is none of that name.
    """
    number = _by_beginning(name, MONTHS)
    if number is None:
        raise ValueError(name)
    return number


def weekday(name: str) -> int | None:
    """Return the number of a day of the week, Monday is 0; None if it is none."""
    return WEEKDAYS.get(name.lower()[:3])


def span(name: str) -> timedelta | None:
    """Return how long a unit of time is; None if it is none."""
    lower = name.lower().rstrip(".")
    if len(lower) == 1:
        return SPANS.get(lower)
    for length in range(min(len(lower), 6), 0, -1):
        found = SPANS.get(lower[:length])
        if found is not None and (length > 1 or not lower.isascii()):
            return found
    return None


def _by_beginning(name: str, names: dict[str, int]) -> int | None:
    lower = name.lower()
    for length in range(min(len(lower), _LONGEST), 2, -1):
        if (number := names.get(lower[:length])) is not None:
            return number
    return None
