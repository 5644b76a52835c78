"""A desk that was kept is what it was: files, pairs, decisions, rounds, replies, seals, remarks; whatever was done."""

import json
from hashlib import sha256
from io import BytesIO
from random import Random
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import Status, errors
from mentormatch.languages.translation import tr
from mentormatch.service.desk import kept_state
from mentormatch.service.desk.desk import Workspace
from mentormatch.service.desk.kept_state import restore, save_parts
from mentormatch.service.desk.works import StatePart
from mentormatch.widgets.board.session import people_of
from tests.conftest import some_seeds
from tests.report.reviewed.edits import with_cells
from tests.service.desk.session import ANSWERS, PROGRAMME, VALIDATION, Sitting

GESTURES = ("pin", "ban", "withdraw", "capacity", "undo", "redo", "release", "validate", "choose")
SEEN = ("opened", "round", "state")


@pytest.fixture
def sitting() -> Sitting:
    """Return a desk at which the pairs of the example are formed."""
    found = Sitting()
    found.formed()
    return found


def again(sitting: Sitting, *, told: str = "") -> Sitting:
    """Return the same desk in another process, as it would be."""
    other = Sitting(Workspace())
    assert restore(other.desk, save_parts(sitting.desk, {})) == told
    return other


def shown(sitting: Sitting) -> dict[str, Any]:
    """Return all that staff see of a desk."""
    state = sitting.desk.state() | {"edition": 0, "told": ""}
    if sitting.desk.round is None:
        return {"state": state}
    board = sitting.done("open")["view"]
    return {"state": state, "board": board, "round": sitting.done("round"), "files": documents(sitting)}


def documents(sitting: Sitting) -> dict[str, bytes]:
    """Return what staff could download, without what is packed anew each time."""
    named = [one["name"] for one in sitting.desk.state()["plan"]["documents"]]
    return {name: sitting.content("hand", name) for name in named if name.endswith((".csv", ".json", ".jsonl"))}


def gesture(sitting: Sitting, dice: Random) -> None:
    """Do something on the board; what is refused changes nothing, there as here."""
    board = sitting.desk.require_board()
    mentor, mentee = dice.randint(1, 14), dice.randint(1, 18)
    what: dict[str, Any] = {"action": dice.choice(GESTURES)}
    match what["action"]:
        case "pin" | "ban":
            what |= {"mentor": f"m{mentor}", "mentee": f"e{mentee}"}
        case "withdraw" | "choose":
            what |= {"person": dice.choice([f"m{mentor}", f"e{mentee}"])}
        case "capacity":
            what |= {"person": f"m{mentor}", "places": dice.randint(0, 2)}
        case "release":
            what |= {"number": dice.randint(1, max(1, len(board.now.decisions)))}
        case "validate":
            what |= {"who": "Camille Roux", "why": "comité"}
    sitting.moved(**what)


@pytest.mark.parametrize("seed", some_seeds(6))
def test_whatever_was_done_on_the_board_is_there_again(seed: int, sitting: Sitting) -> None:
    dice = Random(seed)
    for _ in range(dice.randint(1, 8)):
        gesture(sitting, dice)
        if dice.random() < 0.3:
            sitting = again(sitting)
    assert shown(again(sitting)) == shown(sitting)


def test_every_step_back_is_there_again(sitting: Sitting) -> None:
    for mentee in ("e1", "e2", "e3"):
        sitting.moved(action="ban", mentor="m1", mentee=mentee)
    sitting.moved(action="undo")
    other = again(sitting)
    for action in ("redo", "undo", "undo", "undo"):
        assert other.moved(action=action)["pairs"] == sitting.moved(action=action)["pairs"]
    assert sitting.moved(action="undo")["refusal"]
    assert other.moved(action="undo")["refusal"]


def test_replies_and_the_round_before_are_there_again(sitting: Sitting) -> None:
    note_one(sitting, "declined", "schedule")
    sitting.done("close", round=1)
    note_one(sitting, "accepted")
    other = again(sitting)
    assert shown(other) == shown(sitting)
    for one in (sitting, other):
        note_one(one, "")
        one.done("reopen")
    assert shown(other) == shown(sitting)


def note_one(sitting: Sitting, answer: str, reason: str = "") -> None:
    told = sitting.done("round")
    line = told["lines"][0]
    people = {"person": line["mentor"]["id"], "partner": line["mentee"]["id"]}
    sitting.done("note", round=told["round"], answer=answer, reason=reason, **people)


@pytest.mark.parametrize("step", ["nothing", "files", "read", "named", "english"])
def test_each_step_is_there_again(step: str) -> None:
    sitting = Sitting()
    if step != "nothing":
        sitting.done("take", PROGRAMME, part="programme", name="p.toml")
        sitting.done("take", ANSWERS, part="answers", name="r é.csv")
    if step in ("read", "named", "english"):
        sitting.done("read")
    if step == "named":
        sitting.done("form")
        sitting.done("name", shown=True)
        sitting.done("name", shown=True, where="documents")
    if step == "english":
        sitting.done("speak", language="en")
    assert shown(again(sitting)) == shown(sitting)


def test_pairs_that_were_not_proved_are_taken_as_they_were(sitting: Sitting, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = save_parts(sitting.desk, {})
    state = json.loads(parts[StatePart.STATE])
    state["round"]["status"] = str(Status.FEASIBLE)
    state["round"]["record"]["pairs"].pop()
    other = Sitting(Workspace())
    assert restore(other.desk, parts | {StatePart.STATE: json.dumps(state).encode()}) == ""
    expected = [pair["mentor"] for pair in sitting.done("open")["view"]["pairs"]]
    assert len(other.done("open")["view"]["pairs"]) == len(expected) - 1


def test_only_what_has_changed_is_told(sitting: Sitting) -> None:
    parts = save_parts(sitting.desk, {})
    known = {name: sha256(part).hexdigest() for name, part in parts.items()}
    assert save_parts(sitting.desk, known) == {}
    sitting.moved(action="choose", person="m1")
    assert set(save_parts(sitting.desk, known)) == {StatePart.STATE}
    changes = json.loads(save_parts(sitting.desk, {})[StatePart.STATE])["changes"]
    assert changes == json.loads(parts[StatePart.STATE])["changes"] + 1


@pytest.mark.parametrize("part", ["files", "documents", StatePart.STATE])
@given(content=st.binary(max_size=60))
def test_what_is_no_work_is_refused_in_words_and_changes_nothing(part: str, content: bytes) -> None:
    desk = Workspace()
    before = desk.state()
    with pytest.raises(errors.RequestError, match="autre version"):
        restore(desk, save_parts(Workspace(), {}) | {part: content + b"\xff"})
    assert desk.state() == before


def test_a_work_whose_pairs_cannot_be_any_more_gives_its_files_back_and_says_so(sitting: Sitting) -> None:
    parts = save_parts(sitting.desk, {})
    state = json.loads(parts[StatePart.STATE])
    state["round"]["steps"].append({"decisions": [{"action": "withdraw", "person": "m99"}], "decision": "", "head": ""})
    other = Sitting(Workspace())
    assert restore(other.desk, parts | {StatePart.STATE: json.dumps(state).encode()}) == tr(kept_state.ONLY_FILES)
    assert [file["name"] for file in other.desk.state()["files"]] == ["programme.toml", "reponses.csv"]


def test_a_reviewed_workbook_brings_decisions_refusals_and_remarks(sitting: Sitting) -> None:
    sitting.moved(action="withdraw", person="e18")
    board = sitting.desk.require_board()
    first, second = (board.pair_ids((pair.mentor, pair.mentee)) for pair in board.matching.pairs[:2])
    book = with_cells(sitting.content("hand", "binomes.xlsx"), {"F2": "Validé", "F3": "Refusé", "G2": "à revoir"})
    told = sitting.done("review", book, name="binomes.xlsx")
    assert "1\u00a0binôme imposé" in told["told"]
    decisions = sitting.desk.require_board().now.decisions
    assert [one.action for one in decisions] == ["withdraw", "pin", "ban"]
    assert [people_of(one) for one in decisions[1:]] == [first, second]
    for one in (sitting, again(sitting)):
        assert [note.remark for note in one.desk.require_board().matching.notes if note.remark] == ["à revoir"]
    assert shown(again(sitting)) == shown(sitting)
    sitting.moved(action="undo")
    assert [one.action for one in sitting.desk.require_board().now.decisions] == ["withdraw"]


def test_a_workbook_of_other_answers_is_refused_and_changes_nothing(sitting: Sitting) -> None:
    before = shown(sitting)
    told = sitting.refused("review", b"PK", name="binomes.xlsx")
    assert told["place"] == "answers"
    assert shown(sitting) == before


def test_a_decision_on_somebody_who_left_binds_nothing_and_is_told(sitting: Sitting) -> None:
    book = with_cells(sitting.content("hand", "binomes.xlsx"), {"F2": "Validé"})
    board = sitting.desk.require_board()
    sitting.moved(
        action="withdraw", person=board.pair_ids((board.matching.pairs[0].mentor, board.matching.pairs[0].mentee))[0]
    )
    before = shown(sitting)["board"]
    assert "parti" in sitting.done("review", book, name="binomes.xlsx")["told"]
    assert shown(sitting)["board"] == before


def test_a_validated_plan_that_is_gone_back_to_has_its_own_documents_and_the_whole_log(sitting: Sitting) -> None:
    sitting.moved(**VALIDATION)
    first, log = documents(sitting), "binomes.journal.jsonl"
    board = sitting.desk.require_board()
    mentor, mentee = board.pair_ids((board.matching.pairs[0].mentor, board.matching.pairs[0].mentee))
    sitting.moved(action="ban", mentor=mentor, mentee=mentee)
    sitting.moved(**VALIDATION)
    second = documents(sitting)
    assert second["binomes.csv"] != first["binomes.csv"]
    assert sitting.moved(action="undo")["final"]
    for one in (sitting, again(sitting)):
        assert documents(one) == first | {log: second[log]}
        with ZipFile(BytesIO(one.content("hand", "binomes.zip"))) as packed:
            files = {name: packed.read(name) for name in packed.namelist()}
        assert files.items() >= {name: content for name, content in documents(one).items() if name in files}.items()
        assert files.keys() == sitting.desk.require_board().portfolio.files.keys()
    sitting.moved(action="redo")
    assert documents(sitting) == second


def test_the_validation_of_a_kept_work_is_confirmed_and_its_log_goes_on(sitting: Sitting) -> None:
    what = {name: value for name, value in VALIDATION.items() if name != "action"}
    sitting.moved(action="validate", **what)
    other = again(sitting)
    assert documents(other) == documents(sitting)
    other.moved(action="validate", **what)
    log = other.content("hand", "binomes.journal.jsonl")
    assert log.startswith(sitting.content("hand", "binomes.journal.jsonl"))
