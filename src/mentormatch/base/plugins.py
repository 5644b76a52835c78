"""How one new file becomes a new criterion, rule, engine, reader or exporter: it is found by its ``kind``."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules


@cache
def load_all(package: str) -> None:
    """Import every module of ``package`` once, so that the classes in them are known to their base."""
    for module in iter_modules(import_module(package).__path__, f"{package}."):
        import_module(module.name)


def concrete[T](base: type[T], package: str) -> dict[str, type[T]]:
    """Return the classes that derive from ``base`` in the modules of ``package``, by kind, in order of their names."""
    load_all(package)
    found = {
        kind_of(extension): extension for extension in descendants(base) if extension.__module__.startswith(package)
    }
    return dict(sorted(found.items()))


def descendants[T](base: type[T]) -> list[type[T]]:
    """Return all classes below ``base``, in the order in which they were defined."""
    below = base.__subclasses__()
    return below + [deeper for extension in below for deeper in descendants(extension)]


def kind_of(extension: type) -> str:
    """Return the kind by which ``extension`` is named in a programme file: a class attribute or a pydantic default."""
    fields = getattr(extension, "__pydantic_fields__", {})
    return str(fields["kind"].default if "kind" in fields else extension.__dict__.get("kind", ""))
