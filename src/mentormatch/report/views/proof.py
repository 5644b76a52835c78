"""What can be checked of the pairs without a solver."""

from dataclasses import dataclass
from typing import ClassVar

from mentormatch.assignment.verification.certificate import Certificate, CertifiedTier
from mentormatch.languages import mark, once_spoken, tr
from mentormatch.report import words
from mentormatch.report.views.piece import Piece


@dataclass(frozen=True, repr=False)
class Proof(Piece):
    """What the certificate certifies, as a whole and goal by goal."""

    kind: ClassVar[str] = "proof"
    call: ClassVar[str] = "certificate()"
    purpose: ClassVar[str] = mark("Ce qui est certain, vérifié une seconde fois sans refaire le calcul.")

    @property
    def title(self) -> str:
        return tr("Certificat")

    @once_spoken
    def certificate(self) -> Certificate:
        """The certificate of the matching."""
        return self.matching.certificate

    @property
    def rows(self) -> tuple[words.ReachedGoal, ...]:
        """Each goal, what it reached, and what is proved of it."""
        return tuple(
            words.ReachedGoal(tr(words.GOALS[tier.goal]), words.amount(tier.goal, tier.value), proved(tier))
            for tier in self.certificate.tiers
        )


def proved(tier: CertifiedTier) -> str:
    """Return what the certificate proves of one goal."""
    if tier.proved:
        return tr("aucune autre répartition ne fait mieux")
    if tier.certified is None or (tier.goal == "changes" and not tier.certified):
        return tr("aucune borne n'est démontrée")
    bound = words.amount(tier.goal, tier.certified)
    return tr("{amount} au moins", amount=bound) if tier.goal == "changes" else tr("{amount} au plus", amount=bound)
