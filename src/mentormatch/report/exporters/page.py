"""The matching as one page for a committee, and as a notebook shows it."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, ClassVar

from mentormatch.french import counted
from mentormatch.matching import Exporter, Matching, Seal
from mentormatch.report import standing, words
from mentormatch.report.texts import spaced, visible
from mentormatch.report.view import View, labels_for_notebook, view

if TYPE_CHECKING:
    from jinja2 import Environment

MOST_SHOWN = 50
"""Pairs that a notebook shows; its outputs are saved in its file."""


class PageExporter(Exporter):
    """One HTML file without a script, which loads nothing and lets nothing be loaded."""

    kind: ClassVar[str] = ".html"
    filename: ClassVar[str] = "binomes.html"

    def content(self, matching: Matching, seal: Seal | None = None) -> bytes:
        return rendered("page.html", view(matching, seal=seal)).encode("utf-8")

    def shown(self, matching: Matching) -> str:
        """Return the part of a page that a notebook shows, under pseudonyms where keys are e-mail addresses."""
        return rendered("fragment.html", view(matching, labels_for_notebook(matching)))


def rendered(template: str, shown: View) -> str:
    """Return ``template`` filled with what it shows."""
    style = stylesheet()
    digest = b64encode(sha256(style.encode()).digest()).decode()
    ours = {"style": style, "digest": digest, "words": words, "standing": standing}
    ours |= {"counted": counted, "most": MOST_SHOWN}
    return environment().get_template(template).render(ours, view=shown)


@cache
def environment() -> "Environment":
    """Return the templates; all that is put in them is escaped, and a name that is not there is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("mentormatch.report", "templates")
    made = Environment(autoescape=True, undefined=StrictUndefined, loader=loader, finalize=finalized)
    made.trim_blocks = made.lstrip_blocks = True
    made.filters["spaced"] = spaced
    return made


def finalized(value: object) -> object:
    """Return what an expression of a template gives, without the characters that a page cannot hold."""
    return visible(value) if type(value) is str else value


@cache
def stylesheet() -> str:
    """Return the style of the page."""
    return files("mentormatch.report").joinpath("templates", "page.css").read_text(encoding="utf-8")
