"""Symmetry reduction: classes of identical people, the aggregated problem, and disaggregation.

People are identical if all others score equally with them and they have equal priorities and degree bounds. A class is
one node with the capacities of all its people. If one side has one partner per person, no pair can occur twice however
the units of a class are distributed. Therefore the optimum of the aggregated problem is an optimum of the whole (orbits
of the symmetry group; see Margot 2010). The dual of a class is the dual of each of its people.

The aggregated problem is a transportation problem (Hitchcock 1941), see ``flow.transportation``.

One to one, 2,000 people per side in 20 classes take 0.3 s, and 3.0 s without classes; 5,000 in 200 classes take 0.6 s
and 9.6 s.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from math import isqrt
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, RemainingDegrees
from mentormatch.base.arrays import IntMatrix, IntVector
from mentormatch.base.progress import CheckDeadline
from mentormatch.scale.columns.subproblem import PricingProblem, SideVectors
from mentormatch.scale.scores.matrix import ScoreMatrix
from mentormatch.scoring.answer_classes import Distinct

MIN_PEOPLE_PER_CLASS = 4  # on average; with fewer, classes do not help
MAX_LIST_FACTOR = 8  # lists are longer, up to this factor, if one side has far fewer classes than the other


@dataclass(frozen=True, slots=True)
class PeopleClasses:
    """The people of a pricing problem in classes, numbered in the order of the first person of each.

    ``has_overrides``: overrides make some pairs differ from the pairs of their classes.
    """

    pricing: PricingProblem
    mentors: Distinct
    mentees: Distinct
    has_overrides: bool = False

    @classmethod
    def of(cls, pricing: PricingProblem) -> Self | None:
        """Return the classes; None if few people are identical, or a side is empty.

        Also None if people of both sides may have several partners, anyone has a minimum, an allowed former pair has a
        bonus, or scores are stored: these do not show identical answers.
        """
        if not pricing.scores.matrix.computed:
            return None
        has_minimums = any(bounds.least.any() for bounds in pricing.bounds)
        if has_minimums or len(pricing.former.scores) or not min(pricing.scores.shape):
            return None
        # Units of two classes could be the same pair of people twice
        if pricing.is_b_matching:
            return None
        # First by answers, without overrides
        sides = [_find_classes(pricing, axis) for axis in (0, 1)]
        # Classes help if at least one side has few of them
        helps = [len(classes) * MIN_PEOPLE_PER_CLASS <= len(classes.codes) for classes in sides]
        if not any(helps):
            return None
        # Then split by overrides; if the classes stay large, all pairs of two classes are equal
        refined = [_split_by_overrides(pricing, axis, classes) for axis, classes in enumerate(sides)]
        if all(
            not helped or len(split) * MIN_PEOPLE_PER_CLASS <= len(split.codes)
            for helped, split in zip(helps, refined, strict=True)
        ):
            return cls(pricing, refined[0], refined[1])
        return cls(pricing, sides[0], sides[1], has_overrides=True)

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of classes of mentors and of mentees."""
        return len(self.mentors), len(self.mentees)

    @property
    def codes(self) -> SideVectors:
        """The class of each mentor (n,) and of each mentee (m,)."""
        return self.mentors.codes, self.mentees.codes

    @property
    def sizes(self) -> SideVectors:
        """The number of people in each class, (u,) and (v,)."""
        return np.bincount(self.mentors.codes), np.bincount(self.mentees.codes)

    @property
    def places(self) -> SideVectors:
        """The total capacity of each class, (u,) and (v,)."""
        sides = zip(self.codes, self.pricing.bounds, self._take_part, strict=True)
        mentors, mentees = (
            np.bincount(codes, np.where(takes_part, bounds.most, 0)).astype(np.int64)
            for codes, bounds, takes_part in sides
        )
        return mentors, mentees

    @property
    def _take_part(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        return self.pricing.scores.mentors, self.pricing.scores.mentees

    def aggregate(self) -> PricingProblem:
        """Return the aggregated problem: one person per class, with the capacity of all its people."""
        pricing, first = self.pricing, (self.mentors.first, self.mentees.first)
        mentors, mentees = (RemainingDegrees(np.zeros_like(places), places) for places in self.places)
        # The row and column of the first person of each class
        matrix = pricing.scores.matrix.without_overrides() if self.has_overrides else pricing.scores.matrix
        matrix = matrix.select_mentees(first[1]) if len(first[1]) < matrix.shape[1] else matrix
        matrix = matrix.select_mentors(first[0]) if len(first[0]) < matrix.shape[0] else matrix
        takes_part = [takes_part[positions] for takes_part, positions in zip(self._take_part, first, strict=True)]
        scores = replace(pricing.scores, matrix=matrix, mentors=takes_part[0], mentees=takes_part[1])
        stage = replace(pricing.stage, mentor=pricing.stage.mentor[first[0]], mentee=pricing.stage.mentee[first[1]])
        fewer, more = sorted(self.shape)
        # If the sides differ in the number of classes, each class of the smaller side needs more candidates
        list_factor = min(isqrt(more // max(fewer, 1)), MAX_LIST_FACTOR)
        bounds, group = (mentors, mentees), pricing.group[first[0]]
        return replace(pricing, scores=scores, stage=stage, bounds=bounds, group=group, list_factor=max(list_factor, 1))

    def disaggregate(self, flow: "ClassFlow") -> OptimalFace:
        """Return pairs of people that realise a flow between classes, as a face in which all are open."""
        mentors, mentees = (
            _assign_people(codes, np.where(takes_part, bounds.most, 0), np.repeat(classes, flow.pair_counts))
            for codes, bounds, takes_part, classes in zip(
                self.codes, self.pricing.bounds, self._take_part, (flow.lefts, flow.rights), strict=True
            )
        )
        order = np.lexsort((mentees, mentors))
        return OptimalFace(mentors[order], mentees[order], *self.pricing.bounds, self.pricing.pins)

    def duals(self, flow: "ClassFlow") -> SideVectors:
        """Return the duals of all people: those of their classes, 0 for people who do not take part."""
        mentors, mentees = (duals[codes] for duals, codes in zip((flow.left, flow.right), self.codes, strict=True))
        return np.where(self._take_part[0], mentors, 0), np.where(self._take_part[1], mentees, 0)


@dataclass(frozen=True, slots=True)
class ClassFlow:
    """A flow between classes, with the duals ``left`` (u,) and ``right`` (v,) that prove it if it is optimal.

    ``lefts``, ``rights`` (b,): pairs of classes, of reduced cost 0 if it is optimal; ``pair_counts`` (b,): the number
    of pairs of people of each.
    """

    lefts: IntVector
    rights: IntVector
    pair_counts: IntVector
    left: IntVector
    right: IntVector

    @classmethod
    def of(cls, face: OptimalFace, optimum: PrimalDual) -> Self:
        """Return the flow of an optimum in which no two classes are paired more than once."""
        return cls(face.lefts, face.rights, optimum.chosen.astype(np.int64), optimum.left, optimum.right)


def _assign_people(codes: IntVector, places: IntVector, units: IntVector) -> IntVector:
    """Return (p,) the person who gets each unit.

    ``units`` (p,): the class of each unit; ``codes`` (n,): the class and ``places`` (n,) the capacity of each person.
    """
    people = np.argsort(codes, kind="stable")
    # The r-th unit of a class gets the r-th slot of the class
    slots = np.repeat(people, places[people])
    first = np.searchsorted(codes[slots], np.arange(int(codes.max(initial=-1)) + 2))
    order = np.argsort(units, kind="stable")
    rank = np.empty(len(units), dtype=np.int64)
    rank[order] = np.arange(len(units)) - np.searchsorted(units[order], units[order])
    assigned: IntVector = slots[first[units] + rank]
    return assigned


def _find_classes(pricing: PricingProblem, axis: int) -> Distinct:
    """Return the classes of a side by answers, priority and capacity; one per person if few people are identical."""
    positions = np.arange(pricing.scores.shape[axis])
    classes = Distinct.of(np.zeros_like(positions))
    # Partition refinement, column by column, until it does not help any more
    for column in _class_keys(pricing, axis):
        classes = classes.join(Distinct.of(column))
        if len(classes) * MIN_PEOPLE_PER_CLASS > len(positions):
            return Distinct(positions, positions)
    return renumber(classes)


def _class_keys(pricing: PricingProblem, axis: int) -> Iterator[NDArray[Any]]:
    """Yield columns (n,) that distinguish people of a side, terms with most classes first."""
    matrix = pricing.scores.matrix
    terms = [(term.mentors, term.mentees)[axis] for term in matrix.terms]
    yield from (term.codes for term in sorted(terms, key=len, reverse=True))
    for overlap in matrix.overlaps:
        side = (overlap.mentors, overlap.mentees)[axis]
        yield from (side.bits, side.known)
    yield from (
        (pricing.scores.mentors, pricing.scores.mentees)[axis],
        (pricing.stage.mentor, pricing.stage.mentee)[axis],
    )
    yield pricing.bounds[axis].most


def _split_by_overrides(pricing: PricingProblem, axis: int, classes: Distinct) -> Distinct:
    """Return classes split so that the people of a class have equal overrides."""
    if not len(pricing.scores.matrix.overrides.points) or len(classes) == len(classes.codes):
        return classes
    refined = classes.join(Distinct.of(_override_keys(pricing.scores.matrix, axis)))
    return renumber(refined)


def _override_keys(matrix: ScoreMatrix, axis: int) -> IntVector:
    """Return (n,) an integer for each person of a side, equal for people with equal overrides."""
    partners, points, starts = _overrides_by_person(matrix, axis)
    overrides, bounds = np.column_stack([partners, points]), starts.tolist()
    numbers: dict[bytes, int] = {}
    keys = (overrides[start:stop].tobytes() for start, stop in pairwise(bounds))
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)


def _overrides_by_person(
    matrix: ScoreMatrix, axis: int
) -> tuple[NDArray[np.integer], NDArray[np.integer], NDArray[np.integer]]:
    """Return the overrides of a side in compressed rows: partners, points, and the start of each person."""
    from scipy.sparse import csr_array

    overrides = matrix.overrides
    if axis == 0:
        return overrides.mentees, overrides.points, matrix.starts
    transposed = csr_array((overrides.points, overrides.mentees, matrix.starts), shape=matrix.shape).tocsc()
    return transposed.indices, transposed.data, transposed.indptr


def renumber(classes: Distinct) -> Distinct:
    """Return the classes numbered in the order of the first person of each."""
    return Distinct.of(classes.first[classes.codes])


INFINITE = 1 << 61  # no path is longer


def solve_classes(pricing: PricingProblem, check_deadline: CheckDeadline) -> ClassFlow:
    """Return the optimal flow of an aggregated problem, with all pairs of classes that are tight."""
    profit, (left_capacity, right_capacity) = class_profits(pricing), (bounds.most for bounds in pricing.bounds)
    is_transposed = len(profit) > len(profit.T)  # one search per class of the left side: the fewer, the better
    if is_transposed:
        flow, right_duals, left_duals = _solve_transportation(
            np.ascontiguousarray(profit.T), (right_capacity, left_capacity), check_deadline
        )
        flow = flow.T
    else:
        flow, left_duals, right_duals = _solve_transportation(profit, (left_capacity, right_capacity), check_deadline)
    # All tight pairs of classes: any of them may occur in a tied solution
    lefts, rights = np.nonzero(left_duals[:, None] + right_duals == profit)
    return ClassFlow(lefts, rights, flow[lefts, rights].astype(np.int64), left_duals, right_duals)


def class_profits(pricing: PricingProblem) -> IntMatrix:
    """Return (u, v) the profit of each pair of a small problem; -``INFINITE`` for forbidden pairs."""
    pairs, profit = pricing.pairs(), np.full(pricing.scores.shape, -INFINITE)
    profit[pairs.mentors, pairs.mentees] = pricing.profit(pairs)
    return profit


def _solve_transportation(
    profit: IntMatrix, places: SideVectors, check_deadline: CheckDeadline
) -> tuple[IntMatrix, IntVector, IntVector]:
    """Return the flow between classes, (u, v), and the duals (u,), (v,) that prove it."""
    from mentormatch.assignment.flow.transportation import make_transport_search, make_transport_state, ship_supply

    state, search = make_transport_state(profit, *places), make_transport_search(*profit.shape)
    for left_class in range(len(profit)):
        check_deadline()
        ship_supply(state, search, left_class)
    return state.flow, state.left, state.right
