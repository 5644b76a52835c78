"""What somebody waits for at the board: a look at a person, and a move, from the JSON asked to the JSON answered.

A move is solved, compared with the plan before, and explained. The goal at 100 a side is 200 ms.
"""

from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import mentormatch as mm
from benchmarks.made import write_survey
from mentormatch import Programme
from mentormatch.widgets.board.session import Board

SIZES = [11, 100, 200]
KEPT = ("different", "veto", "capacity", "priority")
"""The rules of the example programme under which most people made at random find a partner."""
COUPLED = [False, True]
"""Whether a rule couples pairs: the quota of the example programme."""


def opened(size: int, folder: Path, *, coupled: bool) -> Board:
    """Return a board over so many people a side."""
    programme: Programme = mm.examples.programme()
    cohort = mm.read_survey(programme, write_survey(programme, folder / "answers.csv", size, size))
    quota = [rule.model_copy(update={"least": 1}) for rule in programme.rules if rule.kind == "quota"]
    rules = [rule for rule in programme.rules if rule.kind in KEPT] + quota * coupled
    return Board(mm.match(cohort, programme.model_copy(update={"rules": rules})))


@pytest.mark.parametrize("coupled", COUPLED)
@pytest.mark.parametrize("size", SIZES)
def test_a_move(benchmark: BenchmarkFixture, tmp_path: Path, size: int, coupled: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    benchmark.group = f"board, {size} a side"
    board = opened(size, tmp_path, coupled=coupled)
    pairs = [(pair["mentor"], pair["mentee"]) for pair in board.state()["pairs"]]
    board.answer({"what": {"action": "choose", "person": pairs[0][0]}})
    moves = iter(pairs)

    def ban() -> dict[str, Any]:
        mentor, mentee = next(moves)
        return board.answer({"what": {"action": "ban", "mentor": mentor, "mentee": mentee}})

    told = benchmark.pedantic(ban, rounds=min(10, len(pairs)), warmup_rounds=1 if len(pairs) > 10 else 0)
    assert told["refusal"] == ""
    assert len(told["pairs"]) > 0.5 * size


@pytest.mark.parametrize("coupled", COUPLED)
@pytest.mark.parametrize("size", SIZES)
def test_a_look(benchmark: BenchmarkFixture, tmp_path: Path, size: int, coupled: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    benchmark.group = f"board, {size} a side"
    board = opened(size, tmp_path, coupled=coupled)
    mentor = board.state()["pairs"][0]["mentor"]
    told = benchmark(board.answer, {"what": {"action": "choose", "person": mentor}})
    assert told["chosen"]["person"] == mentor
