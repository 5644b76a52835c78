"""Base classes of data objects: pickles bound to one version of the library, and equality by content."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, SupportsIndex, cast

import numpy as np

from mentormatch.base.version import __version__
from mentormatch.errors import RequestError
from mentormatch.languages.translation import tr


class _VersionStamp:
    """First object of a pickle, so that the version is checked before any class is looked up."""

    def __reduce__(self) -> tuple[Callable[[str], "_VersionStamp"], tuple[str]]:
        return check_version, (__version__,)


_STAMP = _VersionStamp()


def check_version(version: str) -> _VersionStamp:
    """Return the stamp of a pickle made by this version. Raises RequestError if another version made it.

    Pickles refer to this function by module and name, so neither may change.
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
    """A data object whose pickle only the version that wrote it reads; others refuse it with a message."""

    __slots__ = ()

    def __reduce_ex__(self, protocol: SupportsIndex, /) -> tuple[Any, ...]:
        make, arguments, *state = cast(tuple[Any, ...], super().__reduce_ex__(max(int(protocol), 2)))
        return (_remake, (_STAMP, make, *arguments), *state)


class ContentEquality(VersionedPickle):
    """Equality and hash by all compared fields of a dataclass, arrays included.

    Subclasses are declared with ``eq=False``.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return have_same_content(self, other) if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return content_hash(self)


def have_same_content(left: object, right: object) -> bool:
    """Return whether two values are equal, with arrays compared by content and NaN equal to NaN in them.

    >>> have_same_content((1, np.array([2.0, np.nan])), (1, np.array([2.0, np.nan])))
    True
    """
    if left is right:
        return True
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        return left.dtype == right.dtype and np.array_equal(left, right, equal_nan=left.dtype.kind == "f")
    if isinstance(left, np.ndarray) or isinstance(right, np.ndarray):
        return False
    if is_dataclass(left) and type(left) is type(right):
        return all(map(have_same_content, compared_values(left), compared_values(right)))
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(have_same_content(left[key], right[key]) for key in left)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(have_same_content, left, right))
    return bool(left == right)


def content_hash(value: object) -> int:
    """Return a hash consistent with ``have_same_content``; of an array, only dtype and shape.

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
    except TypeError:  # a part of it is not hashable
        return hash(type(value))


def compared_values(data: Any) -> list[object]:
    """Return the values of the compared fields of a dataclass."""
    return [getattr(data, part.name) for part in fields(data) if part.compare]
