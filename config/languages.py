"""Which languages Harken tells posts apart by."""

#: ISO 639-1 codes: what `nlp.language` chooses among, and queries may ask for.
TOLD = (
    "ar", "cs", "da", "de", "el", "en", "es", "fi", "fr", "he", "hi", "it", "ja", "ko", "nl",
    "no", "pl", "pt", "ru", "sv", "tr", "uk", "zh",
)  # fmt: skip

#: The ISO 639-2 code of a post whose language can't be told.
UNTOLD = "und"
