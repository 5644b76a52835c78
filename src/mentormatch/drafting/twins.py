"""Questions that ask each side the same in its own words: what one needs, and what the other offers."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from mentormatch.drafting.entries import Entry
from mentormatch.drafting.ids import content
from mentormatch.text import fold

NEED = re.compile(
    r"\b(need\w*|seek\w*|looking for|lack\w*|improv\w*|learn\w*|develop|grow|guidance|receiv\w*|hop(e|ing) to|mentored"
    r"|want(ed)? (help|advice|support|to)|help you|use (some )?help|challeng\w*|struggl\w*|goals?"
    r"|like (some )?(help|advice|support|mentor|guid|to (learn|have|get|receiv|improv|develop|work|be|discuss))\w*"
    r"|besoins?|cherch\w*|recherch\w*|apprendre|progresser|vis(e|ez|ees?)|aimeriez|attentes?|attendez|manque\w*"
    r"|souhaitez[- ](vous )?(etre|apprendre|developper|ameliorer|progresser|recevoir|decouvrir|beneficier|travailler)"
    r"|etre (aide|accompagne|conseille)\w*|ameliorer|difficult\w*|objectifs?)\b"
)
OFFER = re.compile(
    r"\b(offer\w*|provid\w*|shar(e|ing)|teach\w*|giv(e|ing)|of use|expert\w*|strengths?|skilled|good at|contribut\w*"
    r"|(can|could|able to|willing to|happy to|ready to|comfortable|qualified|confident) (you )?(\w+[ /]){0,3}?"
    r"(mentor|help|advis|support|guid|coach|train)\w*|(mentor|advise|coach|train) (on|in|others|another|someone|people)"
    r"|transmettre|donner|offrir|apporter|proposer|proposez|partager|enseigner|pouvez|maitris\w*|expertises?|reseau"
    r"|connaissez|savez|aider|conseiller|accompagner|atouts?|points forts|savoir-faire)\b"
)
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


def comparable(entry: Entry) -> bool:
    """Say whether a question lists what may be needed or offered."""
    return entry.scored and entry.guess.kind in (*LISTS, *LISTED) and not PERSONAL.search(fold(entry.question))


def likeness(found: Twins, *, told: bool) -> float:
    """Return how likely two questions are twins, 0 where they are not."""
    mentee, mentor = found.mentee, found.mentor
    worded = needs(mentee) and offers(mentor)
    apart = told and mentor.side == "mentor" and mentee.side == "mentee"
    crossed = told and (mentor.side == "mentee" or mentee.side == "mentor")
    lists = sum(entry.guess.kind in LISTS for entry in (mentee, mentor))
    topics = len(set(said(mentee)) & set(said(mentor)))
    if crossed or not (apart or worded) or not (lists or worded):
        return 0
    if not found.alike and not (worded and topics and lists):
        return 0
    return found.alike + worded / 2 + apart / 4 + topics / 10 + lists / 20


def alike(one: Entry, other: Entry) -> bool:
    """Say whether two questions have most of their options in common."""
    ours, theirs = ({fold(text) for text in entry.options} for entry in (one, other))
    least = min(len(ours), len(theirs))
    return least >= FEWEST and len(ours & theirs) >= max(FEWEST, SHARED * least)


def needs(entry: Entry) -> bool:
    """Say whether the words of a question ask for what is needed, and not for what is offered."""
    said = fold(entry.question)
    return bool(NEED.search(said)) and (not OFFER.search(said) or entry.side == "mentee")


def offers(entry: Entry) -> bool:
    """Say whether the words of a question ask for what is offered, and not for what is needed."""
    said = fold(entry.question)
    return bool(OFFER.search(said)) and (not NEED.search(said) or entry.side == "mentor")


def said(entry: Entry) -> Iterator[str]:
    """Yield the words of a question that say what it is about, rather than who needs or offers it."""
    about = OFFER.sub(" ", NEED.sub(" ", fold(entry.question)))
    yield from (
        word for word in content(about) if len(word) > 3 and not word.startswith(("mentor", "mentee", "select"))
    )
