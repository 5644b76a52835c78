"""The language that people are spoken to: French as it stands in the code, any other by its catalogue.

Every text for people is a message in French, in a call of ``tr``, ``tr_n`` or ``counted``, or in ``mark`` where it is
only named and spoken later. ``tools/messages`` gathers them, by room, in ``languages/<code>/<room>.po``.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, cached_property, wraps
from importlib.resources import files
from typing import TYPE_CHECKING, Any, ClassVar, Concatenate, Literal, Protocol, Self, overload

FRENCH = "fr"
LANGUAGES: tuple[str, ...] = (
    FRENCH,
    *sorted(room.name for room in files(__package__).iterdir() if len(room.name) == 2),
)
"""The languages, by their codes (ISO 639-1): French, and those whose catalogues stand in a folder of that name."""
if TYPE_CHECKING:
    type Language = str
else:
    Language = Literal[LANGUAGES]

_APOSTROPHE = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_]|\{)")

ISOLATE, END_OF_ISOLATE = "\u2068", "\u2069"
"""First strong isolate, and pop directional isolate."""
_ISOLATES = "\u2066\u2067\u2068"
_ISOLATED = re.compile("\u2068([^\u2066-\u2069\n]*)\u2069")
_ANY_ISOLATED = re.compile("[\u2066-\u2068][^\u2066-\u2069\n\r\x1c-\x1e\x85\u2029]*\u2069")
_DIRECTED = re.compile(
    "[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
"""Letters from right to left, and marks of direction."""
_PARAGRAPH = re.compile("[^\n\r\x1c-\x1e\x85\u2029]+")

_asked: ContextVar[str | None] = ContextVar("language", default=None)


def spoken() -> str:
    """Return the code of the language that is spoken."""
    return _asked.get() or FRENCH


@contextmanager
def language(code: Language, *, unless_asked: bool = False) -> Iterator[None]:
    """Speak a language in a ``with`` block: messages, numbers, lists, documents and errors.

    Parameters
    ----------
    code
        A code of ``LANGUAGES``.
    unless_asked
        Only where no language was asked for yet.

    Raises
    ------
    ValueError
        If there is no such language.

    Examples
    --------
    >>> from mentormatch.languages.translation import language, tr_n
    >>> with language("en"):
    ...     print(tr_n("binôme", "binômes", 2))
    pairs
    """
    if code not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        raise ValueError(tr("La langue « {code} » n'est pas connue ; attendu : {known}", code=code, known=known))
    token = _asked.set(_asked.get() or code if unless_asked else code)
    try:
        yield
    finally:
        _asked.reset(token)


@dataclass(frozen=True, slots=True)
class SpokenText:
    """A result that is told in the language in which it was made, as the texts that it holds are.

    If ``holds_texts`` is false, it holds none, and is told in the language that is asked for, if one is.
    """

    holds_texts: ClassVar[bool] = True
    language: str = field(default_factory=spoken, kw_only=True, compare=False, repr=False)

    def __str__(self) -> str:
        with language(self.language, unless_asked=not self.holds_texts):
            return self.in_words()

    def in_words(self) -> str:
        """Return the text, in the language that is spoken."""
        raise NotImplementedError


class Speaking(Protocol):
    """What has a language of its own."""

    @property
    def language(self) -> str:
        """Its code."""


def own_language[S: Speaking, **P, R](method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Have a method speak the language of its object, unless one was asked for."""

    @wraps(method)
    def speaking(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with language(self.language, unless_asked=True):
            return method(self, *args, **kwargs)

    return speaking


def tr(message: str, /, **values: object) -> str:
    """Return a message in the language that is spoken, its ``{braces}`` filled with ``values`` if there are any."""
    text = _typeset(message) if spoken() == FRENCH else _forms_of(message, message)[0]
    return _filled(text, values) if values else text


def translations(message: str) -> set[str]:
    """Return a message in every language."""
    found = set[str]()
    for code in LANGUAGES:
        with language(code):
            found.add(tr(message))
    return found


def tr_n(one: str, many: str, number: int, /, **values: object) -> str:
    """Return a message that depends on a number: ``one`` for the singular, ``many`` for the plural."""
    french = spoken() == FRENCH
    text = _typeset(one if abs(number) < 2 else many) if french else _forms_of(one, many)[number != 1]
    return _filled(text, values) if values else text


def _filled(text: str, values: Mapping[str, object]) -> str:
    """Return a message with its values, each of which keeps its writing direction to itself."""
    texts = {name: isolate(value) for name, value in values.items() if isinstance(value, str)}
    return text.format(**{**values, **texts})


def isolate(text: str) -> str:
    r"""Return a text whose writing direction changes nothing around it (Unicode Standard Annex 9, isolates).

    A text without letters from right to left and without marks of direction stays as it is.

    >>> isolate("Zoé"), ascii(isolate("Pau\u202el"))
    ('Zoé', "'\\u2068Pau\\u202el\\u2069'")
    """
    if text.isascii() or not _DIRECTED.search(_replaced(_ANY_ISOLATED, "", text)):
        return text
    # An isolate ends with its paragraph, and none in the text may end the one around it
    return _PARAGRAPH.sub(lambda found: f"{ISOLATE}{_balanced(found[0])}{END_OF_ISOLATE}", text)


def without_isolates(text: str) -> str:
    """Return a text without the pairs of marks that ``isolate`` puts around texts."""
    return _replaced(_ISOLATED, r"\1", text)


def _replaced(pattern: re.Pattern[str], by: str, text: str) -> str:
    """Return a text without what a pattern finds, from the inside out."""
    while (replaced := pattern.sub(by, text)) != text:
        text = replaced
    return text


def _balanced(line: str) -> str:
    """Return a line in which each isolate that begins also ends, and no other ends."""
    depth, kept = 0, list[str]()
    for character in line:
        depth += (character in _ISOLATES) - (character == END_OF_ISOLATE)
        if depth < 0:
            depth = 0
            continue
        kept.append(character)
    return "".join(kept) + END_OF_ISOLATE * depth


def _forms_of(one: str, many: str) -> tuple[str, ...]:
    """Return the translations of a message, its own words where one of them is missing."""
    forms = _catalogue(spoken()).get(one, ())
    return forms if len(forms) > (one != many) and all(forms) else (one, many)


@cache
def _typeset(message: str) -> str:
    """Return a French message with the apostrophes of print; what is put in its braces stays as it was typed."""
    return typeset(message)


def typeset(text: str) -> str:
    """Return a French text with the apostrophes of print, also one that somebody typed; another as it is.

    >>> typeset("L'équipe d'accueil ('sic')")
    "L’équipe d’accueil ('sic')"
    """
    return _APOSTROPHE.sub("\u2019", text) if spoken() == FRENCH else text


class once_spoken[T](cached_property[T]):  # noqa: N801 - used like cached_property
    """A property that says something: worked out when it is first asked for, once in each language.

    That is the ``language`` of its object, where it has one, unless another was asked for.

    >>> class Greeting:
    ...     @once_spoken
    ...     def words(self) -> str:
    ...         return spoken()
    >>> greeting = Greeting()
    >>> with language("en"):
    ...     english = greeting.words
    >>> english, greeting.words
    ('en', 'fr')
    """

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> T: ...
    def __get__(self, instance: object | None, owner: type[Any] | None = None) -> Self | T:
        if instance is None:
            return self
        known = vars(instance).setdefault(f"{self.attrname}, by language", {})
        with language(getattr(instance, "language", FRENCH), unless_asked=True):
            if spoken() not in known:
                known[spoken()] = self.func(instance)
            found: T = known[spoken()]
        return found


def everywhere(message: str) -> tuple[str, ...]:
    """Return a message in each language: to know what was written in one of them."""
    found = []
    for code in LANGUAGES:
        with language(code):
            found.append(tr(message))
    return tuple(found)


def mark(message: str) -> str:
    """Return a message as it is; it is spoken later, by ``tr``."""
    return message


def mark_n(one: str, many: str) -> tuple[str, str]:
    """Mark the singular and the plural of a message for extraction; ``tr_n`` translates them when they are used."""
    return one, many


@cache
def _catalogue(code: str) -> Mapping[str, tuple[str, ...]]:
    """Return the messages of a language: the only form, or the singular and the plural where any room has one."""
    from babel.messages.pofile import read_po

    found: dict[str, tuple[str, ...]] = {}
    for room in files(__package__).joinpath(code).iterdir():
        with room.open("rb") as stream:
            for message in filter(lambda message: message.id, read_po(stream)):
                one = _forms(message.id)[0]
                found[one] = max(found.get(one, ()), _forms(message.string), key=len)
    return found


def _forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the one form of a text, or the singular and the plural."""
    return (text or "",) if isinstance(text, str | None) else tuple(text)
