"""Base class -> its concrete classes by ``kind``, in the modules of a package and in entry points.

One new file adds a criterion, rule, engine, reader or exporter. Installed packages add criteria, rules, survey tools
and exporters by entry points (PyPA, "Entry points specification"): one per class, named after its kind, in the group of
its base class.
"""

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, EntryPoints, entry_points
from pkgutil import iter_modules
from typing import Any

from mentormatch.base.arguments import unknown_name
from mentormatch.errors import MentorMatchError, Problem
from mentormatch.languages.phrases import quoted
from mentormatch.languages.translation import tr


@cache
def load_all(package: str) -> None:
    """Import a package and its modules, once, so that ``__subclasses__`` of a base knows the classes in them."""
    for module in iter_modules(getattr(import_module(package), "__path__", ()), f"{package}."):
        import_module(module.name)


@cache
def entry_points_installed() -> EntryPoints:
    """Return the entry points of all installed packages. Cached: reading them is slow."""
    return entry_points()


@cache
def entry_points_of(group: str) -> tuple[EntryPoint, ...]:
    return tuple(sorted(entry_points_installed().select(group=group), key=lambda point: (point.name, point.value)))


def concrete[T](base: type[T], package: str, group: str | None = None) -> dict[str, type[T]]:
    """Return the classes derived from ``base`` in the modules of ``package``, by kind, sorted by kind.

    With ``group``, the classes that other packages register in it are included. Raises MentorMatchError if one of them
    cannot be imported, does not fit, or has the kind of another.
    """
    load_all(package)
    classes = {
        kind_of(extension): extension for extension in all_subclasses(base) if extension.__module__.startswith(package)
    }
    for point in entry_points_of(group) if group else ():
        extension = load_entry_point(point)
        expected = find_entry_point_fault(base, point.name, extension) or (
            tr("un autre nom") if point.name in classes else ""
        )
        if expected:
            raise refusal(point, expected)
        classes[point.name] = extension
    return dict(sorted(classes.items()))


@cache
def load_entry_point(point: EntryPoint) -> Any:
    """Return the object of an entry point, or None if it or its module cannot be imported. Other errors are raised."""
    try:
        return point.load()
    except (ImportError, AttributeError):
        return None


def find_entry_point_fault(base: type, name: str, extension: object) -> str:
    """Return the expectation that the object of an entry point fails: base class or kind; empty if it meets both."""
    if not (isinstance(extension, type) and issubclass(extension, base)):
        return base.__name__
    return "" if kind_of(extension) == name else quoted(kind_of(extension))


def refusal(point: EntryPoint, expected: str) -> MentorMatchError:
    """Return the error for an entry point that cannot be used."""
    package = point.dist.name if point.dist else point.module
    entry = f"{point.name} = {point.value}"
    problem = Problem(package, entry, expected, tr("corrigez ce paquet, ou désinstallez-le"))
    return MentorMatchError(tr("Une extension installée ne peut pas être prise"), [problem])


def all_subclasses[T](base: type[T]) -> list[type[T]]:
    """Return all subclasses of ``base``: direct ones in order of definition, then the subclasses of each."""
    children = base.__subclasses__()
    return children + [descendant for child in children for descendant in all_subclasses(child)]


def class_named[T](name: str, classes: Iterable[type[T]], module: str) -> type[T]:
    """Return the class of this name. Raises an AttributeError with the nearest name if there is none."""
    by_name = {candidate.__name__: candidate for candidate in classes}
    if name in by_name:
        return by_name[name]
    if by_name:
        raise unknown_name(module, name, by_name)
    raise AttributeError(f"module {module!r} has no attribute {name!r}", name=name)


def kind_of(extension: type) -> str:
    """Return the ``kind`` of a class in a programme file: a class attribute or the default of a pydantic field."""
    fields = getattr(extension, "__pydantic_fields__", {})
    return str(fields["kind"].default if "kind" in fields else extension.__dict__.get("kind", ""))
