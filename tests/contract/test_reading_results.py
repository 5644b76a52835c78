"""A response reads results by their attributes and JSON by its keys, and hides no error of a result."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import Field as Setting
from pydantic import ValidationError

from mentormatch import EngineError, RequestError
from mentormatch.contract.operation import ask
from mentormatch.contract.response import PairKeys, Points, Response
from tests.contract.bodies import KINDS, example


class Shown(Response):
    gain: Points = Setting(validation_alias="millionths")
    pairs: list[PairKeys]
    note: str = ""


@dataclass
class Found:
    millionths: int = 250_000
    pairs: tuple[tuple[str, str], ...] = (("M1", "E1"),)


class Failing:
    def __init__(self, error: BaseException) -> None:
        self.error = error

    @property
    def millionths(self) -> int:
        raise self.error


@pytest.mark.parametrize("kind", KINDS)
def test_every_response_is_read_again_from_its_json(kind: str) -> None:
    response = ask(kind, example(kind))
    assert type(response).model_validate(json.loads(response.to_json())) == response


def test_units_and_names_are_those_of_the_library_in_results_alone() -> None:
    told = Shown.of(Found())
    assert (told.gain, told.pairs[0].mentee) == (25, "E1")
    keys = {"gain": 250_000, "pairs": [{"mentor": "M1", "mentee": "E1"}]}
    assert Shown.model_validate(keys).gain == 250_000
    for wrong in ({"millionths": 250_000, "pairs": []}, {**keys, "millionths": 1}, {**keys, "gain": "25"}):
        with pytest.raises(ValidationError):
            Shown.model_validate(wrong)
    with pytest.raises(ValidationError):
        Shown.model_validate(Found())


def test_what_is_given_by_key_comes_before_the_results_and_the_first_result_before_others() -> None:
    others = Found(pairs=(("M2", "E2"),))
    assert [pair.mentor for pair in Shown.of(Found(), others).pairs] == ["M1"]
    assert [pair.mentor for pair in Shown.of(Found(), others, pairs=(("M3", "E3"),)).pairs] == ["M3"]
    assert Shown.of(Found(), note="x").note == "x"
    with pytest.raises(ValidationError):
        Shown.of(object(), pairs=())


@pytest.mark.parametrize(
    "error", [RequestError("x"), EngineError("x"), KeyboardInterrupt(), ValueError("x"), KeyError(1)]
)
def test_an_error_of_a_result_is_raised_as_it_is(error: BaseException) -> None:
    with pytest.raises(type(error)) as raised:
        Shown.of(Failing(error), pairs=())
    assert raised.value is error


@pytest.mark.parametrize("results", [(Found(), None), (None, Found())])
def test_results_that_are_absent_have_no_attributes(results: tuple[Any, ...]) -> None:
    assert Shown.of(*results).gain == 25
