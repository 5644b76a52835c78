"""Each question of the programme: where it was found, how many answered it, and how the answers are spread."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mentormatch.base.columns import NONE, Column, Grades, MultiChoice, NumberColumn, Ranks, SingleChoice
from mentormatch.fields import SIDES, AnyField, Side
from mentormatch.languages import mark, tr
from mentormatch.languages.text_keys import fold
from mentormatch.people.cohort import Cohort
from mentormatch.survey.contacts import Contacts
from mentormatch.survey.headers import QuestionPlace
from mentormatch.survey.plan import Plan
from mentormatch.survey.submissions import SubmissionSheet

BY_SIDE = (mark("mentor·es"), mark("mentoré·es"))


@dataclass(frozen=True, slots=True)
class Bar:
    """One option, or one line of a grid, with how many people for each entry of the legend."""

    label: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """How many people in all."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class AnswerSpread:
    """The least, the median and the greatest of some numbers."""

    least: float
    median: float
    most: float


@dataclass(frozen=True, slots=True)
class Fill:
    """How many people of one side answered a question, of those who were asked."""

    side: Side
    answered: int
    asked: int


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the programme as the files answer it.

    ``headers`` are the columns where it was found, ``how`` says by what. ``legend`` and ``bars`` hold the counts of
    options; ``spread`` is that of numbers. Of free texts, names and contacts nothing is told but how many there are.
    """

    name: str
    question: str
    kind: str
    use: str
    headers: tuple[str, ...]
    how: str
    fills: tuple[Fill, ...]
    legend: tuple[str, ...] = ()
    bars: tuple[Bar, ...] = ()
    spread: AnswerSpread | None = None


def questions(cohort: Cohort, contacts: Contacts, plan: Plan, sheets: Sequence[SubmissionSheet]) -> Iterator[Question]:
    """Yield every question of the programme, in its order."""
    for name, field in plan.fields.items():
        columns = {side: found for side in SIDES if (found := cohort.side(side).columns.get(name)) is not None}
        headers = tuple(dict.fromkeys(header for sheet in sheets for header in headers_of(sheet, name)))
        legend, bars = spread_of_options(columns)
        yield Question(
            name,
            field.question,
            field.kind,
            field.use,
            headers,
            how_found(headers, name, field, plan),
            tuple(fills(cohort, contacts, name, field)),
            legend,
            tuple(bars),
            spread_of_numbers(list(columns.values())),
        )


def headers_of(sheet: SubmissionSheet, name: str) -> list[str]:
    """Return the headers of the columns in which one file answers a question."""
    place = sheet.places.get(name, QuestionPlace(None, {}))
    columns = [place.column] if place.column is not None else list(place.parts.values())
    return [sheet.table.header[column] for column in columns]


def how_found(headers: Sequence[str], name: str, field: AnyField, plan: Plan) -> str:
    """Return by what a question was found, as a code: its words, its id, or the mapping; empty where it was not."""
    if not headers:
        return ""
    said = fold(headers[0])
    if said.startswith(fold(field.question)):
        return "texte"
    return "identifiant" if said.startswith(fold(name)) else "correspondance"


def fills(cohort: Cohort, contacts: Contacts, name: str, field: AnyField) -> Iterator[Fill]:
    """Yield, for each side that was asked, how many answered."""
    for side in SIDES:
        people = cohort.side(side)
        if not field.asks(side) or field.use == "forbidden":
            continue
        if field.use == "contact":
            given = contacts.count_answers(side, name)
        elif field.use == "consent":
            given = len(people)  # without it a row is rejected
        else:
            given = int(people.known(name).sum()) if name in people.columns else 0
        yield Fill(side, given, len(people))


def spread_of_options(columns: Mapping[Side, Column]) -> tuple[tuple[str, ...], list[Bar]]:
    """Return how often each option was given, side by side; of a grid, how often each level on each of its lines."""
    grids = [column for column in columns.values() if isinstance(column, Grades)]
    if grids:
        return grids[0].levels, grid(grids)
    counts = {side: option_counts(column) for side, column in columns.items()}
    labels = dict.fromkeys(label for count in counts.values() for label in count)
    legend = tuple(tr(BY_SIDE[SIDES.index(side)]) for side in columns) if labels else ()
    bars = [Bar(label, tuple(counts[side].get(label, 0) for side in columns)) for label in labels]
    long = any(isinstance(column, SingleChoice) and len(column.labels) > len(labels) for column in columns.values())
    return legend, [bar for bar in bars if bar.total] if long or len(bars) > MOST_EMPTY else bars


MOST_EMPTY = 30
"""Of longer lists only the options that somebody gave are told."""


def option_counts(column: Column) -> dict[str, int]:
    """Return how many people gave each option, empty for answers that are no options."""
    match column:
        case SingleChoice(_, values):
            labels = column.spoken_labels
            counts = np.bincount(values[values != NONE], minlength=len(labels))
        case MultiChoice(labels, values, _):
            counts = values.sum(axis=0)
        case Ranks(labels, values, _):
            counts = (values > 0).sum(axis=0)
        case _:
            return {}
    return {label: int(count) for label, count in zip(labels, counts, strict=True)}


def grid(columns: Sequence[Grades]) -> list[Bar]:
    """Return how many people gave each level to each line of a grid."""
    first = columns[0]
    values = np.concatenate([column.values for column in columns])
    counts = [(values == level).sum(axis=0) for level in range(len(first.levels))]
    return [Bar(label, tuple(int(count[line]) for count in counts)) for line, label in enumerate(first.labels)]


def spread_of_numbers(columns: Sequence[Column]) -> AnswerSpread | None:
    """Return the least, the median and the greatest number given, None where there is none."""
    given = [column.values[column.known] for column in columns if isinstance(column, NumberColumn)]
    numbers = np.concatenate(given) if given else np.array([])
    if not len(numbers):
        return None
    return AnswerSpread(float(numbers.min()), float(np.median(numbers)), float(numbers.max()))
