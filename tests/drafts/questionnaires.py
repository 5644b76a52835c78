"""Files to draft from: the published questionnaires as survey tools export them, and the example in other words."""

import importlib.util
import re
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

from pandas import DataFrame

from mentormatch import Programme, examples
from mentormatch.programme.drafts.programme_draft import Draft, make_draft
from mentormatch.programme.drafts.samples import Tables
from mentormatch.programme.enrolment import read_tables

PEOPLE = 20
OTHERWISE = {
    "Vos disciplines, par ordre d'importance": "Disciplines artistiques, par ordre",
    "Pour chaque tâche : que pouvez-vous transmettre ?": "Ce que vous pouvez transmettre, tâche par tâche",
    "Structures pour lesquelles vous avez travaillé depuis 3 ans": "Vos structures",
    "Vous participez en tant que": "Dans quel but venez-vous ?",
    "Je peux former quelqu'un": "Je peux former",
    "Oui, sauf une date": "Oui sauf 1 date",
    "Embauche et paie": "Paie, embauche",
}


def renderer(folder: Path) -> ModuleType:
    """Return the module that writes the exports; it stands beside the questionnaires."""
    spec = importlib.util.spec_from_file_location("render", folder / "render.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def sources(document: dict[str, Any], render: ModuleType, folder: Path) -> dict[str, Any]:
    """Write the export of a questionnaire into a folder, and return its files by side."""
    found: dict[str, Any] = {}
    for name, content in render.export(document, PEOPLE).items():
        side = next((side for side in ("mentors", "mentees") if f".{side[:-1]}." in name), "answers")
        found[side] = folder / name
        found[side].write_bytes(content)
    return found


def tables(document: dict[str, Any], render: ModuleType, folder: Path) -> Tables:
    """Return the tables in the export of a questionnaire."""
    return read_tables(**sources(document, render, folder))


def reworded(folder: Path) -> Path:
    """Write the example into a folder, its answers in other words, and return the file of answers."""
    files = examples.copy_to(folder)
    text = files.answers.read_text("utf-8-sig")
    for ours, theirs in OTHERWISE.items():
        assert ours in text
        text = text.replace(ours, theirs)
    files.answers.write_text(text, "utf-8")
    return files.answers


ROWS = 12


def uncommented(text: str) -> str:
    """Return a draft with all that it proposes."""
    lines = text.splitlines()
    return "\n".join(line[2:] if re.match(r"# (\[\[|\w+ = |# )", line) else line for line in lines)


def people(prefix: str, **cells: list[str]) -> DataFrame:
    """Return so many people with their codes; shorter columns come again and again."""
    codes = [f"{prefix}{row}" for row in range(ROWS)]
    return DataFrame({"Code": codes, **{name: again(given) for name, given in cells.items()}}, dtype=object)


def again(given: list[str]) -> list[str]:
    return [given[row % len(given)] for row in range(ROWS)]


def apart(mentors: dict[str, list[str]], mentees: dict[str, list[str]]) -> Draft:
    """Return the draft of a file of mentors and a file of mentees."""
    return make_draft(read_tables(mentors=people("M", **mentors), mentees=people("E", **mentees)))


def proposed(made: Draft) -> list[tuple[str, list[str]]]:
    """Return the kind of each proposal and the questions that it names, once all are in force."""
    programme = Programme.read(tomllib.loads(uncommented(made.text)))
    rules = [(rule.kind, list(rule.references())) for rule in programme.rules]
    criteria = [(criterion.kind, list(criterion.references())) for criterion in programme.criteria]
    return [
        (kind, sorted({programme.fields[said.field].question for said in named})) for kind, named in rules + criteria
    ]
