"""Every command and every operation speaks one language: no function word of the other stands in what they say."""

import csv
import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mentormatch import AssignmentProblem, MentorMatchError, language, solve
from mentormatch.languages.phrases import SYSTEM_REASONS, system_reason
from mentormatch.languages.translation import LANGUAGES
from tests.cli.commands import CASES, Edition, done
from tests.contract.bodies import KINDS, example, texts
from tests.english import foreign_in

PROGRAMMES = ("programme.toml", "watching.toml", "group/programme.toml", "peers/programme.toml")
MISTAKES = {
    "missing answers": "match absent.csv -p {programme}",
    "a folder for answers": "match {group} -p {programme}",
    "no programme": "match {answers} -p absent.toml",
    "unknown option": "match --foo",
    "no answers": "match",
    "wrong number": "plans {answers} -p {programme} -n x",
    "wrong people": "why-not {answers} M99 E05 -p {programme}",
    "somebody who is not there": "repair {answers} {pairs} --withdrawn M99 -p {programme}",
    "no decision": "verify {answers}",
    "nobody to erase": "forget Z99 {answers} -p {programme}",
    "a programme of pairs for groups": "groups {answers} -p {programme}",
    "an output that is read": "match {answers} -p {programme} -o {answers}",
}
MENDED = {
    "unknown key": ("[programme]\n", '[programme]\nnom = "x"\n'),
    "a rule that names nobody": ("", '\n[[rules]]\nkind = "pair"\nmentor = "M99"\nmentee = "E01"\n'),
    "a criterion of no field": ("", '\n[[criteria]]\nkind = "same"\nfield = "rien"\n'),
}
ARRAYS: dict[str, dict[str, Any]] = {
    "infinite": {"scores": [[np.inf]]},
    "nan": {"scores": [[np.nan]]},
    "flat": {"scores": [1.0]},
    "boolean": {"scores": [[True]]},
    "text": {"scores": [["a"]]},
    "great": {"scores": [[1e300]]},
    "ragged": {"scores": [[1.0], [1.0, 2.0]]},
    "shape": {"scores": [[1.0]], "allowed": [[True, False]]},
    "booleans": {"scores": [[1.0]], "allowed": [[3]]},
    "count": {"scores": [[1.0]], "mentor_capacity": [1, 2]},
    "fraction": {"scores": [[1.0]], "mentor_capacity": 0.5},
    "negative": {"scores": [[1.0]], "mentor_capacity": -1},
    "bounds": {"scores": [[1.0]], "mentor_capacity": 1, "mentor_minimum": 2},
    "engine": {"scores": [[1.0]]},
    "goals": {"scores": [[1.0]], "goals": ("klingon",)},
    "executor": {"scores": [[1.0]]},
    "cancel": {"scores": [[1.0]]},
    "scale": {"scores": [[1.0]], "scale": 0},
    "limit": {"scores": [[1.0]]},
}
ASKED: dict[str, dict[str, Any]] = {
    "engine": {"engine": "klingon"},
    "executor": {"executor": 3},
    "cancel": {"cancel": 3},
    "limit": {"time_limit_s": -1},
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    return Edition.made(tmp_path_factory.mktemp("edition"))


BY_TURNS = [
    pytest.param(name, code, marks=() if place % len(LANGUAGES) == number else pytest.mark.proof)
    for place, name in enumerate(name for name in CASES if name != "schema")
    for number, code in enumerate(LANGUAGES)
]
"""Each command in each language; a fast run tries each in one of them."""


@pytest.fixture(params=LANGUAGES)
def code(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def edition(made: Edition, code: str, tmp_path: Path) -> Edition:
    """Return an edition whose programmes are in a language."""
    copied = made.copied(tmp_path / "edition")
    for name in PROGRAMMES:
        path = copied.folder / name
        text = re.sub(r"(?m)^language = .*\n", "", path.read_text("utf-8"))
        path.write_text(text.replace("[programme]\n", f'[programme]\nlanguage = "{code}"\n', 1), "utf-8")
    return copied


def typed(edition: Edition) -> Iterator[str]:
    """Yield what people typed: names, questions and options of programmes, and answers; and where files are."""
    yield str(edition.folder)
    for path in sorted(edition.folder.rglob("*")):
        if path.suffix == ".toml":
            told = tomllib.loads(path.read_text("utf-8"))
            yield from keys(told)
            yield from texts(told)
        if path.suffix == ".csv":
            rows = list(csv.reader(path.read_text("utf-8-sig").splitlines(), delimiter=";"))
            cells = {cell for row in rows for cell in row}
            yield from cells
            yield from (part for cell in cells for part in cell.split(";"))


def keys(told: Any) -> Iterator[str]:
    """Yield the keys of tables in tables."""
    for part in told.values() if isinstance(told, dict) else told if isinstance(told, list) else ():
        yield from keys(part)
    yield from told if isinstance(told, dict) else ()


def ours(text: str, theirs: Iterable[str]) -> list[str]:
    """Return the lines of a text without what others typed."""
    found = {" ".join(part.split()) for part in theirs} - {"in", "where", "by"}
    for part in sorted((each for each in found if len(each) > 2), key=len, reverse=True):
        if part in text:
            text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", "_", text)
    return [re.sub(r"`[^`]*`|--?\w[\w-]*|\S+\.\w+\b", "_", line) for line in text.splitlines()]


def said(edition: Edition, case: str, code: str) -> list[str]:
    """Return what a command says by itself, in a programme of a language, or where that is asked for without one."""
    of_programme = any(name in case for name in ("{programme}", "{watching}", "programme.toml"))
    ended = done(*([] if of_programme else ["--language", code]), *edition.words(case))
    assert "Traceback" not in ended.err
    return ours(ended.out + ended.err, typed(edition))


@pytest.mark.parametrize(("name", "code"), BY_TURNS, indirect=["code"])
def test_a_command_speaks_the_language_of_its_programme(name: str, edition: Edition, code: str) -> None:
    assert foreign_in(code, *said(edition, CASES[name], code)) == []


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_in_the_language_of_the_programme(name: str, edition: Edition, code: str) -> None:
    case = MISTAKES[name]
    lines = said(edition, case if "absent.toml" not in case else case.replace("{answers}", "x.csv"), code)
    assert lines
    assert foreign_in(code, *lines) == []


@pytest.mark.parametrize("name", MENDED)
def test_a_mistake_in_a_programme_is_told_in_its_language(name: str, edition: Edition, code: str) -> None:
    path, (old, new) = edition.folder / "programme.toml", MENDED[name]
    text = path.read_text("utf-8")
    path.write_text(text.replace(old, new, 1) if old else text + new, "utf-8")
    lines = said(edition, CASES["match"], code)
    assert lines
    assert foreign_in(code, *lines) == []


@pytest.mark.parametrize("kind", KINDS)
def test_an_operation_speaks_the_language_that_it_is_asked_in(kind: str, code: str) -> None:
    request = example(kind, language=code)
    told = done("ask", kind, given=json.dumps(request).encode())
    theirs = [*keys(request), *texts(request)]
    answer = json.loads(told.out)
    assert foreign_in(code, *(line for text in texts(answer) for line in ours(text, theirs))) == []


@pytest.mark.parametrize("name", ARRAYS)
def test_numbers_are_refused_in_the_language_that_is_spoken(name: str, code: str) -> None:
    with language(code), pytest.raises(MentorMatchError) as refused:
        solve(AssignmentProblem.from_scores(**ARRAYS[name]), **ASKED.get(name, {}))
    assert foreign_in(code, *ours(str(refused.value), ())) == []


def test_parts_of_a_problem_are_refused_in_the_language_that_is_spoken(code: str) -> None:
    problem = AssignmentProblem.from_scores([[1.0]])
    wrong: dict[str, Any] = {"pins": ((5, 5), (5, 5)), "mentor_keys": ("a", "b"), "goals": ()}
    with language(code), pytest.raises(MentorMatchError) as refused:
        replace(problem, **wrong)
    assert foreign_in(code, *ours(str(refused.value), ())) == []


@pytest.mark.parametrize("number", [*sorted(SYSTEM_REASONS), 12345])
def test_the_system_refuses_in_the_language_that_is_spoken(number: int, code: str) -> None:
    with language(code):
        assert foreign_in(code, system_reason(OSError(number, "No such the file"))) == []
