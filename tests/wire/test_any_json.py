"""Any JSON at any place of a request is answered, or refused as the contract says; nothing else is raised."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentormatch.errors import ProgrammeError, RequestError
from mentormatch.wire.operation import ask
from tests.wire.bodies import KINDS, example, places, replaced

words = st.sampled_from(["", "M01", "E01", "needs", "choice", "number", "coverage", "pin", "\ud800", "1", "a" * 2_000])
leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([0, 1, -1, 2, 1.0, 0.5, 2**53, 2**64, 10**30, 1e300])
    | st.floats()
    | words
    | st.text(max_size=5)
)
keys = words | st.sampled_from(["kind", "id", "answers", "fields", "rules", "programme", "__class__", "in", "options"])
values = st.recursive(
    leaves, lambda inside: st.lists(inside, max_size=3) | st.dictionaries(keys, inside, max_size=3), max_leaves=6
)


def changed(data: st.DataObject, kind: str) -> Any:
    """Draw the example of an operation with some of its places replaced, or a key more."""
    sent: Any = example(kind)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.sampled_from(list(places(sent))))
        part = data.draw(values)
        if data.draw(st.booleans()) and isinstance(part, dict):
            part = {**part, **(inside if isinstance(inside := at(sent, place), dict) else {})}
        sent = replaced(sent, place, part)
    return sent


def at(value: Any, place: tuple[str | int, ...]) -> Any:
    for step in place:
        value = value[step]
    return value


@pytest.mark.promise(6)
@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60)
@given(data=st.data())
def test_any_json_is_answered_or_refused(kind: str, data: st.DataObject) -> None:
    sent = changed(data, kind)
    told = said(kind, sent if data.draw(st.booleans()) else json.dumps(sent))
    assert told.encode()
    assert "Input should" not in told, "words of a library"


def said(kind: str, sent: Any) -> str:
    """Return the answer as JSON, or why there is none."""
    try:
        return ask(kind, sent).to_json()
    except (RequestError, ProgrammeError) as refused:
        return str(refused)
