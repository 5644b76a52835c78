"""A file that words its questions and answers otherwise is taken through the programme's mapping."""

from typing import Any

import pytest

from mentormatch import Cohort, Programme, ProgrammeError, SurveyError, read_survey
from tests.survey.intake.answers import KEY, ROLE, ROLES, TRADE, frame, remarks

GRID = {"question": "Que savez-vous faire ?", "kind": "levels", "items": ["Budget", "Paie"], "levels": ["Non", "Oui"]}
ARTS = {"question": "Vos disciplines", "kind": "choices", "options": ["Théâtre, mime", "Danse", "Cirque"]}
RANKED = {"question": "Vos priorités", "kind": "ranking", "options": ["Budget", "Paie"]}
SLOTS = {"question": "Vos créneaux", "kind": "slots", "days": ["lundi", "mardi"], "moments": ["matin", "soir"]}
PEERS = {"question": "Employeurs", "kind": "names"}
OTHER_ART = {"question": "Vos disciplines [Autre]", "kind": "text", "use": "display"}
FIELDS = {
    "code": KEY,
    "role": ROLE,
    "metier": TRADE,
    "grille": GRID,
    "arts": ARTS,
    "priorites": RANKED,
    "creneaux": SLOTS,
    "employeurs": PEERS,
    "autre_art": OTHER_ART,
}


def mapped(questions: dict[str, str] | None = None, **options: Any) -> Programme:
    mapping = {"questions": questions or {}, "options": options}
    return Programme.read({"programme": {"name": "Essai", "role": ROLES}, "fields": FIELDS, "mapping": mapping})


def taken(programme: Programme, header: str, row: str) -> Cohort:
    return read_survey(programme, frame(f"Rôle|Code|{header}", f"Mentor·e|M01|{row}"))


def answer(programme: Programme, field: str, header: str, row: str) -> str:
    return taken(programme, header, row).mentors.person(0)[field]


def problems(error: ProgrammeError | SurveyError) -> str:
    return "\n".join(map(str, error.problems))


@pytest.mark.parametrize("header", ["Profession exercée", "  PROFESSION\u00a0exercee"])
def test_a_header_is_found_by_the_mapping_whatever_its_case_accents_and_spaces(header: str) -> None:
    assert answer(mapped({"Profession exercée": "metier"}), "metier", header, "Diffusion") == "Diffusion"


def test_the_code_of_a_survey_tool_is_a_header_like_any_other() -> None:
    programme = mapped({"Q7": "grille", "Q8_1": "grille [Paie]"}, grille={"SQ001": "Budget", "A1": "Non", "A2": "Oui"})
    assert answer(programme, "grille", "Q7[SQ001]|Q8_1", "A2|A1") == "Budget : Oui, Paie : Non"


def test_a_header_that_is_mapped_answers_no_other_field_that_has_its_words() -> None:
    programme = mapped({"Vos disciplines": "employeurs"})
    person = taken(programme, "Vos disciplines", "Danse").mentors.person(0)
    assert (person["employeurs"], person["arts"]) == ("Danse", "")


@pytest.mark.parametrize(
    ("field", "header", "row", "expected"),
    [
        ("metier", "Métier", "chargé de diff", "Diffusion"),
        ("arts", "Vos disciplines", "mime;danse contemporaine", "Théâtre, mime, Danse"),
        ("arts", "Vos disciplines", "Théâtre, mime, danse contemporaine, Cirque", "Théâtre, mime, Danse, Cirque"),
        ("arts", "Vos disciplines [mime]|Vos disciplines [Danse]", "X|", "Théâtre, mime"),
        ("priorites", "Vos priorités [1]|Vos priorités [2]", "la paie|Budget", "Paie, Budget"),
        ("priorites", "Vos priorités [la paie]|Vos priorités [Budget]", "1|2", "Paie, Budget"),
        ("grille", "Que savez-vous faire ?", "Budget : un peu; la paie : Non", "Budget : Oui, Paie : Non"),
        ("creneaux", "Vos créneaux [lun.]|Vos créneaux [mardi]", "matin, soirée|", "lundi matin, lundi soir"),
        ("employeurs", "Employeurs", "Cie X; Le Relais", "Compagnie X, Le Relais"),
        ("metier", "Métier", "Production", "Production"),
    ],
)
def test_an_answer_is_read_in_the_words_of_the_programme(field: str, header: str, row: str, expected: str) -> None:
    words = {
        "metier": {"Chargé de diff": "Diffusion"},
        "arts": {"mime": "Théâtre, mime", "Danse contemporaine": "Danse"},
        "priorites": {"La paie": "Paie"},
        "grille": {"un peu": "Oui", "La paie": "Paie"},
        "creneaux": {"lun.": "lundi", "soirée": "soir"},
        "employeurs": {"Cie X": "Compagnie X"},
    }
    cohort = taken(mapped(**words), header, row)
    assert cohort.mentors.person(0)[field] == expected
    assert "hors des options" not in remarks(cohort)


def test_the_roles_are_mapped_as_other_answers_are() -> None:
    programme = mapped(role={"J'accompagne": "Mentor·e", "On m'accompagne": "Mentoré·e"})
    cohort = read_survey(programme, frame("Rôle|Code", "j'accompagne|M01", "On m\u2019accompagne|E01"))
    assert (cohort.mentors.ids, cohort.mentees.ids) == (("M01",), ("E01",))


def test_what_is_typed_beside_the_options_stays_as_typed() -> None:
    programme = mapped(arts={"mime": "Théâtre, mime"})
    header = "Vos disciplines [Danse]|Vos disciplines [Autre]"
    person = taken(programme, header, "X|  Arts du Mime, clown").mentors.person(0)
    assert (person["autre_art"], person["arts"]) == ("Arts du Mime, clown", "Danse")


def test_an_answer_that_is_neither_an_option_nor_mapped_is_remarked_on_and_the_others_count() -> None:
    cohort = taken(mapped(arts={"mime": "Théâtre, mime"}), "Vos disciplines", "mime, clown")
    assert cohort.mentors.person(0)["arts"] == "Théâtre, mime"
    assert "hors des options" in remarks(cohort)


def test_all_the_mapping_problems_of_all_files_are_told_at_once_with_the_nearest_headers() -> None:
    data = {
        "programme": {"name": "Essai"},
        "fields": {"code": KEY, "metier": TRADE, "arts": ARTS},
        "criteria": [{"kind": "same", "field": "metier"}, {"kind": "overlap", "field": "arts"}],
        "mapping": {"questions": {"Job": "metier"}},
    }
    with pytest.raises(SurveyError) as raised:
        read_survey(
            Programme.read(data),
            mentors=frame("Code|Métier|Job|Vos disciplines artistiques", "M01|Production|Diffusion|Danse"),
            mentees=frame("Code|Vos discipline", "E01|Danse"),
        )
    told = problems(raised.value)
    assert len(raised.value.problems) == 4
    assert "deux colonnes répondent à « metier »" in told
    assert "gardez une seule de « Métier » et « Job »" in told
    assert '[mapping.questions] "Vos disciplines artistiques" = "arts"' in told
    assert '[mapping.questions] "Vos discipline" = "arts"' in told
    assert "aucune colonne pour « metier »" in told


def test_every_mistake_in_a_mapping_is_told_with_its_key_path_and_the_nearest_name() -> None:
    with pytest.raises(ProgrammeError) as raised:
        mapped(
            {"A": "metie", "B": "grille [Pai]", "C": "metier [Diffusion]", "Job": "metier", "JOB ": "metier"},
            artz={"x": "Danse"},
            arts={"x": "Dance", "y": "Danse"},
            metier={"x": "Autre"},
        )
    told = problems(raised.value).splitlines()
    assert len(told) == 7
    assert told[0].startswith("mapping.questions.« A » : champ inconnu « metie »")
    assert "vouliez-vous dire « metier »" in told[0]
    assert "« Paie »" in told[1]
    assert "« metier » n’a pas « Diffusion »" in told[2]
    assert "« Job » et « JOB  » se lisent de la même façon" in told[3]
    assert "mapping.options : champ inconnu « artz »" in told[4]
    assert "vouliez-vous dire « Danse »" in told[5]
    assert "mapping.options.metier.« x » : option inconnue « Autre »" in told[6]


def test_a_mapping_takes_no_other_keys_and_only_texts() -> None:
    with pytest.raises(ProgrammeError) as raised:
        Programme.read({"programme": {"name": "x"}, "mapping": {"question": {}, "options": {"a": {"b": 1}}}})
    told = problems(raised.value)
    assert "clé inconnue « question »" in told
    assert "vouliez-vous dire « questions »" in told
    assert "un texte entre guillemets" in told
