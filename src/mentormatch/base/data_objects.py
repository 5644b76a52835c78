"""What data objects have in common: pickles that only the same version reads, and equality by content."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, SupportsIndex, cast

import numpy as np

from mentormatch.base.version import __version__
from mentormatch.errors import RequestError
from mentormatch.languages.translation import tr


class _VersionStamp:
    """Stands first in a pickle, so that its version is looked at before any class is looked up."""

    def __reduce__(self) -> tuple[Callable[[str], "_VersionStamp"], tuple[str]]:
        return check_version, (__version__,)


_STAMP = _VersionStamp()


def check_version(version: str) -> _VersionStamp:
    """Return the stamp of a pickle made by this version. Raises RequestError where another one made it.

    Pickles name this function: it keeps its place and its name.
    """
    if version != __version__:
        raise RequestError(
            tr(
                "cet objet Python a été conservé (pickle) par mentormatch {found}, et ceci est mentormatch {version} : "
                "seule la version qui l’a écrit le relit. Entre deux versions, gardez le fichier de décision, le "
                "fichier de programme et les réponses, et recalculez.",
                found=version,
                version=__version__,
            )
        )
    return _STAMP


def _remake(stamp: _VersionStamp, make: Callable[..., object], *arguments: object) -> object:
    return make(*arguments)


class VersionedPickle:
    """A data object whose pickle is read by the version that wrote it, and refused in words by any other."""

    __slots__ = ()

    def __reduce_ex__(self, protocol: SupportsIndex, /) -> tuple[Any, ...]:
        make, arguments, *state = cast(tuple[Any, ...], super().__reduce_ex__(max(int(protocol), 2)))
        return (_remake, (_STAMP, make, *arguments), *state)


class ContentEquality(VersionedPickle):
    """Equality and hash of dataclasses by all fields that are compared, arrays included.

    Such a class is made with ``eq=False``.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return have_same_content(self, other) if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return content_hash(self)


def have_same_content(one: object, other: object) -> bool:
    """Return whether two values are equal, and where they hold arrays, these are: NaN is equal to NaN there.

    >>> have_same_content((1, np.array([2.0, np.nan])), (1, np.array([2.0, np.nan])))
    True
    """
    if one is other:
        return True
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return False
    if is_dataclass(one) and type(one) is type(other):
        return all(map(have_same_content, compared_values(one), compared_values(other)))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(have_same_content(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(have_same_content, one, other))
    return bool(one == other)


def content_hash(value: object) -> int:
    """Return a hash that agrees with ``have_same_content``. Of an array it takes dtype and shape only.

    >>> content_hash((1, np.array([2.0]))) == content_hash((1, np.array([3.0])))
    True
    """
    if isinstance(value, np.ndarray):
        return hash((value.dtype.str, value.shape))
    if is_dataclass(value):
        return hash((type(value), *map(content_hash, compared_values(value))))
    if isinstance(value, Mapping):
        return hash(frozenset(value))
    if isinstance(value, list | tuple):
        return hash(tuple(map(content_hash, value)))
    try:
        return hash(value)
    except TypeError:  # it holds what has no hash
        return hash(type(value))


def compared_values(data: Any) -> list[object]:
    """Return the values of the fields of a dataclass that take part in a comparison."""
    return [getattr(data, part.name) for part in fields(data) if part.compare]
