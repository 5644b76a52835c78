"""Rounds of groups with few repeats: a construction, else each round formed again given the others.

Groups there were before, or that somebody made by hand, from whatever file holds them.
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

SWEEPS = 8
"""How often every round is formed again, given the others."""


@dataclass(frozen=True, repr=False, eq=False)
class Rotation(Result):
    """``rounds`` of groups of members' keys; ``repeats``: meetings of pairs beyond their first.

    ``bound`` is what no rounds of these sizes go below, so where both are equal nothing better is possible. The first
    round is that of ``grouping``. Who meets again is for the team.
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
        """The same rounds, whose people are called by pseudonyms where their keys are e-mail addresses."""
        return replace(self, grouping=self.grouping.veiled)

    @property
    def title(self) -> str:
        return tr("Groupes, d'un tour à l'autre")

    @property
    def status(self) -> Status:
        return Status.PROVED if self.proved else Status.FEASIBLE

    @property
    def proved(self) -> bool:
        """Return whether no rounds have fewer repeats."""
        return self.repeats == self.bound

    @once_spoken
    def explanation(self) -> str:
        """Say what was reached, and what is known of it."""
        rounds, again = counted(len(self.rounds), "tour"), counted(self.repeats, "retrouvaille")
        if self.proved:
            return tr(
                "{rounds}, {repeats} : aucune suite de groupes de ces tailles n'en a moins.",
                rounds=rounds,
                repeats=again,
            )
        if not self.bound:
            return tr(
                "{rounds}, {repeats} ; on ne sait pas si d'autres groupes en ont moins.", rounds=rounds, repeats=again
            )
        return tr("{rounds}, {repeats} ; il y en a {bound} au moins.", rounds=rounds, repeats=again, bound=self.bound)

    @property
    @own_language
    def sentences(self) -> tuple[str, ...]:
        return (self.explanation,)

    @cached_property
    def again(self) -> tuple[tuple[str, str, tuple[int, ...]], ...]:
        """The pairs who meet more than once, and in which rounds, from 1."""
        met: dict[tuple[str, str], list[int]] = {}
        for number, each in enumerate(self.rounds, start=1):
            for pair in (pair for group in each for pair in combinations(group, 2)):
                met.setdefault(pair, []).append(number)
        return tuple((*pair, tuple(when)) for pair, when in sorted(met.items()) if len(when) > 1)

    @property
    @own_language
    def sheets(self) -> dict[str, ResultSheet]:
        columns = [("round", tr("Tour")), ("group", tr("Groupe")), ("member", tr("Membre"))]
        rows = (
            (turn, number, self.grouping.name_of(key))
            for turn, each in enumerate(self.rounds, start=1)
            for number, group in enumerate(each, start=1)
            for key in group
        )
        return {"rounds": sheet(columns, rows)}

    @property
    @own_language
    def staff_sheets(self) -> dict[str, ResultSheet]:
        columns = [("member", tr("Membre")), ("other", tr("Retrouve")), ("rounds", tr("Aux tours"))]
        called = self.grouping.name_of
        return {
            "again": sheet(columns, ((called(a), called(b), listed([*map(str, when)])) for a, b, when in self.again))
        }

    @property
    def as_dict(self) -> dict[str, object]:
        return {
            "status": str(self.status),
            "rounds": [
                {"round": turn, "groups": [list(group) for group in each]}
                for turn, each in enumerate(self.rounds, start=1)
            ],
            "repeats": self.repeats,
            "bound": self.bound,
        }

    def __repr__(self) -> str:
        return f"Rotation({len(self.rounds)} rounds, {self.repeats} repeats)"  # a notebook saves what it shows


def rotate(grouping: Grouping, rounds: int = 2) -> Rotation:
    """Return ``rounds`` rounds of groups of the same people, the first as they were formed, each true to the rules.

    As few pairs as are found meet again: none, where the sizes allow a known construction and no rule forbids it.
    Raises RequestError where there are no groups, or no round is asked for.
    """
    rounds = whole_number(tr("tours"), rounds)
    if rounds < 1 or not grouping.solution.groups:
        raise RequestError(tr("Il faut des groupes, et au moins un tour"))
    keys = [grouping.cohort.members.ids[row] for row in grouping.formulation.members]
    found = rotate_groups(grouping.formulation.problem, grouping.solution.groups, rounds)
    named = tuple(tuple(tuple(keys[person] for person in group) for group in each) for each in found)
    least = least_repeats(grouping.formulation.problem, found)
    return Rotation(grouping, named, repeats_in(found), least, grouping.language, grouping.name)


def rotate_groups(problem: GroupProblem, first: Partition, rounds: int) -> list[Partition]:
    """Return rounds that begin with the first, from a construction where it keeps the rules, else by a search."""
    known = relabel(first, rounds)
    if len(known) == rounds and all(keeps_rules(problem, each) for each in known):
        return known
    return improve_rounds(problem, [first, *add_rounds(problem, first, rounds)])


def relabel(first: Partition, rounds: int) -> list[Partition]:
    """Return the rounds of a construction, its people called so that it begins with the first; as many as it has."""
    sizes = {len(group) for group in first}
    if len(sizes) != 1:
        return []
    made = construct_rounds(len(first), sizes.pop())[:rounds]
    called = {
        old: new for group, mine in zip(made[0], first, strict=True) for old, new in zip(group, mine, strict=True)
    }
    return [in_order([[called[person] for person in group] for group in each]) for each in made]


def in_order(groups: Sequence[Sequence[int]]) -> Partition:
    """Return groups in ascending order, of people in ascending order."""
    return tuple(sorted(tuple(sorted(group)) for group in groups))


def keeps_rules(problem: GroupProblem, groups: Partition) -> bool:
    """Return whether a round keeps the rules on groups; leaders are not rotated with the members."""
    return not any(violations(replace(problem, leaders=None), GroupSolution(Status.FEASIBLE, groups)))


def add_rounds(problem: GroupProblem, first: Partition, rounds: int) -> Iterator[Partition]:
    """Yield further rounds, each with as few repeats as are found given those before; the first again if none is."""
    before = [first]
    for turn in range(1, rounds):
        found = search_round(problem, meetings_in(problem, before), problem.seed + turn)
        before.append(in_order(found) or first)
        yield before[-1]


def improve_rounds(problem: GroupProblem, rounds: list[Partition]) -> list[Partition]:
    """Return rounds with fewer repeats: each but the first is formed again, given the others, as long as that helps."""
    best, fewest = list(rounds), repeats_in(rounds)
    for sweep in range(SWEEPS):
        if fewest <= least_repeats(problem, best):
            break
        for place in range(1, len(rounds)):
            others = [*rounds[:place], *rounds[place + 1 :]]
            seed = problem.seed + 1000 * (sweep + 1) + place
            rounds[place] = in_order(search_round(problem, meetings_in(problem, others), seed)) or rounds[place]
        if repeats_in(rounds) < fewest:
            best, fewest = list(rounds), repeats_in(rounds)
    return best


def meetings_in(problem: GroupProblem, rounds: Sequence[Partition]) -> IntMatrix:
    """Return (n, n) how often two people meet in some rounds."""
    met = np.zeros((len(problem), len(problem)), dtype=np.int64)
    for each in rounds:
        for group in each:
            met[np.ix_(group, group)] += 1
    np.fill_diagonal(met, 0)
    return met


def repeats_in(rounds: Sequence[Partition]) -> int:
    """Return how many meetings of pairs there are beyond their first."""
    met = Counter(pair for each in rounds for group in each for pair in combinations(group, 2))
    return sum(times - 1 for times in met.values())


def least_repeats(problem: GroupProblem, rounds: Sequence[Partition]) -> int:
    """Return what no rounds of these sizes go below: all meetings less the pairs that may meet, of all and of each."""
    may = ~problem.apart & ~np.eye(len(problem), dtype=bool)
    meetings = sum(pairs_in(len(group)) for each in rounds for group in each)
    each = Counter(person for each in rounds for group in each for person in group for _ in range(len(group) - 1))
    beyond = sum(max(times - int(may[person].sum()), 0) for person, times in each.items())
    return max(meetings - int(may.sum()) // 2, -(-beyond // 2), 0)


type MemberKeys = tuple[str, ...]

TITLE, LED_BY = mark("Groupe"), mark("Animé par")
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
    return tuple(group.members for group in read_file_groups(source, cohort))


@dataclass(frozen=True, slots=True)
class FileGroup:
    """A group that a file holds: its number from 1, the keys of its members, that of who leads it (empty: not told)."""

    number: int
    members: MemberKeys
    facilitator: str = ""


def read_file_groups(source: AnswerSource, cohort: Cohort) -> tuple[FileGroup, ...]:
    """Return the groups that a file holds, as ``read_groups``, with who leads each if the file tells."""
    if isinstance(source, str | PathLike) and Path(source).suffix.lower() == ".json":
        source = open_json(Path(source))
    if isinstance(source, TableSource) and source.name.lower().endswith(".json"):
        return groups_of_json(source, cohort)
    table = read_table(source)
    members, leaders = column_of_members(table, cohort), column_titled(LED_BY, table)
    groups = column_of_groups(table, [members, *leaders])
    found: dict[str, list[str]] = {}
    leading: dict[str, str] = {}
    for record in table.records:
        group, key = fold(record.cells[groups]), record.cells[members].strip()
        if group and key:
            found.setdefault(group, []).append(key)
            led = [key for place in leaders if cohort.facilitators.has(key := record.cells[place].strip())]
            leading.setdefault(group, "".join(led[:1]))
    rows = enumerate(found.items(), start=1)
    return tuple(FileGroup(number, tuple(keys), leading.get(group, "")) for number, (group, keys) in rows)


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


def column_titled(title: str, table: TextTable) -> list[int]:
    """Return the columns of a title, in any language."""
    titles = {fold(each) for each in everywhere(title)}
    return [place for place, header in enumerate(table.header) if fold(header) in titles]


def column_of_groups(table: TextTable, without: Collection[int]) -> int:
    """Return the column that says which group somebody is in; raise SurveyError where none can be told."""
    others = [place for place in range(len(table.header)) if place not in without]
    named = [place for place in column_titled(TITLE, table) if place in others] or others
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


def groups_of_json(source: TableSource, cohort: Cohort) -> tuple[FileGroup, ...]:
    """Return the groups of a JSON file that mentormatch wrote, or of each round; raise RequestError without any."""
    content = parse_json(source.content)
    read = [(keys, led) for keys, led in groups_in(content) if all(isinstance(key, str) for key in keys)]
    if not any(cohort.members.has(key) for keys, _ in read for key in keys):
        expected = tr("un fichier .json de groupes que mentormatch a écrit")
        problem = Problem(source.name, tr("aucun groupe de ces personnes"), expected)
        raise RequestError(tr(MISREAD, name=source.name), [problem])
    return tuple(
        FileGroup(number, tuple(keys), led if isinstance(led, str) and cohort.facilitators.has(led) else "")
        for number, (keys, led) in enumerate(read, start=1)
    )


def groups_in(content: Any, led: Any = "") -> list[tuple[Sequence[Any], Any]]:
    """Return the lists of members that a JSON value holds, of groups or of groups in rounds, with who leads each."""
    if isinstance(content, list):
        return [(content, led)]
    if not isinstance(content, Mapping):
        return []
    if "members" in content:
        return groups_in(content["members"], content.get("facilitator"))
    inside = [content[name] for name in ("rounds", "groups") if isinstance(content.get(name), list)]
    return [group for part in inside for each in part for group in groups_in(each)]
