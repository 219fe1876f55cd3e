import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.sums import normalised_size, normalised_sum


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("under $500/mo", "500 USD/month"),
        ("up to $50 a month", "50 USD/month"),
        ("12 \u20ac per user per month", "12 EUR/user/month"),
        ("$12/seat/yr", "12 USD/user/year"),
        ("\u00a340 an hour", "40 GBP/hour"),
        ("1500 CAD", "1500 CAD"),
        ("C$90", "90 CAD"),
        ("300 dollars", "300 USD"),
        ("10 000 Euros", "10000 EUR"),
        ("1.500 \u20ac", "1500 EUR"),
        ("$1,200.50", "1200.50 USD"),
        ("3,5 \u20ac", "3.50 EUR"),
        ("budget 3k", "3000"),
        ("$2.5k", "2500 USD"),
        ("\u20ac1.5m", "1500000 EUR"),
        ("$50-80", "50-80 USD"),
        ("between $1000 - $1500", "1000-1500 USD"),
        ("750$-900$", "750-900 USD"),
        ("no more than \u00a3300 or 400", "300-400 GBP"),
        ("3-6 hundred", "300-600"),
        ("5-10k", "5000-10000"),
        ("$40, really $40", "40 USD"),
        ("$80, then $40", "80 USD"),
        ("600-ish bucks", "600 USD"),
        ("2000 a year", "2000/year"),
        ("$200 max", "200 USD"),
        ("50 maximum", "50"),
        ("Rs 50,000 max", "50000 INR"),
        ("600 monthly", "600/month"),
        ("up to $1.5 million", "1500000 USD"),
        ("1.5 mio EUR", "1500000 EUR"),
        ("2 Mio. \u20ac", "2000000 EUR"),
        ("1.125 million", "1125000"),
        ("$1-1.5m", "1000000-1500000 USD"),
        ("5 lakh rupees", "500000 INR"),
        ("two grand", "2000"),
        ("500-2k", "500-2000"),
        ("1'500 CHF", "1500 CHF"),
        ("1.500,- \u20ac", "1500 EUR"),
        ("$1,500.50/mo", "1500.50 USD/month"),
        ("\u20ac1.500,50 per month", "1500.50 EUR/month"),
        ("$1,2345", None),
        ("under $1e3", None),
        ("$60-80/h", "60-80 USD/hour"),
        ("$500 each month", "500 USD/month"),
        ("$90 each", "90 USD/unit"),
        ("between $100 and $200 a month", "100-200 USD/month"),
        ("\u00a3500 pcm", "500 GBP/month"),
        ("$900 a quarter", "900 USD/quarter"),
        ("200 CHF p.a.", "200 CHF/year"),
        ("INR 50k", "50000 INR"),
        ("$500 CAD", "500 CAD"),
        ("$50 for 20 people", "50 USD"),
        ("for free", "0"),
        ("tight budget", None),
        ("", None),
    ],
)
def test_a_sum_has_one_form(text: str, normalised: str | None) -> None:
    assert normalised_sum(text) == normalised


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("12 people", "12"),
        ("team of nine", "9"),
        ("10-15 users", "10-15"),
        ("1,200 employees", "1200"),
        ("a dozen reps", "12"),
        ("half a dozen reps", "6"),
        ("two dozen reps", "24"),
        ("2 dozens of reps", "24"),
        ("a hundred reps", "100"),
        ("3 hundred reps", "300"),
        ("one hundred and twenty-five reps", "125"),
        ("two hundred fifty reps", "250"),
        ("one hundred-twenty reps", "120"),
        ("one hundred-two hundred reps", None),
        ("twenty five reps", "25"),
        ("five-six reps", "5-6"),
        ("twenty-five to thirty-two reps", "25-32"),
        ("two five-person teams", None),
        ("twenty ten reps", None),
        ("two hundred thousand reps", None),
        ("a hundred two dozen reps", None),
        ("10.7 people", None),
        ("people", None),
        ("phone users", None),
    ],
)
def test_a_team_has_a_number(text: str, normalised: str | None) -> None:
    assert normalised_size(text) == normalised


_UNITS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


@given(
    st.integers(0, 9), st.integers(2, 9), st.integers(1, 9), st.sampled_from("- "), st.booleans()
)
def test_a_number_in_words_is_read_whole(
    hundreds: int, tens: int, ones: int, between: str, has_and: bool
) -> None:
    below = f"{_TENS[tens - 2]}{between}{_UNITS[ones - 1]}"
    above = f"{_UNITS[hundreds - 1]} hundred {'and ' * has_and}" if hundreds else ""

    assert normalised_size(f"{above}{below} people") == str(100 * hundreds + 10 * tens + ones)


@given(st.text(st.sampled_from("0123456789.,$\u20ackm-/ perhousand"), max_size=40) | st.text())
def test_any_words_are_read(text: str) -> None:
    found = normalised_sum(text)
    assert found is None or found[0].isdigit()
    normalised_size(text)


@given(st.integers(1, 999_999), st.sampled_from(["USD", "EUR", "GBP"]))
def test_a_sum_written_in_its_normal_form_stays_as_it_is(amount: int, currency: str) -> None:
    assert normalised_sum(f"{amount} {currency}/month") == f"{amount} {currency}/month"
