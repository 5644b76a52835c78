"""Views of a plan without weights: which choice people got, and which two would both rather have each other.

Somebody's order of partners is their wishes where they gave any, and the score of the pair for everybody else: those
not asked for follow in the order of the score. Only allowed pairs count; what rules ask of all pairs together is not
looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.base.arrays import BoolMatrix, BoolVector, IntMatrix, IntVector
from mentormatch.explanation.unmatched import Case, other_side
from mentormatch.fields import Side
from mentormatch.languages import tr
from mentormatch.languages.text_keys import canonical
from mentormatch.rules.formulation import SIDES
from mentormatch.scoring.criteria.wishes import Wishes
from mentormatch.scoring.score import MILLION


@dataclass(frozen=True, slots=True)
class Preferences:
    """How much each person of one side would like each of the others, in no unit: ``values`` (own, others) int64.

    ``wished`` (own,) bool: whose order rests on wishes, and not on scores alone.
    """

    values: IntMatrix
    wished: BoolVector


@dataclass(frozen=True, slots=True)
class RankProfile:
    """The choices that one side got.

    ``counts[r - 1]`` is how many partners are somebody's r-th choice (people tied with one another share the better
    rank); ``alone`` how many people have no partner; ``wished`` how many orders rest on wishes.
    """

    side: Side
    counts: tuple[int, ...]
    alone: int
    wished: int

    def __str__(self) -> str:
        ranked = [(rank, count) for rank, count in enumerate(self.counts, start=1) if count]
        got = ", ".join(tr("choix n° {rank} : {count}", rank=rank, count=count) for rank, count in ranked)
        return tr(
            "{got} ; sans binôme : {alone} "
            "(ordre d'après les souhaits pour {wished}, d'après le score pour les autres)",
            got=got or tr("aucun binôme"),
            alone=self.alone,
            wished=self.wished,
        )


@dataclass(frozen=True, slots=True)
class Blocking:
    """Two people who would both rather have each other, and whom each would give up for it; None: a place is free."""

    mentor: str
    mentee: str
    mentor_gives_up: str | None
    mentee_gives_up: str | None


def preferences(case: Case, side: Side) -> Preferences:
    """Return the order of partners of everybody of one side."""
    scores = case.scores.values.astype(np.int64)
    values = scores if side == "mentor" else scores.T.copy()
    wished = np.zeros(len(values), dtype=bool)
    for row, asked in wishes(case, side):
        values[row, asked] += 2 * MILLION * np.arange(len(asked), 0, -1)
        wished[row] = True
    return Preferences(values, wished)


def wishes(case: Case, side: Side) -> Iterator[tuple[int, list[int]]]:
    """Yield everybody of a side who asked for people who are there, with their positions, the first wish first.

    Where the programme asks for wishes twice, the first answer that names somebody counts.
    """
    place = {canonical(key): index for index, key in enumerate(case.people(other_side(side)).ids)}
    found: dict[int, list[int]] = {}
    for criterion in case.scores.criteria:
        field = getattr(criterion, side) if isinstance(criterion, Wishes) else None
        for row, names in enumerate(case.people(side).names(field).values if field else ()):
            asked = [place[key] for key in dict.fromkeys(map(canonical, names or ())) if key in place]
            if asked:
                found.setdefault(row, asked)
    yield from found.items()


def rank_profile(case: Case) -> tuple[RankProfile, RankProfile]:
    """Return which choices the mentors and the mentees got."""
    allowed = allowed_block(case.problem)
    found = []
    for axis, side in enumerate(SIDES):
        liked = preferences(case, side)
        ranks = ranks_of(liked.values, allowed if axis == 0 else allowed.T, case.solution.pairs[:, [axis, 1 - axis]])
        alone = len(liked.wished) - len(np.unique(case.solution.pairs[:, axis]))
        found.append(RankProfile(side, tuple(np.bincount(ranks)[1:].tolist()), alone, int(liked.wished.sum())))
    return found[0], found[1]


def ranks_of(values: IntMatrix, allowed: BoolMatrix, pairs: IntMatrix) -> IntVector:
    """Return the rank of the partner in each pair (own, other): 1 plus how many allowed ones are liked better."""
    own, other = pairs.T
    better = (values[own] > values[own, other][:, None]) & allowed[own]
    ranks: IntVector = np.count_nonzero(better, axis=1).astype(np.int64) + 1
    return ranks


def blocking_pairs(case: Case) -> tuple[Blocking, ...]:
    """Return every allowed pair of two people who would both rather have each other (Gale and Shapley 1962).

    Each has a free place, or likes the other better than the partner they would give up for it, who is the one they
    like least; so envy of those who have that partner is justified. Pinned partners are not given up.
    """
    liked = preferences(case, "mentor").values, preferences(case, "mentee").values
    return tuple(
        Blocking(
            case.name("mentor", mentor),
            case.name("mentee", mentee),
            None if less[0] < 0 else case.name("mentee", less[0]),
            None if less[1] < 0 else case.name("mentor", less[1]),
        )
        for mentor, mentee, less in blocking(case.problem, case.solution.pairs, liked)
    )


def blocking(
    problem: AssignmentProblem, pairs: IntMatrix, liked: tuple[IntMatrix, IntMatrix]
) -> Iterator[tuple[int, int, tuple[int, int]]]:
    """Yield each blocking pair, by position, with whom the mentor and the mentee would give up, -1 for a free place.

    ``liked`` are how mentors (n, m) and mentees (m, n) like each other; more is better.
    """
    pinned = np.isin(pairs[:, 0] * problem.shape[1] + pairs[:, 1], [i * problem.shape[1] + k for i, k in problem.pins])
    mentors = given_up(liked[0], pairs, pinned, problem.mentors.most)
    mentees = given_up(liked[1], pairs[:, ::-1], pinned, problem.mentees.most)
    both = allowed_block(problem) & would(liked[0], *mentors) & would(liked[1], *mentees).T
    both[pairs[:, 0], pairs[:, 1]] = False
    for mentor, mentee in np.argwhere(both).tolist():
        yield mentor, mentee, (int(mentors[1][mentor]), int(mentees[1][mentee]))


def given_up(values: IntMatrix, pairs: IntMatrix, pinned: BoolVector, most: IntVector) -> tuple[BoolVector, IntVector]:
    """Return whom each person of the first side would give up for a better partner.

    First (own,) bool, who could take another at all; then (own,) their least liked partner, -1 for a free place.
    """
    own, other = pairs.T
    free = np.bincount(own, minlength=len(most)) < most
    least = np.full(len(most), -1)
    order = np.argsort(-values[own, other], kind="stable")
    order = order[~pinned[order]]
    least[own[order]] = other[order]
    return free | (least >= 0), np.where(free, -1, least)


def would(values: IntMatrix, able: BoolVector, least: IntVector) -> BoolMatrix:
    """Return (own, others) bool: whom each person would take, having a free place or liking them better."""
    bar = np.where(least < 0, np.iinfo(np.int64).min, values[np.arange(len(least)), least]) if values.size else least
    found: BoolMatrix = able[:, None] & (values > bar[:, None])
    return found


def allowed_block(problem: AssignmentProblem) -> BoolMatrix:
    """Return (n, m) bool: the allowed pairs."""
    block = np.zeros(problem.shape, dtype=bool)
    block[problem.scores.pairs()] = True
    return block
