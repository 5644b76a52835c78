"""Lists, ranks, grids and boxes: what is read is what was said, and what is left aside is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch.fields import AnswerReading, Choice, Choices, Levels, Ranking, Scale, SeveralAnswers, Text
from mentormatch.fields.lists import rank_of

OPTIONS = ["Danse", "Cirque", "Son ; lumière", "Théâtre, marionnette", "Son"]
DISCIPLINES = Choices(question="?", options=OPTIONS)


@given(st.permutations(range(5)), st.integers(1, 5), st.sampled_from([";", "; ", "\n", ", "]))
def test_options_that_hold_the_joiner_are_read_back(order: list[int], count: int, joiner: str) -> None:
    chosen = order[:count]
    assert DISCIPLINES.read(joiner.join(OPTIONS[place] for place in chosen)).value == tuple(chosen)


@given(st.permutations(["Danse", "Mime", "Cirque", "Clown"]), st.sampled_from(["; ", ", ", "\n"]))
def test_an_answer_that_is_no_option_hides_none_behind_it(order: list[str], joiner: str) -> None:
    reading = DISCIPLINES.read(joiner.join(order))
    assert isinstance(reading.value, tuple)
    assert {OPTIONS[place] for place in reading.value} == {"Danse", "Cirque"}
    assert "laissée de côté" in reading.note


def test_too_many_answers_do_not_hide_one_that_is_no_option() -> None:
    note = Choices(question="?", options=["a", "b", "c"], most=1).read("a;b;d").note
    assert "plus de 1" in note
    assert "laissée de côté" in note
    note = Ranking(question="?", options=["a", "b", "c"], most=1).read("a;b;d").note
    assert "seuls les 1" in note
    assert "laissée de côté" in note


RANKS = {
    1: [
        "1",
        "1er",
        "1ère",
        "1st",
        "Choix 1",
        "1.0",
        "1,0",
        "1er choix",
        "Premier choix",
        "First choice",
        "premier",
        "1/3",
    ],
    2: ["2", "2e", "2nd", "Classement 2", "Deuxième choix", "Second choice", "2,0", "rang 2", "Choix 2 sur 3"],
    3: ["3", "3e", "3ème", "3rd", "Third choice", "Troisième", "3.0"],
}


@pytest.mark.promise(6)
@given(*(st.sampled_from(RANKS[rank]) for rank in (1, 2, 3)))
def test_ranks_are_read_however_they_are_written(first: str, second: str, third: str) -> None:
    field = Ranking(question="?", options=["a", "b", "c"])
    assert field.read({"a": third, "b": first, "c": second}) == AnswerReading((1, 2, 0))
    assert field.read({third: "a", first: "b", second: "c"}) == AnswerReading((1, 2, 0))
    assert [rank_of(text) for text in (first, second, third)] == [1, 2, 3]


def test_two_answers_of_one_rank_are_told() -> None:
    reading = Ranking(question="?", options=["a", "b", "c"]).read({"a": "1", "b": "1", "c": "2"})
    assert reading.value == (0, 1, 2)
    assert "même rang" in reading.note


def test_two_levels_of_one_line_are_told() -> None:
    field = Levels(question="?", items=["paie", "son"], levels=["non", "oui"])
    reading = field.read("paie : oui; paie : non; son : oui")
    assert reading.value == (0, 1)
    assert "deux niveaux" in reading.note
    assert field.read("paie : oui; paie : oui") == AnswerReading((1, -1))


def test_a_trailing_joiner_a_list_of_one_and_a_plural_are_the_option() -> None:
    field = Choice(question="?", options=["Danse", "Cirque"])
    answers = "Danse;", SeveralAnswers.of(["Cirque"]), "Danses", SeveralAnswers.of(["Danse", "Cirque"])
    assert [field.read(answer).value for answer in answers] == [0, 1, 0, None]


@pytest.mark.parametrize("answer", ["3", "4", "Bof"])
def test_the_place_of_a_step_is_no_answer_where_its_name_does_not_say_it(answer: str) -> None:
    reading = Scale(question="?", options=["Pas du tout", "Un peu", "Beaucoup"]).read(answer)
    assert reading.value is None
    assert reading.note


def test_a_text_in_parts_is_its_words() -> None:
    assert Text(question="?").read({"1": "Anne", "2": "Zoé"}).value == "Anne; Zoé"
