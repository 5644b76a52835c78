"""What criteria and rules share: named in the programme file by ``kind``, each field they speak of checked there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from mentormatch.base.immutable_models import Part
from mentormatch.errors import Problem
from mentormatch.fields.base import Side, schema_by_kind
from mentormatch.fields.kinds import AnyField


@dataclass(frozen=True, slots=True)
class FieldRef:
    """Marks a setting as the id of a field: of which kinds, and who answers it (``both``: each side; ``any``: one)."""

    kinds: tuple[str, ...]
    side: Literal["mentor", "mentee", "both", "any"] = "both"


@dataclass(frozen=True, slots=True)
class FieldReference:
    """One mention of a field: the setting it stands in, the field's id, and what it must be."""

    setting: str
    field: str
    ref: FieldRef


@dataclass(frozen=True, slots=True)
class AnswerReference:
    """One answer that a setting names, and the field of which it must be an option."""

    setting: str
    field: str
    answer: str


class Extension(Part):
    """A criterion or a rule, as the programme file states it; ``name`` is what people call it.

    ``example`` states one in the words of the example programme, for the JSON schema and the reference.
    """

    example: ClassVar[Mapping[str, Any]]
    by_the_clock: ClassVar[bool] = False
    """Whether it reads slots by the clock, where people live in several time zones."""

    name: str | None = None

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return schema_by_kind(core, handler, examples=[cls.example])

    def references(self) -> Iterator[FieldReference]:
        """Yield every field that this extension speaks of."""
        for setting, ref in settings_naming_fields(type(self)):
            value = getattr(self, setting)
            for field in [value] if isinstance(value, str) else value or ():
                yield FieldReference(setting, field, ref)

    def quotations(self) -> Iterator[AnswerReference]:
        """Yield every answer to a field that this extension names: unless said, those of ``in``, to ``field``."""
        if field := getattr(self, "field", None):
            among = getattr(self, attribute_of(type(self), "in"), ())
            yield from (AnswerReference("in", field, answer) for answer in among)

    def mistakes(self, fields: Mapping[str, AnyField]) -> Iterator[Problem]:
        """Yield what does not go with the questions of a programme, by the setting that it stands in."""
        yield from ()

    def fields_of(self, side: Side) -> list[str]:
        """Return the ids of the fields that people of ``side`` answer for this extension."""
        return [reference.field for reference in self.references() if reference.ref.side in (side, "both", "any")]


@cache
def settings_naming_fields(kind: type[Extension]) -> tuple[tuple[str, FieldRef], ...]:
    """Return the settings of a kind that name fields, each with what it may name."""
    fields = kind.model_fields.items()
    return tuple((setting, mark) for setting, info in fields for mark in info.metadata if isinstance(mark, FieldRef))


def attribute_of(kind: type[BaseModel], setting: str) -> str:
    """Return the attribute that holds a setting, which the file may call otherwise."""
    names = (name for name, info in kind.model_fields.items() if info.validation_alias == setting)
    return next(names, setting)
