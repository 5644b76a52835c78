"""The texts of the board, and the files of which a page makes it."""

from importlib.resources import files

from mentormatch.languages import mark, spoken, tr
from mentormatch.report.texts import spaced

WORDS = {
    "board": mark("Révision des binômes"),
    "undo": mark("Annuler"),
    "redo": mark("Rétablir"),
    "find": mark("Chercher une personne"),
    "pairs": mark("Binômes : {count}"),
    "alone": mark("Sans binôme : {count}"),
    "keys": mark("Choisissez une personne. Au clavier : flèches pour se déplacer dans la liste, Entrée pour choisir."),
    "mentor": mark("Mentor·e"),
    "mentee": mark("Mentoré·e"),
    "points": mark("Points"),
    "new": mark("nouveau"),
    "pinned": mark("imposé"),
    "person": mark("Personne choisie"),
    "choose": mark("Choisissez une personne dans la liste pour voir son binôme et les autres possibles."),
    "about_mentor": mark("{name}, mentor·e"),
    "about_mentee": mark("{name}, mentoré·e"),
    "gone": mark("{name} n'est plus dans cette édition"),
    "gone_hint": mark("Pour annuler ce retrait, levez-le dans la liste des décisions."),
    "nobody": mark("Aucun binôme pour le moment."),
    "with": mark("Avec {name} :"),
    "scored": mark("{points} points sur 100"),
    "reasons": mark("Pourquoi ces points (part connue : {answered})"),
    "of": mark("{points} sur {full}"),
    "pin": mark("Imposer"),
    "ban": mark("Écarter"),
    "release": mark("Lever"),
    "unpin": mark("Ne plus imposer"),
    "withdraw": mark("Retirer de l'édition"),
    "offers": mark("Les autres possibilités, la moins coûteuse d'abord"),
    "no_offer": mark("En l'état, aucun autre binôme n'est possible."),
    "partner": mark("Avec"),
    "price": mark("Ferait perdre"),
    "moves": mark("Changeraient : {who}"),
    "anyone": mark("Une autre personne"),
    "places": mark("Places"),
    "capacity": mark("Changer"),
    "bad_places": mark("Le nombre de places est un entier de 0 à 1000."),
    "change": mark("Depuis le début"),
    "goal": mark("Objectif"),
    "before": mark("Au début"),
    "now": mark("Maintenant"),
    "difference": mark("Écart"),
    "same": mark("aucun"),
    "decisions": mark("Décisions"),
    "no_decision": mark("Aucune décision pour le moment : c'est la répartition calculée."),
    "final": mark("Valider"),
    "who": mark("Votre nom"),
    "why": mark("Motif"),
    "validate": mark("Valider cette répartition"),
    "folder": mark("Les documents et le journal sont écrits dans le dossier « {folder} »."),
    "head": mark("Empreinte du journal : "),
    "labelled": mark("{word} : "),
    "between": mark(" ; "),
}
"""By the names that the script knows them by; {words in braces} are filled there."""


def words() -> dict[str, str]:
    """Return the texts of the board in the language that is spoken, and its code."""
    return {"language": spoken(), **{name: spaced(tr(text)) for name, text in WORDS.items()}}


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
    return files("mentormatch.widgets.board").joinpath("page", name).read_text(encoding="utf-8")
