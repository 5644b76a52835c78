"""What solves the pairs of a wide problem, as those see it who put the pairs to it."""

from typing import Protocol

from mentormatch.assignment.engine import Run
from mentormatch.assignment.model.problem import AssignmentProblem, Row
from mentormatch.assignment.model.scores import IntMatrix
from mentormatch.assignment.model.solution import Solution
from mentormatch.assignment.objective import Stage
from mentormatch.assignment.optimal_face import Face, Optimum
from mentormatch.base.columns import IntVector
from mentormatch.scale.columns.subproblem import Both
from mentormatch.scale.constraints.hard_rules import Rules


class Solver(Protocol):
    """What solves faces of a problem whose goals are in one ``stage``, and tells answers."""

    problem: AssignmentProblem
    run: Run
    compiled: bool
    rules: Rules
    heard: Solution | None

    @property
    def stage(self) -> Stage:
        """Return what pairs are worth."""
        ...

    @property
    def asked(self) -> Stage:
        """Return the goals alone as a stage."""
        ...

    @property
    def parts(self) -> int:
        """Return what a unit of what is asked for counts in the stage."""
        ...

    @property
    def exact(self) -> int:
        """Return what a pair may be worth at most."""
        ...

    def best(self, face: Face, profit: IntVector, prices: Both | None = None) -> Optimum:
        """Return the optimum of a face, from some prices or from where the last solve ended."""
        ...

    def heed(self) -> None:
        """End the work if the time is up."""
        ...

    def tied(self, face: Face, profit: IntVector) -> Optimum | None:
        """Return the optimum of a face of tied answers."""
        ...

    def resume(self, face: Face, optimum: Optimum) -> None:
        """Begin the next solve at an answer and prices that are about the best."""
        ...

    def hear(self, face: Face, optimum: Optimum, bound: int) -> None:
        """Tell an answer, with the bounds that prices prove."""
        ...

    def shift(self, paid: Both) -> None:
        """Take it that pairs are worth so much less in the next solve."""
        ...

    def under(self, rows: tuple[Row, ...]) -> Solution:
        """Return the solution of the problem under other rows, or the best in time."""
        ...

    def offer(self, pairs: IntMatrix, bound: int) -> Solution:
        """Return an answer as ``feasible``, with what proves the bound of all goals together; and tell it."""
        ...
