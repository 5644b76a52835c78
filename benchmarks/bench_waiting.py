"""What people wait for, beside the least that the libraries beneath need: ``python -m benchmarks.bench_waiting``.

A row a path: processor seconds of this process and its children, the median of three where they are few, of ours and of
the library on the same input in the same run. Robustness: scipy's assignment of the same matrices. Repair: one such
assignment. Plans: one HiGHS model of the last plan, which settles no ties. Workbooks: xlsxwriter with the same cells.
Pages, sheets of participants: jinja2 with all words known, and the files written. A follow-up: reading its files as
CSV, and both of its documents so.
"""

import csv
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture
from scipy.optimize import linear_sum_assignment

import mentormatch as mm
from benchmarks.bench_coupled import one_mip
from benchmarks.bench_documents import fresh, made
from benchmarks.bench_hours import processor_s, tell
from benchmarks.made import write_wave
from mentormatch import AssignmentProblem, Matching, write_handouts
from mentormatch.assignment.model.scores import pack_scores
from mentormatch.explanation.robustness import SamplingPlan, sample_problems
from mentormatch.operations.matching import case_of, exporter_for
from mentormatch.report.book import SheetWriter, WorkbookWriter
from mentormatch.report.followup import year_json, year_page, year_workbook
from mentormatch.report.texts import render_template

TURNS, FEW_S = 3, 20.0
SAMPLES = 200

type Work = Callable[[], object]
type Cell = tuple[str, int, int, Any, tuple[tuple[str, object], ...]]


def seconds(work: Work) -> float:
    """Return processor seconds, the median of three where they are few."""
    found: list[float] = []
    while len(found) < TURNS and (not found or found[-1] < FEW_S):
        start = processor_s()
        work()
        found.append(processor_s() - start)
    return median(found)


def dense(problem: AssignmentProblem) -> NDArray[np.float64]:
    """Return minus the scores, 0 where a pair is not allowed, and a column for each place of a mentor."""
    cost = np.zeros(problem.shape)
    mentors, mentees = problem.scores.pairs()
    cost[mentors, mentees] = -problem.scores.at(mentors, mentees)
    return np.repeat(cost, problem.mentors.most, axis=0)


def robustness(mentors: int, mentees: int, samples: int = SAMPLES) -> tuple[Work, Work]:
    """Return robustness, and the bare assignments."""
    done = made(mentors, mentees)[0]
    matrices = [dense(problem) for problem in sample_problems(case_of(done), SamplingPlan(min(samples, 20)))]
    times = samples // len(matrices)

    def bare() -> None:
        for matrix in matrices * times:
            linear_sum_assignment(matrix)

    return lambda: fresh(done).robustness(samples), bare


def repair(mentors: int, mentees: int) -> tuple[Work, Work]:
    """Return the repair after one mentor left, and one bare assignment."""
    done = made(mentors, mentees)[0]
    matrix, gone = dense(done.problem), [done.pairs[0].mentor]
    return lambda: str(mm.repair(done, withdrawn=gone)), lambda: linear_sum_assignment(matrix)


def plans(mentors: int, mentees: int) -> tuple[Work, Work]:
    """Return three plans, and one model of the third, in which a pair is worth more than all scores."""
    done = made(mentors, mentees)[0]
    last = mm.plans(done.cohort, done.programme, 3)[-1].problem
    people, scores = last.scores.pairs(), np.zeros(last.shape, dtype=np.int64)
    scores[people] = last.scores.at(*people) + min(last.shape) * 1_000_000 + 1
    allowed = np.zeros(last.shape, dtype=bool)
    allowed[people] = True
    whole = replace(last, scores=pack_scores(scores, allowed), goals=("total",))
    return lambda: mm.plans(done.cohort, done.programme, 3), lambda: one_mip(whole)


@contextmanager
def noted_cells(cells: list[Cell]) -> Iterator[None]:
    """Note all cells that are written into workbooks, each with the look that is asked for."""
    looks: dict[int, tuple[tuple[str, object], ...]] = {}
    form, put = WorkbookWriter._format, SheetWriter._put

    def formed(self: WorkbookWriter, **look: object) -> Any:
        found = form(self, **look)
        looks[id(found)] = tuple(look.items())
        return found

    def noted(self: SheetWriter, row: int, column: int, value: Any, one: Any) -> None:
        cells.append((self.sheet.get_name(), row, column, value, looks[id(one)]))
        put(self, row, column, value, one)

    with patch.object(WorkbookWriter, "_format", formed), patch.object(SheetWriter, "_put", noted):
        yield


def written(cells: list[Cell]) -> bytes:
    """Return the same cells as a workbook by xlsxwriter alone."""
    book = WorkbookWriter("bare")
    sheets = {name: book._book.add_worksheet(name) for name in dict.fromkeys(cell[0] for cell in cells)}
    forms = {look: book.format(**dict(look)) for look in dict.fromkeys(cell[4] for cell in cells)}
    for name, row, column, value, look in cells:
        write = sheets[name].write_string if isinstance(value, str) else sheets[name].write_number
        write(row, column, value, forms[look])
    return book.content()


@contextmanager
def noted_pages(pages: list[tuple[str, dict[str, object]]]) -> Iterator[None]:
    """Note all templates that are filled, with what fills them."""
    fill = render_template

    def noted(template: str, **names: object) -> str:
        pages.append((template, names))
        return fill(template, **names)

    with (
        patch("mentormatch.report.handouts.render_template", noted),
        patch("mentormatch.report.exporters.page.render_template", noted),
        patch("mentormatch.report.followup.render_template", noted),
    ):
        yield


def workbook(mentors: int, mentees: int) -> tuple[Work, Work]:
    """Return the workbook of all pairs, and the same cells."""
    done, cells, make = made(mentors, mentees)[0], list[Cell](), exporter_for(".xlsx").content
    with noted_cells(cells):
        make(fresh(done))
    return lambda: make(fresh(done)), lambda: written(cells)


def page(mentors: int, mentees: int) -> tuple[Work, Work]:
    """Return the page, and its template filled with what is known already."""
    done, pages, make = made(mentors, mentees)[0], list[tuple[str, dict[str, object]]](), exporter_for(".html").content
    with noted_pages(pages):
        make(fresh(done))
    return lambda: make(fresh(done)), lambda: [render_template(name, **names) for name, names in pages]


def sheets(mentors: int, mentees: int) -> tuple[Work, Work]:
    """Return the sheets of all participants and the table for letters, and their templates, cells and files alone."""
    (done, contacts), pages, cells = made(mentors, mentees), list[tuple[str, dict[str, object]]](), list[Cell]()

    def ours(matching: Matching) -> None:
        with TemporaryDirectory() as folder:
            write_handouts(matching, contacts, folder)

    def bare() -> None:
        with TemporaryDirectory() as folder:
            for number, (name, names) in enumerate(pages):
                Path(folder, f"{number}.html").write_text(render_template(name, **names), "utf-8")
            Path(folder, "letters.xlsx").write_bytes(written(cells))

    with noted_pages(pages), noted_cells(cells):
        ours(fresh(done))
    return lambda: ours(fresh(done)), bare


def follow_up(mentors: int, mentees: int) -> tuple[Work, Work]:
    """Return four waves of answers from file to documents, and their files, cells and page alone."""
    done, programme = made(mentors, mentees)[0], mm.examples.programme()
    where, pages, cells = Path(_folder().name), list[tuple[str, dict[str, object]]](), list[Cell]()
    keys = [*done.cohort.mentors.ids, *done.cohort.mentees.ids]
    waves = {month: write_wave(programme, where / f"{month}.csv", keys, month) for month in programme.follow_up.months}

    def ours() -> None:
        year = mm.follow_up(programme, done.pairs, waves)
        year_page(year)
        year_workbook(year)
        year_json(year)

    def bare() -> None:
        for path in waves.values():
            list(csv.reader(path.read_text("utf-8-sig").splitlines(), delimiter=";"))
        for name, names in pages:
            render_template(name, **names)
        written(cells)

    with noted_pages(pages), noted_cells(cells):
        ours()
    return ours, bare


@cache
def _folder() -> "TemporaryDirectory[str]":
    return TemporaryDirectory()


PATHS: dict[str, tuple[Callable[[int, int], tuple[Work, Work]], list[tuple[int, int]]]] = {
    "follow-up, four waves": (follow_up, [(1_000, 1_000)]),
    "three plans": (plans, [(100, 100), (200, 200)]),
    "robustness, 200 samples": (robustness, [(100, 100), (400, 400), (600, 1_000), (1_000, 1_000)]),
    "repair after one departure": (repair, [(200, 200), (1_000, 1_000)]),
    "workbook": (workbook, [(100, 100), (1_000, 1_000)]),
    "page": (page, [(100, 100), (1_000, 1_000), (2_000, 1_500)]),
    "sheets of participants, letters": (sheets, [(100, 100), (1_000, 1_000)]),
}


def main() -> None:
    """Print a row a path and size; arguments are words of the paths to measure."""
    tell("| path | mentors x mentees | mentormatch | the libraries' least | ratio |")
    for name, (work, sizes) in PATHS.items():
        if len(sys.argv) > 1 and not any(word in name for word in sys.argv[1:]):
            continue
        for size in sizes:
            ours, least = (seconds(each) for each in work(*size))
            tell(f"| {name} | {size[0]:,} x {size[1]:,} | {ours:.2f} s | {least:.2f} s | {ours / least:.1f} |")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("whose", ["mentormatch", "the libraries' least"])
def test_a_path(benchmark: BenchmarkFixture, path: str, whose: str) -> None:
    work, sizes = PATHS[path]
    benchmark.group = f"{path}, {sizes[0][0]} x {sizes[0][1]}"
    benchmark.pedantic(work(*sizes[0])[whose != "mentormatch"], rounds=3, warmup_rounds=1)


if __name__ == "__main__":
    main()
