"""What people are told wherever it is told: on a page, in a mail. Stored words: `models.words`."""

from collections.abc import Mapping

from models.words import Kind, Licence

KINDS: Mapping[Kind, str] = {
    Kind.RECOMMENDATION: "asks for a recommendation",
    Kind.EXPERIENCE: "asks for experience",
    Kind.COMPARISON: "compares products",
    Kind.ALTERNATIVE: "looks for an alternative",
    Kind.PRICING: "asks what it costs",
    Kind.PURCHASE: "is ready to buy",
    Kind.NEED: "describes a need",
    Kind.NONE: "does not sound like buying",
}

#: The buyer's journey, steps 1 to 6.
STEPS: tuple[str, ...] = (
    "searches",
    "reads up",
    "asks around",
    "compares",
    "contacts peers",
    "is ready",
)

LICENCES: Mapping[Licence, str] = {
    Licence.UNKNOWN: "licence not known",
    Licence.CC_BY_SA_2_5: "CC BY-SA 2.5",
    Licence.CC_BY_SA_3_0: "CC BY-SA 3.0",
    Licence.CC_BY_SA_4_0: "CC BY-SA 4.0",
    Licence.PROPRIETARY: "© the author and the site",
    Licence.OWN: "our own",
}
