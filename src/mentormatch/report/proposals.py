"""A proposal -> the files of its rounds, and its progress as a sentence."""

from collections.abc import Callable, Mapping

from mentormatch.languages.phrases import counted
from mentormatch.languages.translation import mark, tr
from mentormatch.operations.proposal import Proposal
from mentormatch.report.exporters.data_files import to_csv

DECLINED_FILENAME = "refus.csv"
# Per file name, the purpose of the file and its writer
ROUND_FILE_WRITERS: Mapping[str, tuple[str, Callable[[Proposal], bytes]]] = {
    "propositions.json": (
        mark("Où en est la proposition, pour reprendre un autre jour : des codes et des réponses, rien d'autre"),
        lambda proposal: proposal.record_in_codes.to_json().encode(),
    ),
    "ou-en-est-chacun.csv": (
        mark("Où en est chaque personne : binôme proposé, accepté, sans binôme et pourquoi"),
        lambda proposal: to_csv(proposal.people),
    ),
    DECLINED_FILENAME: (
        mark("Les binômes refusés : de quel côté, pour quelle raison, à quel tour"),
        lambda proposal: to_csv(proposal.given_up),
    ),
    "reponses-a-remplir.csv": (
        mark("Le formulaire à remplir : une ligne pour chaque réponse attendue"),
        lambda proposal: to_csv(proposal.form),
    ),
}


def round_text(proposal: Proposal) -> str:
    """Return the progress of a proposal as a sentence."""
    return tr(
        "Tour {number} : {settled}, {open}, {declined}.",
        number=proposal.number,
        settled=counted(len(proposal.settled), "binôme accepté", "binômes acceptés"),
        open=counted(len(proposal.open), "binôme en attente de réponse", "binômes en attente de réponse"),
        declined=counted(len(proposal.declined), "binôme refusé", "binômes refusés"),
    )
