"""Where the system has no thread left, that is told in words, and files are written all the same."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread

import pytest
import typer

from mentormatch.base.atomic_files import write_all_whole
from mentormatch.base.threads import start_thread
from mentormatch.cli.failures import errors_in_words
from mentormatch.errors import EngineError


@pytest.fixture(autouse=True)
def no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(Thread, "start", refuse)


def test_that_no_thread_is_left_is_an_error_in_words() -> None:
    with pytest.raises(EngineError, match=r"fil d’exécution \(thread\)"):
        start_thread(Thread(target=print))


def test_files_are_written_one_by_one(tmp_path: Path) -> None:
    files = {f"{number}.txt": (b"x", False) for number in range(6)}
    write_all_whole(tmp_path, files)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(files)


def test_a_command_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit), errors_in_words(as_json=False), ThreadPoolExecutor(1) as threads:
        threads.submit(print)
    assert "fil d’exécution (thread)" in capsys.readouterr().err
