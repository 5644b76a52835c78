"""mentormatch: from survey answers to pairs that are optimal, explained and re-checkable.

>>> import mentormatch as mm
>>> matching = mm.match(mm.examples.cohort(), mm.examples.programme())
>>> str(matching.status)
'proved'
"""

from types import FunctionType

import lazy_loader

from mentormatch.aliases import moved_names
from mentormatch.base.version import __version__ as __version__

# Each name is imported when it is first used, from the module that ``__init__.pyi`` states
_import, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def _find(name: str) -> object:
    """Return a public name; a function with its arguments checked."""
    if name not in __all__:
        if name.startswith("_"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
        from mentormatch.base.arguments import unknown_name

        raise unknown_name(__name__, name, __all__)
    value = _import(name)
    if isinstance(value, FunctionType):
        from mentormatch.base.arguments import checked_at_door

        globals()[name] = value = checked_at_door(value, __name__)
    return value


__getattr__ = moved_names(
    __name__, {"propose": "mentormatch:answer_json", "draw": "mentormatch:draw_experiment"}, _find
)

for _name in globals().keys() & set(__all__):  # all of them, with EAGER_IMPORT
    _find(_name)
