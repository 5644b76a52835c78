"""A draft that does not know who is mentor -> the question that asks for it: candidates in sentences, with counts.

Which answer is the mentors' is proposed if other columns show it: questions on offers or places that one answer alone
brings with it, years of experience, words for giving and seeking.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations

from mentormatch.base.immutable_models import FrozenDict
from mentormatch.fields.numbers import parse_number
from mentormatch.languages.translation import mark, tr
from mentormatch.languages.vocabulary import vocabulary
from mentormatch.programme.drafts import capacity, words
from mentormatch.programme.drafts.capacity import LONGEST_OPTION, distinct, share, split_options
from mentormatch.programme.drafts.entries import DraftEntry
from mentormatch.programme.drafts.lexicon import fold
from mentormatch.programme.drafts.programme_draft import Draft
from mentormatch.programme.drafts.proposals import is_of_house
from mentormatch.programme.drafts.roles import MOST_ANSWERS, RoleQuestion
from mentormatch.programme.drafts.samples import QuestionSample
from mentormatch.programme.drafts.twins import need_or_offer
from mentormatch.programme.drafts.uses import is_sensitive, join_reasons
from mentormatch.programme.interview.question import Choice, DraftQuestion, Effects, OpenPoint, Reply
from mentormatch.programme.interview.tallies import (
    cells_of,
    count_people,
    last_answers,
    last_rows,
    side_counts,
    tally,
)

ROLE = "role"
ALL_MENTORS, ALL_MENTEES = "mentors", "mentees"
MAX_CANDIDATES = 3  # as many columns as a person compares at a glance
MIN_PEOPLE = 2  # an answer of one person may be a text of that person
MIN_COVERED = 0.8  # of all people: a column that fewer people answer tells no side
MIN_PAIR = 0.6  # of all people: those who gave one of two answers that tell the sides
MIN_ANSWERED = 0.6  # of the people of an answer: those asked a question that the others were not
MIN_NUMBERS = 0.6  # of the answers to a question on places
PROPOSED_STRENGTH = 2  # below it, neither orientation is proposed
HINT = mark(
    "Sinon : nommez une autre colonne et ses réponses, ajoutez au fichier une colonne qui dit « mentor·e » ou"
    " « mentoré·e » à chaque ligne, ou donnez un fichier par côté (--mentors, --mentees)."
)


@dataclass(frozen=True, slots=True)
class RoleCandidate:
    """A column whose answers may tell the sides; ``strength`` is 0 if nothing tells which side each answer is."""

    sample: QuestionSample
    mentor: str
    mentee: str
    strength: int
    why: str = ""

    @property
    def value(self) -> str:
        """The reply that names this candidate: the answer of mentors first."""
        return f"{self.sample.question} : {self.mentor} / {self.mentee}"

    @property
    def counts(self) -> Mapping[str, int]:
        """The number of people who gave each answer."""
        return tally(last_answers(self.sample))


def role_points(base: Draft) -> Iterator[OpenPoint]:
    """Yield the question on the sides, if no words that are known tell them."""
    role = base.outline.role
    if base.outline.apart or (role is not None and is_plain(role)):
        return
    entries = [entry for entry in base.entries if may_tell_sides(entry)]
    closed = [entry for entry in entries if not is_typed(entry)]
    drafted = [] if role is None else [RoleCandidate(role.sample, role.mentor, role.mentee, PROPOSED_STRENGTH)]
    found = sorted(
        (best for entry in closed for best in candidates(entry.sample, base.entries)),
        key=lambda one: (-one.strength, not vocabulary().role.who.search(fold(one.sample.question))),
    )
    known = {(fold(one.mentor), fold(one.mentee)) for one in drafted}
    listed = [*drafted, *(one for one in found if (fold(one.mentor), fold(one.mentee)) not in known)]
    if any(one.strength >= PROPOSED_STRENGTH for one in listed):
        listed = [one for one in listed if one.strength]
    columns = list(dict.fromkeys(one.sample.question for one in listed))[:MAX_CANDIDATES]
    listed = [one for one in listed if one.sample.question in columns]
    yield OpenPoint(role_question(listed, entries), lambda reply: effects(reply, listed))


def is_plain(role: RoleQuestion) -> bool:
    """Return whether the answers of both sides name mentors and mentees in known words."""
    return words.names_mentor(role.mentor) or words.names_mentee(role.mentee)


def may_tell_sides(entry: DraftEntry) -> bool:
    """Return whether a question has few answers, given by several people, and is neither personal nor a number."""
    sample = entry.sample
    given = distinct(sample.answers)
    closed = not sample.items and 2 <= len(given) <= MOST_ANSWERS and len(given) < len(sample.answers)
    used = entry.guess.use not in ("key", "contact", "consent") and not is_of_house(entry)
    short = all(len(answer) <= LONGEST_OPTION for answer in given)
    counts = share(given, lambda text: parse_number(text) is not None) > 0.5 or capacity.are_counts(given)
    return closed and used and short and not counts and not is_sensitive(sample)


def candidates(sample: QuestionSample, entries: Sequence[DraftEntry]) -> Iterator[RoleCandidate]:
    """Yield the best pair of answers of a column, in both orientations if nothing tells which is the mentors'."""
    answers = last_answers(sample)
    counts = {text: people for text, people in tally(answers).items() if people >= MIN_PEOPLE}
    if sum(counts.values()) < MIN_COVERED * len(answers):
        return
    pairs = [pair for pair in combinations(counts, 2) if counts[pair[0]] + counts[pair[1]] >= MIN_PAIR * len(answers)]
    rated = [(rate(sample, one, other, entries), one, other) for one, other in pairs]
    if not rated:
        return
    (strength, why), one, other = max(rated, key=lambda each: (abs(each[0][0]), counts[each[1]] + counts[each[2]]))
    if strength:
        mentor, mentee = (one, other) if strength > 0 else (other, one)
        yield RoleCandidate(sample, mentor, mentee, abs(strength), why)
    elif len(counts) == 2:
        yield RoleCandidate(sample, one, other, 0)
        yield RoleCandidate(sample, other, one, 0)


def rate(sample: QuestionSample, one: str, other: str, entries: Sequence[DraftEntry]) -> tuple[int, str]:
    """Return how strongly other columns show that ``one`` is the answer of mentors, below 0 of mentees; and why."""
    strength, why = rate_words(one, other, sample.question), ""
    answers = [fold(answer) for answer in last_answers(sample)]
    for entry in entries:
        if entry.sample is sample or entry.sample.items or len(entry.sample.rows) != len(sample.rows):
            continue
        given = [entry.sample.rows[place][0] for place in last_rows(sample)]
        sides = [
            [text for text, answer in zip(given, answers, strict=True) if answer == fold(side)] for side in (one, other)
        ]
        sign = rate_column(entry, *sides)
        strength += sign
        if abs(sign) >= PROPOSED_STRENGTH and not why:
            why = tr(
                "à « {question} » ne répondent que ces {people} (« {answer} »)",
                people=count_people(sum(map(bool, [*sides[0], *sides[1]]))),
                answer=one if any(sides[0]) else other,
                question=entry.question,
            )
    return strength, why


def rate_words(one: str, other: str, question: str) -> int:
    """Return 1 or 2 if the words of two answers show that ``one`` gives and ``other`` seeks, below 0 if reversed."""
    role = vocabulary().role
    signs = [bool(role.gives.search(fold(text))) - bool(role.seeks.search(fold(text))) for text in (one, other)]
    sign = (signs[0] > signs[1]) - (signs[0] < signs[1])
    return sign * (PROPOSED_STRENGTH if role.who.search(fold(question)) else 1)


def rate_column(entry: DraftEntry, ones: Sequence[str], others: Sequence[str]) -> int:
    """Return what the answers of two groups of people to another question show of who is mentor: 2, 1, 0 or below."""
    alone = answers_alone(ones, others) - answers_alone(others, ones)
    if not alone:
        return rate_years(entry.question, ones, others)
    given = [text for text in (*ones, *others) if text]
    side = capacity.taking_side(entry.question, entry.sample.follows.question if entry.sample.follows else "")
    lean = need_or_offer(entry.question)
    if side:
        sign = 1 if side == "mentor" else -1
    elif capacity.asks_places(entry.question) or share(given, is_small_number) >= MIN_NUMBERS:
        sign = 1
    else:
        sign = -lean
    return alone * sign * PROPOSED_STRENGTH


def answers_alone(ones: Sequence[str], others: Sequence[str]) -> bool:
    """Return whether most of the first people answered a question, and none of the others."""
    return len(ones) >= MIN_PEOPLE and share(ones, bool) >= MIN_ANSWERED and not any(others)


def is_small_number(text: str) -> bool:
    """Return whether a text is a number of people that one person may take."""
    number = parse_number(text)
    return number is not None and float(number).is_integer() and 1 <= number <= capacity.MOST


def rate_years(question: str, ones: Sequence[str], others: Sequence[str]) -> int:
    """Return 1 if the first people all have more years of experience than the others, -1 if reversed."""
    if not vocabulary().number.amount.search(fold(question)):
        return 0
    ours, theirs = (
        [number for text in texts if (number := parse_number(text)) is not None] for texts in (ones, others)
    )
    if len(ours) < MIN_PEOPLE or len(theirs) < MIN_PEOPLE:
        return 0
    return (min(ours) > max(theirs)) - (min(theirs) > max(ours))


def role_question(listed: Sequence[RoleCandidate], entries: Sequence[DraftEntry]) -> DraftQuestion:
    """Return the question that lists the candidates."""
    best = max((one.strength for one in listed), default=0)
    strongest = [one for one in listed if one.strength == best >= PROPOSED_STRENGTH]
    choices = [Choice(one.value, sentence(one), effect(one)) for one in listed]
    choices.append(Choice(ALL_MENTORS, tr("Tous sont mentor·es, le fichier des mentoré·es viendra")))
    choices.append(Choice(ALL_MENTEES, tr("Tous sont mentoré·es, le fichier des mentor·es viendra")))
    return DraftQuestion(
        ROLE,
        tr("Qui est mentor·e, qui est mentoré·e ?"),
        "one",
        choices=tuple(choices),
        cells=cells_of(listed[0].sample) if listed else (),
        proposed=strongest[0].value if strongest else None,
        hint=tr(HINT),
        columns=FrozenDict({entry.question: tuple(shared_answers(entry)) for entry in entries}),
        answers=FrozenDict({fold(entry.question): frozenset(map(fold, entry.sample.answers)) for entry in entries}),
    )


def is_typed(entry: DraftEntry) -> bool:
    """Return whether the draft takes a question for free text."""
    return entry.guess.kind == "text" and entry.guess.use == "display"


def shared_answers(entry: DraftEntry) -> list[str]:
    """Return the answers that several people gave, none to a free text: an answer may be a text of one person."""
    return [] if is_typed(entry) else split_options(entry.sample.answers, entry.sample.givers)[0]


def sentence(candidate: RoleCandidate) -> str:
    """Return a candidate in words, with the number of people who gave each answer."""
    return tr(
        "« {question} » : « {mentor} » dit mentor·e ({mentors}), « {mentee} » dit mentoré·e ({mentees})",
        question=candidate.sample.question,
        mentor=candidate.mentor,
        mentee=candidate.mentee,
        mentors=count_people(candidate.counts[candidate.mentor]),
        mentees=count_people(candidate.counts[candidate.mentee]),
    )


def effect(candidate: RoleCandidate) -> str:
    """Return the sides that a candidate makes, and what shows them."""
    counts = candidate.counts
    sides = side_counts(counts[candidate.mentor], counts[candidate.mentee])
    left = sum(counts.values()) - counts[candidate.mentor] - counts[candidate.mentee]
    parts = [sides, tr("{people} d'aucun côté", people=count_people(left)) if left else "", candidate.why]
    return reduce(join_reasons, filter(None, parts))


def effects(reply: Reply, listed: Sequence[RoleCandidate]) -> Effects:
    """Return what a reply states: the column and the answers of each side, or the side of everybody."""
    if reply == ALL_MENTORS:
        return Effects(side="mentor")
    if reply == ALL_MENTEES:
        return Effects(side="mentee")
    if isinstance(reply, Mapping):
        mentors, mentees = reply["mentor"].split("\n"), reply["mentee"].split("\n")
        alike = dict.fromkeys(mentors[1:], mentors[0]) | dict.fromkeys(mentees[1:], mentees[0])
        return Effects(role=(fold(reply["question"]), mentors[0], mentees[0]), alike=alike)
    chosen = next(one for one in listed if one.value == reply)
    return Effects(role=(fold(chosen.sample.question), chosen.mentor, chosen.mentee))
