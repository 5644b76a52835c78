"""No document holds a key that tells who somebody is: every exporter, and every command that writes one."""

import csv
import io
import json
import stat
from datetime import date
from pathlib import Path

import pytest

import mentormatch as mm
from mentormatch.explanation.edits import Note
from mentormatch.operations.matching import exporters
from mentormatch.people.codes import tells_who
from tests.cli.commands import CASES, Edition, done
from tests.laws.coded import copied, edition, in_keys, rewrite, telling, tells

KINDS = ("e-mail", "name")
EXEMPT = {
    "ask": "the answer to an application names people as its request does",
    "contacts": "the file of how people are reached, for the team alone",
    "export-person": "all that is stored of somebody, for that person",
}
"""Commands that give keys because that is what they are asked for."""
JOINS = (".codes.csv", "profils-qui-est-qui.csv")
"""Files for the team alone, which join codes and keys."""


def matching_of(folder: Path, kind: str, *, possible: bool) -> mm.Matching:
    """Return a matching with all that documents may tell of its people; one that has no answer if not ``possible``."""
    cohort, programme = edition(folder, kind)
    stated, (mentors, mentees) = programme.to_dict(), (cohort.mentors.ids, cohort.mentees.ids)
    pair = mm.match(cohort, programme).pairs[0]
    stated["rules"] += [
        {"kind": "ban", "mentor": mentors[0], "mentee": mentees[0]},
        {"kind": "apart", "people": [mentors[1], mentees[1]]},
        {"kind": "reserve", "places": 1},
    ]
    stated["fields"]["situation"]["watch"] = True
    stated["documents"] |= {"sheets": ["recruit", "sturdy"], "details": True}
    pins = [(pair.mentor, pair.mentee), *([] if possible else [(mentors[0], mentees[0])])]
    matching = mm.match(cohort, mm.Programme.read(stated), pins=pins)
    left = Note((mentors[1], mentees[1]), "Refusé", "à revoir")
    gone = Note((in_keys("M77", kind), in_keys("E77", kind)), "Refusé", "partie")
    return matching.with_notes([left, gone])


@pytest.fixture(scope="module", params=[(kind, possible) for kind in KINDS for possible in (True, False)])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> mm.Matching:
    """Return matchings whose keys tell who people are."""
    kind, possible = request.param
    return matching_of(tmp_path_factory.mktemp("edition"), kind, possible=possible)


@pytest.mark.promise(46)
@pytest.mark.parametrize("kind", sorted(exporters()))
def test_no_exporter_writes_a_key_that_tells_who_somebody_is(kind: str, told: mm.Matching, tmp_path: Path) -> None:
    (written,) = told.save(tmp_path / f"binomes{kind}")
    assert not tells(written.name, written.read_bytes())


@pytest.mark.promise(46)
def test_what_a_notebook_shows_has_no_such_key(told: mm.Matching) -> None:
    frames = [told.frames.pairs, told.frames.unmatched, told.frames.rejected, told.frames.contributions]
    shown = [
        told._repr_html_(),
        told.show._repr_html_(),
        told.show.prices()._repr_html_(),
        *(frame.to_csv() for frame in frames),
        told.frames.scores.to_csv(),
    ]
    assert not [text for text in shown if tells("", text.encode())]


@pytest.mark.promise(8)
@pytest.mark.parametrize("key", ["a" * 400_000, "a@" * 200_000, "aa-" * 100_000 + "1", "@" * 400_000])
def test_a_key_of_any_length_is_looked_at_once(key: str) -> None:
    assert not tells_who(key)


@pytest.mark.promise(46)
def test_no_calendar_of_a_pair_has_such_a_key(told: mm.Matching) -> None:
    meetings = mm.meeting_dates(told, 3, first=date(2025, 10, 1), last=date(2026, 3, 1), zones=["A"])
    assert not [one for one in meetings if one.dates and tells("", one.dates.calendar())]
    assert not [one for one in meetings if tells("", one.reason.encode())]
    assert any(one.dates for one in meetings) == bool(told.pairs)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an edition whose keys are e-mail addresses, with its documents in ``out``."""
    home = tmp_path_factory.mktemp("whole")
    cohort, programme = edition(home, "e-mail")
    mm.match(cohort, programme).save(home / "out", who="Camille")
    return home


@pytest.mark.promise(46)
def test_codes_and_keys_are_joined_by_one_file_for_its_owner_alone(folder: Path) -> None:
    assert telling(folder) == {"reponses.csv", "programme.codes.csv"}
    joining = folder / "programme.codes.csv"
    assert stat.S_IMODE(joining.stat().st_mode) == 0o600
    assert "*.codes.csv" in (folder / ".gitignore").read_text("utf-8").splitlines()


def test_codes_are_not_stored_if_documents_are_refused(tmp_path: Path) -> None:
    cohort, programme = edition(tmp_path, "e-mail")
    matching = mm.match(cohort, programme)
    with pytest.raises(mm.RequestError):
        matching.save(tmp_path / "out", who="")
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "programme.codes.csv").exists()


@pytest.mark.promise(26)
def test_all_documents_call_the_people_of_a_pair_by_the_same_codes(folder: Path) -> None:
    programme = mm.Programme.load(folder / "programme.toml")
    cohort = mm.read_survey(programme, folder / "reponses.csv")
    matching = mm.match(cohort, programme)
    codes = dict(zip(matching.frames.codes["key"], matching.frames.codes["code"], strict=True))
    pairs = [(codes[pair.mentor], codes[pair.mentee]) for pair in matching.pairs]
    out = folder / "out"
    rows = list(csv.DictReader(io.StringIO((out / "binomes.csv").read_text("utf-8-sig")), delimiter=";"))
    assert [(row["Mentor·e"], row["Mentoré·e"]) for row in rows] == pairs
    answer = json.loads((out / "binomes.json").read_bytes())
    assert [(pair["mentor"], pair["mentee"]) for pair in answer["pairs"]] == pairs
    assert list(zip(matching.frames.pairs["mentor"], matching.frames.pairs["mentee"], strict=True)) == pairs
    decision = json.loads((out / "binomes.decision.json").read_bytes())
    opaque = {(f"M{int(mentor[1:]):02d}", f"E{int(mentee[1:]):02d}") for mentor, mentee in decision["pairs"]}
    assert opaque == set(pairs)
    page = (out / "binomes.html").read_text("utf-8")
    assert all(code in page for pair in pairs for code in pair)


@pytest.mark.promise(46)
@pytest.mark.parametrize("command", [name for name in CASES if name not in EXEMPT])
def test_no_command_tells_a_key_that_tells_who_somebody_is(
    command: str, coded_edition: Edition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = coded_edition.copied(tmp_path / "edition")
    monkeypatch.chdir(home.folder)
    before = {path: path.read_bytes() for path in home.folder.rglob("*") if path.is_file()}
    words = [in_keys(word, "e-mail") if command == "forget" else word for word in home.words(CASES[command])]
    said = done(*words)
    assert said.code == 0
    assert not tells("", f"{said.out}{said.err}".encode())
    written = {name for name in telling(home.folder) if before.get(home.folder / name) is None}
    assert {name for name in written if not name.endswith(JOINS)} == set()


@pytest.fixture(scope="module")
def coded_edition(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    """Return the edition on which every command is tried, with e-mail addresses as keys in all its files."""
    made = Edition.made(tmp_path_factory.mktemp("commands") / "edition")
    rewrite(made.folder, "e-mail")
    return made


def answered(folder: Path) -> mm.Matching:
    """Return the matching of the answers of a folder."""
    programme = mm.Programme.load(folder / "programme.toml")
    return mm.match(mm.read_survey(programme, folder / "reponses.csv"), programme)


def moved(folder: Path, to: Path, *, remember: bool) -> Path:
    """Return a copy of an edition whose answers came in the other order, with or without the file of codes."""
    there = copied(folder, to)
    head, *rows = (there / "reponses.csv").read_text("utf-8").splitlines(keepends=True)
    (there / "reponses.csv").write_text("".join([head, *reversed(rows)]), "utf-8")
    if not remember:
        (there / "programme.codes.csv").unlink()
    return there


def test_a_code_once_given_stays_with_its_person(folder: Path, tmp_path: Path) -> None:
    first, then = (answered(home).frames.codes for home in (folder, moved(folder, tmp_path / "then", remember=True)))
    assert sorted(first.values.tolist()) == sorted(then.values.tolist())


def reviewed(folder: Path) -> bytes:
    """Return the workbook of an edition in which the first pair was validated."""
    from openpyxl import load_workbook

    book = load_workbook(folder / "out" / "binomes.xlsx")
    sheet = book["Binômes"]
    heads = [cell.value for cell in sheet[1]]
    sheet.cell(2, heads.index("Validation") + 1, "Validé")
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_workbook_of_codes_is_read_back_as_keys(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "relu.xlsx").write_bytes(reviewed(folder))
    matching = answered(folder)
    decided = mm.read_decisions(tmp_path / "relu.xlsx", matching.cohort, matching.programme)
    first = matching.pairs[0]
    assert decided.pins == ((first.mentor, first.mentee),)


def test_a_workbook_of_codes_means_the_same_people_when_answers_come_in_another_order(
    folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "relu.xlsx").write_bytes(reviewed(folder))
    first = answered(folder).pairs[0]
    after = answered(moved(folder, tmp_path / "kept", remember=True))
    decided = mm.read_decisions(tmp_path / "relu.xlsx", after.cohort, after.programme)
    assert decided.pins == ((first.mentor, first.mentee),)


def test_a_code_that_may_be_that_of_somebody_else_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "relu.xlsx").write_bytes(reviewed(folder))
    after = answered(moved(folder, tmp_path / "lost", remember=False))
    with pytest.raises(mm.SurveyError):
        mm.read_decisions(tmp_path / "relu.xlsx", after.cohort, after.programme)


def test_documents_are_read_back_by_every_command(folder: Path) -> None:
    home, pairs = str(folder / "programme.toml"), folder / "out" / "binomes.csv"
    assert done("evaluate", folder / "reponses.csv", pairs, "-p", home).code == 0
    assert done("repair", folder / "reponses.csv", pairs, "--withdrawn", "M04", "--no-steps", "-p", home).code == 0
    assert done("why-not", folder / "reponses.csv", "M06", "E05", "-p", home).code == 0


def test_a_person_who_is_forgotten_leaves_the_file_of_codes_and_every_document(folder: Path, tmp_path: Path) -> None:
    home, key = copied(folder, tmp_path / "edition"), in_keys("M02", "e-mail")
    said = done(*["forget", "--in"], home / "out", key, home / "reponses.csv", "-p", home / "programme.toml")
    assert said.code == 0, said.err
    naming = {path.name for path in home.rglob("*") if path.is_file() and key.encode() in path.read_bytes()}
    assert naming == {"reponses.csv"}  # in the answers of others, of which staff are told
    assert not (home / "out" / "binomes.csv").exists()
    codes = answered(home).frames.codes
    assert "M02" not in set(codes["code"])
    assert "M03" in set(codes["code"])


def test_replies_are_read_by_code_and_by_key(folder: Path) -> None:
    matching = answered(folder)
    first = matching.pairs[0]
    code = matching.labels.person("mentor", first.mentor)
    for person in (code, first.mentor):
        rows = [{"person": person, "partner": "", "answer": "oui", "reason": ""}]
        (read,) = mm.read_replies(rows, matching.cohort)
        assert read.person == first.mentor
        proposal = mm.reply(matching, [mm.Reply(person, "declined")])
        assert (first.mentor, first.mentee) in {one.pair for one in proposal.declined}


def test_a_round_goes_on_from_its_file_of_codes_also_when_somebody_has_left(folder: Path, tmp_path: Path) -> None:
    home = copied(folder, tmp_path / "edition")
    programme, first = home / "programme.toml", answered(home).pairs[0]
    code = answered(home).labels.person("mentor", first.mentor)
    (home / "oui.csv").write_text(f"Votre code;Votre réponse\n{code};je ne participe plus\n", "utf-8")
    start = [home / "reponses.csv", home / "out" / "binomes.csv", "-p", programme, "-o", home / "tour1"]
    assert done("replies", *start).code == 0
    for given, to in (("tour1", "tour2"), ("tour2", "tour3")):
        replies = ["--replies", home / "oui.csv"] if to == "tour2" else []
        record = home / given / "propositions.json"
        said = done("replies", home / "reponses.csv", record, *replies, "-p", programme, "-o", home / to)
        assert said.code == 0, said.err
    assert not [name for name in telling(home) if name.startswith("tour")]
    assert code in (home / "tour3" / "propositions.json").read_text("utf-8")
