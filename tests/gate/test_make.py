"""The first step on a new machine: the interpreter is one that runs, or the reader is told what to install."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest

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


def test_make_alone_lists_every_target() -> None:
    told = subprocess.run(["make"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    targets = {line.split()[1] for line in told.splitlines() if line.startswith("make ")}
    assert targets >= {"demo", "test", "check", "docs", "bench", "proof", "lock", "lint", "types", "clean"}
