"""Groups there were before, or that somebody made by hand, from whatever file holds them."""

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from mentormatch.base.strict_json import parse_json
from mentormatch.errors import Problem, RequestError, SurveyError
from mentormatch.languages import everywhere, mark, tr
from mentormatch.languages.phrases import system_reason
from mentormatch.languages.text_keys import fold
from mentormatch.people.cohort import Cohort
from mentormatch.programme.enrolment import AnswerSource
from mentormatch.survey.table import TextTable
from mentormatch.survey.table_reader import TableSource, read_table

type MemberKeys = tuple[str, ...]

TITLE = mark("Groupe")
MISREAD = mark("Aucun groupe ne se lit dans « {name} »")


def read_groups(source: AnswerSource, cohort: Cohort) -> tuple[MemberKeys, ...]:
    """Return the groups that a file holds, each by the keys of its members, for ``past`` of ``form_groups``.

    Of a sheet, the column with the most codes of members is theirs, and the column *Groupe* (or the only other one)
    says who is with whom; rows in which one of the two is blank are passed over. People who are no longer in the
    cohort are kept: they met nobody who is.

    Parameters
    ----------
    source
        A file that ``Grouping.save`` or ``Rotation.save`` wrote (JSON, CSV, XLSX), one by hand (CSV, XLSX, ODS), or a
        frame.
    cohort
        The people of whom groups are formed.

    Raises
    ------
    SurveyError, RequestError
        The file cannot be read, or holds no group of anybody in the cohort.

    Examples
    --------
    >>> import pandas as pd
    >>> from mentormatch import examples
    >>> sheet = pd.DataFrame({"Groupe": ["A", "B", "A"], "Code": ["C01", "C02", "C03"]})
    >>> read_groups(sheet, examples.cohort("codeveloppement"))
    (('C01', 'C03'), ('C02',))
    """
    if isinstance(source, str | PathLike) and Path(source).suffix.lower() == ".json":
        source = open_json(Path(source))
    if isinstance(source, TableSource) and source.name.lower().endswith(".json"):
        return names_in(source, cohort)
    table = read_table(source)
    members = column_of_members(table, cohort)
    groups = column_of_groups(table, members)
    found: dict[str, list[str]] = {}
    for record in table.records:
        group, key = fold(record.cells[groups]), record.cells[members].strip()
        if group and key:
            found.setdefault(group, []).append(key)
    return tuple(map(tuple, found.values()))


def column_of_members(table: TextTable, cohort: Cohort) -> int:
    """Return the column with the most codes of members; raise SurveyError where none has one."""
    counts = [
        sum(cohort.members.has(record.cells[place]) for record in table.records) for place in range(len(table.header))
    ]
    if not any(counts):
        raise misread_error(
            table.source, Problem(tr("colonnes"), tr("aucun code de membre"), tr("une colonne de codes"))
        )
    return counts.index(max(counts))


def column_of_groups(table: TextTable, members: int) -> int:
    """Return the column that says which group somebody is in; raise SurveyError where none can be told."""
    others = [place for place in range(len(table.header)) if place != members]
    titles = {fold(title) for title in everywhere(TITLE)}
    named = [place for place in others if fold(table.header[place]) in titles] or others
    if len(named) != 1:
        found, advice = tr("aucune colonne de groupes"), tr("appelez cette colonne « Groupe »")
        raise misread_error(table.source, Problem(tr("colonnes"), found, advice=advice))
    return named[0]


def misread_error(name: str, found: Problem) -> SurveyError:
    """Return the error that a sheet holds no groups."""
    return SurveyError(tr(MISREAD, name=name), [found])


def open_json(path: Path) -> TableSource:
    """Return the content of a JSON file under its name; raise RequestError where it cannot be read."""
    try:
        return TableSource(path.name, path.read_bytes())
    except OSError as error:
        found = Problem(path.name, tr("refus du système ({error})", error=system_reason(error)))
        raise RequestError(tr("Le fichier ne peut pas être lu"), [found]) from None


def names_in(source: TableSource, cohort: Cohort) -> tuple[MemberKeys, ...]:
    """Return the groups of a JSON file that mentormatch wrote, or of each round; raise RequestError without any."""
    content = parse_json(source.content)
    groups = tuple(tuple(group) for group in groups_in(content) if all(isinstance(key, str) for key in group))
    if not any(cohort.members.has(key) for group in groups for key in group):
        expected = tr("un fichier .json de groupes que mentormatch a écrit")
        problem = Problem(source.name, tr("aucun groupe de ces personnes"), expected)
        raise RequestError(tr(MISREAD, name=source.name), [problem])
    return groups


def groups_in(content: Any) -> list[Sequence[Any]]:
    """Return the lists of members that a JSON value holds: of groups, or of groups in rounds."""
    if isinstance(content, list):
        return [content]
    if not isinstance(content, Mapping):
        return []
    if "members" in content:
        return groups_in(content["members"])
    inside = [content[name] for name in ("rounds", "groups") if isinstance(content.get(name), list)]
    return [group for part in inside for each in part for group in groups_in(each)]
