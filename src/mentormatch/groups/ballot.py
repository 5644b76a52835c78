"""Who asks for which topics, and the choice among them as a problem for the engine of pairs.

Each topic is one column, which the group as a whole takes or not; each member takes a first, a second, a third ...
chosen topic of theirs, no more than the group takes of what they asked for::

    the group takes exactly k topics
    for each member: the number of steps taken <= the number of topics taken that they asked for

The first step of each member counts for ``served`` (maximum coverage: Chamberlin and Courant 1983). Step j is worth
1/j for ``proportional`` (proportional approval voting: Thiele 1895), in whole numbers: least common multiple / j. Every
step is one for ``approvals``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import lcm
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds, SideConstraint
from mentormatch.assignment.model.scores import pack_scores
from mentormatch.errors import Problem
from mentormatch.groups.inputs import has_nobody, named_twice, refuse
from mentormatch.languages import tr, tr_n
from mentormatch.languages.text_keys import canonical

type BallotGoal = Literal["served", "proportional", "approvals"]
type Block = NDArray[np.bool_]

GOALS: dict[BallotGoal, str] = {"served": "priority", "proportional": "total", "approvals": "matched"}
"""What each goal is for the engine."""
DEFAULT: tuple[BallotGoal, ...] = ("served", "proportional", "approvals")
GROUP = ""
"""The key of the group as a whole: no member has it."""


@dataclass(frozen=True, slots=True, repr=False)
class Ballot:
    """``asked`` (n, t) bool: which of the ``topics`` each of the ``members`` asked for."""

    members: tuple[str, ...]
    topics: tuple[str, ...]
    asked: Block

    def __repr__(self) -> str:
        return f"Ballot({len(self.members)} members, {len(self.topics)} topics)"

    def steps(self, number: int) -> int:
        """Return how many topics that they asked for a member can get at most, of so many chosen."""
        return min(number, int(self.asked.sum(axis=1).max(initial=0)))

    def pose(self, number: int, goals: Sequence[BallotGoal] = DEFAULT) -> AssignmentProblem:
        """Return the problem to choose so many topics: members and the group are rows, steps and topics columns."""
        n, t = self.asked.shape
        steps = self.steps(number)
        whole = lcm(*range(1, steps + 1))
        scores = np.zeros((n + 1, steps + t), dtype=np.int64)
        scores[:n, :steps] = [whole // step for step in range(1, steps + 1)]
        served = np.zeros(steps + t, dtype=np.int64)
        served[:1] = min(steps, 1)
        return AssignmentProblem(
            pack_scores(scores, self._allowed(steps)),
            loads([steps] * n + [number], [0] * n + [number]),
            loads([n] * steps + [1] * t),
            tuple(self._rows(steps)),
            goals=tuple(GOALS[goal] for goal in goals),
            mentee_priority=served,
            mentor_keys=(*(f"m{member}" for member in self.members), GROUP),
            mentee_keys=(*(f"s{step}" for step in range(steps)), *(f"t{topic}" for topic in self.topics)),
        )

    def _allowed(self, steps: int) -> Block:
        """Return which pairs there are: members with as many steps as they have wishes, the group with each topic."""
        n, t = self.asked.shape
        allowed = np.zeros((n + 1, steps + t), dtype=bool)
        allowed[:n, :steps] = np.arange(steps) < self.asked.sum(axis=1)[:, None]
        allowed[n, steps:] = True
        return allowed

    def _rows(self, steps: int) -> Iterator[SideConstraint]:
        """Yield that each member takes no more steps than the group takes topics that they asked for."""
        n, t = self.asked.shape
        for member in np.flatnonzero(self.asked.any(axis=1)).tolist():
            weights = np.zeros((n + 1, steps + t), dtype=np.int64)
            weights[member, :steps] = 1
            weights[n, steps:] = -self.asked[member].astype(np.int64)
            yield SideConstraint(f"m{member}", weights, most=0)


def loads(most: Sequence[int], least: Sequence[int] | None = None) -> DegreeBounds:
    """Return bounds that hold in any case."""
    bounds = [np.array(bound, dtype=np.int64) for bound in (least or [0] * len(most), most)]
    return DegreeBounds(bounds[0], bounds[1], np.zeros(len(most), dtype=bool))


def ballot_of(approvals: Mapping[str, Iterable[str] | None], topics: Iterable[str] | None) -> Ballot:
    """Return who asked for what; raise RequestError where a name comes twice, or a topic is not on offer."""
    members = tuple(approvals)
    wanted = [{canonical(topic): topic for topic in asked or ()} for asked in approvals.values()]
    there: dict[str, str] = {}
    for asked in wanted:
        there |= {folded: min(name, there.get(folded, name)) for folded, name in asked.items()}
    offered = tuple(there.values()) if topics is None else tuple(topics)
    named = ((tr("membres"), members), (tr("sujets"), offered))
    problems = [wrong for where, names in named for wrong in (*named_twice(where, names), *has_nobody(where, names))]
    known = {canonical(topic): place for place, topic in enumerate(offered)}
    lost = sum(folded not in known for asked in wanted for folded in asked)
    if lost:
        found = tr_n("une demande d'un sujet inconnu", "{number} demandes d'un sujet inconnu", lost, number=lost)
        problems.append(Problem(tr("sujets"), found, tr("un des sujets proposés")))
    refuse(tr("Ces demandes ne conviennent pas"), problems)
    block = np.zeros((len(members), len(offered)), dtype=bool)
    for row, each in enumerate(wanted):
        block[row, [known[folded] for folded in each]] = True
    return Ballot(members, offered, block)
