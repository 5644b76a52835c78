"""Pairs made by hand, read from a sheet: two columns of codes, whatever their titles and their order."""

from collections.abc import Iterator

from mentormatch.errors import Problem, SurveyError
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import mark, tr
from mentormatch.people.cohort import Cohort, People
from mentormatch.programme.enrolment import AnswerSource
from mentormatch.survey.table import TextTable
from mentormatch.survey.table_reader import Record, read_table

type SheetKeys = tuple[str, str]

MISREAD = mark("La feuille de binômes « {name} » ne peut pas être lue.")
NO_CODES = (mark("aucun code de mentor·e"), mark("aucun code de mentoré·e"))
EXPECTED = (mark("le code d'un·e mentor·e de cette édition"), mark("le code d'un·e mentoré·e de cette édition"))
"""Of mentors, of mentees."""


def read_pairs(source: AnswerSource, cohort: Cohort) -> tuple[SheetKeys, ...]:
    """Return the pairs (mentor key, mentee key) of a sheet, in its order, for ``evaluate`` or as pins of ``match``.

    A column is that of the mentors, or of the mentees, if it has more of their codes than any other; other columns
    are passed over. So are rows in which one of the two is blank: they are people without a partner.

    Parameters
    ----------
    source
        A file (CSV, XLSX, ODS) or a frame, with a row of titles.
    cohort
        The people whose codes these are.

    Raises
    ------
    SurveyError
        The file cannot be read, has no column of codes of one side, or has rows with an unknown code or a pair that
        was there before; all of them are told with their lines.

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
    found = list(pair_sheet_error(rows, columns, cohort))
    if found:
        raise SurveyError(tr(MISREAD, name=table.source), found)
    return tuple(keys_in(record, columns, cohort) for record in rows)


def columns_of(table: TextTable, cohort: Cohort) -> tuple[int, int]:
    """Return the column of the mentors and that of the mentees."""
    mentors = most_known(table, cohort.mentors, ())
    mentees = most_known(table, cohort.mentees, (mentors,))
    if mentors is None or mentees is None:
        missing = [words for words, column in zip(NO_CODES, (mentors, mentees), strict=True) if column is None]
        advice = tr("donnez une colonne de codes par côté, avec une ligne de titres au-dessus")
        problems = [Problem(tr("colonnes"), tr(words), advice=advice) for words in missing]
        raise SurveyError(tr(MISREAD, name=table.source), problems)
    return mentors, mentees


def most_known(table: TextTable, people: People, taken: tuple[int | None, ...]) -> int | None:
    """Return the first of the columns with the most codes of these people, None where no column has one."""
    counts = {
        column: sum(people.has(record.cells[column]) for record in table.records)
        for column in range(len(table.header))
        if column not in taken
    }
    best = max(counts, key=lambda column: counts[column], default=None)
    return best if best is not None and counts[best] else None


def pair_sheet_error(rows: list[Record], columns: tuple[int, int], cohort: Cohort) -> Iterator[Problem]:
    """Yield what cannot be taken: codes of nobody, and pairs that come again."""
    first: dict[SheetKeys, int] = {}
    for record in rows:
        for expected, people, column in zip(EXPECTED, (cohort.mentors, cohort.mentees), columns, strict=True):
            if not people.has(record.cells[column]):
                where = tr("ligne {line}, colonne {column}", line=record.line, column=column + 1)
                yield Problem(where, tr("code inconnu"), tr(expected))
        pair = canonical(record.cells[columns[0]]), canonical(record.cells[columns[1]])
        if first.setdefault(pair, record.line) != record.line:
            where, found = (
                tr("ligne {line}", line=record.line),
                tr("le même binôme qu'à la ligne {line}", line=first[pair]),
            )
            yield Problem(where, found, advice=tr("gardez-en une"))


def keys_in(record: Record, columns: tuple[int, int], cohort: Cohort) -> SheetKeys:
    """Return the keys of a row as the cohort spells them."""
    mentor, mentee = (record.cells[column] for column in columns)
    return cohort.mentors.ids[cohort.mentors.find(mentor)], cohort.mentees.ids[cohort.mentees.find(mentee)]
