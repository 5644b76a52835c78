"""A sheet of manual pairs -> pairs of keys: two columns of codes, in any order and with any titles."""

from collections.abc import Iterator

from mentormatch.errors import Problem, SurveyError
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import mark, tr
from mentormatch.people.cohort import Cohort, People
from mentormatch.programme.enrolment import AnswerSource
from mentormatch.survey.table import TextTable
from mentormatch.survey.table_reader import Record, read_table

type SheetKeys = tuple[str, str]

UNREADABLE_SHEET = mark("La feuille de binômes « {name} » ne peut pas être lue.")
EXPECTED_CODES = (mark("le code d'un·e mentor·e de cette édition"), mark("le code d'un·e mentoré·e de cette édition"))
"""For mentors and for mentees."""


def read_pairs(source: AnswerSource, cohort: Cohort) -> tuple[SheetKeys, ...]:
    """Return the pairs (mentor key, mentee key) of a sheet, in its order, for ``evaluate`` or as pins of ``match``.

    The column of a side is the one with the most keys or codes of that side; other columns are ignored. A row in which
    one or both are blank is also ignored: it is a person without a partner.

    Parameters
    ----------
    source
        A file (CSV, XLSX, ODS) or a frame, with a row of titles.
    cohort
        The people with these codes.

    Raises
    ------
    SurveyError
        The file cannot be read, has no column of codes of one side, or has rows that are malformed, with an unknown
        code, or with a repeated pair; the error lists all of them with their lines.

    Examples
    --------
    >>> import pandas as pd
    >>> from mentormatch import examples
    >>> sheet = pd.DataFrame({"Mentor·e": ["M06", "M04"], "Mentoré·e": ["E08", ""]})
    >>> read_pairs(sheet, examples.cohort())
    (('M06', 'E08'),)
    """
    table = read_table(source)
    columns = columns_of(table, cohort)
    rows = [record for record in table.records if all(record.cells[column].strip() for column in columns)]
    problems = [Problem(tr("ligne {line}", line=refused.line), refused.reason) for refused in table.refused]
    problems += row_problems(rows, columns, cohort)
    if problems:
        raise SurveyError(tr(UNREADABLE_SHEET, name=table.source), problems)
    return tuple(keys_in(record, columns, cohort) for record in rows)


def columns_of(table: TextTable, cohort: Cohort) -> tuple[int, int]:
    """Return the column of the mentors and that of the mentees. Raises SurveyError if one is missing."""
    mentors = column_of_side(table, cohort.mentors, ())
    mentees = column_of_side(table, cohort.mentees, (mentors,))
    if mentors is None or mentees is None:
        columns = {mark("aucun code de mentor·e"): mentors, mark("aucun code de mentoré·e"): mentees}
        missing = [words for words, column in columns.items() if column is None]
        advice = tr("donnez une colonne de codes par côté, avec une ligne de titres au-dessus")
        problems = [Problem(tr("colonnes"), tr(words), advice=advice) for words in missing]
        raise SurveyError(tr(UNREADABLE_SHEET, name=table.source), problems)
    return mentors, mentees


def column_of_side(table: TextTable, people: People, excluded: tuple[int | None, ...]) -> int | None:
    """Return the first column with the most codes of these people; None if no column contains any."""
    counts = {
        column: sum(people.has(record.cells[column]) for record in table.records)
        for column in range(len(table.header))
        if column not in excluded
    }
    best = max(counts, key=lambda column: counts[column], default=None)
    return best if best is not None and counts[best] else None


def row_problems(rows: list[Record], columns: tuple[int, int], cohort: Cohort) -> Iterator[Problem]:
    """Yield the problems of the rows: unknown codes, and pairs repeated in the same spelling, ignoring case."""
    first_lines: dict[SheetKeys, int] = {}
    for record in rows:
        for expected, people, column in zip(EXPECTED_CODES, (cohort.mentors, cohort.mentees), columns, strict=True):
            if not people.has(record.cells[column]):
                place = tr("ligne {line}, colonne {column}", line=record.line, column=column + 1)
                yield Problem(place, tr("code inconnu"), tr(expected))
        pair = canonical(record.cells[columns[0]]), canonical(record.cells[columns[1]])
        if first_lines.setdefault(pair, record.line) != record.line:
            place, text = (
                tr("ligne {line}", line=record.line),
                tr("le même binôme qu'à la ligne {line}", line=first_lines[pair]),
            )
            yield Problem(place, text, advice=tr("gardez-en une"))


def keys_in(record: Record, columns: tuple[int, int], cohort: Cohort) -> SheetKeys:
    """Return the keys of a row in the spelling of the cohort."""
    mentor, mentee = (record.cells[column] for column in columns)
    return cohort.mentors.ids[cohort.mentors.find(mentor)], cohort.mentees.ids[cohort.mentees.find(mentee)]
