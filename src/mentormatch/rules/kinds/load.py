"""Rule ``load``: hours rather than heads, for instance the hours a month that each mentee asks of a mentor."""

from collections.abc import Iterator
from math import ceil
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field as Setting

from mentormatch.assignment.model.problem import SideConstraint
from mentormatch.base.arrays import BoolMatrix, IntVector
from mentormatch.errors import Problem, SurveyError
from mentormatch.fields.extension import FieldRef, FieldReference
from mentormatch.languages import tr
from mentormatch.languages.phrases import plain, quoted
from mentormatch.people.cohort import People
from mentormatch.rules.rule import Market, Missing, Relaxation, Rule

PARTS = 100
"""Hours are counted in hundredths, rounded once."""
UNKNOWN = -1
GREATEST = 10_000

type Hours = Annotated[float, Setting(ge=0, le=GREATEST)]


class Load(Rule):
    """The ``weights`` of the mentees of one mentor add up to no more than the mentor's ``limit``.

    Each is the id of a number field, or one number for all. Where an answer is missing and ``missing`` is ``allow``, a
    mentee without weight counts for nothing and a mentor without limit has none; with ``forbid`` they are in no pair.
    """

    kind: Literal["load"] = "load"
    example = {"kind": "load", "weights": 1, "limit": "capacite"}
    missing: Missing = "allow"
    weights: Annotated[str | Hours, FieldRef(("number",), "mentee")]
    limit: Annotated[str | Hours, FieldRef(("number",), "mentor")]

    def references(self) -> Iterator[FieldReference]:
        if isinstance(self.weights, str):
            yield FieldReference("weights", self.weights, FieldRef(("number",), "mentee"))
        if isinstance(self.limit, str):
            yield FieldReference("limit", self.limit, FieldRef(("number",), "mentor"))

    def describe(self) -> str:
        return tr(
            "charge de chaque mentor·e : {weight} par binôme, {limit} au plus en tout",
            weight=hours_in_words(self.weights),
            limit=hours_in_words(self.limit),
        )

    def forbidden(self, market: Market) -> BoolMatrix:
        """Return the pairs that exceed the limit by themselves, and those not known where that is forbidden."""
        weights, limits = hours_by_person(self.weights, market.mentees), hours_by_person(self.limit, market.mentors)
        known = (limits != UNKNOWN)[:, None] & (weights != UNKNOWN)[None, :]
        too_much = weights[None, :] > limits[:, None]
        return np.asarray(np.where(known, too_much, self.missing == "forbid"))

    def side_constraints(self, market: Market) -> Iterator[SideConstraint]:
        """Yield one row for each mentor whom several mentees together could ask too much of."""
        weights, limits = (
            np.maximum(hours_by_person(self.weights, market.mentees), 0),
            hours_by_person(self.limit, market.mentors),
        )
        known, counted = np.sort(weights), weights[None, :]
        together = np.append(0, np.cumsum(known))[np.searchsorted(known, limits, side="right")]
        for mentor in np.flatnonzero((limits != UNKNOWN) & (together > limits)).tolist():
            yield SideConstraint(name=self.label, weights=counted, most=int(limits[mentor]), mentor=mentor)

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield the hours that each mentor gives, where they are one number for all, by whole hours."""
        limit = self.limit
        if isinstance(limit, str):
            return
        asked = int(np.maximum(hours_by_person(self.weights, market.mentees), 0).sum()) / PARTS
        if asked > limit:
            yield Relaxation(
                "raise_load",
                ceil(asked - limit),
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
