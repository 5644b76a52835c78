"""Groups that are called the best can be checked without a solver, and nothing else passes."""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, product
from random import Random
from typing import Any

import numpy as np
import pytest

import mentormatch as mm
from mentormatch import GroupProblem, Status
from mentormatch.groups.certificate import GroupCertificate, certify_groups, list_groups
from mentormatch.groups.check import violations
from mentormatch.groups.columns import enumerate_groups
from mentormatch.groups.problem import Group, SizeRange
from mentormatch.groups.proofs import add_proofs
from mentormatch.groups.solver import solve_groups
from mentormatch.results import GroupSolution, Tier, Verdict
from tests.conftest import DEEP
from tests.groups.examples import example_groups
from tests.groups.exhaustive import Game
from tests.groups.random_problems import drawn_problem
from tests.groups.random_programmes import drawn

pytestmark = pytest.mark.promise(9)

CASES = 3_000 if DEEP else 12


def partitions(problem: GroupProblem, people: tuple[int, ...]) -> Iterator[tuple[Group, ...]]:
    """Yield all ways to put some people into groups of sizes that are asked for."""
    yield ()
    for place, first in enumerate(people):
        rest = people[place + 1 :]
        for size in range(problem.sizes.least, problem.sizes.most + 1):
            for others in combinations(rest, size - 1):
                left = tuple(person for person in rest if person not in others)
                yield from (((first, *others), *more) for more in partitions(problem, left))


def answers(problem: GroupProblem) -> Iterator[GroupSolution]:
    """Yield all groups that keep the rules, each called proved."""
    leaders = range(len(problem.leaders.seats)) if problem.leaders else ()
    for groups in partitions(problem, tuple(range(len(problem)))):
        for leading in product(leaders, repeat=len(groups)) if leaders else ((),):
            if not any(violations(problem, GroupSolution(Status.FEASIBLE, groups, leading))):
                values = [(goal, problem.value(goal, groups)) for goal in problem.goals]
                yield GroupSolution(Status.PROVED, groups, leading, tuple(Tier(goal, v, v) for goal, v in values))


def standing(claim: GroupSolution) -> tuple[int, ...]:
    return tuple(-tier.value if tier.goal == "meetings" else tier.value for tier in claim.tiers)


def small(seed: int) -> GroupProblem:
    problem = drawn_problem(seed, 7)
    return replace(problem, spans=(SizeRange(2, 4),), number=SizeRange(1, 2))


def test_all_groups_that_the_rules_allow_are_listed() -> None:
    for seed in range(CASES):
        problem = drawn_problem(seed, 12)
        listed, columns = list_groups(problem), enumerate_groups(problem)
        assert listed is not None
        ours = {(tuple(np.flatnonzero(row).tolist()), leader) for row, leader in zip(*parts(listed), strict=True)}
        theirs = {(columns.group(place), int(columns.leaders[place])) for place in range(len(columns))}
        assert ours == theirs
        assert len(ours) == len(listed.members)


def parts(listed: Any) -> tuple[Any, list[int]]:
    return listed.members, listed.leaders.tolist()


def test_a_claim_is_certified_exactly_if_no_groups_are_better() -> None:
    certified = refused = 0
    for seed in range(CASES // 2):
        problem = small(seed)
        claims = list(answers(problem))
        if not claims:
            continue
        best = max(map(standing, claims))
        winner = add_proofs(problem, next(claim for claim in claims if standing(claim) == best))
        some = Random(seed).sample(claims, min(len(claims), 12))
        for claim in [winner, *some]:
            verdict = certify_groups(problem, add_proofs(problem, claim)).verdict
            assert (verdict is Verdict.CERTIFIED) == (standing(claim) == best), seed
            # With the proofs of the best nothing worse passes
            forged = certify_groups(problem, replace(claim, proofs=winner.proofs))
            assert forged.certified <= (standing(claim) == best)
            certified += verdict is Verdict.CERTIFIED
            refused += forged.verdict is Verdict.REFUSED
    assert min(certified, refused) >= CASES // 4


def test_groups_of_drawn_programmes_are_certified_where_exhaustive_search_agrees() -> None:
    outcomes = set()
    for seed in range(CASES):
        made = drawn(seed)
        grouping = mm.form_groups(made.cohort, made.programme, past=made.past)
        is_possible = Game(made, grouping).best() is not None
        assert grouping.certificate.certified == is_possible, seed
        assert grouping.certificate.infeasible == (not is_possible), seed
        outcomes.add(is_possible)
    assert outcomes == {True, False}


def mutations(steps: Any, random: Random) -> Iterator[Any]:
    """Yield steps with one number changed, or one step dropped or doubled."""
    text = json.dumps(steps)
    for _ in range(12):
        copy = json.loads(text)
        step = random.choice(copy)
        if random.random() < 0.3:
            yield [*copy, step] if random.random() < 0.5 else [each for each in copy if each is not step]
        elif isinstance(step[1], list) and step[1]:
            term = random.choice(step[1])
            term[random.randrange(2)] += random.choice([-1, 1, 1_000, -(10**9)])
            yield copy


def test_changed_proofs_are_refused_or_prove_the_same_true_claim() -> None:
    counts = dict.fromkeys(Verdict, 0)
    for seed in range(CASES // 2):
        problem = drawn_problem(seed, 10)
        solution = add_proofs(problem, solve_groups(problem))
        if solution.status is not Status.PROVED:
            continue
        for place, proof in enumerate(solution.proofs):
            for steps in mutations(json.loads(proof.systems[0]), Random(seed)):
                forged = replace(proof, systems=(json.dumps(steps),))
                others = (*solution.proofs[:place], forged, *solution.proofs[place + 1 :])
                counts[certify_groups(problem, replace(solution, proofs=others)).verdict] += 1
    # An answer that is the best stays so, whatever proof is offered for it
    assert {verdict for verdict, count in counts.items() if count} <= {Verdict.REFUSED, Verdict.CERTIFIED}
    assert counts[Verdict.REFUSED] > CASES


@pytest.mark.parametrize("text", ["", "[", "null", "[[]]", '[["leaf"]]', '[["leaf",[[0,1e400]]]]', "[" * 100_000])
def test_any_text_for_a_proof_is_refused(text: str) -> None:
    problem = GroupProblem.from_scores(np.ones((4, 4), dtype=np.int64) - np.eye(4, dtype=np.int64), [2, 2])
    solution = mm.form_groups(problem)
    assert certify_groups(problem, solution).certified
    forged = replace(solution, proofs=(replace(solution.proofs[0], systems=(text,)), *solution.proofs[1:]))
    assert certify_groups(problem, forged).verdict is Verdict.REFUSED


def tampered(solution: GroupSolution) -> Iterator[GroupSolution]:
    total, proofs = solution.tiers[-1], solution.proofs
    yield replace(solution, tiers=())
    yield replace(solution, tiers=solution.tiers[:1], proofs=proofs[:1])
    yield replace(solution, tiers=(*solution.tiers[:-1], replace(total, value=total.value + 1, bound=total.value + 1)))
    yield replace(solution, groups=solution.groups[:1])
    yield replace(solution, groups=solution.groups[:1] * 2)
    yield replace(solution, proofs=(*proofs[:-1], replace(proofs[-1], bound=total.value - 1)))
    yield replace(solution, proofs=(*proofs, replace(proofs[-1], goal="floor")))
    yield replace(solution, proofs=(*proofs[:-1], replace(proofs[-1], systems=proofs[-1].systems * 2)))
    yield replace(solution, proofs=(replace(proofs[0], systems=proofs[1].systems), proofs[1]))


def test_tampered_answers_are_refused() -> None:
    worth = np.random.default_rng(5).integers(0, 50, (6, 6))
    problem = GroupProblem.from_scores(worth + worth.T, [3, 3])
    solution = mm.form_groups(problem)
    assert certify_groups(problem, solution).certified
    for forged in tampered(solution):
        assert certify_groups(problem, forged).verdict is Verdict.REFUSED


def test_without_its_proofs_nothing_is_certified_but_the_rules() -> None:
    problem = drawn_problem(4, 10)
    solution = replace(mm.form_groups(problem), proofs=())
    assert certify_groups(problem, solution).verdict is Verdict.UNCERTIFIED
    assert not certify_groups(problem, replace(solution, proofs=())).certified


def test_a_size_of_zero_allows_an_empty_group() -> None:
    worth = np.array([[0, 5, 5], [5, 0, 5], [5, 5, 0]], dtype=np.int64)
    problem = GroupProblem.from_scores(worth, [(0, 3), (0, 3)])
    apart = GroupSolution(Status.PROVED, ((0, 1), (2,)), tiers=(Tier("placed", 3, 3), Tier("total", 5, 5)))
    assert certify_groups(problem, add_proofs(problem, apart)).verdict is Verdict.PARTLY
    whole = replace(apart, groups=((), (0, 1, 2)), tiers=(Tier("placed", 3, 3), Tier("total", 15, 15)))
    assert certify_groups(problem, add_proofs(problem, whole)).certified


def test_no_groups_are_not_certified_without_their_goals() -> None:
    problem = replace(drawn_problem(4, 8), number=SizeRange(0, 2))
    assert certify_groups(problem, GroupSolution(Status.PROVED)).verdict is Verdict.REFUSED


def test_too_many_groups_are_not_certified_and_it_is_said() -> None:
    worth = np.random.default_rng(2).integers(0, 100, (30, 30))
    worth = np.triu(worth, 1)
    problem = GroupProblem.from_scores(worth + worth.T, [10, 10, 10])
    assert list_groups(problem) is None
    solution = add_proofs(problem, solve_groups(problem, time_limit_s=0.3))
    assert solution.proofs == ()
    assert certify_groups(problem, solution) == GroupCertificate(
        Verdict.UNCERTIFIED, certify_groups(problem, solution).tiers
    )


def test_the_example_says_that_its_groups_were_checked_without_a_solver() -> None:
    grouping = example_groups()
    assert grouping.certificate.certified
    assert any("sans solveur" in sentence for sentence in grouping.sentences)
    bare = replace(grouping, solution=replace(grouping.solution, proofs=()))
    assert any("rien ici ne permet de le contrôler" in sentence for sentence in bare.sentences)
