"""Write the JSON Schema of each request and response into docs/reference/schemas, and tell what would break users.

``python tools/schemas`` writes them; ``--promise`` also makes them what later changes are held against, if none of them
breaks what was promised before. See docs/decisions/0013-the-contract.md.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from breaks import breaking

from mentormatch.contract.operation import operations
from mentormatch.contract.schema import VERSION, schema_of

SCHEMAS = Path(__file__).resolve().parents[2] / "docs" / "reference" / "schemas"
PROMISED = SCHEMAS / f"v{VERSION}"
"""What was promised, without words and examples."""
PARTS = ("request", "response")
WORDS = {"title", "description", "examples", "default", "discriminator"}


def main() -> int:
    """Write the schemas; return 1 where one breaks what was promised."""
    found = schemas()
    broken = [f"{name}: {reason}" for name, reason in broken_by(found, PROMISED)]
    sys.stderr.writelines(f"{line}\n" for line in broken)
    SCHEMAS.mkdir(parents=True, exist_ok=True)
    for name, schema in found.items():
        (SCHEMAS / name).write_text(text_of(schema), encoding="utf-8")
    if "--promise" in sys.argv and not broken:
        PROMISED.mkdir(exist_ok=True)
        for name, schema in found.items():
            (PROMISED / name).write_text(text_of(bare(schema)), encoding="utf-8")
    return int(bool(broken))


def schemas() -> dict[str, dict[str, Any]]:
    """Return every schema by the name of its file."""
    return {
        f"{kind}.{part}.json": schema_of(operation, part) for kind, operation in operations().items() for part in PARTS
    }


def broken_by(found: dict[str, dict[str, Any]], promised: Path) -> Iterator[tuple[str, str]]:
    """Yield what breaks users, by the file in which it was promised."""
    for path in sorted(promised.glob("*.json")):
        if path.name not in found:
            yield path.name, "is not there any more"
            continue
        old = json.loads(path.read_text(encoding="utf-8"))
        part = path.name.split(".")[1]
        yield from ((path.name, reason) for reason in breaking(old, found[path.name], part))


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
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    sys.exit(main())
