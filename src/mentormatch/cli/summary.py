"""What the command line says of a matching, in plain text."""

from mentormatch.assignment.solution import Status
from mentormatch.french import counted, points
from mentormatch.matching import Matching

STATUSES = {
    "proved": "Répartition démontrée optimale.",
    "feasible": "Attention : répartition conforme aux règles, mais pas démontrée optimale (temps écoulé).",
    "infeasible": "Aucune répartition ne respecte toutes les règles.",
    "stopped": "Calcul arrêté avant une première réponse.",
    "failed": "Le calcul a échoué.",
}
INTERRUPTED = (
    "Attention : calcul interrompu. La meilleure répartition trouvée respecte les règles, sans être démontrée optimale."
)


def summary(matching: Matching) -> str:
    """Return in two lines what the matching is."""
    cohort = matching.cohort
    sides = f"{counted(len(cohort.mentors), 'mentor·e')}, {counted(len(cohort.mentees), 'mentoré·e')}"
    pairs, left = counted(len(matching.pairs), "binôme"), counted(len(matching.unmatched), "personne")
    return f"{sides} : {pairs}, {left} sans binôme.\n{standing(matching)}"


def standing(matching: Matching) -> str:
    """Return in a sentence what is known of the pairs."""
    cut_short = matching.solution.interrupted and matching.status is Status.FEASIBLE
    return INTERRUPTED if cut_short else STATUSES[str(matching.status)]


def pairs_text(matching: Matching) -> str:
    """Return the pairs and the people without one, a line each."""
    pairs = [f"{pair.mentor}\t{pair.mentee}\t{points(pair.score)}" for pair in matching.pairs]
    left = [f"{one.person}\t-\t{one.reason}" for one in matching.unmatched]
    return "\n".join(["mentor\tmentoré\tpoints", *pairs, *left])
