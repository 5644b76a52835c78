"""What stands of a matching: a proposal or a validated decision, and how to check it again."""

from collections.abc import Iterator
from dataclasses import dataclass

from mentormatch.assignment.model.solution import Status
from mentormatch.languages import mark, tr
from mentormatch.operations.matching import Matching
from mentormatch.record import journal
from mentormatch.record.decision import FILENAME
from mentormatch.record.log import validation_words
from mentormatch.record.seal import Seal

PROPOSAL = mark("Proposition : à valider par une personne nommée. Aucun binôme n'est définitif avant cela.")
RECHECK = mark(
    "À côté de ce document, le fichier de décision et son journal permettent de tout revérifier des années plus tard,"
    " sans refaire le calcul : les règles, les points, et que rien n'a été réécrit depuis. Ils ne contiennent aucune"
    " réponse, et nomment les personnes de l'équipe seulement."
)
NO_NAME = mark("Prénom Nom")
MOST_LINES = 500
"""Lines of the log that a page tells, the last ones; a workbook tells all."""


@dataclass(frozen=True, slots=True)
class Imprint:
    """What a document prints of the record that it stands beside, in words: nothing of it depends on the answers.

    So it is the same whether a document is made, or renewed after a validation. ``answered``: there is an answer that
    somebody could validate.
    """

    seal: Seal | None
    answered: bool = True

    @property
    def title(self) -> str:
        """What the document is."""
        if not self.answered:
            return tr("Aucun binôme")
        return tr("Binômes validés") if self.seal and self.seal.validations else tr("Proposition de binômes")

    @property
    def sentences(self) -> tuple[str, ...]:
        """By whom the decision was validated, or that it is a proposal; nothing where there is no answer."""
        if self.seal and self.seal.validations:
            return tuple(validation_words(one.who, one.when, one.why) for one in self.seal.validations)
        before = journal.find_replaced(self.seal.journal, self.seal.decision) if self.seal else ()
        return (tr(PROPOSAL), *before) if self.answered else ()

    @property
    def commands(self) -> Iterator[tuple[str, str]]:
        """What to type to check the decision again, and to validate it while it is a proposal."""
        if self.seal:
            yield tr("Revérifier"), f"mentormatch verify {FILENAME} --head {self.seal.head}"
            if self.answered and not self.seal.validations:
                who, why = tr(NO_NAME), tr("motif")
                yield tr("Valider"), f'mentormatch validate {FILENAME} --who "{who}" --why "{why}"'

    @property
    def digests(self) -> Iterator[tuple[str, str]]:
        """The digests that are printed."""
        if self.seal:
            yield tr("Empreinte du journal"), self.seal.head
            yield tr("Empreinte du fichier de décision"), self.seal.decision

    @property
    def titles(self) -> tuple[str, ...]:
        """The headings of the log in words."""
        return tuple(map(tr, journal.TITLES))

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The log in words."""
        return tuple(journal.rows(self.seal.journal)) if self.seal else ()

    @property
    def last_rows(self) -> tuple[tuple[str, ...], ...]:
        """The last lines of the same, as many as a page tells."""
        return self.rows[-MOST_LINES:]

    @property
    def ids(self) -> str:
        """Who is meant by the ids of the log."""
        return tr(journal.IDS)


def can_validate(matching: Matching) -> bool:
    """Say whether there is an answer that somebody could validate."""
    return matching.status in (Status.PROVED, Status.FEASIBLE)


def imprint(matching: Matching, seal: Seal | None) -> Imprint:
    """Return what a document of a matching prints of the record beside it."""
    return Imprint(seal, can_validate(matching))


def standing(matching: Matching, seal: Seal | None) -> tuple[str, ...]:
    """Return by whom the decision was validated, or that it is a proposal; nothing where there is no answer."""
    return imprint(matching, seal).sentences
