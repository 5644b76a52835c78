"""The example programmes as other applications send them: programme and rows, in JSON."""

import csv
import json
import tomllib
from functools import cache
from typing import Any

from mentormatch.contract.operation import ask
from mentormatch.examples import folder_of

FOLDER = folder_of("mentorat")


@cache
def sent_programme() -> dict[str, Any]:
    return tomllib.loads((FOLDER / "programme.toml").read_text(encoding="utf-8"))


@cache
def rows() -> list[dict[str, str]]:
    text = (FOLDER / "reponses.csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(text.splitlines(), delimiter=";"))


def request(**parts: Any) -> dict[str, Any]:
    return {"programme": sent_programme(), "rows": rows(), **parts}


def told(kind: str, **parts: Any) -> Any:
    return json.loads(ask(kind, request(**parts)).to_json())


CODEV, TASK = "codeveloppement", "groupe-de-travail"


MOST = 9


@cache
def request_of(name: str) -> dict[str, Any]:
    """Return an example programme and its rows as JSON has them: dates are texts."""
    folder = folder_of(name)
    programme = tomllib.loads((folder / "programme.toml").read_text(encoding="utf-8"))
    text = (folder / "reponses.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines(), delimiter=";"))
    return as_json({"programme": programme, "rows": rows} if name == TASK else few(programme, rows))


def few(programme: dict[str, Any], rows: list[dict[str, str]]) -> dict[str, Any]:
    """Return a request on the first rows, in groups of three, without the rule that needs many people."""
    rules = [rule for rule in programme["rules"] if rule["kind"] != "composition"]
    groups = {"size": 3, "goals": ["placed", "priority", "meetings", "floor", "total"]}
    return {"programme": {**programme, "rules": rules, "groups": groups}, "rows": rows[:MOST]}


def as_json(sent: dict[str, Any]) -> dict[str, Any]:
    written: dict[str, Any] = json.loads(json.dumps(sent, default=lambda day: day.isoformat()))
    return written
