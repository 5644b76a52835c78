"""The rooms of the library, spoken to by what their modules hold: a test need not know in which file a name stands."""

import re
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import mentormatch

if TYPE_CHECKING:
    import pytest  # programs of other processes stand without it

HOME = Path(mentormatch.__file__).parent


@cache
def texts(room: str) -> dict[str, str]:
    """Return the text of each module of a room, a folder of the library."""
    files = {path.relative_to(HOME.parent).with_suffix(""): path for path in (HOME / room).rglob("*.py")}
    return {".".join(name.parts).removesuffix(".__init__"): path.read_text("utf-8") for name, path in files.items()}


@cache
def modules_that_use(room: str, name: str) -> list[ModuleType]:
    """Return the modules of a room that have a name, the room itself too where it offers it; they are loaded now."""
    word = re.compile(rf"\b{name}\b")
    loaded = [import_module(module) for module, text in texts(room).items() if word.search(text)]
    held = [module for module in loaded if hasattr(module, name)]
    assert len({id(getattr(module, name)) for module in held}) == 1, f"{name} is not one thing in {room}"
    return held


def substitute(patch: "pytest.MonkeyPatch", room: str, **values: object) -> None:
    """Put another value in the place of a name, in every module of a room; fail where it names nothing, or two things.

    The room is named as its folder is: "assignment".
    """
    for name, value in values.items():
        for module in modules_that_use(room, name):
            patch.setattr(module, name, value)


def put(room: str, **values: object) -> None:
    """Substitute for good, in the program of another process."""
    for name, value in values.items():
        for module in modules_that_use(room, name):
            setattr(module, name, value)
