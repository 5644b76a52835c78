"""The criteria of the example programme as one would first write them: a loop over objects, pair by pair.

Each criterion is a function of two people; the points are those of ``mentormatch`` to the millionth, so that what is
compared is the way and not the work.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from pydantic import BaseModel

from benchmarks.scale.cohorts import EXAMPLE
from mentormatch import Cohort, People, Person
from mentormatch.base.columns import NONE
from mentormatch.scoring.criteria import Table
from mentormatch.scoring.scores import MILLION, normalise_weights

WEIGHTS = {one.label: weight for one, weight in zip(EXAMPLE.criteria, normalise_weights(EXAMPLE.criteria), strict=True)}
TABLE = next(one for one in EXAMPLE.criteria if isinstance(one, Table))
CELLS = {(cell.mentor, cell.mentee): cell.points for cell in TABLE.cells}
TOP, SCALE = 3, 4
"""The highest level of a task; the steps of a scale of five answers."""


class Answers(BaseModel):
    """What both sides answer; None: nothing. Of a ranking, the stake in each option: 3, 2, 1."""

    key: str
    disciplines: dict[str, int]
    structures: frozenset[str] | None
    valeurs: dict[str, int]
    conseil: int | None
    reconversion: str | None
    creneaux: frozenset[str] | None
    format: int | None
    territoire: str | None


class Mentor(Answers):
    """Somebody who can pass on tasks, each at a level (None: not said), to a public."""

    transmettre: dict[str, int | None]
    public: str | None


class Mentee(Answers):
    """Somebody who needs tasks, is in a situation, and wishes for some."""

    besoins: dict[str, int]
    situation: str | None
    souhaits: list[str] | None


def coverage(mentor: Mentor, mentee: Mentee) -> float | None:
    """Return the share of the needs that the mentor meets."""
    if not mentee.besoins or all(level is None for level in mentor.transmettre.values()):
        return None
    given = unsaid = 0
    for task, need in mentee.besoins.items():
        level = mentor.transmettre[task]
        if level is None:
            unsaid += need
        else:
            given += need * level
    return (given / TOP + unsaid * 0.5) / sum(mentee.besoins.values())


def wishes(mentor: Mentor, mentee: Mentee) -> float | None:
    """Return 1 for a first wish, a half for a second."""
    if mentee.souhaits is None:
        return None
    asked = mentee.souhaits[:2]
    return (2 - asked.index(mentor.key)) / 2 if mentor.key in asked else 0.0


def ranked(ours: Mapping[str, int], theirs: Mapping[str, int]) -> float | None:
    """Return what both rank over what either ranks."""
    if not ours or not theirs:
        return None
    least = sum(min(stake, theirs[option]) for option, stake in ours.items() if option in theirs)
    return least / (sum(ours.values()) + sum(theirs.values()) - least)


def ticked(ours: frozenset[str] | None, theirs: frozenset[str] | None) -> float | None:
    """Return what both tick over what either ticks."""
    return None if ours is None or theirs is None else len(ours & theirs) / (len(ours | theirs) or 1)


def same(ours: str | None, theirs: str | None) -> float | None:
    """Return 1 for the same answer."""
    return None if ours is None or theirs is None else float(ours == theirs)


def close(ours: int | None, theirs: int | None) -> float | None:
    """Return 1 for the same step of a scale, 0 for its two ends."""
    return None if ours is None or theirs is None else 1 - abs(ours - theirs) / SCALE


def fitting(public: str | None, situation: str | None) -> float | None:
    """Return the points of two answers that go together."""
    return None if public is None or situation is None else CELLS.get((public, situation), 0.0)


def free(ours: frozenset[str] | None, theirs: frozenset[str] | None) -> float | None:
    """Return 1 where two moments are free on both sides."""
    return None if ours is None or theirs is None else min(1.0, len(ours & theirs) / 2)


def share(weight: float, value: float | None, neutral: float = 0.5) -> int:
    """Return the points of a criterion in millionths."""
    return round((neutral if value is None else value) * weight * MILLION)


def points(mentor: Mentor, mentee: Mentee) -> int:
    """Return the points of a pair."""
    weight = WEIGHTS
    return (
        share(weight["besoins couverts"], coverage(mentor, mentee))
        + share(weight["souhaits"], wishes(mentor, mentee), 0.0)
        + share(weight["disciplines en commun"], ranked(mentor.disciplines, mentee.disciplines))
        + share(weight["types de structure en commun"], ticked(mentor.structures, mentee.structures))
        + share(weight["même expérience d'une reconversion"], same(mentor.reconversion, mentee.reconversion))
        + share(weight["public souhaité"], fitting(mentor.public, mentee.situation))
        + share(weight["valeurs partagées"], ranked(mentor.valeurs, mentee.valeurs))
        + share(weight["attentes proches"], close(mentor.conseil, mentee.conseil))
        + share(weight["créneaux en commun"], free(mentor.creneaux, mentee.creneaux))
        + share(weight["formats proches"], close(mentor.format, mentee.format))
        + share(weight["même département"], same(mentor.territoire, mentee.territoire))
    )


def scores(mentors: Sequence[Mentor], mentees: Sequence[Mentee]) -> list[list[int]]:
    """Return the points of all pairs, one after the other."""
    return [[points(mentor, mentee) for mentee in mentees] for mentor in mentors]


def objects(cohort: Cohort) -> tuple[list[Mentor], list[Mentee]]:
    """Return the people of a cohort as objects."""
    mentors, mentees = cohort.mentors, cohort.mentees
    return (
        [mentor_of(mentors.person(row)) for row in range(len(mentors))],
        [mentee_of(mentees.person(row)) for row in range(len(mentees))],
    )


def mentor_of(person: Person) -> Mentor:
    """Return a mentor."""
    tasks = person.people.grades("transmettre")
    levels = {
        task: None if level == NONE else int(level)
        for task, level in zip(tasks.labels, tasks.values[person.row], strict=True)
    }
    said = {"transmettre": levels, "public": word(person, "public")}
    return Mentor.model_validate({**answers(person), **said})


def mentee_of(person: Person) -> Mentee:
    """Return a mentee."""
    wished = person.people.names("souhaits").values[person.row]
    said = {"situation": word(person, "situation"), "souhaits": None if wished is None else list(wished)}
    return Mentee.model_validate({**answers(person), **said, "besoins": stakes(person, "besoins")})


def answers(person: Person) -> dict[str, object]:
    """Return what both sides answer."""
    words = {name: word(person, name) for name in ("reconversion", "territoire")}
    steps = {name: step(person.people, name, person.row) for name in ("conseil", "format")}
    ranks = {name: stakes(person, name) for name in ("disciplines", "valeurs")}
    ticks = {name: options(person, name) for name in ("structures", "creneaux")}
    return {"key": person.id, **words, **steps, **ranks, **ticks}


def word(person: Person, field: str) -> str | None:
    """Return the one answer to a question."""
    column = person.people.codes(field)
    return column.labels[column.values[person.row]] if column.known[person.row] else None


def step(people: People, field: str, row: int) -> int | None:
    """Return where on a scale an answer is."""
    value = int(people.codes(field).values[row])
    return None if value == NONE else value


def stakes(person: Person, field: str) -> dict[str, int]:
    """Return the stakes of a ranking."""
    column = person.people.ranks(field)
    given = np.flatnonzero(column.values[person.row])
    return {column.labels[place]: column.most + 1 - int(column.values[person.row, place]) for place in given}


def options(person: Person, field: str) -> frozenset[str] | None:
    """Return what was ticked."""
    column = person.people.members(field)
    ticks = frozenset(column.labels[place] for place in np.flatnonzero(column.values[person.row]))
    return ticks if column.known[person.row] else None
