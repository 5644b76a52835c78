"""What one criterion or rule adds to each score, over distinct answers (dictionary encoding), and pair overrides."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import batched
from os import cpu_count
from typing import Protocol

import numpy as np

from mentormatch.base.columns import IntVector
from mentormatch.fields import Side
from mentormatch.fields.extension import Extension
from mentormatch.people.cohort import Cohort, People
from mentormatch.rules.rule import NO_SCORES, Market, Rule
from mentormatch.scale.scores.lookup_table import CodedTable, Points, encode, stack_tables
from mentormatch.scoring.answer_classes import Distinct, by_answers, by_having_answered, only, strangers
from mentormatch.scoring.criterion import Criterion, Named
from mentormatch.scoring.lookup import LookUp, looked_up
from mentormatch.scoring.score import MILLION, Share, contribution

FORBIDDEN = -(1 << 21)
"""What a rule that forbids adds to a score: less than all criteria can make good; 1,000 rules fit in 32 bits."""
WHOLE = 1 << 20
"""A table of so many numbers is looked up in any case."""
CODED, HELD = 1 << 26, 1 << 25
"""A table of so many bytes, or numbers, is worked out once; a larger one is worked out strip by strip."""
ROWS = 64
NO_PEOPLE = People((), {}, np.zeros(0, dtype=bool))


class ScoreFunction(Protocol):
    """What an extension adds to the scores of people on the left with people on the right."""

    def __call__(self, left: People, right: People) -> Points:
        """Return (n, m) int32, in millionths."""
        ...

    def counted(self, left: People, right: People) -> LookUp | None:
        """Return the same points as they follow from what is counted of two people; None where they do not."""
        ...


@dataclass(frozen=True, slots=True)
class PairOverrides:
    """Pairs, each once, that get ``points`` (e,) int64 more than others with the same answers."""

    mentors: IntVector
    mentees: IntVector
    points: IntVector


@dataclass(frozen=True, slots=True)
class ScoreTerm:
    """One extension: ``adds`` says what, and ``mentors`` and ``mentees`` who is alike to it.

    ``left`` are all mentors, ``right`` one person of each kind; ``whole`` is the table of all kinds, if it is held.
    Else ``counted`` says what each mentor adds with each kind, where that follows from what is counted of two people.
    """

    adds: ScoreFunction
    left: People
    right: People
    mentors: Distinct
    mentees: Distinct
    whole: CodedTable | None = None
    counted: LookUp | None = None

    def rows(self, mentors: IntVector) -> Points:
        """Return (r, u) int32: what some mentors add with each kind of mentee."""
        if self.whole is not None:
            return self.whole.rows(self.mentors.codes[mentors])
        if self.counted is not None:
            return self.counted.rows(mentors)
        return self.adds(self.left.take(mentors), self.right)

    @property
    def size(self) -> int:
        """Return how many numbers there are in the table of all kinds."""
        return len(self.mentors) * len(self.mentees)

    def holding(self) -> "ScoreTerm":
        """Return the same with the table of all kinds held, if it is not too large."""
        if self.whole is not None:
            return self
        if self.size > CODED:
            return replace(self, counted=self.counted or self.adds.counted(self.left, self.right))
        shape, whole = (len(self.mentors), len(self.mentees)), None
        if self.size > WHOLE:
            whole = encode(self._pieces(), shape, (FORBIDDEN, MILLION))
        if whole is None and self.size <= HELD:
            whole = stack_tables(self._pieces(), shape)
        return replace(self, whole=whole)

    def _pieces(self) -> Iterator[Points]:
        """Yield what mentors of each kind add, a few kinds at a time."""
        first, count = self.mentors.first, cpu_count() or 1
        with ThreadPoolExecutor(count) as threads:
            for starts in batched(range(0, len(first), ROWS), 4 * count):
                yield from threads.map(lambda at: self.adds(self.left.take(first[at : at + ROWS]), self.right), starts)

    def of_mentees(self, some: IntVector) -> "ScoreTerm":
        """Return what is added for some mentees."""
        codes = self.mentees.codes[some]
        kinds = Distinct.of(codes)
        left = codes[kinds.first]
        whole = None if self.whole is None else self.whole.of_columns(left)
        counted = None if self.counted is None else self.counted.among(slice(None), left)
        return replace(self, mentees=kinds, right=self.right.take(left), whole=whole, counted=counted)

    def bare(self) -> "ScoreTerm":
        """Return the same without keys; where no answers are needed, without these, and what says something of them."""
        if self.whole is not None or self.counted is not None:
            return replace(self, adds=DetachedFunction(), left=NO_PEOPLE, right=NO_PEOPLE)
        return replace(self, left=without_keys(self.left), right=without_keys(self.right))

    def flipped(self) -> "ScoreTerm":
        """Return the same with the sides exchanged."""
        whole = None if self.whole is None else self.whole.flipped()
        left, right = self.right.take(self.mentees.codes), self.left.take(self.mentors.first)
        counted = None
        if self.counted is not None:
            counted = self.counted.among(self.mentors.first, self.mentees.codes).flipped()
        return ScoreTerm(TransposedFunction(self.adds), left, right, self.mentees, self.mentors, whole, counted)

    def at(self, mentors: IntVector, mentees: IntVector) -> IntVector:
        """Return (e,) int64: what pairs are given."""
        kinds = self.mentees.codes[mentees]
        if self.whole is not None:
            return self.whole.at(self.mentors.codes[mentors], kinds)
        if self.counted is not None:
            return self.counted.at(mentors, kinds)
        found, order = np.zeros(len(mentors), dtype=np.int64), np.argsort(mentors, kind="stable")
        for start in range(0, len(order), ROWS):
            some = order[start : start + ROWS]
            left, row = np.unique(mentors[some], return_inverse=True)
            right, column = np.unique(kinds[some], return_inverse=True)
            found[some] = self.adds(self.left.take(left), self.right.take(right))[row, column]
        return found


def without_keys(people: People) -> People:
    """Return people whose keys are not told."""
    return replace(people, ids=("",) * len(people), persons=None)


@dataclass(frozen=True, slots=True)
class TransposedFunction:
    """What an extension adds where mentees stand on the left."""

    adds: ScoreFunction

    def __call__(self, left: People, right: People) -> Points:
        return self.adds(right, left).T

    def counted(self, left: People, right: People) -> LookUp | None:
        found = self.adds.counted(right, left)
        return None if found is None else found.flipped()


def score_term(adds: ScoreFunction, extension: Extension, cohort: Cohort, *, named: bool) -> ScoreTerm:
    """Return an extension as a part; ``named``: it rests on who people are, of which a part knows nothing."""
    fields = [[field for field in extension.fields_of(side) if field in cohort.side(side).columns] for side in SIDES]
    alike, seen = (by_having_answered, strangers) if named else (by_answers, only)
    kinds = [alike(cohort.side(side), names) for side, names in zip(SIDES, fields, strict=True)]
    left = seen(cohort.mentors, fields[0])
    right = seen(cohort.mentees, fields[1]).take(kinds[1].first)
    part = ScoreTerm(adds, left, right, kinds[0], kinds[1])
    return part.holding() if part.size <= WHOLE else part


SIDES: tuple[Side, Side] = ("mentor", "mentee")


@dataclass(frozen=True, slots=True)
class CriterionScore:
    """What a criterion adds."""

    criterion: Criterion
    weight: float

    def __call__(self, left: People, right: People) -> Points:
        return contribution(self.criterion, self.weight, left, right)[0]

    def counted(self, left: People, right: People) -> LookUp | None:
        tally = self.criterion.tally(left, right)
        found = looked_up(tally, Share(self.criterion, self.weight).of) if tally else None
        return found if isinstance(found, LookUp) else None


@dataclass(frozen=True, slots=True)
class RulePenalty:
    """What a rule adds: ``FORBIDDEN`` to the pairs that it forbids."""

    rule: Rule

    def __call__(self, left: People, right: People) -> Points:
        block = self.rule.forbidden(Market(left, right, NO_SCORES))
        points = np.zeros((len(left), len(right)), dtype=np.int32)
        if block is not None:
            points[block] = FORBIDDEN
        return points

    def counted(self, left: People, right: People) -> None:
        return None


class DetachedFunction:
    """Stands for what is known already, without the answers that it rests on."""

    def __call__(self, left: People, right: People) -> Points:
        raise AssertionError

    def counted(self, left: People, right: People) -> None:
        raise AssertionError


def override_criterion(named: Named, weight: float, part: ScoreTerm) -> PairOverrides:
    """Return what a criterion adds to pairs for who they are."""
    shares = np.rint(named.values * weight * MILLION).astype(np.int64)
    return PairOverrides(named.left, named.right, shares - part.at(named.left, named.right))


def override_rule(rule: Rule, cohort: Cohort) -> PairOverrides | None:
    """Return the pairs that a rule forbids for who they are."""
    barred = rule.forbidden_by_identity(Market(cohort.mentors, cohort.mentees, NO_SCORES))
    if barred is None:
        return None
    return PairOverrides(*barred, np.full(len(barred[0]), FORBIDDEN, dtype=np.int64))


def merge_overrides(found: Sequence[PairOverrides], width: int) -> PairOverrides:
    """Return exceptions of several kinds as one, sorted by mentor, then by mentee."""
    places = np.concatenate([each.mentors * width + each.mentees for each in found] or [np.empty(0, dtype=np.int64)])
    points = np.concatenate([each.points for each in found] or [np.empty(0, dtype=np.int64)])
    once, where = np.unique(places, return_inverse=True)
    total = np.zeros(len(once), dtype=np.int64)
    np.add.at(total, where, np.maximum(points, FORBIDDEN))
    return PairOverrides(once // max(width, 1), once % max(width, 1), total)
