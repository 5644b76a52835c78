"""A programme and a cohort -> the allowed pairs, the pairs of ``match``, and the effect of each rule."""

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
    """The effect of one rule, counted separately; a count is None if it does not apply to this kind of rule.

    Numbers of excluded people, of forbidden pairs between participants, of those that only this rule forbids
    (``alone``), of people with priority, and of places granted, also to people who take no part.
    """

    sets_aside: int | None = None
    forbids: int | None = None
    alone: int | None = None
    priority: int | None = None
    places: int | None = None


@dataclass(frozen=True, eq=False)
class Trial(ContentEquality):
    """The pairs of ``match``, and the effect of the programme on all pairs.

    ``pairs`` is the number of pairs between participants; ``possible`` (n, m) bool contains the pairs allowed by the
    rules; ``effects`` are in the order of the rules.
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
        """The people who take part, have a place, and have no possible partner: side and key."""
        problem = self.matching.problem
        loads = {"mentor": problem.mentors, "mentee": problem.mentees}
        has_partner = {"mentor": self.possible.any(axis=1), "mentee": self.possible.any(axis=0)}
        return tuple(
            (side, self.matching.cohort.side(side).ids[row])
            for side in SIDES
            for row in np.flatnonzero((loads[side].most > 0) & ~has_partner[side])
        )

    @cached_property
    def points(self) -> dict[KeyPair, int]:
        """The score of each pair of the matching, in millionths, by keys of mentor and mentee."""
        mentors, mentees = self.matching.solution.pairs.T
        cohort = self.matching.cohort
        scores = self.matching.scores.at(mentors, mentees).tolist()
        keys = [(cohort.mentors.ids[i], cohort.mentees.ids[k]) for i, k in zip(mentors, mentees, strict=True)]
        return dict(zip(keys, scores, strict=True))

    @property
    def first(self) -> tuple[int, int]:
        """The number of people with priority who have a partner, and the number of all people with priority."""
        problem, pairs = self.matching.problem, self.matching.solution.pairs
        priority_sides = [
            (weights > 0, pairs[:, axis])
            for axis, weights in enumerate((problem.mentor_priority, problem.mentee_priority))
            if weights is not None
        ]
        return sum(int(is_first[np.unique(placed)].sum()) for is_first, placed in priority_sides), sum(
            int(is_first.sum()) for is_first, _ in priority_sides
        )


def try_programme(cohort: Cohort, programme: Programme, *, seed: int = 0, time_limit_s: float | None = None) -> Trial:
    """Return the effects of a programme on a cohort.

    The pairs are those of ``match`` with the same seed.

    Parameters
    ----------
    cohort, programme, seed, time_limit_s
        As for ``match``.

    Raises
    ------
    RequestError
        The programme is not one of pairs, a rule names a person who is not in the cohort, or the pairs are too many to
        be stored.

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
    rule_counts = np.zeros(taking.shape, dtype=np.uint8)
    for block in blocks.values():
        rule_counts += block
    effects = tuple(effect_of(rule, cohort, blocks.get(id(rule)), rule_counts) for rule in programme.rules)
    return Trial(matching, int(taking.sum()), taking & (rule_counts == 0), effects)


def effect_of(rule: Rule, cohort: Cohort, block: BoolMatrix | None, times: NDArray[np.uint8]) -> RuleEffect:
    """Return the effect of one rule; ``times`` (n, m) is the number of rules that forbid each pair."""
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
    """Return the sum of all arrays; None if there are none."""
    sums = [int(part.sum()) for part in parts]
    return sum(sums) if sums else None
