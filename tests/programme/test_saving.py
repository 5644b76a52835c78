"""A programme is made of objects as of tables, and what is saved reads back as the same programme."""

import json
from collections.abc import Iterator
from datetime import date
from itertools import chain
from pathlib import Path
from shutil import copy2
from tempfile import TemporaryDirectory
from types import ModuleType, NoneType
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

import mentormatch as mm
from mentormatch import ProgrammeError
from mentormatch.errors import OutputError, OverwriteError
from mentormatch.examples import folder_of
from mentormatch.fields import fields_by_kind
from mentormatch.programme import programme as whole
from mentormatch.programme import sections
from mentormatch.rules import rules_by_kind
from mentormatch.scoring.criterion import criteria_by_kind
from mentormatch.survey.privacy import add_forgotten, forgotten_beside, secret_beside

FILES = sorted(Path(str(folder_of("mentorat"))).parent.rglob("programme*.toml"))


def made(**parts: Any) -> mm.Programme:
    """Return a small programme of objects, some parts of it others."""
    plain: dict[str, Any] = {
        "heading": mm.sections.Heading(name="Spring", language="en"),
        "fields": {
            "code": mm.fields.Text(use="key"),
            "skills": mm.fields.Choices(question="What can you do?", options=["Law", "Pay"]),
            "order": mm.fields.Ranking(items_of="skills", side="mentee"),
            "full_time": mm.fields.YesNo(),
        },
        "criteria": [mm.criteria.Overlap(field="skills", weight=2.5)],
        "rules": [mm.rules.Require(field="full_time", among=["yes"])],
    }
    return mm.Programme(**plain | parts)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_every_example_reads_back_as_it_was_saved(path: Path, tmp_path: Path) -> None:
    programme = mm.Programme.load(path)
    saved = programme.save(tmp_path / "new" / path.name)
    assert saved == tmp_path / "new" / path.name
    assert mm.Programme.load(saved) == programme
    assert mm.Programme.read(json.loads(json.dumps(programme.to_dict()))) == programme


def test_the_published_programme_reads_back_as_it_was_saved(shared_data: Path, tmp_path: Path) -> None:
    programme = mm.Programme.load(shared_data / "programme.toml")
    assert mm.Programme.load(programme.save(tmp_path / "p.toml")) == programme


def test_objects_and_tables_are_the_same_programme() -> None:
    tables = {
        "programme": {"name": "Spring", "language": "en"},
        "fields": {
            "code": {"kind": "text", "use": "key"},
            "skills": {"kind": "choices", "question": "What can you do?", "options": ["Law", "Pay"]},
            "order": {"kind": "ranking", "items_of": "skills", "side": "mentee"},
            "full_time": {"kind": "yesno"},
        },
        "criteria": [{"kind": "overlap", "weight": 2.5, "field": "skills"}],
        "rules": [{"kind": "require", "field": "full_time", "in": ["yes"]}],
    }
    assert made() == mm.Programme.read(tables)
    assert made().to_dict() == tables


def test_a_field_without_a_question_asks_its_id() -> None:
    programme = made()
    assert (programme.fields["code"].question, programme.fields["skills"].question) == ("code", "What can you do?")
    people = mm.read_survey(
        programme,
        mentors=[{"code": "M1", "skills": ["Law"], "full_time": True}],
        mentees=[{"code": "E1", "skills": [], "full_time": None}],
    )
    assert (people.mentors.ids, people.mentees.ids) == (("M1",), ("E1",))


def test_what_is_wrong_between_objects_is_told_as_of_a_file() -> None:
    with pytest.raises(ProgrammeError) as refused:
        made(criteria=[mm.criteria.Same(field="skill"), mm.criteria.Overlap(field="code")], heading=None)
    told = [problem.where for problem in refused.value.problems]
    assert told == ["programme", "criteria n° 1 : field", "criteria n° 2 : field"]
    assert "« skills »" in refused.value.problems[1].advice


def test_a_heading_that_is_told_twice_is_refused() -> None:
    with pytest.raises(ProgrammeError, match="heading"):
        made(programme={"name": "Autumn"})


def test_dates_of_a_programme_are_saved(tmp_path: Path) -> None:
    days = {"d": "2026-10-13 18:00", "e": date(2026, 11, 17)}
    stated = {"programme": {"name": "Essai"}, "sessions": {"dates": days, "blackouts": []}}
    programme = mm.Programme.read(stated)
    assert mm.Programme.read(json.loads(json.dumps(programme.to_dict()))) == programme
    assert mm.Programme.load(programme.save(tmp_path / "p.toml")) == programme


@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=4, max_size=4))
def test_any_text_is_saved(texts: list[str]) -> None:
    name, question, label, why = texts
    tables = {"programme": {"name": name}, "fields": {label: {"kind": "text", "question": question, "why": why}}}
    programme = mm.Programme.read(tables)
    with TemporaryDirectory() as folder:
        saved = programme.save(Path(folder) / "p.toml")
        assert mm.Programme.load(saved) == programme


def test_a_file_that_states_the_same_in_another_layout_stays_as_it_is(tmp_path: Path) -> None:
    path = made().save(tmp_path / "p.toml")
    text = "# ours\n" + path.read_text("utf-8").replace("weight = 2.5", "weight   =  2.50 # agreed in May")
    path.write_text(text, "utf-8")
    assert made().save(path) == path
    assert path.read_text("utf-8") == text
    with pytest.raises(OverwriteError):
        made(criteria=[]).save(path)
    path.write_text("not = [toml", "utf-8")
    with pytest.raises(OverwriteError):
        made().save(path)


def test_another_file_stays_unless_it_is_to_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / "programme.toml"
    path.write_text("# good\n", encoding="utf-8")
    with pytest.raises(OverwriteError):
        made().save(path)
    assert [*tmp_path.iterdir()] == [path]
    assert path.read_text("utf-8") == "# good\n"
    made().save(path, replace=True)
    kept = [one for one in tmp_path.iterdir() if one != path]
    assert [one.read_text("utf-8") for one in kept] == ["# good\n"]
    assert mm.Programme.load(path) == made()
    made().save(path)  # the same once more is no loss
    assert len([*tmp_path.iterdir()]) == 2


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        made().save(tmp_path)
    with pytest.raises(OutputError):
        made().save(tmp_path, replace=True)


def test_who_is_forgotten_is_not_known_again_in_another_place(tmp_path: Path) -> None:
    first, second = tmp_path / "a" / "programme.toml", tmp_path / "b" / "other.toml"
    made().save(first)
    add_forgotten(first, "M1")
    programme = mm.Programme.load(first)
    with pytest.raises(OutputError) as refused:
        programme.save(second)
    assert forgotten_beside(second).name in refused.value.problems[0].where
    assert not second.exists()
    for beside in (forgotten_beside, secret_beside):
        beside(second).parent.mkdir(exist_ok=True)
        copy2(beside(first), beside(second))
    assert mm.Programme.load(programme.save(second)).forgotten.holds("M1")
    programme.save(first)


def models() -> Iterator[type[BaseModel]]:
    kinds = chain(fields_by_kind().values(), criteria_by_kind().values(), rules_by_kind().values())
    held = [one for module in (sections, whole) for one in vars(module).values()]
    yield from kinds
    yield from (one for one in held if isinstance(one, type) and issubclass(one, BaseModel))


def test_none_is_said_by_default_alone() -> None:
    """TOML has no word for it: a setting that may be None, and is something else by default, could not be saved."""
    wrong = [
        (model.__name__, name)
        for model in models()
        for name, info in model.model_fields.items()
        if NoneType in get_args(info.annotation) and info.get_default(call_default_factory=True) is not None
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("room", "kinds"), [(mm.criteria, criteria_by_kind()), (mm.rules, rules_by_kind()), (mm.fields, fields_by_kind())]
)
def test_every_kind_has_a_name_in_python(room: ModuleType, kinds: dict[str, type]) -> None:
    assert [kind.__name__ for kind in kinds.values() if getattr(room, kind.__name__, None) is not kind] == []
    assert {kind.__name__ for kind in kinds.values()} <= {*dir(room)}


def test_help_says_first_what_a_programme_is_and_how_to_make_one() -> None:
    import pydoc

    screen = pydoc.plain(pydoc.render_doc(mm.Programme)).splitlines()[:32]
    text = "\n".join(screen)
    assert len(text) < 2_000
    assert "typing." not in text
    for words in ("mm.Programme(", 'Programme.load("programme.toml")', "Programme.read(", "save(path)"):
        assert words in text
