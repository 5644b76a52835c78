"""Which pairs are solid, and which hang on the exact weights."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from mentormatch.explanation.robustness import FAIR, SOLID, Robustness, SamplingPlan, robustness
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import counted, listed, percent
from mentormatch.report.views.piece import Piece

COUNTED: Sequence[tuple[float, Callable[[int], str]]] = (
    (SOLID, lambda count: counted(count, "binôme solide", "binômes solides")),
    (FAIR, lambda count: counted(count, "binôme assez solide", "binômes assez solides")),
    (0, lambda count: counted(count, "binôme fragile", "binômes fragiles")),
)
"""From which share on pairs are called so, the highest first."""


@dataclass(frozen=True, repr=False)
class Steady(Piece):
    """The share of trials in which each pair stays, the most fragile first."""

    kind: ClassVar[str] = "steady"
    call: ClassVar[str] = "robustness()"
    purpose: ClassVar[str] = mark("Les binômes solides, et ceux qui tiennent au réglage exact des poids.")
    trial: SamplingPlan

    @property
    def title(self) -> str:
        return tr("Binômes solides et binômes fragiles")

    @cached_property
    def robustness(self) -> Robustness:
        """How often each pair stays."""
        return robustness(self.case, self.trial, seed=self.matching.seed)

    @property
    def rows(self) -> tuple[tuple[str, str, str, str], ...]:
        """Each pair: its people, what it is called, and in which share of the trials it stays."""
        return tuple((one.mentor, one.mentee, one.word, percent(one.share)) for one in self.robustness.pairs)

    @property
    def counts(self) -> str:
        """How many pairs are solid, fairly solid and fragile, in words; empty where there is no pair."""
        found = Counter(next(from_ for from_, _ in COUNTED if one.share >= from_) for one in self.robustness.pairs)
        return listed([words(found[from_]) for from_, words in COUNTED if found[from_]])

    @property
    def manner(self) -> str:
        """How it was tried."""
        return tr(
            "La répartition a été refaite : {tries}, le poids de chaque critère changé au hasard de {spread} au plus,"
            " en plus ou en moins. Un binôme est solide s'il reste dans {solid} des essais au moins, fragile s'il reste"
            " dans moins de {fair}.",
            tries=counted(self.trial.samples, "essai"),
            spread=percent(self.trial.spread),
            solid=percent(SOLID),
            fair=percent(FAIR),
        )
