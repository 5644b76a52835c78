"""The form of a follow-up: each question as it is answered, one option, several, or a grid."""

import csv
from io import StringIO

import mentormatch as mm
from mentormatch.followup.form import form_for_limesurvey, form_text


def programme() -> mm.Programme:
    fields = {
        "themes": {"kind": "choices", "question": "Quels sujets ?", "options": ["CV", "Réseau"]},
        "wishes": {"kind": "levels", "question": "Où en êtes-vous ?", "items": ["a", "b"], "levels": ["peu", "bien"]},
        "go_on": {"kind": "choice", "question": "Continuer ?", "options": ["Oui", "Non"]},
    }
    return mm.Programme.read({**mm.examples.programme().to_dict(), "follow_up": {"months": [3], "fields": fields}})


def test_limesurvey_takes_several_answers_and_grids_as_such() -> None:
    text = form_for_limesurvey(programme()).decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(text), delimiter="\t"))
    assert [(row["class"], row["type/scale"], row["text"]) for row in rows if row["class"] in ("Q", "SQ", "A")][1:] == [
        ("Q", "M", "Quels sujets ?"),
        ("SQ", "0", "CV"),
        ("SQ", "0", "Réseau"),
        ("Q", "F", "Où en êtes-vous ?"),
        ("SQ", "0", "a"),
        ("SQ", "0", "b"),
        ("A", "0", "peu"),
        ("A", "0", "bien"),
        ("Q", "L", "Continuer ?"),
        ("A", "0", "Oui"),
        ("A", "0", "Non"),
    ]


def test_the_text_to_copy_has_the_levels_of_each_item() -> None:
    text = form_text(programme()).replace("\N{NO-BREAK SPACE}", " ")
    assert "3. Où en êtes-vous ?\n   a : peu · bien\n   b : peu · bien" in text
