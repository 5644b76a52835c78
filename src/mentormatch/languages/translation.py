"""Messages in French -> texts in the current language: French as written in the code, others from their catalogues.

Every text for people is a French message in a call of ``tr``, ``tr_n`` or ``counted``, or of ``mark`` if it is
translated later. ``tools/messages`` extracts the messages of each room into ``languages/<code>/<room>.po``.
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
# ISO 639-1 codes: French, and each folder of catalogues
LANGUAGES: tuple[str, ...] = (
    FRENCH,
    *sorted(room.name for room in files(__package__).iterdir() if len(room.name) == 2),
)
if TYPE_CHECKING:
    type Language = str
else:
    Language = Literal[LANGUAGES]

ISOLATE = "\u2068"  # first strong isolate (FSI)
END_OF_ISOLATE = "\u2069"  # pop directional isolate (PDI)
_ISOLATED = re.compile("\u2068([^\u2066-\u2069\n]*)\u2069")
_ANY_ISOLATED = re.compile("[\u2066-\u2068][^\u2066-\u2069\n\r\x1c-\x1e\x85\u2029]*\u2069")
# Letters from right to left, and marks of direction
_DIRECTED = re.compile(
    "[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff]"
)

_asked: ContextVar[str | None] = ContextVar("language", default=None)


def spoken() -> str:
    """Return the code of the current language."""
    return _asked.get() or FRENCH


@contextmanager
def language(code: Language, *, unless_asked: bool = False) -> Iterator[None]:
    """Set the current language in a ``with`` block, for all texts: messages, numbers, lists, documents and errors.

    Parameters
    ----------
    code
        A code of ``LANGUAGES``.
    unless_asked
        Keep the language of an enclosing block, if there is one.

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
        codes = ", ".join(LANGUAGES)
        raise ValueError(tr("La langue « {code} » n'est pas connue ; attendu : {known}", code=code, known=codes))
    token = _asked.set(_asked.get() or code if unless_asked else code)
    try:
        yield
    finally:
        _asked.reset(token)


@dataclass(frozen=True, slots=True)
class SpokenText:
    """A result with texts, all of them in the language that was current when the result was made.

    If ``holds_texts`` is false, the result contains no text, and the language of an enclosing ``language`` block takes
    precedence.
    """

    holds_texts: ClassVar[bool] = True
    language: str = field(default_factory=spoken, kw_only=True, compare=False, repr=False)

    def __str__(self) -> str:
        with language(self.language, unless_asked=not self.holds_texts):
            return self.in_words()

    def in_words(self) -> str:
        """Return the text in the current language."""
        raise NotImplementedError


class Speaking(Protocol):
    """An object with a language."""

    @property
    def language(self) -> str:
        """The code of the language."""


def own_language[S: Speaking, **P, R](method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Decorate a method to run in the language of its object, unless the caller set one."""

    @wraps(method)
    def speaking(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with language(self.language, unless_asked=True):
            return method(self, *args, **kwargs)

    return speaking


def tr(message: str, /, **values: object) -> str:
    """Return a message in the current language, its ``{braces}`` filled from ``values`` if there are any."""
    text = _typeset(message) if spoken() == FRENCH else _forms_of(message, message)[0]
    return _filled(text, values) if values else text


def translations(message: str) -> set[str]:
    """Return the distinct translations of a message, French included."""
    texts = set[str]()
    for code in LANGUAGES:
        with language(code):
            texts.add(tr(message))
    return texts


def tr_n(one: str, many: str, number: int, /, **values: object) -> str:
    """Return a message in the singular (``one``) or plural (``many``) form for ``number``, in the current language."""
    french = spoken() == FRENCH
    text = _typeset(one if abs(number) < 2 else many) if french else _forms_of(one, many)[number != 1]
    return _filled(text, values) if values else text


def _filled(text: str, values: Mapping[str, object]) -> str:
    """Return a message filled with values; directional isolates keep each value from reordering the text around it."""
    texts = {name: isolate(value) for name, value in values.items() if isinstance(value, str)}
    return text.format(**{**values, **texts})


def isolate(text: str) -> str:
    r"""Return a text that does not change the writing direction around it (Unicode Standard Annex 9, isolates).

    A text without right-to-left letters and without direction marks is returned unchanged.

    >>> isolate("Zoé"), ascii(isolate("Pau\u202el"))
    ('Zoé', "'\\u2068Pau\\u202el\\u2069'")
    """
    if text.isascii() or not _DIRECTED.search(_replaced(_ANY_ISOLATED, "", text)):
        return text
    # An isolate ends with its paragraph, and none in the text may end the one around it
    paragraphs = "[^\n\r\x1c-\x1e\x85\u2029]+"
    return re.sub(paragraphs, lambda match: f"{ISOLATE}{_balanced(match[0])}{END_OF_ISOLATE}", text)


def without_isolates(text: str) -> str:
    """Return a text without the pairs of marks that ``isolate`` adds."""
    return _replaced(_ISOLATED, r"\1", text)


def _replaced(pattern: re.Pattern[str], by: str, text: str) -> str:
    """Replace the matches of a pattern until none is left, so that nested ones are replaced from the inside out."""
    while (replaced := pattern.sub(by, text)) != text:
        text = replaced
    return text


def _balanced(line: str) -> str:
    """Close each isolate of a line and remove unmatched closing marks."""
    depth, characters = 0, list[str]()
    for character in line:
        depth += (character in "\u2066\u2067\u2068") - (character == END_OF_ISOLATE)
        if depth < 0:
            depth = 0
            continue
        characters.append(character)
    return "".join(characters) + END_OF_ISOLATE * depth


def _forms_of(singular: str, plural: str) -> tuple[str, ...]:
    """Return the translated forms of a message; the French ones if a translation is missing."""
    forms = _catalogue(spoken()).get(singular, ())
    return forms if len(forms) > (singular != plural) and all(forms) else (singular, plural)


@cache  # before values are filled in
def _typeset(message: str) -> str:
    return typeset(message)


def typeset(text: str) -> str:
    """Return a text with typographic apostrophes if the current language is French, else unchanged.

    >>> typeset("L'équipe d'accueil ('sic')")
    "L’équipe d’accueil ('sic')"
    """
    return re.sub(r"(?<=[^\W\d_])'(?=[^\W\d_]|\{)", "\u2019", text) if spoken() == FRENCH else text


class once_spoken[T](cached_property[T]):  # noqa: N801 - used like cached_property
    """A cached property that depends on the language: computed on first access, once per language.

    The language is that of an enclosing ``language`` block, else the ``language`` of the object, else French.

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
        by_language = vars(instance).setdefault(f"{self.attrname}, by language", {})
        with language(getattr(instance, "language", FRENCH), unless_asked=True):
            if spoken() not in by_language:
                by_language[spoken()] = self.func(instance)
            value: T = by_language[spoken()]
        return value


def everywhere(message: str) -> tuple[str, ...]:
    """Return the translation of a message in each language, in the order of ``LANGUAGES``."""
    texts = []
    for code in LANGUAGES:
        with language(code):
            texts.append(tr(message))
    return tuple(texts)


def mark(message: str) -> str:
    """Mark a message for extraction and return it unchanged; ``tr`` translates it when it is used."""
    return message


def mark_n(singular: str, plural: str) -> tuple[str, str]:
    """Mark the singular and the plural of a message for extraction; ``tr_n`` translates them when they are used."""
    return singular, plural


@cache
def _catalogue(code: str) -> Mapping[str, tuple[str, ...]]:
    """Map each message of a language to its forms: singular and plural if a room has both, else one."""
    from babel.messages.pofile import read_po

    catalogue: dict[str, tuple[str, ...]] = {}
    for room in files(__package__).joinpath(code).iterdir():
        with room.open("rb") as stream:
            for message in filter(lambda message: message.id, read_po(stream)):
                singular = _forms(message.id)[0]
                catalogue[singular] = max(catalogue.get(singular, ()), _forms(message.string), key=len)
    return catalogue


def _forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str | None) else tuple(text)
