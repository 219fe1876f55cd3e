from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from service.web.views.quoted import Quoted
from service.web.views.score import tell_judgement, tell_score, whole


def explained(
    *,
    base: float = 0.84,
    fit: float = 0.5,
    negatives: list[JsonValue] | None = None,
    contributions: tuple[float, ...] = (1.8,),
) -> dict[str, JsonValue]:
    parts: list[JsonValue] = [
        {
            "signal_id": f"s{n}",
            "kind": "experience",
            "probability": 0.9,
            "age_hours": 2.0 + 40 * n,
            "strength": 0.8,
            "contribution": weight,
            "share": 0.0,
        }
        for n, weight in enumerate(contributions)
    ]
    return {
        "version": "3",
        "base": base,
        "fit": fit,
        "negatives": negatives or [],
        "parts": parts,
    }


def evidence(text: str, weight: float) -> Quoted:
    return Quoted(text=text, reason="asks", weight=weight, field="body", start=0, end=len(text))


def test_an_unknown_fit_changes_nothing() -> None:
    told = tell_score(explained(base=0.84))

    assert [step.result for step in told.steps] == [84, 84]
    assert told.steps[1].change == "±0"


def test_every_step_leads_to_the_next_and_the_last_is_the_score() -> None:
    told = tell_score(explained(base=0.8, fit=1.0, negatives=[{"name": "solved", "factor": 0.3}]))

    assert [(step.change, step.result) for step in told.steps] == [
        ("80", 80),
        ("+11", 91),
        ("\N{MULTIPLICATION SIGN} 0.3", 27),
    ]
    assert told.steps[2].words == "seems to have found one"


def test_a_bad_fit_is_told_as_a_loss() -> None:
    assert tell_score(explained(base=0.8, fit=0.0)).steps[1].change == "\N{MINUS SIGN}21"


def test_signals_share_what_was_heard() -> None:
    told = tell_score(explained(contributions=(1.5, 0.5)))

    assert [(b.share, b.age) for b in told.brought] == [(75, "2 h old"), (25, "42 h old")]
    assert told.steps[0].words == "what was said, in 2 signals, fading with age"


def test_the_weights_add_up_to_how_sure_the_judge_is() -> None:
    told = tell_judgement([evidence("b", -0.5), evidence("a", 2.0)], 0.9, uncertain=False)

    assert told.surety == 90
    assert told.total == "+2.2"
    assert told.rest == "+0.7"
    assert [(w.weight, w.percent, w.speaks_for) for w in told.weighed] == [
        ("+2.0", 100, True),
        ("\N{MINUS SIGN}0.5", 25, False),
    ]


def tenths(shown: str) -> int:
    return round(10 * float(shown.replace("\N{MINUS SIGN}", "-")))


@given(
    st.lists(st.floats(-9, 9, allow_nan=False), max_size=12),
    st.floats(0, 1, allow_nan=False),
)
def test_what_is_shown_of_a_judgement_adds_up(weights: list[float], probability: float) -> None:
    told = tell_judgement(
        [evidence(str(n), weight) for n, weight in enumerate(weights)],
        probability,
        uncertain=False,
    )

    shown = [one.weight for one in told.weighed]
    assert sum(map(tenths, (*shown, told.rest))) == tenths(told.total)
    assert "\N{MINUS SIGN}0.0" not in {*shown, told.rest, told.total}


@given(st.lists(st.floats(0.001, 9, allow_nan=False), min_size=1, max_size=12))
def test_the_shares_of_what_was_heard_add_up_to_all_of_it(weights: list[float]) -> None:
    told = tell_score(explained(contributions=tuple(weights)))

    shares = [part.share for part in told.brought]
    assert sum(shares) == 100
    assert shares == sorted(shares, reverse=True)


def test_of_much_evidence_the_weightiest_is_shown() -> None:
    many = [evidence(str(n), n / 10) for n in range(20)]

    told = tell_judgement(many, 0.5, uncertain=True)

    assert [w.text for w in told.weighed] == [str(n) for n in range(19, 11, -1)]


def test_words_that_lean_a_little_are_left_to_the_rest() -> None:
    told = tell_judgement(
        [evidence("asks", 3.2), evidence("so", 0.29), evidence("staff", -0.2)],
        0.9,
        uncertain=False,
    )

    assert [w.text for w in told.weighed] == ["asks"]
    assert told.rest == "\N{MINUS SIGN}1.0"


def test_the_weightiest_words_are_shown_however_light() -> None:
    told = tell_judgement([evidence("hm", 0.1)], 0.5, uncertain=True)

    assert [w.text for w in told.weighed] == ["hm"]


def test_a_score_below_the_bar_does_not_look_like_one_at_it() -> None:
    assert whole(79.96) == 79
    assert whole(100 * 0.29) == 29


def done(kind: str, contribution: float) -> JsonValue:
    return {
        "activity_id": kind,
        "kind": kind,
        "age_hours": 50.0,
        "strength": 0.2,
        "contribution": contribution,
        "share": 0.0,
    }


def test_what_a_contact_did_is_counted_beside_what_they_said() -> None:
    told = tell_score(
        explained(contributions=(1.5,))
        | {"activities": [done("webinar", 2.5), done("download", 1)]}
    )

    assert told.steps[0].words == (
        "what was said, in one signal, and 2 things that they did, fading with age"
    )
    assert [(b.share, b.words, b.surety) for b in told.brought] == [
        (50, "came to a webinar", None),
        (30, "asks for experience", 90),
        (20, "downloaded something", None),
    ]


def test_a_lead_of_activities_alone_is_told_without_signals() -> None:
    told = tell_score(explained(contributions=()) | {"activities": [done("webinar", 1)]})

    assert told.steps[0].words == "one thing that they did on our side, fading with age"
