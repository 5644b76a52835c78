"""Pydantic models that never change: lists become tuples, tables become frozen mappings, and a changed copy is checked.

Mistakes in the settings of a new or copied model are told in words, as those of a programme file are.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, Self, TypeVar, dataclass_transform

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    SerializerFunctionWrapHandler,
    Strict,
    ValidationError,
    WrapSerializer,
)
from pydantic._internal._model_construction import ModelMetaclass

from mentormatch.base.arguments import checked

MESSAGES = "mentormatch.programme.validation_messages"
"""Tells mistakes in words. It stands above, and is found when it is needed."""


class FrozenDict[K, V](Mapping[K, V]):
    """A mapping that does not change; it has a hash if its values have.

    >>> colours = FrozenDict({"sky": "blue"})
    >>> colours["sky"], colours == {"sky": "blue"}, colours
    ('blue', True, {'sky': 'blue'})
    """

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[K, V] | None = None) -> None:
        self._items = dict(items or {})

    def __getitem__(self, key: K) -> V:
        return self._items[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return repr(self._items)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[dict[K, V]]]:
        return type(self), (dict(self._items),)


def _as_dict(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else value


def _dump_items(value: Sequence[Any], handler: SerializerFunctionWrapHandler) -> Any:
    return handler(list(value))


def _dump_entries(value: Mapping[Any, Any], handler: SerializerFunctionWrapHandler) -> Any:
    return handler(dict(value))


def _in_order(value: object) -> object:
    """Return any other sequence as a list and any other mapping as a dictionary, as they stand in a file."""
    if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray | list | tuple):
        return list(value)
    return value if isinstance(value, dict) else _as_dict(value)


if TYPE_CHECKING:
    type Items[T] = Sequence[T]
    type Entries[K, V] = Mapping[K, V]
else:
    T, K, V = TypeVar("T"), TypeVar("K"), TypeVar("V")
    Items = Annotated[list[T], Strict(strict=False), AfterValidator(tuple), WrapSerializer(_dump_items)]
    """A setting of several values: any sequence is taken, and a tuple is stored."""
    Entries = Annotated[
        dict[K, V], BeforeValidator(_as_dict), AfterValidator(FrozenDict), WrapSerializer(_dump_entries)
    ]
    """A setting of values by name: any mapping is taken, and a frozen one is stored."""


@dataclass_transform(kw_only_default=True, field_specifiers=(Field, PrivateAttr))  # a metaclass does not inherit it
class _ToldInWords(ModelMetaclass):
    if not TYPE_CHECKING:

        def __call__(self, *args, **kwargs):
            """Return a new object. Raises ProgrammeError with every mistake in its settings."""
            unordered = [name for name, value in kwargs.items() if isinstance(value, Set | Iterator)]
            if unordered:
                raise import_module(MESSAGES).unordered_settings(self, unordered)
            try:
                return super().__call__(*args, **{name: _in_order(value) for name, value in kwargs.items()})
            except ValidationError as error:
                raise import_module(MESSAGES).wrong_settings(self, error) from None


class Part(BaseModel, metaclass=_ToldInWords):
    """A table of the programme file, or what stands in one."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False, populate_by_name=True)

    @checked
    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return the same with some settings changed, checked like new ones. Raises ProgrammeError.

        Nothing in it changes, so that a deep copy is no other.
        """
        return type(self)(**{**dict(iter(self)), **(update or {})})  # a model may have a setting ``keys``
