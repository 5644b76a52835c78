"""Objects of a programme <-> the tables of its file; changes of a TOML document that preserve comments and spaces."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, JsonValue

from mentormatch.base.immutable_models import Part
from mentormatch.base.strict_toml import find_headers
from mentormatch.errors import Problem, ProgrammeError, RequestError
from mentormatch.languages.translation import mark, tr
from mentormatch.scoring.criterion import Criterion, SourceTable, criteria_by_kind
from mentormatch.survey.table import unreadable
from mentormatch.survey.table_reader import FrameSource, Records, read_table

if TYPE_CHECKING:
    from tomlkit import TOMLDocument
    from tomlkit.container import Container

type PointsSource = str | PathLike[str] | FrameSource | Records


def as_tables(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return tables and objects as tables, with a question for every field, and options for rankings of items.

    A heading is stored under ``programme``.
    """
    tables = {name: dump_nested(part) for name, part in data.items()}
    if "heading" in data and not isinstance(data["heading"], Mapping) and "programme" not in data:
        tables = {"programme": tables.pop("heading"), **tables}
    follow_up = tables.get("follow_up")
    if isinstance(follow_up, dict):
        tables["follow_up"] = {**follow_up, **expand_fields(follow_up)}
    return {**tables, **expand_fields(tables)}


def expand_fields(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``fields`` of these tables with their questions and options; an empty table if there are none."""
    fields = data.get("fields")
    if not isinstance(fields, dict):
        return {}
    filled = {name: with_question(name, field) for name, field in fields.items()}
    return {"fields": {name: with_items(field, filled) for name, field in filled.items()}}


def with_question(name: str, field: Any) -> Any:
    return {**field, "question": name} if isinstance(field, dict) and field.get("question", "") == "" else field


def with_items(field: Any, fields: Mapping[str, Any]) -> Any:
    """Return the table of a field, with the options of the field that ``items_of`` names."""
    named = field.get("items_of") if isinstance(field, dict) else None
    source = fields.get(named) if isinstance(named, str) else None
    if not isinstance(source, dict) or field.get("options"):
        return field
    return {**field, "options": source.get("items", source.get("options", []))}


def to_tables(programme: Part) -> dict[str, Any]:
    """Return the tables of the file of a programme, without values that are defaults or come from another field."""
    tables = to_table(programme)
    for part in (tables, tables.get("follow_up", {})):
        if "fields" in part:
            part["fields"] = {name: strip_field(name, field, part["fields"]) for name, field in part["fields"].items()}
    return tables


def strip_field(name: str, field: dict[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the table of a field without the values that ``expand_fields`` adds."""
    table = {key: value for key, value in field.items() if (key, value) != ("question", name)}
    bare = {key: value for key, value in table.items() if key != "options"}
    return bare if with_items(bare, fields) == table else table


def to_table(part: BaseModel) -> dict[str, Any]:
    """Return an object as its table, its kind first, without default values."""
    infos = type(part).model_fields
    values = {name: getattr(part, name) for name in sorted(infos, key=lambda name: name != "kind")}
    return {
        infos[name].serialization_alias or name: dump_nested(value)
        for name, value in values.items()
        if name == "kind" or value != infos[name].get_default(call_default_factory=True)
    }


def dump_nested(part: Any) -> Any:
    """Return objects as tables, at any depth."""
    match part:
        case BaseModel():
            return to_table(part)
        case Mapping():
            return {name: dump_nested(value) for name, value in part.items()}
        case Sequence() if not isinstance(part, str | bytes | bytearray):
            return [dump_nested(value) for value in part]
        case date():
            return part.isoformat()
    return part


def plain_table(source: PointsSource) -> SourceTable:
    """Return a table for criteria. Raises SurveyError unless all of its rows can be read."""
    table = read_table(source, tool="plain")
    if table.refused:
        raise unreadable(table.source, *(Problem(str(row.line), row.reason) for row in table.refused))
    return SourceTable(table.source, table.header, tuple((row.line, row.cells) for row in table.records))


def fill_tables(data: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return ``data`` with the tables that its criteria name as files in ``folder``."""
    criteria, kinds = data.get("criteria"), criteria_by_kind()
    if not isinstance(criteria, list):
        return data
    return {**data, "criteria": [load_points_file(criterion, folder, kinds) for criterion in criteria]}


def load_points_file(criterion: Any, folder: Path, kinds: Mapping[str, type[Criterion]]) -> Any:
    """Return the table of a criterion with the content of its file instead of the file name, if it has one."""
    kind = kinds.get(str(criterion.get("kind"))) if isinstance(criterion, dict) else None
    if kind is None or not kind.takes_table or not isinstance(criterion.get("file"), str):
        return criterion
    return kind.with_table(criterion, plain_table(folder / criterion["file"]))


def parse_document(text: str) -> "TOMLDocument":
    """Return the tomlkit document of a text, with all spaces and comments.

    Interleaved tables (``[[rules]]``, ``[[criteria]]``, ``[[rules]]``) are grouped first, since tomlkit moves the
    comments between them. Raises ProgrammeError if the document does not reproduce the text.
    """
    from tomlkit import parse
    from tomlkit.exceptions import TOMLKitError

    try:
        document = parse(text)
        if document.as_string() == text:
            return document
        grouped = group_tables(text)
        document = parse(grouped)
        if document.as_string() == grouped and tomllib.loads(grouped) == tomllib.loads(text):
            return document
    except (TOMLKitError, tomllib.TOMLDecodeError):
        pass
    raise ProgrammeError(tr("Ce fichier est écrit d'une façon que le formulaire ne sait pas changer"))


def group_tables(text: str) -> str:
    r"""Return a TOML text in which the tables under one key follow one another, each with its comments.

    The comments of a table are those above its header, up to the table before it, and those directly below its last
    line.

    >>> print(group_tables("[[a]]\nx = 1\n# below\n\n[[b]]\n\n# above\n[[a]]\nx = 2\n"))
    [[a]]
    x = 1
    # below
    <BLANKLINE>
    # above
    [[a]]
    x = 2
    <BLANKLINE>
    [[b]]
    <BLANKLINE>
    """
    headers = list(find_headers(text))
    starts = [start for start, _, _ in headers]
    # The text before the first header stays first; the comments behind an empty line at the end stay last.
    ended = f"{text}\n"
    cuts = [
        start + start_of_comments(ended[start:end])
        for start, end in zip([0, *starts], [*starts, len(ended)], strict=True)
    ]
    first_places: dict[tuple[str | int, ...], int] = {}
    blocks: list[tuple[list[int], str]] = []
    for path, start, end in zip(entry_paths(headers), cuts, cuts[1:], strict=False):
        parents = [path[:depth] for depth in range(1, len(path) + 1)]
        order = [first_places.setdefault(parent, len(first_places)) for parent in parents]
        blocks.append((order, with_newline(text[start:end])))
    blocks.sort(key=lambda block: block[0])
    return "".join([text[: cuts[0]], *(block for _, block in blocks), text[cuts[-1] :]])


def entry_paths(headers: Sequence[tuple[int, tuple[str, ...], bool]]) -> Iterator[tuple[str | int, ...]]:
    """Yield the keys of each header, with the index of the entry after the key of each list."""
    counts = Counter[tuple[str | int, ...]]()
    for _, keys, starts_entry in headers:
        path: tuple[str | int, ...] = ()
        for depth, key in enumerate(keys, 1):
            path = (*path, key)
            counts[path] += starts_entry and depth == len(keys)
            if counts[path]:
                path = (*path, counts[path])
        yield path


def start_of_comments(text: str) -> int:
    """Return the offset of the empty lines and comments that end a text and are not directly below another line."""
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    index = len(lines)
    while index and lines[index - 1].strip()[:1] in ("", "#"):
        index -= 1
    empty = next((number for number in range(index, len(lines)) if not lines[number].strip()), index)
    return sum(map(len, lines[:empty]))


END_MARKER = "mentormatch-form-marker"
EXTENSION_GONE_MESSAGE = mark("Ce critère ou cette règle n'est plus dans le programme")


def set_value(table: Any, path: Sequence[str], value: JsonValue) -> None:
    """Set a value at a path in a table; None removes it. Comments next to it stay."""
    step, *further = path
    if further:
        set_value(*descend(table, step, further), value)
    elif value is None:
        if step in table:
            remove_key(table, step)
    elif (
        isinstance(value, list)
        and isinstance(table.get(step), list)
        and not any(isinstance(entry, dict) for entry in value)
    ):
        set_list(table[step], value)
    elif step in table:
        table[step] = toml_value(value)
    else:
        add_key(table, step, value)


def descend(table: Any, step: str, further: Sequence[str]) -> tuple[Any, Sequence[str]]:
    """Return the table at the first steps of a path, and the further steps.

    A single condition need not be in a list.
    """
    inner, place = table.get(step), further[0]
    if place.isdigit():
        further = further[1:]
        inner = inner[int(place)] if isinstance(inner, list) and int(place) < len(inner) else inner
    if not isinstance(inner, dict) or not further:
        raise RequestError(tr(EXTENSION_GONE_MESSAGE))
    return inner, further


def add_key(table: Any, key: str, value: JsonValue) -> None:
    """Add a setting to a table: after the other settings, before the comments that follow them.

    A comment that proposes the same setting is removed.
    """
    from tomlkit.items import InlineTable

    if isinstance(table, InlineTable):
        table.append(key, toml_value(value))
        return
    body = table.value.body
    body[:] = [entry for entry in body if entry[0] is not None or not proposes(entry[1].as_string(), key)]
    last = max(
        (place for place, (name, item) in enumerate(body) if name is not None and not has_header(item)), default=-1
    )
    tail = body[last + 1 :]
    if any(name is not None for name, _ in tail):
        table.value._insert_at(last + 1, key, toml_value(value))
        return
    del body[last + 1 :]
    table.append(key, toml_value(value))
    body.extend(tail)


def proposes(comment: str, key: str) -> bool:
    """Return whether a comment is a line that sets ``key``.

    >>> proposes('# contacts = ["email"]', "contacts"), proposes("# contacts = those who agreed", "name")
    (True, False)
    """
    name, equals, value = comment.strip().removeprefix("#").partition("=")
    stated_key = name.strip().removeprefix('"').removesuffix('"')
    return comment.lstrip().startswith("#") and bool(equals) and stated_key == key and value.strip()[:1] in {'"', "["}


def has_header(item: Any) -> bool:
    """Return whether an item has its own header."""
    from tomlkit.items import AoT, Table

    return isinstance(item, AoT | Table)


def remove_key(table: Any, key: str) -> None:
    """Remove a setting; a comment on its line stays, on a separate line."""
    from tomlkit import comment
    from tomlkit.items import InlineTable

    comment_text = table.value.item(key).trivia.comment if not isinstance(table, InlineTable) else ""
    before = [name for name, _ in table.value.body]
    table.remove(key)
    if comment_text:
        place = next(place for place, name in enumerate(before) if name is not None and name.key == key)
        table.value.body[place] = (None, comment(comment_text.removeprefix("#").strip()))


def rename_key(table: Any, key: str, becomes: str) -> None:
    """Rename a setting in its place, with its comments; the document must then be parsed again."""
    from tomlkit import key as toml_key

    table.value._replace(key, toml_key(becomes), table[key])


def set_list(array: Any, values: Sequence[JsonValue]) -> None:
    """Set the values of a list; values that stay keep their lines."""
    for index in reversed([index for index, value in enumerate(array) if value not in values]):
        del array[index]
    for value in (
        values[len(array) :] if list(array) == list(values[: len(array)]) else [v for v in values if v not in array]
    ):
        array.append(value)
    for index, value in enumerate(values):
        if array[index] != value:
            array[index] = value


def toml_value(value: JsonValue) -> Any:
    """Return a value as a tomlkit item: integral numbers without a fraction, tables on one line."""
    from tomlkit import array, inline_table

    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        table = inline_table()
        for key, item in value.items():
            table.append(key, toml_value(item))
        return table
    if isinstance(value, list):
        items = array()
        items.extend([toml_value(item) for item in value])
        return items
    return value


def mark_end(container: "Container") -> str:
    """Insert a marker after the settings of a table, before the comments that follow them. Returns its line."""
    from tomlkit import comment

    body = innermost_table(container).body
    last = max((index for index, (name, _) in enumerate(body) if name is not None), default=-1)
    body.insert(last + 1, (None, comment(END_MARKER)))
    return f"# {END_MARKER}\n"


def innermost_table(container: "Container") -> "Container":
    """Return the innermost of the last tables in a container."""
    from tomlkit.items import AoT

    name, item = container.body[-1] if container.body else (None, None)
    if name is None or not has_header(item):
        return container
    return innermost_table(item[len(item) - 1].value if isinstance(item, AoT) else item.value)  # type: ignore[union-attr]  # is_table says which


def with_newline(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"


def append_block(text: str, block: str) -> str:
    """Return a text with a block after it, separated by an empty line."""
    return f"{with_newline(text)}\n{block}" if text.strip() else block


def remove_table(document: "TOMLDocument", table: Any) -> str:
    """Return the text of a document without a table that has a header; the comments that follow it stay."""
    end, head = mark_end(table.value), f"# {END_MARKER}{END_MARKER}"
    table.trivia.comment_ws, table.trivia.comment = " ", head
    text = document.as_string()
    first = text.rfind("\n", 0, text.index(head)) + 1
    before, after = text[:first], text[text.index(end) + len(end) :]
    if not after and before.endswith("\n\n"):
        return before.removesuffix("\n")
    return before + (after.removeprefix("\n") if before.endswith("\n\n") or not before else after)


def insert_table(document: "TOMLDocument", table: Any, block: str) -> str:
    """Return the text of a document with one more table after another, before the comments that follow.

    Comments directly below the last line of the other table stay with it.
    """
    mark_end(table.value)
    before, _, after = document.as_string().partition(f"# {END_MARKER}\n")
    below = re.match(r"(?:#[^\n]*(?:\n|$))*", after)
    cut = below.end() if below else 0
    return f"{with_newline(before + after[:cut])}\n{block}{after[cut:]}"


def settings_text(settings: Mapping[str, JsonValue]) -> str:
    """Return settings as the lines of a table; a setting that is None is left out."""
    from tomlkit import document

    block = document()
    for key, value in settings.items():
        if value is not None:
            block.add(key, toml_value(value))
    return block.as_string()


def toml_text(tables: Mapping[str, Any]) -> str:
    """Return tables as the text of a TOML file, with long lists on several lines."""
    from tomlkit import dumps, item
    from tomlkit.items import Array

    def spread_lists(part: Any) -> None:
        for value in part.values() if isinstance(part, dict) else part:
            if isinstance(value, Array):
                value.multiline(len(value.as_string()) > 100)
            elif isinstance(value, (dict, list)):
                spread_lists(value)

    document = item(dict(tables))
    spread_lists(document)
    return dumps(document)
