"""The doors of the rooms: a name that a package offers is imported when it is first used (PEP 562).

A package lists what it offers for type checkers, a line each: ``from module import name as name``. The same lines are
read here, so that each name stands once, and importing a module of a room loads none of the others.
"""

import re
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from types import FunctionType
from typing import Any

_LINE = re.compile(r"^ *from (\S+) import (\w+) as \2$", re.MULTILINE)


def modules_by_name(package: str, file: str) -> dict[str, str]:
    """Return the module of each name that a file of the package offers; the loader reads it, also in an archive."""
    lines = sys.modules[package].__spec__.loader.get_data(file).decode()  # type: ignore[union-attr]  # of a file, so it has
    return {name: module for module, name in _LINE.findall(lines)}


def open_door(package: str, file: str, arguments: str = "") -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return ``__getattr__`` and ``__dir__`` of a package, which offers the names that a file of it lists.

    If ``arguments`` names a module, its ``checked_at_door`` decorates each function that the package offers, and its
    ``unknown_name`` makes the error of a name that it does not offer.
    """
    module_names = vars(sys.modules[package])
    offered = cache(lambda: modules_by_name(package, file))

    def find(name: str) -> Any:
        """Import the module of a name when the name is first used; or the module itself that has the name."""
        if name.startswith("__") or name not in offered():
            known = () if name.startswith("_") or not arguments else offered()
            raise (
                import_module(arguments).unknown_name(package, name, known)
                if known
                else AttributeError(f"module {package!r} has no attribute {name!r}", name=name)
            )
        module = offered()[name]
        found = None if module == package else getattr(import_module(module), name, None)
        module_names[name] = found = import_module(f"{module}.{name}") if found is None else found
        if arguments and isinstance(found, FunctionType):
            module_names[name] = found = import_module(arguments).checked_at_door(found, package)
        return found

    return find, lambda: sorted({*module_names, *offered()})
