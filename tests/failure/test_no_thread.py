"""Where the system has no thread left, that is told in words, and files are written all the same."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread

import pytest
import typer

import mentormatch as mm
from mentormatch.base.atomic_files import write_all_whole
from mentormatch.base.threads import start_thread, thread_pool
from mentormatch.cli.errors import handle_errors
from mentormatch.errors import EngineError
from tests.doors import substitute
from tests.scale.markets import PROGRAMMES, cohort


@pytest.fixture(autouse=True)
def no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(Thread, "start", refuse)


def test_that_no_thread_is_left_is_an_error_in_words() -> None:
    with pytest.raises(EngineError, match=r"fil d’exécution \(thread\)"):
        start_thread(Thread(target=print))


HOME = Path(mm.__file__).parent
OWN_POOLS = {"base/threads.py", "base/atomic_files.py", "service/jobs.py", "service/desk/works.py"}
"""Where a pool is made: once for all, where files are written one by one instead, and at the start of a service."""


def test_pools_of_threads_are_made_where_it_is_told_in_words() -> None:
    made = {
        str(path.relative_to(HOME)) for path in HOME.rglob("*.py") if "ThreadPoolExecutor(" in path.read_text("utf-8")
    }
    assert made == OWN_POOLS
    with pytest.raises(EngineError, match=r"fil d’exécution \(thread\)"), thread_pool(2) as threads:
        list(threads.map(print, [1, 2]))


def test_another_error_in_a_pool_stays_what_it_is() -> None:
    with pytest.raises(RuntimeError, match="other"), thread_pool(2):
        raise RuntimeError("other")


def unheld_matching() -> mm.Matching:
    """Return a matching whose scores are not stored."""
    with pytest.MonkeyPatch.context() as patch:
        substitute(patch, "operations", MAX_STORED_PAIRS=0)
        return mm.match(cohort(0, 60), PROGRAMMES["untied"])


@pytest.fixture(scope="module")
def matching() -> mm.Matching:
    """Return a matching that was made while there were threads."""
    return unheld_matching()


def test_scores_that_are_not_stored_are_not_scanned_without_threads() -> None:
    with pytest.raises(EngineError, match=r"fil d’exécution \(thread\)"):
        unheld_matching()


def test_people_without_a_partner_are_not_explained_without_threads(matching: mm.Matching) -> None:
    assert not matching.scores.held
    with pytest.raises(EngineError, match="thread"), mm.language("fr"):
        _ = matching.unmatched


def test_files_are_written_one_by_one(tmp_path: Path) -> None:
    files = {f"{number}.txt": (b"x", False) for number in range(6)}
    write_all_whole(tmp_path, files)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(files)


def test_a_command_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit), handle_errors(as_json=False), ThreadPoolExecutor(1) as threads:
        threads.submit(print)
    assert "fil d’exécution (thread)" in capsys.readouterr().err
