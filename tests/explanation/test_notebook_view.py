"""What a notebook shows of results: a line for programmers, a short view for people, no answer in the line."""

from collections.abc import Callable

import pytest

import mentormatch as mm
from mentormatch.explanation.notebook_view import MAX_LINES, NotebookView
from mentormatch.explanation.tables import ResultSheet

RESULTS: dict[str, Callable[[mm.Matching], object]] = {
    "programme": lambda matching: matching.programme,
    "cohort": lambda matching: matching.cohort,
    "people": lambda matching: matching.cohort.mentors,
    "problem": lambda matching: matching.problem,
    "solution": lambda matching: matching.solution,
    "matching": lambda matching: matching,
    "pair": lambda matching: matching.pairs[0],
    "unmatched": lambda matching: matching.unmatched[0],
    "certificate": lambda matching: mm.certify(matching.problem, matching.solution),
    "diagnosis": lambda matching: mm.diagnose(matching.cohort, matching.programme),
    "estimate": lambda matching: mm.estimate(matching.cohort, matching.programme),
    "incentives": lambda matching: mm.incentives(matching.cohort, matching.programme),
    "suggestions": lambda matching: mm.suggest(matching.cohort, matching.programme),
    "recruitment": mm.recruit,
    "sturdiness": mm.sturdy,
    "repair": lambda matching: mm.repair(matching, withdrawn=["M03"]),
    "carry_over": mm.carry_over,
}


@pytest.fixture(scope="module")
def matching() -> mm.Matching:
    return mm.match(mm.examples.cohort(), mm.examples.programme())


@pytest.mark.parametrize("name", RESULTS)
def test_the_text_of_a_result_is_short(name: str, matching: mm.Matching) -> None:
    text = repr(RESULTS[name](matching))
    assert text.count("\n") < 10
    assert len(text) < 800


@pytest.mark.parametrize("name", ["estimate", "incentives", "suggestions"])
def test_a_result_has_a_view_of_at_most_forty_lines(name: str, matching: mm.Matching) -> None:
    result = RESULTS[name](matching)
    assert isinstance(result, NotebookView)
    view = result._repr_html_()
    assert 0 < view.count("<p>") + view.count("<tr><td>") <= MAX_LINES + 1  # the last line counts those left out


def test_a_view_escapes_its_texts_and_counts_the_rows_left_out() -> None:
    class Result(NotebookView):
        language = "en"
        sentences = ("1 < 2",)
        sheet = ResultSheet(("a",), ("A & B",), tuple((f"<{row}>",) for row in range(50)))

    view = Result()._repr_html_()
    assert "<p>1 &lt; 2</p>" in view
    assert "<th>A &amp; B</th>" in view
    assert "<td>&lt;38&gt;</td>" in view
    assert "&lt;39&gt;" not in view
    assert view.endswith("<p>… 11\xa0lines</p></div>")
