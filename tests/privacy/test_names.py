"""Names stand in the documents that they were asked for, beside keys, and nowhere else."""

import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

import mentormatch as mm
from mentormatch import RequestError, SurveyError, follow_up
from mentormatch.errors import OutputError
from mentormatch.languages.text_keys import canonical
from mentormatch.record.rights.edition import Edition
from mentormatch.record.rights.erasure import forget
from mentormatch.record.validation import validate
from mentormatch.results import Contacts
from tests.cli.commands import done

PROGRAMME, COHORT = mm.examples.programme(), mm.examples.cohort()
MATCHING = mm.match(COHORT, PROGRAMME)
KEYS = (*COHORT.mentors.ids, *COHORT.mentees.ids)
NAMES = {key: f"Quelqu'un <{key[::-1]}>" for key in KEYS}
"""Names of a table apart: none of them is in the answers."""
HOLDING = {".html", ".xlsx", ".csv"}


@pytest.fixture
def edition(tmp_path: Path) -> Path:
    mm.examples.copy_to(tmp_path)
    mm.examples.copy_waves_to(tmp_path)
    lines = [f'{key};"{name}"' for key, name in NAMES.items()]
    (tmp_path / "noms.csv").write_text("\n".join(["code;nom", *lines]) + "\n", "utf-8")
    return tmp_path


def text_of(path: Path) -> str:
    """Return all that a file says, its escapes undone."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            return "".join(unescape(archive.read(name).decode("utf-8", "replace")) for name in archive.namelist())
    text = path.read_text("utf-8-sig")
    return unescape(text) + (json.dumps(json.loads(text), ensure_ascii=False) if path.suffix == ".json" else "")


def named_in(folder: Path) -> Iterator[Path]:
    """Yield the files that name anybody by a name of the table."""
    yield from (path for path in folder.rglob("*") if path.is_file() and "Quelqu'un" in text_of(path))


@pytest.mark.promise(27)
@pytest.mark.parametrize("names", [NAMES, None])
def test_names_stand_in_page_workbook_and_csv_where_they_are_asked_for_and_nowhere_else(
    names: dict[str, str] | None, edition: Path
) -> None:
    MATCHING.save(edition / "pairs", who="Camille", names=names)
    holding = set(named_in(edition / "pairs"))
    assert {path.suffix for path in holding} == (HOLDING if names else set())
    assert all(path.stat().st_mode & 0o077 == 0 for path in holding)
    assert validate(edition / "pairs" / "binomes.decision.json", who="Camille").seal.validations
    assert set(named_in(edition / "pairs")) == holding
    assert all(path.stat().st_mode & 0o077 == 0 for path in holding)


def test_every_pair_and_everybody_without_one_is_named_and_still_known_by_key(edition: Path) -> None:
    (page, book) = (MATCHING.save(edition / f"x{suffix}", names=NAMES)[0] for suffix in (".html", ".xlsx"))
    told = text_of(page)
    people = {*((pair.mentor, pair.mentee) for pair in MATCHING.pairs), *((one.person,) for one in MATCHING.unmatched)}
    assert {key for some in people for key in some} == set(KEYS)
    assert all(f"{NAMES[key]} ({key})" in told for key in KEYS)
    rows = CalamineWorkbook.from_path(book).get_sheet_by_index(0).to_python()
    title = ["Mentor·e", "Nom (mentor·e)", "Mentoré·e", "Nom (mentoré·e)"]
    assert rows[0][:4] == title
    expected = {(pair.mentor, NAMES[pair.mentor], pair.mentee, NAMES[pair.mentee]) for pair in MATCHING.pairs}
    assert {tuple(row[:4]) for row in rows[1:]} == expected
    left = CalamineWorkbook.from_path(book).get_sheet_by_name("Sans binôme").to_python()
    assert {(row[0], row[1]) for row in left[1:]} == {(one.person, NAMES[one.person]) for one in MATCHING.unmatched}
    held = "Ce document donne le nom de 32 personnes"
    assert held in told.replace("\u00a0", " ")
    assert held in text_of(book).replace("\u00a0", " ")


def test_a_workbook_with_names_comes_back_with_the_same_decisions_and_no_column_of_staff(edition: Path) -> None:
    (book,) = MATCHING.save(edition / "binomes.xlsx", names=NAMES)
    read = mm.read_decisions(book, COHORT, PROGRAMME)
    assert (read.pins, read.bans, read.notes) == ((), (), mm.read_decisions(book).notes)
    assert all(note.columns == () for note in read.notes)
    (sheet,) = MATCHING.save(edition / "binomes.csv", names=NAMES)
    assert set(mm.read_pairs(sheet, COHORT)) == {(pair.mentor, pair.mentee) for pair in MATCHING.pairs}


@pytest.mark.parametrize("name", ["x.json", "x.decision.json", "x.parquet"])
def test_what_programs_read_holds_no_names_and_says_so(name: str, tmp_path: Path) -> None:
    with pytest.raises(
        OutputError, match=r"ce format ne porte pas de noms ; attendu : \.csv, \.html, \.resume\.html et \.xlsx"
    ):
        MATCHING.save(tmp_path / name, names=NAMES)
    assert list(tmp_path.iterdir()) == []


def test_names_that_people_gave_stand_alone_in_groups_and_two_equal_ones_with_their_keys(tmp_path: Path) -> None:
    files = mm.examples.copy_to(tmp_path, "codeveloppement")
    programme = mm.Programme.load(files.programme)
    cohort, contacts = mm.read_survey(programme, files.answers), mm.read_contacts(programme, files.answers)
    first, second = list(contacts.people)[:2]
    same = {**contacts.people, second: {**contacts.people[second], "nom": contacts.people[first]["nom"].upper()}}
    grouping = mm.form_groups(cohort, programme).named(Contacts(contacts.fields, same))
    called = {key: grouping.name_of(key) for _, key in contacts.people}
    twice = [name for name in called.values() if name.endswith(")")]
    assert twice == [f"{contacts.people[first]['nom']} ({first[1]})", f"{same[second]['nom']} ({second[1]})"]
    shown = json.dumps([grouping.as_dict, grouping.as_dict_for_staff], ensure_ascii=False)
    assert not any(contacts.people[person]["nom"] in shown for person in contacts.people)
    apart = mm.form_groups(cohort, programme).named({key: "Ana" for _, key in contacts.people})
    assert {apart.name_of(key) for _, key in contacts.people} == {f"Ana ({key})" for _, key in contacts.people}


def test_the_page_and_the_workbook_of_a_year_name_people_and_its_json_does_not(edition: Path) -> None:
    year = follow_up(PROGRAMME, MATCHING.pairs, mm.examples.copy_waves_to(edition))
    year.save(edition / "year", names=NAMES)
    assert {path.name for path in named_in(edition / "year")} == {"suivi.html", "suivi.xlsx"}
    year.save(edition / "year")
    assert set(named_in(edition / "year")) == set()


COMMANDS = {
    "match {a} -p {p} -o {o}": HOLDING,
    "plans {a} -p {p} -n 2 -o {o}": HOLDING,
    "repair {a} {b} --withdrawn M04 --no-steps -p {p} -o {o}": HOLDING,
    "follow-up {a} --wave 1={w} -p {p} -o {o}": {".html", ".xlsx"},
    "handouts {a} -p {p} -o {o}": HOLDING,
    "letters {a} -p {p} -o {o}": {".csv", ".eml"},
}
"""With the kinds of files that then name people as the table does."""


@pytest.mark.promise(27)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_puts_the_names_of_a_table_where_it_says_and_nowhere_else(command: str, edition: Path) -> None:
    MATCHING.save(edition / "pairs.csv")
    words = {
        "b": edition / "pairs.csv",
        "a": edition / "reponses.csv",
        "p": edition / "programme.toml",
        "w": edition / "suivi-1-mois.csv",
    }
    line = command.format(**words, o=edition / "out").split()
    ended = done(*line, "--names-from", edition / "noms.csv", "--json")
    assert ended.code == 0
    assert "Quelqu'un" not in ended.out + ended.err
    json.loads(ended.out)
    holding = list(named_in(edition / "out"))
    assert {path.suffix for path in holding} == COMMANDS[command]
    assert all(path.stat().st_mode & 0o077 == 0 for path in holding)
    if command.startswith(("handouts", "letters")):
        return
    assert "Les noms sont dans les pages" in ended.err
    assert done(*line).code == 0
    assert list(named_in(edition / "out")) == []


def test_on_the_screen_names_stand_beside_codes_only_when_asked_for(edition: Path) -> None:
    line = ["match", edition / "reponses.csv", "-p", edition / "programme.toml"]
    shown = done(*line, "--names-from", edition / "noms.csv")
    pair = MATCHING.pairs[0]
    assert f"{NAMES[pair.mentor]} ({pair.mentor})\t{NAMES[pair.mentee]} ({pair.mentee})\t" in shown.out
    assert "Quelqu'un" not in done(*line).out + shown.err


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("code;nom\nM06;Zoé\nM06;Zoé\n", "lignes 2 et 3 : le même identifiant"),
        ("code;nom\nM06;Zoé\n;Ana\n", "ligne 3 : sans identifiant"),
        ("code;nom\nM06;\n", "ligne 2 : sans nom"),
        ("code;nom\nM06;Zoé\nM99;Ana\n", "ligne 3 : personne n'a répondu sous cet identifiant"),
        ("code;nom\nZ1;Zoé\n", "aucune colonne n'a les identifiants des réponses"),
        ("code;taille;âge\nM06;1;2\n", "aucune colonne de noms"),
        ("code\nM06\n", "aucune colonne de noms"),
    ],
)
def test_a_table_of_names_that_cannot_serve_is_refused_by_its_lines(rows: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "n.csv").write_text(rows, "utf-8")
    with pytest.raises(SurveyError) as refused:
        mm.read_names(tmp_path / "n.csv", COHORT, PROGRAMME)
    assert told in str(refused.value).replace("’", "'")
    assert not re.search("Zoé|Ana", str(refused.value))


def test_first_and_last_names_are_joined_and_keys_compare_whatever_their_case() -> None:
    rows = [{"Service": "x", "Code": key.lower(), "Prénom": "Léa", "Nom": f"N {key}"} for key in KEYS]
    assert mm.read_names(rows, COHORT, PROGRAMME) == {key.lower(): f"Léa N {key}" for key in KEYS}


def test_names_by_key_that_lack_somebody_or_name_a_stranger_are_refused_and_no_stranger_is_repeated(
    tmp_path: Path,
) -> None:
    missing = dict(list(NAMES.items())[1:])
    with pytest.raises(RequestError, match=f"identifiants « {KEYS[0]} » : sans nom"):
        MATCHING.save(tmp_path / "x.html", names=missing)
    with pytest.raises(RequestError) as refused:
        MATCHING.save(tmp_path / "x.html", names={name: key for key, name in NAMES.items()})
    assert "32\u00a0identifiants" in str(refused.value)
    assert "Quelqu" not in str(refused.value)
    with pytest.raises(RequestError, match="deux fois"):
        MATCHING.save(tmp_path / "x.html", names=NAMES | {KEYS[0].lower(): "Ana"})
    assert list(tmp_path.iterdir()) == []


def test_one_key_on_both_sides_has_one_name_only_where_it_is_one_person() -> None:
    mentors, mentees = (replace(people.take([0]), ids=("1",)) for people in (COHORT.mentors, COHORT.mentees))
    people = replace(COHORT, mentors=mentors, mentees=mentees, rows=())
    with pytest.raises(RequestError, match="deux personnes, une de chaque côté"):
        mm.read_names([{"code": "1", "nom": "Ana"}], people, PROGRAMME)
    common = PROGRAMME.model_copy(update={"heading": PROGRAMME.heading.model_copy(update={"keys": "common"})})
    assert mm.read_names([{"code": "1", "nom": "Ana"}], people, common) == {"1": "Ana"}


def test_names_are_asked_of_a_programme_that_knows_where_they_stand(edition: Path) -> None:
    text = (edition / "programme.toml").read_text("utf-8")
    (edition / "programme.toml").write_text(text.replace('name = "nom" ', '# name = "nom" '), "utf-8")
    ended = done("match", edition / "reponses.csv", "-p", edition / "programme.toml", "--names", "-o", edition / "out")
    assert ended.code == 3
    assert "[documents] name" in ended.err
    assert "--names-from" in ended.err
    assert not (edition / "out").exists()


@pytest.mark.promise(28)
def test_whoever_is_forgotten_is_forgotten_in_documents_that_know_them_by_a_name_of_a_table(edition: Path) -> None:
    contacts = mm.read_contacts(PROGRAMME, edition / "reponses.csv")
    MATCHING.save(edition / "out" / "pairs", who="Camille", names=NAMES)
    mm.write_handouts(MATCHING, contacts, edition / "out" / "handouts", names=NAMES)
    mm.write_letters(mm.letters(MATCHING, contacts, "proposal", names=NAMES), edition / "out" / "letters", "fr")
    waves = mm.examples.copy_waves_to(edition)
    follow_up(PROGRAMME, MATCHING.pairs, waves).save(edition / "out" / "year", names=NAMES)
    forget(
        Edition(edition / "programme.toml", {"answers": edition / "reponses.csv"}, (edition / "out",)),
        "M06",
        who="Camille",
    )
    for path in (path for path in (edition / "out").rglob("*") if path.is_file()):
        said = canonical(text_of(path)) if path.suffix != ".eml" else path.read_text("utf-8")
        assert canonical(NAMES["M06"]) not in said, path
        assert path.suffix != ".eml"
