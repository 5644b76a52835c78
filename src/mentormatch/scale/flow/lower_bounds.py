"""Lower bounds on loads by an exact penalty on doubled places.

Nobody on the left takes more than one, so that nobody can have the same partner twice. On the right, the places that
must be taken are those of somebody else. If all of them are taken at some reward, the answer is the best that keeps
the minimums (a Lagrangian relaxation without a gap); if not all are at a reward beyond what all else is worth, then no
answer keeps them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, RemainingDegrees
from mentormatch.base.columns import IntVector

type Best = Callable[[OptimalFace, IntVector], PrimalDual]


@dataclass(frozen=True, slots=True)
class PenalisedFace:
    """A face, with what each place that must be taken is rewarded with."""

    face: OptimalFace
    profit: IntVector
    reward: int

    @property
    def again(self) -> IntVector:
        """Return the pairs that stand for another place of somebody on the right, one that must be taken."""
        return np.flatnonzero(self.face.right.least[self.face.rights] > 0)

    def free(self) -> tuple[OptimalFace, IntVector]:
        """Return the face without minimums, people who have one coming a second time on the right; and its worths."""
        face, again, m = self.face, self.again, len(self.face.right.most)
        lefts, rights = np.append(face.lefts, face.lefts[again]), np.append(face.rights, face.rights[again] + m)
        most = np.append(face.right.most - face.right.least, face.right.least)
        profit = np.append(self.profit, self.profit[again] + self.reward)
        profit += self.reward * (face.left.least[lefts] > 0)
        sides = (
            RemainingDegrees(np.zeros_like(face.left.least), face.left.most),
            RemainingDegrees(np.zeros_like(most), most),
        )
        return OptimalFace(lefts, rights, *sides), profit

    def optimum(self, found: PrimalDual) -> PrimalDual:
        """Return what an optimum of the free face says of this one."""
        face, m = self.face, len(self.face.right.most)
        chosen = found.chosen[: len(face)].copy()
        chosen[self.again] |= found.chosen[len(face) :]
        left = found.left - self.reward * (face.left.least > 0)
        must, may = found.right[m:] - self.reward, found.right[:m]
        right = np.where(
            face.right.least > 0, np.where(face.right.most > face.right.least, np.minimum(must, may), must), may
        )
        return PrimalDual(chosen, left, right)


def solve_with_lower_bounds(face: OptimalFace, profit: IntVector, reward: int, best: Best) -> PrimalDual:
    """Return the optimum of a face if places that must be taken are rewarded; not all of them need be taken."""
    if not (face.left.least.any() or face.right.least.any()):
        return best(face, profit)
    rewarded = PenalisedFace(face, profit, reward)
    return rewarded.optimum(best(*rewarded.free()))
