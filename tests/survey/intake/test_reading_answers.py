"""Every kind of question: a value, written in each shape that tools export, reads back as that value."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas import DataFrame

from mentormatch import Programme, read_survey
from mentormatch.fields import (
    Answer,
    AnswerReading,
    AnyField,
    Choice,
    Choices,
    Levels,
    ListOfNames,
    Number,
    Place,
    Ranking,
    Scale,
    SeveralAnswers,
    Slots,
    Text,
    YesNo,
    fields_by_kind,
)
from mentormatch.languages.text_keys import fold
from mentormatch.places.finding import TOWN_DEPARTEMENTS
from mentormatch.places.gazetteer import DEPARTEMENTS
from mentormatch.survey.values import cell_of
from tests.laws.questionnaires import QUESTIONNAIRES, answered_to
from tests.survey.intake.answers import KEY

KINDS = sorted(fields_by_kind())
CROSSES = st.sampled_from(["X", "x", "Oui", "1", "true", "Vrai", "Yes"])
BLANKS = st.sampled_from(["", " ", "Non", "0", "false"])
JOINERS = st.sampled_from([";", "; ", " ;\n", "\n", "\r\n", ", ", ","])


def asked(kind: str) -> st.SearchStrategy[AnyField]:
    """Draw a question of this kind."""
    return st.sampled_from([questions[f"{kind}_both"] for questions in QUESTIONNAIRES])


def retyped(text: str) -> st.SearchStrategy[str]:
    """Return the ways in which one option may be typed."""
    bare = "".join(mark for mark in unicodedata.normalize("NFD", text) if not unicodedata.combining(mark))
    ways = [text, text.upper(), f"  {text} ", unicodedata.normalize("NFD", text), bare, text.replace("'", "\u2019")]
    return st.sampled_from(ways)


@st.composite
def joined(draw: st.DrawFn, options: Sequence[str]) -> Answer:
    """Draw several options as one cell, or as a list."""
    typed = [draw(retyped(option)) for option in options]
    return (
        SeveralAnswers.of(typed)
        if draw(st.booleans())
        else draw(JOINERS).join(typed) + draw(st.sampled_from(["", ";"]))
    )


@st.composite
def crosses(draw: st.DrawFn, options: Sequence[str], chosen: Sequence[int]) -> Answer:
    """Draw one cell an option, ticked or not."""
    return {
        draw(retyped(option)): draw(CROSSES | st.just(option) if place in chosen else BLANKS)
        for place, option in enumerate(options)
    }


def written(field: AnyField, value: Any) -> st.SearchStrategy[Answer]:
    """Return the shapes in which a value of this kind of question is exported."""
    match field:
        case Choice() | Scale():
            return retyped(field.options[value])
        case Choices():
            return joined([field.options[place] for place in value]) | crosses(field.options, value)
        case Ranking():
            return ranked(field.options, value)
        case Levels():
            return graded(field, value)
        case Slots():
            return slotted(field, value)
        case _:
            return plainly(field, value)


def plainly(field: AnyField, value: Any) -> st.SearchStrategy[Answer]:
    match field:
        case YesNo():
            return st.sampled_from(["Oui", "X", " vrai", "1"] if value else ["Non", "N", "FAUX ", "0"])
        case Number():
            return numbered(value)
        case Place():
            number, name = DEPARTEMENTS[value]
            alone = [] if name.lower() in TOWN_DEPARTEMENTS else [name, name.upper()]
            return st.sampled_from([number, *alone, f"{number} - {name}", f"{name} ({number})"])
        case ListOfNames():
            return named(value)
        case _:
            return st.sampled_from([value, f" {value}\n"])


def numbered(value: float) -> st.SearchStrategy[Answer]:
    text = f"{value:.10f}"
    spaced = f"{value:,.10f}".replace(",", "\u202f").replace(".", ",")
    return st.sampled_from([text, text.replace(".", ","), spaced, f" {text}"])


def named(names: Sequence[str]) -> st.SearchStrategy[Answer]:
    if not names:
        return st.sampled_from(
            ["Aucun", " néant ", "-", "aucune", "RAS", SeveralAnswers.of(["Aucun"]), {"1": "aucun", "2": ""}]
        )
    parts = {str(place): name for place, name in enumerate(names)} | {"9": ""}
    return st.sampled_from(["; ".join(names), "\n".join(names) + ";", SeveralAnswers.of(names), parts])


@st.composite
def ranked(draw: st.DrawFn, options: Sequence[str], order: Sequence[int]) -> Answer:
    """Draw a ranking: one cell, one cell a rank, or one cell an option that holds its rank."""
    chosen = [options[place] for place in order]
    by_rank = {f"Classement {rank}": option for rank, option in enumerate(chosen, start=1)} | {"Classement 9": ""}
    by_option = {
        option: str(chosen.index(option) + 1) if option in chosen else draw(st.sampled_from(["", " "]))
        for option in options
    }
    shuffled = dict(draw(st.permutations(list(by_rank.items()))))
    return draw(joined(chosen) | st.sampled_from([by_rank, shuffled, by_option]))


@st.composite
def graded(draw: st.DrawFn, field: Levels, grades: Sequence[int]) -> Answer:
    """Draw a grid: one cell an item, or one cell with ``item : level`` for each."""
    given_levels = {item: field.levels[grade] for item, grade in zip(field.items, grades, strict=True) if grade >= 0}
    cells = {item: draw(retyped(given_levels[item])) if item in given_levels else "" for item in field.items}
    lines = [f"{item} : {level}" for item, level in given_levels.items()]
    shapes: list[Answer] = [cells, "; ".join(lines), "\n".join(lines), SeveralAnswers.of(lines)]
    return draw(st.sampled_from(shapes))


@st.composite
def slotted(draw: st.DrawFn, field: Slots, free: Sequence[int]) -> Answer:
    """Draw moments of the week: one cell a day, one a moment, one a slot, or one with all of them."""
    if not free:
        return dict.fromkeys(field.slots, "Non")
    chosen = [field.slots[place] for place in free]
    by_day = {day: [moment for moment in field.moments if f"{day} {moment}" in chosen] for day in field.days}
    by_moment = {moment: [day for day in field.days if f"{day} {moment}" in chosen] for moment in field.moments}
    joiner = draw(st.sampled_from([", ", ";", "\n"]))
    grids: list[Mapping[str, str]] = [
        {part: joiner.join(others) for part, others in grid.items()} for grid in (by_day, by_moment)
    ]
    return draw(joined(chosen) | crosses(field.slots, free) | st.sampled_from(grids))


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_a_value_reads_back_from_every_shape(kind: str, data: st.DataObject) -> None:
    field = data.draw(asked(kind))
    value = data.draw(answered_to(field))
    answer = data.draw(written(field, value))
    assert field.read(answer) == AnswerReading(value)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("blank", ["", "  ", "\u00a0", {}, {"a": "", "b": " "}])
def test_a_blank_is_no_answer_and_nothing_odd(kind: str, blank: Answer) -> None:
    assert QUESTIONNAIRES[0][f"{kind}_both"].read(blank) == AnswerReading()


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"names", "text"}))
@given(data=st.data(), answer=st.text() | st.lists(st.text()))
def test_what_is_not_understood_is_no_answer_or_a_note_and_never_an_error(
    kind: str, data: st.DataObject, answer: str | list[str]
) -> None:
    field = data.draw(asked(kind))
    reading = field.read(cell_of(answer))
    said = fold(answer if isinstance(answer, str) else "".join(answer)).strip(" ,;")
    assert reading.value is not None or reading.note or not said
    assert len(field.column([reading.value]).known) == 1


@pytest.mark.promise(6)
@pytest.mark.parametrize("text", ["inf", "-inf", "nan", "1e400", "1e3", "1,2,3", "0x10", "१", "1_000", "--1"])
def test_what_is_no_decimal_number_is_no_number(text: str) -> None:
    reading = Number(question="?").read(text)
    assert reading.value is None
    assert reading.note


@pytest.mark.promise(6)
@pytest.mark.parametrize("answer", [True, False])
def test_a_boolean_is_no_number(answer: bool) -> None:  # noqa: FBT001 - a parameter
    assert Number(question="?").read(cell_of(answer)).value is None


@pytest.mark.parametrize(("text", "value"), [("0", 0.0), ("10", 10.0), ("-1", None), ("10,5", None)])
def test_a_number_beyond_its_bounds_is_no_answer(text: str, value: float | None) -> None:
    assert Number(question="?", least=0, most=10).read(text).value == value


@pytest.mark.parametrize("name", [name for _, name in DEPARTEMENTS])
def test_every_departement_reads_by_its_name_and_by_its_number(name: str) -> None:
    place = Place(question="?")
    found = next(index for index, each in enumerate(DEPARTEMENTS) if each[1] == name)
    for spelling in (name, name.casefold(), name.replace("-", " "), DEPARTEMENTS[found][0]):
        assert place.read(spelling).value == found


@pytest.mark.parametrize("text", ["", "Hors région", "Paris ou Lyon", "99", "Savoi"])
def test_what_is_no_departement_is_no_place(text: str) -> None:
    assert Place(question="?").read(text).value is None


def test_a_box_that_repeats_its_question_is_ticked() -> None:
    assert YesNo(question="J'ai lu la notice").read("j\u2019ai lu la Notice").value == 1


def test_options_that_hold_commas_are_told_apart_where_a_comma_joins_them() -> None:
    field = Choices(question="?", options=["Marionnette", "Marionnette, objet et arts associés", "Danse"])
    assert field.read("Marionnette, objet et arts associés, Danse, Marionnette") == AnswerReading((1, 2, 0))


def test_an_option_that_is_not_offered_is_left_aside_and_the_others_stay() -> None:
    field = Choices(question="?", options=["Danse", "Cirque"])
    reading = field.read("Danse; Mime; Cirque")
    assert reading.value == (0, 1)
    assert reading.note


def test_a_joiner_of_its_own_separates_the_answers() -> None:
    assert Choices(question="?", options=["a;b", "c"], joiner="|").read("a;b | c").value == (0, 1)
    assert ListOfNames(question="?", joiner="/").read("Cie A; Cie B / Cie C").value == ("Cie A; Cie B", "Cie C")


def test_more_answers_than_asked_are_kept_where_they_are_a_set_and_cut_where_they_are_an_order() -> None:
    options = ["a", "b", "c"]
    assert Choices(question="?", options=options, most=2).read("a;b;c").value == (0, 1, 2)
    assert Ranking(question="?", options=options, most=2).read("c;b;a").value == (2, 1)
    assert "plus de 2" in Choices(question="?", options=options, most=2).read("a;b;c").note
    assert "seuls les 2" in Ranking(question="?", options=options, most=2).read("c;b;a").note


def test_a_choice_ranked_twice_counts_once() -> None:
    assert Ranking(question="?", options=["a", "b"]).read({"1": "a", "2": "a", "3": "b"}).value == (0, 1)


def test_a_cell_that_should_hold_a_rank_and_does_not_ranks_nothing() -> None:
    reading = Ranking(question="?", options=["a", "b"]).read({"a": "oui", "b": "1"})
    assert reading.value == (1,)
    assert reading.note


def test_slots_that_are_not_understood_are_not_taken_for_none() -> None:
    field = Slots(question="?", days=["lundi"], moments=["matin"])
    assert field.read("n'importe quand").value is None
    assert field.read({"lundi matin": "Non"}).value == ()


def test_a_day_without_a_moment_means_all_its_moments() -> None:
    field = Slots(question="?", days=["Mon", "Sat"], moments=["morning", "evening"])
    assert field.read("Mon, evening, Sat").value == (1, 2, 3)
    assert field.read({"Mon evening": "Yes", "Sat": "Yes"}).value == (1, 2, 3)
    assert field.read({"Mon evening": "Yes", "Sat": "No"}).value == (1,)


def test_a_grid_with_a_level_that_is_not_offered_keeps_the_others() -> None:
    field = Levels(question="?", items=["a", "b"], levels=["non", "oui"])
    reading = field.read({"a": "oui", "b": "peut-être"})
    assert reading.value == (1, -1)
    assert reading.note


def test_text_is_kept_as_typed_but_for_the_space_around_it() -> None:
    assert Text(question="?").read("  Une  phrase,\nsur deux lignes ").value == "Une  phrase,\nsur deux lignes"


def columns_of(name: str, answer: Answer) -> dict[str, str]:
    """Return the columns in which a tool writes this answer to the question ``name``."""
    if isinstance(answer, Mapping):
        return {f"{name} [{part.strip()}]": text for part, text in answer.items()}
    return {name: str(answer)}


@given(data=st.data())
def test_a_file_of_answers_of_every_kind_becomes_the_columns_that_were_meant(data: st.DataObject) -> None:
    fields = {kind: data.draw(asked(kind)).model_copy(update={"question": f"Q {kind}"}) for kind in KINDS}
    values = {kind: data.draw(answered_to(field)) for kind, field in fields.items()}
    answers = {kind: data.draw(written(field, values[kind])) for kind, field in fields.items()}
    cells: dict[str, str] = {"Code": "M01"}
    for kind, answer in answers.items():
        cells |= columns_of(f"Q {kind}", answer)
    stated = {"code": KEY, **{kind: field.model_dump() for kind, field in fields.items()}}
    programme = Programme.read({"programme": {"name": "Essai"}, "fields": stated})
    mentors = DataFrame([cells], dtype=object)
    cohort = read_survey(programme, mentors=mentors, mentees=mentors.iloc[:0])
    shown: Callable[[str], str] = cohort.mentors.person(0).__getitem__
    assert {kind: shown(kind) for kind in KINDS} == {
        kind: field.column([values[kind]]).shown(0) for kind, field in fields.items()
    }
    expected = ("aucune colonne pour", "noms presque identiques")
    assert [one.text for one in cohort.remarks if not any(text in one.text for text in expected)] == []
