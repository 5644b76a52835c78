"""A criterion or a rule of a programme -> sentences with blanks, each with all that may fill it, for a form.

The sentence is the rule's own; what may fill a blank follows from the JSON schema of its kind and from the questions of
the programme. Nothing here knows a kind by its name.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from mentormatch.fields import AnyField
from mentormatch.fields.extension import Extension, FieldRef, attribute_of, settings_naming_fields
from mentormatch.languages.translation import tr
from mentormatch.programme.programme import Parts, Programme
from mentormatch.programme.references import check_extension
from mentormatch.programme.tables import as_tables
from mentormatch.rules.rule import Rule
from mentormatch.scoring.criterion import Criterion

type BlankKind = Literal[
    "number",
    "numbers",
    "choice",
    "truth",
    "field",
    "fields",
    "quantity",
    "answers",
    "people",
    "person",
    "words",
    "count",
]
"""``truth``: one of two; ``quantity``: a number, or the question that tells it; ``count``: a table, counted only."""

BLANK = re.compile(r"\{([\w.]+)\}")
WEIGHED = ("weight", "neutral", "group")
"""What is set of a criterion beside its sentences."""
CELLS = "cells"
"""The setting by which criteria and rules list pairs of answers."""
PEOPLE = "people"
"""The setting by which rules name people by their keys."""
LONG = 200
"""More choices than that are written, not listed."""


@dataclass(frozen=True, slots=True)
class FormBlank:
    """One setting in a sentence: its path (``where.0.in``), its value as JSON, and what may stand there.

    ``choices`` are values with their words; ``least`` and ``most`` bound a number, which is ``whole`` or not;
    ``optional``: it may be empty, and then bounds nothing.
    """

    setting: str
    kind: BlankKind
    value: Any
    choices: tuple[tuple[str, str], ...] = ()
    least: float | None = None
    most: float | None = None
    whole: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class BlankSentence:
    """A sentence in pieces: texts, and blanks; ``stated``: it speaks of a setting that is not as it is by itself."""

    pieces: tuple[str | FormBlank, ...]
    stated: bool = True

    @property
    def blanks(self) -> tuple[FormBlank, ...]:
        """The blanks, in their order."""
        return tuple(piece for piece in self.pieces if isinstance(piece, FormBlank))


def sentences_of(
    extension: Rule | Criterion, fields: Mapping[str, AnyField], *, grouped: bool = False
) -> tuple[BlankSentence, ...]:
    """Return what a rule asks, or how a criterion counts, as sentences with blanks.

    The first says it, the others are on what else can be set. One of a kind that says no sentence is told by its
    phrase or its title, and its settings are listed.
    """
    source = BlankSource(extension, fields, grouped)
    if extension.sentence:
        return (source.fill(extension.sentence), *(source.fill(each, stated=False) for each in extension.details))
    listed = [f"{name} : {{{name}}}" for name in source.settings]
    phrase = extension.describe() if isinstance(extension, Rule) else tr(extension.title)
    return (BlankSentence((f"{phrase}.",)), *(source.fill(each, stated=False) for each in listed))


@dataclass(frozen=True, slots=True)
class BlankSource:
    """A criterion or a rule, the questions of its programme, and whether that forms groups."""

    extension: Extension
    fields: Mapping[str, AnyField]
    grouped: bool = False

    @property
    def settings(self) -> list[str]:
        """What can be set of it, as the file names it."""
        names = schema_of(type(self.extension))["properties"]
        return [name for name in names if name not in ("kind", "name", *WEIGHED)]

    def fill(self, template: str, *, stated: bool = True) -> BlankSentence:
        """Return a sentence whose {blanks} are known."""
        parts = BLANK.split(template)
        pieces = tuple(self.blank(piece) if place % 2 else piece for place, piece in enumerate(parts) if piece)
        blanks = [piece for piece in pieces if isinstance(piece, FormBlank)]
        return BlankSentence(pieces, stated or not all(map(self._is_usual, blanks)))

    def blank(self, setting: str) -> FormBlank:
        """Return one blank."""
        schema, value = self._schema(setting), self._value(setting)
        types = {kind for part in variants(schema) for kind in [part.get("type")] if kind}
        optional = "null" in types
        ref = self._ref(setting)
        if ref is not None:
            kind: BlankKind = "fields" if "array" in types else "quantity" if "number" in types else "field"
            return FormBlank(
                setting, kind, value, self._fitting(ref), 0 if kind == "quantity" else None, optional=optional
            )
        if "array" in types:
            return self._list(setting, schema, value)
        if types & {"number", "integer"}:
            bounds = next(part for part in variants(schema) if part.get("type") in ("number", "integer"))
            least, most = bounds.get("minimum", bounds.get("exclusiveMinimum")), bounds.get("maximum")
            return FormBlank(setting, "number", value, (), least, most, "integer" in types, optional)
        truth = "boolean" in types
        values = ["false", "true"] if truth else [one for part in variants(schema) for one in part.get("enum", ())]
        if values:
            words = getattr(type(self.extension), "value_words", {}).get(setting.rpartition(".")[2], {})
            choices = tuple((one, tr(words.get(one, one))) for one in values)
            return FormBlank(setting, "truth" if truth else "choice", str(value).lower() if truth else value, choices)
        return FormBlank(setting, "person", value or "")

    def _list(self, setting: str, schema: Mapping[str, Any], value: Any) -> FormBlank:
        """Return the blank of a list: answers to a question, people, or a table."""
        items = next(part.get("items", {}) for part in variants(schema) if part.get("type") == "array")
        if any("properties" in part for part in variants(items)):
            return FormBlank(setting, "count", len(value or ()))
        if any(part.get("type") in ("number", "integer") for part in variants(items)):
            return FormBlank(setting, "numbers", value, optional=True)
        if setting == PEOPLE:
            return FormBlank(setting, "people", list(value or ()))
        field = self.fields.get(self.find_question(setting))
        options = field.options_without("\0") if field else ()
        return FormBlank(setting, "answers", list(value or ()), tuple((one, one) for one in options[:LONG]))

    def find_question(self, setting: str) -> str:
        """Return the question of which a list of answers names options, empty where it is not chosen yet."""
        return self._value(answer_field(self.extension, setting)) or ""

    def _ref(self, setting: str) -> FieldRef | None:
        """Return which questions a setting may name, None where it names none."""
        bare = re.sub(r"\.\d+", "", setting)
        said = [each.ref for each in self.extension.references() if each.setting == bare]
        place = next((int(step) for step in setting.split(".") if step.isdigit()), 0)
        if said:
            return said[min(place, len(said) - 1)]
        return dict(settings_naming_fields(type(self.extension))).get(setting)

    def _fitting(self, ref: FieldRef) -> tuple[tuple[str, str], ...]:
        """Return the questions that may stand there, with their words."""
        return tuple(
            (name, self.fields[name].question) for name in fitting_fields(ref, self.fields, grouped=self.grouped)
        )

    def _value(self, setting: str) -> Any:
        """Return the value of a setting, as JSON; None where there is none."""
        value: Any = self.extension
        for step in setting.split("."):
            if isinstance(value, tuple):
                value = value[int(step)] if int(step) < len(value) else None
            else:
                value = getattr(value, attribute_of(type(value), step), None)
        return list(value) if isinstance(value, tuple) else value

    def _schema(self, setting: str) -> Mapping[str, Any]:
        """Return the schema of a setting."""
        whole = schema_of(type(self.extension))
        found: Mapping[str, Any] = whole
        for step in setting.split("."):
            part = next(part for part in variants(found, whole) if "properties" in part or "items" in part)
            found = part["items"] if step.isdigit() else part["properties"].get(step, {})
        return {"anyOf": list(variants(found, whole))}

    def _is_usual(self, blank: FormBlank) -> bool:
        """Say whether a setting is as it is by itself."""
        usual = schema_of(type(self.extension))["properties"].get(blank.setting, {}).get("default")
        if blank.kind == "count":
            return bool(blank.value == 0)
        if isinstance(usual, bool):
            return bool(blank.value == str(usual).lower())
        return bool(blank.value == usual) or not (blank.value or usual)


@cache
def schema_of(kind: type[BaseModel]) -> Mapping[str, Any]:
    """Return the JSON schema of a kind; it takes longer to make than to use."""
    return kind.model_json_schema()


def answer_field(extension: Extension | type[Extension], setting: str) -> str:
    """Return the setting that names the question whose options a list of answers names.

    >>> answer_field(Rule, "where.0.in")
    'where.0.field'
    """
    inside, _, name = setting.rpartition(".")
    known: Mapping[str, str] = getattr(extension, "answer_fields", {})
    return f"{inside}.{known.get(name, 'field')}".lstrip(".")


def variants(schema: Mapping[str, Any], whole: Mapping[str, Any] | None = None) -> Iterator[Mapping[str, Any]]:
    """Yield the schemas that a value may fit, references followed."""
    if "$ref" in schema and whole is not None:
        yield from variants(whole["$defs"][schema["$ref"].rpartition("/")[2]], whole)
    elif "anyOf" in schema:
        for part in schema["anyOf"]:
            yield from variants(part, whole)
    elif schema.get("type") == "array" and whole is not None:
        yield {**schema, "items": {"anyOf": list(variants(schema.get("items", {}), whole))}}
    else:
        yield schema


def fitting_fields(ref: FieldRef, fields: Mapping[str, AnyField], *, grouped: bool = False) -> list[str]:
    """Return the questions that a setting may name."""
    sides = ("mentee", "both") if grouped else (ref.side, "both")
    return [
        name
        for name, field in fields.items()
        if field.kind in ref.kinds and field.use in ("match", "key") and (ref.side == "any" or field.side in sides)
    ]


class Beginning:
    """A criterion or a rule of one kind as a form offers it: its example, told of the questions of this programme."""

    def __init__(self, kind: type[Extension], parts: Parts) -> None:
        self.kind, self.parts, self.fields, self.grouped = kind, parts, parts.fields, parts.groups is not None

    @classmethod
    def each[K: Extension](
        cls, kinds: Mapping[str, type[K]], programme: Programme
    ) -> Iterator[tuple[type[K], dict[str, Any]]]:
        """Yield the kinds that a programme can state more of, each with the settings to begin with."""
        parts = Parts(as_tables(programme.to_dict()))
        for kind in kinds.values():
            settings = cls(kind, parts).settings()
            if settings is not None:
                yield kind, settings

    def settings(self) -> dict[str, Any] | None:
        """Return the settings to begin with, None where no question fits or the kind needs a table.

        Whom it is about is left empty where it names people: these are for whoever fills the form.
        """
        stated = self._fill_example(self.kind.example, self.kind)
        if stated is None:
            return None
        required = {name for name, info in self.kind.model_fields.items() if info.is_required()}
        for left_out in ([], *([name] for name in stated if name not in {*required, "kind"})):
            tried = {name: value for name, value in stated.items() if name not in left_out}
            if self._fits(tried):
                return tried
        return None

    def _fill_example(self, example: Mapping[str, Any], kind: type[BaseModel]) -> dict[str, Any] | None:
        settings: dict[str, Any] = {}
        refs = {
            name: ref for name, info in kind.model_fields.items() for ref in info.metadata if isinstance(ref, FieldRef)
        }
        for name, value in example.items():
            found = self._choose_value(name, value, refs.get(name), {**example, **settings})
            if found is None:
                return None
            settings[name] = found
        return settings

    def _choose_value(self, name: str, value: Any, ref: FieldRef | None, settings: Mapping[str, Any]) -> Any:
        """Return the value to begin with, None where there is none."""
        if ref is not None and not isinstance(value, int | float):
            return self._choose_question(value, ref, settings)
        if name in getattr(self.kind, "answer_fields", ()) or name == "in":
            field = self.fields.get(str(settings.get(answer_field(self.kind, name))))
            options = field.options_without("\0") if field else ()
            return [next((answer for answer in value if answer in options), options[0])] if options else None
        if isinstance(value, list) and value and isinstance(value[0], dict):
            inner = self._cell(value[0], settings) if name == self._table else self._condition(value[0])
            return [inner] if inner else None
        if isinstance(value, str) and name in ("mentor", "mentee"):
            return ""
        return [] if isinstance(value, list) else value

    def _choose_question(self, value: Any, ref: FieldRef, settings: Mapping[str, Any]) -> Any:
        """Return the question to begin with: that of the example, else the first that tells no role and is no key."""
        side = settings.get("side") if ref.side == "any" else None
        fitting = fitting_fields(FieldRef(ref.kinds, side or ref.side), self.fields, grouped=self.grouped)
        if self._table:
            fitting = [name for name in fitting if self.fields[name].options_without("\0")]
        if isinstance(value, list):
            return [name for name in value if name in fitting] or fitting[:1] or None
        role = self.parts.heading.role.field if self.parts.heading and self.parts.heading.role else ""
        wanted = [value, *(name for name in fitting if name != role and self.fields[name].use != "key"), *fitting]
        return next((name for name in wanted if name in fitting), None)

    @property
    def _table(self) -> str:
        """The setting that needs a table of two answers, empty where none does."""
        info = self.kind.model_fields.get(CELLS)
        return CELLS if info is not None and info.is_required() else ""

    def _cell(self, example: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return one line of a table: the first answers to its two questions, worth what the example says."""
        fields = {side: self.fields.get(str(settings.get(side))) for side in ("mentor", "mentee")}
        answers = {side: field.options_without("\0")[0] for side, field in fields.items() if field is not None}
        return {**example, **answers} if len(answers) == len(fields) else None

    def _condition(self, example: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return a condition on answers; None of what is a table of something else."""
        if "field" not in example:
            return None
        inner = next(
            kind
            for info in self.kind.model_fields.values()
            for kind in models_in(info.annotation)
            if "field" in kind.model_fields
        )
        return self._fill_example(example, inner)

    def _fits(self, stated: Mapping[str, Any]) -> bool:
        """Say whether a programme could state this, people aside."""
        people = {name: ["1", "2"] if value == [] else "1" for name, value in stated.items() if value in ([], "")}
        try:
            read = self.kind.model_validate({**stated, **people})
        except ValidationError:
            return False
        return not any(check_extension(self.parts, (), read))


def models_in(annotation: Any) -> Sequence[type[BaseModel]]:
    """Return the models that an annotation names, however deep."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in models_in(part)]
