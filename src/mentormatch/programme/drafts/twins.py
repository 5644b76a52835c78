"""Questions that ask each side the same in its own words: what one needs, and what the other offers."""

# French here is read, not said

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from mentormatch.programme.drafts.entries import DraftEntry
from mentormatch.programme.drafts.lexicon import NOT_COMPARED, fold
from mentormatch.programme.drafts.words import content

HELP = (
    r"(?<!to )(?:help|support|advice|guidance|mentoring|coaching|mentorship|aide|conseils?|accompagnement"
    r"|coups? de main|coups? de pouce|soutien)"
)
SHOWING = (
    r"(?<!faire )(?<!feriez )(?<!ferais )(?<!ferait )(?<!fais )(?<!faites )(?<!help )(?<!others )(?<!them )(?<!people )"
)
"""What makes a discovery somebody else's."""
RECEIVING = re.compile(
    rf"\b(needs?|needed|wanted|seek\w*|looking for|lack\w*|help (you|me)|your (mentor|buddy|big) (to|can|could|might)"
    rf"|use (some )?{HELP}|(want|like|wish|hop(e|ing)|get|receiv\w*|more) (\w+ ){{0,3}}?{HELP}"
    r"|(be|being|get) (mentored|helped|supported|advised|taught|shown|coached)"
    r"|(drawn|attracted) to|attracts? you|worr(y|ies|ied)|afraid|anxious|nervous|unsure|doubts?|curious|tempt\w*"
    r"|stuck|(?<!someone )(?<!others )feel more \w+"
    r"|appeals? to|get better at|grow in|get out of|gain from|take away"
    r"|(questions|ask) (\w+ ){0,4}?(a|an|your|the|to) (mentor|big|buddy)"
    r"|(want|like|love|wish|hop(e|ing)) (you )?to (learn|discover|explore|know|understand|try|find out|see|move into"
    r"|join|work in|hear)"
    rf"|{SHOWING}(discover|explor(e|ing)|decouvr\w+|explorer|comprendre)"
    r"|etre (aide|accompagne|conseille|soutenu|epaule|guide|forme|coache)\S*|(?<!-)vous aider|(m|t)'aider|t'aide"
    r"|besoins?|cherch\w*|recherch\w*|demandes?|tent(e|ent|es|erai\w*)|attir\w+|inquiet\w*|preoccup\w*|angoiss\w*"
    r"|(fait|font|avez|as) peur|bloqu\w*|curieu\w*|aimer\w+ (en )?(savoir|apprendre|essayer|rejoindre|comprendre)"
    rf"|(?<!donner )(?<!apporter )(?<!offrir )(?<!proposer )(?<!donne )(de l'|un |des |d'){HELP} (pour|sur|en|dans)"
    r"|(to|a|vous|pour|souhait\w+|voul\w+|voudr\w+|veux|aimer\w+)"
    r" (develop|improve|acquire|developper|ameliorer|acquerir|renforcer|travailler|approfondir|progresser))\b"
)
"""What somebody would be given."""
GIVING = re.compile(
    r"\b(offer\w*|provid\w*|shar(e|ing)|teach\w*|giv(e|ing)|pass(ing)? on|bring|contribut\w*|tell|of use|show (a|an|the"
    r"|others?|people|new\w*|your|someone)|talk (to|with)|speak (to|with)|answer (\w+ )?questions|lend|explain"
    r"|(help|introduce|take) (\w+ )?(a|an|others?|someone|people|students?|new\w*|your mentee|your little|them)"
    r"|(mentor|advise|coach|train|tutor|support|help|guide) (on|in|with|through|others?|another|someone|people"
    r"|students?|an?)|f(aire|ais|aites|eri\w+|erais) (\w+ )?(decouvrir|connaitre|visiter|partager|comprendre|profiter"
    r"|essayer)|transmet\w*|partag\w*|enseign\w*|donn(er\w*|ez|es)|apport(er\w*|ez|es)|offr\w*|propos(er\w*|ez|es)|conseiller"
    r"|aider|accompagner|former|expliquer|temoigner|repondre|eclairer|initier|preter|mettre (a|au) (profit|service))\b"
)
"""What somebody would give."""
DONE = re.compile(
    r"\b(practi[sc](e|ed|ing)|(have|has|had|'ve) (you )?(ever |already )?(work|done|stud|live|tri|been|us|taught"
    r"|led|manag)\w*"
    r"|worked|studied|been through|went through|know (well|about|best|inside)|do you know|used to|did you|have held"
    r"|(have|had) you (ever |already |previously )?\w+ed|(avez|as)[- ](vous|tu) (deja )?(?!quelq|autre)\w{3,}[eiu]e?s"
    r"|exerc(e|er|es|ez|ee|ees|ent)|pratiqu\w+|(avez|as|ayez|avoir|deja) (\w+ ){0,3}?(exerc|travaill|pratiqu|vecu"
    r"|connu|occup|suivi|etudi|fait|test|visit)\w*|travaillez|intervenez|chois(i|is|ie|ies|it|issez)|vecu\w*|surmont\w*|overc[ao]me|parcours)\b"
)
"""What somebody has done, and so could pass on."""
ABLE = re.compile(
    r"\b(can|could|able|willing|happy|ready|comfortable|qualified|confident|experienced|competent|skilled|good at"
    r"|best at|pouvez|pourriez|peux|pourrais|savez|sauriez|sais|saurais|capable|maitris\w*|connaiss\w*|connais|a l'aise"
    r"|cale\w?s?|excel\w*|cartonn\w*|pret\w*)\b"
)
WISHING = re.compile(
    r"\b(want|would (you )?(like|love)|(i|you)'d (like|love)|like to|wish|hop(e|ing)|interested in|interests? you"
    r"|aim\w*|dream\w*|souhait\w*|aimer\w*|voul\w*|voudr\w*|veux|attend\w*|envie|reve\w*|interesse\w*|branche\w*)\b"
)
LACKED = re.compile(
    r"\b(goals?|growth|challeng\w*|struggl\w*|of interest|target\w*|learn\w*|improv\w*|objectifs?|attentes?|vise[es]*"
    r"|difficult\w*|apprendre|progresser|manque\w*|d'interet|envisage\w*|plan to|future|frein\w*"
    r"|ram(es|ez)|galer\w*|priorit\w+)\b"
)
HELD = re.compile(
    r"\b(expert\w*|experience|strengths?|skills?|know-how|competences?|atouts?|points forts|savoir-faire|reseau|network"
    r"|background|current\w*|actuel\w*|specialit\w*)\b"
)
SIGNS = ((RECEIVING, 1), (GIVING, -1), (DONE, -1), (ABLE, -1), (WISHING, 1), (LACKED, 1), (HELD, -1))
"""What makes a question one of needs (1) or of offers (-1): the first that its words hold."""
NEVER = re.compile(
    r"\b(disponib\w*|availab\w*|creneaux?|plages?|timings?|time slots?|when (can|could|are|would)|quand|how often"
    r"|frequen\w*|rythme|formats?|modalites?|in person|presentiel|styles?|energy|feedback|personnalit\w*|personality"
    r"|gender|genre|sexe|pronouns?|pronoms?|ages?|regimes?|diet\w*|allerg\w*)\b"
)
"""What neither side has for the other, whatever the words."""
PERSONAL = re.compile(r"\b(hobb\w*|loisirs?|interets?|interests?|passions?|langues?|languages?|sports?|clubs?)\b")
"""What two people have in common, unless the words say that one would pass it on to the other."""
LISTS, LISTED = ("choices", "ranking", "levels", "names"), ("choice",)
"""Kinds that hold several items, and those that hold one."""
SHARED = 0.5
"""From that share on, the options of two questions are the same."""
FEWEST = 2
SHORT = 3
"""Letters of a word that says nothing of what a question is about."""


@dataclass(frozen=True, slots=True)
class Twins:
    """What mentees need and what mentors offer, by two questions or by one; ``alike`` where options are shared."""

    mentee: DraftEntry
    mentor: DraftEntry
    alike: bool


def twins(entries: Sequence[DraftEntry], *, sides_known: bool) -> list[Twins]:
    """Return the pairs of questions that are one on each side, the likest first, no question twice.

    ``told`` says whether it is known who is mentor and who is mentee: otherwise the words of both questions decide.
    """
    able = [entry for entry in entries if is_comparable(entry)]
    rated = [
        (rating, -place, found)
        for place, (mentee, mentor) in enumerate(product(able, able))
        if mentee is not mentor
        for found in (Twins(mentee, mentor, share_options(mentee, mentor)),)
        if (rating := likeness(found, sides_known=sides_known)) > 0
    ]
    taken: set[str] = set()
    chosen = []
    for _, _, found in sorted(rated, key=lambda one: one[:2], reverse=True):
        if taken.isdisjoint((found.mentee.name, found.mentor.name)):
            chosen.append(found)
            taken |= {found.mentee.name, found.mentor.name}
    return chosen


def echoes(entries: Sequence[DraftEntry]) -> Iterator[tuple[DraftEntry, DraftEntry]]:
    """Yield the questions that ask mentors and mentees for one of the same options, each in its own words."""
    single = [entry for entry in entries if entry.scored and entry.guess.kind in ("choice", "scale")]
    taken: set[str] = set()
    for mentor, mentee in product(single, single):
        if (mentor.side, mentee.side) == ("mentor", "mentee") and taken.isdisjoint((mentor.name, mentee.name)):
            ours, theirs = ({fold(text) for text in entry.options} for entry in (mentor, mentee))
            if ours == theirs and set(topic_words(mentor)) & set(topic_words(mentee)):
                taken |= {mentor.name, mentee.name}
                yield mentor, mentee


def is_comparable(entry: DraftEntry) -> bool:
    """Say whether a question lists what may be needed or offered."""
    said, lean = fold(entry.question), need_or_offer(entry.question)
    listed = entry.guess.kind in (*LISTS, *LISTED) and not NEVER.search(said)
    aside = entry.guess.use == "display" and not lean and NOT_COMPARED.search(said)
    personal = PERSONAL.search(said) and not any(
        words.search(said) for words in (RECEIVING, GIVING, DONE, ABLE, WISHING)
    )
    used = entry.scored or (entry.guess.use == "display" and bool(entry.options))
    return listed and used and not aside and not personal


def likeness(found: Twins, *, sides_known: bool) -> float:
    """Return how likely two questions are twins, 0 where they are not."""
    mentee, mentor = found.mentee, found.mentor
    need, offer = need_or_offer(mentee.question), need_or_offer(mentor.question)
    worded = need > 0 > offer
    apart = sides_known and mentor.side == "mentor" and mentee.side == "mentee"
    crossed = sides_known and (mentor.side == "mentee" or mentee.side == "mentor")
    lists = sum(entry.guess.kind in LISTS for entry in (mentee, mentor))
    topics = len(set(topic_words(mentee)) & set(topic_words(mentor)))
    aimed = sides_known and found.alike and need > 0 == offer
    if crossed or need < 0 or not (apart or worded or aimed) or not (lists or worded):
        return 0
    if not found.alike and not (worded and topics and lists):
        return 0
    return found.alike + (need - offer) / 4 + apart / 4 + topics / 10 + lists / 20


def share_options(one: DraftEntry, other: DraftEntry) -> bool:
    """Say whether two questions have most of their options in common."""
    ours, theirs = ({fold(text) for text in entry.options} for entry in (one, other))
    least = min(len(ours), len(theirs))
    return least >= FEWEST and len(ours & theirs) >= max(FEWEST, SHARED * least)


def need_or_offer(question: str) -> int:
    """Return 1 where a question asks what is needed, -1 where it asks what is offered, 0 where its words say neither.

    >>> need_or_offer("What do you need help with?"), need_or_offer("What can you help with?")
    (1, -1)
    >>> need_or_offer("Industry")
    0
    """
    said = fold(question)
    return next((sign for words, sign in SIGNS if words.search(said)), 0)


def topic_words(entry: DraftEntry) -> Iterator[str]:
    """Yield the words of a question that say what it is about, rather than who needs or offers it."""
    about = fold(entry.question)
    for words, _ in SIGNS:
        about = words.sub(" ", about)
    yield from (word for word in content(about) if len(word) > SHORT and not word.startswith(("mentor", "select")))
