"""Importing mentormatch is light and silent: the heavy libraries wait until they are asked for."""

import ast
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import mentormatch
from mentormatch import examples

SOURCE = Path(mentormatch.__file__).parent
CONTRACTS = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
    "contracts"
]
HEAVY = (
    "altair",
    "anywidget",
    "asyncio",
    "distributed",
    "fastapi",
    "highspy",
    "holidays",
    "icalendar",
    "IPython",
    "jinja2",
    "jsonschema",
    "matplotlib",
    "narwhals",
    "numba",
    "ortools",
    "pandas",
    "polars",
    "pulp",
    "pyarrow",
    "python_calamine",
    "rapidfuzz",
    "rich",
    "scipy",
    "typer",
    "urllib.request",
    "vl_convert",
    "xlsxwriter",
)
FOR_ALL_DOCUMENTS = {"highspy", "jinja2", "scipy", "typer", "xlsxwriter"}
"""What pairing the example into a folder takes: its rules bound sums over pairs."""
MAIN = "from mentormatch.cli import main\nmain()"


def run(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Return what a fresh interpreter, for which every warning is an error, made of ``code``."""
    command, environment = [sys.executable, "-W", "error", "-c", code], {**os.environ, **variables}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def test_importing_mentormatch_loads_no_heavy_library() -> None:
    done = run(f"import sys, mentormatch; print(*sorted(sys.modules.keys() & {set(HEAVY)!r}))")
    assert (done.stdout.split(), done.stderr) == ([], "")


@pytest.mark.proof
def test_a_match_from_a_csv_loads_no_library_of_frames() -> None:
    frames = {"narwhals", "pandas", "polars", "pyarrow"}
    match = "import sys, mentormatch as mm; mm.match(mm.examples.cohort(), mm.examples.programme()).pairs"
    done = run(f"{match}; print(*sorted(sys.modules.keys() & {frames!r}))")
    assert (done.stdout.split(), done.stderr) == ([], "")


def imported_by_a_match(out: str, folder: Path) -> set[str]:
    """Return the heavy libraries that a fresh command has imported once the pairs of the example are written."""
    files = examples.copy_to(folder)
    words = ["mentormatch", "match", str(files.answers), "-p", str(files.programme), "-o", str(folder / out)]
    told = f"print(json.dumps(sorted(sys.modules.keys() & {set(HEAVY)!r})))"
    done = run(f"import atexit, json, sys; atexit.register(lambda: {told}); sys.argv = {words!r}\n{MAIN}")
    assert (done.returncode, (folder / out).exists()) == (0, True), done.stderr
    return set(json.loads(done.stdout))


def test_a_match_into_a_folder_loads_what_its_documents_need_and_no_more(tmp_path: Path) -> None:
    assert imported_by_a_match("binomes", tmp_path) == FOR_ALL_DOCUMENTS


@pytest.mark.proof
def test_a_match_into_a_table_makes_no_page_and_no_workbook(tmp_path: Path) -> None:
    assert imported_by_a_match("binomes.csv", tmp_path) <= FOR_ALL_DOCUMENTS


def test_pairs_without_rules_over_several_take_no_solver_of_integer_programs() -> None:
    match = "import sys, mentormatch as mm; mm.solve(mm.AssignmentProblem.from_scores([[1, 2], [3, 5]]))"
    done = run(f"{match}; print(*sorted(sys.modules.keys() & {{'highspy', 'pulp', 'ortools', 'numba'}}))")
    assert (done.stdout.split(), done.stderr) == ([], "")


def test_importing_the_operation_loads_no_engine() -> None:
    done = run(
        "import sys, mentormatch.operations.matching\nprint(*sorted("
        f"one for one in sys.modules if one.startswith('mentormatch.assignment.engines') or one in {set(HEAVY)!r}))"
    )
    assert (done.stdout.split(), done.stderr) == ([], "")


SMALL = """
import sys
import mentormatch as mm
cohort, programme = mm.examples.cohort(), mm.examples.programme()
matching = mm.match(cohort, programme)
pairs = [(pair.mentor, pair.mentee) for pair in matching.pairs]
asked = (cohort.mentors.ids[0], cohort.mentees.ids[0])
told = matching.why_not(*asked), matching.unmatched, matching.certificate, matching.alternatives(asked[0])
told += mm.evaluate(cohort, programme, pairs), mm.diagnose(cohort, programme), mm.repair(matching, withdrawn=[asked[0]])
print(*(name for name in sys.modules if name.split(".")[:2] == ["mentormatch", "scale"] or name == "altair"))
"""


def test_what_is_asked_of_a_few_hundred_people_loads_nothing_of_a_nation_and_no_drawing() -> None:
    done = run(SMALL)
    assert (done.stdout.split(), done.stderr) == ([], "")


def test_importing_mentormatch_says_nothing() -> None:
    done = run("import mentormatch")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_name_that_mentormatch_offers_is_there() -> None:
    done = run("import mentormatch; print(*(n for n in mentormatch.__all__ if not hasattr(mentormatch, n)))")
    assert (done.stdout.split(), done.stderr) == ([], "")


def test_every_public_name_can_be_imported_at_once_and_its_arguments_are_checked_then_too() -> None:
    code = "import mentormatch as mm; print(sorted(vars(mm).keys() & {*mm.__all__}) == mm.__all__, mm.match.is_checked)"
    done = run(code, EAGER_IMPORT="1")
    assert (done.stdout.split(), done.stderr) == (["True", "True"], "")


@pytest.mark.proof
def test_solving_a_problem_says_nothing() -> None:
    done = run("import mentormatch as mm; mm.solve(mm.AssignmentProblem.from_scores([[1, 2], [3, 5]]))")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def modules() -> dict[str, Path]:
    """Return the file of each module of the package."""
    files = {".".join(path.relative_to(SOURCE.parent).with_suffix("").parts): path for path in SOURCE.rglob("*.py")}
    return {name.removesuffix(".__init__"): path for name, path in files.items()}


def imported(path: Path) -> Iterator[str]:
    """Yield what a file imports anywhere: at its top, in a function, or for type checkers only."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def ring(graph: dict[str, set[str]]) -> list[str]:
    """Return the modules of a ring, none where there is no ring."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [*error.args[1]]
    return []


def test_a_ring_of_modules_is_found() -> None:
    assert set(ring({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})) == {"a", "b", "c"}


def test_no_ring_of_modules_is_there_even_when_imports_for_types_count() -> None:
    files = modules()
    graph = {name: {each for each in imported(path) if each in files and each != name} for name, path in files.items()}
    for upward in {each for contract in CONTRACTS for each in contract.get("ignore_imports", ()) if "*" not in each}:
        name, above = upward.split(" -> ")
        graph[name] -= {each for each in graph[name] if each == above or each.startswith(f"{above}.")}
    packages = {name for name, path in files.items() if path.name == "__init__.py"}
    for name, each in graph.items():
        inside = {one.rpartition(".")[0] for one in each}  # a package that is named on the way to a module in it
        graph[name] = each - (inside & packages)
    assert ring(graph) == [], "move what two modules share below both"
