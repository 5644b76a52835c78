"""The worst served mentee over implicit scores (max-min): the same pairs as where they are stored, by few solves."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mentormatch as mm
from benchmarks.population import APART, cohort_of
from mentormatch import AssignmentProblem, Solution, Status, certify, solve
from mentormatch.assignment.bottleneck_goals import WorstMentee
from mentormatch.assignment.engine import SolveOptions
from mentormatch.assignment.engines.large import Large
from mentormatch.assignment.lexicographic import TimeLimitReached
from mentormatch.assignment.model.problem import DegreeBounds
from mentormatch.assignment.model.scores import NO_SCORE
from mentormatch.assignment.model.solution import DualSolution
from mentormatch.assignment.objective import eligible_mentees
from mentormatch.assignment.optimal_face import dual_bound, round_duals
from mentormatch.results import Verdict
from mentormatch.rules import Quota
from mentormatch.scale.columns.generation import SiftingOptions
from mentormatch.scale.columns.master import RestrictedMaster
from mentormatch.scale.scan.implicit_scores import ImplicitScores
from tests.conftest import DEEP, some_of
from tests.doors import substitute
from tests.oracles.exhaustive import exhaustive
from tests.oracles.problems import random_problem
from tests.scale.markets import PROGRAMME, RULES, both, coarse, cohort, needing, same

LOOSE = tuple(rule for rule in RULES if rule.kind in {"veto", "common", "priority", "capacity"})
FAIR = (
    ("matched", "floor_person", "total"),
    ("floor_person", "total"),
    ("matched", "priority", "floor_person", "total"),
)
OTHERS = (
    ("floor_person",),
    ("floor_person", "floor", "matched"),
    ("priority", "floor_person", "matched", "total"),
    ("total", "floor_person"),
)
SIZES = (5, 13, 33, 60)
SEEDS = range(100 if DEEP else 2)

in_fair_goals = pytest.mark.parametrize("goals", FAIR, ids=["people first", "worst first", "after priority"])
type Both = tuple[AssignmentProblem, AssignmentProblem]


def market(seed: int, goals: Sequence[str]) -> Both:
    """Return a market in which everybody may be placed, or not, held and not held, mentors having up to 3 places."""
    size = SIZES[seed % len(SIZES)]
    programme = coarse(PROGRAMME) if seed % 2 else PROGRAMME
    mentors = round(size * (2.0, 1.0, 0.4)[seed % 3])
    people = cohort_of(PROGRAMME, mentors, size, seed, capacity=1 + seed % 3, manner=APART)
    return both(people, programme, (LOOSE, RULES, ())[seed % 5 % 3], goals)


def setting_aside(problems: Both, seed: int) -> list[AssignmentProblem]:
    """Return the problems in which some people of both sides have no place."""
    random = np.random.default_rng(seed)
    kept = [random.random(count) < 0.8 for count in problems[0].shape]
    return [
        replace(
            each,
            mentors=replace(each.mentors, most=each.mentors.most * kept[0]),
            mentees=replace(each.mentees, most=each.mentees.most * kept[1]),
        )
        for each in problems
    ]


def solved(problem: AssignmentProblem, monkeypatch: pytest.MonkeyPatch) -> tuple[Solution, int]:
    """Return the solution, and how often the engine was asked."""
    asked, ask = list[AssignmentProblem](), Large.solve

    def heard(engine: Large, part: AssignmentProblem, run: SolveOptions) -> Solution:
        asked.append(part)
        return ask(engine, part, run)

    monkeypatch.setattr(Large, "solve", heard)
    return solve(problem), len(asked)


@pytest.mark.usefixtures("way")
@in_fair_goals
@pytest.mark.parametrize("seed", SEEDS)
def test_the_worst_person_has_as_much_as_in_the_whole_block(seed: int, goals: Sequence[str]) -> None:
    held, unheld = market(seed, goals)
    found = solve(unheld, seed=seed)
    assert same(solve(held, seed=seed), found)
    certificate = certify(unheld, found)
    assert certificate.verdict is certify(held, found).verdict
    assert all(tier.proved for tier in certificate.tiers[: goals.index("floor_person")])


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("goals", OTHERS, ids="-".join)
@pytest.mark.parametrize("seed", some_of(range(3)))
def test_in_other_orders_too(seed: int, goals: Sequence[str]) -> None:
    held, unheld = market(seed, goals)
    assert same(solve(held, seed=seed), solve(unheld, seed=seed))


@pytest.mark.usefixtures("way")
@in_fair_goals
@pytest.mark.parametrize("seed", some_of(SEEDS))
def test_people_who_are_set_aside_lower_nothing(seed: int, goals: Sequence[str]) -> None:
    held, unheld = setting_aside(market(seed, goals), seed)
    assert same(solve(held, seed=seed), solve(unheld, seed=seed))


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("seed", range(4))
def test_a_mentee_whom_nobody_may_meet_lowers_nothing(seed: int) -> None:
    held, unheld = both(cohort(seed, 40), PROGRAMME, RULES, FAIR[0])  # among thousands, everybody may meet somebody
    served = eligible_mentees(held)
    assert np.array_equal(served, eligible_mentees(unheld))
    assert (~served & (held.mentees.most > 0)).any()
    assert same(solve(held), solve(unheld))


@pytest.mark.usefixtures("way")
@in_fair_goals
@pytest.mark.parametrize("seed", some_of(range(4), 2))
def test_minimums_are_kept_or_said_to_be_impossible(seed: int, goals: Sequence[str]) -> None:
    for share in (0.02, 0.2):
        held, unheld = needing(market(seed, goals), seed, share)
        one, other = solve(held, seed=seed), solve(unheld, seed=seed)
        assert one.status is other.status
        assert same(one, other) or one.status is Status.INFEASIBLE


def test_where_somebody_must_be_left_out_that_is_seen_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    _, unheld = both(cohort(3), PROGRAMME, RULES, FAIR[0])
    found, asked = solved(unheld, monkeypatch)
    assert found.tiers[0].value < np.count_nonzero(eligible_mentees(unheld))
    assert found.tiers[1].value == 0
    assert asked <= 3


@pytest.mark.parametrize("seed", some_of(range(4), 2))
def test_few_solves_find_a_worst_person_below_the_ceiling(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    people = cohort_of(PROGRAMME, 150, 150, seed, capacity=1)
    held, unheld = both(people, PROGRAMME, (), FAIR[0])
    found, asked = solved(unheld, monkeypatch)
    assert found.tiers[1].value > 0
    assert asked <= 8
    assert same(solve(held), found)


@pytest.mark.parametrize("goals", [*FAIR, pytest.param(("floor", "total"), marks=pytest.mark.proof)], ids="-".join)
def test_a_quota_that_binds_at_a_threshold_is_kept_there_too(goals: Sequence[str]) -> None:
    where = [{"side": "mentee", "field": "reconversion", "in": ["Oui"]}]
    for seed, least in product(range(3 if DEEP else 1), (2, 4, 8)):
        quota = Quota.model_validate({"kind": "quota", "where": where, "least": least})
        people = cohort_of(PROGRAMME, 20, 20, seed, capacity=1 + seed % 2, manner=APART)
        held, unheld = both(people, PROGRAMME, [*LOOSE, quota], goals)
        one, found = solve(held), solve(unheld)
        assert same(one, found) or one.status is found.status is Status.INFEASIBLE


@pytest.mark.parametrize("goals", [*FAIR, pytest.param(("floor", "total"), marks=pytest.mark.proof)], ids="-".join)
def test_a_rule_that_binds_at_a_threshold_alone_is_no_proof_that_it_cannot_be_reached(goals: Sequence[str]) -> None:
    where = [{"side": side, "field": "reconversion", "in": ["Oui"]} for side in ("mentor", "mentee")]
    for seed, least in product(range(3 if DEEP else 1), (1, 2)):
        quota = Quota.model_validate({"kind": "quota", "where": where, "least": least})
        people = cohort_of(PROGRAMME, 20, 20, seed, capacity=1 + seed % 2, manner=APART)
        held, unheld = both(people, PROGRAMME, [*LOOSE, quota], goals)
        found = solve(unheld)
        assert found.status is Status.FAILED or same(solve(held), found)


def test_an_answer_in_time_is_no_worse_than_the_one_that_reached_the_threshold() -> None:
    held, unheld = both(cohort_of(PROGRAMME, 150, 150, 1, capacity=1), PROGRAMME, (), FAIR[0])
    best = solve(held)

    class Once(RestrictedMaster):
        """Is out of time after the first answer of those that settle ties."""

        def report(self, *answer: object) -> None:
            super().report(*answer)  # type: ignore[arg-type]  # whatever it is told
            if self.run.ties:
                raise TimeLimitReached

    with pytest.MonkeyPatch.context() as patch:
        substitute(patch, "scale", RestrictedMaster=Once, SIFTING_OPTIONS=SiftingOptions(candidates_per_person=1))
        found = solve(unheld)
    assert (found.status, found.canonical) == (Status.PROVED, False)
    assert [tier.value for tier in found.tiers] == [tier.value for tier in best.tiers]


def ones(count: int, most: int) -> DegreeBounds:
    """Return loads without a minimum."""
    return DegreeBounds(np.zeros(count, np.int64), np.full(count, most), np.ones(count, dtype=bool))


def test_a_matching_of_very_many_people_has_the_same_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    people = cohort(4)
    goals = PROGRAMME.goals.model_copy(update={"order": FAIR[0]})
    programme = PROGRAMME.model_copy(update={"rules": list(RULES), "goals": goals})
    held = mm.match(people, programme)
    substitute(monkeypatch, "operations", MAX_STORED_PAIRS=0)
    unheld = mm.match(people, programme)
    assert isinstance(unheld.problem.scores, ImplicitScores)
    assert unheld.pairs == held.pairs
    assert unheld.solution.tiers == held.solution.tiers
    assert (unheld.certificate.verdict, held.certificate.verdict) == (Verdict.PARTLY, Verdict.CERTIFIED)


def drawn(seed: int) -> AssignmentProblem:
    """Return a small problem in which mentors have up to 3 places and mentees one, with this goal first."""
    problem = random_problem(np.random.default_rng(seed), 4, values=5, most=3)
    return replace(problem, goals=("floor_person",))


def best_of(problem: AssignmentProblem) -> int:
    best = exhaustive(problem)
    assert best is not None
    return best.tiers[0]


@given(st.integers(0, 2**32 - 1))
def test_no_answer_is_above_the_ceiling_or_the_cap(seed: int) -> None:
    problem = drawn(seed)
    threshold, best = WorstMentee(eligible_mentees(problem)), best_of(problem)
    most = solve(replace(problem, goals=("matched",)))
    cap = threshold.dual_upper_bound(problem, (), most)
    assert best <= threshold.upper_bound(problem, 0)
    assert cap is None or best <= cap


@given(st.integers(0, 2**32 - 1), st.integers(1, 7))
def test_whole_prices_pay_for_the_same_pairs_and_bound_as_closely(seed: int, parts: int) -> None:
    rng, problem = np.random.default_rng(seed), drawn(seed)
    prices = [rng.integers(-2 * parts, 3 * parts, size) for size in problem.shape]
    given_ = DualSolution((("matched", 1),), prices[0], prices[1], denominator=parts)
    found = round_duals(problem, given_)
    paid = [each.mentors[:, None] + each.mentees for each in (given_, found)]
    assert (paid[1] >= paid[0] // parts).all()
    assert dual_bound(problem, found) * parts <= dual_bound(problem, given_)


def test_who_has_a_partner_is_told_for_people_who_take_part() -> None:
    held, unheld = both(cohort(2), PROGRAMME, RULES)
    for some in (np.ones(held.shape[0], dtype=bool), np.arange(held.shape[0]) % 2 > 0):
        assert np.array_equal(held.scores.has_partner(some), unheld.scores.has_partner(some))
    assert np.array_equal(unheld.scores.has_partner(~some | some), unheld.scores.row_and_column_max()[1] > NO_SCORE)
