"""During the year nothing that runs is undone unless somebody says so, and only those whose pairs change are told."""

import csv
import json
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import pytest

import mentormatch as mm
from mentormatch.operations.matching import keys_of
from mentormatch.service.desk.desk import Workspace
from mentormatch.service.desk.kept_state import restore, save_parts
from mentormatch.service.problems import RefusedError
from mentormatch.widgets.board.session import people_of
from tests.service.desk.session import FOREIGN, Sitting, foreign
from tests.service.desk.trees import Tree, element, elements, words

SIGNED: dict[str, Any] = {"who": "Claire Fontanel", "validates": True}
ROWS = list(csv.DictReader(StringIO(FOREIGN.decode())))


def validated() -> Sitting:
    """Return a desk with validated pairs of a foreign file, people by name."""
    sitting = foreign()
    sitting.done("letters", name="Mentorat 2027", contacts=["adresse_e_mail"])
    sitting.done("validate", why="comité", **SIGNED)
    sitting.done("name", shown=True, where="everywhere")
    return sitting


def pairs(sitting: Sitting) -> set[tuple[str, str]]:
    """Return the pairs at present."""
    assert sitting.desk.round
    return set(keys_of(sitting.desk.round.board.matching))


def year(sitting: Sitting, do: str = "follow", **asked: Any) -> Tree:
    """Return the tree of the year after an action of it."""
    tree: Tree = sitting.done(do, **asked)["tree"]
    return tree


def letters(sitting: Sitting) -> dict[str, str]:
    """Return the letters to the people whose partners changed, by address."""
    with ZipFile(BytesIO(sitting.content("hand", "lettres-changement.zip"))) as packed:
        table = packed.read("lettres.csv").decode("utf-8-sig")
    return {row["Adresse"]: row["Texte"] for row in csv.DictReader(StringIO(table), delimiter=";")}


def answers(without: int = 3, *new: str) -> bytes:
    """Return the answers without one row, and with rows of new people: like the first one, by other names."""
    lines = FOREIGN.decode().splitlines()
    first = lines[1]
    further = [
        first.replace("bastien.quintard", f"nouveau{at}").replace("Bastien", f"Nouveau{at}").replace("Mentoré·e", role)
        for at, role in enumerate(new)
    ]
    return "\n".join([*lines[:without], *lines[without + 1 :], *further]).encode()


def again(sitting: Sitting) -> Sitting:
    """Return the same desk in another process."""
    other = Sitting(Workspace())
    assert restore(other.desk, save_parts(sitting.desk, {})) == ""
    return other


@pytest.fixture(scope="module")
def kept() -> dict[str, bytes]:
    return save_parts(validated().desk, {})


@pytest.fixture
def sitting(kept: dict[str, bytes]) -> Sitting:
    made = Sitting(Workspace())
    assert restore(made.desk, kept) == ""
    return made


def test_before_a_validation_the_year_says_what_it_waits_for() -> None:
    tree = year(foreign())
    assert words(element(tree, "p", "result")) == "L’année commence à la validation"
    assert not list(elements(tree, "button", "door"))


def test_a_departure_undoes_no_pair_and_is_taken_back_in_one_go(sitting: Sitting) -> None:
    before = pairs(sitting)
    tree = year(sitting, door="leave", add="m1")
    assert words(element(tree, "p", "result")) == "Xavière DELORME part\xa0: que faire de ses binômes\xa0?"
    chosen = element(tree, "label", "chosen")
    assert words(chosen).startswith("Ne rien défaire par défaut attend Chloé KERVELLA")
    assert words(element(tree, data_focus="apply")) == "Appliquer sans rien défaire"
    form = json.loads(element(tree, "form", data_place="apply")[1]["data-do"])
    tree = year(sitting, **form, why="mutation", when="2027-02-02", **SIGNED)
    assert words(element(tree, "p", "result")) == "C’est fait\xa0: 20\xa0binômes continuent"
    leaver = ROWS_BY_NAME["Xavière"]["Adresse e-mail"]
    assert {pair for pair in before - pairs(sitting) if leaver not in pair} == set()
    assert sitting.done("look")["plan"]["final"]
    history = words(element(tree, "ol", "history"))
    assert "à compter du 2\xa0février 2027" in history
    assert "départ de Xavière DELORME\xa0; 20\xa0binômes validés" in history
    sent = letters(sitting)
    assert sent.keys() == {leaver, ROWS_BY_NAME["Chloé"]["Adresse e-mail"]}
    assert "Votre binôme avec Chloé KERVELLA s’arrête." in sent[leaver]
    year(sitting, "unapply")
    assert pairs(sitting) == before
    assert sitting.done("look")["plan"]["final"]


ROWS_BY_NAME = {row["Prénom"]: row for row in ROWS}


def test_the_choices_are_those_of_the_library_and_the_one_taken_is_applied(sitting: Sitting) -> None:
    assert sitting.desk.round
    board = sitting.desk.round.board
    found = mm.repair(board.matching, withdrawn=[board.ground.key("m1")]).choices()
    tree = year(sitting, door="leave", people=["m1"], undo="2")
    assert [int(one[1]["value"]) for one in elements(tree, "input", type="radio")] == [one.at_most for one in found]
    assert words(element(tree, data_focus="apply")) == "Appliquer en défaisant 2\xa0binômes"
    year(sitting, "apply", people=["m1"], undo="2", **SIGNED)
    assert pairs(sitting) == set(keys_of(found[-1].repair.matching))
    assert pairs(again(sitting)) == pairs(sitting)


def test_a_pair_that_stops_leaves_the_others_and_does_not_come_back(sitting: Sitting) -> None:
    tree = year(sitting, door="stop")
    stopping = next(one[1]["value"] for one in elements(tree, "option") if one[1].get("value"))
    before = pairs(sitting)
    year(sitting, "apply", pairs=[stopping], **SIGNED)
    (ended,) = before - pairs(sitting)
    told = {key for pair in before ^ pairs(sitting) for key in pair}
    assert told == set(letters(sitting))
    year(sitting, "apply", people=["m1"], **SIGNED)
    assert ended not in pairs(sitting)


def test_other_answers_are_departures_and_arrivals_and_the_pairs_go_on(sitting: Sitting) -> None:
    before, gone = pairs(sitting), ROWS[2]
    asked = sitting.asks("take", answers(3, "Mentor·e", "Mentoré·e"), part="answers", name="v2.csv")
    assert asked["words"] == "v2.csv\xa0: 36\xa0personnes sont les mêmes, 1\xa0manque, 2\xa0sont nouvelles."
    assert [one["words"] for one in asked["choices"]] == ["Traiter comme 1\xa0départ et 2\xa0arrivées", "Remplacer"]
    assert pairs(sitting) == before
    sitting.done(
        "take", answers(3, "Mentor·e", "Mentoré·e"), part="answers", name="v2.csv", sure=asked["choices"][0]["sure"]
    )
    running = {pair for pair in before if gone["Adresse e-mail"] not in pair}
    assert pairs(sitting) == running
    tree = year(sitting)
    assert words(element(tree, "p", "result")) == "2\xa0personnes arrivent\xa0: avec qui\xa0?"
    assert words(year(again(sitting))) == words(tree)
    tree = year(again(sitting), "apply", **SIGNED)
    year(sitting, "apply", **SIGNED)
    assert running <= pairs(sitting)
    sent = letters(sitting)
    assert "merci" in sent[gone["Adresse e-mail"]].lower()
    changed = {key for pair in before ^ pairs(sitting) for key in pair}
    assert changed <= sent.keys()
    assert letters(again(sitting)) == sent
    for desk in (sitting.desk, again(sitting).desk):
        carried = mm.CarryOver.from_json(desk.for_next_edition()["edition"].content)
        assert before <= {(pair.mentor, pair.mentee) for pair in carried.pairs}
    (back,) = sitting.desk.past.find_validated(sitting.desk.validated_head)
    sitting.confirmed("back", id=back.id)
    assert pairs(sitting) == before


def test_other_answers_beside_an_uploaded_decision_are_departures_and_its_pairs_go_on(sitting: Sitting) -> None:
    before, gone, desk = pairs(sitting), ROWS[2]["Adresse e-mail"], Sitting()
    documents = {"answers.csv": FOREIGN, "binomes.decision.json": sitting.content("hand", "binomes.decision.json")}
    documents["programme.toml"] = sitting.desk.uploads.files["programme"].content
    for name, content in documents.items():
        desk.done("take", content, part="answers", name=name)
    desk.done("read")
    desk.done("form")
    assert pairs(desk) == before
    choices = desk.asks("take", answers(), part="answers", name="v2.csv")["choices"]
    assert [one["words"] for one in choices] == ["Traiter comme 1\xa0départ", "Remplacer"]
    desk.done("take", answers(), part="answers", name="v2.csv", sure=choices[0]["sure"])
    assert pairs(desk) == pairs(again(desk)) == {pair for pair in before if gone not in pair}
    assert words(element(year(desk), "p", "result")) == "1\xa0personne est partie\xa0: et la suite\xa0?"


def test_a_second_file_of_answers_before_the_change_is_validated_replaces_the_first(sitting: Sitting) -> None:
    board = sitting.desk.require_board()
    ban = {"mentor": "m1", "mentee": "e1"}
    assert (board.ground.key("m1"), board.ground.key("e1")) not in pairs(sitting)
    sitting.moved(action="ban", **ban)
    sitting.done("validate", **SIGNED)
    running = pairs(sitting)
    for content in (answers(5), answers(7)):
        dialog = sitting.asks("take", content, part="answers", name="suite.csv")
        sitting.done("take", content, part="answers", name="suite.csv", sure=dialog["choices"][0]["sure"])
    step = sitting.desk.require_round()
    cohort = step.board.matching.cohort
    assert pairs(sitting) == {pair for pair in running if cohort.mentors.has(pair[0]) and cohort.mentees.has(pair[1])}
    assert step.former
    assert set(keys_of(step.former.matching)) == running
    (carried,) = step.carried
    assert [*map(step.board.ground.key, people_of(carried))] == [*map(board.ground.key, ("m1", "e1"))]
    assert pairs(again(sitting)) == pairs(sitting)


def test_the_attempt_after_arrivals_leads_back_to_the_validated_version_in_one_go(sitting: Sitting) -> None:
    before = pairs(sitting)
    sure = sitting.asks("take", answers(5), part="answers", name="v2.csv")["choices"][0]["sure"]
    told = sitting.done("take", answers(5), part="answers", name="v2.csv", sure=sure)
    (way,) = told["past"]
    assert way["attempt"].startswith("Version 2, à l’essai. Vos lettres et votre résumé disent encore la version")
    assert sitting.done("back", id=way["id"])["plan"]["final"]
    assert pairs(sitting) == before


def test_a_departure_at_the_board_after_a_validation_opens_the_same_choice(sitting: Sitting) -> None:
    leads = sitting.moved(action="withdraw", person="m1")["leads"]
    tree = year(sitting, **{name: value for name, value in leads.items() if name != "do"})
    assert words(element(tree, "label", "chosen")).startswith("Ne rien défaire")
    year(sitting, "apply", people=["m1"], **SIGNED)  # what the board tried is what is applied: nothing is lost
    fresh = foreign()
    assert "leads" not in fresh.moved(action="withdraw", person="m1")


def test_what_was_tried_since_the_validation_is_not_lost_without_a_question(sitting: Sitting) -> None:
    sitting.moved(action="ban", mentor="m2", mentee="e3")
    assert sitting.asks("apply", people=["m1"], **SIGNED)["sure"]
    tree = sitting.confirmed("apply", people=["m1"], **SIGNED)["tree"]
    assert "C’est fait" in words(tree)


def test_a_change_is_refused_without_the_right_or_somebody_who_leaves_and_changes_nothing(sitting: Sitting) -> None:
    before = pairs(sitting), sitting.desk.validated_head
    assert sitting.refused("apply", **SIGNED)["title"].startswith("Choisissez qui part")
    with pytest.raises(RefusedError):
        sitting.ask("apply", people=["m1"], who="Claire Fontanel")
    assert sitting.refused("apply", people=["m1"], who="", validates=True)["title"]
    assert sitting.refused("apply", pairs=["m1-e1"], **SIGNED)["title"] == "Ce binôme n’est pas en cours"
    assert (pairs(sitting), sitting.desk.validated_head) == before
