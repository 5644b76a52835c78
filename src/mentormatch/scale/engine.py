"""How a problem is solved whose pairs are worked out whenever they are asked for: which rows are paid for, and how."""

from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from itertools import compress
from operator import not_

from mentormatch.assignment.engine import SolveOptions
from mentormatch.assignment.incumbent import ignore_incumbent
from mentormatch.assignment.kernels.choice import use_numba
from mentormatch.assignment.lexicographic import TimeLimitReached
from mentormatch.assignment.leximin import PEOPLE, fits_before_leximin
from mentormatch.assignment.model.problem import AssignmentProblem, SideConstraint
from mentormatch.assignment.model.scores import Scores
from mentormatch.assignment.model.solution import DualSolution, Solution, Status, empty_solution
from mentormatch.assignment.optimal_face import fixed_pairs_feasible
from mentormatch.scale.columns.master import RestrictedMaster
from mentormatch.scale.constraints.hard_rules import HardRules, used_by_fixed_pairs
from mentormatch.scale.constraints.rows import find_dualisable
from mentormatch.scale.scan.dispatch import open_pool
from mentormatch.scale.scan.implicit_scores import ImplicitScores
from mentormatch.scale.scan.workers import NoWorkersError
from mentormatch.scale.scores.stored_matrix import as_implicit

WIDE = "wide"
"""The kind of the engine, by which answers are known."""
BINDS = "a rule that couples pairs binds, which is not solved for so many pairs"


def solve_implicit(problem: AssignmentProblem, run: SolveOptions) -> Solution:
    """Return the canonical optimum, or the best answer found in time, with what is proved of it.

    Stored scores are looked at as if they were not. Rows that rest on people are paid for; others are left out.
    """
    if problem.scores.stored:
        problem, run = as_implicit(problem), replace(run, workers=None)
    fair = "leximin" in problem.goals
    counting = [not fair and each for each in find_dualisable(problem.rows, problem.shape)]
    priced, beside = (tuple(compress(problem.rows, some)) for some in (counting, map(not_, counting)))
    found = _with_rows(replace(problem, rows=priced), beside, run)
    if found.tiers and not HardRules.of(problem, beside).satisfied(found.pairs):
        return empty_solution(Status.FAILED, WIDE, (BINDS,))
    return replace(found, prices=tuple(_of_rows(stage, counting) for stage in found.prices))


def _with_rows(problem: AssignmentProblem, beside: tuple[SideConstraint, ...], run: SolveOptions) -> Solution:
    """Return the solution of a problem whose rows rest on people; other rows are ``beside``."""
    fair = "leximin" in problem.goals
    asked = replace(problem, goals=fits_before_leximin(problem.goals)) if fair else problem
    alone = fair and PEOPLE.issuperset(asked.goals)
    compiled = find_spec("numba") is not None and _is_worth_loading(problem.scores)
    asked = used_by_fixed_pairs(asked)
    rules = HardRules.of(asked, beside)
    asked = rules.cap_loads(asked)
    if not fixed_pairs_feasible(asked):
        return empty_solution(Status.INFEASIBLE, WIDE)
    solver = RestrictedMaster(
        asked,
        replace(run, ties=run.ties and not alone, on_incumbent=rules.filter_reports(run.on_incumbent)),
        compiled,
        rules,
    )
    try:
        with open_pool(run.workers) as solver.crew:
            solution = solver.fairest(problem, run) if fair else solver.keeping_all()
        if solution.status is Status.FAILED and problem.goals != ("total",):
            return _unless_empty(problem, beside, run, solution)
    except TimeLimitReached:
        return solver.heard or empty_solution(Status.STOPPED, WIDE)
    except NoWorkersError as error:
        return replace(solver.heard or empty_solution(Status.FAILED, WIDE), notes=(str(error),))
    return replace(solution, engine=WIDE)


def _unless_empty(
    problem: AssignmentProblem, beside: tuple[SideConstraint, ...], run: SolveOptions, failed: Solution
) -> Solution:
    """Return that there is no answer if smaller numbers prove it: of the total alone."""
    found = _with_rows(
        replace(problem, goals=("total",)), beside, replace(run, ties=False, on_incumbent=ignore_incumbent)
    )
    return found if found.status is Status.INFEASIBLE else replace(failed, engine=WIDE)


def _is_worth_loading(scores: Scores) -> bool:
    """Return whether there is so much to do that compiled code is used: always where scores are worked out."""
    return use_numba(scores.count) or (isinstance(scores, ImplicitScores) and scores.tiles.computed)


def _of_rows(stage: DualSolution, counting: Sequence[bool]) -> DualSolution:
    """Return prices of all rows, of which only those that rest on people may have one."""
    prices = iter(stage.rows)
    return replace(stage, rows=tuple(next(prices) if each else 0 for each in counting)) if any(stage.rows) else stage
