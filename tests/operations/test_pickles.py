"""What is kept as a pickle comes back equal, and another version says in words that it cannot read it."""

import pickle
from collections.abc import Callable
from copy import copy, deepcopy
from functools import cache
from inspect import isclass, isfunction
from typing import Any

import numpy as np
import pytest

import mentormatch as mm
from mentormatch.base.data_objects import VersionedPickle
from tests.doors import substitute


def groups() -> mm.GroupProblem:
    return mm.GroupProblem.from_scores(np.arange(36).reshape(6, 6) + np.arange(36).reshape(6, 6).T, [3, 3])


def explained() -> mm.Matching:
    matching = mm.match(mm.examples.cohort(), mm.examples.programme())
    assert matching.pairs
    assert matching.unmatched
    assert matching.frames.pairs is not None
    return matching


MADE: dict[str, Callable[[], Any]] = {
    "a cohort": mm.examples.cohort,
    "a programme": mm.examples.programme,
    "a solution": lambda: mm.solve(mm.AssignmentProblem.from_scores([[0.9, 0.1], [0.8, 0.7]])),
    "a matching that was explained": explained,
    "a problem of groups": groups,
    "a solution of groups": lambda: mm.form_groups(groups()),
    "groups": lambda: mm.form_groups(mm.examples.cohort("codeveloppement"), mm.examples.programme("codeveloppement")),
}


@cache
def made(kind: str) -> Any:
    return MADE[kind]()


@pytest.mark.parametrize("kind", MADE)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_comes_back_equal(kind: str, protocol: int) -> None:
    one = made(kind)
    again = pickle.loads(pickle.dumps(one, protocol))  # noqa: S301 - written a moment before
    assert again == one
    assert type(again) is type(one)


@pytest.mark.parametrize("kind", MADE)
def test_a_copy_is_equal(kind: str) -> None:
    assert copy(made(kind)) == made(kind)
    assert deepcopy(made(kind)) == made(kind)


@pytest.mark.parametrize("kind", MADE)
def test_a_pickle_of_another_version_is_refused_in_words(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "base", __version__="0.0.9")
    kept = pickle.dumps(made(kind))
    monkeypatch.undo()
    with pytest.raises(mm.RequestError, match=r"mentormatch 0\.0\.9") as refused, mm.language("en"):
        pickle.loads(kept)  # noqa: S301 - written a moment before
    assert "decision file" in str(refused.value)


def test_the_version_is_looked_at_before_any_class(monkeypatch: pytest.MonkeyPatch) -> None:
    """A class that has moved since is not missed first."""
    substitute(monkeypatch, "base", __version__="0.0.9")
    kept = pickle.dumps(mm.examples.cohort()).replace(b"mentormatch.people.cohort", b"mentormatch.people.gone_1")
    monkeypatch.undo()
    assert b"gone_1" in kept
    with pytest.raises(mm.RequestError, match=r"0\.0\.9"):
        pickle.loads(kept)  # noqa: S301 - written a moment before


def test_all_that_a_function_returns_knows_its_version() -> None:
    functions = [named for name in dir(mm) if isfunction(named := getattr(mm, name))]
    returned = {function.__annotations__.get("return") for function in functions}
    ours = {kind for kind in returned if isclass(kind) and kind.__module__.startswith("mentormatch.")}
    assert len(ours) > 15
    unversioned = {kind for kind in ours if not issubclass(kind, VersionedPickle)}
    assert [kind for kind in unversioned if not kind.__module__.startswith("mentormatch.notebook")] == []
