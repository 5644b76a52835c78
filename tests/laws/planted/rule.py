"""A rule that the project does not know, as another package has it; it does all that rules do to pairs."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field as Setting

from mentormatch import People, Row, Rule
from mentormatch.assignment.model.problem import DegreeBounds
from mentormatch.fields import Side
from mentormatch.rules import Market, NameOf, PairIndices, Relaxation, cross_product


class Charter(Rule):
    """``shy`` mentees meet nobody, ``busy`` mentors take nobody, others two; ``least`` to ``most`` pairs in all."""

    waiver_rank: ClassVar[int] = 1
    kind: Literal["charter"] = "charter"
    example: ClassVar[Mapping[str, Any]] = {"kind": "charter", "shy": ["E01"]}
    shy: list[str] = Setting(default_factory=list)
    busy: list[str] = Setting(default_factory=list)
    least: int = 0
    most: int | None = None

    def describe(self) -> str:
        return " ".join(["charte des marraines", *self.shy, *self.busy])

    def rename_people(self, name_of: NameOf) -> "Charter":
        shy, busy = ([name_of(None, key) for key in keys] for keys in (self.shy, self.busy))
        return self.model_copy(update={"shy": shy, "busy": busy})

    def forbidden_by_identity(self, market: Market) -> PairIndices:
        return cross_product(np.ones(len(market.mentors), dtype=bool), market.mentees.people_named(self.shy))

    def degree_bounds(self, people: People, side: Side) -> DegreeBounds | None:
        if side == "mentee":
            return None
        most = np.where(people.people_named(self.busy), 0, 2)
        return DegreeBounds(np.zeros_like(most), most, np.ones(len(people), dtype=bool))

    def side_constraints(self, market: Market) -> Iterator[Row]:
        if self.least or self.most is not None:
            yield Row(self.label, np.ones((1, market.shape[1]), dtype=np.int64), self.least, self.most)

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        if self.least:
            yield Relaxation(
                "relax_charter",
                self.least,
                lambda k: self.model_copy(update={"least": self.least - k}),
                lambda k: f"Assouplir {name} de {k}.",
            )
