"""Steps of the page: Jinja templates rendered and parsed into a tree, which the page builds element by element.

The page policy forbids HTML made from text by scripts, so the page gets ``[tag, attributes, child, ...]``. An element
states its action: ``data-do`` is a request to the workspace, ``data-send`` an upload path, ``data-go`` a step,
``data-document`` a document to download.
"""

import re
from html.parser import HTMLParser
from typing import Any, override

from mentormatch.report.texts import make_template_environment, spaced

VOID_TAGS = frozenset(("br", "hr", "input"))
TAG_PATTERN = re.compile(
    r"a|aside|b|button|caption|code|d[dlt]|details|div|em|fieldset|form|h[345]|label|legend|li|meter|[ou]l|optgroup|option|p"
    r"|pre|section|select|small|span|strong|summary|t(able|body|d|extarea|h|head|ime|r)|file-place|page-frame"
)
ATTRIBUTE_PATTERN = re.compile(
    r"class|id|for|label|type|name|value|min|max|low|high|optimum|step|required|checked|selected|disabled|open|hidden|lang|href"
    r"|scope|colspan|role|tabindex|rows|maxlength|placeholder|autocomplete|datetime|aria-[a-z]+|data-[a-z]+"
)

type Tree = list[Any]  # a tag, its attributes and its children (texts and trees)


def render_step(template: str, /, **values: object) -> dict[str, Any]:
    """Return a step as a tree, from its template and values."""
    return {"tree": parse_tree(make_template_environment().get_template(f"steps/{template}.html").render(values))}


def parse_tree(markup: str) -> Tree:
    """Parse the HTML of a template, under one ``div``.

    Raises ValueError for an unclosed element, or a tag, attribute or link that is not allowed.

    >>> parse_tree("<p>Deux <b>binômes</b></p>")
    ['div', {}, ['p', {}, 'Deux ', ['b', {}, 'binômes']]]
    """
    parser = _TreeParser()
    parser.feed(markup)
    parser.close()
    if len(parser.ancestors) > 1:
        raise ValueError(f"<{parser.ancestors[-1][0]}> is not closed")
    return parser.ancestors[0]


class _TreeParser(HTMLParser):
    """A strict parser for templates: all elements must be closed."""

    def __init__(self) -> None:
        super().__init__()
        self.ancestors: list[Tree] = [["div", {}]]

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        # Visible attributes get the spaces of French typography
        attributes |= {
            name: spaced(value)
            for name, value in attributes.items()
            if re.fullmatch(r"(aria-)?label|placeholder|title|data-(title|then|works|question)", name)
        }
        unknown = [name for name in attributes if not ATTRIBUTE_PATTERN.fullmatch(name)]
        if (
            not (tag in VOID_TAGS or TAG_PATTERN.fullmatch(tag))
            or unknown
            or not re.fullmatch("tel:[+0-9]*", attributes.get("href", "tel:"))
        ):
            raise ValueError(f"<{tag}> with {unknown or 'this tag or link'} is not allowed in a step")
        element: Tree = [tag, attributes]
        self.ancestors[-1].append(element)
        if tag not in VOID_TAGS:
            self.ancestors.append(element)

    @override
    def handle_endtag(self, tag: str) -> None:
        if len(self.ancestors) == 1 or self.ancestors[-1][0] != tag:
            raise ValueError(f"</{tag}> closes <{self.ancestors[-1][0]}>")
        self.ancestors.pop()

    @override
    def handle_data(self, data: str) -> None:
        if data.strip() or "\n" not in data:  # a line break between elements is layout of the template
            parent = self.ancestors[-1]
            parent.append(data if parent[0] in ("code", "textarea") else spaced(data))

    @override
    def handle_comment(self, data: str) -> None:
        refuse_markup()

    @override
    def handle_decl(self, decl: str) -> None:
        refuse_markup()

    @override
    def handle_pi(self, data: str) -> None:
        refuse_markup()

    @override
    def unknown_decl(self, data: str) -> None:
        refuse_markup()


def refuse_markup() -> None:
    raise ValueError("a step contains elements and texts alone")
