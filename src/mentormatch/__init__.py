"""mentormatch: from survey answers to pairs that are optimal, explained and re-checkable.

>>> import mentormatch as mm
>>> matching = mm.match(mm.examples.cohort(), mm.examples.programme())
>>> str(matching.status)
'proved'
"""

from mentormatch.base.version import __version__ as __version__
from mentormatch.doors import modules_by_name, open_door

# Type checkers read ``__init__.pyi``, and so do we: a name is imported when it is first used
__all__ = sorted(modules_by_name(__name__, f"{__file__}i"))  # noqa: PLE0605 - the names of the list in ``__init__.pyi``
__getattr__, __dir__ = open_door(__name__, f"{__file__}i", arguments=f"{__name__}.base.arguments")
