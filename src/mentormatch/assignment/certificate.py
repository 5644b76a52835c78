"""Proves an answer again without a solver: that it keeps the rules, and that the prices bound every other answer.

A stage of the proof gives each pair ``e`` a worth ``w_e`` (goals times weights) and each person ``p`` a price ``u_p``.
The surplus of a pair is ``s_e = w_e`` minus the prices of its two people. Any answer ``x`` is then worth::

    sum_e x_e w_e  =  sum_p load_p u_p + sum_e x_e s_e
                  <=  sum_p max(least_p u_p, most_p u_p) + sum of s_e over the pairs that are settled as chosen
                                                         + sum of max(s_e, 0) over the open pairs

whatever the prices are (weak duality). Where this bound is the value of the pairs, no answer is worth more, and every
other answer that is worth as much reaches each term of the bound as well. So, for the next stage: a pair with a
surplus that is not 0 is settled; so is the load of a person whose price is not 0. Of the pairs that are left, two such
answers differ by closed walks, which take and leave a pair in turns, and begin and end at people whose loads may
change. A pair that lies on no such walk, which means on no cycle of the residual graph, is settled too. That is all
that a later goal may rest on: it is optimal among the answers that are optimal in the goals before.

Several goals in one stage are lexicographic if each weight exceeds all that the goals after it can differ by over as
many pairs as there are places. Rows that couple pairs, and minimums that bind only who is used, are left out of the
bound: without them there are more answers, so a bound that holds for those holds for these. It is seldom reached where
such rules bind; then the certificate says that it certifies the rules and the values, and not the optimum.
A goal that is no sum over pairs has no such bound: nothing is certified from it on.

Sums are in Python's integers. numpy's are used only for numbers checked to be within ``LARGEST``.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import accumulate, takewhile
from typing import Self

import numpy as np

from mentormatch.assignment.check import violations
from mentormatch.assignment.problem import AssignmentProblem
from mentormatch.assignment.solution import Prices, Solution, Status
from mentormatch.columns import BoolVector, IntVector

SUMS = ("matched", "priority", "total")
"""The goals that prices can prove: each pair counts for itself."""
LARGEST = 1 << 60
"""Worths and prices up to here: a worth less two prices is exact in int64."""


class Verdict(StrEnum):
    """What a certificate certifies: the optimum; a part of it; rules and values only; nothing; or that all is wrong."""

    CERTIFIED = "certified"
    PARTLY = "partly_certified"
    UNCERTIFIED = "not_certified"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"


WORDS = {
    Verdict.CERTIFIED: "Les règles sont respectées et aucune autre répartition ne fait mieux : c'est démontré.",
    Verdict.PARTLY: "Les règles sont respectées ; l'optimalité n'est démontrée que pour une partie des buts.",
    Verdict.UNCERTIFIED: "Les règles sont respectées et les valeurs sont exactes ; l'optimalité n'est pas certifiée.",
    Verdict.NO_ANSWER: "Il n'y a pas de répartition à certifier.",
    Verdict.REFUSED: "Le certificat est refusé : la répartition n'est pas ce qu'elle affirme être.",
}


@dataclass(frozen=True, slots=True)
class CertifiedTier:
    """One goal: the ``value`` of the pairs, the bound that the engine states, and the one that the prices prove.

    ``certified`` is None where the prices prove nothing. Both bounds hold among the answers that do as well in the
    goals before.
    """

    goal: str
    value: int
    stated: int | None
    certified: int | None

    @property
    def proved(self) -> bool:
        """Return whether the prices prove that no answer does better in this goal."""
        return self.certified == self.value

    @property
    def backed(self) -> bool:
        """Return whether the prices prove the bound that the engine states, if it states one."""
        return self.stated is None or (self.certified is not None and self.certified <= self.stated)


@dataclass(frozen=True, slots=True)
class Certificate:
    """What is certain of an answer without trusting a solver; ``problems`` say in words why it is refused."""

    verdict: Verdict
    tiers: tuple[CertifiedTier, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def certified(self) -> bool:
        """Return whether the answer is proved optimal in every goal."""
        return self.verdict is Verdict.CERTIFIED

    @property
    def words(self) -> str:
        """Return in a sentence of French what is certified."""
        return WORDS[self.verdict]


def certify(problem: AssignmentProblem, solution: Solution) -> Certificate:
    """Return what the pairs and the prices of a solution prove, in exact arithmetic and without a solver.

    Parameters
    ----------
    problem
        Allowed pairs, loads, rows, pins and goals.
    solution
        Pairs, tiers and prices; its status and its bounds are claims that are checked, and nothing rests on them.

    Examples
    --------
    >>> from mentormatch.assignment.engine import solve
    >>> problem = AssignmentProblem.from_scores([[0.9, 0.8], [0.7, 0.1]])
    >>> certificate = certify(problem, solve(problem))
    >>> str(certificate.verdict), [(tier.goal, tier.certified) for tier in certificate.tiers]
    ('certified', [('matched', 2), ('total', 1500000)])
    """
    wrong = violations(problem, solution)
    if wrong:
        return Certificate(Verdict.REFUSED, problems=tuple(wrong))
    if solution.status not in (Status.PROVED, Status.FEASIBLE):
        return Certificate(Verdict.NO_ANSWER)
    goals = tuple(takewhile(SUMS.__contains__, problem.goals))
    stages = solution.prices if goals == problem.goals else tuple(takewhile(_within(goals), solution.prices))
    wrong = list(_misshapen(problem, stages))
    if wrong:
        return Certificate(Verdict.REFUSED, problems=tuple(wrong))
    bounds = _bounds(problem, solution, stages)
    tiers = tuple(CertifiedTier(tier.goal, tier.value, tier.bound, bounds.get(tier.goal)) for tier in solution.tiers)
    return _concluded(tiers, provable=len(goals) if stages else 0)


def _within(goals: Sequence[str]) -> Callable[[Prices], bool]:
    """Return the question whether a stage is for some of the goals only."""
    return lambda stage: {goal for goal, _ in stage.weights} <= set(goals)


def _concluded(tiers: tuple[CertifiedTier, ...], *, provable: int) -> Certificate:
    """Return the certificate: every stated bound of the first ``provable`` goals must be backed by prices."""
    wrong = tuple(
        f"tier {tier.goal} states a bound of {tier.stated}, the prices prove {tier.certified}"
        for tier in tiers[:provable]
        if not tier.backed
    )
    if wrong:
        return Certificate(Verdict.REFUSED, tiers, wrong)
    if not provable:
        return Certificate(Verdict.UNCERTIFIED, tiers)
    return Certificate(Verdict.CERTIFIED if all(tier.proved for tier in tiers) else Verdict.PARTLY, tiers)


def _misshapen(problem: AssignmentProblem, stages: Sequence[Prices]) -> Iterator[str]:
    """Yield why the prices are not those of stages of this problem."""
    goals = [goal for stage in stages for goal, _ in stage.weights]
    if goals != list(problem.goals[: len(goals)]) or not all(stage.weights for stage in stages):
        yield f"prices for the goals {goals} are not for those of the problem, in their order"
    for stage in stages:
        if (len(stage.mentors), len(stage.mentees)) != problem.shape:
            yield f"prices of {len(stage.mentors)} mentors and {len(stage.mentees)} mentees, not of {problem.shape}"
        if any(weight < 1 for _, weight in stage.weights):
            yield "a goal has a weight below 1"


def _bounds(problem: AssignmentProblem, solution: Solution, stages: Sequence[Prices]) -> dict[str, int]:
    """Return the bound that the prices prove for each goal, up to the first that they do not prove to be optimal."""
    face, bounds = _Face.of(problem, solution), dict[str, int]()
    values = {tier.goal: tier.value for tier in solution.tiers}
    for place, prices in enumerate(stages):
        stage = _Stage.of(problem, face, prices)
        if stage is None:
            return bounds
        bound = face.bound(stage)
        if bound != sum(weight * values[goal] for goal, weight in prices.weights):
            first, weight = prices.weights[0]
            return bounds | {first: (bound - problem.places * stage.rest) // weight}
        bounds |= {goal: values[goal] for goal, _ in prices.weights}
        if place + 1 < len(stages):
            face = face.narrowed(stage)
    return bounds


@dataclass(frozen=True, slots=True)
class _Stage:
    """The ``surplus`` (e,) of every allowed pair and the prices of both sides.

    ``rest``, 0 or less: the least that one pair is worth in all goals of the stage but the first.
    """

    surplus: IntVector
    prices: tuple[IntVector, IntVector]
    rest: int

    @classmethod
    def of(cls, problem: AssignmentProblem, face: "_Face", prices: Prices) -> Self | None:
        """Return the stage, or None if it is not lexicographic, or beyond what is exact."""
        parts = [(weight, _worth(problem, face, goal)) for goal, weight in prices.weights]
        ranges = [
            (weight * int(part.min()), weight * int(part.max())) if len(part) else (0, 0) for weight, part in parts
        ]
        whole, *below = list(accumulate(reversed(ranges), _widened, initial=(0, 0)))[::-1]
        lexicographic = all(
            weight > problem.places * (max(high, 0) - min(low, 0))
            for (weight, _), (low, high) in zip(parts, below, strict=True)
        )
        greatest = max(
            -whole[0], whole[1], *(weight for weight, _ in parts), *map(_magnitude, (prices.mentors, prices.mentees))
        )
        if not lexicographic or greatest > LARGEST:
            return None
        worth = sum((weight * part for weight, part in parts), np.zeros(len(face.mentors), dtype=np.int64))
        surplus = worth - prices.mentors[face.mentors] - prices.mentees[face.mentees]
        return cls(surplus, (prices.mentors, prices.mentees), min(below[0][0], 0))


def _widened(inner: tuple[int, int], outer: tuple[int, int]) -> tuple[int, int]:
    return inner[0] + outer[0], inner[1] + outer[1]


def _magnitude(vector: IntVector) -> int:
    return max(-int(vector.min(initial=0)), int(vector.max(initial=0)))


def _worth(problem: AssignmentProblem, face: "_Face", goal: str) -> IntVector:
    """Return (e,) int64: what each allowed pair counts in a goal."""
    worth = np.zeros(len(face.mentors), dtype=np.int64)
    match goal:
        case "matched":
            return worth + 1
        case "priority":
            for part, people in ((problem.mentor_priority, face.mentors), (problem.mentee_priority, face.mentees)):
                worth += 0 if part is None else part[people]
            return worth
        case _:
            return problem.scores.at(face.mentors, face.mentees)


@dataclass(frozen=True, slots=True)
class _Face:
    """The answers that may still be optimal: those that leave the ``settled`` pairs as ``chosen``, within the loads.

    ``mentors``, ``mentees``, ``chosen``, ``settled`` (e,): every allowed pair. ``least`` and ``most``: what the people
    of each side take in all.
    """

    mentors: IntVector
    mentees: IntVector
    chosen: BoolVector
    settled: BoolVector
    least: tuple[IntVector, ...]
    most: tuple[IntVector, ...]

    @classmethod
    def of(cls, problem: AssignmentProblem, solution: Solution) -> Self:
        """Return all answers: pins are settled, and so are the other pairs of people whom pins leave no place."""
        mentors, mentees = problem.scores.pairs()
        chosen = _listed(problem, mentors, mentees, solution.pairs)
        pinned = _listed(problem, mentors, mentees, np.array(problem.pins, dtype=np.int64).reshape(-1, 2))
        loads = (problem.mentors, problem.mentees)
        most = tuple(
            np.minimum(load.most, degree) for load, degree in zip(loads, problem.scores.degrees(), strict=True)
        )
        face = cls(mentors, mentees, chosen, pinned, tuple(load.always for load in loads), most)
        full = [taken >= most for taken, most in zip(face.loads(pinned), most, strict=True)]
        return face._settling(full[0][mentors] | full[1][mentees])

    def loads(self, mask: BoolVector) -> tuple[IntVector, ...]:
        """Return how many pairs of a mask each person of both sides is in."""
        sides = zip((self.mentors, self.mentees), self.most, strict=True)
        return tuple(np.bincount(people[mask], minlength=len(most)) for people, most in sides)

    def bound(self, stage: _Stage) -> int:
        """Return what no answer of this face exceeds, in Python's integers."""
        counted = np.where(self.settled, self.chosen, stage.surplus > 0)
        total: int = sum(stage.surplus[counted].tolist())
        for least, most, prices in zip(self.least, self.most, stage.prices, strict=True):
            people = zip(least.tolist(), most.tolist(), prices.tolist(), strict=True)
            total += sum([max(low * price, high * price) for low, high, price in people])
        return total

    def narrowed(self, stage: _Stage) -> Self:
        """Return the face of the answers that reach every term of the bound, as the chosen pairs do."""
        held = [price != 0 for price in stage.prices]
        sides = list(zip(held, self.loads(self.chosen), self.least, self.most, strict=True))
        face = replace(
            self,
            least=tuple(np.where(priced, load, least) for priced, load, least, _ in sides),
            most=tuple(np.where(priced, load, most) for priced, load, _, most in sides),
        )._settling(stage.surplus != 0)
        return face._settling(face._on_no_walk())

    def _settling(self, mask: BoolVector) -> Self:
        """Return the face with more pairs settled, and nobody below the settled pairs that they are in."""
        settled = self.settled | mask
        taken = self.loads(settled & self.chosen)
        least = tuple(np.maximum(low, count) for low, count in zip(self.least, taken, strict=True))
        return replace(self, settled=settled, least=least)

    def _on_no_walk(self) -> BoolVector:
        """Return (e,) bool: the pairs on no cycle of the residual graph of people and a sink."""
        n, m = (len(most) for most in self.most)
        graph: list[list[int]] = [[] for _ in range(n + m + 1)]
        pairs = zip(self.mentors.tolist(), (self.mentees + n).tolist(), self.chosen.tolist(), strict=True)
        for (mentor, mentee, chosen), settled in zip(pairs, self.settled.tolist(), strict=True):
            if not settled:
                graph[mentee if chosen else mentor].append(mentor if chosen else mentee)
        loads = self.loads(self.chosen)
        more = np.concatenate([loads[0] < self.most[0], loads[1] > self.least[1]])
        less = np.concatenate([loads[0] > self.least[0], loads[1] < self.most[1]])
        graph[n + m] = np.flatnonzero(more).tolist()
        for person in np.flatnonzero(less).tolist():
            graph[person].append(n + m)
        part = np.array(_strong_parts(graph))
        return np.asarray(part[self.mentors] != part[self.mentees + n])


def _listed(problem: AssignmentProblem, mentors: IntVector, mentees: IntVector, pairs: IntVector) -> BoolVector:
    """Return which of the allowed pairs are listed."""
    width = problem.shape[1]
    return np.isin(mentors * width + mentees, pairs[:, 0] * width + pairs[:, 1])


def _strong_parts(graph: list[list[int]]) -> list[int]:
    """Return the strongly connected part of each node, by two searches in depth (Kosaraju and Sharir 1981)."""
    back: list[list[int]] = [[] for _ in graph]
    for tail, heads in enumerate(graph):
        for head in heads:
            back[head].append(tail)
    part = [-1] * len(graph)
    for root in reversed(_finished(graph)):
        pending = [root] if part[root] < 0 else []
        while pending:
            node = pending.pop()
            if part[node] < 0:
                part[node] = root
                pending += [other for other in back[node] if part[other] < 0]
    return part


def _finished(graph: list[list[int]]) -> list[int]:
    """Return the nodes in the order in which a search in depth leaves them."""
    left, seen = [], [False] * len(graph)
    for root in range(len(graph)):
        path = [] if seen[root] else [(root, iter(graph[root]))]
        seen[root] = True
        while path:
            node, heads = path[-1]
            head = next((head for head in heads if not seen[head]), None)
            if head is None:
                left.append(node)
                path.pop()
            else:
                seen[head] = True
                path.append((head, iter(graph[head])))
    return left
