import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.words import Kind, Negative, Role
from nlp.asking import LANGUAGES, asks_by_cues
from nlp.cues import Side, compiled, finder
from nlp.german_forms import german_forms
from nlp.language import language_of
from nlp.phrases import TopicIndex, TopicPhrases
from nlp.text import fold, tokenise

SAMPLE = Path(__file__).parent / "german_sample.toml"

#: What each cue is there for.
SAID = {
    "asks_recommendation": "Könnt ihr mir einen Drucker empfehlen?",
    "seeks": "Wir suchen einen kleinen Bus.",
    "knows_one": "Kennt jemand einen guten Schreiner?",
    "asks_which": "Welchen soll ich nehmen?",
    "asks_what_used": "Was nutzt ihr dafür?",
    "asks_experience": "Hat jemand Erfahrung mit Lumabox?",
    "asks_worth": "Lohnt sich das große Modell?",
    "compares": "Ich kann mich nicht entscheiden.",
    "asks_alternative": "Alternative zu Lumabox?",
    "asks_price": "Was kostet ein neues Dach?",
    "needs": "Wir brauchen eine Leiter.",
    "about_to_buy": "Ich möchte einen Roller kaufen.",
    "budget": "Höchstens 900 Euro.",
    "deadline": "Es ist dringend.",
    "thanks_ahead": "Danke im Voraus!",
    "new_at_this": "Ich kenne mich nicht aus.",
    "own_product": "Wir haben ein Programm entwickelt.",
    "for_sale": "Verkaufe eine alte Drehbank.",
    "calls_to_act": "Jetzt kostenlos testen!",
    "recruits": "Schreiner (m/w/d) in Vollzeit.",
    "seeks_work": "Ich suche einen Job im Norden.",
    "researches": "Für meine Masterarbeit.",
    "how_to": "Wie kann ich das Feld umbenennen?",
    "trouble": "Es geht nicht, Fehlermeldung 12.",
    "solved": "Hat sich erledigt.",
    "reviews": "Ich bin sehr zufrieden.",
    "advises": "Du solltest den kleinen nehmen.",
    "articles": "Der große Ratgeber für Scharniere.",
    "not_looking": "Wir suchen keinen Bus.",
}


def names(text: str) -> set[str]:
    return {hit.cue.name for hit in finder("de").find(fold(text))}


def test_every_german_cue_has_an_example() -> None:
    assert sorted(SAID) == sorted(cue.name for cue in finder("de").cues)


@pytest.mark.parametrize(("name", "text"), SAID.items())
def test_a_german_cue_is_found_in_what_it_is_there_for(name: str, text: str) -> None:
    assert name in names(text)


@pytest.mark.parametrize("text", ["", "Das Wetter war schön und wir gingen heim.", "\ud800 \0"])
def test_plain_german_talk_has_no_cues(text: str) -> None:
    assert names(text) == set()


def test_an_umlaut_is_read_however_it_is_written() -> None:
    for text in (
        "könnt ihr was empfehlen",
        "koennt ihr was empfehlen",
        "ko\u0308nnt ihr was empfehlen",
    ):
        assert "asks_recommendation" in names(text)


def test_the_table_is_chosen_by_language_and_english_is_the_default() -> None:
    assert finder().cues == finder("en").cues
    assert finder("de").cues != finder().cues
    with pytest.raises(KeyError):
        finder("tlh")


def test_a_german_cue_says_who_the_author_is() -> None:
    cues = {cue.name: cue for cue in finder("de").cues}

    assert cues["recruits"].role is Role.RECRUITER
    assert cues["solved"].negative is Negative.SOLVED
    assert cues["budget"].side is Side.CONTEXT
    assert all(cue.reason and cue.anchors for cue in cues.values())


@pytest.mark.parametrize("name", [cue.name for cue in finder("de").cues])
def test_no_german_pattern_takes_long_on_a_text_made_for_it(name: str) -> None:
    (cue,) = (cue for cue in finder("de").cues if cue.name == name)
    pattern = compiled(cue.pattern)
    hostile = [(anchor + " ") * 2_000 for anchor in cue.anchors[:3]] + ["wir suchen was " * 1_000]
    began = time.perf_counter()

    for text in hostile:
        for _ in pattern.finditer(text[:20_000]):
            pass

    assert time.perf_counter() - began < 2


@dataclass(frozen=True, slots=True)
class Post:
    title: str
    body: str
    asks: bool
    kind: Kind


def sample(*sets: str) -> Iterator[Post]:
    for pair in tomllib.loads(SAMPLE.read_text(encoding="utf-8"))["pair"]:
        if pair["set"] in sets:
            yield Post(pair["ask"][0], pair["ask"][1], asks=True, kind=Kind(pair["kind"]))
            yield Post(pair["twin"][0], pair["twin"][1], asks=False, kind=Kind.NONE)


def figures(posts: list[Post]) -> tuple[float, float]:
    """Return precision and recall of the cues."""
    said = [asks_by_cues(post.title, post.body, "de").asks for post in posts]
    right = sum(found and post.asks for found, post in zip(said, posts, strict=True))
    return right / sum(said), right / sum(post.asks for post in posts)


def test_german_posts_that_the_cues_were_written_with_are_told() -> None:
    posts = list(sample("first", "later"))

    precision, recall = figures(posts)

    assert len(posts) == 144
    assert precision >= 0.95
    assert recall >= 0.95


def test_german_posts_that_the_cues_had_not_seen_are_told_surely_but_not_all() -> None:
    # Precision of those written after the cues: 9 of 10 ("later", before the cues grew by them)
    # and 9 of 9 ("last"); recall .30 and then .45.
    posts = list(sample("last"))

    precision, recall = figures(posts)

    assert len(posts) == 40
    assert precision >= 0.9
    assert 0.4 <= recall < 0.6  # better? then say so in `nlp.asking`


def test_every_german_post_is_known_to_be_german() -> None:
    for post in sample("first", "later", "last"):
        text = fold(f"{post.title}\n{post.body}")
        assert language_of(tokenise(text).norms, text) == "de"


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Alternative zu Lumabox gesucht", Kind.ALTERNATIVE),
        ("Lumabox oder Kistenfix?", Kind.COMPARISON),
        ("Was kostet eine Lumabox?", Kind.PRICING),
        ("Hat jemand Erfahrung mit Lumabox?", Kind.EXPERIENCE),
        ("Welche Box würdet ihr nehmen?", Kind.RECOMMENDATION),
        ("Ich möchte eine Lumabox kaufen", Kind.PURCHASE),
        ("Lumabox", Kind.NONE),
    ],
)
def test_the_kind_of_a_german_post_is_that_of_its_most_telling_cue(title: str, kind: Kind) -> None:
    assert asks_by_cues(title, "", "de").kind is kind


def test_who_does_not_ask_has_the_role_of_a_cue_or_another() -> None:
    assert asks_by_cues("", "Verkaufe eine alte Drehbank.", "de").role is Role.SELLER
    assert asks_by_cues("", "Es geht nicht.", "de").role is Role.OTHER
    assert asks_by_cues("", "Was nutzt ihr dafür?", "de").role is Role.SEEKER


def test_only_languages_with_cues_of_their_own_are_told_by_them() -> None:
    assert {"de"} == LANGUAGES
    with pytest.raises(KeyError):
        asks_by_cues("", "x", "tlh")


@given(st.text(max_size=80), st.text(st.characters(exclude_categories=()), max_size=200))
def test_evidence_quotes_the_post(title: str, body: str) -> None:
    fields = {"title": title, "body": body}
    for one in asks_by_cues(title, f"Wir suchen {body}", "de").evidence:
        whole = fields["title"] if one.span.field == "title" else f"Wir suchen {body}"
        assert whole[one.span.start : one.span.end] == one.text
        assert one.weight == 0


def about(text: str, *phrases: str) -> bool:
    return bool(TopicIndex.build([TopicPhrases("t", keywords=phrases)]).match("", text))


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("Bürostuhl", "mein BÜROSTUHL knarzt"),
        ("Straße", "auf der straße"),
        ("E-Mail-Programm", "ein E-Mail Programm"),
        ("Rechnungssoftware", "welche Rechnungssoftware?"),
        ("Büro", "2 Büros"),
    ],
)
def test_a_german_phrase_is_found_as_it_is_listed(phrase: str, text: str) -> None:
    assert about(text, phrase)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("Bürostuhl", "ein Buerostuhl"),
        ("Bürostuhl", "zwei Bürostühle"),
        ("Bürostuhl", "zwei Buerostuehle"),
        ("Bürostuhl", "ein Bu\u0308rostuhl"),
        ("Bürostuhl", "des Bürostuhls"),
        ("Straßenlampe", "strassenlampen"),
        ("Straße", "AUF DER STRASSE"),
        ("Haus", "alte Häuser"),
        ("Rechnungsprogramm", "zwei Rechnungsprogramme"),
        ("Versicherung", "zwei Versicherungen"),
        ("Steuerberaterin", "alle Steuerberaterinnen"),
        ("E-Mail-Programm", "das Email-Programm und das emailprogramm"),
        ("Sattel", "drei Sättel"),
        ("Drucker", "den Druckern"),
        ("Lampe", "Lampen"),
        ("kleiner Ofen", "kleiner Ofens"),
        ("C#", "in C# bitte"),
    ],
)
def test_a_german_phrase_is_found_in_its_other_forms(phrase: str, text: str) -> None:
    assert about(text, *german_forms(phrase))


def test_a_topic_that_listens_to_german_finds_a_keyword_in_its_forms() -> None:
    german = TopicPhrases("t", keywords=("Bürostuhl",), languages=("de",))
    text = "Wir suchen zwei Bürostühle, wer kann etwas empfehlen?"

    assert TopicIndex.build([german]).match("", text)
    assert not about(text, "Bürostuhl")


def test_what_a_german_asks_is_quoted_in_whole_words() -> None:
    text = "Kann mir jemand Rechnungsprogramme empfehlen oder Steuerberaterinnen?"

    for quote in asks_by_cues("", text, "de").evidence:
        start, end = quote.span.start, quote.span.end
        assert not text[:start][-1:].isalpha()
        assert not text[end:][:1].isalpha()


def test_a_phrase_comes_first_among_its_forms_and_nothing_has_none() -> None:
    assert german_forms("Lampe")[0] == "lampe"
    assert german_forms("  ") == ()
    assert "kiwis" in german_forms("Kiwi")


@given(st.text(max_size=40))
def test_any_phrase_has_forms_of_its_own(phrase: str) -> None:
    forms = german_forms(phrase)
    assert len(set(forms)) == len(forms)
    assert bool(forms) == bool(phrase.split())
