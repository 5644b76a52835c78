"""Runs tests on mutants, each in a process of its own; nothing is written to the source.

First every test is run once, to know which lines it runs and how long it takes. Each mutant then meets the tests that
run its lines, those first that are quick and have noticed much, until one fails or takes far too long. The tests are
collected once: a mutant within a function is put in place in a forked process by giving the function its changed code.
Elsewhere, as in the default of a field, the module is imported changed.
"""

import gc
import json
import os
import resource
import signal
import sys
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from types import CodeType, FunctionType, ModuleType
from typing import IO

import pytest
from changes import Mutant
from hypothesis import HealthCheck, Phase, settings

KILLED, STOPPED, SURVIVED, ELSEWHERE = "killed", "stopped", "survived", "elsewhere"
SLOWER, AT_LEAST_S, WAITS = 10, 5, 6
"""A test that works so many times longer than before, and this at least, is stopped; where it only waits, as for a busy
machine, after six times that."""
MEMORY = 6 << 30
TOOL = 4
"""The place among the tools of ``sys.monitoring``."""

# no smaller counterexample is looked for: one is enough
settings.register_profile(
    "mutants",
    derandomize=True,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
PYTEST = ["-p", "no:terminal", "-p", "no:cacheprovider", "--hypothesis-profile=mutants", "-x"]
PYTEST += ["-o", "addopts=--import-mode=importlib --doctest-modules", "-W", "ignore::pytest.PytestAssertRewriteWarning"]


@dataclass(slots=True)
class Tests:
    """What the tests did before any change: the lines that each ran, by file, and how many seconds it took."""

    ran: dict[str, set[tuple[str, int]]]
    seconds: dict[str, float]

    def written(self) -> bytes:
        """Return the same as JSON, from one process to another."""
        return json.dumps(({name: list(lines) for name, lines in self.ran.items()}, self.seconds)).encode()

    @classmethod
    def read(cls, text: bytes | str) -> "Tests":
        """Return what was written."""
        ran, seconds = json.loads(text)
        return cls({name: {(path, line) for path, line in lines} for name, lines in ran.items()}, seconds)

    def of(self, mutant: Mutant) -> list[str]:
        """Return the tests that run a line of a mutant, or else any line of its file, or else all; quickest first."""
        found = self.running(mutant) or self.near(mutant) or list(self.ran)
        return sorted(found, key=self.seconds.__getitem__)

    def running(self, mutant: Mutant) -> list[str]:
        """Return the tests that run a line of a mutant; what runs as its module is imported, no test runs."""
        lines = {(str(mutant.path), line) for line in mutant.lines} if mutant.inside else set()
        return [name for name, ran in self.ran.items() if ran & lines]

    def near(self, mutant: Mutant) -> list[str]:
        """Return the tests that run any line of the file of a mutant."""
        return [name for name, ran in self.ran.items() if any(path == str(mutant.path) for path, _ in ran)]


def verdicts_of(mutants: list[Mutant], tests: list[str]) -> Iterator[tuple[Mutant, str]]:
    """Yield each mutant and what became of it: killed, stopped, survived, or why it could not be tried."""
    out, into = os.pipe()
    child = os.fork()
    if not child:
        os.close(out)
        with os.fdopen(into, "w", buffering=1) as told:
            code = pytest.main([*PYTEST, *tests], plugins=[Session(mutants, told)])
        os._exit(int(code))
    os.close(into)
    with os.fdopen(out) as lines:
        before = Tests.read(next(lines))
        anew = [mutant for mutant in mutants if not mutant.inside]
        for line in lines:
            place, one = json.loads(line)
            if one == ELSEWHERE:
                anew.append(mutants[place])
            else:
                yield mutants[place], one
    os.waitpid(child, 0)
    yield from ((mutant, tried_anew(mutant, before)) for mutant in anew)


class Session:
    """A pytest session that measures what it collected and then tries each mutant on it; it tells line by line."""

    def __init__(self, mutants: list[Mutant], told: IO[str]) -> None:
        self.mutants, self.told = mutants, told
        self.paths = {str(mutant.path) for mutant in mutants}
        self.kills = Counter[str]()

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the tests as they are, then on each mutant within a function, and tell what comes of it."""
        self.session, self.items = session, {item.nodeid: item for item in session.items}
        measured = in_child(lambda: self.measured().written()).decode()
        self.told.write(f"{measured}\n")
        before = Tests.read(measured)
        gc.unfreeze()  # what was gathered is set aside, where it is not found
        self.live = [
            f for f in gc.get_objects() if isinstance(f, FunctionType) and f.__code__.co_filename in self.paths
        ]
        for place, mutant in enumerate(self.mutants):
            if mutant.inside:
                self.told.write(f"{json.dumps((place, self.tried(mutant, before)))}\n")
        return True

    def measured(self) -> Tests:
        """Return what the tests do before any change; one that fails is told, and takes no part."""
        ran: dict[str, set[tuple[str, int]]] = defaultdict(set)
        seconds: dict[str, float] = {}
        sys.monitoring.use_tool_id(TOOL, "mutants")
        sys.monitoring.set_events(TOOL, sys.monitoring.events.LINE)
        for name in self.items:
            sys.monitoring.register_callback(TOOL, sys.monitoring.events.LINE, self.noting(ran[name]))
            sys.monitoring.restart_events()
            begun = time.monotonic()
            if not self.passes(name):
                sys.__stderr__.write(f"{name} fails without any change\n")
                del ran[name]
            seconds[name] = time.monotonic() - begun
        return Tests(dict(ran), seconds)

    def noting(self, ran: set[tuple[str, int]]) -> Callable[[CodeType, int], object]:
        """Return what notes each line of the files concerned once."""

        def note(code: CodeType, line: int) -> object:
            if code.co_filename in self.paths:
                ran.add((code.co_filename, line))
            return sys.monitoring.DISABLE

        return note

    def passes(self, name: str) -> bool:
        """Return whether a test passes."""
        self.session.testsfailed = 0
        item = self.items[name]
        item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
        return not self.session.testsfailed

    def tried(self, mutant: Mutant, before: Tests) -> str:
        """Return what becomes of a mutant within a function; one that no test runs may be run by an import."""
        tests = sorted(before.running(mutant), key=lambda name: before.seconds[name] / (1 + self.kills[name]))

        def work() -> bytes:
            try:
                self.exchange(mutant)
            except ValueError:  # there is no such function yet, or the changed one closes over other names
                return ELSEWHERE.encode()
            for name in tests:
                allow(before.seconds[name])
                if not self.passes(name) and not self.passes(name):  # a busy machine makes some fail once
                    return f"{KILLED} {name}".encode()
            return SURVIVED.encode()

        said, _, name = verdict(work).partition(f"{KILLED} ") if tests else (ELSEWHERE, "", "")
        self.kills[name] += 1
        return said or KILLED

    def exchange(self, mutant: Mutant) -> None:
        """Give the functions of the module of a mutant their changed code; raise ValueError where none is there."""
        new = {(code.co_qualname, code.co_firstlineno): code for code in codes(mutant.code)}
        changed = False
        with warnings.catch_warnings(action="ignore"):  # a generator without its last yield is a plain function
            for function in self.live:
                code = function.__code__
                if code.co_filename == str(mutant.path) and (other := new.get((code.co_qualname, code.co_firstlineno))):
                    changed |= other != code
                    function.__code__ = other
        if not changed:
            raise ValueError(mutant.name)


def codes(code: CodeType) -> Iterator[CodeType]:
    """Yield a code object and all those within it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes(constant)


def tried_anew(mutant: Mutant, before: Tests) -> str:
    """Return what becomes of a mutant where its module is imported changed, in a pytest session of its own."""
    tests = before.of(mutant)
    files = sorted({name.partition("::")[0] for name in tests})

    def work() -> bytes:
        allow(sum(before.seconds[name] for name in tests), at_least=60)
        changed = Changed(mutant, tests)
        sys.meta_path.insert(0, changed)  # what all tests share is imported first
        code = int(pytest.main([*PYTEST, *files], plugins=[changed]))
        return {0: SURVIVED, 1: KILLED, 2: KILLED}.get(code, f"not tried, pytest ended with {code}").encode()

    return verdict(work)


class Changed(MetaPathFinder, Loader):
    """A plugin that imports the module of a mutant from its changed code, and leaves other tests out."""

    def __init__(self, mutant: Mutant, tests: list[str]) -> None:
        self.mutant, self.tests = mutant, tests

    def pytest_collection(self) -> None:
        """Come before what pytest itself imports modules with."""
        sys.meta_path.insert(0, self)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the tests that are wanted, in their order."""
        order = {name: place for place, name in enumerate(self.tests)}
        items[:] = sorted((item for item in items if item.nodeid in order), key=lambda item: order[item.nodeid])

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Return where the module is found, None for any other."""
        if not str(self.mutant.path).endswith(f"/src/{name.replace('.', '/')}.py"):
            return None
        return spec_from_file_location(name, self.mutant.path, loader=self)

    def exec_module(self, module: ModuleType) -> None:
        """Run the changed code."""
        exec(self.mutant.code, vars(module))


def allow(seconds: float, at_least: int = AT_LEAST_S) -> None:
    """End this process where it works, or waits, far longer than so many seconds."""
    limit = at_least + SLOWER * seconds
    signal.setitimer(signal.ITIMER_PROF, limit)
    signal.setitimer(signal.ITIMER_REAL, WAITS * limit)


def verdict(work: Callable[[], bytes]) -> str:
    """Return the verdict of some work in a child process; one that dies, of time or memory, has been stopped."""
    return in_child(work).decode() or STOPPED


def in_child(work: Callable[[], bytes]) -> bytes:
    """Return what some work gives in a child process, nothing if it dies, or in words what it raises."""
    out, into = os.pipe()
    child = os.fork()
    if not child:
        os.close(out)
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1):
            os.dup2(null, stream)
        try:
            answer = work()
        except BaseException as error:  # a child must end here, whatever happens
            answer = f"not tried, {error!r}".encode()
        with os.fdopen(into, "wb") as pipe:
            pipe.write(answer)
        os._exit(0)
    os.close(into)
    with os.fdopen(out, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return answer
