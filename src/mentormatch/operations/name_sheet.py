"""Names that stand in a table of their own: a column of keys, and one or two of names."""

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
from mentormatch.survey.intake import NAME
from mentormatch.survey.table import Record, TextTable
from mentormatch.survey.table_reader import read_table

MISREAD = mark("La table des noms « {name} » ne peut pas être lue")
NO_KEYS = mark("aucune colonne n'a les identifiants des réponses")
NO_NAMES = mark("aucune colonne de noms")


def read_names(source: AnswerSource, cohort: Cohort, programme: Programme) -> dict[str, str]:
    """Return the name of each person, by key, from a table: for ``Matching.save(names=...)`` and its like.

    The column of keys is the one that has most keys of those who answered. Names stand in the other column, or in those
    whose titles say so, first name and last name joined as they come. Who was forgotten is left out.

    Parameters
    ----------
    source
        A file (CSV, XLSX, ODS) or a frame, with a row of titles.
    cohort, programme
        The people whose names these are, and their programme.

    Raises
    ------
    SurveyError
        The table cannot be read, has no such columns, a key twice or of nobody, or a row that lacks key or name.
    RequestError
        Somebody of the cohort has no name, or one key stands for two people.

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
    known = set(map(canonical, (*people, *(row.key for row in cohort.rows))))
    column = most_known(table, known)
    columns = [] if column is None else name_columns(table, column)
    if column is None or not columns:
        found, advice = (NO_KEYS, mark("donnez une table avec une colonne de codes et une de noms"))
        if column is not None:
            found, advice = NO_NAMES, mark("intitulez « Nom » la colonne des noms, ou « Prénom » et « Nom » les deux")
        raise SurveyError(tr(MISREAD, name=table.source), [Problem(table.source, tr(found), advice=tr(advice))])
    problems = [
        Problem(tr("{source}, ligne {line}", source=table.source, line=refused.line), refused.reason)
        for refused in table.refused
    ]
    rows = [record for record in table.records if not programme.forgotten.holds(record.cells[column].strip())]
    problems += misread(table.source, rows, column, columns, known)
    if problems:
        raise SurveyError(tr(MISREAD, name=table.source), problems)
    names = {record.cells[column].strip(): full_name(record, columns) for record in rows}
    cohort_names(names, cohort, programme)
    return names


def most_known(table: TextTable, known: set[str]) -> int | None:
    """Return the column that has most of these keys, None where none has any."""
    counts = [sum(canonical(record.cells[place]) in known for record in table.records) for place in columns_of(table)]
    return counts.index(max(counts)) if any(counts) else None


def columns_of(table: TextTable) -> range:
    """Return the places of the columns."""
    return range(len(table.header))


def name_columns(table: TextTable, keys: int) -> list[int]:
    """Return the columns of names: the only other one, or those whose titles say so."""
    others = [place for place in columns_of(table) if place != keys]
    return others if len(others) == 1 else [place for place in others if NAME.search(fold(table.header[place]))]


def full_name(record: Record, columns: Sequence[int]) -> str:
    """Return the name in a row."""
    return " ".join(" ".join(record.cells[place] for place in columns).split())


def misread(
    source: str, rows: Sequence[Record], column: int, columns: Sequence[int], known: set[str]
) -> Iterator[Problem]:
    """Yield the rows that lack a key or a name or have a key of nobody, and keys that come twice, by their lines."""
    for record in rows:
        key = canonical(record.cells[column].strip())
        faults = (
            (not key, mark("sans identifiant")),
            (key and key not in known, mark("personne n'a répondu sous cet identifiant")),
            (not full_name(record, columns), mark("sans nom")),
        )
        for _, place in (fault for fault in faults if fault[0]):
            yield Problem(tr("{source}, ligne {line}", source=source, line=record.line), tr(place))
    for key, same in group_by(rows, lambda record: canonical(record.cells[column].strip())).items():
        if key and len(same) > 1:
            lines = listed([str(record.line) for record in same])
            where = tr("{source}, lignes {lines}", source=source, lines=lines)
            yield Problem(where, tr("le même identifiant"), tr("un nom par identifiant"))
