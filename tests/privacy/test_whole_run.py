"""The watch over the whole run can fail: each way in which a canary may get out is noticed, and a clean test passes."""

import os
import re
from collections.abc import Sequence

import pytest

from tests.conftest import ROOT, some_of

pytest_plugins = ["pytester"]

CONFTEST = """
from tests.canaries import keep_watch

def pytest_configure(config):
    keep_watch(config)
"""
TESTS = """
import logging, pathlib, subprocess, sys, tempfile, warnings
import pytest
from mentormatch.errors import MentorMatchError, Problem, SurveyError
from tests.canaries import ANSWER, EMAIL, NAME

def test_clean(tmp_path):
    (tmp_path / "m01.csv").write_text(NAME)
    logging.getLogger("mentormatch.x").info("ligne 2")
    with pytest.raises(SurveyError):
        raise SurveyError("ligne 2", [Problem("ligne 2", "illisible")])

def test_log():
    logging.getLogger("mentormatch.x").debug("lu : %s", NAME)

def test_warning():
    warnings.warn(EMAIL)

def test_swallowed():
    try:
        raise SurveyError("refus", [Problem("ligne 2", NAME)])
    except MentorMatchError:
        pass

def test_escaped():
    with pytest.raises(ValueError):
        raise ValueError(ANSWER)

def test_cause():
    with pytest.raises(SurveyError):
        try:
            int(EMAIL)
        except ValueError as error:
            raise SurveyError("ligne 2") from error

def test_file(tmp_path):
    (tmp_path / NAME).mkdir()

def test_temporary_file():
    with tempfile.NamedTemporaryFile(prefix=NAME, delete=False) as file:
        pass
    leaked.append(file.name)

def test_it_is_taken_away():
    pathlib.Path(leaked.pop()).unlink()

def test_stdout():
    print("n.vialard@lahirondelle.example")

def test_stderr():
    print(NAME.upper(), file=sys.stderr)

def test_program():
    subprocess.run([sys.executable, "-c", f"import sys; sys.stderr.write({NAME!r})"], capture_output=True)

def test_document():
    subprocess.run([sys.executable, "-c", f"print({NAME!r})"], capture_output=True)

leaked = []
"""
CAUGHT = {
    "test_log": "Captured log call, a log record",
    "test_warning": "a warning",
    "test_swallowed": "a SurveyError that was raised",
    "test_escaped": "a ValueError that escaped",
    "test_cause": "a SurveyError that escaped",
    "test_file": "the name of a file",
    "test_temporary_file": "the name of a file",
    "test_stdout": "Captured stdout call",
    "test_stderr": "Captured stderr call",
    "test_program": "stderr of a program",
}


@pytest.fixture
def alone(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Return a run of its own that keeps the same watch."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "src")]))
    pytester.makeconftest(CONFTEST)
    return pytester


def run(alone: pytest.Pytester, arguments: Sequence[str]) -> pytest.RunResult:
    return alone.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:benchmark", "-p", "no:randomly", *arguments)


@pytest.mark.promise(27)
@pytest.mark.parametrize("spread", some_of([(), ("-n1",)]), ids=str)
def test_every_way_out_of_a_canary_is_noticed(
    alone: pytest.Pytester, spread: Sequence[str], capfd: pytest.CaptureFixture[str]
) -> None:
    alone.makepyfile(TESTS)
    done = run(alone, spread)
    capfd.readouterr()  # what the canaries of that run said is not said by this one
    told: dict[str, str] = dict(re.findall(r"::(test_\w+): what people answered is in (.*)", str(done.stdout)))
    assert told == CAUGHT
    done.assert_outcomes(passed=5, failed=8, errors=2, warnings=1)  # names of files are looked at after the test


@pytest.mark.proof
@pytest.mark.promise(27)
def test_a_temporary_file_that_is_left_fails_the_run(alone: pytest.Pytester) -> None:
    alone.makepyfile("import tempfile\n\ndef test_left():\n    tempfile.mkdtemp()\n")
    done = run(alone, ())
    assert done.ret == 1
    assert "temporary files were left behind" in str(done.stdout)
