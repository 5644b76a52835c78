"""What stands of a matching: a proposal or a validated decision, and how to check it again."""

from mentormatch.assignment.solution import Status
from mentormatch.languages import mark, tr
from mentormatch.matching import Matching, Seal
from mentormatch.record.decision import FILENAME
from mentormatch.record.signing import validation_words

PROPOSAL = mark("Proposition : à valider par une personne nommée. Aucun binôme n'est définitif avant cela.")
RECHECK = mark(
    "À côté de ce document, le fichier de décision et son journal permettent de tout revérifier des années plus tard,"
    " sans refaire le calcul : les règles, les points, et que rien n'a été réécrit depuis. Ils ne contiennent aucune"
    " réponse, et nomment les personnes de l'équipe seulement."
)
NO_NAME = mark("Prénom Nom")


def answered(matching: Matching) -> bool:
    """Say whether there is an answer that somebody could validate."""
    return matching.status in (Status.PROVED, Status.FEASIBLE)


def title(matching: Matching, seal: Seal | None) -> str:
    """Return what the document is."""
    if not answered(matching):
        return tr("Aucun binôme")
    return tr("Binômes validés") if seal and seal.validations else tr("Proposition de binômes")


def standing(matching: Matching, seal: Seal | None) -> tuple[str, ...]:
    """Return by whom the decision was validated, or that it is a proposal; nothing where there is no answer."""
    if seal and seal.validations:
        return tuple(validation_words(one.who, one.when, one.why) for one in seal.validations)
    return (tr(PROPOSAL),) if answered(matching) else ()


def commands(matching: Matching, seal: Seal) -> tuple[tuple[str, str], ...]:
    """Return what to type to check the decision again, and to validate it while it is a proposal."""
    check = (tr("Revérifier"), f"mentormatch verify {FILENAME} --head {seal.head}")
    if seal.validations or not answered(matching):
        return (check,)
    return check, (tr("Valider"), f'mentormatch validate {FILENAME} --who "{tr(NO_NAME)}" --why "{tr("motif")}"')


def digests(seal: Seal) -> tuple[tuple[str, str], ...]:
    """Return the digests that are printed."""
    return (tr("Empreinte du journal"), seal.head), (tr("Empreinte du fichier de décision"), seal.decision)
