"""Problems of very many pairs with quotas: tolls first, then the few pairs that these leave open."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from mentormatch.assignment.engine import Run, solved
from mentormatch.assignment.face import Face, Optimum
from mentormatch.assignment.problem import AssignmentProblem
from mentormatch.assignment.scores import IntMatrix
from mentormatch.assignment.sofar import SoFar
from mentormatch.assignment.solution import Prices, Solution, Status, without_pairs
from mentormatch.assignment.stages import Stage, reached
from mentormatch.assignment.wide.pricing import begun, improved
from mentormatch.assignment.wide.quotas import Quotas
from mentormatch.assignment.wide.remainder import Remainder
from mentormatch.assignment.wide.tolls import Best, Search
from mentormatch.assignment.wide.view import View
from mentormatch.errors import EngineError
from mentormatch.scoring.score import MILLION

type Hear = Callable[[Face, Optimum, int], None]
SHORT = "no answer was found that keeps the rules that couple pairs, nor proved that there is none"


@dataclass(slots=True)
class Coupled:
    """The goals of a problem as one ``stage`` of a view, and the search for tolls."""

    problem: AssignmentProblem
    run: Run
    view: View
    solve: Best
    tell: Hear
    search: Search

    @classmethod
    def of(cls, problem: AssignmentProblem, run: Run, view: View, solve: Best, shift, tell: Hear, exact: int) -> "Coupled":
        quotas = Quotas.of(problem)
        assert quotas is not None
        stage, places = view.stage, problem.places
        bound = places * stage.reach
        told: list[int] = []

        def hear(face: Face, optimum: Optimum) -> None:
            worth = int(0)
            tell(face, optimum, bound)

        scales = [max(stage.score * MILLION // 16, 1), max(stage.score * MILLION, 16), *(2 * weight for _, weight in reversed(stage.weights[:-1]))]
        most = (exact - stage.reach) // max(quotas.heaviest, 1)
        search = Search(quotas, solve, shift, hear, scales, most, places * min(stage.low, 0))
        return cls(problem, run, view, solve, tell, search)

    def opening(self) -> tuple[Face, Optimum]:
        def unheard(face, optimum, bound):
            pass
        return improved(begun(self.view, self.solve), self.search.best, unheard)

    def solution(self, opening: tuple[Face, Optimum]) -> Solution:
        face, optimum = opening
        trial, quotas = self.search.trial, self.search.quotas
        if trial.bound < self.search.empty:
            return without_pairs(Status.INFEASIBLE, "wide")
        own = quotas.within(optimum, trial.tolls)
        worth = self.view.stage.worth(self.problem, face.lefts, face.rights)
        profit = quotas.left(face, worth, trial.tolls)
        if not face.proves(own, profit):
            raise EngineError("The prices do not prove the assignment")
        prices = Prices(self.view.stage.weights, own.left, own.right, quotas.by_row(trial.tolls, len(self.problem.rows)))
        rows = tuple(
            replace(row, least=row.most if price > 0 else row.least, most=row.least if price < 0 else row.most)
            for row, price in zip(self.problem.rows, prices.rows, strict=True)
        )
        narrow = face.narrowed(own, profit)
        remainder = Remainder.of(narrow, rows, self.problem.shape)
        print("open", len(narrow), "tolls", prices.rows, "solves", self.search.solved, len(self.search.cuts))
        if not len(narrow):
            fine = all(row.holds(narrow.settled, self.problem.shape) for row in rows)
            found = Solution(Status.PROVED if fine else Status.INFEASIBLE, np.empty((0, 2), dtype=np.int64))
        else:
            run = replace(self.run, hashes=remainder.hashes(self.run.hashes))
            found = solved(remainder.problem, None, run, SoFar())
        if found.status not in (Status.PROVED, Status.FEASIBLE):
            print("remainder", found.status)
            return without_pairs(Status.FAILED, "wide", (SHORT,))
        pairs = remainder.whole(found.pairs)
        values = {tier.goal: tier.value for tier in reached(self.problem, pairs, {})}
        return Solution(found.status, pairs, tuple(reached(self.problem, pairs, values)), "wide", prices=(prices,))
