"""Rule ``history``: no pair comes twice, from one edition to the next, and nobody has too many partners over all."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, model_validator
from pydantic import Field as Setting

from mentormatch.assignment.model.problem import DegreeBounds
from mentormatch.fields import Side
from mentormatch.languages import tr
from mentormatch.languages.phrases import counted
from mentormatch.languages.text_keys import canonical
from mentormatch.people.cohort import People
from mentormatch.rules.rule import Market, PairIndices, Relaxation, Rule


class PastPair(BaseModel):
    """Two people who were a pair in an earlier edition, by their keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    mentor: str
    mentee: str


class History(Rule):
    """The ``pairs`` of earlier editions (keys of mentor and mentee) are not chosen again.

    Nor with the roles changed over, where a key is that of one person on either side. People who are not in this
    edition are not concerned. With ``total``, people of ``side`` have so many partners at most over all editions: those
    of ``pairs``, each counted once, and those of this edition. Who has had as many takes nobody more. ``with_history``
    adds the pairs of the editions before.
    """

    offers_places: ClassVar[bool] = False
    kind: Literal["history"] = "history"
    example = {"kind": "history", "pairs": [{"mentor": "M01", "mentee": "E01"}]}
    pairs: list[PastPair] = Setting(default_factory=list)
    total: Annotated[int | None, Setting(ge=1, le=1000)] = Setting(default=None, exclude_if=lambda total: total is None)
    side: Side = Setting(default="mentor", exclude_if=lambda side: side == "mentor")

    @model_validator(mode="after")
    def says_something(self) -> Self:
        """Refuse a history without pairs that bounds no total."""
        if not self.pairs and self.total is None:
            raise ValueError(tr("il faut `pairs`, `total` ou les deux"))
        return self

    def describe(self) -> str:
        if self.total is None:
            return tr("pas de binôme d'une édition précédente")
        partners = counted(self.total, "mentoré·e") if self.side == "mentor" else counted(self.total, "mentor·e")
        return tr(
            "pas de binôme d'une édition précédente, et {partners} au plus en tout par personne", partners=partners
        )

    @property
    def sentence(self) -> str:
        return tr("Un binôme d'une édition précédente ne revient pas ({pairs}).")

    @property
    def details(self) -> tuple[str, ...]:
        return (tr("Sur toutes les éditions, chaque {side} a {total} partenaires au plus."),)

    @property
    def bounds_degrees(self) -> bool:
        return self.total is not None

    @property
    def couples_pairs(self) -> bool:
        return False

    def no_places_text(self) -> str:
        return tr("Ne prend personne cette année : « {rule} », et les éditions précédentes comptent.", rule=self.label)

    def degree_bounds(self, people: People, side: Side) -> DegreeBounds | None:
        if self.total is None or side != self.side:
            return None
        past = {(canonical(pair.mentor), canonical(pair.mentee)) for pair in self.pairs}
        had = Counter(mentor if side == "mentor" else mentee for mentor, mentee in past)
        left = np.array([max(0, self.total - had[key]) for key in people.compared], dtype=np.int64)
        return DegreeBounds(np.zeros_like(left), left, np.ones(len(left), dtype=bool))

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield how many partners there are over all editions."""
        total = self.total
        if total is not None:
            yield Relaxation(
                "raise_total",
                max(len(self.pairs) + sum(market.shape) - total, 1),
                lambda k: self.model_copy(update={"total": total + k}),
                lambda k: tr(
                    "Relever {rule} de {old} à {new} au plus par personne.", rule=name, old=total, new=total + k
                ),
            )

    def with_past_pairs(self, pairs: Iterable[tuple[str, str]]) -> Self:
        if self.total is None:
            return self
        known = {(canonical(pair.mentor), canonical(pair.mentee)) for pair in self.pairs}
        more = [
            PastPair(mentor=one, mentee=other)
            for one, other in pairs
            if (canonical(one), canonical(other)) not in known
        ]
        return self.model_copy(update={"pairs": [*self.pairs, *more]})

    def past_pairs(self) -> Iterator[tuple[str, str]]:
        yield from ((past.mentor, past.mentee) for past in self.pairs)

    def forbidden_by_identity(self, market: Market) -> PairIndices:
        mentors, mentees = past_positions(market.mentors), past_positions(market.mentees)
        past = {(mentors.get(canonical(pair.mentor)), mentees.get(canonical(pair.mentee))) for pair in self.pairs}
        # A first number of who they are says that a key is a person's, whichever side they are on.
        leads, follows = (
            places_by_key(people, places) for people, places in ((market.mentors, mentors), (market.mentees, mentees))
        )
        past |= {(leads.get(canonical(pair.mentee)), follows.get(canonical(pair.mentor))) for pair in self.pairs}
        known = sorted((mentor, mentee) for mentor, mentee in past if mentor is not None and mentee is not None)
        both = np.array(known, dtype=np.int64).reshape(-1, 2)
        return both[:, 0], both[:, 1]


def places_by_key(people: People, places: Mapping[str, int]) -> dict[str, int]:
    """Return where each key stands that is one person's on either side."""
    numbers = people.numbered[:, 0]
    return {key: row for key, row in places.items() if numbers[row]}


def past_positions(people: People) -> dict[str, int]:
    """Return where each key stands."""
    return {canonical(key): row for row, key in enumerate(people.ids)}
