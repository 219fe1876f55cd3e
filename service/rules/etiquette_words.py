"""Words that communities stumble over, and words that they ask for. English and German.

Small lists on purpose: each must be something that a moderator removes a post for, or that its
readers quote back at its author. What a list does not know is for the human to see.
"""

import re

#: Web addresses, also without a scheme; a full stop behind one is the sentence's.
LINK = re.compile(
    r"\b(?:https?://|www\.)[^\s<>\"')\]]*[^\s<>\"')\].,;:!?]"
    r"|\b(?<![@.])(?:[a-z0-9-]{1,63}\.){1,6}(?:com|net|org|info|io|co|app|dev|shop|tools|software|"
    r"ai|ly|gl|gd|me|tv|de|at|ch|eu|uk|us|fr|nl)\b(?:/(?:[^\s<>\"')\]]*[^\s<>\"')\].,;:!?])?)?",
    re.IGNORECASE,
)
SHORTENED = re.compile(
    r"^(?:https?://)?(?:www\.)?(?:bit\.ly|t\.co|tinyurl\.com|goo\.gl|ow\.ly|buff\.ly|lnkd\.in|"
    r"is\.gd|rebrand\.ly|cutt\.ly)\b",
    re.IGNORECASE,
)
TRACKED = re.compile(r"[?&](?:utm_\w+|gclid|fbclid|ref|aff|affiliate|partner)=", re.IGNORECASE)
CONTACT = re.compile(
    r"\b[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,63}\b|(?<![\w/])\+?\d[\d ()/-]{7,20}\d\b",
    re.IGNORECASE,
)

ASKS_FOR_LINK = re.compile(
    r"\b(?:any |a |the |some )?(?:links?|urls?|website|web site|homepage)\b[^.!\n]{0,40}\?|"
    r"\b(?:share|post|send|give|got|have) (?:me |us )?(?:a |the |any )?(?:links?|urls?)\b|"
    r"where can (?:i|we|one) (?:find|get|download|try) (?:it|that|this)|\blink bitte\b",
    re.IGNORECASE,
)

PROMOTION = re.compile(
    r"\b(?:"
    r"check (?:out )?(?:our|my)|(?:book|schedule|get|request) (?:a|your) (?:free )?(?:demo|call)|"
    r"free trial|sign up (?:now|today|here|for free)|click here|limited[- ]time|act now|"
    r"special offer|discount(?: code)?|promo code|coupon|money[- ]back|risk[- ]free|"
    r"(?:buy|order|shop|subscribe|upgrade) (?:now|today)|\d{1,2} ?% off|"
    r"(?:while|as long as) stocks? lasts?|"
    r"(?:the )?(?:best|leading|number one|no\. ?1|#1) (?:\w+ )?(?:on the market|in the (?:market|"
    r"industry|business)|solution|platform|tool|software)|"
    r"industry[- ]leading|market[- ]leading|world[- ]class|best[- ]in[- ]class|game[- ]chang\w+|"
    r"revolutionary|cutting[- ]edge|next[- ]gen(?:eration)?|all[- ]in[- ]one|one[- ]stop|"
    r"look no further|you won['\u2019]t regret|don['\u2019]t miss|trusted by|"
    r"kostenlos(?:e[nrs]?)? (?:testen|demo|testphase)|"
    r"jetzt (?:testen|anmelden|bestellen|buchen|kaufen|sichern)|"
    r"rabatt(?:code)?|gutschein\w*|marktführ\w+|sonderangebot"
    r")\b",
    re.IGNORECASE,
)
#: To take the talk out of the community: many forbid it, and readers see it as a lure.
AWAY = re.compile(
    r"\b(?:(?:dm|pm|message|inbox|mail|e-?mail) me|(?:drop|send|shoot) (?:me|us) (?:a|an) "
    r"(?:dm|pm|message|line|mail|e-?mail)|sent you a (?:dm|pm|message)|happy to (?:hop|jump) on a "
    r"call|schreib(?:t|en sie)? mir (?:eine )?(?:pn|dm|mail))\b",
    re.IGNORECASE,
)
DISCLOSED = re.compile(
    r"\b(?:"
    r"(?:full )?disclos\w+|disclaimer|"
    r"i(?:['\u2019]m| am)(?: \w+){0,3} (?:(?:co-?)?founder|employee|developer|engineer|"
    r"author|maker)s?\b|i(?:['\u2019]m| am) (?:part of the team|on the team|biased)\b|"
    r"i(?:['\u2019]m| am) with (?!you\b|that\b|this\b|it\b)(?:the )?\w+|"
    r"i (?:work|sell|consult) (?:for|at|on|with)|i (?:make|made|build|built|run|founded|wrote) "
    r"(?:it|this|that|a|an|the|one)\b|"
    r"we (?:make|made|build|built|sell|develop|offer)\b|my (?:employer|company|product|own)|"
    r"our own\b|(?:is|are) ours\b|"
    r"our (?:own )?(?:product|tool|app|company|software|service|team|customers)|"
    r"ich (?:arbeite|bin) (?:bei|für|gründer\w*|entwickler\w*)|wir (?:bauen|entwickeln|verkaufen)|"
    r"unser(?:e[rsnm]?)? (?:\w+ )?(?:produkt|tool|software|firma|dienst)|transparenz\w*"
    r")",
    re.IGNORECASE,
)
SHOUTED = re.compile(r"\b[A-Z]{2,}(?:\s+[A-Z]{2,}){2,}\b|\b[A-Z]{4,}\s+[A-Z]{4,}\b|!{2,}")

#: What house rules say, in the words in which people write them.
SAYS_NO_LINKS = re.compile(
    r"\bno (?:\w+ )?links?\b|links? (?:are|is) (?:not|never|seldom)|without links?|keine links?",
    re.IGNORECASE,
)
SAYS_ONE_LINK = re.compile(r"\b(?:one|1|a single) link\b|(?:few|ein(?:en)?) links?", re.IGNORECASE)
SAYS_IF_ASKED = re.compile(
    r"unless (?:\w+ )?(?:asks?|asked)|(?:if|when) (?:\w+ )?ask", re.IGNORECASE
)
SAYS_NO_PROMOTION = re.compile(
    r"\bno (?:self-?)?(?:promotion|advertis\w+|ads|marketing|sales)|(?:forbids?|forbidden|not "
    r"allowed|banned|flagged|nobody here asked|seldom among them|may not be what)|not salesy|"
    r"reads? like an advert|keine werbung",
    re.IGNORECASE,
)
SAYS_DISCLOSE = re.compile(
    r"say (?:who you work for|that it is yours|whose)|disclos\w+|under your own name|"
    r"sag(?:en sie)?,? für wen",
    re.IGNORECASE,
)
SAYS_ANSWER_FIRST = re.compile(
    r"answer the question before|help first|answers? answer|help with it", re.IGNORECASE
)
