"""Rule ``load``: hours rather than heads, for instance the hours a month that each mentee asks of a mentor."""

from collections.abc import Iterator
from math import ceil
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, model_validator
from pydantic import Field as Setting

from mentormatch.assignment.model.problem import Row
from mentormatch.base.arrays import BoolMatrix, IntVector
from mentormatch.errors import Problem, SurveyError
from mentormatch.fields.extension import AnswerReference, FieldRef, FieldReference
from mentormatch.languages import tr
from mentormatch.languages.phrases import listed, plain, quoted
from mentormatch.people.cohort import People
from mentormatch.rules.rule import Market, Missing, Relaxation, Rule

PARTS = 100
"""Hours are counted in hundredths, rounded once."""
UNKNOWN = -1
GREATEST = 10_000

CODED = ("choice", "scale", "yesno", "place")

type Hours = Annotated[float, Setting(ge=0, le=GREATEST)]


class PairHours(BaseModel):
    """One pair of answers, and the hours that such a pair takes."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    mentor: str
    mentee: str
    hours: Hours


class Load(Rule):
    """The ``weights`` of the mentees of one mentor add up to no more than the mentor's ``limit``.

    Each is the id of a number field, or one number for all. Where an answer is missing and ``missing`` is ``allow``, a
    mentee without weight counts for nothing and a mentor without limit has none; with ``forbid`` they are in no pair.
    ``cells`` state hours that differ by pair: where the mentor's answer to the field ``mentor`` meets the mentee's to
    the field ``mentee``, they count instead of the weight.
    """

    kind: Literal["load"] = "load"
    example = {"kind": "load", "weights": 1, "limit": "capacite"}
    missing: Missing = "allow"
    weights: Annotated[str | Hours, FieldRef(("number",), "mentee")]
    limit: Annotated[str | Hours, FieldRef(("number",), "mentor")]
    mentor: Annotated[str | None, FieldRef(CODED, "mentor")] = None
    mentee: Annotated[str | None, FieldRef(CODED, "mentee")] = None
    cells: list[PairHours] = []

    @model_validator(mode="after")
    def says_of_which_answers(self) -> Self:
        """Refuse hours of answers without the fields that they answer, and fields without hours."""
        if not (self.mentor and self.mentee and self.cells) and (self.mentor or self.mentee or self.cells):
            raise ValueError(tr("il faut `mentor`, `mentee` et `cells`, ou aucun des trois"))
        return self

    def references(self) -> Iterator[FieldReference]:
        if isinstance(self.weights, str):
            yield FieldReference("weights", self.weights, FieldRef(("number",), "mentee"))
        if isinstance(self.limit, str):
            yield FieldReference("limit", self.limit, FieldRef(("number",), "mentor"))
        if self.mentor and self.mentee:
            yield FieldReference("mentor", self.mentor, FieldRef(CODED, "mentor"))
            yield FieldReference("mentee", self.mentee, FieldRef(CODED, "mentee"))

    def quotations(self) -> Iterator[AnswerReference]:
        for cell in self.cells:
            yield AnswerReference("cells.mentor", self.mentor or "", cell.mentor)
            yield AnswerReference("cells.mentee", self.mentee or "", cell.mentee)

    def describe(self) -> str:
        usual = tr(
            "charge de chaque mentor·e : {weight} par binôme, {limit} au plus en tout",
            weight=hours_in_words(self.weights),
            limit=hours_in_words(self.limit),
        )
        cells = [f"{quoted(cell.mentor)} / {quoted(cell.mentee)} {plain(cell.hours)}" for cell in self.cells]
        return tr("{load} (mais {cells})", load=usual, cells=listed(cells)) if cells else usual

    @property
    def sentence(self) -> str:
        return tr("Les binômes d'un·e mentor·e, à {weights} heures chacun, font {limit} heures en tout au plus.")

    @property
    def details(self) -> tuple[str, ...]:
        return (tr("Les heures diffèrent selon {mentor} et {mentee} ({cells})."), *super().details)

    def hours_of_pairs(self, market: Market) -> Iterator[tuple[IntVector, IntVector]]:
        """Yield mentors, by position, whose pairs take the same hours, and these (m,), in hundredths, -1: not known."""
        usual = hours_by_person(self.weights, market.mentees)
        gave = [market.mentors.gave(self.mentor or "", [cell.mentor]) for cell in self.cells]
        theirs = [market.mentees.gave(self.mentee or "", [cell.mentee]) for cell in self.cells]
        ways, way_of = np.unique(np.array([np.ones(len(market.mentors), bool), *gave]), axis=1, return_inverse=True)
        for number, (_, *some) in enumerate(ways.T.tolist()):
            hours = usual.copy()
            for cell, whose, there in zip(self.cells, theirs, some, strict=True):
                hours[whose & there] = round(cell.hours * PARTS)
            yield np.flatnonzero(way_of == number), hours

    def forbidden(self, market: Market) -> BoolMatrix:
        """Return the pairs that exceed the limit by themselves, and those not known where that is forbidden."""
        limits, found = hours_by_person(self.limit, market.mentors), np.zeros(market.shape, dtype=bool)
        for mentors, hours in self.hours_of_pairs(market):
            known = (limits[mentors] != UNKNOWN)[:, None] & (hours != UNKNOWN)[None, :]
            found[mentors] = np.where(known, hours[None, :] > limits[mentors, None], self.missing == "forbid")
        return found

    def side_constraints(self, market: Market) -> Iterator[Row]:
        """Yield one row for each mentor whom several mentees together could ask too much of."""
        limits = hours_by_person(self.limit, market.mentors)
        for mentors, hours in self.hours_of_pairs(market):
            needed = np.maximum(hours, 0)
            known, counted = np.sort(needed), needed[None, :]
            together = np.append(0, np.cumsum(known))[np.searchsorted(known, limits[mentors], side="right")]
            for mentor in mentors[(limits[mentors] != UNKNOWN) & (together > limits[mentors])].tolist():
                yield Row(name=self.label, weights=counted, most=int(limits[mentor]), mentor=mentor)

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield the hours that each mentor gives, where they are one number for all, by whole hours."""
        limit = self.limit
        if isinstance(limit, str):
            return
        needed = max((int(np.maximum(hours, 0).sum()) for _, hours in self.hours_of_pairs(market)), default=0) / PARTS
        if needed > limit:
            yield Relaxation(
                "raise_load",
                ceil(needed - limit),
                lambda k: self.model_copy(update={"limit": limit + k}),
                lambda k: tr(
                    "Relever {rule} de {old} à {new} au plus par mentor·e.",
                    rule=name,
                    old=plain(limit),
                    new=plain(limit + k),
                ),
            )


def hours_in_words(stated: str | float) -> str:
    """Return how a number of hours is stated: the field, or the number."""
    return quoted(stated) if isinstance(stated, str) else plain(stated)


def hours_by_person(stated: str | float, people: People) -> IntVector:
    """Return (n,) int64: hundredths of hours, one number a person, -1 where there is no answer.

    Raises SurveyError where an answer is no number of hours.
    """
    if not isinstance(stated, str):
        return np.full(len(people), round(stated * PARTS), dtype=np.int64)
    answers = people.numbers(stated).values
    refuse_hours(stated, people, answers)
    return np.where(np.isnan(answers), UNKNOWN, np.rint(np.nan_to_num(answers) * PARTS)).astype(np.int64)


def refuse_hours(field: str, people: People, answers: NDArray[np.float64]) -> None:
    """Raise SurveyError, naming everybody whose answer is no number of hours."""
    found, expected = (
        tr("« {field} » n'est pas un nombre d'heures", field=field),
        tr("un nombre de 0 à {most}", most=GREATEST),
    )
    problems = [
        Problem(people.ids[row], found, expected)
        for row in np.flatnonzero(~np.isnan(answers) & ~((answers >= 0) & (answers <= GREATEST)))
    ]
    if problems:
        raise SurveyError(tr("Des nombres d'heures ne peuvent pas être utilisés"), problems)
