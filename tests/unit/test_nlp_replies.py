"""What replies say of a question, in sentences of our own."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.replies import CROWDED, Choice, SameBoat, Turn, chosen, listen_in, offers, same_boat

NAMES = ("Tidepool", "Ledgerly", "anchor desk")

CHOSEN = [
    ("We went with Tidepool in the end, thanks everyone.", "Tidepool"),
    ("Went with Ledgerly. Cheers all!", "Ledgerly"),
    ("EDIT: bought one yesterday.", None),
    ("I ended up going with the Brewmaster 3000 because of the price", "Brewmaster 3000"),
    ("Thanks all, we've decided on anchor desk.", "anchor desk"),
    ("I finally pulled the trigger on Quillpad Pro.", "Quillpad Pro"),
    ("Signed up with Tidepool today.", "Tidepool"),
    ("Our board chose Ledgerly over the others.", "Ledgerly"),
    ("Tidepool it is!", "Tidepool"),
    ("My final choice is the Harrow X2.", "Harrow X2"),
    ("[solved] it was in the settings", None),
    ("Found one, thanks!", None),
    ("We're all set now, thank you.", None),
    ("We'll go with Ledgerly for now.", "Ledgerly"),
    ("Update: ordered the Kestrel 5 last night.", "Kestrel 5"),
    ("I bought it, arrives Monday.", None),
    ("I'm going with Tidepool.", "Tidepool"),
    ("We no longer need it.", None),
    ("We switched to tidepool and it does the job.", "tidepool"),
    ("So we settled on a small local shop", None),
    ("We opted for open source and host it ourselves", None),
    ("The demo was long. We went with Ledgerly. Now for the import.", "Ledgerly"),
    ("Wir haben uns für Tidepool entschieden.", "Tidepool"),
    ("Ich habe mir den Kestrel 5 bestellt.", "Kestrel 5"),
]

NOT_CHOSEN = [
    "I chose to ask here because you know the field.",
    "We went with Tidepool last year and now want to leave.",
    "I haven't decided yet.",
    "We almost went with Ledgerly but the price put us off.",
    "Should we go with Tidepool?",
    "We might go with Tidepool.",
    "Leaning towards Ledgerly.",
    "My brother bought a Tidepool licence.",
    "I went with my wife to the shop.",
    "If we went with Tidepool, would the import work?",
    "We bought Tidepool but sent it back, still looking.",
    "I bought a house, hence the question.",
    "We decided to try Tidepool first.",
    "> we went with Ledgerly\nInteresting, why?",
    "Thanks everyone, lots to read!",
    "They went with Ledgerly.",
    "We originally went with Ledgerly.",
    "I picked this forum since it is friendly.",
    "Why did you choose Tidepool?",
    "We would have gone with Tidepool.",
    "I went with the flow here.",
    "We chose Ledgerly three years ago.",
    "Has anyone here gone with Tidepool?",
    "We are planning on going with Ledgerly.",
    "I decided to post again.",
    "We were going with Tidepool but it fell through.",
    "",
]

SAME_BOAT = [
    ("Same boat here, we also need a CRM.", True),
    ("Also looking for one.", True),
    ("I have the same problem with our invoices.", True),
    ("We need this too.", True),
    ("Following!", False),
    ("Following this thread with interest", False),
    ("+1", False),
    ("Same here", False),
    ("I'd like to know this too.", False),
]

NOT_SAME_BOAT = [
    "Same here, we use Tidepool and love it.",
    "We were in the same boat, Ledgerly saved us.",
    "+1 for Tidepool",
    "Following up on my ticket: no answer.",
    "The following steps worked.",
    "Not in the same boat, sorry.",
    "Had the same problem, went with Ledgerly.",
    "Did you restart it?",
    "Same problem here? We make a CRM for small teams, I'm the founder.",
]


@pytest.mark.parametrize(("text", "what"), CHOSEN)
def test_an_asker_who_has_chosen_is_understood_and_quoted(text: str, what: str | None) -> None:
    choice = chosen(text, NAMES)

    assert choice is not None
    assert choice.what == what
    span = choice.evidence.span
    assert text[span.start : span.end] == choice.evidence.text != ""


@pytest.mark.parametrize("text", NOT_CHOSEN)
def test_plans_memories_and_others_choices_are_none(text: str) -> None:
    assert chosen(text, NAMES) is None


@pytest.mark.parametrize(("text", "is_need"), SAME_BOAT)
def test_whoever_is_in_the_same_boat_is_told_from_whoever_only_follows(
    text: str, is_need: bool
) -> None:
    boat = same_boat(text, NAMES)

    assert isinstance(boat, SameBoat)
    assert boat.is_need is is_need
    span = boat.evidence.span
    assert text[span.start : span.end] == boat.evidence.text != ""


@pytest.mark.parametrize("text", NOT_SAME_BOAT)
def test_who_has_an_answer_is_not_in_the_same_boat(text: str) -> None:
    assert same_boat(text, NAMES) is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Try Tidepool, or Ledgerly.", ("Tidepool", "Ledgerly")),
        ("I recommend HubNest for that.", ("HubNest",)),
        ("tidepool is fine, Tidepool is great", ("tidepool",)),
        ("Try turning it off and on.", ()),
        ("> try Tidepool\nWhy?", ()),
    ],
)
def test_an_answer_names_products(text: str, names: tuple[str, ...]) -> None:
    assert offers(text, NAMES) == names


def a_turn(number: int, author: str | None, text: str) -> Turn:
    return Turn(id=str(number), author=author, text=text, is_opening=number == 0)


def a_talk(*said: tuple[str | None, str]) -> tuple[Turn, ...]:
    return tuple(a_turn(number, *one) for number, one in enumerate(said))


def test_the_last_word_of_the_asker_counts() -> None:
    back = ("anna", "It didn't work out, we are looking again.")
    went = ("anna", "We went with Tidepool.")

    decided = listen_in(a_talk(("anna", "A crm?"), ("ben", "Try Ledgerly"), went), asker="anna")
    undone = listen_in(a_talk(("anna", "A crm?"), went, back), asker="anna")
    again = listen_in(a_talk(("anna", "A crm?"), went, back, went), asker="anna")

    assert (decided.choice_in, decided.replied) == ("2", ("2",))
    assert isinstance(decided.choice, Choice)
    assert undone.choice is None
    assert again.choice_in == "3"


def test_what_others_chose_closes_nothing_and_the_question_itself_neither() -> None:
    talk = listen_in(
        a_talk(("anna", "We went with Tidepool. Any experience?"), ("ben", "I chose Ledgerly.")),
        asker="anna",
    )

    assert talk.choice is None


def test_a_person_who_answers_twice_is_one_answerer() -> None:
    once = [("anna", "A crm?"), ("ben", "Try Tidepool"), ("ben", "Or Ledgerly")]
    many = [(f"p{number}", "Try Tidepool") for number in range(CROWDED)]

    assert listen_in(a_talk(*once), asker="anna", names=NAMES).answerers == 1
    assert not listen_in(a_talk(*once), asker="anna", names=NAMES).is_crowded
    assert listen_in(a_talk(*once, *many), asker="anna", names=NAMES).is_crowded


def test_a_talk_without_its_opening_post_is_heard_from_the_askers_first_word() -> None:
    talk = listen_in((a_turn(1, "ben", "Try Tidepool"), a_turn(2, "anna", "Hm?")), asker="anna")

    assert talk.replied == ()
    assert talk.offered == {"1": ("Tidepool",)}


@pytest.mark.parametrize(
    "piece", ["thanks ", "we went ", "we just ", "edit: ", "same ", "a.b", "> ", "and ", "in the "]
)
def test_no_text_takes_long(piece: str) -> None:
    text = piece * (20_000 // len(piece))
    started = time.process_time()

    chosen(text, NAMES)
    same_boat(text, NAMES)

    assert time.process_time() - started < 2


@given(st.text(max_size=300))
def test_any_text_is_read_and_quoted_where_it_stands(text: str) -> None:
    for found in (chosen(text, NAMES), same_boat(text, NAMES)):
        if found is not None:
            span = found.evidence.span
            assert text[span.start : span.end] == found.evidence.text
    assert all(name in text for name in offers(text, NAMES))
