"""Symmetry reduction: classes of identical people, the aggregated market, and disaggregation.

People are identical if all others score the same with them and they have the same degrees. A class is a node with the
places of all its people. If one side takes one partner each, nobody is given the same partner twice however the units
of a class are handed out, so the optimum of the aggregate is one of the whole (orbits under the symmetry group; see
Margot 2010). The dual of a class is that of each of its people.

The aggregate is a transportation problem (Hitchcock 1941), see ``flow.transportation``.

One to one, 2,000 a side of 20 kinds: 0.3 s, and 3.0 without classes; 5,000 a side of 200 kinds: 0.6 and 9.6.
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
from mentormatch.scale.columns.subproblem import PerSide, PricingProblem
from mentormatch.scale.scores.matrix import ScoreMatrix
from mentormatch.scoring.answer_classes import Distinct

PEOPLE_PER_CLASS = 4
"""So many people of a class there must be on average, or classes are no help."""
MAX_LIST_FACTOR = 8
"""Where one side has far fewer classes than the other, lists are up to so many times longer."""


@dataclass(frozen=True, slots=True)
class PeopleClasses:
    """The people of a pricing problem in classes, numbered in the order of the first person of each.

    ``has_overrides``: some pairs score otherwise than their classes, by who their people are.
    """

    pricing: PricingProblem
    mentors: Distinct
    mentees: Distinct
    has_overrides: bool = False

    @classmethod
    def of(cls, pricing: PricingProblem) -> Self | None:
        """Return the classes; None if few people are identical, or if a person has a minimum or a former partner.

        Stored scores have no classes, because they do not tell identical answers.
        """
        if not pricing.scores.matrix.computed:
            return None
        needed = any(bounds.least.any() for bounds in pricing.bounds)
        if needed or len(pricing.former.scores) or not min(pricing.scores.shape):
            return None
        # First by answers alone, as if nobody was known by name.
        sides = [_find_classes(pricing, axis) for axis in (0, 1)]
        # Classes help if one side at least has few of them.
        few = [len(classes) * PEOPLE_PER_CLASS <= len(classes.codes) for classes in sides]
        if not any(few):
            return None
        # Then split by overrides; if classes stay large, no pair differs from its classes.
        has_overrides = [_split_by_overrides(pricing, axis, classes) for axis, classes in enumerate(sides)]
        if all(
            not was or len(now) * PEOPLE_PER_CLASS <= len(now.codes)
            for was, now in zip(few, has_overrides, strict=True)
        ):
            return cls(pricing, has_overrides[0], has_overrides[1])
        return cls(pricing, sides[0], sides[1], has_overrides=True)

    @property
    def shape(self) -> tuple[int, int]:
        """Return how many classes of mentors and of mentees there are."""
        return len(self.mentors), len(self.mentees)

    @property
    def codes(self) -> PerSide:
        """Return the class of each mentor (n,) and of each mentee (m,)."""
        return self.mentors.codes, self.mentees.codes

    @property
    def sizes(self) -> PerSide:
        """Return how many people are in each class, (u,) and (v,)."""
        return np.bincount(self.mentors.codes), np.bincount(self.mentees.codes)

    @property
    def places(self) -> PerSide:
        """Return how many places the people of each class have together."""
        sides = zip(self.codes, self.pricing.bounds, self._taking, strict=True)
        mentors, mentees = (
            np.bincount(codes, np.where(taking, bounds.most, 0)).astype(np.int64) for codes, bounds, taking in sides
        )
        return mentors, mentees

    @property
    def _taking(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        return self.pricing.scores.mentors, self.pricing.scores.mentees

    def aggregate(self) -> PricingProblem:
        """Return the aggregated market: one person a class, with the places of all its people."""
        pricing, first = self.pricing, (self.mentors.first, self.mentees.first)
        mentors, mentees = (RemainingDegrees(np.zeros_like(places), places) for places in self.places)
        # One row and one column a class: those of its first person.
        matrix = pricing.scores.matrix.without_overrides() if self.has_overrides else pricing.scores.matrix
        matrix = matrix.select_mentees(first[1]) if len(first[1]) < matrix.shape[1] else matrix
        matrix = matrix.select_mentors(first[0]) if len(first[0]) < matrix.shape[0] else matrix
        taking = [taking[some] for taking, some in zip(self._taking, first, strict=True)]
        scores = replace(pricing.scores, matrix=matrix, mentors=taking[0], mentees=taking[1])
        stage = replace(pricing.stage, mentor=pricing.stage.mentor[first[0]], mentee=pricing.stage.mentee[first[1]])
        less, more = sorted(self.shape)
        # Where sides differ in the number of classes, each class of the few needs more candidates.
        longer = min(isqrt(more // max(less, 1)), MAX_LIST_FACTOR)
        bounds, group = (mentors, mentees), pricing.group[first[0]]
        return replace(pricing, scores=scores, stage=stage, bounds=bounds, group=group, list_factor=max(longer, 1))

    def disaggregate(self, flow: "ClassFlow") -> OptimalFace:
        """Return the pairs of people that a flow between classes stands for.

        All of them are open in the face.
        """
        mentors, mentees = (
            _assign_people(codes, np.where(taking, bounds.most, 0), np.repeat(classes, flow.pairs))
            for codes, bounds, taking, classes in zip(
                self.codes, self.pricing.bounds, self._taking, (flow.lefts, flow.rights), strict=True
            )
        )
        # Pairs in order, as everywhere.
        order = np.lexsort((mentees, mentors))
        return OptimalFace(mentors[order], mentees[order], *self.pricing.bounds, self.pricing.pins)

    def duals(self, flow: "ClassFlow") -> PerSide:
        """Return the duals of all people: those of their classes."""
        mentors, mentees = (duals[codes] for duals, codes in zip((flow.left, flow.right), self.codes, strict=True))
        return np.where(self._taking[0], mentors, 0), np.where(self._taking[1], mentees, 0)


@dataclass(frozen=True, slots=True)
class ClassFlow:
    """An optimal flow between classes, with the duals of both sides that prove it.

    ``lefts``, ``rights`` (b,): pairs of classes of reduced cost 0; ``pairs`` (b,): how many pairs of people are of
    each.
    """

    lefts: IntVector
    rights: IntVector
    pairs: IntVector
    left: IntVector
    right: IntVector

    @classmethod
    def of(cls, face: OptimalFace, optimum: PrimalDual) -> Self:
        """Return the flow of an optimum in which no two classes are paired more than once."""
        return cls(face.lefts, face.rights, optimum.chosen.astype(np.int64), optimum.left, optimum.right)


def _assign_people(codes: IntVector, places: IntVector, units: IntVector) -> IntVector:
    """Return (p,) the person who gets each unit; ``units`` (p,): the class of each.

    ``codes`` (n,) the class and ``places`` (n,) the capacity of each person.
    """
    people = np.argsort(codes, kind="stable")
    # Line up the places of each class; the r-th unit of a class gets its r-th place.
    seats = np.repeat(people, places[people])
    first = np.searchsorted(codes[seats], np.arange(int(codes.max(initial=-1)) + 2))
    order = np.argsort(units, kind="stable")
    rank = np.empty(len(units), dtype=np.int64)
    rank[order] = np.arange(len(units)) - np.searchsorted(units[order], units[order])
    given: IntVector = seats[first[units] + rank]
    return given


def _find_classes(pricing: PricingProblem, axis: int) -> Distinct:
    """Return the classes of a side; each person their own where few are identical."""
    people = np.arange(pricing.scores.shape[axis])
    classes = Distinct.of(np.zeros_like(people))
    # Refine the partition column by column; stop once it is of no use.
    for column in _class_keys(pricing, axis):
        classes = classes.join(Distinct.of(column))
        if len(classes) * PEOPLE_PER_CLASS > len(people):
            return Distinct(people, people)
    return renumber(classes)


def _class_keys(pricing: PricingProblem, axis: int) -> Iterator[NDArray[Any]]:
    """Yield the columns (n,) that tell people of a side apart, what tells most of them first."""
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
    """Return classes whose people have the same overrides too."""
    if not len(pricing.scores.matrix.overrides.points) or len(classes) == len(classes.codes):
        return classes
    apart = classes.join(Distinct.of(_override_keys(pricing.scores.matrix, axis)))
    return renumber(apart)


def _override_keys(matrix: ScoreMatrix, axis: int) -> IntVector:
    """Return (n,) a number for each person of a side, the same for those with the same overrides."""
    others, points, starts = _overrides_by_person(matrix, axis)
    cells, edges = np.column_stack([others, points]), starts.tolist()
    # Equal bytes are equal overrides.
    known: dict[bytes, int] = {}
    keys = (cells[start:stop].tobytes() for start, stop in pairwise(edges))
    return np.array([known.setdefault(each, len(known)) for each in keys], dtype=np.int64)


def _overrides_by_person(
    matrix: ScoreMatrix, axis: int
) -> tuple[NDArray[np.integer], NDArray[np.integer], NDArray[np.integer]]:
    """Return the overrides of a side person by person: the others, points, and where each person begins (CSR)."""
    from scipy.sparse import csr_array

    each = matrix.overrides
    if axis == 0:
        return each.mentees, each.points, matrix.starts
    turned = csr_array((each.points, each.mentees, matrix.starts), shape=matrix.shape).tocsc()
    return turned.indices, turned.data, turned.indptr


def renumber(classes: Distinct) -> Distinct:
    """Return classes numbered in the order of the first person of each."""
    return Distinct.of(classes.first[classes.codes])


INFINITE = 1 << 61
"""No way is longer."""


def solve_classes(pricing: PricingProblem, check_deadline: CheckDeadline) -> ClassFlow:
    """Return the optimal flow of an aggregated market, with all pairs of classes that are tight in it."""
    profit, (left_places, right_places) = class_profits(pricing), (each.most for each in pricing.bounds)
    turned = len(profit) > len(profit.T)  # a search goes once through each kind of the left: the fewer, the better
    if turned:
        flow, right, left = _solve_transportation(
            np.ascontiguousarray(profit.T), (right_places, left_places), check_deadline
        )
        flow = flow.T
    else:
        flow, left, right = _solve_transportation(profit, (left_places, right_places), check_deadline)
    # All tight pairs of classes: ties may use any of them.
    lefts, rights = np.nonzero(left[:, None] + right == profit)
    return ClassFlow(lefts, rights, flow[lefts, rights].astype(np.int64), left, right)


def class_profits(pricing: PricingProblem) -> IntMatrix:
    """Return (u, v) the profit of each pair of a few people or classes, far below all where it may not be chosen."""
    pairs, profit = pricing.pairs(), np.full(pricing.scores.shape, -INFINITE)
    profit[pairs.mentors, pairs.mentees] = pricing.profit(pairs)
    return profit


def _solve_transportation(
    profit: IntMatrix, places: PerSide, check_deadline: CheckDeadline
) -> tuple[IntMatrix, IntVector, IntVector]:
    """Return how many pairs there are of each two classes, (u, v), and the duals (u,), (v,) that prove the optimum."""
    from mentormatch.assignment.flow.transportation import make_transport_search, make_transport_state, ship_supply

    state, path = make_transport_state(profit, *places), make_transport_search(*profit.shape)
    for each in range(len(profit)):
        check_deadline()
        ship_supply(state, path, each)
    return state.flow, state.left, state.right
