"""What a question is taken for, in English as in French, and what is never copied out of the answers."""

import pytest
from pandas import DataFrame

from mentormatch.languages.vocabulary import words_of
from mentormatch.programme.drafts.capacity import get_capacity_side
from mentormatch.programme.drafts.kinds import Guess
from mentormatch.programme.drafts.roles import find_role
from mentormatch.programme.drafts.samples import QuestionSample, sample_questions
from mentormatch.programme.drafts.uses import guess_use
from mentormatch.programme.enrolment import read_tables
from mentormatch.survey.table import Record, TextTable


def sample(question: str, *answers: str) -> QuestionSample:
    return QuestionSample(question, (question,), (), tuple((answer,) for answer in answers), (None,) * len(answers))


def asked(question: str, *answers: str) -> Guess:
    return guess_use(sample(question, *answers))


@pytest.mark.parametrize(
    ("question", "answers", "kind", "use"),
    [
        ("Best e-mail for you", ("a@x.org", "b@x.org"), "text", "contact"),
        ("Given name(s)", ("Zoe", "Ana"), "text", "contact"),
        ("Mobile", ("555-0101", "555-0102"), "text", "contact"),
        ("LinkedIn profile", ("https://x.example/a", "https://x.example/b"), "text", "contact"),
        ("Student number", ("X001", "X002"), "text", "key"),
        ("Date you can start", ("03/04/2026", "13/04/2026"), "text", "display"),
        ("Your employer", ("Acme", "Acme", "Globex", "Globex"), "text", "display"),
        ("I have read and accept the code of conduct", ("Yes", "Yes"), "yesno", "consent"),
        ("Send me the newsletter", ("Yes", "No", "Yes", "No"), "yesno", "display"),
        ("T-shirt size", ("S", "M", "S", "L", "M", "L"), "choice", "display"),
        ("Gender", ("Female", "Male", "Female", "Male"), "choice", "display"),
        ("How did you hear about us?", ("Poster", "Friend", "Poster", "Friend"), "choice", "display"),
        ("How was the trainer?", ("Good", "Poor", "Good", "Poor"), "scale", "display"),
        ("Meeting style", ("Video", "Walk", "Video", "Walk"), "choice", "match"),
        ("Times", ("Monday morning;Friday evening", "Monday morning"), "slots", "match"),
        ("How many mentees?", ("1", "2", "2", "3"), "number", "match"),
        ("Are you in place?", ("Yes", "No", "Yes", "No"), "yesno", "display"),
        ("City where you work", ("Leeds", "Ghent", "Leeds", "Ghent"), "place", "match"),
        ("Country", ("Kenya", "Kenya", "Chile", "Chile", "Kenya", "Peru"), "place", "match"),
        ("Location of meetings", ("Online", "In person", "Online", "In person"), "choice", "match"),
        ("Who should we not pair you with?", tuple(f"Person {n}" for n in "abcdef"), "names", "match"),
    ],
)
def test_a_question_in_english_is_taken_for_what_it_asks(
    question: str, answers: tuple[str, ...], kind: str, use: str
) -> None:
    found = asked(question, *answers)
    assert (found.kind, found.use) == (kind, use)


def test_options_that_hold_commas_are_kept_whole() -> None:
    options = ["Writing, editing and layout", "Maps (old, new)", "Sound"]
    cells = [", ".join(options), options[0], f"{options[0]}, {options[2]}", options[1], f"{options[1]}, {options[2]}"]
    found = asked("What can you teach?", *cells * 2)
    assert found.kind == "choices"
    assert sorted(found.settings["options"]) == sorted(options)


def test_an_option_is_not_cut_in_two_where_one_is_chosen() -> None:
    found = asked("Trade", *["Law, tax", "Design, print", "Law, tax", "Sales"] * 3)
    assert found.kind == "choice"
    assert "Law, tax" in found.settings["options"]


def test_an_odd_long_option_does_no_harm() -> None:
    found = asked("Wish", *["Short", "Brief", "A very long option that goes on and on " * 3] * 4)
    assert found.kind == "choice"
    assert len(found.settings["options"]) == 3


def test_what_one_person_typed_beside_the_options_is_no_option() -> None:
    found = asked("Trade", *["Stage", "Sound", "Light"] * 6, "canary who keeps bees in Ardèche")
    assert found.kind == "choice"
    assert "canary" not in repr(found)


def test_boxes_ticked_with_their_own_label_are_one_question() -> None:
    frame = DataFrame(
        {"Name": ["Zoe", "Ana"], "Law": ["Law", ""], "Tax": ["Tax", "Tax"], "I agree": ["I agree", "I agree"]},
        dtype=object,
    )
    found = sample_questions(read_tables(frame))
    assert [one.items for one in found] == [(), ("Law", "Tax"), ()]
    assert guess_use(found[1]).kind == "choices"


def test_a_question_is_not_taken_into_the_grid_that_a_tool_may_have_put_it_under() -> None:
    header = ("Ateliers", "Ateliers [Son]", "Ateliers [Qui éviter ?]", "Ateliers [Un mot]")
    ranks = [("1", "2"), ("2", "1"), ("1", "2"), ("2", "1")] * 3
    rows = [Record(n, (*pair, f"Personne {n}", "Bonjour")) for n, pair in enumerate(ranks)]
    table = TextTable("f.csv", header, tuple(rows), alone={1: "Son", 2: "Qui éviter ?", 3: "Un mot"})
    named = {one.question for one in sample_questions([(table, None)])}
    assert {"Qui éviter ?", "Un mot"} <= named
    assert "Son" not in named


def test_a_box_for_another_answer_ends_the_boxes_of_its_question() -> None:
    ticked = {"Law": ["Law", ""], "Tax": ["Tax", "Tax"], "Other": ["", "Other"], "Junior": ["Junior", "Junior"]}
    frame = DataFrame({"Name": ["Zoe", "Ana"], **ticked, "Senior": ["", "Senior"]}, dtype=object)
    found = sample_questions(read_tables(frame))
    assert [one.items for one in found] == [(), ("Law", "Tax", "Other"), ("Junior", "Senior")]


@pytest.mark.parametrize(
    ("answers", "days", "moments"),
    [
        (("Mon, morning", "Mon, evening, Sat", "Sat"), ["Mon", "Sat"], ["morning", "evening"]),
        (("lundi matin ; samedi", "samedi", "mardi soir"), ["lundi", "mardi", "samedi"], ["matin", "soir"]),
    ],
)
def test_whole_days_stand_beside_the_moments_of_others(
    answers: tuple[str, ...], days: list[str], moments: list[str]
) -> None:
    found = asked("When could you meet?", *answers * 3)
    assert (found.kind, found.settings["days"], found.settings["moments"]) == ("slots", days, moments)
    assert asked("When could you meet?", *("Monday", "Tuesday", "Monday, Tuesday") * 3).kind != "slots"


def test_boxes_for_whole_days_and_for_moments_are_slots() -> None:
    boxes = {"Calls [Weekday mornings]": ["Yes", "No"] * 4, "Calls [Sunday]": ["No", "Yes"] * 4}
    (found,) = sample_questions(read_tables(DataFrame(boxes, dtype=object)))
    assert guess_use(found).kind == "slots"


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        (("Online", "In person", "Either"), "choice"),
        (("En persona", "En línea", "Indiferente"), "choice"),
        (("Online", "Mostly online", "Either", "In person only"), "scale"),
        (("en visio", "plutôt en visio", "les deux", "en présence"), "scale"),
        (("nur online", "lieber online", "egal", "vor Ort"), "scale"),
    ],
)
def test_formats_of_meetings_are_graded_if_one_is_only_preferred(answers: tuple[str, ...], kind: str) -> None:
    languages = ("en", "fr", "es", "de")
    with words_of(languages):
        assert asked("Meetings", *answers * 4).kind == kind


def test_one_text_that_all_gave_is_no_contact() -> None:
    assert asked("Website", *["None yet"] * 6).use != "contact"
    assert asked("Website", "a page of mine", "another one", "my page").use == "contact"


@pytest.mark.parametrize(
    ("question", "mentor", "mentee"),
    [
        ("You are here as", "An experienced trustee", "A new trustee"),
        ("Dans ce programme, vous voulez plutôt", "Donner un coup de main", "Recevoir un coup de main"),
        ("Vous êtes", "Bénévole", "Lycéen·ne"),
    ],
)
def test_answers_that_give_or_take_in_and_those_that_seek_or_are_new_tell_the_sides(
    question: str, mentor: str, mentee: str
) -> None:
    found = find_role([sample(question, *(mentor, mentee) * 4)])
    assert found is not None
    assert (found.mentor, found.mentee) == (mentor, mentee)


@pytest.mark.parametrize("answers", [("Étudiant", "Salarié"), ("New building", "Old building")])
def test_answers_that_name_no_giver_tell_no_side(answers: tuple[str, ...]) -> None:
    assert find_role([sample("I am in", *answers * 4)]) is None


@pytest.mark.parametrize(
    ("question", "side"),
    [
        ("Maximum number of businesses you would take on", "mentor"),
        ("Combien d'associations pourriez-vous accompagner ?", "mentor"),
        ("How many businesses do you run?", None),
        ("Combien de commerces avez-vous ouverts ?", None),
    ],
)
def test_organisations_are_counted_as_people_are(question: str, side: str | None) -> None:
    assert get_capacity_side(question) == side
