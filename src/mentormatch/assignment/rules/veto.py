"""Rule ``veto``: someone, or an organisation, that a person does not want to be paired with."""

from collections.abc import Iterable
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field as Setting

from mentormatch.assignment.rule import Market, Pairs, Rule
from mentormatch.assignment.sharing import Answers, each_once, sharing
from mentormatch.columns import Names
from mentormatch.extension import Ref
from mentormatch.languages import tr
from mentormatch.people import People
from mentormatch.text import canonical


class Veto(Rule):
    """No one is paired with somebody whose key, or whose answer to a field in ``against``, they named in ``field``."""

    of_groups: ClassVar[bool] = True
    kind: Literal["veto"] = "veto"
    example = {"kind": "veto", "field": "a_eviter", "against": ["code", "employeurs"]}
    field: Annotated[str, Ref(("names",), "any")]
    against: Annotated[list[str], Ref(("names", "text", "choice"), "any")] = Setting(min_length=1)

    def asks(self) -> str:
        return tr("souhait d'une des deux personnes de ne pas être associées")

    def barred(self, market: Market) -> Pairs:
        ours = sharing(self._refused(market.mentors), self._known_as(market.mentees))
        theirs = sharing(self._known_as(market.mentors), self._refused(market.mentees))
        return each_once(np.append(ours[0], theirs[0]), np.append(ours[1], theirs[1]), market.shape[1])

    def _refused(self, people: People) -> Answers:
        return people.names(self.field).compared if self.field in people.columns else [[] for _ in people.ids]

    def _known_as(self, people: People) -> Answers:
        """Return all that each person is known as: their key, and their answers to the fields in ``against``."""
        known = [[key] for key in people.compared]
        for field in self.against:
            if field in people.columns:
                for name, more in zip(known, self._given(people, field), strict=True):
                    name.extend(more)
        return known

    def _given(self, people: People, field: str) -> Iterable[Iterable[str]]:
        """Return what each person answered, in the form in which it is compared."""
        column = people.columns[field]
        if isinstance(column, Names):
            return column.compared
        return (map(canonical, people.person(row).parts(field)) for row in range(len(people)))
