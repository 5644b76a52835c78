"""Engine ``wide``: pairs that are worked out whenever they are asked for, and never all held."""

from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from itertools import compress
from operator import not_
from typing import ClassVar

from mentormatch.assignment.engine import Engine, SolveOptions
from mentormatch.assignment.incumbent import ignore_incumbent
from mentormatch.assignment.kernels.choice import use_numba
from mentormatch.assignment.lexicographic import TimeLimitReached
from mentormatch.assignment.leximin import PEOPLE, fits_before_leximin
from mentormatch.assignment.model.problem import AssignmentProblem, SideConstraint
from mentormatch.assignment.model.scores import Scores
from mentormatch.assignment.model.solution import DualSolution, Solution, Status, empty_solution
from mentormatch.assignment.optimal_face import fixed_pairs_feasible, remaining_degrees
from mentormatch.scale.columns.master import RestrictedMaster
from mentormatch.scale.constraints.hard_rules import HardRules, used_by_fixed_pairs
from mentormatch.scale.constraints.rows import find_dualisable
from mentormatch.scale.scan.dispatch import open_pool
from mentormatch.scale.scan.implicit_scores import ImplicitScores
from mentormatch.scale.scan.workers import NoWorkersError
from mentormatch.scale.scores.stored_matrix import as_implicit, is_worth_scaling

BINDS = "a rule that couples pairs binds, which is not solved for so many pairs"


class Wide(Engine):
    """Exact on markets of which the pairs do not fit in memory, by prices and looks at all pairs.

    It also takes pairs that do, if there are many and it is quicker. Pairs pay for rules that count people, until the
    best ones keep them. Any other rule that couples pairs is left out at first; where the answer keeps it all the same,
    it is that of the problem, and where it does not, a good answer is told with what it is short of at most.
    """

    kind: ClassVar[str] = "wide"
    rank: ClassVar[int] = -1

    def supports(self, problem: AssignmentProblem) -> bool:
        if not (isinstance(problem.scores, ImplicitScores) or is_worth_scaling(problem)):
            return False
        waived = any(side.conditional.any() for side in (problem.mentors, problem.mentees))
        single = any(bounds.most.max(initial=0) <= 1 for bounds in remaining_degrees(problem))
        if waived and not isinstance(problem.scores, ImplicitScores):
            return False
        return "leximin" not in problem.goals or (single and not waived)

    def runs_in_process(self, problem: AssignmentProblem, seconds: float | None) -> bool:
        return True

    def may_fail(self, problem: AssignmentProblem) -> bool:
        return not isinstance(problem.scores, ImplicitScores)

    def solve(self, problem: AssignmentProblem, run: SolveOptions) -> Solution:
        if not isinstance(problem.scores, ImplicitScores):
            problem, run = as_implicit(problem), replace(run, workers=None)
        fair = "leximin" in problem.goals
        counting = [not fair and each for each in find_dualisable(problem.rows, problem.shape)]
        priced, beside = (tuple(compress(problem.rows, some)) for some in (counting, map(not_, counting)))
        found = self._with_rows(replace(problem, rows=priced), beside, run)
        if found.tiers and not HardRules.of(problem, beside).satisfied(found.pairs):
            return empty_solution(Status.FAILED, self.kind, (BINDS,))
        return replace(found, prices=tuple(_of_rows(stage, counting) for stage in found.prices))

    def _with_rows(self, problem: AssignmentProblem, beside: tuple[SideConstraint, ...], run: SolveOptions) -> Solution:
        """Return the solution of a problem whose rows rest on people; other rows are ``beside``."""
        fair = "leximin" in problem.goals
        asked = replace(problem, goals=fits_before_leximin(problem.goals)) if fair else problem
        alone = fair and PEOPLE.issuperset(asked.goals)
        compiled = find_spec("numba") is not None and _is_worth_loading(problem.scores)
        asked = used_by_fixed_pairs(asked)
        rules = HardRules.of(asked, beside)
        asked = rules.cap_loads(asked)
        if not fixed_pairs_feasible(asked):
            return empty_solution(Status.INFEASIBLE, self.kind)
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
                return self._unless_empty(problem, beside, run, solution)
        except TimeLimitReached:
            return solver.heard or empty_solution(Status.STOPPED, self.kind)
        except NoWorkersError as error:
            return replace(solver.heard or empty_solution(Status.FAILED, self.kind), notes=(str(error),))
        return replace(solution, engine=self.kind)

    def _unless_empty(
        self, problem: AssignmentProblem, beside: tuple[SideConstraint, ...], run: SolveOptions, failed: Solution
    ) -> Solution:
        """Return that there is no answer if smaller numbers prove it: of the total alone."""
        found = self._with_rows(
            replace(problem, goals=("total",)), beside, replace(run, ties=False, on_incumbent=ignore_incumbent)
        )
        return found if found.status is Status.INFEASIBLE else replace(failed, engine=self.kind)


def _is_worth_loading(scores: Scores) -> bool:
    """Return whether there is so much to do that compiled code is used: always where scores are worked out."""
    return use_numba(scores.count) or (isinstance(scores, ImplicitScores) and scores.tiles.computed)


def _of_rows(stage: DualSolution, counting: Sequence[bool]) -> DualSolution:
    """Return prices of all rows, of which only those that rest on people may have one."""
    prices = iter(stage.rows)
    return replace(stage, rows=tuple(next(prices) if each else 0 for each in counting)) if any(stage.rows) else stage
