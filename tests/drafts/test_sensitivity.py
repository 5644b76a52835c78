"""A question is left out for what it asks, by its words or by its options; one that only looks like it stays in."""

import pytest
from pandas import DataFrame

from mentormatch.programme.drafts.samples import QuestionSample, sample_questions
from mentormatch.programme.drafts.sensitivity import subject_of
from mentormatch.programme.drafts.uses import guess_use
from mentormatch.programme.enrolment import read_tables
from tests.drafts.near_wordings import NEAR
from tests.drafts.wordings import SENSITIVE

type Row = tuple[str, list[str]]


def rows(table: str, first: int) -> list[Row]:
    """Return the questions of a table with their options, the question at place ``first`` of its line."""
    cells = [[cell.strip() for cell in line.split(" | ")] for line in table.strip().splitlines()]
    return [(row[first], row[first + 1].split("; ") if len(row) > first + 1 else []) for row in cells]


def sample(question: str, *answers: str) -> QuestionSample:
    return QuestionSample(question, (question,), (), tuple((answer,) for answer in answers), (None,) * len(answers))


def test_no_question_about_a_sensitive_subject_is_left_in() -> None:
    asked = rows(SENSITIVE, 1)
    assert len(asked) > 200
    assert [row for row in asked if subject_of(*row) is None] == []


def test_questions_that_only_look_sensitive_are_left_in() -> None:
    asked = rows(NEAR, 0)
    assert len(asked) > 200
    assert [row for row in asked if subject_of(*row) is not None] == []


@pytest.mark.parametrize("question", ["GIS", "Do you know GIS?", "How often do you use your GIS licence?", "SIG"])
def test_maps_by_computer_are_no_matter_of_health_and_the_scheme_of_the_same_letters_is(question: str) -> None:
    assert subject_of(question, ["Yes", "No"]) is None
    assert subject_of("Are you a GIS applicant?") == subject_of("Guaranteed Interview Scheme (GIS)") == "health"


@pytest.mark.parametrize(
    "options",
    [
        ["Hétérosexuel·le", "Bisexuel·le", "Préfère ne pas dire"],
        ["White - English", "Black - Caribbean", "Asian - Indian"],
        ["Musulmane", "Catholique", "Sans confession"],
        ["CGT", "CFDT", "Aucun"],
        ["Wheelchair user", "Hearing impairment", "None"],
    ],
)
def test_a_header_that_is_a_code_is_told_by_its_options(options: list[str]) -> None:
    assert subject_of("Q7") is None
    assert guess_use(sample("Q7", *options * 4)).use == "forbidden"


def test_the_items_of_a_grid_tell_as_options_do() -> None:
    boxes = {f"Q7 [{item}]": ["Oui", "Non"] * 4 for item in ("Asthme", "Diabète", "Autre")}
    (found,) = sample_questions(read_tables(DataFrame(boxes, dtype=object)))
    assert guess_use(found).use == "forbidden"


@pytest.mark.parametrize(
    ("question", "options"),
    [
        ("Favourite colour", ["Black", "White", "Red"]),
        ("Which field do you study?", ["Theology", "Psychiatry", "Political science"]),
        ("Q7", ["Sciences politiques", "Santé publique", "Histoire des religions"]),
        ("Q8", ["English", "Arabic", "Chinese"]),
        ("Q9", ["Yes", "No", "Prefer not to say"]),
    ],
)
def test_options_that_only_look_sensitive_tell_nothing(question: str, options: list[str]) -> None:
    assert guess_use(sample(question, *options * 4)).use != "forbidden"


def test_long_texts_with_a_sensitive_word_here_and_there_are_not_left_out() -> None:
    texts = [
        f"J'ai travaillé {n} ans dans une équipe, et je voudrais transmettre ce que j'ai appris." for n in range(9)
    ]
    assert guess_use(sample("Pourquoi ce programme ?", *texts, "Mon asthme m'a appris la patience.")).use == "display"


@pytest.mark.parametrize("more", ["Si oui, précisez", "If yes, please give details", "Details"])
def test_a_question_that_only_asks_for_more_is_as_sensitive_as_the_one_before(more: str) -> None:
    columns = {
        "Suivez-vous un traitement médical ?": ["Oui", "Non"],
        more: ["canari", ""],
        "Loisirs": ["Lire", "Dormir"],
    }
    found = sample_questions(read_tables(DataFrame(columns, dtype=object)))
    assert [guess_use(one).use == "forbidden" for one in found] == [True, True, False]


def test_a_question_that_asks_for_more_in_both_files_is_as_sensitive_as_in_one() -> None:
    form = DataFrame({"Any disability": ["Yes", "No"], "Details": ["canary", ""]}, dtype=object)
    merged = sample_questions(read_tables(mentors=form, mentees=form))
    assert [guess_use(question).use for question in merged] == ["forbidden", "forbidden"]


def test_a_question_that_asks_for_more_of_another_question_in_each_file_is_as_sensitive_as_either() -> None:
    car = DataFrame({"Any car": ["Yes", "No"], "Details": ["red", ""]}, dtype=object)
    disability = DataFrame({"Any disability": ["Yes", "No"], "Details": ["canary", ""]}, dtype=object)
    for mentors, mentees in ((car, disability), (disability, car)):
        merged = sample_questions(read_tables(mentors=mentors, mentees=mentees))
        assert {question.question: guess_use(question).use for question in merged}["Details"] == "forbidden"


def uses_in(form: dict[str, list[str]]) -> list[str]:
    """Return how a form says that each of its questions is used."""
    return [guess_use(one).use for one in sample_questions(read_tables(DataFrame(form, dtype=object)))]


@pytest.mark.parametrize(
    ("question", "options", "subject"),
    [
        ("D'où viennent vos moyens ?", ["Salaire", "Bourse", "AAH", "Retraite", "Épargne", "Autre"], "health"),
        ("How do you pay the rent?", ["Wages", "Savings", "Disability benefit", "Parents", "Grant", "Loan"], "health"),
        ("Plateau du midi", ["Classique", "Sans porc", "Froid"], "religion"),
        ("Packed lunch", ["Cheese", "Halal", "Tuna"], "religion"),
        ("Religion (classe fréquentée)", ["Catholique", "Protestante", "Israélite", "Dispense"], "religion"),
    ],
)
def test_one_option_that_tells_by_itself_is_enough(question: str, options: list[str], subject: str) -> None:
    assert subject_of(question, options) == subject


@pytest.mark.parametrize(
    ("question", "options"),
    [
        ("D'où viennent vos moyens ?", ["Salaire", "Bourse", "Allocation chômage", "Retraite"]),
        ("Which benefits do you advise on?", ["Housing", "Disability benefit", "Pensions"]),
        ("Plateau du midi", ["Classique", "Chaud", "Froid"]),
        ("Cuisine que vous enseignez", ["Italienne", "Halal", "Japonaise"]),
        ("Religions (module suivi)", ["Histoire", "Sociologie", "Droit"]),
    ],
)
def test_options_about_money_meals_and_courses_tell_nothing_else(question: str, options: list[str]) -> None:
    assert subject_of(question, options) is None


def test_one_typed_answer_tells_nothing_of_what_all_are_asked() -> None:
    assert subject_of("Pourquoi venir ?", ["AAH", "Par curiosité", "Un ami"], closed=False) is None


@pytest.mark.parametrize(
    ("longer", "shorter"),
    [
        ("His National Health Service number", "Which health service do you work for?"),
        ("Country of your passport", "Names as in your passport"),
        ("Pays de votre passeport", "Prénoms tels qu'ils figurent dans le passeport"),
    ],
)
def test_a_longer_sensitive_phrase_counts_over_a_harmless_one_in_it(longer: str, shorter: str) -> None:
    assert subject_of(longer) is not None
    assert subject_of(shorter) is None


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("Quels aménagements te faudrait-il le jour de l'atelier ?", "Aménagement d'une salle : qui s'en charge ?"),
        ("Quelles adaptations de l'horaire vous aideraient ?", "Adaptations de romans au cinéma"),
        ("Which adjustments would help you on the day?", "Adjustments made to the budget"),
        ("Un visa vous a-t-il été refusé ?", "Visa du directeur"),
        ("Have you ever been refused a visa?", "Visa sponsorship"),
        ("Are you out to your team?", "Are you out of the office on Fridays?"),
        ("Es-tu « out » auprès de tes collègues ?", "Fichiers au format « out »"),
    ],
)
def test_what_a_person_needs_or_was_refused_is_asked_of_that_person(asked: str, told: str) -> None:
    assert subject_of(asked) is not None
    assert subject_of(told) is None


@pytest.mark.parametrize(
    ("contract", "state"),
    [
        ("Do you hold health or travel insurance?", "Do you hold a health or travel record?"),
        ("Medical and travel insurance number", "Insurance, and medical conditions"),
        ("French-speaking?", "Are you French?"),
        ("Visa de votre responsable", "Visa d'étudiant en cours"),
        ("Do you enjoy talking about faith at work?", "Can you talk about being gay at work?"),
        ("Nom de votre mutuelle santé", "Avez-vous un souci de santé ?"),
        ("Caisse d'assurance maladie", "Congé maladie en cours"),
        ("Does the post require a criminal record check?", "Do you have a criminal record?"),
        ("Autorisation d'hospitaliser en urgence", "Dates d'hospitalisation"),
        ("How easy is talking about religion at work?", "How easy is talking about your religion at work?"),
        ("Aidez-vous une jeune maman du quartier ?", "Souhaitez-vous être aidée en tant que jeune maman ?"),
    ],
)
def test_contracts_checks_of_a_role_and_talks_are_no_state_of_a_person(contract: str, state: str) -> None:
    assert subject_of(contract) is None
    assert subject_of(state) is not None


def test_codes_of_one_sporting_race_are_read_with_their_ends() -> None:
    assert uses_in({"race [time]": ["41", "52", "47"], "race [bib]": ["7", "9", "12"]}) != ["forbidden"]
    assert uses_in({"race [group]": ["a", "b", "c"], "race [other]": ["d", "e", "f"]}) == ["forbidden"]


CHURCH = {
    "Which church did you go to as a child?": ["None", "St Mary"],
    "What does your faith mean to you?": ["Much", "Little"],
    "Are you baptised?": ["Yes", "No"],
}
UNION = {
    "Votre syndicat": ["A", "B"],
    "Mandat syndical en cours": ["Oui", "Non"],
    "Section syndicale": ["Nord", "Sud"],
}


@pytest.mark.parametrize(("form", "member"), [(CHURCH, "Are you a member?"), (UNION, "Adhérent depuis")])
def test_membership_is_of_what_the_whole_form_is_about(form: dict[str, list[str]], member: str) -> None:
    assert uses_in({member: ["Yes", "No"], **form})[0] == "forbidden"
    one = dict(list(form.items())[:1])
    assert uses_in({member: ["Yes", "No"], **one})[0] != "forbidden"
    assert uses_in({"Are you a member of a chess club?": ["Yes", "No"], **form})[0] != "forbidden"


@pytest.mark.parametrize("more", ["Disability description", "Any disability: details"])
def test_a_question_that_describes_what_the_one_before_named_is_as_sensitive(more: str) -> None:
    assert uses_in({"Any disability": ["Yes", "No"], more: ["canary", ""]}) == ["forbidden", "forbidden"]


@pytest.mark.parametrize("open_to_all", ["Any other comments", "Autres commentaires", "Anything else?"])
def test_a_question_open_to_all_follows_no_sensitive_one(open_to_all: str) -> None:
    assert uses_in({"Any disability": ["Yes", "No"], open_to_all: ["More tea", ""]}) == ["forbidden", "display"]


@pytest.mark.parametrize("header", ["HasDisability", "religion_belief", "UnspentConvictions", "sexual-orientation"])
def test_names_of_fields_are_read_as_words(header: str) -> None:
    assert subject_of(header) is not None
