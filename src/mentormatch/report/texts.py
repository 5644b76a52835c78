"""How texts become part of a document: made safe, with French typography, put into templates.

How texts that people typed leave safely, and how ours keep French typography.

How templates are filled: all that is put in them is escaped, and a page loads nothing but its own style.
"""

# French here is read, not said

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

from mentormatch.base.theme import theme, theme_css
from mentormatch.base.version import __version__
from mentormatch.languages.phrases import NO_BREAK, counted, listed, quoted
from mentormatch.languages.translation import FRENCH, mark, spoken, tr

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_BEFORE = re.compile(r" (?=[:;?!%»])")
_AFTER = re.compile(r"(?<=[«°]) ")


def visible(text: str) -> str:
    r"""Return ``text`` with the characters that XML and UTF-8 cannot hold, or that nothing shows, as escapes.

    >>> visible("a\x1ab\ud800")
    'a\\x1ab\\ud800'
    """
    return _UNSEEN.sub(_escape, text.replace("\r\n", "\n"))


def encodable(text: str) -> str:
    r"""Return ``text`` with the halves of surrogate pairs, which UTF-8 cannot hold, as escapes; the rest as typed.

    >>> encodable("a\x1a\udfff")
    'a\x1a\\udfff'
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def spaced(text: str) -> str:
    r"""Return ``text`` with no-break spaces where French typography asks for them; as it is in another language.

    >>> spaced("« Non » : 40 %")
    '«\xa0Non\xa0»\xa0: 40\xa0%'
    """
    return _AFTER.sub(NO_BREAK, _BEFORE.sub(NO_BREAK, text)) if spoken() == FRENCH else text


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def render_template(template: str, sheet: str = "page.css", /, **names: object) -> str:
    """Return ``template`` filled with what it names, under the style of ``sheet``."""
    style = stylesheet(sheet)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    ours: dict[str, object] = {"style": style, "digest": digest, "version": __version__}
    return environment().get_template(template).render(ours, **names)


@cache
def environment() -> "Environment":
    """Return the templates; all that is put in them is escaped, and a name that is not there is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("mentormatch.report", "templates")
    made = Environment(autoescape=True, undefined=StrictUndefined, loader=loader, finalize=print_value)
    made.trim_blocks = made.lstrip_blocks = True
    made.filters["spaced"] = spaced
    made.globals |= {"zip": zip, "tr": tr, "mark": mark, "rich": rich}
    made.globals |= {"counted": counted, "listed": listed, "quoted": quoted, "spoken": spoken, "theme": theme()}
    return made


def rich(message: str, **values: object) -> "Markup":
    """Return a message that has marks of HTML of its own; what is put in its ``{braces}`` is escaped."""
    from markupsafe import Markup

    return Markup(spaced(tr(message))).format(**{name: print_value(value) for name, value in values.items()})


def print_value(value: object) -> object:
    """Return what an expression of a template gives, without the characters that a page cannot hold."""
    return visible(value) if type(value) is str else value


@cache
def stylesheet(sheet: str = "page.css") -> str:
    """Return the style of a page."""
    return theme_css() + files("mentormatch.report").joinpath("templates", sheet).read_text(encoding="utf-8")
