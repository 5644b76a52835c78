"""What a programme is made of -> the tables of its file, whether it was stated as tables or as objects; and back.

Changes in a TOML document in which every comment and space stays (tomlkit): values, tables, what follows them.
"""

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

LONGEST_LIST = 100
"""Characters of a list that a file states on one line."""
type PointsSource = str | PathLike[str] | FrameSource | Records


def as_tables(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return tables and objects as tables, every field with a question, every ranking of a field's items with options.

    A heading stands under ``programme`` there.
    """
    tables = {name: spelt_out(part) for name, part in data.items()}
    if "heading" in data and not isinstance(data["heading"], Mapping) and "programme" not in data:
        tables = {"programme": tables.pop("heading"), **tables}
    follow_up = tables.get("follow_up")
    if isinstance(follow_up, dict):
        tables["follow_up"] = {**follow_up, **fill_fields(follow_up)}
    return {**tables, **fill_fields(tables)}


def fill_fields(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the ``fields`` of some tables with questions and options, nothing where there are none."""
    fields = data.get("fields")
    if not isinstance(fields, dict):
        return {}
    filled = {name: with_question(name, field) for name, field in fields.items()}
    return {"fields": {name: with_items(field, filled) for name, field in filled.items()}}


def with_question(name: str, field: Any) -> Any:
    """Return the table of a field, with its id for its question where it has none."""
    return {**field, "question": name} if isinstance(field, dict) and field.get("question", "") == "" else field


def with_items(field: Any, fields: Mapping[str, Any]) -> Any:
    """Return the table of a field with the options that it takes from another one, if it does."""
    named = field.get("items_of") if isinstance(field, dict) else None
    other = fields.get(named) if isinstance(named, str) else None
    if not isinstance(other, dict) or field.get("options"):
        return field
    return {**field, "options": other.get("items", other.get("options", []))}


def tables_of(programme: Part) -> dict[str, Any]:
    """Return the tables of the file of a programme, without what is said by default or by another field."""
    tables = table_of(programme)
    for part in (tables, tables.get("follow_up", {})):
        if "fields" in part:
            part["fields"] = {name: strip_field(name, field, part["fields"]) for name, field in part["fields"].items()}
    return tables


def strip_field(name: str, field: dict[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the table of a field without what ``fill_fields`` would give it."""
    table = {key: value for key, value in field.items() if (key, value) != ("question", name)}
    bare = {key: value for key, value in table.items() if key != "options"}
    return bare if with_items(bare, fields) == table else table


def table_of(part: BaseModel) -> dict[str, Any]:
    """Return an object as its table, its kind first, and without what is said by default: None is said nowhere else."""
    infos = type(part).model_fields
    said = {name: getattr(part, name) for name in sorted(infos, key=lambda name: name != "kind")}
    return {
        infos[name].serialization_alias or name: spelt_out(value)
        for name, value in said.items()
        if name == "kind" or value != infos[name].get_default(call_default_factory=True)
    }


def spelt_out(part: Any) -> Any:
    """Return objects as tables, also those in a table or in a list."""
    match part:
        case BaseModel():
            return table_of(part)
        case Mapping():
            return {name: spelt_out(one) for name, one in part.items()}
        case Sequence() if not isinstance(part, str | bytes | bytearray):
            return [spelt_out(one) for one in part]
        case date():
            return part.isoformat()
    return part


def plain_table(source: PointsSource) -> SourceTable:
    """Return a table as criteria read it. Raises SurveyError where it cannot be read whole."""
    table = read_table(source, tool="plain")
    if table.refused:
        raise unreadable(table.source, *(Problem(str(row.line), row.reason) for row in table.refused))
    return SourceTable(table.source, table.header, tuple((row.line, row.cells) for row in table.records))


def fill_tables(data: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return ``data`` with the tables that its criteria take from files in ``folder``."""
    criteria, kinds = data.get("criteria"), criteria_by_kind()
    if not isinstance(criteria, list):
        return data
    return {**data, "criteria": [with_file(stated, folder, kinds) for stated in criteria]}


def with_file(stated: Any, folder: Path, kinds: Mapping[str, type[Criterion]]) -> Any:
    """Return the table of a criterion with what its file holds instead of the name of the file, if it takes one."""
    kind = kinds.get(str(stated.get("kind"))) if isinstance(stated, dict) else None
    if kind is None or not kind.takes_table or not isinstance(stated.get("file"), str):
        return stated
    return kind.with_table(stated, plain_table(folder / stated["file"]))


NOT_EDITABLE = mark("Ce fichier est écrit d'une façon que le formulaire ne sait pas changer")


def parse_document(text: str) -> "TOMLDocument":
    """Return the document of a TOML text, in which every space and comment stays where it was.

    Tables that are written in turns (``[[rules]]``, ``[[criteria]]``, ``[[rules]]``) are grouped first, since tomlkit
    moves the comments between them. Raises ProgrammeError if the document is not the text.
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
    raise ProgrammeError(tr(NOT_EDITABLE))


def group_tables(text: str) -> str:
    r"""Return a TOML text in which the tables under one key follow one another, each with its comments.

    A table takes along the comments above its header, up to the table before it, and those right below its last line.

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
        blocks.append((order, end_line(text[start:end])))
    blocks.sort(key=lambda block: block[0])
    return "".join([text[: cuts[0]], *(block for _, block in blocks), text[cuts[-1] :]])


def entry_paths(headers: Sequence[tuple[int, tuple[str, ...], bool]]) -> Iterator[tuple[str | int, ...]]:
    """Yield the keys of each header, behind each list the place of the entry in it."""
    counts = Counter[tuple[str | int, ...]]()
    for _, keys, begins_entry in headers:
        path: tuple[str | int, ...] = ()
        for depth, key in enumerate(keys, 1):
            path = (*path, key)
            counts[path] += begins_entry and depth == len(keys)
            if counts[path]:
                path = (*path, counts[path])
        yield path


def start_of_comments(text: str) -> int:
    """Return where the empty lines and comments begin that end a text and are not right below another line."""
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    place = len(lines)
    while place and lines[place - 1].strip()[:1] in ("", "#"):
        place -= 1
    empty = next((at for at in range(place, len(lines)) if not lines[at].strip()), place)
    return sum(map(len, lines[:empty]))


MARKER = "mentormatch-form-marker"
GONE = mark("Ce critère ou cette règle n'est plus dans le programme")


def put(table: Any, path: Sequence[str], value: JsonValue) -> None:
    """State a setting in a table, or leave it unstated; comments beside it stay."""
    step, *further = path
    if further:
        put(*inside(table, step, further), value)
    elif value is None:
        if step in table:
            leave_out(table, step)
    elif (
        isinstance(value, list)
        and isinstance(table.get(step), list)
        and not any(isinstance(one, dict) for one in value)
    ):
        fill(table[step], value)
    elif step in table:
        table[step] = toml_value(value)
    else:
        add(table, step, value)


def inside(table: Any, step: str, further: Sequence[str]) -> tuple[Any, Sequence[str]]:
    """Return the table that the first steps of a path lead to, and the others; one condition may stand in no list."""
    inner, place = table.get(step), further[0]
    if place.isdigit():
        further = further[1:]
        inner = inner[int(place)] if isinstance(inner, list) and int(place) < len(inner) else inner
    if not isinstance(inner, dict) or not further:
        raise RequestError(tr(GONE))
    return inner, further


def add(table: Any, key: str, value: JsonValue) -> None:
    """State a setting that a table does not have: after those that it has, before the comments that follow these.

    A comment that states the same setting, as a proposal, goes.
    """
    from tomlkit.items import InlineTable

    if isinstance(table, InlineTable):
        table.append(key, toml_value(value))
        return
    body = table.value.body
    body[:] = [entry for entry in body if entry[0] is not None or not proposes(entry[1].as_string(), key)]
    last = max(
        (place for place, (name, item) in enumerate(body) if name is not None and not is_table(item)), default=-1
    )
    tail = body[last + 1 :]
    if any(name is not None for name, _ in tail):
        table.value._insert_at(last + 1, key, toml_value(value))
        return
    del body[last + 1 :]
    table.append(key, toml_value(value))
    body.extend(tail)


def proposes(comment: str, key: str) -> bool:
    """Return whether a comment is a line that states a setting.

    >>> proposes('# contacts = ["email"]', "contacts"), proposes("# contacts = those who agreed", "name")
    (True, False)
    """
    said, equals, value = comment.strip().removeprefix("#").partition("=")
    written = said.strip().removeprefix('"').removesuffix('"')
    return comment.lstrip().startswith("#") and bool(equals) and written == key and value.strip()[:1] in {'"', "["}


def is_table(item: Any) -> bool:
    """Say whether an item has a header of its own."""
    from tomlkit.items import AoT, Table

    return isinstance(item, AoT | Table)


def leave_out(table: Any, key: str) -> None:
    """Leave a setting unstated; what was said of it in a comment beside stays, on a line of its own."""
    from tomlkit import comment
    from tomlkit.items import InlineTable

    said = table.value.item(key).trivia.comment if not isinstance(table, InlineTable) else ""
    before = [name for name, _ in table.value.body]
    table.remove(key)
    if said:
        place = next(place for place, name in enumerate(before) if name is not None and name.key == key)
        table.value.body[place] = (None, comment(said.removeprefix("#").strip()))


def rename(table: Any, key: str, becomes: str) -> None:
    """Have a setting stand under another key, in its place and with its comments; the document is then read anew."""
    from tomlkit import key as toml_key

    table.value._replace(key, toml_key(becomes), table[key])


def fill(array: Any, values: Sequence[JsonValue]) -> None:
    """Have a list hold these values; those that stay keep the line on which they are."""
    for place in reversed([place for place, one in enumerate(array) if one not in values]):
        del array[place]
    for value in (
        values[len(array) :] if list(array) == list(values[: len(array)]) else [v for v in values if v not in array]
    ):
        array.append(value)
    for place, value in enumerate(values):
        if array[place] != value:
            array[place] = value


def toml_value(value: JsonValue) -> Any:
    """Return a value as tomlkit writes it: whole numbers without a fraction, tables on one line."""
    from tomlkit import array, inline_table

    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        table = inline_table()
        for key, one in value.items():
            table.append(key, toml_value(one))
        return table
    if isinstance(value, list):
        made = array()
        made.extend([toml_value(one) for one in value])
        return made
    return value


def mark_end(container: "Container") -> str:
    """Put a marker after the settings of a table, before the comments that follow them; return its line."""
    from tomlkit import comment

    body = end_of(container).body
    last = max((place for place, (name, _) in enumerate(body) if name is not None), default=-1)
    body.insert(last + 1, (None, comment(MARKER)))
    return f"# {MARKER}\n"


def end_of(container: "Container") -> "Container":
    """Return the innermost table with which a table ends."""
    from tomlkit.items import AoT

    name, item = container.body[-1] if container.body else (None, None)
    if name is None or not is_table(item):
        return container
    return end_of(item[len(item) - 1].value if isinstance(item, AoT) else item.value)  # type: ignore[union-attr]  # is_table says which


def end_line(text: str) -> str:
    """Return a text that ends with a line."""
    return text if not text or text.endswith("\n") else f"{text}\n"


def append_block(text: str, block: str) -> str:
    """Return a text with a block after it, an empty line between them."""
    return f"{end_line(text)}\n{block}" if text.strip() else block


def without_table(document: "TOMLDocument", table: Any) -> str:
    """Return the text of a document without a table that has a header; the comments that follow it stay."""
    end, head = mark_end(table.value), f"# {MARKER}{MARKER}"
    table.trivia.comment_ws, table.trivia.comment = " ", head
    text = document.as_string()
    first = text.rfind("\n", 0, text.index(head)) + 1
    before, after = text[:first], text[text.index(end) + len(end) :]
    if not after and before.endswith("\n\n"):
        return before.removesuffix("\n")
    return before + (after.removeprefix("\n") if before.endswith("\n\n") or not before else after)


def with_table_after(document: "TOMLDocument", table: Any, block: str) -> str:
    """Return the text of a document with the text of one more table behind another, before the comments that follow.

    Comments right below the last line of the other table stay with it.
    """
    mark_end(table.value)
    before, _, after = document.as_string().partition(f"# {MARKER}\n")
    below = re.match(r"(?:#[^\n]*(?:\n|$))*", after)
    cut = below.end() if below else 0
    return f"{end_line(before + after[:cut])}\n{block}{after[cut:]}"


def settings_text(settings: Mapping[str, JsonValue]) -> str:
    """Return settings as the lines of a table; what is None is not stated."""
    from tomlkit import document

    block = document()
    for key, value in settings.items():
        if value is not None:
            block.add(key, toml_value(value))
    return block.as_string()


def toml_text(tables: Mapping[str, Any]) -> str:
    """Return tables as the text of a TOML file, long lists with a line for each element."""
    from tomlkit import dumps, item
    from tomlkit.items import Array

    def spread_lists(part: Any) -> None:
        for one in part.values() if isinstance(part, dict) else part:
            if isinstance(one, Array):
                one.multiline(len(one.as_string()) > LONGEST_LIST)
            elif isinstance(one, (dict, list)):
                spread_lists(one)

    document = item(dict(tables))
    spread_lists(document)
    return dumps(document)
