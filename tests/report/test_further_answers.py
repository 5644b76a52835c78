"""What a programme asks for beside the pairs: on page and in workbook alike, worked out once, in any language."""

from dataclasses import replace
from functools import partial
from html import unescape
from io import BytesIO
from re import sub

import pytest
from openpyxl import load_workbook

import mentormatch as mm
from mentormatch.programme.sections import FurtherSheet
from mentormatch.report import further_answers
from mentormatch.report.exporters.page import PageExporter
from mentormatch.report.exporters.workbook import WorkbookExporter
from mentormatch.report.further_answers import ANALYSES, STAFF_ONLY
from mentormatch.report.texts import spaced
from tests.doors import substitute
from tests.operations.situations import edition, market

ALL: tuple[FurtherSheet, ...] = ("recruit", "incentives", "sturdy", "learn")


def page(matching: mm.Matching) -> str:
    """Return the words of the page of the committee."""
    return " ".join(unescape(sub("<[^>]+>", " ", PageExporter().content(matching).decode())).split())


def workbook(matching: mm.Matching) -> dict[str, list[str]]:
    """Return the texts of each sheet."""
    book = load_workbook(BytesIO(WorkbookExporter().content(matching)))
    return {sheet.title: [str(c.value) for row in sheet.iter_rows() for c in row if c.value] for sheet in book}


def plain(text: str) -> str:
    return " ".join(spaced(text).split())


@pytest.mark.parametrize("spoken", ["fr", "en"])
def test_page_and_workbook_tell_each_answer_that_is_asked_for(spoken: str) -> None:
    made = market(4, 5, documents={"sheets": list(ALL)}).with_editions([edition()] * 2)
    with mm.language(spoken):
        shown, sheets = page(made), workbook(made)
        told = {one.name: one for one in further_answers.get_optional_analyses(made)}
    assert tuple(told) == ALL
    for name, one in told.items():
        assert not isinstance(one.found, str)
        assert set(map(plain, one.found.sentences)) <= set(map(plain, sheets[one.title])), name
        there = {plain(sentence) in shown for sentence in one.found.sentences}
        assert there == {name not in STAFF_ONLY}, name
        assert (one.title in shown) is (name not in STAFF_ONLY)


def test_nothing_is_solved_where_nothing_is_asked_for_and_once_for_all_documents(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = list[str]()

    def counted(name: str, matching: mm.Matching) -> object:
        asked.append(name)
        return ANALYSES[name].run(matching)

    counting = {name: replace(ANALYSES[name], run=partial(counted, name)) for name in ANALYSES}
    substitute(monkeypatch, "report", ANALYSES=counting)
    without = market(4, 5)
    page(without), workbook(without)
    assert asked == []
    made = market(4, 5, documents={"sheets": ["recruit", "sturdy"]})
    page(made), workbook(made), page(made)
    assert asked == ["recruit", "sturdy"]


def test_why_nothing_can_be_told_stands_where_the_answer_would() -> None:
    made = market(4, 5, documents={"sheets": ["learn"]})
    why = "Rien ne peut être dit : aucun suivi"
    assert why in page(made).replace("\xa0", " ")
    assert why in " ".join(workbook(made)[ANALYSES["learn"].title]).replace("\xa0", " ")


def test_editions_that_are_given_are_told_without_being_asked_for() -> None:
    few = market(4, 5).with_editions([edition(pairs=6)])
    assert "Trop peu de binômes sont allés bien, ou mal" in page(few)
    assert "Trop peu de binômes sont allés bien, ou mal" in " ".join(workbook(few)[ANALYSES["learn"].title])
    assert ANALYSES["learn"].title not in page(market(4, 5))


def test_a_market_that_somebody_watches_is_told_on_the_page_with_how_to_read_it() -> None:
    stated = mm.examples.programme().to_dict()
    stated["fields"]["situation"]["watch"] = True
    made = mm.match(mm.examples.cohort(), mm.Programme.read(stated))
    assert "Trop peu pour conclure" in page(made)
    assert "Entre parenthèses" in page(made)
