"""Rule ``history``: no pair comes twice, from one edition to the next."""

from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict
from pydantic import Field as Setting

from mentormatch.languages import tr
from mentormatch.languages.text_keys import canonical
from mentormatch.people.cohort import People
from mentormatch.rules.rule import Market, PairIndices, Rule


class PastPair(BaseModel):
    """Two people who were a pair in an earlier edition, by their keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    mentor: str
    mentee: str


class History(Rule):
    """The ``pairs`` of earlier editions (keys of mentor and mentee) are not chosen again.

    People who are not in this edition are not concerned.
    """

    kind: Literal["history"] = "history"
    example = {"kind": "history", "pairs": [{"mentor": "M01", "mentee": "E01"}]}
    pairs: Annotated[list[PastPair], Setting(min_length=1)]

    def describe(self) -> str:
        return tr("pas de binôme d'une édition précédente")

    def past_pairs(self) -> Iterator[tuple[str, str]]:
        yield from ((past.mentor, past.mentee) for past in self.pairs)

    def forbidden_by_identity(self, market: Market) -> PairIndices:
        mentors, mentees = past_positions(market.mentors), past_positions(market.mentees)
        past = {(mentors.get(canonical(pair.mentor)), mentees.get(canonical(pair.mentee))) for pair in self.pairs}
        known = sorted((mentor, mentee) for mentor, mentee in past if mentor is not None and mentee is not None)
        both = np.array(known, dtype=np.int64).reshape(-1, 2)
        return both[:, 0], both[:, 1]


def past_positions(people: People) -> dict[str, int]:
    """Return where each key stands."""
    return {canonical(key): row for row, key in enumerate(people.ids)}
