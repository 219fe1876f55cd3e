"""Which languages Harken tells posts apart by."""

#: ISO 639-1 codes of the languages that `nlp.language` chooses among.
TOLD = (
    "ar", "cs", "da", "de", "el", "en", "es", "fi", "fr", "he", "hi", "it", "ja", "ko", "nl",
    "no", "pl", "pt", "ru", "sv", "tr", "uk", "zh",
)  # fmt: skip
