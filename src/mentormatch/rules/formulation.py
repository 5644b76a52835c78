"""Cohort, scores, rules and goals -> the assignment problem.

Nobody is paired with themselves: that rule is in force in every programme, and no programme states it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import prod
from typing import ClassVar, Literal, NoReturn

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds, Row
from mentormatch.assignment.model.scores import NO_SCORE, DenseScores, PersonMasks, Scores, SparseScores, pack_scores
from mentormatch.base.arrays import BoolMatrix, BoolVector, Index, IntVector
from mentormatch.errors import Problem, RequestError
from mentormatch.fields import SIDES, Side
from mentormatch.languages import tr
from mentormatch.people.cohort import Cohort, People
from mentormatch.rules.rule import NO_SCORES, KeptPlaces, Market, PairIndices, Rule, market_of
from mentormatch.scoring.criterion import Criterion
from mentormatch.scoring.score import ScoreTable, normalise_weights, score

type ScorePairs = Callable[[Cohort, Sequence[Criterion], Sequence[Rule], PersonMasks], Scores]
"""Returns the scores of people who take part, under rules in force, as a problem asks for them."""


class UnheldScores(ScoreTable):
    """Scores of so many pairs that they are worked out when they are asked for; ``values`` does not exist.

    ``score_pairs`` is how a problem works them out.
    """

    __slots__ = ("cohort", "score_pairs")
    cohort: Cohort
    score_pairs: ScorePairs

    def __init__(self, cohort: Cohort, criteria: Sequence[Criterion], score_pairs: ScorePairs) -> None:
        parts = {"cohort": cohort, "criteria": tuple(criteria), "weights": normalise_weights(criteria)}
        for name, part in {**parts, "score_pairs": score_pairs, "emphasis": None}.items():
            object.__setattr__(self, name, part)

    def __getattr__(self, name: str) -> NoReturn:
        """Refuse what would take the scores of all pairs."""
        if name != "values":
            raise AttributeError(name)
        pairs = prod(map(len, (self.cohort.mentors, self.cohort.mentees)))
        found = Problem(tr("paires"), str(pairs), advice=tr("demandez une paire, ou une personne, à la fois"))
        raise RequestError(tr("Il y a trop de paires pour les avoir toutes à la fois"), [found])

    @property
    def held(self) -> bool:
        return False

    def part(self, mentors: Index, mentees: Index) -> NDArray[np.int32]:
        some = Cohort(self.cohort.mentors.take(mentors), self.cohort.mentees.take(mentees))
        return score(some, self.criteria).values

    def with_criteria(self, criteria: Sequence[Criterion]) -> "UnheldScores":
        """Return the scores of the same people by other criteria."""
        return UnheldScores(self.cohort, criteria, self.score_pairs)

    def under(self, rules: Sequence[Rule], taking_part: PersonMasks | None = None) -> Scores:
        """Return the scores of pairs that these rules allow, of people who take part, None: everybody."""
        everybody = np.ones(len(self.cohort.mentors), dtype=bool), np.ones(len(self.cohort.mentees), dtype=bool)
        return self.score_pairs(self.cohort, self.criteria, rules, taking_part or everybody)


def formulate(cohort: Cohort, scores: ScoreTable, rules: Sequence[Rule], goals: Sequence[str]) -> AssignmentProblem:
    """Return the problem of choosing pairs in ``cohort``.

    Forbidden pairs, and all pairs of people who are set aside, are absent from it. Raises RequestError or SurveyError
    where a rule names someone who is not there, or a capacity is not a whole number.
    """
    taking_part = eligible_people(rules, cohort.mentors, "mentor"), eligible_people(rules, cohort.mentees, "mentee")
    if isinstance(scores, UnheldScores):
        market, found = market_of(cohort, NO_SCORES), scores.under(rules_in_force(rules), taking_part)
        return build_problem(market, found, taking_part, rules, goals)
    market = market_of(cohort, scores.values)
    return build_problem(market, allowed_scores(market, rules, taking_part), taking_part, rules, goals)


def allowed_scores(market: Market, rules: Sequence[Rule], taking_part: PersonMasks) -> DenseScores | SparseScores:
    """Return the stored scores of the pairs that no rule forbids, of people who take part."""
    allowed = ~forbidden_pairs(rules, market)
    for some in (taking_part[0][:, None], taking_part[1][None, :]):
        if not some.all():
            allowed &= some
    return pack_scores(market.scores, allowed)


def build_problem(
    market: Market,
    scores: Scores,
    taking_part: PersonMasks,
    rules: Sequence[Rule],
    goals: Sequence[str],
) -> AssignmentProblem:
    """Return the problem on these scores."""
    mentors = degree_bounds(rules, market.mentors, "mentor", taking_part[0])
    return AssignmentProblem(
        scores,
        mentors,
        degree_bounds(rules, market.mentees, "mentee", taking_part[1]),
        rows=tuple(side_constraints(rules, market, mentors, scores)),
        pins=tuple(sorted({pin for rule in rules for pin in rule.pins(market)})),
        goals=tuple(goals),
        mentor_priority=priority_weights(rules, market.mentors, "mentor"),
        mentee_priority=priority_weights(rules, market.mentees, "mentee"),
        mentor_keys=market.mentors.compared,
        mentee_keys=market.mentees.compared,
    )


def side_constraints(rules: Sequence[Rule], market: Market, mentors: DegreeBounds, scores: Scores) -> Iterator[Row]:
    """Yield the sums over pairs that rules bound, rule by rule, given how many partners the mentors take."""
    for rule in rules:
        yield from rule.side_constraints(market)
        kept = rule.kept_places(market)
        if kept is not None:
            yield keeping_row(rule.label, kept, usable_places(mentors, scores))


def keeping_row(name: str, kept: KeptPlaces, places: IntVector) -> Row:
    """Return that people who are no latecomers leave the kept places free, of the ``places`` (n,) that there are."""
    free_to_all = None if not kept.latecomers.any() else (~kept.latecomers).astype(np.int64)[None, :]
    most = int(places[kept.mentors].sum()) - kept.number
    return Row(name, kept.mentors.astype(np.int64)[:, None], most=most, factor=free_to_all)


def keeping_rules(
    rules: Sequence[Rule], market: Market, problem: AssignmentProblem
) -> Iterator[tuple[Rule, KeptPlaces, int]]:
    """Yield each rule that keeps places with these, and the number of the row of ``problem`` that says so.

    None of a rule of which the problem has no row, as where suggestions are made.
    """
    kept = [(rule, said) for rule in rules if (said := rule.kept_places(market)) is not None]
    if kept:
        places = usable_places(problem.mentors, problem.scores)
        nameless = [replace(row, name="") for row in problem.rows]  # names are in the language of the formulation
        rows = [keeping_row("", said, places) for _, said in kept]
        yield from (
            (rule, said, nameless.index(row)) for (rule, said), row in zip(kept, rows, strict=True) if row in nameless
        )


def usable_places(mentors: DegreeBounds, scores: Scores) -> IntVector:
    """Return (n,) int64: the places of each mentor, none of one who takes no part or whom no mentee may have."""
    return np.where(scores.row_and_column_max()[0] > NO_SCORE, mentors.most, 0)


def eligible_people(rules: Sequence[Rule], people: People, side: Side) -> BoolVector:
    """Return (n,) bool: who takes part, having answered enough and being set aside by no rule."""
    taking_part = people.complete.copy()
    for rule in rules:
        admits = rule.eligible(people, side)
        if admits is not None:
            taking_part &= admits
    return taking_part


def forbidden_pairs(rules: Sequence[Rule], market: Market) -> BoolMatrix:
    """Return (n, m) bool: the pairs that some rule forbids."""
    total = np.zeros(market.shape, dtype=bool)
    for _, block in forbidden_by_rule(rules, market):
        total |= block
    return total


def forbidden_by_rule(rules: Sequence[Rule], market: Market) -> Iterator[tuple[Rule, BoolMatrix]]:
    """Yield each rule in force that speaks of pairs, with the pairs that it forbids."""
    for rule in rules_in_force(rules):
        block = rule.forbidden(market)
        if block is not None:
            yield rule, block


def degree_bounds(rules: Sequence[Rule], people: People, side: Side, taking_part: BoolVector) -> DegreeBounds:
    """Return how many partners each person takes: one, unless rules say otherwise; none for who takes no part."""
    by_rule = [(rule, load) for rule in rules if (load := rule.degree_bounds(people, side)) is not None]
    said = [load for _, load in by_rule]
    if not any(rule.offers_places for rule, _ in by_rule):
        count = len(people)
        one, nobody = np.ones(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
        said.append(DegreeBounds(nobody, one, np.ones(count, dtype=bool)))
    most = np.minimum.reduce([load.most for load in said])
    least = np.maximum.reduce([load.least for load in said])
    idle = np.logical_and.reduce([load.optional for load in said])
    return DegreeBounds(np.where(taking_part, least, 0), np.where(taking_part, most, 0), idle)


def is_many_to_many(rules: Sequence[Rule], cohort: Cohort) -> bool:
    """Say whether people of both sides may have several partners."""
    sides = ((cohort.side(side), side) for side in SIDES)
    return all(
        bool(degree_bounds(rules, people, side, people.complete).most.max(initial=0) > 1) for people, side in sides
    )


def priority_weights(rules: Sequence[Rule], people: People, side: Side) -> IntVector | None:
    """Return (n,) int: the weight of each person in the goal ``priority_weights``, None where no rule names anyone."""
    said = [weights for rule in rules if (weights := rule.priority(people, side)) is not None]
    return np.add.reduce(said) if said else None


class SelfPairs(Rule):
    """No person who is on both sides is their own partner."""

    waivable: ClassVar[bool] = False
    kind: Literal["self_pair"] = "self_pair"

    def describe(self) -> str:
        return tr("c'est la même personne")

    def forbidden_by_identity(self, market: Market) -> PairIndices | None:
        same = market.mentors.same_as(market.mentees)
        return same if len(same[0]) else None


SELF_PAIRS = SelfPairs()


def rules_in_force(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """Return the rules of a programme with the one that is always there."""
    return (*rules, SELF_PAIRS)
