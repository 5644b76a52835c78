"""The engine for scores that are not stored: which rows are dualised, and which algorithm solves what is left.

- Goals alone: by classes of identical people if there are few, else column generation.
- Separable rows: Lagrangian relaxation. Goals that do not fit one exact objective: the weights are verified afterwards.
- Other rules (conditional minimums, knapsacks): solved without, then repaired.
- Leximin: the goals before it, then exchanges and pricing by potentials.

In the end ties are broken by hashes, on the face of all optima, and the checker verifies the answer.
"""

from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from itertools import compress
from operator import not_

import numpy as np

from mentormatch.assignment.engine import SolveOptions
from mentormatch.assignment.kernels.jit import use_numba
from mentormatch.assignment.lexicographic import TimeLimitReached, optimize_lexicographically
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.rows import Row
from mentormatch.assignment.model.scores import Scores
from mentormatch.assignment.model.solution import DualSolution, Solution, Status, empty_solution, ignore_incumbent
from mentormatch.assignment.objective import PEOPLE, goals_before_leximin, scalarize
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, are_pins_feasible
from mentormatch.errors import EngineError
from mentormatch.scale.columns.aggregation import AggregatedSolve
from mentormatch.scale.columns.generation import CandidateList, choose_candidates, generate_columns, solve_all_pairs
from mentormatch.scale.columns.master import RestrictedMaster
from mentormatch.scale.columns.subproblem import PricingProblem
from mentormatch.scale.constraints.heuristic import RepairHeuristic
from mentormatch.scale.constraints.relaxation import LagrangianSolve
from mentormatch.scale.constraints.rows import HardRules, bind_fixed_people, find_dualisable
from mentormatch.scale.scan.dispatch import open_pool
from mentormatch.scale.scan.implicit_scores import ImplicitScores, as_implicit
from mentormatch.scale.scan.simd import choose_scanner
from mentormatch.scale.scan.workers import NoWorkersError

type Opening = tuple[OptimalFace, PrimalDual]

WIDE = "wide"
"""The kind of the engine, by which answers are known."""
NARROW = 1 << 32
"""Where few pairs are left open, their profits stay below this, so that penalties have room."""
BINDS = "a rule that couples pairs binds, which is not solved for so many pairs"


def solve_implicit(problem: AssignmentProblem, run: SolveOptions) -> Solution:
    """Return the canonical optimum, or the best answer found in time, with what is proved of it.

    Stored scores are scanned too. Separable rows are dualised; others are hard rules.
    """
    if problem.scores.stored:
        problem, run = as_implicit(problem), replace(run, workers=None)
    fair = "leximin" in problem.goals
    # Which rows take a multiplier: none in leximin, whose duals are lexicographic.
    dualisable = [not fair and each for each in find_dualisable(problem.rows, problem.shape)]
    dualised, hard_rows = (tuple(compress(problem.rows, some)) for some in (dualisable, map(not_, dualisable)))
    found = _solve_with_rows(replace(problem, rows=dualised), hard_rows, run)
    if found.tiers and not HardRules.of(problem, hard_rows).hold_for(found.pairs):
        return empty_solution(Status.FAILED, WIDE, (BINDS,))
    return replace(found, prices=tuple(_expand_row_duals(stage, dualisable) for stage in found.prices))


def _solve_with_rows(problem: AssignmentProblem, hard_rows: tuple[Row, ...], run: SolveOptions) -> Solution:
    """Return the solution of a problem whose own rows are separable; ``hard_rows`` are the others."""
    # Leximin comes after the other goals: these are solved first
    fair = "leximin" in problem.goals
    variant = replace(problem, goals=goals_before_leximin(problem.goals)) if fair else problem
    people_only = fair and PEOPLE.issuperset(variant.goals)
    compiled = find_spec("numba") is not None and _is_worth_loading(problem.scores)
    variant = bind_fixed_people(variant)
    # Bounds that follow from a rule are set, whatever else it asks
    rules = HardRules.of(variant, hard_rows)
    variant = rules.cap_loads(variant)
    if not are_pins_feasible(variant):
        return empty_solution(Status.INFEASIBLE, WIDE)
    # Column generation: a restricted master and implicit pricing
    master = RestrictedMaster(
        variant,
        replace(run, ties=run.ties and not people_only, on_incumbent=rules.filter_reports(run.on_incumbent)),
        compiled,
        rules.hold_for,
    )
    try:
        with open_pool(run.workers) as master.pool:
            solution = _solve_leximin(master, problem, run) if fair else _solve_with_hard_rules(master, rules)
    except TimeLimitReached:
        return master.incumbent or empty_solution(Status.STOPPED, WIDE)
    except NoWorkersError as error:
        return replace(master.incumbent or empty_solution(Status.FAILED, WIDE), notes=(str(error),))
    except EngineError:
        if not _is_infeasible(problem, hard_rows, run):
            raise
        return empty_solution(Status.INFEASIBLE, WIDE)
    if solution.status is Status.FAILED and _is_infeasible(problem, hard_rows, run):
        return empty_solution(Status.INFEASIBLE, WIDE)
    return replace(solution, engine=WIDE)


def _solve_with_hard_rules(master: RestrictedMaster, rules: HardRules) -> Solution:
    """Return the canonical solution, or the best in time, that also keeps the hard rules."""
    found = _solve_relaxed(master)
    if not found.tiers or rules.hold_for(found.pairs):
        return found
    return RepairHeuristic(master, rules, master.pricing, found).solution()


def _solve_relaxed(master: RestrictedMaster) -> Solution:
    """Return the canonical solution without the hard rules, or the best in time."""
    # Rows and exact weights: Lagrangian relaxation; else the goals alone, and rows are checked.
    if master.problem.rows and master.weighted.exact_order:
        lagrangian = LagrangianSolve(master, master.pricing, _solve_under)
        opening = master.repeat_until_valid(lagrangian.opening)
        found = None if opening is None else lagrangian.solution(opening)
    else:
        opening = master.repeat_until_valid(lambda: _solve_goals(master))
        found = None if opening is None else _break_ties(master, opening)
    return empty_solution(Status.INFEASIBLE, WIDE) if found is None else master.relabel_duals(found)


def _solve_goals(master: RestrictedMaster) -> Opening:
    """Return an optimum of the goals without rows, on its tight pairs."""
    pricing = master.pricing
    # Symmetry first: few classes of identical people are a small market.
    classes = AggregatedSolve.of(pricing, master) if master.weighted.exact_order else None
    found = None if classes is None else classes.solve_goals()
    return solve_all_pairs(pricing, master, master.report) if found is None else found


def _break_ties(master: RestrictedMaster, opening: Opening) -> Solution:
    """Return the canonical solution where no pair pays for a row, if it keeps all rows as it is."""
    problem = master.problem
    found = optimize_lexicographically(problem, master.run, [master.stage], opening, master.solve_ties)
    kept = problem.satisfies_rows(found.pairs)
    return found if kept else empty_solution(Status.FAILED, WIDE, (master.overflow_message,))


def _solve_under(master: RestrictedMaster, rows: tuple[Row, ...]) -> Solution:
    """Return the solution of a master's problem under other rows, or the best in time."""
    own = master.with_rows(rows)
    try:
        return _solve_relaxed(own)
    except TimeLimitReached:
        return own.incumbent or empty_solution(Status.STOPPED, WIDE)


def _solve_leximin(master: RestrictedMaster, problem: AssignmentProblem, run: SolveOptions) -> Solution:
    """Return the leximin solution; the master's goals are those before leximin."""
    from mentormatch.scale.leximin.column_generation import LeximinSolve, LeximinStart

    views = list[tuple[PricingProblem, CandidateList]]()

    def list_first() -> Opening:
        pricing = master.pricing
        views.append((pricing, choose_candidates(pricing, master)))
        return generate_columns(views[-1][1], master.solve, master.report)

    # The goals before leximin, by column generation; its list and duals are the start.
    opening = master.repeat_until_valid(list_first)
    if opening is None:
        return empty_solution(Status.INFEASIBLE, WIDE)
    if not PEOPLE.issuperset(master.problem.goals):
        return _solve_narrowed(master, problem, opening)
    pricing, candidates = views[-1]
    answer = np.column_stack([opening[0].lefts, opening[0].rights])[opening[1].chosen]
    prices = DualSolution(
        master.weighted.weights, opening[1].left, opening[1].right, denominator=master.weighted.denominator
    )
    known = LeximinStart(pricing, candidates.pairs, answer, prices, master.weighted.exact_order)
    scanner = choose_scanner(pricing.scores.matrix, compiled=master.compiled)
    return LeximinSolve(problem, run, master, known, scanner).solution()


def _solve_narrowed(master: RestrictedMaster, problem: AssignmentProblem, opening: Opening) -> Solution:
    """Return the solution where goals before leximin ask for scores, so that few pairs are left open."""
    after = replace(problem, goals=problem.goals[problem.goals.index("leximin") :])
    stages = [master.stage, *scalarize(after, NARROW)]
    return master.relabel_duals(optimize_lexicographically(problem, master.run, stages, opening, master.solve_ties))


def _is_infeasible(problem: AssignmentProblem, hard_rows: tuple[Row, ...], run: SolveOptions) -> bool:
    """Return whether smaller numbers than those beyond what is exact prove infeasibility: those of the total alone."""
    if problem.goals == ("total",):
        return False
    options = replace(run, ties=False, on_incumbent=ignore_incumbent)
    return _solve_with_rows(replace(problem, goals=("total",)), hard_rows, options).status is Status.INFEASIBLE


def _is_worth_loading(scores: Scores) -> bool:
    """Return whether there is enough to do for compiled code: always where scores are worked out."""
    return use_numba(scores.count) or (isinstance(scores, ImplicitScores) and scores.matrix.computed)


def _expand_row_duals(stage: DualSolution, dualisable: Sequence[bool]) -> DualSolution:
    """Return the duals of all rows; only those that were dualised may have one."""
    prices = iter(stage.rows)
    return replace(stage, rows=tuple(next(prices) if each else 0 for each in dualisable)) if any(stage.rows) else stage
