"""``==`` compares all that a result contains, arrays included; hash, ``in``, copies and pickles agree with it."""

import pickle
from collections.abc import Iterator, Mapping
from copy import copy, deepcopy
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pytest

import mentormatch as mm
from mentormatch.programme.interview.interview import DraftInterview
from tests.operations.results import MADE, problem, returned

MEASURED = {mm.results.Estimate}
"""What measures the machine is not the same twice."""
HOLD_MAPPINGS = {
    mm.CarryOver,
    mm.results.Contacts,
    mm.results.EditionResults,
    mm.Experiment,
    mm.results.Intake,
    mm.MatchResponse,
    mm.results.Profiles,
}
HOLD_MAPPINGS |= {DraftInterview, mm.Programme, mm.results.Verification, mm.results.Year}
"""What contains a dictionary or a list has no hash; a mapping may change."""
NOT_COMPARED = {
    "AccessQuestion.language": "in which it tells itself, the same facts in any",
    "AssignmentProblem.alike": "a hint for the solver, which changes no result",
    "Contribution.language": "in which it tells itself, the same facts in any",
    "DenseScores.count": "follows from the scores",
    "DenseScores.degrees": "follows from the scores",
    "Diagnosis.language": "in which it tells itself, the same facts in any",
    "GroupSolution.seconds": "another time at each solve",
    "Pair.language": "in which it tells itself, the same facts in any",
    "Repair.instance": "what its plans are solved from, which follows from the rest",
    "Reply.where": "a place in a file, for messages",
    "Solution.seconds": "another time at each solve",
    "SparseScores.count": "follows from the scores",
    "SparseScores.degrees": "follows from the scores",
}


@cache
def made(kind: type) -> Any:
    return MADE[kind]()


def inside(value: object) -> Iterator[Any]:
    """Yield every dataclass object inside a value, the value first."""
    if is_dataclass(value):
        yield value
        value = [getattr(value, part.name) for part in fields(value)]
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    for part in parts:
        yield from inside(part)


@cache
def kinds_inside() -> dict[type, Any]:
    """Return one object of each dataclass that stands anywhere in the results."""
    return {type(one): one for kind in MADE for one in inside(made(kind))}


def changed(one: Any, name: str) -> Any:
    """Return a copy with another value of one field: of an array, one number."""
    value = getattr(one, name)
    other: object = object()
    if isinstance(value, np.ndarray) and value.size:
        other = value.copy()
        other.flat[0] = ~value.flat[0] if value.dtype.kind == "b" else value.flat[0] + 1
    again = copy(one)
    object.__setattr__(again, name, other)
    return again


def test_every_result_of_a_public_function_is_made_here() -> None:
    assert returned() - MADE.keys() == set()


@pytest.mark.parametrize("kind", MADE, ids=lambda kind: kind.__name__)
def test_a_result_is_equal_when_it_is_made_twice_and_to_its_copies(kind: type) -> None:
    one = made(kind)
    assert type(one) is kind
    again = deepcopy(one) if kind in MEASURED else MADE[kind]()
    for other in (again, copy(one), deepcopy(one), pickle.loads(pickle.dumps(one))):  # noqa: S301 - made a moment before
        assert other == one
        assert other in [one]
        assert kind in HOLD_MAPPINGS or (hash(other) == hash(one) and other in {one})
    assert one != "something else"


def test_whatever_a_result_contains_is_compared_by_each_of_its_fields() -> None:
    assert len(kinds_inside()) > 90
    for kind, one in kinds_inside().items():
        assert deepcopy(one) == one, kind
        same = {part.name for part in fields(one) if changed(one, part.name) == one}
        assert {f"{kind.__name__}.{name}" for name in same} <= NOT_COMPARED.keys()


def test_what_is_not_compared_is_what_is_listed() -> None:
    found = {f"{kind.__name__}.{part.name}" for kind in kinds_inside() for part in fields(kind) if not part.compare}
    assert found == NOT_COMPARED.keys()


def test_how_long_a_solve_took_makes_no_other_solution() -> None:
    solution = mm.solve(problem())
    assert replace(solution, seconds=9.0) == solution
