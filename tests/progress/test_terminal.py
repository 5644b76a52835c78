"""A real terminal: one line that is written over and gone at the end, Ctrl-C, and silence where nobody looks."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from fcntl import ioctl
from pathlib import Path
from select import select
from struct import pack
from termios import TIOCSWINSZ

import pytest

import mentormatch as mm
from tests.failure.processes import alive, children, wait_for
from tests.progress.hanging import READY

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc, which Linux alone has")

SOLVES = f"""{READY}
put("assignment", ENGINE_PROGRAM=hanging)
with mm.progress():
    solution = mm.solve(quotas(10))
print(str(solution.status), len(solution.pairs) > 0, solution.notes, flush=True)
"""
LASTS = f"""{READY}
put("base", QUIET_S=0.0, TICK_S=0.01)
with mm.progress():
    print(str(mm.solve(quotas(10)).status))
"""
COMMAND = f"""{READY}
from mentormatch.cli import main
put("assignment", ENGINE_PROGRAM=hanging)
main()
"""
AT_ONCE = f"""{READY}
from mentormatch.cli import main
put("base", QUIET_S=0.0, TICK_S=0.01)
main()
"""


class Screen:
    """What a terminal of 80 columns is sent."""

    def __init__(self) -> None:
        self.ours, self.theirs = pty.openpty()
        ioctl(self.theirs, TIOCSWINSZ, pack("HHHH", 24, 80, 0, 0))
        self.sent = ""

    def read(self) -> str:
        """Return all that was sent so far."""
        with suppress(OSError):  # the other end is closed
            while select([self.ours], [], [], 0)[0]:
                self.sent += os.read(self.ours, 65536).decode(errors="replace")
        return self.sent

    def until(self, pattern: str) -> None:
        """Wait until a pattern is met in what is sent."""
        wait_for(lambda: re.search(pattern, self.read()))

    def rest(self) -> str:
        """Return all, once there is no more."""
        os.close(self.theirs)
        self.read()
        os.close(self.ours)
        return self.sent

    def left(self) -> str:
        """Return what is seen at the end on the line that was written over."""
        line: list[str] = []
        at = 0
        for character in self.sent.split("\n")[0]:
            if character == "\r":
                at = 0
            else:
                line[at : at + 1], at = character, at + 1
        return "".join(line).strip()


@contextmanager
def running(code: str, *arguments: str, screen: Screen) -> Iterator[subprocess.Popen[str]]:
    """Run code whose standard error is a screen."""
    command = [sys.executable, "-c", code, *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=screen.theirs, text=True, cwd=ROOT, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.promise(20)
@pytest.mark.parametrize(
    "send",
    [os.killpg, pytest.param(os.kill, marks=pytest.mark.proof)],
    ids=["as at a terminal", "to the process alone"],
)
def test_a_terminal_shows_goal_bound_gap_and_time_until_ctrl_c_gives_the_best_answer(
    send: Callable[[int, int], None],
) -> None:
    screen = Screen()
    with running(SOLVES, screen=screen) as process:
        screen.until(r"\d\u00a0s · Total de points\u00a0: [\d,]+ pour l’instant, [\d,]+ au plus \(écart")
        helpers = wait_for(lambda: children(process.pid))
        send(process.pid, signal.SIGINT)
        told = process.communicate(timeout=60)[0]
    screen.rest()
    assert told == "feasible True ('interrupted',)\n"
    assert screen.left() == ""
    assert set(screen.sent) & {"\x1b", "\n"} == set()
    assert all(len(line) < 80 for line in re.split("[\r\n]", screen.sent))
    wait_for(lambda: not any(map(alive, helpers)))


@pytest.mark.proof
def test_a_pipe_gets_nothing() -> None:
    command = [sys.executable, "-c", LASTS]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    assert (done.stdout, done.stderr) == ("proved\n", "")


@pytest.mark.proof
def test_a_terminal_is_as_it_was_once_the_work_is_done() -> None:
    screen = Screen()
    with running(LASTS, screen=screen) as process:
        told = process.communicate(timeout=60)[0]
    assert "\r0\u00a0s · " in screen.rest()
    assert (told, screen.left()) == ("proved\n", "")


@pytest.mark.promise(20)
def test_an_interrupted_command_writes_what_it_has_says_so_and_keeps_json_alone_on_its_output(tmp_path: Path) -> None:
    example = mm.examples.copy_to(tmp_path)
    screen = Screen()
    arguments = [*map(str, (example.answers, "-p", example.programme, "-o", tmp_path / "binomes")), "--json"]
    with running(COMMAND, "match", *arguments, screen=screen) as process:
        screen.until("pour l’instant")
        os.killpg(process.pid, signal.SIGINT)
        told = process.communicate(timeout=60)[0]
    screen.rest()
    assert json.loads(told)["status"] == "feasible"
    assert screen.left().startswith("Places non lues")
    assert re.search("^À vérifier", screen.sent, re.MULTILINE)
    assert "calcul interrompu" in screen.sent
    assert (process.returncode, (tmp_path / "binomes" / "binomes.xlsx").is_file()) == (0, True)
    assert {path.name for path in tmp_path.iterdir()} == {"programme.toml", "reponses.csv", "manifeste.json", "binomes"}


@pytest.mark.parametrize(("asked", "shown"), [pytest.param((), True, marks=pytest.mark.proof), (("--quiet",), False)])
def test_a_command_that_is_to_be_quiet_shows_no_progress_either(
    tmp_path: Path, asked: tuple[str, ...], *, shown: bool
) -> None:
    files, screen = mm.examples.copy_to(tmp_path), Screen()
    words = ["match", str(files.answers), "-p", str(files.programme), "--json", *asked]
    with running(AT_ONCE, *words, screen=screen) as process:
        assert json.loads(process.communicate(timeout=60)[0])["status"] == "proved"
    assert ("\r" in screen.rest()) is shown
    assert bool(screen.sent) is shown
