"""A trial poses what it is asked to, stops when the time is up, and takes no failure of an engine for an answer."""

from collections.abc import Callable
from time import monotonic
from typing import Any

import numpy as np
import pytest

from mentormatch import AssignmentProblem, Cohort, EngineError, Solution, Status, match
from mentormatch.assignment.model.solution import empty_solution
from mentormatch.base.irreducible_subset import deletion_filter
from mentormatch.explanation.diagnosis import diagnose
from mentormatch.explanation.diagnosis import diagnose as module
from mentormatch.explanation.diagnosis.diagnose import (
    DIAGNOSIS_LIMIT_S,
    FIRST_TRY_S,
    MAX_CAPACITY,
    STATUS_OF_ANSWER,
    FeasibilityOracle,
    diagnose_case,
)
from mentormatch.explanation.diagnosis.findings import Finding, RuleConflict
from mentormatch.explanation.unmatched_people import SolvedInstance
from mentormatch.results import Diagnosis
from mentormatch.scoring.scores import score
from tests.explanation.diagnosis.people import alike, cohort, counting, pin, programme

ANY = alike(1, 1)


def trial_of(people: Cohort, *rules: dict[str, Any], deadline: float | None = None) -> FeasibilityOracle:
    asked = programme(*rules)
    return FeasibilityOracle(people, score(people, asked.criteria), tuple(asked.rules), deadline)


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[float | None]]:
    """Return a function that lets the engine answer in a settled way; it returns the limits that it is given."""

    def answers(*statuses: Status, notes: tuple[str, ...] = ()) -> list[float | None]:
        limits: list[float | None] = []

        def solve(problem: AssignmentProblem, *, time_limit_s: float | None, proofs: str) -> Solution:
            limits.append(time_limit_s)
            return empty_solution(statuses[len(limits) - 1], "none", notes)

        monkeypatch.setattr(module, "solve", solve)
        return limits

    return answers


def test_more_places_go_to_those_who_take_part() -> None:
    people = cohort([{}, {"complete": False}, {}], [{}, {}])
    trial = trial_of(people)
    problem = trial.formulate((), {("mentor", 0): 2, ("mentor", 1): 2, ("mentee", 1): 3})
    assert problem.mentors.most.tolist() == [3, 0, 1]
    assert problem.mentees.most.tolist() == [1, 4]
    assert trial.formulate(()).mentors.most.tolist() == [1, 0, 1]
    assert problem.goals == ("matched",)


def test_rules_that_are_kept_are_posed_and_those_that_are_not_bar_nobody() -> None:
    people = cohort([{}, {}], [{"metier": "diffusion"}, {}])
    trial = trial_of(people, {"kind": "common", "field": "metier"}, counting("mentee", "production", least=1))
    assert [row.least for row in trial.formulate_keeping([1]).rows] == [1]
    assert trial.formulate_keeping([0]).rows == ()
    assert len(trial.formulate_keeping([0]).scores.pairs()[0]) == 2
    assert len(trial.formulate_keeping([1]).scores.pairs()[0]) == 4


def test_a_capacity_that_goes_frees_its_own_side_only() -> None:
    trial = trial_of(alike(1, 1), {"kind": "capacity", "side": "mentee", "most": 1}, {"kind": "capacity", "most": 2})
    freed = trial.formulate_keeping([1])
    assert (freed.mentors.most.tolist(), freed.mentees.most.tolist()) == ([2], [MAX_CAPACITY])


def test_only_who_is_set_aside_by_a_condition_that_goes_may_be_left_alone() -> None:
    condition = {"kind": "require", "field": "metier", "in": ["production"]}
    minimums = [{"kind": "capacity", "side": side, "most": 1, "minimum": 1, "always": True} for side in SIDES]
    people = cohort([{"metier": "diffusion"}, {}], [{"metier": "diffusion"}, {}])
    freed = trial_of(people, condition, *minimums).formulate_keeping([1, 2])
    assert freed.mentors.optional.tolist() == freed.mentees.optional.tolist() == [True, False]


SIDES = ("mentor", "mentee")


@pytest.mark.parametrize(
    ("left", "seconds", "limit"), [(None, None, None), (None, 2.0, 2.0), (-1.0, None, 1e-6), (-1.0, 2.0, 1e-6)]
)
def test_the_engine_is_given_the_time_that_is_left(
    left: float | None, seconds: float | None, limit: float | None, answering: Callable[..., list[float | None]]
) -> None:
    limits = answering(Status.PROVED)
    trial = trial_of(ANY, deadline=None if left is None else monotonic() + left)
    trial.solution(trial.formulate(()), seconds)
    assert limits == [limit]


def test_the_engine_is_given_no_more_than_the_time_that_is_left(answering: Callable[..., list[float | None]]) -> None:
    limits = answering(Status.PROVED, Status.PROVED)
    trial = trial_of(ANY, deadline=monotonic() + 1_000)
    trial.solution(trial.formulate(()), 2.0)
    trial.solution(trial.formulate(()), 5_000.0)
    assert limits[0] == 2.0
    assert limits[1] is not None
    assert 2.0 < limits[1] <= 1_000


def test_the_time_that_is_left_ends_at_nothing() -> None:
    assert (trial_of(ANY).left_s, trial_of(ANY).over) == (None, False)
    late = trial_of(ANY, deadline=monotonic() - 5)
    assert (late.left_s, late.over) == (0.0, True)
    early = trial_of(ANY, deadline=monotonic() + 1_000)
    assert early.left_s is not None
    assert 0 < early.left_s <= 1_000
    assert not early.over


@pytest.mark.parametrize(("notes", "said"), [(("out", "of ink"), "out\nof ink"), ((), "the engine failed")])
def test_an_engine_that_fails_is_no_answer(
    notes: tuple[str, ...], said: str, answering: Callable[..., list[float | None]]
) -> None:
    answering(Status.FAILED, notes=notes)
    trial = trial_of(ANY)
    with pytest.raises(EngineError) as failed:
        trial.is_feasible(trial.formulate(()))
    assert failed.value.message == said


@pytest.mark.parametrize(
    ("statuses", "known", "limits"),
    [
        ((Status.PROVED,), Status.FEASIBLE, [FIRST_TRY_S]),
        ((Status.FEASIBLE,), Status.FEASIBLE, [FIRST_TRY_S]),
        ((Status.INFEASIBLE,), Status.INFEASIBLE, [FIRST_TRY_S]),
        ((Status.STOPPED, Status.PROVED), Status.FEASIBLE, [FIRST_TRY_S, None]),
        ((Status.STOPPED, Status.INFEASIBLE), Status.INFEASIBLE, [FIRST_TRY_S, None]),
        ((Status.STOPPED, Status.STOPPED), Status.STOPPED, [FIRST_TRY_S, None]),
    ],
)
def test_an_answer_found_at_once_will_do_and_else_all_the_time_is_taken(
    statuses: tuple[Status, ...],
    known: Status,
    limits: list[float | None],
    answering: Callable[..., list[float | None]],
) -> None:
    given = answering(*statuses, *statuses)
    trial = trial_of(ANY)
    assert STATUS_OF_ANSWER[trial.is_feasible(trial.formulate(()))] is known
    assert given == limits


def test_once_the_time_is_up_nothing_is_tried(answering: Callable[..., list[float | None]]) -> None:
    given = answering()
    trial = trial_of(ANY, deadline=monotonic())
    assert trial.is_feasible(trial.formulate(())) is None
    assert not trial.is_known_feasible(())
    assert given == []


def test_what_works_is_what_is_known_to_have_a_solution() -> None:
    trial = trial_of(alike(1, 2), {"kind": "capacity", "most": 1}, pin("M1", "E1"), pin("M1", "E2"))
    assert trial.is_known_feasible(trial.rules[:2])
    assert not trial.is_known_feasible(trial.rules)
    assert trial.is_known_feasible(trial.rules, {("mentor", 0): 1})


@pytest.mark.parametrize("needed", [[], [0], [6], [0, 6], [2, 3, 4], list(range(7))])
def test_what_is_minimal_is_what_is_needed(needed: list[int]) -> None:
    assert deletion_filter(range(7), lambda some: set(needed) <= set(some)) == needed


def test_those_that_come_first_are_spared_first() -> None:
    assert deletion_filter([1, 1, 1, 1, 1], lambda some: len(some) >= 2) == [1, 1]
    assert deletion_filter("abcd", lambda some: len(some) >= 2) == ["c", "d"]


def test_everything_is_needed_in_as_many_questions_as_there_are_items_and_a_few() -> None:
    asked: list[int] = []

    def enough(some: Any) -> bool:
        asked.append(len(some))
        return len(some) == 8

    assert deletion_filter(range(8), enough) == list(range(8))
    assert len(asked) <= 8 * 4


def case(people: Cohort, *rules: dict[str, Any]) -> SolvedInstance:
    result = match(people, programme(*rules))
    return SolvedInstance(result.cohort, result.programme.rules, result.scores, result.problem, result.solution)


BAN = {**pin("M1", "E1"), "kind": "ban"}


def test_a_decision_with_an_answer_needs_no_diagnosis() -> None:
    assert diagnose_case(case(alike(1, 1))) is None


def test_a_decision_without_an_answer_is_diagnosed_within_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    deadlines: list[float | None] = []

    def diagnosed(people: Any, scores: Any, rules: Any, deadline: float | None, labels: Any) -> Diagnosis:
        deadlines.append(deadline)
        return Diagnosis(Status.INFEASIBLE)

    found = diagnose_case(case(alike(1, 1), pin("M1", "E1"), BAN))
    assert found is not None
    assert (found.status, [way.code for way in found.ways_out]) == (Status.INFEASIBLE, ["drop_pair", "drop_pair"])
    before = monotonic()
    monkeypatch.setattr(diagnose, "diagnose_rules", diagnosed)
    diagnose_case(case(alike(1, 1), pin("M1", "E1"), BAN))
    assert deadlines[0] is not None
    assert before + DIAGNOSIS_LIMIT_S <= deadlines[0] <= monotonic() + DIAGNOSIS_LIMIT_S


def test_where_an_engine_fails_it_is_not_known_why(answering: Callable[..., list[float | None]]) -> None:
    stuck = case(alike(1, 1), pin("M1", "E1"), BAN)
    answering(Status.FAILED)
    assert diagnose_case(stuck) is None


def test_a_finding_leaves_no_solution_unless_it_says_otherwise() -> None:
    finding = Finding("a", "rien ne va.", 1)
    assert (finding.people, finding.rules, finding.decisive) == ((), (), True)
    assert RuleConflict((), "rien.").proved


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (Status.FEASIBLE, "Le programme a une solution : ses règles peuvent toutes être respectées."),
        (Status.INFEASIBLE, "Aucune répartition ne respecte toutes les règles du programme."),
        (Status.STOPPED, "Le temps est écoulé avant que l’on sache si le programme a une solution."),
    ],
)
def test_a_diagnosis_begins_with_its_verdict(status: Status, verdict: str) -> None:
    others, decisive = Finding("b", "B.", 1, decisive=False), Finding("a", "A.", 1)
    assert Diagnosis(status).sentences == (verdict,)
    assert Diagnosis(status, (others, decisive), RuleConflict((), "C.")).sentences == (verdict, "C.", "A.", "B.")


def test_the_answer_of_a_trial_is_that_of_the_engine() -> None:
    trial = trial_of(alike(2, 2), pin("M1", "E2"))
    assert np.array_equal(trial.solution(trial.formulate(trial.rules)).pairs, [[0, 1], [1, 0]])
