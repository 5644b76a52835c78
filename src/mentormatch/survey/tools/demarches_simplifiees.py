"""Démarches simplifiées (demarche.numerique.gouv.fr). One row per file, with its state and a mark of third parties."""

from mentormatch.languages.translation import mark
from mentormatch.survey.fact_tool import FactTool
from mentormatch.survey.facts import Facts, State
from mentormatch.survey.tool import ToolPage


class DemarchesSimplifiees(FactTool):
    """Exports of Démarches simplifiées, except by a custom template."""

    kind = "demarches-simplifiees"
    label = "Démarches simplifiées"
    marks = ("franceconnect ?", "etat du dossier", "depot pour un tiers", "groupe instructeur")
    expected = "ID, Email, FranceConnect ?, État du dossier"
    page = ToolPage(
        known_by="« ID », « Email », puis « État du dossier » et « FranceConnect ? » ou « Archivé »",
        files="CSV, XLSX, ODS",
        several="`a, b`",
        unconfirmed="les mots exacts des états ; la date d'un CSV",
    )
    facts = Facts(
        first=(("ID",), ("Email",)),
        among=(("État du dossier",),),
        any_of=("FranceConnect ?", "Archivé"),
        kept=("ID", "Email", "Nom", "Prénom"),
        dropped=(
            *("FranceConnect ?", "Civilité", "Dépôt pour un tiers", "Nom du mandataire", "Prénom du mandataire"),
            *("Date de naissance", "Archivé", "État du dossier", "Dernière mise à jour le", "Déposé le"),
            *("Dernière mise à jour du dossier le", "Passé en instruction le", "Date décision SVA/SVR", "Traité le"),
            *("Motivation de la décision", "Instructeurs", "Groupe instructeur"),
        ),
        prefixes=("Établissement ", "Entreprise ", "Association "),
        sent=("Déposé le", "Dernière mise à jour du dossier le"),
        number=("ID",),
        states=(
            State(
                column=("État du dossier",),
                counts=("En construction", "En instruction", "Accepté"),
                out=("Refusé", "Classé sans suite", "Sans suite"),
                choose=True,
            ),
        ),
        joiner=" : ",
        third_person="Dépôt pour un tiers",
        said=mark(
            "Rien ne distingue des questions les annotations privées des instructeurs : ce sont aussi des colonnes."
        ),
    )
