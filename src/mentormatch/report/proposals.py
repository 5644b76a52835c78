"""What is told of a proposal: the files of its rounds, and how far it is in a sentence."""

from collections.abc import Callable, Mapping

from mentormatch.languages.phrases import counted
from mentormatch.languages.translation import mark, tr
from mentormatch.operations.proposal import Proposal
from mentormatch.report.exporters.data_files import to_csv

FORM, PEOPLE, DECLINED, RECORD = "reponses-a-remplir.csv", "ou-en-est-chacun.csv", "refus.csv", "propositions.json"
FILES: Mapping[str, tuple[str, Callable[[Proposal], bytes]]] = {
    RECORD: (
        mark("Où en est la proposition, pour reprendre un autre jour : des codes et des réponses, rien d'autre"),
        lambda proposal: proposal.record_in_codes.to_json().encode(),
    ),
    PEOPLE: (
        mark("Où en est chaque personne : binôme proposé, accepté, sans binôme et pourquoi"),
        lambda proposal: to_csv(proposal.people),
    ),
    DECLINED: (
        mark("Les binômes refusés : de quel côté, pour quelle raison, à quel tour"),
        lambda proposal: to_csv(proposal.given_up),
    ),
    FORM: (
        mark("Le formulaire à remplir : une ligne pour chaque réponse attendue"),
        lambda proposal: to_csv(proposal.form),
    ),
}
"""The files of a round, by name: what each is for, and how it is made."""


def round_text(found: Proposal) -> str:
    """Return in a sentence how far a proposal is."""
    return tr(
        "Tour {number} : {settled}, {open}, {declined}.",
        number=found.number,
        settled=counted(len(found.settled), "binôme accepté", "binômes acceptés"),
        open=counted(len(found.open), "binôme en attente de réponse", "binômes en attente de réponse"),
        declined=counted(len(found.declined), "binôme refusé", "binômes refusés"),
    )
