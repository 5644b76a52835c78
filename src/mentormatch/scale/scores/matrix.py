"""The score matrix that is never stored: a sum of lookup tables, overlaps and overrides, worked out in blocks of rows.

Terms of few classes are merged into one table while a row of it stays in the nearest cache: a block of scores is then a
handful of lookups. The same interface over a stored matrix lets stored problems use the same algorithms.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.model.scores import Scores
from mentormatch.base.arrays import IntVector
from mentormatch.people.cohort import Cohort
from mentormatch.rules.rule import Rule
from mentormatch.scale.scores.terms import (
    CriterionScore,
    OverlapTerm,
    PairOverrides,
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
from mentormatch.scoring.scores import MILLION, Points, normalise_weights

CACHED_COLUMNS = 1 << 13
"""So many scores of 4 bytes stay in the nearest cache."""
PEOPLE_PER_COLUMN = 16
"""Terms are merged while there are so many times more mentees than classes: a row of the table is to cost little."""


@dataclass(frozen=True, slots=True)
class MergedTable:
    """Several terms as one table.

    ``codes`` (m,) the class of each mentee, ``classes`` that of each term for such a class.
    """

    terms: tuple[ScoreTerm, ...]
    classes: tuple[IntVector, ...]
    codes: NDArray[np.intp]

    def rows(self, mentors: IntVector) -> Points:
        """Return (r, u) int32: the sum of the terms for some mentors with each class of mentees."""
        if not self.terms:
            return np.zeros((len(mentors), len(self.classes[0])), dtype=np.int32)
        if len(self.terms) == 1:
            return self.terms[0].rows(mentors)
        total = self.terms[0].rows(mentors)[:, self.classes[0]]
        for term, classes in zip(self.terms[1:], self.classes[1:], strict=True):
            total += term.rows(mentors)[:, classes]
        return np.ascontiguousarray(total)


@dataclass(frozen=True, slots=True)
class ScoreMatrix:
    """The scores of n mentors with m mentees.

    A pair that scores below ``floor`` is forbidden, none scores above ``ceiling``.

    ``tables``: the ``terms``, merged. ``overrides`` are sorted by mentor, those of each begin at ``starts`` (n + 1,).
    """

    computed: ClassVar[bool] = True
    """Whether scores are worked out when they are asked for: else they are held."""

    shape: tuple[int, int]
    terms: tuple[ScoreTerm, ...]
    tables: tuple[MergedTable, ...]
    overlaps: tuple[OverlapTerm, ...]
    overrides: PairOverrides
    starts: IntVector
    floor: int
    ceiling: int

    def rows(self, start: int, stop: int) -> Points:
        """Return (stop - start, m) int32: the scores of a block of mentors."""
        return self.rows_of(np.arange(start, stop))

    def rows_of(self, mentors: IntVector) -> Points:
        """Return (r, m) int32: the scores of some mentors."""
        total, more = np.zeros((len(mentors), self.shape[1]), dtype=np.int32), np.empty(self.shape[1], dtype=np.int32)
        for term in self.tables:
            for row, points in zip(total, term.rows(mentors), strict=True):
                np.add(row, np.take(points, term.codes, out=more, mode="clip"), out=row)
        # Overlaps are counted, not looked up.
        for overlap in self.overlaps:
            overlap.add(mentors, total)
        for row, start, stop in zip(total, self.starts[mentors], self.starts[mentors + 1], strict=True):
            row[self.overrides.mentees[start:stop]] += self.overrides.points[start:stop].astype(np.int32)
        return total

    def at(self, mentors: IntVector, mentees: IntVector) -> IntVector:
        """Return (e,) int64: the scores of some pairs."""
        found = np.zeros(len(mentors), dtype=np.int64)
        for term in self.terms:
            found += term.at(mentors, mentees)
        for overlap in self.overlaps:
            found += overlap.at(mentors, mentees)
        return found + self._override_points(mentors, mentees)

    def select_mentees(self, some: IntVector) -> "ScoreMatrix":
        """Return the scores of all mentors with some mentees, by their positions in ascending order."""
        terms = tuple(term.select_mentees(some) for term in self.terms)
        tables = tuple(merge_tables(terms, len(some)))
        overlap = tuple(each.select_mentees(some) for each in self.overlaps)
        place = np.full(self.shape[1], -1)
        place[some] = np.arange(len(some))
        kept = place[self.overrides.mentees] >= 0
        mentors, mentees = self.overrides.mentors[kept], place[self.overrides.mentees[kept]]
        shape, starts = (self.shape[0], len(some)), np.searchsorted(mentors, np.arange(self.shape[0] + 1))
        overrides = PairOverrides(mentors, mentees, self.overrides.points[kept])
        return replace(
            self, shape=shape, terms=terms, tables=tables, overlaps=overlap, overrides=overrides, starts=starts
        )

    def without_answers(self) -> "ScoreMatrix":
        """Return the matrix as it is sent to workers: no keys, and answers only where tables do not say all."""
        kept = {id(term): term.without_answers() for term in self.terms}
        tables = tuple(replace(term, terms=tuple(kept[id(term)] for term in term.terms)) for term in self.tables)
        return replace(self, terms=tuple(kept.values()), tables=tables)

    def without_overrides(self) -> "ScoreMatrix":
        """Return the scores as if nobody was known by name."""
        none = np.empty(0, dtype=np.int64)
        return replace(self, overrides=PairOverrides(none, none, none), starts=np.zeros(self.shape[0] + 1, np.int64))

    def swap_sides(self) -> "ScoreMatrix":
        """Return the same with the sides exchanged."""
        (n, m), each = self.shape, self.overrides
        order = np.lexsort((each.mentors, each.mentees))
        terms = tuple(term.swap_sides() for term in self.terms)
        overrides = PairOverrides(each.mentees[order], each.mentors[order], each.points[order])
        return replace(
            self,
            shape=(m, n),
            terms=terms,
            tables=tuple(merge_tables(terms, n)),
            overlaps=tuple(overlap.swap_sides() for overlap in self.overlaps),
            overrides=overrides,
            starts=np.searchsorted(overrides.mentors, np.arange(m + 1)),
        )

    def cache_tables(self) -> "ScoreMatrix":
        """Return the matrix with tables of a moderate size worked out."""
        terms = tuple(term.cache_table() for term in self.terms)
        return replace(self, terms=terms, tables=tuple(merge_tables(terms, self.shape[1])))

    def select_mentors(self, some: IntVector) -> "ScoreMatrix":
        """Return the scores of some mentors, by their positions in ascending order, with all mentees."""
        return self.swap_sides().select_mentees(some).swap_sides()

    def _override_points(self, mentors: IntVector, mentees: IntVector) -> IntVector:
        """Return (e,) int64: the overrides of some pairs, 0 for others."""
        width, points = self.shape[1], self.overrides.points
        known, wanted = self.overrides.mentors * width + self.overrides.mentees, mentors * width + mentees
        if not len(known):
            return np.zeros(len(mentors), dtype=np.int64)
        # Binary search among sorted pairs.
        place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        return np.where(known[place] == wanted, points[place], 0)


def build_matrix(
    cohort: Cohort, criteria: Sequence[Criterion], rules: Sequence[Rule], *, cached: bool = True
) -> ScoreMatrix:
    """Return the scores of a cohort, pairs that its rules forbid below the floor; ``cached``: work tables out once."""
    n, m = len(cohort.mentors), len(cohort.mentees)
    found = [*_criterion_terms(cohort, criteria), *_rule_terms(cohort, rules)]
    terms = [each.cache_table() if cached else each for each in found if isinstance(each, ScoreTerm)]
    overlap = [each for each in found if isinstance(each, OverlapTerm)]
    both = merge_overrides([each for each in found if isinstance(each, PairOverrides)], m)
    # Overrides in compressed rows.
    starts = np.searchsorted(both.mentors, np.arange(n + 1))
    floor = max([0, *(rule.least_score for rule in rules if rule.least_score is not None)])
    ceiling = sum(int(np.rint(weight * MILLION)) for weight in normalise_weights(criteria))
    return ScoreMatrix(
        (n, m), tuple(terms), tuple(merge_tables(terms, m)), tuple(merge_equal(overlap)), both, starts, floor, ceiling
    )


def _criterion_terms(
    cohort: Cohort, criteria: Sequence[Criterion]
) -> Iterator[ScoreTerm | OverlapTerm | PairOverrides]:
    """Yield the terms of each criterion."""
    for criterion, weight in zip(criteria, normalise_weights(criteria), strict=True):
        known = criterion.pairs_by_name(cohort.mentors, cohort.mentees)
        term = score_term(CriterionScore(criterion, weight), criterion, cohort, named=known is not None)
        yield _choose_cheaper(term, read_criterion_overlap(criterion, weight, cohort))
        if known is not None:
            yield override_criterion(known, weight, term)


def _rule_terms(cohort: Cohort, rules: Sequence[Rule]) -> Iterator[ScoreTerm | OverlapTerm | PairOverrides]:
    """Yield the terms of each rule on pairs; a rule on scores raises the floor instead."""
    for rule in (rule for rule in rules if rule.least_score is None):
        overrides = override_rule(rule, cohort)
        if overrides is not None:
            yield overrides
        term = score_term(RulePenalty(rule), rule, cohort, named=overrides is not None)
        if term.table is None or term.table.any():
            yield _choose_cheaper(term, read_rule_overlap(rule, cohort))


def _choose_cheaper(term: ScoreTerm, overlap: OverlapTerm | None) -> ScoreTerm | OverlapTerm:
    """Return a term that has a table, else the overlap term if there is one."""
    return term if overlap is None or term.table is not None else overlap


def merge_tables(terms: Sequence[ScoreTerm], width: int) -> Iterator[MergedTable]:
    """Yield terms merged into tables, those of the fewest classes first; ``width``: the number of mentees."""
    ceiling = min(CACHED_COLUMNS, max(width // PEOPLE_PER_COLUMN, 1))
    cached, classes = list[ScoreTerm](), Distinct.of(np.zeros(width, dtype=np.int64))
    # Greedy: terms of few classes first, merged as long as the product of classes stays small.
    for term in sorted(terms, key=lambda term: len(term.mentees)):
        both = classes.join(term.mentees)
        if cached and len(both) > ceiling:
            yield merge_table(cached, classes)
            cached, both = [], term.mentees
        cached, classes = [*cached, term], both
    if cached:
        yield merge_table(cached, classes)


def merge_table(terms: Sequence[ScoreTerm], classes: Distinct) -> MergedTable:
    """Return terms as one table over classes that tell apart all that any of them does."""
    return MergedTable(
        tuple(terms), tuple(term.mentees.codes[classes.first] for term in terms), classes.codes.astype(np.intp)
    )


ABSENT = -1
"""Stands at forbidden pairs, as scores are 0 or more."""


@dataclass(frozen=True, slots=True)
class StoredMatrix(ScoreMatrix):
    """A score matrix whose ``values`` (n, m) int32 are stored."""

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

    def rows_of(self, mentors: IntVector) -> Points:
        return self.values[mentors]

    def at(self, mentors: IntVector, mentees: IntVector) -> IntVector:
        return self.values[mentors, mentees].astype(np.int64)

    def select_mentees(self, some: IntVector) -> "StoredMatrix":
        return self._of(np.ascontiguousarray(self.values[:, some]))

    def swap_sides(self) -> "StoredMatrix":
        return self._of(np.ascontiguousarray(self.values.T))

    def cache_tables(self) -> "StoredMatrix":
        return self

    def _of(self, values: Points) -> "StoredMatrix":
        starts = np.zeros(len(values) + 1, dtype=np.int64)
        return replace(self, shape=(values.shape[0], values.shape[1]), starts=starts, values=values)
