"""What a programme is made of -> the tables of its file, whether it was stated as tables or as objects; and back."""

from collections.abc import Mapping
from datetime import date
from os import PathLike
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from mentormatch.errors import Problem
from mentormatch.programme.sections import Heading, Part
from mentormatch.scoring.criterion import Criterion, SourceTable, criteria_by_kind
from mentormatch.survey.table import unreadable
from mentormatch.survey.table_reader import FrameSource, Records, read_table

type PointsSource = str | PathLike[str] | FrameSource | Records


def as_tables(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return tables and objects as tables, every field with a question, every ranking of a field's items with options.

    A heading stands under ``programme`` there.
    """
    tables = {name: spelt_out(part) for name, part in data.items()}
    if isinstance(data.get("heading"), Heading) and "programme" not in data:
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
        case dict():
            return {name: spelt_out(one) for name, one in part.items()}
        case list() | tuple():
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
