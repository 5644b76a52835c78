"""A programme, once used, does not change; and it is easy to vary before."""

import copy
import pickle
from collections import UserDict, UserList
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

import mentormatch as mm
from mentormatch.base.immutable_models import FrozenDict, Part
from mentormatch.fields import fields_by_kind
from mentormatch.rules import rules_by_kind
from mentormatch.scoring.criterion import criteria_by_kind
from mentormatch.survey.privacy import Forgotten

OVERLAP = mm.criteria.Overlap(field="skills", name="skills")
SETTINGS: dict[str, Any] = {
    "heading": mm.sections.Heading(name="Spring", language="en"),
    "fields": {"code": mm.fields.Text(use="key"), "skills": mm.fields.Choices(options=["Law", "Pay"])},
    "criteria": [OVERLAP],
    "rules": [mm.rules.Common(field="skills")],
}


def below(kind: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield kind
    for child in kind.__subclasses__():
        yield from below(child)


def mutable(value: object) -> bool:
    """Return whether a value, or anything in it, can be changed in place."""
    if isinstance(value, BaseModel):
        return any(mutable(part) for _, part in value)
    if isinstance(value, FrozenDict):
        return any(mutable(part) for part in value.values())
    if isinstance(value, tuple):
        return any(mutable(part) for part in value)
    return isinstance(value, list | dict | set | bytearray)


@pytest.mark.promise(51)
def test_what_a_programme_holds_cannot_be_changed_in_place() -> None:
    for name in mm.examples.names():
        programme = mm.examples.programme(name)
        assert not mutable(programme)
        assert hash(programme) == hash(mm.examples.programme(name))
    untyped: Any = mm.examples.programme()
    with pytest.raises(AttributeError):
        untyped.rules.clear()
    with pytest.raises(TypeError):
        untyped.fields["code"] = None


OURS = sorted({kind for kind in below(Part) if kind.__module__.startswith("mentormatch.")}, key=str)


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.__name__)
def test_no_setting_is_by_default_one_that_can_be_changed(kind: type[BaseModel]) -> None:
    for name, info in kind.model_fields.items():
        default = info.get_default(call_default_factory=True)
        assert default is PydanticUndefined or not mutable(default), name


@pytest.mark.parametrize(
    "kind", [*criteria_by_kind().values(), *rules_by_kind().values()], ids=lambda kind: kind.__name__
)
def test_a_criterion_or_rule_of_any_kind_is_frozen_through_and_through(kind: Any) -> None:
    stated = kind.model_validate(kind.example)
    assert not mutable(stated)
    assert hash(stated) == hash(kind.model_validate(kind.example))
    assert pickle.loads(pickle.dumps(stated)) == copy.deepcopy(stated) == stated  # noqa: S301 - written here


def test_every_kind_of_question_is_frozen_through_and_through() -> None:
    found = {field.kind: field for name in mm.examples.names() for field in mm.examples.programme(name).fields.values()}
    assert found.keys() <= fields_by_kind().keys()
    assert len(found) >= 8
    assert not any(map(mutable, found.values()))


@pytest.mark.parametrize("shape", [list, tuple, UserList])
@pytest.mark.parametrize("table", [dict, UserDict, FrozenDict])
def test_any_sequence_and_any_mapping_make_the_same_programme(
    shape: type[Sequence[Any]], table: type[Mapping[str, Any]]
) -> None:
    make: Any = shape
    given: Any = table
    programme = mm.Programme(
        heading=mm.sections.Heading(name="Spring", language="en"),
        fields=given({"code": mm.fields.Text(use="key"), "skills": mm.fields.Choices(options=make(["Law", "Pay"]))}),
        criteria=make([OVERLAP]),
        rules=make(SETTINGS["rules"]),
        goals=mm.sections.Goals(order=make(["matched", "total"])),
    )
    plain = mm.Programme(**SETTINGS, goals=mm.sections.Goals(order=["matched", "total"]))
    assert programme == plain
    assert hash(programme) == hash(plain)
    assert pickle.loads(pickle.dumps(programme)) == copy.deepcopy(programme) == programme  # noqa: S301 - written here
    assert mm.Programme.read(programme.to_dict()) == programme


def test_a_list_kept_by_the_caller_is_not_that_of_the_programme() -> None:
    rules = list(SETTINGS["rules"])
    programme = mm.Programme(**{**SETTINGS, "rules": rules})
    rules.clear()
    assert len(programme.rules) == 1


@pytest.mark.parametrize("deep", [False, True])
def test_a_copy_with_changes_is_checked_as_a_new_one(*, deep: bool) -> None:
    programme = mm.Programme(**SETTINGS)
    with pytest.raises(mm.ProgrammeError, match="weight"):
        programme.criteria[0].model_copy(update={"weight": -5}, deep=deep)
    with pytest.raises(mm.ProgrammeError, match="skill"):
        programme.model_copy(update={"criteria": [mm.criteria.Overlap(field="skill")]}, deep=deep)
    with pytest.raises(mm.ProgrammeError, match="rulez"):
        programme.model_copy(update={"rulez": []}, deep=deep)
    with pytest.raises(mm.ProgrammeError, match="criteria"):
        programme.model_copy(update={"criteria": [3]}, deep=deep)
    assert programme.model_copy(update={"criteria": ()}, deep=deep).criteria == ()
    assert programme.model_copy(deep=deep) == programme
    assert programme.heading.model_copy(update={"keys": "common"}, deep=deep).keys == "common"


def test_who_is_forgotten_is_forgotten_in_every_variation() -> None:
    programme = mm.Programme(**SETTINGS)
    gone = Forgotten(frozenset({"token"}))
    programme._forgotten = gone
    varied = [
        programme.with_weights({"skills": 2}),
        programme.with_criteria([OVERLAP]),
        programme.with_rules(programme.rules),
        programme.without_rules(),
        programme.model_copy(update={"rules": []}),
        copy.deepcopy(programme),
    ]
    assert all(each.forgotten == gone for each in varied)


def test_weights_are_changed_by_name_label_or_kind() -> None:
    programme = mm.Programme(**SETTINGS)
    assert programme.with_weights({"skills": 3}).criteria[0].weight == 3
    assert programme.with_weights({"overlap": 3}) == programme.with_weights({"skills": 3})
    assert programme.criteria[0].weight == 1
    with pytest.raises(mm.RequestError, match="skills"):
        programme.with_weights({"skilz": 3})
    with pytest.raises(mm.ProgrammeError, match="weight"):
        programme.with_weights({"skills": -5})
    twice = programme.with_criteria([OVERLAP])
    with pytest.raises(mm.RequestError, match="2"):
        twice.with_weights({"overlap": 3})


def test_rules_are_added_checked_and_left_out_by_name_kind_or_themselves() -> None:
    programme = mm.Programme(**SETTINGS)
    named = programme.with_rules([mm.rules.Ban(mentor="M1", mentee="E1", name="cousins")])
    assert [rule.kind for rule in named.without_rules("cousins").rules] == ["common"]
    assert [rule.kind for rule in named.without_rules("common").rules] == ["ban"]
    assert named.without_rules(*programme.rules).rules == named.without_rules("common").rules
    assert named.without_rules().rules == ()
    with pytest.raises(mm.RequestError, match="cousins"):
        named.without_rules("cousin")
    untyped: Any = programme
    for wrong in ([mm.rules.Common(field="skill")], [3], [OVERLAP]):
        with pytest.raises((mm.ProgrammeError, mm.RequestError)):
            untyped.with_rules(wrong)


def test_a_wrong_setting_of_an_object_is_told_in_words() -> None:
    kinds: Any = mm.fields
    with pytest.raises(mm.ProgrammeError, match="key"):
        kinds.Text(use="kee")
    untyped: Any = mm
    for kind, wrong in (
        (untyped.sections.Heading, {"name": 3}),
        (untyped.criteria.Same, {}),
        (untyped.sections.Goals, {"order": "total"}),
    ):
        with pytest.raises(mm.ProgrammeError):
            kind(**wrong)
