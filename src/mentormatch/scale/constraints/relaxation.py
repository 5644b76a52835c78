"""Lagrangian relaxation of separable side constraints (Geoffrion 1974; Fisher 1981), by column generation.

1. Each restricted master is solved at its best multipliers (``multipliers``), and penalised duals price all pairs.
2. If all multipliers are 0 and the rows hold, the optimum of the relaxation is the solution.
3. The solutions that complementary slackness allows form a face; one that satisfies the rows is optimal. The ordinary
   engine solves the few pairs in which they differ, after tie-breaking hashes have reduced their number if necessary.
4. Otherwise there is a gap: rows are strengthened by rounding, once the number of pairs is known (Chvátal 1973), and
   the problem is solved again.
5. Otherwise the gap is closed by reduced-cost fixing (``gap``).
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from mentormatch.assignment.lexicographic import TimeLimitReached, optimize_lexicographically
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.rows import Row
from mentormatch.assignment.model.solution import DualSolution, Solution, Status, empty_solution
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, pair_array
from mentormatch.base.arrays import IntVector
from mentormatch.errors import EngineError
from mentormatch.scale.columns.generation import choose_candidates, generate_columns
from mentormatch.scale.columns.master import RestrictedMaster
from mentormatch.scale.columns.subproblem import PricingProblem, SideVectors
from mentormatch.scale.constraints.gap import NO_ANSWER_NOTE, GapSolve, ReducedProblem, state_optimal, tighten_rows
from mentormatch.scale.constraints.multipliers import DualPoint, MultiplierSearch, SolveHooks
from mentormatch.scale.constraints.rows import DualisedRows
from mentormatch.scoring.scores import MILLION

MAX_TIED = 20_000  # above this number of tied pairs, rounds of hashes with multipliers reduce them first
MAX_HASH_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class TightFace:
    """The face of the pairs that are tight at the multipliers, with ``rows`` tightened accordingly."""

    master: RestrictedMaster
    rows: tuple[Row, ...]
    face: OptimalFace

    def solution(self) -> Solution | None:
        """Return the canonical solution; None if no solution on the face satisfies the rows, so there is a gap.

        If the ordinary engine fails, its solution with the status FAILED is returned.
        """
        # Many ties: reduce them by hashes first; if that fails, solve all
        thinned = self._thin_by_hashes() if len(self.face) > MAX_TIED and self.master.run.ties else None
        return (None if thinned is None else thinned._solve_open()) or self._solve_open()

    def _solve_open(self) -> Solution | None:
        """Return the solution over the pairs of the face by the ordinary engine; None if the rows are infeasible."""
        problem = self.master.problem
        no_minimums = [np.zeros(count, dtype=np.int64) for count in problem.shape]
        reduced = ReducedProblem.of(self.face, self.rows, np.zeros(len(self.face), dtype=np.int64), no_minimums)
        solution = reduced.solve(self.master.run)
        if solution.tiers:
            return state_optimal(problem, solution.pairs, solution.status)
        return solution if solution.status is Status.FAILED else None

    def _thin_by_hashes(self) -> "TightFace | None":
        """Return the face after some rounds of hashes; None if their multipliers prove a gap."""
        face: TightFace | None = self
        for round_number in range(MAX_HASH_ROUNDS):
            face = face._hash_round(round_number) if face else None
            if face is None or len(face.face) <= MAX_TIED:
                break
        return face

    def _hash_round(self, turn: int) -> "TightFace | None":
        """Return the face of the pairs that are tight in a round of hashes; None if no solution satisfies the rows."""
        hashes, face = self.master.run.tie_breaker, self.face
        profit = hashes.of(face.lefts, face.rights, turn)
        dualised = DualisedRows.of(self.rows, face.fixed, self.master.problem.shape)
        hooks = SolveHooks(self._solve, lambda paid: None, ignore_answer, ignore_answer)
        search = MultiplierSearch(dualised, hooks, (int(profit.max(initial=1)),), self.master.max_profit // 2, 0)
        # Lagrangian relaxation with hashes as profits
        search.minimise(face, profit)
        # The bound is below every solution: no tied solution satisfies the rows
        if search.point is None or search.point.bound < 0:
            return None
        multipliers = search.point.multipliers
        rows = tuple(tighten_rows(self.rows, dualised.sum_by_row(multipliers, len(self.rows))))
        return TightFace(
            self.master,
            rows,
            face.restrict_to_optimum(search.point.optimum, dualised.penalise(face, profit, multipliers)),
        )

    def _solve(self, face: OptimalFace, profit: IntVector, prices: SideVectors | None) -> PrimalDual:
        """Return the optimum of a face of tied solutions. Raises EngineError if the face is empty."""
        optimum = self.master.solve_ties(face, profit)
        if optimum is None:
            raise EngineError("A face of tied solutions has become infeasible")
        return optimum


def ignore_answer(face: OptimalFace, optimum: PrimalDual) -> None:
    """Do nothing: solves of hashes have no warm start and report no incumbent."""


def count_proved_pairs(incumbent: Solution | None) -> int | None:
    """Return the number of pairs of every optimum; None if the incumbent does not prove it."""
    first = incumbent.tiers[0] if incumbent is not None else None
    return first.value if first is not None and first.goal == "matched" and first.proved else None


def round_rows(rows: tuple[Row, ...], pairs: int) -> tuple[Row, ...] | None:
    """Return rows strengthened for solutions with ``pairs`` pairs, and a row of that number; None if no row changes.

    Chvátal-Gomory rounding: shift the weights to start at 0, divide by their greatest common divisor, round the bounds.
    """
    rounded = tuple(_round_row(row, pairs) for row in rows)
    if all(new is old for new, old in zip(rounded, rows, strict=True)):
        return None
    return (*rounded, Row("pairs", np.ones((1, 1), dtype=np.int64), pairs, pairs))


def _round_row(row: Row, pairs: int) -> Row:
    """Return a row strengthened, or the same object if there is nothing to round or coefficients are products."""
    if row.factor is not None:
        return row
    # As the number of pairs is known, a constant may be subtracted from every weight
    smallest = int(row.weights.min()) if row.weights.size else 0
    divisor = int(np.gcd.reduce(row.weights - smallest, axis=None))
    if divisor == 0 or (smallest == 0 and divisor == 1):
        return row
    # Totals are multiples of the divisor: bounds are rounded inwards
    lower = None if row.least is None else -((smallest * pairs - row.least) // divisor)
    upper = None if row.most is None else (row.most - smallest * pairs) // divisor
    return replace(row, weights=(row.weights - smallest) // divisor, least=lower, most=upper)


type SolveUnder = Callable[[RestrictedMaster, tuple[Row, ...]], Solution]  # with other rows


@dataclass(slots=True)
class LagrangianSolve:
    """The relaxation of a master's rows: the search for multipliers, and the dual ``bound`` so far.

    ``solve_under`` solves the problem with other rows.
    """

    master: RestrictedMaster
    pricing: PricingProblem
    solve_under: SolveUnder
    bound: int = 0
    search: MultiplierSearch = field(init=False)

    def __post_init__(self) -> None:
        problem, stage, dualised = self.master.problem, self.master.stage, dualised_rows(self.master.problem)
        self.pricing = replace(self.pricing, group=dualised.group)
        # The scales of multipliers: a full score, then twice the weight of each earlier goal
        full_score = stage.score * MILLION or stage.weights[-1][1]
        goal_scales = (full_score, *(2 * weight for _, weight in stage.weights[-2::-1]))
        jump = max(stage.weights[0][1] // max(dualised.max_coefficient, 1) - full_score, 0)
        # Penalties and profits together must stay in the exact range
        max_multiplier = (self.master.max_profit - stage.range) // max(dualised.max_total, 1)
        hooks = SolveHooks(self.master.solve, self.master.shift_duals, self.master.warm_start, self._report)
        least_value = problem.max_pairs * min(stage.low, 0)
        self.search = MultiplierSearch(dualised, hooks, goal_scales, max_multiplier, least_value, jump)

    def solve_dual(self) -> tuple[OptimalFace, PrimalDual]:
        """Return the optimum at the best multipliers over all pairs, on its tight pairs; duals include penalties."""
        candidates = choose_candidates(self.pricing, self.master)
        self.bound = candidates.bound
        return generate_columns(candidates, self.search.minimise, self._lower_bound)

    def _report(self, face: OptimalFace, optimum: PrimalDual) -> None:
        self.master.report(face, optimum, self.bound)

    def _lower_bound(self, face: OptimalFace, optimum: PrimalDual, bound: int) -> None:
        # A bound on solutions without rows is also one with rows
        self.bound = min(self.bound, bound)

    def solution(self, face_optimum: tuple[OptimalFace, PrimalDual]) -> Solution:
        """Return the canonical solution, or the best one found, given the result of ``solve_dual``.

        Without one, the status is INFEASIBLE or FAILED. Raises TimeLimitReached if there is none in time.
        """
        point, profit = self._check_duals(face_optimum)
        # The bound is below every solution: the rows are infeasible
        if point.bound < self.search.least_value:
            return empty_solution(Status.INFEASIBLE, "")
        # A multiplier is at its limit: the dual may be unbounded, nothing is proved
        if max(point.multipliers, default=0) >= self.search.most:
            return empty_solution(Status.FAILED, "", (NO_ANSWER_NOTE,))
        self.bound = min(self.bound, point.bound)
        if self.master.incumbent is not None:
            self.master.report_pairs(self.master.incumbent.pairs, self.bound)
        return self._without_penalties(face_optimum) or self._at_multipliers(face_optimum, point, profit)

    def _check_duals(self, face_optimum: tuple[OptimalFace, PrimalDual]) -> tuple[DualPoint, IntVector]:
        """Return the best point and the penalised profits (e,) of open pairs.

        Raises EngineError if the duals do not prove the optimum.
        """
        (face, penalised), point, dualised = face_optimum, self.search.point, self.search.rows
        if point is None:
            raise EngineError("No multipliers were tried")
        profit = self.pricing.stage.profit(self.master.problem, face.lefts, face.rights)
        profit = dualised.penalise(face, profit, point.multipliers)
        # Weak duality on the penalised profits, in exact integers
        if not face.certifies(dualised.remove_penalties(penalised, point.multipliers), profit):
            raise EngineError("The prices do not prove the assignment")
        return point, profit

    def _without_penalties(self, face_optimum: tuple[OptimalFace, PrimalDual]) -> Solution | None:
        """Return the solution without rows if all multipliers are 0 and it satisfies the rows, else None."""
        point, problem = self.search.point, self.master.problem
        if point is None or any(point.multipliers):
            return None
        face, penalised = face_optimum
        unpenalised = face, self.search.rows.remove_penalties(penalised, point.multipliers)
        solution = optimize_lexicographically(
            problem, self.master.run, [self.pricing.stage], unpenalised, self.master.solve_ties
        )
        return solution if problem.satisfies_rows(solution.pairs) else None

    def _at_multipliers(
        self, face_optimum: tuple[OptimalFace, PrimalDual], point: DualPoint, profit: IntVector
    ) -> Solution:
        """Return the solution by steps 3 to 5, with the duals of the best multipliers; the incumbent if time runs out.

        Raises TimeLimitReached if there is no incumbent then.
        """
        (face, penalised), problem = face_optimum, self.master.problem
        unpenalised = self.search.rows.remove_penalties(penalised, point.multipliers)
        rows = self.search.rows.sum_by_row(point.multipliers, len(problem.rows))
        duals = DualSolution(self.pricing.stage.weights, unpenalised.left, unpenalised.right, rows)
        # Complementary slackness: rows with a multiplier are equations on the optimal face
        tight = TightFace(
            self.master, tuple(tighten_rows(problem.rows, rows)), face.restrict_to_optimum(unpenalised, profit)
        )
        gap = GapSolve(self.master, self.pricing, duals, (penalised.left, penalised.right), self.bound)
        try:
            # Steps 3 to 5
            solution = tight.solution() or self._strengthen_rows() or gap.solution()
        except TimeLimitReached:
            if self.master.incumbent is None:
                raise
            solution = self.master.incumbent
        return replace(solution, prices=(duals,)) if solution.tiers else solution

    def _strengthen_rows(self) -> Solution | None:
        """Return the solution with rounded rows, if it is proved, else None."""
        pairs = count_proved_pairs(self.master.incumbent)
        rows = None if pairs is None else round_rows(self.master.problem.rows, pairs)
        solution = None if rows is None else self.solve_under(self.master, rows)
        if solution is not None and solution.tiers:
            self.master.report_pairs(solution.pairs, self.bound)
        return solution if solution is not None and solution.status is Status.PROVED else None


def dualised_rows(problem: AssignmentProblem) -> DualisedRows:
    return DualisedRows.of(problem.rows, pair_array(problem.pins), problem.shape)
