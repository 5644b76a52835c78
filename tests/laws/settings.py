"""Random valid settings of any criterion or rule, drawn from what its class states of them.

Each is drawn within its bounds: a field where it is marked with ``FieldRef``, people where it is called ``mentor``,
``mentee`` or ``people``, answers to ``field`` where it is called ``in``. What the class refuses is drawn again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import NoneType, UnionType
from typing import Any, Literal, TypeAliasType, Union, get_args, get_origin

from annotated_types import MinLen
from hypothesis import reject
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from mentormatch.fields import AnyField, Extension, FieldRef, Options, Side, YesNo
from mentormatch.places.gazetteer import DEPARTEMENTS
from tests.laws.questionnaires import PEOPLE, SIDES, Draw, Survey

type Settings = dict[str, Any]

SHARED = {"kind", "name", "weight", "neutral", "group"}
ATTEMPTS = 20
BOUNDS = ("ge", "gt", "le")
RANGE = 5
"""Numbers are at most so far above the least that a setting may be."""


def settings_of(draw: Draw, survey: Survey, kind: type[Extension]) -> Settings:
    """Draw settings of a criterion or a rule as a programme file states them, without ``kind``."""
    for _ in range(ATTEMPTS):
        said = Drawer(draw, survey, kind).settings()
        try:
            stated = kind.model_validate({"kind": kind.model_fields["kind"].default, **said})
        except ValidationError:
            continue
        if not any(stated.mistakes(survey.fields)):
            return said
    return reject()


def options_of(asked: AnyField) -> Sequence[str]:
    """Return what may be answered to a question with options."""
    if isinstance(asked, Options):
        return asked.options
    return ["Oui", "Non"] if isinstance(asked, YesNo) else [name for _, name in DEPARTEMENTS[:20]]


@dataclass
class Drawer:
    """Draws the settings of a criterion, of a rule, or of a part of one."""

    draw: Draw
    survey: Survey
    model: type[BaseModel]
    said: Settings = field(default_factory=dict)

    def settings(self) -> Settings:
        """Draw each setting; one that has a default is left to it half of the time."""
        for name, info in self.in_order.items():
            if info.is_required() or self.draw(st.booleans()):
                self.said[name] = self.value(name, info.annotation, info.metadata)
        return self.said

    @property
    def side(self) -> Side | None:
        """The side that is spoken of, None where there is no such setting."""
        side = self.model.model_fields.get("side")
        return None if side is None else self.said.get("side", side.default)

    @cached_property
    def in_order(self) -> Mapping[str, FieldInfo]:
        """The settings by the name that a programme file has for them: the side first, answers after their field."""
        fields = {
            str(info.validation_alias or name): info
            for name, info in self.model.model_fields.items()
            if name not in SHARED
        }
        return dict(sorted(fields.items(), key=lambda item: ("side", "field", item[0]).index(item[0])))

    def value(self, name: str, kind: Any, marks: Sequence[Any]) -> Any:
        """Draw a value of this type."""
        if isinstance(kind, TypeAliasType):
            return self.value(name, kind.__value__, marks)
        origin, parts = get_origin(kind), get_args(kind)
        if kind_of := getattr(kind, "__metadata__", None):
            return self.value(name, kind.__origin__, [*marks, *kind_of])
        if origin in (Union, UnionType):
            return self.value(name, self.draw(st.sampled_from(parts)), marks)
        if origin is Literal:
            return self.draw(st.sampled_from(parts))
        if origin is list:
            least = max([mark.min_length for mark in flat(marks) if isinstance(mark, MinLen)], default=0)
            inside = [mark for mark in flat(marks) if isinstance(mark, FieldRef)]
            number = self.draw(st.integers(least, least + 2))
            drawn = [self.value(name, parts[0], inside) for _ in range(number)]
            return [one for place, one in enumerate(drawn) if one not in drawn[:place]]
        return self.single(name, kind, flat(marks))

    def single(self, name: str, kind: type[Any], marks: Sequence[Any]) -> Any:
        """Draw a value that is no list."""
        if kind is NoneType:
            return None
        if kind is bool:
            return self.draw(st.booleans())
        if kind in (int, float):
            return self.draw(number_within(kind, marks))
        if kind is str:
            return self.draw(st.sampled_from(self.words(name, marks)))
        return Drawer(self.draw, self.survey, kind).settings()

    def words(self, name: str, marks: Sequence[Any]) -> Sequence[str]:
        """Return what a text may be."""
        for ref in marks:
            if isinstance(ref, FieldRef):
                return self.survey.of(ref.kinds, self.side or ref.side if ref.side == "any" else ref.side)
        if name == "in" and self.said.get("field"):
            return options_of(self.survey.fields[self.said["field"]])
        asked = [side for side in SIDES if (self.side or side) == side and name in (side, "people")]
        return [key for side in asked for key in self.survey.ids(side) or PEOPLE[side]] or ["a", "b", "c"]


def flat(marks: Sequence[Any]) -> list[Any]:
    """Return what a setting is marked with, also within its ``Field``."""
    return [one for mark in marks for one in (mark.metadata if isinstance(mark, FieldInfo) else [mark])]


def number_within(kind: type, marks: Sequence[Any]) -> st.SearchStrategy[float]:
    """Return the numbers between the bounds of a setting, no further than ``RANGE`` from the lower one."""
    bounds: dict[str, Any] = {
        name: getattr(mark, name) for mark in marks for name in ("ge", "gt", "le") if hasattr(mark, name)
    }
    least, above = bounds.get("ge", bounds.get("gt", -1)), "gt" in bounds
    most = min(bounds.get("le", least + RANGE), least + RANGE)
    if kind is int:
        return st.integers(least + above, most)
    return st.integers(round(least * 100) + above, round(most * 100)).map(lambda hundredths: hundredths / 100)
