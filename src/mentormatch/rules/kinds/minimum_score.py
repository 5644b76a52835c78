"""Rule ``minimum_score``: no pair below a number of points."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field as Setting

from mentormatch.languages import tr
from mentormatch.languages.phrases import plain
from mentormatch.rules.rule import BoolBlock, Market, Rule

POINT = 10_000
"""One point out of 100, in millionths."""


class MinimumScore(Rule):
    """No pair scores less than ``points`` out of 100."""

    of_groups: ClassVar[bool] = True
    kind: Literal["minimum_score"] = "minimum_score"
    example = {"kind": "minimum_score", "points": 35}
    points: float = Setting(ge=0, le=100)

    def describe(self) -> str:
        return tr("au moins {score} points", score=plain(self.points))

    def forbidden(self, market: Market) -> BoolBlock:
        return np.asarray(market.scores < self.least_score)

    @property
    def least_score(self) -> int:
        return round(self.points * POINT)
