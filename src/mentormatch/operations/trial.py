"""A programme tried on a cohort: who could meet whom, the pairs that would be formed, and what each rule does to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.engine import solve
from mentormatch.assignment.model.solution import Status
from mentormatch.base.arrays import BoolMatrix
from mentormatch.base.data_objects import ContentEquality
from mentormatch.base.scalars import seed_number
from mentormatch.fields import SIDES, Side
from mentormatch.operations.instance import build_instance, require_stored_scores
from mentormatch.operations.matching import KeyPair, Matching
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme
from mentormatch.rules.rule import Rule, forbidden_by_rule, market_of


@dataclass(frozen=True, slots=True)
class RuleEffect:
    """What one rule does by itself.

    It sets so many people aside, forbids so many pairs of people who take part, ``alone`` of which no other rule does,
    puts so many people first, and gives so many places; None where it does not speak of that.
    """

    sets_aside: int | None = None
    forbids: int | None = None
    alone: int | None = None
    priority: int | None = None
    places: int | None = None


@dataclass(frozen=True, eq=False)
class Trial(ContentEquality):
    """A programme tried on a cohort: the pairs of ``match``, and what can be known of all pairs.

    ``pairs`` is the number of pairs of people who take part, ``possible`` (n, m) bool says which of them the rules
    allow; ``effects`` are those of the rules, in the order of the programme.
    """

    matching: Matching
    pairs: int
    possible: BoolMatrix
    effects: tuple[RuleEffect, ...]

    @property
    def answered(self) -> bool:
        """Whether there are pairs that keep all rules."""
        return self.matching.status in (Status.PROVED, Status.FEASIBLE)

    @cached_property
    def without(self) -> tuple[tuple[Side, str], ...]:
        """Who takes part and has no possible partner: side and key."""
        problem = self.matching.problem
        loads = {"mentor": problem.mentors, "mentee": problem.mentees}
        reached = {"mentor": self.possible.any(axis=1), "mentee": self.possible.any(axis=0)}
        return tuple(
            (side, self.matching.cohort.side(side).ids[row])
            for side in SIDES
            for row in np.flatnonzero((loads[side].most > 0) & ~reached[side])
        )

    @cached_property
    def points(self) -> dict[KeyPair, int]:
        """The score of each pair that would be formed, in millionths, by keys of mentor and mentee."""
        mentors, mentees = self.matching.solution.pairs.T
        cohort = self.matching.cohort
        scores = self.matching.scores.at(mentors, mentees).tolist()
        keys = [(cohort.mentors.ids[i], cohort.mentees.ids[k]) for i, k in zip(mentors, mentees, strict=True)]
        return dict(zip(keys, scores, strict=True))

    @property
    def first(self) -> tuple[int, int]:
        """How many of those who come first have a partner, and how many there are."""
        problem, pairs = self.matching.problem, self.matching.solution.pairs
        named = [
            (weights > 0, pairs[:, axis])
            for axis, weights in enumerate((problem.mentor_priority, problem.mentee_priority))
            if weights is not None
        ]
        return sum(int(first[np.unique(taken)].sum()) for first, taken in named), sum(
            int(first.sum()) for first, _ in named
        )


def try_programme(cohort: Cohort, programme: Programme, *, seed: int = 0, time_limit_s: float | None = None) -> Trial:
    """Return what a programme would do with a cohort.

    The pairs are those of ``match`` with the same seed.

    Parameters
    ----------
    cohort, programme, seed, time_limit_s
        As for ``match``.

    Raises
    ------
    RequestError
        The programme is not one of pairs, a rule names somebody who is not in the cohort, or there are too many pairs
        to look at each.

    Examples
    --------
    >>> from mentormatch import examples
    >>> trial = try_programme(examples.cohort(), examples.programme())
    >>> int(trial.possible.sum()), trial.pairs, len(trial.points), trial.effects[3]
    (51, 176, 12, RuleEffect(sets_aside=None, forbids=17, alone=3, priority=None, places=None))
    """
    seed = seed_number(seed)
    scores, problem = build_instance(cohort, programme)
    require_stored_scores(problem)
    solution = solve(problem, seed=seed, time_limit_s=time_limit_s, proofs="none")
    matching = Matching(cohort, programme, scores, problem, solution, seed)
    taking = (problem.mentors.most > 0)[:, None] & (problem.mentees.most > 0)[None, :]
    blocks = {
        id(rule): block & taking for rule, block in forbidden_by_rule(programme.rules, market_of(cohort, scores.values))
    }
    times = np.zeros(taking.shape, dtype=np.uint8)
    for block in blocks.values():
        times += block
    effects = tuple(effect_of(rule, cohort, blocks.get(id(rule)), times) for rule in programme.rules)
    return Trial(matching, int(taking.sum()), taking & (times == 0), effects)


def effect_of(rule: Rule, cohort: Cohort, block: BoolMatrix | None, times: NDArray[np.uint8]) -> RuleEffect:
    """Return what one rule does; ``times`` (n, m) is how many rules forbid each pair."""
    return RuleEffect(
        sets_aside=total(~admits for side in SIDES if (admits := rule.eligible(cohort.side(side), side)) is not None),
        forbids=None if block is None else int(block.sum()),
        alone=None if block is None else int((block & (times == 1)).sum()),
        priority=total(first > 0 for side in SIDES if (first := rule.priority(cohort.side(side), side)) is not None),
        places=total(
            bounds.most
            for side in SIDES
            if rule.offers_places and (bounds := rule.degree_bounds(cohort.side(side), side)) is not None
        ),
    )


def total(parts: Iterator[NDArray[np.int64] | NDArray[np.bool_]]) -> int | None:
    """Return the sum of all, None where there is none."""
    known = [int(part.sum()) for part in parts]
    return sum(known) if known else None
