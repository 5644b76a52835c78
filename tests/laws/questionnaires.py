"""Random questionnaires with every kind of question, and random people who answered them, blanks among them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from random import Random
from typing import Literal, Protocol

import numpy as np
from hypothesis import strategies as st

from mentormatch import Cohort, People
from mentormatch.fields import (
    AnyField,
    Choice,
    Choices,
    Extension,
    Levels,
    ListOfNames,
    Number,
    Place,
    Ranking,
    Scale,
    Side,
    Slots,
    Text,
    YesNo,
)
from mentormatch.places.finding import find
from mentormatch.places.gazetteer import DEPARTEMENTS
from tests import canaries

SIDES: tuple[Side, Side] = ("mentor", "mentee")
ANSWERED_BY: tuple[Literal["both", "mentor", "mentee"], ...] = ("both", "mentor", "mentee")
WORDS = ("Théâtre", "Danse", "Arts de la rue", "Contrats, paie", "L'administration", "Œuvre", "à distance", "12 ans")
PEOPLE: Mapping[Side, tuple[str, ...]] = {
    "mentor": ("M1", "M2", "Mélanie", "m 4"),
    "mentee": ("E1", "E2", "Élodie", "e 4"),
}
NAMED = (
    "Cie de l'Été",
    "CIE DE L\u2019ÉTÉ",
    "Cie de l'Ete",
    "Théâtre",
    "Theatre",
    canaries.NAME,
    *PEOPLE["mentor"],
    *PEOPLE["mentee"],
)
BLANK_FIELD = "nothing"
"""A scale that nobody answered."""
EQUAL_FIELD = "agreed"
"""A question that everybody answered with yes."""
PLACES_FIELD = "places"
"""How many partners people take: whole numbers, or nothing."""
TOWNS = ("Lyon", "69003", "Villeurbanne", "Vienne (38)", "38160", "Ajaccio", "Saint-Denis (974)", "Chavanat (23)")
"""Places told more exactly than by their département, or as exactly as is known."""
FIXED: Mapping[str, st.SearchStrategy[object]] = {
    BLANK_FIELD: st.none(),
    EQUAL_FIELD: st.just(1),
    PLACES_FIELD: st.none() | st.integers(0, 3).map(float),
}


class Draw(Protocol):
    """Draws a value, within a composite strategy or within a test."""

    def __call__[T](self, strategy: st.SearchStrategy[T], /) -> T: ...


@dataclass(frozen=True)
class Survey:
    """A questionnaire, its fields by id (kind, then who answers), and the keys of those who take part."""

    fields: Mapping[str, AnyField] = dataclass_field(repr=False)
    mentors: tuple[str, ...]
    mentees: tuple[str, ...]

    def ids(self, side: Side) -> tuple[str, ...]:
        """Return the keys of one side."""
        return self.mentors if side == "mentor" else self.mentees

    def of(self, kinds: Sequence[str], side: str) -> list[str]:
        """Return the fields of these kinds that people of ``side`` answer: both sides, one, or any."""
        sides = {"any": ANSWERED_BY, "both": ("both",)}.get(side, ("both", side))
        kept = {name: field for name, field in self.fields.items() if name not in FIXED}
        return [name for name, field in kept.items() if field.kind in kinds and field.side in sides]


def questions(random: Random) -> dict[str, AnyField]:
    """Return one question of each kind for both sides, one for mentors and one for mentees, and the fixed ones."""
    fields: dict[str, AnyField] = {
        BLANK_FIELD: Scale(question="?", options=["a", "b", "c"]),
        EQUAL_FIELD: YesNo(question="?"),
        PLACES_FIELD: Number(question="?"),
    }
    return fields | {f"{asked.kind}_{side}": asked for side in ANSWERED_BY for asked in asked_of(random, side)}


def asked_of(random: Random, side: Literal["both", "mentor", "mentee"]) -> tuple[AnyField, ...]:
    """Return one question of each kind that people of ``side`` answer."""
    options = [random.sample(WORDS, random.randint(1, 4)) for _ in range(5)]
    moments = ["matin", "soir"][: random.randint(1, 2)]
    levels = ["Non", "Un peu", "Oui"][: random.randint(2, 3)]
    return (
        Choice(question="?", side=side, options=options[0]),
        Choices(question="?", side=side, options=options[1]),
        Ranking(question="?", side=side, options=options[2], most=random.choice([None, 1, 2, 3])),
        Levels(question="?", side=side, items=options[3], levels=levels),
        Number(question="?", side=side),
        Scale(question="?", side=side, options=options[4]),
        Slots(question="?", side=side, days=["lundi", "mardi"], moments=moments),
        Place(question="?", side=side),
        ListOfNames(question="?", side=side),
        YesNo(question="?", side=side),
        Text(question="?", side=side),
    )


QUESTIONNAIRES = tuple(questions(Random(seed)) for seed in range(20))


@st.composite
def surveys(draw: st.DrawFn, least: int = 0) -> Survey:
    """Draw a questionnaire and who takes part, at least so many a side."""
    mentors, mentees = (PEOPLE[side][: draw(st.integers(least, len(PEOPLE[side])))] for side in SIDES)
    return Survey(draw(st.sampled_from(QUESTIONNAIRES)), mentors, mentees)


def cohort(draw: Draw, survey: Survey, extensions: Iterable[Extension]) -> Cohort:
    """Draw what people answered to the questions that these criteria and rules speak of, and to no other."""
    spoken_of = {reference.field for extension in extensions for reference in extension.references()}
    return Cohort(people(draw, survey, "mentor", spoken_of), people(draw, survey, "mentee", spoken_of))


def people(draw: Draw, survey: Survey, side: Side, spoken_of: Iterable[str]) -> People:
    """Draw the people of one side."""
    ids = survey.ids(side)
    asked = {name: survey.fields[name] for name in sorted(spoken_of) if survey.fields[name].asks(side)}
    columns = {name: field.column([draw(said(name, field)) for _ in ids]) for name, field in asked.items()}
    return People(ids, columns, np.array([draw(st.integers(0, 4)) > 0 for _ in ids], dtype=bool))


def said(name: str, field: AnyField) -> st.SearchStrategy[object]:
    """Return what people answer to a field."""
    towns = st.sampled_from(TOWNS).map(lambda town: find(town).position) if isinstance(field, Place) else st.nothing()
    return FIXED[name] if name in FIXED else value_of(field) | towns


def value_of(field: AnyField) -> st.SearchStrategy[object]:
    """Return a strategy for the same values, and None for no answer."""
    return st.none() | answered_to(field)


def answered_to(field: AnyField) -> st.SearchStrategy[object]:
    """Return a strategy for the values that reading an answer to this question can give."""
    match field:
        case Choice() | Scale():
            return st.integers(0, len(field.options) - 1)
        case Choices():
            return _several(len(field.options), 1, len(field.options)).map(sorted).map(tuple)
        case Ranking():
            return _several(len(field.options), 1, field.most or len(field.options)).map(tuple)
        case Slots():
            return _several(len(field.slots), 0, len(field.slots)).map(sorted).map(tuple)
        case Levels():
            return _grades(len(field.items), len(field.levels))
        case _:
            return _plain(field)


def _plain(field: AnyField) -> st.SearchStrategy[object]:
    match field:
        case Number():
            return st.integers(0, 4).map(float) | st.integers(-5_000, 5_000).map(lambda cents: cents / 100)
        case Place():
            return st.integers(0, len(DEPARTEMENTS) - 1)
        case ListOfNames():
            return st.lists(st.sampled_from(NAMED), max_size=3).map(tuple)
        case YesNo():
            return st.integers(0, 1)
        case _:
            return st.sampled_from(NAMED)


def _several(options: int, least: int, most: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(0, options - 1), min_size=min(least, options), max_size=min(most, options), unique=True)


def _grades(items: int, levels: int) -> st.SearchStrategy[tuple[int, ...]]:
    grades = st.lists(st.integers(-1, levels - 1), min_size=items, max_size=items).map(tuple)
    return grades.filter(lambda drawn: any(grade >= 0 for grade in drawn))


@st.composite
def parts_of(draw: st.DrawFn, group: People) -> list[int]:
    """Draw some of a group, in any order."""
    order = draw(st.permutations(range(len(group))))
    return order[: draw(st.integers(0, len(group)))]
