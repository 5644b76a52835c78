"""The score matrix that is never stored: a sum of lookup tables, overlaps and overrides, in blocks of rows.

A criterion says of people with the same answers the same thing, and so does a rule. So each is worked out for the
different answers of the mentees only, and those with few are put together into one table while a row of it stays in
the nearest cache. A strip of scores is then a handful of lookups, in integers that are those of ``score`` to the bit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.model.scores import Scores
from mentormatch.base.columns import IntVector
from mentormatch.people.cohort import Cohort
from mentormatch.rules.rule import Rule
from mentormatch.scale.scores.terms import (
    CriterionScore,
    OverlapTerm,
    PairOverrides,
    Points,
    RulePenalty,
    ScoreTerm,
    merge_equal,
    merge_overrides,
    override_criterion,
    override_rule,
    read_criterion_overlap,
    read_rule_overlap,
    score_term,
)
from mentormatch.scoring.answer_classes import Distinct
from mentormatch.scoring.criterion import Criterion
from mentormatch.scoring.score import MILLION, normalised

KINDS = 1 << 13
"""So many scores of 4 bytes stay in the nearest cache."""
SHARE = 16
"""Kinds are put together while there are so many times more mentees: a table is to cost little beside the lookups."""


@dataclass(frozen=True, slots=True)
class MergedTable:
    """Parts in one table: ``codes`` (m,) is the kind of each mentee, ``kinds`` that of each part for such a kind."""

    parts: tuple[ScoreTerm, ...]
    kinds: tuple[IntVector, ...]
    codes: NDArray[np.intp]

    def rows(self, mentors: IntVector) -> Points:
        """Return (r, u) int32: the sum of the parts for some mentors with each kind of mentee."""
        if not self.parts:
            return np.zeros((len(mentors), len(self.kinds[0])), dtype=np.int32)
        if len(self.parts) == 1:
            return self.parts[0].rows(mentors)
        total = self.parts[0].rows(mentors)[:, self.kinds[0]]
        for part, kinds in zip(self.parts[1:], self.kinds[1:], strict=True):
            total += part.rows(mentors)[:, kinds]
        return np.ascontiguousarray(total)


@dataclass(frozen=True, slots=True)
class ScoreMatrix:
    """The scores of n mentors with m mentees; a pair that scores below ``least`` is forbidden.

    ``exceptions`` are sorted by mentor, ``starts`` (n + 1,) says where those of each mentor begin.
    """

    computed: ClassVar[bool] = True
    """Whether scores are worked out when they are asked for: else they are held."""

    shape: tuple[int, int]
    parts: tuple[ScoreTerm, ...]
    terms: tuple[MergedTable, ...]
    counted: tuple[OverlapTerm, ...]
    exceptions: PairOverrides
    starts: IntVector
    floor: int
    ceiling: int

    def rows(self, start: int, stop: int) -> Points:
        """Return (stop - start, m) int32: the scores of mentors who stand together."""
        return self.of(np.arange(start, stop))

    def of(self, mentors: IntVector) -> Points:
        """Return (r, m) int32: the scores of some mentors."""
        total, more = np.zeros((len(mentors), self.shape[1]), dtype=np.int32), np.empty(self.shape[1], dtype=np.int32)
        for term in self.terms:
            for row, points in zip(total, term.rows(mentors), strict=True):
                np.add(row, np.take(points, term.codes, out=more, mode="clip"), out=row)
        for counted in self.counted:
            counted.add(mentors, total)
        for row, start, stop in zip(total, self.starts[mentors], self.starts[mentors + 1], strict=True):
            row[self.exceptions.mentees[start:stop]] += self.exceptions.points[start:stop].astype(np.int32)
        return total

    def at(self, mentors: IntVector, mentees: IntVector) -> IntVector:
        """Return (e,) int64: the scores of some pairs."""
        found = np.zeros(len(mentors), dtype=np.int64)
        for part in self.parts:
            found += part.at(mentors, mentees)
        for counted in self.counted:
            found += counted.at(mentors, mentees)
        return found + self._exceptional(mentors, mentees)

    def of_mentees(self, some: IntVector) -> "ScoreMatrix":
        """Return the scores of all mentors with some mentees, by their positions in ascending order."""
        parts = tuple(part.of_mentees(some) for part in self.parts)
        terms = tuple(merge_tables(parts, len(some)))
        counted = tuple(each.of_mentees(some) for each in self.counted)
        place = np.full(self.shape[1], -1)
        place[some] = np.arange(len(some))
        kept = place[self.exceptions.mentees] >= 0
        mentors, mentees = self.exceptions.mentors[kept], place[self.exceptions.mentees[kept]]
        shape, starts = (self.shape[0], len(some)), np.searchsorted(mentors, np.arange(self.shape[0] + 1))
        exceptions = PairOverrides(mentors, mentees, self.exceptions.points[kept])
        return replace(
            self, shape=shape, parts=parts, terms=terms, counted=counted, exceptions=exceptions, starts=starts
        )

    def without_answers(self) -> "ScoreMatrix":
        """Return what a look needs to know: no keys, and the answers of people only where they cannot be listed."""
        kept = {id(part): part.bare() for part in self.parts}
        terms = tuple(replace(term, parts=tuple(kept[id(part)] for part in term.parts)) for term in self.terms)
        return replace(self, parts=tuple(kept.values()), terms=terms)

    def without_overrides(self) -> "ScoreMatrix":
        """Return the scores as if nobody was known by name."""
        none = np.empty(0, dtype=np.int64)
        return replace(self, exceptions=PairOverrides(none, none, none), starts=np.zeros(self.shape[0] + 1, np.int64))

    def flipped(self) -> "ScoreMatrix":
        """Return the same with the sides exchanged."""
        (n, m), each = self.shape, self.exceptions
        order = np.lexsort((each.mentors, each.mentees))
        parts = tuple(part.flipped() for part in self.parts)
        exceptions = PairOverrides(each.mentees[order], each.mentors[order], each.points[order])
        return replace(
            self,
            shape=(m, n),
            parts=parts,
            terms=tuple(merge_tables(parts, n)),
            counted=tuple(counted.flipped() for counted in self.counted),
            exceptions=exceptions,
            starts=np.searchsorted(exceptions.mentors, np.arange(m + 1)),
        )

    def holding(self) -> "ScoreMatrix":
        """Return the same with tables of a moderate size held."""
        parts = tuple(part.holding() for part in self.parts)
        return replace(self, parts=parts, terms=tuple(merge_tables(parts, self.shape[1])))

    def of_mentors(self, some: IntVector) -> "ScoreMatrix":
        """Return the scores of some mentors, by their positions in ascending order, with all mentees."""
        return self.flipped().of_mentees(some).flipped()

    def _exceptional(self, mentors: IntVector, mentees: IntVector) -> IntVector:
        """Return (e,) int64: what some pairs get for who they are."""
        width, points = self.shape[1], self.exceptions.points
        known, asked = self.exceptions.mentors * width + self.exceptions.mentees, mentors * width + mentees
        if not len(known):
            return np.zeros(len(mentors), dtype=np.int64)
        place = np.minimum(np.searchsorted(known, asked), len(known) - 1)
        return np.where(known[place] == asked, points[place], 0)


def build_matrix(
    cohort: Cohort, criteria: Sequence[Criterion], rules: Sequence[Rule], *, held: bool = True
) -> ScoreMatrix:
    """Return the scores of a cohort, and which pairs its rules forbid; ``held``: tables of a moderate size are kept."""
    n, m = len(cohort.mentors), len(cohort.mentees)
    found = [*_criterion_terms(cohort, criteria), *_rule_terms(cohort, rules)]
    parts = [each.holding() if held else each for each in found if isinstance(each, ScoreTerm)]
    counted = [each for each in found if isinstance(each, OverlapTerm)]
    both = merge_overrides([each for each in found if isinstance(each, PairOverrides)], m)
    starts = np.searchsorted(both.mentors, np.arange(n + 1))
    least = max([0, *(rule.least_score for rule in rules if rule.least_score is not None)])
    most = sum(int(np.rint(weight * MILLION)) for weight in normalised(criteria))
    return ScoreMatrix(
        (n, m), tuple(parts), tuple(merge_tables(parts, m)), tuple(merge_equal(counted)), both, starts, least, most
    )


def _criterion_terms(
    cohort: Cohort, criteria: Sequence[Criterion]
) -> Iterator[ScoreTerm | OverlapTerm | PairOverrides]:
    """Yield what each criterion adds."""
    for criterion, weight in zip(criteria, normalised(criteria), strict=True):
        named = criterion.named(cohort.mentors, cohort.mentees)
        part = score_term(CriterionScore(criterion, weight), criterion, cohort, named=named is not None)
        yield _is_cheaper(part, read_criterion_overlap(criterion, weight, cohort))
        if named is not None:
            yield override_criterion(named, weight, part)


def _rule_terms(cohort: Cohort, rules: Sequence[Rule]) -> Iterator[ScoreTerm | OverlapTerm | PairOverrides]:
    """Yield what each rule on pairs adds; one on scores adds nothing."""
    for rule in (rule for rule in rules if rule.least_score is None):
        barred = override_rule(rule, cohort)
        if barred is not None:
            yield barred
        part = score_term(RulePenalty(rule), rule, cohort, named=barred is not None)
        if part.whole is None or part.whole.any():
            yield _is_cheaper(part, read_rule_overlap(rule, cohort))


def _is_cheaper(part: ScoreTerm, counted: OverlapTerm | None) -> ScoreTerm | OverlapTerm:
    """Return a table where it is small, else what is counted, if anything is."""
    return part if counted is None or part.whole is not None else counted


def merge_tables(parts: Sequence[ScoreTerm], width: int) -> Iterator[MergedTable]:
    """Yield terms of parts whose kinds are few together, those with the fewest kinds first."""
    most = min(KINDS, max(width // SHARE, 1))
    held, kinds = list[ScoreTerm](), Distinct.of(np.zeros(width, dtype=np.int64))
    for part in sorted(parts, key=lambda part: len(part.mentees)):
        both = kinds.joined(part.mentees)
        if held and len(both) > most:
            yield merge_table(held, kinds)
            held, both = [], part.mentees
        held, kinds = [*held, part], both
    if held:
        yield merge_table(held, kinds)


def merge_table(parts: Sequence[ScoreTerm], kinds: Distinct) -> MergedTable:
    """Return parts as one term, by kinds that tell apart all that any of them does; the kinds of one are its own."""
    return MergedTable(
        tuple(parts), tuple(part.mentees.codes[kinds.first] for part in parts), kinds.codes.astype(np.intp)
    )


ABSENT = -1
"""Stands at forbidden pairs, as scores are 0 or more."""


@dataclass(frozen=True, slots=True)
class StoredMatrix(ScoreMatrix):
    """The same where all are held: ``values`` (n, m) int32."""

    computed = False
    values: Points

    @classmethod
    def of_scores(cls, scores: Scores) -> Self:
        """Return the scores of a problem."""
        values = np.full(scores.shape, ABSENT, dtype=np.int32)
        mentors, mentees = scores.pairs()
        values[mentors, mentees] = scores.at(mentors, mentees)
        nothing = np.empty(0, dtype=np.int64)
        starts, none = np.zeros(len(values) + 1, dtype=np.int64), PairOverrides(nothing, nothing, nothing)
        return cls(scores.shape, (), (), (), none, starts, 0, scores.extremes[1], values)

    def of(self, mentors: IntVector) -> Points:
        return self.values[mentors]

    def at(self, mentors: IntVector, mentees: IntVector) -> IntVector:
        return self.values[mentors, mentees].astype(np.int64)

    def of_mentees(self, some: IntVector) -> "StoredMatrix":
        return self._of(np.ascontiguousarray(self.values[:, some]))

    def flipped(self) -> "StoredMatrix":
        return self._of(np.ascontiguousarray(self.values.T))

    def holding(self) -> "StoredMatrix":
        return self

    def _of(self, values: Points) -> "StoredMatrix":
        starts = np.zeros(len(values) + 1, dtype=np.int64)
        return replace(self, shape=(values.shape[0], values.shape[1]), starts=starts, values=values)
