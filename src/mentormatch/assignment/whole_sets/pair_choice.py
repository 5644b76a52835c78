"""Where sets are too many: pairs by integer programs, on what reduced costs leave (Dantzig, Fulkerson & Johnson 1954).

A pair whose reduced profit is further from 0 than the gap to the incumbent is settled. Of a few hundred pairs the rest
goes to branch and cut (Achterberg 2007, as in HiGHS): profit first, then hashes among the choices that are worth as
much, then by a no-good cut the best other one (Balas and Jeroslow 1972), until there is none.
"""

from collections.abc import Callable
from dataclasses import dataclass

import highspy
import numpy as np

from mentormatch.assignment.engine import SolveOptions
from mentormatch.assignment.lexicographic import MOST_ROUNDS, TimeLimitReached
from mentormatch.assignment.mip.program_model import Program, SolverResult, SolverStatus, SparseRows, grouped
from mentormatch.assignment.mip.simplex import (
    ALMOST_ONE,
    DEFAULT_TOLERANCE,
    TIGHT_TOLERANCE,
    WORDS,
    highs_model,
    row_scales,
)
from mentormatch.assignment.model.problem import DegreeBounds
from mentormatch.assignment.pair_program import PairConstraint, PairModel, build_program
from mentormatch.assignment.whole_sets.set_model import SetModel
from mentormatch.base.arrays import BoolVector, IntVector
from mentormatch.errors import EngineError

HALF = 0.5
SLACK = 1e-6
"""A solver's bound may miss a whole number by its last digits."""


@dataclass(frozen=True, slots=True)
class PairChoice:
    """The choice of pairs of a model, of which ``forced`` (e,) are in every one that is worth looking for."""

    model: SetModel
    forced: BoolVector
    run: SolveOptions

    def best(self) -> tuple[IntVector, int] | None:
        """Return the pairs of the greatest profit that were found, and a bound; None if there is no choice.

        Raises TimeLimitReached if none was found in time.
        """
        answer = self._maximise(self.model.profit, ())
        chosen = self._checked(answer)
        if chosen is None:
            return None
        value = int(self.model.profit[chosen].sum())
        bound = value if answer.bound is None else max(value, int(np.floor(answer.bound + SLACK)))
        return chosen, value if answer.word is SolverStatus.OPTIMAL else bound

    def canonical(self, chosen: IntVector, hashes: Callable[[int], IntVector]) -> IntVector:
        """Return, of the choices worth as much as ``chosen``, that of the greatest hashes by rounds.

        Raises TimeLimitReached if that is not known in time.
        """
        kept = [PairConstraint.on(self.model.profit, int(self.model.profit[chosen].sum()))]
        for turn in range(MOST_ROUNDS):
            worth = hashes(turn)
            # From the second round on: the best other choice
            cut = [] if turn == 0 else [self._other_than(chosen)]
            answer = self._maximise(worth, (*kept, *cut))
            if answer.word is SolverStatus.STOPPED:
                raise TimeLimitReached
            rival, own = self._checked(answer), int(worth[chosen].sum())
            if turn and (rival is None or worth[rival].sum() < own):
                return chosen
            chosen = rival if rival is not None and worth[rival].sum() >= own else chosen
            kept.append(PairConstraint.on(worth, int(worth[chosen].sum())))
        raise EngineError(f"Ties are left after {MOST_ROUNDS} rounds")

    def _maximise(self, worth: IntVector, more: tuple[PairConstraint, ...]) -> SolverResult:
        """Return the solver's answer for a profit of pairs, under more constraints."""
        if self.run.timed_out:
            raise TimeLimitReached
        pool = _pair_model(self.model, self.forced, more)
        every = np.ones(len(pool), dtype=bool)
        return _solve_with_highs(build_program(pool, worth, every, whole=True).program, self.run.remaining_s)

    def _checked(self, answer: SolverResult) -> IntVector | None:
        """Return the pairs of an answer that keeps every rule; None if there is no choice."""
        if answer.word is SolverStatus.INFEASIBLE:
            return None
        if answer.values is None:
            raise TimeLimitReached
        chosen = np.flatnonzero(answer.values[: len(self.model.owners)] > HALF)
        if not self.model.holds(chosen):
            raise EngineError("The solver's answer is not whole, or breaks a bound")
        return chosen

    def _other_than(self, chosen: IntVector) -> PairConstraint:
        """Return the constraint that exactly this choice violates."""
        weights = np.ones(len(self.model.owners), dtype=np.int64)
        weights[chosen] = -1
        return PairConstraint.on(weights, 1 - len(chosen))


def _pair_model(model: SetModel, forced: BoolVector, more: tuple[PairConstraint, ...]) -> PairModel:
    """Return the model of pairs; owners stand for mentors."""
    places = grouped(model.owners, model.shape[0])
    hours = [
        PairConstraint(own[model.needs[own] > 0], model.needs[own][model.needs[own] > 0], None, most)
        for own, most, row in zip(places, model.hours.tolist(), model.rows.tolist(), strict=True)
        if row >= 0
    ]
    never = np.zeros(model.shape[1], dtype=bool)
    sides = DegreeBounds(model.fewest, model.places, model.idle), DegreeBounds(model.least, model.most, never)
    return PairModel(model.owners, model.items, forced, (*hours, *more), sides)


def _solve_with_highs(program: Program, seconds: float | None) -> SolverResult:
    """Return the answer of HiGHS's MIP solver to a 0-1 program, with its bound.

    What it answers is checked in integers; a loose tolerance comes first, as that takes half the time or less.
    """
    for tolerance in (DEFAULT_TOLERANCE, TIGHT_TOLERANCE):
        answer = _solve_at(program, seconds, tolerance)
        if answer is not None and (answer.word is not SolverStatus.OPTIMAL or answer.holds(program)):
            return answer
    raise EngineError("HiGHS gave up twice")


def _solve_at(program: Program, seconds: float | None, tolerance: float) -> SolverResult | None:
    """Return the answer of HiGHS at a feasibility tolerance, None if it gives up."""
    model = highspy.Highs()
    model.silent()
    options = {
        "threads": 1,
        "mip_rel_gap": 0.0,
        "mip_abs_gap": ALMOST_ONE,
        "mip_feasibility_tolerance": tolerance,
        "primal_feasibility_tolerance": tolerance,
    }
    if seconds is not None:
        options["time_limit"] = seconds
    for name, value in options.items():
        model.setOptionValue(name, value)
    rows = SparseRows.of(program)
    whole = highs_model(program.worth.astype(np.float64), program.lower_bounds, rows, row_scales(rows))
    whole.integrality_ = [highspy.HighsVarType.kInteger] * len(program.names)
    model.passModel(whole)
    model.run()
    word, info = WORDS.get(model.getModelStatus()), model.getInfo()
    if word is None or info.primal_solution_status != int(highspy.SolutionStatus.kSolutionStatusFeasible):
        return None if word is None else SolverResult(word)
    return SolverResult(word, np.array(model.getSolution().col_value), float(info.mip_dual_bound))
