"""One round of turns as an assignment of members to sessions, and round after round until everybody has theirs.

As many turns as can be, urgent members among them; then urgent turns early; then wishes; then no session left empty
before one that is used. The last three are one total in whole numbers, in which each counts for more than all that
comes after it can add up to.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.engine import solve
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.solution import Solution
from mentormatch.base.columns import BoolVector, IntVector

type Block = NDArray[np.bool_]

GOALS = ("matched", "priority", "total")


@dataclass(frozen=True, slots=True)
class TurnProblem:
    """What is asked: ``present`` (n, s) bool, ``wishes`` (n, s) int64 points from 0 to s - 1, ``urgent`` (n,) bool."""

    members: tuple[str, ...]
    sessions: tuple[str, ...]
    per_session: int
    present: Block
    wishes: NDArray[np.int64]
    urgent: BoolVector

    def scores(self) -> NDArray[np.int64]:
        """Return (n, s) int64: urgent turns early, then wishes, then early sessions, each above all that follows."""
        n, s = self.present.shape
        early = np.arange(s)[::-1]
        step = n * max(s - 1, 0) + 1
        scores: NDArray[np.int64] = (self.urgent[:, None] * early * step + self.wishes) * step + early
        return scores

    def pose(self, free: IntVector, allowed: Block, goals: Sequence[str] = GOALS) -> AssignmentProblem:
        """Return the problem of one round: ``free`` (s,) cases are left, ``allowed`` (n, s) who may when."""
        problem = AssignmentProblem.from_scores(
            self.scores(), allowed, mentee_capacity=free, goals=goals, mentor_priority=self.urgent.astype(np.int64)
        )
        return replace(problem, mentor_keys=self.members, mentee_keys=self.sessions)


@dataclass(frozen=True, slots=True)
class TurnRound:
    """One round: ``able`` (n,) bool are the members who are there at a session that is left."""

    problem: AssignmentProblem
    solution: Solution
    able: BoolVector

    @property
    def complete(self) -> bool:
        """Return whether everybody who could be at a session presents."""
        return len(self.solution.pairs) == int(self.able.sum())


def in_rounds(season: TurnProblem, asked: int, seed: int, time_limit_s: float | None) -> Iterator[TurnRound]:
    """Yield round after round, up to the first that not everybody can complete."""
    taken = np.zeros(season.present.shape, dtype=bool)
    for number in range(asked):
        found = one_round(season, taken, seed, time_limit_s, last=number + 1 == asked)
        yield found
        if not found.complete:
            return
        taken[found.solution.pairs[:, 0], found.solution.pairs[:, 1]] = True


def one_round(season: TurnProblem, taken: Block, seed: int, time_limit_s: float | None, *, last: bool) -> TurnRound:
    """Return the next round, given what is ``taken`` (n, s) bool; all but the last end as early as can be."""
    used = taken.sum(axis=0)
    begun = int(np.flatnonzero(used)[-1]) if used.any() else 0
    allowed = season.present & ~taken & (np.arange(len(season.sessions)) >= begun)
    free, able = season.per_session - used, allowed.any(axis=1)
    if not last:
        allowed &= np.arange(len(season.sessions)) < horizon(season, free, allowed)
    problem = season.pose(free, allowed)
    return TurnRound(problem, solve(problem, seed=seed, time_limit_s=time_limit_s), able)


def horizon(season: TurnProblem, free: IntVector, allowed: Block) -> int:
    """Return after how many sessions all who are able can have presented; all sessions where they never can."""

    def reach(sessions: int) -> int:
        within = allowed & (np.arange(allowed.shape[1]) < sessions)
        return len(solve(season.pose(free, within, ("matched",))).pairs)

    able, last = int(allowed.any(axis=1).sum()), allowed.shape[1]
    return next((sessions for sessions in range(last) if reach(sessions) == able), last)


def blocks(each: TurnRound) -> tuple[Block, Block]:
    """Return (n, s) bool twice: who may present when, and who does."""
    block, taken = np.zeros(each.problem.shape, dtype=bool), np.zeros(each.problem.shape, dtype=bool)
    block[each.problem.scores.pairs()] = True
    taken[each.solution.pairs[:, 0], each.solution.pairs[:, 1]] = True
    return block, taken
