"""What the page calls the facets of a buyer, their clues, and the rungs of the ladder."""

from collections.abc import Mapping

from service.rules.facets import Facet
from service.rules.levels import Level

FACETS: Mapping[Facet, str] = {
    Facet.INTEREST: "Wants to buy",
    Facet.AWARENESS: "Knows what there is",
    Facet.NEED: "Needs something",
    Facet.PRODUCT_UNDERSTANDING: "Knows the products",
    Facet.PROBLEM_UNDERSTANDING: "Knows the problem",
    Facet.KNOWLEDGE: "Has experience",
}

#: Clues that are not in words already, as the reasons of the evidence are.
CLUES: Mapping[str, str] = {
    "step 1": "searches",
    "step 2": "reads up",
    "step 3": "asks around",
    "step 4": "compares",
    "step 5": "contacts peers",
    "step 6": "is ready",
    "need": "says what hurts",
    "wants": "says what is looked for",
    "timeline": "says when",
    "budget": "speaks of money",
    "team_size": "says how many they are",
    "compares": "compares products",
    "alternative": "looks for an alternative",
    "price": "asks what it costs",
    "peer": "asks somebody who has it",
    "ready": "is ready to buy",
    "complains": "complains of what they have",
    "answers": "tells others of it",
}

#: A level on the sheet: what it is called, and what it means.
LEVELS: Mapping[Level, tuple[str, str]] = {
    Level.SUSPECT: ("suspect", "heard, and not looked at closely yet"),
    Level.PROSPECT: ("prospect", "has potential, and is not in sales now"),
    Level.MQL: ("marketing qualified", "to be reviewed"),
    Level.SQL: ("sales qualified", "with sales"),
    Level.CUSTOMER: ("customer", "has bought"),
    Level.ADVOCATE: ("advocate", "has bought, and speaks for it to others"),
}
