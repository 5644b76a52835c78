"""Base class of criteria and rules: settings selected by ``kind``, and their references to fields and answers."""

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
    """Marks a setting as the id of a field: permitted kinds, and who answers (``both``: both sides; ``any``: any)."""

    kinds: tuple[str, ...]
    side: Literal["mentor", "mentee", "both", "any"] = "both"


@dataclass(frozen=True, slots=True)
class FieldReference:
    """A reference to a field: the setting that contains it, the id of the field, and the requirements."""

    setting: str
    field: str
    ref: FieldRef


@dataclass(frozen=True, slots=True)
class AnswerReference:
    """An answer named in a setting, which must be an option of the field."""

    setting: str
    field: str
    answer: str


class Extension(Part):
    """A criterion or a rule, as the programme file states it; ``name`` is its display name.

    ``example`` is an instance for the example programme, used in the JSON schema and the reference.
    """

    example: ClassVar[Mapping[str, Any]]
    by_the_clock: ClassVar[bool] = False  # whether it handles slots in several time zones

    name: str | None = None

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return schema_by_kind(core, handler, examples=[cls.example])

    def references(self) -> Iterator[FieldReference]:
        """Yield every reference to a field."""
        for setting, ref in settings_naming_fields(type(self)):
            value = getattr(self, setting)
            for field in [value] if isinstance(value, str) else value or ():
                yield FieldReference(setting, field, ref)

    def quotations(self) -> Iterator[AnswerReference]:
        """Yield every answer that the settings name; by default those of ``in``, answers to ``field``."""
        if field := getattr(self, "field", None):
            answers = getattr(self, attribute_of(type(self), "in"), ())
            yield from (AnswerReference("in", field, answer) for answer in answers)

    def mistakes(self, fields: Mapping[str, AnyField]) -> Iterator[Problem]:
        """Yield problems with respect to the questions of a programme, with their settings."""
        yield from ()

    def fields_of(self, side: Side) -> list[str]:
        """Return the ids of the fields that people of ``side`` answer for this extension."""
        return [reference.field for reference in self.references() if reference.ref.side in (side, "both", "any")]


@cache
def settings_naming_fields(kind: type[Extension]) -> tuple[tuple[str, FieldRef], ...]:
    """Return the settings of a kind that name fields, each with its requirements."""
    fields = kind.model_fields.items()
    return tuple((setting, mark) for setting, info in fields for mark in info.metadata if isinstance(mark, FieldRef))


def attribute_of(kind: type[BaseModel], setting: str) -> str:
    """Return the attribute of a setting; the file may use an alias."""
    names = (name for name, info in kind.model_fields.items() if info.validation_alias == setting)
    return next(names, setting)
