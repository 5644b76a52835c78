"""Leximin on pairs of which the scores are never held: the same pairs as where they are, and proved."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

import mentormatch as mm
from mentormatch import AssignmentProblem, EngineError, Solution, Status, certify, solve
from mentormatch.assignment.lexicographic import TimeLimitReached
from mentormatch.assignment.model.solution import DualSolution
from mentormatch.assignment.optimal_face import duals_by_goal
from mentormatch.assignment.verification.reduced_costs import round_by_goal
from mentormatch.results import Verdict
from mentormatch.rules import Quota
from mentormatch.scale.columns.generation import SiftingOptions
from mentormatch.scale.engine import BINDING_ROW_NOTE
from mentormatch.scale.leximin import column_generation, optimum
from mentormatch.scale.leximin.optimum import INFINITE, LevelPotentials, LeximinOptimum, PotentialOrder
from tests.conftest import DEEP
from tests.doors import substitute
from tests.scale.markets import PROGRAMME, RULES, both, coarse, cohort, needing, same

SEEDS = range(220 if DEEP else 4)
FEW = range(40 if DEEP else 2)
SIZE = 600 if DEEP else 60
GOALS = (
    ("matched", "leximin"),
    ("matched", "leximin", "total"),
    ("matched", "priority", "leximin"),
    ("leximin",),
    ("priority", "leximin", "total"),
    ("matched", "floor", "leximin"),
    ("matched", "leximin", "priority"),
    ("leximin", "floor", "total"),
    ("matched", "total", "leximin"),
    ("total", "leximin"),
    ("floor", "leximin"),
)
WITHOUT_NUMBA = """
import sys
sys.modules["numba"] = None
from mentormatch import solve
from tests.scale.test_leximin import problems
for held, unheld in problems():
    assert (solve(held).pairs == solve(unheld).pairs).all()
"""


def fair(one: Solution, other: Solution) -> bool:
    """Return whether two answers are the same, the scores of all pairs that leximin states among what they reach."""
    return same(one, other) and [tier.vector for tier in one.tiers] == [tier.vector for tier in other.tiers]


def markets(seed: int, goals: Sequence[str], size: int = SIZE) -> list[tuple[AssignmentProblem, AssignmentProblem]]:
    """Return a market of many different scores, and one of few, each held and not held."""
    people, free = cohort(seed, size), [rule for rule in RULES if rule.least_score is None]
    return [both(people, PROGRAMME, RULES, goals), both(people, coarse(PROGRAMME), free, goals)]


def problems() -> list[tuple[AssignmentProblem, AssignmentProblem]]:
    """Return a few problems, held and not held."""
    return [pair for seed in range(3) for pair in markets(seed, GOALS[seed], 60)]


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("seed", SEEDS)
def test_the_pairs_are_those_of_the_whole_block(seed: int) -> None:
    for held, unheld in markets(seed, GOALS[seed % len(GOALS)]):
        found = solve(unheld, seed=seed)
        assert fair(solve(held, seed=seed), found)
        assert certify(unheld, found).verdict is not Verdict.REFUSED


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("seed", FEW)
def test_minimums_are_kept_as_in_the_whole_block_or_said_to_be_impossible(seed: int) -> None:
    for market in markets(seed, GOALS[seed % 3]):
        held, unheld = needing(market, seed, (0.02, 0.05, 0.2)[seed % 3])
        one, other = solve(held, seed=seed), solve(unheld, seed=seed)
        assert one.status is other.status
        assert fair(one, other) or one.status is Status.INFEASIBLE


@pytest.mark.parametrize("seed", FEW)
@pytest.mark.parametrize("goals", [("matched", "changes", "leximin"), ("matched", "leximin", "changes", "priority")])
def test_former_pairs_and_pins_count_before_and_after(seed: int, goals: Sequence[str]) -> None:
    for held, unheld in markets(seed, goals):
        known = solve(replace(held, goals=("matched", "priority", "total"))).pairs.tolist()
        former, pins = tuple(map(tuple, known[::2])), tuple(map(tuple, known[:3]))
        one, other = (replace(each, former=former, pins=pins) for each in (held, unheld))
        assert fair(solve(one, seed=seed), solve(other, seed=seed))


def told(prices: DualSolution) -> tuple[object, ...]:
    """Return all that prices say of the goal of one stage."""
    people = prices.mentors.tolist(), prices.mentees.tolist()
    return prices.weights, *people, prices.goal_duals, prices.denominator, prices.score_threshold


@pytest.mark.parametrize("seed", FEW)
def test_goals_that_are_not_sure_to_keep_their_order_are_kept_one_by_one(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    substitute(monkeypatch, "scale", MAX_EXACT_PROFIT=1 << 28)
    rounded = list[object]()

    def remembered(prices: DualSolution) -> list[DualSolution]:
        found, checked = list(duals_by_goal(prices)), list(round_by_goal(prices))
        assert list(map(told, found)) == list(map(told, checked))  # the solver's code and the checker's are two
        rounded.extend(found)
        return found

    monkeypatch.setattr(column_generation, "duals_by_goal", remembered)
    for held, unheld in markets(seed, ("matched", "priority", "leximin"), 120):
        assert fair(solve(held, seed=seed), solve(unheld, seed=seed))
    assert len(rounded) >= 2


@pytest.mark.parametrize("seed", FEW)
def test_the_pairs_are_the_same_from_hardly_any_and_with_one_more_at_a_time(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    substitute(monkeypatch, "scale", SIFTING_OPTIONS=SiftingOptions(candidates_per_person=1))
    options = column_generation.LeximinOptions(pairs_added_per_mentor=1, block_mentors=3)
    substitute(monkeypatch, "scale", LEXIMIN_OPTIONS=options, ENTRIES_PER_NODE=1)
    monkeypatch.setattr(optimum, "STEPS_PER_CHECK", 10)
    for held, unheld in markets(seed, GOALS[seed % 3], 200):
        assert fair(solve(held, seed=seed), solve(unheld, seed=seed))


@pytest.mark.proof
def test_without_numba_the_pairs_are_the_same() -> None:
    subprocess.run([sys.executable, "-c", WITHOUT_NUMBA], check=True)


@pytest.mark.usefixtures("way")
def test_an_answer_in_time_is_the_best_in_the_goals_before(monkeypatch: pytest.MonkeyPatch) -> None:
    held, unheld = markets(2, ("matched", "leximin"), 300)[0]

    def late(*_: object) -> None:
        raise TimeLimitReached

    best = solve(held)
    monkeypatch.setattr(column_generation.LeximinScan, "scan", late)
    found = solve(unheld)
    assert found.status is Status.FEASIBLE
    assert found.tiers[0] == best.tiers[0]
    assert found.tiers[1].bound is None
    assert found.tiers[1].vector <= best.tiers[1].vector
    monkeypatch.setattr(LeximinOptimum, "of", late)
    assert solve(unheld).tiers[0] == best.tiers[0]


def test_a_rule_that_couples_pairs_is_kept_by_the_answer_or_said_to_bind() -> None:
    people = cohort(5)
    placed = len(solve(both(people, PROGRAMME, RULES, GOALS[0])[1]).pairs)
    where = {"side": "mentee", "field": "reconversion", "in": ["Oui", "Non"]}
    easy, hard = (Quota.model_validate({"kind": "quota", "where": where, "least": n}) for n in (1, placed + 1))
    held, unheld = both(people, PROGRAMME, [*RULES, easy], GOALS[0])
    assert fair(solve(held), solve(unheld))
    refused = solve(both(people, PROGRAMME, [*RULES, hard], GOALS[0])[1])
    assert refused.status is Status.FAILED
    assert refused.notes == (BINDING_ROW_NOTE,)


def climbs(monkeypatch: pytest.MonkeyPatch, seed: int) -> tuple[LeximinOptimum, PotentialOrder]:
    """Return the last climb to an answer."""
    seen = list[tuple[LeximinOptimum, PotentialOrder]]()
    settled = column_generation.LeximinSolve._settle_later_goals

    def listening(self: column_generation.LeximinSolve, climb: LeximinOptimum, ranks: PotentialOrder) -> Solution:
        seen.append((climb, ranks))
        return settled(self, climb, ranks)

    monkeypatch.setattr(column_generation.LeximinSolve, "_settle_later_goals", listening)
    solve(markets(seed, GOALS[0])[seed % 2][1])
    return seen[0]


@pytest.mark.parametrize("seed", FEW)
def test_marks_prove_the_answer_and_no_other(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    climb, ranks = climbs(monkeypatch, seed)
    tight = climb.tight_pairs(ranks)
    assert tight.any()
    for pair in np.flatnonzero(~tight):
        chosen = climb.chosen.copy()
        chosen[pair] ^= True
        with pytest.raises(EngineError, match="do not prove"):
            replace(climb, chosen=chosen).tight_pairs(ranks)
    with pytest.raises(EngineError, match="do not prove"):
        climb.tight_pairs(replace(ranks, ranks=np.zeros_like(ranks.ranks)))


@pytest.mark.parametrize("seed", range(50 if DEEP else 5))
def test_ranks_are_the_order_of_marks_and_tell_which_level_parts_two(seed: int) -> None:
    random = np.random.default_rng(seed)
    count, levels = 30, 6
    marks = random.integers(-2, 3, (count, levels)) * (random.random((count, levels)) < 0.4)
    nodes, at = np.nonzero(marks)
    times = np.abs(marks[nodes, at])
    nodes, at, signs = (np.repeat(part, times) for part in (nodes, at, np.sign(marks[nodes, at])))
    shuffled = random.permutation(len(nodes))
    ranks = PotentialOrder.of(LevelPotentials.of(nodes[shuffled], at[shuffled], signs[shuffled], count))
    rows = [tuple(row) for row in marks.tolist()]
    for one in range(count):
        others = np.arange(count)
        places = ranks.ranks[one], ranks.ranks
        apart = ranks.between(np.minimum(*places), np.maximum(*places))
        for other in others.tolist():
            assert (rows[one] < rows[other]) == (places[0] < places[1][other])
            parted = np.flatnonzero(marks[one] != marks[other])
            assert apart[other] == (parted[0] if len(parted) else INFINITE)
        below = ranks.below(int(places[0]))
        lower = others[ranks.ranks < places[0]]
        assert np.array_equal(below[ranks.ranks[lower]], apart[lower])


def test_a_matching_of_very_many_people_answers_questions_as_where_scores_are_stored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    goals = PROGRAMME.goals.model_copy(update={"order": ["matched", "leximin"]})
    people, programme = cohort(4), PROGRAMME.model_copy(update={"rules": list(RULES), "goals": goals})
    held = mm.match(people, programme)
    substitute(monkeypatch, "operations", MAX_STORED_PAIRS=0)
    unheld = mm.match(people, programme)
    assert unheld.solution.engine == "wide"
    assert unheld.pairs == held.pairs
    assert unheld.unmatched == held.unmatched
    mixed = [(one.mentor, other.mentee) for one, other in pairwise(held.pairs)][:5]
    assert [unheld.why_not(*pair) for pair in mixed] == [held.why_not(*pair) for pair in mixed]
    leaving = [held.pairs[0].mentor]
    plans = [mm.repair(each, withdrawn=leaving).matching.pairs for each in (held, unheld)]
    assert plans[0] == plans[1]
