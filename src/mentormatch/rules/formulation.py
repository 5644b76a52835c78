"""Cohort, scores, rules and goals -> the assignment problem."""

from collections.abc import Iterator, Sequence

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds
from mentormatch.assignment.model.scores import DenseScores, SparseScores, pack_scores
from mentormatch.base.columns import BoolVector, IntVector
from mentormatch.fields import Side
from mentormatch.people.cohort import Cohort, People
from mentormatch.rules.rule import BoolBlock, Market, Rule
from mentormatch.rules.self_pairs import rules_in_force
from mentormatch.scale.scan.implicit_scores import ImplicitScores
from mentormatch.scale.scores.matrix import build_matrix
from mentormatch.scoring.criterion import Criterion
from mentormatch.scoring.score import ScoreTable


def formulate(cohort: Cohort, scores: ScoreTable, rules: Sequence[Rule], goals: Sequence[str]) -> AssignmentProblem:
    """Return the problem of choosing pairs in ``cohort``.

    Forbidden pairs, and all pairs of people who are set aside, are absent from it. Raises RequestError or SurveyError
    where a rule names someone who is not there, or a capacity is not a whole number.
    """
    market = Market(cohort.mentors, cohort.mentees, scores.values)
    mentors, mentees = (eligible_people(rules, market.side(side), side) for side in SIDES)
    allowed = ~forbidden_pairs(rules, market)
    for taking_part in (mentors[:, None], mentees[None, :]):
        if not taking_part.all():
            allowed &= taking_part
    return build_problem(market, pack_scores(scores.values, allowed), (mentors, mentees), rules, goals)


def formulate_implicit(
    cohort: Cohort, criteria: Sequence[Criterion], rules: Sequence[Rule], goals: Sequence[str], shorter: int = 1
) -> AssignmentProblem:
    """Return the same problem, the score of no pair being held: for cohorts of which there are too many pairs.

    The lists that are kept of few of the pairs are so many times ``shorter`` than usual, and with them no large table.
    """
    market = Market(cohort.mentors, cohort.mentees, np.empty((0, 0), dtype=np.int32))
    mentors, mentees = (eligible_people(rules, market.side(side), side) for side in SIDES)
    scores = ImplicitScores(
        build_matrix(cohort, criteria, rules_in_force(rules), held=shorter == 1), mentors, mentees, shorter
    )
    return build_problem(market, scores, (mentors, mentees), rules, goals)


def build_problem(
    market: Market,
    scores: DenseScores | SparseScores | ImplicitScores,
    taking_part: tuple[BoolVector, BoolVector],
    rules: Sequence[Rule],
    goals: Sequence[str],
) -> AssignmentProblem:
    """Return the problem on these scores."""
    return AssignmentProblem(
        scores,
        degree_bounds(rules, market.mentors, "mentor", taking_part[0]),
        degree_bounds(rules, market.mentees, "mentee", taking_part[1]),
        rows=tuple(row for rule in rules for row in rule.side_constraints(market)),
        pins=tuple(sorted({pin for rule in rules for pin in rule.pins(market)})),
        goals=tuple(goals),
        mentor_priority=priority_weights(rules, market.mentors, "mentor"),
        mentee_priority=priority_weights(rules, market.mentees, "mentee"),
        mentor_keys=market.mentors.compared,
        mentee_keys=market.mentees.compared,
    )


SIDES: tuple[Side, Side] = ("mentor", "mentee")


def eligible_people(rules: Sequence[Rule], people: People, side: Side) -> BoolVector:
    """Return (n,) bool: who takes part, having answered enough and being set aside by no rule."""
    taking_part = people.complete.copy()
    for rule in rules:
        admits = rule.eligible(people, side)
        if admits is not None:
            taking_part &= admits
    return taking_part


def forbidden_pairs(rules: Sequence[Rule], market: Market) -> BoolBlock:
    """Return (n, m) bool: the pairs that some rule forbids."""
    total = np.zeros(market.shape, dtype=bool)
    for _, block in forbidden_by_rule(rules, market):
        total |= block
    return total


def forbidden_by_rule(rules: Sequence[Rule], market: Market) -> Iterator[tuple[Rule, BoolBlock]]:
    """Yield each rule in force that speaks of pairs, with the pairs that it forbids."""
    for rule in rules_in_force(rules):
        block = rule.forbidden(market)
        if block is not None:
            yield rule, block


def degree_bounds(rules: Sequence[Rule], people: People, side: Side, taking_part: BoolVector) -> DegreeBounds:
    """Return how many partners each person takes: one, unless rules say otherwise; none for who takes no part."""
    said = [load for rule in rules if (load := rule.degree_bounds(people, side)) is not None]
    if not said:
        count = len(people)
        return DegreeBounds(np.zeros(count, dtype=np.int64), taking_part.astype(np.int64), np.ones(count, dtype=bool))
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
