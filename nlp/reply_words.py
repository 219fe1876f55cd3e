"""The turns of phrase of ``nlp.replies``, on folded text. Each is linear: no nested repetition.

``what`` is where the chosen thing is named. ``named`` is the same where the verb alone says too
little ("I bought"): there it must be a name.
"""

import re

SENTENCE = re.compile(r"[^.!?\n]+(?:\.(?=\w)[^.!?\n]+)*[.!?]*")

# At the beginning of a sentence people leave "I" out: "Went with Tidepool, thanks all!"
_WHO = (
    r"(?:(?<!if )(?<!unless )(?<!wish )(?<!before )(?<!until )(?<!because )(?<!like )"
    r"\b(?:i|we|my (?:boss|team|company)|our (?:team|boss|board|cto|company)|the (?:team|boss))"
    r"(?:'ve|'m|'re|'ll| have| am| are| will| will be| has)?"
    r"|^\W{0,3}(?:(?:edit|update|upd|fyi|ok|okay|so|well|thanks(?: \w+){0,2}|cheers|and"
    r"|in the end)"
    r" ?\d?[:,;!-]{0,3} ?){0,3})"
    r"(?: ?(?:finally|just|already|now|then|eventually|actually|all|both|in the end|today"
    r"|so)){0,3} ?"
)
_DECIDED = (
    r"(?:(?:ended up |wound up |decided on |settled on )?going (?:to go )?(?:with|for)"
    r"|went (?:with|for)"
    r"|gone with|go with|(?:decided|chose|opted) to (?:go with|buy|get|order|hire|use)"
    r"|decided (?:on|for)|settled (?:on|for)|opted for|chose|chosen|picked"
    r"|pulled the trigger on|committed to|signed (?:up )?(?:with|for)|subscribed to"
    r"|(?:ended|wound) up (?:with|buying|getting|choosing|on|using|ordering|hiring))"
)
# What one goes with, or chooses, that is no product.
_NO_THING = (
    r"(?! (?:to|my|him|her|you|someone|somebody|friends?|a friend|the flow|it\b"
    r"|that (?:title|name)"
    r"|your (?:advice|suggestions)|this (?:forum|sub|subreddit|group|list|place|board|name|title"
    r"|username|flair|tag|category|account|path|career)|caution|what i)\b)"
)
_OBJECT = r"(?P<what>[^,;:.!?\n()]{1,60}(?:\.\w[^,;:.!?\n()]{0,40})?)"
_NAMED = r"(?P<named>[^,;:!?\n()]{1,60})"
_BOUGHT = (
    r"(?:bought|purchased|ordered|hired|switched (?:over )?to|moved (?:over )?to|migrated to)"
)
_IT = r"(?:one|it|them|that one|this one|both|the (?:first|second|third|last|cheaper|other) one)\b"

CHOSE = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_WHO}{_DECIDED}{_NO_THING} {_OBJECT}",
        rf"{_WHO}{_BOUGHT} (?P<what>{_IT})",
        rf"{_WHO}{_BOUGHT} {_NAMED}",
        r"\b(?:my|our|the) (?:final )?(?:choice|decision|pick) (?:is|was|fell on|went to|:) "
        + _OBJECT,
        r"^\W{0,3}(?:so |ok |then )?(?P<named>[\w.+-]{2,30}(?: [\w.+-]{1,20}){0,2}) it is\b",
        (
            r"\b(?:wir|ich) (?:haben|habe) (?:uns|mich) (?:jetzt |nun |letztlich |am ende )?für "
            r"(?P<what>[^,;:.!?\n()]{1,60}?) entschieden"
        ),
        (
            r"\b(?:wir sind|ich bin|sind|bin) (?:jetzt |nun |letztlich |am ende )?bei "
            r"(?P<what>[^,;:.!?\n()]{1,60}?) (?:gelandet|geblieben)"
        ),
        (
            r"\b(?:ist|wurde) (?:es )?(?:jetzt |nun |am ende )?(?:der|die|das|ein|eine) "
            r"(?P<named>[^,;:.!?\n()]{1,40}?) geworden"
        ),
        (
            r"\b(?:habe|haben) (?:mir|uns|jetzt|nun|den|die|das|ein|eine|einen| )+"
            r"(?P<named>[^,;:.!?\n()]{1,40}?) (?:gekauft|bestellt|genommen)"
        ),
    )
)

#: "[solved]", "found one, thanks": what was chosen is not said.
SOLVED = re.compile(
    r"\[(?:solved|closed|bought|purchased|resolved)\]"
    r"|\b(?:problem|all|now) (?:solved|sorted)\b"
    r"|\bno longer (?:needed|need (?:it|one|this|help)|looking|in the market)\b"
    r"|\b(?:i|we)(?:'ve| have)? (?:finally |just |already |now )?found "
    r"(?:one|what (?:i|we) (?:need(?:ed)?|was looking for|were looking for))\b"
    r"|^\W{0,3}(?:edit|update)? ?:? ?found one\b"
    r"|\b(?:we're|i'm|we are|i am) (?:all )?(?:set|sorted)(?: now)?\b"
    r"|\bhat sich erledigt\b|\bproblem gelöst\b"
)

#: Not now, not sure, not he: the sentence says nothing of a choice that stands.
NOT_CHOSEN = re.compile(
    r"\b(?:haven't|havent|hasn't|have not|has not|didn't|did not|don't|do not|not yet|never"
    r"|won't"
    r"|will not|isn't|aren't|not going (?:with|for|to)|not (?:go|gone|chosen|decided"
    r"|settled)|nobody"
    r"|almost|nearly|about to|were going to|was going to|would|could|might|may|maybe|perhaps"
    r"|probably|possibly|likely|should|shall|can't|cannot|thinking (?:of|about)|leaning"
    r"|considering"
    r"|planning|plan to|hoping|tempted|if (?:i|we)|what if|whether|unless|wish|wondering|in case"
    r"|before (?:i|we)|until|once (?:i|we)|when (?:i|we)|unsure|trial|to try|pilot"
    r"|nicht|noch kein\w*|vielleicht|falls|würde)\b"
    r"|^\W{0,3}(?:has|have|did|do|does|is|are|which|who|what|why|how) .{0,200}\?"
)

#: Bought in another life: what he has now, and perhaps wants to leave.
LONG_AGO = re.compile(
    r"\b(?:last (?:year|spring|summer|autumn|fall|winter|quarter|decade|time)|(?:years?"
    r"|decades?) ago"
    r"|(?:\d+|two|three|four|five|six|a few|few|several|some|couple of) months? ago|ages ago"
    r"|a while (?:ago|back)|back (?:in|then|when)|in (?:19|20)\d\d|since (?:19|20)\d\d"
    r"|originally"
    r"|initially|at first|first we|first i|previously|formerly|used to|at my (?:last|old"
    r"|previous)"
    r"|in my (?:last|old|previous)|when we (?:started|were)|regret\w*|(?:want|wants|trying"
    r"|need) to"
    r" (?:leave|get off|get away|replace|switch|move away)|letztes jahr|vor \w+ jahren|damals)\b"
)

#: He is still, or again, in the market, whatever he says besides.
BACK_TO_THE_SEARCH = re.compile(
    r"\b(?:still (?:looking|searching|open|undecided|need|comparing|not (?:sure|decided))"
    r"|back to (?:square one|the search|searching|looking)|(?:am|are|'m|'re) looking again"
    r"|(?:sent|gave|shipped|took) (?:it|them|that|one) back|return(?:ed|ing) (?:it|them|that)"
    r"|(?:got|asked for|want) (?:a|my|our) (?:refund|money back)|(?:cancelled"
    r"|canceled) (?:it|them"
    r"|that|the (?:order|contract|subscription))|didn't work out|did not work out|fell through"
    r"|(?:suche|suchen) (?:immer noch|noch|weiter))\b"
)

#: Another person with the same question, who wants it answered for himself.
ALSO_WANTS = re.compile(
    r"\b(?:(?:in )?(?:the |exactly the |exact )?same boat"
    r"|(?:have|having|got|facing|with) (?:exactly |pretty much )?(?:the |this "
    r"|that )?(?:exact )?"
    r"same (?:problem|issue|need|situation|requirements?|challenge)s?"
    r"|same (?:problem|issue|need|situation|requirements?) (?:here|for (?:me|us)|at (?:our|my))"
    r"|(?:also|too am|too are) (?:looking|searching|shopping|in the market) (?:for|around"
    r"|into|at)"
    r"|(?:looking|searching) for (?:exactly )?(?:the |this )?same|(?:looking"
    r"|searching) for (?:one|"
    r"this|something like this|something similar) (?:too|as well|myself|ourselves)"
    r"|(?:need|want|could use) (?:this|the same|something like this|something similar"
    r"|exactly this"
    r"|one)(?: too| as well|,? too\b)"
    r"|i(?:'m| am) (?:also )?in the market (?:too|as well)|suche (?:ich |wir )?auch"
    r"|such(?:e|en) das"
    r" gleiche|gleiche[sn]? problem)\b"
)

#: He stays to hear the answers, and says no more.
FOLLOWS = re.compile(
    r"^\W{0,3}(?:following|subscribing|commenting to follow|bump(?:ing)?|same(?: here"
    r"| question)?"
    r"|me too|us too|this)(?: this(?: thread)?| for (?:answers|updates|this|later|interest)"
    r"| with interest"
    r"| too| as well| along| thread){0,2}\W{0,10}(?:\n|\Z)"
    r"|^\W{0,2}\+1\W{0,10}\Z"
    r"|\b(?:interested in (?:this|the answers?|hearing) (?:too|as well|also)?"
    r"|(?:would|'d) (?:also )?(?:like|love) to (?:know|hear) (?:this |that |the answer )?(?:too"
    r"|as well|also)|same question (?:here|from me))\b",
    re.MULTILINE,
)

#: He was where the asker is.
WAS_IN_IT = re.compile(
    r"\b(?:not|wasn't|isn't|aren't|never) (?:in |looking |quite )?(?:the |exactly )?(?:same"
    r"|also)\b"
    r"|\b(?:was|were|been) (?:also |once |exactly )?(?:in )?(?:the |exactly the )?same (?:boat"
    r"|situation|position)|\b(?:had|faced) (?:exactly )?(?:the "
    r"|this )?(?:exact )?same (?:problem"
    r"|issue|need|situation)|\bsame boat (?:last|a (?:few|couple)|\w+ (?:months|years)"
    r"|until|before)"
    r"|\bi was also looking\b|\bwe were also looking\b"
)

#: He has an answer of his own.
HAS_IT_ALREADY = re.compile(
    r"\b(?:(?:we|i)(?:'ve| have)? (?:use|used|been using|been on|love|run)\b|happy with"
    r"|(?:i|we)(?:'d| would)? (?:recommend|suggest)|works (?:great|well|fine) for (?:me|us)"
    r"|best (?:decision|thing) (?:i|we)|and never looked back|you should|have you tried)\b"
)

#: What a recommended thing is named behind.
OFFERED = re.compile(
    r"(?:\b(?:try|tried|check out|have a look at|take a look at|look at|look into|looked at"
    r"|recommend(?:ed|ing)?|suggest(?:ed|ing)?|(?:i|we) use|(?:i|we)(?:'ve| have) used"
    r"|been using|using|switched to|moved to|happy with|love|loving|vote for|second|go with"
    r"|went with"
    r"|consider(?:ed)?|stick with|swear by|fan of)|(?<!\w)\+1 (?:for|to)) "
)

#: He sells it; beside what the judge's cues know of sellers.
SELLS = re.compile(
    r"\b(?:we|i)(?:'re| are)? (?:make|making|build|building|built|sell|offer|develop)"
    r" (?:a|an|the|our)\b"
    r"|\bi(?:'m| am) (?:the |a |one of the )?(?:founder|co-founder|maker|developer) (?:of|here|at)"
    r"|\bour (?:product|tool|app|platform|startup) "
)
