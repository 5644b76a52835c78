"""A proof is accepted if, and only if, enumeration finds no better answer; no solver is asked what is true."""

import json
from collections import Counter
from dataclasses import replace
from itertools import product
from random import Random
from typing import Any

import numpy as np
import pytest

from benchmarks import bench_proofs
from mentormatch import AssignmentProblem, RequestError, Row, Solution, Status, certify, solve
from mentormatch.assignment.model.problem import DegreeBounds
from mentormatch.assignment.model.solution import NO_ANSWER, TIES
from mentormatch.assignment.proofs.prove import add_proofs
from mentormatch.assignment.proofs.tree import Budget
from mentormatch.assignment.tie_breaking import KeyedTieBreaker
from mentormatch.assignment.verification.claims import pair_hashes
from mentormatch.results import Tier, Verdict
from tests.conftest import DEEP
from tests.record import test_false_claims as false_claims

pytestmark = [pytest.mark.promise(11), pytest.mark.promise(12)]

KINDS = (*false_claims.KINDS, "signed")
GOALS = (*bench_proofs.GOALS, ("matched", "leximin"))
SHAPES = ((2, 3), (3, 3), (3, 4), (4, 3), (2, 5), (1, 4))
MAX_PAIRS = 12
CLAIMS_PER_PROBLEM = 5
type Answers = np.ndarray[Any, np.dtype[np.bool_]]


def draw(seed: int) -> AssignmentProblem:
    """Return a problem of twelve pairs at most: rules of a kind, signs, levels, pins and minimums at random."""
    chance = np.random.default_rng(seed)
    kind, goals = KINDS[seed % len(KINDS)], GOALS[seed // len(KINDS) % len(GOALS)]
    n, m = SHAPES[chance.integers(len(SHAPES))]
    allowed = chance.random((n, m)) < chance.choice([0.6, 1.0])
    levels = int(chance.choice([1_000_001, 2, 4]))
    scores = chance.integers(0, levels, (n, m)) * (1_000_000 // (levels - 1)) - int(chance.choice([0, 0, 500_000]))
    most = chance.integers(1, 3, n)
    problem = AssignmentProblem.from_scores(
        scores, allowed, mentor_capacity=most, mentee_priority=chance.integers(0, 3, m), goals=goals
    )
    pairs = [(i, k) for i, k in np.argwhere(allowed).tolist()]
    if "changes" in goals:
        problem = replace(problem, former=tuple(sorted(pairs[::2])))
    if pairs and chance.random() < 0.3:
        problem = replace(problem, pins=(pairs[chance.integers(len(pairs))],))
    if kind == "minimums":
        least = np.minimum(chance.integers(1, 3, n), most)
        return replace(problem, mentors=DegreeBounds(least, most, chance.random(n) < 0.7))
    if kind == "signed":
        weights = chance.integers(-3, 4, (n, m))
        return replace(problem, rows=(Row("signes", weights, least=int(chance.integers(-3, 3)), most=3),))
    return replace(problem, rows=tuple(false_claims.rows(kind, n, m, chance)))


def answers_of(problem: AssignmentProblem) -> Answers:
    """Return (answers, e): every choice of pairs that keeps degrees, rows and pins."""
    mentors, mentees = problem.scores.pairs()
    choices: Answers = np.array(list(product((False, True), repeat=len(mentors))), dtype=bool)
    keeps = np.ones(len(choices), dtype=bool)
    for side, people in ((problem.mentors, mentors), (problem.mentees, mentees)):
        for person in range(len(side)):
            degree = choices[:, people == person].sum(axis=1)
            idle = side.optional[person] & (degree == 0)
            keeps &= (degree <= side.most[person]) & ((degree >= side.least[person]) | idle)
    for row in problem.rows:
        total = choices.astype(np.int64) @ row.block(problem.shape)[mentors, mentees]
        keeps &= (row.least is None or total >= row.least) & (row.most is None or total <= row.most)
    listed = set(zip(mentors.tolist(), mentees.tolist(), strict=True))
    for pin in problem.pins:
        keeps &= choices[:, (mentors == pin[0]) & (mentees == pin[1])].any(axis=1) if pin in listed else False
    return choices[keeps]


def values_of(problem: AssignmentProblem, chosen: np.ndarray[Any, Any]) -> tuple[Tier, ...]:
    """Return the goals of a choice as it is claimed to be the best."""
    mentors, mentees = (side[chosen].tolist() for side in problem.scores.pairs())
    pairs = list(zip(mentors, mentees, strict=True))
    scores = [int(problem.scores.at(np.array([i]), np.array([k]))[0]) for i, k in pairs]
    allowed = set(zip(*(side.tolist() for side in problem.scores.pairs()), strict=True))
    priority = np.zeros(problem.shape[1]) if problem.mentee_priority is None else problem.mentee_priority
    served = {k for i, k in allowed if problem.mentors.most[i] > 0 and problem.mentees.most[k] > 0}
    found = {
        "matched": len(pairs),
        "priority": sum(int(priority[k]) for k in mentees),
        "total": sum(scores),
        "floor": min(scores, default=0),
        "leximin": min(scores, default=0),
        "floor_person": min(
            (sum(s for s, (_, of) in zip(scores, pairs, strict=True) if of == k) for k in served), default=0
        ),
        "changes": len(set(problem.former) - set(pairs)),
    }
    vector = tuple(sorted(scores))
    return tuple(Tier(g, found[g], found[g], vector if g == "leximin" else ()) for g in problem.goals)


def key(tiers: tuple[Tier, ...]) -> list[Any]:
    """Return what is greater for the better of two answers."""
    return [
        (len(tier.vector), tier.vector)
        if tier.goal == "leximin"
        else -tier.value
        if tier.goal == "changes"
        else tier.value
        for tier in tiers
    ]


def claim(problem: AssignmentProblem, chosen: np.ndarray[Any, Any]) -> Solution:
    """Return an answer that says of itself that it is the best."""
    pairs = np.stack(problem.scores.pairs(), axis=1)[chosen].reshape(-1, 2)
    return Solution(Status.PROVED, pairs, values_of(problem, chosen))


def judge(seed: int) -> Counter[str]:
    """Return how many claims of a problem are true and accepted; a false one that is accepted fails."""
    problem, random, told = draw(seed), Random(seed), Counter[str]()
    if problem.scores.count > MAX_PAIRS:
        return told
    answers = answers_of(problem)
    if not len(answers):
        empty = Solution(Status.INFEASIBLE, np.empty((0, 2), dtype=np.int64))
        assert certify(problem, add_proofs(problem, empty)).infeasible, seed
        return Counter({"refuted": 1})
    tiers = [values_of(problem, each) for each in answers]
    keys = [key(each) for each in tiers]
    best = max(keys)
    proofs = add_proofs(problem, claim(problem, answers[keys.index(best)])).proofs
    claimed = [keys.index(best), *(random.randrange(len(answers)) for _ in range(CLAIMS_PER_PROBLEM))]
    denied = replace(claim(problem, answers[0]), status=Status.INFEASIBLE, pairs=np.empty((0, 2), np.int64), tiers=())
    assert not certify(problem, add_proofs(problem, denied)).infeasible, seed
    for place in claimed:
        solution = claim(problem, answers[place])
        verdict = certify(problem, add_proofs(problem, solution)).verdict
        is_best = keys[place] == best
        assert (verdict is Verdict.CERTIFIED) == is_best, (seed, verdict)
        told["accepted" if is_best else "not accepted"] += 1
        if not is_best:  # with the proofs of the best answer
            assert not certify(problem, replace(solution, proofs=proofs)).certified, seed
            told["forged"] += 1
    return told


@pytest.mark.parametrize("seed", range(3_000 if DEEP else 45))
def test_a_claim_is_accepted_if_and_only_if_enumeration_confirms_it(seed: int) -> None:
    judge(seed)


def test_the_draws_are_of_every_kind() -> None:
    told = sum((judge(seed) for seed in range(60)), Counter[str]())
    assert set(told) == {"accepted", "not accepted", "forged", "refuted"}


def test_every_kind_of_goal_that_duals_leave_open_is_proved_by_a_solve() -> None:
    for seed in range(200, 263):
        solution = solve(draw(seed))
        certificate = certify(draw(seed), solution)
        assert certificate.certified or certificate.infeasible, seed
        assert all(json.loads(text) for proof in solution.proofs for text in proof.systems)
        assert {proof.goal for proof in solution.proofs} <= {*draw(seed).goals, NO_ANSWER}


def reordered(problem: AssignmentProblem, seed: int) -> AssignmentProblem:
    """Return the problem with its people in another order, and rows of one person stated over all pairs."""
    chance = np.random.default_rng(seed)
    a, b = (chance.permutation(size) for size in problem.shape)
    mentors, mentees = problem.scores.pairs()
    scores, allowed = np.zeros(problem.shape, dtype=np.int64), np.zeros(problem.shape, dtype=bool)
    scores[mentors, mentees], allowed[mentors, mentees] = problem.scores.at(mentors, mentees), True
    places = [np.argsort(order) for order in (a, b)]
    moved = [
        tuple(sorted((int(places[0][i]), int(places[1][k])) for i, k in pairs))
        for pairs in (problem.pins, problem.former)
    ]
    rows = [Row(row.name, row.block(problem.shape)[np.ix_(a, b)], row.least, row.most) for row in problem.rows]
    sides = [
        DegreeBounds(side.least[order], side.most[order], side.optional[order])
        for side, order in ((problem.mentors, a), (problem.mentees, b))
    ]
    weights = [
        None if weight is None else weight[order]
        for weight, order in ((problem.mentor_priority, a), (problem.mentee_priority, b))
    ]
    free = AssignmentProblem.from_scores(
        scores[np.ix_(a, b)], allowed[np.ix_(a, b)], mentor_priority=weights[0], mentee_priority=weights[1]
    )
    return replace(
        free, mentors=sides[0], mentees=sides[1], rows=tuple(rows), pins=moved[0], former=moved[1], goals=problem.goals
    )


@pytest.mark.parametrize("seed", range(300 if DEEP else 30))
def test_the_verdict_is_the_same_for_people_in_any_order(seed: int) -> None:
    problem = draw(seed)
    other = reordered(problem, seed)
    one, two = (certify(each, solve(each)) for each in (problem, other))
    assert (one.verdict, one.infeasible) == (two.verdict, two.infeasible)
    assert [(tier.goal, tier.value, tier.certified) for tier in one.tiers] == [
        (tier.goal, tier.value, tier.certified) for tier in two.tiers
    ]


def hashes_of(problem: AssignmentProblem, seed: int) -> KeyedTieBreaker:
    """Return the hashes of people who are called by their numbers."""
    n, m = problem.shape
    return KeyedTieBreaker(seed, [f"M{i}" for i in range(n)], [f"E{k}" for k in range(m)])


def judge_ties(seed: int) -> Counter[str]:
    """Return of how many optimal answers ties are proved, as they must be of the canonical one and of no other."""
    problem, told = draw(seed), Counter[str]()
    answers = answers_of(problem) if problem.scores.count <= MAX_PAIRS else np.zeros((0, 0), dtype=bool)
    keys = [key(values_of(problem, each)) for each in answers]
    optimal = [each for each, reached in zip(answers, keys, strict=True) if reached == max(keys)]
    hashes = hashes_of(problem, seed)
    sums = [[int(hashes.of(*problem.scores.pairs(), turn)[each].sum()) for turn in range(4)] for each in optimal]
    proofs = list[Solution]()
    for each, own in sorted(zip(optimal, sums, strict=True), key=lambda both: both[1], reverse=True)[:4]:
        solution = claim(problem, each)
        proved = add_proofs(problem, solution, ties=hashes.anonymized)
        certificate = certify(problem, proved)
        assert certificate.certified, seed
        is_canonical = own == max(sums)
        assert bool(certificate.ties) == is_canonical, (seed, certificate.ties)
        assert certificate.ties != "unique" or len(optimal) == 1, seed
        told[certificate.ties] += 1
        if is_canonical:
            proofs.append(proved)
        # The proofs and words of the canonical answer
        forged = replace(solution, proofs=proofs[0].proofs, tie_words=proofs[0].tie_words)
        assert bool(certify(problem, forged).ties) == is_canonical, seed
    return told


@pytest.mark.parametrize("seed", range(2_000 if DEEP else 45))
def test_ties_are_proved_of_the_canonical_answer_alone(seed: int) -> None:
    judge_ties(seed)


def test_some_answers_are_alone_and_some_are_before_others() -> None:
    told = sum((judge_ties(seed) for seed in range(60)), Counter[str]())
    assert set(told) == {"unique", "hash", ""}


def test_a_solve_proves_ties_on_request_and_says_whose_hashes_it_compared() -> None:
    problem = AssignmentProblem.from_scores([[5, 5, 1], [5, 5, 1], [1, 1, 9]])
    solution = solve(problem, proofs="canonical")
    assert certify(problem, solution).ties == "hash"
    assert all({0, 1} <= {person for person, _ in side} for side in solution.tie_words)
    assert not solve(problem).tie_words[0]
    # Nobody can exchange anything here: no word is needed
    alone = AssignmentProblem.from_scores([[9, 1], [1, 5]], rows=[Row("un", np.eye(2, dtype=np.int64), most=2)])
    solution = solve(alone, proofs="canonical")
    assert (certify(alone, solution).ties, solution.tie_words) == ("unique", ((), ()))
    # Ties that are not to be settled are not to be proved either
    with pytest.raises(RequestError):
        solve(problem, proofs="canonical", ties="any")


def test_words_that_lack_or_differ_prove_nothing() -> None:
    problem = AssignmentProblem.from_scores(np.ones((3, 3), dtype=np.int64))
    solution = solve(problem, proofs="canonical")
    mentors, mentees = solution.tie_words
    for words in (((), ()), (mentors[1:], mentees), (mentors, mentees[1:])):
        assert certify(problem, replace(solution, tie_words=words)).verdict is Verdict.REFUSED
    others = [certify(problem, replace(solution, tie_words=(((0, word), *mentors[1:]), mentees))) for word in range(9)]
    assert Verdict.REFUSED in {certificate.verdict for certificate in others}
    # A round less, a round more
    (ties,) = [proof for proof in solution.proofs if proof.goal == TIES]
    for other in (replace(ties, systems=ties.systems[1:]), replace(ties, bound=0), replace(ties, bound=2)):
        assert certify(problem, replace(solution, proofs=(other,))).verdict is Verdict.REFUSED


def test_the_checker_has_the_hashes_of_the_engine() -> None:
    hashes = KeyedTieBreaker(7, ["a", "b", "é"], ["x", "y"]).anonymized
    words = tuple(tuple(enumerate(side.tolist())) for side in (hashes.mentors, hashes.mentees))
    mentors, mentees = np.repeat(np.arange(3), 2), np.tile(np.arange(2), 3)
    for turn in range(5):
        found = pair_hashes((words[0], words[1]), mentors, mentees, turn)
        assert found.tolist() == hashes.of(mentors, mentees, turn).tolist()


def test_levels_of_leximin_share_what_is_fixed() -> None:
    problem = replace(scarce_hours(1, 12, 12), rows=(), goals=("leximin",))
    solution = solve(problem)
    steps = [json.loads(text) for proof in solution.proofs for text in proof.systems]
    kept = [place for place, each in enumerate(steps) if each[0][0] == "keep"]
    assert len(kept) > len(steps) // 3
    none = tuple(json.dumps([step for step in each if step[0] != "keep"]) for each in steps)
    assert not certify(problem, replace(solution, proofs=(replace(solution.proofs[0], systems=none),))).certified


def scarce_hours(seed: int, n: int = 9, m: int = 12) -> AssignmentProblem:
    """Return mentors with three places and few hours, and mentees who need two to ten of them."""
    chance = np.random.default_rng(seed)
    needs, hours = chance.integers(2, 11, (1, m)), chance.integers(5, 21, n)
    return AssignmentProblem.from_scores(
        chance.integers(0, 1_000_001, (n, m)),
        mentor_capacity=chance.integers(1, 4, n),
        rows=[Row(f"heures {i}", needs, most=int(hours[i]), mentor=i) for i in range(n)],
    )


PROVED_BY_DUALS = {20, 21, 33, 38}
"""Draws of hours that the duals of a solve prove, without loads."""


@pytest.mark.parametrize("seed", range(40 if DEEP else 4))
def test_hours_are_proved_by_loads(seed: int) -> None:
    problem = scarce_hours(seed)
    solution = solve(problem)
    assert certify(problem, solution).certified
    needs_loads = not certify(problem, replace(solution, proofs=())).certified
    assert needs_loads == (seed not in PROVED_BY_DUALS)
    steps = [step for proof in solution.proofs for text in proof.systems for step in json.loads(text)]
    assert any(step[0] in ("leaf", "fix") and len(step) > 2 for step in steps) == needs_loads
    # A worse answer with the same proofs: a pair less, and what is left of the values
    fewer = solution.pairs[1:]
    total = int(problem.scores.at(fewer[:, 0], fewer[:, 1]).sum())
    tiers = (Tier("matched", len(fewer), len(fewer)), Tier("total", total, total))
    proofs = tuple(replace(proof, bound=tiers[problem.goals.index(proof.goal)].bound or 0) for proof in solution.proofs)
    assert not certify(problem, Solution(Status.PROVED, fewer, tiers, proofs=proofs)).certified
    assert not certify(problem, add_proofs(problem, Solution(Status.PROVED, fewer, tiers))).certified


@pytest.mark.parametrize(
    ("kind", "seed", "shape", "goals", "work"),
    [
        ("hours", 6, (8, 10), ("matched", "floor_person", "total"), 30_000),
        ("mixed", 125, (6, 46), ("matched", "priority", "total"), 200_000),
    ],
    ids=["sums of persons", "loads are priced"],
)
def test_hours_take_little_work(
    kind: str, seed: int, shape: tuple[int, int], goals: tuple[str, ...], work: int
) -> None:
    problem = bench_proofs.draw(seed, kind, shape, goals)
    solution = add_proofs(problem, solve(problem, proofs="none"), Budget(leaves=100, work=work))
    assert certify(problem, solution).certified
