"""Problems of very many pairs with rules that count people: tolls first, then the few pairs that these leave open."""

from dataclasses import dataclass, field, replace

from mentormatch.assignment.face import Face, Optimum, listed
from mentormatch.assignment.problem import AssignmentProblem
from mentormatch.assignment.settle import settle
from mentormatch.assignment.solution import Prices, Solution, Status, without_pairs
from mentormatch.assignment.wide.near import SHORT, Near
from mentormatch.assignment.wide.pricing import begun, improved
from mentormatch.assignment.wide.quotas import Quotas
from mentormatch.assignment.wide.solver import Solver
from mentormatch.assignment.wide.tight import Tight, held
from mentormatch.assignment.wide.tolls import Asking, Search
from mentormatch.assignment.wide.view import View
from mentormatch.errors import EngineError
from mentormatch.scoring.score import MILLION

CLOSE, NEAR = 1_000, 16
"""Tolls move by this part of the greatest score at first, then by that."""


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
        near = Near(self.solver, self.view, prices, (priced.left, priced.right), self.bound)
        found = tight.solution() or near.solution()
        return replace(found, prices=(prices,)) if found.tiers else found


def quotas_of(problem: AssignmentProblem) -> Quotas:
    """Return the rows of a problem as bounds on the pairs beside its pins."""
    return Quotas.of(problem.rows, listed(problem.pins), problem.shape)
