"""Two programmes that are no example: 15 + 22 people of public offices, 60 + 40 of sports clubs with hours."""

from random import Random
from typing import Any

import mentormatch as mm

FIRST = [
    *("Camille", "Éric", "Aïssata", "Maël", "Denis", "Chloé", "Nadège", "Awa", "Simon", "Lola", "Mathilde", "Théo"),
    *("Agnès", "Jeanne", "Alix", "Minh", "Hélène", "Lucie", "Delphine", "Clément", "Odile", "Adam", "Yann", "Zofia"),
    *("Karim", "Louise", "Bruno", "Andrea", "Thierry", "Tom"),
]
LAST = [
    *("Faure", "Blanchard", "Niang", "Tanguy", "Sorel", "Ferrand", "Vialard", "Diallo", "Perret", "Marchetti"),
    *("Ollier", "Delmas", "Dumoulin", "Weber", "Monnet", "Nguyen", "Garcin", "Pons", "Roux", "Astruc", "Chazal"),
    *("Brunel", "Sabatier", "Kowalski", "Benarbia", "Carpentier", "Teyssier", "Lopez-Étchégaray", "O'Neill", "Ribeiro"),
]
TOPICS = ["Évolution de carrière", "Conduite de projet", "Prise de parole", "Management d'équipe", "Marchés publics"]
OFFICES = ["Métropole", "Mairie", "Préfecture", "DREAL ARA", "ARS"]
TOWNS = ["Lyon", "Grenoble", "Annecy"]
SLOTS = ["Lundi midi", "Mardi midi", "Mercredi matin", "Jeudi midi", "Vendredi après-midi"]
SPORTS = ["Aviron", "Judo", "Natation", "Rugby"]


def names(count: int) -> list[str]:
    """Return ``count`` different full names."""
    places = [(place % len(FIRST), (place * 7 + place // len(FIRST)) % len(LAST)) for place in range(count)]
    return [f"{FIRST[first]} {LAST[last]}" for first, last in places]


def contact(name: str, number: int) -> dict[str, str]:
    """Return a name, and an address of the length that offices give them."""
    local = "".join(letter for letter in name.lower().replace(" ", ".") if letter.isascii())
    return {"nom": name, "courriel": f"{local}.{number}@rhone-alpes.exemple-public.example.org"}


def offices(
    mentors: int = 15, mentees: int = 22, seed: int = 5
) -> tuple[mm.Programme, dict[str, list[dict[str, Any]]]]:
    """Return the programme of the offices, and its answers by side."""
    random, called = Random(seed), names(mentors + mentees)
    programme = mm.Programme.read(
        {
            "programme": {"name": "Mentorat interministériel 2026-2027"},
            "fields": {
                "code": {"kind": "text", "use": "key"},
                "nom": {"kind": "text", "use": "contact", "question": "Nom"},
                "courriel": {"kind": "text", "use": "contact", "question": "Courriel"},
                "structure": {"kind": "choice", "question": "Structure", "options": OFFICES},
                "domaines": {"kind": "choices", "question": "Domaines", "options": TOPICS},
                "ville": {"kind": "choice", "question": "Ville", "options": TOWNS},
                "creneaux": {"kind": "choices", "question": "Créneaux", "options": SLOTS},
                "places": {"kind": "number", "side": "mentor", "question": "Places"},
            },
            "criteria": [
                {"kind": "overlap", "field": "domaines", "weight": 50},
                {"kind": "same", "field": "ville", "weight": 50},
            ],
            "rules": [
                {"kind": "different", "field": "structure"},
                {"kind": "common", "field": "creneaux"},
                {"kind": "capacity", "field": "places"},
            ],
            "documents": {"name": "nom", "contacts": ["nom", "courriel"]},
        }
    )

    def person(side: str, number: int) -> dict[str, Any]:
        place = number if side == "M" else mentors + number
        own = {"places": random.choice([1, 1, 1, 2])} if side == "M" else {}
        return {
            "code": f"{side}{number + 1:02d}",
            **contact(called[place], place),
            "structure": random.choice(OFFICES),
            "domaines": random.sample(TOPICS, random.choice([2, 2, 3])),
            "ville": random.choice(TOWNS),
            "creneaux": random.sample(SLOTS, random.choice([1, 2, 3])),
            **own,
        }

    sides = {"mentors": [person("M", number) for number in range(mentors)]}
    return programme, sides | {"mentees": [person("E", number) for number in range(mentees)]}


def clubs(mentors: int = 60, mentees: int = 40, seed: int = 8) -> tuple[mm.Programme, dict[str, list[dict[str, Any]]]]:
    """Return the programme of the clubs, with hours of mentors and a quota of one sport, and its answers by side."""
    random, called = Random(seed), names(mentors + mentees)
    programme = mm.Programme.read(
        {
            "programme": {"name": "Parrainage des clubs"},
            "fields": {
                "code": {"kind": "text", "use": "key"},
                "nom": {"kind": "text", "use": "contact", "question": "Nom"},
                "courriel": {"kind": "text", "use": "contact", "question": "Courriel"},
                "sport": {"kind": "choice", "question": "Sport", "options": SPORTS},
                "niveau": {"kind": "number", "question": "Années de pratique"},
                "heures": {"kind": "number", "question": "Heures par mois"},
            },
            "criteria": [
                {"kind": "closeness", "field": "niveau", "weight": 60},
                {"kind": "same", "field": "sport", "weight": 40},
            ],
            "rules": [
                {"kind": "capacity", "most": 2},
                {"kind": "load", "weights": "heures", "limit": "heures"},
                {"kind": "quota", "where": {"side": "mentor", "field": "sport", "in": ["Rugby"]}, "most": 8},
            ],
            "documents": {"name": "nom", "contacts": ["nom", "courriel"]},
        }
    )

    def person(side: str, number: int) -> dict[str, Any]:
        place = number if side == "M" else mentors + number
        return {
            "code": f"{side}{number + 1:02d}",
            **contact(called[place], place),
            "sport": random.choice(SPORTS),
            "niveau": random.randint(1, 30),
            "heures": random.randint(1, 3) if side == "E" else random.choice([0, 0, 1, 2, 2, 4]),
        }

    sides = {"mentors": [person("M", number) for number in range(mentors)]}
    return programme, sides | {"mentees": [person("E", number) for number in range(mentees)]}


def matched(market: tuple[mm.Programme, dict[str, list[dict[str, Any]]]]) -> mm.Matching:
    """Return the pairs of a programme and its answers."""
    programme, sides = market
    cohort = mm.read_survey(programme, mentors=sides["mentors"], mentees=sides["mentees"])
    return mm.match(cohort, programme)
