"""What the board says and keeps, from the JSON that is asked to the log that is written."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import mentormatch as mm
from mentormatch import Matching, verify
from mentormatch.errors import OutputError
from mentormatch.explanation.edits import Edit
from mentormatch.explanation.names import pseudonyms
from mentormatch.record.log import check_chain
from mentormatch.report.texts import spaced
from mentormatch.widgets.board.session import Board
from tests.laws.people import Files, Told
from tests.operations.programme import PROGRAMME, first
from tests.report.cohorts import FIELDS, matched, person, programme


@pytest.fixture(scope="module")
def example() -> Matching:
    return mm.match(mm.examples.cohort(), mm.examples.programme())


@pytest.fixture
def board(example: Matching, tmp_path: Path) -> Board:
    return Board(example, tmp_path / "resultat")


def ask(board: Board, action: str, **what: Any) -> dict[str, Any]:
    """Return what the board answers."""
    return board.answer({"turn": 1, "what": {"action": action, **what}})


def done(board: Board, action: str, **what: Any) -> dict[str, Any]:
    """Return what the board answers to an action that is not refused."""
    told = ask(board, action, **what)
    assert told["refusal"] == ""
    return told


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "[]",
        '{"what": {"action": "undo"}, "what": {"action": "undo"}}',
        '{"turn": NaN, "what": {"action": "undo"}}',
        '{"turn": true, "what": {"action": "undo"}}',
        '{"turn": -1, "what": {"action": "undo"}}',
        '{"what": {"action": "undo", "secret@example.org": 1}}',
        '{"what": {"action": "secret@example.org"}}',
        '{"what": {"action": "pin", "mentor": "secret@example.org", "mentee": "e1"}}',
        '{"what": {"action": "pin", "mentor": "e1", "mentee": "m1"}}',
        '{"what": {"action": "pin", "mentor": "m0", "mentee": "e1"}}',
        '{"what": {"action": "capacity", "person": "m1", "places": 1.5}}',
        '{"what": {"action": "capacity", "person": "m1", "places": true}}',
        '{"what": {"action": "capacity", "person": "m1", "places": 1001}}',
        '{"what": {"action": "choose"}}',
    ],
)
def test_json_that_does_not_fit_is_refused_without_a_word_of_what_it_held(board: Board, asked: str) -> None:
    before = board.state()
    told = board.answer(asked)
    assert told.pop("refusal")
    assert "secret" not in told.pop("said")
    assert told == {name: value for name, value in before.items() if name not in ("refusal", "said")}


def test_a_whole_number_may_be_written_with_a_fraction_of_zero(board: Board) -> None:
    assert board.answer('{"turn": 4.0, "what": {"action": "capacity", "person": "m1", "places": 2.0}}')["turn"] == 4


def test_people_who_are_not_there_are_refused(board: Board) -> None:
    assert "m99" in ask(board, "choose", person="m99")["refusal"]
    assert "e99" in ask(board, "pin", mentor="m1", mentee="e99")["refusal"]


@pytest.mark.promise(18)
def test_the_price_that_is_shown_is_the_price_that_is_paid(board: Board, example: Matching) -> None:
    for row, key in list(enumerate(example.cohort.mentors.ids, start=1))[::2]:
        for offer in done(board, "choose", person=f"m{row}")["chosen"]["offers"][:2]:
            other = next(one for one in example.alternatives(key) if f"e{one.row + 1}" == offer["partner"])
            before = {tier.goal: tier.value for tier in example.solution.tiers}
            done(board, "pin", mentor=f"m{row}", mentee=offer["partner"])
            after = {tier.goal: tier.value for tier in board.matching.solution.tiers}
            assert dict(other.losses) == {goal: before[goal] - after[goal] for goal in before}
            done(board, "undo")


def test_a_move_tells_what_changed_since_the_last_and_since_the_beginning(board: Board) -> None:
    one = done(board, "pin", mentor="m1", mentee="e13")
    assert one["headline"].replace("\u00a0", " ") == "Binôme imposé : M01 – E13"
    assert one["said"].replace("\u00a0", " ").startswith("3 binômes nouveaux, 3 binômes défaits. Total : 765,9 points")
    assert one["whole"]["gone"] == [
        {"mentor": "m1", "mentee": "e12"},
        {"mentor": "m3", "mentee": "e2"},
        {"mentor": "m5", "mentee": "e13"},
    ]
    assert [(pair["mentor"], pair["mentee"]) for pair in one["pairs"] if pair["new"]] == [
        ("m1", "e13"),
        ("m3", "e12"),
        ("m5", "e2"),
    ]
    assert [(pair["mentor"], pair["mentee"]) for pair in one["pairs"] if pair["pinned"]] == [("m1", "e13")]
    total = one["whole"]["goals"][-1]
    assert (total["before"], total["now"], total["difference"], total["better"]) == (
        "768,9",
        "765,9",
        "\u22123,0",
        False,
    )
    two = done(board, "ban", mentor="m6", mentee="e8")
    new, changed = (
        {(pair["mentor"], pair["mentee"]) for pair in two["pairs"] if pair[how]} for how in ("new", "changed")
    )
    assert ("m1", "e13") not in new
    assert new | {("m1", "e13")} <= changed
    assert two["whole"]["new"] == len(changed)
    assert done(board, "undo")["headline"].endswith("M06 – E08 (annulé)")
    assert done(board, "redo")["headline"].endswith("M06 – E08 (rétabli)")
    assert done(board, "release", number=1)["headline"].endswith("M01 – E13 (levé)")


def test_a_move_says_who_lost_and_who_won_a_partner(board: Board) -> None:
    told = done(board, "withdraw", person="m4")
    assert "Sans binôme désormais\u00a0: E08." in told["said"]
    assert "Avec un binôme désormais\u00a0: E08 et M04." in done(board, "undo")["said"]


def test_what_was_decided_before_the_board_is_told_apart_from_what_is_decided_on_it(tmp_path: Path) -> None:
    begun = mm.match(first(), PROGRAMME, pins=[("M2", "E2")], bans=[("M1", "E1")])
    told = done(Board(begun, tmp_path), "pin", mentor="m1", mentee="e3")
    marks = {(pair["mentor"], pair["mentee"]): (pair["held"], pair["pinned"]) for pair in told["pairs"]}
    assert marks["m2", "e2"] == (True, False)
    assert marks["m1", "e3"] == (False, True)
    assert [text.replace("\u00a0", " ") for text in told["earlier"]] == [
        "Binôme imposé : M2 – E2",
        "Binôme écarté : M1 – E1",
    ]


def test_everybody_across_is_a_partner_an_offer_or_excluded_with_the_rule(board: Board, example: Matching) -> None:
    for row, key in enumerate(example.cohort.mentors.ids, start=1):
        chosen = done(board, "choose", person=f"m{row}")["chosen"]
        excluded = [person for one in chosen["excluded"] for person in one["people"]]
        known = [one["partner"] for one in (*chosen["ties"], *chosen["offers"])]
        assert len({*known, *excluded}) == len(known) + len(excluded)
        for one in chosen["excluded"]:
            for other in one["people"]:
                why = example.why_not(key, example.cohort.mentees.ids[int(other[1:]) - 1])
                assert why.losses is None
                assert all(
                    rule in spaced(one["reason"]) for rule in why.rules if one["reason"] != "ne prennent pas part"
                )


def test_a_number_of_places_that_another_rule_cuts_is_refused_with_the_rule(board: Board) -> None:
    assert "« nombre de places »" in ask(board, "capacity", person="m3", places=5)["refusal"].replace("\u00a0", " ")
    assert done(board, "capacity", person="m3", places=2)["people"][2]["places"] == 2
    assert len(done(board, "capacity", person="m3", places=0)["decisions"]) == 1


def test_a_decision_that_goes_against_another_is_refused_with_the_rules_in_the_way(board: Board) -> None:
    done(board, "pin", mentor="m1", mentee="e13")
    told = ask(board, "ban", mentor="m1", mentee="e13")
    assert told["refusal"].startswith("Aucune répartition ne respecterait toutes les règles du programme.")
    assert "binôme imposé M01 - E13" in told["refusal"]
    assert "binôme écarté M01 - E13" in told["refusal"]
    assert ask(board, "release", number=2)["refusal"] == "Il n’y a pas de décision numéro 2"


def test_the_places_of_somebody_who_takes_no_part_cannot_be_changed(board: Board) -> None:
    told = ask(board, "capacity", person="m7", places=1)
    assert told["refusal"].replace("\u00a0", " ") == "M07 : Trop peu de réponses pour être mis en relation."


def test_a_side_that_is_asked_for_no_number_of_places_keeps_its_own(board: Board) -> None:
    told = ask(board, "capacity", person="e1", places=2)
    assert told["refusal"].startswith("Le programme ne demande pas aux mentoré·es")
    assert {one["places"] for one in told["people"] if one["side"] == "mentee"} == {None}


def test_decisions_about_somebody_who_left_come_back_with_them(board: Board) -> None:
    done(board, "pin", mentor="m1", mentee="e13")
    gone = done(board, "withdraw", person="m1")
    assert "m1" not in {pair["mentor"] for pair in gone["pairs"]}
    assert "ne participe plus" in ask(board, "ban", mentor="m1", mentee="e2")["refusal"]
    back = done(board, "release", number=2)
    assert ("m1", "e13") in {(pair["mentor"], pair["mentee"]) for pair in back["pairs"]}


def test_a_new_move_after_an_undo_leaves_nothing_to_redo(board: Board) -> None:
    done(board, "ban", mentor="m1", mentee="e12")
    done(board, "undo")
    done(board, "ban", mentor="m2", mentee="e11")
    assert ask(board, "redo")["refusal"] == "Il n’y a rien à rétablir"
    assert "déjà" in ask(board, "ban", mentor="m2", mentee="e11")["refusal"]


@pytest.mark.promise(25)
def test_a_move_that_changed_no_decision_is_undone_without_a_headline(board: Board) -> None:
    board.decide_all([])
    told = done(board, "undo")
    assert (told["headline"], told["undo"], told["redo"]) == ("", False, True)


def test_people_known_by_their_e_mail_have_pseudonyms_everywhere_on_the_board(tmp_path: Path) -> None:
    by_email = {**FIELDS, "code": {"question": "Courriel", "kind": "text", "use": "contact"}}
    mentors, mentees = ([person(f"{letter}{n}@example.org") for n in range(3)] for letter in "ab")
    board = Board(matched(programme(fields=by_email), mentors, mentees), tmp_path)
    told = [
        done(board, "choose", person="m1"),
        done(board, "ban", mentor="m1", mentee="e1"),
        ask(board, "pin", mentor="m1", mentee="e1"),
        done(board, "pin", mentor="m2", mentee="e2"),
        ask(board, "pin", mentor="m2", mentee="e1"),
        done(board, "withdraw", person="m3"),
        done(board, "validate", who="Camille", why="essai"),
    ]
    assert "example" not in json.dumps(told)
    assert "M01" in json.dumps(told)


@pytest.mark.promise(29)
@pytest.mark.promise(30)
def test_validation_writes_all_that_was_decided_and_by_whom_in_a_log_that_holds(board: Board) -> None:
    done(board, "withdraw", person="m2")
    done(board, "capacity", person="m3", places=2)
    done(board, "pin", mentor="m1", mentee="e13")
    told = done(board, "validate", who=" Camille Roux ", why="comité")
    assert told["final"]
    assert told["standing"][0].startswith("Validée par Camille Roux le")
    chain = check_chain(board.folder / "binomes.journal.jsonl", told["head"])
    assert chain.is_intact
    assert [{key: value for key, value in entry.what.items() if key != "decision"} for entry in chain.entries] == [
        {"edit": "withdrawn", "mentor": "m2"},
        {"edit": "capacity", "mentor": "m2", "places": "2"},  # who was third is second in what was matched
        {"edit": "pin", "mentor": "m1", "mentee": "e13"},
        {},
        {},
    ]
    verification = verify(board.folder / "binomes.decision.json", head=told["head"])
    assert verification.sound
    assert [one.who for one in verification.validations] == ["Camille Roux"]
    assert "Validée par Camille Roux" in (board.folder / "binomes.html").read_text(encoding="utf-8")


@pytest.mark.promise(29)
def test_the_reason_of_a_decision_stands_beside_it_and_in_the_log(board: Board) -> None:
    done(board, "pin", mentor="m1", mentee="e13")
    done(board, "explain", number=1, why=" Déjà en contact. ")
    told = done(board, "ban", mentor="m6", mentee="e8")
    assert [one["why"] for one in told["decisions"]] == ["Déjà en contact.", ""]
    assert all("h" in one["when"] for one in told["decisions"])
    done(board, "undo")
    done(board, "redo")
    done(board, "validate", who="Camille Roux", why="comité")
    chain = check_chain(board.folder / "binomes.journal.jsonl")
    edits = [(entry.what["edit"], entry.why) for entry in chain.entries if entry.kind == "edit"]
    assert edits == [("pin", "Déjà en contact."), ("ban", "comité")]
    assert not done(board, "explain", number=2, why="même commission")["final"]
    assert ask(board, "explain", number=3, why="")["refusal"] == "Il n’y a pas de décision numéro 3"


@pytest.mark.promise(30)
def test_a_plan_that_changes_after_its_validation_is_a_proposal_again(board: Board) -> None:
    done(board, "validate", who="Camille")
    assert not done(board, "ban", mentor="m1", mentee="e12")["final"]
    assert done(board, "undo")["final"]


@pytest.mark.parametrize("who", ["", "   "])
def test_nothing_is_written_where_nobody_is_named(board: Board, who: str) -> None:
    assert "personne nommée" in ask(board, "validate", who=who)["refusal"]
    assert not board.folder.exists()


def test_nothing_is_validated_in_a_folder_that_cannot_be_one(example: Matching, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    board = Board(example, tmp_path / "file")
    with pytest.raises(OutputError):
        board.validate("Camille")
    assert not board.now.seal


def test_without_a_plan_the_board_says_why_and_takes_moves_that_lead_out() -> None:
    pins = [("M2", "E2"), ("M2", "E3")]
    board = Board(mm.match(first(), PROGRAMME, pins=pins))
    assert "Aucune répartition" in board.state()["standing"][0]
    assert ask(board, "validate", who="Camille")["refusal"] == "Il n’y a aucune répartition à valider"
    assert done(board, "withdraw", person="e3")["status"] == "proved"


def test_the_board_goes_on_from_a_repair_and_from_another_plan() -> None:
    repaired = mm.repair(mm.match(first(), PROGRAMME), withdrawn=["E1"]).matching
    board = Board(repaired)
    assert board.ground.apply_decisions(()).solution.pairs.tolist() == repaired.solution.pairs.tolist()
    done(board, "withdraw", person="m1")
    assert board.matching.problem.goals == repaired.problem.goals
    assert Edit("withdrawn", mentee="e1") in board.matching.edits
    second = mm.plans(first(), PROGRAMME, 2)[1]
    again = Board(second).ground.apply_decisions(())
    assert again.solution.pairs.tolist() == second.solution.pairs.tolist()


def test_edits_made_before_the_board_are_told_by_the_places_of_who_is_left() -> None:
    begun = mm.match(first(), PROGRAMME, pins=[("M2", "E2")], bans=[("M1", "E1")])
    board = Board(begun)
    done(board, "withdraw", person="m1")
    assert board.matching.edits == (Edit("pin", "m1", "e2"), Edit("withdrawn", mentor="m1"))
    assert ("M2", "E2") in {(pair.mentor, pair.mentee) for pair in board.matching.pairs}


def test_a_move_that_takes_too_long_is_refused(example: Matching) -> None:
    board = Board(example)
    board.ground = replace(board.ground, time_limit_s=1e-9)
    assert (
        ask(board, "ban", mentor="m1", mentee="e12")["refusal"] == "Le calcul a été arrêté avant une première réponse."
    )
    assert board.at == 0


def test_nobody_is_pinned_with_themselves_and_the_refusal_calls_them_as_the_board_does(tmp_path: Path) -> None:
    one = Told("ana@x.fr", "", "", "a")
    two = Files((one, Told("2", "", "", "b")), (one, Told("3", "", "", "b")), common=False)
    board = Board(mm.match(two.cohort, two.programme), tmp_path, labels=pseudonyms(two.cohort))
    told = ask(board, "pin", mentor="m1", mentee="e1")
    assert told["refusal"] == "M01 - M01\u00a0: c’est la même personne"
    assert done(board, "pin", mentor="m1", mentee="e2")
