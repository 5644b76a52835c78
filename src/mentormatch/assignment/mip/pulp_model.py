"""A stored problem -> a PuLP model with its goals; the solvers that PuLP finds, and one solve by one of them.

Variables: ``x_i_k`` is 1 if mentor i and mentee k are a pair; ``goal_NAME`` is the value of a goal, so that goals are
optimised one after another, each then bounded by its variable. All names are positions. ``floor`` counts the distinct
scores that the worst pair reaches (thresholds as in Garfinkel 1971). ``leximin`` is the number of pairs, then the
number of pairs at the lowest scores, packed as digits of base "pairs of that score + 1" (Burkard & Rendl 1991). The
model shares no code with the engines: tests compare the engines with it.

Goal variables have no bounds: with redundant bounds, the presolve of HiGHS 1.15 reported some programs as infeasible.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from inspect import signature
from itertools import pairwise

import numpy as np
import pulp
from pulp.constants import LpSolveStatus

from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds
from mentormatch.assignment.model.rows import terms_of_rows
from mentormatch.assignment.model.solution import solve_error
from mentormatch.base.arrays import BoolVector, IntVector
from mentormatch.base.scalars import value_in_words
from mentormatch.errors import EngineError
from mentormatch.languages.translation import tr

# Counts of pairs by score share a goal variable up to this value: floating-point solvers separate all values
MAX_DIGITS = 1 << 20
# Options of a solver given by its name, if it has them; a gap of 0 makes its optimum a proof
EXACT_OPTIONS = {"msg": False, "gapRel": 0, "threads": 1}
FORMER_NAMES = {"PULP_CBC_CMD": "COIN_CMD"}  # names of solvers before PuLP 4
DEFAULT_SOLVER = "HiGHS"

type Terms = Iterable[tuple[pulp.LpVariable, int]]


@dataclass(frozen=True, slots=True)
class GoalVariable:
    """A goal, or a part of ``leximin``, as one variable of the model.

    ``value`` computes the variable from chosen pairs in integers; ``magnitude`` bounds it. ``levels`` are the scores
    that the variable counts, empty if the variable is the value of the goal itself.
    """

    goal: str
    variable: pulp.LpVariable
    value: Callable[[BoolVector], int]
    magnitude: int
    sense: int = 1
    levels: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class SolverOutcome:
    """The solver's status, the ``chosen`` pairs (e,) bool if there are any, and its bound if it reports one."""

    status: LpSolveStatus
    chosen: BoolVector | None
    bound: float | None


class PulpModel:
    """The model of a problem: ``program`` for PuLP, and its goals as ``stages``, first to last."""

    def __init__(self, problem: AssignmentProblem) -> None:
        if not problem.scores.stored:
            expected = tr("un problème dont les scores sont en mémoire")
            raise solve_error("problem", tr("des scores calculés à la demande"), expected)
        self.problem = problem
        self.mentors, self.mentees = problem.scores.pairs()
        self.scores = problem.scores.at(self.mentors, self.mentees)
        self.program = pulp.LpProblem("assignment", pulp.LpMaximize)
        names = zip(self.mentors.tolist(), self.mentees.tolist(), strict=True)
        self.pairs = [self._binary(f"x_{mentor}_{mentee}") for mentor, mentee in names]
        self._no_term = self.program.add_variable("zero", 0, 0)  # PuLP drops a row without terms
        self._add_degrees("mentor", problem.mentors, self.mentors)
        self._add_degrees("mentee", problem.mentees, self.mentees)
        for position, (row, terms) in enumerate(zip(problem.rows, self._terms_of_rows(), strict=True)):
            self._add_bounds(f"row_{position}", terms, row.least, row.most)
        pinned = problem.contains(problem.pins, self.mentors, self.mentees)
        self._add_bounds("pins", self._terms(pinned.astype(np.int64)), len(problem.pins), None)
        self.stages = [stage for goal in problem.goals for stage in self._stages(goal)]
        self.maximise(self.stages[0])

    def maximise(self, stage: GoalVariable) -> None:
        """Make the goal of a stage the objective of the program."""
        self.program.setObjective(pulp.lpSum_vars_coefs([(stage.variable, stage.sense)]))

    def keep(self, stage: GoalVariable, value: int) -> None:
        """Bound a goal by the value reached, in all later solves."""
        bounds = (value, None) if stage.sense > 0 else (None, value)
        self._add_bounds(f"keep_{stage.variable.name}", [(stage.variable, 1)], *bounds)

    def exclude(self, chosen: BoolVector, name: str) -> pulp.LpVariable:
        """Exclude a choice of pairs, until the returned variable is fixed to 1."""
        waived = self._binary(name)
        waived.upBound = 0
        signs = np.where(chosen, -1, 1)
        self._add_bounds(f"differ_{name}", [*self._terms(signs), (waived, 1)], 1 - int(chosen.sum()), None)
        return waived

    def solve(self, solver: pulp.LpSolver, seconds: float | None) -> SolverOutcome:
        """Return the result of a solver within ``seconds``, and within its own limit.

        Raises
        ------
        EngineError
            If the solver does not run, or its status is inconclusive.
        """
        solver = copy(solver)
        limits = [limit for limit in (seconds, solver.timeLimit) if limit is not None]
        solver.timeLimit = min(limits) if limits else None
        try:
            stats = self.program.solve(solver)
        except pulp.PulpError as error:
            raise EngineError(f"{solver.name} did not run ({type(error).__name__})") from error
        status = LpSolveStatus(stats.status)
        highs_status = getattr(self.program.solverModel, "getModelStatus", lambda: None)()
        # Every variable has bounds, so "unbounded or infeasible" means infeasible
        if getattr(highs_status, "name", "") == "kUnboundedOrInfeasible":
            status = LpSolveStatus.Infeasible
        if status in (LpSolveStatus.Undefined, LpSolveStatus.Unbounded, LpSolveStatus.NumericalError):
            raise EngineError(f"{solver.name} gave up: {status.name}")
        if not stats.has_solution:
            return SolverOutcome(status, None, stats.best_bound)
        values = np.array([variable.varValue or 0.0 for variable in self.pairs])
        return SolverOutcome(status, values > 0.5, stats.best_bound)

    def additive_stage(
        self, goal: str, profit: IntVector, *, part: str = "", constant: int = 0, sense: int = 1
    ) -> GoalVariable:
        """Return the stage of a goal, or a ``part`` of one: ``constant`` + the sum of ``profit`` (e,)."""
        name = goal + part
        magnitude = abs(constant) + self.problem.max_pairs * int(np.abs(profit).max(initial=0))
        variable = self.program.add_variable(f"goal_{name}")
        self._add_bounds(f"value_{name}", [*self._terms(profit), (variable, -1)], -constant, -constant)
        return GoalVariable(goal, variable, lambda choice: constant + int(profit[choice].sum()), magnitude, sense)

    def _binary(self, name: str) -> pulp.LpVariable:
        return self.program.add_variable(name, 0, 1, "Integer")

    def _terms(self, coefficients: IntVector) -> list[tuple[pulp.LpVariable, int]]:
        """Return the terms of a row over all pairs, without zeros."""
        return [(self.pairs[pair], int(coefficients[pair])) for pair in np.flatnonzero(coefficients).tolist()]

    def _terms_of_rows(self) -> Iterator[Terms]:
        rows = terms_of_rows(self.problem.rows, self.mentors, self.mentees, self.problem.shape)
        for indices, weights in rows:
            yield [(self.pairs[pair], weight) for pair, weight in zip(indices.tolist(), weights.tolist(), strict=True)]

    def _add_bounds(self, name: str, terms: Terms, lower: int | None, upper: int | None) -> None:
        """Add a row ``least <= terms <= most``, as one constraint, or two if the bounds differ."""
        total = pulp.lpSum_vars_coefs(terms or [(self._no_term, 1)])
        if lower is not None and lower == upper:
            self.program.addConstraint(total == lower, name)
            return
        if lower is not None:
            self.program.addConstraint(total >= lower, f"{name}_least")
        if upper is not None:
            self.program.addConstraint(total <= upper, f"{name}_most")

    def _add_degrees(self, side: str, loads: DegreeBounds, people: IntVector) -> None:
        """Add the degree bounds of each person; a conditional minimum binds only if the person is used."""
        bounds = zip(loads.firm_minimum.tolist(), loads.most.tolist(), loads.least.tolist(), strict=True)
        for person, (firm_minimum, max_degree, min_degree) in enumerate(bounds):
            pairs = np.flatnonzero(people == person).tolist()
            terms = [(self.pairs[pair], 1) for pair in pairs]
            if firm_minimum > 0 or max_degree < len(pairs):
                self._add_bounds(f"{side}_{person}", terms, firm_minimum or None, max_degree)
            if loads.conditional[person]:
                used = self._binary(f"used_{side}_{person}")
                self._add_bounds(f"minimum_{side}_{person}", [*terms, (used, -min_degree)], 0, None)
                for pair in pairs:
                    row = f"used_{side}_{person}_{self.pairs[pair].name}"
                    self._add_bounds(row, [(self.pairs[pair], 1), (used, -1)], None, 0)

    def _stages(self, goal: str) -> Iterator[GoalVariable]:
        problem = self.problem
        match goal:
            case "matched":
                yield self.additive_stage(goal, np.ones_like(self.scores))
            case "total":
                yield self.additive_stage(goal, self.scores)
            case "priority":
                profit = np.zeros_like(self.scores)
                for weights, people in (
                    (problem.mentor_priority, self.mentors),
                    (problem.mentee_priority, self.mentees),
                ):
                    profit += 0 if weights is None else weights[people]
                yield self.additive_stage(goal, profit)
            case "changes":
                former = problem.contains(problem.former, self.mentors, self.mentees)
                broken = -former.astype(np.int64)
                yield self.additive_stage(goal, broken, constant=len(problem.former), sense=-1)
            case "floor":
                yield self._worst_pair()
            case "floor_person":
                yield self._worst_mentee()
            case "leximin":
                yield from self._leximin()

    def _worst_pair(self) -> GoalVariable:
        """Return the stage of ``floor``: binary t_l means that no pair is below levels[l], and 0 is a level."""
        levels = sorted({0, *self.scores.tolist()})
        reached = [self._binary(f"floor_{level}") for level in range(1, len(levels))]
        for level, (lower, upper) in enumerate(pairwise(reached), 2):
            self._add_bounds(f"order_floor_{level}", [(upper, 1), (lower, -1)], None, 0)
        ranks = np.searchsorted(levels, self.scores)
        for pair in np.flatnonzero(ranks < len(reached)).tolist():
            terms = [(self.pairs[pair], 1), (reached[ranks[pair]], 1)]
            self._add_bounds(f"below_floor_{self.pairs[pair].name}", terms, None, 1)
        # Without pairs the value is 0
        positive = [level for level in range(1, len(levels)) if levels[level] > 0][:1]
        for level in positive:
            all_pairs = self._terms(np.ones_like(self.scores))
            self._add_bounds(
                "any_pair_floor", [(reached[level - 1], 1), *((pair, -1) for pair, _ in all_pairs)], None, 0
            )
        variable = self.program.add_variable("goal_floor")
        self._add_bounds("value_floor", [*((binary, 1) for binary in reached), (variable, -1)], 0, 0)

        def value(choice: BoolVector) -> int:
            return levels.index(int(self.scores[choice].min()) if choice.any() else 0)

        return GoalVariable("floor", variable, value, len(levels), levels=levels)

    def _worst_mentee(self) -> GoalVariable:
        """Return the stage of ``floor_person``: a variable below the sum of each mentee who may have a partner."""
        problem = self.problem
        eligible = np.flatnonzero(problem.scores.has_partner(problem.mentors.most > 0) & (problem.mentees.most > 0))
        magnitude = problem.max_pairs * int(np.abs(self.scores).max(initial=0)) if len(eligible) else 0
        variable = self.program.add_variable("goal_floor_person")
        if not len(eligible):
            self._add_bounds("value_floor_person", [(variable, 1)], 0, 0)
        for mentee in eligible.tolist():
            terms = self._terms(np.where(self.mentees == mentee, self.scores, 0))
            self._add_bounds(f"sum_mentee_{mentee}", [*terms, (variable, -1)], 0, None)

        def value(choice: BoolVector) -> int:
            sums = [int(self.scores[choice & (self.mentees == mentee)].sum()) for mentee in eligible.tolist()]
            return min(sums, default=0)

        return GoalVariable("floor_person", variable, value, magnitude)

    def _leximin(self) -> Iterator[GoalVariable]:
        """Yield the number of pairs, then weighted numbers of pairs at the lowest scores, a few scores per stage."""
        yield self.additive_stage("leximin", np.ones_like(self.scores), part="_pairs")
        levels, counts = np.unique(self.scores, return_counts=True)
        remaining = list(zip(levels.tolist(), (counts + 1).tolist(), strict=True))
        for part in range(len(remaining)):
            if not remaining:
                return
            # Mixed radix: the weight of a score is the product of the bases of all higher scores of this stage
            used, size = 1, remaining[0][1]
            while used < len(remaining) and size * remaining[used][1] <= MAX_DIGITS:
                size *= remaining[used][1]
                used += 1
            profit, weight = np.zeros_like(self.scores), 1
            for level, base in reversed(remaining[:used]):
                profit[self.scores == level] = weight
                weight *= base
            yield self.additive_stage("leximin", profit, part=f"_{part}", sense=-1)
            remaining = remaining[used:]


def find_solver(solver: object) -> tuple[pulp.LpSolver, bool]:
    """Return the named solver, or the object given, and whether this function set its gap to 0: never for an object.

    None: HiGHS, else the first solver found.

    Raises
    ------
    RequestError
        If PuLP does not know or find the solver; the error lists the solvers found.
    """
    available = pulp.listSolvers(onlyAvailable=True)
    expected = tr("un solveur que PuLP trouve ici : {known}", known=", ".join(available) or "-")
    if isinstance(solver, pulp.LpSolver):
        if not solver.available():
            raise solve_error("solver", solver.name, expected)
        return solver, False
    name = solver
    if solver is None:
        name = DEFAULT_SOLVER if DEFAULT_SOLVER in available else next(iter(available), None)
    name = FORMER_NAMES.get(name, name) if isinstance(name, str) else name
    if not isinstance(name, str) or name not in available:
        raise solve_error("solver", repr(solver) if isinstance(solver, str) else value_in_words(solver), expected)
    parameters = signature(type(pulp.getSolver(name)).__init__).parameters
    options = {option: value for option, value in EXACT_OPTIONS.items() if option in parameters}
    return pulp.getSolver(name, **options), "gapRel" in options
