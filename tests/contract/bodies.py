"""Requests of every operation, and what stands at each place of them."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from mentormatch.contract.member_requests import MembersRequest
from mentormatch.contract.operation import operations_by_kind
from mentormatch.contract.requests import CohortRequest

KINDS = sorted(operations_by_kind())
OF_PEOPLE = [kind for kind in KINDS if issubclass(operations_by_kind()[kind].request_type, CohortRequest)]
OF_MEMBERS = [kind for kind in KINDS if issubclass(operations_by_kind()[kind].request_type, MembersRequest)]
type Path = tuple[str | int, ...]


def example(kind: str, **parts: Any) -> dict[str, Any]:
    """Return a copy of the example of an operation, with other parts."""
    return deepcopy(operations_by_kind()[kind].example()) | parts


def places(value: Any, before: Path = ()) -> Iterator[Path]:
    """Yield every place in a JSON value."""
    yield before
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from places(part, (*before, key))


def replaced(value: Any, place: Path, part: Any) -> Any:
    """Return a JSON value with another part at a place."""
    if not place:
        return part
    copied = deepcopy(value)
    inside = copied
    for step in place[:-1]:
        inside = inside[step]
    inside[place[-1]] = part
    return copied


def texts(value: Any) -> Iterator[str]:
    """Yield every text in a JSON value, keys left out."""
    if isinstance(value, str):
        yield value
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in parts:
        yield from texts(part)
