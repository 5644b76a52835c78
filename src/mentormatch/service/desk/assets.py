"""Static files and texts of the page, all from this package.

Scripts get the texts by name, and fill in {words in braces}.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template

from mentormatch.base.theme import theme_css
from mentormatch.languages.translation import LANGUAGES, language, mark, spoken, tr
from mentormatch.report.texts import spaced
from mentormatch.report.texts import stylesheet as report_style
from mentormatch.service.media_types import MediaType
from mentormatch.widgets.board.texts import script, stylesheet
from mentormatch.widgets.form.texts import FORM_TEXTS as FORM_WORDS
from mentormatch.widgets.form.texts import get_form_module
from mentormatch.widgets.pages import CONTROLS_CSS, read_widget_file

PAGE_TEXTS = {
    "title": mark("Former les binômes"),
    "title_groups": mark("Former les groupes"),
    "title_sessions": mark("Choisir les sujets et les dates"),
    "steps": mark("Étapes"),
    "close": mark("Tout effacer et fermer"),
    "closed": mark("C'est fermé : ce travail est effacé, et ce service n'en garde rien."),
    "stop_here": mark("Pour arrêter mentormatch sur ce poste, fermez la fenêtre qui s'est ouverte avec la page."),
    "again": mark("Recommencer"),
    "erase_title": mark("Effacer ce travail de ce poste ?"),
    "erase_words": mark(
        "Les réponses, les binômes et toutes leurs versions ne pourront pas être retrouvés, ici ni sur le service."
    ),
    "erase_after": mark("Télécharger le travail d'abord"),
    "erase": mark("Effacer"),
    "cancel": mark("Annuler"),
    "loading": mark("Un instant…"),
    "still_working": mark("Un calcul est encore en cours ; la page s'ouvre dès qu'il est fini."),
    "colon": ":",
    "expected": mark("Attendu : {what}"),
    "others_wrong": mark("Voir les autres points ({number})"),
    "step_files": mark("Fichiers"),
    "step_questions": mark("Questions"),
    "step_rules": mark("Règles"),
    "step_pairs": mark("Binômes"),
    "step_board": mark("Ajuster au tableau"),
    "step_proposal": mark("La proposition"),
    "step_documents": mark("Documents"),
    "step_groups": mark("Groupes"),
    "step_year": mark("Année"),
    "step_of": mark("Étape {number} sur {all}"),
    "next_step": mark("ensuite : {step}"),
    "last_step": mark("dernière étape"),
    "done": mark("fait"),
    "menu": mark("Menu"),
    "print_page": mark("Imprimer cette page"),
    "step_sessions": mark("Sujets et dates"),
    "not_yet": mark("pas encore possible"),
    "loss_kept": mark("Rien n'a changé : tout est gardé."),
    "past": mark("Revenir en arrière"),
    "answers": mark("Les réponses au questionnaire"),
    "programme": mark("Le programme"),
    "mentors": mark("Les réponses des mentor·es"),
    "mentees": mark("Les réponses des mentoré·es"),
    "choose": mark("Choisir un fichier"),
    "choose_for": mark("{what} : choisir un fichier"),
    "or_drop": mark("ou déposez-le ici"),
    "leave": mark("Retirer"),
    "taken": mark("{name} est déposé."),
    "sending": mark("Envoi de {name}…"),
    "read": mark("Lire les réponses"),
    "reading": mark("Lecture des réponses…"),
    "read_done": mark("Les réponses sont lues."),
    "restore": mark("Revenir à ce que la page avait lu"),
    "blocking": mark("À régler pour continuer"),
    "nothing_blocks": mark("Rien ne bloque : vous pouvez continuer."),
    "one_less": mark("C'est réglé. Voici le point suivant."),
    "blocked_still": mark("Il reste des points à régler avant de continuer."),
    "another_column": mark("choisir une colonne…"),
    "another_answer": mark("choisir une réponse…"),
    "other_file": mark("Déposer un autre fichier"),
    "confirming": mark("À confirmer"),
    "confirm_all": mark("Tout confirmer"),
    "known_columns": mark("Reconnues"),
    "typed_columns": mark("Textes libres"),
    "typed_hint": mark("Lus par l'équipe à côté de la personne, jamais comptés, dans aucun document remis."),
    "unused_columns": mark("Sans usage"),
    "unused_hint": mark("Ni lues, ni gardées."),
    "column": mark("Colonne du fichier"),
    "seems": mark("Semble être"),
    "answers_to": mark("Répond à"),
    "for_example": mark("ex. : {answers}"),
    "menu_of": mark("« {question} » répond à"),
    "menu_of_answer": mark("« {answer} », réponse à « {question} », veut dire"),
    "none_chosen": mark("rien"),
    "no_option": mark("choisir…"),
    "yes": mark("Oui"),
    "yes_of": mark("Oui, « {question} » est cela"),
    "unread": mark("Des réponses que la question ne comprend pas :"),
    "sensitive": mark("Questions sensibles"),
    "sensitive_hint": mark(
        "Santé, opinions, syndicat, origine… (RGPD, articles 9 et 10). Leurs réponses ne sont pas lues. Pour en avoir"
        " besoin il faut l'accord explicite des personnes, et un motif écrit dans le programme."
    ),
    "blocked_count": mark("À régler : {number}."),
    "none_blocked": mark("Rien à régler."),
    "other_counts": mark("À confirmer : {open} ; reconnues : {known}."),
    "go_on": mark("Continuer"),
    "columns_lost": mark("Ce qui est déjà formé sera perdu."),
    "keep_programme": mark("Télécharger le programme"),
    "keep_mapping": mark("Télécharger la correspondance"),
    "mentees_to_come": mark("Ce fichier est celui des mentor·es. Déposez maintenant celui des mentoré·es."),
    "mentors_to_come": mark("Ce fichier est celui des mentoré·es. Déposez maintenant celui des mentor·es."),
    "rules_title": mark("Voici les règles que vos questions permettent"),
    "rules_lead": mark("Elles sont prêtes : changez ce que vous voulez, ou formez les binômes tout de suite."),
    "intake_lead": mark(
        "Avant tout calcul : le sort de chaque ligne, et qui pourrait rencontrer qui. Si quelque chose surprend,"
        " corrigez le fichier ou le programme et déposez-le de nouveau."
    ),
    "intake_fold": mark("Les réponses lues, ligne par ligne"),
    "intake_page": mark("Le rapport sur les réponses"),
    "keep_intake": mark("Télécharger ce rapport"),
    "form": mark("Former les binômes"),
    "form_again": mark("Recalculer les binômes"),
    "form_lost": mark(
        "Recalculer part des réponses au questionnaire seules : les décisions prises sur le tableau et les tours de la"
        " proposition seront perdus."
    ),
    "form_groups": mark("Former les groupes"),
    "form_groups_again": mark("Former de nouveau les groupes"),
    "form_sessions": mark("Choisir les sujets et les dates"),
    "form_sessions_again": mark("Choisir de nouveau"),
    "groups_lost": mark("Recalculer part des réponses seules : ce que vous avez réuni ou séparé sera perdu."),
    "grouping": mark("Calcul des groupes…"),
    "choosing": mark("Choix des sujets et des dates…"),
    "proof": mark("La preuve, en bref"),
    "groups_formed": mark("Les groupes sont formés."),
    "sessions_formed": mark("Les sujets et les dates sont choisis."),
    "resume": mark("Reprendre la proposition"),
    "resume_lead": mark("Le fichier d'une proposition est déposé : ses binômes et ses tours seront repris tels quels."),
    "resumed": mark("La proposition est reprise."),
    "forming": mark("Calcul des binômes…"),
    "formed": mark("Les binômes sont formés."),
    "stop": mark("Arrêter là"),
    "stop_hint": mark("Arrêter garde la meilleure répartition trouvée."),
    "settings": mark("Réglages"),
    "seed": mark("Tirage des égalités"),
    "seed_hint": mark("À égalité, le choix est tiré au sort, toujours le même pour ces réponses."),
    "seconds": mark("Durée maximale, en secondes"),
    "bad_number": mark("Ces deux réglages sont des nombres entiers : le tirage à partir de 0, la durée de 1 à 600."),
    "alone": mark("Ouvrir dans un onglet"),
    "print": mark("Imprimer"),
    "to_proposal": mark("Recueillir les réponses"),
    "to_documents": mark("Aller aux documents"),
    "naming": mark("Comment les personnes sont appelées"),
    "names": mark("Noms"),
    "codes": mark("Codes"),
    "show_codes": mark("Montrer les codes, pas les noms"),
    "show_names": mark("Montrer les noms, pas les codes"),
    "proposal_lead": mark(
        "Proposez les binômes aux personnes, puis notez ici ce qu'elles répondent. Rien n'est clos avant que vous ne le"
        " demandiez ; ce qui est noté reste, même si vous quittez cette étape."
    ),
    "reopen_round": mark("Rouvrir le tour {number}"),
    "round_reopened": mark("Le tour {number} est rouvert, comme il était."),
    "round_closed": mark("Le tour {number} est clos. Voici le suivant."),
    "closing_round": mark("Calcul du tour suivant…"),
    "close_round": mark("Clore ce tour"),
    "closing": mark("Clore le tour {number}"),
    "closing_lead": mark("Une fois le tour clos :"),
    "late": mark("Un silence vaut"),
    "late_wait": mark("une attente : on redemande au tour suivant"),
    "late_accept": mark("un oui"),
    "late_decline": mark("un non"),
    "asked": mark("Qui doit accepter"),
    "asked_both": mark("les deux personnes du binôme"),
    "asked_mentor": mark("les mentor·es seulement"),
    "asked_mentee": mark("les mentoré·es seulement"),
    "replies": mark("Les binômes proposés"),
    "no_lines": mark("Plus aucune réponse n'est attendue."),
    "mentor": mark("Mentor·e"),
    "mentee": mark("Mentoré·e"),
    "reply": mark("Sa réponse"),
    "reply_of": mark("Réponse de {name}, binôme {pair}"),
    "reason": mark("Pour quelle raison"),
    "reason_of": mark("Raison du refus de {name}, binôme {pair}"),
    "no_reason": mark("raison non dite"),
    "accepted_before": mark("oui, déjà dit"),
    "not_asked": mark("sa réponse n'est pas demandée"),
    "new_pair": mark("nouveau"),
    "filled": mark("Un formulaire rempli"),
    "filled_hint": mark(
        "Le formulaire du tour ou l'export d'un questionnaire : ses réponses s'ajoutent à celles qui sont notées."
    ),
    "blank_form": mark("Télécharger le formulaire à remplir"),
    "others": mark("Le départ d'une autre personne"),
    "others_hint": mark("Pour qui n'a pas de menu ci-dessus, et ne participe plus."),
    "leaver": mark("Personne"),
    "choose_person": mark("choisir…"),
    "note_leaver": mark("Noter son départ"),
    "stays": mark("Annuler le départ de {name}"),
    "noted_leavers": mark("Départs notés"),
    "without": mark("Sans binôme ({number})"),
    "why_without": mark("Pourquoi, et ce qui suffirait"),
    "everybody": mark("Où en est chaque personne"),
    "keep_people": mark("Télécharger ce tableau"),
    "to_year": mark("Voir l'année"),
    "undo_groups": mark("Annuler le dernier changement"),
    "groups_as_answered": mark("Les groupes sont de nouveau ceux d'avant."),
    "led_by": mark("Animé par {name}"),
    "points_noun": mark("points"),
    "points": mark("Points"),
    "of_points": mark("{points} sur {full}"),
    "criterion": mark("Critère"),
    "why_points": mark("D'où viennent les points ({known} de réponses connues)"),
    "wishes": mark("Réunir ou séparer"),
    "wishes_hint": mark(
        "Les groupes sont refaits en tenant compte de chaque demande. Si c'est impossible, rien ne change, et la page"
        " dit pourquoi."
    ),
    "first_person": mark("Une personne"),
    "second_person": mark("Et une autre"),
    "bring_together": mark("Réunir"),
    "keep_apart": mark("Séparer"),
    "brought_together": mark("réuni·es"),
    "kept_apart": mark("séparé·es"),
    "choose_two": mark("Choisissez d'abord deux personnes."),
    "lift": mark("Retirer"),
    "lift_wish": mark("Retirer la demande sur {people}"),
    "year_lead": mark(
        "Les séances de chaque groupe, hors des jours fériés, des vacances et des périodes que le programme écarte ; et"
        " qui présente à chacune."
    ),
    "key_session": mark("séance, avec qui présente"),
    "key_free": mark("séance sans présentation"),
    "session": mark("Séance"),
    "who_presents": mark("Qui présente, et quand"),
    "calendars": mark("Calendriers"),
    "calendars_hint": mark("Un fichier par groupe, qui s'ouvre dans tout agenda."),
    "calendar_of": mark("{group} : le calendrier (.ics)"),
    "about_lane": mark("{group} : ce qui est démontré, et les dates écartées"),
    "how_many_sessions": mark("Nombre de séances"),
    "try_number": mark("Essayer"),
    "try_number_hint": mark("Les sujets, les dates et les tours sont choisis de nouveau."),
    "bad_sessions": mark("Le nombre de séances est un nombre entier, de 1 à 366."),
    "sessions": mark("Les séances"),
    "presenting": mark("Présentent : {people}"),
    "topics": mark("Les sujets demandés"),
    "topic": mark("Sujet"),
    "approvals": mark("Demandes"),
    "kept_or_not": mark("Retenu"),
    "chosen": mark("retenu"),
    "unserved": mark("Qui n'a pas son sujet"),
    "person": mark("Personne"),
    "asked_for": mark("Demandait"),
    "asked_nothing": mark("n'a rien demandé"),
    "all_served": mark("Chaque personne a au moins un sujet qu'elle a demandé."),
    "enough": mark("Avec {number} sujets, chacun·e aurait le sien."),
    "try_enough": mark("Essayer avec {number} séances"),
    "proposal": mark("Ces documents disent que c'est une proposition. Pour les rendre définitifs, validez au tableau."),
    "preparing": mark("Préparation du document…"),
    "downloaded": mark("{name} est téléchargé."),
    "unreachable": mark("Le service ne répond pas. Vérifiez qu'il tourne encore, puis réessayez."),
    "expired": mark("Votre session est finie. Ouvrez la page de nouveau : ce qui était gardé y revient."),
    "gone": mark("Ce travail n'est plus ouvert. Ouvrez-le de nouveau : ce qui était gardé revient."),
    "held": mark("Rien n'a été changé : quelqu'un d'autre tient ce travail."),
    "at_work": mark("Calcul en cours"),
    "reading_only": mark("Lecture seule"),
    "service_away": mark("Service coupé"),
    "kept_nowhere": mark("Non gardé"),
    "kept_nowhere_how": mark("Ce service ne garde rien : le menu donne le fichier de travail."),
    "kept_not_yet": mark("Pas encore gardé"),
    "kept_here": mark("Gardé sur ce poste, {at}"),
    "kept_in_memory": mark("Gardé en mémoire, {at}"),
    "kept_in_memory_how": mark("L'arrêt du service efface ce qui n'est gardé qu'en mémoire."),
    "kept_there": mark("Gardé sur le serveur, {at}"),
    "keep_file": mark("Télécharger le fichier de travail"),
    "held_own": mark("Ce travail est ouvert dans un autre de vos onglets : ici, il se lit sans pouvoir être changé."),
    "held_name": mark("« {name} » tient ce travail depuis {at} : ici, il se lit sans pouvoir être changé."),
    "held_other": mark("Quelqu'un d'autre tient ce travail depuis {at} : ici, il se lit sans pouvoir être changé."),
    "held_left": mark("Qui tenait ce travail l'a quitté : vous pouvez le reprendre ici, ou seulement le lire."),
    "hold": mark("Continuer ici"),
    "begin_other": mark("Ouvrir autre chose"),
    "works": mark("Reprendre, ou commencer ?"),
    "works_lead": mark("Ce navigateur a la clé de ces travaux ; le service ne l'a que tant qu'ils sont ouverts."),
    "work_unnamed": mark("Travail sans programme"),
    "work_at": mark("dernier geste : {at}"),
    "resume_work": mark("Reprendre"),
    "resume_work_of": mark("Reprendre {name}, {at}"),
    "erase_work": mark("Effacer"),
    "erase_work_of": mark("Effacer {name}, {at}"),
    "erase_sure": mark("Ce travail sera effacé, ici et sur le service. Effacer ?"),
    "work_erased": mark("Ce travail est effacé."),
    "work_gone": mark(
        "Ce travail n'est plus gardé : son temps est passé, il a été effacé, ou le service ne garde rien. Un fichier de"
        " travail le rouvre."
    ),
    "work_newer": mark("Le travail qui est ici est plus récent que ce fichier : c'est lui qui est ouvert."),
    "work_file": mark("Un fichier de travail"),
    "work_file_hint": mark(
        "travail.mentormatch, téléchargé d'ici ou d'un autre service : tout y est, décisions comprises."
    ),
    "bring_sure": mark("Ce qui est sur cette page n'est pas gardé, et sera perdu. Ouvrir le fichier ?"),
    "begin_new": mark("Commencer un nouveau travail"),
    "work_older": mark(
        "Ce que le service garde est plus ancien que ce que ce navigateur a vu : rien n'est ouvert. Le fichier de"
        " travail le rouvre, s'il est plus récent."
    ),
    "full_title": mark("Toutes les places sont prises"),
    "full": mark("D'autres personnes se servent de ce service. La page réessaie seule toutes les dix secondes."),
    "slow": mark("L'envoi a duré trop longtemps. Réessayez, avec un fichier plus petit si possible."),
    "too_large": mark("Ce fichier est trop grand pour ce service. Ôtez ce qui n'est pas des réponses, et réessayez."),
    "busy": mark("Toutes les places de ce service sont prises. Réessayez dans quelques minutes."),
    "broken": mark("Le service n'a pas pu finir. Réessayez ; si cela revient, déposez les fichiers de nouveau."),
    "reopen": mark("Ouvrir de nouveau"),
    "retry": mark("Réessayer"),
    **FORM_WORDS,
}
SIGN_IN_TEXTS = {
    "title": mark("Ouvrir la page"),
    "lead": mark(
        "Cette page forme des binômes de mentorat. Le code d'accès se trouve à la fin de l'adresse qu'affiche le"
        " service quand il démarre, ou chez la personne qui le tient. Sur votre propre poste, ouvrez mentormatch de"
        " nouveau."
    ),
    "label": mark("Code d'accès"),
    "open": mark("Ouvrir"),
    "wrong": mark("Ce n'est pas le code d'accès de ce service. Vérifiez-le, et réessayez."),
    "trying": mark("Un instant…"),
    "unreachable": mark("Le service ne répond pas. Vérifiez qu'il tourne encore, puis réessayez."),
}


def get_page_texts() -> dict[str, str]:
    return {"language": spoken(), **{name: spaced(tr(text)) for name, text in PAGE_TEXTS.items()}}


def get_sign_in_texts() -> dict[str, str]:
    return {"language": spoken(), **{name: spaced(tr(text)) for name, text in SIGN_IN_TEXTS.items()}}


STATIC_FILES: Mapping[str, str] = {
    "asking.js": MediaType.JAVASCRIPT,
    "columns.css": MediaType.CSS,
    "columns.js": MediaType.JAVASCRIPT,
    "board_step.js": MediaType.JAVASCRIPT,
    "desk.css": MediaType.CSS,
    "desk.js": MediaType.JAVASCRIPT,
    "documents.js": MediaType.JAVASCRIPT,
    "drop.js": MediaType.JAVASCRIPT,
    "step.js": MediaType.JAVASCRIPT,
    "groups.js": MediaType.JAVASCRIPT,
    "kinds.css": MediaType.CSS,
    "results.js": MediaType.JAVASCRIPT,
    "working_group.js": MediaType.JAVASCRIPT,
    "icon.svg": MediaType.SVG,
    "menus.js": MediaType.JAVASCRIPT,
    "model.js": MediaType.JAVASCRIPT,
    "programme.js": MediaType.JAVASCRIPT,
    "proposal.js": MediaType.JAVASCRIPT,
    "seeing.js": MediaType.JAVASCRIPT,
    "trouble.js": MediaType.JAVASCRIPT,
    "losses.js": MediaType.JAVASCRIPT,
    "works.js": MediaType.JAVASCRIPT,
}
# only files of this service; no inline script or style, and no HTML made from text
PAGE_CSP = (
    "default-src 'self'; img-src 'self' data:; base-uri 'none'; object-src 'none'; form-action 'self';"
    " frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)


@cache
def assets() -> Mapping[str, tuple[str, bytes]]:
    """Return the files of the page by name: media type and content."""
    static = {name: (kind, page_file(name)) for name, kind in STATIC_FILES.items()}
    elements = f"{read_widget_file('board', 'elements.js')}\nexport {{ drawn, filled, make }};\n"
    shared = {
        "board.js": (MediaType.JAVASCRIPT, script()),
        "board.css": (MediaType.CSS, stylesheet()),
        "elements.js": (MediaType.JAVASCRIPT, elements),
        "theme.css": (MediaType.CSS, theme_css()),
        "controls.css": (MediaType.CSS, read_widget_file(*CONTROLS_CSS)),
        "form.css": (MediaType.CSS, read_widget_file("form", "form.css")),
        "form.js": (MediaType.JAVASCRIPT, get_form_module()),
    }
    texts = {f"words-{code}.json": (MediaType.JSON, texts_json(code)) for code in LANGUAGES}
    return {name: (kind, content.encode()) for name, (kind, content) in (static | shared | texts).items()}


def texts_json(code: str) -> str:
    """Return the texts of the page in a language, with the names of all languages, as JSON."""
    with language(code):
        texts = get_page_texts()
    return json.dumps({**texts, "language_names": language_names()}, ensure_ascii=False)


def language_names() -> dict[str, str]:
    """Return the name of each language in that language, by code."""
    names: dict[str, str] = {}
    for code in LANGUAGES:
        with language(code):
            names[code] = tr("Français")
    return names


def page_file(name: str) -> str:
    return files("mentormatch.service").joinpath("page", name).read_text(encoding="utf-8")


@cache
def make_sign_in_page(code: str) -> tuple[str, bytes]:
    """Return the sign-in page and its policy; the page loads no files."""
    style, script = theme_css() + page_file("sign.css"), page_file("sign.js")
    with language(code):
        words = {name: escape(text) for name, text in get_sign_in_texts().items()}
    page = Template(page_file("sign.html")).substitute(words, style=style, script=script)
    policy = (
        f"default-src 'none'; script-src '{compute_csp_hash(script)}'; style-src '{compute_csp_hash(style)}';"
        " img-src data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
        " require-trusted-types-for 'script'; trusted-types 'none'"
    )
    return policy, page.encode()


@cache
def make_view_csp() -> str:
    """Return the policy of pages of results: only their inline style, no script."""
    return (
        f"default-src 'none'; img-src data:; style-src '{compute_csp_hash(report_style())}'; base-uri 'none';"
        " form-action 'none'; frame-ancestors 'self'; sandbox allow-same-origin allow-modals"
    )


def compute_csp_hash(content: str) -> str:
    return f"sha256-{b64encode(sha256(content.encode()).digest()).decode()}"
