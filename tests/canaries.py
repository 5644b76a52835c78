"""Canaries over the whole run: no test may let what people answered into a message, a log, an error or a file's name.

``ANSWER``, ``NAME`` and ``EMAIL`` are planted in what tests draw and share; those of the example programme are how its
people are reached. After each test nothing of them may stand in what was logged or warned of, in the text of an error
that was raised or awaited, in what the test printed or a program that it ran said on stderr, nor in the name of a file.
What a program writes on stdout is a document. The temporary files of a run go into a folder of its own, which is empty
at the end.
"""

import logging
import os
import subprocess
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mentormatch import MentorMatchError, examples, read_contacts

PLUGIN = "canaries"
MARK = "serinette"
BROWSER = ".org.chromium."
"""What a browser calls the files that it leaves when it is closed in haste."""
NAME, EMAIL, ANSWER = "Serinette Zélie", "zelie@serinette.example", "chez Serinette, dit-on"


def marks() -> tuple[str, ...]:
    """Return what must be seen nowhere: the planted canaries, and how the people of the example are reached."""
    people = read_contacts(examples.programme(), str(examples.folder_of("mentorat") / "reponses.csv")).people
    return (MARK, *{told.casefold() for contacts in people.values() for told in contacts.values() if told})


class Listener(logging.Handler):
    """Hands on every message that is logged, at any level, with its error."""

    def __init__(self, watch: Callable[[str, str], None]) -> None:
        super().__init__()
        self.watch = watch

    def emit(self, record: logging.LogRecord) -> None:
        self.watch("a log record", self.format(record))


class Canaries:
    """Watches over one process of a run."""

    def __init__(self) -> None:
        self.marks = marks()
        self.leaks: list[str] = []
        self.folder: Path | None = None

    def watch(self, place: str, text: str) -> None:
        """Note a place where a canary is."""
        told = text.casefold()
        if any(mark in told for mark in self.marks):
            self.leaks.append(place)

    @contextmanager
    def everywhere(self, folder: Path) -> Iterator[None]:
        """Listen, and keep the temporary files of the run in one folder."""
        listener, self.folder = Listener(self.watch), folder
        logging.getLogger().addHandler(listener)
        logging.getLogger("mentormatch").setLevel(logging.DEBUG)
        watched: tuple[tuple[Any, str, Any], ...] = (
            (MentorMatchError, "__init__", self.told),
            (pytest.ExceptionInfo, "fill_unfilled", self.awaited),
            (warnings.WarningMessage, "__init__", self.warned),
            (subprocess.CompletedProcess, "__init__", self.ran),
        )
        with pytest.MonkeyPatch.context() as patch:
            for kind, method, watch in watched:
                patch.setattr(kind, method, watch(getattr(kind, method)))
            patch.setattr(tempfile, "tempdir", str(folder))
            patch.setenv("TMPDIR", str(folder))
            yield
        logging.getLogger().removeHandler(listener)

    def told(self, made: Callable[..., None]) -> Callable[..., None]:
        """Return how an error of the library is made, its text watched."""

        def init(error: MentorMatchError, *arguments: Any, **named: Any) -> None:
            made(error, *arguments, **named)
            self.watch(f"a {type(error).__name__} that was raised", str(error))

        return init

    def awaited(self, filled: Callable[..., None]) -> Callable[..., None]:
        """Return how ``pytest.raises`` takes an error in, its text and those of its causes watched."""

        def fill(info: Any, caught: tuple[Any, BaseException, Any]) -> None:
            self.watch(f"a {type(caught[1]).__name__} that escaped", said_by(caught[1]))
            filled(info, caught)

        return fill

    def ran(self, made: Callable[..., None]) -> Callable[..., None]:
        """Return how the end of a program is told, what it said on stderr watched."""

        def init(done: Any, *arguments: Any, **named: Any) -> None:
            made(done, *arguments, **named)
            said = done.stderr or ""
            self.watch("stderr of a program", said if isinstance(said, str) else said.decode("utf-8", "replace"))

        return init

    def warned(self, made: Callable[..., None]) -> Callable[..., None]:
        """Return how a warning that is not an error is taken down, its text watched."""

        def init(warning: warnings.WarningMessage, message: object, *arguments: Any, **named: Any) -> None:
            self.watch("a warning", str(message))
            made(warning, message, *arguments, **named)

        return init

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        """Begin anew: pytest repeats the warnings of the test before."""
        self.leaks.clear()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> None:
        """Watch over the names of the files that a test wrote."""
        for folder in (getattr(item, "funcargs", {}).get("tmp_path"), self.folder):
            for name in names_in(folder) if folder else ():
                self.watch("the name of a file", name)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Fail a test that let a canary out; its text is not told once more."""
        report = yield
        if call.excinfo is None:
            for title, text in report.sections:
                self.watch(title, text if title.endswith(call.when) else "")
            if self.leaks:
                report.outcome = "failed"
                report.longrepr = f"{item.nodeid}: what people answered is in {', '.join(sorted(set(self.leaks)))}"
        self.leaks.clear()
        return report


@pytest.fixture(scope="session", autouse=True)
def canaries(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Watch over the run; fail its end where a temporary file is left."""
    watch, folder = pytestconfig.pluginmanager.get_plugin(PLUGIN), tmp_path_factory.mktemp("t")
    assert isinstance(watch, Canaries)
    with watch.everywhere(folder):
        yield
    left = [name for name in sorted(names_in(folder)) if not name.startswith(BROWSER)]
    assert not left, f"temporary files were left behind: {', '.join(left[:9])}"


def keep_watch(config: pytest.Config) -> None:
    """Watch over every test of a run, wherever it stands."""
    config.pluginmanager.register(Canaries(), PLUGIN)
    config.pluginmanager.register(sys.modules[__name__])


def names_in(folder: Path) -> Iterator[str]:
    """Yield the names of the files and folders below a folder."""
    for _, folders, files in os.walk(folder):
        yield from (*folders, *files)


def said_by(error: BaseException) -> str:
    """Return the texts of an error, its notes and its causes, without the source that is shown with them."""
    return "".join(traceback.TracebackException.from_exception(error, limit=0, lookup_lines=False).format())
