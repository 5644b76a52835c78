"""Arguments of a call -> values of the annotated types of a public function, or a RequestError with a message.

``checked`` decorates one function. Every function that the package offers is decorated when it is first used.
"""

import builtins
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache, wraps
from inspect import Parameter, Signature, signature
from os import PathLike, fsencode, fspath
from pathlib import PurePath
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    ForwardRef,
    Literal,
    Self,
    TypeAliasType,
    TypeVar,
    Union,
    get_args,
    get_origin,
    is_typeddict,
)

import numpy as np

from mentormatch.base.scalars import exact_number, plain
from mentormatch.errors import Problem, RequestError
from mentormatch.languages.phrases import listed, quoted
from mentormatch.languages.similarity import closest
from mentormatch.languages.translation import LANGUAGES, language, tr, tr_n

PACKAGE = "mentormatch"


@dataclass(frozen=True, slots=True)
class Converter:
    """Metadata for ``Annotated``: a function that converts an argument to the annotated type or raises MisfitError."""

    convert: Callable[[object], Any]
    of_frame: Callable[[Any], Iterable[object]] | None = None  # yields the values of a frame, if several are accepted
    several_by: str = ""  # the call that makes several values of a file


class MisfitError(Exception):
    """A value does not have the required type: the expected form, advice, and a description of the value."""

    def __init__(self, expected: str, advice: str = "", *, found: str = "") -> None:
        super().__init__(expected)
        self.expected, self.advice, self.found = expected, advice, found


type Check = Callable[[object], Any]


def explained_init[C: type](kind: C) -> C:
    """Replace the constructor of a class by one that names its ``made_by`` where arguments are missing or too many.

    Values are not checked. Raises RequestError in place of TypeError.
    """
    construct: Callable[..., None] = kind.__init__  # type: ignore[misc]  # of this class
    made_by: str = kind.made_by  # type: ignore[attr-defined]  # the caller has looked

    @wraps(construct)
    def explaining(instance: object, *positional: Any, **named: Any) -> None:
        try:
            construct(instance, *positional, **named)
        except TypeError as error:
            if error.__traceback__ is None or error.__traceback__.tb_next:  # raised inside the constructor
                raise
            arguments = Arguments(construct, bound=True, made_by=made_by)
            raise arguments.refusal_of_names(kind.__name__, positional, named) from None

    kind.__init__ = explaining  # type: ignore[misc]  # of this class
    return kind


def checked_init[C: type](kind: C) -> C:
    """Decorate a class so that its constructor checks arguments as ``checked`` functions do."""
    made_by: str = getattr(kind, "made_by", "")
    kind.__init__ = checked(kind.__init__, bound=True, made_by=made_by)  # type: ignore[misc]  # of this class
    return kind


def as_given(value: object) -> object:
    return value


@cache
def check_of(annotation: Any) -> Check:
    """Return the function that converts a value to an annotated type, or raises MisfitError."""
    if annotation in SIMPLE_CHECKS:
        return SIMPLE_CHECKS[annotation]
    if isinstance(annotation, TypeAliasType):
        foreign = not str(annotation.__module__).startswith(PACKAGE)  # of numpy: functions that take arrays check them
        return as_given if foreign else check_of(value_of(annotation))
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        converter = converter_of(annotation)
        return converter.convert if converter else check_of(arguments[0])
    if origin in (Union, UnionType):
        of_path = any(part in (PathLike, PathLike[str]) for part in arguments)  # a text is then the name of a file
        # A mapping is also an iterable of its keys, so mappings are tried first
        ordered = sorted(arguments, key=lambda part: not is_mapping(part))
        return any_of([check_of(part) for part in ordered if not (of_path and part is str)])
    if origin is Literal:
        return one_of(arguments)
    if origin is tuple and (len(arguments) != 2 or arguments[1] is not Ellipsis):
        return tuple_of([check_of(part) for part in arguments])
    if isinstance(origin, type) and origin is not np.ndarray:
        return check_of_generic(origin, arguments)
    return check_of_class(annotation)


def is_mapping(annotation: Any) -> bool:
    origin = get_origin(annotation)
    return isinstance(origin, type) and issubclass(origin, Mapping)


def converter_of(annotation: Any) -> Converter | None:
    """Return the converter in the metadata of an annotation, if any."""
    while isinstance(annotation, TypeAliasType):
        annotation = value_of(annotation)
    marks = get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
    return next((mark for mark in marks if isinstance(mark, Converter)), None)


def value_of(alias: TypeAliasType) -> Any:
    try:
        return alias.__value__
    except NameError:
        return Any


def check_of_generic(origin: type, arguments: tuple[Any, ...]) -> Check:
    """Return the check of a parametrised type: a mapping, an iterable or another class."""
    if issubclass(origin, Mapping):
        return mapping_of(*map(check_of, arguments or (Any, Any)))
    if (issubclass(origin, Iterable) and issubclass(origin, Collection | Iterator)) or origin in (Iterable, Iterator):
        item = arguments[0] if arguments else Any
        converter = converter_of(item)
        make = tuple if origin is tuple else list
        if converter:
            return several_of(check_of(item), make, converter.of_frame, converter.several_by)
        return several_of(check_of(item), make)
    if origin.__name__ == "Callable":
        return function_given
    return check_of_class(origin)


def check_of_class(kind: Any) -> Check:
    """Return the check that a value is an instance of a class, or has the attributes of a protocol.

    Arrays, typed dictionaries and annotations that are no class are not checked.
    """
    if not isinstance(kind, type) or kind is np.ndarray or is_typeddict(kind):
        return as_given
    if getattr(kind, "_is_protocol", False):
        names = getattr(kind, "__protocol_attrs__", ())
        misfit = way_to(kind)

        def with_protocol(value: object) -> object:
            if isinstance(value, type) or not all(hasattr(value, name) for name in names):
                raise MisfitError(misfit.expected, misfit.advice)
            return value

        return with_protocol

    def an_object(value: object) -> object:
        if not isinstance(value, kind):
            raise way_to(kind)
        return value

    return an_object


def way_to(kind: type) -> MisfitError:
    """Return the error that an instance of a class was expected, with its ``made_by``, the call that makes one."""
    call: str = getattr(kind, "made_by", "")
    module, *path_parts = kind.__module__.split(".")
    known_without = module in (PACKAGE, "builtins")
    path = [] if known_without else [part for part in (module, *path_parts) if not part.startswith("_")]
    return MisfitError(".".join([*path, kind.__name__]), way_advice(call))


def way_advice(call: str) -> str:
    return tr("prenez par exemple `{call}`", call=call) if call else ""


def nothing(value: object) -> None:
    """Return None if the value is None, else raise MisfitError."""
    if value is not None:
        raise MisfitError("None")


def text(value: object) -> str:
    """Return a value that is a str."""
    if not isinstance(value, str):
        raise MisfitError(tr("un texte"))
    return value


def yes_or_no(value: object) -> bool:
    """Return a boolean of Python or numpy as bool."""
    answer = plain(value)
    if not isinstance(answer, bool):
        raise MisfitError("True, False")
    return answer


def whole(value: object) -> int:
    """Return an integral number of any type as int."""
    number = exact_number(value)
    if not isinstance(number, int):
        raise MisfitError(tr("un nombre entier"))
    return number


def number(value: object) -> float:
    """Return a finite number of any type as int or float."""
    real = exact_number(value)
    if real is None:
        raise MisfitError(tr("un nombre"))
    return real


def path_given(value: object) -> object:
    """Return a path unchanged after checking its form and length."""
    name = fspath(value) if isinstance(value, str | PathLike) else None
    if not isinstance(name, str) or not name or "\0" in name or len(name) > 4096:  # characters, as on Linux
        raise MisfitError(tr("un chemin, comme {path}", path=quoted("reponses.csv")))
    # Bytes of one file or folder
    if any(len(fsencode(part)) > 255 for part in PurePath(name).parts):
        raise MisfitError(tr("un nom de fichier plus court"))
    return value


def function_given(value: object) -> object:
    if not callable(value):
        raise MisfitError(tr("une fonction"))
    return value


SIMPLE_CHECKS: Mapping[Any, Check] = {
    Any: as_given,
    object: as_given,
    Self: as_given,
    None: nothing,
    NoneType: nothing,
    str: text,
    bool: yes_or_no,
    int: whole,
    float: number,
    PathLike: path_given,
    PathLike[str]: path_given,
}


def any_of(checks: Sequence[Check]) -> Check:
    """Return the check that a value has one of several types; the first match counts."""

    def checked_value(value: object) -> Any:
        misfits = []
        for check in checks:
            try:
                return check(value)
            except MisfitError as misfit:
                misfits.append(misfit)
        raise either_of(misfits)

    return checked_value


def either_of(misfits: Sequence[MisfitError]) -> MisfitError:
    """Return the error that one of several types was expected."""
    expected = list(dict.fromkeys(misfit.expected for misfit in misfits))
    advice = next((misfit.advice for misfit in misfits if misfit.advice), "")
    description = next((misfit.found for misfit in misfits if misfit.found), "")
    if len(expected) == 1:
        return MisfitError(expected[0], advice, found=description)
    return MisfitError(
        tr("{some} ou {last}", some=", ".join(expected[:-1]), last=expected[-1]), advice, found=description
    )


def one_of(choices: Sequence[object]) -> Check:
    """Return the check that a value is one of the given literals, of the same type."""
    texts = [choice for choice in choices if isinstance(choice, str)]

    def choice(value: object) -> object:
        if any(type(value) is type(choice) and value == choice for choice in choices):
            return value
        advice = hint_at(value, texts) if isinstance(value, str) else ""
        raise MisfitError(", ".join(quoted(str(choice)) for choice in choices), advice)

    return choice


def is_frame(value: object) -> bool:
    return hasattr(value, "columns") and hasattr(value, "shape") and not isinstance(value, type)


def several_of(
    check: Check,
    make: Callable[[list[Any]], Any] = list,
    of_frame: Callable[[Any], Iterable[object]] | None = None,
    several_by: str = "",
) -> Check:
    """Return the check of an iterable of one type. Texts are refused: they would be split into characters.

    ``several_by``: the call that makes the iterable of a file, for advice.
    """
    advice = way_advice(several_by)

    def values(several: object) -> Any:
        expected = tr("une liste")
        if isinstance(several, str | bytes):
            raise MisfitError(expected, advice or tr("une seule valeur s'écrit aussi entre crochets : [...]"))
        if of_frame and is_frame(several):
            several = of_frame(several)
        if not isinstance(several, Iterable) or is_frame(several):
            raise MisfitError(expected)
        return make([nth_value(check, place, value) for place, value in enumerate(several, 1)])

    return values


def nth_value(check: Check, place: int, value: object) -> Any:
    """Check one of several values; a misfit states its position."""
    try:
        return check(value)
    except MisfitError as misfit:
        description = tr("n° {place} : {found}", place=place, found=misfit.found or kind_of_value(value))
        raise MisfitError(misfit.expected, misfit.advice, found=description) from None


def tuple_of(checks: Sequence[Check]) -> Check:
    """Return the check of a tuple of fixed length, with a check per position."""

    def values(several: object) -> tuple[Any, ...]:
        if isinstance(several, Iterator):  # reading it would leave nothing for the other types of a union
            raise MisfitError(tr("une liste"))
        parts = several_of(as_given, tuple)(several)
        if len(parts) != len(checks):
            raise MisfitError(tr("{count} valeurs", count=len(checks)))
        return tuple(map(nth_value, checks, range(1, len(parts) + 1), parts))

    return values


def mapping_of(key: Check, check: Check) -> Check:
    """Return the check of a mapping, with a check of its keys and one of its values."""

    def values(several: object) -> dict[Any, Any]:
        if not isinstance(several, Mapping):
            raise MisfitError(tr("un dictionnaire"))
        return {key(name): nth_value(check, place, value) for place, (name, value) in enumerate(several.items(), 1)}

    return values


def kind_of_value(value: object) -> str:
    """Return the text of None, a truth value or a short number, else the type: a text may be a person's answer."""
    simple = plain(value)
    if value is None or isinstance(simple, bool | float) or (isinstance(simple, int) and simple.bit_length() < 100):
        return str(simple)
    return type(value).__name__


class _Names(dict[str, Any]):
    """The namespace of a function's annotations: its module, builtins, then the public names; Any if unknown."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(vars(builtins) | getattr(function, "__globals__", {}))

    def __missing__(self, name: str) -> Any:
        package = sys.modules[PACKAGE]
        return getattr(package if name in dir(package) else package.results, name, Any)


KEYWORDS = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
POSITIONAL = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.POSITIONAL_ONLY)


def listed_call(name: str, parameters: Iterable[Parameter]) -> str:
    return f"{name}({', '.join(parameter.name for parameter in parameters)})"


def hint_at(name: str, candidates: Sequence[str]) -> str:
    """Return a question that suggests the nearest known name; empty if none is near."""
    nearest = closest(name, candidates) if candidates else None
    return tr("vouliez-vous dire « {name} » ?", name=nearest.name) if nearest else ""


class Arguments:
    """The parameters of a function with the check of each."""

    def __init__(self, function: Callable[..., Any], *, bound: bool, made_by: str = "") -> None:
        parameters = list(signature(function).parameters.values())
        self.name = function.__qualname__.removesuffix(".__init__")
        self.parameters = parameters[bound:]
        self.signature = Signature(self.parameters)
        self.made_by = made_by
        names = _Names(function)
        self.annotations = {parameter.name: evaluated(parameter.annotation, names) for parameter in self.parameters}
        self.checks = {name: check_of(annotation) for name, annotation in self.annotations.items()}

    def take(self, positional: tuple[Any, ...], named: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """Return the arguments of a call, converted. Raises RequestError with every argument that does not fit."""
        try:
            bound = self.signature.bind(*positional, **named)
        except TypeError:
            raise self._refusal(self._unbound(positional, named)) from None
        misfits: dict[str, MisfitError] = {}
        for name, value in bound.arguments.items():
            kind = self.signature.parameters[name].kind
            try:
                if kind is Parameter.VAR_POSITIONAL:
                    bound.arguments[name] = tuple(several_of(self.checks[name])(value))
                elif kind is Parameter.VAR_KEYWORD:
                    bound.arguments[name] = mapping_of(as_given, self.checks[name])(value)
                else:
                    bound.arguments[name] = self.checks[name](value)
            except MisfitError as misfit:
                misfits[name] = misfit
        if misfits:
            raise self._refusal(self._problems(misfits, bound.arguments))
        return list(bound.args), bound.kwargs

    def _problems(self, misfits: Mapping[str, MisfitError], values: Mapping[str, Any]) -> Iterator[Problem]:
        """Yield a problem per misfit; if two arguments fit in each other's place, the advice states the order."""
        named = [part for part in self.parameters if self._is_needed(part) or part.name in misfits]
        order = listed_call(self.name, [part for part in named if part.kind in POSITIONAL])
        for name, misfit in misfits.items():
            other_names = [
                other_name for other_name in misfits if other_name != name and self._fits(other_name, values[name])
            ]
            is_swapped = any(self._fits(name, values[other_name]) for other_name in other_names)
            advice = (
                tr("dans l'ordre : `{call}`", call=order) if is_swapped else misfit.advice or way_advice(self.made_by)
            )
            description = misfit.found or kind_of_value(values[name])
            yield Problem(self._place(name, values), tr("trouvé : {found}", found=description), misfit.expected, advice)

    def _place(self, argument: str, values: Mapping[str, Any]) -> str:
        """Return the name of an argument, after the name of the object under construction if it has one."""
        object_name = values.get("name")
        if not self.made_by or argument == "name" or not isinstance(object_name, str):
            return argument
        return f"{self.name} {object_name!r}, {argument}"

    def _fits(self, name: str, value: object) -> bool:
        try:
            self.checks[name](value)
        except MisfitError:
            return False
        return True

    def _unbound(self, positional: tuple[Any, ...], named: Mapping[str, Any]) -> Iterator[Problem]:
        """Yield a problem per argument that is unknown, surplus, given twice or missing."""
        keywords = [parameter.name for parameter in self.parameters if parameter.kind in KEYWORDS]
        positions = [parameter.name for parameter in self.parameters if parameter.kind in POSITIONAL]
        for name in named:
            if name not in keywords:
                advice = self._owner_advice(name) or hint_at(name, keywords)
                yield Problem(name, tr("argument inconnu"), ", ".join(keywords), advice)
        if len(positional) > len(positions):
            keyword_only = listed([f"{name}=" for name in keywords if name not in positions])
            advice = way_advice(self.made_by)
            if keyword_only:
                advice = tr("les autres se donnent par leur nom : {names}", names=keyword_only)
            count = len(positional)
            description = tr_n("{count} argument sans nom", "{count} arguments sans nom", count, count=count)
            yield Problem(self.name, description, tr("{count} au plus", count=len(positions)), advice)
        placed = positions[: len(positional)]
        for parameter in self.parameters:
            if parameter.name in placed and parameter.name in named:
                yield Problem(parameter.name, tr("donné deux fois"))
            elif parameter.name not in placed and parameter.name not in named and self._is_needed(parameter):
                advice = way_advice(self.made_by)
                yield Problem(parameter.name, tr("il manque"), self._expected(parameter.name), advice)

    def _owner_advice(self, name: str) -> str:
        """Return the advice to set an unknown argument on the parameter whose class has it; empty if none has it."""
        for parameter, annotation in self.annotations.items():
            if hasattr(annotation, "made_by") and hasattr(annotation, f"with_{name}"):
                return tr("donnez `{value}`", value=f"{parameter}.with_{name}(...)")
            if hasattr(annotation, "made_by") and name in signature(annotation).parameters:
                return tr("cela se règle dans `{owner}` : {advice}", owner=parameter, advice=way_to(annotation).advice)
        return ""

    def refusal_of_names(self, name: str, positional: tuple[Any, ...], named: Mapping[str, Any]) -> RequestError:
        """Return the error of a call of ``name`` whose arguments are missing, unknown or too many."""
        self.name = name
        return self._refusal(self._unbound(positional, named))

    @staticmethod
    def _is_needed(parameter: Parameter) -> bool:
        return parameter.default is Parameter.empty and parameter.kind in (*KEYWORDS, *POSITIONAL)

    def _expected(self, name: str) -> str:
        """Return the expected form of a missing argument."""
        try:
            self.checks[name](_NOTHING)
        except MisfitError as misfit:
            return misfit.expected
        return ""

    def _refusal(self, problems: Iterable[Problem]) -> RequestError:
        return RequestError(tr("Les arguments de `{function}` ne conviennent pas", function=self.name), list(problems))


_NOTHING = object()


def evaluated(annotation: Any, names: Mapping[str, Any]) -> Any:
    """Return an annotation as an object, evaluated if it is a text or forward reference; Any if there is none."""
    if annotation is Parameter.empty or isinstance(annotation, TypeVar):
        return Any
    if isinstance(annotation, ForwardRef):
        annotation = annotation.__forward_arg__
    return evaluated(eval(annotation, {}, names), names) if isinstance(annotation, str) else annotation  # noqa: S307 - an annotation of ours


def language_of(values: Iterable[object]) -> str | None:
    """Return the language of the first argument with one: a programme, or an object made with it."""
    for value in (value for value in values if type(value).__module__.startswith(PACKAGE)):
        code = getattr(value, "language", None) or getattr(getattr(value, "heading", None), "language", None)
        if isinstance(code, str) and code in LANGUAGES:
            return code
    return None


def checked[**P, R](function: Callable[P, R], *, bound: bool | None = None, made_by: str = "") -> Callable[P, R]:
    """Decorate a public function or method to convert and check its arguments by its annotations.

    Numbers of any type become Python numbers, iterables lists or tuples, and mappings dictionaries. A ``Converter`` in
    an annotation converts other types. Annotations are evaluated at the first call.

    Raises
    ------
    RequestError
        With each argument that does not fit, the expected form and the nearest valid name, in the language of the call.
    """
    is_method = "." in function.__qualname__.rpartition("<locals>.")[2] if bound is None else bound
    arguments: list[Arguments] = []

    @wraps(function)
    def checking(*positional: P.args, **named: P.kwargs) -> R:
        if not arguments:
            arguments.append(Arguments(function, bound=is_method, made_by=made_by))
        instance = positional[:is_method]
        code = language_of((*positional, *named.values()))
        with language(code, unless_asked=True) if code else nullcontext():
            values, keywords = arguments[0].take(positional[is_method:], named)
        return function(*instance, *values, **keywords)  # type: ignore[arg-type]  # checked

    checking.is_checked = True  # type: ignore[attr-defined]  # a mark that laws look for
    return checking


def checked_at_door[**P, R](function: Callable[P, R], package: str) -> Callable[P, R]:
    """Return a function as a package offers it: checked, and pickled by its name in the package."""
    public = checked(function, bound=False)
    public.__module__ = package
    return public


class UnknownNameError(RequestError, AttributeError):
    """A module has no attribute of this name. A subclass of AttributeError, as ``__getattr__`` requires."""


def unknown_name(module: str, name: str, candidates: Iterable[str]) -> UnknownNameError:
    """Return the error for an unknown name of a module, with the nearest known one."""
    problem = Problem(module, tr("nom inconnu « {name} »", name=name), advice=hint_at(name, list(candidates)))
    return UnknownNameError(tr("Ce nom n'existe pas"), [problem])
