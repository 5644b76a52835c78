"""One stage of a wide problem: what pairs are worth in it, looked at from the prices of people."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from mentormatch.assignment.face import Bounds, Face, Optimum, listed, open_bounds
from mentormatch.assignment.problem import AssignmentProblem
from mentormatch.assignment.scores import IntMatrix
from mentormatch.assignment.stages import Stage
from mentormatch.assignment.wide.computed import ComputedScores
from mentormatch.assignment.wide.scan import Cut, Look
from mentormatch.assignment.wide.tiles import Tiles
from mentormatch.columns import BoolVector, IntVector


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs in order with their scores."""

    mentors: IntVector
    mentees: IntVector
    scores: IntVector

    @property
    def columns(self) -> tuple[IntVector, ...]:
        """Return mentors, mentees and scores."""
        return self.mentors, self.mentees, self.scores

    def joined(self, other: "Pairs", width: int) -> "Pairs":
        """Return the pairs of both, each once, in order."""
        places = np.append(self.mentors, other.mentors) * width + np.append(self.mentees, other.mentees)
        _, first = np.unique(places, return_index=True)
        return Pairs(
            *(np.append(ours, theirs)[first] for ours, theirs in zip(self.columns, other.columns, strict=True))
        )


def former_in(scores: ComputedScores, pairs: IntMatrix) -> Pairs:
    """Return those of some pairs (k, 2) that may be chosen, with their scores, in order."""
    mentors, mentees = pairs[np.lexsort(pairs.T[::-1])].T
    fit = scores.allows(mentors, mentees)
    return Pairs(mentors[fit], mentees[fit], scores.at(mentors[fit], mentees[fit]))


type Ready = Callable[[Tiles], Look | None]
"""Returns a quicker way to look at tiles, where there is one."""


@dataclass(frozen=True, slots=True)
class View:
    """One stage of a wide problem: a pair is worth ``scale * score + mentor[i] + mentee[k]``, and more if it is former.

    ``seen_by`` looks at the pairs, and ``ready`` makes such a look of some of them. ``former`` are the former pairs
    that may be chosen, if they are worth more; they are looked at one by one.
    """

    problem: AssignmentProblem
    scores: ComputedScores
    stage: Stage
    bounds: tuple[Bounds, Bounds]
    ready: Ready
    former: Pairs
    seen_by: Look | None = None

    @classmethod
    def of(cls, problem: AssignmentProblem, stage: Stage, ready: Ready) -> "View":
        """Return the stage on people who have places beside the pins."""
        bounds, scores = open_bounds(problem), problem.scores
        assert isinstance(scores, ComputedScores)
        taking = scores.mentors & (bounds[0].most > 0), scores.mentees & (bounds[1].most > 0)
        scores = replace(scores, mentors=taking[0], mentees=taking[1])
        former = former_in(scores, listed(problem.former)) if stage.kept else former_in(scores, listed(()))
        return cls(problem, scores, stage, bounds, ready, former, ready(scores.tiles))

    @property
    def mentor(self) -> IntVector:
        return self.stage.flat + self.stage.mentor

    def few(self, usual: int) -> int:
        """Return how many pairs a person are listed, where that is so many as a rule."""
        return max(usual // self.scores.shorter, 1)

    def worth(self, pairs: Pairs) -> IntVector:
        """Return what pairs are worth."""
        people = self.mentor[pairs.mentors] + self.stage.mentee[pairs.mentees]
        if len(self.former.scores):
            width = self.scores.shape[1]
            known, asked = (each.mentors * width + each.mentees for each in (self.former, pairs))
            people += self.stage.kept * np.isin(asked, known)
        return people + self.stage.score * pairs.scores

    def face(self, pairs: Pairs) -> Face:
        """Return the answers on some pairs."""
        return Face(pairs.mentors, pairs.mentees, *self.bounds, listed(self.problem.pins))

    def look(self, prices: tuple[IntVector, IntVector], loss: int, most: int) -> tuple[Pairs, IntVector]:
        """Return the pairs that lose no more than ``loss`` at these prices, ``most`` a mentor on average if many do.

        With them, (n,) int64, the most that a pair of each mentor is worth above the price of the mentee.
        """
        limits, mentees = prices[0] - self.mentor - loss, self.stage.mentee - prices[1]
        seen = self.scores.within(Cut(limits, mentees, self.stage.score, most), self.seen_by)
        pairs, best = Pairs(seen.mentors, seen.mentees, seen.scores), seen.best + self.mentor
        return self._with_former(pairs, best, prices, loss) if len(self.former.scores) else (pairs, best)

    def _with_former(
        self, pairs: Pairs, best: IntVector, prices: tuple[IntVector, IntVector], loss: int
    ) -> tuple[Pairs, IntVector]:
        """Return what was seen of pairs as if they were not former, with those that are."""
        former = self.former
        above = self.worth(former) - prices[1][former.mentees]
        np.maximum.at(best, former.mentors, above)
        near = above >= prices[0][former.mentors] - loss
        return pairs.joined(Pairs(*(column[near] for column in former.columns)), self.scores.shape[1]), best

    def better(self, pairs: Pairs, optimum: Optimum) -> BoolVector:
        """Return which pairs are worth more than the prices of their people."""
        return np.asarray(self.worth(pairs) > optimum.left[pairs.mentors] + optimum.right[pairs.mentees])

    def of_mentees(self, some: IntVector) -> "View":
        """Return the same for the pairs of some mentees only, by their positions in ascending order."""
        scores, stage = self.scores.of_mentees(some), replace(self.stage, mentee=self.stage.mentee[some])
        place = np.searchsorted(some, self.former.mentees)
        kept = np.isin(self.former.mentees, some)
        former = Pairs(self.former.mentors[kept], place[kept], self.former.scores[kept])
        return replace(self, scores=scores, stage=stage, former=former, seen_by=self.ready(scores.tiles))

    def bound(self, best: IntVector, mentees: IntVector) -> int:
        """Return what no answer is worth more than, by prices of mentees and the best that each mentor has there."""
        own = np.where(self.scores.mentors, best, 0)
        both = zip((own, mentees), self.bounds, strict=True)
        return sum(bounds.value(np.where(bounds.least > 0, prices, np.maximum(prices, 0))) for prices, bounds in both)
