"""Rule ``priority``: people who are placed before others, for instance those left out last year."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field as Setting
from pydantic import model_validator

from mentormatch.base.arrays import IntVector
from mentormatch.fields import Side
from mentormatch.fields.extension import AnswerReference, FieldRef, FieldReference
from mentormatch.languages import tr
from mentormatch.people.cohort import People
from mentormatch.rules.rule import Rule

KINDS = ("choice", "scale", "yesno", "place")


class Priority(Rule):
    """People of ``side`` come first who answered one of ``in`` to ``field``, or whose keys are in ``people``."""

    of_groups: ClassVar[bool] = True
    kind: Literal["priority"] = "priority"
    example = {"kind": "priority", "side": "mentee", "field": "attente", "in": ["Oui"]}
    side: Side = "mentee"
    field: Annotated[str | None, FieldRef(KINDS, "any")] = None
    among: list[str] = Setting(default_factory=list, validation_alias="in", serialization_alias="in")
    people: list[str] = Setting(default_factory=list)

    @model_validator(mode="after")
    def names_someone(self) -> Self:
        """Refuse a priority of nobody."""
        if not self.people and not (self.field and self.among):
            raise ValueError(tr("il faut `field` avec `in`, ou `people`"))
        return self

    def references(self) -> Iterator[FieldReference]:
        if self.field is not None:
            yield FieldReference("field", self.field, FieldRef(KINDS, self.side))

    def quotations(self) -> Iterator[AnswerReference]:
        if self.field is not None:
            yield from (AnswerReference("in", self.field, answer) for answer in self.among)

    def describe(self) -> str:
        return tr("personnes à placer en priorité")

    @property
    def sentence(self) -> str:
        if self.field is None:
            return tr("Côté {side}, on place d'abord {people}.")
        return tr("On place d'abord chaque {side} qui a répondu {in} à {field}.")

    @property
    def details(self) -> tuple[str, ...]:
        if self.field is None:
            return (tr("On place aussi d'abord qui a répondu {in} à {field}."),)
        return (tr("On place aussi d'abord ces personnes : {people}."),)

    def priority(self, people: People, side: Side) -> IntVector | None:
        if side != self.side:
            return None
        first = people.people_named(self.people)
        return (first if self.field is None else first | people.gave(self.field, self.among)).astype(np.int64)
