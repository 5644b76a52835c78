"""Which claims are stated at all: of problems whose pairs are listed, and whose systems do not take all memory."""

import json
from dataclasses import replace
from itertools import combinations_with_replacement

import numpy as np
import pytest

import mentormatch as mm
from mentormatch import AssignmentProblem, Row, certify, solve
from mentormatch.assignment.model.problem import DegreeBounds
from mentormatch.assignment.model.solution import Tier
from mentormatch.assignment.proofs.prove import StageProver, add_proofs
from mentormatch.assignment.proofs.tree import Budget
from mentormatch.assignment.verification import claims
from mentormatch.assignment.verification.claims import Claims
from mentormatch.assignment.verification.refutation import ProofError, System
from mentormatch.results import Verdict
from mentormatch.scale.scan.implicit_scores import ImplicitScores
from tests.doors import substitute
from tests.scale.markets import PROGRAMME, cohort

pytestmark = pytest.mark.promise(11)

ONES = np.ones((1, 1), dtype=np.int64)


def posed(*rows: Row) -> AssignmentProblem:
    return AssignmentProblem.from_scores([[5, 4, 3], [3, 9, 1]], rows=rows, goals=("leximin",))


def test_pairs_are_listed_and_no_more_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit, stated in ((6, True), (5, False)):
        monkeypatch.setattr(claims, "MAX_PAIRS", limit)
        assert Claims.can_state(posed()) is stated
    monkeypatch.undo()
    substitute(monkeypatch, "operations", MAX_STORED_PAIRS=0)
    unlisted = mm.match(cohort(4), PROGRAMME).problem
    assert isinstance(unlisted.scores, ImplicitScores)
    assert not Claims.can_state(unlisted)
    assert claims.MAX_PAIRS == 1_000_000
    assert claims.MAX_TERMS == 50_000_000


def test_rows_of_many_people_count_by_their_terms_and_those_of_one_person_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    two = Row("a", ONES, most=3), Row("b", ONES, most=3)
    for limit, stated in ((12, True), (11, False)):
        monkeypatch.setattr(claims, "MAX_TERMS", limit)
        assert Claims.can_state(posed(*two)) is stated
    own = Row("c", ONES, most=3, mentor=0), Row("d", ONES, most=3, mentee=1), Row("e", ONES, most=3, mentor=0, mentee=1)
    monkeypatch.setattr(claims, "MAX_TERMS", 6)
    assert Claims.can_state(posed(*own, two[0]))
    monkeypatch.setattr(claims, "MAX_TERMS", 5)
    assert Claims.can_state(posed(*own))
    assert not Claims.can_state(posed(*own, two[0]))


def test_terms_that_a_goal_adds_to_its_systems_count_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    system = System.free(3).with_row([0, 1], [1, 1], None, 1)
    for limit, few in ((6, True), (5, False)):
        monkeypatch.setattr(claims, "MAX_TERMS", limit)
        count = claims.TermLimit(len(system.rows))
        assert count.add(system) is system
        longer = system.with_row([0, 1, 2], [1, 1, 1], None, 1)
        assert count.add(longer) is longer
        assert count.add(System.free(3)).lower == ()  # fewer terms than before give nothing back
        if few:
            count.add(longer)
        else:
            with pytest.raises(ProofError, match="too many terms"):
                count.add(longer)
    assert claims.TermLimit(5).added == 0


def test_a_proof_of_too_many_levels_is_refused_and_none_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = posed(Row("au plus un", np.array([[1, 0, 0], [0, 1, 0]]), most=1))
    solution = solve(problem)
    assert solution.proofs
    assert certify(problem, solution).certified
    monkeypatch.setattr(claims, "MAX_TERMS", 6)
    refused = certify(problem, solution)
    assert (refused.verdict, refused.problems) == (Verdict.REFUSED, ("the systems of a goal have too many terms",))
    assert not solve(problem).proofs
    monkeypatch.setattr(claims, "MAX_TERMS", 5)
    assert certify(problem, solution).problems == ("proofs need a problem whose pairs are listed",)


def levels(problem: AssignmentProblem, tier: Tier, *, is_single: bool) -> int:
    stages = Claims.of(problem).stages(tier, tier.value, is_single=is_single)
    return sum(asks for asks, _ in stages)


def test_a_weighted_sum_of_counts_is_smaller_exactly_where_an_answer_is_better() -> None:
    vectors = list(combinations_with_replacement(range(1, 6), 4))
    for own in vectors:
        limits, weights = claims._weighted_limits(own, sorted({*own}))
        assert limits == sorted(limits)

        def worth(vector: tuple[int, ...], limits: list[int] = limits, weights: list[int] = weights) -> int:
            counts = [sum(score <= limit for score in vector) for limit in limits]
            return sum(weight * count for weight, count in zip(weights, counts, strict=True))

        for other in vectors:
            if other[0] >= own[0]:
                assert (worth(other) < worth(own)) is (other > own), (own, other)
                assert (worth(other) == worth(own)) is (other == own), (own, other)


def test_levels_come_in_groups_of_small_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    vector = (1, 2, 2, 5, 7)
    alone = [([1], 2), ([2], 5), ([5], 7), ([7], None)]
    assert list(claims._groups_of_levels(vector, [1, 2, 5, 7], 4)) == [([1, 2, 5, 7], 8)]
    assert list(claims._groups_of_levels(vector, [1, 2, 5, 7], 1)) == alone
    assert list(claims._groups_of_levels(vector, [1, 2, 5, 7], 3)) == [([1, 2, 5], 7), ([7], None)]
    assert list(claims._groups_of_levels((), [], 1)) == []
    assert claims.MAX_LEVEL_WEIGHT == 1 << 20
    # Up to 2, up to 4 and up to 5: the weights 12, 4, 1
    for limit, size in ((12, 2), (11, 1)):
        monkeypatch.setattr(claims, "MAX_LEVEL_WEIGHT", limit)
        assert len(next(claims._groups_of_levels((2, 2, 5), [2, 5], 4))[0]) == size


@pytest.mark.parametrize("goals", [("leximin",), ("leximin", "total")])
def test_levels_are_proved_a_few_at_a_time_or_one_by_one_as_in_older_files(goals: tuple[str, ...]) -> None:
    chance = np.random.default_rng(3)
    problem = AssignmentProblem.from_scores(chance.integers(0, 1_000_001, (9, 9)), goals=goals)
    solution = solve(problem, proofs="none")
    tier = solution.tiers[0]
    assert [levels(problem, tier, is_single=one) for one in (True, False)] == [10, 4]
    few = add_proofs(problem, solution)
    assert len(few.proofs[0].systems) == 4
    assert certify(problem, few).certified
    # One by one: as files had it before groups
    steps = StageProver(Claims.of(problem)).prove(
        [Claims.of(problem).stages(tier, tier.value, is_single=True)], Budget()
    )
    assert steps is not None
    assert len(steps) == 10
    proof = replace(few.proofs[0], systems=tuple(map(json.dumps, steps)))
    single = add_proofs(problem, replace(solution, proofs=(proof,)))
    assert single.proofs[0] == proof
    assert certify(problem, single).certified
    # A proof with another number of systems is none
    for systems in (proof.systems[:-1], few.proofs[0].systems[:-1], (*few.proofs[0].systems, "[]")):
        wrong = replace(few, proofs=(replace(proof, systems=systems), *few.proofs[1:]))
        assert certify(problem, wrong).verdict is Verdict.REFUSED


def test_a_level_that_is_held_counts_every_score_below_the_next_one() -> None:
    claim = Claims.of(AssignmentProblem.from_scores([[5, 6], [7, 9]], goals=("leximin",)))
    system, held = claim.rules, []
    for asks, change in claim.stages(Tier("leximin", 5, 5, (5, 7)), 5, is_single=True):
        if not asks:
            system = change(system)
            own = system.rows == len(system.lower) - 1
            held.append((system.columns[own].tolist(), system.values[own].tolist(), system.lower[-1], system.upper[-1]))
    assert held[1:] == [([0, 1, 2, 3], [1, 1, 1, 1], 2, None), ([0, 1], [1, 1], None, 1)]


def rows_of(system: System) -> list[tuple[dict[int, int], int | None, int | None]]:
    """Return the terms and bounds of each row."""
    every = list(zip(system.rows.tolist(), system.columns.tolist(), system.values.tolist(), strict=True))
    terms = [{column: value for own, column, value in every if own == row} for row in range(len(system.lower))]
    return list(zip(terms, system.lower, system.upper, strict=True))


def test_rules_are_degrees_and_the_rows_of_who_has_a_minimum_if_used() -> None:
    free = AssignmentProblem.from_scores([[5, 4], [3, 9]], np.array([[True, True], [True, False]]))
    used = DegreeBounds(np.array([2, 0]), np.array([3, 1]), np.array([True, False]))
    problem = replace(free, mentors=used, pins=((0, 1),))
    system = Claims.of(problem).rules
    degrees = [({0: 1, 1: 1}, 0, 3), ({2: 1}, 0, 1), ({0: 1, 2: 1}, 0, 1), ({1: 1}, 0, 1)]
    indicator = [
        ({0: 1, 1: 1, 3: -3}, None, 0),
        ({0: 1, 1: 1, 3: -2}, 0, None),
        ({0: 1, 3: -1}, None, 0),
        ({1: 1, 3: -1}, None, 0),
    ]
    assert rows_of(system) == [*degrees, *indicator]
    assert (system.least.tolist(), system.most.tolist()) == ([False, True, False, False], [True] * 4)
    assert rows_of(Claims.of(replace(problem, pins=((1, 1),))).rules) == [*degrees, *indicator, ({}, 1, None)]


def test_each_person_with_a_minimum_if_used_has_a_column_and_rows_of_their_own() -> None:
    free = AssignmentProblem.from_scores([[5, 4], [3, 9]])
    both, one = np.array([True, True]), np.array([False, True])
    mentors = DegreeBounds(np.array([2, 2]), np.array([2, 3]), both)
    mentees = DegreeBounds(np.array([1, 2]), np.array([1, 2]), one)
    system = Claims.of(replace(free, mentors=mentors, mentees=mentees)).rules
    degrees = [({0: 1, 1: 1}, 0, 2), ({2: 1, 3: 1}, 0, 3), ({0: 1, 2: 1}, 1, 1), ({1: 1, 3: 1}, 0, 2)]
    indicators = [
        [
            ({a: 1, b: 1, u: -most}, None, 0),
            ({a: 1, b: 1, u: -2}, 0, None),
            ({a: 1, u: -1}, None, 0),
            ({b: 1, u: -1}, None, 0),
        ]
        for a, b, u, most in ((0, 1, 4, 2), (2, 3, 5, 3), (1, 3, 6, 2))
    ]
    assert rows_of(system) == [*degrees, *(row for each in indicators for row in each)]
    assert len(system.most) == 7


def test_a_score_counts_no_more_than_its_person_needs_unless_another_is_negative() -> None:
    problem = AssignmentProblem.from_scores([[0, 7, -2], [3, 9, 9], [9, 4, -1]], goals=("floor_person",))
    rules = Claims.of(problem).rules
    # Of the value 3 and better, of 0 and better: a sum of 0 or more is stated as it is
    for least, value, first in ((4, 3, 3), (3, 3, 3), (1, 0, 1), (0, 0, 3)):
        stages = list(Claims.of(problem).stages(Tier("floor_person", value, value), value, is_single=True))
        assert [asks for asks, _ in stages] == [True, False]
        added = rows_of(stages[least == value][1](rules))[len(rules.lower) :]
        high = [(min(score, least) if least else score) for score in (7, 9, 4)]
        sums = [
            {0: 0, 3: first, 6: least or 9},
            dict(zip((1, 4, 7), high, strict=True)),
            {2: -2, 5: 9, 8: -1},
        ]
        assert added == [(terms, least, None) for terms in sums]
    # Nobody is served by a mentor without a place, nor has to be
    allowed = np.array([[True, False, False], [True, True, False], [True, True, True]])
    idle = Claims.of(AssignmentProblem.from_scores(np.ones((3, 3), dtype=int), allowed, mentor_capacity=[1, 1, 0]))
    (_, change), _ = idle.stages(Tier("floor_person", 1, 1), 1, is_single=True)
    assert len(change(idle.rules).lower) == len(idle.rules.lower) + 2


def test_rows_that_all_answers_keep_are_those_that_stored_proofs_pay() -> None:
    claims = Claims.of(AssignmentProblem.from_scores([[5, 4], [3, 9]]))
    assert rows_of(claims.any_answer)[4:] == [({0: 1, 1: 1, 2: 1, 3: 1}, 0, None)]
    # Any other answer: each pair that goes or comes counts one
    (_, other), *_ = claims.tie_stages(np.array([[0, 0], [1, 1]]), ((), ()), 0)
    assert rows_of(other(claims.rules))[4:] == [({0: -1, 1: 1, 2: 1, 3: -1}, -1, None)]
