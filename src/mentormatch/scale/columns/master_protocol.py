"""What solves the pairs of a wide problem, as those see it who put the pairs to it."""

from typing import Protocol

from mentormatch.assignment.engine import SolveOptions
from mentormatch.assignment.model.problem import AssignmentProblem, SideConstraint
from mentormatch.assignment.model.scores import IntMatrix
from mentormatch.assignment.model.solution import Solution
from mentormatch.assignment.objective import ScalarObjective
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual
from mentormatch.base.columns import IntVector
from mentormatch.scale.columns.subproblem import PerSide
from mentormatch.scale.constraints.hard_rules import HardRules


class Solver(Protocol):
    """What solves faces of a problem whose goals are in one ``stage``, and tells answers."""

    problem: AssignmentProblem
    run: SolveOptions
    compiled: bool
    rules: HardRules
    heard: Solution | None

    @property
    def stage(self) -> ScalarObjective:
        """Return what pairs are worth."""
        ...

    @property
    def asked(self) -> ScalarObjective:
        """Return the goals alone as a stage."""
        ...

    @property
    def denominator(self) -> int:
        """Return what a unit of what is asked for counts in the stage."""
        ...

    @property
    def exact(self) -> int:
        """Return what a pair may be worth at most."""
        ...

    def solve(self, face: OptimalFace, profit: IntVector, prices: PerSide | None = None) -> PrimalDual:
        """Return the optimum of a face, from some prices or from where the last solve ended."""
        ...

    def check_deadline(self) -> None:
        """End the work if the time is up."""
        ...

    def solve_ties(self, face: OptimalFace, profit: IntVector) -> PrimalDual | None:
        """Return the optimum of a face of tied answers."""
        ...

    def warm_start(self, face: OptimalFace, optimum: PrimalDual) -> None:
        """Begin the next solve at an answer and prices that are about the best."""
        ...

    def report(self, face: OptimalFace, optimum: PrimalDual, bound: int) -> None:
        """Tell an answer, with the bounds that prices prove."""
        ...

    def shift_duals(self, paid: PerSide) -> None:
        """Take it that pairs are worth so much less in the next solve."""
        ...

    def under(self, rows: tuple[SideConstraint, ...]) -> Solution:
        """Return the solution of the problem under other rows, or the best in time."""
        ...

    def report_pairs(self, pairs: IntMatrix, bound: int) -> Solution:
        """Return an answer as ``feasible``, with what proves the bound of all goals together; and tell it."""
        ...
