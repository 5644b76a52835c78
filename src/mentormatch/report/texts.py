"""Texts made safe for documents, French typography, and templates.

Values in templates are escaped, and a page loads no resource apart from its own style.
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


def visible(text: str) -> str:
    r"""Return a text with escapes for control characters and for others that XML or UTF-8 cannot represent.

    Tabs and line ends stay; CR LF becomes LF.

    >>> visible("a\x1ab\ud800")
    'a\\x1ab\\ud800'
    """
    return re.sub(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]", _escape, text.replace("\r\n", "\n")
    )


def encodable(text: str) -> str:
    r"""Return a text with escapes for lone surrogates, which UTF-8 cannot represent.

    >>> encodable("a\x1a\udfff")
    'a\x1a\\udfff'
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def spaced(text: str) -> str:
    r"""Return a text with no-break spaces as in French typography; unchanged in other languages.

    >>> spaced("« Non » : 40 %")
    '«\xa0Non\xa0»\xa0: 40\xa0%'
    """
    return re.sub(r"(?<=[«°]) ", NO_BREAK, re.sub(r" (?=[:;?!%»])", NO_BREAK, text)) if spoken() == FRENCH else text


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def render_template(template: str, sheet: str = "page.css", /, **names: object) -> str:
    """Return a filled template with the style sheet ``sheet``."""
    style = stylesheet(sheet)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    context: dict[str, object] = {"style": style, "digest": digest, "version": __version__}
    return make_template_environment().get_template(template).render(context, **names)


@cache
def make_template_environment() -> "Environment":
    """Return the template environment: values are escaped, and an undefined name is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("mentormatch.report", "templates")
    templates = Environment(autoescape=True, undefined=StrictUndefined, loader=loader, finalize=finalize_value)
    templates.trim_blocks = templates.lstrip_blocks = True
    templates.filters["spaced"] = spaced
    templates.globals |= {"zip": zip, "tr": tr, "mark": mark, "rich": make_markup_message}
    templates.globals |= {"counted": counted, "listed": listed, "quoted": quoted, "spoken": spoken, "theme": theme()}
    return templates


def make_markup_message(message: str, **values: object) -> "Markup":
    """Return a message that contains HTML; the values in its ``{braces}`` are escaped."""
    from markupsafe import Markup

    return Markup(spaced(tr(message))).format(**{name: finalize_value(value) for name, value in values.items()})


def finalize_value(value: object) -> object:
    return visible(value) if type(value) is str else value


@cache
def stylesheet(sheet: str = "page.css") -> str:
    return theme_css() + files("mentormatch.report").joinpath("templates", sheet).read_text(encoding="utf-8")
