"""The board as a widget, without a browser: what is asked and answered, and what a notebook keeps."""

import subprocess
import sys

import pytest

import mentormatch as mm
from mentormatch import Matching
from mentormatch.explanation.names import Labels
from tests.report.cohorts import FIELDS, matched, person, programme
from tests.report.readers import Outline


@pytest.fixture(scope="module")
def matching() -> Matching:
    by_email = {**FIELDS, "code": {"question": "Courriel", "kind": "text", "use": "contact"}}
    mentors, mentees = ([person(f"{letter}{n}@example.org") for n in range(3)] for letter in "ab")
    return matched(programme(fields=by_email), mentors, mentees)


def test_what_is_asked_of_the_widget_is_answered_in_its_view(matching: Matching) -> None:
    widget = mm.open_board(matching)
    pair = widget.view["pairs"][0]
    widget.asked = {"turn": 1, "what": {"action": "ban", "mentor": pair["mentor"], "mentee": pair["mentee"]}}
    assert (widget.view["turn"], widget.view["refusal"]) == (1, "")
    assert len(widget.matching.programme.rules) == len(matching.programme.rules) + 1
    widget.asked = {"turn": 2, "what": {"action": "fly"}}
    assert widget.view["turn"] == 2
    assert widget.view["refusal"]


@pytest.mark.promise(25)
def test_a_notebook_keeps_pseudonyms_and_a_table_that_needs_no_kernel(matching: Matching) -> None:
    widget = mm.open_board(matching)
    data, _ = widget._repr_mimebundle_()
    assert "example.org" not in str(data)
    assert "example.org" not in str(widget.view)
    found = Outline(data["text/html"])
    assert found.balanced
    assert {"M01", "E01"} <= set(found.inside("th.who pair"))
    assert "application/vnd.jupyter.widget-view+json" in data


def test_names_are_shown_where_they_are_given(matching: Matching) -> None:
    named = Labels({("mentor", "a0@example.org"): "Ana"}, "?")
    widget = mm.open_board(matching, labels=named)
    assert widget.view["people"][0]["name"] == "Ana"
    assert "Ana" in widget._repr_html_()


def test_without_anywidget_the_board_says_what_to_install() -> None:
    code = "import sys; sys.modules['anywidget'] = None; import mentormatch as mm; mm.open_board"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1].endswith("pip install 'mentormatch-engine[notebook]'")


def test_the_module_of_the_board_makes_no_markup_and_loads_nothing() -> None:
    from mentormatch.widgets.board.texts import BOARD_TEXTS, script

    written = script().replace('"http://www.w3.org/2000/svg"', '""')  # the name of a language, from which nothing comes

    forbidden = (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
        "http",
        "import",
    )
    assert [word for word in forbidden if word in written] == []
    made = [
        name for name in BOARD_TEXTS if f"{name.partition('_')[0]}_${{" in written
    ]  # of a beginning and what is shown
    assert [name for name in BOARD_TEXTS if name not in written and name not in made] == []
