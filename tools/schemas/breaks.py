"""Why what fits one JSON Schema may not fit another: what tells a breaking change of the contract from any other.

A change of a request breaks where something that was taken is taken no more; a change of a response where something is
told that was not told before. Both are the same question, asked of old and new in turn. Where it cannot be told, the
answer is that it breaks. Descriptions, titles, defaults and examples are passed over. Schemas come ``linked``: what a
reference stands for is in its place, whichever file it is in.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from itertools import chain
from typing import Any

type Schema = Mapping[str, Any]

SAID = {"$schema", "$id", "$defs", "title", "description", "default", "examples", "discriminator", "deprecated"}
OBJECTS = {"properties", "required", "additionalProperties"}
CHOICES = ("anyOf", "oneOf")
LOWEST = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
HIGHEST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
HANDLED = SAID | OBJECTS | {"type", "const", "enum", "items", *CHOICES, *LOWEST, *HIGHEST}


def breaking(old: Schema, new: Schema, part: str) -> list[str]:
    """Return what breaks users of a ``request`` or a ``response`` when its schema changes from ``old`` to ``new``."""
    given, wanted = (old, new) if part == "request" else (new, old)
    return list(dict.fromkeys(Comparison().between(given, wanted, "$")))


def linked(files: Mapping[str, Schema]) -> dict[str, Any]:
    """Return the schemas of files, by name, each reference replaced by the very object that it stands for."""
    every = deepcopy(dict(files))
    for name, schema in every.items():
        link(schema, name, every)
    return {name: target(schema, name, every) for name, schema in every.items()}


def link(part: Any, name: str, files: Mapping[str, Any]) -> None:
    """Replace the references inside a part of the file of this name."""
    for step, inner in list(part.items() if isinstance(part, dict) else enumerate(part)):
        if isinstance(inner, dict | list):
            link(inner, name, files)
            part[step] = target(inner, name, files)


def target(part: Any, name: str, files: Mapping[str, Any]) -> Any:
    """Return what a part of the file of this name stands for: itself, or what it refers to."""
    while "$ref" in part:
        file, _, pointer = part["$ref"].partition("#")
        name = file or name
        part = files[name]
        for step in pointer.split("/")[1:]:
            part = part[step]
    return part


class Comparison:
    """Two schemas: why something that fits the one, ``given``, may not fit the other, ``wanted``, with the place."""

    def __init__(self) -> None:
        self.under_way: set[tuple[int, int]] = set()

    def between(self, given: Schema, wanted: Schema, place: str) -> Iterator[str]:
        """Yield the misfits of two schemas, or of two parts of them."""
        pair = (id(given), id(wanted))
        if pair in self.under_way:
            return
        self.under_way.add(pair)
        ours, theirs = choices(given), choices(wanted)
        if len(ours) == len(theirs) == 1:
            yield from self.alone(ours[0], theirs[0], place)
        else:
            yield from chain.from_iterable(self.among(one, theirs, place) for one in ours)
        self.under_way.discard(pair)

    def among(self, given: Schema, wanted: list[Schema], place: str) -> Iterator[str]:
        """Yield why what fits one choice may fit none of the others: what keeps it from the most alike."""
        tried = [list(self.between(given, other, place)) for other in wanted]
        if all(tried):
            name = called(given)
            near = [why for other, why in zip(wanted, tried, strict=True) if called(other) == name]
            yield from near[0] if near else [f"{place}: {name} fits nothing any more"]

    def alone(self, given: Schema, wanted: Schema, place: str) -> Iterator[str]:
        """Yield the misfits of two schemas that are no choice."""
        yield from types(given, wanted, place)
        yield from values(given, wanted, place)
        yield from bounds(given, wanted, place)
        yield from others(given, wanted, place)
        if "items" in wanted:
            yield from self.between(given.get("items", {}), wanted["items"], f"{place}[]")
        yield from self.keys(given, wanted, place)

    def keys(self, given: Schema, wanted: Schema, place: str) -> Iterator[str]:
        """Yield the misfits of the keys of two objects."""
        for name in sorted({*wanted.get("required", ())} - {*given.get("required", ())}):
            yield f"{place}.{name}: has to be there, and may be missing"
        named = {**dict.fromkeys(given.get("properties", ())), **dict.fromkeys(wanted.get("properties", ()))}
        for name in named:
            yield from self.key(key_of(given, name), key_of(wanted, name), f"{place}.{name}")
        yield from self.key(
            given.get("additionalProperties", True), wanted.get("additionalProperties", True), f"{place}.*"
        )

    def key(self, given: Any, wanted: Any, place: str) -> Iterator[str]:
        """Yield the misfits of one key: false stands for what may not be there, true for what may be anything."""
        if given is False or wanted is True:
            return
        if wanted is False:
            yield f"{place}: is not known any more"
        else:
            yield from self.between({} if given is True else given, wanted, place)


def key_of(schema: Schema, name: str) -> Any:
    """Return the schema of a key of an object, or what stands for it."""
    return schema.get("properties", {}).get(name, schema.get("additionalProperties", True))


def choices(schema: Schema) -> list[Schema]:
    """Return the schemas of which one has to fit; conditions beside keys are no choice."""
    if "properties" in schema:
        return [schema]
    found = [part for word in CHOICES for part in schema.get(word, ())]
    return list(chain.from_iterable(map(choices, found))) if found else [schema]


def called(schema: Schema) -> str:
    """Return what a choice is called: its ``kind``, or its type."""
    kind = schema.get("properties", {}).get("kind", {}).get("const")
    return str(kind or schema.get("type", "anything"))


def types(given: Schema, wanted: Schema, place: str) -> Iterator[str]:
    """Yield that a type is not taken."""
    ours, theirs = given.get("type"), wanted.get("type")
    if theirs is not None and ours != theirs and (ours, theirs) != ("integer", "number"):
        yield f"{place}: {ours or 'anything'} where {theirs} is wanted"


def values(given: Schema, wanted: Schema, place: str) -> Iterator[str]:
    """Yield the values that are not taken."""
    ours, theirs = allowed(given), allowed(wanted)
    if theirs is not None:
        extra = sorted(map(repr, [value for value in ours or () if value not in theirs]))
        yield from (f"{place}: {value} is not among the values" for value in extra)
        if ours is None:
            yield f"{place}: only certain values are wanted"


def allowed(schema: Schema) -> list[Any] | None:
    """Return the values that a schema names; None: it names none."""
    return [schema["const"]] if "const" in schema else schema.get("enum")


def bounds(given: Schema, wanted: Schema, place: str) -> Iterator[str]:
    """Yield the bounds that are narrower."""
    for word in (*LOWEST, *HIGHEST):
        ours, theirs = given.get(word), wanted.get(word)
        if theirs is None or allowed(given) is not None:
            continue
        if ours is None or (ours < theirs if word in LOWEST else ours > theirs):
            yield f"{place}: {word} {theirs} is wanted, {'no bound' if ours is None else ours} is given"


def others(given: Schema, wanted: Schema, place: str) -> Iterator[str]:
    """Yield the conditions that nothing is known of here, where they are not the same."""
    beside = set(CHOICES) if "properties" in wanted else set()
    for word in sorted((wanted.keys() - HANDLED) | (wanted.keys() & beside)):
        if given.get(word) != wanted[word]:
            yield f"{place}: {word} is another"
