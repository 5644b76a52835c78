"""Rule ``composition``: how many of some people there may be in one group."""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field as Setting
from pydantic import model_validator

from mentormatch.fields.extension import AnswerReference, FieldRef
from mentormatch.languages import mark, tr
from mentormatch.languages.text_keys import fold
from mentormatch.people.cohort import People
from mentormatch.rules.rule import CompositionBound, Rule, check_bounds

ANY = 1 << 30
NUMBERS = {
    (True, False, False): mark("au moins {least} par groupe selon « {field} »"),
    (True, False, True): mark("au moins {least} par groupe selon « {field} », ou personne"),
    (False, True, False): mark("au plus {most} par groupe selon « {field} »"),
    (True, True, False): mark("au moins {least} et au plus {most} par groupe selon « {field} »"),
    (True, True, True): mark("au moins {least} et au plus {most} par groupe selon « {field} », ou personne"),
}
"""What is asked, by whether there is a least, a most, and a group may do without."""

ANSWERED_IN_BLANKS = {
    (True, False): mark("Dans chaque groupe, au moins {least} personnes ont répondu {in} à {field}."),
    (False, True): mark("Dans chaque groupe, au plus {most} personnes ont répondu {in} à {field}."),
    (True, True): mark("Dans chaque groupe, entre {least} et {most} personnes ont répondu {in} à {field}."),
}
SAME_IN_BLANKS = {
    (True, False): mark("Dans chaque groupe, au moins {least} personnes ont la même réponse à {field}."),
    (False, True): mark("Dans chaque groupe, au plus {most} personnes ont la même réponse à {field}."),
    (True, True): mark("Dans chaque groupe, entre {least} et {most} personnes ont la même réponse à {field}."),
}


class Composition(Rule):
    """In each group, ``least`` to ``most`` people answered one of ``in`` to ``field``; with ``none`` also nobody.

    Without ``in``, that is asked of each answer that somebody gave: ``most = 2`` says that no more than two people of a
    group gave the same one, ``least = 2`` with ``none = true`` that nobody is the only one of a kind.
    """

    of_pairs: ClassVar[bool] = False
    of_groups: ClassVar[bool] = True
    value_words: ClassVar[Mapping[str, Mapping[str, str]]] = {"none": {"false": mark("exclu"), "true": mark("permis")}}
    kind: Literal["composition"] = "composition"
    example = {"kind": "composition", "field": "metier", "least": 2, "none": True}
    field: Annotated[str, FieldRef(("choice", "choices", "scale", "yesno", "place", "names"))]
    among: list[str] = Setting(default_factory=list, validation_alias="in", serialization_alias="in")
    least: int | None = Setting(default=None, ge=0)
    most: int | None = Setting(default=None, ge=0)
    none: bool = False

    @model_validator(mode="after")
    def bounds_something(self) -> Self:
        """Refuse a composition without a bound, or with bounds that cross."""
        check_bounds(self.least, self.most)
        return self

    def quotations(self) -> Iterator[AnswerReference]:
        yield from (AnswerReference("in", self.field, answer) for answer in self.among)

    def describe(self) -> str:
        bounds = self.least is not None, self.most is not None
        message = NUMBERS[(*bounds, self.none and self.least is not None)]
        return tr(message, least=self.least, most=self.most, field=self.field)

    @property
    def sentence(self) -> str:
        bounds = self.least is not None, self.most is not None
        return tr((ANSWERED_IN_BLANKS if self.among else SAME_IN_BLANKS)[bounds])

    @property
    def details(self) -> tuple[str, ...]:
        least, most = tr("Elles sont {least} au moins."), tr("Elles sont {most} au plus.")
        bounds = (*((least,) if self.least is None else ()), *((most,) if self.most is None else ()))
        answers = () if self.among else (tr("Seules comptent les réponses {in}."),)
        return (*bounds, *answers, tr("Un groupe où personne n'a répondu cela est {none}."))

    def composition_bounds(self, members: People) -> Iterator[CompositionBound]:
        most = ANY if self.most is None else self.most
        for answers in [self.among] if self.among else with_answer(members, self.field):
            holds = np.asarray(members.gave(self.field, answers))
            yield CompositionBound(self.label, holds, self.least or 0, most, self.none)


def with_answer(people: People, field: str) -> list[list[str]]:
    """Return each different answer to a field."""
    parts = {fold(part): part for row in range(len(people)) for part in people.person(row).parts(field)}
    return [[part] for _, part in sorted(parts.items())]
