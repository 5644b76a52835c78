"""What somebody waits for at the form of a programme: a gesture, from the JSON asked of a desk to the JSON answered.

The programme is edited and read, the people are taken in anew where weights change, scored and matched, and all
figures are told against the version that was kept. The goal is half a second at 50 x 50, and a second at 300 mentors x
200 mentees.
"""

import json
from collections.abc import Iterator
from io import BytesIO
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import mentormatch as mm
from benchmarks.bench_board import KEPT
from benchmarks.made import write_survey
from mentormatch.programme.edits import ProgrammeText, RemovalEdit, SettingsEdit
from mentormatch.service.desk.desk import Workspace
from mentormatch.service.messages import ServiceMessage, read_message

SIZES = [(50, 50), (300, 200)]
COUPLED = [False, True]
"""Whether a rule couples pairs: the quota of the example programme."""
CAPACITY = 2
"""The place of that rule among those that are kept."""


def asked(desk: Workspace, do: str, body: bytes = b"", **values: Any) -> dict[str, Any]:
    """Return the answer of a desk."""
    answer = read_message(BytesIO(desk.answer(ServiceMessage({"do": do, **values}, body).pack())))
    assert answer is not None
    assert not answer.head.get("refused"), answer.body
    told: dict[str, Any] = json.loads(answer.body)
    return told


def opened(size: tuple[int, int], folder: Path, *, coupled: bool) -> Workspace:
    """Return a desk at which the form of the example's programme is open, over so many people."""
    text = ProgrammeText.of(mm.examples.folder_of("mentorat").joinpath("programme.toml").read_bytes())
    for place, rule in reversed(list(enumerate(text.programme.rules))):
        if rule.kind == "quota" and coupled:
            text = text.after(SettingsEdit(part="rules", at=place, changes={"least": 1}))
        elif rule.kind not in KEPT:
            text = text.after(RemovalEdit(part="rules", at=place))
    desk = Workspace()
    survey = write_survey(text.programme, folder / "answers.csv", *size)
    asked(desk, "take", text.content, part="programme", name="programme.toml")
    asked(desk, "take", survey.read_bytes(), part="answers", name="answers.csv")
    asked(desk, "read")
    asked(desk, "programme", what={"action": "look"})
    return desk


def weights() -> Iterator[dict[str, Any]]:
    """Yield weights of the first criterion, the others adjusting, each another than before."""
    yield from ({"edit": "weight", "at": 0, "weight": weight, "others": True} for weight in cycle(range(20, 60)))


def places() -> Iterator[dict[str, Any]]:
    """Yield changes of how many people a mentor takes, with something else beside that is new each time."""
    for number in cycle(range(200)):
        yield {
            "edit": "settings",
            "part": "rules",
            "at": CAPACITY,
            "changes": {"most": 2 + number % 2, "name": f"places {number}"},
        }


def wordings() -> Iterator[dict[str, Any]]:
    """Yield other words for an answer that all people were asked for: the people are taken in anew each time."""
    words = "Théâtre"
    for number in cycle(range(200)):
        yield {"edit": "answer", "name": "disciplines", "answer": words, "becomes": f"Théâtre {number}"}
        words = f"Théâtre {number}"


@pytest.mark.parametrize("gesture", [weights, places, wordings])
@pytest.mark.parametrize("coupled", COUPLED)
@pytest.mark.parametrize("size", SIZES)
def test_a_gesture(
    benchmark: BenchmarkFixture,
    tmp_path: Path,
    size: tuple[int, int],
    coupled: bool,  # noqa: FBT001 - pytest passes it by name
    gesture: Any,
) -> None:
    benchmark.group = f"programme form, {size[0]} x {size[1]}"
    desk, edits = opened(size, tmp_path, coupled=coupled), gesture()

    def edit() -> dict[str, Any]:
        return asked(desk, "programme", what={"action": "edit", "edits": [next(edits)]})

    told = benchmark.pedantic(edit, rounds=8, warmup_rounds=2)
    assert told["tried"]
    assert int(told["measures"][2]["now"].replace("\u202f", "")) > 0.3 * min(size)
