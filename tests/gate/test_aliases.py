"""Names that moved are at their old place for two minor releases, and warn."""

import re
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import mentormatch
from mentormatch.explanation.names import NamesByPerson
from mentormatch.operations.matching import sheets_of

ROOMS = [
    path.parent.relative_to(Path(mentormatch.__file__).parents[1]).as_posix().replace("/", ".")
    for path in Path(mentormatch.__file__).parent.rglob("__init__.py")
    if "moved_names(" in path.read_text("utf-8")
]
MOVED = [
    (room, *each)
    for room in ROOMS
    for each in re.findall(r'"(\w+)": "([\w.]+):(\w+)"', Path(str(import_module(room).__file__)).read_text("utf-8"))
]


@pytest.mark.parametrize(("room", "name", "module", "new"), MOVED)
def test_a_name_that_moved_is_the_new_one_and_warns(room: str, name: str, module: str, new: str) -> None:
    with pytest.warns(DeprecationWarning, match=re.escape(f"{room}.{name} is now {module}.{new}")):
        assert getattr(import_module(room), name) is getattr(import_module(module), new)


def test_an_unknown_name_of_a_room_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"module 'mentormatch\.record' has no attribute 'apend'"):
        import_module("mentormatch.record").apend  # noqa: B018  # looking it up is what raises


@pytest.mark.parametrize("name", sorted({*mentormatch.results.__all__} - {*dir(mentormatch)}))
def test_a_class_of_results_that_stood_at_the_top_warns_there(name: str) -> None:
    with pytest.warns(DeprecationWarning, match=f"mentormatch.{name} is now mentormatch.results.{name}"):
        assert getattr(mentormatch, name) is getattr(mentormatch.results, name)


@pytest.mark.parametrize(
    ("name", "room"),
    [("Heading", mentormatch.sections), ("OverwriteError", mentormatch.errors), ("ProgrammeText", mentormatch.edits)],
)
def test_a_name_that_moved_to_a_room_warns_at_the_top(name: str, room: ModuleType) -> None:
    with pytest.warns(DeprecationWarning, match=f"mentormatch.{name} is now {room.__name__}.{name}"):
        assert getattr(mentormatch, name) is getattr(room, name)


@pytest.mark.parametrize(("old", "new"), [("propose", "answer_json"), ("draw", "draw_experiment")])
def test_a_renamed_function_is_the_new_one_and_warns(old: str, new: str) -> None:
    with pytest.warns(DeprecationWarning, match=f"mentormatch.{old} is now mentormatch.{new}"):
        assert getattr(mentormatch, old) is getattr(mentormatch, new)
    assert old not in dir(mentormatch)


def test_a_renamed_property_is_the_new_one_and_warns() -> None:
    matching = mentormatch.match(mentormatch.examples.cohort(), mentormatch.examples.programme())
    with pytest.warns(DeprecationWarning, match="Matching.hollow is now is_vacuous"):
        assert matching.hollow is matching.is_vacuous is False


def test_what_functions_do_now_is_done_by_the_old_members_too_which_warn() -> None:
    matching = mentormatch.match(mentormatch.examples.cohort(), mentormatch.examples.programme())
    names: NamesByPerson = {("mentee", "E01"): "Zoé"}
    with pytest.warns(DeprecationWarning, match=r"Matching.case is now mentormatch\.operations\.matching\.case_of"):
        assert matching.case.solution is matching.solution
    with pytest.warns(DeprecationWarning, match=r"Matching.grid is now mentormatch\.operations\.matching\.grid_of"):
        assert matching.grid.points.shape == matching.problem.shape
    with pytest.warns(DeprecationWarning, match=r"Matching.named_sheets is now .*\.sheets_of"):
        assert matching.named_sheets(names)["pairs"] == sheets_of(matching, names)["pairs"]
    with pytest.warns(DeprecationWarning, match=r"Programme.must_form_pairs is now .*\.require_pairs"):
        matching.programme.must_form_pairs()
    with pytest.warns(DeprecationWarning, match=r".*must_form_groups is now"), pytest.raises(mentormatch.RequestError):
        matching.programme.must_form_groups()


RELEASED = [  # the public names of version 0.2.0, but for its module ``base``, which was never documented
    "AssignmentProblem",
    "Cohort",
    "Dates",
    "Decisions",
    "Estimate",
    "Grouping",
    "Intake",
    "MatchRequest",
    "MatchResponse",
    "Matching",
    "MentorMatchError",
    "Programme",
    "Progress",
    "Repair",
    "Rotation",
    "Solution",
    "Status",
    "Topics",
    "Turns",
    "anonymous_profiles",
    "carry_over",
    "choose_dates",
    "choose_topics",
    "diagnose",
    "estimate",
    "evaluate",
    "examples",
    "follow_up",
    "form_groups",
    "intake",
    "language",
    "match",
    "meeting_dates",
    "open_board",
    "pictures",
    "plans",
    "progress",
    "propose",
    "pseudonyms_for",
    "read_carry_over",
    "read_contacts",
    "read_decisions",
    "read_groups",
    "read_pairs",
    "read_survey",
    "repair",
    "rotate",
    "schedule_turns",
    "solve",
    "with_history",
    "with_wishes",
    "write_carry_over",
    "write_handouts",
]


@pytest.mark.parametrize("name", RELEASED)
def test_a_name_of_the_last_release_is_there_or_warns(name: str) -> None:
    if name in dir(mentormatch):
        getattr(mentormatch, name)  # warnings are errors
    else:
        with pytest.warns(DeprecationWarning, match=rf"mentormatch\.{name} is now "):
            getattr(mentormatch, name)
