"""The letters of a desk: those that ``letters`` writes, by name, as the programme speaks."""

from email import message_from_bytes
from email.policy import default
from io import BytesIO
from zipfile import ZipFile

import mentormatch as mm
from tests.service.desk.session import VALIDATION, Sitting

NAME = "Vialard Nadège"


def lines(sitting: Sitting) -> dict[str, str]:
    """Return which letters can be had, each with what it says of people."""
    return {one["name"]: one["holds"] for one in sitting.done("look")["plan"]["letters"]}


def letters(sitting: Sitting, name: str) -> dict[str, str]:
    """Return the texts of an archive of letters, the table among them."""
    with ZipFile(BytesIO(sitting.content("hand", name))) as archive:
        files = {one: archive.read(one) for one in archive.namelist()}
    told = {name: mail_text(content) for name, content in files.items() if name.endswith(".eml")}
    return {"lettres.csv": files["lettres.csv"].decode("utf-8-sig"), **told}


def mail_text(content: bytes) -> str:
    """Return the address, the subject and the text of a mail."""
    mail = message_from_bytes(content, policy=default)
    body = mail.get_body(("plain",))
    assert body is not None
    return f"{mail['To']}\n{mail['Subject']}\n{body.get_content()}".replace("\r\n", "\n")


def test_letters_call_people_by_name_whatever_other_documents_do() -> None:
    sitting = Sitting()
    sitting.formed()
    assert set(lines(sitting)) == {"lettres-proposition.zip", "lettres-rappel.zip"}
    assert set(lines(sitting).values()) == {"Des noms et des coordonnées"}
    written = letters(sitting, "lettres-proposition.zip")
    assert f"Bonjour {NAME}," in written["lettre-mentor-01.eml"]
    assert len(written) == 33


def test_the_letters_are_those_of_the_library_and_speak_as_the_programme_does() -> None:
    sitting = Sitting()
    sitting.formed()
    sitting.done("name", shown=True, where="documents")
    sitting.done("speak", language="en")
    told = letters(sitting, "lettres-rappel.zip")
    written = mm.letters(sitting.desk.require_round().proposal, sitting.desk.contacts, "reminder")
    assert {one.file: f"{one.address}\n{one.subject}\n{one.text}" for one in written if one.address} == {
        name: text for name, text in told.items() if name.endswith(".eml")
    }


def test_how_partners_are_reached_is_told_once_the_pairs_are_settled_and_not_before() -> None:
    sitting = Sitting()
    sitting.formed()
    assert "clement.astruc@" not in letters(sitting, "lettres-proposition.zip")["lettre-mentor-01.eml"]
    sitting.moved(**VALIDATION)
    assert "lettres-confirmation.zip" in lines(sitting)
    assert "clement.astruc@" in letters(sitting, "lettres-confirmation.zip")["lettre-mentor-01.eml"]


def test_no_archive_of_documents_has_a_letter_in_it() -> None:
    sitting = Sitting()
    sitting.formed()
    with ZipFile(BytesIO(sitting.content("hand", "binomes.zip"))) as archive:
        assert not [name for name in archive.namelist() if name.startswith("lettre")]
