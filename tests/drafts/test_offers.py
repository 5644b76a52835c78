"""Who takes whom, what is needed and what is offered are told by what questions say, whatever the words for it."""

import tomllib

import pytest
from pandas import DataFrame

from mentormatch import Programme, match, read_survey
from mentormatch.programme.drafts.capacity import get_capacity_side, may_count_places
from mentormatch.programme.drafts.entries import MAX_FIRST_ROWS, limit_rows
from mentormatch.programme.drafts.programme_draft import make_draft
from mentormatch.programme.drafts.roles import find_role
from mentormatch.programme.drafts.samples import QuestionSample
from mentormatch.programme.enrolment import read_tables
from tests.drafts.offer_wordings import NO_ROLES, NO_TWINS, NOT_TAKEN, ROLES, TAKEN, TWINS, lines
from tests.drafts.questionnaires import apart, people, proposed, uncommented

OPTIONS = ["Alpha", "Beta;Gamma", "Gamma", "Alpha;Beta"]


@pytest.mark.parametrize("question", [question for (question,) in lines(TAKEN)])
def test_whoever_is_counted_to_be_taken_a_capacity_is_told(question: str) -> None:
    assert get_capacity_side(question) == "mentor"


@pytest.mark.parametrize("question", [question for (question,) in lines(NOT_TAKEN)])
def test_what_is_past_today_at_home_or_no_person_is_no_capacity(question: str) -> None:
    assert get_capacity_side(question) is None
    assert get_capacity_side(question, side="mentor") is None
    assert not may_count_places(question, ["One", "Two at most"])


@pytest.mark.parametrize(("need", "offer"), lines(TWINS))
@pytest.mark.parametrize("options", [OPTIONS, ["Alpha", "Beta", "Gamma"]])
def test_what_one_side_needs_is_covered_by_what_the_other_offers(need: str, offer: str, options: list[str]) -> None:
    made = apart({offer: options}, {need: options[::-1]})
    programme = Programme.read(tomllib.loads(uncommented(made.text)))
    found = [criterion.references() for criterion in programme.criteria if criterion.kind == "coverage"]
    assert len(found) == 1
    assert [programme.fields[said.field].question for said in found[0]] in ([need, offer], [offer, need])
    assert "mentee" in made.text.split('kind = "coverage"')[1]


@pytest.mark.parametrize(("one", "other"), lines(NO_TWINS))
def test_what_neither_side_has_for_the_other_is_not_covered(one: str, other: str) -> None:
    assert "coverage" not in [kind for kind, _ in proposed(apart({other: OPTIONS}, {one: OPTIONS[::-1]}))]


def test_questions_of_the_same_words_but_free_answers_are_no_twins() -> None:
    texts = [f"J'aimerais avancer pas à pas, sans me presser, {n} fois s'il le faut" for n in range(12)]
    assert proposed(apart({"Que pouvez-vous transmettre ?": texts}, {"De quoi avez-vous besoin ?": texts})) == []


def test_the_direction_of_a_coverage_is_that_of_the_two_sides() -> None:
    made = apart({"Trades you have worked in": OPTIONS}, {"Trades that tempt you": OPTIONS})
    said = tomllib.loads(uncommented(made.text))
    named = next(each for each in said["criteria"] if each["kind"] == "coverage")
    assert said["fields"][named["mentee"]]["question"] == "Trades that tempt you"
    assert said["fields"][named["mentor"]]["question"] == "Trades you have worked in"


def test_answers_between_two_numbers_make_a_capacity_that_says_what_to_map() -> None:
    asked = "Combien de jeunes souhaitez-vous accompagner ?"
    mentors = people("M", **{asked: ["1", "2", "2 à 3", "4 ou plus", "1"]})
    mentees = people("E", **{"Métier": ["Régie", "Paie"]})
    made = make_draft(read_tables(mentors=mentors, mentees=mentees))
    assert ("capacity", [asked]) in proposed(made)
    assert "quel nombre pour « 2 à 3 »" in made.text
    programme = Programme.read(tomllib.loads(uncommented(made.text)))
    assert match(read_survey(programme, mentors=mentors, mentees=mentees), programme).pairs


def test_a_mentee_who_would_be_matched_with_several_takes_several() -> None:
    asked = "How many people would you like to be matched with?"
    assert (get_capacity_side(asked), get_capacity_side(asked, side="mentee")) == ("mentor", "mentee")


def column(question: str, answers: list[str]) -> QuestionSample:
    """Return a question with its answers."""
    return QuestionSample(question, (question,), (), tuple((answer,) for answer in answers), (None,) * len(answers))


@pytest.mark.parametrize(("question", "mentor", "mentee"), lines(ROLES))
def test_two_answers_of_which_one_takes_and_the_other_is_taken_tell_the_role(
    question: str, mentor: str, mentee: str
) -> None:
    for answers in ([mentor, mentee, mentee], [mentee, mentor]):
        role = find_role([column(question, answers)])
        assert role
        assert (role.mentor, role.mentee) == (mentor, mentee)


@pytest.mark.parametrize(("question", "one", "other"), lines(NO_ROLES))
def test_two_answers_that_say_something_else_tell_no_role(question: str, one: str, other: str) -> None:
    assert find_role([column(question, [one, other, other])]) is None


def test_of_many_rows_the_rare_answers_are_looked_at_too() -> None:
    answers = ["Alpha", "Beta"] * MAX_FIRST_ROWS + ["Gamma"] + ["Alpha"] * MAX_FIRST_ROWS + ["Gamma"] * 3
    kept = limit_rows(column("Thème", answers))
    assert len(kept.rows) < MAX_FIRST_ROWS + 10
    assert kept.answers.count("Gamma") == 2
    made = make_draft(read_tables(DataFrame({"Code": [f"P{n}" for n in range(len(answers))], "Thème": answers})))
    assert '"Gamma"' in made.text
    assert made.dry_run.misread == {}
