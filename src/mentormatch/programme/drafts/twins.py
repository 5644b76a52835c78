"""Questions that ask each side the same in its own words: what one needs, and what the other offers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from mentormatch.languages.vocabulary import RegexAlternatives, vocabulary
from mentormatch.programme.drafts.entries import DraftEntry
from mentormatch.programme.drafts.lexicon import fold
from mentormatch.programme.drafts.words import content

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
    said, lean, needs = fold(entry.question), need_or_offer(entry.question), vocabulary().needs
    listed = entry.guess.kind in (*LISTS, *LISTED) and not needs.neither.search(said)
    aside = entry.guess.use == "display" and not lean and vocabulary().pairing.private.search(said)
    passed_on = (needs.receiving, needs.giving, needs.done, needs.able, needs.wishing)
    personal = needs.personal.search(said) and not any(words.search(said) for words in passed_on)
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
    return next((sign for words, sign in signs() if words.search(said)), 0)


def signs() -> Iterator[tuple[RegexAlternatives, int]]:
    """Yield the words of needs (1) and of offers (-1); the first that a question has make it one of them."""
    words = vocabulary().needs
    yield from ((words.receiving, 1), (words.giving, -1), (words.done, -1), (words.able, -1), (words.wishing, 1))
    yield from ((words.lacked, 1), (words.held, -1))


def topic_words(entry: DraftEntry) -> Iterator[str]:
    """Yield the words of a question that say what it is about, rather than who needs or offers it."""
    about = fold(entry.question)
    for words, _ in signs():
        about = words.whole.sub(" ", about)
    yield from (word for word in content(about) if len(word) > SHORT and not word.startswith(("mentor", "select")))
