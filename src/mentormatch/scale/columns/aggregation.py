"""Identical people: the aggregated market is solved, then disaggregated, ties included."""

from dataclasses import dataclass

import numpy as np

from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, exact_dot
from mentormatch.scale.columns.class_flow import solve_classes
from mentormatch.scale.columns.generation import solve_all_pairs
from mentormatch.scale.columns.master import RestrictedMaster
from mentormatch.scale.columns.overrides import OverrideSolve
from mentormatch.scale.columns.subproblem import PricingProblem
from mentormatch.scale.columns.symmetry import ClassFlow, PeopleClasses
from mentormatch.scale.columns.ties import TieFace, choose_tie_scanner

PAIRS = 1 << 23
"""Of so many pairs of kinds at most a market is solved whole."""
STEPS, MORE = (1 << 30, 1 << 33), 8
"""So many steps at most may have to be expected of that, without and with compiled code, or more if nothing else is
left to do: a part of a second, some seconds.
"""


@dataclass(frozen=True, slots=True)
class AggregatedSolve:
    """The people of a view in kinds, what solves them, and the market of the kinds."""

    alike: PeopleClasses
    solver: RestrictedMaster
    market: PricingProblem

    @classmethod
    def of(cls, view: PricingProblem, solver: RestrictedMaster) -> "AggregatedSolve | None":
        """Return the kinds of people, None where hardly anybody is alike."""
        alike = PeopleClasses.of(view)
        return None if alike is None else cls(alike, solver, alike.aggregate())

    def opening(self) -> tuple[OptimalFace, PrimalDual] | None:
        """Return the optimum of the goals with the pairs that can be in a canonical answer, as far as this is known.

        None where there are too many kinds. If any optimum will do, the pairs are those of one.
        """
        flow = self._flow()
        if flow is None:
            return None
        if self.alike.named:
            return self._by_name(flow)
        answer, optimum = self._told(flow)
        if not self.solver.run.ties:
            return answer, optimum
        return self._left(self._tied(flow, answer))

    def _tied(self, flow: ClassFlow, answer: OptimalFace) -> TieFace:
        """Return what the market of kinds leaves tied, as if nobody was named."""
        none = np.empty(0, dtype=np.int64)
        return TieFace(self.alike, flow, answer, self.solver.run.tie_breaker.anonymized, (none, none))

    def _left(self, tied: TieFace) -> tuple[OptimalFace, PrimalDual]:
        """Return the pairs of tied answers that can be in the canonical one."""
        return tied.left(
            self.solver.solve_ties, choose_tie_scanner(compiled=self.solver.compiled), self.solver.check_deadline
        )

    def _by_name(self, flow: ClassFlow) -> tuple[OptimalFace, PrimalDual] | None:
        """Return the same where some people are named, from the optimum as if they were not."""
        named, tied = OverrideSolve(self.alike, flow, self.solver), self._tied(flow, self.alike.disaggregate(flow))
        opening = named.optimum(
            tied.leading(choose_tie_scanner(compiled=self.solver.compiled), self.solver.check_deadline)
        )
        if not self.solver.run.ties:
            return opening
        left = named.tied(self.market, opening)
        return None if left is None else self._left(left)

    def _flow(self) -> ClassFlow | None:
        """Return the optimum of the market of kinds: of all its pairs, or by way of few of them."""
        single = any(bounds.most.max(initial=0) <= 1 for bounds in self.market.bounds)
        if self._within(1 if single else MORE):
            return solve_classes(self.market, self.solver.check_deadline, compiled=self.solver.compiled)
        return ClassFlow.of(*solve_all_pairs(self.market, self.solver, self._hear)) if single else None

    def _within(self, times: int) -> bool:
        """Return whether the market can be solved whole in so many times as many steps as usual."""
        u, v = self.market.scores.shape
        steps = u * v * (u + v) if self.solver.compiled else max(u, v) ** 2 * (u + v)
        return u * v <= PAIRS // self.alike.view.scores.list_divisor and steps <= times * STEPS[self.solver.compiled]

    def _told(self, flow: ClassFlow) -> tuple[OptimalFace, PrimalDual]:
        """Return an answer of the kinds as one of their people, having told it."""
        answer = self.alike.disaggregate(flow)
        optimum = PrimalDual(np.ones(len(answer), dtype=bool), *self.alike.prices(flow))
        worth = self.alike.view.stage.profit(self.solver.problem, answer.lefts, answer.rights)
        self.solver.report(answer, optimum, exact_dot(worth))
        return answer, optimum

    def _hear(self, face: OptimalFace, optimum: PrimalDual, bound: int) -> None:
        """Tell an answer of few of the pairs of kinds, if it is one of people too."""
        if self.alike.named:
            return
        flow = ClassFlow.of(face, optimum)
        answer = self.alike.disaggregate(flow)
        self.solver.report(answer, PrimalDual(np.ones(len(answer), dtype=bool), *self.alike.prices(flow)), bound)
