"""How templates are filled: all that is put in them is escaped, and a page loads nothing but its own style."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

from mentormatch.base.version import __version__
from mentormatch.languages import mark, spoken, tr
from mentormatch.languages.phrases import counted, quoted
from mentormatch.report.texts import spaced, visible

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


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
    made.globals |= {"counted": counted, "quoted": quoted, "spoken": spoken}
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
    return files("mentormatch.report").joinpath("templates", sheet).read_text(encoding="utf-8")
