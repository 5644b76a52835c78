"""Lower bounds on degrees by an exact penalty on required slots, which become separate nodes.

Each required slot earns a reward when used: the ``penalty`` that a free one costs. If all are used at some penalty, the
solution is optimal within the bounds: a Lagrangian relaxation without a gap. If not all are used at a penalty above
the profits of all pairs together, the bounds cannot be satisfied. Left people have capacity 1, so their reward is added
to their pairs. On the right, the required slots become a second node of the same person.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, RemainingDegrees
from mentormatch.base.arrays import IntVector

type SolveFace = Callable[[OptimalFace, IntVector], PrimalDual]


@dataclass(frozen=True, slots=True)
class PenalisedFace:
    """A face with profits (e,), and the penalty per required slot that is left free."""

    face: OptimalFace
    profit: IntVector
    penalty: int

    @property
    def duplicated_pairs(self) -> IntVector:
        """The indices of pairs whose right person has required slots."""
        return np.flatnonzero(self.face.right.least[self.face.rights] > 0)

    def without_bounds(self) -> tuple[OptimalFace, IntVector]:
        """Return the face without lower bounds, and its profits. Required slots of right person k are node m + k."""
        face, duplicated, m = self.face, self.duplicated_pairs, len(self.face.right.most)
        # Pairs with required slots come twice: to the optional and to the required node
        lefts, rights = (
            np.append(face.lefts, face.lefts[duplicated]),
            np.append(face.rights, face.rights[duplicated] + m),
        )
        capacities = np.append(face.right.most - face.right.least, face.right.least)
        # The duplicate earns the penalty, as does any pair of a left person with a minimum
        profit = np.append(self.profit, self.profit[duplicated] + self.penalty)
        profit += self.penalty * (face.left.least[lefts] > 0)
        sides = (
            RemainingDegrees(np.zeros_like(face.left.least), face.left.most),
            RemainingDegrees(np.zeros_like(capacities), capacities),
        )
        return OptimalFace(lefts, rights, *sides), profit

    def recover(self, optimum: PrimalDual) -> PrimalDual:
        """Return the optimum of this face from that of the face without bounds.

        A pair is chosen if it or its duplicate is. The dual of a person is the smaller dual of the two nodes.
        """
        face, m = self.face, len(self.face.right.most)
        choice = optimum.chosen[: len(face)].copy()
        # A pair is chosen at one of the nodes at most, as the left person has one slot
        choice[self.duplicated_pairs] |= optimum.chosen[len(face) :]
        # Remove the penalty from the duals
        left = optimum.left - self.penalty * (face.left.least > 0)
        required, optional = optimum.right[m:] - self.penalty, optimum.right[:m]
        right = np.where(
            face.right.least > 0,
            np.where(face.right.most > face.right.least, np.minimum(required, optional), required),
            optional,
        )
        return PrimalDual(choice, left, right)


def solve_with_lower_bounds(face: OptimalFace, profit: IntVector, penalty: int, solve: SolveFace) -> PrimalDual:
    """Return the optimum of a face with a penalty per required slot left free; ``solve`` takes faces without bounds."""
    if not (face.left.least.any() or face.right.least.any()):
        return solve(face, profit)
    penalised = PenalisedFace(face, profit, penalty)
    return penalised.recover(solve(*penalised.without_bounds()))
