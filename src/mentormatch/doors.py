"""Lazy attributes of packages: a public name is imported when it is first used (PEP 562).

A package lists its public names for type checkers, one per line: ``from module import name as name``. This module reads
the same lines, so that each name is listed once, and importing one module of a package loads no others.
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
    """Map each public name in a file of the package to its module. Read by the loader, so also from an archive."""
    lines = sys.modules[package].__spec__.loader.get_data(file).decode()  # type: ignore[union-attr]  # packages from files have one
    return {name: module for module, name in _LINE.findall(lines)}


def open_door(package: str, file: str, arguments: str = "") -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return ``__getattr__`` and ``__dir__`` of a package for the public names listed in one of its files.

    If ``arguments`` names a module, its ``checked_at_door`` decorates each public function of the package, and its
    ``unknown_name`` makes the error for an unknown name.
    """
    module_names = vars(sys.modules[package])
    offered = cache(lambda: modules_by_name(package, file))

    def find(name: str) -> Any:
        """Import the module of a name; return its attribute of that name, else the submodule of that name."""
        if name.startswith("__") or name not in offered():
            suggestions = () if name.startswith("_") or not arguments else offered()
            raise (
                import_module(arguments).unknown_name(package, name, suggestions)
                if suggestions
                else AttributeError(f"module {package!r} has no attribute {name!r}", name=name)
            )
        module = offered()[name]
        value = None if module == package else getattr(import_module(module), name, None)
        module_names[name] = value = import_module(f"{module}.{name}") if value is None else value
        if arguments and isinstance(value, FunctionType):
            module_names[name] = value = import_module(arguments).checked_at_door(value, package)
        return value

    return find, lambda: sorted({*module_names, *offered()})
