"""The page of plain Python in the documentation checks the proofs of small decisions, and takes no forgery."""

import json
import runpy
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import mentormatch as mm
from mentormatch import AssignmentProblem, Row
from mentormatch.assignment.verification.refutation import ProofError, System, refute
from tests.conftest import DEEP
from tests.record.decisions import Json, coupled, plain, written
from tests.record.test_false_claims import drawn

pytestmark = [pytest.mark.promise(11), pytest.mark.promise(29)]

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "check_proofs.py"
MAX_LINES = 66


@pytest.fixture(scope="module")
def check() -> Callable[[Json], list[str]]:
    found = runpy.run_path(str(PAGE))["check"]
    return lambda content: list(found(content))


def alone() -> AssignmentProblem:
    """Return a problem with a row that couples pairs, a pin and negative scores, without minimums."""
    return replace(coupled(), mentors=plain().mentors)


def test_the_page_needs_nothing_but_python(tmp_path: Path) -> None:
    assert len(PAGE.read_text("utf-8").splitlines()) <= MAX_LINES
    path = written(alone(), tmp_path)
    assert mm.prove(path, every_goal=True).verified
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(PAGE), str(path)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "No assignment is better in: matched, priority, total\n"


def test_the_example_that_is_worked_out_by_hand_holds() -> None:
    steps = json.loads(PAGE.with_name("certificates.md").read_text("utf-8").split("```json\n")[1].split("```")[0])
    people = [1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0], [0, 1, 0, 1]
    rows: list[tuple[list[int], int | None, int | None]] = [(own, 0, 1) for own in people]
    rows += [([1, 0, 0, 1], None, 1), ([1, 1, 1, 1], 2, None), ([9, 4, 6, 5], 11, None)]
    system = System.free(4)
    for terms, lower, upper in rows:
        system = system.with_row(range(4), terms, lower, upper)
    assert refute(system, steps) == 2
    runpy.run_path(str(PAGE))["refute"](rows, [{0, 1}] * 4, steps)
    for place, step in enumerate(steps):
        if step[0] == "leaf":
            for multiplier in step[1]:
                changed = deepcopy(steps)
                changed[place][1].remove(multiplier)
                with pytest.raises(ProofError):
                    refute(system, changed)


def test_it_stops_at_a_goal_that_is_no_sum(tmp_path: Path, check: Callable[[Json], list[str]]) -> None:
    path = written(replace(alone(), goals=("matched", "leximin")), tmp_path)
    assert mm.prove(path, every_goal=True).verified
    assert check(json.loads(path.read_bytes())) == ["matched"]


def test_it_names_what_it_does_not_check(tmp_path: Path, check: Callable[[Json], list[str]]) -> None:
    path = written(coupled(), tmp_path)
    with pytest.raises(NotImplementedError, match="a minimum for whoever is used: run mentormatch verify FILE"):
        check(json.loads(path.read_bytes()))
    refute = runpy.run_path(str(PAGE))["refute"]
    for step in (["pack", 0, 1, [[0, 1]], 0], ["split", [[0, 1], [1, 1]], 0], ["split", [[0, 1]], 1], ["leaf", [], []]):
        with pytest.raises(NotImplementedError, match=rf"{step[0]}: run mentormatch prove FILE --every-goal first"):
            refute([([1, 1], 0, 1)], [{0, 1}, {0, 1}], [step])


def test_prices_alone_prove_nothing_here(tmp_path: Path, check: Callable[[Json], list[str]]) -> None:
    assert check(json.loads(written(plain(), tmp_path).read_bytes())) == []


@pytest.mark.parametrize(
    "steps",
    [
        [["leaf", [[0, 4 * 0.003], [1, 2 * 0.003], [2, 5 * 0.003], [3, 3 * 0.003], [4, -0.003]]]],
        [["fix", [[0, float("inf")]]], ["leaf", [[0, 1]]]],
    ],
    ids=["a fraction", "infinity"],
)
def test_no_rounded_sum_closes_a_box_that_holds_a_better_answer(steps: list[Json], tmp_path: Path) -> None:
    """The other two pairs are worth 14; at 14 the linear program leaves no room, nor does rounding leave less."""
    path = written(AssignmentProblem.from_scores([[9, 7], [6, 5]], goals=("total",)), tmp_path)
    content = json.loads(path.read_bytes())
    content["pairs"] = [["m1", "e2"], ["m2", "e1"]]
    content["proofs"] = [{"goal": "total", "bound": 13, "systems": [{"steps": steps}]}]
    path.write_text(json.dumps(content), "utf-8")
    done = subprocess.run([sys.executable, "-I", "-S", str(PAGE), str(path)], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert "ValueError" in done.stderr


def test_it_refuses_pairs_that_break_a_rule(tmp_path: Path, check: Callable[[Json], list[str]]) -> None:
    """The proofs are those of the best answer, and each change alone leaves its value or more."""
    problem = AssignmentProblem.from_scores(
        [[9, 4, 4], [6, 5, 5]],
        np.array([[1, 1, 1], [1, 1, 0]], dtype=bool),
        rows=[
            Row("au plus un", np.array([[1, 0, 0], [0, 1, 0]]), most=1),
            Row("un", np.array([[0, 1, 1], [0] * 3]), 1),
        ],
    )
    path = written(problem, tmp_path)
    assert mm.prove(path, every_goal=True).verified
    content = json.loads(path.read_bytes())
    assert check(content) == ["matched", "total"]
    best = content["pairs"]
    assert best in ([["m1", "e2"], ["m2", "e1"]], [["m1", "e3"], ["m2", "e1"]])
    broken = {
        "a row, above": [["m1", "e1"], ["m2", "e2"]],
        "a row, below": [["m2", "e1"]],
        "a mentor's places": [["m1", "e1"], ["m1", "e2"], ["m2", "e2"]],
        "a mentee's places": [["m1", "e1"], ["m1", "e2"], ["m2", "e1"]],
        "a pair that is not allowed": [["m1", "e1"], ["m2", "e3"]],
        "a pair twice": [*best, best[0]],
    }
    for pairs in broken.values():
        with pytest.raises(AssertionError):
            check({**content, "pairs": pairs, "proofs": []})
    for pin in (["m1", "e1"], ["m2", "e3"]):
        with pytest.raises(AssertionError):
            check({**content, "pins": [pin], "proofs": []})
    assert check({**content, "proofs": []}) == []


@pytest.mark.parametrize("seed", range(400 if DEEP else 24))
def test_it_takes_what_is_true_and_no_worse_answer(
    seed: int, tmp_path: Path, check: Callable[[Json], list[str]]
) -> None:
    problem = drawn(seed)
    if not {*problem.goals} <= {"matched", "priority", "total", "floor"}:
        return
    if any((side.optional & (side.least > 1)).any() for side in (problem.mentors, problem.mentees)):
        return
    path = written(problem, tmp_path, proofs="none")
    content = json.loads(path.read_bytes())
    if not content["pairs"]:
        return
    assert mm.prove(path, every_goal=True).verified
    content = json.loads(path.read_bytes())
    assert check(content) == list(problem.goals)
    # The proofs of the best answer, with a pair less and the values that this leaves
    for pair in content["pairs"]:
        other = deepcopy(content)
        other["pairs"].remove(pair)
        priority = {one["id"]: one["priority"] for one in (*other["mentors"], *other["mentees"])}
        values = {
            "matched": len(other["pairs"]),
            "priority": sum(priority[m] + priority[e] for m, e in other["pairs"]),
            "total": sum(other["scores"][m][e] for m, e in other["pairs"]),
            "floor": min((other["scores"][m][e] for m, e in other["pairs"]), default=0),
        }
        for tier, proof in zip(other["tiers"], other["proofs"], strict=True):
            tier["value"] = tier["bound"] = proof["bound"] = values[tier["goal"]]
        with pytest.raises(AssertionError):
            check(other)
