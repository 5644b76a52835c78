"""Solves in trouble: which processes there are, problems that take their time, what an answer must be in any case."""

import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from time import monotonic, sleep

import numpy as np
import pytest

from mentormatch import AssignmentProblem, Row, Solution, Status, solve
from mentormatch.assignment.engines.semi_assignment import SemiAssignment
from mentormatch.assignment.model.problem import DegreeBounds
from mentormatch.assignment.model.scores import DenseScores, pack_scores
from mentormatch.assignment.subprocess_solve import ENGINE_PROGRAM
from tests.doors import substitute

pose = AssignmentProblem.from_scores

only_linux = pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc, which Linux alone has")
PATIENCE_S = 60.0


def children(parent: int) -> set[int]:
    """Return the processes, dead ones not yet waited for included, that a process has started."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.add(int(path.parent.name))
    return found


def alive(process: int) -> bool:
    """Return whether a process is there and has not ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def wait_for[T](look: Callable[[], T], patience_s: float = PATIENCE_S) -> T:
    """Return the first true thing that ``look`` sees; it looks ever less often, for what it looks at takes time too."""
    end, pause_s = monotonic() + patience_s, 0.002
    while not (seen := look()):
        assert monotonic() < end, "nothing came"
        sleep(pause_s)
        pause_s = min(1.5 * pause_s, 0.05)
    return seen


def all_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every problem solved in a process of its own from the first moment on."""
    substitute(monkeypatch, "assignment", IN_PROCESS_PAIRS=-1)
    monkeypatch.setattr(SemiAssignment, "runs_in_process", lambda self, problem, seconds: False)


def program(trouble: str) -> str:
    """Return the program of the child, with trouble in its engines."""
    return f"""import sys
sys.path[:] = sys.argv[1:]
import os, time
from mentormatch.assignment.engine import engines_by_kind
from mentormatch.assignment.tie_breaking import AnonymousTieBreaker
from tests.doors import put
engines = engines_by_kind()
{trouble}
{ENGINE_PROGRAM}
"""


def endless(size: int = 30, *, exact: bool = True) -> AssignmentProblem:
    """Return a problem of five sums that no solver gets to the end of, where each must come out exactly, or at most.

    Where sums are exact, no solver finds an answer either (Cornuéjols and Dawande, "A class of hard small 0-1
    programs", IPCO 1998).
    """
    rng = np.random.default_rng(3)
    weights = rng.integers(1, 1_000_000, (5, size, size))
    half = [int(each.mean() * size / 2) for each in weights]
    rows = tuple(Row(f"sum {k}", weights[k], half[k] if exact else None, half[k]) for k in range(5))
    ones, none, never = np.ones(size, np.int64), np.zeros(size, np.int64), np.zeros(size, dtype=bool)
    scores = DenseScores(rng.integers(0, 1_000_000, (size, size)))
    return AssignmentProblem(
        scores, DegreeBounds(none, ones, never), DegreeBounds(none, ones, never), rows, goals=("total",)
    )


def quotas(size: int, goals: tuple[str, ...] = ("matched", "total")) -> AssignmentProblem:
    """Return a problem with quotas, and with mentors who take two or three if any."""
    rng = np.random.default_rng(size)
    none, never = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=bool)
    rows = tuple(Row(f"q{g}", (np.arange(size) % 5 == g).astype(np.int64)[:, None], most=size // 6) for g in range(3))
    values, allowed = rng.integers(0, 1_000_000, (size, size)), rng.random((size, size)) < 0.8
    mentors, mentees = DegreeBounds(none + 2, none + 3, ~never), DegreeBounds(none, none + 1, never)
    return AssignmentProblem(pack_scores(values, allowed), mentors, mentees, rows, goals=goals)


def made(kind: str) -> AssignmentProblem:
    """Return a problem of some kind that keeps its engine at work for a while."""
    rng = np.random.default_rng(7)
    match kind:
        case "dense":
            return pose(rng.integers(0, 99, (700, 700)), mentor_priority=rng.integers(0, 2, 700))
        case "leximin":
            return pose(rng.integers(0, 60, (90, 90)), rng.random((90, 90)) < 0.3, goals=("matched", "leximin"))
        case "floor":
            return pose(rng.integers(0, 9**9, (250, 250)), mentor_capacity=2, goals=("matched", "floor", "total"))
        case "capacities":
            return pose(rng.integers(0, 99, (60, 60)), mentor_capacity=2, mentee_capacity=2, mentor_minimum=1)
        case "quotas":
            return quotas(20)
        case _:
            return quotas(14, ("matched", "floor_person", "total"))


KINDS = ("dense", "leximin", "floor", "capacities", "quotas", "floor with quotas")


def broken(problem: AssignmentProblem, solution: Solution) -> list[str]:
    """Return what the pairs break, counted pair by pair."""
    pairs = [(int(i), int(k)) for i, k in solution.pairs.tolist()]
    allowed = set(zip(*(side.tolist() for side in problem.scores.pairs()), strict=True))
    found = [f"forbidden {pair}" for pair in pairs if pair not in allowed]
    found += [f"doubled {pair}" for pair, after in pairwise(sorted(pairs)) if pair == after]
    found += [f"no pin {pin}" for pin in problem.pins if pin not in pairs]
    for side, loads in enumerate((problem.mentors, problem.mentees)):
        for person in range(len(loads)):
            count = sum(pair[side] == person for pair in pairs)
            fewest = 0 if loads.optional[person] and count == 0 else loads.least[person]
            found += [f"load {side} {person}"] * (not fewest <= count <= loads.most[person])
    for row in problem.rows:
        weights = row.block(problem.shape)
        total = sum(int(weights[pair]) for pair in pairs)
        found += [row.name] * (row.least is not None and total < row.least)
        found += [row.name] * (row.most is not None and total > row.most)
    return found


def assert_true(problem: AssignmentProblem, solution: Solution, best: Solution) -> None:
    """Hold an answer against the optimum: it keeps the rules, and states nothing that is not so."""
    assert best.status is Status.PROVED
    if solution.status in (Status.STOPPED, Status.FAILED):
        assert len(solution.pairs) == 0
        return
    assert solution.status in (Status.PROVED, Status.FEASIBLE)
    assert broken(problem, solution) == []
    for tier, optimum in zip(solution.tiers, best.tiers, strict=True):
        assert (tier.value, tier.vector) <= (optimum.value, optimum.vector) or tier.goal == "leximin"
        assert tier.bound is None or tier.bound >= optimum.value
        if (tier.value, tier.vector) != (optimum.value, optimum.vector):
            assert solution.status is Status.FEASIBLE
            break
    if solution.canonical:
        assert solution.pairs.tolist() == best.pairs.tolist()


def best_of(kind: str) -> Solution:
    """Return the optimum of a problem of some kind."""
    found = solve(made(kind))
    assert found.status is Status.PROVED
    return found
