"""An experiment at a desk: recorded before anything is drawn, drawn as the library draws, and there again."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

import mentormatch as mm
from mentormatch import Programme
from mentormatch.programme.edits import ProgrammeText, WeightEdit
from mentormatch.report.texts import spaced
from mentormatch.service.desk.kept_state import restore, save_parts
from tests.english import french_in
from tests.service.desk.session import ANSWERS, PROGRAMME, VALIDATION, Sitting
from tests.service.desk.trees import element, elements, table, words

SEED = 20261129
OTHER = ProgrammeText.of(PROGRAMME).after(WeightEdit(at=0, weight=20)).after(WeightEdit(at=1, weight=20)).content


@pytest.fixture
def sitting() -> Sitting:
    """Return a desk at which an experiment is recorded."""
    found = Sitting()
    found.done("example")
    found.done("read")
    found.done("take", OTHER, part="experiment", name="autre.toml")
    found.done("record", seed=SEED)
    return found


def rows(step: dict[str, Any]) -> list[list[str]]:
    """Return each pair that was drawn with its programme; none before the draw."""
    return [row for folded in elements(step["tree"], kind="folds") for row in table(folded)]


def test_what_is_recorded_and_drawn_is_what_the_library_records_and_draws(sitting: Sitting, tmp_path: Path) -> None:
    content = sitting.content("hand", "essai.json")
    first, second = (Programme.parse(one) for one in (PROGRAMME, OTHER))
    record = mm.Experiment.of(first, second, SEED).save(tmp_path / "essai.json")
    digest = words(element(sitting.done("experiment")["tree"], "code"))
    assert (content, digest) == (record.read_bytes(), sha256(content).hexdigest())
    told = sitting.done("draw")
    answers = tmp_path / "reponses.csv"
    answers.write_bytes(ANSWERS)
    drawn = mm.draw_experiment(mm.read_survey(first, answers), record)
    assert {(mentor, mentee) for mentor, mentee, _ in rows(told)} == {
        (pair.mentor, pair.mentee) for pair in drawn.matching.pairs
    }
    lots = {pair: ("second" if part.second else "premier") for part in drawn.parts for pair in part.pairs}
    assert {(mentor, mentee): word.split()[1] for mentor, mentee, word in rows(told) if word != "les deux"} == lots
    assert words(element(told["tree"], kind="verdict")) == spaced(" ".join(drawn.sentences[1:]))
    kept = json.loads(sitting.content("hand", "tirage.json"))
    assert (kept["digest"], len(kept["pairs"])) == (drawn.experiment.digest, len(rows(told)))
    assert sitting.done("look")["plan"]["answered"]


def test_an_experiment_and_its_lots_are_there_again_and_speak_english(sitting: Sitting) -> None:
    other = Sitting()
    assert restore(other.desk, save_parts(sitting.desk, {})) == ""
    assert other.done("experiment") == sitting.done("experiment")
    told = sitting.done("draw")
    sitting.moved(action="ban", mentor="m1", mentee="e1")
    again = Sitting()
    assert restore(again.desk, save_parts(sitting.desk, {})) == ""
    assert again.done("experiment") == told
    assert again.done("open")["view"] == sitting.done("open")["view"]
    again.done("speak", language="en")
    said = again.done("experiment")
    heads = [words(one) for kind in ("thead", "p", "summary", "button") for one in elements(said["tree"], kind)]
    assert french_in(*heads, *rows(said)[0][2:]) == []


def test_the_texts_of_documents_change_neither_the_lots_nor_what_was_decided_on_them(sitting: Sitting) -> None:
    sitting.done("draw")
    sitting.moved(action="ban", mentor="m1", mentee="e1")
    sitting.done("letters", name="Mentorat 2027", message="Bonjour")
    again = Sitting()
    assert restore(again.desk, save_parts(sitting.desk, {})) == ""
    assert again.done("open")["view"] == sitting.done("open")["view"]
    assert again.content("hand", "tirage.json") == sitting.content("hand", "tirage.json")


def test_running_pairs_with_other_answers_are_those_of_no_lot(sitting: Sitting) -> None:
    sitting.done("draw")
    sitting.moved(**VALIDATION, accept_unproved=True)
    answers = ANSWERS.replace(ANSWERS.splitlines(keepends=True)[-1], b"")
    sure = sitting.asks("take", answers, part="answers", name="suite.csv")["choices"][0]["sure"]
    sitting.done("take", answers, part="answers", name="suite.csv", sure=sure)
    assert "essai" in sitting.refused("hand", name="tirage.json")["title"]
    again = Sitting()
    assert restore(again.desk, save_parts(sitting.desk, {})) == ""
    assert rows(again.done("experiment")) == []


@pytest.mark.proof
def test_pairs_that_are_formed_anew_are_those_of_no_lot(sitting: Sitting) -> None:
    assert rows(sitting.done("draw"))
    sitting.done("form")
    assert rows(sitting.done("experiment")) == []
    assert "essai" in sitting.refused("hand", name="tirage.json")["title"]


@pytest.mark.proof
def test_another_version_of_the_programme_is_not_that_of_the_record(sitting: Sitting) -> None:
    edit = {"edit": "weight", "at": 0, "weight": 50}
    sitting.done("programme", what={"action": "edit", "edits": [edit]})
    assert list(elements(sitting.done("experiment")["tree"], kind="warn")) == []
    sitting.done("programme", what={"action": "keep"})
    assert "programme de l’essai" in words(element(sitting.done("experiment")["tree"], kind="warn"))
    assert "programme de l’essai" in sitting.refused("draw")["title"]
    sitting.done("take", PROGRAMME, part="programme", name="programme.toml")
    sitting.done("read")
    assert rows(sitting.done("draw"))


@pytest.mark.proof
def test_what_is_no_experiment_is_refused_and_changes_nothing(sitting: Sitting) -> None:
    before, rules = sitting.done("experiment"), PROGRAMME.replace(b"least = 2", b"least = 1", 1)
    for name, content in (("a.toml", rules), ("a.toml", PROGRAMME), ("a.toml", b"\xff"), ("a.json", b"{}"), ("a", b"")):
        sitting.refused("take", content, part="experiment", name=name)
    sitting.refused("record", seed=1)
    assert sitting.done("experiment") == before
    record = sitting.content("hand", "essai.json")
    assert element(sitting.done("leave", part="experiment")["tree"], "file-place")
    sitting.refused("draw")
    assert sitting.done("take", record, part="experiment", name="le nôtre.json") == before


@pytest.mark.proof
def test_pairs_that_are_not_to_be_repeated_are_in_both_programmes_of_the_record(sitting: Sitting) -> None:
    sitting.done("form")
    edition = sitting.done("look")["plan"]["after"][0]["name"]
    again = Sitting()
    again.done("example")
    again.done("take", sitting.content("hand", edition), part="edition", name=edition)
    again.done("read")
    again.done("take", OTHER, part="experiment", name="autre.toml")
    again.done("record", seed=SEED)
    record = json.loads(again.content("hand", "essai.json"))
    kinds = [{rule["kind"] for rule in record[which]["rules"]} for which in ("first", "second")]
    assert "history" in kinds[0] & kinds[1]
    assert rows(again.done("draw"))
