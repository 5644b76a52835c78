"""A process that writes the record, killed at each stage of it: no line is lost, no half line and no draft stays."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from time import sleep

import pytest

from mentormatch.record.log import LogEntry, append, check_chain
from tests.conftest import DEEP
from tests.record.decisions import example

pytestmark = [pytest.mark.promise(20), pytest.mark.promise(29)]

TIMES = 25 if DEEP else 1
STAGES = ("open", "lock", "read", "truncate", "write", "half", "sync", "told")
"""A stage is reached when the kill comes; ``half``: a part of the line is in the file."""
WRITER = """
import os, signal, sys
from io import FileIO
from pathlib import Path
from mentormatch.record import log

path, stage = Path(sys.argv[1]), sys.argv[2]

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

class Dying(FileIO):
    def readall(self):
        return die() if stage == "read" else super().readall()
    def truncate(self, size=None):
        return die() if stage == "truncate" else super().truncate(size)
    def write(self, content):
        if stage == "write":
            die()
        written = super().write(content[: len(content) // 2] if stage == "half" else content)
        if stage == "half":
            die()
        return written

def opened(self, *mode, **options):
    file = Dying(self, "a+")
    return die() if stage == "open" else file

entry = log.LogEntry(kind="edit", what={"number": "new"}, who="Camille")
Path.open = opened
if stage == "lock":
    log.fcntl.flock = die
if stage == "sync":
    os.fsync = die
log.append(path, entry)
die()
"""
WRITING = """
import sys
from mentormatch.record.log import LogEntry, append
number = 0
while True:
    long = {"number": str(number), "text": "x" * 20_000}
    print(append(sys.argv[1], *[LogEntry(kind="edit", what=long, who="Camille")] * 5), flush=True)
    number += 1
"""
SAVING = """
import sys
from tests.record.decisions import example
matching = example("quota")
while True:
    print(*matching.save(sys.argv[1], who="Camille"), flush=True)
"""


def entry(number: int) -> LogEntry:
    return LogEntry(kind="edit", what={"number": str(number)}, who="Camille")


def started(program: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a program of the project's, which tells on its output what is done."""
    paths = os.pathsep.join([*sys.path, str(Path(__file__).parents[2])])
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
    )


def killed_after(child: subprocess.Popen[str], seconds: float) -> list[str]:
    """Kill a child so long after its first word, and return all that it told."""
    assert child.stdout is not None
    first = child.stdout.readline()
    sleep(seconds)
    child.kill()
    told = [first, *child.stdout.readlines()]
    child.stdout.close()
    child.wait()
    return [line.strip() for line in told if line.endswith("\n")]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("stage", STAGES)
def test_a_writer_killed_at_a_stage_of_an_append_leaves_a_log_that_goes_on(stage: str, tmp_path: Path) -> None:
    path = tmp_path / "binomes.journal.jsonl"
    for time in range(TIMES):
        before = [append(path, entry(time))]
        kept = len(check_chain(path).entries)
        child = started(WRITER, path, stage)
        child.communicate()
        assert child.returncode == -signal.SIGKILL
        assert check_chain(path).is_truncated is (stage == "half")
        chain = check_chain(path, append(path, entry(-1)))
        assert chain.is_intact
        assert len(chain.entries) == kept + 1 + (stage in ("half", "sync", "told"))
        assert check_chain(path, before[-1]).is_intact
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("seed", range(40 if DEEP else 1))
def test_a_writer_of_long_lines_killed_at_any_moment_loses_no_line_that_it_told_of(seed: int, tmp_path: Path) -> None:
    path = tmp_path / "binomes.journal.jsonl"
    heads = killed_after(started(WRITING, path), random.Random(seed).uniform(0, 0.05))
    append(path, entry(0))
    chain = check_chain(path, heads[-1])
    assert chain.is_intact
    assert chain.lines_since_head is not None
    assert chain.lines_since_head <= 5 + 2
    assert all(check_chain(path, head).is_intact for head in heads)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("seed", range(40 if DEEP else 1))
def test_a_folder_whose_writer_was_killed_is_saved_again_and_holds_no_draft(seed: int, tmp_path: Path) -> None:
    killed_after(started(SAVING, tmp_path), random.Random(seed).uniform(0, 0.3))
    there = {path.name for path in tmp_path.iterdir()}
    journal = tmp_path / "binomes.journal.jsonl"
    append(journal)
    assert check_chain(journal).is_intact
    again = {path.name for path in example("quota").save(tmp_path, who="Camille")}
    assert there == {*again, "manifeste.json"}
