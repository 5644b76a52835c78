"""Delimited text (RFC 4180) into records: its delimiter is found, then it is cut in one pass over its physical lines.

A line without a quote is cut at each delimiter. A cell that starts with a quote ends at the next lone quote, however
many lines further on, and a delimiter or the end of the line must follow. A quote inside a cell that does not start
with one is a character like any other. Python's ``csv`` cuts the lines that hold quotes and are whole records; what it
would not take in one line is cut, or refused with a word on why, here.
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
from mentormatch.survey.table import Manner, Record, Rows, gather, is_blank, unreadable
from mentormatch.survey.table_reader import Reader, TableSource
from mentormatch.survey.text_decoder import DecodedText, decode, physical_lines

MAX_CELLS_IN_ROW = 16_384
"""As many as a sheet of Excel can have."""
MAX_LINES, MAX_CHARACTERS, MAX_DIFFERENT = 1_000_000, 5_000_000, 4_000_000
"""So many physical lines, characters in one row and cells that differ are split: what it takes has a bound."""

_QUOTE = '"'
_ENDS = frozenset({"\n", "\r\n", "\r"})
_ADVICE = mark("fermez le guillemet, ou doublez-le s'il fait partie de la réponse")

_FOLLOWED = mark("du texte suit un guillemet fermant (ouvert ici)")
_FOLLOWED_LATER = mark("du texte suit un guillemet fermant (ouvert ici, refermé ligne {line})")


def split(lines: Iterable[str], delimiter: str, *, skip: int = 0) -> Iterator[Record]:
    """Yield the records in lines after the first ``skip`` of them, each with its row and the line where it starts.

    Rows are counted as a spreadsheet does: from 1 after the lines skipped, a record of several lines and a blank line
    once each. Errors state physical lines, as a text editor does: a quote that is wrong is mended there.

    Raises
    ------
    SurveyError
        At a quote that is never closed, at text after a closing quote, or where a stray quote swallowed rows.
    """
    scanner = _Scanner(lines, delimiter, skip)
    width = 0
    for record in scanner.records():
        # A quote that was left open joins rows into one: each of its lines would be a whole row by itself.
        if width and _swallows_rows(scanner.widths, width):
            found = tr("un guillemet ouvert ici a avalé les lignes suivantes")
            raise _uncut(record.start, found, tr("une réponse par ligne"), tr(_ADVICE))
        yield record
        width = width or (0 if is_blank(record.cells) else len(record.cells))


def _uncut(line: int, found: str, expected: str, advice: str = "") -> SurveyError:
    problem = Problem(tr("ligne {line}", line=line), found, expected, advice)
    return SurveyError(tr("Le texte ne se découpe pas en réponses."), [problem])


def _swallows_rows(widths: list[int], width: int) -> bool:
    """Tell whether each of several physical lines inside one record would have been a whole row by itself."""
    enough = 2 if width >= 3 else 3
    return width >= 2 and len(widths) >= enough and all(cells == width for cells in widths)


class _Scanner:
    """Walks over physical lines.

    ``widths`` holds how many cells each line of the last record would have, were the quote that makes it go on over
    several lines a character like any other. ``met`` holds each different cell once: most answers come again and again.
    """

    def __init__(self, lines: Iterable[str], delimiter: str, skip: int) -> None:
        self.lines = enumerate(lines, 1)
        self.delimiter = delimiter
        self.met: dict[str, str] = {}
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
            if self.line in _ENDS:
                continue
            start = self.number
            cells = self._cells()
            yield Record(self.row, tuple(map(self.met.setdefault, cells, cells)), start)

    def _advance(self) -> bool:
        """Move to the next physical line; False after the last."""
        self.number, self.line = next(self.lines, (self.number, ""))
        if not self.line:
            return False
        self.widths.append(self.line.count(self.delimiter) + 1)
        self.characters += len(self.line)
        self._check_size()
        return True

    def _check_size(self) -> None:
        """Raise SurveyError where a line, a row or the whole is larger than any survey."""
        if self.widths[-1] > MAX_CELLS_IN_ROW:
            raise _uncut(self.number, tr("trop de cellules"), tr("{most} au plus", most=MAX_CELLS_IN_ROW))
        if self.characters > MAX_CHARACTERS:
            raise _uncut(self.number, tr("trop de caractères"), tr("{most} au plus", most=MAX_CHARACTERS))
        if self.number > MAX_LINES:
            advice = tr("supprimez les lignes vides")
            raise _uncut(self.number, tr("trop de lignes"), tr("{most} au plus", most=MAX_LINES), advice)
        if len(self.met) > MAX_DIFFERENT:
            found = tr("trop de cellules différentes les unes des autres")
            raise _uncut(self.number, found, tr("{most} au plus", most=MAX_DIFFERENT))

    def _cells(self) -> list[str]:
        if _QUOTE not in self.line:
            return self.line.rstrip("\r\n").split(self.delimiter)
        # Whole quoted records are cut by the csv module, in C; what it refuses is walked, to say where it is wrong.
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
        """Return the unquoted cell at ``at`` and where the next begins, None at the end of the line."""
        end = self.line.find(self.delimiter, at)
        if end < 0:
            return self.line[at:].rstrip("\r\n"), None
        return self.line[at:end], end + 1

    def _read_quoted(self, at: int, *, before: int) -> tuple[str, int | None]:
        """Return the cell whose quote opens at ``at``, without its quotes, and where the next begins."""
        opened, pieces, at = self.number, [], at + 1
        if len(self.widths) == 1:
            self.widths[0] = before + self.line.count(self.delimiter, at) + 1
        while True:
            end = self.line.find(_QUOTE, at)
            # The quote is closed on a later line, or doubled and part of the cell, or closed here.
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
            raise _uncut(opened, tr("un guillemet ouvert ici n'est jamais fermé"), "", tr(_ADVICE))

    def _after(self, at: int, opened: int) -> int | None:
        """Return where the cell after a closing quote begins."""
        if self.line.startswith(self.delimiter, at):
            return at + 1
        if self.line[at:].rstrip("\r\n"):
            found = tr(_FOLLOWED if opened == self.number else _FOLLOWED_LATER, line=self.number)
            raise _uncut(opened, found, tr("un séparateur ou la fin de la ligne"), tr(_ADVICE))
        return None


DELIMITERS = ";,\t|"
SAMPLE = 2_000
"""How many records a delimiter is tried on."""
TABLE, ROWS = (True, 3.0, 3), 3
"""So well a delimiter must fit where it does not cut the first line, which is then a title, and as many rows."""
HEAD = 50_000
"""How many characters are looked at for what is no table."""
SAMPLE_CHARACTERS = 4_000_000
"""How many characters they have at most, but for the last."""

_SEPARATOR_LINE = re.compile(r'"?sep=([^"\r\n])"?(?=[\r\n]|$)', re.IGNORECASE)
_PASSED_OVER = r"(?:[^\S\n]*(?:#.*)?\n)*"
_PROGRAMME = re.compile(rf"{_PASSED_OVER}\[[\w.]+\][^\S\n]*\n{_PASSED_OVER}[\w.]+[^\S\n]*=")
"""A section of a programme file with its first setting, after comments."""


class Delimited(Reader):
    """Text in any encoding that can be told for sure, cells cut at one delimiter."""

    kind: ClassVar[str] = "delimited"
    last: ClassVar[bool] = True

    def takes(self, source: TableSource) -> bool:
        """Take any bytes: what is no workbook should be text."""
        return source.frame is None

    def read(self, source: TableSource) -> Rows:
        """Return the rows of a delimited text; a first line ``sep=;`` says its delimiter."""
        if kind := table_reader.of_bytes(source.content):
            raise table_reader.no_table(source.name, kind)
        text, remarks = decode(source.content, source.name, source.encoding)
        head = next(text.pieces())[:HEAD]
        _check_is_table(source.name, head)
        said = _SEPARATOR_LINE.match(head)
        skip = 1 if said else 0
        delimiter = source.delimiter or (said[1] if said else best_delimiter(_first_lines(text)))
        _check_delimiter(source.name, delimiter)
        try:
            rows = gather(source.name, split(text.lines(), delimiter, skip=skip), remarks)
        except SurveyError as error:
            raise unreadable(source.name, *error.problems) from None
        return replace(rows, manner=Manner(encoding=text.encoding, delimiter=delimiter))


def _first_lines(text: DecodedText) -> str:
    """Return the lines that a delimiter is tried on, a few more than the records in them."""
    found: list[str] = []
    room = SAMPLE_CHARACTERS
    for line in islice(text.lines(), 4 * SAMPLE):
        found.append(line)
        room -= len(line)
        if room < 0:
            break
    return "".join(found)


def best_delimiter(text: str) -> str:
    r"""Return whichever of ``;`` ``,`` TAB ``|`` gives most header fields, with one width over the rows.

    >>> best_delimiter("nom;score\nA;3,5\nB;2,0\n")
    ';'
    """
    # The first lines may be titles that no delimiter cuts: the best fit below them is looked at as well.
    samples = {delimiter: _sample(text, delimiter) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=lambda delimiter: _fit(samples[delimiter]))
    below = max(DELIMITERS, key=lambda delimiter: _fit(_below_titles(samples[delimiter])))
    several, fit, _ = _fit(samples[best])
    rows = _below_titles(samples[below])
    return best if (several and fit) or len(rows) < ROWS or _fit(rows) < TABLE else below


def _below_titles(records: list[Record]) -> list[Record]:
    """Return the records from the first that is cut in several."""
    return list(dropwhile(lambda record: len(record.cells) == 1, records))


def _fit(records: list[Record]) -> tuple[bool, float, int]:
    """Return how well a delimiter fits: several fields or not, fields times the share of rows as wide, fields."""
    header = len(records[0].cells) if records else 0
    rows = records[1:]
    share = sum(_is_as_wide(row, header) for row in rows) / len(rows) if rows else 1.0
    return header > 1, header * share, header


def _sample(text: str, delimiter: str) -> list[Record]:
    """Return the first records that are not blank, as far as the text can be cut."""
    records: list[Record] = []
    try:
        records.extend(
            record for record in islice(split(physical_lines(text), delimiter), SAMPLE) if not is_blank(record.cells)
        )
    except SurveyError:
        return records
    return records


def _is_as_wide(record: Record, width: int) -> bool:
    return len(record.cells) == width or (len(record.cells) > width and is_blank(record.cells[width:]))


def _check_is_table(name: str, head: str) -> None:
    if kind := table_reader.of_text(head):
        raise table_reader.no_table(name, kind)
    if _PROGRAMME.match(head):
        advice = tr("donnez ici les réponses, et le programme à sa place (« --programme »)")
        raise unreadable(name, Problem(tr("fichier"), tr("un programme"), tr("un tableau de réponses"), advice))


def _check_delimiter(name: str, delimiter: str) -> None:
    if len(delimiter) != 1 or delimiter in '"\r\n':
        expected = tr("un seul caractère, par exemple « ; »")
        raise unreadable(name, Problem(tr("séparateur"), repr(delimiter), expected))
