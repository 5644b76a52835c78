"""The examples that operations begin from: two mentors and two mentees, and a group of four members."""

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

GROUPED: dict[str, Any] = {
    "programme": {"name": "Cercle"},
    "fields": {
        "skills": {
            "kind": "choices",
            "question": "Que pouvez-vous transmettre ?",
            "options": ["budget", "diffusion", "production"],
        },
        "topics": {
            "kind": "choices",
            "question": "Quels sujets vous seraient utiles ?",
            "options": ["Budget", "Paie", "Contrats"],
            "private": True,
        },
        "dates": {
            "kind": "choices",
            "question": "Quand pourriez-vous venir ?",
            "options": ["13 octobre", "11 novembre", "17 novembre"],
            "private": True,
        },
        "urgent": {"kind": "yesno", "question": "Urgent"},
    },
    "criteria": [{"kind": "unlike", "field": "skills", "weight": 1}],
    "groups": {"size": 2},
    "sessions": {
        "number": 2,
        "per_session": 2,
        "topics": "topics",
        "attends": "dates",
        "urgent": {"field": "urgent", "in": ["Oui"]},
        "dates": {
            "13 octobre": "2026-10-13T09:30",
            "11 novembre": "2026-11-11T09:30",
            "17 novembre": "2026-11-17T09:30",
        },
    },
}
SAID: dict[str, dict[str, Any]] = {
    "C01": {"skills": ["budget"], "topics": ["Paie"], "dates": ["13 octobre", "17 novembre"], "urgent": False},
    "C02": {"skills": ["diffusion"], "topics": ["Paie", "Budget"], "dates": ["17 novembre"], "urgent": False},
    "C03": {"skills": ["budget", "production"], "topics": ["Contrats"], "dates": ["13 octobre"], "urgent": True},
    "C04": {"skills": ["production"]},
}
MEMBERS: dict[str, Any] = {
    "programme": GROUPED,
    "members": [{"id": key, "answers": answers} for key, answers in SAID.items()],
}
