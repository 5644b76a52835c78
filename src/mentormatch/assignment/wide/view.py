"""One stage of a wide problem: what pairs are worth in it, looked at from the prices of people."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from mentormatch.assignment.face import Bounds, Face, Optimum, listed, open_bounds
from mentormatch.assignment.problem import AssignmentProblem
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


type Ready = Callable[[Tiles], Look | None]
"""Returns a quicker way to look at tiles, where there is one."""


@dataclass(frozen=True, slots=True)
class View:
    """One stage of a wide problem: a pair is worth ``scale * score + mentor[i] + mentee[k]``.

    ``seen_by`` looks at the pairs, and ``ready`` makes such a look of some of them.
    """

    problem: AssignmentProblem
    scores: ComputedScores
    stage: Stage
    bounds: tuple[Bounds, Bounds]
    ready: Ready
    seen_by: Look | None = None

    @classmethod
    def of(cls, problem: AssignmentProblem, stage: Stage, ready: Ready) -> "View":
        """Return the stage on people who have places beside the pins."""
        bounds, scores = open_bounds(problem), problem.scores
        assert isinstance(scores, ComputedScores)
        taking = scores.mentors & (bounds[0].most > 0), scores.mentees & (bounds[1].most > 0)
        scores = replace(scores, mentors=taking[0], mentees=taking[1])
        return cls(problem, scores, stage, bounds, ready, ready(scores.tiles))

    @property
    def mentor(self) -> IntVector:
        return self.stage.flat + self.stage.mentor

    def few(self, usual: int) -> int:
        """Return how many pairs a person are listed, where that is so many as a rule."""
        return max(usual // self.scores.shorter, 1)

    def worth(self, pairs: Pairs) -> IntVector:
        """Return what pairs are worth."""
        return self.mentor[pairs.mentors] + self.stage.mentee[pairs.mentees] + self.stage.score * pairs.scores

    def face(self, pairs: Pairs) -> Face:
        """Return the answers on some pairs."""
        return Face(pairs.mentors, pairs.mentees, *self.bounds, listed(self.problem.pins))

    def look(self, prices: tuple[IntVector, IntVector], loss: int, most: int) -> tuple[Pairs, IntVector]:
        """Return the pairs that lose no more than ``loss`` at these prices, ``most`` a mentor on average if many do.

        With them, (n,) int64, the most that a pair of each mentor is worth above the price of the mentee.
        """
        limits, mentees = prices[0] - self.mentor - loss, self.stage.mentee - prices[1]
        seen = self.scores.within(Cut(limits, mentees, self.stage.score, most), self.seen_by)
        return Pairs(seen.mentors, seen.mentees, seen.scores), seen.best + self.mentor

    def better(self, pairs: Pairs, optimum: Optimum) -> BoolVector:
        """Return which pairs are worth more than the prices of their people."""
        return np.asarray(self.worth(pairs) > optimum.left[pairs.mentors] + optimum.right[pairs.mentees])

    def of_mentees(self, some: IntVector) -> "View":
        """Return the same for the pairs of some mentees only, by their positions in ascending order."""
        scores, stage = self.scores.of_mentees(some), replace(self.stage, mentee=self.stage.mentee[some])
        return replace(self, scores=scores, stage=stage, seen_by=self.ready(scores.tiles))

    def bound(self, best: IntVector, mentees: IntVector) -> int:
        """Return what no answer is worth more than, by prices of mentees and the best that each mentor has there."""
        own = np.where(self.scores.mentors, best, 0)
        both = zip((own, mentees), self.bounds, strict=True)
        return sum(bounds.value(np.where(bounds.least > 0, prices, np.maximum(prices, 0))) for prices, bounds in both)
