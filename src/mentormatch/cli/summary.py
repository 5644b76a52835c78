"""What the command line says of a cohort and of a matching, in plain text."""

import json
from collections import Counter
from dataclasses import asdict

from mentormatch.french import counted, points
from mentormatch.matching import Matching
from mentormatch.people import FATES, Cohort

STATUSES = {
    "proved": "Répartition démontrée optimale.",
    "feasible": "Attention : répartition conforme aux règles, mais pas démontrée optimale (temps écoulé).",
    "infeasible": "Aucune répartition ne respecte toutes les règles.",
    "stopped": "Calcul arrêté avant une première réponse.",
    "failed": "Le calcul a échoué.",
}


def summary(matching: Matching) -> str:
    """Return in two lines what the matching is."""
    cohort = matching.cohort
    sides = f"{counted(len(cohort.mentors), 'mentor·e')}, {counted(len(cohort.mentees), 'mentoré·e')}"
    pairs, left = counted(len(matching.pairs), "binôme"), counted(len(matching.unmatched), "personne")
    return f"{sides} : {pairs}, {left} sans binôme.\n{STATUSES[str(matching.status)]}"


def pairs_text(matching: Matching) -> str:
    """Return the pairs and the people without one, a line each."""
    pairs = [f"{pair.mentor}\t{pair.mentee}\t{points(pair.score)}" for pair in matching.pairs]
    left = [f"{one.person}\t-\t{one.reason}" for one in matching.unmatched]
    return "\n".join(["mentor\tmentoré\tpoints", *pairs, *left])


def intake_text(cohort: Cohort) -> str:
    """Return what became of each row, and what is worth a look."""
    counts = Counter(row.fate for row in cohort.rows)
    totals = ", ".join(f"{count} {FATES[fate]}{'s' * (count > 1)}" for fate, count in counts.items())
    told = [str(row) for row in cohort.rows if row.fate != "taken"]
    remarks = [str(remark) for remark in cohort.remarks]
    return "\n".join([f"{counted(len(cohort.rows), 'ligne')}{f' : {totals}' if totals else ''}", *told, *remarks])


def intake_json(cohort: Cohort) -> str:
    """Return the same as one JSON object."""
    told = {
        "schema_version": 1,
        "rows": [asdict(row) for row in cohort.rows],
        "remarks": [asdict(remark) for remark in cohort.remarks],
    }
    return json.dumps(told, ensure_ascii=False, indent=1, default=str)
