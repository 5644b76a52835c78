"""Whom each of many people could have across, and which rules take the others from them.

Where scores are held, rules look at the people themselves, many at a time. Where they are not, a strip of scores tells
who is possible, and rules are asked one by one for those alone whom nobody is left.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import batched
from os import cpu_count

import numpy as np

from mentormatch.assignment.model.scores import NO_SCORE, Scores
from mentormatch.base.arrays import BoolVector, IntVector
from mentormatch.fields import Side
from mentormatch.rules.formulation import UnheldScores
from mentormatch.rules.rule import Rule

STRIP_ROWS = 64
"""People whose partners are looked at by one thread."""

type Excluding = list[tuple[Rule, BoolVector]]
"""The rules that speak of pairs, and which partners each takes from one person."""


@dataclass(frozen=True, slots=True)
class Partners:
    """``possible`` (c,) bool: whom of those who take part across one person could have; ``excluding`` says why not."""

    possible: BoolVector
    excluding: Callable[[], Excluding]

    @classmethod
    def left_by(cls, excluding: Excluding, count: int) -> "Partners":
        """Return those whom the rules leave of so many."""
        lost = np.logical_or.reduce([np.zeros(count, dtype=bool), *(lost for _, lost in excluding)])
        return cls(~lost, lambda: excluding)


@dataclass(frozen=True)
class ComputedPartners:
    """People of one side by position, ``rows``, and ``others`` who take part across; no scores are held."""

    scores: UnheldScores
    rules: Sequence[Rule]
    side: Side
    rows: IntVector
    others: IntVector

    def partners(self, whole: Scores) -> Iterator[Partners]:
        """Yield whom each of the people could have, by the scores of the whole cohort."""
        own = self._own(whole)
        edges = [slice(start, start + STRIP_ROWS) for start in range(0, len(self.rows), STRIP_ROWS)]
        with ThreadPoolExecutor(cpu_count() or 1) as threads:
            for some in batched(edges, 4 * (cpu_count() or 1)):
                strips = threads.map(lambda edge: own.block(self.rows[edge], self.others) > NO_SCORE, some)
                for edge, strip in zip(some, strips, strict=True):
                    for at, possible in enumerate(strip, edge.start):
                        yield Partners(possible, lambda at=at: self._excluding(at))  # type: ignore[misc]  # bound now

    def _own(self, whole: Scores) -> Scores:
        """Return the scores with the side of these people as rows."""
        return whole if self.side == "mentor" else whole.flipped()

    def _excluding(self, at: int) -> Excluding:
        """Return whom each rule takes from one of the people."""
        row = self.rows[at : at + 1]
        return [(rule, own.block(row, self.others)[0] == NO_SCORE) for rule, own in self._by_rule]

    @cached_property
    def _by_rule(self) -> list[tuple[Rule, Scores]]:
        """Which pairs each rule allows by itself."""
        without = self.scores.with_criteria(())
        return [
            (rule, self._own((without if rule.least_score is None else self.scores).under((rule,))))
            for rule in self.rules
        ]
