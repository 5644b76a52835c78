"""The opening of a problem in which many people are alike: by the market of their kinds, and no look at all pairs."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mentormatch.assignment.face import Face, Optimum, total
from mentormatch.assignment.wide.alike import Alike, Flow
from mentormatch.assignment.wide.carrying import carried
from mentormatch.assignment.wide.pricing import best_wide
from mentormatch.assignment.wide.solver import Solver
from mentormatch.assignment.wide.tied import Tied, TiedScores, plain
from mentormatch.assignment.wide.view import View

MOST = 1 << 31
"""A market of kinds is solved whole if so many steps at most are to be expected: all pairs, as often as kinds."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """The people of a view in kinds, and what solves them."""

    alike: Alike
    solver: Solver

    @classmethod
    def of(cls, view, solver):
        alike = Alike.of(view)
        return None if alike is None else cls(alike, solver)

    def opening(self):
        market = self.alike.market()
        (u, v), (n, m) = market.scores.shape, self.alike.view.scores.shape
        if u * v * (u + v) <= MOST:
            flow = carried(market, self.solver.heed)
        elif any(b.most.max(initial=0) <= 1 for b in market.bounds):
            flow = Flow.of(*best_wide(market, self.solver.best, self._hear))
        else:
            return None
        answer, prices = self.alike.spread(flow), self.alike.prices(flow)
        optimum = Optimum(np.ones(len(answer), dtype=bool), *prices)
        worth = self.alike.view.stage.worth(self.solver.problem, answer.lefts, answer.rights)
        self.solver.hear(answer, optimum, total(worth))
        if not self.solver.run.ties:
            return answer, optimum
        tied = Tied(self.alike, flow, answer, self.solver.run.hashes.opaque)
        return tied.left(self._solve, plain, self.solver.heed)

    def _solve(self, face, worth):
        return self.solver.tied(face, worth)

    def _hear(self, face, optimum, bound):
        flow = Flow.of(face, optimum)
        answer = self.alike.spread(flow)
        self.solver.hear(answer, Optimum(np.ones(len(answer), dtype=bool), *self.alike.prices(flow)), bound)
