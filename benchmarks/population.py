"""A nation of mentors and mentees, drawn column by column from the questions of the example programme.

Answers are not uniform: some tasks, disciplines and places are commoner than others, people have few or many free
slots, a tenth of each question is left blank, some share employers, wish for somebody or avoid somebody. All of it
follows from a seed.

There are two manners. Where both sides answer ``ALIKE``, the rules leave a partner to less than half of the people: a
third will not be there on the dates, and a mentor is to be two steps of experience ahead. People become mentors because
they are experienced, though: where they answer ``APART``, nearly everybody can be placed, one to one, if those who have
a choice leave to others whom these need.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as attribute

import numpy as np

from mentormatch import Cohort, People, Programme
from mentormatch.base.columns import NONE, Column, Grades, MultiChoice, NameLists, NumberColumn, Ranks, SingleChoice
from mentormatch.fields import Choices, Field, Side
from mentormatch.places.gazetteer import DEPARTEMENTS, PlaceColumn

BLANK = 0.1
EMPLOYERS = 12
"""So many people for each employer there is."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How people answer: ``free`` (a, b) of the beta distribution of how much of their week they have.

    ``common`` says of some questions how common each option is, by the side that answers; everybody answers these.
    """

    free: tuple[float, float] = (1.5, 3.5)
    common: Mapping[tuple[str, Side], tuple[float, ...]] = attribute(default_factory=dict)


ALIKE = Manner()
PRESENT, SPOKEN = (0.85, 0.15, 0.0), (0.9, 0.01, 0.04, 0.03, 0.02)
APART = Manner(
    free=(3.0, 4.0),
    common={
        ("annees", "mentor"): (0.005, 0.015, 0.26, 0.28, 0.25, 0.19),
        ("annees", "mentee"): (0.4, 0.26, 0.2, 0.135, 0.005, 0.0),
        ("dates_collectives", "mentor"): PRESENT,
        ("dates_collectives", "mentee"): PRESENT,
        ("langues", "mentor"): SPOKEN,
        ("langues", "mentee"): SPOKEN,
    },
)
"""Mentors have mostly worked for years and mentees mostly begin; nearly all speak one language and have more time."""


@dataclass(frozen=True, slots=True)
class Draw:
    """Draws answers of ``count`` people; ``others`` are the keys of the other side, whom some of them name."""

    random: np.random.Generator
    count: int
    others: Sequence[str]
    employers: int
    free: tuple[float, float] = ALIKE.free

    def blank(self) -> np.ndarray:
        return self.random.random(self.count) < BLANK

    def common(self, options: int) -> np.ndarray:
        """Return how common each option is, some more than others."""
        weights = 1 / np.arange(1, options + 1) ** 0.5
        return weights / weights.sum()

    def one(self, labels: tuple[str, ...], common: Sequence[float] | None = None) -> SingleChoice:
        if common is not None:
            return SingleChoice(labels, self.random.choice(len(labels), self.count, p=common))
        drawn = self.random.choice(len(labels), self.count, p=self.common(len(labels)))
        return SingleChoice(labels, np.where(self.blank(), NONE, drawn).astype(np.int64))

    def order(self, options: int, common: Sequence[float] | None = None) -> np.ndarray:
        """Return (n, options): the options of each person, the one they like best first."""
        liking = np.log(self.common(options) if common is None else common) + self.random.gumbel(
            size=(self.count, options)
        )
        return np.argsort(-liking, axis=1)

    def ranked(self, labels: tuple[str, ...], most: int) -> Ranks:
        ranks = np.zeros((self.count, len(labels)), dtype=np.int64)
        order, told = self.order(len(labels)), self.random.choice([0, 1, 2, 3], self.count, p=[0.05, 0.05, 0.1, 0.8])
        for rank in range(most):
            given = np.flatnonzero(told > rank)
            ranks[given, order[given, rank]] = rank + 1
        return Ranks(labels, ranks, most)

    def several(self, labels: tuple[str, ...], most: int, common: Sequence[float] | None = None) -> MultiChoice:
        values = np.zeros((self.count, len(labels)), dtype=bool)
        order, told = self.order(len(labels), common), self.random.integers(1, most + 1, self.count)
        for rank in range(most):
            given = np.flatnonzero(told > rank)
            values[given, order[given, rank]] = True
        known = ~self.blank() if common is None else np.ones(self.count, dtype=bool)
        return MultiChoice(labels, values & known[:, None], known)

    def slots(self, labels: tuple[str, ...]) -> MultiChoice:
        free = self.random.beta(*self.free, self.count)
        values = self.random.random((self.count, len(labels))) < free[:, None]
        known = ~self.blank()
        return MultiChoice(labels, values & known[:, None], known)

    def graded(self, labels: tuple[str, ...], levels: tuple[str, ...]) -> Grades:
        drawn = self.random.integers(0, len(levels), (self.count, len(labels)))
        blank = (self.random.random(drawn.shape) < BLANK / 2) | self.blank()[:, None]
        return Grades(labels, levels, np.where(blank, NONE, drawn).astype(np.int64))

    def employed(self) -> NameLists:
        drawn = self.random.integers(0, self.employers, (self.count, 3)).tolist()
        told = self.random.integers(0, 4, self.count).tolist()
        return NameLists(
            tuple(tuple(f"structure {one}" for one in row[:many]) for row, many in zip(drawn, told, strict=True))
        )

    def naming(self, share: float, most: int) -> NameLists:
        """Return some people of the other side, named by a share of all; nobody by the others."""
        named: list[tuple[str, ...]] = [()] * self.count
        for row in np.flatnonzero(self.random.random(self.count) < share).tolist():
            named[row] = tuple(self.others[place] for place in self.random.integers(0, len(self.others), most).tolist())
        return NameLists(tuple(named))

    def places(self) -> PlaceColumn:
        near = np.array([place for place, (code, _) in enumerate(DEPARTEMENTS) if len(code) == 2][:90])
        drawn = near[self.random.choice(len(near), self.count, p=self.common(len(near)))]
        return PlaceColumn.of(np.where(self.blank(), NONE, drawn).tolist())


def cohort_of(  # noqa: PLR0913 - sizes and seed, which all callers say, and two that few do
    programme: Programme, mentors: int, mentees: int, seed: int, *, capacity: int = 3, manner: Manner = ALIKE
) -> Cohort:
    """Return so many people of each side, who answer the questions of the example programme."""
    random = np.random.default_rng(seed)
    keys = [
        tuple(f"{letter}{place:06d}" for place in range(count)) for letter, count in (("M", mentors), ("E", mentees))
    ]
    employers = max((mentors + mentees) // EMPLOYERS, 1)
    sides: tuple[Side, Side] = ("mentor", "mentee")
    both = [
        People(
            own,
            columns_of(programme, side, Draw(random, len(own), others, employers, manner.free), capacity, manner),
            np.ones(len(own), dtype=bool),
        )
        for side, own, others in zip(sides, keys, keys[::-1], strict=True)
    ]
    return Cohort(both[0], both[1])


def repeated(people: People, count: int, letter: str, random: np.random.Generator) -> People:
    """Return so many people who answered as some of these did, some answers being far commoner than others."""
    common = 1 / np.arange(1, len(people) + 1)
    rows = random.choice(len(people), count, p=common / common.sum())
    return replace(people.take(rows), ids=tuple(f"{letter}{place:06d}" for place in range(count)))


def naming_as(people: People, others: People) -> People:
    """Return people who name whom others name, and are employed as these are."""
    names = {name: column for name, column in others.columns.items() if isinstance(column, NameLists)}
    return replace(people, columns={**people.columns, **names})


def columns_of(
    programme: Programme, side: Side, draw: Draw, capacity: int, manner: Manner = ALIKE
) -> dict[str, Column]:
    """Return a column for each question that a side answers and a criterion or a rule asks of."""
    asked = dict.fromkeys(name for part in (*programme.criteria, *programme.rules) for name in part.fields_of(side))
    fields = {name: programme.fields[name] for name in asked}
    return {
        name: column_of(name, field, draw, capacity, manner.common.get((name, side)))
        for name, field in fields.items()
        if field.side in (side, "both")
    }


def column_of(name: str, field: Field, draw: Draw, capacity: int, common: Sequence[float] | None = None) -> Column:
    """Return answers to one question, of the type that its column has."""
    match field.column([]):
        case Grades(labels, levels):
            return draw.graded(labels, levels)
        case Ranks(labels, _, most):
            return draw.ranked(labels, most)
        case MultiChoice(labels):
            most = field.most or 2 if isinstance(field, Choices) else 0
            return draw.several(labels, most, common) if most else draw.slots(labels)
        case PlaceColumn():
            return draw.places()
        case SingleChoice(labels):
            return draw.one(labels, common)
        case NumberColumn():
            return NumberColumn(draw.random.integers(1, capacity + 1, draw.count).astype(np.float64))
    if name == "employeurs":
        return draw.employed()
    return draw.naming(0.01, 1) if name == "a_eviter" else draw.naming(0.1, 2)
