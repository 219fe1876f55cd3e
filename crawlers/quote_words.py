"""What quotes are called in the classes of pages, in the languages that boards are written in."""

#: Alternatives of a regular expression, each a beginning of a word: English, German, French,
#: Spanish and Portuguese, Italian, Dutch, Polish, Swedish, Danish, Czech, Norwegian.
QUOTE_NAMES = r"quot|zitat|zitiert|citation|cita(?![a-z])|citad|citazion|citaat|cytat|citat|sitat"
