"""Rule ``capacity``: how many partners one person takes."""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field as Setting
from pydantic import model_validator

from mentormatch.assignment.model.problem import DegreeBounds
from mentormatch.base.arrays import IntVector
from mentormatch.errors import Problem, SurveyError
from mentormatch.fields import Side
from mentormatch.fields.extension import FieldRef, FieldReference
from mentormatch.languages import mark, tr, tr_n
from mentormatch.people.cohort import People
from mentormatch.rules.rule import VALUE_WORDS, Market, Relaxation, Rule


class Capacity(Rule):
    """People take as many partners as they answered in ``field``, at most ``most``, at least ``minimum``.

    Who did not answer takes ``default``. A minimum binds those who take anyone, or everybody with ``always``.
    Without ``field`` everybody of ``side`` takes ``most``.
    """

    droppable: ClassVar[bool] = False
    value_words: ClassVar[Mapping[str, Mapping[str, str]]] = {
        **VALUE_WORDS,
        "always": {"false": mark("qui prend quelqu'un"), "true": mark("tout le monde")},
    }
    kind: Literal["capacity"] = "capacity"
    example = {"kind": "capacity", "field": "capacite", "most": 2}
    field: Annotated[str | None, FieldRef(("number",), "any")] = None
    side: Side = "mentor"
    most: int | None = Setting(default=None, ge=0, le=1000)
    minimum: int = Setting(default=0, ge=0, le=1000)
    always: bool = False
    default: int = Setting(default=1, ge=0, le=1000)

    @model_validator(mode="after")
    def says_how_many(self) -> Self:
        """Refuse a capacity that says nothing, and a minimum above it."""
        if self.field is None and self.most is None:
            raise ValueError(tr("il faut `field`, `most` ou les deux"))
        if self.most is not None and self.minimum > self.most:
            raise ValueError(tr("`minimum` dépasse `most`"))
        return self

    def references(self) -> Iterator[FieldReference]:
        if self.field is not None:
            yield FieldReference("field", self.field, FieldRef(("number",), self.side))

    def describe(self) -> str:
        if self.most is None:
            return tr("nombre de places")
        if not self.minimum:
            return tr("nombre de places ({most} au plus)", most=self.most)
        return tr("nombre de places ({most} au plus, au moins {least})", most=self.most, least=self.minimum)

    @property
    def sentence(self) -> str:
        if self.field is None:
            return tr_n(
                "Chaque {side} prend {most} personne au plus.",
                "Chaque {side} prend {most} personnes au plus.",
                self.most or 0,
            )
        return tr("Chaque {side} prend autant de personnes qu'elle ou il l'a dit à {field}, et {most} au plus.")

    @property
    def details(self) -> tuple[str, ...]:
        sentences = () if self.field is not None else (tr("Le nombre de places se lit dans {field}."),)
        unsaid = tr("Qui n'a pas répondu a {default} places.")
        least = tr("Il faut prendre {minimum} personnes au moins ; ce minimum vaut pour {always}.")
        return (*sentences, unsaid, least)

    @property
    def couples_pairs(self) -> bool:
        return self.minimum > 0

    @property
    def places_label(self) -> str:
        return tr("nombre de places")

    def no_places_text(self) -> str:
        return tr("N'accompagne personne cette année : nombre de places à 0.")

    def place_fields(self, side: Side) -> tuple[str, ...]:
        return () if self.field is None or side != self.side else (self.field,)

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield the minimum."""
        if self.minimum:
            yield Relaxation(
                "lower_minimum",
                self.minimum,
                lambda k: self.model_copy(update={"minimum": self.minimum - k}),
                lambda k: tr(
                    "Abaisser le minimum de {rule} de {old} à {new} par personne.",
                    rule=name,
                    old=self.minimum,
                    new=self.minimum - k,
                ),
            )

    def degree_bounds(self, people: People, side: Side) -> DegreeBounds | None:
        if side != self.side:
            return None
        most = self._places(people)
        least = np.minimum(most, self.minimum) if not self.always else np.full_like(most, self.minimum)
        return DegreeBounds(least=least, most=most, optional=np.full(len(people), not self.always))

    def _places(self, people: People) -> IntVector:
        answers = np.full(len(people), np.nan) if self.field is None else people.numbers(self.field).values
        self._refuse_fractions(people, answers)
        unsaid = self.default if self.field is not None or self.most is None else self.most
        places = np.where(np.isnan(answers), unsaid, answers).astype(np.int64)
        return places if self.most is None else np.minimum(places, self.most)

    def _refuse_fractions(self, people: People, answers: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> None:
        with np.errstate(invalid="ignore"):
            wrong = ~np.isnan(answers) & ((answers < 0) | (answers != np.floor(answers)) | (answers > 1000))
        if wrong.any():
            found = tr("« {field} » n'est pas un nombre de places", field=self.field)
            problems = [Problem(people.ids[row], found, tr("un entier de 0 à 1000")) for row in np.flatnonzero(wrong)]
            raise SurveyError(tr("Des capacités ne peuvent pas être utilisées"), problems)
