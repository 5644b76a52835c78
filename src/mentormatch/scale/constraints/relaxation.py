"""Lagrangian relaxation of side constraints: solved at the best multipliers, then rounded or fixed."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from mentormatch.assignment.lexicographic import TimeLimitReached, optimize_lexicographically
from mentormatch.assignment.model.problem import AssignmentProblem, SideConstraint
from mentormatch.assignment.model.solution import DualSolution, Solution, Status, empty_solution
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, pair_array
from mentormatch.base.columns import IntVector
from mentormatch.errors import EngineError
from mentormatch.scale.columns.generation import choose_candidates, generate_columns
from mentormatch.scale.columns.master import RestrictedMaster
from mentormatch.scale.columns.subproblem import PricingProblem
from mentormatch.scale.constraints.gap import SHORT, GapSolve
from mentormatch.scale.constraints.multipliers import DualPoint, MultiplierSearch, SolveHooks
from mentormatch.scale.constraints.row_rounding import count_proved_pairs, round_rows
from mentormatch.scale.constraints.rows import DualisedRows
from mentormatch.scale.constraints.tight_face import TightFace, tighten_rows
from mentormatch.scoring.score import MILLION

type SolveUnder = Callable[[RestrictedMaster, tuple[SideConstraint, ...]], Solution]


@dataclass(slots=True)
class LagrangianSolve:
    """The solver's problem on a view, and the search for what pairs pay; ``bound``: of all answers, as known so far.

    ``solve_under`` solves it once more under other rows.
    """

    solver: RestrictedMaster
    view: PricingProblem
    solve_under: SolveUnder
    bound: int = 0
    search: MultiplierSearch = field(init=False)

    def __post_init__(self) -> None:
        problem, stage, quotas = self.solver.problem, self.solver.stage, dualised_rows(self.solver.problem)
        self.view = replace(self.view, group=quotas.group)
        point = stage.score * MILLION or stage.weights[-1][1]
        scales = (point, *(2 * weight for _, weight in stage.weights[-2::-1]))
        edge = max(stage.weights[0][1] // max(quotas.max_coefficient, 1) - point, 0)
        most = (self.solver.exact - stage.range) // max(quotas.max_total, 1)
        asking = SolveHooks(self.solver.solve, self.solver.shift_duals, self.solver.warm_start, self._hear)
        empty = problem.max_pairs * min(stage.low, 0)
        self.search = MultiplierSearch(quotas, asking, scales, most, empty, edge)

    def opening(self) -> tuple[OptimalFace, PrimalDual]:
        """Return the optimum at the best tolls with its tight pairs; prices are those of ``Search.best``."""
        listing = choose_candidates(self.view, self.solver)
        self.bound = listing.bound
        return generate_columns(listing, self.search.best, self._lower)

    def _hear(self, face: OptimalFace, optimum: PrimalDual) -> None:
        self.solver.report(face, optimum, self.bound)

    def _lower(self, face: OptimalFace, optimum: PrimalDual, bound: int) -> None:
        """Lower the bound: leaving rules out, as a look does, bounds those answers too that keep them."""
        self.bound = min(self.bound, bound)

    def solution(self, opening: tuple[OptimalFace, PrimalDual]) -> Solution:
        """Return the canonical solution, or the best that was found in time."""
        trial, profit = self._proved(opening)
        if trial.bound < self.search.empty:
            return empty_solution(Status.INFEASIBLE, "")
        if max(trial.multipliers, default=0) >= self.search.most:
            return empty_solution(Status.FAILED, "", (SHORT,))
        self.bound = min(self.bound, trial.bound)
        if self.solver.heard is not None:
            self.solver.report_pairs(self.solver.heard.pairs, self.bound)
        return self._free(opening) or self._paid(opening, trial, profit)

    def _proved(self, opening: tuple[OptimalFace, PrimalDual]) -> tuple[DualPoint, IntVector]:
        """Return the trial of an opening, and what its open pairs are worth less what they pay, which it is best in."""
        (face, priced), trial, quotas = opening, self.search.trial, self.search.rows
        if trial is None:
            raise EngineError("No tolls were tried")
        worth = self.view.stage.profit(self.solver.problem, face.lefts, face.rights)
        profit = quotas.penalise(face, worth, trial.multipliers)
        if not face.certifies(quotas.remove_penalties(priced, trial.multipliers), profit):
            raise EngineError("The prices do not prove the assignment")
        return trial, profit

    def _free(self, opening: tuple[OptimalFace, PrimalDual]) -> Solution | None:
        """Return the solution without rules, if nothing is paid for them and it keeps them."""
        trial, problem = self.search.trial, self.solver.problem
        if trial is None or any(trial.multipliers):
            return None
        face, priced = opening
        alone = face, self.search.rows.remove_penalties(priced, trial.multipliers)
        found = optimize_lexicographically(problem, self.solver.run, [self.view.stage], alone, self.solver.solve_ties)
        return found if all(row.is_satisfied_by(found.pairs, problem.shape) for row in problem.rows) else None

    def _paid(self, opening: tuple[OptimalFace, PrimalDual], trial: DualPoint, profit: IntVector) -> Solution:
        """Return the solution at tolls, with their prices; the best so far if there is no time for it."""
        (face, priced), problem = opening, self.solver.problem
        own = self.search.rows.remove_penalties(priced, trial.multipliers)
        rows = self.search.rows.sum_by_row(trial.multipliers, len(problem.rows))
        prices = DualSolution(self.view.stage.weights, own.left, own.right, rows)
        tight = TightFace(self.solver, tuple(tighten_rows(problem.rows, rows)), face.restrict_to_optimum(own, profit))
        near = GapSolve(self.solver, self.view, prices, (priced.left, priced.right), self.bound)
        try:
            found = tight.solution() or self._rounded() or near.solution()
        except TimeLimitReached:
            if self.solver.heard is None:
                raise
            found = self.solver.heard
        return replace(found, prices=(prices,)) if found.tiers else found

    def _rounded(self) -> Solution | None:
        """Return the solution if rows ask for whole numbers that it needs; None if that does not prove it."""
        pairs = count_proved_pairs(self.solver.heard)
        rows = None if pairs is None else round_rows(self.solver.problem.rows, pairs)
        found = None if rows is None else self.solve_under(self.solver, rows)
        if found is not None and found.tiers:
            self.solver.report_pairs(found.pairs, self.bound)
        return found if found is not None and found.status is Status.PROVED else None


def dualised_rows(problem: AssignmentProblem) -> DualisedRows:
    """Return the rows of a problem as bounds on the pairs beside its pins."""
    return DualisedRows.of(problem.rows, pair_array(problem.pins), problem.shape)
