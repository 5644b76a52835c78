"""Rule ``veto``: someone, or an organisation, that a person does not want to be paired with."""

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field as Setting

from mentormatch.assignment.rule import BoolBlock, Market, Rule
from mentormatch.assignment.sharing import Answers, answers, common_answers
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

    def forbids(self, market: Market) -> BoolBlock:
        ours = self._refusals(market.mentors, market.mentees)
        theirs = self._refusals(market.mentees, market.mentors)
        return np.asarray((ours > 0) | (theirs > 0).T)

    def _refusals(self, people: People, others: People) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        refused = answers(people.columns[self.field]) if self.field in people.columns else [[] for _ in people.ids]
        return common_answers(refused, self._known_as(others))

    def _known_as(self, people: People) -> Answers:
        """Return all that each person is known as: their key, and their answers to the fields in ``against``."""
        known = [[canonical(key)] for key in people.ids]
        for field in self.against:
            if field in people.columns:
                for row, name in enumerate(known):
                    name.extend(canonical(part) for part in people.person(row).parts(field))
        return known
