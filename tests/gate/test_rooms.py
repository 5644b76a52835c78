"""Tests speak to rooms by their doors: a file that moves breaks the tests of that file, and no others."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

import mentormatch
from mentormatch.doors import modules_by_name

SOURCE, ROOT = Path(mentormatch.__file__).parent, Path(__file__).parents[2]
FEW = 4
"""So many tests may name one file of a room: those that test what is inside it."""
TAKERS = ("tests", "benchmarks", "docs", "tools")
FROM = re.compile(r"from ((?:mentormatch|tests|benchmarks)(?:\.\w+)*) import (?:\(([\w\s,]+)\)|([\w ,]+))")
DOTTED = re.compile(r"mentormatch(?:\.\w+)+")


@cache
def modules() -> dict[str, bool]:
    """Return every module of the library, and whether it is a room: a folder."""
    found = {}
    for path in SOURCE.rglob("*.py"):
        name = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path.name == "__init__.py"
    return found


def imports(text: str) -> Iterator[tuple[str, str]]:
    """Yield module and name of each import in a text, also in that of a program which is run by another process."""
    for module, several, one in FROM.findall(text):
        yield from ((module, name.split()[0]) for name in (several or one).split(",") if name.strip())


def named(text: str) -> set[str]:
    """Return the files of rooms that a text names."""
    every = modules()
    found = {f"{module}.{name}" for module, name in imports(text) if module.startswith("mentormatch")}
    found |= {*DOTTED.findall(text)}
    for inside in found - every.keys():  # names inside a file
        name = inside
        while name not in every:
            name = name.rpartition(".")[0]
        found.add(name)
    return {name for name in found & every.keys() if not every[name] and name.count(".") > 1}


@cache
def doors() -> dict[str, dict[str, str]]:
    """Return the names that each room offers, with their modules."""
    found = {}
    for room, is_room in modules().items():
        if is_room:
            file = import_module(room).__file__
            assert file is not None
            found[room] = modules_by_name(room, f"{file}i" if room == "mentormatch" else file)
    return found


def texts() -> dict[str, str]:
    """Return the text of every file of tests and benchmarks but this one."""
    paths = [path for folder in ("tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")]
    return {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in paths if path != Path(__file__)}


def taken(path: str, text: str) -> Iterator[str]:
    """Yield the other files of tests and benchmarks from which a file takes something."""
    for module, name in imports(text):
        for each in (module, f"{module}.{name}"):
            if each.startswith(("tests.", "benchmarks.")) and (file := f"{each.replace('.', '/')}.py") != path:
                yield file


@pytest.mark.parametrize(
    "text",
    [
        "from {room} import {file}",
        "from {room}.{file} import digest",
        "from {room} import (\n    Seal,\n    {file} as also,\n)",
        'PROGRAM = "import {room}.{file}"',
    ],
)
def test_a_file_that_is_named_is_found(text: str) -> None:
    name = min(name for name, is_room in modules().items() if not is_room and name.count(".") > 1)
    room, _, file = name.rpartition(".")
    assert named(text.format(room=room, file=file)) == {name}


def is_test(path: str) -> bool:
    return Path(path).name.startswith("test_")


def test_a_file_of_a_room_is_named_by_its_own_tests_alone() -> None:
    by_file = defaultdict(list)
    for path, text in texts().items():
        for name in named(text) if is_test(path) else ():
            by_file[name].append(path)
    many = {name: paths for name, paths in by_file.items() if len(paths) > FEW}
    assert many == {}, "offer what they take at the door of the room, and take it there"


def test_what_several_tests_share_names_no_file_of_a_room() -> None:
    by_others = {file for path, text in texts().items() if path.startswith("tests/") for file in taken(path, text)}
    helpers = {path for path in texts() if path.startswith("tests/") and not is_test(path)}
    shared = {path: text for path, text in texts().items() if path in by_others | helpers}
    insiders = {path: found for path, text in shared.items() if (found := named(text))}
    assert insiders == {}, "take from the door of the room"


def test_what_a_room_offers_is_taken_at_its_door() -> None:
    offered = {(module, name) for door in doors().values() for name, module in door.items() if name != module}
    past = {
        (path, *each)
        for path, text in texts().items()
        for each in imports(text)
        if each in offered and each[0].count(".") > 1
    }
    assert past == set(), "take each from the door of the room"


@pytest.mark.parametrize("room", [room for room, door in doors().items() if door])
def test_every_name_of_a_door_is_there(room: str) -> None:
    assert [name for name in doors()[room] if not hasattr(import_module(room), name)] == []


def test_every_name_of_a_door_is_taken_by_somebody() -> None:
    files = [
        path for folder in TAKERS for path in (ROOT / folder).rglob("*") if path.suffix in {".py", ".md", ".rst", ""}
    ]
    told = "\n".join(path.read_text("utf-8") for path in files if path.is_file())
    found = {*imports(told), *re.findall(r"\b(\w+)(?=\.(\w+))", told)}  # as in mm.rules.Quota
    rooms = {room: door for room, door in doors().items() if room != "mentormatch"}
    left = {(room, name) for room, door in rooms.items() for name in door}
    unused = {(room, name) for room, name in left if not {(room, name), (room.rpartition(".")[2], name)} & found}
    assert unused == set(), "take each out of the __init__ of its room"
