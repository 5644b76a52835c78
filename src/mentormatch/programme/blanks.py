"""A criterion or a rule of a programme -> sentences with blanks for a form, each blank with its possible values.

The template of a sentence belongs to the rule. The possible values of a blank follow from the JSON schema of its kind
and from the questions of the programme. This module names no kind.
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
from mentormatch.programme.programme import Programme, ProgrammeParts
from mentormatch.programme.references import LOCATED, find_extension_problems, is_located
from mentormatch.programme.tables import as_tables
from mentormatch.rules.rule import Rule
from mentormatch.scoring.criterion import Criterion

# ``truth``: true or false; ``quantity``: a number, or the question that contains it; ``count``: the length of a table
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

BLANK_PATTERN = re.compile(r"\{([\w.]+)\}")
WEIGHT_SETTINGS = ("weight", "neutral", "group")  # settings of a criterion that are outside its sentences
CELLS_SETTING = "cells"  # the setting of criteria and rules that lists pairs of answers


@dataclass(frozen=True, slots=True)
class FormBlank:
    """A setting in a sentence: its path (``where.0.in``), its value as JSON, and its possible values.

    The value of the kind ``truth`` is a text, that of ``count`` a length. ``choices`` are values with their labels.
    ``least`` and ``most`` bound a number; ``whole``: it is an integer. ``optional``: the blank may be empty.
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
    """A sentence as texts and blanks; ``stated``: one of its settings differs from the default."""

    pieces: tuple[str | FormBlank, ...]
    stated: bool = True

    @property
    def blanks(self) -> tuple[FormBlank, ...]:
        return tuple(piece for piece in self.pieces if isinstance(piece, FormBlank))


def make_blank_sentences(
    extension: Rule | Criterion, fields: Mapping[str, AnyField], *, grouped: bool = False
) -> tuple[BlankSentence, ...]:
    """Return the sentences, with blanks, of a rule or a criterion.

    The first sentence states the requirement or the points, the others the further settings. A kind without a sentence
    has its phrase or its title, followed by a list of its settings.
    """
    source = SentenceBuilder(extension, fields, grouped)
    if extension.sentence:
        return (
            source.fill(extension.sentence),
            *(source.fill(template, stated=False) for template in extension.details),
        )
    listed = [f"{name} : {{{name}}}" for name in source.settings]
    phrase = extension.describe() if isinstance(extension, Rule) else tr(extension.title)
    return (BlankSentence((f"{phrase}.",)), *(source.fill(template, stated=False) for template in listed))


@dataclass(frozen=True, slots=True)
class SentenceBuilder:
    """Builds the sentences of a criterion or a rule; ``grouped``: the programme forms groups."""

    extension: Extension
    fields: Mapping[str, AnyField]
    grouped: bool = False

    @property
    def settings(self) -> list[str]:
        """The names of the settings, as in the file, without kind, name and weight."""
        names = schema_of(type(self.extension))["properties"]
        return [name for name in names if name not in ("kind", "name", *WEIGHT_SETTINGS)]

    def fill(self, template: str, *, stated: bool = True) -> BlankSentence:
        """Return the sentence of a template whose {blanks} are paths of settings."""
        parts = BLANK_PATTERN.split(template)
        pieces = tuple(self.blank(piece) if place % 2 else piece for place, piece in enumerate(parts) if piece)
        blanks = [piece for piece in pieces if isinstance(piece, FormBlank)]
        return BlankSentence(pieces, stated or not all(map(self._is_default, blanks)))

    def blank(self, setting: str) -> FormBlank:
        schema, value = self._schema(setting), self._value(setting)
        types = {kind for part in schema_variants(schema) for kind in [part.get("type")] if kind}
        optional = "null" in types
        ref = self._ref(setting)
        if ref is not None:
            kind: BlankKind = "fields" if "array" in types else "quantity" if "number" in types else "field"
            return FormBlank(
                setting,
                kind,
                value,
                self._matching_questions(ref),
                0 if kind == "quantity" else None,
                optional=optional,
            )
        if "array" in types:
            return self._list(setting, schema, value)
        if types & {"number", "integer"}:
            bounds = next(part for part in schema_variants(schema) if part.get("type") in ("number", "integer"))
            lower, upper = bounds.get("minimum", bounds.get("exclusiveMinimum")), bounds.get("maximum")
            return FormBlank(setting, "number", value, (), lower, upper, "integer" in types, optional)
        truth = "boolean" in types
        values = (
            ["false", "true"]
            if truth
            else [option for part in schema_variants(schema) for option in part.get("enum", ())]
        )
        if values:
            words = getattr(type(self.extension), "value_words", {}).get(setting.rpartition(".")[2], {})
            choices = tuple((option, tr(words.get(option, option))) for option in values)
            return FormBlank(setting, "truth" if truth else "choice", str(value).lower() if truth else value, choices)
        return FormBlank(setting, "person", value or "")

    def _list(self, setting: str, schema: Mapping[str, Any], value: Any) -> FormBlank:
        """Return the blank of a list: answers to a question, people, or a table."""
        items = next(part.get("items", {}) for part in schema_variants(schema) if part.get("type") == "array")
        if any("properties" in part for part in schema_variants(items)):
            return FormBlank(setting, "count", len(value or ()))
        if any(part.get("type") in ("number", "integer") for part in schema_variants(items)):
            return FormBlank(setting, "numbers", value, optional=True)
        if setting == "people":
            return FormBlank(setting, "people", list(value or ()))
        field = self.fields.get(self.find_question(setting))
        options = field.options_without("\0") if field else ()
        return FormBlank(setting, "answers", list(value or ()), tuple((option, option) for option in options[:200]))

    def find_question(self, setting: str) -> str:
        return self._value(answer_field(self.extension, setting)) or ""

    def _ref(self, setting: str) -> FieldRef | None:
        """Return the reference that describes which questions a setting may name; None if it names no question."""
        bare = re.sub(r"\.\d+", "", setting)
        refs = [reference.ref for reference in self.extension.references() if reference.setting == bare]
        place = next((int(step) for step in setting.split(".") if step.isdigit()), 0)
        if refs:
            return refs[min(place, len(refs) - 1)]
        return dict(settings_naming_fields(type(self.extension))).get(setting)

    def _matching_questions(self, ref: FieldRef) -> tuple[tuple[str, str], ...]:
        return tuple(
            (name, self.fields[name].question) for name in fitting_fields(ref, self.fields, grouped=self.grouped)
        )

    def _value(self, setting: str) -> Any:
        """Return the value of a setting, as JSON; None if the path leads nowhere."""
        value: Any = self.extension
        for step in setting.split("."):
            if isinstance(value, tuple):
                value = value[int(step)] if int(step) < len(value) else None
            else:
                value = getattr(value, attribute_of(type(value), step), None)
        return list(value) if isinstance(value, tuple) else value

    def _schema(self, setting: str) -> Mapping[str, Any]:
        """Return the schema of a setting, as the list of its variants."""
        root = schema_of(type(self.extension))
        schema: Mapping[str, Any] = root
        for step in setting.split("."):
            part = next(part for part in schema_variants(schema, root) if "properties" in part or "items" in part)
            schema = part["items"] if step.isdigit() else part["properties"].get(step, {})
        return {"anyOf": list(schema_variants(schema, root))}

    def _is_default(self, blank: FormBlank) -> bool:
        """Return whether a setting has its default value."""
        usual = schema_of(type(self.extension))["properties"].get(blank.setting, {}).get("default")
        if blank.kind == "count":
            return bool(blank.value == 0)
        if isinstance(usual, bool):
            return bool(blank.value == str(usual).lower())
        return bool(blank.value == usual) or not (blank.value or usual)


@cache
def schema_of(kind: type[BaseModel]) -> Mapping[str, Any]:
    """Return the JSON schema of a kind, cached: it takes longer to make than to use."""
    return kind.model_json_schema()


def answer_field(extension: Extension | type[Extension], setting: str) -> str:
    """Return the setting that names the question whose options a list of answers contains.

    >>> answer_field(Rule, "where.0.in")
    'where.0.field'
    """
    inside, _, name = setting.rpartition(".")
    fields_by_setting: Mapping[str, str] = getattr(extension, "answer_fields", {})
    return f"{inside}.{fields_by_setting.get(name, 'field')}".lstrip(".")


def schema_variants(schema: Mapping[str, Any], root: Mapping[str, Any] | None = None) -> Iterator[Mapping[str, Any]]:
    """Yield the schemas that a value may match.

    ``root`` is the schema that contains the definitions; without it, references are not resolved.
    """
    if "$ref" in schema and root is not None:
        yield from schema_variants(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    elif "anyOf" in schema:
        for part in schema["anyOf"]:
            yield from schema_variants(part, root)
    elif schema.get("type") == "array" and root is not None:
        yield {**schema, "items": {"anyOf": list(schema_variants(schema.get("items", {}), root))}}
    else:
        yield schema


def fitting_fields(ref: FieldRef, fields: Mapping[str, AnyField], *, grouped: bool = False) -> list[str]:
    """Return the ids of the questions that a setting may name."""
    sides = ("mentee", "both") if grouped else (ref.side, "both")
    return [
        name
        for name, field in fields.items()
        if field.kind in ref.kinds
        and (ref.kinds != LOCATED or is_located(field))
        and field.use in ("match", "key")
        and (ref.side == "any" or field.side in sides)
    ]


class ExtensionTemplate:
    """The initial settings of a new criterion or rule: its example, adapted to the questions of this programme."""

    def __init__(self, kind: type[Extension], parts: ProgrammeParts) -> None:
        self.kind, self.parts, self.fields, self.grouped = kind, parts, parts.fields, parts.groups is not None

    @classmethod
    def each[K: Extension](
        cls, kinds: Mapping[str, type[K]], programme: Programme
    ) -> Iterator[tuple[type[K], dict[str, Any]]]:
        """Yield the kinds that a programme can contain once more, each with its initial settings."""
        parts = ProgrammeParts(as_tables(programme.to_dict()))
        for kind in kinds.values():
            settings = cls(kind, parts).settings()
            if settings is not None:
                yield kind, settings

    def settings(self) -> dict[str, Any] | None:
        """Return the initial settings; None if no question matches or the kind needs a table.

        Settings that name people stay empty: the user fills them in.
        """
        example = self._fill_example(self.kind.example, self.kind)
        if example is None:
            return None
        required = {name for name, info in self.kind.model_fields.items() if info.is_required()}
        for left_out in ([], *([name] for name in example if name not in {*required, "kind"})):
            settings = {name: value for name, value in example.items() if name not in left_out}
            if self._fits(settings):
                return settings
        return None

    def _fill_example(self, example: Mapping[str, Any], kind: type[BaseModel]) -> dict[str, Any] | None:
        settings: dict[str, Any] = {}
        refs = {
            name: ref for name, info in kind.model_fields.items() for ref in info.metadata if isinstance(ref, FieldRef)
        }
        for name, value in example.items():
            initial = self._choose_value(name, value, refs.get(name), {**example, **settings})
            if initial is None:
                return None
            settings[name] = initial
        return settings

    def _choose_value(self, name: str, value: Any, ref: FieldRef | None, settings: Mapping[str, Any]) -> Any:
        """Return the initial value of a setting; None if there is none."""
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
        """Return the question of the example if it matches, else one that is neither the role nor the key, else any."""
        side = settings.get("side") if ref.side == "any" else None
        fitting = fitting_fields(FieldRef(ref.kinds, side or ref.side), self.fields, grouped=self.grouped)
        if self._table:
            fitting = [name for name in fitting if self.fields[name].options_without("\0")]
        if isinstance(value, list):
            return [name for name in value if name in fitting] or fitting[:1] or None
        role = self.parts.heading.role.field if self.parts.heading and self.parts.heading.role else ""
        candidates = [value, *(name for name in fitting if name != role and self.fields[name].use != "key"), *fitting]
        return next((name for name in candidates if name in fitting), None)

    @property
    def _table(self) -> str:
        """The setting that must list pairs of answers; empty if no setting must."""
        info = self.kind.model_fields.get(CELLS_SETTING)
        return CELLS_SETTING if info is not None and info.is_required() else ""

    def _cell(self, example: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return a row of a table with the first answer to each of its two questions; None if a question is unknown."""
        fields = {side: self.fields.get(str(settings.get(side))) for side in ("mentor", "mentee")}
        answers = {side: field.options_without("\0")[0] for side, field in fields.items() if field is not None}
        return {**example, **answers} if len(answers) == len(fields) else None

    def _condition(self, example: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return a condition on answers; None if the setting is a table without a ``field``."""
        if "field" not in example:
            return None
        inner = next(
            kind
            for info in self.kind.model_fields.values()
            for kind in models_in(info.annotation)
            if "field" in kind.model_fields
        )
        return self._fill_example(example, inner)

    def _fits(self, settings: Mapping[str, Any]) -> bool:
        """Return whether a programme accepts these settings, whatever the people named."""
        people = {name: ["1", "2"] if value == [] else "1" for name, value in settings.items() if value in ([], "")}
        try:
            extension = self.kind.model_validate({**settings, **people})
        except ValidationError:
            return False
        return not any(find_extension_problems(self.parts, (), extension))


def models_in(annotation: Any) -> Sequence[type[BaseModel]]:
    """Return the models in an annotation, at any depth."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in models_in(part)]
