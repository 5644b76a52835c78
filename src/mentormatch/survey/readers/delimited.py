"""Delimited text: CSV and its relatives, as survey tools and spreadsheets write them."""

import re
from dataclasses import replace
from itertools import dropwhile, islice
from typing import ClassVar

from mentormatch.errors import Problem, SurveyError
from mentormatch.languages import tr
from mentormatch.survey import signatures
from mentormatch.survey.record_splitter import split
from mentormatch.survey.table import Manner, Record, Rows, gather, is_blank, unreadable
from mentormatch.survey.table_reader import Reader, TableSource
from mentormatch.survey.text_decoder import DecodedText, decode, physical_lines

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
        if kind := signatures.of_bytes(source.content):
            raise signatures.no_table(source.name, kind)
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
    if kind := signatures.of_text(head):
        raise signatures.no_table(name, kind)
    if _PROGRAMME.match(head):
        advice = tr("donnez ici les réponses, et le programme à sa place (« --programme »)")
        raise unreadable(name, Problem(tr("fichier"), tr("un programme"), tr("un tableau de réponses"), advice))


def _check_delimiter(name: str, delimiter: str) -> None:
    if len(delimiter) != 1 or delimiter in '"\r\n':
        expected = tr("un seul caractère, par exemple « ; »")
        raise unreadable(name, Problem(tr("séparateur"), repr(delimiter), expected))
