"""What is told of work: goals in order, bounds that only fall, no negative gap; nothing to nobody, or of short work."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread, active_count
from time import sleep

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch import AssignmentProblem, Progress, Solution, Status, solve
from mentormatch.assignment.engine import solve_goals
from mentormatch.base.progress import DOCUMENTS_GOAL, TIES_GOAL, listen, track
from mentormatch.operations.matching import folder_exporters
from mentormatch.record.decision import DECISION_SUFFIX
from mentormatch.results import Tier
from tests.conftest import DEEP
from tests.doors import substitute
from tests.failure.processes import all_apart, quotas

GOALS = ("matched", "floor", "total", "changes")
FEWER = {"changes"}


def hold(told: list[Progress], goals: tuple[str, ...]) -> None:
    """Hold the laws on what was told of one piece of work."""
    order = ["", *goals, TIES_GOAL]
    for before, after in pairwise(told):
        assert (before.part, order.index(before.goal)) <= (after.part, order.index(after.goal))
        if (before.part, before.goal) == (after.part, after.goal):
            sign = -1 if after.goal in FEWER else 1
            assert before.value is None or (after.value is not None and sign * after.value >= sign * before.value)
            assert before.bound is None or (after.bound is not None and sign * after.bound <= sign * before.bound)
    for one in told:
        assert one.gap is None or one.gap >= 0
        if one.value is not None and one.bound is not None:
            assert one.value >= one.bound if one.goal in FEWER else one.value <= one.bound


@st.composite
def answers(draw: st.DrawFn) -> list[Solution]:
    """Return true answers to one problem, in any order, each with some of what is proved of it."""
    best = draw(st.lists(st.integers(5, 20), min_size=len(GOALS), max_size=len(GOALS)))
    return [draw(one_answer(tuple(best))) for _ in range(draw(st.integers(1, 8)))]


@st.composite
def one_answer(draw: st.DrawFn, best: tuple[int, ...]) -> Solution:
    tiers = []
    reached = draw(st.integers(0, len(GOALS)))
    for place, (goal, value) in enumerate(zip(GOALS, best, strict=True)):
        sign = -1 if goal in FEWER else 1
        short, loose = draw(st.integers(0, 3)), draw(st.none() | st.integers(0, 3))
        if place < reached:
            tiers.append(Tier(goal, value, value))
        elif place == reached:
            tiers.append(Tier(goal, value - sign * short, None if loose is None else value + sign * loose))
        else:
            tiers.append(Tier(goal, value - sign * short, None))
    return Solution(Status.FEASIBLE, np.empty((0, 2), dtype=np.int64), tuple(tiers))


@settings(max_examples=2_000 if DEEP else 25)
@given(answers())
def test_whatever_the_answers_goals_come_in_order_and_bounds_never_rise(found: list[Solution]) -> None:
    told = [Progress()]
    for solution in found:
        told.append(told[-1].after(solution))
    hold(told, GOALS)


@pytest.mark.parametrize("apart", [False, True], ids=["here", "in a process of its own"])
@pytest.mark.parametrize(
    "goals",
    [("matched", "total"), pytest.param(("matched", "floor_person", "total"), marks=pytest.mark.proof)],
    ids=" ".join,
)
def test_what_is_told_of_a_solve_is_lawful_and_true(
    goals: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, *, apart: bool
) -> None:
    problem = quotas(7, goals)
    best = {tier.goal: tier.value for tier in solve(problem).tiers}
    if apart:
        all_apart(monkeypatch)
    told = every(monkeypatch, lambda: solve(problem))
    hold(told, goals)
    assert {"", TIES_GOAL} <= {one.goal for one in told}
    for one in told:
        assert one.value is None or one.value <= best[one.goal]
        assert one.bound is None or one.bound >= best[one.goal]
    assert [one.over for one in told] == [False] * (len(told) - 1) + [True]
    assert (told[-1].status, told[-1].part) == ("proved", 1)


def every(monkeypatch: pytest.MonkeyPatch, work: object) -> list[Progress]:
    """Return all that is told of some work, also of what is soon over."""
    told: list[Progress] = []
    substitute(monkeypatch, "base", QUIET_S=0.0, TICK_S=0.001)
    assert callable(work)
    with listen(told.append):
        work()
    return told


def test_several_plans_are_one_piece_of_work_that_says_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    cohort, programme = mm.examples.cohort(), mm.examples.programme()
    told = every(monkeypatch, lambda: mm.plans(cohort, programme, 2))
    hold(told, tuple(programme.goals.order))
    assert {one.parts for one in told} == {2}
    assert [one.part for one in told if one.over] == [2]


def parts_told(told: list[Progress]) -> list[tuple[str, int, int | None]]:
    """Return the different parts that were told of, in order, from the first."""
    return list(dict.fromkeys((one.goal, one.part, one.parts) for one in told if one.part))


def test_documents_are_told_one_by_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    substitute(monkeypatch, "base", QUIET_S=0.0, TICK_S=0.001)
    told: list[Progress] = []
    matching = mm.match(mm.examples.cohort(), mm.examples.programme())
    with listen(told.append):
        matching.save(tmp_path / "d")
    parts = parts_told(told)
    assert len(parts) > 1
    assert parts == sorted(parts)
    assert {(goal, most) for goal, _, most in parts} == {(DOCUMENTS_GOAL, len(folder_exporters()) - 1)}
    assert told[-1].over


def test_a_listener_can_end_the_making_of_documents_and_nothing_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    substitute(monkeypatch, "base", QUIET_S=0.0, TICK_S=0.001)
    matching, asked = mm.match(mm.examples.cohort(), mm.examples.programme()), Event()

    def made(*_: object) -> bytes:
        assert asked.wait(10)
        sleep(0.1)
        return b""

    def ended(one: Progress) -> bool:
        if one.part:
            asked.set()
        return one.part > 0

    for kind, each in folder_exporters().items():
        if kind != DECISION_SUFFIX:
            monkeypatch.setattr(type(each), "content", made)
    with listen(ended), pytest.raises(KeyboardInterrupt):
        matching.save(tmp_path / "d")
    assert not (tmp_path / "d").exists()


def test_samples_of_robustness_are_counted_and_an_interrupt_ends_them(monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "base", QUIET_S=0.0, TICK_S=0.001)
    told: list[Progress] = []
    matching = mm.match(mm.examples.cohort(), mm.examples.programme())
    with listen(told.append):
        matching.robustness(30)
    assert {one.parts for one in told} == {30}
    assert told[-1].part == 30
    with listen(lambda one: one.part > 3), pytest.raises(KeyboardInterrupt):
        matching.robustness(3_000)


def test_where_nobody_listens_nothing_is_made() -> None:
    threads = active_count()
    with track() as work:
        assert work is None
        assert active_count() == threads


def test_of_short_work_nothing_is_told_and_no_thread_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Progress] = []
    substitute(monkeypatch, "base", QUIET_S=600.0)
    threads = active_count()
    with mm.progress(told.append):
        mm.match(mm.examples.cohort(), mm.examples.programme())
    assert (told, active_count()) == ([], threads)


def test_a_listener_that_fails_costs_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    failed: list[object] = []
    monkeypatch.setattr("threading.excepthook", failed.append)
    substitute(monkeypatch, "base", QUIET_S=0.0)

    def listener(told: Progress) -> None:
        raise OSError

    with listen(listener), track():
        solution = solve(AssignmentProblem.from_scores([[3, 1], [1, 3]]))
        sleep(0.05)
    assert (solution.status, len(failed)) == (Status.PROVED, 1)


def test_work_in_another_thread_is_told_to_nobody() -> None:
    seen: list[object] = []

    def elsewhere() -> None:
        with track() as work:
            seen.append(work)

    with listen(print):
        thread = Thread(target=elsewhere)
        thread.start()
        thread.join()
    assert seen == [None]


def test_an_interrupt_ends_all_plans_with_the_best_answer_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    cohort, programme = mm.examples.cohort(), mm.examples.programme()
    ask, asked = solve_goals, list[int]()

    def interrupted(*given: object) -> Solution:
        asked.append(1)
        if len(asked) == 2:
            raise KeyboardInterrupt
        return ask(*given)  # type: ignore[arg-type]  # handed on as they came

    substitute(monkeypatch, "assignment", solve_goals=interrupted, _try_relaxation=lambda *given: None)
    found = mm.plans(cohort, programme, 4)
    assert [plan.status for plan in found] == [Status.PROVED, Status.FEASIBLE]
    assert replace(found[0].solution, seconds=0).interrupted is False
    assert (found[1].solution.interrupted, found[1].solution.greedy, len(found[1].pairs) > 0) == (True, True, True)
