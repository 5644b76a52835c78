"""Fields of a draft -> pairs of questions that ask mentors and mentees about the same thing: needs and offers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from mentormatch.languages.vocabulary import RegexAlternatives, vocabulary
from mentormatch.programme.drafts.entries import DraftEntry
from mentormatch.programme.drafts.lexicon import fold
from mentormatch.programme.drafts.words import get_content_words

LIST_KINDS = ("choices", "ranking", "levels", "names")
SINGLE_KINDS = ("choice", "place")
MIN_SHARED = 0.5  # of the options of the shorter list: from this share on, two lists are the same
MIN_OPTIONS = 2
MAX_SMALL_WORD = 3  # letters of a word without a topic


@dataclass(frozen=True, slots=True)
class QuestionPair:
    """The question on the needs of mentees, and that on the offers of mentors.

    ``same_options``: at least two options, and half of the shorter list, are in both lists.
    """

    mentee: DraftEntry
    mentor: DraftEntry
    same_options: bool


def find_question_pairs(entries: Sequence[DraftEntry], *, sides_known: bool) -> list[QuestionPair]:
    """Return disjoint pairs of questions, the most likely pair first.

    ``sides_known`` states whether mentors and mentees are known; if not, the words of both questions decide.
    """
    comparable = [entry for entry in entries if is_comparable(entry)]
    rated = [
        (rating, -index, pair)
        for index, (mentee, mentor) in enumerate(product(comparable, comparable))
        if mentee is not mentor
        for pair in (QuestionPair(mentee, mentor, have_common_options(mentee, mentor)),)
        if (rating := likeness(pair, sides_known=sides_known)) > 0
    ]
    used_names: set[str] = set()
    disjoint = []
    for _, _, pair in sorted(rated, key=lambda rating: rating[:2], reverse=True):
        if used_names.isdisjoint((pair.mentee.name, pair.mentor.name)):
            disjoint.append(pair)
            used_names |= {pair.mentee.name, pair.mentor.name}
    return disjoint


def find_same_option_questions(entries: Sequence[DraftEntry]) -> Iterator[tuple[DraftEntry, DraftEntry]]:
    """Yield disjoint pairs of questions, of mentors and of mentees, with the same options and a common topic word."""
    single = [
        entry for entry in entries if entry.scored and entry.guess.kind in (*SINGLE_KINDS, "scale") and entry.options
    ]
    used_names: set[str] = set()
    for mentor, mentee in product(single, single):
        if (mentor.side, mentee.side) == ("mentor", "mentee") and used_names.isdisjoint((mentor.name, mentee.name)):
            mentor_options, mentee_options = ({fold(text) for text in entry.options} for entry in (mentor, mentee))
            if mentor_options == mentee_options and set(topic_words(mentor)) & set(topic_words(mentee)):
                used_names |= {mentor.name, mentee.name}
                yield mentor, mentee


def is_comparable(entry: DraftEntry) -> bool:
    """Return whether the options of a question may be needs or offers."""
    folded, sign, needs = fold(entry.question), need_or_offer(entry.question), vocabulary().needs
    has_options = entry.guess.kind in SINGLE_KINDS and bool(entry.options)
    is_list = (entry.guess.kind in LIST_KINDS or has_options) and not needs.neither.search(folded)
    is_private = entry.guess.use == "display" and not sign and vocabulary().pairing.private.search(folded)
    transfer_words = (needs.receiving, needs.giving, needs.done, needs.able, needs.wishing)
    is_personal = needs.personal.search(folded) and not any(words.search(folded) for words in transfer_words)
    is_used = entry.scored or (entry.guess.use == "display" and bool(entry.options))
    return is_list and is_used and not is_private and not is_personal


def likeness(pair: QuestionPair, *, sides_known: bool) -> float:
    """Return the likelihood, as a weight, that two questions form a pair; 0 if they do not."""
    mentee, mentor = pair.mentee, pair.mentor
    need, offer = need_or_offer(mentee.question), need_or_offer(mentor.question)
    is_worded = need > 0 > offer
    has_sides = sides_known and mentor.side == "mentor" and mentee.side == "mentee"
    is_crossed = sides_known and (mentor.side == "mentee" or mentee.side == "mentor")
    list_count = sum(entry.guess.kind in LIST_KINDS for entry in (mentee, mentor))
    topic_count = len(set(topic_words(mentee)) & set(topic_words(mentor)))
    is_aimed = sides_known and pair.same_options and need > 0 == offer
    if is_crossed or need < 0 or not (has_sides or is_worded or is_aimed) or not (list_count or is_worded):
        return 0
    if not pair.same_options and not (is_worded and topic_count and list_count):
        return 0
    return pair.same_options + (need - offer) / 4 + has_sides / 4 + topic_count / 10 + list_count / 20


def have_common_options(first: DraftEntry, second: DraftEntry) -> bool:
    first_options, second_options = ({fold(text) for text in entry.options} for entry in (first, second))
    smaller = min(len(first_options), len(second_options))
    return smaller >= MIN_OPTIONS and len(first_options & second_options) >= max(MIN_OPTIONS, MIN_SHARED * smaller)


def need_or_offer(question: str) -> int:
    """Return 1 for a question on needs, -1 for one on offers, 0 if its words show neither.

    >>> need_or_offer("What do you need help with?"), need_or_offer("What can you help with?")
    (1, -1)
    >>> need_or_offer("Industry")
    0
    """
    folded = fold(question)
    return next((sign for words, sign in signs() if words.search(folded)), 0)


def signs() -> Iterator[tuple[RegexAlternatives, int]]:
    """Yield the words of needs (1) and of offers (-1); the first words that match decide."""
    words = vocabulary().needs
    yield from ((words.receiving, 1), (words.giving, -1), (words.done, -1), (words.able, -1), (words.wishing, 1))
    yield from ((words.lacked, 1), (words.held, -1))


def topic_words(entry: DraftEntry) -> Iterator[str]:
    """Yield the words of a question on its topic, without those for needs and offers."""
    remaining = fold(entry.question)
    for words, _ in signs():
        remaining = words.whole.sub(" ", remaining)
    yield from (
        word
        for word in get_content_words(remaining)
        if len(word) > MAX_SMALL_WORD and not word.startswith(("mentor", "select"))
    )
