"""Any JSON at any place of a request is answered, or refused as the contract says; nothing else is raised."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentormatch import ProgrammeError, RequestError
from mentormatch.contract.operation import ask
from mentormatch.rules import rules_by_kind
from mentormatch.scoring.criterion import criteria_by_kind
from tests.conftest import DEEP
from tests.contract.bodies import KINDS, example, places, replaced
from tests.contract.sent import rows, sent_programme

PROGRAMME = sent_programme()
EVERY_KIND = {
    **PROGRAMME,
    "criteria": [*PROGRAMME["criteria"], *(kind.example for kind in criteria_by_kind().values())],
    "rules": [*PROGRAMME["rules"], *(kind.example for kind in rules_by_kind().values() if kind.of_pairs)],
}
PLACES = list(places(EVERY_KIND))[1:]

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
@settings(max_examples=60 if DEEP else 8)
@given(data=st.data())
def test_any_json_is_answered_or_refused(kind: str, data: st.DataObject) -> None:
    sent = changed(data, kind)
    told = said(kind, sent if data.draw(st.booleans()) else json.dumps(sent))
    assert told.encode()
    assert "Input should" not in told, "words of a library"


@pytest.mark.promise(6)
@settings(max_examples=60 if DEEP else 8)
@given(data=st.data())
def test_any_json_in_a_programme_of_every_kind_is_answered_or_refused(data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(PLACES))
    programme = replaced(EVERY_KIND, place, data.draw(values))
    assert "Input should" not in said("diagnose", {"programme": programme, "rows": rows(), "time_limit_s": 0.1})


@pytest.mark.parametrize("named", [["transmettre"], {}, 1, None, True, "absent"])
def test_a_ranking_of_the_items_of_no_name_is_refused(named: Any) -> None:
    sent = replaced(EVERY_KIND, ("fields", "besoins", "items_of"), named)
    assert "besoins" in said("match", {"programme": sent, "rows": rows()})


def said(kind: str, sent: Any) -> str:
    """Return the answer as JSON, or why there is none."""
    try:
        return ask(kind, sent).to_json()
    except (RequestError, ProgrammeError) as refused:
        return str(refused)


@pytest.mark.parametrize("number", [10**12 + 1, 10**20, -(10**13), 1e300])
def test_a_number_beyond_any_measure_in_a_programme_is_told_with_its_place(number: float) -> None:
    sent = replaced(EVERY_KIND, ("fields", "besoins", "most"), abs(number))
    told = said("match", {"programme": sent, "rows": rows()})
    assert "fields.besoins.most : valeur hors des limites ; attendu : un nombre d’au plus" in told
    below = replaced(EVERY_KIND, ("rules", 3, "least"), -abs(number))
    assert "rules n° 4 : least : valeur hors des limites" in said("match", {"programme": below, "rows": rows()})


@pytest.mark.proof
def test_the_greatest_number_in_a_programme_is_taken() -> None:
    sent = replaced(EVERY_KIND, ("fields", "besoins", "most"), 10**12)
    assert '"status": "' in said("match", {"programme": sent, "rows": rows()})
