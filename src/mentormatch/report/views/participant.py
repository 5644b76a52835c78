"""What one person may read of the matching themselves."""

from dataclasses import dataclass, replace
from typing import ClassVar

from mentormatch.fields import Side
from mentormatch.languages import mark, once_spoken, tr
from mentormatch.report.handouts.sheets import CommonText, Handout, common, handouts
from mentormatch.report.page_templates import rendered
from mentormatch.report.views.piece import Piece
from mentormatch.survey.contacts import Contacts


@dataclass(frozen=True, repr=False)
class Participant(Piece):
    """The sheet of one person by side and position, as ``write_handouts`` writes it: partners, and how to reach them.

    It holds no answer of anybody, no veto, no ranking and no reason.
    """

    kind: ClassVar[str] = "participant"
    call: ClassVar[str] = 'participant("M03", contacts)'
    purpose: ClassVar[str] = mark("Ce que cette personne peut lire elle-même : sa fiche, rien sur les autres.")
    side: Side
    row: int
    contacts: Contacts

    @property
    def title(self) -> str:
        return tr("Votre binôme")

    @once_spoken
    def handout(self) -> Handout:
        """Their sheet; without contacts, their own key too is shown as a code or a pseudonym."""
        key = self.matching.cohort.side(self.side).ids[self.row]
        made = next(one for one in handouts(self.matching, self.contacts) if (one.side, one.key) == (self.side, key))
        return made if len(self.contacts) else replace(made, key=self.labels.person(self.side, key))

    def page(self) -> str:
        return rendered("handouts.html", handed=[self.handout], common=self.common)

    @property
    def common(self) -> CommonText:
        """What every sheet says."""
        return common(self.matching, None)
