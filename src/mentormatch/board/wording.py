"""The texts of the board in French, and the two files of which a page makes it."""

from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

from mentormatch.report.texts import spaced

WORDS = {
    "language": "fr",
    "board": "Révision des binômes",
    "undo": "Annuler",
    "redo": "Rétablir",
    "find": "Chercher une personne",
    "pairs": "Binômes : {count}",
    "alone": "Sans binôme : {count}",
    "keys": "Choisissez une personne. Au clavier : flèches pour se déplacer dans la liste, Entrée pour choisir.",
    "mentor": "Mentor·e",
    "mentee": "Mentoré·e",
    "points": "Points",
    "new": "nouveau",
    "pinned": "imposé",
    "person": "Personne choisie",
    "choose": "Choisissez une personne dans la liste pour voir son binôme et les autres possibles.",
    "about_mentor": "{name}, mentor·e",
    "about_mentee": "{name}, mentoré·e",
    "gone": "{name} n'est plus dans cette édition",
    "gone_hint": "Pour annuler ce retrait, levez-le dans la liste des décisions.",
    "nobody": "Aucun binôme pour le moment.",
    "with": "Avec {name} :",
    "scored": "{points} points sur 100",
    "reasons": "Pourquoi ces points (part connue : {answered})",
    "of": "{points} sur {full}",
    "pin": "Imposer",
    "ban": "Écarter",
    "release": "Lever",
    "unpin": "Ne plus imposer",
    "withdraw": "Retirer de l'édition",
    "offers": "Les autres possibilités, la moins coûteuse d'abord",
    "no_offer": "En l'état, aucun autre binôme n'est possible.",
    "partner": "Avec",
    "price": "Ferait perdre",
    "moves": "Changeraient : {who}",
    "anyone": "Une autre personne",
    "places": "Places",
    "capacity": "Changer",
    "bad_places": "Le nombre de places est un entier de 0 à 1000.",
    "change": "Depuis le début",
    "goal": "Objectif",
    "before": "Au début",
    "now": "Maintenant",
    "difference": "Écart",
    "same": "aucun",
    "decisions": "Décisions",
    "no_decision": "Aucune décision pour le moment : c'est la répartition calculée.",
    "final": "Valider",
    "who": "Votre nom",
    "why": "Motif",
    "validate": "Valider cette répartition",
    "folder": "Les documents et le journal sont écrits dans le dossier « {folder} ».",
    "head": "Empreinte du journal : ",
}
FRENCH: Mapping[str, str] = MappingProxyType({name: spaced(text) for name, text in WORDS.items()})
"""By the names that the script knows them by; {words in braces} are filled there."""


SCRIPTS = ("elements.js", "person.js", "board.js")
"""One module, in the order of its parts."""


def script() -> str:
    """Return the JavaScript module of the board."""
    return "\n".join(map(text_of, SCRIPTS))


def stylesheet() -> str:
    """Return the style of the board."""
    return text_of("board.css")


def text_of(name: str) -> str:
    """Return a file of the page."""
    return files("mentormatch.board").joinpath("page", name).read_text(encoding="utf-8")
