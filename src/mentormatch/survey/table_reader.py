"""From a file or a frame to a table of text: picks the reader, by what the bytes are before what the name says."""

import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Protocol

from mentormatch.base.plugins import concrete
from mentormatch.errors import Problem, SurveyError
from mentormatch.languages import tr
from mentormatch.languages.phrases import system_reason
from mentormatch.survey.table import EXPECTED, Record, Refused, Rows, TextTable, unreadable
from mentormatch.survey.tool import sorted_by_tool

__all__ = [
    "FrameSource",
    "Reader",
    "Record",
    "Records",
    "Refused",
    "Rows",
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
    source: str | os.PathLike[str] | FrameSource | Records | TableSource,
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
        A file (delimited text, xlsx, xlsm, xls, ods) of at most 200 MB, a frame (pandas, polars, pyarrow or another
        that narwhals knows), an iterable of mappings, or what ``read_stream`` returned. The labels of a frame's
        columns, or the keys of the records, are its header; the index of a pandas frame is kept, as first columns,
        only where it has a name. A list, set or array in a cell is several answers, a mapping a column an item.
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
    (('Prénom', 'Tél'), (Record(line=2, cells=('Zoé', '0612')),))
    """
    return sorted_by_tool(read_rows(source, encoding=encoding, delimiter=delimiter, sheet=sheet), tool)


def read_rows(
    source: str | os.PathLike[str] | FrameSource | Records | TableSource,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
) -> Rows:
    """Return the rows of ``source`` that are not blank, header rows among them; see ``read_table``.

    For tools whose exports have several header rows, or doubled headers told apart by their position: they make
    their own header and hand it to ``tabulate``.
    """
    return rows_in(replace(_opened(source), encoding=encoding, delimiter=delimiter, sheet=sheet))


def rows_in(opened: TableSource) -> Rows:
    """Return the rows of a source that is open; see ``read_rows``."""
    readers = sorted((reader() for reader in concrete(Reader, READERS).values()), key=lambda reader: reader.last)
    return next(reader for reader in readers if reader.takes(opened)).read(opened)


def read_stream(name: str, stream: BinaryIO) -> TableSource:
    """Return all that a stream holds, as what can be read under a name; raise SurveyError where it cannot be taken."""
    return TableSource(name, content=_whole(name, stream.read(MAX_BYTES + 1)))


def _opened(source: str | os.PathLike[str] | FrameSource | Records | TableSource) -> TableSource:
    """Return the name and the content of ``source``."""
    if isinstance(source, TableSource):
        return source
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        return TableSource(path.name, content=_content(path))
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
        raise unreadable(path.name, Problem(tr("fichier"), tr("introuvable"), advice=advice))
    try:
        with path.open("rb") as file:
            return _whole(path.name, file.read(MAX_BYTES + 1))
    except OSError as error:
        found = tr("refus du système ({error})", error=system_reason(error))
        raise unreadable(path.name, Problem(tr("fichier"), found)) from None


def _whole(name: str, content: bytes) -> bytes:
    if len(content) > MAX_BYTES:
        expected = tr("{size} Mo au plus", size=MAX_BYTES // 1_000_000)
        raise unreadable(name, Problem(tr("fichier"), tr("trop grand"), expected))
    if not content:
        raise unreadable(name, Problem(tr("fichier"), tr("vide"), tr(EXPECTED)))
    return content
