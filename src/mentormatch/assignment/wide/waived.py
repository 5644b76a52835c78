"""Minimums that bind only who is used, for very many pairs: first as if there were none, then as few change as must.

Whom the best answer gives fewer partners than their minimum has to have more of them or none, which is hard to choose
in general: with a minimum of three it is the packing of triples. So the best answer without such minimums bounds all
others; a quarter of those below it, whose partners lose least elsewhere, are set aside, and so on until
nobody is. What the bound leaves open is then solved, if it is little.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mentormatch.assignment.face import Bounds, Face, Optimum, listed, total
from mentormatch.assignment.problem import AssignmentProblem, Loads
from mentormatch.assignment.scores import IntMatrix
from mentormatch.assignment.settle import OutOfTime
from mentormatch.assignment.solution import Prices, Solution, Status, without_pairs
from mentormatch.assignment.wide.level import level
from mentormatch.assignment.wide.near import Near
from mentormatch.assignment.wide.quotas import Quotas
from mentormatch.assignment.wide.solver import Solver
from mentormatch.assignment.wide.view import Both, Pairs, View
from mentormatch.columns import BoolVector, IntVector

LISTED, MORE = 24, 2
"""So many pairs a person are solved, where some are set aside; so many times more if many lose as little."""
PART = 4
"""This part of those below their minimum is set aside at a time."""
OPEN = 20_000
"""Of more pairs that the bound leaves open an integer program takes hours to find the best: the bound is then told."""


def used_if_pinned(problem: AssignmentProblem) -> AssignmentProblem:
    """Return the problem in which minimums bind whoever is in a pin in any case."""
    sides = [
        replace(loads, idle=loads.idle & (np.bincount(pinned, minlength=len(loads)) == 0))
        for loads, pinned in zip((problem.mentors, problem.mentees), listed(problem.pins).T, strict=True)
    ]
    return replace(problem, mentors=sides[0], mentees=sides[1])


def below(problem: AssignmentProblem, pairs: IntMatrix) -> tuple[BoolVector, BoolVector]:
    """Return the mentors and the mentees who are used, and have fewer partners than they are to have then."""
    sides = zip((problem.mentors, problem.mentees), pairs.T, strict=True)
    mentors, mentees = (_below(loads, np.bincount(people, minlength=len(loads))) for loads, people in sides)
    return mentors, mentees


def _below(loads: Loads, taken: IntVector) -> BoolVector:
    return np.asarray((taken > 0) & (taken < loads.least) & loads.waivable)


@dataclass(slots=True)
class Waived:
    """The solver's problem, its best answer without minimums that may be waived, and the view of all pairs."""

    solver: Solver
    view: View
    relaxed: Solution

    def solution(self) -> Solution:
        """Return the best answer that keeps the minimums, or a good one with what it is short of at most."""
        if not any(side.any() for side in below(self.solver.problem, self.relaxed.pairs)):
            return self.relaxed
        if self.relaxed.status is not Status.PROVED:
            return self.solver.heard or without_pairs(Status.STOPPED, "")
        (prices,) = self.relaxed.prices
        try:
            return self._of_bound(replace(prices, rows=prices.rows or (0,) * len(self.solver.problem.rows)))
        except OutOfTime:
            return self.solver.heard or without_pairs(Status.STOPPED, "")

    def _of_bound(self, prices: Prices) -> Solution:
        """Return the best answer as far as the bound tells, from the prices that prove it."""
        quotas = Quotas.of(self.solver.problem.rows, self.view.pins, self.view.scores.shape)
        tolls, view = quotas.tolls(prices.rows), replace(self.view, group=quotas.group)
        ends = quotas.beside(Optimum(np.empty(0, dtype=bool), prices.mentors, prices.mentees), tolls)
        priced = ends.left, ends.right
        pairs = self._listed(view, priced)
        face = view.face(pairs)
        kept = self._kept(face, quotas.left(face, view.worth(pairs), tolls), prices.mentees)
        if kept is not None:
            self.solver.offer(kept, self.bound)
        found = Near(self.solver, view, prices, priced, self.bound, OPEN).solution()
        return replace(found, prices=self.relaxed.prices) if found.tiers else found

    @property
    def bound(self) -> int:
        """Return what no answer is worth more than, beside the pins: what is asked for is a whole number of parts."""
        worth = self.solver.stage.worth(self.solver.problem, *self.relaxed.pairs.T)
        pinned = self.solver.stage.worth(self.solver.problem, *self.view.pins.T)
        parts = self.solver.parts
        return ((total(worth) - total(pinned)) // parts + 1) * parts - 1

    def _listed(self, view: View, priced: Both) -> Pairs:
        """Return the pairs that lose least at some prices, and those of the best answer."""
        few = view.few(LISTED)
        seen = view.look(priced, level(view, priced, few), MORE * few).pairs
        width = view.scores.shape[1]
        open_ = ~np.isin(self.relaxed.pairs @ (width, 1), view.pins @ (width, 1))
        mentors, mentees = self.relaxed.pairs[open_].T
        return seen.joined(Pairs(mentors, mentees, view.scores.at(mentors, mentees)), width)

    def _kept(self, face: Face, profit: IntVector, mentees: IntVector) -> IntMatrix | None:
        """Return a good answer on a face that keeps all minimums, setting people aside; None if none is found."""
        begin: Both | None = (np.zeros_like(face.left.most), mentees)
        while True:
            optimum = self.solver.best(face, profit, begin)
            if not face.holds(optimum):
                return None
            answer, begin = face.answer(optimum.chosen), None
            short = below(self.solver.problem, answer)
            if not any(side.any() for side in short):
                return answer
            aside = [_cheapest(_moving(face, profit, optimum, side), own) for side, own in enumerate(short)]
            left = ~(aside[0][face.lefts] | aside[1][face.rights])
            face, profit = _without(face, left, aside), profit[left]


def _without(face: Face, left: BoolVector, aside: Sequence[BoolVector]) -> Face:
    """Return a face on the pairs that are left, without those who are set aside."""
    sides = [
        Bounds(own.least, np.where(out, 0, own.most)) for own, out in zip((face.left, face.right), aside, strict=True)
    ]
    return replace(face, lefts=face.lefts[left], rights=face.rights[left], left=sides[0], right=sides[1], known=None)


def _moving(face: Face, profit: IntVector, optimum: Optimum, side: int) -> IntVector:
    """Return what is lost at least if all partners of each person of a side go to somebody else, or to nobody."""
    ends, prices = (face.lefts, face.rights), (optimum.left, optimum.right)
    own, others = ends[side], ends[1 - side]
    loss, elsewhere = prices[0][face.lefts] + prices[1][face.rights] - profit, np.maximum(prices[1 - side], 0)
    np.minimum.at(elsewhere, others[~optimum.chosen], np.maximum(loss[~optimum.chosen], 0))
    moving = np.zeros_like(prices[side])
    np.add.at(moving, own[optimum.chosen], elsewhere[others[optimum.chosen]])
    return moving


def _cheapest(cost: IntVector, some: BoolVector) -> BoolVector:
    """Return the part of some people who cost least, one at least if there is one."""
    people = np.flatnonzero(some)
    aside = people[np.argsort(cost[people], kind="stable")[: -(-len(people) // PART)]]
    found = np.zeros(len(cost), dtype=bool)
    found[aside] = True
    return found
