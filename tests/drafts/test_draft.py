"""A programme drafted from unknown answers loads, takes the same answers, and marks every guess."""

import tomllib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas import DataFrame

from mentormatch import MentorMatchError, Programme, examples, read_survey
from mentormatch.fields import AnyField
from mentormatch.programme.drafts.programme_draft import make_draft
from mentormatch.programme.drafts.sensitivity import subject_of
from mentormatch.programme.enrolment import read_tables
from mentormatch.survey.table import Record, TextTable
from tests.drafts.questionnaires import apart

PEOPLE = 8
ODD = ("", *"-?…🙂0(/;,’·", "1)", "--", "=1", "N/A", "None", "x" * 3000, "1 = ", "2 (")
"""Answers without a word, and others that break what cuts texts apart."""
HEADERS = ("", "?", "Nom", "Email", "[a]", "Q [", "Niveau", "Rate it (1 = ", "1er choix", "2e choix", "🙂", "Créneaux")
ODD_CELLS = st.one_of(st.sampled_from(ODD), st.text(max_size=12), st.integers(-5, 3000).map(str))
ODD_HEADERS = st.lists(st.one_of(st.sampled_from(HEADERS), st.text(max_size=30)), min_size=1, max_size=5)


def columns(**cells: list[str]) -> DataFrame:
    """Return answers of eight people, half mentors, half mentees; shorter columns come again and again."""
    asked = {"Code": [f"P{row}" for row in range(PEOPLE)], "Rôle": ["Mentor·e", "Mentoré·e"], **cells}
    rows = {name: [given[row % len(given)] for row in range(PEOPLE)] for name, given in asked.items()}
    return DataFrame(rows, dtype=object)


def drafted(frame: DataFrame) -> Programme:
    return Programme.read(tomllib.loads(make_draft(read_tables(frame)).text))


def field(question: str, *cells: str) -> AnyField:
    """Return what a question with these answers is taken for, once the draft has taken the answers it was made from."""
    frame = columns(**{question: list(cells)})
    programme = drafted(frame)
    assert len(read_survey(programme, frame).rows) == PEOPLE
    return next(kind for kind in programme.fields.values() if kind.question == question)


@pytest.mark.parametrize(
    ("question", "cells", "kind", "use"),
    [
        ("Adresse", ("a@x.fr", "b@x.fr"), "text", "contact"),
        ("Nom et prénom", ("Zoé A", "Ana B", "Léo C"), "text", "contact"),
        ("Pour vous joindre", ("06 12 34 56 78", "+33 6 12 34 56 79"), "text", "contact"),
        ("Déjà mentor ?", ("Oui", "Non", ""), "yesno", "match"),
        ("J'ai lu la notice sur mes données", ("Oui",), "yesno", "consent"),
        ("Métier", ("Production", "Diffusion", "Production"), "choice", "match"),
        ("Disciplines", ("Danse;Cirque", "Danse", "Cirque;Mime", "Mime"), "choices", "match"),
        ("Langues", ("Français, Anglais", "Français", "Anglais, Italien", "Italien"), "choices", "match"),
        ("Combien de personnes pouvez-vous accompagner ?", ("1", "2", "3"), "number", "match"),
        ("Travail préparé (1) ou libre (5)", ("1", "3", "5", "3"), "scale", "match"),
        ("Années de métier", ("Plus de 5 ans", "1 à 2 ans", "Moins de 1 an", "1 à 2 ans"), "scale", "match"),
        ("Créneaux", ("lundi matin; mardi soir", "mardi soir", "jeudi après-midi"), "slots", "match"),
        ("Votre département", ("38 - Isère", "Rhône", "69", "Ain"), "place", "match"),
        ("Depuis quand ?", ("12/05/2020", "01/02/2021", "31/01/1999"), "text", "display"),
        ("Structures connues", tuple(f"Cie {n}; Le {n}" for n in "abcdefgh"), "names", "match"),
        ("Un mot pour l'équipe", tuple(f"J'aimerais beaucoup {n}" for n in "abcdefgh"), "text", "display"),
    ],
)
def test_the_kind_of_a_question_is_guessed_from_its_words_and_its_answers(
    question: str, cells: tuple[str, ...], kind: str, use: str
) -> None:
    found = field(question, *cells)
    assert (found.kind, found.use) == (kind, use)


def test_graded_answers_are_put_in_order_the_lowest_first() -> None:
    found = field("Années de métier", "Plus de 5 ans", "1 à 2 ans", "Moins de 1 an", "1 à 2 ans")
    assert found.model_dump()["options"] == ["Moins de 1 an", "1 à 2 ans", "Plus de 5 ans"]


def test_a_joiner_of_its_own_is_named() -> None:
    found = field("Arts", "Danse|Cirque", "Danse", "Cirque|Mime", "Mime")
    assert (found.kind, found.joiner) == ("choices", "|")


@pytest.mark.parametrize(
    ("question", "cells", "kind"),
    [
        ("Savoir-faire [{}]", {"Budget": ["Non", "Les bases"], "Paie": ["Les bases", "Je pratique"]}, "levels"),
        ("Disponibilités [{}]", {"lundi": ["matin", "matin, soir"], "mardi": ["", "soir"]}, "slots"),
        ("Disponibilités ({})", {"lundi matin": ["X", ""], "mardi soir": ["", "X"]}, "slots"),
        ("Arts [{}]", {"Danse": ["X", ""], "Cirque": ["", "X"], "Autre": ["", "mime, clown"]}, "choices"),
        ("Priorités [{}]", {"Classement 1": ["Paie", "Budget"], "Classement 2": ["Budget", "Paie"]}, "ranking"),
        ("Priorités [{}]", {"Paie": ["1", "2"], "Budget": ["2", "3"], "Tournée": ["3", "1"]}, "ranking"),
    ],
)
def test_columns_that_share_a_question_make_one_field(question: str, cells: dict[str, list[str]], kind: str) -> None:
    frame = columns(**{question.format(item): given for item, given in cells.items()})
    programme = drafted(frame)
    found = next(asked for asked in programme.fields.values() if asked.question == question.split(" ")[0])
    assert found.kind == kind
    cohort = read_survey(programme, frame)
    name = next(name for name, asked in programme.fields.items() if asked is found)
    asked = [people.known(name).sum() for people in (cohort.mentors, cohort.mentees) if name in people.columns]
    assert sum(asked) == PEOPLE


def test_what_is_typed_beside_the_options_is_a_text_of_its_own_kept_as_typed() -> None:
    frame = columns(**{"Arts [Danse]": ["X", ""], "Arts [Autre]": ["", "mime, clown"]})
    programme = drafted(frame)
    assert [asked.kind for asked in programme.fields.values() if "Arts" in asked.question] == ["choices", "text"]
    name = next(name for name, asked in programme.fields.items() if asked.question == "Arts [Autre]")
    assert read_survey(programme, frame).mentees.person(0)[name] == "mime, clown"


@pytest.mark.parametrize(
    "question",
    [
        "Avez-vous un handicap ou un problème de santé ?",
        "Votre origine ethnique",
        "Votre religion ou vos croyances",
        "Vos opinions politiques",
        "Êtes-vous membre d'un syndicat ?",
        "Votre orientation sexuelle",
        "Empreinte digitale",
    ],
)
def test_special_categories_of_data_are_forbidden_and_neither_read_nor_written_out(question: str) -> None:
    frame = columns(**{question: ["canari", "canari", "autruche"]})
    assert "canari" not in make_draft(read_tables(frame)).text
    assert field(question, "canari", "autruche").use == "forbidden"
    cohort = read_survey(drafted(frame), frame)
    assert "canari" not in repr((cohort.mentors.columns, cohort.mentees.columns, cohort.rows, cohort.remarks))


@pytest.mark.parametrize("question", ["Votre métier d'origine", "Partie technique", "Foire aux questions", "Genre"])
def test_words_that_only_look_like_special_categories_are_not(question: str) -> None:
    assert subject_of(question) is None


def test_free_texts_and_contacts_are_never_written_into_a_draft() -> None:
    free = [f"canari {n} raconte sa vie" for n in "abcdefgh"]
    text = make_draft(read_tables(columns(Remarque=free, Courriel=[f"canari{n}@x.fr" for n in "abcdefgh"]))).text
    assert "canari" not in text


def test_every_guess_is_marked_to_be_confirmed() -> None:
    text = make_draft(read_tables(columns(Métier=["Production", "Diffusion"]))).text
    guessed = [line for line in text.splitlines() if line.startswith(("kind", "use", "side", "role", "name", "email"))]
    assert guessed
    assert [line for line in guessed if "à confirmer" not in line] == []


def test_a_question_that_one_side_answered_is_drafted_for_that_side() -> None:
    assert field("Situation", "", "Je débute", "", "Je reviens", "", "Je débute").side == "mentee"


def test_the_example_is_drafted_with_its_roles_its_key_and_its_grid_and_takes_all_its_rows(tmp_path: Path) -> None:
    answers = examples.copy_to(tmp_path).answers
    made = make_draft(read_tables(answers))
    programme = Programme.read(tomllib.loads(made.text))
    cohort, expected = read_survey(programme, answers), examples.cohort()
    assert made.lacking == ()
    assert (cohort.mentors.ids, cohort.mentees.ids) == (expected.mentors.ids, expected.mentees.ids)
    kinds = {asked.question: asked.kind for asked in programme.fields.values()}
    theirs = {asked.question: asked.kind for asked in examples.programme().fields.values()}
    same = [question for question, kind in theirs.items() if kinds[question] == kind]
    assert len(same) >= len(theirs) - 2, {q: (kinds[q], theirs[q]) for q in theirs if q not in same}


def test_two_files_are_drafted_as_one_programme_in_which_the_file_tells_the_side() -> None:
    mentors = DataFrame({"Courriel": ["a@x.fr", "b@x.fr"], "Places": ["1", "2"]}, dtype=object)
    mentees = DataFrame({"Courriel": ["c@x.fr", "d@x.fr"], "Besoin": ["long " * 30, "autre"]}, dtype=object)
    made = make_draft(read_tables(mentors=mentors, mentees=mentees))
    programme = Programme.read(tomllib.loads(made.text))
    assert {name: asked.side for name, asked in programme.fields.items()} == {
        "courriel": "both",
        "places": "mentor",
        "besoin": "mentee",
    }
    assert len(read_survey(programme, mentors=mentors, mentees=mentees).mentors) == 2


def test_two_questions_of_two_files_that_differ_only_by_small_words_stay_two_fields() -> None:
    first, second = ["Droit", "Paie", "Danse"], ["Paie", "Danse", "Droit"]
    made = apart(
        {"Secteur du mentor": first, "Secteur de mentor ?": second},
        {"Secteur du mentee": first, "Secteur de mentee ?": second},
    )
    questions = [entry.question for entry in made.entries if entry.other_headers]
    assert questions == ["Secteur du mentor", "Secteur de mentor ?"]


def test_a_file_that_tells_no_role_or_no_identity_is_drafted_with_a_word_on_what_is_lacking() -> None:
    made = make_draft(read_tables(DataFrame({"Métier": ["a", "a"]}, dtype=object)))
    assert Programme.read(tomllib.loads(made.text)).heading.role is None
    assert len(made.lacking) == 2


def test_where_the_survey_tool_numbers_responses_no_identity_is_lacking() -> None:
    answers = DataFrame(
        {"#": ["f0", "f1"], "Métier": ["a", "b"], "Submit Date (UTC)": ["2026-03-01"] * 2}, dtype=object
    )
    made = make_draft(read_tables(mentors=answers, mentees=answers))
    assert made.lacking == ()
    assert "f0" not in made.text


@pytest.mark.parametrize(
    ("mentor", "mentee"),
    [
        ("Mentor.e", "Mentoré.e"),
        ("Mentore", "Mentorée"),
        ("Je veux être mentor·e", "Je cherche un·e mentor·e"),
        ("Devenir mentor", "Bénéficier d'un mentorat"),
        ("J’accompagne", "Je suis accompagné·e"),
        ("Tutrice ou tuteur", "Tutoré·e"),
        ("Marraine ou parrain", "Filleul·e"),
        ("Je propose mon expérience", "Je recherche un accompagnement"),
    ],
)
def test_the_question_of_the_role_is_known_by_the_words_of_its_two_answers(mentor: str, mentee: str) -> None:
    asked = drafted(columns(**{"Rôle": [mentee, mentor]})).heading.role
    assert asked is not None
    assert (asked.mentor, asked.mentee) == (mentor, mentee)


@pytest.mark.parametrize("answers", [("Oui", "Non"), ("Mentor", "Mentore"), ("Mentor·e", "Mentoré·e", "Les deux")])
def test_a_role_that_its_answers_do_not_tell_for_certain_is_not_guessed(answers: tuple[str, ...]) -> None:
    assert drafted(columns(**{"Rôle": list(answers)})).heading.role is None


def test_a_name_that_no_two_people_share_is_the_key_where_there_is_neither_code_nor_e_mail() -> None:
    frame = DataFrame({"Nom": ["Zoé", "Ana"], "Rôle": ["Mentor", "Mentoré"]}, dtype=object)
    assert drafted(frame).fields["nom"].use == "key"


@pytest.mark.parametrize("header", ['Un "mot"\net\\deux', "Tab\tici", "Zéro\u200bwidth \x7f", "🙂", "été = [1] # non"])
def test_headers_of_any_characters_are_drafted_as_they_are(header: str) -> None:
    frame = columns(**{header: ["a", "b", "a"]})
    assert any(asked.question == header.strip() for asked in drafted(frame).fields.values())


@st.composite
def odd_tables(draw: st.DrawFn) -> TextTable:
    header = tuple(draw(ODD_HEADERS))
    seen = draw(st.lists(ODD_CELLS, min_size=1, max_size=4))
    cell = st.sampled_from(seen)
    rows = draw(st.lists(st.tuples(*[cell] * len(header)), max_size=12))
    return TextTable("odd.csv", header, tuple(Record(place + 2, row) for place, row in enumerate(rows)))


@given(odd_tables())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_table_of_anything_gives_a_draft_or_an_error_in_words(table: TextTable) -> None:
    with suppress(MentorMatchError):
        assert make_draft([(table, None)]).text
