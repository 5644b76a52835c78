"""What a line of the log holds and refuses, how it reaches the disk, and the words for what is wrong with it."""

import errno
import json
import os
import time
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from mentormatch import RequestError
from mentormatch.errors import OutputError
from mentormatch.record.log import (
    GENESIS_DIGEST,
    LOG_SUFFIX,
    LogEntry,
    LogLine,
    append,
    check_chain,
    find_text_problems,
    get_account_name,
    get_timestamp,
    make_entry,
)
from tests.doors import substitute

pytestmark = pytest.mark.promise(29)

WHEN = "2026-03-01T09:00:00+00:00"


def entry(**other: Any) -> LogEntry:
    return LogEntry(**{"kind": "edit", "what": {"number": "1"}, "who": "Camille", "when": WHEN, **other})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "binomes.journal.jsonl"


def test_the_first_line_is_written_to_the_letter(path: Path) -> None:
    append(path, entry(why="absence"))
    assert path.read_bytes() == (
        b'{"line":1,"previous":"' + b"0" * 64 + b'","entry":{"kind":"edit","what":{"number":"1"},'
        b'"who":"Camille","when":"2026-03-01T09:00:00+00:00","why":"absence"}}\n'
    )


def test_each_line_holds_the_digest_of_the_line_before_it_and_the_head_is_that_of_the_last(path: Path) -> None:
    head = append(path, entry(), entry(), entry())
    lines = path.read_bytes().splitlines()
    digests = [sha256(line).hexdigest() for line in lines]
    assert [json.loads(line)["previous"] for line in lines] == ["0" * 64, *digests[:2]]
    assert [json.loads(line)["line"] for line in lines] == [1, 2, 3]
    assert head == digests[2] == check_chain(path).head


def test_an_empty_log_has_the_head_that_a_first_line_follows(path: Path) -> None:
    assert append(path) == GENESIS_DIGEST
    chain = check_chain(path, GENESIS_DIGEST)
    assert (chain.entries, chain.head, chain.is_intact, chain.lines_since_head) == ((), GENESIS_DIGEST, True, 0)


def test_without_a_head_nothing_is_said_of_what_was_added_since(path: Path) -> None:
    append(path, entry())
    assert check_chain(path).lines_since_head is None
    assert check_chain(path, "f" * 64).lines_since_head is None


def test_a_log_is_found_beside_its_decision_by_the_end_of_its_name() -> None:
    assert LOG_SUFFIX == ".journal.jsonl"


@pytest.mark.parametrize(("zone", "hours"), [("UTC0", 0), ("XXX-1", 1), ("XXX+9:30", -9.5)])
def test_now_is_the_time_of_the_place_with_its_offset_to_the_second(
    zone: str, hours: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    before = datetime.now(UTC).replace(microsecond=0)
    told = datetime.fromisoformat(get_timestamp())
    monkeypatch.undo()
    time.tzset()
    assert (told.utcoffset(), told.microsecond) == (timedelta(hours=hours), 0)
    assert before <= told <= datetime.now(UTC)
    assert len(told.isoformat()) == len(WHEN)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "rumour"},
        {"what": {"number": 1}},
        {"who": ""},
        {"who": 7},
        {"why": None},
        {"when": "2026-03-01T09:00:00"},
        {"whom": "Dominique"},
    ],
)
def test_an_entry_of_another_form_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        entry(**wrong)


@pytest.mark.parametrize("kind", ["matching", "edit", "validation"])
def test_an_entry_is_of_a_known_kind_and_needs_no_reason(kind: str) -> None:
    assert entry(kind=kind).why == ""


def test_a_name_may_be_one_letter() -> None:
    assert entry(who="L").who == "L"


@pytest.mark.parametrize("wrong", [{"line": "1"}, {"previous": 0}, {"entry": None}, {"next": GENESIS_DIGEST}])
def test_a_line_of_another_form_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        LogLine(**{"line": 1, "previous": GENESIS_DIGEST, "entry": entry(), **wrong})


def test_entries_and_lines_do_not_change() -> None:
    one = entry()
    line = LogLine(line=1, previous=GENESIS_DIGEST, entry=one)
    with pytest.raises(ValidationError):
        one.who = "Dominique"
    with pytest.raises(ValidationError):
        line.line = 2


def rewritten(path: Path, old: bytes, new: bytes) -> list[str]:
    """Return what is wrong with a log after a change of its content."""
    path.write_bytes(path.read_bytes().replace(old, new, 1))
    return [str(problem) for problem in check_chain(path).problems]


def test_what_is_wrong_with_a_line_is_said_in_words(path: Path) -> None:
    append(path, entry(), entry())
    assert rewritten(path, b"Camille", b"Claude") == [
        "journal, ligne 2 : la ligne ne suit pas celle qui la précède : l’une des deux a été changée"
    ]
    assert rewritten(path, b'"line":2', b'"line":3') == ["journal, ligne 2 : la ligne a été réécrite ou déplacée"]
    assert rewritten(path, b'{"line":3', b'{"ligne":3') == ["journal, ligne 2 : ce n’est pas une ligne de journal"]


def test_a_line_with_other_spaces_was_rewritten(path: Path) -> None:
    append(path, entry())
    assert rewritten(path, b'"who":', b'"who": ') == ["journal, ligne 1 : la ligne a été réécrite ou déplacée"]


def test_the_first_line_follows_nothing(path: Path) -> None:
    append(path, entry())
    told = rewritten(path, b"0" * 64, b"1" * 64)
    assert told == ["journal, ligne 1 : la ligne ne suit pas celle qui la précède : l’une des deux a été changée"]


def test_a_torn_line_and_a_lost_head_are_both_told_with_what_to_do(path: Path) -> None:
    append(path, entry())
    path.write_bytes(path.read_bytes() + b'{"line"')
    lost, torn = check_chain(path, "f" * 64).problems
    assert (torn.where, lost.where) == ("journal, ligne 2", "journal, ligne 1 (la dernière)")
    assert torn.found == "la dernière ligne est incomplète : son écriture a été interrompue"
    assert torn.advice == "la prochaine écriture la mettra de côté, et le dira"
    assert lost.found == "aucune ligne n’a l’empreinte demandée : le journal a été réécrit ou raccourci"


def test_nothing_is_added_to_a_log_whose_last_line_is_of_another_number(path: Path) -> None:
    append(path, entry(), entry())
    rewritten(path, b'"line":2', b'"line":3')
    before = path.read_bytes()
    with pytest.raises(OutputError) as refused:
        append(path, entry())
    assert refused.value.message == "binomes.journal.jsonl : rien n’a été ajouté au journal"
    assert [problem.where for problem in refused.value.problems] == ["journal, ligne 2"]
    assert path.read_bytes() == before


def test_a_log_that_cannot_be_opened_says_why(tmp_path: Path) -> None:
    chain = check_chain(tmp_path / "absent.jsonl")
    assert (chain.entries, chain.head, chain.is_intact, chain.lines_since_head, chain.is_truncated) == (
        (),
        GENESIS_DIGEST,
        False,
        None,
        False,
    )
    assert [str(one) for one in chain.problems] == [
        "absent.jsonl : le journal ne peut pas être lu (rien n’existe sous ce nom)"
    ]
    with pytest.raises(OutputError) as refused:
        append(tmp_path, entry())
    why = "c’est un dossier"
    assert refused.value.message == f"{tmp_path.name} : le journal ne peut pas être écrit ({why})"


def test_a_line_is_on_the_disk_before_its_head_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[bytes] = []
    monkeypatch.setattr(os, "fsync", lambda file: synced.append(path.read_bytes()))
    append(path, entry())
    assert synced == [path.read_bytes()]


def test_a_disk_that_fails_leaves_the_log_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(file: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    append(path, entry())
    before = path.read_bytes()
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OutputError, match="erreur de lecture ou d’écriture"):
        append(path, entry())
    assert path.read_bytes() == before


def test_who_writes_holds_the_log_alone_and_who_reads_shares_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fcntl = pytest.importorskip("fcntl", reason="locks are held where the system has them")
    locks: list[int] = []
    monkeypatch.setattr(fcntl, "flock", lambda file, kind: locks.append(kind))
    append(path, entry())
    check_chain(path)
    assert locks == [fcntl.LOCK_EX | fcntl.LOCK_NB, fcntl.LOCK_EX, fcntl.LOCK_SH]


@pytest.mark.parametrize(("told", "name"), [(" croux ", "croux"), ("  ", "inconnu"), ("", "inconnu")])
def test_the_account_at_work_has_a_name_or_is_said_to_be_unknown(
    told: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    substitute(monkeypatch, "record", getuser=lambda: told)
    assert get_account_name() == name


@pytest.mark.parametrize("who", ["", "  "])
def test_a_line_that_nobody_signs_is_refused_with_what_is_wanted(who: str) -> None:
    with pytest.raises(RequestError) as refused:
        make_entry("edit", {}, who=who)
    assert refused.value.message == "Le journal ne prend que ce qu’une personne nommée signe"
    assert [str(problem) for problem in refused.value.problems] == ["who : vide ; attendu : un nom"]


def test_an_account_without_a_name_still_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("7", "\u200b", "é"):
        substitute(monkeypatch, "record", getuser=lambda name=name: name)
        assert not list(find_text_problems(get_account_name(), ""))
    substitute(monkeypatch, "record", getuser=lambda: "camille")
    assert get_account_name() == "camille"
