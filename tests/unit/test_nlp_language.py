import pytest

from config.languages import TOLD
from nlp.language import UNKNOWN, language_of
from nlp.text import fold, tokenise
from service.web.wording.words import LANGUAGES


def language(text: str) -> str:
    return language_of(tokenise(fold(text)).norms, fold(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What is the best printer for an office?", "en"),
        ("Wir suchen eine neue Software für das Lager, was nehmt ihr?", "de"),
        ("Je cherche un logiciel pour nous, quel est le bon?", "fr"),
        ("Alguien sabe qué programa es el mejor para esto?", "es"),
        (
            "Ищу программу для склада, что вы посоветуете и сколько это стоит?",
            "ru",
        ),
        ("倉庫管理のソフトを探していますが、おすすめはありますか", "ja"),
        ("Any?", "en"),
        ("", UNKNOWN),
        ("12345 !!", UNKNOWN),
        ("xkcd qwrt zzzz plmk bvcx hjkl wqrt", UNKNOWN),
    ],
)
def test_a_language_is_told_or_said_to_be_unknown(text: str, expected: str) -> None:
    assert language(text) == expected


def test_every_language_that_is_told_has_a_name_on_the_pages() -> None:
    assert {*TOLD, UNKNOWN} == set(LANGUAGES)
