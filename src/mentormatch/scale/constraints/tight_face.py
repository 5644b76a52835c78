"""No duality gap: the face that complementary slackness leaves at the multipliers, thinned by hashes and solved.

It then reaches each bound that is paid for. The pairs that some of these answers take and others leave are few, and are
solved as any problem that couples pairs.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem, SideConstraint
from mentormatch.assignment.model.scores import IntMatrix
from mentormatch.assignment.model.solution import Solution, Status
from mentormatch.assignment.objective import evaluate_tiers
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual
from mentormatch.base.columns import IntVector
from mentormatch.errors import EngineError
from mentormatch.scale.columns.master import RestrictedMaster
from mentormatch.scale.columns.subproblem import PerSide
from mentormatch.scale.constraints.multipliers import MultiplierSearch, SolveHooks
from mentormatch.scale.constraints.remainder import ReducedProblem
from mentormatch.scale.constraints.rows import DualisedRows

MOST_TIED = 20_000
"""Of more pairs that are left tied, hashes settle some first, by tolls too."""
ROUNDS = 3
"""So many rounds of hashes are tried for that."""


@dataclass(frozen=True, slots=True)
class TightFace:
    """What is left open among the pairs that lose nothing at tolls, ``rows`` being kept as these ask for."""

    solver: RestrictedMaster
    rows: tuple[SideConstraint, ...]
    face: OptimalFace

    def solution(self) -> Solution | None:
        """Return the canonical solution, None if no answer is among these pairs."""
        thin = self._thinned() if len(self.face) > MOST_TIED and self.solver.run.ties else None
        return (None if thin is None else thin._of_open()) or self._of_open()

    def _of_open(self) -> Solution | None:
        problem = self.solver.problem
        none = [np.zeros(count, dtype=np.int64) for count in problem.shape]
        left = ReducedProblem.of(self.face, self.rows, np.zeros(len(self.face), dtype=np.int64), none)
        found = left.solved(self.solver.run)
        if found.tiers:
            return state_optimal(problem, found.pairs, found.status)
        return found if found.status is Status.FAILED else None

    def _thinned(self) -> "TightFace | None":
        """Return what some rounds of hashes leave, if their tolls leave no gap; None if they leave one for sure."""
        work: TightFace | None = self
        for turn in range(ROUNDS):
            work = work._after(turn) if work else None
            if work is None or len(work.face) <= MOST_TIED:
                break
        return work

    def _after(self, turn: int) -> "TightFace | None":
        """Return the answers that are the best in a round of hashes, None if there are none."""
        hashes, face = self.solver.run.tie_breaker, self.face
        profit = hashes.of(face.lefts, face.rights, turn)
        quotas = DualisedRows.of(self.rows, face.fixed, self.solver.problem.shape)
        asking = SolveHooks(self._solve, lambda paid: None, _unheard, _unheard)
        search = MultiplierSearch(quotas, asking, (int(profit.max(initial=1)),), self.solver.exact // 2, 0)
        search.best(face, profit)
        if search.trial is None or search.trial.bound < 0:
            return None
        tolls = search.trial.multipliers
        rows = tuple(tighten_rows(self.rows, quotas.sum_by_row(tolls, len(self.rows))))
        return TightFace(
            self.solver, rows, face.restrict_to_optimum(search.trial.optimum, quotas.penalise(face, profit, tolls))
        )

    def _solve(self, face: OptimalFace, profit: IntVector, prices: PerSide | None) -> PrimalDual:
        found = self.solver.solve_ties(face, profit)
        if found is None:
            raise EngineError("An answer was lost between two stages")
        return found


def _unheard(face: OptimalFace, optimum: PrimalDual) -> None:
    """Hear nothing: each solve begins anew."""


def tighten_rows(rows: tuple[SideConstraint, ...], prices: tuple[int, ...]) -> Iterator[SideConstraint]:
    """Yield rows as the optimum keeps them if their prices leave no gap: those that have one at that bound."""
    for row, price in zip(rows, prices, strict=True):
        yield replace(row, least=row.most if price > 0 else row.least, most=row.least if price < 0 else row.most)


def state_optimal(problem: AssignmentProblem, pairs: IntMatrix, status: Status) -> Solution:
    """Return an answer that is the best in all goals; its status says whether ties are settled."""
    values = {tier.goal: tier.value for tier in evaluate_tiers(problem, pairs, {})}
    return Solution(status, pairs, tuple(evaluate_tiers(problem, pairs, values)))
