"""The conflict that is named has no solution, and every part of it has one."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from time import monotonic

import pytest

from mentormatch import AssignmentProblem, Cohort, Programme, Status, diagnose, solve
from mentormatch.base.irreducible_subset import deletion_filter
from mentormatch.explanation.diagnosis.diagnose import FeasibilityOracle, conflict_of
from mentormatch.rules import Capacity, formulate
from mentormatch.scoring.scores import score
from tests.explanation.diagnosis.people import alike, cohort, counting, pin, programme
from tests.explanation.diagnosis.planting import Planted, planted, wild
from tests.oracles.exhaustive import exhaustive

FAST, DEEP = (*range(11), 28), 1_000
"""Seeds of conflicts in programmes of three to six rules."""
LATER = [seed for seed in range(DEEP) if seed not in FAST]
WILD = 500


def trial_of(people: Cohort, asked: Programme, deadline: float | None = None) -> FeasibilityOracle:
    return FeasibilityOracle(people, score(people, asked.criteria), tuple(asked.rules), deadline)


def solvable(problem: AssignmentProblem) -> bool:
    """Return whether there is an answer: by trying all where they are few, else by the engine that takes everything."""
    if problem.shape[0] * problem.shape[1] <= 9:
        return exhaustive(problem) is not None
    status = solve(problem, engine="milp").status
    assert status in (Status.PROVED, Status.INFEASIBLE)
    return status is Status.PROVED


def parts(places: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Yield every proper subset."""
    for size in range(len(places)):
        yield from combinations(places, size)


def named(case: Planted) -> tuple[FeasibilityOracle, list[int]]:
    """Return the trial of a case and where the rules of its conflict stand."""
    trial = trial_of(case.cohort, case.programme)
    conflict = conflict_of(trial)
    assert conflict.proved
    return trial, [place for place, rule in enumerate(trial.rules) if any(rule is each for each in conflict.rules)]


def assert_irreducible(trial: FeasibilityOracle, places: Sequence[int]) -> None:
    assert not solvable(trial.formulate_keeping(places))
    assert all(solvable(trial.formulate_keeping(some)) for some in parts(places))


def finds_what_was_planted(seed: int) -> None:
    case = planted(seed)
    trial, places = named(case)
    assert {trial.rules[place].name for place in places} == case.names
    assert_irreducible(trial, places)


@pytest.mark.promise(17)
@pytest.mark.parametrize("seed", FAST)
def test_a_planted_conflict_is_found_and_no_rule_of_it_can_be_spared(seed: int) -> None:
    finds_what_was_planted(seed)


@pytest.mark.proof
@pytest.mark.promise(17)
@pytest.mark.parametrize("seed", LATER)
def test_every_planted_conflict_is_found(seed: int) -> None:
    finds_what_was_planted(seed)


def test_planted_cases_have_six_to_twelve_people_and_three_to_six_rules() -> None:
    cases = [planted(seed) for seed in FAST]
    assert {len(case.programme.rules) for case in cases} == {3, 4, 5, 6}
    assert all(6 <= len(case.cohort.mentors) + len(case.cohort.mentees) <= 12 for case in cases)


def conflicts_irreducibly_or_not_at_all(seed: int) -> None:
    case = wild(seed)
    trial = trial_of(case.cohort, case.programme)
    if not solvable(trial.formulate(trial.rules)):
        assert_irreducible(*named(case))
    assert (diagnose(case.cohort, case.programme).status is Status.FEASIBLE) == solvable(trial.formulate(trial.rules))


@pytest.mark.promise(17)
@pytest.mark.parametrize("seed", range(12))
def test_whatever_the_rules_the_conflict_is_irreducible(seed: int) -> None:
    conflicts_irreducibly_or_not_at_all(seed)


@pytest.mark.proof
@pytest.mark.promise(17)
@pytest.mark.parametrize("seed", range(12, WILD))
def test_whatever_the_rules_every_conflict_is_irreducible(seed: int) -> None:
    conflicts_irreducibly_or_not_at_all(seed)


@pytest.mark.parametrize("seed", range(20))
def test_rules_that_go_leave_the_same_problem_as_a_programme_without_them(seed: int) -> None:
    case = wild(seed)
    trial = trial_of(case.cohort, case.programme)
    kept = [place for place, rule in enumerate(trial.rules) if rule.kind in ("capacity", "require") or place % 2]
    problem, literal = trial.formulate_keeping(kept), trial.formulate([trial.rules[place] for place in kept])
    assert [vector.tolist() for vector in problem.scores.pairs()] == [
        vector.tolist() for vector in literal.scores.pairs()
    ]
    assert solvable(problem) == solvable(literal)


def test_a_capacity_that_goes_limits_nobody() -> None:
    trial = trial_of(alike(1, 3), programme({"kind": "capacity", "most": 1, "minimum": 1, "always": True}))
    freed = trial.formulate_keeping([])
    assert freed.mentors.most.tolist() == [1000]
    assert freed.mentors.firm_minimum.tolist() == [0]
    assert Capacity(side="mentor", most=1000).degree_bounds(trial.cohort.mentors, "mentor") is not None


def test_who_takes_part_only_because_a_condition_goes_need_not_be_served() -> None:
    people = cohort([{"metier": "diffusion"}, {}], [{}])
    condition = {"kind": "require", "field": "metier", "in": ["production"]}
    minimum = {"kind": "capacity", "most": 1, "minimum": 1, "always": True}
    trial = trial_of(people, programme(condition, minimum))
    assert trial.is_feasible(trial.formulate_keeping([0, 1]))
    assert trial.is_feasible(trial.formulate_keeping([1]))
    assert not solvable(formulate(people, trial.scores, trial.rules[1:], ["matched"]))


def test_the_conflict_says_its_rules_in_the_order_of_the_programme() -> None:
    asked = programme(pin("M1", "E1"), {"kind": "priority", "people": ["E1"]}, {**pin("M1", "E1"), "kind": "ban"})
    conflict = conflict_of(trial_of(alike(2, 2), asked))
    assert [rule.kind for rule in conflict.rules] == ["pin", "ban"]
    said = "Ces 2 règles ne peuvent pas tenir ensemble : « binôme imposé M1 - E1 » et « binôme écarté M1 - E1 » ; "
    assert conflict.sentence.replace("\u00a0", " ").startswith(said)


def test_a_rule_that_cannot_hold_even_alone_is_a_conflict_by_itself() -> None:
    asked = programme(
        {"kind": "minimum_score", "points": 10}, counting("mentee", "diffusion", name="la diffusion", least=1)
    )
    conflict = conflict_of(trial_of(alike(2, 2), asked))
    assert [rule.name for rule in conflict.rules] == ["la diffusion"]
    assert conflict.sentence.startswith(
        "Cette règle ne peut pas être respectée avec ces personnes, même seule : « la d"
    )


def test_out_of_time_the_conflict_is_said_not_to_be_proved_irreducible() -> None:
    asked = programme(pin("M1", "E1"), {**pin("M1", "E1"), "kind": "ban"}, {"kind": "minimum_score", "points": 0})
    conflict = conflict_of(trial_of(alike(2, 2), asked, deadline=monotonic()))
    assert len(conflict.rules) == 3
    assert not conflict.proved
    assert "Pas démontré irréductible" in conflict.sentence


def test_the_filter_asks_few_questions_where_few_items_are_needed() -> None:
    asked = []

    def enough(items: Sequence[int]) -> bool:
        asked.append(items)
        return {3, 700} <= set(items)

    assert deletion_filter(range(1000), enough) == [3, 700]
    assert len(asked) < 40
