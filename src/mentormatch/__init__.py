"""mentormatch: from survey answers to pairs that are optimal, explained and re-checkable.

>>> import mentormatch as mm
>>> matching = mm.match(mm.examples.cohort(), mm.examples.programme())
>>> str(matching.status)
'proved'
"""

from logging import NullHandler, getLogger
from types import FunctionType
from warnings import warn

import lazy_loader

from mentormatch.aliases import moved_names
from mentormatch.base.version import __version__ as __version__

getLogger(__name__).addHandler(NullHandler())  # silent unless the application asks for the log

# Each name is imported when it is first used, from the module that ``__init__.pyi`` states
_import, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def _find(name: str) -> object:
    """Return a public name; functions check their arguments. A class of ``results`` is found too, with a warning."""
    if name not in __all__:
        if name.startswith("_"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
        from mentormatch.base.arguments import unknown_name

        results = _import("results")  # by its name: it imports what imports this package
        if name not in results.__all__:
            raise unknown_name(__name__, name, __all__)
        warn(f"{__name__}.{name} is now {results.__name__}.{name}", DeprecationWarning, stacklevel=3)
        return getattr(results, name)
    value = _import(name)
    if isinstance(value, FunctionType):
        from mentormatch.base.arguments import checked_at_door

        globals()[name] = value = checked_at_door(value, __name__)
    elif hasattr(value, "made_by") and not hasattr(value.__init__, "is_checked"):
        from mentormatch.base.arguments import explained_init

        explained_init(value)
    return value


_MOVED = {
    "propose": "mentormatch:answer_json",
    "draw": "mentormatch:draw_experiment",
    **{name: f"mentormatch.errors:{name}" for name in ("OutputError", "OverwriteError", "Problem", "UnprovedError")},
    **{name: f"mentormatch.programme.edits:{name}" for name in ("ProgrammeText", "ProgrammeVersions")},
    **{
        name: f"mentormatch.programme.sections:{name}"
        for name in ("Documents", "FollowUp", "Goals", "Grouped", "Heading", "Role", "Sessions", "Sharing", "Wordings")
    },
}
__getattr__ = moved_names(__name__, _MOVED, _find)

for _name in globals().keys() & set(__all__):  # all of them, with EAGER_IMPORT
    _find(_name)
