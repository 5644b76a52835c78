"""Frozen pydantic models: lists become tuples, tables become frozen mappings, and changed copies are validated.

Wrong settings of a new or copied model are reported in the same words as those of a programme file.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from types import ModuleType
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


class FrozenDict[K, V](Mapping[K, V]):
    """An immutable mapping, hashable if its values are.

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
    """Return other sequences as lists and other mappings as dictionaries, the types that a file gives."""
    if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray | list | tuple):
        return list(value)
    return value if isinstance(value, dict) else _as_dict(value)


if TYPE_CHECKING:
    type Items[T] = Sequence[T]
    type Entries[K, V] = Mapping[K, V]
else:
    T, K, V = TypeVar("T"), TypeVar("K"), TypeVar("V")
    # A setting of several values: any sequence is accepted, a tuple is stored
    Items = Annotated[list[T], Strict(strict=False), AfterValidator(tuple), WrapSerializer(_dump_items)]
    # A setting of values by name: any mapping is accepted, a frozen one is stored
    Entries = Annotated[
        dict[K, V], BeforeValidator(_as_dict), AfterValidator(FrozenDict), WrapSerializer(_dump_entries)
    ]


def _messages() -> ModuleType:
    """Return the module of messages about wrong settings: of a higher layer, loaded when it is needed."""
    from mentormatch.programme import validation_messages

    return validation_messages


@dataclass_transform(kw_only_default=True, field_specifiers=(Field, PrivateAttr))  # a metaclass does not inherit it
class _ToldInWords(ModelMetaclass):
    if not TYPE_CHECKING:

        def __call__(self, *args, **kwargs):
            """Return a new model. Raises ProgrammeError with every problem in its settings."""
            unordered = [name for name, value in kwargs.items() if isinstance(value, Set | Iterator)]
            if unordered:
                raise _messages().unordered_settings(self, unordered)
            try:
                return super().__call__(*args, **{name: _in_order(value) for name, value in kwargs.items()})
            except ValidationError as error:
                raise _messages().wrong_settings(self, error) from None


class Part(BaseModel, metaclass=_ToldInWords):
    """A table of the programme file, or a part of one."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False, populate_by_name=True)

    @checked
    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with some settings changed, validated like a new model. Raises ProgrammeError.

        The settings are immutable, so ``deep`` makes no difference.
        """
        return type(self)(**{**dict(iter(self)), **(update or {})})  # a model may have a setting ``keys``
