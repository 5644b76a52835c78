"""Rule ``priority``: people who are placed before others, for instance those left out last year."""

from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field as Setting
from pydantic import model_validator

from mentormatch.assignment.rule import Rule
from mentormatch.columns import IntVector
from mentormatch.extension import Ref
from mentormatch.fields import Side
from mentormatch.people import People
from mentormatch.text import canonical, fold


class Priority(Rule):
    """People of ``side`` come first who answered one of ``in`` to ``field``, or whose keys are in ``people``."""

    kind: Literal["priority"] = "priority"
    side: Side = "mentee"
    field: Annotated[str | None, Ref(("choice", "scale", "yesno", "place"), "any")] = None
    among: list[str] = Setting(default_factory=list, alias="in")
    people: list[str] = Setting(default_factory=list)

    @model_validator(mode="after")
    def names_someone(self) -> Self:
        """Refuse a priority of nobody."""
        if not self.people and not (self.field and self.among):
            raise ValueError("il faut `field` avec `in`, ou `people`")
        return self

    def asks(self) -> str:
        return "personnes à placer en priorité"

    def priority(self, people: People, side: Side) -> IntVector | None:
        if side != self.side:
            return None
        named, wanted = {canonical(key) for key in self.people}, {fold(option) for option in self.among}
        first = [
            canonical(key) in named or (self.field is not None and fold(people.shown(self.field, row)) in wanted)
            for row, key in enumerate(people.ids)
        ]
        return np.array(first, dtype=np.int64)
