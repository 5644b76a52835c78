"""Works that are kept: sealed so that only their key opens them, each part in its place, for so long and no longer."""

import asyncio
import json
import sqlite3
import zlib
from base64 import b64encode
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from time import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch.service.desk import works
from mentormatch.service.desk.works import (
    SavedWorkspace,
    WorkingFile,
    WorkspaceKey,
    WorkspaceSave,
    WorkspaceStore,
    WorkspaceTable,
    encode_files,
    get_revision,
)
from mentormatch.service.problems import RefusedError
from tests.canaries import ANSWER, EMAIL, NAME
from tests.doors import substitute

PARTS = {"files": encode_files({"answers": f"{NAME};{EMAIL};{ANSWER}".encode()}), "state": b'{"changes": 3}'}
KEY = WorkspaceKey.new()

type Run = Callable[[Coroutine[Any, Any, Any]], Any]


@given(content=st.binary(max_size=2_000), name=st.text(max_size=8))
def test_only_its_key_and_its_name_open_a_part(content: bytes, name: str) -> None:
    sealed = KEY.seal(name, content)
    assert KEY.unseal(name, sealed) == content
    for key, other in ((WorkspaceKey.new(), name), (KEY, f"{name}x")):
        with pytest.raises(RefusedError, match="misfit"):
            key.unseal(other, sealed)


@given(content=st.binary(min_size=1, max_size=200), place=st.integers(0), bit=st.integers(0, 7))
def test_a_part_in_which_one_bit_is_changed_is_not_opened(content: bytes, place: int, bit: int) -> None:
    sealed = bytearray(KEY.seal("state", content))
    sealed[place % len(sealed)] ^= 1 << bit
    with pytest.raises(RefusedError, match="misfit"):
        KEY.unseal("state", bytes(sealed))


def test_the_same_content_is_never_sealed_alike_and_shows_nothing() -> None:
    content = f"{NAME} {EMAIL}".encode() * 20
    first, second = (KEY.seal("files", content) for _ in range(2))
    assert first[12:] != second[12:]
    assert all(word.encode() not in first for word in (NAME, EMAIL, KEY.text))


def test_a_part_that_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = KEY.seal("files", bytes(10_000))
    substitute(monkeypatch, "service", MAX_PART_BYTES=9_999)
    with pytest.raises(RefusedError, match="misfit"):
        KEY.unseal("files", sealed)


@pytest.mark.parametrize("text", [None, 3, "", "x" * 42, "é" * 43, ["x"] * 43])
def test_what_is_no_key_is_refused(text: object) -> None:
    with pytest.raises(RefusedError, match="misfit"):
        WorkspaceKey.of(text)


def test_a_working_file_has_all_of_a_work_and_its_key() -> None:
    save = WorkspaceSave(PARTS, 3)
    assert WorkingFile.read_save(WorkingFile.of(KEY, save).model_dump_json().encode()) == (KEY, save)


def test_a_working_file_of_an_earlier_version_is_opened() -> None:
    parts = {name: b64encode(KEY.seal(name, part)).decode() for name, part in PARTS.items()}
    former = json.dumps({"mentormatch_work": 1, "key": KEY.text, "parts": parts}).encode()
    assert WorkingFile.read_save(former) == (KEY, WorkspaceSave(PARTS, 0))


def test_parts_of_two_saves_and_a_save_without_what_binds_it_are_not_opened() -> None:
    first, second = (
        json.loads(WorkingFile.of(KEY, WorkspaceSave(PARTS | {"state": state}, number)).model_dump_json())
        for number, state in ((1, b"old"), (2, b"new"))
    )
    mixed = second | {"parts": second["parts"] | {"state": first["parts"]["state"]}}
    former = second | {"parts": second["parts"] | {"binding": first["parts"]["binding"]}}
    missing = {name: part for name, part in second["parts"].items() if name != "files"}
    unbound = {name: part for name, part in second["parts"].items() if name != "binding"}
    for wrong in (
        mixed,
        former,
        second | {"parts": missing},
        second | {"parts": unbound},
        second | {"parts": unbound, "mentormatch_work": 1},
    ):
        with pytest.raises(RefusedError, match="misfit"):
            WorkingFile.read_save(json.dumps(wrong).encode())


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b'{"mentormatch_work": 2}', zlib.compress(b"x")])
def test_what_is_no_working_file_is_refused(content: bytes) -> None:
    with pytest.raises(RefusedError, match="misfit"):
        WorkingFile.read_save(content)


def test_a_working_file_with_a_part_of_another_is_refused() -> None:
    file = json.loads(WorkingFile.of(KEY, WorkspaceSave(PARTS, 1)).model_dump_json())
    for name in PARTS:
        wrong = file | {"parts": file["parts"] | {name: "AAAA"}}
        with pytest.raises(RefusedError, match="misfit"):
            WorkingFile.read_save(json.dumps(wrong).encode())


def test_of_two_the_newer_has_changed_more_often() -> None:
    assert [get_revision(parts) for parts in (PARTS, {}, {"state": b"x"}, {"state": b"[]"})] == [3, 0, 0, 0]


@contextmanager
def kept(path: Path | None, keep_s: float = 60.0, most_bytes: int = 1 << 20) -> Iterator[tuple[WorkspaceStore, Run]]:
    """Give works and how something is asked of them."""
    found = WorkspaceStore(path, keep_s, most_bytes)
    with ThreadPoolExecutor(1) as thread:  # a browser of other tests may keep a loop in this one
        runner = asyncio.Runner()

        def run(work: Coroutine[Any, Any, Any]) -> Any:
            return thread.submit(runner.run, work).result()

        yield found, run
        run(found.close())
        thread.submit(runner.close).result()


@pytest.mark.parametrize("in_file", [True, False])
def test_what_is_kept_is_found_and_what_is_forgotten_is_not(tmp_path: Path, *, in_file: bool) -> None:
    with kept(tmp_path / "service.db" if in_file else None) as (found, run):
        work = SavedWorkspace(KEY)
        run(found.save(work, PARTS))
        assert run(found.load(KEY)).parts == PARTS
        assert work.saved
        run(found.save(work, {"state": b"new"}))
        assert run(found.load(KEY)).parts == PARTS | {"state": b"new"}
        assert run(found.load(WorkspaceKey.new())).parts == {}
        run(found.delete(KEY))
        assert run(found.load(KEY)).parts == {}


def test_a_work_outlives_the_service_and_its_file_has_nothing_of_anybody(tmp_path: Path) -> None:
    path = tmp_path / "service.db"
    with kept(path) as (found, run):
        run(found.save(SavedWorkspace(KEY), PARTS))
    held = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert all(word.encode() not in held for word in (NAME, EMAIL, ANSWER, KEY.text))
    with kept(path) as (found, run):
        assert run(found.load(KEY)).parts == PARTS


def test_a_work_is_kept_for_so_long_after_its_last_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with kept(tmp_path / "service.db") as (found, run):
        work, now = SavedWorkspace(KEY), time()
        run(found.save(work, PARTS))
        monkeypatch.setattr(works, "time", lambda: now + 50)
        run(found.save(work, {"state": b"new"}))
        monkeypatch.setattr(works, "time", lambda: now + 100)
        run(found.expire())
        assert run(found.load(KEY)).parts == PARTS | {"state": b"new"}
        monkeypatch.setattr(works, "time", lambda: now + 120)
        assert run(found.load(KEY)).parts == {}
        run(found.expire())
    connection = sqlite3.connect(tmp_path / "service.db")
    assert connection.execute("SELECT count(*) FROM works").fetchone() == (0,)
    connection.close()


def test_a_service_that_is_to_keep_nothing_deletes_what_one_before_kept(tmp_path: Path) -> None:
    with kept(tmp_path / "service.db") as (found, run):
        run(found.save(SavedWorkspace(KEY), PARTS))
    with kept(tmp_path / "service.db", keep_s=0) as (found, run):
        run(found.expire())
        assert run(found.load(KEY)).parts == {}


def test_more_than_may_be_kept_is_not_and_is_told(tmp_path: Path) -> None:
    with kept(tmp_path / "service.db", most_bytes=100) as (found, run):
        work = SavedWorkspace(KEY)
        with pytest.raises(RefusedError, match="not-kept"):
            run(found.save(work, PARTS))
        assert work.saved is None
        assert run(found.load(KEY)).parts == {}


def test_a_file_that_cannot_be_used_is_told_and_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with kept(tmp_path / "service.db") as (found, run):
        work = SavedWorkspace(KEY)
        with monkeypatch.context() as patch:
            patch.setattr(WorkspaceTable, "save", full)
            with pytest.raises(RefusedError, match="not-kept"):
                run(found.save(work, PARTS))
        assert work.saved is None
        run(found.save(work, PARTS))
        assert run(found.load(KEY)).parts == PARTS


def full(*_: object) -> None:
    raise sqlite3.OperationalError


def test_an_older_save_that_was_put_back_is_refused_to_whoever_has_seen_a_later_one(tmp_path: Path) -> None:
    path = tmp_path / "service.db"
    with kept(path) as (found, run):
        work = SavedWorkspace(KEY)
        run(found.save(work, PARTS))
        with closing(sqlite3.connect(path)) as connection:
            rows = connection.execute("SELECT * FROM works").fetchall()
        run(found.save(work, {"state": b"new"}))
        assert run(found.load(KEY, 2)).number == 2
        put_back(path, rows)
        assert run(found.load(KEY)).number == 1
        with pytest.raises(RefusedError, match="old-save"):
            run(found.load(KEY, 2))
        put_back(path, [row for row in rows if row[1] != "binding"])
        assert run(found.load(KEY)).number == 1  # the parts are those of that save still
        run(found.save(work, {"state": b"newer"}))
        put_back(path, [row for row in rows if row[1] == "state"])
        with pytest.raises(RefusedError, match="misfit"):
            run(found.load(KEY))


def put_back(path: Path, rows: list[tuple[Any, ...]]) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany("INSERT OR REPLACE INTO works VALUES (?, ?, ?, ?)", rows)
