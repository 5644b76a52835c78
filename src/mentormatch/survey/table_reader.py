"""From a file or a frame to a table of text: picks the reader, by what the bytes are before what the name says.

A file that holds no table of answers is named by the bytes that its kind begins with or must hold.
"""

import os
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Protocol

from mentormatch.base.plugins import concrete
from mentormatch.errors import Problem, SurveyError
from mentormatch.languages.phrases import system_reason
from mentormatch.languages.text_keys import file_label
from mentormatch.languages.translation import mark, tr
from mentormatch.survey.table import EXPECTED, Record, Refused, Rows, TextTable, unreadable
from mentormatch.survey.tool import sort_by_tool

PDF, IMAGE, _ARCHIVE = mark("un PDF"), mark("une image"), mark("une archive")
_WORD, _SLIDES, _RTF = mark("un document texte (Word, ODT)"), mark("un diaporama"), mark("un document RTF")
_WEB, _JSON, _PARQUET = mark("une page web ou du XML"), mark("du JSON"), mark("un fichier Parquet")
_EXPORT = mark("exportez les réponses en CSV ou en XLSX")
_UNPACK = mark("ouvrez l'archive, et donnez le fichier de réponses qu'elle contient")
_OPEN = mark("ouvrez-le avec pandas (pandas.read_parquet), et donnez ce tableau au lieu du fichier")
_ADVICE = {_ARCHIVE: _UNPACK, _PARQUET: _OPEN}

_BEGINNINGS: dict[bytes, str] = {
    b"%PDF-": PDF,
    b"\x89PNG\r\n\x1a\n": IMAGE,
    b"\xff\xd8\xff": IMAGE,
    b"GIF87a": IMAGE,
    b"GIF89a": IMAGE,
    b"II*\0": IMAGE,
    b"MM\0*": IMAGE,
    b"\x1f\x8b": _ARCHIVE,
    b"7z\xbc\xaf\x27\x1c": _ARCHIVE,
    b"Rar!\x1a\x07": _ARCHIVE,
    b"\xfd7zXZ\0": _ARCHIVE,
    b"\x28\xb5\x2f\xfd": _ARCHIVE,
    b"PAR1": _PARQUET,
    b"ARROW1\0\0": mark("un fichier Arrow"),
    b"SQLite format 3\0": mark("une base de données SQLite"),
    b"{\\rtf": _RTF,
}
"""What begins with these bytes."""
_INSIDE: dict[bytes, str] = {
    b"word/document": _WORD,
    b"mimetypeapplication/vnd.oasis.opendocument.text": _WORD,
    b"ppt/presentation": _SLIDES,
    b"mimetypeapplication/vnd.oasis.opendocument.presentation": _SLIDES,
    b"Index/Document.iwa": mark("un classeur Numbers ou un document d'Apple"),
    b"mimetypeapplication/epub": mark("un livre numérique"),
    "WordDocument".encode("utf-16-le"): _WORD,
    "PowerPoint Document".encode("utf-16-le"): _SLIDES,
    "__properties_version1.0".encode("utf-16-le"): mark("un message électronique"),
}
"""What an archive or an OLE container is that holds a part of this name."""
_MARKUP = re.compile(r"\s*<[!?a-zA-Z]")
_OBJECTS = re.compile(r'\s*(?:\[\s*)?\{\s*(?:"(?:[^"\\]|\\.)*"\s*:|\}\s*[\],]?\s*\Z)|\s*\[\s*\[\s*["\[\-0-9tfn]')
_ZIP, _WORKBOOK = b"PK", (b"xl/workbook", b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet")


def of_bytes(content: bytes) -> str:
    """Return what a file is that is no text and no workbook, empty where nothing says it."""
    found = next((kind for beginning, kind in _BEGINNINGS.items() if content.startswith(beginning)), "")
    return found or (IMAGE if _is_image(content[:16]) else "")


def _is_image(head: bytes) -> bool:
    """Say whether a file is a picture of a kind that a longer mark tells: WebP, BMP, HEIC and their like."""
    is_web = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    is_bitmap = head[:2] == b"BM" and head[6:10] == bytes(4)
    return is_web or is_bitmap or head[4:8] == b"ftyp"


def of_container(content: bytes) -> str:
    """Return what an archive or an OLE container is that is no workbook, empty where nothing says it."""
    found = next((kind for part, kind in _INSIDE.items() if part in content), "")
    is_whole = content.startswith(_ZIP) and b"PK\x05\x06" in content[-70_000:]
    is_other = is_whole and not any(part in content for part in _WORKBOOK)
    return found or (_ARCHIVE if is_other else "")


def of_text(head: str) -> str:
    """Return what a text is that is no table, by its beginning; empty where it may be one.

    >>> of_text('[{"nom": "Zoé"}]') == _JSON, of_text("<html>") == _WEB, of_text("[Choix 1];<3;{x}")
    (True, True, '')
    """
    if _MARKUP.match(head):
        return _WEB
    if _OBJECTS.match(head):
        return _JSON
    return _RTF if head.lstrip().startswith("{\\rtf") else PDF if head.lstrip().startswith("%PDF-") else ""


def no_table(name: str, kind: str) -> SurveyError:
    """Return the error that says what a file is, and what to do."""
    advice = tr(_ADVICE.get(kind, _EXPORT))
    return unreadable(name, Problem(tr("fichier"), tr(kind), tr("un tableau de réponses"), advice))


__all__ = [
    "FrameSource",
    "Reader",
    "Record",
    "Records",
    "Refused",
    "Rows",
    "SheetSource",
    "TableSource",
    "TextTable",
    "read_rows",
    "read_stream",
    "read_table",
]

MAX_BYTES = 200_000_000
READERS = "mentormatch.survey.readers"


class FrameSource(Protocol):
    """What is used of a frame of pandas, polars, pyarrow or another that narwhals knows."""

    @property
    def columns(self) -> Any:
        """Return the labels of the columns, or the columns themselves."""

    @property
    def shape(self) -> tuple[int, int]:
        """Return the number of rows and that of columns."""


type SheetSource = tuple[str | os.PathLike[str], str]
"""A workbook, and the name of one of its sheets."""
type Records = Iterable[Mapping[Any, object]]
"""People as objects: question or id of a field to answer."""


@dataclass(frozen=True, slots=True)
class TableSource:
    """What is to be read: ``name`` without its folder, and what the caller knows about it.

    It has its bytes, or its frame: a frame in memory, or records.
    """

    name: str
    content: bytes = b""
    frame: Any = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None


class Reader(ABC):
    """One kind of source. ``last`` readers are asked only when no other takes the source."""

    kind: ClassVar[str]
    last: ClassVar[bool] = False

    @abstractmethod
    def takes(self, source: TableSource) -> bool:
        """Tell, from the content, whether this reader is the one for ``source``."""

    @abstractmethod
    def read(self, source: TableSource) -> Rows:
        """Return the rows of ``source``; raise SurveyError where it cannot be taken."""


def read_table(
    source: str | os.PathLike[str] | SheetSource | FrameSource | Records | TableSource,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    tool: str | None = None,
) -> TextTable:
    r"""Return the answers in ``source`` as a table of text, each cell exactly as typed.

    Parameters
    ----------
    source
        A file (delimited text, xlsx, xlsm, xls, ods) of at most 200 MB, a workbook and the name of one of its sheets, a
        frame (pandas, polars, pyarrow or another that narwhals knows), an iterable of mappings, or what
        ``read_stream`` returned. The labels of a frame's columns, or the keys of the records, are its header; the index
        of a pandas frame is kept, as first columns, only where it has a name. A list, set or array in a
        cell is several answers, a mapping a column an item.
    encoding, delimiter, sheet
        Said by the caller, they win over what the file seems to be. By default a sheet is the first that has cells.
    tool
        The kind of survey tool that wrote the file; None: the one that knows its own marks in it.

    Raises
    ------
    SurveyError
        With every problem found: where, what was found, what was expected, what to do.

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
    """Return the rows of ``source`` that are not blank, header rows among them; see ``read_table``.

    For tools whose exports have several header rows, or doubled headers told apart by their position: they make
    their own header and hand it to ``tabulate``.
    """
    opened = _open_source(source)
    return rows_in(replace(opened, encoding=encoding, delimiter=delimiter, sheet=sheet or opened.sheet))


def rows_in(opened: TableSource) -> Rows:
    """Return the rows of a source that is open; see ``read_rows``."""
    readers = sorted((reader() for reader in concrete(Reader, READERS).values()), key=lambda reader: reader.last)
    return next(reader for reader in readers if reader.takes(opened)).read(opened)


def read_stream(name: str, stream: BinaryIO) -> TableSource:
    """Return all that a stream holds, as what can be read under a name; raise SurveyError where it cannot be taken."""
    return TableSource(name, content=_whole(name, stream.read(MAX_BYTES + 1)))


def _open_source(source: str | os.PathLike[str] | SheetSource | FrameSource | Records | TableSource) -> TableSource:
    """Return the name and the content of ``source``."""
    if isinstance(source, TableSource):
        return source
    if isinstance(source, tuple) and [isinstance(part, str | os.PathLike) for part in source] == [True, True]:
        return replace(_open_source(source[0]), sheet=source[1])
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        return TableSource(file_label(path), content=_content(path))
    if isinstance(source, bytes | bytearray | Mapping) or not (
        hasattr(source, "shape") or isinstance(source, Iterable)
    ):
        raise no_source(source)
    return TableSource(tr("tableau"), frame=source)


def no_source(source: object) -> SurveyError:
    """Return the error that something is nothing that answers can be read from."""
    expected = tr("un fichier, un tableau pandas, polars ou pyarrow en mémoire, ou une liste d'objets")
    advice = tr("d'un tableau qui se calcule à la demande, donnez le résultat : « .collect() », « .compute() »...")
    kind = type(source).__name__
    return SurveyError(
        tr("Ni un fichier ni un tableau : {kind}.", kind=kind), [Problem(tr("réponses"), kind, expected, advice)]
    )


def _content(path: Path) -> bytes:
    if not path.is_file():
        advice = tr("vérifiez son nom et son dossier")
        raise unreadable(file_label(path), Problem(tr("fichier"), tr("introuvable"), advice=advice))
    try:
        with path.open("rb") as file:
            return _whole(file_label(path), file.read(MAX_BYTES + 1))
    except OSError as error:
        found = tr("refus du système ({error})", error=system_reason(error))
        raise unreadable(file_label(path), Problem(tr("fichier"), found)) from None


def _whole(name: str, content: bytes) -> bytes:
    if len(content) > MAX_BYTES:
        expected = tr("{size} Mo au plus", size=MAX_BYTES // 1_000_000)
        raise unreadable(name, Problem(tr("fichier"), tr("trop grand"), expected))
    if not content:
        raise unreadable(name, Problem(tr("fichier"), tr("vide"), tr(EXPECTED)))
    return content
