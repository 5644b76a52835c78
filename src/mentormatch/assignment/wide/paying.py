"""Problems of very many pairs with rules that count people: tolls first, then the few pairs that these leave open.

Where tolls leave no gap, every optimum is among the pairs that lose nothing at them, and reaches each bound that is
paid for: a small problem, which is solved as any other. Where they leave one, an answer that is worth no less than
another has no pair that loses more than the bound exceeds that other by (Dantzig, Fulkerson and Johnson 1954). So the
pairs that lose little are solved by themselves, until no pair that was left out can matter.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from mentormatch.assignment.engine import Run, solved
from mentormatch.assignment.face import Face, Optimum, listed, total
from mentormatch.assignment.problem import AssignmentProblem, Row
from mentormatch.assignment.scores import IntMatrix, SparseScores
from mentormatch.assignment.settle import OutOfTime, settle
from mentormatch.assignment.sofar import SoFar, Told
from mentormatch.assignment.solution import Prices, Solution, Status, without_pairs
from mentormatch.assignment.stages import Stage, reached
from mentormatch.assignment.wide.computed import ComputedScores
from mentormatch.assignment.wide.level import level
from mentormatch.assignment.wide.listing import FAR
from mentormatch.assignment.wide.pricing import ALL, begun, improved
from mentormatch.assignment.wide.quotas import Quotas
from mentormatch.assignment.wide.remainder import Remainder
from mentormatch.assignment.wide.tolls import Asking, Search
from mentormatch.assignment.wide.view import Both, Pairs, View, former_in
from mentormatch.columns import IntVector
from mentormatch.errors import EngineError
from mentormatch.scoring.score import MILLION

SHORT = "no answer was found that keeps the rules that couple pairs, nor was it proved that there is none"
CLOSE, NEAR = 1_000, 16
"""Tolls move by this part of the greatest score at first: where they were tried before, and where they were not."""
PAIRS = (4, 16, 64)
MORE = 4
"""Where tolls leave a gap, so many pairs a person that lose least are solved, then more; and so many times as many
where that is how many lose no more.
"""
MOST_TIED = 20_000
"""Of more pairs that are left tied, hashes settle some first, by tolls too."""
ROUNDS = 3
"""So many rounds of hashes are tried for that."""


class Solver(Protocol):
    """What solves faces of a problem whose goals are in one ``stage``, and tells answers."""

    problem: AssignmentProblem
    run: Run
    stage: Stage
    asked: Stage
    parts: int
    heard: Solution | None

    @property
    def exact(self) -> int:
        """Return what a pair may be worth at most."""
        ...

    def best(self, face: Face, profit: IntVector, prices: Both | None = None) -> Optimum:
        """Return the optimum of a face, from some prices or from where the last solve ended."""
        ...

    def tied(self, face: Face, profit: IntVector) -> Optimum | None:
        """Return the optimum of a face of tied answers."""
        ...

    def shift(self, paid: Both) -> None:
        """Take it that pairs are worth so much less in the next solve."""
        ...

    def offer(self, pairs: IntMatrix, bound: int) -> Solution:
        """Return an answer as ``feasible``, with what proves the bound of all goals together; and tell it."""
        ...


@dataclass(slots=True)
class Paying:
    """The solver's problem on a view, and the search for what pairs pay; ``bound``: of all answers, as known so far."""

    solver: Solver
    view: View
    bound: int = 0
    search: Search = field(init=False)

    def __post_init__(self) -> None:
        problem, stage, quotas = self.solver.problem, self.solver.stage, quotas_of(self.solver.problem)
        point = stage.score * MILLION or stage.weights[-1][1]
        scales = (point // CLOSE, point // NEAR, point, *(2 * weight for _, weight in stage.weights[-2::-1]))
        most = (self.solver.exact - stage.reach) // max(quotas.heaviest, 1)
        asking = Asking(self.solver.best, self.solver.shift, self._hear)
        empty = problem.places * min(stage.low, 0)
        self.search = Search(quotas, asking, tuple(max(each, 1) for each in scales), most, empty)

    def opening(self) -> tuple[Face, Optimum]:
        """Return the optimum at the best tolls with its tight pairs; prices are those of ``Search.best``."""
        listing = begun(self.view, self.solver.best)
        self.bound = listing.bound
        return improved(listing, self.search.best, self._lower)

    def _hear(self, face: Face, optimum: Optimum) -> None:
        self.solver.offer(face.answer(optimum.chosen), self.bound)

    def _lower(self, face: Face, optimum: Optimum, bound: int) -> None:
        """Lower the bound: leaving rules out, as a look does, bounds those answers too that keep them."""
        self.bound = min(self.bound, bound)

    def solution(self, opening: tuple[Face, Optimum]) -> Solution:
        """Return the canonical solution, or the best that was found in time."""
        trial, quotas = self.search.trial, self.search.quotas
        if trial is None:
            raise EngineError("No tolls were tried")
        (face, priced), self.bound = opening, min(self.bound, trial.bound)
        problem, own = self.solver.problem, quotas.within(priced, trial.tolls)
        profit = quotas.left(face, self.view.stage.worth(problem, face.lefts, face.rights), trial.tolls)
        if not face.proves(own, profit):
            raise EngineError("The prices do not prove the assignment")
        if trial.bound < self.search.empty:
            return without_pairs(Status.INFEASIBLE, "")
        if max(trial.tolls, default=0) >= self.search.most:
            return without_pairs(Status.FAILED, "", (SHORT,))
        rows = quotas.by_row(trial.tolls, len(problem.rows))
        prices = Prices(self.view.stage.weights, own.left, own.right, rows)
        free = None if any(rows) else settle(problem, self.solver.run, [self.view.stage], opening, self.solver.tied)
        if free is not None and all(row.holds(free.pairs, problem.shape) for row in problem.rows):
            return free
        tight = Tight(self.solver, tuple(held(problem.rows, rows)), face.narrowed(own, profit))
        found = tight.solution() or self._near((priced.left, priced.right))
        return replace(found, prices=(prices,)) if len(found.tiers) else found

    def _near(self, prices: Both) -> Solution:
        """Return the best of the pairs that lose little, proved if no other pair can matter."""
        gap: int | None = None
        few_people = max(self.view.scores.shape) <= ALL
        for pairs in (*PAIRS, *([None] if few_people else [])):
            few, others = self._within(prices, pairs, gap)
            found = solved(few, None, replace(self.solver.run, tell=self._tell), SoFar())
            if found.tiers:
                told, gap = self.solver.offer(found.pairs, self.bound), self._gap(found.pairs)
                if found.status is Status.FEASIBLE:
                    return told
                if gap < others or self._reached(found.pairs):
                    return stated(self.solver.problem, found.pairs, Status.PROVED)
            elif found.status is not Status.INFEASIBLE or others == FAR:
                return found
        return self.solver.heard or without_pairs(Status.FAILED, "", (SHORT,))

    def _within(self, prices: Both, pairs: int | None, gap: int | None) -> tuple[AssignmentProblem, int]:
        """Return the problem of so many pairs a person that lose least, None: of all, and what others lose at least.

        With a ``gap`` known those that lose no more than that are enough.
        """
        if pairs is None:
            return self._of(self.view.pairs()), FAR
        loss = level(self.view, prices, self.view.few(pairs)) if gap is None else gap
        sight = self.view.look(prices, loss, MORE * self.view.few(pairs))
        return self._of(sight.pairs), int(sight.others[self.view.scores.mentors].min(initial=loss + 1))

    def _tell(self, told: Told) -> None:
        self.solver.offer(told().pairs, self.bound)

    def _of(self, pairs: Pairs) -> AssignmentProblem:
        """Return the problem of some pairs and the pins."""
        problem = self.solver.problem
        assert isinstance(problem.scores, ComputedScores)
        every = pairs.joined(former_in(problem.scores, listed(problem.pins)), problem.shape[1])
        return replace(problem, scores=SparseScores(problem.shape, *every.columns))

    def _gap(self, pairs: IntMatrix) -> int:
        """Return by how much the bound exceeds what pairs are worth beside the pins."""
        return self.bound - self._worth(self.view.stage, pairs)

    def _reached(self, pairs: IntMatrix) -> bool:
        """Return whether pairs reach the bound in the goals that were asked for."""
        return self.bound // self.solver.parts <= self._worth(self.solver.asked, pairs)

    def _worth(self, stage: Stage, pairs: IntMatrix) -> int:
        both = (stage.worth(self.solver.problem, *each.T) for each in (pairs, listed(self.solver.problem.pins)))
        whole, pinned = (total(worth) for worth in both)
        return whole - pinned


@dataclass(frozen=True, slots=True)
class Tight:
    """What is left open among the pairs that lose nothing at tolls, ``rows`` being kept as these ask for."""

    solver: Solver
    rows: tuple[Row, ...]
    face: Face

    def solution(self) -> Solution | None:
        """Return the canonical solution, None if no answer is among these pairs."""
        thin = self._thinned() if len(self.face) > MOST_TIED and self.solver.run.ties else None
        return (None if thin is None else self._of(thin)) or self._of(self.face)

    def _of(self, face: Face) -> Solution | None:
        problem, run = self.solver.problem, self.solver.run
        if not len(face):
            pairs = face.answer(np.empty(0, dtype=bool))
            kept = all(row.holds(pairs, problem.shape) for row in self.rows)
            return stated(problem, pairs, Status.PROVED) if kept else None
        left = Remainder.of(face, self.rows, problem.shape)
        found = solved(left.problem, None, replace(run, hashes=left.hashes(run.hashes), tell=SoFar().tell), SoFar())
        if found.status is Status.STOPPED:
            raise OutOfTime
        if found.status is Status.FAILED:
            return found
        return None if found.status is Status.INFEASIBLE else stated(problem, left.whole(found.pairs), found.status)

    def _thinned(self) -> Face | None:
        """Return the face of the answers that some rounds of hashes leave; None if tolls do not tell them."""
        face, hashes, shape = self.face, self.solver.run.hashes, self.solver.problem.shape
        for turn in range(ROUNDS):
            profit = hashes.of(face.lefts, face.rights, turn)
            quotas = Quotas.of(self.rows, face.settled, shape)
            asking = Asking(self._solve, lambda paid: None, lambda face, optimum: None)
            search = Search(quotas, asking, (int(profit.max(initial=1)),), self.solver.exact // 2, 0)
            search.best(face, profit)
            trial = search.trial
            if trial is None or trial.bound < 0:
                return None
            face = face.narrowed(trial.optimum, quotas.left(face, profit, trial.tolls))
            if len(face) <= MOST_TIED:
                break
        return face

    def _solve(self, face: Face, profit: IntVector, prices: Both | None) -> Optimum:
        found = self.solver.tied(face, profit)
        if found is None:
            raise EngineError("An answer was lost between two stages")
        return found


def quotas_of(problem: AssignmentProblem) -> Quotas:
    """Return the rows of a problem as bounds on the pairs beside its pins."""
    return Quotas.of(problem.rows, listed(problem.pins), problem.shape)


def held(rows: tuple[Row, ...], prices: tuple[int, ...]) -> Iterator[Row]:
    """Yield rows as the optimum keeps them if their prices leave no gap: those that have one at that bound."""
    for row, price in zip(rows, prices, strict=True):
        yield replace(row, least=row.most if price > 0 else row.least, most=row.least if price < 0 else row.most)


def stated(problem: AssignmentProblem, pairs: IntMatrix, status: Status) -> Solution:
    """Return an answer that is the best in all goals; its status says whether ties are settled."""
    values = {tier.goal: tier.value for tier in reached(problem, pairs, {})}
    return Solution(status, pairs, tuple(reached(problem, pairs, values)))
