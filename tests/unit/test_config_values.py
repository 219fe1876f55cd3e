"""What a single value of the configuration may be."""

from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.hours import DAYS, Shift, WorkingSpan, parse_working_hours, parse_working_span
from config.problem import closest
from config.shape import (
    check_email,
    check_slug,
    check_url,
    check_zone,
    parse_duration,
    parse_network,
)
from config.source import check_host
from config.wording import check_phrase


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("1h", timedelta(hours=1)),
        ("2d", timedelta(days=2)),
        ("0s", timedelta(0)),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, length: timedelta) -> None:
    assert parse_duration(text) == length


@pytest.mark.parametrize(
    "value",
    ["", "15", "15 m", "m15", "-1h", "1.5h", "1H", "1w", "٣m", "9999999d", 15.5, None, True],
)
def test_anything_else_is_no_duration(value: object) -> None:
    with pytest.raises(ValueError, match="is no duration; write"):
        parse_duration(value)


@pytest.mark.parametrize("text", ["http://a.example", "https://b.example:8443/x?y=z#n"])
def test_web_addresses_are_taken_as_they_are(text: str) -> None:
    assert check_url(text) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ftp://a.example/", "begins with http"),
        ("javascript:alert(1)", "begins with http"),
        ("a.example/feed", "begins with http"),
        ("https://", "begins with http"),
        ("https://a.example:0/", "begins with http"),
        ("https://a.example:99999/", "is no address"),
        ("https://[::1/", "is no address"),
        ("https://me:secret@a.example/", "user name or password"),
        ("https://a.example/a b", "blanks"),
        (" https://a.example/", "blanks"),
        ("https://a.example/\x00", "control characters"),
        ("https://a.example\\@b.example/", "backslashes"),
        ("https://www.LinkedIn.com/groups/1", "LinkedIn forbids crawling"),
        ("https://linkedin.com./in/x", "LinkedIn forbids crawling"),
    ],
)
def test_an_address_that_must_not_be_fetched_is_refused_with_the_reason(
    text: str, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        check_url(text)


def test_a_refused_password_is_not_repeated() -> None:
    with pytest.raises(ValueError, match="user name") as caught:
        check_url("https://me:hunter2@a.example/")
    assert "hunter2" not in str(caught.value)


def test_a_site_whose_name_ends_alike_is_not_linkedin() -> None:
    assert check_url("https://notlinkedin.com/") == "https://notlinkedin.com/"


@pytest.mark.parametrize("text", ["10.0.0.0/8", "127.0.0.1", "127.0.0.1/32", "fd00::/8", "::1"])
def test_networks_are_read(text: str) -> None:
    assert parse_network(text) == ip_network(text)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("10.0.0.1/8", "did you mean '10.0.0.0/8'"),
        ("fd00::1/8", "did you mean 'fd00::/8'"),
        ("0.0.0.0/0", "every address"),
        ("::/0", "every address"),
        ("10.0.0.0/40", "is no network"),
        ("localhost", "is no network"),
        (10, "is no network"),
    ],
)
def test_a_network_that_is_none_or_all_is_refused(value: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_network(value)


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/Argentina/Ushuaia"])
def test_time_zones_are_known_by_their_keys(name: str) -> None:
    assert check_zone(name) == name


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("europe/berlin", "did you mean 'Europe/Berlin'"),
        ("Europe/Berln", "did you mean 'Europe/Berlin'"),
        ("../../etc/passwd", "write it like"),
        ("/etc/localtime", "write it like"),
        ("America", "is no time zone"),
        ("localtime", "is no time zone"),
        ("", "write it like"),
        ("UTC\x00", "is no time zone"),
    ],
)
def test_a_zone_is_never_a_path_or_the_machines_own(name: str, hint: str) -> None:
    with pytest.raises(ValueError, match=hint):
        check_zone(name)


@pytest.mark.parametrize("value", ["ada@example.com", "a.b+c@mail.example.org"])
def test_mail_addresses_are_taken(value: str) -> None:
    assert check_email(value) == value


@pytest.mark.parametrize(
    "value", ["ada", "@x", "ada@", "a@b@c", "a b@c", "a@b\nBcc: c@d", "<a@b>", "a\x00@b"]
)
def test_what_no_mail_can_reach_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="is no mail address"):
        check_email(value)


def test_an_id_is_proposed_for_what_is_none() -> None:
    assert check_slug("home-improvement-2") == "home-improvement-2"
    with pytest.raises(ValueError, match="did you mean 'home-improvement'"):
        check_slug("Home Improvement")


@pytest.mark.parametrize("value", ["", "-", "a--b", "a-", "ä", "a" * 65, "a_b", "a/b", "a\n"])
def test_anything_but_words_and_hyphens_is_no_id(value: str) -> None:
    with pytest.raises(ValueError, match="is no id"):
        check_slug(value)


@pytest.mark.parametrize("value", ["Reddit.com", "reddit.com/r", "reddit.com:80", "", "a b"])
def test_a_host_is_only_a_host(value: str) -> None:
    with pytest.raises(ValueError, match="is no"):
        check_host(value) and pytest.fail(value)


def test_phrases_are_composed_and_have_single_blanks() -> None:
    assert check_phrase("  help   desk ") == "help desk"
    assert check_phrase("cafe\u0301") == "café"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "is empty"),
        ("  ", "is empty"),
        ("a\tb", "control character"),
        ("a\u2028b", "control character"),
        ("x", "too little"),
        (".*", "too little"),
        ("-x-", "too little"),
        ("word " * 25, "has 125 characters"),
    ],
)
def test_a_phrase_that_would_match_nothing_or_all_is_refused(value: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        check_phrase(value)


# --- working hours ---


def test_office_hours_are_five_shifts() -> None:
    hours = parse_working_hours("mon-fri 09:00-17:30")
    assert hours.shifts == tuple(Shift(day, 9 * 60, 17 * 60 + 30) for day in range(5))
    assert hours.text == "mon-fri 09:00-17:30"


def test_a_day_can_have_two_shifts_and_a_week_several_parts() -> None:
    hours = parse_working_hours("Mon,wed 08:00-12:00 13:00-17:00; fri 08:00-14:00")
    assert [(DAYS[s.weekday], s.start // 60, s.end // 60) for s in hours.shifts] == [
        ("mon", 8, 12),
        ("mon", 13, 17),
        ("wed", 8, 12),
        ("wed", 13, 17),
        ("fri", 8, 14),
    ]


def test_a_range_of_days_may_run_over_the_weekend() -> None:
    days = [shift.weekday for shift in parse_working_hours("sun-thu 09:00-17:00").shifts]
    assert days == [0, 1, 2, 3, 6]


def test_always_is_every_minute_of_the_week() -> None:
    shifts = parse_working_hours("always").shifts
    assert sum(shift.end - shift.start for shift in shifts) == 7 * 24 * 60


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "no days or no times"),
        ("mon-fri", "no days or no times"),
        ("mon-fri 09:00-17:00;", "no days or no times"),
        ("moon 09:00-17:00", "'moon' is no day"),
        ("mon- 09:00-17:00", "'' is no day"),
        ("mon 9-17", "is no time span"),
        ("mon 09:00-17:60", "no clock shows"),
        ("mon 09:00-25:00", "no clock shows"),
        ("mon 22:00-06:00", "ends before it begins"),
        ("mon 09:00-09:00", "ends before it begins"),
        ("mon 09:00-12:00 11:00-13:00", "two shifts on mon that overlap"),
        ("mon-fri 09:00-12:00; wed 11:59-13:00", "two shifts on wed that overlap"),
        (9, "no days or no times"),
    ],
)
def test_hours_that_make_no_sense_are_refused(value: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_working_hours(value)


@given(
    st.sets(st.integers(0, 6), min_size=1),
    st.lists(st.integers(0, 1440), min_size=2, max_size=8, unique=True),
)
def test_shifts_come_back_as_they_were_written(days: set[int], minutes: list[int]) -> None:
    minutes = sorted(minutes)[: len(minutes) // 2 * 2]
    spans = list(zip(minutes[::2], minutes[1::2], strict=True))
    times = " ".join(f"{s // 60:02}:{s % 60:02}-{e // 60:02}:{e % 60:02}" for s, e in spans)
    text = f"{','.join(DAYS[day] for day in days)} {times}"
    expected = sorted(Shift(day, start, end) for day in days for start, end in spans)
    assert list(parse_working_hours(text).shifts) == expected


def test_a_day_of_working_time_is_not_24_hours() -> None:
    assert parse_working_span("2d") == WorkingSpan(days=2)
    assert parse_working_span("48h") == WorkingSpan(time=timedelta(hours=48))
    with pytest.raises(ValueError, match="longer than 0"):
        parse_working_span("0h")


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (parse_duration, "2h"),
        (parse_network, "10.0.0.0/8"),
        (parse_working_hours, "always"),
        (parse_working_span, "2d"),
    ],
)
def test_reading_what_was_read_changes_nothing(
    parse: Callable[[object], object], text: str
) -> None:
    once = parse(text)
    assert parse(once) == once


# --- guesses ---


@pytest.mark.parametrize(
    ("word", "meant"), [("thresold", "threshold"), ("Name", "name"), ("zzz", None), ("", None)]
)
def test_the_nearest_known_word_is_guessed_or_none(word: str, meant: str | None) -> None:
    assert closest(word, ("threshold", "name", "keywords")) == meant
