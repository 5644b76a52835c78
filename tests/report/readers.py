"""How the tests read documents back, with readers that share no code with their writers."""

import csv
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO, StringIO
from zipfile import ZipFile

from python_calamine import CalamineWorkbook

from mentormatch import Matching
from mentormatch.operations.matching import exporter_for

VOID = frozenset({"meta", "br", "rect", "img"})
ALIVE = re.compile(r"<f[ >/]|<hyperlink[s ]|externalLink|vbaProject|<oleObject|TargetMode=.External")
"""What a workbook that lives would hold: a formula, a link, a macro."""


class Outline(HTMLParser):
    """What a page is made of: its tags, their attributes, and the texts with the tag and class they stand in."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(f"{tag}.{dict(attrs).get('class') or ''}")

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self._open, f"</{tag}> closes nothing"
            assert self._open.pop().partition(".")[0] == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self._open[-1] if self._open else "", data))

    @property
    def balanced(self) -> bool:
        """Say whether every tag was closed."""
        return not self._open

    def inside(self, place: str) -> list[str]:
        """Return the texts that stand right in a ``tag.class``."""
        return [text for where, text in self.texts if where == place]


def written(matching: Matching, suffix: str) -> bytes:
    """Return one document of a matching."""
    return exporter_for(suffix).content(matching)


def page(matching: Matching) -> Outline:
    """Return the page of a matching."""
    return Outline(written(matching, ".html").decode("utf-8"))


def notebook(matching: Matching) -> str:
    """Return what a notebook shows of a matching."""
    return exporter_for(".html").fragment(matching)


def sheets(content: bytes) -> dict[str, list[list[object]]]:
    """Return the cells of every sheet of a workbook."""
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return {name: [list(row) for row in book.get_sheet_by_name(name).to_python()] for name in book.sheet_names}


def parts(content: bytes) -> Iterator[tuple[str, str]]:
    """Yield the files inside a workbook."""
    with ZipFile(BytesIO(content)) as archive:
        for name in archive.namelist():
            yield name, archive.read(name).decode("utf-8")


def table(content: bytes) -> list[list[str]]:
    """Return the cells of a CSV file as they stand in it."""
    assert content.startswith(b"\xef\xbb\xbf")
    csv.field_size_limit(max(csv.field_size_limit(), len(content)))
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";", strict=True))


COMMON_TAGS = {
    "div",
    "p",
    "h3",
    "ul",
    "li",
    "b",
    "span",
    "br",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "svg",
    "rect",
}


HEAD_TAGS = {"html", "head", "meta", "title", "style", "body"}


NOTEBOOK_TAGS = COMMON_TAGS | {"strong", "details", "summary"}


TAGS = NOTEBOOK_TAGS | HEAD_TAGS | {"header", "main", "section", "footer", "article", "h1", "h2", "h4", "img"}


IMAGE = "data:image/svg+xml;base64,"


LOADING = {"src", "href", "xlink:href", "srcset", "data", "action", "formaction", "style", "id", "poster", "background"}


def assert_nothing_runs_or_loads(found: Outline) -> None:
    assert found.balanced
    names = {name for name, value in found.attributes if (name, value[: len(IMAGE)]) != ("src", IMAGE)}
    assert not {name for name in names if name.startswith("on")}
    assert not names & LOADING


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
