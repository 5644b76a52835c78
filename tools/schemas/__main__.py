"""Write the JSON Schema of each request and response into docs/reference/schemas, and tell what would break users.

``python tools/schemas`` writes them; ``--promise`` also makes them what later changes are held against, if none of them
breaks what was promised before. What several of them hold stands once, in a file that they refer to. See
docs/decisions/0013-the-contract.md and 0038-a-schema-once.md.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from breaks import breaking, linked
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, JsonSchemaValue, models_json_schema
from pydantic_core.core_schema import ModelSchema

from mentormatch.contract.operation import (
    REQUEST_VERSION,
    SCHEMA_DIALECT,
    UntitledSchema,
    allow_extra_keys,
    operations_by_kind,
)
from mentormatch.programme.programme import Programme

SCHEMAS = Path(__file__).resolve().parents[2] / "docs" / "reference" / "schemas"
PROMISED = SCHEMAS / f"v{REQUEST_VERSION}"
"""What was promised, without words and examples; a message of a later version is promised in a folder of that."""
PROGRAMME, COMMON = "programme.json", {"requests.json", "responses.json"}
WIDTH = 120
WORDS = {"title", "description", "examples", "default", "discriminator"}


class Parted(UntitledSchema):
    """Writes schemas without that of a programme, which has a file of its own."""

    def model_schema(self, schema: ModelSchema) -> JsonSchemaValue:
        """Return nothing for a programme."""
        return {} if schema["cls"] is Programme else super().model_schema(schema)


def main() -> int:
    """Write the schemas; return 1 where one breaks what was promised."""
    found = schemas()
    broken = [f"{name}: {reason}" for name, reason in broken_by(found, PROMISED)]
    sys.stderr.writelines(f"{line}\n" for line in broken)
    SCHEMAS.mkdir(parents=True, exist_ok=True)
    for name, schema in found.items():
        (SCHEMAS / name).write_text(text_of(schema), encoding="utf-8")
    if "--promise" in sys.argv and not broken:
        for name, schema in found.items():
            promise(name, bare(schema))
    return int(bool(broken))


def promise(name: str, schema: dict[str, Any]) -> None:
    """Write a schema into the folder of its version; of the parts that several share none is taken away."""
    version = schema.get("properties", {}).get("schema_version", {}).get("const", REQUEST_VERSION)
    for folder in sorted({PROMISED, *later_than(PROMISED)}) if name in COMMON else [SCHEMAS / f"v{version}"]:
        path = folder / name
        before = json.loads(path.read_text(encoding="utf-8")) if name in COMMON and path.exists() else {}
        kept = {"$defs": {**before.get("$defs", {}), **schema["$defs"]}} if name in COMMON else {}
        folder.mkdir(exist_ok=True)
        path.write_text(text_of({**schema, **kept}), encoding="utf-8")


def later_than(promised: Path) -> list[Path]:
    """Return the folders of the versions after one, in their order."""
    numbers = {int(path.name[1:]): path for path in promised.parent.glob("v[0-9]*")}
    return [numbers[number] for number in sorted(numbers) if number > int(promised.name[1:])]


def schemas() -> dict[str, dict[str, Any]]:
    """Return every schema by the name of its file, which is its ``$id``: references hold wherever they lie together."""
    every = operations_by_kind().items()
    _, programme = models_json_schema([(Programme, "validation")], schema_generator=UntitledSchema)
    requests = messages(
        {f"{kind}.request.json": one.request_type for kind, one in every}, "validation", "requests.json"
    )
    responses = messages(
        {f"{kind}.response.json": one.response_type for kind, one in every}, "serialization", "responses.json"
    )
    requests["requests.json"]["$defs"]["Programme"] = {"$ref": f"{PROGRAMME}#/$defs/Programme"}
    for kind, operation in every:
        requests[f"{kind}.request.json"]["examples"] = [operation.example()]
    found = {PROGRAMME: {"$ref": "#/$defs/Programme", **programme}, **requests, **allow_extra_keys(responses)}
    return {name: {"$schema": SCHEMA_DIALECT, "$id": name, **schema} for name, schema in found.items()}


def messages(models: dict[str, type[BaseModel]], mode: JsonSchemaMode, common: str) -> dict[str, dict[str, Any]]:
    """Return the schemas of messages by file, and in the file ``common`` what they are made of."""
    each, place = [(model, mode) for model in models.values()], f"{common}#/$defs/{{model}}"
    places, found = models_json_schema(each, schema_generator=Parted, ref_template=place)
    parts = found["$defs"]
    named = set(re.findall(r'"\$ref": "[^"]*/(\w+)"', json.dumps(parts)))
    whole = {file: {**parts[places[model, mode]["$ref"].rpartition("/")[2]]} for file, model in models.items()}
    return {common: {"$defs": {name: part for name, part in parts.items() if name in named}}, **whole}


def broken_by(found: dict[str, dict[str, Any]], promised: Path) -> Iterator[tuple[str, str]]:
    """Yield what breaks users, by the file in which it was promised, in the last version that has it."""
    old: dict[str, dict[str, Any]] = {}
    for folder in (promised, *later_than(promised)):
        kept = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}
        old |= linked(kept)
    new = linked(bare(found))
    for name, schema in old.items():
        if name not in new:
            yield name, "is not there any more"
            continue
        part = "response" if name.endswith(".response.json") else "request"
        yield from ((name, reason) for reason in breaking(schema, new[name], part))


def bare(schema: Any) -> Any:
    """Return a schema without what is there for people; a key of an object may bear any name."""
    if isinstance(schema, list):
        return [bare(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    named = {
        key: {name: bare(part) for name, part in schema[key].items()}
        for key in ("properties", "$defs")
        if key in schema
    }
    return {key: named.get(key, bare(part)) for key, part in schema.items() if key not in WORDS}


def text_of(schema: dict[str, Any]) -> str:
    """Return a schema as its file has it."""
    return laid_out(schema, 0) + "\n"


def laid_out(part: Any, depth: int) -> str:
    """Return JSON of which each object and list stands on one line where it has room there."""
    line = json.dumps(part, ensure_ascii=False)
    if len(line) + depth <= WIDTH or not isinstance(part, dict | list):
        return line
    start, end = "{}" if isinstance(part, dict) else "[]"
    keys = [f"{json.dumps(key)}: " for key in part] if isinstance(part, dict) else [""] * len(part)
    values = part.values() if isinstance(part, dict) else part
    inner = [f"{key}{laid_out(each, depth + 1)}" for key, each in zip(keys, values, strict=True)]
    return start + ",".join(f"\n{' ' * (depth + 1)}{each}" for each in inner) + f"\n{' ' * depth}{end}"


if __name__ == "__main__":
    sys.exit(main())
