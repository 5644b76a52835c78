"""The files of a cohort: its programme, the answers as its tool exports them, and the decision with its prices."""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import mentormatch as mm
from benchmarks.cohorts.cases import Case
from benchmarks.made import write_survey
from benchmarks.population import APART, cohort_of
from mentormatch import Cohort, People, Programme, form_groups
from mentormatch.base.columns import Column, Grades, MultiChoice, NameLists, NumberColumn, Ranks, SingleChoice
from mentormatch.places.gazetteer import PlaceColumn
from mentormatch.record.decision import DECISION_NAME, write_decision
from mentormatch.results import Grouping
from tests.survey.tools import writers_one, writers_two
from tests.survey.tools.made import Answers, delimited, plain_table, workbook

SEED = 29
DECISION, GROUPS = DECISION_NAME, "groups.json"
GROUPS_S = 20.0
"""So long groups are improved."""
PROGRAMME = "programme.toml"

type Export = tuple[str, bytes]
"""The name and the content of what a survey tool exports."""


def plain(programme: Programme, people: Sequence[Answers]) -> Export:
    return "reponses.csv", text(plain_table(programme, people), ";")


def text(rows: Any, delimiter: str) -> bytes:
    return delimited(rows, delimiter, quoting=csv.QUOTE_ALL).encode()


TOOLS: Mapping[str, Callable[[Programme, Sequence[Answers]], Export]] = {
    "plain": plain,
    "framaforms": lambda asked, who: (
        "framaforms.csv",
        text(writers_one.framaforms(asked, who, no(who), compact=False), "\t"),
    ),
    "limesurvey": lambda asked, who: ("limesurvey.csv", text(writers_one.limesurvey(asked, who, no(who)), ",")),
    "nextcloud": lambda asked, who: ("nextcloud.csv", text(writers_one.nextcloud(asked, who, guarded=True), ",")),
    "surveymonkey": lambda asked, who: ("surveymonkey.csv", text(writers_one.surveymonkey(asked, who, no(who)), ",")),
    "google": lambda asked, who: ("google.csv", text(writers_two.google(asked, who, sheet=False), ",")),
    "microsoft": lambda asked, who: (
        "microsoft.xlsx",
        workbook(writers_two.microsoft(asked, who, listed=False, changes=False), "Sheet1"),
    ),
    "tally": lambda asked, who: ("tally.csv", text(writers_two.tally(asked, who), ",")),
    "typeform": lambda asked, who: ("typeform.csv", text(writers_two.typeform(asked, who, no(who)), ",")),
    "helloasso": lambda asked, who: (
        "helloasso.csv",
        text(writers_two.helloasso(asked, who, ["Validé"] * len(who)), ";"),
    ),
}
"""What each survey tool that the library reads makes of the same answers."""

MAPPED: Mapping[str, Callable[[Programme], Programme]] = {
    "microsoft": writers_two.with_statements,
    "typeform": writers_two.with_boxes,
}
"""Tools whose columns do not say to which question they belong: the programme does."""


def no(people: Sequence[Answers]) -> list[bool]:
    """Return that nobody stopped half-way."""
    return [False] * len(people)


def programme_of(case: Case) -> Programme:
    """Return the programme of a cohort, which knows the columns of its tool."""
    return MAPPED[case.tool](case.programme) if case.tool in MAPPED else case.programme


def people_of(case: Case, programme: Programme) -> list[Answers]:
    """Return what each person answered, drawn by a seed; the first of each side are both where some are."""
    drawn = cohort_of(programme, case.mentors, case.mentees, SEED, manner=APART)
    sides = [told(programme, people, side) for side, people in enumerate((drawn.mentors, drawn.mentees))]
    both = [
        {**mine, **{name: said for name, said in other.items() if mine[name] is None}}
        for mine, other in zip(*sides, strict=False)
    ]
    return [{**each, "role": 2} for each in both[: case.both]] + sides[0][case.both :] + sides[1][case.both :]


def told(programme: Programme, people: People, side: int) -> list[Answers]:
    """Return the answers of the people of a side as writers of exports take them; None: not asked, or left blank."""
    columns = {name: answers(column) for name, column in people.columns.items()}
    fixed = {"role": side, "notice": 1}
    return [
        dict.fromkeys(programme.fields)
        | {name: said[row] for name, said in columns.items()}
        | fixed
        | {"code": key, "courriel": f"{key.lower()}@cohortes.example"}
        for row, key in enumerate(people.ids)
    ]


def answers(column: Column) -> list[object]:
    """Return the answers of a column; None where one was left blank."""
    return [answer(column, row) if known else None for row, known in enumerate(column.known)]


def answer(column: Column, row: int) -> object:
    """Return one answer of a column that was given: an index, indices, a number or names."""
    match column:
        case PlaceColumn(positions=values) | SingleChoice(values=values):
            return int(values[row])
        case MultiChoice(values=values):
            return tuple(np.flatnonzero(values[row]).tolist())
        case Ranks(values=values):
            return tuple(item for item in np.argsort(values[row], kind="stable").tolist() if values[row][item])
        case Grades(values=values):
            return tuple(values[row].tolist())
        case NumberColumn(values=values):
            return float(values[row])
        case NameLists(values=names):
            return names[row]
    raise TypeError(f"no answer of a {type(column).__name__}")


def write(case: Case, folder: Path) -> Path:
    """Write the programme and the answers of a cohort; return the file of the answers."""
    folder.mkdir(parents=True, exist_ok=True)
    programme = programme_of(case)
    programme.save(folder / PROGRAMME, replace=True)
    if case.groups:
        return write_survey(programme, folder / "reponses.csv", case.mentors, 0)
    name, content = TOOLS[case.tool](programme, people_of(case, programme))
    path = folder / name
    path.write_bytes(content)
    return path


def read(case: Case, folder: Path) -> tuple[Cohort, Programme]:
    """Return the people and the programme of a cohort from its files, as anybody reads them."""
    programme = mm.Programme.load(folder / PROGRAMME)
    [path] = [path for path in folder.iterdir() if path.suffix in (".csv", ".xlsx")]
    return mm.read_survey(programme, path, tool=None if case.tool != "plain" else "plain"), programme


def solve(case: Case, folder: Path) -> None:
    """Solve a cohort from its files, and write the decision with its prices, or the groups, beside them."""
    people, programme = read(case, folder)
    if case.groups:
        write_groups(form_groups(people, programme, time_limit_s=GROUPS_S), case, folder / GROUPS)
    else:
        write_decision(mm.match(people, programme), folder / DECISION)


def write_groups(found: Grouping, case: Case, path: Path) -> None:
    """Write the points of each two people, who may not meet, what others are told of people, and the groups."""
    problem, members = found.formulation.problem, found.cohort.members
    rows = [members.find(key) for key in problem.keys]
    told = {name: [members.columns[name].shown(row) for row in rows] for name in ("structure", "metier")}
    last = found.solution.tiers[-1]
    content = {
        "size": case.groups,
        "people": told,
        "points": np.asarray(problem.worth).tolist(),
        "apart": np.argwhere(np.triu(np.asarray(problem.apart))).tolist(),
        "groups": [list(group) for group in found.solution.groups],
        "total": last.value,
        "bound": last.bound,
    }
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
