"""A workbook is read in the language that it was written in, whatever is spoken when it is back."""

from functools import cache
from pathlib import Path

import pytest

from mentormatch import Matching, SurveyError, examples, language, match, read_decisions
from mentormatch.languages.translation import LANGUAGES, tr
from tests.english import french_in
from tests.report.readers import sheets
from tests.report.reviewed.edits import saved, with_cells, with_row, without_row, workbook

FRENCH_CHOICES = ("Validé", "Refusé", "À discuter")
CHOICES = {"fr": FRENCH_CHOICES, "en": ("Validated", "refused", "to discuss")}


@cache
def proposed() -> Matching:
    return match(examples.cohort(), examples.programme())


@cache
def written(code: str) -> bytes:
    with language(code):
        return workbook(proposed())


@pytest.mark.parametrize("spoken", LANGUAGES)
@pytest.mark.parametrize("code", LANGUAGES)
def test_decisions_come_back_in_either_language(code: str, spoken: str, tmp_path: Path) -> None:
    first, second, third = [(pair.mentor, pair.mentee) for pair in proposed().pairs[:3]]
    with language(code):
        choices = CHOICES.get(code) or tuple(map(tr, FRENCH_CHOICES))
    cells = dict(zip(("F2", "F3", "F4"), choices, strict=True))
    path = saved(tmp_path, with_cells(written(code), cells))
    with language(spoken):
        decisions = read_decisions(path, examples.cohort(), examples.programme())
    assert (decisions.pins, decisions.bans, decisions.discussed) == ((first,), (second,), (third,))


def test_decisions_are_counted_in_the_language_that_is_spoken(tmp_path: Path) -> None:
    path = saved(tmp_path, with_cells(written("fr"), {"F2": "Validé"}))
    with language("en"):
        assert str(read_decisions(path)).replace("\u00a0", " ") == "1 imposed pair"


def test_what_is_wrong_is_told_in_one_language_with_the_titles_of_the_other(tmp_path: Path) -> None:
    path = saved(tmp_path, with_cells(written("fr"), {"F2": "peut-être", "A3": "M99"}))
    with language("en"), pytest.raises(SurveyError) as raised:
        read_decisions(path)
    where = [problem.where for problem in raised.value.problems]
    assert where == ["sheet “Binômes”, line 2, column “Validation”", "sheet “Binômes”, line 3, column “Mentor·e”"]
    assert "“Validé”, “À discuter”, “Refusé”, or nothing" in str(raised.value)


def test_all_that_can_be_wrong_is_told_in_english(tmp_path: Path) -> None:
    pair = proposed().pairs[0]
    rows = len(proposed().pairs) + 2
    content = written("en")
    wrong = [
        with_cells(content, {"A1": "Guide"}),
        with_cells(content, {"F2": "perhaps", "A3": "", "A4": "E01", "B5": "nobody"}),
        with_row(content, rows, pair.mentor, pair.mentee),
        with_row(content, rows, "M14", "E16", "", "", "", "To discuss"),
        without_row(content, 3),
    ]
    for place, each in enumerate(wrong):
        (tmp_path / str(place)).mkdir()
        with language("en"), pytest.raises(SurveyError) as raised:
            read_decisions(saved(tmp_path / str(place), each))
        labels = [rule.label for rule in examples.programme().rules]
        told = str(raised.value)
        for label in labels:
            told = told.replace(label, "")
        assert french_in(told) == []


def test_the_sheets_of_an_english_workbook_are_named_in_english() -> None:
    named = list(sheets(written("en")))
    assert named[:3] == ["Pairs", "Without a pair", "Points in detail"]
    assert french_in(*named) == []
