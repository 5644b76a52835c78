"""Importing mentormatch is light and silent: the heavy libraries wait until they are asked for."""

import subprocess
import sys

HEAVY = (
    "altair",
    "anywidget",
    "distributed",
    "highspy",
    "jinja2",
    "narwhals",
    "numba",
    "ortools",
    "pandas",
    "polars",
    "pulp",
    "pyarrow",
    "python_calamine",
    "rapidfuzz",
    "scipy",
    "typer",
    "vl_convert",
    "xlsxwriter",
)


def run(code: str) -> subprocess.CompletedProcess[str]:
    """Return what a fresh interpreter, for which every warning is an error, made of ``code``."""
    return subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)


def test_importing_mentormatch_loads_no_heavy_library() -> None:
    done = run(f"import sys, mentormatch; print(*sorted(sys.modules.keys() & {set(HEAVY)!r}))")
    assert (done.stdout.split(), done.stderr) == ([], "")


def test_a_match_from_a_csv_loads_no_library_of_frames() -> None:
    frames = {"narwhals", "pandas", "polars", "pyarrow"}
    match = "import sys, mentormatch as mm; mm.match(mm.examples.cohort(), mm.examples.programme()).pairs"
    done = run(f"{match}; print(*sorted(sys.modules.keys() & {frames!r}))")
    assert (done.stdout.split(), done.stderr) == ([], "")


def test_importing_mentormatch_says_nothing() -> None:
    done = run("import mentormatch")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_name_that_mentormatch_offers_is_there() -> None:
    done = run("import mentormatch; print(*(n for n in mentormatch.__all__ if not hasattr(mentormatch, n)))")
    assert (done.stdout.split(), done.stderr) == ([], "")


def test_solving_a_problem_says_nothing() -> None:
    done = run("import mentormatch as mm; mm.solve(mm.AssignmentProblem.from_scores([[1, 2], [3, 5]]))")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
