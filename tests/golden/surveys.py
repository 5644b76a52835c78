"""A questionnaire with a question of every kind, and people drawn from a seed who answered it, some leaving blanks."""

from collections.abc import Sequence
from random import Random
from typing import Any

type Table = dict[str, Any]
type Person = dict[str, Any]

MENTORS, MENTEES = "mentor", "mentee"
LETTERS = {MENTORS: "M", MENTEES: "E"}
WORDS = ("Théâtre", "Danse", "Cirque", "Arts de la rue", "Marionnette", "Jazz", "Jeune public", "Contrats et paie")
STEPS = ("Moins de 1 an", "1 à 2 ans", "3 à 5 ans", "6 à 10 ans", "Plus de 10 ans")
LEVELS = ("Non", "Les bases", "Je pratique", "Je peux former")
TOWNS = ("Ain", "Rhône", "38", "Loire", "Cantal", "Savoie", "69003", "Lyon", "Villeurbanne", "Vienne (38)", "Allier")
EMPLOYERS = ("Cie des Marées", "Théâtre du Pont", "Collectif Onze Lunes", "Festival d'Été", "Bureau Nord", "Lieu Bleu")
DAYS, MOMENTS = ("lundi", "mardi", "jeudi"), ("matin", "soir")
SLOTS = tuple(f"{day} {moment}" for day in DAYS for moment in MOMENTS)
BLANK = 0.1


def questions(random: Random) -> dict[str, Table]:
    """Return the questions by their ids; how many options each has is drawn."""
    words = random.sample(WORDS, random.randint(3, len(WORDS)))
    items = random.sample(WORDS, random.randint(3, 6))
    steps = list(STEPS[: random.randint(3, len(STEPS))])
    return {
        "code": {"question": "Code", "kind": "text", "use": "key"},
        "nom": {"question": "Nom et prénom", "kind": "text", "use": "contact"},
        "courriel": {"question": "Courriel", "kind": "text", "use": "contact"},
        "remarque": {"question": "Remarque", "kind": "text", "use": "display"},
        "texte": {"question": "Surnom", "kind": "text"},
        "metier": {"question": "Métier", "kind": "choice", "options": words[:3]},
        "public": {"question": "Public", "kind": "choice", "options": words[:2], "side": MENTORS},
        "situation": {"question": "Situation", "kind": "choice", "options": words[-2:], "side": MENTEES},
        "langues": {"question": "Langues", "kind": "choices", "options": words},
        "gouts": {"question": "Goûts", "kind": "ranking", "options": words, "most": 3},
        "offre": {
            "question": "Que transmettre ?",
            "kind": "levels",
            "items": items,
            "levels": list(LEVELS),
            "side": MENTORS,
        },
        "besoins": {"question": "Besoins", "kind": "ranking", "items_of": "offre", "most": 3, "side": MENTEES},
        "age": {"question": "Âge", "kind": "number"},
        "annees": {"question": "Années", "kind": "scale", "options": steps},
        "creneaux": {"question": "Créneaux", "kind": "slots", "days": list(DAYS), "moments": list(MOMENTS)},
        "lieu": {"question": "Lieu", "kind": "place"},
        "trajet": {"question": "Trajet accepté", "kind": "number"},
        "employeurs": {"question": "Employeurs", "kind": "names"},
        "eviter": {"question": "À éviter", "kind": "names", "private": True},
        "souhaits": {"question": "Souhaits", "kind": "names", "side": MENTEES},
        "choisis": {"question": "Personnes choisies", "kind": "names", "side": MENTORS},
        "accord": {"question": "Accord", "kind": "yesno"},
        "capacite": {"question": "Places", "kind": "number", "side": MENTORS},
        "heures": {"question": "Heures", "kind": "number", "side": MENTEES},
        "limite": {"question": "Heures en tout", "kind": "number", "side": MENTORS},
    }


def keys(side: str, count: int) -> list[str]:
    """Return the keys of so many people of a side."""
    return [f"{LETTERS[side]}{place:02d}" for place in range(1, count + 1)]


def people(asked: dict[str, Table], side: str, counts: tuple[int, int], random: Random) -> list[Person]:
    """Return the people of a side, each with an id and answers; ``counts`` are those of mentors and of mentees."""
    own, others = (keys(each, count) for each, count in zip((MENTORS, MENTEES), counts, strict=True))
    if side == MENTEES:
        own, others = others, own
    return [{"id": key, "answers": answers(asked, side, others, random)} for key in own]


def answers(asked: dict[str, Table], side: str, others: Sequence[str], random: Random) -> Table:
    """Return what one person answers to the questions of their side."""
    said: Table = {}
    for name, table in asked.items():
        if table.get("use") == "key" or table.get("side", side) != side:
            continue
        blank = random.random() < BLANK
        answer = answer_to(name, table, others, random) if not table.get("items_of") else wanted(asked, table, random)
        if not blank:
            said[name] = answer
    return said


def wanted(asked: dict[str, Table], table: Table, random: Random) -> list[str]:
    """Return some items of another question, ranked."""
    items = asked[table["items_of"]]["items"]
    return random.sample(items, random.randint(1, table["most"]))


def answer_to(name: str, table: Table, others: Sequence[str], random: Random) -> Any:
    """Return an answer to one question."""
    match table["kind"]:
        case "choices" | "ranking":
            return random.sample(table["options"], random.randint(1, min(3, len(table["options"]))))
        case "slots":
            return random.sample(SLOTS, random.randint(1, len(SLOTS)))
        case "levels":
            return {item: random.choice(LEVELS) for item in table["items"]}
        case "number":
            return number(name, random)
        case "names":
            return named(name, others, random)
        case _:
            return single(name, table, random)


def single(name: str, table: Table, random: Random) -> str | bool:
    """Return one of the answers to a question that takes one, or a text."""
    match table["kind"]:
        case "choice" | "scale":
            return str(random.choice(table["options"]))
        case "place":
            return random.choice(TOWNS)
        case "yesno":
            return random.random() < 0.6
        case _:
            return text(name, random)


def number(name: str, random: Random) -> float | int:
    """Return a number that fits the question."""
    drawn = {"capacite": (1, 3), "heures": (1, 4), "limite": (2, 8), "trajet": (10, 300)}
    return random.randint(*drawn.get(name, (20, 60)))


def named(name: str, others: Sequence[str], random: Random) -> list[str]:
    """Return names of employers, or keys of people of the other side."""
    if name == "employeurs":
        return random.sample(EMPLOYERS, random.randint(0, 2))
    return random.sample(others, min(len(others), random.randint(0, 1 if name == "eviter" else 3)))


def text(name: str, random: Random) -> str:
    """Return a text: a name, an address, or a remark with what documents must take as it stands."""
    who = f"Personne {random.randint(1, 9_999)}"
    if name == "courriel":
        return f"p{random.randint(1, 99_999)}@golden.example"
    return who if name == "nom" else random.choice((who, "=1+1 & <b>", "Œuvre, « à distance »", "12 ans"))
