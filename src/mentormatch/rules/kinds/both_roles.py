"""Rule ``both_roles``: what is asked of people who are mentor and mentee at once."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field as Setting
from pydantic import model_validator

from mentormatch.assignment.model.problem import Row
from mentormatch.errors import Problem, RequestError
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import counted, thousands
from mentormatch.rules.rule import Market, Relaxation, Rule

MOST_PEOPLE = 200
"""Of more people in both roles, the constraints on each two of them would be too many."""
ONE = np.ones((1, 1), dtype=np.int64)


class BothRoles(Rule):
    """Two people who are mentor and mentee at once are not each other's, and each has ``most`` partners at most in all.

    Who accompanies somebody is not accompanied by them unless the pairs may be ``reciprocal``. Without ``most`` the
    places that people have as a mentor and as a mentee are the only limit.
    """

    value_words: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "reciprocal": {"false": mark("ne peuvent pas"), "true": mark("peuvent")}
    }
    kind: Literal["both_roles"] = "both_roles"
    example = {"kind": "both_roles", "most": 2}
    most: int | None = Setting(default=None, ge=1, le=1000)
    reciprocal: bool = False

    @model_validator(mode="after")
    def asks_something(self) -> Self:
        """Refuse a rule that allows everything."""
        if self.reciprocal and self.most is None:
            raise ValueError(tr("il faut `most`, ou `reciprocal = false`"))
        return self

    def describe(self) -> str:
        if self.most is None:
            return tr("dans les deux rôles : jamais l'un·e de l'autre")
        most = counted(self.most, "partenaire")
        if self.reciprocal:
            return tr("dans les deux rôles : {most} en tout au plus", most=most)
        return tr("dans les deux rôles : {most} en tout au plus, jamais l'un·e de l'autre", most=most)

    @property
    def sentence(self) -> str:
        return tr("Deux personnes qui sont dans les deux rôles {reciprocal} s'accompagner l'une l'autre.")

    @property
    def details(self) -> tuple[str, ...]:
        return (tr("Chacune a {most} partenaires en tout au plus."),)

    def side_constraints(self, market: Market) -> Iterator[Row]:
        """Yield the limit of each of them, then that of the pairs of each two, as mentor and mentee and conversely."""
        people = list(zip(*(side.tolist() for side in market.mentors.same_as(market.mentees)), strict=True))
        if self.most is not None:
            for mentor, mentee in people:
                yield Row(self.label, ONE, most=self.most, mentor=mentor, mentee=mentee)
        if self.reciprocal or self.most == 1:
            return
        self._refuse_too_many(people)
        for (one, first), (other, second) in combinations(people, 2):
            # Of the four pairs that the product counts, two are of a person with themselves: they do not exist.
            if one != other and first != second:
                yield Row(
                    self.label,
                    both_of(market.shape[0], one, other)[:, None],
                    most=1,
                    factor=both_of(market.shape[1], first, second)[None, :],
                )

    def _refuse_too_many(self, people: list[tuple[int, int]]) -> None:
        if len(people) > MOST_PEOPLE:
            found = tr("{count} personnes dans les deux rôles", count=thousands(len(people)))
            expected = tr("{most} au plus, ou `reciprocal = true`", most=thousands(MOST_PEOPLE))
            raise RequestError(
                tr("Trop de personnes sont dans les deux rôles pour exclure qu'elles s'accompagnent l'une l'autre"),
                [Problem(self.label, found, expected)],
            )

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield how many partners each may have in all."""
        most = self.most
        if most is not None and most < (furthest := sum(market.shape)):
            yield Relaxation(
                "raise_partners",
                furthest - most,
                lambda k: self.model_copy(update={"most": most + k}),
                lambda k: tr(
                    "Permettre {partners} en tout au lieu de {old} pour {rule}.",
                    partners=counted(most + k, "partenaire"),
                    old=most,
                    rule=name,
                ),
            )


def both_of(count: int, one: int, other: int) -> NDArray[np.int64]:
    """Return (n,) int64: 1 for two people, else 0."""
    weights = np.zeros(count, dtype=np.int64)
    weights[[one, other]] = 1
    return weights
