"""What the people of a cohort answered that turns, topics and dates rest on; both sides are one group."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mentormatch.base.columns import Column, MultiChoice, Ranks
from mentormatch.errors import Problem, RequestError
from mentormatch.fields.base import position
from mentormatch.groups.availability import AttendanceMatrix, SessionMoment
from mentormatch.languages import everywhere, mark, tr
from mentormatch.languages.phrases import listed
from mentormatch.languages.text_keys import fold
from mentormatch.people.cohort import Cohort, People

DAYS = (
    *(mark("lundi"), mark("mardi"), mark("mercredi"), mark("jeudi"), mark("vendredi")),
    *(mark("samedi"), mark("dimanche")),
)
PARTS = {
    "morning": (mark("matin"), mark("matinée")),
    "afternoon": (mark("après-midi"),),
    "evening": (mark("soir"), mark("soirée"), mark("fin de journée")),
}
"""What the parts of a day are called."""
NOON, LATE = 12, 18
"""Hours at which a morning ends, and an afternoon."""


@dataclass(frozen=True, slots=True, repr=False)
class MultipleChoice:
    """The options of a question, and those that each person chose, by their key; None for no answer."""

    options: tuple[str, ...]
    answers: dict[str, tuple[str, ...] | None]

    def __repr__(self) -> str:
        return f"Several({len(self.options)} options, {len(self.answers)} people)"


def sides(cohort: Cohort) -> tuple[People, ...]:
    """Return the sides that have anybody."""
    return tuple(people for people in (cohort.mentors, cohort.mentees) if len(people))


def members_in(cohort: Cohort) -> tuple[str, ...]:
    """Return the keys of everybody."""
    return tuple(key for people in sides(cohort) for key in people.ids)


def read_multiple_choice(cohort: Cohort, field: str | None = None) -> MultipleChoice:
    """Return what each person chose in a question with several answers; None: the only one there is.

    Raises RequestError where there is no such question, or none is named and there are several.
    """
    name = field if field is not None else only([name for name, _ in find_fields(cohort)])
    columns = [(people, people.columns.get(name)) for people in sides(cohort)]
    answers: dict[str, tuple[str, ...] | None] = {}
    options: tuple[str, ...] = ()
    for people, column in columns:
        if not isinstance(column, MultiChoice | Ranks):
            raise unknown(cohort, name)
        options = column.labels
        answers |= dict(zip(people.ids, read_choices(column), strict=True))
    return MultipleChoice(options, answers)


def find_fields(cohort: Cohort) -> Iterator[tuple[str, MultiChoice | Ranks]]:
    """Yield the questions with several answers that everybody is asked."""
    first, *others = sides(cohort) or [cohort.mentors]
    for name, column in first.columns.items():
        if isinstance(column, MultiChoice | Ranks) and all(name in people.columns for people in others):
            yield name, column


def read_choices(column: MultiChoice | Ranks) -> Iterator[tuple[str, ...] | None]:
    """Yield the options that each person chose, None for no answer."""
    for row, known in zip(column.values, column.known.tolist(), strict=True):
        yield tuple(column.labels[place] for place in np.flatnonzero(row)) if known else None


def only(names: Sequence[str]) -> str:
    """Return the only name; raise RequestError where there are none or several."""
    if len(names) != 1:
        found = listed(names) if names else tr("aucune question à plusieurs réponses")
        problem = Problem("field", found, tr("une seule"), tr("nommez la question"))
        raise RequestError(tr("On ne sait pas quelle question lire"), [problem])
    return names[0]


def unknown(cohort: Cohort, name: str) -> RequestError:
    """Return the error that a question is not there, or has no options of which several can be chosen."""
    known = listed([known for known, _ in find_fields(cohort)])
    return RequestError(tr("Cette question ne convient pas"), [Problem("field", name, known)])


def attendance(cohort: Cohort, moments: Sequence[SessionMoment], field: str | None = None) -> AttendanceMatrix:
    """Return who can be there when: by a question whose options are the dates, or one about slots of the week.

    Raises RequestError where a date is neither an option of the question nor in one of its slots.
    """
    name = field if field is not None else only(who_answered(cohort, moments))
    said = read_multiple_choice(cohort, name)
    at = [option_for(moment, said.options) for moment in moments]
    lost = [moment.name for moment, place in zip(moments, at, strict=True) if place is None]
    if lost:
        found = Problem(name, tr("aucune option pour {dates}", dates=listed(lost)), listed(said.options))
        raise RequestError(tr("Cette question ne demande pas toutes les dates"), [found])
    options = [said.options[place] for place in at if place is not None]
    rows = [[option in (answer or ()) for option in options] for answer in said.answers.values()]
    present = np.array(rows, dtype=bool).reshape(len(rows), len(options))
    known = np.array([answer is not None for answer in said.answers.values()], dtype=bool)
    return AttendanceMatrix(tuple(said.answers), tuple(moments), present, known)


def who_answered(cohort: Cohort, moments: Sequence[SessionMoment]) -> list[str]:
    """Return the questions in which every date is asked for: by name, or else by its slot of the week."""
    asked = {name: [matches(moment, column) for moment in moments] for name, column in find_fields(cohort)}
    named = [name for name, found in asked.items() if all(how == "name" for how in found)]
    return named or [name for name, found in asked.items() if all(found)]


def matches(moment: SessionMoment, column: Column) -> str:
    """Return how a date is asked for in a question: ``name``, ``slot``, or not at all, empty."""
    options = column.labels if isinstance(column, MultiChoice) else ()
    if position(options, moment.name) is not None:
        return "name"
    return "" if option_for(moment, options) is None else "slot"


def option_for(moment: SessionMoment, options: Sequence[str]) -> int | None:
    """Return the option that is a date: by its name, or as its slot of the week."""
    named = position(options, moment.name)
    slots = {fold(f"{day} {part}") for day in everywhere(DAYS[moment.day.weekday()]) for part in parts_of(moment)}
    found = (place for place, option in enumerate(options) if fold(option) in slots)
    return next(found, None) if named is None else named


def parts_of(moment: SessionMoment) -> tuple[str, ...]:
    """Return what the part of the day of a date is called, in each language; nothing where it has no hour."""
    hour = getattr(moment.start, "hour", None)
    if hour is None:
        return ()
    part = "morning" if hour < NOON else "afternoon" if hour < LATE else "evening"
    return tuple(name for word in PARTS[part] for name in everywhere(word))
