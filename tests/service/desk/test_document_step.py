"""The step of the documents: a letter is read before it is sent, and what keeps one from going has its field there."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

import mentormatch as mm
from mentormatch.service.desk.document_step import contact_choices
from mentormatch.service.desk.kept_state import restore, save_parts
from mentormatch.service.problems import RefusedError
from tests.english import french_in
from tests.service.desk.session import VALIDATION, Sitting, foreign
from tests.service.desk.test_letters import letters
from tests.service.desk.trees import Tree, element, elements, words

ADDRESSES = {"adresse": "Adresse électronique", "mobile": "Téléphone portable"}

SIGNED: dict[str, Any] = {"who": "Camille Roux", "why": "comité du 3 mars", "validates": True}


@pytest.fixture
def sitting() -> Sitting:
    """Return a desk with pairs of a file that nothing was shaped for, its proposals taken as they are."""
    return foreign()


def shown(sitting: Sitting, **asked: Any) -> str:
    """Return the words of the step."""
    return words(sitting.done("documents", **asked)["tree"]).replace("\u00a0", " ")


def letter(sitting: Sitting, **asked: Any) -> str:
    """Return the words of the letter that is shown."""
    return words(element(sitting.done("documents", **asked)["tree"], kind="letter")).replace("\u00a0", " ")


def boxes(sitting: Sitting, name: str) -> dict[str, bool]:
    """Return the boxes of a question, each with whether it is ticked."""
    found = elements(sitting.done("documents")["tree"], "input", name=name)
    return {one[1]["value"]: "checked" in one[1] for one in found}


def pairs(sitting: Sitting) -> list[tuple[str, str]]:
    """Return the pairs of the desk."""
    return [(one.mentor, one.mentee) for one in sitting.desk.require_board().matching.pairs]


def test_a_foreign_file_leads_to_letters_with_a_name_and_the_contact_that_was_agreed(sitting: Sitting) -> None:
    told = shown(sitting)
    assert "Encore un nom, et tout peut partir" in told
    assert "Une fois le binôme décidé, que reçoit l’autre ?" in told
    assert "n’a pas encore de nom" in sitting.refused("validate", **SIGNED)["title"]
    before = pairs(sitting)
    sitting.done("letters", name="Mentorat 2027")
    assert boxes(sitting, "contacts") == {"adresse_e_mail": True, "telephone": False}
    sitting.done("letters", contacts=["adresse_e_mail"])
    assert pairs(sitting) == before
    assert "Mentorat 2027 : votre binôme est formé" in letter(sitting)
    told = words(sitting.done("validate", **SIGNED)["tree"])
    assert "Tout est prêt à envoyer" in told
    written = letters(sitting, "lettres-confirmation.zip")
    shown_to = {letter(sitting, letter=at).split(" lettre ")[0].removeprefix("À : ") for at in range(37)}
    assert shown_to == {one.split("\n")[0] for name, one in written.items() if name.endswith(".eml")}
    telephones = [line for one in written.values() for line in one.split("\n") if "06 " in line]
    assert (len(written), telephones) == (38, [])


def test_the_address_that_the_programme_names_is_proposed_whatever_its_question_says() -> None:
    fields = {name: {"question": text, "kind": "text", "use": "contact"} for name, text in ADDRESSES.items()}
    programme = mm.Programme.read({"programme": {"name": "Essai", "email": "adresse"}, "fields": fields})
    contacts = mm.results.Contacts(tuple(ADDRESSES), {("mentor", "m1"): dict.fromkeys(ADDRESSES, "x")})
    assert contact_choices(programme, contacts) == [
        ("adresse", "Adresse électronique", True),
        ("mobile", "Téléphone portable", False),
    ]


@pytest.mark.parametrize(("contacts", "told"), [(["adresse_e_mail"], ", et comment se joindre"), ([], "")])
def test_what_letters_hold_says_how_to_reach_each_other_only_if_something_is_agreed(
    sitting: Sitting, contacts: list[str], told: str
) -> None:
    sitting.done("letters", name="Mentorat 2027", contacts=contacts)
    assert f" en binôme : avec qui{told} " in shown(sitting)


def test_the_letter_of_who_has_no_pair_can_be_read_too(sitting: Sitting) -> None:
    tree = sitting.done("documents")["tree"]
    asked = json.loads(element(tree, "button", data_focus="letter:without")[1]["data-do"])
    assert "pas de binôme cette fois-ci" in letter(sitting, letter=asked["letter"])
    assert letter(sitting, letter=10_000) == letter(sitting)


def test_no_document_is_called_by_the_name_of_a_file(sitting: Sitting) -> None:
    sitting.moved(**VALIDATION)
    told = shown(sitting)
    links = [one for one in elements(sitting.done("documents")["tree"], "a") if "data-document" in one[1]]
    assert len(links) > 12
    assert [one[1]["data-document"] for one in links if one[1]["data-document"] in told] == []
    names = [words(one) for one in links] + [one[1].get("aria-label", "") for one in links]
    assert not any(end in name for name in names for end in (".zip", ".json", ".csv", ".html", ".xlsx"))


def test_what_documents_say_is_settled_without_losing_a_decision_and_a_validation_is_asked_for(
    sitting: Sitting,
) -> None:
    sitting.moved(action="ban", mentor="m1", mentee="e1")
    sitting.moved(action="withdraw", person="m2")
    before = pairs(sitting)
    sitting.done("letters", name="Mentorat 2027", message="Bienvenue à vous.")
    assert pairs(sitting) == before
    board = sitting.desk.require_board()
    assert [len(step.decisions) for step in board.steps] == [0, 1, 2]
    assert "Bienvenue à vous." in letter(sitting)
    again = Sitting()
    assert restore(again.desk, save_parts(sitting.desk, {})) == ""
    assert pairs(again) == before
    assert again.done("documents") == sitting.done("documents")
    sitting.done("validate", **SIGNED)
    lost = sitting.asks("letters", name="Autre nom")
    assert "Tout est prêt à envoyer" in shown(sitting)
    sitting.done("letters", name="Autre nom", sure=lost["sure"])
    assert "Tout peut partir, dès la validation" in shown(sitting)
    assert "Autre nom : votre binôme est formé" in letter(sitting)


def test_a_name_kept_while_the_form_tries_something_is_in_both(sitting: Sitting) -> None:
    sitting.done("programme", what={"action": "edit", "edits": [{"edit": "weight", "at": 0, "weight": 60}]})
    sitting.done("letters", name="Mentorat 2027")
    form = sitting.desk.open_form()
    assert form.versions.is_tried
    assert {one.programme.name for one in (form.versions.newest, form.versions.now)} == {"Mentorat 2027"}


def test_without_names_in_the_programme_the_columns_that_may_give_them_are_offered(sitting: Sitting) -> None:
    programme = sitting.desk.uploads.files["programme"].content
    nameless = re.sub(rb"(?m)^name = \[.*\n", b"", programme)
    assert nameless != programme
    sitting.done("take", nameless, part="programme", name="programme.toml")
    sitting.done("read")
    sitting.done("form")
    sitting.done("letters", name="Mentorat 2027")
    assert "Cochez" in sitting.refused("letters", names=[])["title"]
    assert "quelle colonne porte les noms" in shown(sitting)
    assert list(boxes(sitting, "names"))[:2] == ["prenom", "nom"]
    assert list(elements(sitting.done("documents")["tree"], kind="letter")) == []
    sitting.done("letters", names=["prenom", "nom"])
    assert "Bonjour Xavière DELORME," in letter(sitting)


def test_what_cannot_be_settled_is_refused_and_changes_nothing(sitting: Sitting) -> None:
    before = sitting.done("documents")
    for asked in (
        {"name": " "},
        {"contacts": ["structure"]},
        {"names": ["rien"]},
        {"name": ""},
        {"message": "x" * 5_000},
    ):
        assert sitting.refused("letters", **asked)["title"]
    with pytest.raises(RefusedError):
        sitting.done("validate", **{**SIGNED, "validates": False})
    assert sitting.done("documents") == before


def test_the_step_speaks_english_and_is_small(sitting: Sitting) -> None:
    sitting.done("speak", language="en")
    answer = sitting.ask("documents")
    assert len(answer.body) < 40_000
    tree = json.loads(answer.body)["tree"]
    assert french_in(*own_words(tree)) == []


def own_words(tree: Tree) -> Iterator[str]:
    """Yield what the page says, without what is quoted from answers and letters, which speak as the programme does."""
    for kind in ("h3", "button", "legend", "summary", "th", "li"):
        yield from (words(one) for one in elements(tree, kind))


def test_what_is_in_documents_comes_of_the_library(sitting: Sitting) -> None:
    sitting.done("letters", name="Mentorat 2027", contacts=["adresse_e_mail"])
    desk = sitting.desk
    written = mm.letters(desk.require_board().matching, desk.contacts, "confirmation")
    assert f"{len(written)} lettres" in shown(sitting)
    for at, one in enumerate(written):
        assert one.subject in letter(sitting, letter=at)


def test_the_pairs_of_a_decision_file_can_bear_another_name_which_is_kept() -> None:
    before, sitting = Sitting(), Sitting()
    before.formed()
    before.done("validate", **SIGNED)
    decision = before.content("hand", "binomes.decision.json")
    sitting.done("example")
    sitting.done("take", decision, part="proposal", name="binomes.decision.json")
    for action in ("read", "form"):
        sitting.done(action)
    sitting.done("letters", name="Mentorat 2027")
    parts = save_parts(sitting.desk, {})
    again = Sitting()
    restore(again.desk, parts)
    assert again.done("look")["intake"]["programme"] == "Mentorat 2027"
    assert pairs(again) == pairs(sitting) == pairs(before)
    assert "Tout est prêt à envoyer" in words(again.done("validate", **SIGNED, accept_unproved=True)["tree"])
