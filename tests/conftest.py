"""What all tests share: how deep to search, and where the published data lies.

``MENTORMATCH_DEEP=1`` is the one switch between the fast suite and the proof: with it Hypothesis searches at random
and long, and the tests marked ``proof`` run too; without it they are left out.
"""

import gc
import os
import signal
from collections.abc import Generator, Iterable, Iterator
from inspect import isfunction
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.doctest import DoctestModule
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from mentormatch.cli import GC_THRESHOLD
from tests.canaries import keep_watch

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
SHARED_DATA = ROOT.parent / "shared" / "data"
TOOLS = ROOT / "build" / "tools" / "bin"
DEEP = os.environ.get("MENTORMATCH_DEEP", "") not in {"", "0"}

COMPILED = ("tests/assignment/", "tests/groups/", "tests/scale/")
"""Tests that need compiled code."""
LONG = (*COMPILED, "tests/service/", "tests/clients/", "tests/browser/", "tests/gate/", "tests/failure/")
"""What takes longest, so that no process is left alone with it at the end."""


def some_seeds(number: int) -> list[Any]:
    """Return so many seeds, of which the fast suite tries a twelfth."""
    return some_of(range(number), -(-number // 12))


def some_of(cases: Iterable[Any], fast: int = 1) -> list[Any]:
    """Return all cases; the fast suite gathers the first ones alone, for thousands take long."""
    return list(islice(cases, None if DEEP else fast))


# The fast profile draws the same examples in every run, here as in CI: when the gate turns red, the change under it
# is the reason. New examples are for the deep profile. Neither is timed: a busy machine is no defect.
settings.register_profile(
    "fast", max_examples=3, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "deep", max_examples=2_000, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("deep" if DEEP else "fast")

# The command line speaks the language of the locale: that of the tests is French, wherever they run. Files have the
# usual modes, also under an account whose umask hides all that it writes: what is private is so by itself.
os.environ |= {"LC_ALL": "C.UTF-8"}
os.umask(0o022)
os.environ.pop("MENTORMATCH_LANGUAGE", None)

# Node is among the programs that `make build/tools/made` installs; one of the machine's own goes before it.
os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", os.defpath), str(TOOLS)])

# A shell that starts the tests in the background has interrupts ignored, by all that they start as well.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    """Watch over what people answered, in every test, and gather tests without looking for cycles in what is kept."""
    keep_watch(config)
    gc.disable()


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Look for doctests in the library alone: tests have none, and each process would load every file twice."""
    found = yield
    return [each for each in found if not isinstance(each, DoctestModule) or not file_path.is_relative_to(TESTS)]


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Collector, obj: object) -> list[pytest.Item] | None:
    """Make no items of a proof that the fast suite leaves out: they would be a quarter of all."""
    if DEEP or not isfunction(obj):
        return None
    marks = [*getattr(obj, "pytestmark", []), *collector.iter_markers("proof")]
    return [] if any(mark.name == "proof" for mark in marks) else None


def pytest_collection_finish() -> None:
    """Look for cycles again, as rarely as commands do, among what tests make alone: what was gathered stays."""
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)
    gc.enable()


def pytest_report_header() -> str:
    """Return the line that says which suite this is."""
    return "mentormatch: " + ("deep, proofs included" if DEEP else "fast; MENTORMATCH_DEEP=1 adds the proofs")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    """Return what gives a file to one process, and all files that need compiled code to the same one.

    Each process that begins with a kernel compiles it, which takes longer than the fast tests of it.
    """
    return ByFile(config, log) if config.getoption("dist") == "loadfile" else None


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Gives files to processes, in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return COMPILED[0] if nodeid.startswith(COMPILED) and not DEEP else nodeid.split("::", 1)[0]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what takes longest, and leave the proofs out of the fast suite."""
    items.sort(
        key=lambda item: next((place for place, room in enumerate(LONG) if item.nodeid.startswith(room)), len(LONG))
    )
    proofs = [] if DEEP else [item for item in items if item.get_closest_marker("proof")]
    if proofs:
        config.hook.pytest_deselected(items=proofs)
        left = set(proofs)
        items[:] = [item for item in items if item not in left]


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Return a browser without a window: one a process, for Playwright can be started only once in it."""
    from tests.browser.browsing import started

    with started() as found:
        yield found


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of published instances, survey exports and hostile files; skip where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("needs the published data: a folder shared/data beside the checkout")
    return SHARED_DATA
