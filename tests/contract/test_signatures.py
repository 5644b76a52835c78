"""An operation in JSON and the call of the library take the same: what only one of them takes is written here."""

from inspect import Parameter, signature
from typing import Any

import pytest
from pydantic_core import PydanticUndefined

from mentormatch.contract.operation import operations_by_kind
from mentormatch.programme.sections import Sessions
from tests.conftest import ROOT

OBJECTS = {"self", "cohort", "programme", "matching", "grouping", "approvals", "availabilities"}
"""What Python holds as one object. A message spells it out, and says in which language it is answered:"""
SPELT_OUT = {
    *("schema_version", "language", "programme", "rows"),
    *("mentors", "mentees", "members", "facilitators", "former"),
}
OF_SESSIONS = {*Sessions.model_fields, "sessions", "n", "candidates", "field", "public", "absences", "name"}
"""What these calls take from who has no programme; the operations find it in the section ``sessions`` of theirs."""
OF_THE_MACHINE = {"executor", "memory_mb", "cancel"}
"""Workers, memory and events of one process: a service has its own."""
PYTHON_ALONE: dict[str, set[str]] = {
    "access": {"price_limit_s"},  # a service has limits of its own
    "dates": {"group_name", "others", "required"},  # of one group among several, which a message does not know
    "draw": {"record"},  # a file, whose parts are sent
    "topics": {"goals"},  # no programme states them
    "turns": {"group_name", "zone"},  # of one group among several; of a programme, the question about slots
    "verify": {"path", "journal", "against"},  # files: what stands in them is sent, as ``decision`` and ``log``
}
JSON_ALONE: dict[str, set[str]] = {
    "draw": {"second", "seed"},
    "dates": {"number", "staff"},  # instead of the programme's; parts of the result
    "evaluate": {"best", "seed", "ties", "proofs"},  # what ``match`` says, beside
    "repair": {"choices", "ladder", "steps", "reserves"},  # parts of the result
    "topics": {"number", "staff"},
    "turns": {"dates"},  # of those that the programme proposes
    "verify": {"decision", "log"},
}
OTHER_DEFAULTS = {("repair", "seed"), ("reply", "seed"), ("repair", "arrived"), ("reply", "arrived")}
"""In Python the seed is that of the matching that is repaired or proposed, which in a message has none of its own.

``arrived`` are the newcomers; in a message these are keys, and the people stand among the others.
"""


def taken(kind: str) -> dict[str, Any]:
    """Return what the calls of Python take for an operation, each with its default."""
    given = {
        name: one.default
        for call in operations_by_kind()[kind].calls
        for name, one in signature(call).parameters.items()
    }
    of_sessions = OF_SESSIONS if kind in ("dates", "topics", "turns") else set()
    return {name: default for name, default in given.items() if name not in OBJECTS | OF_THE_MACHINE | of_sessions}


def asked(kind: str) -> dict[str, Any]:
    """Return what a message may hold for an operation, each with its default."""
    fields = operations_by_kind()[kind].request_type.model_fields
    return {
        name: field.get_default(call_default_factory=True) for name, field in fields.items() if name not in SPELT_OUT
    }


def plain(default: Any) -> Any:
    """Return a default in a form that both can be compared in."""
    return () if default == [] else None if default in (Parameter.empty, PydanticUndefined) else default


@pytest.mark.parametrize("kind", operations_by_kind())
def test_the_pages_on_json_tell_of_every_operation(kind: str) -> None:
    pages = ROOT / "docs" / "reference"
    rows = (pages / "contract.md").read_text(encoding="utf-8").splitlines()
    assert sum(row.startswith(f"| `{kind}` |") for row in rows) == 1, "docs/reference/contract.md has no row for it"
    sections = (pages / "python" / "contract.rst").read_text(encoding="utf-8").splitlines()
    assert kind in sections, "docs/reference/python/contract.rst has no section for it"


@pytest.mark.parametrize("kind", operations_by_kind())
def test_python_and_json_take_the_same(kind: str) -> None:
    in_python, in_json = set(taken(kind)), set(asked(kind))
    assert in_python - in_json == PYTHON_ALONE.get(kind, set())
    assert in_json - in_python == JSON_ALONE.get(kind, set())


@pytest.mark.parametrize("kind", operations_by_kind())
def test_what_both_take_has_the_same_default(kind: str) -> None:
    in_python, in_json = taken(kind), asked(kind)
    differ = {(kind, name) for name in {*in_python} & {*in_json} if plain(in_python[name]) != plain(in_json[name])}
    assert differ <= OTHER_DEFAULTS
