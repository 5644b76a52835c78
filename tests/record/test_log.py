"""The log: chained, whole with several writers, and nothing in it changes without being told."""

import errno
import json
import os
import subprocess
import sys
from datetime import datetime
from io import FileIO
from pathlib import Path

import pytest
from pydantic import ValidationError

from mentormatch.errors import OutputError
from mentormatch.record import log
from mentormatch.record.log import GENESIS_DIGEST, LogEntry, append, check_chain
from tests.conftest import DEEP

pytestmark = pytest.mark.promise(29)

COUNT = 200 if DEEP else 50
WRITER = """
import sys
from mentormatch.record.log import LogEntry, append
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[3])):
    append(sys.argv[1], LogEntry(kind="edit", what={"number": str(number)}, who=sys.argv[2]))
"""


def entry(number: int = 0, who: str = "Camille") -> LogEntry:
    return LogEntry(kind="edit", what={"number": str(number)}, who=who, when="2026-03-01T09:00:00+00:00", why="absence")


def later() -> LogEntry:
    return LogEntry(kind="edit", what={"number": "0"}, who="Camille")


@pytest.fixture
def five(tmp_path: Path) -> Path:
    """Return a log of five lines."""
    path = tmp_path / "binomes.journal.jsonl"
    for number in range(5):
        append(path, entry(number))
    return path


def full(file: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def told(path: Path, head: str | None = None) -> list[str]:
    """Return where the chain is said to be broken."""
    return [problem.where for problem in check_chain(path, head).problems]


def test_a_log_gives_back_its_entries_and_its_head(five: Path) -> None:
    head = append(five, entry(5))
    chain = check_chain(five, head)
    assert chain.is_intact
    assert chain.head == head
    assert chain.lines_since_head == 0
    assert chain.entries == tuple(entry(number) for number in range(6))


def test_two_processes_that_write_at_once_leave_one_whole_chain(tmp_path: Path) -> None:
    path = tmp_path / "x.journal.jsonl"
    command = [sys.executable, "-c", WRITER, str(path)]
    writers = [
        subprocess.Popen([*command, who, str(COUNT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for who in ("Camille", "Dominique")
    ]
    assert [writer.stdout.readline() for writer in writers if writer.stdout] == [b"ready\n"] * 2
    for writer in writers:
        assert writer.stdin
        writer.stdin.write(b"go\n")
        writer.stdin.flush()
    assert [writer.communicate() and writer.returncode for writer in writers] == [0, 0]
    chain = check_chain(path)
    assert chain.is_intact
    for who in ("Camille", "Dominique"):
        numbers = [entry.what["number"] for entry in chain.entries if entry.who == who]
        assert numbers == [str(number) for number in range(COUNT)]


@pytest.mark.parametrize("place", range(5))
def test_a_line_that_was_changed_is_named(five: Path, place: int) -> None:
    head = check_chain(five).head
    lines = lines_of(five)
    lines[place] = lines[place].replace(b"Camille", b"Claude")
    five.write_bytes(b"".join(lines))
    expected = f"journal, ligne {place + 2}" if place < 4 else "journal, ligne 5 (la dernière)"
    assert told(five, head)[0] == expected


@pytest.mark.parametrize("place", range(5))
def test_a_line_that_was_taken_away_is_named(five: Path, place: int) -> None:
    head = check_chain(five).head
    lines = lines_of(five)
    del lines[place]
    five.write_bytes(b"".join(lines))
    expected = f"journal, ligne {place + 1}" if place < 4 else "journal, ligne 4 (la dernière)"
    assert told(five, head)[0] == expected


def test_lines_that_changed_places_are_named(five: Path) -> None:
    lines = lines_of(five)
    lines[1], lines[2] = lines[2], lines[1]
    five.write_bytes(b"".join(lines))
    assert told(five) == ["journal, ligne 2", "journal, ligne 3", "journal, ligne 4"]


def test_a_log_that_was_rewritten_as_a_whole_fails_against_the_head(five: Path) -> None:
    head = check_chain(five).head
    five.unlink()
    for number in range(5):
        append(five, entry(number, who="Claude"))
    assert check_chain(five).is_intact
    assert told(five, head) == ["journal, ligne 5 (la dernière)"]


def test_a_log_that_was_shortened_fails_against_the_head(five: Path) -> None:
    head = check_chain(five).head
    five.write_bytes(b"".join(lines_of(five)[:3]))
    assert check_chain(five).is_intact
    assert told(five, head) == ["journal, ligne 3 (la dernière)"]


def test_lines_that_were_added_since_the_head_are_counted(five: Path) -> None:
    head = check_chain(five).head
    append(five, entry(5))
    append(five, entry(6))
    chain = check_chain(five, head.upper())
    assert (chain.is_intact, chain.lines_since_head) == (True, 2)
    assert told(five, GENESIS_DIGEST) == ["journal, ligne 7 (la dernière)"]


@pytest.mark.parametrize("kept", [1, 40, -2, -1])
def test_a_torn_last_line_is_told_and_the_next_entry_sets_it_aside_in_words(five: Path, kept: int) -> None:
    lines = lines_of(five)
    whole, torn = b"".join(lines[:4]), lines[4][:kept]
    five.write_bytes(whole + torn)
    assert told(five) == ["journal, ligne 5"]
    assert len(check_chain(five).entries) == 4
    head = append(five, later())
    chain = check_chain(five, head)
    assert (chain.is_intact, chain.is_truncated, len(chain.entries)) == (True, False, 6)
    assert chain.entries[4].kind == "interruption"
    assert chain.entries[4].what == {"torn": torn.decode()}
    assert five.read_bytes().startswith(whole)


def test_a_torn_first_line_is_set_aside_as_well(tmp_path: Path) -> None:
    path = tmp_path / "binomes.journal.jsonl"
    path.write_bytes(b'{"line":1,"prev')
    append(path)
    assert [one.kind for one in check_chain(path).entries] == ["interruption"]


def test_a_disk_that_is_full_leaves_the_torn_line(five: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torn = five.read_bytes()[:-5]
    five.write_bytes(torn)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError):
        append(five, later())
    assert five.read_bytes() == torn


def test_nothing_is_added_after_a_line_that_is_none(five: Path) -> None:
    five.write_bytes(five.read_bytes() + b"\n")
    with pytest.raises(OutputError, match="ligne 6"):
        append(five, entry())
    assert told(five) == ["journal, ligne 6"]


def test_a_key_that_comes_twice_is_told(five: Path) -> None:
    lines = lines_of(five)
    lines[4] = lines[4].replace(b'"who":"Camille"', b'"who":"Claude","who":"Camille"')
    five.write_bytes(b"".join(lines))
    assert told(five) == ["journal, ligne 5"]


def test_several_entries_become_lines_next_to_each_other(five: Path) -> None:
    head = append(five, entry(5), entry(6), entry(7))
    chain = check_chain(five, head)
    assert chain.is_intact
    assert chain.entries[5:] == (entry(5), entry(6), entry(7))
    assert append(five) == head
    assert check_chain(five, head).lines_since_head == 0


def test_who_validated_a_decision_is_told_of_that_decision_alone(five: Path) -> None:
    append(five, *(LogEntry(kind="matching", what={"decision": decision}, who="Maxime") for decision in "ab"))
    for decision, who in (("a", "Camille"), ("b", "Dominique"), ("a", "Sacha")):
        append(five, LogEntry(kind="validation", what={"decision": decision}, who=who))
    append(five, LogEntry(kind="matching", what={"decision": "a"}, who="Maxime"))
    assert [one.who for one in check_chain(five).validations("a")] == ["Camille", "Sacha"]
    assert check_chain(five).validations("c") == ()


@pytest.mark.parametrize("written", [0, 10, 300])
def test_a_full_disk_leaves_the_log_as_it_was(five: Path, written: int, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(FileIO):
        def write(self, content: object, /) -> int:
            return super().write(bytes(content)[:written]) if isinstance(content, bytes) else 0

    before = five.read_bytes()
    with Full(five, "a+") as file, pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        log._add(file, five.name, [entry(), entry()])
    assert five.read_bytes() == before


def test_a_log_that_cannot_be_read_or_written_is_told(tmp_path: Path) -> None:
    assert told(tmp_path / "absent.journal.jsonl") == ["absent.journal.jsonl"]
    with pytest.raises(OutputError):
        append(tmp_path, entry())


@pytest.mark.parametrize("when", ["2026-03-01T09:00:00", "2026-03-01", "hier"])
def test_a_time_without_its_offset_is_refused(when: str) -> None:
    with pytest.raises(ValidationError):
        LogEntry(kind="edit", what={}, who="Camille", when=when)


@pytest.mark.parametrize("when", [f"2026-03-01T18:00:00{offset}" for offset in ("+00:00", "+01:00", "-08:30")])
def test_a_log_may_hold_times_of_any_offset(five: Path, when: str) -> None:
    append(five, LogEntry(kind="edit", what={}, who="Camille", when=when))
    assert check_chain(five).is_intact
    assert check_chain(five).entries[-1].when == when


def test_an_entry_says_when_it_was_made_with_the_offset_of_the_place(tmp_path: Path) -> None:
    path = tmp_path / "x.journal.jsonl"
    append(path, LogEntry(kind="edit", what={}, who="Camille"))
    told = datetime.fromisoformat(json.loads(path.read_bytes())["entry"]["when"])
    assert told.utcoffset() == datetime.now().astimezone().utcoffset()


def test_a_log_is_known_as_it_was_when_it_had_a_head(five: Path) -> None:
    now = check_chain(five)
    assert [len(now.at_head(head).entries) for head in now.heads] == [0, 1, 2, 3, 4, 5]
    assert now.at_head(now.heads[2]).head == now.heads[2]
    assert now.at_head("f" * 64) == now


def test_nothing_is_done_by_nobody() -> None:
    with pytest.raises(ValidationError):
        LogEntry(kind="validation", what={}, who="")
