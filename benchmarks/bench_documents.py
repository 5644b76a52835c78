"""What somebody waits for when a result is shown or written: the first view of a notebook, and each document.

Each round begins with a matching of which nothing was explained before. What is timed is the processor, for others may
keep the machine busy. The move on the board, with its goal of 200 ms at 100 a side, solve included, stands beside them.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from time import process_time

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import mentormatch as mm
from benchmarks.bench_board import opened
from benchmarks.made import write_survey
from mentormatch import Matching
from mentormatch.operations.matching import exporter_for
from mentormatch.report.handouts import common_text, letters_book, make_handouts
from mentormatch.report.texts import render_template
from mentormatch.results import Contacts
from mentormatch.widgets.board.session import Board

SIZES = [11, 100]
GOAL_S = 0.2
"""Of a move on the board at 100 a side."""
KEPT = ("different", "veto", "capacity", "priority")
"""The rules of the example programme under which most people made at random find a partner."""

pytestmark = pytest.mark.benchmark(timer=process_time)


@cache
def made(mentors: int, mentees: int) -> tuple[Matching, Contacts]:
    """Return the matching of so many people, and how they are reached."""
    whole = mm.examples.programme()
    programme = whole.model_copy(update={"rules": [rule for rule in whole.rules if rule.kind in KEPT]})
    answers = write_survey(programme, Path(mkdtemp()) / "reponses.csv", mentors, mentees)
    return mm.match(mm.read_survey(programme, answers), programme), mm.read_contacts(programme, answers)


def fresh(done: Matching) -> Matching:
    """Return a matching of which nothing is known but its solution."""
    return Matching(done.cohort, done.programme, done.scores, done.problem, done.solution)


def handed(matching: Matching) -> bytes:
    """Return the table for letters and all sheets of participants."""
    contacts = made(len(matching.cohort.mentors), len(matching.cohort.mentees))[1]
    sheets = make_handouts(matching, contacts)
    pages = render_template("handouts.html", handed=sheets, common=common_text(matching, None))
    return letters_book(matching, contacts, sheets) + pages.encode()


DOCUMENTS: dict[str, Callable[[Matching], str | bytes]] = {
    "first view": lambda matching: matching._repr_html_(),
    "page": exporter_for(".html").content,
    "workbook": exporter_for(".xlsx").content,
    "handouts": handed,
}


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("size", SIZES)
def test_a_document(benchmark: BenchmarkFixture, size: int, document: str) -> None:
    benchmark.group = f"documents, {size} a side"
    make = DOCUMENTS[document]
    written = benchmark.pedantic(make, setup=lambda: ((fresh(made(size, size)[0]),), {}), rounds=5, warmup_rounds=1)
    assert len(written) > 100 * size


@pytest.mark.parametrize("size", SIZES)
def test_a_move_on_the_board(benchmark: BenchmarkFixture, tmp_path: Path, size: int) -> None:
    benchmark.group = f"documents, {size} a side"
    board = opened(size, tmp_path, coupled=False)
    pairs = iter([(pair["mentor"], pair["mentee"]) for pair in board.state()["pairs"]])
    benchmark.pedantic(move, setup=lambda: ((board, *next(pairs)), {}), rounds=7, warmup_rounds=1)
    assert size != 100 or benchmark.stats.stats.median < GOAL_S


def move(board: Board, mentor: str, mentee: str) -> None:
    """Set a pair aside, and have the plan solved again, compared and shown."""
    assert board.answer({"what": {"action": "ban", "mentor": mentor, "mentee": mentee}})["refusal"] == ""
