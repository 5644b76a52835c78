"""The board speaks the language in which it was opened, whatever is spoken when it is asked."""

from typing import Any

import pytest

import mentormatch as mm
from mentormatch import Matching, language
from mentormatch.widgets.board.session import Board
from mentormatch.widgets.board.texts import BOARD_TEXTS
from tests.english import french_in
from tests.report.cohorts import matched, person, programme


@pytest.fixture(scope="module")
def matching() -> Matching:
    rules = [{"kind": "capacity", "most": 1, "name": "places"}]
    return matched(programme(rules=rules), [person("M1"), person("M2")], [person("E1"), person("E2"), person("E3")])


@pytest.fixture
def board(matching: Matching) -> Board:
    with language("en"):
        return Board(matching)


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for name, each in value.items() if name != "folder" for text in texts(each)]
    return [text for each in value for text in texts(each)] if isinstance(value, list) else [str(value)]


MOVES: list[dict[str, object]] = [
    {"action": "choose", "person": "m1"},
    {"action": "pin", "mentor": "m1", "mentee": "e3"},
    {"action": "ban", "mentor": "m2", "mentee": "e1"},
    {"action": "withdraw", "person": "e2"},
    {"action": "choose", "person": "m2"},
    {"action": "undo"},
    {"action": "redo"},
    {"action": "release", "number": 1},
]
REFUSED: list[dict[str, object]] = [
    {"action": "redo"},
    {"action": "undo"},
    {"action": "release", "number": 9},
    {"action": "choose", "person": "m9"},
    {"action": "capacity", "person": "m1", "places": 2},
    {"action": "capacity", "person": "e1", "places": 2},
    {"action": "fly"},
]


def test_every_move_is_answered_in_english(board: Board) -> None:
    told = [board.state(), *(board.answer({"turn": 1, "what": move}) for move in MOVES)]
    assert [one["refusal"] for one in told] == [""] * len(told)
    assert french_in(*(text for one in told for text in texts(one))) == []
    assert told[2]["decisions"][0]["text"] == "Imposed pair: M1 – E3"


@pytest.mark.parametrize("move", REFUSED)
def test_every_refusal_too(board: Board, move: dict[str, object]) -> None:
    refusal = board.answer({"turn": 1, "what": move})["refusal"]
    assert refusal
    assert french_in(refusal) == []


def test_the_widget_has_its_words_from_the_language_in_which_it_was_opened(matching: Matching) -> None:
    with language("en"):
        widget = mm.open_board(matching)
    assert widget.words["language"] == "en"
    assert french_in(*(text.translate(str.maketrans("", "", "{}")) for text in widget.words.values())) == []
    assert set(widget.words) == {"language", *BOARD_TEXTS}
    widget.asked = {"turn": 1, "what": {"action": "undo"}}
    assert widget.view["refusal"] == "There is nothing to undo"
    assert "Without a pair" in widget._repr_html_()
    assert mm.open_board(matching).words["undo"] == "Annuler"
