"""What one person alone answered is in no draft, unless the columns of the tool say that it is an option."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pandas import DataFrame
from pydantic import JsonValue

from mentormatch import MentorMatchError, ProgrammeText
from mentormatch.languages import language
from mentormatch.programme import plan_of, read_tables
from mentormatch.programme.drafts import Draft, Tables, draft
from mentormatch.programme.drafts.entries import DraftEntry
from mentormatch.programme.drafts.lexicon import fold
from mentormatch.programme.question_edits import QuestionSettings
from mentormatch.survey import take_in

ROWS = 12
MADE_WITHOUT_A_TABLE = ("alchemer", "eusurvey")
CANARY = "canari"


def exports(folder: Path) -> Iterator[Path]:
    """Yield the exports of survey tools, published ones and made ones."""
    found = [*(folder / "surveys").iterdir(), *(folder / "surveys-made").glob("*/*")]
    yield from sorted(path for path in found if path.suffix in (".csv", ".tsv", ".xlsx", ".txt"))


def tables_of(path: Path) -> Tables:
    """Return the tables of an export, none if its tool is not known."""
    try:
        return read_tables(path)
    except MentorMatchError:
        return []


def copied(made: Draft) -> Iterator[tuple[DraftEntry, str]]:
    """Yield each option of a draft that no column of the tool states, with its question."""
    role = tomllib.loads(made.text)["programme"].get("role", {}).get("field")
    for entry in made.entries:
        boxes = {fold(item) for item in entry.sample.items}
        settings = entry.guess.settings
        listed = [*settings.get("options", ()), *settings.get("levels", ())] if entry.name != role else []
        yield from ((entry, str(text)) for text in listed if fold(str(text)) not in boxes)


def people_of(entry: DraftEntry, option: str) -> set[str]:
    """Return who gave an option, in a cell of its own or among others."""
    rows = zip(entry.sample.people, entry.sample.rows, strict=True)
    return {person for person, row in rows if any(fold(option) in fold(cell) for cell in row)}


def test_no_export_leaves_a_draft_with_an_answer_of_one_person_alone(shared_data: Path) -> None:
    options = 0
    for path in exports(shared_data):
        tables = tables_of(path)
        if not tables:
            continue
        made = draft(tables)
        for entry, option in copied(made):
            options += 1
            others = {fold(text) for other in made.entries if other is not entry for text in other.options}
            known = entry.guess.kind == "levels" or option.isdigit() or fold(option) in others
            assert known or len(people_of(entry, option)) > 1, (path.name, entry.name)
    assert options > 150


TYPED = {
    "Votre secteur": ["Son", "Image"] * 5 + ["Son", f"le {CANARY}, depuis toujours"],
    "Thèmes": ["Budget;Droit", "Droit"] * 5 + ["Budget", f"Droit;un {CANARY}"],
    "Niveau d'expérience": ["Débutant", "Confirmé"] * 5 + ["Débutant", f"{CANARY} confirmé"],
    "À quel point ? [Paie]": ["Bof", "Mouais"] * 5 + ["Bof", f"{CANARY} paie"],
    "À quel point ? [Droit]": ["Bof", "Mouais"] * 5 + ["Bof", "Mouais"],
    "Ateliers : 1er choix": ["Chant", "Danse"] * 5 + ["Chant", f"le {CANARY}"],
    "Ateliers : 2e choix": ["Danse", "Chant"] * 5 + ["Danse", "Chant"],
    "Combien de mentorés pouvez-vous accompagner ?": ["Un seul", "Deux"] * 5
    + ["Deux", f"2 (le {CANARY} et son frère)"],
    "Je m'engage à participer": ["Oui, je m'engage"] * 11 + [f"Oui, foi de {CANARY}"],
}


@pytest.mark.parametrize("twice", [False, True], ids=["one row", "two rows of one person"])
def test_what_one_person_typed_is_in_no_draft_also_if_this_person_answered_twice(*, twice: bool) -> None:
    emails = [f"p{row}@example.org" for row in range(ROWS)]
    columns = {"Courriel": emails, "Vous êtes": ["Mentor·e", "Mentoré·e"] * (ROWS // 2), **TYPED}
    frame = DataFrame(columns, dtype=object)
    if twice:
        frame = frame.iloc[[*range(ROWS), ROWS - 1]]
    with language("fr"):
        made = draft(read_tables(frame))
    assert CANARY not in made.text.casefold()
    assert '"Son", "Image"' in made.text
    assert made.text.count("1 réponse donnée une seule fois") >= 3


def test_boxes_that_one_person_ticked_stay_options() -> None:
    boxes = {"Arts [Danse]": ["X"] + [""] * (ROWS - 1), "Arts [Cirque]": ["", "X"] * (ROWS // 2)}
    frame = DataFrame({"Code": [f"P{row}" for row in range(ROWS)], **boxes}, dtype=object)
    fields = tomllib.loads(draft(read_tables(frame)).text)["fields"]
    assert fields["arts"]["options"] == ["Danse", "Cirque"]


def test_an_answer_of_one_person_that_others_gave_to_another_question_stays() -> None:
    frame = DataFrame(
        {
            "Code": [f"P{row}" for row in range(ROWS)],
            "Que pouvez-vous transmettre ?": ["Paie;Droit", "Droit;Budget", "Paie;Budget"] * 3
            + ["Paie;Droit", "Droit", "Réseau"],
            "Que voulez-vous apprendre ?": ["Réseau;Droit", "Droit;Budget", "Réseau;Paie"] * 4,
        },
        dtype=object,
    )
    fields = tomllib.loads(draft(read_tables(frame)).text)["fields"]
    assert "Réseau" in fields["pouvez_transmettre"]["options"]


def test_answers_given_once_are_counted_and_one_is_added_by_hand() -> None:
    sectors = ["Son", "Image", "Danse"] * 3 + ["Cirque", "Magie", "Rue"]
    frame = DataFrame(
        {
            "Code": [f"P{row}" for row in range(ROWS)],
            "Votre secteur": sectors,
            "Vous êtes": ["Mentor·e", "Mentoré·e"] * 6,
        },
        dtype=object,
    )
    tables = read_tables(frame)
    with language("fr"):
        made = draft(tables)
        (entry,) = (entry for entry in made.entries if entry.question == "Votre secteur")
        assert "3\u00a0réponses données une seule fois" in entry.why
    assert "3 réponses données une seule fois" in made.text
    text = ProgrammeText(made.text)
    options: list[JsonValue] = [*entry.options, "Cirque"]
    added = text.after(QuestionSettings(name=entry.name, changes={"options": options}))
    before, after = (take_in(tables, plan_of(one.programme, apart=False)) for one in (text, added))
    known = [
        sum(int(people.known(entry.name).sum()) for people in (one.mentors, one.mentees)) for one in (before, after)
    ]
    assert known[1] - known[0] == 1
