"""Texts of the board, and its script and style for a page."""

from mentormatch.base.theme import theme_css
from mentormatch.languages.translation import mark, spoken, tr
from mentormatch.report.texts import spaced
from mentormatch.widgets.pages import read_widget_file

# By their names in the script, which fills {placeholders}
BOARD_TEXTS = {
    "board": mark("Révision des binômes"),
    "undo": mark("Annuler"),
    "redo": mark("Rétablir"),
    "busy": mark("Calcul en cours…"),
    "find": mark("Chercher une personne"),
    "find_among": mark("Chercher parmi {count} personnes"),
    "list": mark("Binômes et personnes"),
    "show": mark("Ce qui est montré"),
    "show_all": mark("Tous"),
    "show_last": mark("Dernier geste"),
    "show_since": mark("Depuis le début"),
    "show_pinned": mark("Imposés"),
    "show_weak": mark("Moins de {weak}"),
    "show_alone": mark("Sans binôme"),
    "spread": mark("Répartition des points"),
    "band": mark("De {low} à {high} points : {count}"),
    "letter": mark("Aller à la lettre"),
    "none_found": mark("Personne ne correspond."),
    "alone": mark("Sans binôme : {count}"),
    "banned": mark("Écartés ici : {count}"),
    "mentor": mark("Mentor·e"),
    "mentee": mark("Mentoré·e"),
    "points": mark("Points"),
    "marks": mark("Marques"),
    "is_weak": mark("peu de points"),
    "new": mark("nouveau"),
    "changed": mark("changé"),
    "since_hint": mark("nouveau depuis le début, mais pas par le dernier geste"),
    "pinned": mark("imposé"),
    "held": mark("imposé avant"),
    "person": mark("Personne choisie"),
    "choose": mark("Choisissez une personne dans la liste pour voir son binôme et les autres possibles."),
    "about_mentor": mark("{name}, mentor·e"),
    "about_mentee": mark("{name}, mentoré·e"),
    "gone": mark("{name} ne participe plus"),
    "gone_hint": mark("Ce départ s'annule dans la liste des décisions."),
    "nobody": mark("Aucun binôme pour le moment."),
    "scored": mark("{points} points sur 100"),
    "reasons": mark("Pourquoi (part connue : {answered})"),
    "of": mark("{points} sur {full}"),
    "pin": mark("Imposer"),
    "ban": mark("Écarter"),
    "release": mark("Annuler cette décision"),
    "unpin": mark("Ne plus imposer"),
    "withdraw": mark("Départ"),
    "offers": mark("À la place : {count}, la moins coûteuse d'abord"),
    "no_offer": mark("En l'état, aucun autre binôme n'est possible."),
    "partner": mark("Avec"),
    "price": mark("Au total"),
    "moves": mark("Qui bouge"),
    "action": mark("Décision"),
    "before_move": mark("avant : "),
    "impossible": mark("Les impossibles, et ce qui les écarte : {count}"),
    "anyone": mark("Une autre personne"),
    "places": mark("Places"),
    "places_of": mark("Places de {name}"),
    "less": mark("Une place de moins pour {name}"),
    "more": mark("Une place de plus pour {name}"),
    "change": mark("Depuis le début"),
    "before": mark("Début"),
    "now": mark("Ici"),
    "difference": mark("Écart"),
    "same": mark("aucun"),
    "whole": mark("Binômes nouveaux depuis le début : {count}"),
    "decisions": mark("Décisions : {count}"),
    "decisions_short": mark("Décisions"),
    "no_decision": mark("Aucune décision pour le moment : c'est la répartition calculée."),
    "ask_why": mark("Donner un motif"),
    "other_why": mark("Changer le motif"),
    "why_of": mark("Raison de la décision {what}"),
    "note_why": mark("Noter"),
    "earlier": mark("Décidé avant ce tableau : {count}"),
    "final": mark("Valider ces binômes"),
    "to_final": mark("Valider…"),
    "who": mark("Votre nom"),
    "why": mark("Motif"),
    "validate": mark("Valider cette répartition"),
    "accept_unproved": mark("La valider bien que son optimalité soit affirmée et ne puisse pas être contrôlée"),
    "folder": mark("Les documents et le journal sont écrits dans le dossier « {folder} »."),
    "head": mark("Empreinte du journal : "),
    "labelled": mark("{word} : "),
    "panes": mark("Parties du tableau"),
    "tab_list": mark("Binômes"),
    "tab_person": mark("Personne"),
    "tab_decisions": mark("Décisions"),
    "key_list": mark("liste"),
    "key_choose": mark("choisir"),
    "key_pin": mark("imposer"),
    "key_ban": mark("écarter"),
    "key_find": mark("chercher"),
    "key_undo": mark("annuler"),
    "key_pane": mark("partie suivante"),
    "arrows": mark("Flèches"),
    "enter": mark("Entrée"),
    "control_z": mark("Ctrl Z"),
    "letters_on": mark("touches I, E et /"),
}


def get_board_texts() -> dict[str, str]:
    """Return the texts of the board in the current language, and the code of the language."""
    return {"language": spoken(), **{name: spaced(tr(text)) for name, text in BOARD_TEXTS.items()}}


def script() -> str:
    # The parts of one module, in order
    names = ("elements.js", "list.js", "person.js", "decisions.js", "board.js")
    return "\n".join(read_widget_file("board", name) for name in names)


def stylesheet() -> str:
    return theme_css(".mm-board") + read_widget_file("board", "board.css")
