"""How one new file becomes a new criterion, rule, engine, reader or exporter: it is found by its ``kind``.

An installed package adds criteria, rules, survey tools and exporters of its own by entry points (PyPA, "Entry points
specification"): one a class, named by its kind, in the group of what it extends.
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
    """Import ``package`` and every module in it once, so that the classes in them are known to their base."""
    for module in iter_modules(getattr(import_module(package), "__path__", ()), f"{package}."):
        import_module(module.name)


@cache
def entry_points_installed() -> EntryPoints:
    """Return the entry points of all installed packages; reading them is what takes time."""
    return entry_points()


@cache
def points_of(group: str) -> tuple[EntryPoint, ...]:
    """Return the entry points of a group, in order of their names."""
    return tuple(sorted(entry_points_installed().select(group=group), key=lambda point: (point.name, point.value)))


def concrete[T](base: type[T], package: str, group: str | None = None) -> dict[str, type[T]]:
    """Return the classes that derive from ``base`` in the modules of ``package``, by kind, in order of their names.

    With ``group``, those that other packages name in it are among them. Raises MentorMatchError where one of these
    cannot be taken.
    """
    load_all(package)
    found = {
        kind_of(extension): extension for extension in descendants(base) if extension.__module__.startswith(package)
    }
    for point in points_of(group) if group else ():
        extension = load_point(point)
        expected = misfit(base, point.name, extension) or (tr("un autre nom") if point.name in found else "")
        if expected:
            raise refusal(point, expected)
        found[point.name] = extension
    return dict(sorted(found.items()))


@cache
def load_point(point: EntryPoint) -> Any:
    """Return what an entry point names, None where it cannot be loaded."""
    try:
        return point.load()
    except (ImportError, AttributeError):
        return None


def misfit(base: type, name: str, extension: object) -> str:
    """Return what was expected of what an entry point names, empty where it is a class of that kind."""
    if not (isinstance(extension, type) and issubclass(extension, base)):
        return base.__name__
    return "" if kind_of(extension) == name else quoted(kind_of(extension))


def refusal(point: EntryPoint, expected: str) -> MentorMatchError:
    """Return that an extension of another package cannot be taken."""
    package = point.dist.name if point.dist else point.module
    found = f"{point.name} = {point.value}"
    problem = Problem(package, found, expected, tr("corrigez ce paquet, ou désinstallez-le"))
    return MentorMatchError(tr("Une extension installée ne peut pas être prise"), [problem])


def descendants[T](base: type[T]) -> list[type[T]]:
    """Return all classes below ``base``, in the order in which they were defined."""
    below = base.__subclasses__()
    return below + [deeper for extension in below for deeper in descendants(extension)]


def class_named[T](name: str, classes: Iterable[type[T]], module: str) -> type[T]:
    """Return the class of this name. Raises an AttributeError with the nearest name if there is none."""
    by_name = {each.__name__: each for each in classes}
    if name in by_name:
        return by_name[name]
    if by_name:
        raise unknown_name(module, name, by_name)
    raise AttributeError(f"module {module!r} has no attribute {name!r}", name=name)


def kind_of(extension: type) -> str:
    """Return the kind by which ``extension`` is named in a programme file: a class attribute or a pydantic default."""
    fields = getattr(extension, "__pydantic_fields__", {})
    return str(fields["kind"].default if "kind" in fields else extension.__dict__.get("kind", ""))
