"""A programme file that is right reads whole, and reads back as it was written."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import Programme, ProgrammeError, examples
from mentormatch.programme.tables import toml_text
from tests.laws.extensions import criteria, rules
from tests.laws.questionnaires import surveys

SMALL = "[programme]\nname = 'Essai'\n"


def write(folder: Path, content: bytes) -> Path:
    path = folder / "programme.toml"
    path.write_bytes(content)
    return path


def test_the_published_programme_reads(shared_data: Path) -> None:
    programme = Programme.load(shared_data / "programme.toml")
    assert programme.name == "Mentorat production et diffusion 2025-2026"
    assert len(programme.fields) == 16
    assert [criterion.kind for criterion in programme.criteria] == ["coverage", "overlap", "availability", "closeness"]
    assert [rule.kind for rule in programme.rules] == [
        "require", "different", "veto", "gap", "common", "capacity", "quota",
    ]  # fmt: skip
    assert programme.goals.order == ("matched", "priority", "total")
    assert programme.fields_with("key") == ["code"]


def test_the_published_programme_reads_back(shared_data: Path) -> None:
    programme = Programme.load(shared_data / "programme.toml")
    assert Programme.read(programme.model_dump(by_alias=True)) == programme


def test_the_example_reads_back_also_through_json() -> None:
    programme = examples.programme()
    assert Programme.read(json.loads(programme.model_dump_json(by_alias=True))) == programme


@given(data=st.data())
def test_any_programme_reads_back_as_it_was_written(data: st.DataObject) -> None:
    survey = data.draw(surveys())
    stated = {
        "programme": {"name": "Essai", "minimum_answered": data.draw(st.floats(0, 1))},
        "fields": {name: field.model_dump() for name, field in survey.fields.items()},
        "criteria": [each.model_dump(by_alias=True) for each in criteria(data.draw, survey)],
        "rules": [each.model_dump(by_alias=True) for each in rules(data.draw, survey)],
        "goals": {"order": data.draw(st.permutations(["matched", "priority", "total"]))},
    }
    programme = Programme.read(stated)
    assert Programme.read(programme.model_dump(by_alias=True)) == programme
    assert Programme.read(programme.to_dict()) == programme
    assert Programme.parse(toml_text(programme.to_dict()).encode()) == programme
    assert Programme(**{name: getattr(programme, name) for name in Programme.model_fields}) == programme
    assert list(programme.fields) == list(survey.fields)


def test_a_ranking_takes_its_items_from_another_question_of_any_kind() -> None:
    question = {"question": "?", "kind": "ranking"}
    fields = {
        "grid": {"question": "?", "kind": "levels", "items": ["a", "b"], "levels": ["x", "y"]},
        "ticks": {"question": "?", "kind": "choices", "options": ["c", "d"]},
        "of_grid": {**question, "items_of": "grid"},
        "of_ticks": {**question, "items_of": "ticks"},
    }
    read = Programme.read({"programme": {"name": "Essai"}, "fields": fields}).fields
    assert getattr(read["of_grid"], "options", None) == ("a", "b")
    assert getattr(read["of_ticks"], "options", None) == ("c", "d")


def test_reading_does_not_change_what_it_is_given() -> None:
    data = {"programme": {"name": "Essai"}, "fields": {"a": {"question": "?", "kind": "ranking", "options": ["x"]}}}
    before = json.dumps(data)
    Programme.read(data)
    assert json.dumps(data) == before


def test_a_programme_needs_a_name_and_no_more() -> None:
    programme = Programme.read({"programme": {"name": "Essai"}})
    assert (programme.fields, programme.criteria, programme.rules) == ({}, (), ())


def test_a_mark_at_the_start_of_the_file_is_not_part_of_it(tmp_path: Path) -> None:
    assert Programme.load(write(tmp_path, SMALL.encode("utf-8-sig"))).name == "Essai"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('[programme]\nname = "Essai\n', "ligne 2"),
        ("[programme]\nname = 'a'\nname = 'b'\n", "ligne 3"),
        ("[programme\n", "ligne 1"),
        (SMALL + "[fields.a]\nkind = choice\n", "ligne 4"),
        (SMALL + "x = [1, 2\n", "fin du fichier"),
    ],
)
def test_a_fault_of_syntax_is_told_with_its_line(tmp_path: Path, content: str, line: str) -> None:
    with pytest.raises(ProgrammeError) as refusal:
        Programme.load(write(tmp_path, content.encode()))
    (problem,) = refusal.value.problems
    assert problem.where.startswith(line)
    assert problem.advice


@pytest.mark.parametrize("content", ["Prénom".encode("cp1252"), SMALL.encode("utf-16")])
def test_a_file_that_is_not_utf_8_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ProgrammeError, match="UTF-8"):
        Programme.load(write(tmp_path, content))


def test_a_file_that_is_not_there_is_refused_without_its_folder(tmp_path: Path) -> None:
    with pytest.raises(ProgrammeError) as refusal:
        Programme.load(tmp_path / "absent.toml")
    assert str(refusal.value).startswith("absent.toml")
    assert str(tmp_path) not in str(refusal.value)


@pytest.mark.parametrize(("before", "end"), [("", "\n"), ("\ufeff", "\n"), ("", "\r\n"), ("", "\r")])
def test_a_programme_in_memory_is_that_of_the_file(before: str, end: str, tmp_path: Path) -> None:
    path = examples.copy_to(tmp_path).programme
    content = before + path.read_text(encoding="utf-8").replace("\n", end)
    assert Programme.parse(content.encode()) == Programme.load(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe", "n’est pas en UTF-8"),
        (b"a = ", "ne peut pas être lu"),
        (b"a = " + b"[" * 10_000, "p.toml"),
        (b"[programme]\nnom = 1", "il manque « name »"),
    ],
)
def test_bytes_that_are_no_programme_are_refused_under_their_name(content: bytes, words: str) -> None:
    with pytest.raises(ProgrammeError, match=words) as refused:
        Programme.parse(content, "p.toml")
    assert "p.toml" in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        '[fields.""]\nkind = "text"\n',
        '[fields.a]\nkind = ""\n',
        '[fields.a]\nkind = "text"\n[[criteria]]\nkind = ""\n',
        '[fields.a]\nkind = "text"\n[[rules]]\nkind = " "\n',
        '[fields.a]\nkind = "text"\n[mapping]\n"" = "x"\n',
        '[fields.a]\nkind = "text"\n[[criteria]]\nkind = "same"\nfield = ""\n',
        '"" = 3\n[fields.a]\nkind = "text"\n',
        '[programme]\nlanguage = ""\n[fields.a]\nkind = "text"\n',
    ],
)
def test_what_is_empty_is_refused_in_words_and_leaves_no_hole(text: str) -> None:
    with pytest.raises(ProgrammeError) as caught:
        Programme.parse(text.encode())
    told = str(caught.value).replace("\xa0", " ")
    assert "(vide)" in told or "identifiant vide" in told
    assert "«  »" not in told
    assert "mapping » ; attendu" not in told
