"""Texts of the form of a programme, by their names in its script, which fills {placeholders}."""

from mentormatch.languages.translation import mark, spoken, tr
from mentormatch.report.texts import spaced
from mentormatch.widgets.pages import read_widget_file

FORM_TEXTS = {
    "form_lead": mark("Recalculé à chaque geste. Rien n'est gardé avant que vous ne le demandiez."),
    "form_name": mark("Nom du programme"),
    "form_name_example": mark("par exemple : Mentorat interministériel 2027"),
    "form_version": mark("Version {number}"),
    "form_trial": mark("Essai, après la version {number}"),
    "form_download": mark("Télécharger la version {number}"),
    "form_criteria": mark("Ce qui rapproche deux personnes"),
    "form_sum": mark("{sum} points sur 100"),
    "form_sum_wrong": mark("{sum} points en tout, sur 100."),
    "form_mend": mark("Ramener à 100"),
    "form_others": mark("Garder 100 en tout : les autres poids s'ajustent"),
    "form_points": mark("{name} : poids en points"),
    "form_value": mark("{points} points sur 100"),
    "form_unit": mark("pts"),
    "form_neutral": mark("{name} : une réponse manque, on compte"),
    "form_neutral_head": mark("Si une réponse manque, on compte"),
    "form_nothing": mark("rien"),
    "form_quarter": mark("un quart"),
    "form_half": mark("la moitié"),
    "form_all": mark("tout"),
    "form_was": mark("c'était {value}"),
    "form_back": mark("Revenir à {value}"),
    "form_remove": mark("Retirer"),
    "form_remove_one": mark("Retirer « {name} »"),
    "form_add_criterion": mark("Ajouter un critère"),
    "form_add_rule": mark("Ajouter une règle"),
    "form_which": mark("Laquelle ?"),
    "form_which_criterion": mark("Lequel ?"),
    "form_choose": mark("choisir…"),
    "form_add": mark("Ajouter"),
    "form_rules": mark("Ce qui ne peut pas être"),
    "form_who": mark("Qui participe"),
    "form_new": mark("changée"),
    "form_settings": mark("Autres réglages"),
    "form_settings_of": mark("Autres réglages de « {name} »"),
    "form_none": mark("aucun"),
    "form_number": mark("un nombre :"),
    "form_people": mark("codes, séparés par une virgule"),
    "form_count": mark("{count} dans le fichier"),
    "form_gone": mark("Retirés depuis la version {number} : {names}."),
    "form_goals": mark("Dans quel ordre"),
    "form_goals_lead": mark("Un objectif ne coûte jamais rien à ceux qui le précèdent."),
    "form_up": mark("Monter « {name} »"),
    "form_down": mark("Descendre « {name} »"),
    "form_add_goal": mark("Ajouter un objectif"),
    "form_questions": mark("Questions ({number})"),
    "form_questions_lead": mark(
        "Ce que l'on change ici vaut aussi pour les fichiers déjà remplis : les mots d'avant restent compris."
    ),
    "form_question": mark("Question"),
    "form_kind": mark("Réponse"),
    "form_follows": mark("Ses réponses sont celles de « {question} »."),
    "form_answer": mark("{title}, {number}"),
    "form_answer_more": mark("{title} : une de plus"),
    "form_answer_add": mark("Ajouter une réponse"),
    "form_question_remove": mark("Retirer cette question"),
    "form_add_question": mark("Ajouter une question"),
    "form_which_question": mark("Laquelle ? Celles de vos fichiers que le programme ne lit pas encore, ou une autre."),
    "form_question_typed": mark("Une question à poser"),
    "form_typed_lead": mark(
        "Vos fichiers ne l'ont pas encore : elle compte comme sans réponse jusqu'à ce qu'ils l'aient."
    ),
    "form_typed_answers": mark("Ses réponses, une par ligne"),
    "form_counting": mark("Comment il compte"),
    "form_points_of": mark("Table de « {name} »"),
    "form_points_answers": mark("Ce que deux réponses valent ensemble, de 0 à {most} ; vide : rien n'est dit d'elles."),
    "form_points_people": mark("Ce que deux personnes ont reçu, par leurs codes, de 0 à {most}."),
    "form_points_cell": mark("{mentor} et {mentee} : points"),
    "form_points_scroll": mark("Table de points, à faire défiler"),
    "form_points_none": mark("Rien n'est dit encore."),
    "form_numbers_wanted": mark("Il faut des nombres de 0 à 1, séparés par un point-virgule."),
    "form_effect": mark("Ce que cela change"),
    "form_undo": mark("Annuler"),
    "form_redo": mark("Rétablir"),
    "form_untried": mark("Rien n'a changé depuis la version {number}."),
    "form_measure": mark("Mesure"),
    "form_now": mark("Essai"),
    "form_difference": mark("Écart"),
    "form_moves": mark("Qui est concerné"),
    "form_no_moves": mark("Personne : les binômes restent les mêmes."),
    "form_keep": mark("Garder comme version {number}"),
    "form_leave": mark("Abandonner l'essai"),
    "form_kept": mark("La version {number} est gardée. Les étapes suivantes la suivent."),
    "form_kept_here": mark(
        "La version {number} est gardée dans {file}, l'ancienne à côté, sous sa date. Relancez les étapes suivantes"
        " pour qu'elles la suivent."
    ),
    "form_keep_lost": mark(
        "Garder une version demande de former de nouveau les binômes : les décisions du tableau et les tours de la"
        " proposition partiraient. L'essai seul n'y touche pas."
    ),
    "form_working": mark("Calcul en cours…"),
    "form_looking": mark("Recherche de ce qui suffirait…"),
    "form_try": mark("Essayer"),
    "form_try_one": mark("Essayer : {way}"),
    "form_compare": mark("Comparer deux versions"),
    "form_between": mark("Entre"),
    "form_and": mark("et"),
    "form_compare_do": mark("Comparer"),
    "form_side_by_side": mark("{first} et {second} côte à côte"),
    "form_differs": mark("Ce qui diffère"),
    "form_same": mark("Rien ne diffère entre les deux."),
    "form_short": mark("Essai : {pairs} binômes ({difference})"),
    "form_number_wanted": mark("Il faut un nombre."),
}


# The parts of one module, in order
FORM_SCRIPTS = ("blanks.js", "points.js", "questions.js", "form.js")


def get_form_texts() -> dict[str, str]:
    """Return the texts of the form in the current language, and the code of the language."""
    return {"language": spoken(), **{name: spaced(tr(text)) for name, text in FORM_TEXTS.items()}}


def get_form_module() -> str:
    """Return the form as a JavaScript module of a page."""
    parts = [read_widget_file("form", name) for name in FORM_SCRIPTS]
    return "\n".join(['import { drawn, make } from "./elements.js";', *parts, "export { Form };\n"])
