"""A solve that is not waited for any longer ends within a moment, with the best answer so far."""

import json
import re
import signal
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from threading import Event, Timer, active_count
from time import monotonic, sleep
from typing import Any, Literal

import numpy as np
import pytest

import mentormatch as mm
from mentormatch import AssignmentProblem, Progress, RequestError, Row, Solution, Status, solve
from mentormatch.assignment.engine import SolveOptions, solve_unchecked
from mentormatch.assignment.model.solution import Incumbent
from mentormatch.base.progress import track
from mentormatch.contract.operation import ask, operations_by_kind
from tests.conftest import DEEP
from tests.doors import substitute
from tests.failure.processes import assert_true, endless, quotas
from tests.scale.markets import GOALS, PROGRAMME, RULES, both, cohort

pytestmark = pytest.mark.promise(20)

PATIENCE_S = 5.0
"""A machine that has other work to do takes much longer than the 0.3 seconds of one that has none."""
LONG: dict[str, Callable[[], AssignmentProblem]] = {
    "an integer program": lambda: endless(exact=False),
    "one without any answer": endless,
    "quotas in tiers": lambda: quotas(60, ("matched", "floor_person", "total")),
    "a large block": lambda: AssignmentProblem.from_scores(np.random.default_rng(1).integers(0, 9, (2_500, 2_500))),
    "pairs that are not held": lambda: both(cohort(3, 1_500), PROGRAMME, RULES, GOALS)[1],
}


def ended(problem: AssignmentProblem, seconds: float) -> tuple[Solution, float]:
    """Return what a solve says that is cancelled after some seconds, and how long it then took."""
    cancel, moments = Event(), list[float]()

    def end() -> None:
        moments.append(monotonic())
        cancel.set()

    timer = Timer(seconds, end)
    timer.start()
    found = solve(problem, cancel=cancel)
    timer.cancel()
    return found, monotonic() - moments[0] if moments else 0.0


@pytest.mark.parametrize("kind", LONG)
def test_an_event_ends_a_solve_of_any_kind_with_the_best_answer_so_far(kind: str) -> None:
    problem = LONG[kind]()
    for seconds in (0.3, 0.9, 1.5, 3.0) if DEEP else (0.6,):
        found, took = ended(problem, seconds)
        assert found.status in {Status.FEASIBLE, Status.STOPPED, Status.PROVED}
        assert found.canonical or found.interrupted
        assert took < PATIENCE_S
        assert (found.status is Status.STOPPED) == (len(found.pairs) == 0)


@pytest.mark.parametrize("ties", ["canonical", "any"])
def test_an_event_leaves_pairs_wherever_a_limit_of_as_long_does(ties: Literal["canonical", "any"]) -> None:
    rng, size = np.random.default_rng(0), (60, 50)
    rows = [Row(f"row {k}", (rng.random(size) < 0.2).astype(np.int64), None, 6) for k in range(30)]
    problem, cancel = AssignmentProblem.from_scores(rng.integers(0, 10**6, size), rows=rows), Event()
    cancel.set()
    limited, cancelled = solve(problem, time_limit_s=1e-9, ties=ties), solve(problem, cancel=cancel, ties=ties)
    assert len(cancelled.pairs) == len(limited.pairs) > 0
    assert (cancelled.status, cancelled.interrupted, limited.interrupted) == (Status.FEASIBLE, True, False)


def test_an_event_that_is_set_already_begins_nothing_and_one_that_never_is_changes_nothing() -> None:
    problem, cancel = quotas(8), Event()
    best = solve(problem)
    free = solve(problem, cancel=cancel)
    assert (free.canonical, free.pairs.tolist()) == (True, best.pairs.tolist())
    cancel.set()
    begun = monotonic()
    greedy = solve(problem, cancel=cancel)
    assert (greedy.status, greedy.greedy, greedy.interrupted) == (Status.FEASIBLE, True, True)
    assert monotonic() - begun < PATIENCE_S
    cohort_, programme = mm.examples.cohort(), mm.examples.programme()
    matching = mm.match(cohort_, programme, cancel=cancel)
    assert (len(matching.pairs) > 0, matching.solution.interrupted) == (True, True)
    (plan,) = mm.plans(cohort_, programme, cancel=cancel)
    repaired = mm.repair(mm.match(cohort_, programme), withdrawn=["M04"], cancel=cancel).matching
    assert (plan.solution.interrupted, repaired.solution.interrupted) == (True, True)
    pairs = [(pair.mentor, pair.mentee) for pair in plan.pairs]
    with pytest.raises(mm.EngineError):  # a part of an evaluation would not tell of every rule
        mm.evaluate(cohort_, programme, pairs, cancel=cancel)
    assert len(mm.evaluate(cohort_, programme, pairs, cancel=Event()).pairs) == len(pairs)


def test_plans_and_a_repair_end_at_their_limit_with_the_best_so_far() -> None:
    cohort_, programme = mm.examples.cohort(), mm.examples.programme()
    found = mm.plans(cohort_, programme, 5, time_limit_s=1e-6)
    assert [plan.status for plan in found[:-1]] == [Status.PROVED] * (len(found) - 1)
    assert len(found[-1].pairs) > 0
    assert len(mm.plans(cohort_, programme, 2, time_limit_s=60)) == 2
    repaired = mm.repair(mm.match(cohort_, programme), withdrawn=["M04"], time_limit_s=1e-6)
    assert (repaired.status, len(repaired.matching.pairs) > 0) == (Status.FEASIBLE, True)
    with pytest.raises(RequestError):
        mm.evaluate(cohort_, programme, [], time_limit_s=-1)


def test_what_is_no_event_is_refused() -> None:
    with pytest.raises(RequestError, match=r"threading\.Event"):
        solve(quotas(4), cancel=True)  # type: ignore[arg-type]  # what is refused


@pytest.mark.parametrize("said", [True, None, False], ids=str)
def test_a_listener_that_returns_true_ends_all_solves_of_a_piece_of_work(
    monkeypatch: pytest.MonkeyPatch, *, said: bool | None
) -> None:
    substitute(monkeypatch, "base", QUIET_S=0.1)
    heard, threads = list[Progress](), active_count()

    def listen(told: Progress) -> bool | None:
        heard.append(told)
        return said

    problem = endless(exact=False)
    with mm.progress(listen), track():
        found = [solve(problem, time_limit_s=20 if said else 0.8) for _ in range(2)]
    assert heard[-1].over
    assert [each.interrupted for each in found] == [said is True] * 2
    assert found[0].seconds < PATIENCE_S
    assert active_count() == threads


@pytest.mark.proof
def test_a_cancelled_answer_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "assignment", IN_PROCESS_PAIRS=-1)
    problem = quotas(20)
    found, _ = ended(problem, 0.9)
    assert_true(problem, found, solve(problem))


def waited(run: SolveOptions) -> None:
    """Take as long as somebody waits."""
    while not run.cancelled:
        sleep(0.01)


def struck(run: SolveOptions) -> None:
    """Press Ctrl-C."""
    signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("how", [waited, struck], ids=["a listener", "Ctrl-C"])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_ladder_that_is_not_waited_for_has_the_steps_until_then(
    monkeypatch: pytest.MonkeyPatch, how: Callable[[SolveOptions], None], at: int
) -> None:
    before = mm.match(mm.examples.cohort(), mm.examples.programme())
    whole, cut = mm.repair(before, withdrawn=["M04"]).ladder, mm.repair(before, withdrawn=["M04"])
    usual, asked = solve_unchecked, list[AssignmentProblem]()

    def solved(problem: AssignmentProblem, kind: str | None, run: SolveOptions, so_far: Incumbent) -> Solution:
        asked.append(problem)
        if len(asked) == at:
            how(run)
        return usual(problem, kind, run, so_far)

    substitute(monkeypatch, "base", QUIET_S=0.1)
    substitute(monkeypatch, "assignment", solve_unchecked=solved)
    with mm.progress(lambda told: how is waited and told.part >= at):
        *steps, last = cut.ladder
    assert steps == list(whole[: max(at - 2, 0)])
    assert last.interrupted
    assert last.status in {Status.FEASIBLE, Status.STOPPED}
    assert (last.matched is None) == (last.status is Status.STOPPED)
    assert "arrêté" in str(last)
    assert len(asked) == at


def looked(looks: Iterator[int], last: int, run: SolveOptions) -> bool:
    """Say whether a solve is cancelled: from a certain look on."""
    return next(looks) >= last


def hollow(told: Any) -> Iterator[Any]:
    """Yield what calls itself feasible, and leaves nothing to be had."""
    if isinstance(told, dict):
        tiers = told.get("tiers", [])
        proved = bool(tiers) and all(tier["bound"] == tier["value"] for tier in tiers)
        if told.get("status") == "feasible" and (told.get("gap", 1) == 0 or proved):
            yield told
    parts = told.values() if isinstance(told, dict) else told if isinstance(told, list) else ()
    for part in parts:
        yield from hollow(part)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("match", {"feasible", "proved"}),
        ("plans", {"feasible", "proved"}),
        ("repair", {"feasible", "proved", "stopped"}),  # a step of its ladder that is not reached has no answer
        ("topics", {"feasible", "proved"}),
        ("dates", {"proved"}),  # greed reaches the bound at the first look
        ("turns", {"feasible", "proved"}),
    ],
)
def test_nothing_that_is_cancelled_at_any_look_is_feasible_without_a_gap(
    kind: str, expected: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    example, statuses = operations_by_kind()[kind].example(), set[str]()
    for last in range(1, 120 if DEEP else 24):
        looks = count()
        cancelled = property(partial(looked, looks, last))
        with monkeypatch.context() as patched:
            patched.setattr(SolveOptions, "cancelled", cancelled)
            told = json.loads(ask(kind, example).to_json())
        assert list(hollow(told)) == [], last
        statuses |= set(re.findall(r'"status": "(\w+)"', json.dumps(told)))
        if next(looks) < last:
            break
    assert statuses == expected
