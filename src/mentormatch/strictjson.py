"""JSON that is taken literally: no doubled key, no NaN, no number that stands for something else."""

import json
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic import Field as Setting

from mentormatch.errors import Problem, RequestError


class Message(BaseModel):
    """A JSON object: strict, finite, without unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def whole(value: object) -> object:
    """Return a float without a fraction as an integer: JSON does not tell 1 from 1.0, strict integers do."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


type Whole = Annotated[int, Setting(ge=0, le=2**64 - 1), BeforeValidator(whole)]
type Text = Annotated[str, Setting(min_length=1, max_length=1_000)]


class Keys(Message):
    """Two people, by their keys."""

    mentor: Text
    mentee: Text


def parse_json(text: str | bytes) -> Any:
    """Return what a JSON text holds; raises RequestError for doubled keys, NaN, infinities and broken syntax."""
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_not_finite)
    except (ValueError, RecursionError) as error:
        if isinstance(error, RequestError):
            raise
        where = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "body"
        raise RequestError("The body is not JSON", [Problem(where, type(error).__name__, "a JSON object")]) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise RequestError("A key comes twice in one object", [Problem("body", "a doubled key", "each key once")])
    return found


def _not_finite(name: str) -> None:
    raise RequestError("A number is not finite", [Problem("body", name, "finite numbers")])
