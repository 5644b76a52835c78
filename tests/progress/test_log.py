"""The standard logger ``mentormatch``: silent by default, with sizes, engines, statuses and times, and no answer."""

import logging
import subprocess
import sys

import numpy as np
import pytest

import mentormatch as mm


def texts(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == level]


def test_a_match_logs_rows_read_and_how_the_solve_ended(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "mentormatch")
    matching = mm.match(mm.examples.cohort(), mm.examples.programme())
    n, m = matching.problem.shape
    assert f"{len(matching.cohort.rows)} rows: {n} mentors, {m} mentees" in texts(caplog, logging.INFO)
    (solved,) = [text for text in texts(caplog, logging.INFO) if "proved by" in text]
    assert solved.startswith(f"{n} x {m} people, {matching.problem.scores.count} pairs, ")
    assert all(f"{tier.goal} {tier.value}" in solved for tier in matching.solution.tiers)
    details = texts(caplog, logging.DEBUG)
    assert any(f"{len(matching.programme.criteria)} criteria" in text for text in details), "the scores"
    assert any(f"by {matching.solution.engine} in" in text for text in details), "the engine"
    assert {record.name.partition(".")[0] for record in caplog.records} == {"mentormatch"}


def test_a_gap_is_logged_with_its_bound(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "mentormatch")
    scores = np.random.default_rng(0).integers(0, 1000, (400, 300))
    problem = mm.AssignmentProblem.from_scores(scores, hours=3, mentor_hours=4, mentee_capacity=2)
    solution = mm.solve(problem, time_limit_s=1e-9)
    (text,) = texts(caplog, logging.INFO)
    (unproved,) = [tier for tier in solution.tiers if not tier.proved]
    assert f": {solution.status} by " in text
    assert f"{unproved.goal} {unproved.value} (bound {unproved.bound})" in text


def test_groups_log_how_the_solve_ended(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "mentormatch")
    distances = [[abs(i - k) for k in range(4)] for i in range(4)]
    mm.form_groups(mm.GroupProblem.from_scores(distances, [2, 2], sense="min"))
    (text,) = texts(caplog, logging.INFO)
    assert text.startswith("groups of 4 people: proved by ")


def test_no_answer_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "mentormatch")
    matching = mm.match(mm.examples.cohort(), mm.examples.programme())
    keys = {*matching.cohort.mentors.ids, *matching.cohort.mentees.ids}
    words = {word.strip(",;:()") for record in caplog.records for word in record.getMessage().split()}
    assert keys
    assert not keys & words


def test_nothing_is_printed_by_default() -> None:
    code = "import mentormatch as mm; mm.match(mm.examples.cohort(), mm.examples.programme())"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")
