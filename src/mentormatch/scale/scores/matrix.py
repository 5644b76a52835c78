"""Score matrix that is never stored: a sum of lookup tables, overlaps and overrides, computed in blocks of rows.

Terms with few classes are merged into one table while a row of it stays in the L1 cache, so a block of scores is a few
lookups. A stored matrix has the same interface, so that the same algorithms solve stored problems.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.model.scores import DenseScores, Scores
from mentormatch.base.arrays import IntVector
from mentormatch.people.cohort import Cohort
from mentormatch.rules.rule import Rule
from mentormatch.scale.scores.terms import (
    CriterionScore,
    OverlapTerm,
    PairOverrides,
    RulePenalty,
    ScoreTerm,
    criterion_overrides,
    merge_overlap_terms,
    merge_overrides,
    read_criterion_overlap,
    read_rule_overlap,
    rule_overrides,
    score_term,
)
from mentormatch.scoring.answer_classes import Distinct
from mentormatch.scoring.criterion import Criterion
from mentormatch.scoring.scores import MILLION, Points, normalise_weights

MAX_MERGED_CLASSES = 1 << 13  # scores of 4 bytes in a row of the table, which stays in the L1 cache
MENTEES_PER_CLASS = 16  # at least, in a merged table: its rows must cost little in comparison with the scores


@dataclass(frozen=True, slots=True)
class MergedTable:
    """The sum of several terms, by joint classes of mentees.

    ``codes`` (m,): the joint class of each mentee. ``classes``: for each term, its class of each joint class (u,).
    """

    terms: tuple[ScoreTerm, ...]
    classes: tuple[IntVector, ...]
    codes: NDArray[np.intp]

    def rows(self, mentors: IntVector) -> Points:
        """Return (r, u) int32: the summed points of some mentors with each joint class of mentees."""
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

    A pair that scores below ``floor`` is forbidden; no pair scores above ``ceiling``. ``tables``: the ``terms``,
    merged. ``overrides`` are sorted by mentor; those of mentor i are from ``starts[i]`` to ``starts[i + 1]``.
    """

    computed: ClassVar[bool] = True  # when they are requested; False if they are stored

    shape: tuple[int, int]
    terms: tuple[ScoreTerm, ...]
    tables: tuple[MergedTable, ...]
    overlaps: tuple[OverlapTerm, ...]
    overrides: PairOverrides
    starts: IntVector
    floor: int
    ceiling: int

    def rows(self, start: int, stop: int) -> Points:
        """Return (stop - start, m) int32: the scores of mentors ``start`` to ``stop`` - 1."""
        return self.rows_of(np.arange(start, stop))

    def rows_of(self, mentors: IntVector) -> Points:
        """Return (r, m) int32: the scores of some mentors."""
        total = np.zeros((len(mentors), self.shape[1]), dtype=np.int32)
        looked_up = np.empty(self.shape[1], dtype=np.int32)
        for table in self.tables:
            for row, points in zip(total, table.rows(mentors), strict=True):
                np.add(row, np.take(points, table.codes, out=looked_up, mode="clip"), out=row)
        for overlap in self.overlaps:
            overlap.add(mentors, total)
        for row, start, stop in zip(total, self.starts[mentors], self.starts[mentors + 1], strict=True):
            row[self.overrides.mentees[start:stop]] += self.overrides.points[start:stop].astype(np.int32)
        return total

    def at(self, mentors: IntVector, mentees: IntVector) -> IntVector:
        """Return (e,) int64: the scores of pairs."""
        scores = np.zeros(len(mentors), dtype=np.int64)
        for term in self.terms:
            scores += term.at(mentors, mentees)
        for overlap in self.overlaps:
            scores += overlap.at(mentors, mentees)
        return scores + self._override_points(mentors, mentees)

    def select_mentees(self, some: IntVector) -> "ScoreMatrix":
        """Return the scores of all mentors with the mentees ``some``, ascending positions."""
        terms = tuple(term.select_mentees(some) for term in self.terms)
        tables = tuple(merge_tables(terms, len(some)))
        overlaps = tuple(overlap.select_mentees(some) for overlap in self.overlaps)
        new_positions = np.full(self.shape[1], -1)
        new_positions[some] = np.arange(len(some))
        is_selected = new_positions[self.overrides.mentees] >= 0
        mentors, mentees = self.overrides.mentors[is_selected], new_positions[self.overrides.mentees[is_selected]]
        shape, starts = (self.shape[0], len(some)), np.searchsorted(mentors, np.arange(self.shape[0] + 1))
        overrides = PairOverrides(mentors, mentees, self.overrides.points[is_selected])
        return replace(
            self, shape=shape, terms=terms, tables=tables, overlaps=overlaps, overrides=overrides, starts=starts
        )

    def without_answers(self) -> "ScoreMatrix":
        """Return the matrix for other processes: without keys, and without answers that a table or lookup replaces."""
        stripped = {id(term): term.without_answers() for term in self.terms}
        tables = tuple(replace(term, terms=tuple(stripped[id(term)] for term in term.terms)) for term in self.tables)
        return replace(self, terms=tuple(stripped.values()), tables=tables)

    def without_overrides(self) -> "ScoreMatrix":
        """Return the matrix without any override."""
        none = np.empty(0, dtype=np.int64)
        return replace(self, overrides=PairOverrides(none, none, none), starts=np.zeros(self.shape[0] + 1, np.int64))

    def swap_sides(self) -> "ScoreMatrix":
        """Return the matrix with mentors and mentees exchanged."""
        (n, m), old = self.shape, self.overrides
        order = np.lexsort((old.mentors, old.mentees))
        terms = tuple(term.swap_sides() for term in self.terms)
        swapped = PairOverrides(old.mentees[order], old.mentors[order], old.points[order])
        return replace(
            self,
            shape=(m, n),
            terms=terms,
            tables=tuple(merge_tables(terms, n)),
            overlaps=tuple(overlap.swap_sides() for overlap in self.overlaps),
            overrides=swapped,
            starts=np.searchsorted(swapped.mentors, np.arange(m + 1)),
        )

    def cache_tables(self) -> "ScoreMatrix":
        """Return the matrix with the tables of its terms; large tables are left out."""
        terms = tuple(term.cache_table() for term in self.terms)
        return replace(self, terms=terms, tables=tuple(merge_tables(terms, self.shape[1])))

    def select_mentors(self, some: IntVector) -> "ScoreMatrix":
        """Return the scores of the mentors ``some``, ascending positions, with all mentees."""
        return self.swap_sides().select_mentees(some).swap_sides()

    def _override_points(self, mentors: IntVector, mentees: IntVector) -> IntVector:
        """Return (e,) int64: the overrides of pairs, 0 for a pair that has none."""
        width, points = self.shape[1], self.overrides.points
        keys, wanted_keys = self.overrides.mentors * width + self.overrides.mentees, mentors * width + mentees
        if not len(keys):
            return np.zeros(len(mentors), dtype=np.int64)
        # Binary search among sorted pairs
        positions = np.minimum(np.searchsorted(keys, wanted_keys), len(keys) - 1)
        return np.where(keys[positions] == wanted_keys, points[positions], 0)


def build_matrix(
    cohort: Cohort, criteria: Sequence[Criterion], rules: Sequence[Rule], *, cached: bool = True
) -> ScoreMatrix:
    """Return the scores of a cohort; forbidden pairs are below the floor.

    ``cached``: compute the tables of all terms now, except large tables.
    """
    n, m = len(cohort.mentors), len(cohort.mentees)
    parts = [*_criterion_terms(cohort, criteria), *_rule_terms(cohort, rules)]
    terms = [part.cache_table() if cached else part for part in parts if isinstance(part, ScoreTerm)]
    overlaps = [part for part in parts if isinstance(part, OverlapTerm)]
    overrides = merge_overrides([part for part in parts if isinstance(part, PairOverrides)], m)
    starts = np.searchsorted(overrides.mentors, np.arange(n + 1))
    floor = max([0, *(rule.least_score for rule in rules if rule.least_score is not None)])
    ceiling = sum(int(np.rint(weight * MILLION)) for weight in normalise_weights(criteria))
    return ScoreMatrix(
        (n, m),
        tuple(terms),
        tuple(merge_tables(terms, m)),
        tuple(merge_overlap_terms(overlaps)),
        overrides,
        starts,
        floor,
        ceiling,
    )


def _criterion_terms(
    cohort: Cohort, criteria: Sequence[Criterion]
) -> Iterator[ScoreTerm | OverlapTerm | PairOverrides]:
    for criterion, weight in zip(criteria, normalise_weights(criteria), strict=True):
        named_pairs = criterion.pairs_by_name(cohort.mentors, cohort.mentees)
        term = score_term(CriterionScore(criterion, weight), criterion, cohort, named=named_pairs is not None)
        yield _choose_cheaper(term, read_criterion_overlap(criterion, weight, cohort))
        if named_pairs is not None:
            yield criterion_overrides(named_pairs, weight, term)


def _rule_terms(cohort: Cohort, rules: Sequence[Rule]) -> Iterator[ScoreTerm | OverlapTerm | PairOverrides]:
    # A minimum score is no term; it raises the floor
    for rule in (rule for rule in rules if rule.least_score is None):
        overrides = rule_overrides(rule, cohort)
        if overrides is not None:
            yield overrides
        term = score_term(RulePenalty(rule), rule, cohort, named=overrides is not None)
        if term.table is None or term.table.any():
            yield _choose_cheaper(term, read_rule_overlap(rule, cohort))


def _choose_cheaper(term: ScoreTerm, overlap: OverlapTerm | None) -> ScoreTerm | OverlapTerm:
    # A table costs one lookup per pair, an overlap a count of bits
    return term if overlap is None or term.table is not None else overlap


def merge_tables(terms: Sequence[ScoreTerm], width: int) -> Iterator[MergedTable]:
    """Yield merged tables of all terms, fewest classes first. ``width``: the number of mentees."""
    max_classes = min(MAX_MERGED_CLASSES, max(width // MENTEES_PER_CLASS, 1))
    merged, classes = list[ScoreTerm](), Distinct.of(np.zeros(width, dtype=np.int64))
    # Greedy: a term joins the table unless that has too many joint classes then
    for term in sorted(terms, key=lambda term: len(term.mentees)):
        joint = classes.join(term.mentees)
        if merged and len(joint) > max_classes:
            yield merge_table(merged, classes)
            merged, joint = [], term.mentees
        merged, classes = [*merged, term], joint
    if merged:
        yield merge_table(merged, classes)


def merge_table(terms: Sequence[ScoreTerm], classes: Distinct) -> MergedTable:
    return MergedTable(
        tuple(terms), tuple(term.mentees.codes[classes.first] for term in terms), classes.codes.astype(np.intp)
    )


FORBIDDEN_SCORE = -1  # allowed pairs score 0 or more


@dataclass(frozen=True, slots=True)
class StoredMatrix(ScoreMatrix):
    """A score matrix whose scores are stored in ``values`` (n, m) int32."""

    computed = False
    values: Points

    @classmethod
    def of_scores(cls, scores: Scores) -> Self:
        """Return the stored scores of a problem, all from 0 to 2^31 - 1, as a matrix."""
        if isinstance(scores, DenseScores):
            values = scores.values.astype(np.int32)
            if scores.allowed is not None:
                values[~scores.allowed] = FORBIDDEN_SCORE
        else:
            values = np.full(scores.shape, FORBIDDEN_SCORE, dtype=np.int32)
            mentors, mentees = scores.pairs()
            values[mentors, mentees] = scores.at(mentors, mentees)
        empty = np.empty(0, dtype=np.int64)
        starts, no_overrides = np.zeros(len(values) + 1, dtype=np.int64), PairOverrides(empty, empty, empty)
        return cls(scores.shape, (), (), (), no_overrides, starts, 0, scores.extremes[1], values)

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
