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

from mentormatch.base.columns import BoolVector, IntVector
from mentormatch.fields import Side
from mentormatch.people.cohort import Cohort
from mentormatch.rules.rule import Rule
from mentormatch.scale.scan.blocks import BLOCK_ROWS
from mentormatch.scale.scores.matrix import ScoreMatrix, build_matrix
from mentormatch.scoring.criterion import Criterion

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

    cohort: Cohort
    criteria: Sequence[Criterion]
    rules: Sequence[Rule]
    side: Side
    rows: IntVector
    others: IntVector

    def partners(self, whole: ScoreMatrix) -> Iterator[Partners]:
        """Yield whom each of the people could have, by the scores of the whole cohort."""
        own = self._own(whole)
        edges = [(start, min(start + BLOCK_ROWS, len(self.rows))) for start in range(0, len(self.rows), BLOCK_ROWS)]
        with ThreadPoolExecutor(cpu_count() or 1) as threads:
            for some in batched(edges, 4 * (cpu_count() or 1)):
                strips = threads.map(lambda edge: own.rows(*edge)[:, self.others] >= own.floor, some)
                for (start, _), strip in zip(some, strips, strict=True):
                    for at, possible in enumerate(strip, start):
                        yield Partners(possible, lambda at=at: self._excluding(at))  # type: ignore[misc]  # bound now

    def _own(self, whole: ScoreMatrix) -> ScoreMatrix:
        """Return the scores of these people as rows."""
        return whole.of_mentors(self.rows) if self.side == "mentor" else whole.of_mentees(self.rows).flipped()

    def _excluding(self, at: int) -> Excluding:
        """Return whom each rule takes from one of the people."""
        return [(rule, own.rows(at, at + 1)[0, self.others] < least) for rule, own, least in self._by_rule]

    @cached_property
    def _by_rule(self) -> list[tuple[Rule, ScoreMatrix, int]]:
        """What each rule looks at, and below what it forbids."""
        found = []
        for rule in self.rules:
            scored = rule.least_score is not None
            parts = build_matrix(self.cohort, self.criteria if scored else (), () if scored else (rule,))
            found.append((rule, self._own(parts), rule.least_score or 0))
        return found
