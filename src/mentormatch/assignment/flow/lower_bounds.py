"""Lower bounds on loads by an exact penalty on doubled places.

Each place that must be taken earns a reward (``penalty``, as leaving it free costs so much). If all of them are taken
at some penalty, the answer is the best that keeps the bounds: a Lagrangian relaxation without a gap. If not all are at
a penalty beyond what all else is worth, no answer keeps them. On the left nobody has more than one place, so the reward
goes on their pairs. On the right, required places become a second node of the same person.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, RemainingDegrees
from mentormatch.base.arrays import IntVector

type Solve = Callable[[OptimalFace, IntVector], PrimalDual]


@dataclass(frozen=True, slots=True)
class PenalisedFace:
    """A face with profits (e,), and the penalty of each required place that is left free."""

    face: OptimalFace
    profit: IntVector
    penalty: int

    @property
    def doubled(self) -> IntVector:
        """Return the pairs that are doubled: those with somebody on the right who has required places."""
        return np.flatnonzero(self.face.right.least[self.face.rights] > 0)

    def without_bounds(self) -> tuple[OptimalFace, IntVector]:
        """Return the face without lower bounds, and its profits.

        Required places of the right are nodes m and beyond.
        """
        face, doubled, m = self.face, self.doubled, len(self.face.right.most)
        # Pairs of somebody with required places come twice: to the optional and to the required node.
        lefts, rights = np.append(face.lefts, face.lefts[doubled]), np.append(face.rights, face.rights[doubled] + m)
        most = np.append(face.right.most - face.right.least, face.right.least)
        # The double earns the penalty; so does any pair of a left person who must have one.
        profit = np.append(self.profit, self.profit[doubled] + self.penalty)
        profit += self.penalty * (face.left.least[lefts] > 0)
        sides = (
            RemainingDegrees(np.zeros_like(face.left.least), face.left.most),
            RemainingDegrees(np.zeros_like(most), most),
        )
        return OptimalFace(lefts, rights, *sides), profit

    def translate(self, found: PrimalDual) -> PrimalDual:
        """Return the optimum of this face from that of the face without bounds.

        A pair is chosen if it or its double is. The dual of a person is that of their last place: the lesser of the two
        nodes.
        """
        face, m = self.face, len(self.face.right.most)
        chosen = found.chosen[: len(face)].copy()
        # A pair is chosen at either node; never at both, as the left has one place.
        chosen[self.doubled] |= found.chosen[len(face) :]
        # Take the penalty out of the duals again.
        left = found.left - self.penalty * (face.left.least > 0)
        required, optional = found.right[m:] - self.penalty, found.right[:m]
        right = np.where(
            face.right.least > 0,
            np.where(face.right.most > face.right.least, np.minimum(required, optional), required),
            optional,
        )
        return PrimalDual(chosen, left, right)


def solve_with_lower_bounds(face: OptimalFace, profit: IntVector, penalty: int, solve: Solve) -> PrimalDual:
    """Return the optimum of a face with a penalty on required places left free.

    ``solve`` takes faces without bounds.
    """
    if not (face.left.least.any() or face.right.least.any()):
        return solve(face, profit)
    penalised = PenalisedFace(face, profit, penalty)
    return penalised.translate(solve(*penalised.without_bounds()))
