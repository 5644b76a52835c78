"""Engine for scores that are not stored: which rows are dualised, and which algorithm solves the problem.

- Goals without rows: by classes of identical people if there are few classes, else column generation. If the goals do
  not fit one exact objective, the weights are verified afterwards.
- Separable rows: Lagrangian relaxation. If the goals do not fit one exact objective, or in leximin, rows are left out
  and checked afterwards.
- Other rules (conditional minimums, knapsacks): solved without them, then repaired.
- Leximin: the goals before it, then exchanges and pricing by potentials.

Finally, ties are broken by hashes on the face of all optima; ``assignment.engine`` has the solution checked.
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
from mentormatch.scale.constraints.rows import HardRules, bind_pinned_minimums, find_dualisable
from mentormatch.scale.scan.dispatch import open_pool
from mentormatch.scale.scan.implicit_scores import ImplicitScores, as_implicit
from mentormatch.scale.scan.simd import choose_scanner
from mentormatch.scale.scan.workers import NoWorkersError

type FaceOptimum = tuple[OptimalFace, PrimalDual]

WIDE = "wide"  # the kind of the engine in solutions
MAX_NARROW_PROFIT = 1 << 32  # of the few pairs of an optimal face, so that penalties also fit in the exact range
BINDING_ROW_NOTE = "a coupling rule binds, which is not solved for this number of pairs"


def solve_implicit(problem: AssignmentProblem, run: SolveOptions) -> Solution:
    """Return the canonical optimum with its duals, or the best solution found.

    Stored scores are scanned too, without workers. Separable rows are dualised, except in leximin; other rows are hard
    rules. The status is FAILED if the solution violates one.
    """
    if problem.scores.stored:
        problem, run = as_implicit(problem), replace(run, workers=None)
    has_leximin = "leximin" in problem.goals
    # No row takes a multiplier in leximin, whose duals are lexicographic
    dualisable = [not has_leximin and is_separable for is_separable in find_dualisable(problem.rows, problem.shape)]
    dualised, hard_rows = (tuple(compress(problem.rows, mask)) for mask in (dualisable, map(not_, dualisable)))
    solution = _solve_with_rows(replace(problem, rows=dualised), hard_rows, run)
    if solution.tiers and not HardRules.of(problem, hard_rows).hold_for(solution.pairs):
        return empty_solution(Status.FAILED, WIDE, (BINDING_ROW_NOTE,))
    return replace(solution, prices=tuple(_expand_row_duals(stage, dualisable) for stage in solution.prices))


def _solve_with_rows(problem: AssignmentProblem, hard_rows: tuple[Row, ...], run: SolveOptions) -> Solution:
    """Return the solution of a problem whose rows are separable, subject to ``hard_rows`` too.

    In leximin, it may violate them.
    """
    # The goals before leximin are solved first
    has_leximin = "leximin" in problem.goals
    relaxed = replace(problem, goals=goals_before_leximin(problem.goals)) if has_leximin else problem
    people_only = has_leximin and PEOPLE.issuperset(relaxed.goals)
    compiled = find_spec("numba") is not None and _is_worth_loading(problem.scores)
    relaxed = bind_pinned_minimums(relaxed)
    # Capacities that follow from hard rules
    rules = HardRules.of(relaxed, hard_rows)
    relaxed = rules.cap_loads(relaxed)
    if not are_pins_feasible(relaxed):
        return empty_solution(Status.INFEASIBLE, WIDE)
    # Column generation: a restricted master and implicit pricing
    master = RestrictedMaster(
        relaxed,
        replace(run, ties=run.ties and not people_only, on_incumbent=rules.filter_reports(run.on_incumbent)),
        compiled,
        rules.hold_for,
    )
    try:
        with open_pool(run.workers) as master.pool:
            solution = _solve_leximin(master, problem, run) if has_leximin else _solve_with_hard_rules(master, rules)
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
    """Return the canonical solution subject to the hard rules, or the best one found."""
    solution = _solve_relaxed(master)
    if not solution.tiers or rules.hold_for(solution.pairs):
        return solution
    return RepairHeuristic(master, rules, master.pricing, solution).solution()


def _solve_relaxed(master: RestrictedMaster) -> Solution:
    """Return the canonical solution without the hard rules, or the best one found."""
    # Rows and exact weights: Lagrangian relaxation; else the goals without rows, which are checked afterwards
    if master.problem.rows and master.weighted.exact_order:
        lagrangian = LagrangianSolve(master, master.pricing, _solve_under)
        face_optimum = master.repeat_until_valid(lagrangian.solve_dual)
        solution = None if face_optimum is None else lagrangian.solution(face_optimum)
    else:
        face_optimum = master.repeat_until_valid(lambda: _solve_goals(master))
        solution = None if face_optimum is None else _break_ties(master, face_optimum)
        # A rule binds: it can be dualised if only a total that is not requested prevented exact weights
        is_violated = solution is not None and solution.status is Status.FAILED
        if is_violated and (master.weighted.exact_order or master.drop_total()):
            return _solve_relaxed(master)
    return empty_solution(Status.INFEASIBLE, WIDE) if solution is None else master.relabel_duals(solution)


def _solve_goals(master: RestrictedMaster) -> FaceOptimum:
    """Return an optimum of the goals without rows, on a face that has the canonical solution if ties will be broken."""
    pricing = master.pricing
    # Symmetry reduction: few classes of identical people are a small problem
    classes = AggregatedSolve.of(pricing, master) if master.weighted.exact_order else None
    face_optimum = None if classes is None else classes.solve_goals()
    return solve_all_pairs(pricing, master, master.report) if face_optimum is None else face_optimum


def _break_ties(master: RestrictedMaster, face_optimum: FaceOptimum) -> Solution:
    """Return the canonical solution of the goals without rows; one with status FAILED if it violates a row."""
    problem = master.problem
    solution = optimize_lexicographically(problem, master.run, [master.stage], face_optimum, master.solve_ties)
    is_feasible = problem.satisfies_rows(solution.pairs)
    return solution if is_feasible else empty_solution(Status.FAILED, WIDE, (master.overflow_message,))


def _solve_under(master: RestrictedMaster, rows: tuple[Row, ...]) -> Solution:
    """Return the solution of a master's problem with other rows, or the best one found."""
    other_master = master.with_rows(rows)
    try:
        return _solve_relaxed(other_master)
    except TimeLimitReached:
        return other_master.incumbent or empty_solution(Status.STOPPED, WIDE)


def _solve_leximin(master: RestrictedMaster, problem: AssignmentProblem, run: SolveOptions) -> Solution:
    """Return the leximin solution; the goals of ``master`` are those before leximin."""
    from mentormatch.scale.leximin.column_generation import LeximinSolve, LeximinStart

    starts = list[tuple[PricingProblem, CandidateList]]()

    def list_first() -> FaceOptimum:
        pricing = master.pricing
        starts.append((pricing, choose_candidates(pricing, master)))
        return generate_columns(starts[-1][1], master.solve, master.report)

    # Column generation for the goals before leximin; its list and duals are the start
    face_optimum = master.repeat_until_valid(list_first)
    if face_optimum is None:
        return empty_solution(Status.INFEASIBLE, WIDE)
    if not PEOPLE.issuperset(master.problem.goals):
        return _solve_on_optimal_face(master, problem, face_optimum)
    pricing, candidates = starts[-1]
    pairs = np.column_stack([face_optimum[0].lefts, face_optimum[0].rights])[face_optimum[1].chosen]
    duals = DualSolution(
        master.weighted.weights, face_optimum[1].left, face_optimum[1].right, denominator=master.weighted.denominator
    )
    start = LeximinStart(pricing, candidates.pairs, pairs, duals, master.weighted.exact_order)
    scanner = choose_scanner(pricing.scores.matrix, compiled=master.compiled)
    return LeximinSolve(problem, run, master, start, scanner).solution()


def _solve_on_optimal_face(master: RestrictedMaster, problem: AssignmentProblem, face_optimum: FaceOptimum) -> Solution:
    """Return the solution if a goal before leximin is not about people, so that their optimal face often has few pairs.

    Leximin and later goals are solved by stages on that face.
    """
    later = replace(problem, goals=problem.goals[problem.goals.index("leximin") :])
    stages = [master.stage, *scalarize(later, MAX_NARROW_PROFIT)]
    return master.relabel_duals(
        optimize_lexicographically(problem, master.run, stages, face_optimum, master.solve_ties)
    )


def _is_infeasible(problem: AssignmentProblem, hard_rows: tuple[Row, ...], run: SolveOptions) -> bool:
    """Return whether the problem is proved infeasible with the total as its only goal, whose integers are smaller.

    False if the total is its only goal already.
    """
    if problem.goals == ("total",):
        return False
    options = replace(run, ties=False, on_incumbent=ignore_incumbent)
    return _solve_with_rows(replace(problem, goals=("total",)), hard_rows, options).status is Status.INFEASIBLE


def _is_worth_loading(scores: Scores) -> bool:
    # Compiled code is always worth loading if scores are computed
    return use_numba(scores.count) or (isinstance(scores, ImplicitScores) and scores.matrix.computed)


def _expand_row_duals(stage: DualSolution, dualisable: Sequence[bool]) -> DualSolution:
    """Return a stage with the duals of all rows, 0 for those not dualised; unchanged if no row has a dual."""
    row_duals = iter(stage.rows)
    return (
        replace(stage, rows=tuple(next(row_duals) if is_dualisable else 0 for is_dualisable in dualisable))
        if any(stage.rows)
        else stage
    )
