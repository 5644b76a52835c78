"""Numbers in words, with units or separators are read where they have one meaning, and else refused with their kind."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import polars as pl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import Programme, read_survey
from mentormatch.fields import Answer, AnswerReading, Figures, Number, SeveralAnswers
from mentormatch.fields.numbers import parse_number, read_number
from tests.doors import substitute
from tests.survey.intake.answers import KEY, frame

PEOPLE = Number(question="Combien de personnes pouvez-vous accompagner ?")

IN_FRENCH = (
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit "
    "dix-neuf vingt vingt-et-un vingt-deux vingt-trois vingt-quatre vingt-cinq vingt-six vingt-sept vingt-huit "
    "vingt-neuf trente trente-et-un trente-deux trente-trois trente-quatre trente-cinq trente-six trente-sept "
    "trente-huit trente-neuf quarante quarante-et-un quarante-deux quarante-trois quarante-quatre quarante-cinq "
    "quarante-six quarante-sept quarante-huit quarante-neuf cinquante cinquante-et-un cinquante-deux cinquante-trois "
    "cinquante-quatre cinquante-cinq cinquante-six cinquante-sept cinquante-huit cinquante-neuf soixante "
    "soixante-et-un soixante-deux soixante-trois soixante-quatre soixante-cinq soixante-six soixante-sept "
    "soixante-huit soixante-neuf soixante-dix soixante-et-onze soixante-douze soixante-treize soixante-quatorze "
    "soixante-quinze soixante-seize soixante-dix-sept soixante-dix-huit soixante-dix-neuf quatre-vingts "
    "quatre-vingt-un quatre-vingt-deux quatre-vingt-trois quatre-vingt-quatre quatre-vingt-cinq quatre-vingt-six "
    "quatre-vingt-sept quatre-vingt-huit quatre-vingt-neuf quatre-vingt-dix quatre-vingt-onze quatre-vingt-douze "
    "quatre-vingt-treize quatre-vingt-quatorze quatre-vingt-quinze quatre-vingt-seize quatre-vingt-dix-sept "
    "quatre-vingt-dix-huit quatre-vingt-dix-neuf cent "
)
FRENCH = IN_FRENCH.split()
"""The numbers from 0 to 100 as a dictionary has them: an oracle written by hand, not generated."""
ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TEENS = (
    *("ten", "eleven", "twelve", "thirteen", "fourteen"),
    *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ENGLISH = [
    "zero", *ONES, *TEENS, *(word for ten in TENS for word in (ten, *(f"{ten}-{one}" for one in ONES))), "one hundred",
]  # fmt: skip
BELGIAN = {"septante": 70, "septante-et-un": 71, "nonante-neuf": 99, "huitante": 80, "octante-deux": 82}
FURTHER = {
    "cent un": 101, "deux cents": 200, "trois cent vingt et un": 321, "a hundred": 100, "a hundred and five": 105,
    "two hundred and twelve": 212, "neuf cent quatre-vingt-dix-neuf": 999, "mille": 1000, "une": 1, "vingt et une": 21,
}  # fmt: skip
WORDS = [*enumerate(FRENCH), *enumerate(ENGLISH), *((value, word) for word, value in {**BELGIAN, **FURTHER}.items())]
SPELL: st.SearchStrategy[Callable[[str], str]] = st.sampled_from(
    [str, str.upper, str.title, lambda word: word.replace("-", " "), lambda word: f" {word}. "]
)
BESIDE = st.sampled_from(
    ["{}", "{} personnes", "{} personne(s)", "{} people", "{} mentoré·e·s", "{} mentors", "({})", "{} !"]
)


@pytest.mark.promise(6)
def test_every_number_from_0_to_100_is_read_in_words_of_both_languages() -> None:
    assert (len(FRENCH), len(ENGLISH)) == (101, 101)
    assert [word for value, word in WORDS if PEOPLE.read(word).value != value] == []


@given(st.sampled_from(WORDS), SPELL, BESIDE)
def test_a_number_in_words_is_read_however_it_is_spelled_and_whoever_is_counted(
    number: tuple[int, str], spell: Callable[[str], str], beside: str
) -> None:
    value, word = number
    reading = PEOPLE.read(beside.format(spell(word)))
    assert (reading.value, reading.note) == (value, "")


@given(st.integers(0, 10**9), BESIDE, st.sampled_from([" ", "\u00a0", "\u202f", "", "'"]))
def test_whole_numbers_are_read_with_their_thousands_apart(value: int, beside: str, separator: str) -> None:
    text = beside.format(f"{value:,}".replace(",", separator))
    assert PEOPLE.read(text).value == value


@given(st.integers(0, 10**7), st.integers(0, 99), st.sampled_from([(".", ","), (",", "."), (" ", ","), ("", ".")]))
def test_both_ways_to_separate_thousands_and_decimals_are_read(whole: int, part: int, marks: tuple[str, str]) -> None:
    grouped = f"{whole:,}".replace(",", marks[0])
    assert Number(question="?").read(f"{grouped}{marks[1]}{part:02d}").value == whole + part / 100


FIGURES = st.integers(0, 100).map(str)
OF_WORDS = st.sampled_from([*FRENCH, *ENGLISH])


@pytest.mark.promise(6)
@given(FIGURES | OF_WORDS, FIGURES | OF_WORDS, st.sampled_from([" - ", " à ", " ou ", " to ", "/", " or ", "; "]))
def test_a_range_is_never_rounded(one: str, other: str, between: str) -> None:
    reading = PEOPLE.read(f"{one}{between}{other} personnes")
    assert reading.value is None
    assert reading.note


@pytest.mark.promise(6)
@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        (
            "plage de nombres",
            ["1-2", "2 à 3", "de 2 à 3 personnes", "entre 2 et 4", "un ou deux", "one or two", "1/2", "2–3"],
        ),
        ("plusieurs nombres", ["1 2", "2;3", "06 12 34 56 78", "3 (max 4)", "1, 2, 3"]),
        (
            "un nombre et du texte",
            ["peut-être 2", "2 à la fois", "M01", "n° 2", "les deux", "2 mais pas en mai", "- 2"],
        ),
        ("une unité", ["3 h", "6 mois", "100 €", "45 min", "2 fois par mois", "20 km"]),
        ("une date", ["2026-02-01", "01/02/2026", "1-févr.", "2 févr. 2026", "02/01/2026 00:00"]),
        ("des heures et des minutes", ["2h30", "2:30", "1 h 15 min"]),
        ("un pourcentage", ["50 %", "50%", "50 percent"]),
        ("un rang", ["1er", "2e", "1st", "3rd", "2ème"]),
        ("un minimum", ["10+", "au moins 2", "plus de 10", "2 ou plus", "at least 3", "> 3"]),
        ("une limite", ["moins de 3", "fewer than 3", "<3"]),
        ("des milliers ou des décimales", ["1.000", "1,000", "12.345", "1,500 personnes"]),
        ("nombre attendu", ["aucun", "personne", "²", "½", "beaucoup", "1e3", "0x10", "1,2,3", "x" * 400, "9" * 400]),
    ],
)
def test_what_has_no_one_meaning_is_refused_with_its_kind_and_without_the_answer(kind: str, texts: list[str]) -> None:
    for text in texts:
        reading = PEOPLE.read(text)
        assert reading.value is None, text
        assert kind in reading.note, text
        assert text not in reading.note.replace("« 1-2 »", "")


@pytest.mark.parametrize(
    ("text", "value", "note"),
    [("environ 3", 3, "approximatif"), ("~3", 3, "approximatif"), ("3 ?", 3, "approximatif"), ("max 2", 2, "maximum"),
     ("2 personnes maximum", 2, "maximum"), ("jusqu'à 3", 3, "maximum"), ("no more than 2", 2, "maximum")],
)  # fmt: skip
def test_a_number_that_is_hedged_is_read_and_told(text: str, value: float, note: str) -> None:
    reading = PEOPLE.read(text)
    assert reading.value == value
    assert note in reading.note


@pytest.mark.parametrize(
    ("text", "question", "value"),
    [("3 h", "Combien d'heures par mois ?", 3), ("3 hours a month", "How many hours a month?", 3),
     ("2 ans", "Années", 2), ("6 mois", "Années d'expérience", None), ("3 h par semaine", "Heures par mois", None),
     ("20 kms", "Distance en kilomètres", 20), ("100 euros", "Budget (€)", 100), ("50 %", "Part du temps (%)", 50)],
)  # fmt: skip
def test_a_unit_is_read_where_the_question_asks_for_it(text: str, question: str, value: float | None) -> None:
    assert Number(question=question).read(text).value == value


@pytest.mark.parametrize(("most", "value"), [(10, 1.5), (1500, None), (None, None)])
def test_limits_decide_between_thousands_and_decimals_where_they_can(most: float | None, value: float | None) -> None:
    assert Number(question="?", least=0, most=most).read("1,500").value == value
    assert Number(question="?", least=100, most=5000).read("1,500").value == 1500


@pytest.mark.parametrize(
    ("answer", "value"),
    [(SeveralAnswers.of(["2"]), 2), (SeveralAnswers.of(["1", "2"]), None),
     ({"2 personnes": "X", "3 personnes": ""}, 2), ({"1": "X", "2": "X"}, None),
     ("\uff13", 3), ("\u22121", -1), ("deux (2)", 2)],
)  # fmt: skip
def test_numbers_lists_and_boxes_are_read_by_the_same_rule(answer: Answer, value: float | None) -> None:
    assert PEOPLE.read(answer).value == value


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_is_told(text: str) -> None:
    reading = PEOPLE.read(text)
    assert reading.value is not None or reading.note or not text.strip()


def test_a_capacity_in_words_counts_and_a_range_is_a_remark_that_no_answer_is_in() -> None:
    fields = {"code": KEY, "places": {"question": "Combien de personnes ?", "kind": "number", "side": "mentor"}}
    rules = [{"kind": "capacity", "field": "places"}]
    stated = Programme.read({"programme": {"name": "Essai"}, "fields": fields, "rules": rules})
    mentors = frame("Code|Combien de personnes ?", "M1|deux", "M2|1-2", "M3|Three people")
    cohort = read_survey(stated, mentors=mentors, mentees=frame("Code", "E1"))
    values = cohort.mentors.numbers("places").values
    assert (values[0], values[2]) == (2, 3)
    assert cohort.mentors.known("places").tolist() == [True, False, True]
    (remark,) = cohort.remarks
    assert remark.line == 3
    assert "une plage de nombres" in remark.text
    assert "1-2" not in remark.text


@pytest.mark.parametrize("number", [12.345, -0.125, 1000.5])
def test_a_number_that_came_as_one_is_that_number_through_every_door(number: float, tmp_path: Path) -> None:
    told = {"Code": "1", "Distance": number}
    written = tmp_path / "nombres.xlsx"
    with xlsxwriter.Workbook(written) as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate((told, told.values())):
            sheet.write_row(row, 0, list(cells))
    fields = {"code": KEY, "km": {"question": "Distance", "kind": "number"}}
    criteria = [{"kind": "closeness", "field": "km"}]
    programme = Programme.read({"programme": {"name": "Essai"}, "fields": fields, "criteria": criteria})
    for door in ([told], pd.DataFrame([told]), pl.DataFrame([told]), written):
        assert read_survey(programme, mentees=door).mentees.numbers("km").values.tolist() == [number]


def test_plain_figures_are_read_without_a_look_at_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Megabytes of cells like dates are read in the time that a file may take: none of these is taken apart."""
    looks: list[str] = []

    def look() -> dict[tuple[str, ...], int]:
        looks.append("numerals")
        return {}

    substitute(monkeypatch, "fields", numerals=look)
    for text in ("20260314", "007", "2026-03-14T10:22:05.123+01:00", "12/03/2026", "14.03.26 10:00", "1 000,5"):
        read_number(text, "Date d'arrivée")
        parse_number(text)
    assert not looks
    assert read_number("20260314", "Date d'arrivée") == (20_260_314.0, "")
    assert read_number("12 au plus", "Date d'arrivée")[0] == 12
    assert looks


def test_a_number_of_a_spreadsheet_that_is_not_read_has_a_remark() -> None:
    assert Number().read(Figures("1e+22")) == AnswerReading(None, "nombre attendu")
