"""An assignment problem and the value of a goal -> the 0-1 systems that have no solution if no answer is better.

Columns are the allowed pairs in the order of ``problem.scores.pairs()``, then an indicator of each person whose minimum
binds only if they are used, mentors first. Rows are the degrees of mentors, those of mentees, the side constraints,
what ties indicators to pairs, the values of the goals before, and last what asks for a better value (the target row).

======================  ================================================================================================
goal                    "better than the value"
======================  ================================================================================================
a sum                   the profit is the value + 1 or more
``floor``               only pairs of a higher score, and at least one if that score is above 0
``floor_person``        each mentee who can be served has a sum of the value + 1 or more
``leximin``             more pairs; or as many, as good up to lower levels, and fewer pairs up to one of a few levels
ties                    a greater sum of the hashes of a round, one round after another; then any other answer
======================  ================================================================================================
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Self

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.rows import terms_of_rows
from mentormatch.assignment.model.solution import Tier, TieWords
from mentormatch.assignment.verification.reduced_costs import contains_pairs, goal_profit
from mentormatch.assignment.verification.refutation import System, require
from mentormatch.base.arrays import BoolVector, IntMatrix, IntVector

MAX_PAIRS = 1_000_000
"""Claims about more pairs are not stated: a system takes about 100 bytes per pair."""
MAX_TERMS = 50_000_000
"""Nor with more terms in rows that concern many people, or in the rows of all systems of one goal together."""
MAX_LEVEL_WEIGHT = 1 << 20
"""The greatest weight of a number of pairs in one system of ``leximin``."""

HASH_BITS = 20
"""The hash of a pair in one round is an integer from 1 to 2^20."""
GOLDEN_RATIO = 0x9E3779B97F4A7C15
MASK_64_BITS = (1 << 64) - 1

type Change = Callable[[System], System]
"""Adds rows to a system, or narrows its box."""
type Stage = tuple[bool, Change]
"""A change to the system of the goals before, and whether it requires a better answer."""


@dataclass(slots=True)
class TermLimit:
    """Counts the terms that a goal adds to its systems, one after another; ``base``: those of the goals before."""

    base: int
    added: int = 0

    def add(self, system: System) -> System:
        """Count the terms of a system, and return it. Raises ProofError beyond ``MAX_TERMS``."""
        self.added += max(len(system.rows) - self.base, 0)
        require(self.added <= MAX_TERMS, "the systems of a goal have too many terms")
        return system


@dataclass(frozen=True)
class Claims:
    """The systems of a problem, goal after goal.

    Attributes
    ----------
    problem
        A problem whose pairs are listed.
    mentors, mentees
        (e,) int64: the allowed pairs.
    scores
        (e,) int64: the score of each pair.
    """

    problem: AssignmentProblem
    mentors: IntVector
    mentees: IntVector
    scores: IntVector

    @classmethod
    def of(cls, problem: AssignmentProblem) -> Self:
        """Return the claims of a problem."""
        mentors, mentees = problem.scores.pairs()
        return cls(problem, mentors, mentees, problem.scores.at(mentors, mentees))

    @staticmethod
    def can_state(problem: AssignmentProblem) -> bool:
        """Return whether the pairs of a problem are listed, and few enough for its rows."""
        if not problem.scores.stored or problem.scores.count > MAX_PAIRS:
            return False
        shared = sum(row.mentor is None and row.mentee is None for row in problem.rows)
        return shared * problem.scores.count <= MAX_TERMS

    @cached_property
    def rules(self) -> System:
        """The rules: degrees, minimums, side constraints and pins."""
        problem, pairs = self.problem, len(self.mentors)
        ones = np.ones(pairs, dtype=np.int64)
        system = System.free(pairs + sum(int(side.conditional.sum()) for side in (problem.mentors, problem.mentees)))
        degrees = System(
            np.concatenate([self.mentors, self.mentees + problem.shape[0]]),
            np.concatenate([np.arange(pairs)] * 2),
            np.concatenate([ones, ones]),
            tuple(least for side in (problem.mentors, problem.mentees) for least in side.firm_minimum.tolist()),
            tuple(most for side in (problem.mentors, problem.mentees) for most in side.most.tolist()),
            system.least,
            system.most,
        )
        sides = terms_of_rows(problem.rows, self.mentors, self.mentees, problem.shape)
        coupling = [(*terms, row.least, row.most) for row, terms in zip(problem.rows, sides, strict=True)]
        system = self._with_indicators(degrees.with_rows(coupling))
        # Pins; one that is no allowed pair makes the system empty
        pinned = system.least.copy()
        keys = self.mentors * problem.shape[1] + self.mentees
        pin_keys = np.array([mentor * problem.shape[1] + mentee for mentor, mentee in problem.pins], dtype=np.int64)
        pinned[:pairs] = np.isin(keys, pin_keys)
        system = system.within(pinned, system.most)
        none = np.zeros(0, dtype=np.int64)
        return system if np.isin(pin_keys, keys).all() else system.with_row(none, none, 1, None)

    def _with_indicators(self, system: System) -> System:
        """Return the system with the rows of each indicator u: degree <= most u, degree >= least u, pair <= u."""
        column, height = len(self.mentors), 0
        terms, lower, upper = list[tuple[IntVector, IntVector, IntVector]](), list[int | None](), list[int | None]()
        for side, people in ((self.problem.mentors, self.mentors), (self.problem.mentees, self.mentees)):
            for person in np.flatnonzero(side.conditional).tolist():
                pairs = np.flatnonzero(people == person)
                with_indicator, ones = np.append(pairs, column), np.ones(len(pairs), dtype=np.int64)
                for coefficient in (side.most[person], side.least[person]):
                    terms.append((np.full(len(pairs) + 1, height), with_indicator, np.append(ones, -coefficient)))
                    height += 1
                links = np.tile(np.arange(len(pairs)) + height, 2)
                terms.append((links, np.append(pairs, np.full(len(pairs), column)), np.append(ones, -ones)))
                lower += [None, 0, *[None] * len(pairs)]
                upper += [0, None, *[0] * len(pairs)]
                height += len(pairs)
                column += 1
        if not terms:
            return system
        rows, columns, values = (np.concatenate(each) for each in zip(*terms, strict=True))
        return system.with_terms((rows, columns, values), lower, upper)

    @property
    def any_answer(self) -> System:
        """The rules, and a target row that all choices keep: no solution means that no answer keeps the rules."""
        pairs = np.arange(len(self.scores))
        return self.rules.with_row(pairs, np.ones_like(pairs), 0, None)

    def stages(self, tier: Tier, bound: int, *, is_single: bool) -> Iterator[Stage]:
        """Yield the stages of a goal.

        A change that requires a better answer gives a system without a solution if no answer exceeds the bound. It is
        made for one proof and undone. All other changes keep the value of the answer, and remain. For ``leximin`` the
        bound is the value; with ``is_single`` each score of the answer has a system of its own.
        """
        match tier.goal:
            case "floor":
                yield True, partial(self._above_floor, least=bound + 1)
                yield False, partial(self._above_floor, least=tier.value)
            case "floor_person":
                if len(self._served):
                    yield True, partial(self._served_at_least, least=bound + 1)
                yield False, partial(self._served_at_least, least=tier.value)
            case "leximin":
                yield from self._levels(tier.vector, is_single=is_single)
            case goal:
                profit = goal_profit(self.problem, goal, self.mentors, self.mentees)
                for asks, value in ((True, bound), (False, tier.value)):
                    # Of ``changes``, the former pairs that are kept
                    least = len(self.problem.former) - value if goal == "changes" else value
                    yield asks, partial(_sum_at_least, profit=profit, least=least + asks)

    def _above_floor(self, system: System, least: int) -> System:
        # An answer without a pair has floor 0
        return _sum_at_least(self._from(system, least), np.ones_like(self.scores), int(least > 0))

    @cached_property
    def _served(self) -> IntVector:
        """The mentees who have a place and an allowed partner with a place."""
        problem = self.problem
        return np.flatnonzero(problem.scores.has_partner(problem.mentors.most > 0) & (problem.mentees.most > 0))

    def _served_at_least(self, system: System, least: int) -> System:
        return system.with_rows(
            (pairs, self._saturated(self.scores[pairs], least), least, None)
            for pairs in (np.flatnonzero(self.mentees == mentee) for mentee in self._served.tolist())
        )

    @staticmethod
    def _saturated(scores: IntVector, least: int) -> IntVector:
        """Return the scores cut at the bound, if none is negative: the excess adds nothing."""
        return np.minimum(scores, least) if least > 0 and (scores >= 0).all() else scores

    def _levels(self, vector: tuple[int, ...], *, is_single: bool) -> Iterator[Stage]:
        """Yield the stages of ``leximin``: more pairs; then a better answer by some scores of the vector at a time.

        A better answer has fewer pairs up to one of these scores, and no more up to any lower score. So the weighted
        sum of these numbers is less than that of the vector.
        """
        pairs = np.ones_like(self.scores)
        yield True, partial(_sum_at_least, profit=pairs, least=len(vector) + 1)
        levels = sorted(set(vector))
        # As many pairs, none below the lowest score
        if levels:
            yield False, partial(self._from, least=levels[0])
        yield False, partial(_sum_at_least, profit=pairs, least=len(vector))
        for group, following in _groups_of_levels(vector, levels, 1 if is_single else len(levels)):
            limits, weights = _weighted_limits(vector, group)
            worth = sum(weight * bisect_right(vector, limit) for weight, limit in zip(weights, limits, strict=True))
            yield True, partial(self._weighted_at_most, limits=limits, weights=weights, most=worth - 1)
            if following is not None:
                # Up to the next score, no more pairs than the vector has up to this one
                ends = dict(zip(group, (level - 1 for level in (*group[1:], following)), strict=True))
                limits = [ends.get(limit, limit) for limit in limits]
                yield False, partial(self._weighted_at_most, limits=limits, weights=weights, most=worth)

    def tie_stages(self, pairs: IntMatrix, words: TieWords, rounds: int) -> Iterator[Stage]:
        """Yield the stages of a proof that the pairs are canonical: greater sums of hashes, then any other answer.

        Only columns that have two values left count: all other columns are the same in every answer.
        """
        chosen = contains_pairs(self.problem, self.mentors, self.mentees, pairs)
        for turn in range(rounds):
            for asks in (True, False):
                yield asks, partial(self._hashes_at_least, chosen=chosen, words=words, turn=turn, more=int(asks))
        yield True, partial(_sum_at_least, profit=np.where(chosen, -1, 1), least=1 - int(chosen.sum()))

    def _hashes_at_least(self, system: System, chosen: BoolVector, words: TieWords, turn: int, more: int) -> System:
        count = len(self.scores)
        columns = np.flatnonzero(system.most[:count] & ~system.least[:count])
        values = np.zeros(count, dtype=np.int64)
        values[columns] = pair_hashes(words, self.mentors[columns], self.mentees[columns], turn)
        return _sum_at_least(system, values, int(values[chosen].sum()) + more)

    def _from(self, system: System, least: int) -> System:
        """Return the system without pairs of a lower score."""
        most = system.most.copy()
        most[: len(self.scores)] &= self.scores >= least
        return system.within(system.least, most)

    def _weighted_at_most(self, system: System, limits: list[int], weights: list[int], most: int) -> System:
        """Return the system with at most ``most`` as the weighted sum of the numbers of pairs up to some scores."""
        sums = np.append(np.cumsum(weights[::-1])[::-1], 0)
        return _with_open_terms(
            system, lambda columns: sums[np.searchsorted(limits, self.scores[columns])], len(self.scores), most=most
        )


def has_single_levels(tier: Tier, systems: int | None) -> bool:
    """Return whether a proof of ``leximin`` with a number of systems, None: no proof, has one system per score."""
    return systems in (None, 1 + len(set(tier.vector)))


def _groups_of_levels(vector: tuple[int, ...], levels: list[int], size: int) -> Iterator[tuple[list[int], int | None]]:
    """Yield the levels in groups of up to ``size`` whose weights are small, each with the level that follows.

    The last one is followed by any higher score, or by None if it is a single level: no row needs to hold it.
    """
    group = list[int]()
    for level in levels:
        if len(group) == size or _weighted_limits(vector, [*group, level])[1][0] > MAX_LEVEL_WEIGHT:
            yield group, level
            group = []
        group.append(level)
    if group:
        yield group, group[-1] + 1 if len(group) > 1 else None


def _weighted_limits(vector: tuple[int, ...], group: list[int]) -> tuple[list[int], list[int]]:
    """Return each level of a group, with the greatest score below the next one, and a weight for each of these limits.

    Numbers of pairs up to these limits are compared with those of the vector by a weighted sum: each weight exceeds
    what the numbers up to all higher limits can make up for.
    """
    limits, weights, below = sorted({*group, *(level - 1 for level in group[1:])}), list[int](), 0
    for limit in reversed(limits):
        count = bisect_right(vector, limit)
        weights.append(1 + below)
        below += weights[-1] * max(count, len(vector) - count)
    return limits, weights[::-1]


def _sum_at_least(system: System, profit: IntVector, least: int) -> System:
    return _with_open_terms(system, profit.__getitem__, len(profit), least=least)


def _with_open_terms(
    system: System,
    values: Callable[[IntVector], IntVector],
    count: int,
    *,
    least: int | None = None,
    most: int | None = None,
) -> System:
    """Return the system with one more row over pairs, stated over the columns that the box leaves open."""
    fixed_sum = sum(values(np.flatnonzero(system.least[:count])).tolist())
    columns = np.flatnonzero(system.most[:count] & ~system.least[:count])
    terms = values(columns)
    ends = (None if end is None else end - fixed_sum for end in (least, most))
    return system.with_row(columns[terms != 0], terms[terms != 0], *ends)


def pair_hashes(words: TieWords, mentors: IntVector, mentees: IntVector, turn: int) -> IntVector:
    """Return the hashes of pairs in a round, integers from 1 to 2^20; see ``tie_breaking``.

    Raises ProofError if a person of these pairs has no word.
    """
    words_of = [dict(side) for side in words]
    pairs = list(zip(mentors.tolist(), mentees.tolist(), strict=True))
    require(all(i in words_of[0] and k in words_of[1] for i, k in pairs), "a person of a tie has no word")
    start = GOLDEN_RATIO * (turn + 1)
    hashes = [_mix(_mix(words_of[0][i] + start) ^ words_of[1][k]) >> (64 - HASH_BITS) for i, k in pairs]
    return np.array(hashes, dtype=np.int64) + 1


def _mix(word: int) -> int:
    """Mix a word of 64 bits, so that each bit of the result depends on all bits (splitmix64, Steele 2014)."""
    word &= MASK_64_BITS
    word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9 & MASK_64_BITS
    word = (word ^ (word >> 27)) * 0x94D049BB133111EB & MASK_64_BITS
    return word ^ (word >> 31)
