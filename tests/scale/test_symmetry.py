"""Classes of identical people: the same pairs as where scores are stored, by the aggregated market."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog

import mentormatch as mm
from benchmarks.population import APART, cohort_of, naming_as, repeated
from mentormatch import AssignmentProblem, Cohort, People, Programme, Rule, Solution, Status, certify, solve
from mentormatch.assignment.flow.transportation import make_transport_search, make_transport_state, ship_supply
from mentormatch.assignment.lexicographic import first_stage
from mentormatch.assignment.model.scores import ScanQuery
from mentormatch.assignment.objective import scalarize
from mentormatch.base.columns import NameLists, number_rows
from mentormatch.operations.instance import lazy_scores
from mentormatch.results import Verdict
from mentormatch.rules import Ban, Pin, Quota, formulate
from mentormatch.scale.columns import aggregation, ties
from mentormatch.scale.columns.residual import make_path_scanner
from mentormatch.scale.columns.subproblem import PricingProblem
from mentormatch.scale.columns.symmetry import PeopleClasses
from mentormatch.scale.columns.ties import TieScores
from mentormatch.scale.scan.blocks import BlockScanner
from mentormatch.scale.scan.implicit_scores import ImplicitScores
from mentormatch.scoring.scores import score
from tests.conftest import DEEP
from tests.doors import substitute

PROGRAMME = mm.examples.programme()
RULES = tuple(rule for rule in PROGRAMME.rules if not isinstance(rule, Quota))
COARSE = PROGRAMME.model_copy(update={"criteria": [each for each in PROGRAMME.criteria if each.kind == "same"]})
SEEDS = range(60 if DEEP else 2)
SIZE = 400 if DEEP else 120
GOALS = ("matched", "priority", "total")
SHARES = (1.0, 0.6, 0.4)
"""How many mentors there are for each mentee."""
EMPLOYERS = 8


def test_wide_rows_are_numbered_alike_in_any_layout_of_memory() -> None:
    rows = np.tile(np.arange(140).reshape(10, 14) * 1000, (2, 1))
    numbers = number_rows(np.asfortranarray(rows))
    assert numbers.tolist() == number_rows(rows).tolist()
    assert numbers[:10].tolist() == numbers[10:].tolist()
    assert len(set(numbers.tolist())) == 10


def employing(people: People, random: np.random.Generator) -> People:
    """Return people with one employer each, of few."""
    drawn = random.integers(0, EMPLOYERS, len(people)).tolist()
    return replace(
        people, columns={**people.columns, "employeurs": NameLists(tuple((f"structure {one}",) for one in drawn))}
    )


def naming(people: Cohort, programme: Programme, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Return rules that ban two of the best pairs and pin another, which is not among the best."""
    found = solve(both(people, programme, rules)[0]).pairs.tolist()
    keys = [(people.mentors.ids[mentor], people.mentees.ids[mentee]) for mentor, mentee in found]
    pinned = Pin(mentor=keys[0][0], mentee=keys[-1][1]) if not rules else Pin(mentor=keys[0][0], mentee=keys[0][1])
    return (*rules, *(Ban(mentor=mentor, mentee=mentee) for mentor, mentee in keys[2:4]), pinned)


def cohort(seed: int, *, by_name: bool = False) -> Cohort:
    """Return people of few kinds, or by turns of few kinds on one side only.

    ``by_name``: people of a kind have employers of their own, and some wish for somebody, or avoid somebody.
    """
    size = SIZE
    counts = (round(size * SHARES[seed % 3]), size)
    drawn = [count if seed % 4 == 2 + side else (5, 12)[seed % 2] for side, count in enumerate(counts)]
    found = cohort_of(PROGRAMME, drawn[0], drawn[1], seed, capacity=1 + seed % 3, manner=APART)
    random = np.random.default_rng(seed)
    mentors, mentees = (
        repeated(employing(people, random), count, letter, random)
        for people, count, letter in zip((found.mentors, found.mentees), counts, "ME", strict=True)
    )
    if not by_name:
        return Cohort(mentors, mentees)
    others = cohort_of(PROGRAMME, counts[0], counts[1], seed)
    return Cohort(naming_as(mentors, others.mentors), naming_as(mentees, others.mentees))


def both(people: Cohort, programme: Programme, rules: tuple[Rule, ...]) -> tuple[AssignmentProblem, AssignmentProblem]:
    """Return the problem with its scores held, and not held."""
    held = formulate(people, score(people, programme.criteria), rules, GOALS)
    return held, formulate(people, lazy_scores(people, programme.criteria), rules, GOALS)


def same(one: Solution, other: Solution) -> bool:
    """Return whether two answers are proved, reach the same and hold the same pairs."""
    values = [[(tier.goal, tier.value, tier.bound) for tier in each.tiers] for each in (one, other)]
    statuses = {one.status, other.status} == {Status.PROVED}
    return statuses and values[0] == values[1] and np.array_equal(one.pairs, other.pairs)


def view_of(problem: AssignmentProblem) -> PricingProblem:
    """Return the goals of a problem as one stage."""
    return PricingProblem.of(problem, first_stage(scalarize(problem, 1 << 64)), make_path_scanner)


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse to look at all pairs of people."""

    def refused(scores: ImplicitScores, *_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(ImplicitScores, "scan", refused)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("rules", ["all", "by name", "none"])
@pytest.mark.parametrize("programme", [PROGRAMME, COARSE], ids=["fine", "coarse"])
@pytest.mark.parametrize("seed", SEEDS)
def test_people_of_few_classes_have_the_pairs_of_the_whole_block(seed: int, programme: Programme, rules: str) -> None:
    people = cohort(seed)
    given = {"all": RULES, "by name": naming(people, programme, RULES if seed % 2 else ()), "none": ()}[rules]
    held, unheld = both(people, programme, given)
    found = solve(unheld, seed=seed)
    assert len(found.pairs) > 4
    assert same(solve(held, seed=seed), found)


@pytest.mark.parametrize("seed", SEEDS)
def test_people_of_few_classes_with_several_partners_on_both_sides_are_paired_once(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{__name__}.SIZE", 40)
    held, unheld = (
        replace(
            each,
            mentors=replace(each.mentors, most=np.where(each.mentors.most > 0, 3, 0)),
            mentees=replace(each.mentees, most=np.where(each.mentees.most > 0, 2, 0)),
        )
        for each in both(cohort(seed), PROGRAMME, ())
    )
    found = solve(unheld, seed=seed)
    assert found.engine == "wide"
    assert same(solve(held, seed=seed), found)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("listed", [1, 16])
@pytest.mark.parametrize("programme", [PROGRAMME, COARSE], ids=["fine", "coarse"])
@pytest.mark.parametrize("seed", SEEDS)
def test_people_who_are_alike_but_for_whom_they_name_have_the_pairs_of_the_whole_block(
    seed: int, programme: Programme, listed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ties.TieOptions(tied_pairs_per_person=listed, pairs_added_per_person=listed)
    monkeypatch.setattr(ties, "TIE_OPTIONS", options)
    options_of_classes = aggregation.AggregationOptions(pairs_added_per_person=listed)
    monkeypatch.setattr(aggregation, "AGGREGATION_OPTIONS", options_of_classes)
    held, unheld = both(cohort(seed, by_name=True), programme, RULES)
    assert same(solve(held, seed=seed), solve(unheld, seed=seed))


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("seed", SEEDS)
def test_a_short_first_list_of_ties_changes_nothing(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    options = ties.TieOptions(tied_pairs_per_person=1, tied_pairs_per_block=0, pairs_added_per_person=1)
    monkeypatch.setattr(ties, "TIE_OPTIONS", options)
    held, unheld = both(cohort(seed), COARSE, ())
    assert same(solve(held), solve(unheld))


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("seed", SEEDS)
def test_a_market_of_too_many_classes_to_be_solved_whole_has_the_same_pairs(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    substitute(monkeypatch, "scale", AGGREGATION_OPTIONS=aggregation.AggregationOptions(max_steps=(0, 0)))
    held, unheld = both(cohort(seed), PROGRAMME, RULES)
    assert same(solve(held), solve(unheld))


@pytest.mark.usefixtures("way", "blind")
def test_the_market_of_classes_is_proved_without_a_scan_of_all_pairs() -> None:
    found = solve(both(cohort(1), PROGRAMME, RULES)[1])
    assert found.status is Status.PROVED
    assert len(found.pairs) > SIZE // 10


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("seed", SEEDS)
def test_duals_of_classes_are_certified_over_all_pairs(seed: int) -> None:
    _, problem = both(cohort(seed), PROGRAMME, RULES)
    found = solve(problem)
    assert certify(problem, found).verdict is Verdict.CERTIFIED
    (prices,) = found.prices
    lower = replace(prices, mentees=np.where(prices.mentees > 0, prices.mentees - 1, 0), mentors=prices.mentors - 1)
    assert certify(problem, replace(found, prices=(lower,))).verdict is Verdict.REFUSED


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("seed", SEEDS)
def test_any_optimum_does_where_ties_are_not_asked_for(seed: int) -> None:
    held, unheld = both(cohort(seed), PROGRAMME, RULES)
    floor = [solve(replace(each, goals=("matched", "floor", "total"))) for each in (held, unheld)]
    assert same(*floor)


def test_people_are_alike_if_all_others_score_the_same_with_them_and_not_if_a_rule_names_one_of_them() -> None:
    people = cohort(1)
    by_name = naming(people, PROGRAMME, RULES)
    counts = [alike_in(both(people, PROGRAMME, rules)) for rules in (RULES, by_name)]
    assert counts[0] < len(people.mentors) // 4
    assert counts[0] < counts[1] <= counts[0] + 3


def alike_in(problems: tuple[AssignmentProblem, AssignmentProblem]) -> int:
    """Return how many kinds of mentors there are, all of whom score the same with everybody."""
    held, unheld = problems
    classes = PeopleClasses.of(view_of(unheld))
    assert classes is not None
    block, (mentors, mentees) = np.full(held.shape, -1), held.scores.pairs()
    block[mentors, mentees] = held.scores.at(mentors, mentees)
    firsts = np.ix_(classes.mentors.first[classes.mentors.codes], classes.mentees.first[classes.mentees.codes])
    taking = np.ix_(held.mentors.most > 0, held.mentees.most > 0)
    assert np.array_equal(block[firsts][taking], block[taking])
    return len(classes.mentors)


@pytest.mark.parametrize("seed", range(200 if DEEP else 10))
def test_the_transportation_problem_is_solved_to_the_optimum_of_scipy_and_its_duals_prove_it(seed: int) -> None:
    random = np.random.default_rng(seed)
    u, v = random.integers(1, 9, 2).tolist()
    profit = np.where(random.random((u, v)) < 0.7, random.integers(0, (5, 1_000)[seed % 2], (u, v)), -1_000_000)
    places = random.integers(0, 6, u), random.integers(0, 6, v)
    state, path = make_transport_state(profit, *places), make_transport_search(u, v)
    for each in range(u):
        ship_supply(state, path, each)
    flow, left, right = state.flow, state.left, state.right
    assert (flow >= 0).all()
    assert (flow.sum(axis=1) <= places[0]).all()
    assert (flow.sum(axis=0) <= places[1]).all()
    assert min(left.min(), right.min()) >= 0
    assert (left[:, None] + right >= profit).all()
    value = int((profit * flow).sum())
    assert value == int((left * places[0]).sum() + (right * places[1]).sum())
    loads = np.vstack([np.kron(np.eye(u), np.ones(v)), np.kron(np.ones(u), np.eye(v))])
    least = linprog(-profit.ravel(), A_ub=loads, b_ub=np.concatenate(places)).fun
    assert value == -round(least or 0)


@pytest.mark.parametrize("most", [1, 1_000])
@pytest.mark.parametrize("seed", range(3))
def test_compiled_code_finds_the_ties_that_the_numpy_scan_finds(
    seed: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = list[int]()
    substitute(monkeypatch, "scale", TIE_OPTIONS=ties.TieOptions(row_hit_factor=SIZE))

    def compared(scores: TieScores) -> Callable[[ScanQuery], Callable[[int, int], object]]:
        n, m = scores.shape
        random = np.random.default_rng(seed)
        prices = random.integers(200_000, 900_000, n), -random.integers(0, 300_000, m)
        query = ScanQuery(*prices, per_row=most).among(scores.mentors, scores.mentees)
        one, other = (each(scores)(query)(3, n - 3) for each in (ties.make_numpy_tie_scanner, ties.make_kernel_scanner))
        for ours, theirs in zip(
            (one.mentors, one.mentees, one.scores, one.row_best),
            (other.mentors, other.mentees, other.scores, other.row_best),
            strict=True,
        ):
            assert np.array_equal(ours, theirs)
        counts.append(len(one.mentors))
        scanner: BlockScanner = ties.make_numpy_tie_scanner(scores)
        return scanner

    monkeypatch.setattr(aggregation, "choose_tie_scanner", lambda *, compiled: compared)
    solve(both(cohort(seed), COARSE, ())[1])
    assert counts
    assert max(counts) > 10
