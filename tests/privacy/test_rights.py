"""A person is exported, forgotten; an edition is purged: on the files that staff have."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from zipfile import ZipFile

import pytest
from pandas import DataFrame, ExcelWriter

import mentormatch as mm
from mentormatch import SurveyError, read_contacts, verify
from mentormatch.base.atomic_files import write_whole
from mentormatch.errors import OutputError
from mentormatch.record.log import check_chain
from mentormatch.record.rights.edition import Edition, export_person, find_personal_data, names_person
from mentormatch.record.rights.erasure import (
    find_files_to_purge,
    find_foreign_documents,
    forget,
    purge,
    remove_rows_from_file,
)
from mentormatch.report.handouts import write_contacts
from mentormatch.survey.privacy import forgotten_beside
from mentormatch.survey.table_reader import read_rows
from tests.cli.processes import run
from tests.privacy.editions import LINE, PERSON, edition

pytestmark = pytest.mark.promise(28)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that holds the files of an edition: made once, copied for each test."""
    return edition(tmp_path_factory.mktemp("edition")).programme.parent


@pytest.fixture
def made(whole: Path, tmp_path: Path) -> Edition:
    copytree(whole, tmp_path, dirs_exist_ok=True)
    folders = (tmp_path / "binomes", tmp_path / "lu")
    return Edition(tmp_path / "programme.toml", {"answers": tmp_path / "reponses.csv"}, folders)


def contacts_of(made: Edition, key: str) -> list[str]:
    contacts = made.contacts()
    return [*contacts.of("mentor", key).values(), *contacts.of("mentee", key).values()]


def bytes_in(folder: Path) -> Iterator[bytes]:
    """Yield all that the files of a folder hold, workbooks unpacked."""
    for path in folder.rglob("*"):
        if path.suffix == ".xlsx":
            with ZipFile(path) as archive:
                yield from (archive.read(name) for name in archive.namelist())
        elif path.is_file():
            yield path.read_bytes()


def test_who_is_forgotten_is_in_no_file_of_the_edition_any_more(made: Edition, tmp_path: Path) -> None:
    traces = [text.encode() for text in contacts_of(made, PERSON)]
    assert len(traces) == 3
    assert all(any(trace in content for content in bytes_in(tmp_path)) for trace in traces)
    pseudonym = mm.pseudonyms_for(made.programme).of("mentor", PERSON).encode()
    assert sum(pseudonym in content for content in bytes_in(made.folders[1])) > 3
    done = forget(made, PERSON, who="Camille", why="à sa demande")
    assert not any(pseudonym in content for content in bytes_in(made.folders[1]))
    assert not any(trace in content for content in bytes_in(tmp_path) for trace in traces)
    assert {path.name for path in done.documents} >= {"binomes.xlsx", "binomes.html", "binomes.json", "contacts.csv"}
    assert done.rows == (("reponses.csv", LINE),)


def test_every_other_byte_of_the_answers_stays(made: Edition) -> None:
    before = made.files["answers"].read_bytes().splitlines(keepends=True)
    forget(made, PERSON)
    assert made.files["answers"].read_bytes().splitlines(keepends=True) == before[: LINE - 1] + before[LINE:]


def test_decision_and_log_stay_true_and_the_log_tells_of_it_under_a_pseudonym(made: Edition) -> None:
    decision = made.folders[0] / "binomes.decision.json"
    head = verify(decision).chain
    forget(made, PERSON, who="Camille", why="à sa demande")
    assert head is not None
    assert verify(decision, head=head.head).sound
    entry = check_chain(made.folders[0] / "binomes.journal.jsonl").entries[-1]
    assert (entry.kind, entry.who, entry.why) == ("erasure", "Camille", "à sa demande")
    assert entry.what["person"].startswith("M-")
    assert PERSON not in entry.what["person"]


def test_a_file_that_names_them_again_is_read_as_if_they_were_nobody(made: Edition, tmp_path: Path) -> None:
    again = tmp_path / "export.csv"
    again.write_bytes(made.files["answers"].read_bytes())
    forget(made, PERSON)
    cohort = mm.read_survey(made.load(), again)
    assert not cohort.mentors.has(PERSON)
    (row,) = [row for row in cohort.rows if row.reason.startswith("effacée")]
    assert (row.line, row.fate, row.key) == (LINE, "rejected", "")
    assert read_contacts(made.load(), again).of("mentor", PERSON) == {}


def test_documents_made_afterwards_do_not_know_them(made: Edition, tmp_path: Path) -> None:
    forget(made, PERSON)
    programme = made.load()
    mm.match(mm.read_survey(programme, made.files["answers"]), programme).save(made.folders[0], who="Camille")
    assert PERSON.encode() not in b"".join(bytes_in(made.folders[0]))


def test_the_answers_of_others_and_the_documents_of_others_that_name_them_are_told(made: Edition) -> None:
    minutes = made.folders[1] / "compte-rendu.md"
    minutes.write_text(f"Le comité a parlé de {PERSON.lower()}.", "utf-8")
    pseudonym = mm.pseudonyms_for(made.programme).of("mentor", PERSON)
    (made.folders[1] / "souhaits.csv").write_text(f"Votre code;Vos choix\nE01;{pseudonym}\n", "utf-8")
    (made.folders[1] / "autre.md").write_text("M030 et M3 : personne.", "utf-8")
    text = made.files["answers"].read_text("utf-8-sig").replace("Bureau des Marées ;", f"{PERSON} ;")
    made.files["answers"].write_text(text.replace(";aucune;", f";{PERSON};", 1), "utf-8")
    done = forget(made, PERSON)
    told = "\n".join(done.to_do)
    assert "compte-rendu.md nomme" in told
    assert "souhaits.csv nomme" in told
    assert "autre.md" not in told
    assert "reponses.csv, ligne 3, « Personnes ou structures" in told
    assert minutes.exists()


def test_the_rows_of_a_workbook_are_told_and_are_nobody_s_all_the_same(made: Edition, tmp_path: Path) -> None:
    table = read_rows(made.files["answers"])
    rows = [record.cells for record in table.records]
    path = tmp_path / "reponses.xlsx"
    DataFrame(rows[1:], columns=list(rows[0])).to_excel(path, index=False, engine="xlsxwriter")
    book = Edition(made.programme, {"answers": path}, made.folders)
    assert f"reponses.xlsx : supprimez la ligne {LINE}" in forget(book, PERSON).to_do
    assert not book.cohort().mentors.has(PERSON)


def test_the_rows_of_a_workbook_with_a_sheet_per_side_are_told_by_sheet(made: Edition, tmp_path: Path) -> None:
    header, *rows = [record.cells for record in read_rows(made.files["answers"]).records]
    frame = DataFrame(rows, columns=list(header))
    role = made.load().fields["role"].question
    path = tmp_path / "reponses.xlsx"
    with ExcelWriter(path, engine="xlsxwriter") as writer:
        for sheet, side in (("Mentors", "Mentor·e"), ("Mentorés", "Mentoré·e")):
            frame[frame[role] == side].to_excel(writer, sheet_name=sheet, index=False)
    book = Edition(made.programme, {"answers": path}, made.folders)
    (line,) = (row.line for row in book.cohort().rows if row.key == PERSON)
    to_do = [text.replace("\u00a0", " ") for text in forget(book, PERSON).to_do]
    assert f"reponses.xlsx, feuille « Mentors » : supprimez la ligne {line}" in to_do
    assert not book.cohort().mentors.has(PERSON)


def test_a_contact_detail_that_others_share_tells_of_nobody(made: Edition) -> None:
    text = made.files["answers"].read_text("utf-8-sig")
    phones = [contact for key in ("M01", PERSON) for contact in contacts_of(made, key) if contact.startswith("06")]
    made.files["answers"].write_text(text.replace(phones[0], phones[1]), "utf-8")
    found = find_personal_data(made.load(), made.tables(), PERSON)
    assert found.is_named_in(PERSON)
    assert not found.is_named_in(phones[1])


def test_every_document_that_is_written_is_covered_whatever_its_name_and_wherever_it_lies(
    made: Edition, tmp_path: Path
) -> None:
    lu, codes = made.folders[1], mm.pseudonyms_for(made.programme)
    cohort, programme = made.cohort(), made.load()
    matching = mm.match(cohort, programme)
    for suffix in (".csv", ".html", ".json", ".xlsx", ".parquet"):
        matching.save(lu / "dessous" / f"à nous{suffix}")
    for suffix in (".html", ".xlsx", ".json"):
        mm.intake(programme, made.files["answers"]).save(lu / f"mars{suffix}")
    write_contacts(made.contacts(), programme, lu / "joindre.csv")
    (lu / f"export{PERSON}.json").write_text(export_person(made, PERSON).to_json(), "utf-8")
    mm.write_carry_over(mm.carry_over(matching), lu / "suite.json")
    (made.folders[0] / "binomes.xlsx").write_bytes(b"PK" + (made.folders[0] / "binomes.xlsx").read_bytes()[2:] + b" ")
    matching.save(made.folders[0], who="Camille", replace=True)
    matching.save(lu / "dessous" / "à nous.xlsx", replace=True)
    assert [path.name[:9] for path in tmp_path.iterdir() if path.is_dir() and path.name.startswith("binomes (")]
    again = Edition(made.programme, made.files, (lu / "dessous", lu, made.folders[0], lu / "dessous", lu))
    found = find_personal_data(programme, made.tables(), PERSON).with_pseudonyms(codes)
    done = forget(again, PERSON, who="Camille")
    assert [one for one in done.to_do if not one.startswith("reponses.csv, ligne")] == []
    # Nothing in a Parquet file outside a manifest says that it is ours.
    assert [one[:14] for one in done.failed] == ["à nous.parquet"]
    others = (".toml", ".jsonl", ".parquet")
    documents = [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix not in others]
    naming = [path.name for path in documents if path != made.files["answers"] and names_person(path, found)]
    assert naming == []
    assert (lu / "suite.json").exists()
    assert len(mm.read_carry_over(lu / "suite.json").pairs) == len(matching.pairs) - 1
    decision = verify(made.folders[0] / "binomes.decision.json")
    assert decision.sound
    assert decision.documents == ("Documents : ceux de cette décision, tels qu’ils ont été faits.",)


def test_what_may_not_be_deleted_is_told_and_the_rest_goes(
    made: Edition, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    unlink = Path.unlink

    def refuse(path: Path, *, missing_ok: bool = False) -> None:
        if path.name == "binomes.html":
            raise PermissionError(13, "Permission denied")
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    with (made.folders[1] / "x.journal.jsonl").open("w", encoding="utf-8") as broken:
        broken.write("{}\n")
    done = forget(made, PERSON)
    told = "\n".join(done.failed)
    assert "binomes.html : ce fichier ne peut pas être effacé (accès refusé) → effacez-le" in told
    assert "x.journal.jsonl" in told
    assert not (made.folders[0] / "binomes.xlsx").exists()
    assert (made.folders[0] / "binomes.html").exists()
    assert done.rows == (("reponses.csv", LINE),)


def test_a_name_that_the_log_refuses_stops_an_erasure_before_it_begins(made: Edition) -> None:
    answers = made.files["answers"].read_bytes()
    with pytest.raises(mm.RequestError):
        forget(made, PERSON, who="")
    assert made.files["answers"].read_bytes() == answers
    assert (made.folders[0] / "binomes.html").exists()
    assert not forgotten_beside(made.programme).exists()


def test_a_file_for_the_next_edition_that_cannot_be_written_is_told_and_the_rest_goes(
    made: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    programme = made.load()
    following = made.folders[1] / "suite.json"
    mm.write_carry_over(mm.carry_over(mm.match(made.cohort(), programme)), following)

    def refuse(path: Path, content: bytes) -> None:
        if path == following:
            raise OutputError("suite.json : le fichier ne peut pas être écrit")
        write_whole(path, content)

    monkeypatch.setattr("mentormatch.record.rights.erasure.write_whole", refuse)
    done = forget(made, PERSON)
    assert "suite.json" in "\n".join(done.failed)
    assert following.exists()
    assert not (made.folders[0] / "binomes.xlsx").exists()
    assert done.rows == (("reponses.csv", LINE),)


def test_a_broken_workbook_of_ours_is_deleted_as_nobody_can_search_it(made: Edition) -> None:
    ours, foreign = made.folders[0] / "binomes.xlsx", made.folders[0] / "notes.xlsx"
    for path in (ours, foreign):
        path.write_bytes(ours.read_bytes()[:1000])
    done = forget(made, PERSON)
    assert ours in done.documents
    assert foreign.exists()


def test_documents_of_others_that_cannot_be_searched_are_told_and_stay(
    made: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["notes.docx", "notes.parquet", "notes.xlsx", "notes.odt"]
    for name in names[:3]:
        (made.folders[1] / name).write_bytes(b"PK\x03\x04")
    with ZipFile(made.folders[1] / names[3], "w") as archive:
        archive.writestr("content.xml", f"{' ' * 300_000}{PERSON}")
    monkeypatch.setattr("mentormatch.record.rights.edition.MAX_DOCUMENT_BYTES", 299_999)
    done = forget(made, PERSON)
    assert [text.replace("\u00a0", " ").split(" : ")[0] for text in done.failed] == sorted(names)
    assert all((made.folders[1] / name).exists() for name in names)
    assert all("ne peut pas être examiné → regardez s’il nomme cette personne" in text for text in done.failed)


@pytest.mark.parametrize("charset", ["x-unknown", "utf-8\0"])
def test_a_letter_in_an_unknown_encoding_is_searched_all_the_same(made: Edition, charset: str) -> None:
    letter = made.folders[1] / "lettre.eml"
    letter.write_bytes(f'Subject: x\r\nContent-Type: text/plain; charset="{charset}"\r\n\r\n{PERSON}\r\n'.encode())
    assert names_person(letter, find_personal_data(made.load(), made.tables(), PERSON))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_document_is_searched_in_the_encodings_of_spreadsheets(made: Edition, encoding: str) -> None:
    notes = made.folders[1] / "notes.txt"
    notes.write_text(f"Appelée hier\t{PERSON}\n", encoding=encoding)
    assert names_person(notes, find_personal_data(made.load(), made.tables(), PERSON))


def test_a_programme_and_answers_that_an_example_began_with_are_no_documents(tmp_path: Path) -> None:
    files = mm.examples.copy_to(tmp_path)
    mm.match(mm.examples.cohort(), mm.examples.programme()).save(tmp_path)
    going = {path.name for path in find_files_to_purge(Edition(files.programme, {}, (tmp_path,)))}
    assert "binomes.xlsx" in going
    assert not going & {"programme.toml", "reponses.csv"}


def test_documents_that_lie_by_the_programme_are_covered_without_being_named(tmp_path: Path) -> None:
    run("new", "edition", folder=tmp_path)
    run("match", "reponses.csv", "-o", "documents", folder=tmp_path / "edition")
    done = run("forget", "E03", "reponses.csv", folder=tmp_path / "edition")
    assert done.returncode == 0, done.stderr
    assert [path for path in (tmp_path / "edition").rglob("*") if path.is_file() and b"E03" in path.read_bytes()] == []
    assert not (tmp_path / "edition" / "documents" / "binomes.xlsx").exists()


def test_who_has_no_row_any_more_is_forgotten_in_documents_that_are_found_later(made: Edition, tmp_path: Path) -> None:
    forget(replace(made, folders=()), "E03", who="Camille")
    assert b"E03" in b"".join(bytes_in(tmp_path / "binomes"))
    assert forget(made, "E03", who="Camille").documents
    assert b"E03" not in b"".join(bytes_in(tmp_path / "binomes"))


def test_a_person_is_found_by_their_e_mail_address_too(made: Edition) -> None:
    email = next(text for text in contacts_of(made, PERSON) if "@" in text)
    assert find_personal_data(made.load(), made.tables(), email.upper()).keys[0] == PERSON


def test_a_person_who_is_not_there_is_not_repeated_in_the_error(made: Edition) -> None:
    for ask in (forget, export_person):
        with pytest.raises(SurveyError, match="Personne introuvable") as refusal:
            ask(made, "canari@x.fr")
        assert "canari" not in str(refusal.value)


@pytest.mark.parametrize("name", ["binome", "nulle part/binomes"])
def test_a_folder_that_does_not_exist_is_told_and_the_rest_goes(made: Edition, tmp_path: Path, name: str) -> None:
    mistyped = replace(made, folders=(tmp_path / name, made.folders[1]))
    told = f"{Path(name).name} : rien n’existe sous ce nom"
    with pytest.raises(mm.RequestError, match=told):
        export_person(mistyped, PERSON)
    done = forget(mistyped, PERSON)
    assert [text.replace("\u00a0", " ") for text in done.failed] == [told]
    assert done.rows == (("reponses.csv", LINE),)
    with pytest.raises(OutputError, match=told):
        purge(mistyped)
    assert not made.files["answers"].exists()


def test_an_export_names_the_documents_that_cannot_be_read(made: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    read_bytes = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name in ("binomes.html", "contacts.csv"):
            raise PermissionError(13, "Permission denied")
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(
        mm.RequestError, match=r"binomes\.html : ce document ne peut pas être lu \(accès refusé\)"
    ) as told:
        export_person(made, PERSON)
    assert [problem.where for problem in told.value.problems] == ["binomes.html", "contacts.csv"]


@pytest.mark.parametrize("content", [f'{{"x": "{PERSON}', f'["{PERSON}"]', f'{{"pairs": [{{"x": "{PERSON}"}}]}}'])
def test_an_export_refuses_a_damaged_result(made: Edition, content: str) -> None:
    (made.folders[0] / "binomes.json").write_text(content, "utf-8")
    with pytest.raises(mm.RequestError, match=r"binomes\.json : le fichier est abîmé"):
        export_person(made, PERSON)


def test_personal_data_show_none_of_the_person(made: Edition) -> None:
    assert repr(find_personal_data(made.load(), made.tables(), PERSON)) == "PersonalData(1 rows)"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16-le"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_row_of_several_lines_leaves_any_text_file_alone(tmp_path: Path, encoding: str, end: str) -> None:
    rows = ["Nom;Mot", 'Zoé;"un\ndeux"', "", 'Ana;"trois\nquatre"', "Léo;cinq"]
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    path = tmp_path / "r.csv"
    path.write_bytes((mark + end.join(rows) + end).encode(encoding))
    assert remove_rows_from_file(path, [2])
    cut = (mark + end.join([rows[0], *rows[3:]]) + end).encode(encoding)
    assert path.read_bytes() == cut


def test_an_export_holds_all_that_the_person_said_their_pairs_and_nothing_of_others(made: Edition) -> None:
    export = export_person(made, PERSON)
    told = json.loads(export.to_json())
    table = read_rows(made.files["answers"])
    (record,) = [record for record in table.records if record.line == LINE]
    cells = dict(zip(table.records[0].cells, record.cells, strict=True))
    assert told["rows"][0]["answers"] == {header: cell for header, cell in cells.items() if cell.strip()}
    matching = mm.match(made.cohort(), made.load())
    mine = [pair for pair in matching.pairs if pair.mentor == PERSON]
    assert [(one["mentee"], one["points"]) for one in told["results"]] == [(pair.mentee, pair.points) for pair in mine]
    assert {"binomes.html", "contacts.csv"} <= set(told["documents"])
    for pair in mine:
        assert not any(text in export.to_json() for text in contacts_of(made, pair.mentee))
    assert "canari" not in repr(export)


def test_a_purge_deletes_what_tells_who_took_part_and_keeps_what_was_decided(made: Edition, tmp_path: Path) -> None:
    forget(made, PERSON)
    mm.intake(made.load(), made.files["answers"]).save(made.folders[1])
    (made.folders[1] / "notes.md").write_text("rien", "utf-8")
    going = find_files_to_purge(made)
    assert all(path.exists() for path in going)
    assert [path.name for path in find_foreign_documents(made, going)] == ["notes.md"]
    assert purge(made, who="Camille", why="fin de l'édition") == tuple(going)
    left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {
        "programme.toml",
        ".gitignore",
        "binomes.decision.json",
        "binomes.journal.jsonl",
        "notes.md",
        "manifeste.json",
    }
    assert verify(made.folders[0] / "binomes.decision.json").sound
    assert [one.kind for one in check_chain(made.folders[0] / "binomes.journal.jsonl").entries][-1] == "purge"


def test_a_file_that_cannot_be_deleted_is_an_error(made: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, *, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(OutputError, match="ne peut pas être effacé"):
        purge(made)


def test_the_commands_do_the_same_and_a_purge_asks_to_be_sure(made: Edition, tmp_path: Path) -> None:
    where = ["reponses.csv", "--in", "binomes", "--in", "lu"]
    done = run("forget", PERSON, *where, "--who", "Camille", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "Reste à faire\u00a0: reponses.csv, ligne 4" in done.stderr
    assert f"Effacée\u00a0: reponses.csv, ligne {LINE}" in done.stderr
    asked = run("purge", *where, folder=tmp_path)
    assert "Rien n’a été effacé" in asked.stderr
    assert (tmp_path / "reponses.csv").exists()
    assert run("purge", *where, "--yes", folder=tmp_path).returncode == 0
    assert not (tmp_path / "reponses.csv").exists()


def test_contacts_are_written_apart_for_their_owner_alone(made: Edition, tmp_path: Path) -> None:
    done = run("contacts", "reponses.csv", "-o", "contacts.csv", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "contacts.csv").stat().st_mode & 0o077 == 0
    rows = read_rows(tmp_path / "contacts.csv").records
    assert len(rows) == 1 + len(made.contacts())
    assert rows[0].cells == ("Côté", "Identifiant", "Nom et prénom", "Courriel", "Téléphone")
