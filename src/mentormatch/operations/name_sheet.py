"""A table of names -> the name of each key: a column of keys, and one or two columns of names."""

from collections.abc import Iterator, Sequence

from mentormatch.errors import Problem, SurveyError
from mentormatch.explanation.names import cohort_names
from mentormatch.languages.phrases import listed
from mentormatch.languages.text_keys import canonical, fold
from mentormatch.languages.translation import mark, tr
from mentormatch.people.cohort import Cohort
from mentormatch.programme.enrolment import AnswerSource
from mentormatch.programme.programme import Programme
from mentormatch.survey.duplicates import group_by
from mentormatch.survey.intake import NAME_PATTERN
from mentormatch.survey.table import Record, TextTable
from mentormatch.survey.table_reader import read_table

UNREADABLE_TABLE = mark("La table des noms « {name} » ne peut pas être lue")


def read_names(source: AnswerSource, cohort: Cohort, programme: Programme) -> dict[str, str]:
    """Return the names of people, by key or code as in the table: for ``Matching.save(names=...)`` and similar methods.

    The column of keys is the one with the most keys or codes of the cohort; keys of rejected rows are known too. Names
    are in the only other column, or in the columns with a title for names; first and last name are joined in the order
    of the columns. Forgotten people are left out.

    Parameters
    ----------
    source
        A file (CSV, XLSX, ODS) or a frame, with a row of titles.
    cohort, programme
        The people with these names, and their programme.

    Raises
    ------
    SurveyError
        The table cannot be read or lacks these columns, or a row is malformed or has a repeated or unknown key, no key
        or no name.
    RequestError
        A person of the cohort has no name, or one key identifies two people.

    Examples
    --------
    >>> from mentormatch import examples
    >>> cohort, programme = examples.cohort(), examples.programme()
    >>> keys = (*cohort.mentors.ids, *cohort.mentees.ids)
    >>> names = read_names([{"code": key, "nom": f"Nom de {key}"} for key in keys], cohort, programme)
    >>> names["M06"]
    'Nom de M06'
    """
    table = read_table(source)
    people = (*cohort.mentors.ids, *cohort.mentees.ids, *cohort.mentors.aliases, *cohort.mentees.aliases)
    known_keys = set(map(canonical, (*people, *(row.key for row in cohort.rows))))
    column = key_column(table, known_keys)
    columns = [] if column is None else name_columns(table, column)
    if column is None or not columns:
        message, advice = (
            mark("aucune colonne n'a les identifiants des réponses"),
            mark("donnez une table avec une colonne de codes et une de noms"),
        )
        if column is not None:
            message, advice = (
                mark("aucune colonne de noms"),
                mark("intitulez « Nom » la colonne des noms, ou « Prénom » et « Nom » les deux"),
            )
        raise SurveyError(
            tr(UNREADABLE_TABLE, name=table.source), [Problem(table.source, tr(message), advice=tr(advice))]
        )
    problems = [
        Problem(tr("{source}, ligne {line}", source=table.source, line=refused.line), refused.reason)
        for refused in table.refused
    ]
    rows = [record for record in table.records if not programme.forgotten.holds(record.cells[column].strip())]
    problems += row_problems(table.source, rows, column, columns, known_keys)
    if problems:
        raise SurveyError(tr(UNREADABLE_TABLE, name=table.source), problems)
    names = {record.cells[column].strip(): full_name(record, columns) for record in rows}
    cohort_names(names, cohort, programme)
    return names


def key_column(table: TextTable, known_keys: set[str]) -> int | None:
    """Return the column with the largest number of these keys; None if no column contains any."""
    counts = [
        sum(canonical(record.cells[column]) in known_keys for record in table.records) for column in columns_of(table)
    ]
    return counts.index(max(counts)) if any(counts) else None


def columns_of(table: TextTable) -> range:
    return range(len(table.header))


def name_columns(table: TextTable, keys: int) -> list[int]:
    """Return the columns of names: the only other column, or all columns with a title for names."""
    columns = [column for column in columns_of(table) if column != keys]
    return (
        columns
        if len(columns) == 1
        else [column for column in columns if NAME_PATTERN.search(fold(table.header[column]))]
    )


def full_name(record: Record, columns: Sequence[int]) -> str:
    return " ".join(" ".join(record.cells[place] for place in columns).split())


def row_problems(
    source: str, rows: Sequence[Record], column: int, columns: Sequence[int], known_keys: set[str]
) -> Iterator[Problem]:
    """Yield the problems of the rows: keys or names that are missing, unknown keys, repeated keys."""
    for record in rows:
        key = canonical(record.cells[column].strip())
        faults = (
            (not key, mark("sans identifiant")),
            (key and key not in known_keys, mark("personne n'a répondu sous cet identifiant")),
            (not full_name(record, columns), mark("sans nom")),
        )
        for _, place in (fault for fault in faults if fault[0]):
            yield Problem(tr("{source}, ligne {line}", source=source, line=record.line), tr(place))
    for key, duplicates in group_by(rows, lambda record: canonical(record.cells[column].strip())).items():
        if key and len(duplicates) > 1:
            lines = listed([str(record.line) for record in duplicates])
            where = tr("{source}, lignes {lines}", source=source, lines=lines)
            yield Problem(where, tr("le même identifiant"), tr("un nom par identifiant"))
