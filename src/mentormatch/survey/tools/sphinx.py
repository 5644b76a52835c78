"""Le Sphinx (Sphinx iQ3, Declic). The tool's own columns, in capitals, are among the questions."""

from mentormatch.survey.fact_tool import FactTool
from mentormatch.survey.facts import Facts, State
from mentormatch.survey.tool import ToolPage


class Sphinx(FactTool):
    """Exports of Le Sphinx: CSV, XLSX."""

    kind = "sphinx"
    label = "Le Sphinx"
    marks = ("date_saisie", "date_enreg", "appareil_saisie", "derniere_question_saisie")
    expected = "CLE, DATE_SAISIE, DATE_ENREG"
    page = ToolPage(
        files="CSV, XLSX",
        unfinished="« PROGRESSION » n'est pas « Terminé »",
        several="`a;b` ; ou `Question - option`",
        ranking="une colonne par option",
        unconfirmed="les mots de « PROGRESSION » ; ce qui joint les choix",
    )
    facts = Facts(
        among=(("CLE",), ("DATE_SAISIE",), ("DATE_ENREG",)),
        place="anywhere",
        dropped=(
            *("CLE", "DATE_SAISIE", "DATE_ENREG", "DATE_MODIF", "TEMPS_SAISIE", "ORIGINE_SAISIE", "LANG_SAISIE"),
            *("APPAREIL_SAISIE", "PROGRESSION", "DERNIERE_QUESTION_SAISIE"),
        ),
        sent=("DATE_MODIF", "DATE_ENREG", "DATE_SAISIE"),
        day_first=("DATE_ENREG",),
        number=("CLE",),
        states=(State(column=("PROGRESSION",), counts=("Terminé",), others="partial"),),
        joiner=" - ",
    )
