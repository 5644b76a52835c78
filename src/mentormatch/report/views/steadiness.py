"""Which pairs are solid, and which hang on the exact weights."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from mentormatch.french import counted, listed, percent
from mentormatch.report.views.piece import Piece
from mentormatch.review.robustness import FAIR, SOLID, Robustness, Trial, robustness

WORDS = {
    "solide": ("solide", "solides"),
    "assez solide": ("assez solide", "assez solides"),
    "fragile": ("fragile", "fragiles"),
}


@dataclass(frozen=True, repr=False)
class Steady(Piece):
    """The share of trials in which each pair stays, the most fragile first."""

    kind: ClassVar[str] = "steady"
    call: ClassVar[str] = "robustness()"
    purpose: ClassVar[str] = "Les binômes solides, et ceux qui tiennent au réglage exact des poids."
    trial: Trial

    @property
    def title(self) -> str:
        return "Binômes solides et binômes fragiles"

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
        found = [one.word for one in self.robustness.pairs]
        told = [
            counted(found.count(word), f"binôme {one}", f"binômes {several}")
            for word, (one, several) in WORDS.items()
            if word in found
        ]
        return listed(told)

    @property
    def manner(self) -> str:
        """How it was tried."""
        tries = counted(self.trial.samples, "essai")
        return (
            f"La répartition a été refaite : {tries}, le poids de chaque critère changé au hasard de"
            f" {percent(self.trial.spread)} au plus, en plus ou en moins. Un binôme est solide s'il reste dans"
            f" {percent(SOLID)} des essais au moins, fragile s'il reste dans moins de {percent(FAIR)}."
        )
