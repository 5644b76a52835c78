"""The questions of a draft: what is asked of files of others, what each reply does, and that nothing is a dead end."""

import csv
import json
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pandas import DataFrame

import mentormatch as mm
from mentormatch.errors import RequestError
from mentormatch.explanation.names import names_of
from mentormatch.languages.text_keys import fold
from mentormatch.programme.drafts.name_order import marked_order
from mentormatch.programme.drafts.programme_draft import make_draft
from mentormatch.programme.drafts.samples import Tables
from mentormatch.programme.drafts.structures import may_be_one, pairs_that_may_be_one
from mentormatch.programme.enrolment import read_tables
from mentormatch.programme.interview.interview import MAX_QUESTIONS, QUESTION_PRIORITY, DraftInterview
from mentormatch.programme.interview.question import NUMBER_CHOICE, TEXT_CHOICE, DraftQuestion
from mentormatch.programme.interview.question_file import questions_text, read_replies
from mentormatch.survey.contacts import Contacts
from tests.conftest import DEEP, some_of
from tests.drafts.interviews import Sample, answered, made, ours, pairs, reply
from tests.drafts.questionnaires import renderer, sources

OURS = {sample.path.name: sample for sample in ours()}
MADE = {f"{sample.path.parent.name}/{sample.path.name}": sample for sample in made()}
NAMES = pytest.mark.parametrize("name", list(OURS))


@cache
def tables_of(path: Path) -> Tables:
    return read_tables(path)


@cache
def interview_of(name: str) -> DraftInterview:
    """Return the interview about one of our files, without a reply."""
    return DraftInterview.of(tables_of(OURS[name].path))


@cache
def whole_interview(name: str) -> DraftInterview:
    """Return the interview about one of our files after all right replies."""
    return answered(OURS[name])


def question_of(interview: DraftInterview, kind: str) -> DraftQuestion:
    return next(one for one in interview.questions if one.id == kind)


@NAMES
def test_without_a_reply_the_draft_is_what_it_was(name: str) -> None:
    assert interview_of(name).text == make_draft(tables_of(OURS[name].path)).text


@pytest.mark.parametrize("name", list(MADE)[:: 1 if DEEP else 3])
def test_every_sample_comes_to_pairs_by_the_questions_alone(name: str) -> None:
    sample = MADE[name]
    try:
        tables = read_tables(sample.path)
    except mm.SurveyError:  # refused by name, before any draft
        return
    assert DraftInterview.of(tables).text == make_draft(tables).text
    interview = answered(sample) if has_labels(sample) else DraftInterview.of(tables).accepted()
    assert len(interview.questions) <= MAX_QUESTIONS
    assert not interview.open or not has_labels(sample)
    assert not has_labels(sample) or pairs(interview.text, sample.path) > 0


def has_labels(sample: Sample) -> bool:
    """Return whether the words of the right answers are in the file, and not codes for them."""
    headers = {header for table, _ in read_tables(sample.path) for header in table.header}
    return any(sample.right["role"]["question"] in header for header in headers)


@NAMES
def test_foreign_files_come_to_pairs_by_the_questions_alone(name: str) -> None:
    interview = whole_interview(name)
    assert not interview.open
    assert interview.draft.lacking == ()
    assert pairs(interview.text, OURS[name].path) >= min(OURS[name].right["mentors"], OURS[name].right["mentees"])


@NAMES
def test_who_is_mentor_is_proposed_with_its_counts_where_the_file_shows_it(name: str) -> None:
    right = OURS[name].right
    asked = question_of(interview_of(name), "role")
    best = asked.choices[asked.values.index(str(asked.proposed))]
    assert best.value == f"{right['role']['question']} : {right['role']['mentor']} / {right['role']['mentee']}"
    for count in (right["mentors"], right["mentees"]):
        assert f"({count}\u00a0" in best.text
    assert {"mentors", "mentees"} < set(asked.values)
    assert right["role"]["question"] in asked.columns


@NAMES
def test_structures_of_two_spellings_are_asked_and_no_others(name: str) -> None:
    right = OURS[name].right
    asked = [
        line.key.split(" = ") for one in whole_interview(name).questions if one.id == "structures" for line in one.lines
    ]
    assert all(sorted(pair) in [sorted(known) for known in right["structures"]] for pair in asked)
    house = {text for pair in (*right["structures"], *right["not_structures"]) for text in pair}
    found = [set(pair) for pair in pairs_that_may_be_one(sorted(house))]
    assert all(set(pair) in found for pair in right["structures"] if len({fold(text) for text in pair}) > 1)
    assert not any(set(pair) in found for pair in right["not_structures"])


def test_joined_structures_are_one_for_the_rule_that_keeps_colleagues_apart() -> None:
    lines = question_of(whole_interview("lampe.csv"), "structures").lines
    apart = {line.key: "apart" for line in lines}
    rule = {"criteria": ["different employeur", "coverage chantiers chantiers"]}
    joined = whole_interview("lampe.csv").answered(rule)
    separate = joined.answered({"structures": apart})
    counts = [meetings(each.text, OURS["lampe.csv"].path) for each in (joined, separate)]
    effect = question_of(joined, "structures").choices[0].effect
    assert [int(number) for number in re.findall(r"\d+", effect)] == counts
    assert counts[0] < counts[1]


def meetings(text: str, path: Path) -> int:
    """Return the number of pairs that a programme allows."""
    programme = mm.Programme.read(tomllib.loads(text))
    return mm.match(mm.read_survey(programme, path), programme).problem.scores.count


@NAMES
def test_no_question_holds_the_row_of_a_person(name: str) -> None:
    sample = OURS[name]
    told = json.dumps([one.to_dict() for one in whole_interview(name).questions], ensure_ascii=False)
    told += questions_text(whole_interview(name).questions)
    first = sample.path.read_text("utf-8").partition("\n")[0]
    with sample.path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=max(";,\t", key=first.count)))
    personal = {row[column] for row in rows for column in row if "@" in row[column] or column in sample.right["names"]}
    assert len(personal) > len(rows)
    assert not [text for text in personal if text in told]


@NAMES
def test_accepting_the_others_leaves_decisions_and_missing_numbers_open(name: str) -> None:
    accepted = interview_of(name).accepted()
    left = {one.id for one in accepted.open}
    assert "shared" in left
    assert ("places" in left) == any(
        NUMBER_CHOICE in one.values or one.proposed is None for one in accepted.questions if one.id == "places"
    )
    assert "contacts = [" not in "\n".join(line for line in accepted.text.splitlines() if not line.startswith("#"))


@pytest.mark.parametrize("name", some_of(OURS))
def test_every_choice_of_every_question_makes_a_programme(name: str) -> None:
    whole = whole_interview(name)
    for question in whole.questions:
        for stated in possible_replies(question):
            other = DraftInterview.of(whole.tables, {**up_to(whole, question), question.id: stated})
            mm.Programme.read(tomllib.loads(other.text))
            assert question_of(other, question.id).reply is not None


def up_to(whole: DraftInterview, question: DraftQuestion) -> dict[str, Any]:
    """Return the replies to the questions before one."""
    before = [one.id for one in whole.questions]
    return {name: whole.replies[name] for name in before[: before.index(question.id)]}


def possible_replies(question: DraftQuestion) -> list[Any]:
    if question.form == "several":
        return [[], question.values, *([value] for value in question.values)]
    if question.form == "one":
        return list(question.values)
    values = {NUMBER_CHOICE: "3", TEXT_CHOICE: "Accord écrit"}
    return [{}, *({line.key: values.get(value, value) for line in question.lines} for value in question.values)]


def test_the_edits_of_the_replies_are_those_of_the_form() -> None:
    interview = whole_interview("ropes.csv")
    text = mm.edits.ProgrammeText.of(interview.draft.text.encode())
    assert {edit.edit for edit in interview.edits} <= {"settings", "meaning", "question", "add", "weights"}
    assert sum(one.weight for one in text.programme.criteria) == 100
    assert text.programme.documents.contacts == ("work_email",)


@NAMES
def test_a_file_of_questions_makes_the_same_programme(name: str) -> None:
    whole = whole_interview(name)
    read = read_replies(questions_text(whole.questions).encode(), "questions.toml")
    assert DraftInterview.of(whole.tables, read).text == whole.text


@NAMES
def test_a_file_of_questions_as_it_is_written_accepts_what_is_proposed_and_decides_nothing(name: str) -> None:
    blank = interview_of(name)
    written = questions_text(blank.with_proposals().questions)
    read = DraftInterview.of(blank.tables, read_replies(written.encode(), "questions.toml"))
    assert "role" in read.replies
    assert "shared" in {one.id for one in read.open}
    assert "answer = " in written


@pytest.mark.parametrize(
    ("stated", "where"),
    [
        ({"rôle": "mentors"}, "rôle"),
        ({"role": "Dans cette aventure : A / B"}, "role"),
        ({"role": {"question": "Votre taille", "mentor": "a", "mentee": "b"}}, "role.question"),
        ({"role": {"question": "Dans cette aventure, vous êtes là pour…", "mentor": "Tenir la lampe"}}, "role.mentee"),
        ({"role": 3}, "role"),
        ({"shared": "tel"}, "shared"),
        ({"shared": ["fax"]}, "shared"),
        ({"places": {"une": 0}}, "places, ligne 1"),
        ({"places": {"une": True}}, "places, ligne 1"),
        ({"places": {"une": 51}}, "places, ligne 1"),
        ({"places": {"une": 1, "trois": 3}}, "places, ligne 2"),
        ({"places": 3}, "places"),
        ({"structures": {"Mairie de Vannes = Ville de Vannes": "oui"}}, "structures, ligne 1"),
    ],
)
def test_unknown_and_stale_replies_are_refused_by_name_without_a_word_of_them(
    stated: dict[str, Any], where: str
) -> None:
    with mm.language("fr"), pytest.raises(RequestError) as refused:
        DraftInterview.of(tables_of(OURS["lampe.csv"].path), stated)
    assert [problem.where for problem in refused.value.problems] == [where]
    assert "trois" not in str(refused.value)


def test_all_wrong_replies_are_told_together() -> None:
    with pytest.raises(RequestError) as refused:
        DraftInterview.of(tables_of(OURS["lampe.csv"].path), {"age": "x", "shared": ["fax"], "role": "y"})
    assert len(refused.value.problems) == 3


def test_a_role_can_be_named_by_hand_with_several_answers_a_side() -> None:
    question = "What brings you to Ropes & Rigging?"
    sides = {"question": question, "mentor": ["I know the ropes", "Just curious"], "mentee": "I am learning the ropes"}
    named = interview_of("ropes.csv").answered({"role": sides})
    programme = mm.Programme.read(tomllib.loads(named.text))
    cohort = mm.read_survey(programme, OURS["ropes.csv"].path)
    assert (len(cohort.mentors.ids), len(cohort.mentees.ids)) == (8, 10)


def test_an_answer_of_one_person_alone_is_shown_nowhere_and_accepted_if_staff_write_it(tmp_path: Path) -> None:
    rows = ["Courriel;Ta place;Thèmes", "a@asso.invalid;Devant;x", *(f"{c}@asso.invalid;Derrière;x" for c in "bcde")]
    (tmp_path / "r.csv").write_text("\n".join(rows), "utf-8")
    interview = DraftInterview.of(read_tables(tmp_path / "r.csv"))
    assert "Devant" not in json.dumps([one.to_dict() for one in interview.questions], ensure_ascii=False)
    named = interview.answered({"role": {"question": "Ta place", "mentor": "devant", "mentee": "Derrière"}})
    programme = mm.Programme.read(tomllib.loads(named.text))
    cohort = mm.read_survey(programme, tmp_path / "r.csv")
    assert (len(cohort.mentors.ids), len(cohort.mentees.ids)) == (1, 4)


def test_numbers_and_counts_are_not_proposed_to_tell_the_sides(tmp_path: Path) -> None:
    rows = [f"{c}@asso.invalid;{'Devant' if c in 'abc' else 'Derrière'};{1 + (c in 'abc')};Une" for c in "abcdef"]
    text = ["Courriel;Ta place;Étage;Nombre de séances", *rows, "g@asso.invalid;Devant;2;Deux"]
    (tmp_path / "r.csv").write_text("\n".join(text), "utf-8")
    asked = question_of(DraftInterview.of(read_tables(tmp_path / "r.csv")), "role")
    assert "Ta place" in " ".join(asked.values)
    assert not any(name in value for name in ("Étage", "séances") for value in asked.values)


def test_one_side_alone_is_a_reply_and_the_other_file_is_asked_for() -> None:
    alone = interview_of("lampe.csv").answered({"role": "mentees"})
    programme = mm.Programme.read(tomllib.loads(alone.text))
    assert programme.heading.role is None
    assert alone.draft.lacking == ()
    assert len(mm.read_survey(programme, mentees=OURS["lampe.csv"].path).mentees.ids) == 17


def test_each_role_of_the_labelled_questionnaires_is_told_or_can_be_named(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "questions"
    render = renderer(folder)
    seen = 0
    for path in sorted((folder / "open").glob("*.yaml")):
        document = render.read(path)
        told = [question for question in document["questions"] if question.get("role")]
        if document["role"] != "field" or not told or "columns" in told[0]:
            continue
        seen += 1
        (tmp_path / path.stem).mkdir()
        interview = DraftInterview.of(read_tables(**sources(document, render, tmp_path / path.stem)))
        role = interview.draft.outline.role
        asked = [one for one in interview.questions if one.id == "role"]
        assert role is not None or any(told[0]["text"] in column for one in asked for column in one.columns), path.stem
    assert seen >= 6


def test_more_than_eight_doubts_leave_those_that_change_pairs_least() -> None:
    assert len(set(QUESTION_PRIORITY)) == len(QUESTION_PRIORITY) > MAX_QUESTIONS


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("DREAL ARA", "DREAL Auvergne-Rhône-Alpes", True),
        ("C.C.A.S. Lorient", "CCAS Lorient", True),
        ("St. Mary's Hosp.", "St Mary's Hospital", True),
        ("Mairie de Nantes", "Ville de Nantes", True),
        ("Ville de Nantes", "Ville de Vannes", False),
        ("Université Paris 1", "Université Paris 12", False),
        ("CD 35", "Conseil départemental 35", True),
        ("Mairie", "mairie", False),  # read as one by every comparison of answers
        ("", "Mairie", False),
    ],
)
def test_names_that_may_be_one_structure(one: str, other: str, *, same: bool) -> None:
    assert may_be_one(one, other) == may_be_one(other, one) == same


def test_the_replies_of_staff_are_those_that_the_figures_use() -> None:
    question = question_of(interview_of("lampe.csv").accepted(), "places")
    assert reply(question, {}) == {"Deux au maximum": "2", "une": "1", "autant qu'il faudra": 2}


def frame_of(columns: dict[str, list[str]]) -> Tables:
    """Return a table of people who are mentors and mentees in turns, with these columns."""
    count = len(next(iter(columns.values())))
    sides = ["Mentor·e", "Mentoré·e"] * (count // 2)
    emails = [f"p{n}@asso.invalid" for n in range(count)]
    return read_tables(DataFrame({"Courriel": emails, "Vous êtes": sides, **columns}, dtype=object))


def test_columns_that_begin_alike_are_asked_for_and_become_one_grid() -> None:
    levels = ["Pas important", "Important", "Très important"] * 4
    tables = frame_of({"Vos attentes Conseils": levels, "Vos attentes Écoute": levels[::-1]})
    asked = DraftInterview.of(tables)
    question = question_of(asked, "items")
    assert (question.form, question.proposed) == ("each", {"Vos attentes": "join"})
    made = asked.answered({"items": {"Vos attentes": "join"}})
    joined = mm.Programme.read(tomllib.loads(made.text))
    grid = joined.fields["attentes"]
    assert grid.kind == "levels"
    assert list(grid.items) == ["Conseils", "Écoute"]
    assert joined.mapping.questions["Vos attentes Conseils"] == "attentes [Conseils]"
    assert (made.draft.dry_run.problems, dict(made.draft.dry_run.misread)) == ((), {})
    assert asked.answered({"items": {"Vos attentes": "apart"}}).text == asked.text


@pytest.mark.parametrize(
    "headers",
    [
        ("Ce que vous pouvez transmettre", "Ce que vous aimeriez apprendre"),
        ("Vos attentes [Conseils]", "Vos attentes [Écoute]"),
        ("Do you like working alone?", "Do you like working early?"),
        ("Thème", "Théâtre"),
    ],
)
def test_twins_items_and_whole_questions_are_no_items_of_another(headers: tuple[str, str]) -> None:
    levels = ["Budget", "Réseau", "Droit"] * 4
    asked = DraftInterview.of(frame_of({headers[0]: levels, headers[1]: levels[::-1]}))
    assert "items" not in {one.id for one in asked.questions}


TYPED = ["Faure Élise", "Nadège Vialard", "Ruiz Ana", "Okafor Patience"] * 2


def test_the_order_of_first_and_last_name_is_asked_if_no_mark_shows_it() -> None:
    asked = DraftInterview.of(frame_of({"Nom et prénom": TYPED}))
    assert question_of(asked, "name_order").proposed == "as_typed"
    assert "surname_first" not in asked.text
    programme = mm.Programme.read(tomllib.loads(asked.answered({"name_order": "last_first"}).text))
    assert programme.documents.surname_first
    full = DraftInterview.of(frame_of({"Nom complet": TYPED}))
    assert "name_order" not in {one.id for one in full.questions}


@pytest.mark.parametrize(
    "more",
    [
        {"Nom et prénom": ["TEYSSIER Bruno", "FAURE Élise", *TYPED[2:]]},
        {"Nom et prénom": TYPED, "Adresse": ["elise.faure@x.invalid", "", "a.ruiz@x.invalid", *[""] * 5]},
        {"Nom et prénom": TYPED, "Votre prénom usuel": ["Élise", "", "Ana", "", "Élise", "", "", ""]},
    ],
)
def test_certain_marks_show_that_the_last_name_comes_first(more: dict[str, list[str]]) -> None:
    tables = frame_of(more)
    name = next(entry for entry in make_draft(tables).entries if entry.question == "Nom et prénom")
    assert marked_order(name, make_draft(tables).entries) is True


def test_marks_that_differ_show_no_order() -> None:
    tables = frame_of({"Nom et prénom": ["TEYSSIER Bruno", "Élise FAURE", "RUIZ Ana", *TYPED[3:]]})
    name = next(entry for entry in make_draft(tables).entries if entry.question == "Nom et prénom")
    assert marked_order(name, make_draft(tables).entries) is None


def test_letters_call_people_first_name_first_if_marks_show_the_last_name_first() -> None:
    typed = ["TEYSSIER Bruno", "FAURE Élise", "Ruiz Ana", "OKAFOR Patience", "Rees Gwilym Lloyd", "VIALARD Nadège"]
    tables = frame_of({"Nom et prénom": typed})
    programme = mm.Programme.read(tomllib.loads(DraftInterview.of(tables).text))
    assert programme.documents.surname_first
    (name,) = programme.documents.names
    contacts = Contacts((name,), {("mentor", "p"): {name: "Ruiz Ana"}})
    assert names_of(contacts, {"mentor": ["p"]}, programme) == {("mentor", "p"): "Ana Ruiz"}


def test_dates_and_figures_are_no_list_whose_separator_is_asked() -> None:
    frame = DataFrame(
        {
            "Date de réponse": [f"{12 + day % 4}/05/2025" for day in range(24)],
            "Courriel": [f"p{day}@x.example" for day in range(1, 25)],
            "Votre rôle": ["Mentor", "Mentee"] * 12,
            "Note": [f"{day % 3}/2" for day in range(24)],
        }
    )
    assert "separator" not in [one.id for one in mm.draft_programme(frame).questions]
