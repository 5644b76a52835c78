"""Requests as other applications send them: the example programme, and people made up for it."""

import json
import random
import tomllib
from functools import cache
from typing import Any

from benchmarks.made import header, row
from mentormatch import Programme, examples


@cache
def programme() -> dict[str, Any]:
    return tomllib.loads((examples.folder_of("mentorat") / "programme.toml").read_text("utf-8"))


def request_for(size: int, **more: Any) -> dict[str, Any]:
    """Return a request with so many people on each side, always the same ones."""
    read, draw = Programme.read(programme()), random.Random(2026)
    names = header(read)
    rows = [row(read, side, number, draw) for side in ("mentor", "mentee") for number in range(size)]
    told = [dict(zip(names, cells, strict=True)) for cells in rows]
    return {"programme": programme(), "rows": told, **more}


@cache
def body_for(size: int) -> bytes:
    return json.dumps(request_for(size), ensure_ascii=False).encode()
