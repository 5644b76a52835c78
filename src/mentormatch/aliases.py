"""Deprecated aliases: an old name returns the new object and warns, for two minor releases."""

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import Any
from warnings import warn


def moved_names(
    module: str, places: Mapping[str, str], others: Callable[[str], Any] | None = None
) -> Callable[[str], Any]:
    """Return a module's ``__getattr__`` for names that moved.

    Parameters
    ----------
    module
        The full name of the module.
    places
        The new location of each name, as ``"module:name"``.
    others
        The ``__getattr__`` of the module for all other names.
    """

    def find(name: str) -> Any:
        """Return the object of a name; warn if it has moved. Raises AttributeError for an unknown name."""
        if name not in places:
            if others is not None:
                return others(name)
            raise AttributeError(f"module {module!r} has no attribute {name!r}", name=name)
        place, _, new = places[name].partition(":")
        warn(f"{module}.{name} is now {place}.{new}", DeprecationWarning, stacklevel=2)
        return getattr(import_module(place), new)

    return find


def renamed(old: str, new: str) -> property:
    """Return a property for the old name of an attribute."""

    def find(instance: object) -> Any:
        warn(f"{type(instance).__name__}.{old} is now {new}", DeprecationWarning, stacklevel=2)
        return getattr(instance, new)

    return property(find, doc=f"Deprecated: use ``{new}``.")


def moved_member(old: str, place: str, *, method: bool = False) -> property:
    """Return a property for a member that is now a function, at ``place`` as ``"module:name"``."""
    module, _, name = place.partition(":")

    def find(instance: object) -> Any:
        warn(f"{type(instance).__name__}.{old} is now {module}.{name}", DeprecationWarning, stacklevel=2)
        function = getattr(import_module(module), name)
        return partial(function, instance) if method else function(instance)

    return property(find, doc=f"Deprecated: use ``{module}.{name}``.")
