"""The programme in a request: an object shaped as its TOML file, as the schema of the contract shows it."""

from typing import Annotated, Any

from pydantic import BeforeValidator, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from mentormatch.base.strict_json import whole
from mentormatch.programme.programme import Programme


class AsProgramme:
    """Marks an object that ``Programme.read`` reads, with all its mistakes in words; its schema is the programme's."""

    @classmethod
    def __get_pydantic_json_schema__(cls, _: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(Programme.__pydantic_core_schema__)


def with_whole_numbers(value: Any) -> Any:
    """Return a JSON value in which 1.0 is 1: JSON does not tell them apart, a number of places must be whole."""
    if isinstance(value, dict):
        return {key: with_whole_numbers(part) for key, part in value.items()}
    return [with_whole_numbers(part) for part in value] if isinstance(value, list) else whole(value)


type ProgrammeTable = Annotated[dict[str, Any], AsProgramme, BeforeValidator(with_whole_numbers)]
