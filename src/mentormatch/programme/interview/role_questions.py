"""A draft with unknown sides -> the question on them: candidate columns in sentences, with counts.

The answer of mentors is proposed if other columns show it: questions on offers or places that only one group answered,
years of experience, words for giving and seeking.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations

from mentormatch.base.immutable_models import FrozenDict
from mentormatch.fields.numbers import parse_number
from mentormatch.languages.translation import tr
from mentormatch.languages.vocabulary import vocabulary
from mentormatch.programme.drafts import capacity, words
from mentormatch.programme.drafts.capacity import MAX_OPTION_LENGTH, distinct, share_of, split_options
from mentormatch.programme.drafts.entries import DraftEntry
from mentormatch.programme.drafts.lexicon import fold
from mentormatch.programme.drafts.programme_draft import Draft
from mentormatch.programme.drafts.proposals import asks_employer
from mentormatch.programme.drafts.roles import MAX_ROLE_ANSWERS, RoleQuestion
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

ROLE_QUESTION = "role"
ALL_MENTORS, ALL_MENTEES = "mentors", "mentees"
PROPOSED_STRENGTH = 2  # below it, neither orientation is proposed


@dataclass(frozen=True, slots=True)
class RoleLimits:
    """Limits on the columns and answers that may identify the sides; shares are in [0, 1]."""

    max_columns: int = 3  # a person compares as many at a glance
    min_people: int = 2  # per answer; an answer of one person may be a text of that person
    min_covered: float = 0.8  # of all people, with an answer that ``min_people`` gave
    min_pair: float = 0.6  # of all people, with one of the two answers of the sides
    min_answered: float = 0.6  # of the people of a side, for a question that only this side was asked
    min_numbers: float = 0.6  # of the answers to a question on places


LIMITS = RoleLimits()


@dataclass(frozen=True, slots=True)
class RoleCandidate:
    """A column whose answers may identify the sides; ``strength`` is 0 if nothing shows the side of each answer."""

    sample: QuestionSample
    mentor: str
    mentee: str
    strength: int
    why: str = ""

    @property
    def value(self) -> str:
        """The reply that selects this candidate: the answer of mentors first."""
        return f"{self.sample.question} : {self.mentor} / {self.mentee}"

    @property
    def counts(self) -> Mapping[str, int]:
        """The number of people per answer."""
        return tally(last_answers(self.sample))


def role_points(base: Draft) -> Iterator[OpenPoint]:
    """Yield the question on the sides, unless known words identify them."""
    role = base.outline.role
    if base.outline.per_side or (role is not None and is_plain(role)):
        return
    entries = [entry for entry in base.entries if may_tell_sides(entry)]
    closed = [entry for entry in entries if not is_typed(entry)]
    drafted = [] if role is None else [RoleCandidate(role.sample, role.mentor, role.mentee, PROPOSED_STRENGTH)]
    ranked = sorted(
        (best for entry in closed for best in rank_answer_pairs(entry.sample, base.entries)),
        key=lambda candidate: (-candidate.strength, not vocabulary().role.who.search(fold(candidate.sample.question))),
    )
    drafted_pairs = {(fold(candidate.mentor), fold(candidate.mentee)) for candidate in drafted}
    listed = [
        *drafted,
        *(candidate for candidate in ranked if (fold(candidate.mentor), fold(candidate.mentee)) not in drafted_pairs),
    ]
    if any(candidate.strength >= PROPOSED_STRENGTH for candidate in listed):
        listed = [candidate for candidate in listed if candidate.strength]
    columns = list(dict.fromkeys(candidate.sample.question for candidate in listed))[: LIMITS.max_columns]
    listed = [candidate for candidate in listed if candidate.sample.question in columns]
    yield OpenPoint(role_question(listed, entries), lambda reply: role_effects(reply, listed))


def is_plain(role: RoleQuestion) -> bool:
    """Return whether the answer of one side names it in known words."""
    return words.names_mentor(role.mentor) or words.names_mentee(role.mentee)


def may_tell_sides(entry: DraftEntry) -> bool:
    """Return whether a question has few answers, given by several people, and is neither personal nor a number."""
    sample = entry.sample
    options = distinct(sample.answers)
    closed = not sample.items and 2 <= len(options) <= MAX_ROLE_ANSWERS and len(options) < len(sample.answers)
    used = entry.guess.use not in ("key", "contact", "consent") and not asks_employer(entry)
    short = all(len(answer) <= MAX_OPTION_LENGTH for answer in options)
    counts = share_of(options, lambda text: parse_number(text) is not None) > 0.5 or capacity.are_counts(options)
    return closed and used and short and not counts and not is_sensitive(sample)


def rank_answer_pairs(sample: QuestionSample, entries: Sequence[DraftEntry]) -> Iterator[RoleCandidate]:
    """Yield the best pair of answers of a column, in both orientations if nothing shows the answer of mentors."""
    answers = last_answers(sample)
    counts = {text: people for text, people in tally(answers).items() if people >= LIMITS.min_people}
    if sum(counts.values()) < LIMITS.min_covered * len(answers):
        return
    pairs = [
        pair for pair in combinations(counts, 2) if counts[pair[0]] + counts[pair[1]] >= LIMITS.min_pair * len(answers)
    ]
    rated = [(rate(sample, first, second, entries), first, second) for first, second in pairs]
    if not rated:
        return
    (strength, why), first, second = max(
        rated, key=lambda rating: (abs(rating[0][0]), counts[rating[1]] + counts[rating[2]])
    )
    if strength:
        mentor, mentee = (first, second) if strength > 0 else (second, first)
        yield RoleCandidate(sample, mentor, mentee, abs(strength), why)
    elif len(counts) == 2:
        yield RoleCandidate(sample, first, second, 0)
        yield RoleCandidate(sample, second, first, 0)


def rate(sample: QuestionSample, mentor: str, mentee: str, entries: Sequence[DraftEntry]) -> tuple[int, str]:
    """Return the evidence that ``mentor`` is the answer of mentors (below 0: of mentees), with a reason."""
    strength, why = rate_words(mentor, mentee, sample.question), ""
    answers = [fold(answer) for answer in last_answers(sample)]
    for entry in entries:
        if entry.sample is sample or entry.sample.items or len(entry.sample.rows) != len(sample.rows):
            continue
        answers_there = [entry.sample.rows[row][0] for row in last_rows(sample)]
        sides = [
            [text for text, answer in zip(answers_there, answers, strict=True) if answer == fold(side)]
            for side in (mentor, mentee)
        ]
        sign = rate_column(entry, *sides)
        strength += sign
        if abs(sign) >= PROPOSED_STRENGTH and not why:
            why = tr(
                "à « {question} » ne répondent que ces {people} (« {answer} »)",
                people=count_people(sum(map(bool, [*sides[0], *sides[1]]))),
                answer=mentor if any(sides[0]) else mentee,
                question=entry.question,
            )
    return strength, why


def rate_words(first: str, second: str, question: str) -> int:
    """Return 1 or 2 if the first answer has words for giving and the second for seeking, below 0 if reversed."""
    role = vocabulary().role
    signs = [bool(role.gives.search(fold(text))) - bool(role.seeks.search(fold(text))) for text in (first, second)]
    sign = (signs[0] > signs[1]) - (signs[0] < signs[1])
    return sign * (PROPOSED_STRENGTH if role.who.search(fold(question)) else 1)


def rate_column(entry: DraftEntry, first_group: Sequence[str], second_group: Sequence[str]) -> int:
    """Return the evidence (2, 1, 0 or below) in the answers of two groups of people to another question.

    It is positive if the first group looks like mentors.
    """
    exclusive = answers_alone(first_group, second_group) - answers_alone(second_group, first_group)
    if not exclusive:
        return rate_years(entry.question, first_group, second_group)
    texts = [text for text in (*first_group, *second_group) if text]
    side = capacity.get_capacity_side(entry.question, entry.sample.follows[0].question if entry.sample.follows else "")
    need_sign = need_or_offer(entry.question)
    if side:
        sign = 1 if side == "mentor" else -1
    elif capacity.asks_places(entry.question) or share_of(texts, is_small_number) >= LIMITS.min_numbers:
        sign = 1
    else:
        sign = -need_sign
    return exclusive * sign * PROPOSED_STRENGTH


def answers_alone(group: Sequence[str], other_group: Sequence[str]) -> bool:
    return len(group) >= LIMITS.min_people and share_of(group, bool) >= LIMITS.min_answered and not any(other_group)


def is_small_number(text: str) -> bool:
    """Return whether a text is a possible number of places."""
    number = parse_number(text)
    return number is not None and float(number).is_integer() and 1 <= number <= capacity.MAX_PLACES


def rate_years(question: str, first_group: Sequence[str], second_group: Sequence[str]) -> int:
    """Return 1 if all of the first group have more years of experience than the second, -1 if reversed, else 0."""
    if not vocabulary().number.amount.search(fold(question)):
        return 0
    first_years, second_years = (
        [number for text in texts if (number := parse_number(text)) is not None]
        for texts in (first_group, second_group)
    )
    if len(first_years) < LIMITS.min_people or len(second_years) < LIMITS.min_people:
        return 0
    return (min(first_years) > max(second_years)) - (min(second_years) > max(first_years))


def role_question(listed: Sequence[RoleCandidate], entries: Sequence[DraftEntry]) -> DraftQuestion:
    """Return the question that lists the candidates."""
    best = max((candidate.strength for candidate in listed), default=0)
    strongest = [candidate for candidate in listed if candidate.strength == best >= PROPOSED_STRENGTH]
    choices = [Choice(candidate.value, sentence(candidate), describe_sides(candidate)) for candidate in listed]
    choices.append(Choice(ALL_MENTORS, tr("Tous sont mentor·es, le fichier des mentoré·es viendra")))
    choices.append(Choice(ALL_MENTEES, tr("Tous sont mentoré·es, le fichier des mentor·es viendra")))
    return DraftQuestion(
        ROLE_QUESTION,
        tr("Qui est mentor·e, qui est mentoré·e ?"),
        "one",
        choices=tuple(choices),
        cells=cells_of(listed[0].sample) if listed else (),
        proposed=strongest[0].value if strongest else None,
        hint=tr(
            "Sinon : nommez une autre colonne et ses réponses, ajoutez au fichier une colonne qui dit « mentor·e » ou"
            " « mentoré·e » à chaque ligne, ou donnez un fichier par côté (--mentors, --mentees)."
        ),
        columns=FrozenDict({entry.question: tuple(shared_answers(entry)) for entry in entries}),
        answers=FrozenDict({fold(entry.question): frozenset(map(fold, entry.sample.answers)) for entry in entries}),
    )


def is_typed(entry: DraftEntry) -> bool:
    """Return whether the draft treats a question as free text."""
    return entry.guess.kind == "text" and entry.guess.use == "display"


def shared_answers(entry: DraftEntry) -> list[str]:
    """Return the answers that several people gave; empty for free text."""
    return [] if is_typed(entry) else split_options(entry.sample.answers, entry.sample.givers)[0]


def sentence(candidate: RoleCandidate) -> str:
    """Return the sentence of a candidate, with the number of people per answer."""
    return tr(
        "« {question} » : « {mentor} » dit mentor·e ({mentors}), « {mentee} » dit mentoré·e ({mentees})",
        question=candidate.sample.question,
        mentor=candidate.mentor,
        mentee=candidate.mentee,
        mentors=count_people(candidate.counts[candidate.mentor]),
        mentees=count_people(candidate.counts[candidate.mentee]),
    )


def describe_sides(candidate: RoleCandidate) -> str:
    """Return the numbers of people per side with a candidate, and the reason for it."""
    counts = candidate.counts
    sides = side_counts(counts[candidate.mentor], counts[candidate.mentee])
    unassigned = sum(counts.values()) - counts[candidate.mentor] - counts[candidate.mentee]
    parts = [sides, tr("{people} d'aucun côté", people=count_people(unassigned)) if unassigned else "", candidate.why]
    return reduce(join_reasons, filter(None, parts))


def role_effects(reply: Reply, listed: Sequence[RoleCandidate]) -> Effects:
    """Return the column and answers that a reply states, or the side of all people."""
    if reply == ALL_MENTORS:
        return Effects(side="mentor")
    if reply == ALL_MENTEES:
        return Effects(side="mentee")
    if isinstance(reply, Mapping):
        mentors, mentees = reply["mentor"].split("\n"), reply["mentee"].split("\n")
        synonyms = dict.fromkeys(mentors[1:], mentors[0]) | dict.fromkeys(mentees[1:], mentees[0])
        return Effects(role=(fold(reply["question"]), mentors[0], mentees[0]), synonyms=synonyms)
    candidate = next(listed_candidate for listed_candidate in listed if listed_candidate.value == reply)
    return Effects(role=(fold(candidate.sample.question), candidate.mentor, candidate.mentee))
