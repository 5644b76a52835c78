"""Whatever knows languages by name knows all of them."""

from typing import Any, get_args

import pytest

from mentormatch.contract.requests import CohortRequest
from mentormatch.groups import calendar
from mentormatch.languages import LANGUAGES
from mentormatch.programme.sections import Heading
from mentormatch.service.desk import desk_requests


def literal(annotation: Any) -> set[str]:
    """Return the texts that a type allows, also where it may be None."""
    return {text for part in get_args(annotation) for text in (get_args(part) or (part,)) if isinstance(text, str)}


@pytest.mark.parametrize(
    ("where", "known"),
    [
        ("the locale of days off", set(calendar.LANGUAGE)),
        ("a programme", literal(Heading.model_fields["language"].annotation)),
        ("a request", literal(CohortRequest.model_fields["language"].annotation)),
        ("the desk", literal(desk_requests.Language.__value__)),
    ],
)
def test_all_languages_are_known_to(where: str, known: set[str]) -> None:
    assert known == set(LANGUAGES), where
