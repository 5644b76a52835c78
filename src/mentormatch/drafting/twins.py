"""Questions that ask each side the same in its own words: what one needs, and what the other offers."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from mentormatch.drafting.entries import Entry
from mentormatch.drafting.ids import content
from mentormatch.text import fold

HELP = r"(?<!to )(?:help|support|advice|guidance|mentoring|coaching|mentorship|aide|conseils?|accompagnement)"
RECEIVING = re.compile(
    rf"\b(needs?|needed|wanted|seek\w*|looking for|lack\w*|help (you|me)|your mentor (to|can|could)|use (some )?{HELP}"
    rf"|(want|like|wish|hop(e|ing)|get|receiv\w*|more) (\w+ ){{0,3}}?{HELP}"
    r"|(be|being|get) (mentored|helped|supported|advised)|etre (aide|accompagne|conseille|soutenu|epaule|guide)\S*"
    r"|(?<!-)vous aider|m'aider|besoins?|cherch\w*|recherch\w*|demandes?"
    r"|(to|a) (develop|improve|acquire|developper|ameliorer|acquerir|renforcer|travailler|approfondir))\b"
)
"""What somebody would be given."""
GIVING = re.compile(
    r"\b(offer\w*|provid\w*|shar(e|ing)|teach\w*|giv(e|ing)|pass(ing)? on|bring|contribut\w*|tell|of use"
    r"|(mentor|advise|coach|train|tutor|support|help) (on|in|with|others?|another|someone|people|students?|an?)"
    r"|transmet\w*|partag\w*|enseign\w*|donn(er|ez)|apport(er|ez)|offr\w*|propos(er|ez)|conseiller|aider|accompagner"
    r"|former|mettre a profit)\b"
)
"""What somebody would give."""
ABLE = re.compile(
    r"\b(can|could|able|willing|happy|ready|comfortable|qualified|confident|experienced|competent|skilled|good at"
    r"|pouvez|pourriez|savez|sauriez|capable|maitris\w*|connaiss\w*|a l'aise)\b"
)
WISHING = re.compile(
    r"\b(want|would like|like to|wish|hop(e|ing)|interested in|aim\w*|souhait\w*|aimer\w*|voul\w*|voudr\w*|attend\w*)\b"
)
LACKED = re.compile(
    r"\b(goals?|growth|challeng\w*|struggl\w*|of interest|target\w*|learn\w*|improv\w*|objectifs?|attentes?|vise[es]*"
    r"|difficult\w*|apprendre|progresser|manque\w*|d'interet|envisage\w*)\b"
)
HELD = re.compile(
    r"\b(expert\w*|experience|strengths?|skills?|know-how|competences?|atouts?|points forts|savoir-faire|reseau|network"
    r"|background)\b"
)
LEANINGS = ((RECEIVING, 1), (GIVING, -1), (ABLE, -1), (WISHING, 1), (LACKED, 1), (HELD, -1))
"""What makes a question one of needs (1) or of offers (-1): the first that its words hold."""
PERSONAL = re.compile(
    r"\b(hobb\w*|loisirs?|interets?|interests?|passions?|langues?|languages?|disponib\w*|availab\w*|creneaux?|sports?"
    r"|gender|genre|sexe|pronouns?|pronoms?|ages?|regimes?|diet\w*|allerg\w*)\b"
)
"""What two people have in common, and neither passes on to the other."""
LISTS, LISTED = ("choices", "ranking", "levels", "names"), ("choice",)
"""Kinds that hold several items, and those that hold one."""
SHARED = 0.6
"""From that share on, the options of two questions are the same."""
FEWEST = 2
SHORT = 3
"""Letters of a word that says nothing of what a question is about."""


@dataclass(frozen=True, slots=True)
class Twins:
    """What mentees need and what mentors offer, by two questions or by one; ``alike`` where options are shared."""

    mentee: Entry
    mentor: Entry
    alike: bool


def twins(entries: Sequence[Entry], *, told: bool) -> list[Twins]:
    """Return the pairs of questions that are one on each side, the likest first, no question twice.

    ``told`` says whether it is known who is mentor and who is mentee: otherwise the words of both questions decide.
    """
    able = [entry for entry in entries if comparable(entry)]
    rated = [
        (rating, -place, found)
        for place, (mentee, mentor) in enumerate(product(able, able))
        if mentee is not mentor
        for found in (Twins(mentee, mentor, alike(mentee, mentor)),)
        if (rating := likeness(found, told=told)) > 0
    ]
    taken: set[str] = set()
    chosen = []
    for _, _, found in sorted(rated, key=lambda one: one[:2], reverse=True):
        if taken.isdisjoint((found.mentee.name, found.mentor.name)):
            chosen.append(found)
            taken |= {found.mentee.name, found.mentor.name}
    return chosen


def echoes(entries: Sequence[Entry]) -> Iterator[tuple[Entry, Entry]]:
    """Yield the questions that ask mentors and mentees for one of the same options, each in its own words."""
    single = [entry for entry in entries if entry.scored and entry.guess.kind in ("choice", "scale")]
    taken: set[str] = set()
    for mentor, mentee in product(single, single):
        if (mentor.side, mentee.side) == ("mentor", "mentee") and taken.isdisjoint((mentor.name, mentee.name)):
            ours, theirs = ({fold(text) for text in entry.options} for entry in (mentor, mentee))
            if ours == theirs and set(said(mentor)) & set(said(mentee)):
                taken |= {mentor.name, mentee.name}
                yield mentor, mentee


def comparable(entry: Entry) -> bool:
    """Say whether a question lists what may be needed or offered."""
    used = entry.scored or (entry.guess.use == "display" and leaning(entry.question) and bool(entry.options))
    return bool(used) and entry.guess.kind in (*LISTS, *LISTED) and not PERSONAL.search(fold(entry.question))


def likeness(found: Twins, *, told: bool) -> float:
    """Return how likely two questions are twins, 0 where they are not."""
    mentee, mentor = found.mentee, found.mentor
    need, offer = leaning(mentee.question), leaning(mentor.question)
    worded = need > 0 > offer
    apart = told and mentor.side == "mentor" and mentee.side == "mentee"
    crossed = told and (mentor.side == "mentee" or mentee.side == "mentor")
    lists = sum(entry.guess.kind in LISTS for entry in (mentee, mentor))
    topics = len(set(said(mentee)) & set(said(mentor)))
    aimed = told and found.alike and need > 0 == offer
    if crossed or not (apart or worded or aimed) or not (lists or worded):
        return 0
    if not found.alike and not (worded and topics and lists):
        return 0
    return found.alike + (need - offer) / 4 + apart / 4 + topics / 10 + lists / 20


def alike(one: Entry, other: Entry) -> bool:
    """Say whether two questions have most of their options in common."""
    ours, theirs = ({fold(text) for text in entry.options} for entry in (one, other))
    least = min(len(ours), len(theirs))
    return least >= FEWEST and len(ours & theirs) >= max(FEWEST, SHARED * least)


def leaning(question: str) -> int:
    """Return 1 where a question asks what is needed, -1 where it asks what is offered, 0 where its words say neither.

    >>> leaning("What do you need help with?"), leaning("What can you help with?"), leaning("Industry")
    (1, -1, 0)
    """
    said = fold(question)
    return next((sign for words, sign in LEANINGS if words.search(said)), 0)


def said(entry: Entry) -> Iterator[str]:
    """Yield the words of a question that say what it is about, rather than who needs or offers it."""
    about = fold(entry.question)
    for words, _ in LEANINGS:
        about = words.sub(" ", about)
    yield from (word for word in content(about) if len(word) > SHORT and not word.startswith(("mentor", "select")))
