"""How many proved answers are certified, of all that the example, the notebooks and the golden programmes solve.

``python -m benchmarks.bench_certified [PART ...]``: ``example``, ``notebooks``, ``pairs``, ``arrays``; all if none is
named. Answers to questions count, too (prices, diagnoses, what-ifs), although a solve does not prove these; so do
problems without an answer. Those of more than 70,000 pairs are left out. Each answer that is not certified is printed.
"""

import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from mentormatch import AssignmentProblem, Solution, Status, certify, examples, match
from mentormatch.assignment import engine
from mentormatch.assignment.proofs.prove import add_proofs
from tests.golden.answers import cases

ROOT = Path(__file__).parents[1]
MAX_PAIRS = 70_000

type Solved = tuple[str, AssignmentProblem, Solution]


def example() -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield the example."""
    yield "example", lambda: match(examples.cohort(), examples.programme())


def notebooks() -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield the notebooks."""
    for book in sorted((ROOT / "notebooks").glob("*.ipynb")):
        yield f"notebook {book.stem}", partial(run_notebook, book)


def golden(part: str) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield the golden programmes of a part."""
    yield from ((case.name, case.found) for case in cases() if case.name.startswith(f"{part}/"))


PARTS = {"example": example, "notebooks": notebooks, **{part: partial(golden, part) for part in ("pairs", "arrays")}}


def run_notebook(book: Path) -> None:
    """Run the code of a notebook; what needs Jupyter itself may fail."""
    space = {"__name__": "__main__", "display": lambda *_, **__: None}
    with TemporaryDirectory() as folder, chdir(folder):
        for cell in json.loads(book.read_text("utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                with suppress(Exception):
                    exec("".join(cell["source"]), space)


def capture(part: str) -> Iterator[Solved]:
    """Yield what is solved in a part."""
    found, where, solve = list[Solved](), [part], engine._solve_checked

    def spy(problem: AssignmentProblem, *others: object) -> Solution:
        solution = solve(problem, *others)  # type: ignore[arg-type]  # passed on as they come
        if problem.scores.stored and problem.scores.count <= MAX_PAIRS:
            found.append((where[0], problem, solution))
        return solution

    engine._solve_checked = spy
    try:
        for name, run in PARTS[part]():
            where[0] = name
            with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()), suppress(Exception):
                run()
            yield from found
            found.clear()
    finally:
        engine._solve_checked = solve


def measure(part: str) -> tuple[int, int]:
    """Print how many proved answers of a part are certified, and return that number and theirs."""
    proved = certified = coupled = 0
    proving = checking = 0.0
    for name, problem, solution in capture(part):
        if solution.status not in (Status.PROVED, Status.INFEASIBLE):
            continue
        begun = process_time()
        solution = add_proofs(problem, solution)
        made = process_time()
        certificate = certify(problem, solution)
        proving, checking = proving + made - begun, checking + process_time() - made
        is_certified = certificate.certified or certificate.infeasible
        proved, certified, coupled = proved + 1, certified + is_certified, coupled + problem.has_side_constraints
        if not is_certified:
            goals = [(tier.goal, tier.value, tier.certified) for tier in certificate.tiers if not tier.proved]
            sys.stdout.write(f"not certified: {name}, {problem.shape}, {problem.goals}, {solution.status}, {goals}\n")
    sys.stdout.write(
        f"{part}: {certified} certified of {proved} proved or infeasible ({coupled} coupled), "
        f"{proving:.1f} s to prove, {checking:.1f} s to check\n"
    )
    sys.stdout.flush()
    return certified, proved


if __name__ == "__main__":
    counts = [measure(part) for part in sys.argv[1:] or PARTS]
    sys.stdout.write(f"{sum(each for each, _ in counts)} certified of {sum(each for _, each in counts)}\n")
