"""What a draft proposes loads, serves to pair its own people, and is not proposed where nothing tells that it could."""

import tomllib
from pathlib import Path

import pytest

from mentormatch import Programme, match, read_survey
from mentormatch.programme.drafts.capacity import get_capacity_side, parse_count
from mentormatch.programme.drafts.programme_draft import Draft, make_draft
from mentormatch.programme.drafts.twins import need_or_offer
from mentormatch.programme.enrolment import read_tables
from tests.conftest import DEEP
from tests.drafts.questionnaires import ROWS, apart, people, proposed, renderer, sources, tables, uncommented


def together(cells: dict[str, list[str]]) -> Draft:
    """Return the draft of one file in which a question tells the role."""
    return make_draft(read_tables(people("P", Rôle=["Mentor·e", "Mentoré·e"], **cells)))


TOPICS = ["Budget;Droit", "Réseau", "Droit;Réseau", "Budget"]


@pytest.mark.parametrize(
    ("question", "side"),
    [
        ("How many mentees are you willing to take on?", "mentor"),
        ("Maximum number of mentees", "mentor"),
        ("Combien de mentoré·es pourriez-vous suivre ?", "mentor"),
        ("Combien souhaitez-vous accompagner de jeunes ?", "mentor"),
        ("Nombre de filleuls souhaité", "mentor"),
        ("How many students can you advise at a time?", "mentor"),
        ("How many mentors would you like to meet?", "mentee"),
        ("How many people are in your team?", None),
        ("How many years have you been mentoring people?", None),
        ("How many hours per mentee can you give?", None),
        ("Combien de personnes avez-vous encadrées ?", None),
        ("Combien de rencontres souhaitez-vous avec votre mentoré·e ?", None),
        ("How many mentors have you had?", None),
    ],
)
def test_a_capacity_is_how_many_people_somebody_would_take_and_no_other_count(question: str, side: str | None) -> None:
    assert get_capacity_side(question) == side


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        ("2", 2),
        ("Deux", 2),
        ("3+", 3),
        ("three or more", 3),
        ("1 personne", 1),
        ("aucun", 0),
        ("1 à 2", None),
        ("plus de 3", None),
        ("1,5", None),
        ("autant que possible", None),
        ("9999", None),
    ],
)
def test_the_figure_of_a_capacity_is_the_one_number_of_its_answer(answer: str, number: int | None) -> None:
    assert parse_count(answer) == number


def test_a_capacity_in_words_is_read_as_a_number_by_a_mapping_that_people_confirm() -> None:
    asked = "Combien de mentoré·es pouvez-vous accompagner ?"
    made = apart({asked: ["Une", "Deux", "3 ou plus", "2"]}, {"Métier": ["Régie", "Paie"]})
    programme = Programme.read(tomllib.loads(made.text))
    name = next(name for name, field in programme.fields.items() if field.question == asked)
    assert programme.mapping.options[name] == {"Une": "1", "Deux": "2", "3 ou plus": "3"}
    taken = read_survey(
        programme,
        mentors=people("M", **{asked: ["Une", "Deux", "3 ou plus", "2"]}),
        mentees=people("E", **{"Métier": ["Régie", "Paie"]}),
    )
    assert taken.mentors.numbers(name).values.tolist() == [1, 2, 3, 2] * 3
    assert ("capacity", [asked]) in proposed(made)


@pytest.mark.parametrize(
    ("need", "offer"),
    [
        ("What do you need help with?", "What can you help with?"),
        ("Which topics would you like advice on?", "Which topics would you be comfortable advising on?"),
        ("I am looking for guidance in", "I can offer guidance in"),
        ("What would you like to get out of mentoring?", "What could you bring to a mentee?"),
        ("In what area do you want to be mentored?", "What's your area of expertise?"),
        ("Skills you want to learn", "Skills you can teach"),
        ("Help needed", "Help offered"),
        ("Domaines dans lesquels vous souhaitez être accompagné·e", "Domaines dans lesquels vous pouvez accompagner"),
        ("Compétences à développer", "Vos compétences"),
        ("Sur quoi aimeriez-vous être aidé ?", "Sur quoi pourriez-vous aider ?"),
        ("Où voulez-vous de l'aide ?", "Où pouvez-vous donner un coup de main ?"),
        ("Ce que je recherche", "Ce que je peux offrir"),
    ],
)
def test_needs_and_offers_are_told_by_their_words_and_proposed_to_meet(need: str, offer: str) -> None:
    assert (need_or_offer(need), need_or_offer(offer)) == (1, -1)
    in_two_files = apart({offer: TOPICS}, {need: TOPICS[::-1]})
    assert ("coverage", sorted([need, offer])) in proposed(in_two_files)
    by_everybody = make_draft(read_tables(people("P", **{need: TOPICS, offer: TOPICS[::-1]})))
    assert proposed(by_everybody) == [("coverage", sorted([need, offer]))]


def test_twins_of_which_one_holds_a_single_option_are_compared_as_lists() -> None:
    made = apart({"Dans quel domaine travaillez-vous ?": ["Droit", "Budget", "Réseau"]}, {"Domaines visés": TOPICS})
    assert ("coverage", ["Dans quel domaine travaillez-vous ?", "Domaines visés"]) in proposed(made)


def test_an_option_that_holds_a_joiner_is_whole_where_another_question_offers_it() -> None:
    areas = ["QA / Testing", "UX / UI design", "Data"]
    wished = ["QA / Testing;Data", "UX / UI design", "Data;UX / UI design", "QA / Testing"]
    made = apart({"In which area are you working?": areas}, {"In which area would you like to work?": wished})
    fields = Programme.read(tomllib.loads(made.text)).fields.values()
    options = {field.question: set(field.model_dump()["options"]) for field in fields if field.kind == "choices"}
    assert len(options) == 2
    assert all(offered == set(areas) for offered in options.values())
    assert proposed(made) == [("coverage", ["In which area are you working?", "In which area would you like to work?"])]


def test_twins_whose_options_differ_are_proposed_with_a_word_on_that() -> None:
    made = apart(
        {
            "Quels coups de pouce pouvez-vous donner ?": [
                "Aider au CV;Donner un conseil",
                "Aider au CV",
                "Donner un conseil",
            ]
        },
        {
            "Quels coups de pouce recherchez-vous ?": [
                "Refaire mon CV;Avoir un conseil",
                "Refaire mon CV",
                "Avoir un conseil",
            ]
        },
    )
    assert "coverage" in [kind for kind, _ in proposed(made)]
    assert "leurs options diffèrent" in made.text


def test_both_sides_under_one_header_in_two_files_are_needs_and_offers() -> None:
    made = apart({"Thèmes": TOPICS}, {"Thèmes": TOPICS})
    assert proposed(made) == [("coverage", ["Thèmes"])]


def test_boxes_without_a_question_above_them_are_paired_by_who_ticked_them() -> None:
    topics = ("Budget", "Droit", "Réseau")
    mentors = {topic: [topic, "", topic, ""] for topic in topics}
    mentees = {f"{topic} (2)": ["", topic, "", ""] for topic in topics}
    assert proposed(together(mentors | mentees)) == [("coverage", ["Budget", "Budget (2)"])]
    cells = {topic: [topic, ""] for topic in topics}
    made = apart(cells | {"Réseau [Autre]": ["un club", "deux clubs"]}, cells)
    assert proposed(made) == [("coverage", ["Budget"])]
    assert made.dry_run.fates == {"taken": 2 * ROWS}
    assert made.dry_run.misread == {}


def test_two_questions_for_one_of_the_same_options_are_hinted_to_be_one_field() -> None:
    styles = ["Directe", "À l'écoute", "Ludique"]
    made = apart({"Quelle est votre façon de mentorer ?": styles}, {"Quelle façon de mentorer vous aiderait ?": styles})
    assert proposed(made) == []
    assert '"Quelle façon de mentorer vous aiderait ?" = "facon_mentorer"' in made.text


@pytest.mark.parametrize(
    ("question", "cells", "kind"),
    [
        ("Votre employeur", [f"Maison {n}" for n in "abcdefghijkl"], "different"),
        ("Laboratoire", [f"UMR {n}" for n in range(ROWS)], "different"),
        ("Créneaux", ["lundi matin; mardi soir", "mardi soir"], "common"),
        ("Langues parlées", ["Français;Anglais", "Français", "Anglais"], "common"),
        ("Centres d'intérêt", ["Sport;Lecture", "Sport", "Lecture"], "overlap"),
        ("Votre discipline", ["Droit", "Histoire", "Droit"], "same"),
        ("Années d'expérience", ["Moins de 1 an", "1 à 2 ans", "Plus de 5 ans"], "closeness"),
    ],
)
def test_what_both_sides_answer_is_proposed_by_what_it_is_about(question: str, cells: list[str], kind: str) -> None:
    assert proposed(together({question: cells})) == [(kind, [question])]


@pytest.mark.parametrize(
    ("question", "cells"),
    [
        ("Genre", ["Femme", "Homme"]),
        ("Comment vous définissez-vous ?", ["Femme", "Homme", "Autre"]),
        ("Je préfère un·e mentor·e du même genre", ["Oui", "Non", "Peu importe"]),
        ("Comment avez-vous connu le programme ?", ["Affiche", "Courriel", "Une amie"]),
        ("Taille de t-shirt", ["S", "M", "L"]),
        ("Régime alimentaire", ["Végétarien;Sans gluten", "Végétarien", "Sans gluten"]),
        ("Êtes-vous partant ?", ["Oui", "Non"]),
        ("Avez-vous un handicap ?", ["Oui", "Non"]),
    ],
)
def test_gender_logistics_and_sensitive_answers_are_never_proposed_unasked(question: str, cells: list[str]) -> None:
    made = together({question: cells})
    assert proposed(made) == []
    assert made.proposed == 0


def test_where_nothing_tells_the_sides_apart_nothing_is_proposed_but_a_capacity() -> None:
    asked = "How many mentees can you take?"
    cells = {asked: ["1", "2", "3"], "Discipline": ["Law", "History"], "Languages": ["English;French", "English"]}
    made = make_draft(read_tables(people("P", **cells)))
    assert proposed(made) == [("capacity", [asked])]


@pytest.mark.parametrize("unclear", ["1 ou 2", "Plus de deux", "Autant que nécessaire"])
def test_staff_are_asked_which_number_an_answer_without_one_means(unclear: str) -> None:
    made = together({"Combien de mentorés pouvez-vous accompagner ?": ["Un seul", "Deux", unclear]})
    (entry,) = (entry for entry in made.entries if entry.guess.kind == "number")
    assert (dict(entry.answers), entry.unclear) == ({"Un seul": "1", "Deux": "2"}, (unclear,))


def test_a_criterion_is_called_by_the_words_of_its_question() -> None:
    made = together({"Votre discipline": ["Droit", "Histoire"]})
    (criterion,) = Programme.read(tomllib.loads(uncommented(made.text))).criteria
    assert criterion.label == "Votre discipline"


def test_all_weights_are_equal_and_said_to_be() -> None:
    made = together({"Votre discipline": ["Droit", "Histoire"], "Votre région": ["Rhône", "Ain"], "Loisirs": TOPICS})
    assert {each.weight for each in Programme.read(tomllib.loads(uncommented(made.text))).criteria} == {10}
    assert "Tous les poids sont égaux (10)" in made.text


def test_every_proposal_of_every_questionnaire_loads_and_pairs_its_own_people(
    shared_data: Path, tmp_path: Path
) -> None:
    folder = shared_data / "questions"
    if not folder.is_dir():
        pytest.skip("needs the labelled questionnaires, in questions/ of the published data")
    render = renderer(folder)
    paired, proposals = 0, 0
    for path in sorted(folder.glob("open/*.yaml"))[:: 1 if DEEP else 2]:
        document = render.read(path)
        if not DEEP and document["role"] == "one side only":
            continue
        made = make_draft(tables(document, render, tmp_path))
        whole = Programme.read(tomllib.loads(uncommented(made.text)), path.stem)
        proposals += made.proposed
        assert len(whole.criteria) + len(whole.rules) == made.proposed, path.stem
        assert made.dry_run.rows or made.lacking, path.stem
        if made.dry_run.rows and not made.lacking:
            matching = match(read_survey(whole, **sources(document, render, tmp_path)), whole)
            paired += len(matching.pairs)
    assert proposals > 20
    assert paired > 20
