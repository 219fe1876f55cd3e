"""What campaigns are counted with: phases, mentions, reach of any size, and their own funnel."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from config.campaign import CampaignSpec
from config.source import SourceSpec
from models.words import LeadStatus
from service.reports.document import Table, columns
from service.rules.attribution import Touch, Win
from service.rules.campaign_buzz import (
    Known,
    Mention,
    Phase,
    buzz,
    by_phase,
    phases,
    reach,
    said,
    timeline,
)
from service.rules.campaign_leads import (
    CLAIMED,
    Became,
    CampaignLead,
    Fate,
    Handed,
    claim,
    follow_up,
    funnel,
    handed,
    how_many,
    outcomes,
)
from service.rules.lives import WAY
from service.rules.money import Money

S = LeadStatus
BERLIN = ZoneInfo("Europe/Berlin")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: From 13 October, two weeks; the clocks went back on the 26th, just before it ended.
WHEN = phases(date(2025, 10, 13), date(2025, 10, 27), baseline_days=28, zone=BERLIN)
LATER = datetime(2025, 12, 1, tzinfo=UTC)

sizes = st.one_of(st.none(), st.integers(1, 10_000_000_000))


def a_mention(at: datetime, *, source: str = "talk", about: str = "") -> Mention:
    return Mention(at=at, source=source, about=frozenset(filter(None, [about])))


# Phases.


def test_a_campaign_is_compared_with_the_days_before_it_and_followed_as_long_as_it_lasted() -> (
    None
):
    days = {phase: (period.first, period.until) for phase, period in WHEN.items()}

    assert days == {
        Phase.BEFORE: (date(2025, 9, 15), date(2025, 10, 13)),
        Phase.DURING: (date(2025, 10, 13), date(2025, 10, 27)),
        Phase.AFTER: (date(2025, 10, 27), date(2025, 11, 10)),
    }
    alike = phases(date(2025, 10, 13), date(2025, 10, 27), baseline_days=None, zone=BERLIN)
    assert alike[Phase.BEFORE].first == date(2025, 9, 29)


@pytest.mark.parametrize(
    ("at", "phase"),
    [
        (datetime(2025, 9, 14, 21, 59, tzinfo=UTC), None),
        (datetime(2025, 9, 14, 22, 0, tzinfo=UTC), Phase.BEFORE),  # midnight in Berlin
        (datetime(2025, 10, 12, 21, 59, tzinfo=UTC), Phase.BEFORE),
        (datetime(2025, 10, 12, 22, 0, tzinfo=UTC), Phase.DURING),
        (datetime(2025, 10, 26, 22, 59, tzinfo=UTC), Phase.DURING),  # winter time by then
        (datetime(2025, 10, 26, 23, 0, tzinfo=UTC), Phase.AFTER),
        (datetime(2025, 11, 9, 23, 0, tzinfo=UTC), None),
    ],
)
def test_a_mention_is_in_one_phase_at_the_most(at: datetime, phase: Phase | None) -> None:
    found = by_phase(WHEN, [a_mention(at)])

    assert [one for one, mentions in found.items() if mentions] == ([phase] if phase else [])


def test_change_is_a_day_against_a_day() -> None:
    start = WHEN[Phase.DURING].start
    mentions = by_phase(
        WHEN,
        [a_mention(start - DAY * n) for n in range(1, 9)]  # 8 in 28 days
        + [a_mention(start + HOUR * n) for n in range(6)],  # 6 in 14 days
    )
    before, during, after = buzz(WHEN, mentions, {}, now=LATER)

    assert before.per_day == pytest.approx(8 / 28)
    assert before.change is None
    # An hour was there twice: the two weeks have 14 days and an hour.
    assert during.per_day == pytest.approx(6 / (14 + 1 / 24))
    assert during.change == pytest.approx(6 / (14 + 1 / 24) / (8 / 28) - 1)
    assert (after.mentions, after.per_day, after.change) == (0, 0.0, -1.0)


def test_what_goes_on_counts_by_the_days_that_have_passed() -> None:
    start = WHEN[Phase.DURING].start
    mentions = by_phase(WHEN, [a_mention(start - DAY), a_mention(start + HOUR)])
    _, during, after = buzz(WHEN, mentions, {}, now=start + 2 * DAY)

    assert during.per_day == 0.5
    assert during.change == pytest.approx(0.5 * 28 - 1)
    assert (after.per_day, after.change) == (None, None)


def test_without_a_mention_before_there_is_nothing_to_compare_with() -> None:
    mentions = by_phase(WHEN, [a_mention(WHEN[Phase.DURING].start)])

    assert [one.change for one in buzz(WHEN, mentions, {}, now=LATER)] == [None, None, None]


def test_names_are_told_the_most_mentioned_first_and_the_unmentioned_too() -> None:
    start = WHEN[Phase.DURING].start
    mentions = by_phase(
        WHEN,
        [
            a_mention(start, about="fair"),
            a_mention(start + HOUR, about="fair"),
            a_mention(start - DAY, about="crm"),
        ],
    )
    found = said(WHEN, mentions, ["crm", "fair", "silence"], of=lambda m: m.about, now=LATER)

    assert [(one.name, *one.mentions.values(), one.change) for one in found] == [
        ("fair", 0, 2, 0, None),
        ("crm", 1, 0, 0, -1.0),
        ("silence", 0, 0, 0, None),
    ]


def test_time_is_told_by_the_day_as_far_as_it_has_come() -> None:
    start = WHEN[Phase.DURING].start
    mentions = by_phase(WHEN, [a_mention(start), a_mention(start + HOUR)])
    days = timeline(WHEN, mentions, now=start + DAY + HOUR)

    assert len(days) == 28 + 2
    assert [(one.first, one.mentions) for one in days[-2:]] == [
        (date(2025, 10, 13), 2),
        (date(2025, 10, 14), 0),
    ]


def test_long_times_are_told_by_the_week() -> None:
    year = phases(date(2024, 1, 1), date(2025, 1, 1), baseline_days=10, zone=BERLIN)
    mentions = by_phase(year, [a_mention(datetime(2024, 1, 9, tzinfo=UTC))])
    weeks = timeline(year, mentions, now=LATER)

    assert [one.first for one in weeks[:3]] == [
        date(2023, 12, 22),
        date(2023, 12, 29),
        date(2024, 1, 1),
    ]
    assert [one.mentions for one in weeks[2:5]] == [0, 1, 0]
    assert sum(one.mentions for one in weeks) == 1


# Reach.


@pytest.mark.parametrize(
    ("mentions", "audiences", "told"),
    [
        ({}, {}, (0, 0, Known.WHOLE, 0, 0)),
        ({"a": 2}, {"a": 50}, (50, 100, Known.WHOLE, 0, 0)),
        ({"a": 2, "b": 1}, {"a": 50, "b": 7}, (57, 107, Known.WHOLE, 0, 0)),
        ({"a": 2, "b": 3}, {"a": 50, "b": None}, (50, 100, Known.AT_LEAST, 1, 3)),
        ({"b": 3}, {"a": 50}, (None, None, Known.UNKNOWN, 1, 3)),  # unknown is not nobody
        ({"a": 1}, {"a": 100_000_001}, (100_000_001, 100_000_001, Known.WHOLE, 0, 0)),
        ({"a": 3}, {"a": 2**31}, (2**31, 3 * 2**31, Known.WHOLE, 0, 0)),
        (
            {"a": 3, "b": 1},
            {"a": 2**32 + 1, "b": 2},
            (2**32 + 3, 3 * 2**32 + 5, Known.WHOLE, 0, 0),
        ),
    ],
)
def test_reach_is_the_people_of_the_places_that_are_known(
    mentions: dict[str, int], audiences: dict[str, int | None], told: tuple[object, ...]
) -> None:
    found = reach(mentions, audiences)

    assert (
        found.people,
        found.chances,
        found.known,
        found.unknown_places,
        found.unknown_mentions,
    ) == told


@given(st.dictionaries(st.text(max_size=3), st.tuples(st.integers(1, 10**6), sizes)))
def test_reach_is_exact_at_any_size(places: dict[str, tuple[int, int | None]]) -> None:
    found = reach(
        {place: count for place, (count, _) in places.items()},
        {place: size for place, (_, size) in places.items()},
    )
    known = [(count, size) for count, size in places.values() if size is not None]

    assert (found.people or 0) == sum(size for _, size in known)
    assert (found.chances or 0) == sum(count * size for count, size in known)
    assert (found.people is None) == (bool(places) and not known)
    assert found.unknown_places == len(places) - len(known)


def test_a_large_reach_is_written_to_the_last_person() -> None:
    table = Table(name="t", title="", columns=columns("reach: reach"), rows=[(10_300_000_003,)])

    assert table.lines() == [["10,300,000,003"]]
    assert table.records() == [{"reach": 10_300_000_003}]
    assert table.as_csv().splitlines()[1] == "10300000003"


# Leads.


def a_lead(
    status: LeadStatus,
    furthest: LeadStatus,
    *,
    handed_off: timedelta | None = None,
    touched: timedelta | None = None,
    closed: timedelta | None = None,
) -> CampaignLead:
    start = WHEN[Phase.DURING].start

    def at(span: timedelta | None) -> datetime | None:
        return None if span is None else start + span

    return CampaignLead(
        id="lead",
        status=status,
        furthest=WAY[furthest],
        heard_at=start,
        opened_at=start + HOUR,
        handed_off_at=at(handed_off),
        first_touch_at=at(touched),
        closed_at=at(closed),
    )


LEADS = (
    a_lead(S.WON, S.WON, handed_off=DAY, touched=2 * DAY, closed=9 * DAY),
    a_lead(S.LOST, S.WORKING, handed_off=DAY, touched=5 * DAY, closed=9 * DAY),
    a_lead(S.NURTURING, S.ACCEPTED, handed_off=DAY, touched=40 * DAY),  # too late
    a_lead(S.SALES_READY, S.OFFERED, handed_off=30 * DAY),
    a_lead(S.DETECTED, S.DETECTED),
)


def test_a_funnel_goes_from_mention_to_customer() -> None:
    steps = funnel(20, LEADS)

    assert [(step.name, step.reached, step.conversion) for step in steps] == [
        ("mentions", 20, None),
        ("leads", 5, 0.25),
        ("handed off", 4, 0.8),
        ("accepted", 3, 0.75),
        ("contacted", 2, pytest.approx(2 / 3)),
        ("opportunity", 1, 0.5),
        ("won", 1, 1.0),
    ]
    assert [step.after for step in steps] == [
        None, HOUR, DAY, None, 3 * DAY + 12 * HOUR, None, 9 * DAY,
    ]  # fmt: skip


def test_followed_up_is_of_all_that_were_handed_over() -> None:
    start = WHEN[Phase.DURING].start
    found = follow_up(LEADS, now=start + 45 * DAY)

    assert (found.handed_off, found.followed_up, found.waiting, found.never) == (4, 2, 1, 1)
    assert found.rate == 0.5
    assert follow_up(LEADS, now=start + 61 * DAY).never == 2
    assert follow_up((), now=start).rate is None


def test_every_lead_became_one_thing() -> None:
    found = outcomes(LEADS)

    assert found[Became.WON] == found[Became.LOST] == found[Became.WITH_SALES] == 1
    assert found[Became.WITH_MARKETING] == 2
    assert sum(found.values()) == len(LEADS)
    assert set(outcomes(tuple(a_lead(one, S.DETECTED) for one in S))) == set(Became)


def test_a_campaign_gets_of_the_revenue_what_each_model_gives_it() -> None:
    win = Win(
        amount=Money("EUR", 100),
        touches=(
            Touch(at=LATER, source="elsewhere"),
            Touch(at=LATER - DAY, source=CLAIMED),
            Touch(at=LATER + DAY, source="elsewhere"),
        ),
    )
    found = claim([win])

    assert (found.first, found.last, found.linear) == (
        (Money("EUR", 100),),
        (),
        (Money("EUR", 33),),
    )
    assert claim([]).first == ()
    elsewhere = Win(amount=Money("EUR", 100), touches=(Touch(at=LATER, source="elsewhere"),))
    assert claim([elsewhere]).linear == ()


# The files.


def a_campaign(**values: object) -> CampaignSpec:
    usual: dict[str, object] = {
        "id": "fair",
        "name": "Fair",
        "kind": "event_buzz",
        "since": date(2025, 1, 1),
        "until": date(2025, 2, 1),
    }
    return CampaignSpec.model_validate(usual | values)


def test_a_campaign_says_what_it_is_about() -> None:
    found = a_campaign(phrases=("Spring  Fair", "C++"), baseline=28)

    assert (found.phrases, found.baseline) == (("Spring Fair", "C++"), 28)
    assert (a_campaign().phrases, a_campaign().baseline) == ((), None)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"phrases": ("Fair", "fair")}, "'fair' is there twice"),
        ({"phrases": ("!",)}, "is too little to search for"),
        ({"phrases": ("",)}, "is empty"),
        ({"phrases": tuple(f"phrase {n}" for n in range(101))}, "at most 100"),
        ({"baseline": 0}, "greater than or equal to 1"),
        ({"baseline": 4_000}, "less than or equal"),
        ({"baseline": "28"}, "valid integer"),
        ({"until": date(2035, 1, 1)}, "a campaign lasts 1,096 days at the most"),
        # Nothing can be counted in as many days before the first, or after the last day there is.
        ({"since": date.min, "until": date(1, 2, 1)}, "0001-01-01 is no day of a campaign"),
        ({"since": date(9999, 12, 1), "until": date.max}, "9999-12-01 is no day of a campaign"),
        ({"since": date(2199, 12, 1), "until": date(2200, 1, 1)}, "from 1970-01-01 to 2199-12-31"),
    ],
)
def test_a_campaign_that_makes_no_sense_is_refused(values: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        a_campaign(**values)


@pytest.mark.parametrize(
    ("audience", "is_right"),
    [(None, True), (1, True), (10_000_000_000, True), (0, False), (-1, False), (10**11, False)],
)
def test_an_audience_is_somebody_and_not_more_than_there_are(
    audience: int | None, is_right: bool
) -> None:
    source = {"id": "talk", "kind": "feed", "name": "Talk", "url": "https://talk.example/feed"}
    try:
        found = SourceSpec.model_validate(source | {"audience": audience})
    except ValidationError:
        assert not is_right
    else:
        assert is_right
        assert found.audience == audience


# What became of leads that are alike.


def test_sales_has_a_month_to_follow_up_what_it_was_handed() -> None:
    at = LATER

    assert handed(None, None, now=at) is Handed.NOT
    assert handed(at, at + DAY, now=at + 2 * DAY) is Handed.FOLLOWED_UP
    assert handed(at, None, now=at + 29 * DAY) is Handed.WAITING
    assert handed(at, None, now=at + 31 * DAY) is Handed.NEVER
    assert handed(at, at + 40 * DAY, now=at + 50 * DAY) is Handed.NEVER


def test_leads_that_are_alike_are_counted_together() -> None:
    fates = [
        Fate(status=S.WON, furthest=WAY[S.WON], handed=Handed.FOLLOWED_UP, leads=2),
        Fate(status=S.MQL, furthest=WAY[S.OFFERED], handed=Handed.NOT, leads=3),
    ]

    assert how_many(fates) == 5
    assert how_many(fates, reached=S.SALES_READY) == 5  # one went back since
    assert how_many(fates, reached=S.WON) == how_many(fates, handed=Handed.FOLLOWED_UP) == 2
