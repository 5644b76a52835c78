"""The example that every operation begins from: a programme of one criterion, two mentors and two mentees."""

from typing import Any

PROGRAMME: dict[str, Any] = {
    "programme": {"name": "Mentorat"},
    "fields": {
        "needs": {
            "kind": "choices",
            "side": "mentee",
            "question": "De quoi avez-vous besoin ?",
            "options": ["budget", "diffusion", "production"],
        },
        "skills": {
            "kind": "choices",
            "side": "mentor",
            "question": "Que pouvez-vous transmettre ?",
            "options": ["budget", "diffusion", "production"],
        },
    },
    "criteria": [{"kind": "coverage", "weight": 1, "mentor": "skills", "mentee": "needs"}],
}
MENTORS = [
    {"id": "M01", "answers": {"skills": ["budget", "diffusion"]}},
    {"id": "M02", "answers": {"skills": ["production"]}},
]
MENTEES = [
    {"id": "E01", "answers": {"needs": ["budget"]}},
    {"id": "E02", "answers": {"needs": ["diffusion", "production"]}},
]
COHORT: dict[str, Any] = {"programme": PROGRAMME, "mentors": MENTORS, "mentees": MENTEES}
