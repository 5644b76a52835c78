"""A disk that is full, and an interrupt while a file is written: the file is whole or absent, and no draft is left."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import mentormatch as mm
from mentormatch import Matching
from mentormatch.base.atomic_files import machine_id, write_whole
from mentormatch.errors import OutputError
from mentormatch.operations.matching import exporters
from tests.doors import substitute

if sys.platform != "win32":
    import resource

only_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")


@pytest.fixture(scope="module")
def matching() -> Matching:
    return mm.match(mm.examples.cohort(), mm.examples.programme())


@contextmanager
def full_after(most: int) -> Iterator[None]:
    """Have the system refuse to let any file grow beyond ``most`` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@only_posix
@pytest.mark.promise(20)
@pytest.mark.promise(22)
@pytest.mark.parametrize("most", [0, 300])
@pytest.mark.parametrize("suffix", sorted(exporters()))
def test_a_full_disk_is_an_error_that_leaves_what_was_there(
    suffix: str, most: int, matching: Matching, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, elsewhere = tmp_path / f"binomes{suffix}", tmp_path / "elsewhere"
    target.write_bytes(b"before")
    elsewhere.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    with full_after(most), pytest.raises(OutputError, match=target.name):
        matching.save(target)
    assert target.read_bytes() == b"before"
    assert sorted(path.name for path in tmp_path.rglob("*")) == sorted([target.name, "elsewhere"])


@pytest.mark.promise(20)
@pytest.mark.promise(22)
def test_an_interrupt_while_a_file_is_written_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "binomes.json"
    target.write_bytes(b"before")

    def interrupt(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_whole(target, b"after")
    assert target.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.promise(22)
@pytest.mark.parametrize("private", [False, True])
def test_where_every_draft_has_a_name_files_are_written_all_the_same(
    *, private: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    substitute(monkeypatch, "base", OWN_FILES=tmp_path / "absent")
    target = tmp_path / "binomes.json"
    for content in (b"before", b"after"):
        write_whole(target, content, private=private)
    assert target.read_bytes() == b"after"
    assert target.stat().st_mode & 0o077 == 0 or not private
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has files without a name")
@pytest.mark.promise(20)
def test_a_draft_has_no_name_while_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[Path] = []
    left = tmp_path / f".binomes.json.{machine_id()}.{os.getpid()}.{'0' * 24}.part"
    left.write_bytes(b"of a process that had this number before")
    monkeypatch.setattr(os, "fsync", lambda file: names.extend(tmp_path.iterdir()))
    write_whole(tmp_path / "binomes.json", b"{}")
    assert names == []
    assert (tmp_path / "binomes.json").read_bytes() == b"{}"
    assert not left.exists()
