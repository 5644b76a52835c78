"""Markets drawn from the questions, criteria and rules of the example programme; how tight and how tied they are."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

import mentormatch as mm
from benchmarks.population import ALIKE, APART, cohort_of, naming_as, repeated
from benchmarks.scale.records import Row
from mentormatch import AssignmentProblem, Cohort, Programme
from mentormatch.operations.instance import lazy_scores
from mentormatch.rules import Capacity, Quota, formulate
from mentormatch.scale.scan.blocks import BLOCK_ROWS
from mentormatch.scale.scan.implicit_scores import ImplicitScores
from mentormatch.scale.scores.matrix import ScoreMatrix

EXAMPLE = mm.examples.programme()
GOALS = ("matched", "total")
SAMPLE = 200
OWN = tuple(EXAMPLE.goals.order)
"""The goals of the programme itself: some people come before others."""
PLACES = 3
type Kind = Literal["scarce", "slack", "tight"]

KINDS: dict[Kind, str] = {
    "scarce": "both sides answer alike, and the rules leave no partner to more than half of the people",
    "slack": "mentors are the experienced ones, and have one to three places",
    "tight": "mentors are the experienced ones; everybody takes one",
}
COARSE = ("same", "table", "closeness")
"""Criteria that say few different things: with no others, many pairs score the same."""


@dataclass(frozen=True)
class Market:
    """So many people of a kind; ``tied``: few scores differ; ``single``: everybody takes one; ``open``: no rules.

    ``goals``: what is asked for. ``alike``: each side has so many kinds of people, who gave the same answers but to the
    questions for names; None: everybody is drawn by themselves.
    """

    mentors: int
    mentees: int
    kind: Kind = "scarce"
    tied: bool = False
    single: bool = False
    open: bool = False
    seed: int = 1
    goals: tuple[str, ...] = GOALS
    alike: int | None = None

    @property
    def one_to_one(self) -> bool:
        return self.single or self.kind == "tight" or self.open

    @property
    def name(self) -> str:
        """What is read of it: its kind, its size, what makes it other than the rest."""
        said = [self.kind, *(["tied"] if self.tied else []), *(["no rules"] if self.open else [])]
        said += [f"{self.alike} kinds a side"] if self.alike else []
        places = "one to one" if self.one_to_one else f"1 to {PLACES} places"
        asked = "" if self.goals == GOALS else f", {', '.join(self.goals)}"
        return f"{' '.join(said)}, {self.mentees:,} x {self.mentors:,} {places}{asked}"

    @cached_property
    def programme(self) -> Programme:
        """The example programme without its quota, mentors having all the places that they offer."""
        criteria = [each for each in EXAMPLE.criteria if not self.tied or each.kind in COARSE]
        rules = [] if self.open else [rule for rule in EXAMPLE.rules if not isinstance(rule, Quota)]
        if self.one_to_one:
            rules = [rule for rule in rules if not isinstance(rule, Capacity)]
        if self.tied:
            rules = [rule for rule in rules if rule.least_score is None]
        placed = [rule.model_copy(update={"most": PLACES}) if isinstance(rule, Capacity) else rule for rule in rules]
        return EXAMPLE.model_copy(update={"rules": placed, "criteria": criteria})

    @cached_property
    def people(self) -> Cohort:
        """Those who take part, drawn anew from the seed."""
        manner = ALIKE if self.kind == "scarce" else APART
        found = cohort_of(EXAMPLE, self.mentors, self.mentees, self.seed, capacity=PLACES, manner=manner)
        if self.alike is None:
            return found
        kinds = cohort_of(EXAMPLE, self.alike, self.alike, self.seed, capacity=PLACES, manner=manner)
        random = np.random.default_rng(self.seed)
        sides = zip((kinds.mentors, kinds.mentees), (found.mentors, found.mentees), "ME", strict=True)
        mentors, mentees = (naming_as(repeated(few, len(each), one, random), each) for few, each, one in sides)
        return Cohort(mentors, mentees)

    def posed(self) -> AssignmentProblem:
        """Return the problem, the score of no pair being held."""
        return formulate(
            self.people, lazy_scores(self.people, self.programme.criteria), self.programme.rules, self.goals
        )

    def shrunk(self, by: int) -> "Market":
        """Return the same of fewer people."""
        return replace(self, mentors=max(self.mentors // by, 2), mentees=max(self.mentees // by, 2))


def matrix_of(problem: AssignmentProblem) -> ScoreMatrix:
    """Return what works out the scores of a problem."""
    assert isinstance(problem.scores, ImplicitScores)
    return problem.scores.matrix


def columns(problem: AssignmentProblem, mentees: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Return (n, k) the scores of all mentors with some mentees, and which of these pairs are allowed."""
    assert isinstance(problem.scores, ImplicitScores)
    some, n = problem.scores.select_mentees(mentees), problem.shape[0]
    scores = np.concatenate([some.matrix.rows(start, min(start + BLOCK_ROWS, n)) for start in range(0, n, BLOCK_ROWS)])
    return scores, (scores >= some.matrix.floor) & some.mentors[:, None] & some.mentees


def census(problem: AssignmentProblem, placed: int) -> Row:
    """Return how tight and how tied a market is, ties and pairs being those of a sample of mentees.

    ``places_a_mentee``: places of mentors for each mentee, among those who take part; ``placed``: the share of the
    places of the shorter side that the best answer fills; ``allowed``: the share of all pairs that the rules leave.
    ``tie_rate``: the share of allowed pairs whose score another mentor gives the same mentee; ``tied_best``: the share
    of mentees whose best score several mentors give.
    """
    n, m = problem.shape
    some = np.sort(np.random.default_rng(0).choice(m, min(SAMPLE, m), replace=False))
    scores, allowed = columns(problem, some)
    counts = [
        np.unique(column[open_], return_counts=True)[1] for column, open_ in zip(scores.T, allowed.T, strict=True)
    ]
    pairs = sum(int(count.sum()) for count in counts)
    places, wanted = int(problem.mentors.most.sum()), int(problem.mentees.most.sum())
    return {
        "places_a_mentee": places / max(wanted, 1),
        "placed": placed / max(min(places, wanted), 1),
        "allowed": pairs / (n * len(some)),
        "tie_rate": sum(int(count[count > 1].sum()) for count in counts) / max(pairs, 1),
        "tied_best": float(np.mean([len(count) > 0 and count[-1] > 1 for count in counts])),
        "mentees_in_sample": len(some),
    }
