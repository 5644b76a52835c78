"""What is kept as a pickle comes back equal, and another version says in words that it cannot read it."""

import pickle
from functools import cache
from typing import Any

import pytest

import mentormatch as mm
from mentormatch.base.data_objects import VersionedPickle
from tests.doors import substitute
from tests.operations.results import MADE, returned

KINDS = (
    mm.Cohort,
    mm.Programme,
    mm.Solution,
    mm.Matching,
    mm.GroupProblem,
    mm.results.GroupSolution,
    mm.results.Grouping,
)


@cache
def made(kind: type) -> Any:
    return MADE[kind]()


def test_a_matching_that_was_explained_comes_back_equal() -> None:
    matching = MADE[mm.Matching]()
    assert matching.pairs
    assert matching.unmatched
    assert matching.frames.pairs is not None
    again = pickle.loads(pickle.dumps(matching))  # noqa: S301 - written a moment before
    assert again == matching
    assert again.pairs == matching.pairs


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_comes_back_equal(kind: type, protocol: int) -> None:
    one = made(kind)
    again = pickle.loads(pickle.dumps(one, protocol))  # noqa: S301 - written a moment before
    assert again == one
    assert type(again) is type(one)


@pytest.mark.parametrize("kind", KINDS)
def test_a_pickle_of_another_version_is_refused_in_words(kind: type, monkeypatch: pytest.MonkeyPatch) -> None:
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
    assert len(returned()) > 15
    parts = {mm.results.ExchangeCost, mm.results.Letter, mm.results.PartnerOption, mm.Reply}
    assert {kind for kind in returned() - parts if not issubclass(kind, VersionedPickle)} == set()
