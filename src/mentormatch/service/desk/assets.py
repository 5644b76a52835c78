"""The files of the page: the board's as they are, the page's own, and its texts; nothing comes from elsewhere."""

import json
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template

from mentormatch.languages import LANGUAGES, language
from mentormatch.report.page_templates import stylesheet as report_style
from mentormatch.service.desk.texts import sign_words, words
from mentormatch.widgets.board.texts import script, stylesheet, text_of

JAVASCRIPT, CSS, SVG, JSON = "text/javascript", "text/css", "image/svg+xml", "application/json"
OWN: Mapping[str, str] = {
    "asking.js": JAVASCRIPT,
    "desk.css": CSS,
    "desk.js": JAVASCRIPT,
    "documents.js": JAVASCRIPT,
    "fields.js": JAVASCRIPT,
    "icon.svg": SVG,
    "model.js": JAVASCRIPT,
    "seeing.js": JAVASCRIPT,
    "trouble.js": JAVASCRIPT,
}
POLICY = (
    "default-src 'self'; img-src 'self' data:; base-uri 'none'; object-src 'none'; form-action 'self';"
    " frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Of the page: nothing from elsewhere, no script and no style in the markup, no text that becomes markup."""


@cache
def assets() -> Mapping[str, tuple[str, bytes]]:
    """Return every file that the page loads, by its name: its media type and its bytes."""
    own = {name: (kind, text(name)) for name, kind in OWN.items()}
    elements = f"{text_of('elements.js')}\nexport {{ make }};\n"
    board = {
        "board.js": (JAVASCRIPT, script()),
        "board.css": (CSS, stylesheet()),
        "elements.js": (JAVASCRIPT, elements),
    }
    told = {f"words-{code}.json": (JSON, said(code)) for code in LANGUAGES}
    return {name: (kind, content.encode()) for name, (kind, content) in (own | board | told).items()}


def said(code: str) -> str:
    """Return the texts of the page in a language, as JSON."""
    with language(code):
        return json.dumps(words(), ensure_ascii=False)


def text(name: str) -> str:
    """Return a file of the page."""
    return files("mentormatch.service").joinpath("page", name).read_text(encoding="utf-8")


@cache
def sign_page(code: str) -> tuple[str, bytes]:
    """Return the policy and the page by which somebody signs in; it loads nothing, not even from this service."""
    style, script = text("sign.css"), text("sign.js")
    with language(code):
        told = {name: escape(said) for name, said in sign_words().items()}
    page = Template(text("sign.html")).substitute(told, style=style, script=script)
    policy = (
        f"default-src 'none'; script-src '{digest(script)}'; style-src '{digest(style)}'; img-src data:;"
        " connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
        " require-trusted-types-for 'script'; trusted-types 'none'"
    )
    return policy, page.encode()


@cache
def view_policy() -> str:
    """Return the policy of a page that is shown within the page: its own style alone, and no script at all."""
    return (
        f"default-src 'none'; img-src data:; style-src '{digest(report_style())}'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'self'; sandbox allow-same-origin allow-modals"
    )


def digest(content: str) -> str:
    """Return how a policy names a style or a script that stands in a page."""
    return f"sha256-{b64encode(sha256(content.encode()).digest()).decode()}"
