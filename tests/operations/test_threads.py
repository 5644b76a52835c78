"""Threads may share what mentormatch returned, and call its functions at the same time."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Barrier

import numpy as np

import mentormatch as mm


def market_with_rows(seed: int) -> mm.AssignmentProblem:
    """Return a problem whose linear program is not whole, so that a tree or HiGHS's own process solves it."""
    draw = np.random.default_rng(seed)
    rows = [mm.Row(f"row {k}", draw.integers(0, 4, (8, 8)), most=9) for k in range(4)]
    return mm.AssignmentProblem.from_scores(draw.integers(0, 50, (8, 8)), rows=rows)


def in_words(matching: mm.Matching, language: str) -> tuple[object, ...]:
    """Return what a matching says, out of what it keeps for the next who asks."""
    with mm.language(language):
        first, last = matching.pairs[0], matching.pairs[-1]
        forced = matching.why_not(first.mentor, last.mentee)
        return matching.pairs, matching.unmatched, matching.smallest_changes, matching.goal_prices, forced


def matched(language: str) -> mm.Matching:
    with mm.language(language):
        return mm.match(mm.examples.cohort(), mm.examples.programme())


def at_once[T](works: Iterable[Callable[[], T]]) -> list[T]:
    """Return what the works return; each has a thread of its own, and all begin at the same moment."""
    each = list(works)
    start = Barrier(len(each))

    def begin(work: Callable[[], T]) -> T:
        start.wait()
        return work()

    with ThreadPoolExecutor(len(each)) as pool:
        return list(pool.map(begin, each))


def test_threads_ask_the_same_matching_in_two_languages() -> None:
    alone = {language: in_words(matched("fr"), language) for language in ("fr", "en")}
    shared = matched("fr")
    asked = ["fr", "en"] * 3
    told = at_once(partial(in_words, shared, language) for language in asked)
    assert told == [alone[language] for language in asked]
    assert alone["fr"] != alone["en"]


def test_threads_solve_at_the_same_time() -> None:
    problems = [market_with_rows(seed) for seed in range(3)]
    works = [partial(mm.solve, problem) for problem in problems] * 2
    alone = [work() for work in works]
    assert len({solution.pairs.tobytes() for solution in alone}) == len(problems)
    assert at_once(works) == alone


def test_threads_match_form_groups_and_repair_at_the_same_time() -> None:
    cohort, programme = mm.examples.cohort(), mm.examples.programme()
    members, theirs = mm.examples.cohort("codeveloppement"), mm.examples.programme("codeveloppement")
    base = mm.match(cohort, programme)
    gone = base.pairs[0].mentor
    works: list[Callable[[], object]] = [
        partial(mm.match, cohort, programme),
        partial(mm.form_groups, members, theirs),
        partial(mm.diagnose, cohort, programme),
        lambda: mm.repair(base, withdrawn=[gone]).matching,
    ]
    alone = [work() for work in works]
    assert at_once(works * 2) == alone * 2


def test_threads_write_the_same_documents(tmp_path: Path) -> None:
    shared = matched("fr")
    places = [tmp_path / f"{number}.html" for number in range(4)]
    at_once(partial(shared.save, place) for place in places)
    assert len({place.read_bytes() for place in places}) == 1
