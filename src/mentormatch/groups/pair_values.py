"""What two members are worth to each other, both ways round, and what a group is worth as a whole; in millionths."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mentormatch.assignment.model.scores import IntMatrix
from mentormatch.base.columns import IntVector
from mentormatch.groups.problem import GroupTerm
from mentormatch.people.cohort import People
from mentormatch.scoring.criterion import Criterion
from mentormatch.scoring.score import MILLION, contribution, normalised


@dataclass(frozen=True)
class PairShares:
    """What one criterion adds to every pair: ``values`` (n, n), millionths, ``known`` (n, n), both answered."""

    values: IntMatrix
    known: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


@dataclass(frozen=True)
class WholeShare:
    """What one criterion adds to a group as a whole, by all people of a cohort."""

    shared: GroupTerm

    def of(self, members: IntVector) -> GroupTerm:
        """Return the same for some people."""
        whole = self.shared
        return GroupTerm(whole.has[members], whole.known[members], whole.points, whole.unknown)


@dataclass(frozen=True)
class GroupScores:
    """The worth of every pair of members, and of groups as a whole; criteria with their weights and parts, in order."""

    values: IntMatrix
    shared: tuple[WholeShare, ...]
    criteria: tuple[Criterion, ...]
    weights: tuple[float, ...]
    parts: tuple[PairShares | WholeShare, ...]


def score(members: People, criteria: Sequence[Criterion]) -> GroupScores:
    """Return the scores of members.

    The share of a criterion in a pair is the mean of its shares both ways round, rounded down to millionths, so that
    the shares add up exactly. What a group has as a whole counts as much as it would for each of its pairs.
    """
    weights = normalised(criteria)
    parts = tuple(part(criterion, weight, members) for criterion, weight in zip(criteria, weights, strict=True))
    values = np.zeros((len(members), len(members)), dtype=np.int64)
    for each in parts:
        if isinstance(each, PairShares):
            values += each.values
    shared = tuple(each for each in parts if isinstance(each, WholeShare))
    return GroupScores(values, shared, tuple(criteria), weights, parts)


def part(criterion: Criterion, weight: float, members: People) -> PairShares | WholeShare:
    """Return what one criterion adds."""
    whole = criterion.whole(members)
    if whole is not None:
        points = np.rint(whole.values * weight * MILLION).astype(np.int64)
        return WholeShare(GroupTerm(whole.has, whole.known, points, int(np.rint(criterion.neutral * weight * MILLION))))
    share, known = contribution(criterion, weight, members, members)
    both = (share.astype(np.int64) + share.T) // 2
    np.fill_diagonal(both, 0)
    return PairShares(both, known & known.T)
