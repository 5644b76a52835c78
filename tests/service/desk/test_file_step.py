"""The step of the files without HTTP: what each file is, its one question, and no useless file in the way."""

import csv
from io import BytesIO, StringIO

import pytest
from openpyxl import Workbook

from tests.service.desk.session import ANSWERS, FOREIGN, PROGRAMME, Sitting
from tests.service.desk.trees import words

IMAGE, PDF = b"\x89PNG\r\n\x1a\n" + bytes(200), b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
PROTECTED = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(1500) + "EncryptedPackage".encode("utf-16-le") + bytes(3000)
USELESS = {
    "photo.csv": (IMAGE, "C’est une photo dont le nom finit par .csv. Rien à y lire."),
    "liste.pdf": (PDF, "Un PDF se relit avec des erreurs. Demandez le même tableau en Excel ou en CSV."),
    "secret.xlsx": (PROTECTED, "Protégé par un mot de passe. Ouvrez-le et enregistrez-en une copie sans mot de passe."),
    "titres.csv": (
        FOREIGN.splitlines()[0],
        "Une ligne de titres et aucune réponse. L’export a sans doute été fait trop tôt.",
    ),
    "rien.csv": (b"", "Vide. "),
}


def shown(sitting: Sitting) -> str:
    """Return what the step says."""
    return words(sitting.done("files")["tree"])


def dropped(*files: tuple[str, bytes]) -> Sitting:
    """Return a desk at whose one place these files were dropped."""
    sitting = Sitting()
    for name, content in files:
        sitting.done("take", content, part="answers", name=name)
    return sitting


def two_sheets(first: str, second: str, *titles: str) -> bytes:
    """Return a workbook with the mentors of the foreign file in one sheet and the mentees in another."""
    header, *rows = csv.reader(StringIO(FOREIGN.decode()))
    role = next(at for at, question in enumerate(header) if "participer" in question)
    book = Workbook()
    book.remove(book.active)
    for name, is_mentor in ((first, True), (second, False)):
        sheet = book.create_sheet(name)
        people = [row for row in rows if row[role].startswith("Mentor·e") == is_mentor]
        for row in [*([[title] for title in titles]), header, *people]:
            sheet.append([cell for at, cell in enumerate(row) if at != role or len(row) == 1])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.mark.parametrize("name", USELESS)
def test_a_file_of_no_use_is_told_in_one_line_and_stands_in_nobodys_way(name: str) -> None:
    content, told = USELESS[name]
    sitting = dropped(("inscriptions.csv", FOREIGN), (name, content))
    assert told.replace(" :", "\u00a0:") in shown(sitting).replace("\u202f", " ") + " "
    assert "37 personnes lues" in shown(sitting).replace("\u00a0", " ")
    assert sitting.done("read")["columns"]["blocked"] == 0
    assert name not in words(sitting.done("unaside", at=0)["tree"])


def test_a_workbook_with_a_sheet_for_each_side_is_asked_about_once_and_read_so() -> None:
    sitting = dropped(("inscriptions.xlsx", two_sheets("Feuil1", "Feuil2", "Liste, édition 2027")))
    assert "Une par côté ?" in shown(sitting).replace("\u00a0", " ")
    sitting.done("sheets", way="listed")
    told = shown(sitting).replace("\u00a0", " ")
    assert "37 personnes lues" in told
    assert "le titre au-dessus n’est pas lu" in told
    assert "inscriptions.xlsx, feuille « Feuil1 » les mentor·es" in " ".join(told.split())
    sitting.done("read", apart=True)
    accepted = sitting.done("accept")
    assert [one["number"] for one in accepted["intake"]["figures"][:2]] == [15, 22]


def test_sheets_that_are_named_after_their_sides_raise_no_question() -> None:
    told = shown(dropped(("inscriptions.xlsx", two_sheets("Mentors", "Mentorés")))).replace("\u00a0", " ")
    assert "2 feuilles : « Mentors » 15 personnes, « Mentorés » 22 personnes. Une par côté." in told
    assert "attendue" not in told


def test_a_second_file_of_answers_is_that_of_the_other_side_if_both_names_say_so() -> None:
    rows = FOREIGN.replace(b"@", b"+1@")
    sitting = dropped(("mentors.csv", FOREIGN), ("mentorés.csv", rows))
    assert [one["part"] for one in sitting.done("look")["files"]] == ["mentors", "mentees"]
    assert [one["part"] for one in dropped(("a.csv", FOREIGN), ("b.csv", rows)).done("look")["files"]] == ["answers"]


def test_a_programme_finds_its_place_and_says_how_many_of_its_questions_are_there() -> None:
    own = shown(dropped(("reponses.csv", ANSWERS), ("programme.toml", PROGRAMME)))
    assert "Toutes ses questions se retrouvent" in own
    other = dropped(("inscriptions.csv", FOREIGN), ("programme.toml", PROGRAMME))
    assert "Reprendre ses règles ?" in shown(other).replace("\u00a0", " ")
    other.done("leave", part="programme")
    assert other.done("read")["columns"]["open"]


def test_a_text_file_with_the_name_of_a_workbook_is_read() -> None:
    assert "C’est un fichier texte dont le nom finit par .xlsx" in shown(dropped(("inscriptions.xlsx", FOREIGN)))
