"""Delimited text (RFC 4180) -> rows: the delimiter is detected, then the lines are split in one pass.

A line without a quote is split at each delimiter. A cell that starts with a quote ends at the next single quote, maybe
several lines below, and a delimiter or the end of the line must follow. A quote within a cell that does not start with
one is an ordinary character. Lines with quotes are split by the ``csv`` module of Python if they are complete records,
else here, with errors that state the cause.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import dropwhile, islice
from typing import ClassVar

from mentormatch.errors import Problem, SurveyError
from mentormatch.languages.translation import mark, tr
from mentormatch.survey import table_reader
from mentormatch.survey.table import Manner, Record, Rows, collect_rows, is_blank, unreadable
from mentormatch.survey.table_reader import Reader, TableSource
from mentormatch.survey.text_decoder import DecodedText, decode, physical_lines

MAX_CELLS_IN_ROW = 16_384  # as in a sheet of Excel
MAX_LINES = 1_000_000
MAX_CHARACTERS = 5_000_000  # of a row
MAX_DIFFERENT = 4_000_000  # different cells

_QUOTE = '"'
_ADVICE = mark("fermez le guillemet, ou doublez-le s'il fait partie de la réponse")


def split(lines: Iterable[str], delimiter: str, *, skip: int = 0) -> Iterator[Record]:
    """Yield the records after the first ``skip`` lines, each with its row and its first physical line.

    Rows are numbered as in a spreadsheet: from 1, a record of several lines and a blank line count once each. Errors
    state physical lines, as in a text editor, where a wrong quote can be corrected.

    Raises SurveyError for a quote that is never closed, for text after a closing quote, if an open quote has joined
    several rows, and above a limit on cells, characters or lines.
    """
    scanner = _Scanner(lines, delimiter, skip)
    width = 0
    for record in scanner.records():
        if width and _joins_rows(scanner.widths, width):
            cause = tr("un guillemet ouvert ici a avalé les lignes suivantes")
            raise _split_error(record.start, cause, tr("une réponse par ligne"), tr(_ADVICE))
        yield record
        width = width or (0 if is_blank(record.cells) else len(record.cells))


def _split_error(line: int, cause: str, expected: str, advice: str = "") -> SurveyError:
    problem = Problem(tr("ligne {line}", line=line), cause, expected, advice)
    return SurveyError(tr("Le texte ne se découpe pas en réponses."), [problem])


def _joins_rows(widths: list[int], width: int) -> bool:
    """Return whether a record has several lines, all complete rows if its open quote were an ordinary character."""
    min_lines = 2 if width >= 3 else 3
    return width >= 2 and len(widths) >= min_lines and all(cells == width for cells in widths)


class _Scanner:
    """Splits physical lines into records.

    ``widths`` are the numbers of cells that the lines of the last record would have if its open quote were an ordinary
    character. ``interned`` contains each different cell once, because most answers are repeated.
    """

    def __init__(self, lines: Iterable[str], delimiter: str, skip: int) -> None:
        self.lines = enumerate(lines, 1)
        self.delimiter = delimiter
        self.interned: dict[str, str] = {}
        self.widths: list[int] = []
        self.number = self.row = self.characters = 0
        self.line = ""
        for _ in range(skip):
            self._advance()

    def records(self) -> Iterator[Record]:
        while True:
            self.widths, self.characters = [], 0
            if not self._advance():
                return
            self.row += 1
            if self.line in {"\n", "\r\n", "\r"}:
                continue
            start = self.number
            cells = self._cells()
            yield Record(self.row, tuple(map(self.interned.setdefault, cells, cells)), start)

    def _advance(self) -> bool:
        """Move to the next physical line. Returns whether there is one; raises SurveyError above a limit."""
        self.number, self.line = next(self.lines, (self.number, ""))
        if not self.line:
            return False
        self.widths.append(self.line.count(self.delimiter) + 1)
        self.characters += len(self.line)
        self._check_size()
        return True

    def _check_size(self) -> None:
        if self.widths[-1] > MAX_CELLS_IN_ROW:
            raise _split_error(self.number, tr("trop de cellules"), tr("{most} au plus", most=MAX_CELLS_IN_ROW))
        if self.characters > MAX_CHARACTERS:
            raise _split_error(self.number, tr("trop de caractères"), tr("{most} au plus", most=MAX_CHARACTERS))
        if self.number > MAX_LINES:
            advice = tr("supprimez les lignes vides")
            raise _split_error(self.number, tr("trop de lignes"), tr("{most} au plus", most=MAX_LINES), advice)
        if len(self.interned) > MAX_DIFFERENT:
            cause = tr("trop de cellules différentes les unes des autres")
            raise _split_error(self.number, cause, tr("{most} au plus", most=MAX_DIFFERENT))

    def _cells(self) -> list[str]:
        if _QUOTE not in self.line:
            return self.line.rstrip("\r\n").split(self.delimiter)
        # The csv module, in C, splits complete records; other lines are scanned here, to state the cause of an error
        try:
            return next(csv.reader((self.line,), delimiter=self.delimiter, strict=True))
        except csv.Error:
            return self._walk()

    def _walk(self) -> list[str]:
        cells: list[str] = []
        at: int | None = 0
        while at is not None:
            quoted = self.line.startswith(_QUOTE, at)
            cell, at = self._read_quoted(at, before=len(cells)) if quoted else self._plain(at)
            cells.append(cell)
        return cells

    def _plain(self, at: int) -> tuple[str, int | None]:
        """Return the unquoted cell at ``at`` and the start of the next one, None at the end of the line."""
        end = self.line.find(self.delimiter, at)
        if end < 0:
            return self.line[at:].rstrip("\r\n"), None
        return self.line[at:end], end + 1

    def _read_quoted(self, at: int, *, before: int) -> tuple[str, int | None]:
        """Return the cell whose quote opens at ``at``, without its quotes, and the start of the next one, or None."""
        opened, pieces, at = self.number, [], at + 1
        if len(self.widths) == 1:
            self.widths[0] = before + self.line.count(self.delimiter, at) + 1
        while True:
            end = self.line.find(_QUOTE, at)
            # The cell continues on the next line, or contains a doubled quote, or ends here
            if end < 0:
                pieces.append(self.line[at:])
                self._continue(opened)
                at = 0
            elif self.line.startswith(_QUOTE, end + 1):
                pieces.append(self.line[at : end + 1])
                at = end + 2
            else:
                pieces.append(self.line[at:end])
                return "".join(pieces), self._after(end + 1, opened)

    def _continue(self, opened: int) -> None:
        if not self._advance():
            raise _split_error(opened, tr("un guillemet ouvert ici n'est jamais fermé"), "", tr(_ADVICE))

    def _after(self, at: int, opened: int) -> int | None:
        """Return the start of the cell after a closing quote, None at the end of the line.

        Raises SurveyError if other text follows the quote.
        """
        if self.line.startswith(self.delimiter, at):
            return at + 1
        if self.line[at:].rstrip("\r\n"):
            cause = (
                tr("du texte suit un guillemet fermant (ouvert ici)")
                if opened == self.number
                else tr("du texte suit un guillemet fermant (ouvert ici, refermé ligne {line})", line=self.number)
            )
            raise _split_error(opened, cause, tr("un séparateur ou la fin de la ligne"), tr(_ADVICE))
        return None


DELIMITERS = ";,\t|"
MAX_SAMPLE_RECORDS = 2_000  # on which delimiters are tried

_COMMENTS = r"(?:[^\S\n]*(?:#.*)?\n)*"


class DelimitedReader(Reader):
    """Reader of delimited text; a first line ``sep=;`` states the delimiter."""

    kind: ClassVar[str] = "delimited"
    fallback: ClassVar[bool] = True

    def accepts(self, source: TableSource) -> bool:
        return source.frame is None

    def read(self, source: TableSource) -> Rows:
        if kind := table_reader.kind_of_bytes(source.content):
            raise table_reader.not_a_table_error(source.name, kind)
        text, remarks = decode(source.content, source.name, source.encoding)
        head = next(text.pieces())[:50_000]
        _check_is_table(source.name, head)
        separator_line = re.match(r'"?sep=([^"\r\n])"?(?=[\r\n]|$)', head, re.IGNORECASE)
        skip = 1 if separator_line else 0
        stated = source.delimiter or (separator_line[1] if separator_line else "")
        delimiter = stated or best_delimiter(_first_lines(text))
        _check_delimiter(source.name, delimiter)
        try:
            rows = collect_rows(source.name, split(text.lines(), delimiter, skip=skip), remarks)
        except SurveyError as error:
            raise unreadable(source.name, *error.problems) from None
        return replace(rows, manner=Manner(encoding=text.encoding, delimiter=delimiter))


def _first_lines(text: DecodedText) -> str:
    """Return the first lines, on which delimiters are tried: four per record of the sample, which may span lines."""
    lines: list[str] = []
    remaining_characters = 4_000_000
    for line in islice(text.lines(), 4 * MAX_SAMPLE_RECORDS):
        lines.append(line)
        remaining_characters -= len(line)
        if remaining_characters < 0:
            break
    return "".join(lines)


def best_delimiter(text: str) -> str:
    r"""Return the delimiter, of ``;`` ``,`` TAB ``|``, that gives most header fields and rows of the same width.

    Titles at the top are skipped if with them no delimiter gives several fields and a row of the same width.

    >>> best_delimiter("nom;score\nA;3,5\nB;2,0\n")
    ';'
    """
    # The first lines may be titles without a delimiter: the best fit below them is a second candidate
    samples = {delimiter: _sample(text, delimiter) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=lambda delimiter: _fit(samples[delimiter]))
    best_below = max(DELIMITERS, key=lambda delimiter: _fit(_below_titles(samples[delimiter])))
    has_several_fields, fit, _ = _fit(samples[best])
    rows = _below_titles(samples[best_below])
    # Below titles there must be three rows, and three fields in rows of the same width
    if (has_several_fields and fit) or len(rows) < 3 or _fit(rows) < (True, 3.0, 3):
        return best
    return best_below


def _below_titles(records: list[Record]) -> list[Record]:
    return list(dropwhile(lambda record: len(record.cells) == 1, records))


def _fit(records: list[Record]) -> tuple[bool, float, int]:
    """Return the fit of a delimiter, higher is better.

    It is (whether the header has several fields, its fields times the share of rows of the same width, its fields).
    """
    header = len(records[0].cells) if records else 0
    rows = records[1:]
    share = sum(_is_as_wide(row, header) for row in rows) / len(rows) if rows else 1.0
    return header > 1, header * share, header


def _sample(text: str, delimiter: str) -> list[Record]:
    """Return the first records that are not blank, up to the first error."""
    records: list[Record] = []
    try:
        first_records = islice(split(physical_lines(text), delimiter), MAX_SAMPLE_RECORDS)
        records.extend(record for record in first_records if not is_blank(record.cells))
    except SurveyError:
        return records
    return records


def _is_as_wide(record: Record, width: int) -> bool:
    return len(record.cells) == width or (len(record.cells) > width and is_blank(record.cells[width:]))


def _check_is_table(name: str, head: str) -> None:
    if kind := table_reader.kind_of_text(head):
        raise table_reader.not_a_table_error(name, kind)
    # A section of a programme file with its first setting, after comments
    if re.match(rf"{_COMMENTS}\[[\w.]+\][^\S\n]*\n{_COMMENTS}[\w.]+[^\S\n]*=", head):
        advice = tr("donnez ici les réponses, et le programme à sa place (« --programme »)")
        raise unreadable(name, Problem(tr("fichier"), tr("un programme"), tr("un tableau de réponses"), advice))


def _check_delimiter(name: str, delimiter: str) -> None:
    if len(delimiter) != 1 or delimiter in '"\r\n':
        expected = tr("un seul caractère, par exemple « ; »")
        raise unreadable(name, Problem(tr("séparateur"), repr(delimiter), expected))
