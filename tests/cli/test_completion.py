"""Commands and options are completed, in a real bash, and as zsh and fish ask for it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mentormatch.cli.commands import COMPLETION_VARIABLE
from tests.cli.commands import NAMES, done

CASES = {
    "mentormatch ''": NAMES,
    "mentormatch ex": ["experiment", "export-person"],
    "mentormatch match --time": ["--time-limit"],
    "mentormatch ask why": ["why-not"],
    "mentormatch match rep": [],
}
"""What is typed before the key is pressed, and what comes of it; nothing: the shell looks for files."""
SCRIPT = """
eval "$(mentormatch --completion bash)"
complete -p mentormatch
completed() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _mentormatch_completion mentormatch; echo "${COMPREPLY[*]}"; }
"""


@pytest.fixture
def called(tmp_path: Path) -> dict[str, str]:
    """Return an environment in which the command line is called by its name."""
    program = tmp_path / "bin" / "mentormatch"
    program.parent.mkdir()
    text = f'#!/bin/sh\nexec "{sys.executable}" -c "import sys; sys.argv[0] = \'mentormatch\'; '
    program.write_text(text + 'from mentormatch.cli import main; main()" "$@"\n', "utf-8")
    program.chmod(0o755)
    return os.environ | {"PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}


def test_a_real_bash_completes(called: dict[str, str]) -> None:
    script = "\n".join([SCRIPT, *(f"completed {typed}" for typed in CASES)])
    told = subprocess.run(
        ["bash", "--norc", "-c", script], env=called, capture_output=True, text=True, check=False, encoding="utf-8"
    )
    assert told.stderr == ""
    registered, *completed = told.stdout.splitlines()
    assert registered == "complete -o default -F _mentormatch_completion mentormatch"
    assert [line.split() for line in completed] == list(CASES.values())


@pytest.mark.parametrize(
    ("shell", "mark"), [("zsh", "#compdef mentormatch"), ("fish", "complete --command mentormatch")]
)
def test_the_script_of_another_shell_asks_for_what_is_answered(called: dict[str, str], shell: str, mark: str) -> None:
    script = done("--completion", shell)
    assert (script.code, script.err) == (0, "")
    assert mark in script.out
    assert f"{COMPLETION_VARIABLE}=complete_{shell}" in script.out
    asked = {
        COMPLETION_VARIABLE: f"complete_{shell}",
        "_TYPER_COMPLETE_ARGS": "mentormatch ex",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }
    told = subprocess.run(["mentormatch"], env=called | asked, capture_output=True, text=True, check=False)
    assert "export-person" in told.stdout
    assert "Écrire tout ce qui est conservé d’une personne" in told.stdout


def test_another_shell_is_an_error_of_usage() -> None:
    assert done("--completion", "tcsh").code == 2
