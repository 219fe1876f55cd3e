"""Which language a post is in: common words first, a statistical model only when they are silent.

The statistical model (py3langid) takes most of a second to load, common words take microseconds
and settle nearly every post.
"""

from collections.abc import Sequence
from functools import cache
from threading import Lock
from typing import Protocol, cast

from config.languages import TOLD, UNTOLD
from nlp.text import Field, Text, read

#: The ISO 639-2 code for a language that can't be told.
UNKNOWN = UNTOLD

#: Words that are frequent in one language and rare in the others of this table.
_COMMON = {
    "en": "the and is to of it that for you with this my have are what do not be can just would "
    "i'm it's don't any how does from there should has was we they your an anyone "
    "which or",
    "de": "der die das und ist nicht ich ein eine mit auf für wir sie den dem von auch wie es zu "
    "habe hat sich aber oder kann suche jemand gibt wird bei einen noch mir",
    "fr": "le les des et est une pas je que qui dans pour sur avec vous nous ce cette mais sont "
    "du au aux j'ai c'est quelqu'un cherche plus être avez quel quelle",
    "es": "el los las y es una que por para con se lo como más pero está muy alguien hay este "
    "esta mi qué tengo puede cuál busco son también",
    "it": "il gli che di è una per con non sono mi ho della del nel anche come più ma qualcuno "
    "cerco questo questa cosa dei delle",
    "pt": "os uma não que para com você é do da em por mais mas alguém tem isso meu está são "
    "preciso como dos das qual",
    "nl": "de het een en van ik niet met voor dat die op te zijn naar heb maar ook wat iemand er "
    "zoek kan mijn wij",
    "sv": "och att det är en som för på inte jag med har till av om någon vad men ett kan mig",
    "da": "og at det er en som på ikke jeg med har til af om nogen hvad men et kan mig jeg",
    "pl": "i w nie na się jest że do to z jak czy ale o co mam ktoś szukam są dla tego",
}
_LANGUAGES_OF: dict[str, tuple[str, ...]] = {}
for _language, _words in _COMMON.items():
    for _word in _words.split():
        _LANGUAGES_OF[_word] = (*_LANGUAGES_OF.get(_word, ()), _language)

#: Code points of a field, and words of both, that are read: enough to tell, and bounded.
_TITLE_READ, _BODY_READ = 200, 800
_WORDS_READ = 120
_LETTERS_NEEDED = 24  # below this the statistical model guesses
_SURE = 0.9


class _Guesser(Protocol):
    def classify(self, text: str) -> tuple[str, float]: ...
    def set_languages(self, langs: list[str]) -> None: ...


_LOADING = Lock()


def _guesser() -> _Guesser:
    with _LOADING:  # threads that judge side by side load it once
        return _load_guesser()


@cache
def _load_guesser() -> _Guesser:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # here because it loads slowly

    guesser = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    guesser.set_languages(list(TOLD))
    return cast("_Guesser", guesser)


def language_of(words: Sequence[str], folded: str) -> str:
    """Return the ISO 639-1 code of a post's language, "und" when it can't be told.

    Args:
        words: its tokens, title first.
        folded: its text; read only when the common words don't tell.
    """
    votes: dict[str, float] = {}
    for word in words[:_WORDS_READ]:
        languages = _LANGUAGES_OF.get(word, ())
        for language in languages:
            votes[language] = votes.get(language, 0.0) + 1 / len(languages)
    ranked = sorted(votes.items(), key=lambda vote: -vote[1])
    if ranked:
        best, count = ranked[0]
        second = ranked[1][1] if len(ranked) > 1 else 0.0
        if count >= 2 and count >= 2 * second:
            return best
    sample = folded[:400]
    if sum(character.isalpha() for character in sample) < _LETTERS_NEEDED:
        return ranked[0][0] if ranked and ranked[0][1] >= 1 and len(ranked) == 1 else UNKNOWN
    language, sureness = _guesser().classify(sample)
    return language if sureness >= _SURE else UNKNOWN


def language_of_post(title: str, body: str) -> str:
    """Return the ISO 639-1 code of a post's language, "und" when it can't be told.

    Its beginning tells: what is read is cut here and nowhere else, so that a post has one language
    whoever asks. What its author quotes from others doesn't count.
    """
    return _language_of_beginning(read(title[:_TITLE_READ], body[:_BODY_READ]))


def language_of_text(text: Text) -> str:
    """Return what `language_of_post` does, for a post that is read already.

    Nearly always its words are the words of its beginning, and so needn't be cut out again.
    """
    title, body = text.title, text.body
    is_begun = len(title.original) <= _TITLE_READ and (
        len(body.original) <= _BODY_READ
        or (body.is_all_said and _reaches(body, _WORDS_READ - len(title.tokens)))
    )
    if is_begun:
        return _language_of_beginning(text)
    return language_of_post(title.original, body.original)


def _reaches(body: Field, words: int) -> bool:
    """Whether a body has so many words in what is read of it."""
    return words <= 0 or (len(body.tokens) >= words and body.tokens.ends[words - 1] < _BODY_READ)


def _language_of_beginning(text: Text) -> str:
    words = text.title.tokens.norms + text.body.tokens.norms[:_WORDS_READ]
    return language_of(words, f"{text.title.folded}\n{text.body.folded}")
