"""What the command line says of a cohort and of a matching, in plain text."""

import json
from collections import Counter

from mentormatch.french import counted, points
from mentormatch.matching import Matching
from mentormatch.people import Cohort

FATES = {"taken": "prise", "incomplete": "incomplète", "replaced": "remplacée", "rejected": "rejetée"}
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
    told = [
        f"{row.source}, ligne {row.line} : {FATES[row.fate]}{f' ({row.reason})' if row.reason else ''}"
        for row in cohort.rows
        if row.fate != "taken"
    ]
    remarks = [f"{r.source}{f', ligne {r.line}' if r.line else ''} : {r.text}" for r in cohort.remarks]
    return "\n".join([f"{counted(len(cohort.rows), 'ligne')}{f' : {totals}' if totals else ''}", *told, *remarks])


def intake_json(cohort: Cohort) -> str:
    """Return the same as one JSON object."""
    rows = [
        {
            "source": r.source,
            "line": r.line,
            "fate": r.fate,
            "side": r.side,
            "key": r.key,
            "reason": r.reason,
            "by": r.by,
        }
        for r in cohort.rows
    ]
    remarks = [{"source": r.source, "line": r.line, "text": r.text} for r in cohort.remarks]
    return json.dumps({"schema_version": 1, "rows": rows, "remarks": remarks}, ensure_ascii=False, indent=1)
