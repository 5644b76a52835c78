"""The sheet of the log in a workbook: written with it, and renewed after a validation in a workbook that staff saved.

It prints by whom the decision was validated, how to check it again, the log in words, and the stamp that a check reads.
To renew it, the rows of this one part of the file are replaced, in the styles that they have; every other part stays
byte for byte, so what staff typed elsewhere stays too. Where the sheet is not as it was written, nothing is replaced.
"""

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from io import BytesIO
from typing import Literal
from xml.parsers.expat import ParserCreate

from mentormatch.languages import LANGUAGES, language, mark, tr
from mentormatch.record.seal import JOURNAL, Seal, sheet_in
from mentormatch.report.book import EDGE, HEAD, LINE, Book, clip
from mentormatch.report.decision_state import RECHECK, Imprint
from mentormatch.report.texts import spaced, visible
from mentormatch.survey.census import letters
from mentormatch.survey.spreadsheetml import Archive, OfficeBook, local

type LineKind = Literal["told", "titles", "line", "stamp"]
type JournalRow = tuple[LineKind, tuple[str, ...]]

VALIDATION = mark("Validation")
WIDTHS = (24, 62, 24, 46, 62)
LOOKS: dict[LineKind, dict[str, object]] = {
    "told": {"text_wrap": True},
    "titles": {"bold": True, "bg_color": HEAD, "bottom": 1, "bottom_color": EDGE},
    "line": {"text_wrap": True, "bottom": 1, "bottom_color": LINE},
    "stamp": {"font_size": 8, "font_color": EDGE},
}
_CODE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def rows(imprint: Imprint) -> Iterator[JournalRow]:
    """Yield the rows of the sheet, each with what it is."""
    for number, sentence in enumerate(imprint.sentences):
        yield "told", ("" if number else tr(VALIDATION), spaced(sentence))
    if imprint.seal:
        yield "told", (tr("Pour revérifier"), spaced(tr(RECHECK)))
        yield from (("told", pair) for pair in (*imprint.commands, *imprint.digests))
        yield "told", (tr(JOURNAL), spaced(imprint.ids))
        yield "titles", imprint.titles
        yield from (("line", row) for row in imprint.rows)
        yield "stamp", imprint.seal.cells


def write_journal(book: Book, imprint: Imprint) -> None:
    """Write the sheet; it is protected, so that nobody types there by accident."""
    page = book.sheet(tr(JOURNAL))
    for place, width in enumerate(WIDTHS):
        page.sheet.set_column(place, place, width)
    for number, (kind, cells) in enumerate(rows(imprint)):
        for place, text in enumerate(cells):
            bold = {"bold": True} if kind == "told" and place == 0 else {}
            page.put(number, place, text, **LOOKS[kind], **bold)
    page.sheet.ignore_errors({"number_stored_as_text": "A1:E1048576"})
    page.sheet.protect()


def renew_seal(content: bytes, before: Seal, seal: Seal) -> bytes | None:
    """Return a workbook that carries one seal with another in its place, None where its sheet was changed since."""
    held = {
        (row, place): plain(unescape_xml(text))
        for row, cells in sheet_in(content).items()
        for place, text in cells.items()
    }
    # The sheet may have been written in any language: it is renewed in the one in which it stands.
    for code in LANGUAGES:
        with language(code):
            stood, now = list(rows(Imprint(before))), list(rows(Imprint(seal)))
            if held == texts(stood):
                return replace_rows(content, tr(JOURNAL), stood, now)
    return None


def texts(made: Sequence[JournalRow]) -> dict[tuple[int, int], str]:
    """Return the texts of rows by place, as they are compared."""
    return {
        (row, place): plain(cell_text(text))
        for row, (_, cells) in enumerate(made)
        for place, text in enumerate(cells)
        if text
    }


def cell_text(text: str) -> str:
    """Return a text as a cell holds it."""
    return clip(visible(text))


def plain(text: str) -> str:
    """Return the text of a cell as it is compared: its white space as single spaces."""
    return " ".join(text.split())


def unescape_xml(text: str) -> str:
    """Return what the XML of a cell says, its escapes undone."""
    return _CODE.sub(lambda found: chr(int(found[1], 16)), text)


def replace_rows(content: bytes, title: str, stood: Sequence[JournalRow], now: Sequence[JournalRow]) -> bytes | None:
    """Return a workbook with other rows in one sheet, None where the sheet is not spelled in UTF-8."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as archive, zipfile.ZipFile(out, "w") as written:
        part = OfficeBook(Archive(archive)).parts[title].casefold()
        for one in archive.infolist():
            held = archive.read(one)
            if one.filename.replace("\\", "/").lstrip("/").casefold() == part:
                changed = with_rows(held, stood, now)
                if changed is None:
                    return None
                held = changed
            written.writestr(one, held, one.compress_type)
    return out.getvalue()


@dataclass(slots=True)
class SheetOutline:
    """Where the rows of a sheet stand in its XML, and in which styles its cells are."""

    tag: str = ""
    data: slice = field(default_factory=lambda: slice(0, 0))
    size: slice = field(default_factory=lambda: slice(0, 0))
    styles: dict[str, str] = field(default_factory=dict)

    def style(self, column: int, row: int) -> str:
        """Return the style of a cell, by its column from 0 and its row from 1; empty where it has none."""
        return self.styles.get(f"{letters(column)}{row}", "")


def outline_of(xml: bytes) -> SheetOutline:
    """Return the outline of a sheet; its XML was read before, and is well formed."""
    found, parser, starts = SheetOutline(), ParserCreate(), dict[str, int]()

    def start(tag: str, attributes: dict[str, str]) -> None:
        starts[tag] = parser.CurrentByteIndex
        if local(tag) == "c" and "s" in attributes:
            found.styles[attributes.get("r", "")] = attributes["s"]

    def end(tag: str) -> None:
        at = parser.CurrentByteIndex  # of the closing tag, or after an element that closes itself
        whole = slice(starts[tag], xml.index(b">", at) + 1 if xml.startswith(b"</", at) else at)
        if local(tag) == "sheetdata":
            found.tag, found.data = tag, whole
        elif local(tag) == "dimension":
            found.size = whole

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.Parse(xml, True)  # noqa: FBT003 - this is how expat is told that there is no more
    return found


def with_rows(xml: bytes, stood: Sequence[JournalRow], now: Sequence[JournalRow]) -> bytes | None:
    """Return the XML of a sheet with other rows, in the styles of those of their kind that stood there."""
    if not re.match(rb'<\?xml[^>]*encoding="utf-8"|(?!<\?xml)', xml, re.IGNORECASE):
        return None
    # Only the rows and the size of the sheet are replaced; each row takes the styles of the first of its kind.
    outline = outline_of(xml)
    first = {kind: row for row, (kind, _) in reversed(list(enumerate(stood, 1)))}
    prefix = outline.tag[: -len("sheetData")]
    made = "".join(
        row_xml(prefix, number, cells, [outline.style(place, first[kind]) for place in range(len(cells))])
        for number, (kind, cells) in enumerate(now, 1)
    )
    data = f"<{outline.tag}>{made}</{outline.tag}>".encode()
    head = xml[: outline.size.start] + xml[outline.size.stop : outline.data.start]
    return head + data + xml[outline.data.stop :]


def row_xml(prefix: str, number: int, cells: Sequence[str], styles: Sequence[str]) -> str:
    """Return one row, its texts in its cells."""
    made = [
        f'<{prefix}c r="{letters(place)}{number}"{f' s="{escape(style)}"' if style else ""} t="inlineStr"><{prefix}is>'
        f'<{prefix}t xml:space="preserve">{escape_xml(text)}</{prefix}t></{prefix}is></{prefix}c>'
        for place, (text, style) in enumerate(zip(cells, styles, strict=True))
    ]
    return f'<{prefix}row r="{number}">{"".join(made)}</{prefix}row>'


def escape_xml(text: str) -> str:
    """Return a text as the XML of a cell has it."""
    return escape(_CODE.sub(lambda found: f"_x005F{found[0]}", cell_text(text)), quote=False)
