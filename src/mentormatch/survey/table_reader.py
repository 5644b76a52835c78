"""File, data frame or list -> table of text: the reader is chosen by the content, whatever the name.

A file of another kind, such as a PDF, is recognised by its first bytes or the parts it contains, and the error names
its format.
"""

import os
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Protocol

from mentormatch.base.plugins import concrete
from mentormatch.errors import Problem, SurveyError
from mentormatch.languages.phrases import system_reason
from mentormatch.languages.text_keys import file_label
from mentormatch.languages.translation import mark, tr
from mentormatch.survey.table import EXPECTED_TABLE, Record, RefusedRow, Rows, TextTable, unreadable
from mentormatch.survey.tool import sort_by_tool


class FileKind(StrEnum):
    """Kinds of files that are not read, as messages."""

    ARCHIVE = mark("une archive")
    IMAGE = mark("une image")
    JSON = mark("du JSON")
    PARQUET = mark("un fichier Parquet")
    PDF = mark("un PDF")
    RTF = mark("un document RTF")
    SLIDES = mark("un diaporama")
    WEB = mark("une page web ou du XML")
    WORD = mark("un document texte (Word, ODT)")


_ADVICE: dict[str, str] = {
    FileKind.ARCHIVE: mark("ouvrez l'archive, et donnez le fichier de réponses qu'elle contient"),
    FileKind.PARQUET: mark("ouvrez-le avec pandas (pandas.read_parquet), et donnez ce tableau au lieu du fichier"),
}
"""Advice for some kinds; for the others, an export."""

_BEGINNINGS: dict[bytes, str] = {
    b"%PDF-": FileKind.PDF,
    b"\x89PNG\r\n\x1a\n": FileKind.IMAGE,
    b"\xff\xd8\xff": FileKind.IMAGE,
    b"GIF87a": FileKind.IMAGE,
    b"GIF89a": FileKind.IMAGE,
    b"II*\0": FileKind.IMAGE,
    b"MM\0*": FileKind.IMAGE,
    b"\x1f\x8b": FileKind.ARCHIVE,
    b"7z\xbc\xaf\x27\x1c": FileKind.ARCHIVE,
    b"Rar!\x1a\x07": FileKind.ARCHIVE,
    b"\xfd7zXZ\0": FileKind.ARCHIVE,
    b"\x28\xb5\x2f\xfd": FileKind.ARCHIVE,
    b"PAR1": FileKind.PARQUET,
    b"ARROW1\0\0": mark("un fichier Arrow"),
    b"SQLite format 3\0": mark("une base de données SQLite"),
    b"{\\rtf": FileKind.RTF,
}
"""Formats by the first bytes of a file."""
_INNER_NAMES: dict[bytes, str] = {
    b"word/document": FileKind.WORD,
    b"mimetypeapplication/vnd.oasis.opendocument.text": FileKind.WORD,
    b"ppt/presentation": FileKind.SLIDES,
    b"mimetypeapplication/vnd.oasis.opendocument.presentation": FileKind.SLIDES,
    b"Index/Document.iwa": mark("un classeur Numbers ou un document d'Apple"),
    b"mimetypeapplication/epub": mark("un livre numérique"),
    "WordDocument".encode("utf-16-le"): FileKind.WORD,
    "PowerPoint Document".encode("utf-16-le"): FileKind.SLIDES,
    "__properties_version1.0".encode("utf-16-le"): mark("un message électronique"),
}
"""Formats of archives and OLE containers by a name or text that they contain."""


def kind_of_bytes(content: bytes) -> str:
    """Return the format of bytes that are neither text nor a workbook, empty if it is not recognised."""
    kind = next((kind for beginning, kind in _BEGINNINGS.items() if content.startswith(beginning)), "")
    return kind or (FileKind.IMAGE if _is_image(content[:16]) else "")


def _is_image(head: bytes) -> bool:
    """Return whether a file is WebP, BMP, or of the family of HEIC and MP4: their first four bytes are not enough."""
    is_web = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    is_bitmap = head[:2] == b"BM" and head[6:10] == bytes(4)
    return is_web or is_bitmap or head[4:8] == b"ftyp"


def kind_of_container(content: bytes) -> str:
    """Return the format of an archive or an OLE container that cannot be read as a workbook, empty if unknown."""
    kind = next((kind for part, kind in _INNER_NAMES.items() if part in content), "")
    is_complete_zip = content.startswith(b"PK") and b"PK\x05\x06" in content[-70_000:]
    workbook_names = (b"xl/workbook", b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet")
    is_other_archive = is_complete_zip and not any(part in content for part in workbook_names)
    return kind or (FileKind.ARCHIVE if is_other_archive else "")


def kind_of_text(head: str) -> str:
    """Return the format of a text that is no table, by its first characters, empty if it may be a table.

    >>> [str(kind_of_text(head)) for head in ('[{"nom": "Zoé"}]', "<html>", "[Choix 1];<3;{x}")]
    ['du JSON', 'une page web ou du XML', '']
    """
    if re.match(r"\s*<[!?a-zA-Z]", head):
        return FileKind.WEB
    if re.match(r'\s*(?:\[\s*)?\{\s*(?:"(?:[^"\\]|\\.)*"\s*:|\}\s*[\],]?\s*\Z)|\s*\[\s*\[\s*["\[\-0-9tfn]', head):
        return FileKind.JSON
    if head.lstrip().startswith("{\\rtf"):
        return FileKind.RTF
    return FileKind.PDF if head.lstrip().startswith("%PDF-") else ""


def not_a_table_error(name: str, kind: str) -> SurveyError:
    """Return the error that a file is of this kind, not a table, with advice."""
    advice = tr(_ADVICE[kind]) if kind in _ADVICE else tr("exportez les réponses en CSV ou en XLSX")
    return unreadable(name, Problem(tr("fichier"), tr(kind), tr("un tableau de réponses"), advice))


__all__ = [
    "FrameSource",
    "Reader",
    "Record",
    "Records",
    "RefusedRow",
    "Rows",
    "SheetSource",
    "TableSource",
    "TextTable",
    "read_rows",
    "read_stream",
    "read_table",
]

MAX_BYTES = 200_000_000


class FrameSource(Protocol):
    """A data frame of pandas, polars, pyarrow or another library that narwhals supports."""

    @property
    def columns(self) -> Any:
        """The labels of the columns, or the columns."""

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of rows and of columns."""


type SheetSource = tuple[str | os.PathLike[str], str]
"""The path of a workbook, and the name of one of its sheets."""
type Records = Iterable[Mapping[Any, object]]
"""One mapping per person, from a question or the id of a field to the answer."""


@dataclass(frozen=True, slots=True)
class TableSource:
    """A source to read: its bytes as ``content``, or a data frame or records as ``frame``.

    ``name`` is without the folder. ``encoding``, ``delimiter`` and ``sheet`` are those stated by the caller.
    """

    name: str
    content: bytes = b""
    frame: Any = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None


class Reader(ABC):
    """Reader of one kind of source. A ``fallback`` reader is used if no other accepts the source."""

    kind: ClassVar[str]
    fallback: ClassVar[bool] = False

    @abstractmethod
    def accepts(self, source: TableSource) -> bool:
        """Return whether this reader can read a source, by its content."""

    @abstractmethod
    def read(self, source: TableSource) -> Rows:
        """Return the rows of a source. Raises SurveyError if it cannot be read."""


def read_table(
    source: str | os.PathLike[str] | SheetSource | FrameSource | Records | TableSource,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    tool: str | None = None,
) -> TextTable:
    r"""Return the answers in a source as a table of text, each cell as typed or in the form of an answer.

    Parameters
    ----------
    source
        A file (delimited text, xlsx, xlsm, xlsb, xls, ods) of at most 200 MB, a workbook and the name of one of its
        sheets, a data frame (pandas, polars, pyarrow or another that narwhals supports), an iterable of mappings, or a
        result of ``read_stream``. The header is the labels of a frame's columns, or the keys of the records; a named
        index of a pandas frame becomes the first columns. A list, set or array in a cell is several answers; mappings
        become a column per item.
    encoding, delimiter, sheet
        Replace detection. By default the sheet is the first with cells, visible sheets before hidden ones.
    tool
        The kind of survey tool that wrote the file; None to detect it.

    Raises
    ------
    SurveyError
        With the problems of the first step that fails: where, what was found, what was expected, what to do.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "mentors.csv")
    ...     _ = file.write_bytes("Prénom;Tél\nZoé;0612\n".encode())
    ...     table = read_table(file)
    >>> table.header, table.records
    (('Prénom', 'Tél'), (Record(line=2, cells=('Zoé', '0612'), start=0),))
    """
    return sort_by_tool(read_rows(source, encoding=encoding, delimiter=delimiter, sheet=sheet), tool)


def read_rows(
    source: str | os.PathLike[str] | SheetSource | FrameSource | Records | TableSource,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
) -> Rows:
    """Return the rows of ``source`` that are not blank, header rows included; see ``read_table``.

    Survey tools make one header of these rows, which may include several header rows or equal headers.
    """
    opened = _open_source(source)
    return rows_in(replace(opened, encoding=encoding, delimiter=delimiter, sheet=sheet or opened.sheet))


def rows_in(opened: TableSource) -> Rows:
    """Return the rows of an open source; see ``read_rows``."""
    kinds = concrete(Reader, "mentormatch.survey.readers")
    readers = sorted((reader() for reader in kinds.values()), key=lambda reader: reader.fallback)
    return next(reader for reader in readers if reader.accepts(opened)).read(opened)


def read_stream(name: str, stream: BinaryIO) -> TableSource:
    """Return the bytes of a stream, read to its end, as a source. Raises SurveyError if it is empty or too large."""
    return TableSource(name, content=_checked_content(name, stream.read(MAX_BYTES + 1)))


def _open_source(source: str | os.PathLike[str] | SheetSource | FrameSource | Records | TableSource) -> TableSource:
    """Return a source with its content.

    Raises SurveyError if a file is absent, empty, too large or refused by the system, or for an unsupported type.
    """
    if isinstance(source, TableSource):
        return source
    if isinstance(source, tuple) and [isinstance(part, str | os.PathLike) for part in source] == [True, True]:
        return replace(_open_source(source[0]), sheet=source[1])
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        return TableSource(file_label(path), content=_read_content(path))
    if isinstance(source, bytes | bytearray | Mapping) or not (
        hasattr(source, "shape") or isinstance(source, Iterable)
    ):
        raise unsupported_source_error(source)
    return TableSource(tr("tableau"), frame=source)


def unsupported_source_error(source: object) -> SurveyError:
    """Return the error for a source of an unsupported type."""
    expected = tr("un fichier, un tableau pandas, polars ou pyarrow en mémoire, ou une liste d'objets")
    advice = tr("d'un tableau qui se calcule à la demande, donnez le résultat : « .collect() », « .compute() »...")
    kind = type(source).__name__
    return SurveyError(
        tr("Ni un fichier ni un tableau : {kind}.", kind=kind), [Problem(tr("réponses"), kind, expected, advice)]
    )


def _read_content(path: Path) -> bytes:
    if not path.is_file():
        advice = tr("vérifiez son nom et son dossier")
        raise unreadable(file_label(path), Problem(tr("fichier"), tr("introuvable"), advice=advice))
    try:
        with path.open("rb") as file:
            return _checked_content(file_label(path), file.read(MAX_BYTES + 1))
    except OSError as error:
        cause = tr("refus du système ({error})", error=system_reason(error))
        raise unreadable(file_label(path), Problem(tr("fichier"), cause)) from None


def _checked_content(name: str, content: bytes) -> bytes:
    if len(content) > MAX_BYTES:
        expected = tr("{size} Mo au plus", size=MAX_BYTES // 1_000_000)
        raise unreadable(name, Problem(tr("fichier"), tr("trop grand"), expected))
    if not content:
        raise unreadable(name, Problem(tr("fichier"), tr("vide"), tr(EXPECTED_TABLE)))
    return content
