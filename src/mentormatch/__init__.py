"""mentormatch: from survey answers to pairs that are optimal, explained and re-checkable.

>>> import mentormatch as mm
>>> matching = mm.match(mm.examples.cohort(), mm.examples.programme())
>>> str(matching.status)
'proved'
"""

from importlib import import_module
from typing import Any

from mentormatch.base.version import __version__ as __version__

# Type checkers read ``__init__.pyi``, and so do we: a name is imported when it is first used
_LINES = map(str.split, __spec__.loader.get_data(f"{__file__}i").decode().splitlines())
_MODULES = {words[3]: words[1] for words in _LINES if words[:1] == ["from"]}

__all__ = sorted(_MODULES)  # noqa: PLE0605 - the names of the list in ``__init__.pyi``


def __getattr__(name: str) -> Any:
    """Import the module of a public name when the name is first used."""
    if name not in _MODULES:
        raise AttributeError(f"module 'mentormatch' has no attribute {name!r}")
    module = _MODULES[name]
    held = None if module == __name__ else getattr(import_module(module), name, None)
    globals()[name] = held = import_module(f"{module}.{name}") if held is None else held
    return held


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
