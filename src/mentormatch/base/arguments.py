"""The arguments of a call -> what the annotations of a public function ask for, or a refusal in words.

``checked`` decorates one function. Every function at the door of the package is decorated when it is first used.
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
from mentormatch.languages.translation import LANGUAGES, language, mark, tr

PACKAGE = "mentormatch"
LONGEST_PATH = 4096  # characters, as Linux has it
LONGEST_NAME = 255  # bytes, of one file or folder
WRONG = mark("Les arguments de `{function}` ne conviennent pas")


@dataclass(frozen=True, slots=True)
class Converter:
    """Marks a type of arguments, in ``Annotated``, with the function that makes it of a value or raises MisfitError."""

    convert: Callable[[object], Any]
    of_frame: Callable[[Any], Iterable[object]] | None = None
    """Yields the values that a frame holds, where several are asked for."""


class MisfitError(Exception):
    """A value is not of the type that was asked for: what was expected, and what to do."""

    def __init__(self, expected: str, advice: str = "", *, found: str = "") -> None:
        super().__init__(expected)
        self.expected, self.advice, self.found = expected, advice, found


type Check = Callable[[object], Any]


def checked_init[C: type](kind: C) -> C:
    """Decorate a class: its constructor takes and refuses arguments as ``checked`` functions do."""
    made_by: str = getattr(kind, "made_by", "")
    kind.__init__ = checked(kind.__init__, bound=True, made_by=made_by)  # type: ignore[misc]  # of this class
    return kind


def as_given(value: object) -> object:
    """Return a value of any type."""
    return value


@cache
def check_of(annotation: Any) -> Check:
    """Return what turns a value into one of an annotated type, or raises ``MisfitError``."""
    if annotation in SIMPLE:
        return SIMPLE[annotation]
    if isinstance(annotation, TypeAliasType):
        foreign = not str(annotation.__module__).startswith(PACKAGE)  # of numpy: what takes arrays checks them
        return as_given if foreign else check_of(value_of(annotation))
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        converter = converter_of(annotation)
        return converter.convert if converter else check_of(arguments[0])
    if origin in (Union, UnionType):
        of_path = any(one in (PathLike, PathLike[str]) for one in arguments)  # then a text is the name of a file
        # A mapping is also an iterable of its keys: where both are taken, it is meant as a mapping
        ordered = sorted(arguments, key=lambda one: not is_mapping(one))
        return any_of([check_of(one) for one in ordered if not (of_path and one is str)])
    if origin is Literal:
        return one_of(arguments)
    if origin is tuple and (len(arguments) != 2 or arguments[1] is not Ellipsis):
        return tuple_of([check_of(one) for one in arguments])
    if isinstance(origin, type) and origin is not np.ndarray:
        return check_of_generic(origin, arguments)
    return check_of_class(annotation)


def is_mapping(annotation: Any) -> bool:
    """Return whether an annotation asks for a mapping."""
    origin = get_origin(annotation)
    return isinstance(origin, type) and issubclass(origin, Mapping)


def converter_of(annotation: Any) -> Converter | None:
    """Return what converts values of an annotated type, if it says so."""
    while isinstance(annotation, TypeAliasType):
        annotation = value_of(annotation)
    marks = get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
    return next((one for one in marks if isinstance(one, Converter)), None)


def value_of(alias: TypeAliasType) -> Any:
    """Return the type that an alias stands for; anything, if it names what is not imported."""
    try:
        return alias.__value__
    except NameError:
        return Any


def check_of_generic(origin: type, arguments: tuple[Any, ...]) -> Check:
    """Return the check of a mapping, of several values, or of a class that has parameters."""
    if issubclass(origin, Mapping):
        return mapping_of(*map(check_of, arguments or (Any, Any)))
    if (issubclass(origin, Iterable) and issubclass(origin, Collection | Iterator)) or origin in (Iterable, Iterator):
        item = arguments[0] if arguments else Any
        converter = converter_of(item)
        make, of_frame = tuple if origin is tuple else list, converter.of_frame if converter else None
        return several_of(check_of(item), make, of_frame)
    if origin.__name__ == "Callable":
        return function_given
    return check_of_class(origin)


def check_of_class(kind: Any) -> Check:
    """Return the check that a value is an object of a class, or has what a protocol names."""
    if not isinstance(kind, type) or kind is np.ndarray or is_typeddict(kind):
        return as_given
    if getattr(kind, "_is_protocol", False):
        names = getattr(kind, "__protocol_attrs__", ())
        made = way_to(kind)

        def with_protocol(value: object) -> object:
            if isinstance(value, type) or not all(hasattr(value, name) for name in names):
                raise MisfitError(made.expected, made.advice)
            return value

        return with_protocol

    def an_object(value: object) -> object:
        if not isinstance(value, kind):
            raise way_to(kind)
        return value

    return an_object


def way_to(kind: type) -> MisfitError:
    """Return that an object of a class was expected, and how one is made: ``made_by`` of the class says it."""
    made: str = getattr(kind, "made_by", "")
    module, *rest = kind.__module__.split(".")
    known_without = module in (PACKAGE, "builtins")
    path = [] if known_without else [part for part in (module, *rest) if not part.startswith("_")]
    return MisfitError(".".join([*path, kind.__name__]), way_advice(made))


def way_advice(call: str) -> str:
    """Return the advice to take what a call returns, empty for no call."""
    return tr("prenez par exemple `{call}`", call=call) if call else ""


def nothing(value: object) -> None:
    """Return None if it was given."""
    if value is not None:
        raise MisfitError("None")


def text(value: object) -> str:
    """Return a text."""
    if not isinstance(value, str):
        raise MisfitError(tr("un texte"))
    return value


def yes_or_no(value: object) -> bool:
    """Return a truth value."""
    answer = plain(value)
    if not isinstance(answer, bool):
        raise MisfitError("True, False")
    return answer


def whole(value: object) -> int:
    """Return a whole number of any type."""
    number = exact_number(value)
    if not isinstance(number, int):
        raise MisfitError(tr("un nombre entier"))
    return number


def number(value: object) -> float:
    """Return a finite number of any type."""
    real = exact_number(value)
    if real is None:
        raise MisfitError(tr("un nombre"))
    return real


def path_given(value: object) -> object:
    """Return the path of a file or folder."""
    name = fspath(value) if isinstance(value, str | PathLike) else None
    if not isinstance(name, str) or not name or "\0" in name or len(name) > LONGEST_PATH:
        raise MisfitError(tr("un chemin, comme {path}", path=quoted("reponses.csv")))
    if any(len(fsencode(part)) > LONGEST_NAME for part in PurePath(name).parts):
        raise MisfitError(tr("un nom de fichier plus court"))
    return value


def function_given(value: object) -> object:
    """Return something that can be called."""
    if not callable(value):
        raise MisfitError(tr("une fonction"))
    return value


SIMPLE: Mapping[Any, Check] = {
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
    """Return the check that a value is of one of several types: the first that fits."""

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
    """Return that one of several types was expected."""
    expected = list(dict.fromkeys(misfit.expected for misfit in misfits))
    advice = next((misfit.advice for misfit in misfits if misfit.advice), "")
    found = next((misfit.found for misfit in misfits if misfit.found), "")
    if len(expected) == 1:
        return MisfitError(expected[0], advice, found=found)
    return MisfitError(tr("{some} ou {last}", some=", ".join(expected[:-1]), last=expected[-1]), advice, found=found)


def one_of(choices: Sequence[object]) -> Check:
    """Return the check that a value is one of a few."""
    texts = [choice for choice in choices if isinstance(choice, str)]

    def choice(value: object) -> object:
        if any(type(value) is type(choice) and value == choice for choice in choices):
            return value
        advice = hint_at(value, texts) if isinstance(value, str) else ""
        raise MisfitError(", ".join(quoted(str(choice)) for choice in choices), advice)

    return choice


def is_frame(value: object) -> bool:
    """Return whether a value is a table with named columns, such as a pandas frame."""
    return hasattr(value, "columns") and hasattr(value, "shape") and not isinstance(value, type)


def several_of(
    check: Check,
    make: Callable[[list[Any]], Any] = list,
    of_frame: Callable[[Any], Iterable[object]] | None = None,
) -> Check:
    """Return the check that a value has several others of one type: no text, whose letters they would be."""

    def values(several: object) -> Any:
        expected = tr("une liste")
        if isinstance(several, str | bytes):
            raise MisfitError(expected, tr("une seule valeur s'écrit aussi entre crochets : [...]"))
        if of_frame and is_frame(several):
            several = of_frame(several)
        if not isinstance(several, Iterable) or is_frame(several):
            raise MisfitError(expected)
        return make([nth_value(check, place, value) for place, value in enumerate(several, 1)])

    return values


def nth_value(check: Check, place: int, value: object) -> Any:
    """Return one of several values; a misfit says which."""
    try:
        return check(value)
    except MisfitError as misfit:
        found = tr("n° {place} : {found}", place=place, found=misfit.found or kind_of_value(value))
        raise MisfitError(misfit.expected, misfit.advice, found=found) from None


def tuple_of(checks: Sequence[Check]) -> Check:
    """Return the check that a value has exactly as many others as types were named, each of its own."""

    def values(several: object) -> tuple[Any, ...]:
        parts = several_of(as_given, tuple)(several)
        if len(parts) != len(checks):
            raise MisfitError(tr("{count} valeurs", count=len(checks)))
        return tuple(map(nth_value, checks, range(1, len(parts) + 1), parts))

    return values


def mapping_of(key: Check, check: Check) -> Check:
    """Return the check that a value has others by name."""

    def values(several: object) -> dict[Any, Any]:
        if not isinstance(several, Mapping):
            raise MisfitError(tr("un dictionnaire"))
        return {key(name): nth_value(check, place, value) for place, (name, value) in enumerate(several.items(), 1)}

    return values


def kind_of_value(value: object) -> str:
    """Return of what type a value is, or which number: never a text, which may be an answer."""
    simple = plain(value)
    if value is None or isinstance(simple, bool | float) or (isinstance(simple, int) and simple.bit_length() < 100):
        return str(simple)
    return type(value).__name__


class _Names(dict[str, Any]):
    """The names that annotations of a function mention: its module's, Python's, else those at the public door."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(vars(builtins) | getattr(function, "__globals__", {}))

    def __missing__(self, name: str) -> Any:
        return getattr(sys.modules[PACKAGE], name, Any)


KEYWORDS = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
POSITIONAL = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.POSITIONAL_ONLY)


def listed_call(name: str, parameters: Iterable[Parameter]) -> str:
    """Return a call of a function with the names of some of its parameters."""
    return f"{name}({', '.join(parameter.name for parameter in parameters)})"


def hint_at(name: str, known: Sequence[str]) -> str:
    """Return the known name that is nearest to another, empty if none is near."""
    near = closest(name, known) if known else None
    return tr("vouliez-vous dire « {name} » ?", name=near.name) if near else ""


class Arguments:
    """The parameters of a function with the check of each."""

    def __init__(self, function: Callable[..., Any], *, bound: bool, made_by: str = "") -> None:
        parameters = list(signature(function).parameters.values())
        self.name = function.__qualname__.removesuffix(".__init__")
        self.parameters = parameters[bound:]
        self.signature = Signature(self.parameters)
        self.made_by = made_by
        names = _Names(function)
        self.checks = {one.name: check_of(evaluated(one.annotation, names)) for one in self.parameters}

    def take(self, positional: tuple[Any, ...], named: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """Return the arguments of a call as the function expects them. Raises RequestError with all that do not fit."""
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
        """Yield what is wrong with each argument; two that would each fit in the place of the other are swapped."""
        order = listed_call(self.name, filter(self._is_needed, self.parameters))
        for name, misfit in misfits.items():
            others = [other for other in misfits if other != name and self._fits(other, values[name])]
            is_swapped = any(self._fits(name, values[other]) for other in others)
            advice = (
                tr("dans l'ordre : `{call}`", call=order) if is_swapped else misfit.advice or way_advice(self.made_by)
            )
            found = misfit.found or kind_of_value(values[name])
            yield Problem(self._place(name, values), tr("trouvé : {found}", found=found), misfit.expected, advice)

    def _place(self, argument: str, values: Mapping[str, Any]) -> str:
        """Return an argument, behind the name of the object that is made if it has one."""
        own = values.get("name")
        if not self.made_by or argument == "name" or not isinstance(own, str):
            return argument
        return f"{self.name} {own!r}, {argument}"

    def _fits(self, name: str, value: object) -> bool:
        try:
            self.checks[name](value)
        except MisfitError:
            return False
        return True

    def _unbound(self, positional: tuple[Any, ...], named: Mapping[str, Any]) -> Iterator[Problem]:
        """Yield which arguments are unknown, too many, given twice or missing."""
        known = [one.name for one in self.parameters if one.kind in KEYWORDS]
        places = [one.name for one in self.parameters if one.kind in POSITIONAL]
        for name in named:
            if name not in known:
                yield Problem(name, tr("argument inconnu"), ", ".join(known), hint_at(name, known))
        if len(positional) > len(places):
            others = listed([f"{name}=" for name in known if name not in places])
            advice = tr("les autres se donnent par leur nom : {names}", names=others) if others else ""
            found = tr("{count} arguments sans nom", count=len(positional))
            yield Problem(self.name, found, tr("{count} au plus", count=len(places)), advice)
        placed = places[: len(positional)]
        for one in self.parameters:
            if one.name in placed and one.name in named:
                yield Problem(one.name, tr("donné deux fois"))
            elif one.name not in placed and one.name not in named and self._is_needed(one):
                yield Problem(one.name, tr("il manque"), self._expected(one.name))

    @staticmethod
    def _is_needed(parameter: Parameter) -> bool:
        return parameter.default is Parameter.empty and parameter.kind in (*KEYWORDS, *POSITIONAL)

    def _expected(self, name: str) -> str:
        """Return what a missing argument would be."""
        try:
            self.checks[name](_NOTHING)
        except MisfitError as misfit:
            return misfit.expected
        return ""

    def _refusal(self, problems: Iterable[Problem]) -> RequestError:
        return RequestError(tr(WRONG, function=self.name), list(problems))


_NOTHING = object()


def evaluated(annotation: Any, names: Mapping[str, Any]) -> Any:
    """Return an annotation, also one that is written as a text; anything, if it is none."""
    if annotation is Parameter.empty or isinstance(annotation, TypeVar):
        return Any
    if isinstance(annotation, ForwardRef):
        annotation = annotation.__forward_arg__
    return evaluated(eval(annotation, {}, names), names) if isinstance(annotation, str) else annotation  # noqa: S307 - an annotation of ours


def language_of(values: Iterable[object]) -> str | None:
    """Return the language of the first argument that has one: a programme, or what was made with it."""
    for value in (value for value in values if type(value).__module__.startswith(PACKAGE)):
        code = getattr(value, "language", None) or getattr(getattr(value, "heading", None), "language", None)
        if isinstance(code, str) and code in LANGUAGES:
            return code
    return None


def checked[**P, R](function: Callable[P, R], *, bound: bool | None = None, made_by: str = "") -> Callable[P, R]:
    """Decorate a public function or method: it takes what its annotations say, and refuses all else in words.

    Numbers of any type become those of Python, and several values a list. What else is converted the types say, by a
    ``Converter``. Nothing is read of the annotations before the first call.

    Raises
    ------
    RequestError
        Each argument that does not fit, with what was expected and the nearest way; in the language of the call.
    """
    is_method = "." in function.__qualname__.rpartition("<locals>.")[2] if bound is None else bound
    known: list[Arguments] = []

    @wraps(function)
    def checking(*positional: P.args, **named: P.kwargs) -> R:
        if not known:
            known.append(Arguments(function, bound=is_method, made_by=made_by))
        own = positional[:is_method]
        code = language_of((*positional, *named.values()))
        with language(code, unless_asked=True) if code else nullcontext():
            taken, keywords = known[0].take(positional[is_method:], named)
        return function(*own, *taken, **keywords)  # type: ignore[arg-type]  # checked

    checking.is_checked = True  # type: ignore[attr-defined]
    return checking


def checked_at_door[**P, R](function: Callable[P, R], package: str) -> Callable[P, R]:
    """Return a function as a package offers it: its arguments are checked, and pickles find it in the package."""
    found = checked(function, bound=False)
    found.__module__ = package
    return found


class UnknownNameError(RequestError, AttributeError):
    """A module has no such name. It is an AttributeError as well, as Python asks for."""


def unknown_name(module: str, name: str, known: Iterable[str]) -> UnknownNameError:
    """Return the error that a module has no such name, with the nearest that it has."""
    problem = Problem(module, tr("nom inconnu « {name} »", name=name), advice=hint_at(name, list(known)))
    return UnknownNameError(tr("Ce nom n'existe pas"), [problem])
