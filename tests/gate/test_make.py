"""The first step on a new machine: the interpreter is one that runs, or the reader is told what to install."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from shutil import which

import pytest

from tests.programs import find_program

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("sh", "tr", "awk", "head", "cat")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """Return a folder of commands that has all that the search needs, and no Python."""
    for name in TOOLS:
        (tmp_path / name).symlink_to(which(name) or pytest.fail(f"{name} is needed"))
    return tmp_path


def fake(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def find_python(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Return what the search finds where ``folder`` is the whole path."""
    setting = {"PATH": str(folder), "USUAL_PLACES": str(folder)} | environment
    return subprocess.run([ROOT / "tools" / "find-python"], env=setting, capture_output=True, text=True, check=False)


def test_a_python_that_does_not_run_is_passed_over(bare: Path) -> None:
    fake(bare, "python3.14", "echo 'command not found' >&2; exit 127")
    fake(bare, "python3", f'exec "{sys.executable}" "$@"')
    found = find_python(bare)
    assert (found.returncode, found.stderr) == (0, "")
    assert os.access(found.stdout.strip(), os.X_OK)


def test_where_no_python_runs_the_reader_is_told_what_was_tried_and_what_to_install(bare: Path) -> None:
    fake(bare, "python3.12", "echo 'no such version' >&2; exit 127")
    found = find_python(bare, PYTHON="python-of-mine")
    assert (found.returncode, found.stdout) == (1, "")
    for word in ("python-of-mine", f"{bare}/python3.12: no such version", "apt-get install python3 python3-venv"):
        assert word in found.stderr


def test_ci_installs_every_program_that_a_test_needs_and_lets_no_test_go_without(bare: Path, tmp_path: Path) -> None:
    fake(bare, "apt-get", f'echo "$@" >> {tmp_path}/asked')
    fake(bare, "id", "echo 0")
    for name in ("bash", "dirname", "env"):
        (bare / name).symlink_to(which(name) or pytest.fail(f"{name} is needed"))
    setting = {"PATH": str(bare), "USUAL_PLACES": str(bare)}
    done = subprocess.run([ROOT / ".ci" / "run"], env=setting, capture_output=True, text=True, check=False)
    assert "make: command not found" in done.stderr
    asked = (tmp_path / "asked").read_text("utf-8").splitlines()
    assert asked[0] == "update -qq"
    packages = ["make", "git", "python3", "python3-venv", "chromium", "curl", "libreoffice-calc", "coinor-cbc"]
    assert asked[1].split() == ["install", "-y", "-qq", "--no-install-recommends", *packages]


@pytest.mark.parametrize("ci", ["", "1"])
def test_a_program_that_is_missing_skips_a_test_but_fails_it_in_ci(ci: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", ci)
    outcome = pytest.fail.Exception if ci else pytest.skip.Exception
    with pytest.raises(outcome, match="needs a-program or another: apt-get install it"):
        find_program("a-program", "another", advice="apt-get install it")


def test_make_alone_lists_every_target() -> None:
    told = subprocess.run(["make"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    targets = {line.split()[1] for line in told.splitlines() if line.startswith("make ")}
    assert targets >= {"demo", "test", "check", "docs", "bench", "proof", "lock", "lint", "types", "clean"}


def test_the_way_without_make_says_so_where_no_python_is_new_enough(bare: Path) -> None:
    (line,) = (line for line in (ROOT / "README.md").read_text("utf-8").splitlines() if line.endswith("-m venv .venv"))
    (bare / "tools").symlink_to(ROOT / "tools")
    fake(bare, "python3", "echo 'is 3.11, and 3.12 or later is needed' >&2; exit 1")
    setting = {"PATH": str(bare), "USUAL_PLACES": str(bare)}
    done = subprocess.run(["sh", "-c", line], cwd=bare, env=setting, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, (bare / ".venv").exists()) == (1, "", False)
    assert f"{bare}/python3: is 3.11, and 3.12 or later is needed" in done.stderr
    assert "Install Python 3.12 or later with venv" in done.stderr


def test_the_classifiers_name_the_pythons_that_the_guide_says_were_tried() -> None:
    guide = (ROOT / "docs" / "guides" / "install.md").read_text("utf-8")
    tried = re.findall(r"3\.\d+", guide[guide.index("or later;") : guide.index("were tried")])
    classifiers = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["classifiers"]
    minors = [name.rpartition(" ")[2] for name in classifiers if "Python :: 3." in name]
    assert minors == tried
