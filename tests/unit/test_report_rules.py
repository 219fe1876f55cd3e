"""What reports count with: money, shares, periods, charts, chances."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from config.campaign import CampaignSpec, CostsFile, CostSpec
from config.money import minor_digits, minor_units
from models.words import CampaignKind, LeadStatus
from service.reports.document import Report, Table, columns, lasting
from service.rules.attribution import NOWHERE, Touch, Win, attribute
from service.rules.defects import Delivered, chart
from service.rules.effect import Judged, effects
from service.rules.figures import Interval, p_limits, quantile, share, wilson
from service.rules.forecast import Deal, came_true, chances, forecast, typical
from service.rules.money import Money, in_currency, per_unit, rounded, shared_out, split, sums
from service.rules.period import Period, latest, midnight
from service.rules.speed import HandedOff, speed
from service.rules.spending import UNSPREAD, Cost, spent, spread, within
from service.rules.value import unrealised

S = LeadStatus
BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2025, 11, 19, 12, tzinfo=UTC)
WEEK = Period(first=date(2025, 11, 17), until=date(2025, 11, 24), zone=BERLIN)
EURO = Money("EUR", 100)

weights = st.lists(st.integers(0, 10_000), min_size=1, max_size=20).filter(any)


# Money.


@given(st.integers(-(10**15), 10**15), weights)
def test_parts_add_up_to_the_whole_and_are_off_by_less_than_one(
    minor: int, given_weights: list[int]
) -> None:
    parts = split(minor, given_weights)

    assert sum(parts) == minor
    for part, weight in zip(parts, given_weights, strict=True):
        assert abs(part - Fraction(minor * weight, sum(given_weights))) < 1


def test_the_unit_that_is_left_over_goes_to_the_largest_remainder() -> None:
    assert split(100, [1, 1, 1]) == (34, 33, 33)
    assert split(10, [1, 5, 4]) == (1, 5, 4)
    assert split(100, [1, 2]) == (33, 67)
    assert shared_out(EURO, {"b": 2, "a": 1}) == {"a": Money("EUR", 33), "b": Money("EUR", 67)}


@pytest.mark.parametrize("bad", [[], [0, 0], [-1, 2]])
def test_nothing_can_be_divided_by_no_weights(bad: list[int]) -> None:
    with pytest.raises(ValueError, match="nothing can be divided"):
        split(100, bad)


def test_different_currencies_are_never_added_up() -> None:
    found = sums([EURO, Money("USD", 5), EURO])

    assert found == (Money("EUR", 200), Money("USD", 5))
    assert in_currency(found, "EUR") == 200
    assert in_currency(found, "JPY") == 0


def test_halves_go_away_from_zero() -> None:
    assert [rounded(Fraction(n, 2)) for n in (1, -1, 3, 5)] == [1, -1, 2, 3]
    assert per_unit(5, 2) == 3
    assert per_unit(5, 0) is None


@pytest.mark.parametrize(
    ("money", "words"),
    [
        (Money("EUR", 123_450), "1,234.50 EUR"),
        (Money("JPY", 1_234), "1,234 JPY"),
        (Money("KWD", 1_234), "1.234 KWD"),
        (Money("USD", -5), "-0.05 USD"),
    ],
)
def test_money_is_told_with_its_own_digits(money: Money, words: str) -> None:
    assert str(money) == words


def test_amounts_are_read_to_the_last_coin() -> None:
    assert minor_units("49.00", "EUR") == 4_900
    assert minor_units("49", "JPY") == 49
    assert minor_digits("BHD") == 3
    with pytest.raises(ValueError, match="finer than EUR"):
        minor_units("0.001", "EUR")


# Shares.


def test_shares_of_nothing_are_none() -> None:
    assert share(1, 4) == 0.25
    assert share(0, 0) is None
    assert wilson(0, 0) is None
    assert p_limits(0.5, 0) is None
    assert quantile([], 0.5) is None


def test_wilson_s_interval_is_that_of_the_textbook() -> None:
    # Newcombe 1998, table I: 81 of 263 is 0.2553 to 0.3662, 15 of 148 0.0624 to 0.1605.
    for part, whole, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605)):
        found = wilson(part, whole)
        assert found is not None
        assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@given(st.integers(0, 500), st.integers(1, 500))
def test_an_interval_holds_its_share(part: int, whole: int) -> None:
    part = min(part, whole)
    found = wilson(part, whole)

    assert found is not None
    assert 0 <= found.low <= part / whole <= found.high <= 1


def test_quantiles_lie_between_their_neighbours() -> None:
    assert quantile([4, 1, 3, 2], 0.5) == 2.5
    assert quantile([4, 1, 3, 2], 0.9) == pytest.approx(3.7)
    assert quantile([7], 0.9) == 7


def test_the_limits_of_a_p_chart() -> None:
    # Montgomery's orange juice cans: 0.2313 in samples of 50 is 0.0524 to 0.4102.
    found = p_limits(0.2313, 50)

    assert found is not None
    assert (round(found.low, 3), round(found.high, 3)) == (0.052, 0.410)
    assert p_limits(0.5, 1) == Interval(0.0, 1.0)


# Periods.


def test_a_period_is_of_local_days() -> None:
    assert WEEK.start == datetime(2025, 11, 16, 23, tzinfo=UTC)
    assert WEEK.end == datetime(2025, 11, 23, 23, tzinfo=UTC)
    assert WEEK.start in WEEK
    assert WEEK.end not in WEEK
    assert None not in WEEK
    assert WEEK.week_of(WEEK.start) == date(2025, 11, 17)
    assert WEEK.weeks() == (date(2025, 11, 17),)


def test_a_week_in_which_the_clocks_change_has_an_hour_more() -> None:
    week = Period(first=date(2025, 10, 20), until=date(2025, 10, 27), zone=BERLIN)

    assert week.end - week.start == timedelta(days=7, hours=1)


def test_a_day_without_midnight_begins_when_the_clocks_jump() -> None:
    # In Cairo the clocks go from 0:00 to 1:00 on the last Friday of April.
    cairo = ZoneInfo("Africa/Cairo")

    assert midnight(date(2025, 4, 25), cairo) == datetime(2025, 4, 24, 22, tzinfo=UTC)


def test_a_period_has_days() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        Period(first=date(2025, 1, 2), until=date(2025, 1, 2), zone=BERLIN)


def test_the_usual_period_is_of_twelve_weeks_and_today() -> None:
    found = latest(NOON, BERLIN)

    assert (found.first, found.until) == (date(2025, 9, 1), date(2025, 11, 20))
    assert len(found.weeks()) == 12


# Costs.

days = st.integers(1, 400)


@given(st.integers(0, 10**9), days, days, days)
def test_what_adjacent_periods_get_is_what_both_get(
    minor: int, lasts: int, one: int, two: int
) -> None:
    first = date(2025, 1, 1)
    cost = Cost(
        name="x",
        since=first,
        until=first + timedelta(days=lasts),
        amount=Money("EUR", minor),
    )
    middle, end = first + timedelta(days=one), first + timedelta(days=one + two)
    periods = [(first, middle), (middle, end), (first, end)]
    left, right, both = (
        amount.minor if (amount := within(cost, Period(first=a, until=b, zone=BERLIN))) else 0
        for a, b in periods
    )

    assert left + right == both
    assert both <= minor


def test_costs_are_summed_by_name_and_currency() -> None:
    def a_cost(name: str, since: date, amount: Money) -> Cost:
        return Cost(name=name, since=since, until=since + timedelta(days=7), amount=amount)

    costs = [
        a_cost("a", WEEK.first, EURO),
        a_cost("a", WEEK.first, Money("USD", 7)),
        a_cost("b", WEEK.first - timedelta(days=30), EURO),
    ]

    assert spent(costs, WEEK) == {"a": (EURO, Money("USD", 7))}


def test_costs_of_what_brought_nothing_are_shown_as_such() -> None:
    found = spread({"talk": (EURO,), "mute": (EURO,)}, {"talk": {"crm": 1, "help": 2}})

    assert found == {
        "crm": (Money("EUR", 33),),
        "help": (Money("EUR", 67),),
        UNSPREAD: (EURO,),
    }


def test_what_only_costs_has_a_return_too() -> None:
    (found,) = effects({}, {}, {"mute": (EURO,)})

    assert (found.name, found.leads, found.precision) == ("mute", 0, None)
    assert (found.returns[0].roi, found.returns[0].per_lead) == (-1.0, None)
    (free,) = effects({"free": Judged(signals=1)}, {}, {"free": (Money("EUR", 0),)})
    assert free.returns[0].roi is None


# Attribution.

touches = st.lists(st.sampled_from("abc"), max_size=9)
wins = st.lists(
    st.tuples(st.integers(0, 10**9), st.sampled_from(["EUR", "USD"]), touches), max_size=9
)


@given(wins)
def test_each_model_gives_away_the_whole_revenue_to_the_cent(
    won: list[tuple[int, str, list[str]]],
) -> None:
    found = attribute(
        Win(
            amount=Money(currency, minor),
            touches=[Touch(at=NOON + n * timedelta(1), source=s) for n, s in enumerate(heard)],
        )
        for minor, currency, heard in won
    )
    revenue = sums(Money(currency, minor) for minor, currency, _ in won)

    for model in ("first", "last", "linear"):
        given_away = sums(amount for credit in found for amount in getattr(credit, model))
        assert given_away == revenue


def test_a_win_of_which_no_signal_is_left_is_nobody_s() -> None:
    (credit,) = attribute([Win(amount=EURO, touches=())])

    assert (credit.source, credit.first, credit.linear) == (NOWHERE, (EURO,), (EURO,))


# Defects.


def delivered(week: int, good: int, bad: int) -> list[Delivered]:
    at = NOON + timedelta(weeks=week)
    reasons = [None] * good + ["not_a_lead"] * bad
    return [Delivered(at=at, topic="crm", source="talk", defect=reason) for reason in reasons]


def test_a_week_of_four_defects_in_five_raises_the_alarm() -> None:
    # 65 of 300 are 21.7 %; ± 3·√(0.2167·0.7833/50) is from 4.2 % to 39.1 %.
    leads = [lead for week in range(5) for lead in delivered(week, 45, 5)]
    period = Period(first=WEEK.first, until=WEEK.first + timedelta(weeks=7), zone=BERLIN)
    found = chart([*leads, *delivered(5, 10, 40)], period=period)

    assert [bool(sample.alert) for sample in found.samples] == [
        False, False, False, False, False, True, False,
    ]  # fmt: skip
    assert found.samples[5].alert == "more defects than chance explains: look at what changed"
    assert (found.samples[6].rate, found.samples[6].limits) == (None, None)


def test_a_week_that_went_better_than_chance_is_worth_a_look() -> None:
    (sample,) = chart(delivered(0, 50, 0), period=WEEK, standard=0.4).samples

    assert sample.alert == "fewer defects than chance explains: find out what went well"


def test_an_even_process_raises_none() -> None:
    found = chart(delivered(0, 45, 5), period=WEEK)

    assert [sample.alert for sample in found.samples] == [None]
    assert chart([], period=WEEK).centre is None


# Forecast.


def a_deal(
    status: LeadStatus, furthest: int = 6, worth: Money | None = None, name: str = "x"
) -> Deal:
    return Deal(lead_id=name, status=status, furthest=furthest, worth=worth)


def test_a_new_house_has_a_chance() -> None:
    assert [chance.p for chance in chances([])] == [Fraction(1, 100)] * 5
    assert chances([a_deal(S.LOST, 5)] * 200)[3].p == Fraction(1, 100)


def test_merged_and_erased_leads_say_nothing_of_chances() -> None:
    found = chances([a_deal(S.WON, 7), a_deal(S.ERASED), a_deal(S.MERGED)])

    assert {(chance.left, chance.p) for chance in found} == {(1, Fraction(1))}


def test_a_lead_without_an_amount_counts_with_the_usual_one() -> None:
    won = [a_deal(S.WON, 7, Money("EUR", 100)), a_deal(S.WON, 7, Money("EUR", 201))]
    found = forecast([*won, a_deal(S.LOST, 6), a_deal(S.LOST, 6), a_deal(S.OPPORTUNITY)])

    assert typical(won) == Money("EUR", 151)
    assert found.expected == (Money("EUR", 76),)  # a half of 151
    assert (found.assumed, found.left_out) == (1, 0)


def test_what_came_of_a_forecast_is_told_from_what_came_beside_it() -> None:
    open_then = [a_deal(S.WORKING, name="a"), a_deal(S.NURTURING, name="b")]

    assert came_true(open_then, {"a": EURO, "b": Money("EUR", 7)}) == (
        (EURO,),
        (Money("EUR", 7),),
    )


# Speed and value.


def test_who_is_too_young_to_be_neglected_is_not_counted() -> None:
    found = speed([HandedOff(at=NOON, first_touch_at=None)], now=NOON + timedelta(days=29))

    assert (found.handed_off, found.ripe, found.never_followed_up_share) == (1, 0, None)


def test_a_contact_before_the_hand_off_took_no_time() -> None:
    lead = HandedOff(at=NOON, first_touch_at=NOON - timedelta(hours=1))

    assert speed([lead], now=NOON).clock_p50 == timedelta(0)


def test_the_sum_of_the_source_document() -> None:
    found = unrealised(
        3510,
        qualified=Decimal(".20"),
        unfollowed=Decimal(".70"),
        buy=Decimal(".45"),
        price=100_000,
    )

    assert (found.qualified, found.unfollowed, found.buyers) == (702, 491, 221)
    assert found.value == 22_100_000
    assert found.exact == Fraction(22_113_000)


# The file.


def a_campaign(**values: object) -> CampaignSpec:
    usual: dict[str, object] = {
        "id": "fair",
        "name": "Fair",
        "kind": "event_buzz",
        "since": date(2025, 1, 1),
        "until": date(2025, 2, 1),
    }
    return CampaignSpec.model_validate(usual | values)


def a_cost(**values: object) -> CostSpec:
    usual: dict[str, object] = {
        "source": "talk",
        "since": date(2025, 1, 1),
        "until": date(2025, 2, 1),
        "amount": "10.00",
        "currency": "EUR",
    }
    return CostSpec.model_validate(usual | values)


def test_campaigns_and_costs_are_read() -> None:
    campaign = a_campaign(budget="5000.00", currency="EUR")

    assert (campaign.kind, campaign.budget_minor) == (CampaignKind.EVENT_BUZZ, 500_000)
    assert a_campaign().budget_minor is None
    assert a_cost().amount_minor == 1_000


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"until": date(2025, 1, 1)}, "must be after since"),
        ({"budget": "1.00"}, "belong together"),
        ({"budget": "1.001", "currency": "EUR"}, "finer than EUR"),
        ({"budget": "1,00", "currency": "EUR"}, "is no amount"),
        ({"budget": "1.00", "currency": "€"}, "is no currency"),
        ({"kind": "noise"}, "Input should be"),
    ],
)
def test_a_campaign_that_makes_no_sense_is_refused(values: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        a_campaign(**values)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"campaign": "fair"}, "name a source or a campaign"),
        ({"source": None}, "name a source or a campaign"),
        ({"until": date(2024, 1, 1)}, "must be after since"),
        ({"amount": "1.5", "currency": "JPY"}, "finer than JPY"),
        ({"since": "2025-01-01"}, "valid date"),
    ],
)
def test_a_cost_that_makes_no_sense_is_refused(values: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        a_cost(**values)


def test_a_cost_that_is_there_twice_is_refused_unless_a_note_tells_them_apart() -> None:
    with pytest.raises(ValidationError, match="two entries are the same"):
        CostsFile(cost=(a_cost(), a_cost()))
    assert len(CostsFile(cost=(a_cost(), a_cost(note="again"))).cost) == 2


# Tables.


def test_a_cell_of_a_csv_is_no_formula() -> None:
    table = Table(
        name="t",
        title="T",
        columns=columns("name: name", "at: at", "took_seconds: took", "cost: cost"),
        rows=[
            ("=HYPERLINK(1)", NOON, timedelta(hours=1), Money("EUR", -5)),
            ("plain", date(2025, 1, 2), None, None),
        ],
    )

    assert table.as_csv().splitlines()[1:] == [
        "'=HYPERLINK(1),2025-11-19T12:00:00+00:00,3600.0,-0.05",
        "plain,2025-01-02,,",
    ]
    assert table.lines()[0] == ["=HYPERLINK(1)", "2025-11-19 12:00", "1 h 0 min", "-0.05 EUR"]


def test_a_report_of_the_moment_has_no_period() -> None:
    assert Report(name="x", period=None, tables=()).as_json() == {
        "report": "x",
        "tables": {},
        "notes": [],
    }


def test_lengths_of_time_are_told_in_two_units() -> None:
    spans = (timedelta(minutes=5), timedelta(hours=2, minutes=3), timedelta(days=1, hours=2))

    assert [lasting(span) for span in spans] == ["5 min", "2 h 3 min", "1 d 2 h"]
