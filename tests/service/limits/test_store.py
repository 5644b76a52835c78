"""The file of the service: private, whole, of one service at a time, of a version that is known; else told in words."""

import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from time import time

import pytest

from mentormatch.errors import OutputError
from mentormatch.service import jobs
from mentormatch.service.jobs import MAX_ATTEMPTS, IdempotencyKey, JobRecord, JobTable
from mentormatch.service.keys import MASTER_CALLER, Caller
from mentormatch.service.problems import RefusedError
from mentormatch.service.settings import Settings
from mentormatch.service.store import APPLICATION_ID, SCHEMA_VERSION, lock_store, make_storage_problem, open_store
from tests.canaries import ANSWER
from tests.failure.processes import only_linux

BODY = f'{{"said": "{ANSWER}"}}'.encode()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "service.db"


@pytest.fixture
def table(path: Path) -> Iterator[JobTable]:
    with closing(open_store(path)) as connection:
        yield JobTable(connection, Settings("", max_jobs=4, results_bytes=100))


def add(table: JobTable, once: IdempotencyKey | None = None, caller: Caller = MASTER_CALLER) -> JobRecord:
    return table.add(JobRecord.new("match", caller.owner), BODY, caller, once)


@only_linux
def test_the_file_is_its_owners_alone_also_one_that_others_could_read_before(path: Path) -> None:
    path.touch(0o644)
    with lock_store(path), closing(open_store(path)) as connection:
        add(JobTable(connection, Settings("")))
        assert {stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()} == {0o600}


@only_linux
def test_nobody_could_open_the_file_before_it_was_its_owners_alone(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "chmod", lambda *_: None)
    open_store(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("setting", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("secure_delete", 1), ("temp_store", 2)]
)
def test_what_is_written_is_on_the_disk_and_what_is_deleted_is_overwritten(
    setting: str, value: object, path: Path
) -> None:
    for _ in range(2):
        with closing(open_store(path)) as connection:
            assert connection.execute(f"PRAGMA {setting}").fetchone() == (value,)


def written(statement: str) -> Callable[[Path], None]:
    """Return what makes a file by a statement of SQL."""

    def write(path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID if 'version' in statement else 7}")
            connection.commit()

    return write


def damaged(path: Path) -> None:
    """Make a file whose pages are not as they should be."""
    with closing(open_store(path)) as connection:
        table = JobTable(connection, Settings("", max_jobs=300))
        for _ in range(200):
            add(table)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 9] = b"\xff" * (4096 * 6)
    path.write_bytes(content)


TROUBLES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a text": (lambda path: path.write_text(f"{ANSWER} " * 400), "ce n’est pas un fichier de ce service"),
    "damaged": (damaged, "le fichier est abîmé"),
    "another program's": (written("CREATE TABLE people (name TEXT)"), "ce n’est pas un fichier de ce service"),
    "a later version's": (
        written(f"PRAGMA user_version = {SCHEMA_VERSION + 1}"),
        f"un fichier de la version {SCHEMA_VERSION + 1}",
    ),
    "a folder": (lambda path: path.mkdir(), "service.db"),
    "nowhere": (lambda path: path.parent.rmdir(), "service.db"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_file_that_cannot_be_used_is_refused_in_words_and_left_as_it_is(trouble: str, path: Path) -> None:
    make, words = TROUBLES[trouble]
    make(path)
    before = (path.read_bytes(), path.stat().st_mode) if path.is_file() else None
    with pytest.raises(OutputError) as caught, lock_store(path):
        pass
    assert caught.value.message == "Le fichier du service ne peut pas servir"
    assert words in str(caught.value)
    assert caught.value.problems[0].advice
    assert ANSWER not in str(caught.value)
    if trouble != "damaged":  # which is ours
        assert ((path.read_bytes(), path.stat().st_mode) if path.is_file() else None) == before


LATER = "DROP TABLE works; DROP TABLE one_time_tokens; DROP TABLE address;"
BEFORE = {1: f"ALTER TABLE jobs DROP COLUMN begun; {LATER}", 2: LATER}
"""What makes a file one of an earlier version."""


@pytest.mark.parametrize("version", BEFORE)
def test_a_file_of_an_earlier_version_goes_on(version: int, path: Path) -> None:
    with closing(open_store(path)) as connection:
        job = add(JobTable(connection, Settings("")))
        connection.executescript(f"{BEFORE[version]} PRAGMA user_version = {version}")
    for _ in range(2):
        with lock_store(path), closing(open_store(path)) as connection:
            assert JobTable(connection, Settings("")).claim(job.id) is not None
            assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
            assert connection.execute("SELECT count(*) FROM works").fetchone() == (0,)


def test_a_request_that_may_be_what_kills_the_service_is_given_up_but_not_where_that_was_told_to_end(
    path: Path,
) -> None:
    with closing(open_store(path)) as connection:
        job = add(JobTable(connection, Settings("")))
    for stopped in (True, False):
        for _ in range(MAX_ATTEMPTS):
            with closing(open_store(path)) as connection:
                table = JobTable(connection, Settings(""))
                assert table.claim(job.id) is not None
                if stopped:
                    table.close()
    with closing(open_store(path)) as connection, pytest.raises(RefusedError, match="failed"):
        JobTable(connection, Settings("")).claim(job.id)


@only_linux
def test_two_services_on_one_file_are_one_too_many(path: Path) -> None:
    with lock_store(path), pytest.raises(OutputError, match="un autre service s’en sert"), lock_store(path):
        pass
    with lock_store(path):
        pass


def test_a_file_that_another_program_writes_to_is_told_as_such(table: JobTable, path: Path) -> None:
    table.connection.execute("PRAGMA busy_timeout = 10")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError) as caught:
            add(table)
    refused = make_storage_problem(caught.value)
    assert (refused.code, refused.status) == ("not-kept", 503)
    assert refused.detail_in("en").startswith("Another program is using")
    job = add(table)
    assert table.page("", 10, None) == [job]


def test_a_full_disk_is_told_as_such_and_what_is_there_stays(table: JobTable) -> None:
    kept = add(table)
    (pages,) = table.connection.execute("PRAGMA page_count").fetchone()
    table.connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(sqlite3.OperationalError) as caught:
        table.add(JobRecord.new("match", ""), b"x" * 10_000_000, MASTER_CALLER)
    assert make_storage_problem(caught.value).detail_in("en").endswith("is full")
    assert table.page("", 10, None) == [kept]


def test_an_answer_is_kept_once_and_what_people_said_is_gone_with_it(table: JobTable, path: Path) -> None:
    job = add(table)
    ended = table.finish(job.id, b"first", None)
    assert ended == table.finish(job.id, b"second", None) == table.finish(job.id, None, RefusedError("failed", ""))
    assert table.result(job.id) == b"first"
    assert table.claim(job.id) is None
    table.expire()
    assert not [file for file in path.parent.iterdir() if ANSWER.encode() in file.read_bytes()]
    assert table.finish("nothing", b"", None) is None


def test_a_refusal_is_kept_as_it_was(table: JobTable) -> None:
    job = add(table)
    told = table.finish(job.id, None, RefusedError("too-long", "It was ended"))
    assert told is not None
    assert told.state == "failed"
    with pytest.raises(RefusedError, match="too-long"):
        table.result(job.id)


def test_only_so_many_jobs_and_bytes_are_kept_of_all_and_of_a_key(table: JobTable) -> None:
    first = add(table, caller=Caller("a", "1", jobs=1))
    with pytest.raises(RefusedError, match="busy") as caught:
        add(table, caller=Caller("a", "1", jobs=1))
    assert "for this key" in caught.value.detail_in("en")
    kept = [add(table) for _ in range(3)]
    with pytest.raises(RefusedError, match="busy"):
        add(table)
    table.delete(first.id)
    table.finish(kept[0].id, b"x" * 100, None)
    with pytest.raises(RefusedError, match="busy"):
        add(table)
    table.delete(kept[0].id)
    job = add(table)
    assert job in table.page("", 10, None)


def test_a_job_expires_after_it_was_over_for_so_long_and_never_before(
    table: JobTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits, over = add(table), add(table)
    table.finish(over.id, b"", None)
    for later, there in ((table.settings.expiry_s - 60, True), (table.settings.expiry_s + 60, False)):
        monkeypatch.setattr(jobs, "time", lambda later=later: time() + later)
        assert (table.find(over.id, "") is not None) == there
        assert table.find(waits.id, "") == waits
    table.expire()
    assert table.find_unfinished() == table.page("", 10, None) == [waits]


def test_a_key_of_a_request_is_one_persons_own_and_cannot_be_read(table: JobTable, path: Path) -> None:
    once = IdempotencyKey.of("camille@example.org", "match", BODY)
    first = add(table, once)
    assert add(table, once) == first
    other = add(table, once, Caller("a", "1"))
    assert other != first
    assert table.find(other.id, "") is None
    with pytest.raises(RefusedError, match="other-request"):
        add(table, IdempotencyKey.of("camille@example.org", "evaluate", BODY))
    assert not [file for file in path.parent.iterdir() if b"camille" in file.read_bytes()]


def test_without_a_file_the_same_is_kept_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with lock_store(None), closing(open_store(None)) as connection:
        table = JobTable(connection, Settings(""))
        job = add(table)
        assert table.find_unfinished() == [job]
    assert list(tmp_path.iterdir()) == []
