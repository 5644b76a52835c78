"""Lexicographic goals as one weighted objective; where exact weights overflow, smaller ones that are verified later.

A goal that outdoes the next over all pairs needs a weight of all that these pairs are worth, and three such weights on
each other are too great. But what one answer gains on another it gains by exchanges of a few people each, so weights
that outdo the next goal over some hundreds of pairs do as well. That they did is proved of each answer: see ``coarse``.
"""

from dataclasses import dataclass, replace
from functools import partial
from operator import gt
from typing import Self

import numpy as np

from mentormatch.assignment.dual_rounding import nearest_unit
from mentormatch.assignment.lexicographic import opening_stage
from mentormatch.assignment.leximin import LeximinStages
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.objective import ScalarObjective, objective_of, scalarize, scalarize_loosely
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual
from mentormatch.base.columns import IntVector


@dataclass(frozen=True, slots=True)
class WeightLimits:
    """What a pair may be worth less than: ``most`` in any case, ``usual`` if there is a choice."""

    most: int
    usual: int

    def loosely(self, problem: AssignmentProblem, goals: tuple[str, ...]) -> ScalarObjective | None:
        """Return the goals in one stage that is as sure as the limits allow, None if it is too great even so."""
        found = (scalarize_loosely(problem, goals, partial(gt, limit)) for limit in (self.usual, self.most))
        return next((stage for stage in found if stage is not None), None)


@dataclass(frozen=True, slots=True)
class WeightedGoals:
    """The ``stage`` that is solved, and how its prices pay for the goals: for ``weights`` in so many ``parts``.

    Goals that ask for no scores leave nearly all pairs tied. Where any optimum will do, the total tells them apart: it
    is in the stage, and not among the weights. ``sure``: no answer of another order is worth as much.
    """

    stage: ScalarObjective
    weights: tuple[tuple[str, int], ...]
    parts: int = 1
    exact_order: bool = True

    @classmethod
    def of(cls, problem: AssignmentProblem, limits: WeightLimits, *, ties: bool) -> Self | None:
        """Return the aims of a problem, None if its numbers are too great; ``ties``: any optimum will not do."""
        stages = scalarize(problem, lambda reach: reach < limits.most)
        told = not ties and "total" not in problem.goals
        if any(isinstance(stage, LeximinStages) for stage in stages):
            return None
        if len(stages) > 1:
            stage = limits.loosely(problem, (*problem.goals, "total") if told else problem.goals)
            return None if stage is None else cls._loose(stage, told=told)
        asked = opening_stage(stages)
        return (cls._told(problem, limits, asked) if told else None) or cls(asked, asked.weights)

    @classmethod
    def _told(cls, problem: AssignmentProblem, limits: WeightLimits, asked: ScalarObjective) -> Self | None:
        """Return the aims with the total below what is asked for, None if that is too great."""
        total, places = objective_of(problem, "total"), problem.max_pairs
        if asked.fits_above(total, places):
            finer = asked.dominate(total, places)
            if finer.range < limits.usual:
                return cls(finer, asked.weights, finer.unit // asked.unit)
        stage = limits.loosely(problem, (*problem.goals, "total"))
        return None if stage is None else cls._loose(stage, told=True)

    @classmethod
    def _loose(cls, stage: ScalarObjective, *, told: bool) -> Self:
        asked = stage.weights[:-1] if told else stage.weights
        parts = asked[-1][1]
        return cls(stage, tuple((goal, weight // parts) for goal, weight in asked), parts, exact_order=False)

    def times(self, finer: int) -> Self:
        """Return the same in so many times smaller parts."""
        return replace(self, stage=self.stage.times(finer), parts=self.parts * finer)

    def order_proved(self, face: OptimalFace, optimum: PrimalDual) -> bool:
        """Return whether all answers on a face of tight pairs, proved by its optimum, are the best goal by goal.

        They are if all pairs are as tight at prices in whole weights: people without a price then have none, so that
        every answer on the face is worth, up to each goal, the sum of these prices, and no answer at all is worth more.
        """
        if self.exact_order:
            return True
        prices = optimum.left[face.lefts], optimum.right[face.rights]
        return all(_as_tight(prices, unit) for _, unit in self.stage.weights[:-1])


def _as_tight(prices: tuple[IntVector, IntVector], unit: int) -> bool:
    """Return whether the prices (e,) of both people of tight pairs pay for no more than these in whole units too."""
    mentors, mentees = nearest_unit(prices, unit)
    return np.array_equal(mentors + mentees, (prices[0] + prices[1]) // unit)
