"""Lagrangian relaxation of separable side constraints (Geoffrion 1974; Fisher 1981), by column generation.

1. Each restricted master is solved at its best multipliers (``multipliers``), and penalised duals price all pairs. 2.
If all multipliers are 0 and the rows are kept, the relaxation is the answer. 3. No gap: the answers that complementary
slackness allows form a face; one that keeps the rows is optimal. The few pairs that they differ in go to the ordinary
engine, thinned by tie-breaking hashes where they are many. 4. Else rows are strengthened by rounding, once the number
of pairs is known (Chvátal 1973), and solved again. 5. Else the gap is closed by reduced-cost fixing (``gap``).
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
from mentormatch.scale.constraints.gap import SHORT, GapSolve, ReducedProblem, state_optimal, tighten_rows
from mentormatch.scale.constraints.multipliers import DualPoint, MultiplierSearch, SolveHooks
from mentormatch.scale.constraints.rows import DualisedRows
from mentormatch.scoring.scores import MILLION

MAX_TIED = 20_000
"""Of more tied pairs than these, hashes settle some first, under multipliers of their own."""
ROUNDS = 3
"""So many rounds of hashes are tried for that."""


@dataclass(frozen=True, slots=True)
class TightFace:
    """The face of pairs that are tight at the multipliers, with ``rows`` tightened to what the multipliers ask for."""

    master: RestrictedMaster
    rows: tuple[Row, ...]
    face: OptimalFace

    def solution(self) -> Solution | None:
        """Return the canonical solution, None if the face has no answer that keeps the rows: there is a gap."""
        # Many ties: settle some by hashes first; if that fails, solve all.
        thin = self._thin_by_hashes() if len(self.face) > MAX_TIED and self.master.run.ties else None
        return (None if thin is None else thin._solve_open()) or self._solve_open()

    def _solve_open(self) -> Solution | None:
        """Return the solution of the pairs that answers of the face differ in, by the ordinary engine."""
        problem = self.master.problem
        none = [np.zeros(count, dtype=np.int64) for count in problem.shape]
        left = ReducedProblem.of(self.face, self.rows, np.zeros(len(self.face), dtype=np.int64), none)
        found = left.solve(self.master.run)
        if found.tiers:
            return state_optimal(problem, found.pairs, found.status)
        return found if found.status is Status.FAILED else None

    def _thin_by_hashes(self) -> "TightFace | None":
        """Return the face after some rounds of hashes; None if their multipliers leave a gap for sure."""
        work: TightFace | None = self
        for turn in range(ROUNDS):
            work = work._hash_round(turn) if work else None
            if work is None or len(work.face) <= MAX_TIED:
                break
        return work

    def _hash_round(self, turn: int) -> "TightFace | None":
        """Return the face of the answers that are best in a round of hashes, None if there are none."""
        hashes, face = self.master.run.tie_breaker, self.face
        profit = hashes.of(face.lefts, face.rights, turn)
        dualised = DualisedRows.of(self.rows, face.fixed, self.master.problem.shape)
        hooks = SolveHooks(self._solve, lambda paid: None, ignore_answer, ignore_answer)
        search = MultiplierSearch(dualised, hooks, (int(profit.max(initial=1)),), self.master.max_profit // 2, 0)
        # The same relaxation, one level down: hashes are the profits, rows have multipliers.
        search.minimise(face, profit)
        # The hashes' relaxation is below any answer: no tied answer keeps the rows.
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
        """Return the optimum of a face of tied answers."""
        found = self.master.solve_ties(face, profit)
        if found is None:
            raise EngineError("An answer was lost between two stages")
        return found


def ignore_answer(face: OptimalFace, optimum: PrimalDual) -> None:
    """Ignore an answer: each solve of hashes begins anew."""


def count_proved_pairs(best: Solution | None) -> int | None:
    """Return how many pairs every optimum has, if the incumbent proves it: the first goal counts them."""
    first = best.tiers[0] if best is not None else None
    return first.value if first is not None and first.goal == "matched" and first.proved else None


def round_rows(rows: tuple[Row, ...], pairs: int) -> tuple[Row, ...] | None:
    """Return rows that the same answers of ``pairs`` pairs keep, strengthened; None if none became stronger.

    A Chvátal-Gomory rounding: shift the weights to begin at 0, divide by their greatest common divisor, round the
    bounds.
    """
    found = tuple(_round_row(row, pairs) for row in rows)
    if all(one is other for one, other in zip(found, rows, strict=True)):
        return None
    return (*found, Row("pairs", np.ones((1, 1), dtype=np.int64), pairs, pairs))


def _round_row(row: Row, pairs: int) -> Row:
    """Return a row strengthened; the same row if there is nothing to round, or it counts products."""
    if row.factor is not None:
        return row
    # With the number of pairs known, a constant may be taken off every weight.
    least = int(row.weights.min()) if row.weights.size else 0
    step = int(np.gcd.reduce(row.weights - least, axis=None))
    if step == 0 or (least == 0 and step == 1):
        return row
    # Integer multiples of the step: bounds round inwards.
    low = None if row.least is None else -((least * pairs - row.least) // step)
    high = None if row.most is None else (row.most - least * pairs) // step
    return replace(row, weights=(row.weights - least) // step, least=low, most=high)


type SolveUnder = Callable[[RestrictedMaster, tuple[Row, ...]], Solution]
"""Solves the problem of a master under other rows."""


@dataclass(slots=True)
class LagrangianSolve:
    """The relaxation of a master's rows: the search for multipliers, and the dual ``bound`` so far.

    ``solve_under`` solves the problem once more under other rows.
    """

    master: RestrictedMaster
    pricing: PricingProblem
    solve_under: SolveUnder
    bound: int = 0
    search: MultiplierSearch = field(init=False)

    def __post_init__(self) -> None:
        problem, stage, dualised = self.master.problem, self.master.stage, dualised_rows(self.master.problem)
        self.pricing = replace(self.pricing, group=dualised.group)
        # The scales of multipliers: a point, then a unit of each earlier goal, twice.
        point = stage.score * MILLION or stage.weights[-1][1]
        goal_scales = (point, *(2 * weight for _, weight in stage.weights[-2::-1]))
        jump = max(stage.weights[0][1] // max(dualised.max_coefficient, 1) - point, 0)
        # Penalties and profits together must stay exact.
        most = (self.master.max_profit - stage.range) // max(dualised.max_total, 1)
        hooks = SolveHooks(self.master.solve, self.master.shift_duals, self.master.warm_start, self._report)
        least_value = problem.max_pairs * min(stage.low, 0)
        self.search = MultiplierSearch(dualised, hooks, goal_scales, most, least_value, jump)

    def opening(self) -> tuple[OptimalFace, PrimalDual]:
        """Return the optimum at the best multipliers over all pairs, on its tight pairs; duals also pay penalties."""
        listing = choose_candidates(self.pricing, self.master)
        self.bound = listing.bound
        return generate_columns(listing, self.search.minimise, self._lower_bound)

    def _report(self, face: OptimalFace, optimum: PrimalDual) -> None:
        """Report a feasible answer with the bound so far."""
        self.master.report(face, optimum, self.bound)

    def _lower_bound(self, face: OptimalFace, optimum: PrimalDual, bound: int) -> None:
        """Lower the bound: what bounds answers without rows, as a scan does, bounds those with rows."""
        self.bound = min(self.bound, bound)

    def solution(self, opening: tuple[OptimalFace, PrimalDual]) -> Solution:
        """Return the canonical solution, or the best that was found in time."""
        point, profit = self._check_duals(opening)
        # The relaxation is below any answer: the rows are infeasible.
        if point.bound < self.search.least_value:
            return empty_solution(Status.INFEASIBLE, "")
        # A multiplier at its limit: the dual may be unbounded, nothing is proved.
        if max(point.multipliers, default=0) >= self.search.most:
            return empty_solution(Status.FAILED, "", (SHORT,))
        self.bound = min(self.bound, point.bound)
        if self.master.incumbent is not None:
            self.master.report_pairs(self.master.incumbent.pairs, self.bound)
        return self._without_penalties(opening) or self._at_multipliers(opening, point, profit)

    def _check_duals(self, opening: tuple[OptimalFace, PrimalDual]) -> tuple[DualPoint, IntVector]:
        """Return the best point and the penalised profits (e,) of the open pairs, having verified the duals on them."""
        (face, priced), point, dualised = opening, self.search.point, self.search.rows
        if point is None:
            raise EngineError("No multipliers were tried")
        profit = self.pricing.stage.profit(self.master.problem, face.lefts, face.rights)
        profit = dualised.penalise(face, profit, point.multipliers)
        # Weak duality on the penalised profits, in exact integers.
        if not face.certifies(dualised.remove_penalties(priced, point.multipliers), profit):
            raise EngineError("The prices do not prove the assignment")
        return point, profit

    def _without_penalties(self, opening: tuple[OptimalFace, PrimalDual]) -> Solution | None:
        """Return the solution without rows, if no multiplier is above 0 and it keeps them."""
        point, problem = self.search.point, self.master.problem
        if point is None or any(point.multipliers):
            return None
        face, priced = opening
        alone = face, self.search.rows.remove_penalties(priced, point.multipliers)
        found = optimize_lexicographically(
            problem, self.master.run, [self.pricing.stage], alone, self.master.solve_ties
        )
        return found if problem.satisfies_rows(found.pairs) else None

    def _at_multipliers(self, opening: tuple[OptimalFace, PrimalDual], point: DualPoint, profit: IntVector) -> Solution:
        """Return the solution at the best multipliers, with their duals; the incumbent if time runs out."""
        (face, priced), problem = opening, self.master.problem
        own = self.search.rows.remove_penalties(priced, point.multipliers)
        rows = self.search.rows.sum_by_row(point.multipliers, len(problem.rows))
        prices = DualSolution(self.pricing.stage.weights, own.left, own.right, rows)
        # Complementary slackness: rows with a multiplier are equalities on the optimal face.
        tight = TightFace(self.master, tuple(tighten_rows(problem.rows, rows)), face.restrict_to_optimum(own, profit))
        gap = GapSolve(self.master, self.pricing, prices, (priced.left, priced.right), self.bound)
        try:
            # Steps 3 to 5: no gap, or stronger rows, or fixing.
            found = tight.solution() or self._strengthen_rows() or gap.solution()
        except TimeLimitReached:
            if self.master.incumbent is None:
                raise
            found = self.master.incumbent
        return replace(found, prices=(prices,)) if found.tiers else found

    def _strengthen_rows(self) -> Solution | None:
        """Return the solution under rounded rows, if it is proved; None if there is nothing to round."""
        pairs = count_proved_pairs(self.master.incumbent)
        rows = None if pairs is None else round_rows(self.master.problem.rows, pairs)
        found = None if rows is None else self.solve_under(self.master, rows)
        if found is not None and found.tiers:
            self.master.report_pairs(found.pairs, self.bound)
        return found if found is not None and found.status is Status.PROVED else None


def dualised_rows(problem: AssignmentProblem) -> DualisedRows:
    """Return the rows of a problem as bounds on the pairs beside its pins."""
    return DualisedRows.of(problem.rows, pair_array(problem.pins), problem.shape)
