"""Whatever a public function is given, nothing but errors of ours leaves it, and these name the argument.

The functions are found by looking: every function at the door, those of ``mm.examples``, the methods of the public
classes that take arguments, and the constructors that check theirs. Those that are left out are listed, with why.
"""

import inspect
import math
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import nullcontext
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from pydantic import BaseModel

import mentormatch as mm
from mentormatch.survey.privacy import Pseudonyms
from tests.conftest import DEEP

OF_THE_LIBRARY = "the library calls it on extensions, with arguments of its own"
OF_THE_SOLVER = "arithmetic on arrays, in the loops of the solver"
OF_DOCUMENTS = "takes labels that only documents of the library make"
OF_JSON = "its arguments are JSON, which the contract checks whole"
OF_A_WINDOW = "makes a window of a notebook, which goes on after the call"
LEFT_OUT: Mapping[str, str] = {
    "Criterion": OF_THE_LIBRARY,
    "Rule": OF_THE_LIBRARY,
    "Documents.mistakes": OF_THE_LIBRARY,
    "Grouped.mistakes": OF_THE_LIBRARY,
    "Heading.with_rule_on_both": OF_THE_LIBRARY,
    "Role.mistakes": OF_THE_LIBRARY,
    "Sessions.mistakes": OF_THE_LIBRARY,
    "People.find": "",
    "People.has": "",
    "People": "columns, as criteria and rules read them",
    "Person": "columns, as criteria and rules read them",
    "AssignmentProblem.from_scores": "",
    "AssignmentProblem": OF_THE_SOLVER,
    "GroupProblem.from_scores": "",
    "GroupProblem": OF_THE_SOLVER,
    "Row": OF_THE_SOLVER,
    "ExchangeCost": OF_THE_SOLVER,
    "Progress": OF_THE_SOLVER,
    "ProportionEstimate": OF_THE_SOLVER,
    "MatchRequest": OF_JSON,
    "MatchResponse": OF_JSON,
    "sentences_for": OF_DOCUMENTS,
    "sheet_with": OF_DOCUMENTS,
    "relabel": OF_DOCUMENTS,
    "Grouping.name_of": OF_DOCUMENTS,
    "ProposalRecord.renamed": OF_DOCUMENTS,
    "examples.names": "takes no argument",
    "prepare_notebook": "takes no argument, and changes the notebook that is open",
    "open_board": OF_A_WINDOW,
    "open_departures": OF_A_WINDOW,
    "open_documents": OF_A_WINDOW,
    "open_files": OF_A_WINDOW,
    "open_form": OF_A_WINDOW,
}
"""Classes, methods of a class, or of any; an empty text takes one back in."""

CONSTRUCTORS = (mm.Cohort, mm.results.Contacts, mm.results.Decisions, mm.Row)
SECTIONS = ("Documents", "FollowUp", "Goals", "Grouped", "Heading", "Role", "Sessions", "Sharing", "Wordings")


def why_left_out(name: str) -> str:
    """Return why a function is left out, empty if it is not."""
    kind, _, method = name.rpartition(".")
    return next((LEFT_OUT[key] for key in (name, kind, method) if key in LEFT_OUT), "")


def public_functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield every public function and method that takes an argument, by its name."""
    top, results = vars(mm)["__all__"], mm.results.__all__
    places = {**dict.fromkeys(results, mm.results), **dict.fromkeys(top, mm), **dict.fromkeys(SECTIONS, mm.sections)}
    for name, place in {**places, "ProgrammeText": mm.edits, "ProgrammeVersions": mm.edits}.items():
        offered = getattr(place, name)
        if inspect.isfunction(offered):
            yield name, offered
        elif inspect.isclass(offered):
            for method in dir(offered):
                static = inspect.getattr_static(offered, method)
                function = getattr(static, "__func__", static)
                ours = inspect.isfunction(function) and function.__module__.startswith("mentormatch")
                if ours and not method.startswith("_") and len(inspect.signature(function).parameters) > 1:
                    yield f"{name}.{method}", getattr(offered, method)
    for name, function in vars(mm.examples).items():
        if inspect.isfunction(function) and function.__module__ == mm.examples.__name__ and name != "folder_of":
            yield f"examples.{name}", function


def called() -> dict[str, Callable[..., Any]]:
    """Return the functions that the law is about, methods bound to an object."""
    found = {name: function for name, function in public_functions() if not why_left_out(name)}
    return {**found, **{kind.__name__: kind for kind in CONSTRUCTORS}}


def answers(keys: list[str]) -> list[dict[str, object]]:
    return [{"code": key, "skills": ["Law", "Pay"][: 1 + place % 2], "when": ["mon"]} for place, key in enumerate(keys)]


class Good:
    """What fits, by the name of a parameter or by the class of an object."""

    def __init__(self) -> None:
        fields: dict[str, Any] = {
            "code": mm.fields.Text(use="key"),
            "skills": mm.fields.Choices(options=["Law", "Pay"]),
            "when": mm.fields.Choices(options=["mon", "tue"]),
        }
        self.programme = mm.Programme(
            heading=mm.sections.Heading(name="Spring", language="en"),
            fields=fields,
            criteria=[mm.criteria.Overlap(field="skills")],
        )
        mentors, mentees = answers(["M1", "M2"]), answers(["E1", "E2"])
        self.cohort = mm.read_survey(self.programme, mentors=mentors, mentees=mentees)
        self.matching = mm.match(self.cohort, self.programme)
        self.contacts = mm.results.Contacts((), {})
        self.groups = mm.Programme(
            heading=mm.sections.Heading(name="Groups"),
            fields=fields,
            criteria=self.programme.criteria,
            groups=mm.sections.Grouped(size=2),
        )
        self.grouping = mm.form_groups(mm.read_survey(self.groups, mentors), self.groups)
        self.problem = mm.AssignmentProblem.from_scores([[1, 2], [3, 4]])
        proposal = mm.Proposal.of(self.matching)
        intake = mm.intake(self.programme, mentors=mentors, mentees=mentees)
        text = mm.edits.ProgrammeText.of(b'[programme]\nname = "x"\n')
        made: list[Any] = [
            self.programme,
            self.cohort,
            self.matching,
            self.contacts,
            self.grouping,
            self.problem,
            proposal,
            intake,
            text,
            mm.solve(self.problem),
            mm.carry_over(self.matching),
            mm.repair(self.matching),
            mm.edits.ProgrammeVersions.of(text),
            mm.results.Year(self.programme, self.matching.pairs, ()),
            self.cohort.mentors,
            self.matching.certificate,
            proposal.record,
            mm.choose_topics({"a": ["x"], "b": ["x", "y"]}, 1),
            mm.schedule_turns(["a", "b"], 2),
            mm.Experiment.of(self.programme, self.programme.with_criteria([mm.criteria.Overlap(field="when")]), 3),
            mm.rotate(self.grouping),
            mm.choose_dates({"a": ["2026-10-01", "2026-10-29"]}, ["2026-10-01", "2026-10-29"], 1),
            mm.anonymous_profiles(mm.examples.cohort(), mm.examples.programme(), Pseudonyms(b"s" * 32)),
            self.programme.heading,
            self.groups.groups,
            mm.sections.Documents(),
            mm.sections.FollowUp(),
            mm.sections.Goals(),
            mm.sections.Role(field="side", mentor="Mentor", mentee="Mentee"),
            mm.sections.Sessions(),
            mm.sections.Sharing(),
            mm.sections.Wordings(),
        ]
        self.made = {type(one).__name__: one for one in made if one is not None}
        self.by_name: dict[str, Any] = {
            "mentor": "M1",
            "mentee": "E1",
            "person": "M1",
            "key": "M1",
            "code": "x",
            "side": "mentor",
            "language": "fr",
            "pairs": [("M1", "E1")],
            "scores": [[1, 2], [3, 4]],
            "sizes": [2],
            "rounds": 1,
            "seed": 1,
            "n": 1,
            "k": 1,
            "axis": 0,
            "person_row": 0,
            "pair": (0, 0),
            "first": date(2026, 9, 1),
            "last": date(2026, 12, 1),
            "use": "key",
            "content": b'[programme]\nname = "x"\n',
            "data": {"programme": {"name": "x"}},
            "text": "{}",
            "sessions": 1,
            "kind": "proposal",
            "waves": {},
            "weights": {"overlap": 2},
            "rules": [],
            "criteria": [],
            "name": "mentorat",
            "group": ["a", "b"],
            "approvals": {"a": ["x"]},
            "candidates": ["2026-10-01"],
            "availabilities": {"a": ["2026-10-01"]},
            "editions": [],
            "folder": "out",
            "path": "out.json",
            "target": "out",
            "record": "none.json",
            "spoken": "fr",
            "written": [],
            "request": {},
            "notes": [],
            "source": [],
            "answers": None,
            "zone": "Europe/Paris",
            "clocks": [],
            "contributions": (),
            "at_most": 1,
            "names": {},
            "months": 1,
        }


@cache
def good() -> Good:
    return Good()


def junk() -> tuple[Any, ...]:
    """Return what no caller should give, and what some would."""
    made = good()
    return (
        None,
        True,
        0,
        1,
        -1,
        3.0,
        2.5,
        math.nan,
        math.inf,
        10**30,
        "",
        "x",
        "M1",
        b"x",
        "x" * 500,
        [],
        [3],
        ["x"],
        [None],
        [("M1", "E1")],
        [("E1", "M1")],
        [("M1",)],
        [(1, 2)],
        ("x", 3),
        {},
        {"a": 1},
        {3: None},
        {"x": ["y"]},
        {("mentor", "M1"): 3},
        set(),
        {"x"},
        object(),
        int,
        len,
        lambda *_: 3,
        Path("nothing"),
        date(2026, 1, 1),
        np.eye(2),
        np.int64(1),
        np.array(["x"]),
        pd.DataFrame({"a": [1]}),
        pd.DataFrame({"mentor": ["M1"], "mentee": ["E1"]}),
        pd.Series([1]),
        Executor,
        made.programme,
        made.cohort,
        made.matching,
        made.problem,
        made.matching.pairs,
        made.matching.solution,
        made.cohort.mentors,
        made.groups,
        made.grouping,
        [made.matching],
        mm.sections.Heading(name="x"),
        range(3),
        iter([1]),
    )


def bound(name: str) -> Callable[..., Any]:
    """Return a function; a method of an object that is there."""
    function = called()[name]
    kind, _, method = name.partition(".")
    if method and kind != "examples" and not inspect.ismethod(function):
        if kind not in good().made:
            pytest.fail(f"no {kind} is made here")
        return getattr(good().made[kind], method)  # type: ignore[no-any-return]  # a method
    return function


def fitting(parameter: inspect.Parameter) -> Any:
    """Return a value that fits a parameter, or at least has the right type."""
    made = good()
    annotation = getattr(parameter.annotation, "__name__", str(parameter.annotation))
    if annotation in made.made:
        return made.made[annotation]
    if parameter.name in made.made:
        return made.made[parameter.name]
    attribute = getattr(made, parameter.name, None)
    return attribute if attribute is not None else made.by_name.get(parameter.name)


@pytest.mark.promise(50)
@pytest.mark.parametrize("name", sorted(called()))
@settings(max_examples=40 if DEEP else 2, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_nothing_but_errors_of_ours_leaves_a_public_function(
    name: str, data: st.DataObject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    function = bound(name)
    positional, named = drawn_arguments(function, data)
    try:
        result = function(*positional, **named)
        with result if hasattr(result, "__enter__") else nullcontext():
            pass
    except mm.MentorMatchError as error:
        refused: mm.MentorMatchError | None = error
    else:
        refused = None
    assert refused is None or str(refused)


def drawn_arguments(function: Callable[..., Any], data: st.DataObject) -> tuple[list[Any], dict[str, Any]]:
    """Draw the arguments of a call: one or two that are anything, the others fit or are left to their defaults."""
    parameters = list(inspect.signature(function).parameters.values())
    wrong = data.draw(st.sets(st.integers(0, len(parameters) - 1), min_size=1, max_size=2), label="wrong")
    positional: list[Any] = []
    named: dict[str, Any] = {}
    for place, parameter in enumerate(parameters):
        is_needed = parameter.default is parameter.empty and parameter.kind not in (
            parameter.VAR_POSITIONAL,
            parameter.VAR_KEYWORD,
        )
        if place not in wrong and not is_needed:
            continue
        value = data.draw(st.sampled_from(junk())) if place in wrong else fitting(parameter)
        if (is_needed and parameter.kind is not parameter.KEYWORD_ONLY) or parameter.kind is parameter.VAR_POSITIONAL:
            positional.append(value)
        else:
            named[parameter.name] = value
    return positional, named


def test_every_function_that_is_left_out_says_why_and_is_there() -> None:
    names = {name for name, _ in public_functions()}
    parts = {part for name in names for part in (name, *name.split("."))}
    assert LEFT_OUT.keys() <= parts


def test_every_argument_of_a_public_function_is_checked() -> None:
    unchecked = [
        name
        for name, function in called().items()
        if not hasattr(inspect.unwrap(function, stop=is_checked), "is_checked")
    ]
    assert unchecked == [kind.__name__ for kind in CONSTRUCTORS]
    assert all(is_checked(kind.__init__) for kind in CONSTRUCTORS)


def is_checked(function: Any) -> bool:
    return hasattr(function, "is_checked")


def test_every_object_that_is_expected_says_how_it_is_made() -> None:
    """The annotations of all public functions can be read, and each class among them names a call that is there."""
    expected = {
        annotation
        for function in called().values()
        for annotation in inspect.signature(function).parameters.values()
        if inspect.isclass(annotation.annotation) and annotation.annotation.__module__.startswith("mentormatch")
    }
    kinds = {parameter.annotation for parameter in expected if not issubclass(parameter.annotation, BaseModel)}
    ways = {kind.__name__: kind.made_by for kind in kinds if hasattr(kind, "made_by")}
    assert {"Cohort", "Matching", "AssignmentProblem", "Solution", "Contacts"} <= ways.keys()
    for call in ways.values():
        path = call.partition("(")[0].split(".")[1:]
        found: Any = mm
        for step in path:
            found = getattr(found, step)
        assert callable(found)
