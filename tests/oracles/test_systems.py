"""The 0-1 systems of a claim have the answers that are better as their solutions, and no others: by enumeration."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from mentormatch import AssignmentProblem, Row
from mentormatch.assignment.model.problem import ADDITIVE_GOALS, DegreeBounds
from mentormatch.assignment.model.solution import Tier
from mentormatch.assignment.verification.claims import Claims
from mentormatch.assignment.verification.refutation import System
from tests.conftest import DEEP
from tests.oracles.test_proofs import Answers, answers_of, hashes_of, key, values_of

pytestmark = [pytest.mark.promise(11), pytest.mark.promise(12)]

type Choices = set[tuple[bool, ...]]


def small(seed: int) -> AssignmentProblem:
    """Return a problem of up to six pairs: pins, signs, and minimums of both sides that bind if used."""
    chance = np.random.default_rng(seed)
    n, m = ((2, 3), (3, 2), (1, 5))[seed % 3]
    allowed = chance.random((n, m)) < chance.choice([0.7, 1.0])
    scores = chance.integers(0, chance.choice([2, 9]), (n, m)) - chance.choice([0, 0, 3], (1, m))
    sides = []
    for count, others in ((n, m), (m, n)):
        most = np.minimum(chance.choice([0, 2, 2, 3], count), others)
        least = np.minimum(chance.choice([0, 1, 2, 2], count), most)
        sides.append(DegreeBounds(least, most, chance.random(count) < 0.95))
    free = AssignmentProblem.from_scores(scores, allowed, mentee_priority=chance.integers(0, 3, m))
    pairs = [(i, k) for i, k in np.argwhere(allowed | (chance.random((n, m)) < 0.03)).tolist()]
    pins = [pairs[place] for place in chance.permutation(len(pairs))[: int(chance.choice([0, 0, 0, 1]))]]
    former = tuple(sorted((i, k) for i, k in np.argwhere(allowed).tolist() if chance.random() < 0.5))
    rows = (Row("signes", chance.integers(-1, 3, (n, m)), least=0, most=3),) if seed % 5 == 0 else ()
    return replace(free, mentors=sides[0], mentees=sides[1], pins=tuple(sorted(pins)), former=former, rows=rows)


def solutions_of(system: System, pairs: int) -> Choices:
    """Return the pairs of every 0-1 solution of a system, by enumeration."""
    points: Answers = np.array(list(product((False, True), repeat=len(system.least))), dtype=bool)
    points = points[((points >= system.least) & (points <= system.most)).all(axis=1)]
    matrix = np.zeros((len(system.lower), len(system.least)), dtype=np.int64)
    np.add.at(matrix, (system.rows, system.columns), system.values)
    sums = points @ matrix.T
    keeps = np.ones(len(points), dtype=bool)
    for total, low, high in zip(sums.T, system.lower, system.upper, strict=True):
        keeps &= (low is None or total >= low) & (high is None or total <= high)
    return {tuple(point[:pairs].tolist()) for point in points[keeps]}


def narrowed(
    system: System, answers: Choices, chosen: tuple[bool, ...], chance: np.random.Generator
) -> tuple[System, Choices]:
    """Return a system with a third of the pairs fixed as they are chosen, and the answers that are left."""
    fixed = chance.random(len(chosen)) < chance.choice([0, 0.3])
    least, most = system.least.copy(), system.most.copy()
    least[: len(chosen)] |= fixed & chosen
    most[: len(chosen)] &= ~fixed | chosen
    kept = {each for each in answers if (np.array(each)[fixed] == np.array(chosen)[fixed]).all()}
    return system.within(least, most), kept


def stated(claims: Claims, system: System, tier: Tier, bound: int, *, is_single: bool) -> tuple[Choices, System]:
    """Return the solutions of the systems of a goal that ask for more than a bound, and the system that remains."""
    better: Choices = set()
    for asks, change in claims.stages(tier, bound, is_single=is_single):
        if asks:
            better |= solutions_of(change(system), len(claims.scores))
        else:
            system = change(system)
    return better, system


@pytest.mark.parametrize("seed", range(600 if DEEP else 40))
def test_the_solutions_of_each_system_are_the_answers_that_are_better(seed: int) -> None:
    chance = np.random.default_rng(seed)
    goals = tuple(chance.permutation([*ADDITIVE_GOALS, "floor", "floor_person", "leximin"])[:3].tolist())
    goals = tuple(dict.fromkeys(("floor_person", *goals) if seed % 2 else goals))
    problem = replace(small(seed), goals=goals)
    claims, pairs = Claims.of(problem), problem.scores.count
    answers = {tuple(each.tolist()): values_of(problem, each) for each in answers_of(problem)}
    assert solutions_of(claims.rules, pairs) == set(answers)
    assert solutions_of(claims.any_answer, pairs) == set(answers)
    assert len(claims.any_answer.lower) == len(claims.rules.lower) + 1
    for chosen in [max(answers, key=lambda each: key(answers[each])), *answers][:4] if answers else []:
        own, (system, held) = answers[chosen], narrowed(claims.rules, set(answers), chosen, chance)
        for place, tier in enumerate(own):
            worth = {each: key(tiers[place : place + 1]) for each, tiers in answers.items()}
            # A bound of one better asks for two more; of leximin the bound is the value
            next_value = tier.value + (-1 if tier.goal == "changes" else 1)
            bounds = [tier.value] if tier.goal == "leximin" else [next_value, tier.value]
            found = [stated(claims, system, tier, bound, is_single=bool(chance.integers(2))) for bound in bounds]
            for bound, (better, _) in zip(bounds, found, strict=True):
                limit = key((replace(tier, value=bound),))
                assert better == {each for each in held if worth[each] > limit}, (tier, bound)
            better, system = found[-1]
            held = {each for each in held if worth[each] >= key((tier,))}
            if tier.goal == "leximin" and better:
                break  # a claim that is false holds nothing
            assert solutions_of(system, pairs) == held


@pytest.mark.parametrize("seed", range(300 if DEEP else 20))
def test_the_systems_of_ties_have_the_answers_of_a_greater_sum_and_then_any_other(seed: int) -> None:
    problem = small(seed)
    claims, pairs, answers = Claims.of(problem), np.stack(problem.scores.pairs(), axis=1), answers_of(problem)
    hashes = hashes_of(problem, seed)
    mentors, mentees = (
        tuple(enumerate(side.tolist())) for side in (hashes.anonymized.mentors, hashes.anonymized.mentees)
    )
    for own in answers[::3]:
        system, held = claims.rules, {tuple(each.tolist()) for each in answers}
        *rounds, (asks, other) = claims.tie_stages(pairs[own], (mentors, mentees), 2)
        assert asks
        assert solutions_of(other(system), len(pairs)) == held - {tuple(own.tolist())}
        for turn in range(2):
            values = hashes.of(pairs[:, 0], pairs[:, 1], turn)
            sums = {each: int(values[np.array(each, dtype=bool)].sum()) for each in held}
            (is_more, more), (is_kept, kept) = rounds[2 * turn : 2 * turn + 2]
            assert (is_more, is_kept) == (True, False)
            worth = sums[tuple(own.tolist())]
            assert solutions_of(more(system), len(pairs)) == {each for each in held if sums[each] > worth}
            system, held = kept(system), {each for each in held if sums[each] >= worth}
            assert solutions_of(system, len(pairs)) == held
        assert solutions_of(other(system), len(pairs)) == held - {tuple(own.tolist())}
