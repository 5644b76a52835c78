"""Rule ``minimum_score``: no pair below a number of points."""

from collections.abc import Iterator
from math import ceil
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field as Setting

from mentormatch.base.arrays import BoolMatrix
from mentormatch.languages import tr, tr_n
from mentormatch.languages.phrases import plain
from mentormatch.rules.rule import Market, Relaxation, Rule

POINT = 10_000
"""One point out of 100, in millionths."""
TENTHS = 10
"""Points are lowered by tenths, as they are shown."""


class MinimumScore(Rule):
    """No pair scores less than ``points`` out of 100."""

    of_groups: ClassVar[bool] = True
    waiver_rank: ClassVar[int] = 2
    kind: Literal["minimum_score"] = "minimum_score"
    example = {"kind": "minimum_score", "points": 35}
    points: float = Setting(ge=0, le=100)

    def describe(self) -> str:
        return tr("au moins {score} points", score=plain(self.points))

    @property
    def sentence(self) -> str:
        return tr_n("Un binôme a au moins {points} point.", "Un binôme a au moins {points} points.", ceil(self.points))

    def forbidden(self, market: Market) -> BoolMatrix:
        return np.asarray(market.scores < self.least_score)

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield the points, by tenths: the first step goes to the tenth below."""
        tenths = ceil(round(self.points * TENTHS, 6))

        def points(k: int) -> float:
            return (tenths - k) / TENTHS

        if tenths:
            yield Relaxation(
                "lower_score",
                tenths,
                lambda k: self.model_copy(update={"points": points(k)}),
                lambda k: tr(
                    "Abaisser {rule} de {old} à {new} points.", rule=name, old=plain(self.points), new=plain(points(k))
                ),
                lambda k: ceil(k / TENTHS),
            )

    @property
    def least_score(self) -> int:
        return round(self.points * POINT)
