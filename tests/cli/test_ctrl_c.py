"""Ctrl-C at any moment of any command ends in words, and leaves no process, no draft and no traceback."""

import os
import random
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

import pytest

from mentormatch import examples
from tests.failure.processes import alive, children, only_linux, wait_for

pytestmark = [only_linux, pytest.mark.promise(20)]

ROOT = Path(__file__).resolve().parents[2]
BEGUN = """import sys
sys.argv = sys.argv[1:]
from mentormatch.cli.interrupts import exit_on_interrupt
exit_on_interrupt()
print(flush=True)
from mentormatch.cli import main
main()
"""
"""Says when the first statement of the command line is done, before which Python itself is being loaded."""
COMMANDS = {
    "match to a folder": ("match", "reponses.csv", "-o", "dossier"),
    "match to JSON": ("match", "reponses.csv", "--json"),
    "plans": ("plans", "reponses.csv", "-n", "2", "-o", "plans"),
    "diagnose": ("diagnose", "reponses.csv"),
    "intake": ("intake", "reponses.csv", "-o", "rapport.html"),
    "profiles": ("profiles", "reponses.csv", "-o", "profils"),
    "draft": ("draft", "reponses.csv", "-o", "brouillon.toml"),
    "estimate": ("estimate", "reponses.csv"),
    "demo": ("demo", "essai"),
    "why-not": ("why-not", "reponses.csv", "M01", "E01"),
}
LONGEST_S = 3.5
FAST, DEEP = 2, 50
MOMENTS = [*range(FAST), *(pytest.param(moment, marks=pytest.mark.proof) for moment in range(FAST, DEEP))]


def interrupted(folder: Path, asked: tuple[str, ...], seconds: float) -> tuple[int, str, str]:
    """Return how a command ends that is interrupted after some seconds, with what it said; no process may be left."""
    line = [sys.executable, "-c", BEGUN, "mentormatch", *asked]
    env = os.environ | {"PYTHONPATH": str(ROOT / "src"), "LC_ALL": "C.UTF-8"}
    with subprocess.Popen(
        line, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env, start_new_session=True
    ) as command:
        assert command.stdout is not None
        command.stdout.readline()
        end, seen = monotonic() + seconds, set[int]()
        while monotonic() < end and command.poll() is None:
            seen |= children(command.pid)
            sleep(0.01)
        with suppress(ProcessLookupError):  # it came to its end
            os.killpg(command.pid, signal.SIGINT)
        out, err = command.communicate(timeout=60)
    wait_for(lambda: not any(map(alive, seen)))
    return command.returncode, out, err


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_interrupt_at_any_moment_ends_in_words_and_leaves_nothing(moment: int, tmp_path: Path) -> None:
    examples.copy_to(tmp_path)
    chance = random.Random(moment)
    name = [*COMMANDS][moment % len(COMMANDS)] if moment >= FAST else "match to a folder"
    seconds = chance.uniform(0.0, LONGEST_S) if moment else 0.0
    code, out, err = interrupted(tmp_path, COMMANDS[name], seconds)
    told = f"{name} after {seconds:.3f} s: {code}\n{err}"
    assert code in {0, 5, 130}, told
    assert {0: "", 5: "Calcul arrêté avant", 130: "Interrompu"}[code] in err, told
    assert "Traceback" not in out + err, told
    assert "Exception ignored" not in err, told
    assert [str(path) for path in tmp_path.rglob("*") if path.name.endswith(".part")] == [], told


@pytest.mark.parametrize(("spoken", "word"), [("fr", "Interrompu"), ("en", "Interrupted")])
def test_it_is_said_in_the_language_of_the_command_line(spoken: str, word: str, tmp_path: Path) -> None:
    examples.copy_to(tmp_path)
    line = [sys.executable, "-c", BEGUN, "mentormatch", "intake", "reponses.csv"]
    with subprocess.Popen(
        line,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"LC_ALL": spoken},
    ) as command:
        assert command.stdout is not None
        command.stdout.readline()
        command.send_signal(signal.SIGINT)
        _, err = command.communicate(timeout=60)
    assert (command.returncode, err.strip()) == (130, f"{word}.")
