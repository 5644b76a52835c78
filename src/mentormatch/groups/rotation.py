"""Rounds of groups with few repeated meetings, and the groups of a file (past ones, or ones made by hand).

Rounds come from a construction if one fits the sizes and the rules. Otherwise a local search forms each round given
the others.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from os import PathLike
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from mentormatch.assignment.model.solution import Status
from mentormatch.base.arrays import IntMatrix
from mentormatch.base.scalars import whole_number
from mentormatch.base.strict_json import parse_json
from mentormatch.errors import Problem, RequestError, SurveyError
from mentormatch.explanation.tables import ResultSheet, sheet
from mentormatch.groups.check import violations
from mentormatch.groups.partition import Grouping
from mentormatch.groups.problem import GroupProblem, GroupSolution, pairs_in
from mentormatch.groups.resolvable_designs import Partition, construct_rounds
from mentormatch.groups.result import Result
from mentormatch.groups.round_search import search_round
from mentormatch.languages.phrases import counted, listed, system_reason
from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import everywhere, mark, once_spoken, own_language, tr
from mentormatch.people.cohort import Cohort
from mentormatch.programme.enrolment import AnswerSource
from mentormatch.survey.table import TextTable
from mentormatch.survey.table_reader import TableSource, read_table


@dataclass(frozen=True, repr=False, eq=False)
class Rotation(Result):
    """Rounds of groups; the first is ``grouping``. The table of the pairs who meet again is confidential to staff.

    Attributes
    ----------
    rounds
        The groups of each round, as keys of their members.
    repeats
        The number of meetings of pairs beyond the first meeting of each pair.
    bound
        A lower bound on ``repeats`` over all rounds of these sizes; if both are equal, the rounds are optimal.
    """

    kind: ClassVar[str] = "rotation"
    grouping: Grouping
    rounds: tuple[tuple[tuple[str, ...], ...], ...]
    repeats: int
    bound: int
    language: str
    name: str = ""

    @property
    def veiled(self) -> Self:
        """The same rounds, with codes for people if their keys identify them."""
        return replace(self, grouping=self.grouping.veiled)

    @property
    def title(self) -> str:
        return tr("Groupes, d'un tour à l'autre")

    @property
    def status(self) -> Status:
        return Status.PROVED if self.proved else Status.FEASIBLE

    @property
    def proved(self) -> bool:
        """Whether it is proved that no rounds of these sizes have fewer repeats."""
        return self.repeats == self.bound

    @once_spoken
    def explanation(self) -> str:
        """A sentence with the number of rounds and of repeats, and what is known of the fewest repeats."""
        rounds, repeats = counted(len(self.rounds), "tour"), counted(self.repeats, "retrouvaille")
        if self.proved:
            return tr(
                "{rounds}, {repeats} : aucune suite de groupes de ces tailles n'en a moins.",
                rounds=rounds,
                repeats=repeats,
            )
        if not self.bound:
            return tr(
                "{rounds}, {repeats} ; on ne sait pas si d'autres groupes en ont moins.", rounds=rounds, repeats=repeats
            )
        return tr("{rounds}, {repeats} ; il y en a {bound} au moins.", rounds=rounds, repeats=repeats, bound=self.bound)

    @property
    @own_language
    def sentences(self) -> tuple[str, ...]:
        return (self.explanation,)

    @cached_property
    def again(self) -> tuple[tuple[str, str, tuple[int, ...]], ...]:
        """The pairs who meet more than once, each with the numbers of its rounds, from 1."""
        rounds_of_pair: dict[tuple[str, str], list[int]] = {}
        for number, groups in enumerate(self.rounds, start=1):
            for pair in (pair for group in groups for pair in combinations(group, 2)):
                rounds_of_pair.setdefault(pair, []).append(number)
        return tuple((*pair, tuple(numbers)) for pair, numbers in sorted(rounds_of_pair.items()) if len(numbers) > 1)

    @property
    @own_language
    def sheets(self) -> dict[str, ResultSheet]:
        columns = [("round", tr("Tour")), ("group", tr("Groupe")), ("member", tr("Membre"))]
        rows = (
            (round_number, group_number, self.grouping.name_of(key))
            for round_number, groups in enumerate(self.rounds, start=1)
            for group_number, group in enumerate(groups, start=1)
            for key in group
        )
        return {"rounds": sheet(columns, rows)}

    @property
    @own_language
    def staff_sheets(self) -> dict[str, ResultSheet]:
        columns = [("member", tr("Membre")), ("other", tr("Retrouve")), ("rounds", tr("Aux tours"))]
        name_of = self.grouping.name_of
        rows = ((name_of(a), name_of(b), listed([*map(str, numbers)])) for a, b, numbers in self.again)
        return {"again": sheet(columns, rows)}

    @property
    def as_dict(self) -> dict[str, object]:
        return {
            "status": str(self.status),
            "rounds": [
                {"round": number, "groups": [list(group) for group in groups]}
                for number, groups in enumerate(self.rounds, start=1)
            ],
            "repeats": self.repeats,
            "bound": self.bound,
        }

    def __repr__(self) -> str:
        return f"Rotation({len(self.rounds)} rounds, {self.repeats} repeats)"  # a notebook saves what it shows


def rotate(grouping: Grouping, rounds: int = 2) -> Rotation:
    """Return ``rounds`` rounds of groups of one cohort, which keep the rules on members; the first is ``grouping``.

    Repeated meetings are minimised, without proof in general. There are none if a known construction of that many
    rounds fits the sizes and keeps the rules. Raises RequestError if there are no groups, or if ``rounds`` is below 1.
    """
    rounds = whole_number(tr("tours"), rounds)
    if rounds < 1 or not grouping.solution.groups:
        raise RequestError(tr("Il faut des groupes, et au moins un tour"))
    keys = [grouping.cohort.members.ids[row] for row in grouping.formulation.members]
    formed = rotate_groups(grouping.formulation.problem, grouping.solution.groups, rounds)
    with_keys = tuple(tuple(tuple(keys[person] for person in group) for group in groups) for groups in formed)
    bound = least_repeats(grouping.formulation.problem, formed)
    return Rotation(grouping, with_keys, repeats_in(formed), bound, grouping.language, grouping.name)


def rotate_groups(problem: GroupProblem, first: Partition, rounds: int) -> list[Partition]:
    """Return ``rounds`` rounds that begin with ``first``.

    They are a construction if one has that many rounds and keeps the rules on members, otherwise found by search.
    """
    constructed = relabel(first, rounds)
    if len(constructed) == rounds and all(keeps_rules(problem, groups) for groups in constructed):
        return constructed
    return improve_rounds(problem, [first, *add_rounds(problem, first, rounds)])


def relabel(first: Partition, rounds: int) -> list[Partition]:
    """Return up to ``rounds`` rounds of a construction, with people renumbered so that ``first`` is its first round.

    Empty if the groups differ in size.
    """
    sizes = {len(group) for group in first}
    if len(sizes) != 1:
        return []
    constructed = construct_rounds(len(first), sizes.pop())[:rounds]
    people = {
        number: person
        for group, first_group in zip(constructed[0], first, strict=True)
        for number, person in zip(group, first_group, strict=True)
    }
    return [canonical_partition([[people[number] for number in group] for group in groups]) for groups in constructed]


def canonical_partition(groups: Sequence[Sequence[int]]) -> Partition:
    return tuple(sorted(tuple(sorted(group)) for group in groups))


def keeps_rules(problem: GroupProblem, groups: Partition) -> bool:
    # Leaders are not rotated with the members
    return not any(violations(replace(problem, leaders=None), GroupSolution(Status.FEASIBLE, groups)))


def add_rounds(problem: GroupProblem, first: Partition, rounds: int) -> Iterator[Partition]:
    """Yield the rounds after ``first``, each with few repeats given the rounds before; ``first`` if none is found."""
    before = [first]
    for number in range(1, rounds):
        groups = search_round(problem, meetings_in(problem, before), problem.seed + number)
        before.append(canonical_partition(groups) or first)
        yield before[-1]


MAX_SWEEPS = 8  # of ``improve_rounds`` over all rounds


def improve_rounds(problem: GroupProblem, rounds: list[Partition]) -> list[Partition]:
    """Return the best rounds over sweeps; a sweep forms all but the first again, in place, given the others."""
    best, fewest = list(rounds), repeats_in(rounds)
    for sweep in range(MAX_SWEEPS):
        if fewest <= least_repeats(problem, best):
            break
        for index in range(1, len(rounds)):
            other_rounds = [*rounds[:index], *rounds[index + 1 :]]
            seed = problem.seed + 1000 * (sweep + 1) + index
            groups = search_round(problem, meetings_in(problem, other_rounds), seed)
            rounds[index] = canonical_partition(groups) or rounds[index]
        if repeats_in(rounds) < fewest:
            best, fewest = list(rounds), repeats_in(rounds)
    return best


def meetings_in(problem: GroupProblem, rounds: Sequence[Partition]) -> IntMatrix:
    """Return (n, n) int64: the number of meetings of each pair in some rounds."""
    meetings = np.zeros((len(problem), len(problem)), dtype=np.int64)
    for groups in rounds:
        for group in groups:
            meetings[np.ix_(group, group)] += 1
    np.fill_diagonal(meetings, 0)
    return meetings


def repeats_in(rounds: Sequence[Partition]) -> int:
    """Return the number of meetings of pairs beyond the first meeting of each pair."""
    meetings = Counter(pair for groups in rounds for group in groups for pair in combinations(group, 2))
    return sum(times - 1 for times in meetings.values())


def least_repeats(problem: GroupProblem, rounds: Sequence[Partition]) -> int:
    """Return a lower bound on the repeats of rounds with the sizes of ``rounds``, by two counts.

    The first is the number of meetings less the allowed pairs. The second is half the sum, over people, of the fewest
    meetings of a person less their allowed partners.
    """
    allowed = ~problem.apart & ~np.eye(len(problem), dtype=bool)
    meetings = sum(pairs_in(len(group)) for groups in rounds for group in groups)
    # Any person can be in the smallest group of a round, or be left out if the round does not place all people
    smallest = (min(map(len, groups)) for groups in rounds if sum(map(len, groups)) == len(problem))
    fewest = sum(max(size - 1, 0) for size in smallest)
    excess = int(np.maximum(fewest - allowed.sum(axis=1), 0).sum())
    return max(meetings - int(allowed.sum()) // 2, -(-excess // 2), 0)


type MemberKeys = tuple[str, ...]

NO_GROUPS_TEXT = mark("Aucun groupe ne se lit dans « {name} »")


def read_groups(source: AnswerSource, cohort: Cohort) -> tuple[MemberKeys, ...]:
    """Return the groups of a file as keys of their members, for the argument ``past`` of ``form_groups``.

    In a sheet, the column with the most keys of members contains the members, and the column *Groupe* (or the only
    other one beside *Animé par*) contains their groups. If there is a column *Tour*, each round has its own groups.
    Rows without a member or a group are ignored. Keys of people who have left the cohort are returned too; they have
    no effect.

    Parameters
    ----------
    source
        A file from ``Grouping.save`` or ``Rotation.save`` (JSON, CSV, XLSX), a sheet made by hand (CSV, XLSX, ODS), or
        a frame.
    cohort
        The people to be grouped.

    Raises
    ------
    SurveyError, RequestError
        The file cannot be read, or contains no group of people in the cohort.

    Examples
    --------
    >>> import pandas as pd
    >>> from mentormatch import examples
    >>> sheet = pd.DataFrame({"Groupe": ["A", "B", "A"], "Code": ["C01", "C02", "C03"]})
    >>> read_groups(sheet, examples.cohort("codeveloppement"))
    (('C01', 'C03'), ('C02',))
    """
    return tuple(group.members for group in read_file_groups(source, cohort))


@dataclass(frozen=True, slots=True)
class FileGroup:
    """A group of a file: its number from 1, the keys of its members, and its facilitator (empty if unknown)."""

    number: int
    members: MemberKeys
    facilitator: str = ""


def read_file_groups(source: AnswerSource, cohort: Cohort) -> tuple[FileGroup, ...]:
    """Return the groups of a file, as ``read_groups`` does, with the facilitator of each if the file states it."""
    if isinstance(source, str | PathLike) and Path(source).suffix.lower() == ".json":
        source = open_json(Path(source))
    if isinstance(source, TableSource) and source.name.lower().endswith(".json"):
        return groups_of_json(source, cohort)
    table = read_table(source)
    member_column, leader_columns = column_of_members(table, cohort), columns_titled(mark("Animé par"), table)
    group_column = column_of_groups(table, [member_column, *leader_columns])
    # The groups of a rotation are numbered in each round
    round_columns = [
        column for column in columns_titled(mark("Tour"), table) if column not in (group_column, member_column)
    ]
    keys_by_group: dict[tuple[str, ...], list[str]] = {}
    leader_by_group: dict[tuple[str, ...], str] = {}
    for record in table.records:
        group = tuple(fold(record.cells[column]) for column in (group_column, *round_columns))
        key = record.cells[member_column].strip()
        if group[0] and key:
            keys_by_group.setdefault(group, []).append(key)
            leaders = [key for column in leader_columns if cohort.facilitators.has(key := record.cells[column].strip())]
            leader_by_group.setdefault(group, "".join(leaders[:1]))
    numbered = enumerate(keys_by_group.items(), start=1)
    return tuple(FileGroup(number, tuple(keys), leader_by_group.get(group, "")) for number, (group, keys) in numbered)


def column_of_members(table: TextTable, cohort: Cohort) -> int:
    """Return the index of the column with the most keys of members. Raises SurveyError if no cell contains a key."""
    counts = [
        sum(cohort.members.has(record.cells[column]) for record in table.records) for column in range(len(table.header))
    ]
    if not any(counts):
        raise misread_error(
            table.source, Problem(tr("colonnes"), tr("aucun code de membre"), tr("une colonne de codes"))
        )
    return counts.index(max(counts))


def columns_titled(title: str, table: TextTable) -> list[int]:
    """Return the indices of the columns with a title, in any supported language."""
    titles = {fold(translation) for translation in everywhere(title)}
    return [column for column, header in enumerate(table.header) if fold(header) in titles]


def column_of_groups(table: TextTable, without: Collection[int]) -> int:
    """Return the index of the column of groups: by its title, else the only column that is not in ``without``.

    Raises SurveyError if there is not exactly one such column.
    """
    candidates = [column for column in range(len(table.header)) if column not in without]
    columns = [column for column in columns_titled(mark("Groupe"), table) if column in candidates] or candidates
    if len(columns) != 1:
        finding, advice = tr("aucune colonne de groupes"), tr("appelez cette colonne « Groupe »")
        raise misread_error(table.source, Problem(tr("colonnes"), finding, advice=advice))
    return columns[0]


def misread_error(name: str, problem: Problem) -> SurveyError:
    return SurveyError(tr(NO_GROUPS_TEXT, name=name), [problem])


def open_json(path: Path) -> TableSource:
    try:
        return TableSource(path.name, path.read_bytes())
    except OSError as error:
        problem = Problem(path.name, tr("refus du système ({error})", error=system_reason(error)))
        raise RequestError(tr("Le fichier ne peut pas être lu"), [problem]) from None


def groups_of_json(source: TableSource, cohort: Cohort) -> tuple[FileGroup, ...]:
    """Return the groups of a JSON file from mentormatch, of all its rounds.

    Raises RequestError if no group contains a member of the cohort.
    """
    content = parse_json(source.content)
    led_groups = [(keys, leader) for keys, leader in groups_in(content) if all(isinstance(key, str) for key in keys)]
    if not any(cohort.members.has(key) for keys, _ in led_groups for key in keys):
        expected = tr("un fichier .json de groupes que mentormatch a écrit")
        problem = Problem(source.name, tr("aucun groupe de ces personnes"), expected)
        raise RequestError(tr(NO_GROUPS_TEXT, name=source.name), [problem])
    return tuple(
        FileGroup(number, tuple(keys), leader if isinstance(leader, str) and cohort.facilitators.has(leader) else "")
        for number, (keys, leader) in enumerate(led_groups, start=1)
    )


def groups_in(content: Any, leader: Any = "") -> list[tuple[Sequence[Any], Any]]:
    """Return the lists of members within a JSON value, of groups or of groups in rounds, each with its facilitator."""
    if isinstance(content, list):
        return [(content, leader)]
    if not isinstance(content, Mapping):
        return []
    if "members" in content:
        return groups_in(content["members"], content.get("facilitator"))
    nested = [content[name] for name in ("rounds", "groups") if isinstance(content.get(name), list)]
    return [group for values in nested for value in values for group in groups_in(value)]
