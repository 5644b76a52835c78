"""Whatever an engine raises is a status; a process that holds OR-Tools solves all the same."""

import os
import subprocess
import sys
from copy import copy
from pathlib import Path

import numpy as np
import pytest

from mentormatch import AssignmentProblem, EngineError, RequestError, Status, language, solve
from mentormatch.assignment.engine import Engine, engines_by_kind
from mentormatch.assignment.mip.dispatch import SolverProcess
from mentormatch.assignment.mip.program_model import Program
from mentormatch.errors import Problem
from tests.conftest import some_of
from tests.doors import substitute
from tests.failure.processes import alive, all_apart, children, only_linux, pose, program, quotas, wait_for
from tests.scale.markets import GOALS, PROGRAMME, RULES, both, cohort

pytestmark = pytest.mark.promise(20)

ROOT = Path(__file__).resolve().parents[2]
RAISED = [
    ImportError("no such symbol"),
    OSError(12, "no memory"),
    RuntimeError,
    MemoryError,
    ValueError,
    KeyError("M03"),
]
SOLVES = """import sys
{before}
import mentormatch as mm
from tests.failure.processes import quotas
print([str(mm.solve(quotas(size)).status) for size in (12, 12)])
matching = mm.match(mm.examples.cohort(), mm.examples.programme())
print(matching.status, matching.certificate.verdict, "highspy" in sys.modules)
print(mm.form_groups(mm.examples.cohort("codeveloppement"), mm.examples.programme("codeveloppement")).status)
{after}
"""
OR_TOOLS = "from ortools.sat.python import cp_model"


def problem_for(kind: str) -> AssignmentProblem:
    """Return a small problem that an engine takes."""
    if kind == "wide":
        return both(cohort(1, 12), PROGRAMME, RULES[:1], GOALS)[1]
    return quotas(6) if kind == "milp" else pose(np.eye(4))


def run(code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own."""
    done = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(done, capture_output=True, text=True, cwd=ROOT, check=False, timeout=300)


@pytest.mark.parametrize("kind", engines_by_kind())
@pytest.mark.parametrize("raised", RAISED, ids=lambda raised: getattr(raised, "__name__", type(raised).__name__))
def test_whatever_an_engine_raises_is_a_status(kind: str, raised: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*asked: object) -> None:
        raise raised

    engine: type[Engine] = engines_by_kind()[kind]
    monkeypatch.setattr(engine, "solve", fail)
    found = solve(problem_for(kind), engine=kind)
    assert (found.greedy or found.status is Status.FAILED, len(found.notes)) == (True, 1)
    assert "M03" not in found.notes[0]


DEATHS = {
    "raises": "raise ValueError",
    "cannot be imported": "import mentormatch.nothing_of_this_name",
    "is killed": "os.kill(os.getpid(), 9)",
    "is out of memory": "os._exit(77)",
    "says something else": "os.write(1, b'hello')",
}


@only_linux
@pytest.mark.parametrize("death", DEATHS)
@pytest.mark.parametrize("kind", some_of(["plain", "milp"]))
def test_a_process_that_dies_in_any_way_is_a_status(kind: str, death: str, monkeypatch: pytest.MonkeyPatch) -> None:
    all_apart(monkeypatch)
    substitute(monkeypatch, "assignment", ENGINE_PROGRAM=program(DEATHS[death]))
    found = solve(problem_for(kind), engine=kind)
    assert (found.greedy, len(found.notes)) == (True, 1)


REFUSES = """
from mentormatch.errors import Problem, RequestError
from mentormatch.languages.translation import tr

def refused(*asked):
    raise RequestError(tr("Ces nombres ne font pas un problème"), [Problem("scores", tr("un nombre trop grand"))])

engines["plain"].solve = engines["milp"].solve = refused
"""


@only_linux
@pytest.mark.parametrize(("spoken", "words"), [("fr", "ne font pas un problème"), ("en", "The numbers do not make")])
@pytest.mark.parametrize("kind", ["plain", "milp"])
def test_what_is_refused_in_another_process_is_worded_in_the_language_of_whoever_asked(
    kind: str, spoken: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_apart(monkeypatch)
    substitute(monkeypatch, "assignment", ENGINE_PROGRAM=program(REFUSES))
    with language(spoken), pytest.raises(RequestError, match=words) as refused:
        solve(problem_for(kind), engine=kind)
    assert [problem.where for problem in refused.value.problems] == ["scores"]


def test_an_error_comes_whole_from_one_process_to_another() -> None:
    sent = RequestError("a", [Problem("b", "c", "d", "e", "f"), Problem("g", "h")])
    came = copy(sent)  # by what it is sent as
    assert (type(came), str(came), came.message, came.problems) == (RequestError, str(sent), "a", sent.problems)


@pytest.mark.proof
def test_a_process_that_holds_or_tools_solves_and_one_that_has_solved_without_rules_can_load_it() -> None:
    done = run(SOLVES.format(before=OR_TOOLS, after=""))
    assert done.stdout.splitlines() == ["['proved', 'proved']", "proved certified False", "proved"], done.stderr
    assert done.stderr == ""
    plain = "import numpy\nimport mentormatch as mm\nassert mm.solve(mm.AssignmentProblem.from_scores(numpy.eye(9)))"
    loads_later = run(f"{plain}\n{OR_TOOLS}\nprint('both')")
    assert (loads_later.stdout, loads_later.stderr) == ("both\n", "")


@only_linux
def test_its_pairs_are_the_same_and_its_process_is_started_once_and_ends_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here, own = solve(quotas(10)), SolverProcess()
    substitute(monkeypatch, "assignment", can_load_highs=lambda: False, SOLVER_PROCESS=own)
    before = children(os.getpid())
    assert solve(quotas(10)).pairs.tolist() == here.pairs.tolist()
    started = children(os.getpid()) - before
    assert solve(quotas(11)).status is Status.PROVED
    assert children(os.getpid()) - before == started
    assert len(started) == 1
    own.terminate()
    wait_for(lambda: not any(map(alive, started)))


@only_linux
@pytest.mark.parametrize("when", ["at work", "at rest"])
def test_its_process_ends_with_a_parent_that_is_killed(when: str) -> None:
    problem = "endless(exact=False)" if when == "at work" else "quotas(8)"
    code = f"{OR_TOOLS}\nimport mentormatch as mm, time\nfrom tests.failure.processes import endless, quotas\n"
    code += f"print(flush=True)\nmm.solve({problem})\nprint(flush=True)\ntime.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        if when == "at rest":
            parent.stdout.readline()
        helpers = wait_for(lambda: children(parent.pid))
        parent.kill()
        parent.wait()
        wait_for(lambda: not any(map(alive, helpers)))


def test_a_process_of_a_solver_that_dies_or_is_deaf_is_told_and_the_next_program_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    empty = Program(np.array([1]), np.zeros(1, dtype=bool), [], integral=False)
    own = SolverProcess()
    with monkeypatch.context() as patched:
        substitute(patched, "assignment", SOLVER_SOURCE="import sys; sys.exit(3)")
        with pytest.raises(EngineError, match="ended with code 3"):
            own.solve(empty, None)
    assert own.solve(empty, 60.0).values is not None
    with monkeypatch.context() as patched:
        substitute(patched, "assignment", SOLVER_SOURCE="import time; time.sleep(60)")
        own.terminate()
        assert own.solve(empty, 0.1).values is None
    own.terminate()
